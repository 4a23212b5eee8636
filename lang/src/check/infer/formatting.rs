//! The fields of f-strings: can what is known of a value be written as its specification says?

use super::Pass;
use super::flow::Known;
use super::operator::short;
use crate::check::types::Type;
use crate::syntax::ast::{ExprKind, FStringField, FStringPart};
use crate::value::TypeDesc;
use crate::value::format::present::{format_float, format_int, format_text};
use crate::value::format::{Fault, IntRef};
use crate::value::types as descs;

/// Most digits in a specification that is tried, so that none asks for a huge text.
const MOST_DIGITS: usize = 4;

impl<'a> Pass<'a> {
    /// An f-string: its fields, and those of their specifications.
    pub(super) fn fstring(&mut self, parts: &'a [FStringPart]) {
        for part in parts {
            let FStringPart::Field(field) = part else { continue };
            let known = self.expr(&field.value);
            if let Some(spec) = &field.spec {
                self.fstring(spec);
                self.check_field(field, &known);
            }
        }
    }

    fn check_field(&mut self, field: &FStringField, known: &Known) {
        let (Some([FStringPart::Literal(spec)]), None) = (field.spec.as_deref(), field.conversion) else { return };
        // What literals can be written as is looked at without types.
        if matches!(field.value.kind, ExprKind::Constant(_)) {
            return;
        }
        if spec.is_empty() || spec.iter().filter(|byte| byte.is_ascii_digit()).count() > MOST_DIGITS {
            return;
        }
        let members = known.ty.members();
        let refused: Vec<(&Type, String)> =
            members.iter().filter_map(|ty| refusal(ty, spec).map(|reason| (ty, reason))).collect();
        let Some((ty, reason)) = refused.first() else { return };
        let partial = refused.len() < members.len();
        let (text, what) = (self.source.slice(field.value.span), short(ty));
        let (subject, is) =
            (if text.len() > 40 || text.contains('\n') { "this" } else { text }, if partial { "may be" } else { "is" });
        let message = format!(
            "`{subject}` {is} `{what}`, which cannot be written as `:{}`: {reason}{}",
            String::from_utf8_lossy(spec),
            Self::source_of(known.by)
        );
        let help = match *ty {
            ty if ty.is_none() => "handle `None` first, or write a value in its place: `{x or 0:…}`".to_owned(),
            ty if ty.is_instance(&descs::STR) => {
                format!("for a number write `{{float({text}):…}}`; texts take `:>10` and the like")
            }
            ty if ty.is_instance(&descs::FLOAT) => format!("for a whole number write `{{int({text}):…}}`"),
            _ => format!("write its text: `{{str({text}):…}}` or `{{{text}!s:…}}`"),
        };
        self.fails(2012, field.value.span, known.by, partial, message, Some(help));
    }
}

/// Why no value of a type can be written with a specification; `None` if some can, or that is not known.
fn refusal(ty: &Type, spec: &[u8]) -> Option<String> {
    let class = ty.class()?;
    let is = |desc: &'static TypeDesc| std::ptr::eq(class, desc);
    // Whether a specification is taken depends on the type and not on the value.
    let tried = if is(&descs::STR) {
        format_text(b"", spec)
    } else if is(&descs::INT) || is(&descs::BOOL) {
        format_int(IntRef::Small(65), spec, class.name)
    } else if is(&descs::FLOAT) {
        format_float(1.5, spec)
    } else if UNFORMATTED.iter().any(|desc| is(desc)) {
        return Some("it has no specifications".to_owned());
    } else {
        return None;
    };
    match tried {
        Err(Fault::Value(text) | Fault::Type(text)) => Some(text.to_string()),
        _ => None,
    }
}

/// Types whose values take no specification at all.
static UNFORMATTED: &[&TypeDesc] = &[
    &descs::NONE,
    &descs::LIST,
    &descs::DICT,
    &descs::TUPLE,
    &descs::SET,
    &descs::FROZENSET,
    &descs::BYTES,
    &descs::BYTEARRAY,
    &descs::RANGE,
    &descs::TIMEDELTA,
    &descs::GENERATOR,
];
