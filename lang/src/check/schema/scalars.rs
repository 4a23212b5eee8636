//! The keywords of all values, of numbers and of texts, and values in words.

use std::borrow::Cow;

use super::validator::Validator;
use super::{Found, compiled, problem, unusable};
use crate::check::formats;
use crate::document::{Dict, Document};
use crate::modules::re::engine::{Mode, Pattern, Subject};
use crate::value::compare::{eq, numbers_order};
use crate::value::number::IntView;
use crate::value::{R, Value};

/// A text of the schema for people.
pub(super) fn display(text: &Document) -> Cow<'_, str> {
    String::from_utf8_lossy(text.text_bytes().unwrap_or_default())
}

/// The JSON type of a value.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::None => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Big(_) => "integer",
        Value::Float(_) | Value::Decimal(_) => "number",
        Value::List(_) | Value::Tuple(_) => "array",
        Value::Dict(_) | Value::MultiMap(_) => "object",
        _ => "string",
    }
}

/// A value in words, for reasons.
pub(super) fn shown(value: &Value) -> String {
    let text: String = match value {
        Value::None => return "null".into(),
        Value::Short(_) | Value::Str(_) => format!("'{}'", value.to_display()),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => format!("{value:?}"),
        _ => return format!("a value of type {}", value.type_name()),
    };
    let cut: String = text.chars().take(60).collect();
    format!("{} {cut}{}", value.type_name(), if cut.len() < text.len() { "…" } else { "" })
}

fn has_type(value: &Value, wanted: &str) -> bool {
    let actual = type_name(value);
    match wanted {
        "number" => matches!(actual, "number" | "integer"),
        // A float without fraction is an integer to JSON Schema.
        "integer" => actual == "integer" || matches!(value, Value::Float(x) if x.is_finite() && x.fract() == 0.0),
        other => actual == other,
    }
}

pub(super) fn is_nullable(schema: &Dict) -> bool {
    matches!(schema.get("nullable"), Some(Document::Bool(true)))
}

pub(super) fn is_number(value: &Value) -> bool {
    matches!(type_name(value), "integer" | "number")
}

impl Validator<'_> {
    pub(super) fn text(&self, name: &str, rule: &Document, data: &Value, pointer: &str) -> Found {
        if name == "pattern" {
            return if self.matches(rule, data)? {
                Ok(None)
            } else {
                problem(pointer, format!("{} does not match the pattern {}", shown(data), display(rule)))
            };
        }
        let chars = data.as_text().map_or(0, |t| t.chars());
        size(name, rule, chars, "characters", pointer)
    }

    /// Whether a pattern occurs in a text.
    pub(super) fn matches(&self, pattern: &Document, text: &Value) -> R<bool> {
        let (Some(pattern), Some(text)) = (pattern.text_bytes(), text.text_bytes()) else { return Ok(false) };
        let found = |own: &Pattern| own.match_at(Subject::text(text), 0, text.len(), Mode::Search);
        let found = match self.schema.patterns.get(pattern) {
            Some(own) => found(own),
            // A reference may lead to what looked like data.
            None => found(&compiled(pattern)?),
        };
        Ok(found?.is_some())
    }
}

pub(super) fn format(rule: &Document, data: &Value, pointer: &str) -> Found {
    match (rule.as_str(), data.as_text()) {
        (Some(name), Some(text)) if formats::fits(name, &text.lossy()) == Some(false) => {
            problem(pointer, format!("{} is no {name}", shown(data)))
        }
        _ => Ok(None),
    }
}

pub(super) fn types(rule: &Document, data: &Value, pointer: &str) -> Found {
    let single = std::slice::from_ref(rule);
    let wanted: Vec<_> = rule.as_list().unwrap_or(single).iter().map(display).collect();
    if wanted.iter().any(|name| has_type(data, name)) {
        return Ok(None);
    }
    problem(pointer, format!("must be {}, is {}", wanted.join(" or "), shown(data)))
}

pub(super) fn one_of(rule: &Document, data: &Value, pointer: &str) -> Found {
    let values = rule.as_list().ok_or_else(|| unusable("enum must be an array"))?;
    for value in values {
        // To JSON, 1 and true are different.
        let alike = matches!(value, Document::Bool(_)) == matches!(data, Value::Bool(_));
        let equal = match (value.text_bytes(), data.text_bytes()) {
            (Some(value), Some(data)) => value == data,
            (Some(_), None) | (None, Some(_)) => false,
            (None, None) => alike && eq(&value.to_value()?, data)?,
        };
        if equal {
            return Ok(None);
        }
    }
    let first = values.iter().take(8).map(|value| value.to_value().map(|value| shown(&value)));
    let first: Vec<String> = first.collect::<R<_>>()?;
    problem(pointer, format!("{} is none of {}", shown(data), first.join(", ")))
}

pub(super) fn number(name: &str, rule: &Value, data: &Value, pointer: &str) -> Found {
    use std::cmp::Ordering::{Equal, Greater, Less};
    if name == "multipleOf" {
        let float = |v: &Value| match v {
            Value::Float(x) => *x,
            other => IntView::of(other).map_or(f64::NAN, |n| n.to_f64().unwrap_or(f64::NAN)),
        };
        let quotient = float(data) / float(rule);
        let whole = (quotient - quotient.round()).abs() <= quotient.abs() * f64::EPSILON;
        return if whole { Ok(None) } else { problem(pointer, format!("{} is no multiple of {rule:?}", shown(data))) };
    }
    let order = numbers_order(data, rule).flatten();
    let fits = match name {
        "minimum" => matches!(order, Some(Greater | Equal)),
        "maximum" => matches!(order, Some(Less | Equal)),
        "exclusiveMinimum" => order == Some(Greater),
        _ => order == Some(Less),
    };
    // Decimals compare through their own rules; an order that is not known is no violation.
    if fits || (order.is_none() && matches!(data, Value::Decimal(_))) {
        return Ok(None);
    }
    problem(pointer, format!("{} is beyond {name} {rule:?}", shown(data)))
}

pub(super) fn size(name: &str, rule: &Document, actual: usize, what: &str, pointer: &str) -> Found {
    let bound = match rule {
        Document::Int(n) => usize::try_from(*n).unwrap_or(0),
        Document::Float(x) if *x >= 0.0 => *x as usize,
        _ => return Err(unusable(&format!("{name} must be a number"))),
    };
    let fits = if name.starts_with("min") { actual >= bound } else { actual <= bound };
    if fits { Ok(None) } else { problem(pointer, format!("has {actual} {what}, {name} is {bound}")) }
}
