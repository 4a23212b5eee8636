//! The JSON Schema of a file kind, put together from the tables: what `dataway schema` prints.

use serde_json::{Map, Value as Json, json};

use super::schema::json_schema;
use super::{Description, Params, Value};
use crate::expr::As;
use crate::model::{AppFile, FlowBody, SuiteBody, Trigger};
use crate::registry;

/// The kinds of files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// `app.yaml`
    App,
    /// Files below `flows/`.
    Flows,
    /// Files below `tests/`.
    Tests,
}

impl SchemaKind {
    /// Every kind with its name.
    pub const ALL: [(&'static str, SchemaKind); 3] =
        [("app", SchemaKind::App), ("flows", SchemaKind::Flows), ("tests", SchemaKind::Tests)];
}

/// The schema of a file kind (draft 2020-12).
#[must_use]
pub fn document(kind: SchemaKind) -> Json {
    let (title, mut root) = match kind {
        SchemaKind::App => ("Dataway app.yaml", json_schema(AppFile::TABLE)),
        SchemaKind::Flows => {
            let flow = json_schema(FlowBody::TABLE);
            let several = json!({
                "type": "object",
                "description": "Several flows in one file.",
                "properties": {"flows": {"type": "array", "items": {"$ref": "#/$defs/flow"}}},
                "required": ["flows"],
                "additionalProperties": false,
            });
            ("Dataway flows", json!({"anyOf": [{"$ref": "#/$defs/flow"}, several], "$defs": {"flow": flow}}))
        }
        SchemaKind::Tests => ("Dataway test suite", json_schema(SuiteBody::TABLE)),
    };
    let mut defs = match root.get("$defs") {
        Some(Json::Object(own)) => own.clone(),
        _ => Map::new(),
    };
    defs.extend(common());
    if kind == SchemaKind::App || kind == SchemaKind::Tests {
        defs.insert("config".to_owned(), config());
    }
    if kind != SchemaKind::App {
        defs.insert("steps".to_owned(), json!({"type": "array", "items": {"$ref": "#/$defs/step"}}));
        defs.insert("step".to_owned(), step());
        defs.insert("trigger".to_owned(), trigger());
    }
    if let Some(object) = root.as_object_mut() {
        object.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        object.insert("title".to_owned(), title.into());
        object.insert("$defs".to_owned(), Json::Object(defs));
    }
    root
}

/// What every kind refers to.
fn common() -> Map<String, Json> {
    let target = json!({"enum": As::NAMES, "description": "Output conversion."});
    let form = |key: &str, value: Json, description: &str| {
        json!({
            "type": "object",
            "description": description,
            "properties": {key: value, "as": target},
            "required": [key],
            "additionalProperties": false,
        })
    };
    let text = json!({"type": "string", "pattern": r"^\s*#\[[\s\S]*\]\s*$"});
    let expression = json!({
        "description": "An expression, a script, or a literal with a conversion.",
        "anyOf": [
            text,
            form("expr", text.clone(), "An expression with an output conversion."),
            form("script", json!({"type": "string"}), "A script file."),
            form("literal", json!({}), "A literal with an output conversion; nothing inside is evaluated."),
        ],
    });
    let contract = json!({
        "type": "object",
        "description": "What is said about data at design time.",
        "properties": {
            "schema": {"type": "string", "description": "Path of a JSON Schema."},
            "sample": {"type": "string", "description": "Path of a document like the data."},
            "type": {"type": "string", "description": "A type of the language."},
            "mime-type": {"type": "string", "description": "MIME type of the data; by suffix unless something is said."},
        },
        "additionalProperties": false,
        "oneOf": [{"required": ["schema"]}, {"required": ["sample"]}, {"required": ["type"]}],
    });
    let quantity = |pattern: &str, description: &str| {
        json!({
            "description": description,
            "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": pattern}],
        })
    };
    let pairs = [
        ("name", json!({"type": "string", "pattern": r"^[\p{L}_][\p{L}\p{N}_-]{0,127}$"})),
        (
            "duration",
            quantity(r"^(\d+(ms|s|m|h|d)?|\$\{.*\}.*)$", "A duration such as `250ms`, `5s`, `2m`, `1h`, `30d`."),
        ),
        (
            "size",
            quantity(r"^(\d+(B|KiB|MiB|GiB)?|\$\{.*\}.*)$", "A size such as `100KiB`, `64MiB`, `1GiB`, or bytes."),
        ),
        ("expression", expression),
        ("contract", contract),
    ];
    pairs.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// A step: one branch a component.
fn step() -> Json {
    let branch = |description: &Description| {
        let key = description.key;
        let parameters = json_schema(description.table);
        json!({
            "type": "object",
            "title": key,
            "description": parameters["description"],
            "properties": {
                key: parameters,
                "id": {
                    "type": "string",
                    "pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,63}$",
                    "description": "Unique in the flow; logs, tests and errors use it.",
                },
                "name": {"type": "string", "description": "Label for people."},
                "description": {"type": "string", "description": "What the step is for."},
            },
            "required": [key],
            "additionalProperties": false,
        })
    };
    let mut branches = vec![json!({"enum": ["break", "continue"], "description": "Ends the loop, or its turn."})];
    branches.extend(registry::components().map(|component| branch(&component.description)));
    json!({"description": "One component with its parameters.", "anyOf": branches})
}

/// A trigger: one branch a type.
fn trigger() -> Json {
    let branches = registry::triggers().map(|trigger| {
        let parameters = json_schema(trigger.table);
        json!({
            "type": "object",
            "title": trigger.key,
            "description": parameters["description"],
            "properties": {trigger.key: parameters},
            "required": [trigger.key],
            "additionalProperties": false,
        })
    });
    json!({"description": <Trigger as Value>::SHAPE.describe(), "anyOf": branches.collect::<Vec<_>>()})
}

/// A configuration: one branch a type. Numbers and the like may be substitutions.
fn config() -> Json {
    let branches = registry::configs().map(|config| {
        let mut schema = json_schema(config.table);
        if let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) {
            for property in properties.values_mut() {
                let description = property.get("description").cloned();
                let or_text = json!({"type": "string", "pattern": r"\$\{(config|secret|env):"});
                let mut either = json!({"anyOf": [property.take(), or_text]});
                if let Some(description) = description {
                    either["description"] = description;
                }
                *property = either;
            }
            properties.insert("type".to_owned(), json!({"const": config.key}));
        }
        let mut required = schema["required"].as_array().cloned().unwrap_or_default();
        required.insert(0, "type".into());
        schema["required"] = required.into();
        schema["title"] = config.key.into();
        schema
    });
    json!({"description": "A connector configuration.", "anyOf": branches.collect::<Vec<_>>()})
}
