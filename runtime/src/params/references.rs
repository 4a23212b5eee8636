//! Parameters that name something else in the app: configurations, flows, schemas, contracts.

use std::sync::Arc;

use dataway_lang::check::contract::{read_json, type_of_sample, type_of_schema};
use dataway_lang::check::schema::Schema;
use dataway_lang::check::types::Type;
use dataway_lang::check::{self, CheckOptions};
use dataway_lang::diagnostic::{Diagnostic as Finding, Severity};
use dataway_lang::source::{SourceText, Span};
use dataway_lang::syntax::{self, ParseOptions};

use super::bundle::bundled;
use super::shape::Shape;
use super::{Reader, Value, Visitor};
use crate::diagnostic::Code;
use crate::yaml::Node;

/// A configuration, resolved: it exists and has the wanted type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRef {
    /// Its name in `app.yaml`.
    pub name: String,
}

impl Value for ConfigRef {
    const SHAPE: Shape = Shape::Config("");

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<ConfigRef> {
        let name = String::read(node, &Shape::Text, reader)?;
        let wanted = wanted_type(shape);
        let of_type = |kind: &str| wanted.is_empty() || kind == wanted;
        match reader.around.configs.get(&name) {
            Some(kind) if of_type(kind) => return Some(ConfigRef { name }),
            Some(kind) => {
                let message =
                    format!("the configuration `{name}` is of type `{kind}`, here stands one of type `{wanted}`");
                let help = known(reader, wanted);
                reader.error_help(Code::REFERENCE, node.span, message, help);
            }
            None => {
                let names =
                    reader.around.configs.iter().filter(|(_, kind)| of_type(kind)).map(|(name, _)| name.as_str());
                let help = super::fields::nearest(&name, names).unwrap_or_else(|| known(reader, wanted));
                let message = format!("there is no configuration `{name}`");
                reader.error_help(Code::REFERENCE, node.span, message, help);
            }
        }
        None
    }

    /// The only configuration of the type need not be named (part 3, section 1).
    fn absent(shape: &Shape, reader: &Reader<'_>) -> Option<ConfigRef> {
        let wanted = wanted_type(shape);
        let mut of_type = reader.around.configs.iter().filter(|(_, kind)| *kind == wanted);
        match (of_type.next(), of_type.next()) {
            (Some((name, _)), None) => Some(ConfigRef { name: name.clone() }),
            _ => None,
        }
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.config(self);
    }
}

fn wanted_type(shape: &Shape) -> &'static str {
    match shape {
        Shape::Config(kind) => kind,
        _ => "",
    }
}

/// The configurations of a type, for a help text.
fn known(reader: &Reader<'_>, wanted: &str) -> String {
    let names = reader.around.configs.iter().filter(|(_, kind)| wanted.is_empty() || *kind == wanted);
    let names: Vec<_> = names.map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() {
        format!("declare one under `configs` in app.yaml: `name: {{type: {wanted}, …}}`")
    } else {
        format!("the app has {}", names.join(", "))
    }
}

/// The name of a flow; whether it exists is checked when all flows are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRef {
    /// The name.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

impl Value for FlowRef {
    const SHAPE: Shape = Shape::Flow;

    fn read(node: &Node, _shape: &Shape, reader: &mut Reader<'_>) -> Option<FlowRef> {
        let name = String::read(node, &Shape::Text, reader)?;
        let made = FlowRef { name: name.into(), span: node.span };
        reader.flow_refs.push(made.clone());
        Some(made)
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.flow(self);
    }
}

/// A JSON Schema that exists and is JSON.
#[derive(Debug, Clone)]
pub struct SchemaRef {
    /// Its path in the app; `None` if it stands in the flow itself.
    pub path: Option<String>,
    /// The schema as JSON text.
    pub text: Arc<str>,
    /// Where it was named.
    pub span: Span,
}

impl Value for SchemaRef {
    const SHAPE: Shape = Shape::Schema;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<SchemaRef> {
        if node.as_map().is_some() {
            let Some(json) = crate::expr::to_json(node) else {
                reader.error(Code::SCHEMA, node.span, "the schema holds what JSON has not");
                return None;
            };
            let text = usable_schema(None, &json.to_string(), super::fields::heading(node), reader)?;
            return Some(SchemaRef { path: None, text, span: node.span });
        }
        let Some(_) = node.as_str() else {
            reader.misfit(node, shape);
            return None;
        };
        let path = String::read(node, &Shape::Text, reader)?;
        let text = schema_file(&path, node.span, reader)?;
        Some(SchemaRef { path: Some(path), text, span: node.span })
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.schema(self);
    }
}

/// The text of a schema of the app, or a message.
fn schema_file(path: &str, span: Span, reader: &mut Reader<'_>) -> Option<Arc<str>> {
    let source = match reader.file(path) {
        Ok(bytes) => SourceText::from_bytes(path, &bytes),
        Err(reason) => {
            reader.error(Code::PATH, span, reason);
            return None;
        }
    };
    usable_schema(Some(path), source.text(), span, reader)
}

/// The text of a schema with all that it refers to, or a message that it cannot be used. `path` is its place in the app, if it
/// has a file of its own.
fn usable_schema(path: Option<&str>, text: &str, span: Span, reader: &mut Reader<'_>) -> Option<Arc<str>> {
    let what = path.map_or_else(|| "the schema".to_owned(), |path| format!("the schema `{path}`"));
    let unusable = |reason: String| format!("{what} cannot be used: {reason}");
    let text = match bundled(path, text, &mut |path| reader.file(path)) {
        Ok(bundled) => bundled.map_or_else(|| text.into(), Arc::from),
        Err((code, reason)) => {
            reader.error(code, span, unusable(reason));
            return None;
        }
    };
    let checked = serde_json::from_str::<serde_json::Value>(&text).map_err(|error| format!("no valid JSON: {error}"));
    let checked = checked.and_then(|_| type_of_schema(&read_json(text.as_bytes())?));
    let checked = checked.and_then(|_| Schema::parse(&text).map(drop));
    match checked {
        Ok(()) => Some(text),
        Err(reason) => {
            reader.error(Code::SCHEMA, span, unusable(reason));
            None
        }
    }
}

/// The bytes of a sample of the app, or a message.
fn sample_file(path: &str, mime: &str, span: Span, reader: &mut Reader<'_>) -> Option<Arc<[u8]>> {
    let bytes = match reader.file(path) {
        Ok(bytes) => bytes,
        Err(reason) => {
            reader.error(Code::PATH, span, reason);
            return None;
        }
    };
    match type_of_sample(&bytes, mime) {
        Ok(_) => Some(bytes),
        Err(reason) => {
            reader.error(Code::SCHEMA, span, format!("the sample `{path}` cannot be read: {reason}"));
            None
        }
    }
}

/// The type that a type expression such as `list[str]` names: what the language makes of it as an annotation. `None` if it
/// makes nothing of it.
#[must_use]
pub fn type_of_text(text: &str) -> Option<Type> {
    let script = format!("def dw_process(msg):\n    value: {text} = msg.payload\n    return value\n");
    let source = SourceText::new("type", &script);
    let parsed = syntax::parse(&source, &ParseOptions::default());
    let checked = check::check(&parsed.program, &source, &CheckOptions::default());
    let is_wrong = |finding: &Finding| finding.severity <= Severity::Warning;
    if text.contains(['\n', '=']) || parsed.diagnostics.iter().chain(&checked.diagnostics).any(is_wrong) {
        return None;
    }
    checked.bindings.iter().find(|bound| &*bound.name == "value").map(|bound| bound.ty.clone())
}

/// What is said about data at design time (part 1, section 8).
#[derive(Debug, Clone)]
pub struct Contract {
    /// Schema, sample or type.
    pub form: ContractForm,
    /// MIME type of the data.
    pub mime_type: String,
    /// Where it stands.
    pub span: Span,
}

/// The three ways to state a contract.
#[derive(Debug, Clone)]
pub enum ContractForm {
    /// JSON Schema text.
    Schema(Arc<str>),
    /// A document like the data.
    Sample(Arc<[u8]>),
    /// A type expression of the language.
    Type(String),
}

impl Value for Contract {
    const SHAPE: Shape = Shape::Contract;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Contract> {
        let Some(entries) = node.as_map() else {
            reader.misfit(node, shape);
            return None;
        };
        const KEYS: [&str; 4] = ["schema", "sample", "type", "mime-type"];
        let unknown = entries.iter().filter(|e| !e.key.as_str().is_some_and(|key| KEYS.contains(&key)));
        for entry in unknown {
            super::fields::unknown_key(reader, &entry.key, KEYS.iter().copied());
        }
        let mut forms = KEYS.iter().take(3).filter_map(|key| node.get(key).map(|value| (*key, value)));
        let (Some((key, value)), None) = (forms.next(), forms.next()) else {
            let message = format!("{} needs exactly one of `schema`, `sample` and `type`", reader.subject());
            reader.error(Code::SHAPE, super::fields::heading(node), message);
            return None;
        };
        let text = String::read(value, &Shape::Text, reader)?;
        let mime = node.get("mime-type").map(|mime| String::read(mime, &Shape::Text, reader));
        let mime = match mime {
            Some(mime) => mime?,
            None => mime_by_suffix(&text).unwrap_or("application/json").to_owned(),
        };
        let form = match key {
            "schema" => ContractForm::Schema(schema_file(&text, value.span, reader)?),
            "sample" => ContractForm::Sample(sample_file(&text, &mime, value.span, reader)?),
            _ if type_of_text(&text).is_some() => ContractForm::Type(text),
            _ => {
                let help = "write a type of the language, such as `dict[str, int]`";
                reader.error_help(Code::SCHEMA, value.span, format!("`{text}` is no type"), help);
                return None;
            }
        };
        Some(Contract { form, mime_type: mime, span: node.span })
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.contract(self);
    }
}

/// The MIME type that a file's name tells (part 3, section 6).
#[must_use]
pub fn mime_by_suffix(path: &str) -> Option<&'static str> {
    let (_, suffix) = path.rsplit_once('.')?;
    Some(match suffix.to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "xml" => "application/xml",
        "csv" => "application/csv",
        "txt" => "text/plain",
        "html" => "text/html",
        "yaml" | "yml" => "application/yaml",
        _ => return None,
    })
}
