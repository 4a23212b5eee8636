//! The result of the program: can it be returned at all (spec 7.1), and does it fit the contract (12.4)?

use std::ptr;

use super::Pass;
use super::flow::{Evidence, Known};
use super::operator::short;
use crate::check::types::fit::{Fit, fit};
use crate::check::types::{Rest, Type};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;
use crate::value::TypeDesc;
use crate::value::exceptions::BASE_EXCEPTION;
use crate::value::types as descs;

impl<'a> Pass<'a> {
    /// Looks at a value that the program returns.
    pub(super) fn check_result(&mut self, known: &Known, span: Span) {
        if self.calls_config() {
            return;
        }
        let members = known.ty.members();
        let refused: Vec<Refused<'_>> = members.iter().filter_map(|ty| unreturnable(ty, "result", 0)).collect();
        if let Some(Refused { path, ty, perhaps }) = refused.first() {
            let partial = *perhaps || refused.len() < members.len();
            let what = if path == "result" { "the result".to_owned() } else { format!("`{path}`") };
            let is = if partial { "may be" } else { "is" };
            let message = format!("{what} {is} `{}`, which cannot leave the program", short(ty));
            let help = match *ty {
                ty if ty.is_instance(&descs::SET) || ty.is_instance(&descs::FROZENSET) => {
                    "return `sorted(…)` or `list(…)` of it"
                }
                Type::Function(_) | Type::Member(..) => "call the function: put `()` behind it",
                ty if ty.is_instance(&descs::TIMEDELTA) => "return `.total_seconds()` or `str(…)` of it",
                ty if ty.class().is_some_and(|class| class.is_subtype(&BASE_EXCEPTION)) => {
                    "return `str(…)` of it, or `raise` it"
                }
                Type::Generic(..) => "return `list(…)` of it",
                ty if ty.is_instance(&descs::RANGE) => "return `list(…)` of it",
                ty if ty.is_instance(&crate::modules::uuid::object::UUID) => "return `str(…)` of it",
                _ => "return text, numbers, lists, dicts or an Entity",
            };
            let by = if path == "result" { known.by } else { known.by.min(known.inside) };
            self.fails(2014, span, by, partial, message, Some(help.to_owned()));
            return;
        }
        self.check_returns(known, span);
    }

    /// Compares with the contract's `returns`.
    fn check_returns(&mut self, known: &Known, span: Span) {
        let Some(stated) = &self.options.contracts.returns else { return };
        let (wanted, is_sample, clause) = (stated.ty.clone(), stated.is_sample, stated.span);
        let plain = |ty: &Type| match ty {
            Type::Entity(value, _) => (**value).clone(),
            other => other.clone(),
        };
        let members = known.ty.members();
        let wrong: Vec<Type> = members.iter().map(plain).filter(|ty| fit(ty, &wanted) == Fit::No).collect();
        let Some(first) = wrong.first() else { return };
        let (why, help) = misfit(first, &wanted);
        let message = format!("the result does not fit the contract: {why}");
        let severity =
            match (is_sample, self.options.enforced && known.by == Evidence::Program && wrong.len() == members.len()) {
                (true, _) => Severity::Info,
                (false, true) => Severity::Error,
                (false, false) => Severity::Warning,
            };
        let mut found = Diagnostic::new(Code(2105), severity, span, message).with_related(clause, "the contract");
        found.help = help;
        self.push(found);
    }

    /// `config(…)` changes what becomes of the result.
    fn calls_config(&self) -> bool {
        self.symbols.free.iter().any(|(name, _)| &**name == "config")
    }
}

/// A part of a value that cannot be returned.
struct Refused<'t> {
    path: String,
    ty: &'t Type,
    /// Is it inside a container that may be empty?
    perhaps: bool,
}

/// The part of a value that cannot be returned.
fn unreturnable<'t>(ty: &'t Type, path: &str, depth: u8) -> Option<Refused<'t>> {
    if depth > 8 {
        return None;
    }
    let all = |ty: &'t Type, path: String, perhaps: bool| {
        let members = ty.members();
        let refused: Vec<_> = members.iter().filter_map(|ty| unreturnable(ty, &path, depth + 1)).collect();
        let every = !members.is_empty() && refused.len() == members.len();
        let first = if every { refused.into_iter().next() } else { None };
        first.map(|first| Refused { perhaps: first.perhaps || perhaps, ..first })
    };
    match ty {
        Type::Function(_) | Type::Member(..) | Type::Class(_) | Type::Module(_) => {
            Some(Refused { path: path.to_owned(), ty, perhaps: false })
        }
        Type::Shape(shape) => {
            let required = shape.fields.iter().filter(|field| field.required);
            required.filter_map(|field| all(&field.ty, format!("{path}['{}']", field.key), false)).next()
        }
        Type::Tuple(items) => items.iter().enumerate().find_map(|(at, item)| all(item, format!("{path}[{at}]"), false)),
        Type::Generic(desc, items) if ptr::eq(*desc, &descs::LIST) || ptr::eq(*desc, &descs::DICT) => {
            all(items.last()?, format!("{path}[…]"), true)
        }
        Type::Instance(desc) | Type::Generic(desc, _) => {
            // A generator becomes a stream, but only as the result itself.
            let nested = depth > 0 && ptr::eq(*desc, &descs::GENERATOR);
            let refused =
                REFUSED.iter().any(|refused| ptr::eq(*refused, *desc)) || desc.is_subtype(&BASE_EXCEPTION) || nested;
            let from_re = desc.module == "re" && matches!(desc.name, "Match" | "Pattern");
            (refused || from_re).then(|| Refused { path: path.to_owned(), ty, perhaps: false })
        }
        _ => None,
    }
}

/// Types whose values never leave a program.
static REFUSED: &[&TypeDesc] = &[
    &descs::SET,
    &descs::FROZENSET,
    &descs::RANGE,
    &descs::SLICE,
    &descs::TIMEDELTA,
    &descs::TIMEZONE,
    &descs::ZONEINFO,
    &descs::ELLIPSIS,
    &descs::OBJECT,
    &crate::modules::uuid::object::UUID,
    &descs::DICT_KEYS,
    &descs::DICT_VALUES,
    &descs::DICT_ITEMS,
    &descs::iterators::MAP,
    &descs::iterators::FILTER,
    &descs::iterators::ZIP,
    &descs::iterators::ENUMERATE,
    &descs::iterators::REVERSED,
];

/// Why a type does not fit, and what to do.
fn misfit(is: &Type, wanted: &Type) -> (String, Option<String>) {
    if let (Type::Shape(own), Some(Type::Shape(shape))) =
        (is, wanted.members().iter().find(|ty| matches!(ty, Type::Shape(_))))
    {
        for field in &shape.fields {
            match own.field(&field.key) {
                None if field.required && own.rest == Rest::Closed => {
                    let close = crate::check::suggest::closest(&field.key, own.fields.iter().map(|own| &*own.key));
                    let help = close.map_or_else(
                        || format!("add the key `{}`", field.key),
                        |close| format!("is `{close}` meant to be `{}`?", field.key),
                    );
                    return (format!("the key `{}` is missing", field.key), Some(help));
                }
                Some(own) if fit(&own.ty, &field.ty) == Fit::No => {
                    let why = format!("`{}` is `{}`, and must be `{}`", field.key, short(&own.ty), field.ty);
                    return (why, Some(format!("convert the value of `{}`", field.key)));
                }
                _ => {}
            }
        }
        if shape.rest == Rest::Closed
            && let Some(extra) = own.fields.iter().find(|own| shape.field(&own.key).is_none())
        {
            let close = crate::check::suggest::closest(&extra.key, shape.fields.iter().map(|field| &*field.key));
            return (
                format!("it excludes the key `{}`", extra.key),
                close.map(|close| format!("did you mean `{close}`?")),
            );
        }
    }
    (format!("it is `{}`, and must be `{wanted}`", short(is)), None)
}
