//! JSON Schema (drafts 2020-12 and 07) on values: whether data is what a schema says, and if not, where and why.
//!
//! A [`Schema`] is made once and holds no value of any run. References must be local (`#…`). `format` is an annotation, as the draft has it, unless the
//! host wants it asserted; `unevaluatedItems` and `unevaluatedProperties` are refused, because ignoring them would accept too much.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::formats;
use crate::document::{Dict, Document};
use crate::input::Datum;
use crate::modules::re::engine::{Mode, Pattern, Subject};
use crate::value::compare::{eq, nested, numbers_order};
use crate::value::exceptions::entity_error;
use crate::value::hash::hash_text;
use crate::value::interrupt::checkpoint;
use crate::value::number::IntView;
use crate::value::{self, R, Ref, Value, heap};

/// Why data does not fit a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What is wrong there.
    pub reason: String,
}

/// A schema that is ready for use: parsed, its references and patterns checked. Threads can share it.
#[derive(Debug)]
pub struct Schema {
    root: Document,
    /// The compiled patterns by their text.
    patterns: HashMap<Box<[u8]>, Pattern>,
}

impl Schema {
    /// A schema from its JSON text, outside of any run.
    ///
    /// # Errors
    /// Why it cannot be used, whatever the data.
    pub fn parse(text: &str) -> Result<Schema, String> {
        let _session = heap::Session::begin(None);
        let made = Datum::json(text).to_value().and_then(|schema| Schema::of(&schema));
        made.map_err(|raise| raise.0.arguments().first().map(Value::to_display).unwrap_or_default())
    }

    /// The schema that a value is.
    ///
    /// # Errors
    /// `EntityError` for a schema that cannot be used, or a limit.
    pub fn of(schema: &Value) -> R<Schema> {
        let mut made = Schema { root: Document::from_value(schema)?, patterns: HashMap::new() };
        let mut open = vec![&made.root];
        while let Some(part) = open.pop() {
            checkpoint(1)?;
            if let Some(list) = part.as_list() {
                open.extend(list);
            }
            for (key, rule) in entries(part) {
                let keyword = key.as_str().unwrap_or_default();
                match (keyword, rule.text_bytes()) {
                    ("$ref" | "$dynamicRef", Some(_)) => drop(resolve(&made.root, rule)?),
                    ("pattern", Some(pattern)) => drop(made.patterns.insert(pattern.into(), compiled(pattern)?)),
                    // Data that only looks like a schema.
                    ("const" | "enum" | "default" | "examples", _) => {}
                    _ => open.push(rule),
                }
                if keyword == "patternProperties" {
                    for (pattern, _) in entries(rule) {
                        let pattern = pattern.text_bytes().unwrap_or_default();
                        made.patterns.insert(pattern.into(), compiled(pattern)?);
                    }
                }
            }
        }
        Ok(made)
    }

    /// Validates data; `None` if it fits.
    ///
    /// # Errors
    /// `EntityError` for a schema that cannot be used, or a limit.
    pub fn validate(&self, data: &Value) -> R<Option<Problem>> {
        Validator::of(self).check(&self.root, data, "")
    }

    /// Validates data with `format` asserted; gives what is wrong, at most `most` findings.
    ///
    /// # Errors
    /// As [`Schema::validate`].
    pub fn validate_all(&self, data: &Value, most: usize) -> R<Vec<Problem>> {
        let validator = Validator { formats: true, most, ..Validator::of(self) };
        let last = validator.check(&self.root, data, "")?;
        let mut problems = validator.kept.into_inner();
        problems.extend(last);
        Ok(problems)
    }
}

/// The items of an object.
fn entries(document: &Document) -> impl Iterator<Item = (&Document, &Document)> {
    document.as_dict().into_iter().flat_map(Dict::iter)
}

fn compiled(pattern: &[u8]) -> R<Pattern> {
    Pattern::compile(pattern, true, 0)
        .map_err(|_| unusable(&format!("the pattern {} is no regular expression", String::from_utf8_lossy(pattern))))
}

/// What an object of the data has under a key of the schema.
fn get(object: &value::Dict, key: &Document) -> Option<Value> {
    key.text_bytes().and_then(|text| object.get_text(hash_text(text), text))
}

/// A text of the schema for people.
fn display(text: &Document) -> Cow<'_, str> {
    String::from_utf8_lossy(text.text_bytes().unwrap_or_default())
}

struct Validator<'a> {
    schema: &'a Schema,
    /// Whether `format` is asserted.
    formats: bool,
    /// Findings after which validation ends.
    most: usize,
    /// Keywords around that only ask whether something would fit.
    trials: Cell<u32>,
    /// Findings before the one that ends validation.
    kept: RefCell<Vec<Problem>>,
}

type Found = R<Option<Problem>>;

fn problem(pointer: &str, reason: impl Into<String>) -> Found {
    Ok(Some(Problem { pointer: pointer.to_owned(), reason: reason.into() }))
}

fn unusable(what: &str) -> crate::value::Raise {
    entity_error(format!("the JSON Schema cannot be used: {what}"))
}

/// A key as a step of a JSON pointer.
fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
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
fn shown(value: &Value) -> String {
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

fn is_nullable(schema: &Dict) -> bool {
    matches!(schema.get("nullable"), Some(Document::Bool(true)))
}

fn is_number(value: &Value) -> bool {
    matches!(type_name(value), "integer" | "number")
}

impl<'a> Validator<'a> {
    /// Ends with the first finding.
    fn of(schema: &'a Schema) -> Validator<'a> {
        Validator { schema, formats: false, most: 1, trials: Cell::new(0), kept: RefCell::default() }
    }
}

impl Validator<'_> {
    /// Keeps a finding and goes on, or gives it back to end with it.
    fn keep(&self, found: Option<Problem>) -> Option<Problem> {
        let mut kept = self.kept.borrow_mut();
        if self.trials.get() > 0 || kept.len() + 1 >= self.most {
            return found;
        }
        kept.extend(found);
        None
    }

    /// Whether data would fit a schema.
    fn attempt(&self, schema: &Document, data: &Value, pointer: &str) -> Found {
        self.trials.set(self.trials.get() + 1);
        let found = self.check(schema, data, pointer);
        self.trials.set(self.trials.get() - 1);
        found
    }

    fn check(&self, schema: &Document, data: &Value, pointer: &str) -> Found {
        checkpoint(20)?;
        match schema {
            Document::Bool(true) => Ok(None),
            Document::Bool(false) => problem(pointer, "nothing is allowed here"),
            Document::Dict(schema) => nested(" in a JSON Schema", || self.keywords(schema, data, pointer)),
            _ => Err(unusable("a schema must be an object or a boolean")),
        }
    }

    fn keywords(&self, schema: &Dict, data: &Value, pointer: &str) -> Found {
        for (key, rule) in schema.iter() {
            let Some(name) = key.as_str() else { continue };
            let found = match name {
                "$ref" | "$dynamicRef" => self.check(resolve(&self.schema.root, rule)?, data, pointer)?,
                // OpenAPI documents say so what `"null"` among the types says.
                "type" | "enum" if matches!(data, Value::None) && is_nullable(schema) => None,
                "type" => types(rule, data, pointer)?,
                "enum" => one_of(rule, data, pointer)?,
                "const" if !eq(&rule.to_value()?, data)? => {
                    problem(pointer, format!("must be {}", shown(&rule.to_value()?)))?
                }
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" if is_number(data) => {
                    number(name, &rule.to_value()?, data, pointer)?
                }
                "minLength" | "maxLength" | "pattern" if data.text_bytes().is_some() => {
                    self.text(name, rule, data, pointer)?
                }
                "allOf" | "anyOf" | "oneOf" | "not" | "if" => self.combined(name, schema, rule, data, pointer)?,
                "format" if self.formats => format(rule, data, pointer)?,
                "unevaluatedItems" | "unevaluatedProperties" => {
                    return Err(unusable(&format!("the keyword {name} is not supported")));
                }
                _ => match data {
                    Value::List(list) => self.array(name, schema, rule, &list.to_vec(), pointer)?,
                    Value::Tuple(tuple) => self.array(name, schema, rule, &tuple.items, pointer)?,
                    Value::Dict(object) => self.object(name, schema, rule, object, pointer)?,
                    Value::MultiMap(map) => self.object(name, schema, rule, &map.to_plain()?, pointer)?,
                    _ => None,
                },
            };
            let found = self.keep(found);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn combined(&self, name: &str, schema: &Dict, rule: &Document, data: &Value, pointer: &str) -> Found {
        let parts = rule.as_list().unwrap_or_default();
        match name {
            "allOf" => {
                for part in parts {
                    let found = self.check(part, data, pointer)?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }
            "anyOf" | "oneOf" => {
                let (mut fitting, mut first) = (0, None);
                for part in parts {
                    match self.attempt(part, data, pointer)? {
                        None => fitting += 1,
                        Some(found) => first = first.or(Some(found)),
                    }
                }
                match (fitting, name) {
                    (0, _) => Ok(Some(Problem {
                        pointer: pointer.to_owned(),
                        reason: format!(
                            "{} fits none of the alternatives{}",
                            shown(data),
                            first.map_or_else(String::new, |f| format!(" (the first: {})", f.reason))
                        ),
                    })),
                    (2.., "oneOf") => problem(pointer, format!("{} fits more than one alternative", shown(data))),
                    _ => Ok(None),
                }
            }
            "not" => match self.attempt(rule, data, pointer)? {
                None => problem(pointer, format!("{} is what must not be", shown(data))),
                Some(_) => Ok(None),
            },
            _ => {
                let branch = if self.attempt(rule, data, pointer)?.is_none() { "then" } else { "else" };
                schema.get(branch).map_or(Ok(None), |part| self.check(part, data, pointer))
            }
        }
    }

    fn array(&self, name: &str, schema: &Dict, rule: &Document, items: &[Value], pointer: &str) -> Found {
        let count = |key: &str| schema.get(key).and_then(Document::as_list).map(<[Document]>::len);
        match (name, rule.as_list()) {
            // In draft 07 a list of `items` is what `prefixItems` is now, and `additionalItems` what `items` is.
            ("prefixItems" | "items", Some(schemas)) => {
                for (n, (item, part)) in items.iter().zip(schemas).enumerate() {
                    let found = self.check(part, item, &step(pointer, &n.to_string()))?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }
            ("items", None) => self.rest(rule, items, count("prefixItems").unwrap_or(0), pointer),
            ("additionalItems", _) => match count("items") {
                Some(first) => self.rest(rule, items, first, pointer),
                None => Ok(None),
            },
            ("contains", _) => {
                let mut count = 0;
                for (n, item) in items.iter().enumerate() {
                    count += usize::from(self.attempt(rule, item, &step(pointer, &n.to_string()))?.is_none());
                }
                let bound = |key: &str, default: usize| match schema.get(key) {
                    Some(Document::Int(n)) => usize::try_from(*n).unwrap_or(0),
                    _ => default,
                };
                if count < bound("minContains", 1) || count > bound("maxContains", usize::MAX) {
                    return problem(pointer, format!("{count} elements are as `contains` wants them"));
                }
                Ok(None)
            }
            ("minItems" | "maxItems", _) => size(name, rule, items.len(), "elements", pointer),
            ("uniqueItems", _) if matches!(rule, Document::Bool(true)) => {
                for (n, item) in items.iter().enumerate() {
                    for earlier in items.iter().take(n) {
                        checkpoint(4)?;
                        if eq(item, earlier)? {
                            return problem(&step(pointer, &n.to_string()), "the element occurs before");
                        }
                    }
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Checks the elements behind the first ones.
    fn rest(&self, rule: &Document, items: &[Value], first: usize, pointer: &str) -> Found {
        for (n, item) in items.iter().enumerate().skip(first) {
            let found = self.check(rule, item, &step(pointer, &n.to_string()))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn object(&self, name: &str, schema: &Dict, rule: &Document, object: &Ref<value::Dict>, pointer: &str) -> Found {
        match name {
            "properties" => {
                for (key, part) in entries(rule) {
                    if let Some(value) = get(object, key) {
                        let found = self.check(part, &value, &step(pointer, &display(key)))?;
                        if found.is_some() {
                            return Ok(found);
                        }
                    }
                }
                Ok(None)
            }
            "patternProperties" => {
                for (pattern, part) in entries(rule) {
                    for (key, value) in object.items() {
                        if self.matches(pattern, &key)? {
                            let found = self.check(part, &value, &step(pointer, &key.to_display()))?;
                            if found.is_some() {
                                return Ok(found);
                            }
                        }
                    }
                }
                Ok(None)
            }
            "additionalProperties" => self.additional(schema, rule, object, pointer),
            "propertyNames" => {
                for (key, _) in object.items() {
                    if let Some(found) = self.attempt(rule, &key, pointer)? {
                        return problem(pointer, format!("the key '{}': {}", key.to_display(), found.reason));
                    }
                }
                Ok(None)
            }
            "required" => {
                for name in rule.as_list().unwrap_or_default() {
                    if get(object, name).is_none() {
                        let found = self.keep(problem(pointer, format!("the key '{}' is missing", display(name)))?);
                        if found.is_some() {
                            return Ok(found);
                        }
                    }
                }
                Ok(None)
            }
            // Draft 07 has one keyword for both kinds of dependencies.
            "dependentRequired" | "dependentSchemas" | "dependencies" => {
                for (key, part) in entries(rule).filter(|(key, _)| get(object, key).is_some()) {
                    let found = match part {
                        Document::List(_) => {
                            let missing = self.object("required", schema, part, object, pointer)?;
                            let with = |found: Problem| Problem {
                                reason: format!("{} (needed with '{}')", found.reason, display(key)),
                                ..found
                            };
                            missing.map(with)
                        }
                        part => self.check(part, &Value::Dict(object.clone()), pointer)?,
                    };
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }
            "minProperties" | "maxProperties" => size(name, rule, object.len(), "keys", pointer),
            _ => Ok(None),
        }
    }

    fn text(&self, name: &str, rule: &Document, data: &Value, pointer: &str) -> Found {
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
    fn matches(&self, pattern: &Document, text: &Value) -> R<bool> {
        let (Some(pattern), Some(text)) = (pattern.text_bytes(), text.text_bytes()) else { return Ok(false) };
        let found = |own: &Pattern| own.match_at(Subject::text(text), 0, text.len(), Mode::Search);
        let found = match self.schema.patterns.get(pattern) {
            Some(own) => found(own),
            // A reference may lead to what looked like data.
            None => found(&compiled(pattern)?),
        };
        Ok(found?.is_some())
    }

    fn additional(&self, schema: &Dict, rule: &Document, object: &Ref<value::Dict>, pointer: &str) -> Found {
        let known = schema.get("properties").and_then(Document::as_dict);
        let patterns = schema.get("patternProperties");
        for (key, value) in object.items() {
            let mut covered = known.zip(key.as_str()).is_some_and(|(known, key)| known.get(key).is_some());
            for (pattern, _) in patterns.into_iter().flat_map(entries) {
                covered = covered || self.matches(pattern, &key)?;
            }
            if covered {
                continue;
            }
            if matches!(rule, Document::Bool(false)) {
                let found = self.keep(problem(pointer, format!("the key '{}' is not allowed", key.to_display()))?);
                if found.is_some() {
                    return Ok(found);
                }
                continue;
            }
            let found = self.check(rule, &value, &step(pointer, &key.to_display()))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// The schema that a local reference names.
fn resolve<'a>(root: &'a Document, reference: &Document) -> R<&'a Document> {
    let text = reference.as_str().unwrap_or_default();
    let Some(fragment) = text.strip_prefix('#') else {
        return Err(unusable(&format!("the reference {text} is not local")));
    };
    let missing = || unusable(&format!("there is nothing at {text}"));
    if !fragment.is_empty() && !fragment.starts_with('/') {
        return find_anchor(root, fragment)?.ok_or_else(missing);
    }
    let mut at = root;
    for part in fragment.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let inner = match at {
            Document::Dict(dict) => dict.get(&part),
            Document::List(list) => part.parse().ok().and_then(|n: usize| list.get(n)),
            _ => None,
        };
        at = inner.ok_or_else(missing)?;
    }
    Ok(at)
}

/// The subschema with an `$anchor`.
fn find_anchor<'a>(root: &'a Document, anchor: &str) -> R<Option<&'a Document>> {
    let mut open = vec![root];
    while let Some(at) = open.pop() {
        checkpoint(4)?;
        let is = |key: &str| at.get(key).is_some_and(|own| own.as_str() == Some(anchor));
        if is("$anchor") || is("$dynamicAnchor") {
            return Ok(Some(at));
        }
        open.extend(at.as_list().unwrap_or_default());
        open.extend(entries(at).map(|(_, part)| part));
    }
    Ok(None)
}

fn format(rule: &Document, data: &Value, pointer: &str) -> Found {
    match (rule.as_str(), data.as_text()) {
        (Some(name), Some(text)) if formats::fits(name, &text.lossy()) == Some(false) => {
            problem(pointer, format!("{} is no {name}", shown(data)))
        }
        _ => Ok(None),
    }
}

fn types(rule: &Document, data: &Value, pointer: &str) -> Found {
    let single = std::slice::from_ref(rule);
    let wanted: Vec<_> = rule.as_list().unwrap_or(single).iter().map(display).collect();
    if wanted.iter().any(|name| has_type(data, name)) {
        return Ok(None);
    }
    problem(pointer, format!("must be {}, is {}", wanted.join(" or "), shown(data)))
}

fn one_of(rule: &Document, data: &Value, pointer: &str) -> Found {
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

fn number(name: &str, rule: &Value, data: &Value, pointer: &str) -> Found {
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

fn size(name: &str, rule: &Document, actual: usize, what: &str, pointer: &str) -> Found {
    let bound = match rule {
        Document::Int(n) => usize::try_from(*n).unwrap_or(0),
        Document::Float(x) if *x >= 0.0 => *x as usize,
        _ => return Err(unusable(&format!("{name} must be a number"))),
    };
    let fits = if name.starts_with("min") { actual >= bound } else { actual <= bound };
    if fits { Ok(None) } else { problem(pointer, format!("has {actual} {what}, {name} is {bound}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(text: &str) -> Schema {
        Schema::of(&Datum::json(text).to_value().expect("JSON")).expect("usable schema")
    }

    fn check(text: &str, data: &str) -> Option<(String, String)> {
        let data = Datum::json(data).to_value().expect("data");
        schema(text).validate(&data).expect("usable schema").map(|p| (p.pointer, p.reason))
    }

    #[test]
    fn every_keyword_accepts_and_refuses() {
        for (schema, good, bad, pointer) in [
            (r#"{"type": "integer"}"#, "1.0", "1.5", ""),
            (r#"{"type": ["string", "null"]}"#, "null", "1", ""),
            (r#"{"enum": [1, "a"]}"#, "\"a\"", "true", ""),
            (r#"{"const": {"a": 1}}"#, r#"{"a": 1}"#, r#"{"a": 2}"#, ""),
            (r#"{"minimum": 3}"#, "3", "2.9", ""),
            (r#"{"exclusiveMaximum": 3}"#, "2", "3", ""),
            (r#"{"multipleOf": 0.1}"#, "0.3", "0.35", ""),
            (r#"{"minLength": 2}"#, "\"äö\"", "\"ä\"", ""),
            (r#"{"pattern": "^a+$"}"#, "\"aa\"", "\"ab\"", ""),
            (r#"{"items": {"type": "string"}}"#, "[]", "[\"a\", 1]", "/1"),
            (r#"{"prefixItems": [{"type": "string"}], "items": false}"#, "[\"a\"]", "[\"a\", 1]", "/1"),
            (r#"{"items": [{"type": "string"}], "additionalItems": false}"#, "[\"a\"]", "[\"a\", 1]", "/1"),
            (r#"{"items": [{"type": "string"}]}"#, "[\"a\", 1]", "[1]", "/0"),
            (r#"{"type": "string", "nullable": true}"#, "null", "1", ""),
            (r#"{"dependencies": {"a": ["b"]}}"#, "{}", r#"{"a": 1}"#, ""),
            (r#"{"contains": {"const": 1}}"#, "[0, 1]", "[0]", ""),
            (r#"{"uniqueItems": true}"#, "[1, 2]", "[1, 2, 1]", "/2"),
            (r#"{"required": ["a"]}"#, r#"{"a": null}"#, "{}", ""),
            (r#"{"properties": {"a/b": {"type": "null"}}}"#, "{}", r#"{"a/b": 1}"#, "/a~1b"),
            (r#"{"properties": {"a": true}, "additionalProperties": false}"#, r#"{"a": 1}"#, r#"{"b": 1}"#, ""),
            (r#"{"patternProperties": {"^n": {"type": "number"}}}"#, r#"{"n1": 1}"#, r#"{"n1": "x"}"#, "/n1"),
            (r#"{"propertyNames": {"maxLength": 1}}"#, r#"{"a": 1}"#, r#"{"ab": 1}"#, ""),
            (r#"{"dependentRequired": {"a": ["b"]}}"#, "{}", r#"{"a": 1}"#, ""),
            (r#"{"allOf": [{"minimum": 1}, {"maximum": 2}]}"#, "2", "3", ""),
            (r#"{"anyOf": [{"type": "string"}, {"type": "null"}]}"#, "null", "1", ""),
            (r#"{"oneOf": [{"minimum": 1}, {"maximum": 2}]}"#, "0", "1.5", ""),
            (r#"{"not": {"type": "string"}}"#, "1", "\"a\"", ""),
            (r#"{"if": {"minimum": 10}, "then": {"multipleOf": 10}}"#, "20", "15", ""),
            (r##"{"$defs": {"n": {"type": "number"}}, "items": {"$ref": "#/$defs/n"}}"##, "[1]", "[\"a\"]", "/0"),
            (
                r##"{"properties": {"next": {"$ref": "#"}}, "required": ["v"]}"##,
                r#"{"v": 1}"#,
                r#"{"v": 1, "next": {}}"#,
                "/next",
            ),
        ] {
            assert_eq!(check(schema, good), None, "{schema} accepts {good}");
            let found = check(schema, bad);
            assert_eq!(found.as_ref().map(|(p, _)| p.as_str()), Some(pointer), "{schema} refuses {bad}");
        }
    }

    #[test]
    fn all_findings_are_collected_up_to_the_bound() {
        let schema = r##"{"type": "object", "required": ["a", "b"], "additionalProperties": false, "properties": {
            "n": {"type": "integer", "minimum": 3}, "d": {"format": "date"}, "l": {"items": {"anyOf": [{"type": "null"}, {"const": 1}]}}}}"##;
        let schema = self::schema(schema);
        let data = r#"{"n": 2.5, "d": "tomorrow", "l": [null, 1, 2], "x": 1}"#;
        let data = Datum::json(data).to_value().expect("data");
        let found = |most| {
            let problems = schema.validate_all(&data, most).expect("usable schema");
            problems.into_iter().map(|problem| problem.pointer).collect::<Vec<_>>()
        };
        assert_eq!(found(10), ["", "", "", "/n", "/n", "/d", "/l/2"]);
        assert_eq!(found(4), ["", "", "", "/n"]);
        assert_eq!(found(1), [""]);
    }

    #[test]
    fn a_recursive_reference_without_progress_ends() {
        assert!(schema(r##"{"$ref": "#"}"##).validate(&Value::Int(1)).is_err());
    }
}
