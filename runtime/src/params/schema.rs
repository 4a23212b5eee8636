//! Tables as JSON Schema (draft 2020-12), for YAML editors.

use serde_json::{Map, Value as Json, json};

use super::shape::{Field, Mode, Need, Shape, Table};

/// The schema of a mapping with the fields of `table`. `steps` is a reference to the schema of a list of steps.
#[must_use]
pub fn json_schema(table: &Table) -> Json {
    let properties: Map<_, _> = table.fields.iter().map(|f| (f.name.to_owned(), field_schema(f))).collect();
    let required: Vec<_> = table.fields.iter().filter(|f| f.need == Need::Required).map(|f| f.name).collect();
    let mut schema = json!({
        "type": "object",
        "description": prose(table.doc),
        "properties": properties,
        "additionalProperties": false,
    });
    // An absent configuration may be the only one of its type.
    let required: Vec<_> = required
        .into_iter()
        .filter(|name| !table.field(name).is_some_and(|f| matches!(f.shape, Shape::Config(_))))
        .collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    match table.main() {
        Some(main) if table.fields.iter().all(|f| f.is_main || f.need != Need::Required) => {
            json!({"description": prose(table.doc), "anyOf": [schema, field_schema(main)]})
        }
        _ => schema,
    }
}

/// The schema of one parameter with its description and default.
fn field_schema(field: &Field) -> Json {
    let literal = shape_schema(&field.shape);
    let mut schema = match field.mode {
        Mode::Literal => literal,
        Mode::Expression => json!({"$ref": "#/$defs/expression"}),
        Mode::Both if matches!(field.shape, Shape::Any) => literal,
        Mode::Both => json!({"anyOf": [literal, {"$ref": "#/$defs/expression"}]}),
    };
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".to_owned(), prose(field.doc).into());
        if let Need::Default(text) = field.need {
            object.insert("default".to_owned(), default_json(text));
        }
    }
    schema
}

fn default_json(text: &str) -> Json {
    if text.starts_with("#[") {
        return text.into();
    }
    let source = dataway_lang::source::SourceText::new("default", text);
    crate::yaml::parse(&source).0.and_then(|node| crate::expr::to_json(&node)).unwrap_or_else(|| text.into())
}

/// Documentation lines as one paragraph each.
fn prose(doc: &str) -> String {
    doc.trim()
        .split("\n\n")
        .map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn shape_schema(shape: &Shape) -> Json {
    match shape {
        Shape::Any => json!({}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Int(min, max) => {
            let mut schema = json!({"type": "integer"});
            if *min != i64::MIN {
                schema["minimum"] = json!(min);
            }
            if *max != i64::MAX {
                schema["maximum"] = json!(max);
            }
            schema
        }
        Shape::Number(min, max) => {
            let mut schema = json!({"type": "number"});
            if min.is_finite() {
                schema["minimum"] = json!(min);
            }
            if max.is_finite() {
                schema["maximum"] = json!(max);
            }
            schema
        }
        Shape::Text | Shape::Syntax(_) | Shape::Config(_) | Shape::Flow => json!({"type": "string"}),
        Shape::Name => json!({"$ref": "#/$defs/name"}),
        Shape::OneOf(texts) => json!({"enum": texts}),
        Shape::Duration(..) => json!({"$ref": "#/$defs/duration"}),
        Shape::Size => json!({"$ref": "#/$defs/size"}),
        Shape::List(inner, min, max) => {
            let mut schema = json!({"type": "array", "items": shape_schema(inner)});
            if *min > 0 {
                schema["minItems"] = json!(min);
            }
            if *max != usize::MAX {
                schema["maxItems"] = json!(max);
            }
            schema
        }
        Shape::Dict(inner) => json!({"type": "object", "additionalProperties": shape_schema(inner)}),
        Shape::Record(table) => json_schema(table),
        Shape::Either(shapes) => json!({"anyOf": shapes.iter().map(shape_schema).collect::<Vec<_>>()}),
        Shape::Steps => json!({"$ref": "#/$defs/steps"}),
        Shape::Schema => json!({"type": ["string", "object"]}),
        Shape::Trigger => json!({"$ref": "#/$defs/trigger"}),
        Shape::OneConfig => json!({"$ref": "#/$defs/config"}),
        Shape::Contract => json!({"$ref": "#/$defs/contract"}),
    }
}
