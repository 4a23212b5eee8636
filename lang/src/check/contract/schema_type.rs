//! From a JSON Schema (drafts 2020-12 and 07) to a type (spec 12.4).
//!
//! A schema can be hostile: references may form circles or multiply, nesting may be deep. Every reference is followed once
//! at a time, its type is kept, and a budget bounds the number of schemas that are looked at; beyond it everything is `Any`.
//! Keywords that restrict without choosing a kind (`minimum`, `pattern`, `format`, `not`, `if`) change no type.

use std::collections::HashMap;

use super::sample;
use crate::check::types::fit::{Fit, fit};
use crate::check::types::{Field, Literal, Rest, Shape, Type};
use crate::check::with_stack;
use crate::document::{Dict, Document};

/// Most schemas that are looked at for one type.
const BUDGET: usize = 20_000;
/// Most values of an `enum` that become literals; longer ones give the types of their values.
const MOST_VALUES: usize = 64;

/// Keywords that only make sense for objects.
const OF_OBJECTS: &[&str] = &["properties", "required", "patternProperties", "additionalProperties"];

/// The type of the values that a schema accepts.
///
/// # Errors
/// What makes the schema unusable: it is neither object nor boolean, or it refers to something that is not in it.
pub fn type_of_schema(schema: &Document) -> Result<Type, String> {
    let mut reader = Reader { root: schema, known: HashMap::new(), open: Vec::new(), budget: BUDGET };
    reader.schema(schema)
}

struct Reader<'a> {
    root: &'a Document,
    /// The types of references that have been followed.
    known: HashMap<String, Type>,
    /// The references that are being followed.
    open: Vec<String>,
    budget: usize,
}

impl<'a> Reader<'a> {
    fn schema(&mut self, schema: &'a Document) -> Result<Type, String> {
        let Some(budget) = self.budget.checked_sub(1) else { return Ok(Type::Any) };
        self.budget = budget;
        match schema {
            Document::Bool(true) => Ok(Type::Any),
            Document::Bool(false) => Ok(Type::Never),
            Document::Dict(keywords) => with_stack(|| self.keywords(keywords)),
            other => Err(format!("a schema is an object or a boolean, not a value of type {}", other.type_name())),
        }
    }

    /// What all keywords together accept.
    fn keywords(&mut self, schema: &'a Dict) -> Result<Type, String> {
        let mut ty = self.kinds(schema)?;
        if let Some(value) = schema.get("const") {
            ty = both(&ty, &value_type(value));
        }
        if let Some(values) = schema.get("enum").and_then(Document::as_list) {
            let types = values.iter().map(value_type);
            let all = Type::union(types);
            ty = both(&ty, &if values.len() > MOST_VALUES { all.widened() } else { all });
        }
        if let Some(reference) = schema.get("$ref").or_else(|| schema.get("$dynamicRef")) {
            let reference = reference.as_str().unwrap_or_default();
            ty = both(&ty, &self.reference(reference)?);
        }
        for part in schema.get("allOf").and_then(Document::as_list).unwrap_or_default() {
            ty = both(&ty, &self.schema(part)?);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(parts) = schema.get(keyword).and_then(Document::as_list) {
                let parts = parts.iter().map(|part| self.schema(part)).collect::<Result<Vec<_>, _>>()?;
                ty = both(&ty, &Type::union(parts));
            }
        }
        // `nullable` is no keyword of JSON Schema, but of the OpenAPI documents that schemas are taken from.
        if schema.get("nullable").and_then(Document::as_bool) == Some(true) {
            ty = ty.join(&Type::NONE);
        }
        Ok(ty)
    }

    /// What `type` and the keywords of arrays and objects accept.
    fn kinds(&mut self, schema: &'a Dict) -> Result<Type, String> {
        let names: Vec<&str> = match schema.get("type") {
            Some(Document::List(names)) => names.as_slice().iter().filter_map(Document::as_str).collect(),
            Some(name) => name.as_str().into_iter().collect(),
            // Who speaks of properties means an object.
            None if OF_OBJECTS.iter().any(|keyword| schema.get(keyword).is_some()) => vec!["object"],
            None if schema.get("items").is_some() || schema.get("prefixItems").is_some() => vec!["array"],
            None => return Ok(Type::Any),
        };
        let mut types = Vec::new();
        for name in names {
            types.push(match name {
                "string" => Type::STR,
                "integer" => Type::INT,
                "number" => Type::union([Type::INT, Type::FLOAT]),
                "boolean" => Type::BOOL,
                "null" => Type::NONE,
                "array" => self.array(schema)?,
                "object" => self.object(schema)?,
                other => return Err(format!("there is no type `{other}`; the types are string, integer, number, boolean, null, array and object")),
            });
        }
        Ok(if types.is_empty() { Type::Any } else { Type::union(types) })
    }

    fn array(&mut self, schema: &'a Dict) -> Result<Type, String> {
        let mut elements = Vec::new();
        // In draft 07 a list of `items` is what `prefixItems` is now, and `additionalItems` what `items` is.
        let (prefix, rest) = match schema.get("items") {
            Some(Document::List(_)) => (schema.get("items"), schema.get("additionalItems")),
            items => (schema.get("prefixItems"), items),
        };
        for item in prefix.and_then(Document::as_list).unwrap_or_default() {
            elements.push(self.schema(item)?);
        }
        elements.push(match rest {
            Some(rest) => self.schema(rest)?,
            None => Type::Any,
        });
        Ok(Type::list(Type::union(elements)))
    }

    fn object(&mut self, schema: &'a Dict) -> Result<Type, String> {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Document::as_list)
            .unwrap_or_default()
            .iter()
            .filter_map(Document::as_str)
            .collect();
        let mut fields = Vec::new();
        if let Some(properties) = schema.get("properties").and_then(Document::as_dict) {
            for (key, part) in properties.iter() {
                let Some(key) = key.as_str() else { continue };
                let ty = self.schema(part)?;
                // A property that nothing fits must not be there.
                if ty != Type::Never {
                    fields.push(Field { key: key.into(), ty, required: required.contains(&key) });
                }
            }
        }
        for key in required {
            if !fields.iter().any(|field| &*field.key == key) {
                fields.push(Field { key: key.into(), ty: Type::Any, required: true });
            }
        }
        let mut patterns = Vec::new();
        if let Some(parts) = schema.get("patternProperties").and_then(Document::as_dict) {
            for (_, part) in parts.iter() {
                patterns.push(self.schema(part)?);
            }
        }
        let rest = match schema.get("additionalProperties") {
            None | Some(Document::Bool(true)) => Rest::Unmentioned,
            Some(Document::Bool(false)) if patterns.is_empty() => Rest::Closed,
            Some(Document::Bool(false)) => Rest::Typed(Type::union(patterns)),
            Some(part) => Rest::Typed(Type::union(patterns.into_iter().chain([self.schema(part)?]))),
        };
        Ok(match (fields.is_empty(), rest) {
            (true, Rest::Unmentioned) => Type::dict(Type::STR, Type::Any),
            (true, Rest::Typed(ty)) => Type::dict(Type::STR, ty),
            (_, rest) => Type::shape(fields, rest),
        })
    }

    /// The type behind a local reference; a circle ends in `Any`.
    fn reference(&mut self, reference: &str) -> Result<Type, String> {
        if let Some(known) = self.known.get(reference) {
            return Ok(known.clone());
        }
        if self.open.iter().any(|open| open == reference) {
            return Ok(Type::Any);
        }
        let target = self.find(reference)?;
        self.open.push(reference.to_owned());
        let ty = self.schema(target);
        self.open.pop();
        let ty = ty?;
        // What was found inside of a circle is not the whole truth.
        if self.open.is_empty() {
            self.known.insert(reference.to_owned(), ty.clone());
        }
        Ok(ty)
    }

    fn find(&self, reference: &str) -> Result<&'a Document, String> {
        let own_id = self.root.get("$id").and_then(Document::as_str).unwrap_or_default();
        let local = reference.strip_prefix(own_id).filter(|rest| rest.starts_with('#') || rest.is_empty());
        let local = local.or(Some(reference)).filter(|local| local.is_empty() || local.starts_with('#'));
        let Some(local) = local else {
            return Err(format!(
                "the reference `{reference}` leads out of the schema; only local references such as `#/$defs/name` can be followed"
            ));
        };
        let fragment = percent_decoded(local.trim_start_matches('#'));
        let missing = || format!("there is nothing at `{reference}` in the schema");
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return anchor(self.root, &fragment).ok_or_else(missing);
        }
        let mut at = self.root;
        for step in fragment.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            at = match at {
                Document::List(items) => {
                    step.parse().ok().and_then(|n: usize| items.as_slice().get(n)).ok_or_else(missing)?
                }
                other => other.get(&step).ok_or_else(missing)?,
            };
        }
        Ok(at)
    }
}

/// A fragment of a URI as text.
fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let code = tail
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|d| u8::from_str_radix(d, 16).ok());
        match code.filter(|_| *byte == b'%') {
            Some(code) => {
                out.push(code);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The subschema that is marked with an `$anchor`.
fn anchor<'a>(root: &'a Document, name: &str) -> Option<&'a Document> {
    let mut open = vec![root];
    while let Some(at) = open.pop() {
        match at {
            Document::Dict(dict) => {
                if ["$anchor", "$dynamicAnchor"]
                    .iter()
                    .any(|key| dict.get(key).and_then(Document::as_str) == Some(name))
                {
                    return Some(at);
                }
                open.extend(dict.iter().map(|(_, value)| value));
            }
            Document::List(items) => open.extend(items.as_slice()),
            _ => {}
        }
    }
    None
}

/// The type of one value that a schema spells out.
fn value_type(value: &Document) -> Type {
    match value {
        Document::Bool(value) => Type::Literal(Literal::Bool(*value)),
        Document::Int(value) => Type::Literal(Literal::Int(*value)),
        other => match other.as_str() {
            Some(text) => Type::text(text),
            None => sample::type_of_value(other),
        },
    }
}

/// The type of values that have both types, as far as it can be told.
fn both(one: &Type, two: &Type) -> Type {
    match (one, two) {
        (Type::Any, other) | (other, Type::Any) => other.clone(),
        (Type::Never, _) | (_, Type::Never) => Type::Never,
        (Type::Shape(one), Type::Shape(two)) => shapes(one, two),
        (Type::Union(members), other) | (other, Type::Union(members)) => {
            Type::union(members.iter().filter(|member| compatible(member, other)).map(|member| both(member, other)))
        }
        _ if !compatible(one, two) => Type::Never,
        (Type::Generic(..), Type::Shape(_)) => two.clone(),
        _ if fit(two, one) == Fit::Yes => two.clone(),
        _ => one.clone(),
    }
}

/// Can a value have both types?
fn compatible(one: &Type, two: &Type) -> bool {
    // The rules of use are wider than those of schemas: an int is no float, and anything has a truth.
    match (one.class(), two.class()) {
        (Some(own), Some(other)) => std::ptr::eq(own, other) && (fit(one, two) != Fit::No || fit(two, one) != Fit::No),
        _ => fit(one, two) != Fit::No || fit(two, one) != Fit::No,
    }
}

/// A dict that has both shapes.
fn shapes(one: &Shape, two: &Shape) -> Type {
    let beyond = |shape: &Shape| match &shape.rest {
        Rest::Closed => None,
        Rest::Unmentioned => Some(Type::Any),
        Rest::Typed(ty) => Some(ty.clone()),
    };
    let mut fields = Vec::new();
    for (own, other) in [(one, two), (two, one)] {
        for field in &own.fields {
            if fields.iter().any(|known: &Field| known.key == field.key) {
                continue;
            }
            let theirs = other.field(&field.key);
            // A key that the other shape excludes can only be absent.
            let Some(their_type) = theirs.map(|field| field.ty.clone()).or_else(|| beyond(other)) else { continue };
            let required = field.required || theirs.is_some_and(|field| field.required);
            fields.push(Field { key: field.key.clone(), ty: both(&field.ty, &their_type), required });
        }
    }
    let rest = match (&one.rest, &two.rest) {
        (Rest::Closed, _) | (_, Rest::Closed) => Rest::Closed,
        (Rest::Typed(one), Rest::Typed(two)) => Rest::Typed(both(one, two)),
        (Rest::Typed(ty), _) | (_, Rest::Typed(ty)) => Rest::Typed(ty.clone()),
        _ => Rest::Unmentioned,
    };
    Type::shape(fields, rest)
}
