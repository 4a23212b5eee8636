//! From what is known about data to a JSON Schema: the contract that a sample suggests.

use dataway_lang::check::contract::Subject;
use dataway_lang::check::types::{Literal, Rest, Type};
use dataway_lang::value::types as descs;
use serde_json::{Map, Value, json};

use crate::script::Script;

/// Deepest nesting that is written; below it anything is allowed.
const MAX_DEPTH: usize = 64;

/// A schema for the payload of a script that so far has only a sample: as text, pretty.
#[must_use]
pub fn suggested(script: &Script) -> Option<String> {
    let knowledge = &script.context.knowledge;
    let has_schema = knowledge.origins.iter().any(|origin| origin.subject == Subject::Payload && !origin.is_sample);
    let payload = knowledge.contracts.payload.as_ref().filter(|stated| stated.is_sample && !has_schema)?;
    let mut schema = schema_of(&payload.ty, MAX_DEPTH);
    let root = schema.as_object_mut()?;
    root.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    let text = serde_json::to_string_pretty(&schema).ok()?;
    Some(format!("{text}\n"))
}

/// The schema of the values of a type.
#[must_use]
pub fn schema_of(ty: &Type, levels: usize) -> Value {
    let Some(levels) = levels.checked_sub(1) else { return json!({}) };
    match ty {
        Type::Entity(value, _) => schema_of(value, levels),
        Type::Literal(literal) => match literal {
            Literal::Bool(value) => json!({ "const": value }),
            Literal::Int(value) => json!({ "const": value }),
            Literal::Str(value) => json!({ "const": &**value }),
            Literal::Bytes(_) => json!({}),
        },
        Type::Shape(shape) => {
            let property =
                |field: &dataway_lang::check::types::Field| (field.key.to_string(), schema_of(&field.ty, levels));
            let properties: Map<String, Value> = shape.fields.iter().map(property).collect();
            let required: Vec<String> =
                shape.fields.iter().filter(|field| field.required).map(|field| field.key.to_string()).collect();
            let mut schema = json!({ "type": "object", "properties": properties });
            if !required.is_empty() {
                schema["required"] = required.into();
            }
            if shape.rest == Rest::Closed {
                schema["additionalProperties"] = false.into();
            }
            schema
        }
        Type::Union(members) => {
            let schemas: Vec<Value> = members.iter().map(|member| schema_of(member, levels)).collect();
            let names: Option<Vec<&Value>> = schemas
                .iter()
                .map(|schema| schema.as_object().filter(|one| one.len() == 1).and_then(|one| one.get("type")))
                .collect();
            match names {
                Some(names) => json!({ "type": names }),
                None => json!({ "anyOf": schemas }),
            }
        }
        Type::Generic(desc, items) if std::ptr::eq(*desc, &descs::LIST) => {
            json!({ "type": "array", "items": items.first().map_or_else(|| json!({}), |item| schema_of(item, levels)) })
        }
        Type::Generic(desc, items) if std::ptr::eq(*desc, &descs::DICT) => {
            let values = items.get(1).map_or_else(|| json!({}), |item| schema_of(item, levels));
            json!({ "type": "object", "additionalProperties": values })
        }
        other => of_class(other),
    }
}

fn of_class(ty: &Type) -> Value {
    let names = [
        (&descs::STR, "string"),
        (&descs::BOOL, "boolean"),
        (&descs::INT, "integer"),
        (&descs::FLOAT, "number"),
        (&descs::NONE, "null"),
    ];
    match names.iter().find(|(desc, _)| ty.is_instance(desc)) {
        Some((_, name)) => json!({ "type": name }),
        None => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dataway_lang::check::contract::{read_json, type_of_sample, type_of_schema};

    #[test]
    fn a_schema_says_what_its_sample_has() {
        let sample = br#"{"id": "a", "more": [{"x": null}, {"x": true, "y": 1}], "n": [1, 2.5]}"#;
        let ty = type_of_sample(sample, "application/json").expect("a sample");
        let schema = schema_of(&ty, MAX_DEPTH).to_string();
        let again = type_of_schema(&read_json(schema.as_bytes()).expect("JSON")).expect("a schema");
        assert_eq!(again.to_string(), ty.to_string());
    }
}
