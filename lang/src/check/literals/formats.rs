//! `'…' % values` and `'…'.format(…)` where the template is a literal and the values are not.

use super::{FORMAT, Finder, text_of, unpacks};
use crate::syntax::ast::{Arg, Constant, Expr, ExprKind};
use crate::value::format::Fault;
use crate::value::format::percent::{self, Amount, Conversion, Part, Unit};
use crate::value::format::present;
use crate::value::format::template::{self, First, Numbering};

/// Why a template does not fit, and what to do.
struct Misfit {
    message: String,
    help: &'static str,
}

impl Misfit {
    fn new(message: impl Into<String>, help: &'static str) -> Misfit {
        Misfit { message: message.into(), help }
    }
}

impl From<Fault> for Misfit {
    fn from(fault: Fault) -> Misfit {
        let message = match fault {
            Fault::Value(text) | Fault::Type(text) | Fault::Overflow(text) | Fault::ZeroDivision(text) => text,
            Fault::Stop(_) => "it takes too much memory".into(),
        };
        Misfit::new(message, "")
    }
}

impl<'a> Finder<'a> {
    /// A `%` whose left side is a string literal.
    pub(super) fn percent_format(&mut self, expr: &'a Expr, template: &[u8], values: &'a Expr) {
        if let Err(misfit) = percent_fits(template, values) {
            self.failure(FORMAT, expr.span, misfit.message, misfit.help);
        }
    }

    /// A call of `format` on a string literal.
    pub(super) fn str_format(&mut self, template: &'a Expr, args: &'a [Arg]) {
        let Some(text) = text_of(template) else { return };
        if let Err(misfit) = format_fits(text.as_bytes(), args) {
            self.failure(FORMAT, template.span, misfit.message, misfit.help);
        }
    }
}

/// Does a `%` template fit values of which perhaps nothing is known?
fn percent_fits(template: &[u8], values: &Expr) -> Result<(), Misfit> {
    let keys: Option<Vec<&Expr>> = match &values.kind {
        ExprKind::Dict(items) => items.iter().map(|item| item.key.as_ref()).collect(),
        _ => None,
    };
    // How many values there are, if that shows.
    let items: Option<Vec<&Expr>> = match &values.kind {
        ExprKind::Tuple(items) if items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_))) => None,
        ExprKind::Tuple(items) => Some(items.iter().collect()),
        ExprKind::List(_)
        | ExprKind::Dict(_)
        | ExprKind::ListComp { .. }
        | ExprKind::DictComp { .. }
        | ExprKind::FString(_) => Some(vec![values]),
        _ => None,
    };
    let is_tuple = matches!(values.kind, ExprKind::Tuple(_));
    let may_have_keys = !is_tuple && !matches!(values.kind, ExprKind::FString(_));
    let mut next = 0;
    let mut keyed = false;
    for part in percent::parts(template, Unit::CodePoint, may_have_keys) {
        let Part::Conversion(conversion) = part? else { continue };
        if !b"diouxXeEfFgGcrsa".contains(&conversion.kind_byte()) {
            return Err(conversion.unknown_kind(Unit::CodePoint).into());
        }
        if let Some(key) = conversion.key {
            keyed = true;
            let text = |key: &Expr| {
                matches!(key.kind, ExprKind::Constant(_)).then(|| text_of(key).unwrap_or_default().as_bytes().to_vec())
            };
            let known: Option<Vec<_>> = keys.as_ref().and_then(|keys| keys.iter().map(|key| text(key)).collect());
            if known.is_some_and(|known| !known.iter().any(|own| own == key)) {
                let key = String::from_utf8_lossy(key);
                return Err(Misfit::new(
                    format!("the dict has no key `{key}` for `%({key})`"),
                    "add the key, or correct its name",
                ));
            }
            continue;
        }
        for amount in [conversion.width, conversion.precision] {
            next += usize::from(amount == Amount::Argument);
        }
        if let Some(value) = items.as_ref().and_then(|items| items.get(next)) {
            takes(&conversion, value)?;
        }
        next += 1;
    }
    match items {
        Some(items) if !keyed && next > items.len() => Err(Misfit::new(
            format!("the template wants {}, here {} given", values_of(next), are(items.len())),
            if is_tuple { "give one value for each `%`" } else { "several values stand in parentheses: `% (a, b)`" },
        )),
        Some(items) if is_tuple && !keyed && next < items.len() => Err(Misfit::new(
            format!("the template wants {}, here {} given", values_of(next), are(items.len())),
            "give one value for each `%`; a percent sign itself is `%%`",
        )),
        _ => Ok(()),
    }
}

fn values_of(count: usize) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}

fn are(count: usize) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

/// Does a conversion take a value, if it is a literal?
fn takes(conversion: &Conversion<'_>, value: &Expr) -> Result<(), Misfit> {
    let kind = char::from(conversion.kind_byte());
    let is_number = !matches!(kind, 's' | 'r' | 'a' | 'c');
    let what = match &value.kind {
        ExprKind::Constant(Constant::Str(_)) | ExprKind::FString(_) => "a str",
        ExprKind::Constant(Constant::Bytes(_)) => "bytes",
        ExprKind::Constant(Constant::None) => "None",
        ExprKind::List(_) | ExprKind::ListComp { .. } => "a list",
        ExprKind::Dict(_) | ExprKind::DictComp { .. } => "a dict",
        _ => return Ok(()),
    };
    if is_number {
        return Err(Misfit::new(format!("`%{kind}` wants a number, not {what}"), "use `%s`, which takes anything"));
    }
    Ok(())
}

/// Does the template of `str.format` fit its arguments?
fn format_fits(text: &[u8], args: &[Arg]) -> Result<(), Misfit> {
    let mut fields = Fields { args, open: unpacks(args), numbering: Numbering::default() };
    fields.template(text, 0)
}

struct Fields<'a> {
    args: &'a [Arg],
    /// There may be more arguments than those that show.
    open: bool,
    numbering: Numbering,
}

impl Fields<'_> {
    fn template(&mut self, text: &[u8], level: usize) -> Result<(), Misfit> {
        for piece in template::pieces(text) {
            let Some(field) = piece?.field else { continue };
            let (first, steps) = template::split_name(field.name, &mut self.numbering)?;
            let value = self.value(first)?;
            let steps = steps.collect::<Result<Vec<_>, _>>()?;
            if let Some(conversion) = field.conversion
                && ![u32::from(b'r'), u32::from(b's'), u32::from(b'a')].contains(&conversion)
            {
                return Err(template::unknown_conversion(conversion).into());
            }
            if field.nested {
                if level == 0 {
                    self.template(field.spec, 1)?;
                }
            } else if steps.is_empty()
                && field.conversion.is_none()
                && let Some(value) = value
            {
                present(value, field.spec)?;
            }
        }
        Ok(())
    }

    /// The argument of a field, if it shows.
    fn value(&self, first: First<'_>) -> Result<Option<&Expr>, Misfit> {
        let positional: Vec<&Expr> = self
            .args
            .iter()
            .filter_map(|arg| if let Arg::Positional(value) = arg { Some(value) } else { None })
            .collect();
        let found = match first {
            First::Index(index) => positional.get(index).copied(),
            First::Key(key) => self.args.iter().find_map(|arg| match arg {
                Arg::Keyword { name, value } if name.name.as_bytes() == key => Some(value),
                _ => None,
            }),
        };
        if found.is_some() || self.open {
            return Ok(found.filter(|_| !self.open));
        }
        Err(match first {
            First::Index(index) => Misfit::new(
                format!("the template wants {}, here {} given", values_of(index + 1), are(positional.len())),
                "give one value for each field; braces themselves are `{{` and `}}`",
            ),
            First::Key(key) => {
                let key = String::from_utf8_lossy(key);
                Misfit::new(
                    format!("there is no argument `{key}` for the field `{{{key}}}`"),
                    "pass it by name: `.format(name=value)`; braces themselves are `{{` and `}}`",
                )
            }
        })
    }
}

/// Can a literal be written as a specification says?
fn present(value: &Expr, specification: &[u8]) -> Result<(), Misfit> {
    if specification.is_empty() {
        return Ok(());
    }
    match &value.kind {
        ExprKind::Constant(Constant::Str(text)) => present::format_text(text, specification).map(drop)?,
        ExprKind::Constant(Constant::Float(x)) => present::format_float(*x, specification).map(drop)?,
        _ => {}
    }
    Ok(())
}
