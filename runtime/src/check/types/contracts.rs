//! What contracts say, as types: JSON Schema, samples, type expressions (part 1, section 8; language, section 12.4).

use dataway_lang::check::types::{Field, Literal, Rest, Type};
use dataway_lang::check::{self, CheckOptions};
use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions};
use serde_json::{Map, Value as Json};

use super::state::Known;
use crate::params::{Contract, ContractForm};

/// Deepest nesting of a schema that is followed, references included.
const MAX_DEPTH: usize = 24;
/// Most subschemas that are looked at: references may make a small schema large.
const MAX_SCHEMAS: usize = 20_000;
/// Most elements of a list of a sample that are looked at.
const MAX_ELEMENTS: usize = 1_000;

/// What a contract says.
pub fn known(contract: &Contract) -> Known {
    match &contract.form {
        ContractForm::Schema(text) => of_schema(text),
        ContractForm::Sample(bytes) => {
            let sample = serde_json::from_slice(bytes).ok().filter(|_| contract.mime_type.ends_with("json"));
            Known { ty: sample.map_or(Type::Any, |sample: Json| of_sample(&sample)), is_sample: true }
        }
        ContractForm::Type(text) => Known::sure(of_text(text)),
    }
}

/// What a JSON Schema says.
pub fn of_schema(text: &str) -> Known {
    let Ok(root) = serde_json::from_str::<Json>(text) else { return Known::any() };
    Known::sure(Schemas { root: &root, left: MAX_SCHEMAS }.ty(&root, 0))
}

/// What a type expression says: what the language makes of it as an annotation.
fn of_text(text: &str) -> Type {
    let source =
        SourceText::new("type", &format!("def dw_process(msg):\n    value: {text} = msg.payload\n    return value\n"));
    let parsed = syntax::parse(&source, &ParseOptions::default());
    let checked = check::check(&parsed.program, &source, &CheckOptions::default());
    let bound = checked.bindings.iter().find(|bound| &*bound.name == "value");
    bound.map_or(Type::Any, |bound| bound.ty.clone())
}

/// The type of a document like a sample: a field that some elements of a list lack is optional.
fn of_sample(sample: &Json) -> Type {
    match sample {
        Json::Null => Type::NONE,
        Json::Bool(_) => Type::BOOL,
        Json::Number(number) if number.is_f64() => Type::FLOAT,
        Json::Number(_) => Type::INT,
        Json::String(_) => Type::STR,
        Json::Array(items) => {
            let items = items.iter().take(MAX_ELEMENTS).map(of_sample);
            Type::list(items.reduce(|one, other| merged(&one, &other)).unwrap_or(Type::Any))
        }
        Json::Object(object) => {
            let field = |(key, value): (&String, &Json)| Field {
                key: key.as_str().into(),
                ty: of_sample(value),
                required: true,
            };
            Type::shape(object.iter().map(field).collect(), Rest::Unmentioned)
        }
    }
}

/// One type for two elements of a sample.
fn merged(one: &Type, other: &Type) -> Type {
    let (Type::Shape(left), Type::Shape(right)) = (one, other) else { return one.join(other) };
    let mut fields: Vec<Field> = Vec::new();
    for field in &left.fields {
        fields.push(match right.field(&field.key) {
            Some(same) => Field {
                key: field.key.clone(),
                ty: merged(&field.ty, &same.ty),
                required: field.required && same.required,
            },
            None => Field { required: false, ..field.clone() },
        });
    }
    let new = right.fields.iter().filter(|field| left.field(&field.key).is_none());
    fields.extend(new.map(|field| Field { required: false, ..field.clone() }));
    Type::shape(fields, Rest::Unmentioned)
}

/// Reading a schema.
struct Schemas<'a> {
    root: &'a Json,
    left: usize,
}

impl<'a> Schemas<'a> {
    /// The type of what a schema allows; `Any` for what types cannot say.
    fn ty(&mut self, schema: &'a Json, depth: usize) -> Type {
        self.left = self.left.saturating_sub(1);
        let Json::Object(rules) = schema else { return Type::Any };
        if depth > MAX_DEPTH || self.left == 0 {
            return Type::Any;
        }
        if let Some(reference) = rules.get("$ref").and_then(Json::as_str) {
            return match reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) {
                Some(target) => self.ty(target, depth + 1),
                None => Type::Any,
            };
        }
        if let Some(value) = rules.get("const") {
            return constant(value);
        }
        if let Some(values) = rules.get("enum").and_then(Json::as_array) {
            return Type::union(values.iter().map(constant));
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(parts) = rules.get(choice).and_then(Json::as_array)
                && !rules.contains_key("type")
            {
                let parts: Vec<_> = parts.iter().map(|part| self.ty(part, depth + 1)).collect();
                return Type::union(parts);
            }
        }
        match rules.get("type") {
            Some(Json::String(name)) => self.named(name, rules, depth),
            Some(Json::Array(names)) => {
                let names: Vec<_> = names.iter().filter_map(Json::as_str).collect();
                Type::union(names.into_iter().map(|name| self.named(name, rules, depth)).collect::<Vec<_>>())
            }
            _ if rules.contains_key("properties") => self.object(rules, depth),
            _ => Type::Any,
        }
    }

    fn named(&mut self, name: &str, rules: &'a Map<String, Json>, depth: usize) -> Type {
        match name {
            "string" => Type::STR,
            "integer" => Type::INT,
            "number" => Type::union([Type::INT, Type::FLOAT]),
            "boolean" => Type::BOOL,
            "null" => Type::NONE,
            "array" => Type::list(rules.get("items").map_or(Type::Any, |items| self.ty(items, depth + 1))),
            "object" => self.object(rules, depth),
            _ => Type::Any,
        }
    }

    fn object(&mut self, rules: &'a Map<String, Json>, depth: usize) -> Type {
        // What several schemas say together is left to whoever validates.
        if ["allOf", "$dynamicRef", "unevaluatedProperties"].iter().any(|key| rules.contains_key(*key)) {
            return Type::Any;
        }
        let required = rules.get("required").and_then(Json::as_array);
        let is_required = |key: &str| required.is_some_and(|names| names.iter().any(|name| name.as_str() == Some(key)));
        let properties = rules.get("properties").and_then(Json::as_object);
        let mut fields = Vec::new();
        for (key, schema) in properties.into_iter().flatten() {
            let ty = self.ty(schema, depth + 1);
            fields.push(Field { key: key.as_str().into(), ty, required: is_required(key) });
        }
        let rest = match rules.get("additionalProperties") {
            _ if rules.contains_key("patternProperties") => Rest::Typed(Type::Any),
            Some(Json::Bool(false)) => Rest::Closed,
            Some(schema @ Json::Object(_)) => Rest::Typed(self.ty(schema, depth + 1)),
            _ => Rest::Unmentioned,
        };
        Type::shape(fields, rest)
    }
}

/// The type of one value.
fn constant(value: &Json) -> Type {
    match value {
        Json::Null => Type::NONE,
        Json::Bool(value) => Type::Literal(Literal::Bool(*value)),
        Json::String(text) => Type::text(text),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Type::Literal(Literal::Int(number)),
            None => Type::union([Type::INT, Type::FLOAT]),
        },
        Json::Array(_) => Type::list(Type::Any),
        Json::Object(_) => Type::dict(Type::STR, Type::Any),
    }
}
