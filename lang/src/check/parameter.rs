//! What can be wrong with the text of a component's parameter before any message arrives (spec 1.2, 1.5, 1.6).
//!
//! A parameter holds literal text or a program in `#[ … ]`. Its component says what type it wants (DW3007, DW3008) and
//! whether it takes expressions (DW3009). How parameters are spelt in files is the host's business.

use std::ptr;

use super::contract;
use super::types::Type;
use super::{CheckOptions, check};
use crate::diagnostic::{Code, Diagnostic};
use crate::result;
use crate::source::{SourceText, Span};
use crate::syntax::ast::Body;
use crate::syntax::{ParseOptions, parse};
use crate::value::TypeDesc;
use crate::value::civil;
use crate::value::decimal::Context;
use crate::value::format::{float_text, int_parse};
use crate::value::types as descs;

const TEXT: Code = Code(3007);
/// The code of an expression whose value never converts.
pub const CONVERSION: Code = Code(3008);
const EXPRESSION: Code = Code(3009);
const JAVA: Code = Code(3020);

/// What a parameter wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    /// The type to which its value is converted.
    pub target: Target,
    /// Whether it takes expressions.
    pub expressions: Support,
    /// Is it marked as Java?
    pub is_java: bool,
}

/// Whether a parameter takes an expression (spec 1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Support {
    /// It takes nothing else.
    Required,
    /// It takes literal text as well.
    #[default]
    Supported,
    /// It takes literal text only.
    NotSupported,
}

/// The type to which a parameter's value is converted (spec 1.5).
#[allow(missing_docs, reason = "the names of the types")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// No conversion.
    #[default]
    Any,
    String,
    Int,
    Float,
    Decimal,
    Bool,
    DateTime,
    Date,
    Time,
    Dict,
    List,
    EntityJson,
    EntityXml,
    /// No text.
    None,
    DataSet,
    Record,
    Message,
}

impl Target {
    /// The type of that name at run time; `None` for one that takes everything.
    #[must_use]
    pub fn of(target: result::target::Target) -> Option<Target> {
        use result::target::Target as Wanted;
        Some(match target {
            Wanted::Any => return None,
            Wanted::Text => Target::String,
            Wanted::Int => Target::Int,
            Wanted::Float => Target::Float,
            Wanted::Decimal => Target::Decimal,
            Wanted::Bool => Target::Bool,
            Wanted::DateTime => Target::DateTime,
            Wanted::Date => Target::Date,
            Wanted::Time => Target::Time,
            Wanted::Dict => Target::Dict,
            Wanted::List => Target::List,
            Wanted::EntityJson => Target::EntityJson,
            Wanted::EntityXml => Target::EntityXml,
        })
    }

    /// The type as messages name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Target::Any => "any",
            Target::String => "string",
            Target::Int => "int",
            Target::Float => "float",
            Target::Decimal => "decimal",
            Target::Bool => "bool",
            Target::DateTime => "datetime",
            Target::Date => "date",
            Target::Time => "time",
            Target::Dict => "dict",
            Target::List => "list",
            Target::EntityJson => "Entity json",
            Target::EntityXml => "Entity xml",
            Target::None => "None",
            Target::DataSet => "DataSet",
            Target::Record => "Record",
            Target::Message => "Message",
        }
    }
}

/// What is wrong with the text of a parameter, in source order.
#[must_use]
pub fn check_parameter(source: &SourceText, parameter: Parameter, options: &CheckOptions) -> Vec<Diagnostic> {
    let text = source.text();
    let start = text.len() - text.trim_start().len();
    let trimmed = text.trim();
    let place = |start: usize, length: usize| {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(offset(start), offset(start + length))
    };
    let whole = place(start, trimmed.len());
    if parameter.is_java {
        let found = Diagnostic::error(JAVA, whole, "Java mode is not supported");
        return vec![found.with_help("write an expression in `#[ ]` or a script with `def dw_process(msg):`")];
    }
    let Some(inside) = trimmed.strip_prefix("#[") else { return literal(trimmed, whole, parameter) };
    let Some(inside) = inside.strip_suffix(']') else {
        let found = Diagnostic::error(Code::BRACKET, place(start, 2), "`#[` is never closed");
        return vec![found.with_help("end the text with `]`")];
    };
    if parameter.expressions == Support::NotSupported {
        let found = Diagnostic::error(EXPRESSION, whole, "this parameter takes text only, no expression");
        return vec![found.with_help("write the value itself, without `#[ ]`")];
    }
    let offset = u32::try_from(start + 2).unwrap_or(u32::MAX);
    let source = SourceText::new(source.name(), inside);
    let parsed = parse(&source, &ParseOptions { embedded: true, ..ParseOptions::default() });
    let checked = check(&parsed.program, &source, options);
    let mut found = parsed.diagnostics;
    found.extend(checked.diagnostics);
    if let Body::Expression(expr) = &parsed.program.body
        && let Some(ty) = checked.types.at(expr.span)
        && !ty.members().is_empty()
        && ty.members().iter().all(|member| is_impossible(member, parameter.target))
    {
        let target = parameter.target.name();
        let message = format!("`{}` does not convert to {target}", ty.widened());
        let help = format!("give an expression whose value `{target}` can be made of");
        found.push(Diagnostic::error(CONVERSION, expr.span, message).with_help(help));
    }
    found.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    found.into_iter().map(|diagnostic| diagnostic.moved(offset)).collect()
}

/// Literal text.
fn literal(text: &str, span: Span, parameter: Parameter) -> Vec<Diagnostic> {
    if parameter.expressions == Support::Required {
        let found = Diagnostic::error(EXPRESSION, span, "this parameter takes an expression, no text");
        return vec![found.with_help(format!(
            "write `#[{}]`, or a text in quotes: `#['{}']`",
            text,
            text.replace('\'', "\\'")
        ))];
    }
    let Err(help) = converts(text, parameter.target) else { return Vec::new() };
    let target = parameter.target.name();
    let shown: String = text.chars().take(40).collect();
    vec![Diagnostic::error(TEXT, span, format!("the text `{shown}` does not convert to {target}")).with_help(help)]
}

/// Does a text convert to the type? If not, what does.
fn converts(text: &str, target: Target) -> Result<(), &'static str> {
    let bytes = text.as_bytes();
    let (fits, help) = match target {
        Target::Any | Target::String | Target::EntityJson | Target::EntityXml => return Ok(()),
        Target::None => (text.is_empty(), "leave the text out"),
        Target::DataSet | Target::Record | Target::Message => {
            (false, "such a value cannot be written as text: refer to one with `#[ … ]`")
        }
        Target::Dict | Target::List => {
            let found = contract::read_json(bytes);
            let fits = match target {
                Target::Dict => found.as_ref().is_ok_and(|value| value.as_dict().is_some()),
                _ => found.as_ref().is_ok_and(|value| value.as_list().is_some()),
            };
            (fits, "write JSON, for example `{\"key\": 1}` or `[1, 2]`")
        }
        // Empty text is no value at all.
        _ if text.is_empty() => return Ok(()),
        Target::Int => {
            (int_parse::parse(bytes, 10).is_ok(), "write digits, for example `12`; what is calculated stands in `#[ ]`")
        }
        Target::Float => (float_text::parse(bytes).is_ok(), "write a number, for example `12.5`"),
        Target::Decimal => (Context::basic().parse(bytes).is_ok(), "write a number, for example `12.50`"),
        Target::Bool => {
            let known = ["true", "false", "1", "0"];
            (known.iter().any(|word| text.eq_ignore_ascii_case(word)), "write `true` or `false`")
        }
        Target::DateTime => (civil::parse_datetime(bytes).is_ok(), "write it like `2024-05-31T12:30:00+02:00`"),
        Target::Date => (civil::parse_date(bytes).is_ok(), "write it like `2024-05-31`"),
        Target::Time => (civil::parse_time(bytes).is_ok(), "write it like `12:30:00`"),
    };
    if fits { Ok(()) } else { Err(help) }
}

/// Can no value of this type be converted? `None` stays `None` for every type but `bool`, which takes anything.
fn is_impossible(ty: &Type, target: Target) -> bool {
    let Some(class) = ty.class() else { return false };
    let is = |classes: &[&'static TypeDesc]| classes.iter().any(|own| ptr::eq(*own, class));
    let containers = is(&[&descs::LIST, &descs::DICT, &descs::TUPLE, &descs::SET, &descs::FROZENSET, &descs::MULTIMAP]);
    let moments = is(&[&descs::DATETIME, &descs::DATE, &descs::TIME]);
    let numbers = is(&[&descs::INT, &descs::FLOAT, &descs::BOOL, &descs::DECIMAL]);
    match target {
        Target::Int | Target::Float => containers || moments,
        // A tuple of sign, digits and exponent is a Decimal, a list as well.
        Target::Decimal => is(&[&descs::DICT, &descs::SET, &descs::FROZENSET, &descs::MULTIMAP]) || moments,
        Target::DateTime => containers || is(&[&descs::BYTES, &descs::TIME]),
        Target::Date => containers || numbers || is(&[&descs::BYTES, &descs::TIME]),
        Target::Time => containers || numbers || is(&[&descs::BYTES, &descs::DATE]),
        Target::Dict | Target::List => numbers || moments,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, target: Target, expressions: Support) -> Vec<String> {
        let source = SourceText::new("parameter", text);
        let parameter = Parameter { target, expressions, is_java: false };
        let found = check_parameter(&source, parameter, &CheckOptions::default());
        found.iter().map(|d| format!("{} {}", d.code.0, source.slice(d.span))).collect()
    }

    #[test]
    fn literal_texts_convert_or_not() {
        for (target, good, bad) in [
            (Target::Int, " 12 ", "twelve"),
            (Target::Float, "1e3", "1,5"),
            (Target::Decimal, "1.50", "1.50 EUR"),
            (Target::Bool, "TRUE", "yes"),
            (Target::DateTime, "2024-05-31 12:00:00", "31.05.2024"),
            (Target::Date, "2024-05-31", "2024-05-32"),
            (Target::Time, "12:30", "noon"),
            (Target::Dict, "{\"a\": 1}", "[1]"),
            (Target::List, "[1]", "1, 2"),
            (Target::None, "", "x"),
            (Target::Int, "", "1.5"),
        ] {
            assert!(codes(good, target, Support::Supported).is_empty(), "{good}");
            assert_eq!(codes(bad, target, Support::Supported), [format!("3007 {bad}")]);
        }
        assert!(codes("anything", Target::Any, Support::Supported).is_empty());
        assert_eq!(codes("rows", Target::DataSet, Support::Supported), ["3007 rows"]);
    }

    #[test]
    fn expressions_where_they_belong() {
        assert_eq!(codes("#[1]", Target::Any, Support::NotSupported), ["3009 #[1]"]);
        assert_eq!(codes("orders", Target::Any, Support::Required), ["3009 orders"]);
        assert_eq!(codes("#[1", Target::Any, Support::Supported), ["8 #["]);
        assert_eq!(codes(" #[ 1 / 0 ]", Target::Any, Support::Supported), ["2011 0"]);
        assert!(codes("#[msg.payload]", Target::Int, Support::Required).is_empty());
    }

    #[test]
    fn java_is_named() {
        let parameter = Parameter { target: Target::Any, expressions: Support::Supported, is_java: true };
        let found = check_parameter(&SourceText::new("p", "payload"), parameter, &CheckOptions::default());
        assert_eq!(found.iter().map(|d| d.code.0).collect::<Vec<_>>(), [3020]);
    }
}
