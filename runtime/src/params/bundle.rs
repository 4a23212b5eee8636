//! Schemas in several files: what a schema refers to in others is put into one text, so that whoever validates with it, or makes
//! a type of it, sees local references only (part 2, section 4: references stay below `schemas/`).

use std::collections::BTreeMap;
use std::sync::Arc;

use dataway_lang::source::SourceText;
use serde_json::{Map, Value};

use crate::diagnostic::Code;
use crate::model::FileError;

/// The key of a bundled schema under which the other files stand.
const FILES: &str = "$files";
/// The folder of schemas.
const FOLDER: &str = "schemas/";
/// Most files that one schema needs.
const MOST_FILES: usize = 1_000;

/// Reads files of the app.
type Read<'a> = &'a mut dyn FnMut(&str) -> Result<Arc<[u8]>, FileError>;

/// Why a schema cannot be bundled.
pub type Flaw = (Code, String);

/// The text of a schema with everything in it that it refers to. `path` is its own place in the app; a schema that stands in a
/// flow refers to files from the folder of the app. A text that is no JSON, or has local references only, stays as it is.
///
/// # Errors
/// The first reference that leads to no schema of the app.
pub fn bundled(path: Option<&str>, text: &str, files: Read<'_>) -> Result<Option<String>, Flaw> {
    let Ok(root) = serde_json::from_str::<Value>(text) else { return Ok(None) };
    let mut bundle = Bundle { root: path, files, read: BTreeMap::new(), waiting: Vec::new() };
    let mut made = root.clone();
    bundle.read.insert(path.unwrap_or_default().to_owned(), root);
    bundle.rewrite(&mut made, path.unwrap_or_default())?;
    let mut others = Map::new();
    while let Some(path) = bundle.waiting.pop() {
        let mut other = bundle.read.get(&path).cloned().unwrap_or_default();
        bundle.rewrite(&mut other, &path)?;
        others.insert(path, other);
    }
    match made.as_object_mut() {
        Some(object) if !others.is_empty() => {
            object.insert(FILES.to_owned(), Value::Object(others));
            Ok(Some(made.to_string()))
        }
        _ => Ok(None),
    }
}

struct Bundle<'a> {
    root: Option<&'a str>,
    files: Read<'a>,
    /// The files as they are, by path; the schema itself under its own.
    read: BTreeMap<String, Value>,
    /// Those whose references are still to be followed.
    waiting: Vec<String>,
}

impl Bundle<'_> {
    /// Makes the references of the schema in the file `base` local ones of the bundle. Files nest as deep as JSON is read.
    fn rewrite(&mut self, schema: &mut Value, base: &str) -> Result<(), Flaw> {
        match schema {
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.rewrite(item, base)),
            Value::Object(entries) => {
                for (key, value) in entries {
                    match (key.as_str(), value) {
                        ("$ref" | "$dynamicRef", Value::String(reference)) => {
                            *reference = self.local(reference, base).map_err(|(code, reason)| {
                                (code, format!("the reference `{reference}`{}: {reason}", within(base)))
                            })?;
                        }
                        // Data that only looks like a schema.
                        ("const" | "enum" | "default" | "examples", _) => {}
                        (_, value) => self.rewrite(value, base)?,
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A reference of the file `base` as a local one of the bundle.
    fn local(&mut self, reference: &str, base: &str) -> Result<String, Flaw> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if file.contains(':') || file.starts_with('/') {
            let reason = "only references to files of the app are followed, such as `address.json#/$defs/city`";
            return Err((Code::SCHEMA, reason.to_owned()));
        }
        let target = if file.is_empty() { base.to_owned() } else { joined(base, file)? };
        if target != base {
            self.read(&target)?;
        }
        let pointer = if fragment.is_empty() || fragment.starts_with('/') {
            fragment.to_owned()
        } else {
            let anchor = self.read.get(&target).and_then(|schema| pointer_of(schema, fragment));
            anchor.ok_or_else(|| (Code::SCHEMA, format!("there is no anchor `{fragment}`")))?
        };
        if self.root.unwrap_or_default() == target {
            return Ok(format!("#{pointer}"));
        }
        Ok(format!("#/{FILES}/{}{pointer}", escaped(&target)))
    }

    /// Reads a file that is needed, once.
    fn read(&mut self, path: &str) -> Result<(), Flaw> {
        if self.read.contains_key(path) {
            return Ok(());
        }
        if self.read.len() > MOST_FILES {
            return Err((Code::LIMITS, format!("the schema needs more than {MOST_FILES} files")));
        }
        let bytes = (self.files)(path).map_err(|error| (Code::PATH, error.to_string()))?;
        let text = SourceText::from_bytes(path, &bytes);
        let schema = serde_json::from_str(text.text())
            .map_err(|error| (Code::SCHEMA, format!("the file `{path}` is no valid JSON: {error}")))?;
        self.read.insert(path.to_owned(), schema);
        self.waiting.push(path.to_owned());
        Ok(())
    }
}

/// Where a reference stands, for a message.
fn within(base: &str) -> String {
    if base.is_empty() { String::new() } else { format!(" in `{base}`") }
}

/// The path of a file that another one names, in the app.
fn joined(base: &str, file: &str) -> Result<String, Flaw> {
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.pop().is_some() => {}
            ".." => return Err((Code::PATH, "it leaves the app".to_owned())),
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    if path.starts_with(FOLDER) {
        Ok(path)
    } else {
        Err((Code::PATH, format!("references stay below `{FOLDER}`, this one leads to `{path}`")))
    }
}

fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// The pointer to the subschema with an anchor.
fn pointer_of(schema: &Value, anchor: &str) -> Option<String> {
    let mut open = vec![(String::new(), schema)];
    while let Some((pointer, at)) = open.pop() {
        match at {
            Value::Object(entries) => {
                let is = |key: &str| entries.get(key).and_then(Value::as_str) == Some(anchor);
                if is("$anchor") || is("$dynamicAnchor") {
                    return Some(pointer);
                }
                open.extend(entries.iter().map(|(key, inner)| (format!("{pointer}/{}", escaped(key)), inner)));
            }
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(n, inner)| (format!("{pointer}/{n}"), inner)));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::path::Path;

    use dataway_lang::check::schema::Schema;
    use dataway_lang::value::heap;
    use dataway_lang::{Datum, check::contract};

    use super::*;
    use crate::model::{Disk, Files};

    fn files(files: &[(&str, &str)]) -> Files {
        let open = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().into()));
        Files::over(&Arc::new(Disk::new(Path::new("/"))), open.collect::<HashMap<_, _>>())
    }

    #[test]
    fn references_lead_through_files_and_circles() {
        let files = files(&[
            (
                "schemas/order.json",
                r##"{"properties": {"to": {"$ref": "parts/address.json"}, "n": {"$ref": "#/$defs/n"}, "id": {"$ref": "parts/ids.json#id"}},
                     "$defs": {"n": {"type": "integer"}}}"##,
            ),
            (
                "schemas/parts/address.json",
                r##"{"properties": {"zip": {"$ref": "#/$defs/zip"}, "order": {"$ref": "../order.json"}, "next": {"$ref": "#"}}, "$defs": {"zip": {"type": "string"}}}"##,
            ),
            ("schemas/parts/ids.json", r#"{"$defs": {"id": {"$anchor": "id", "minLength": 2}}}"#),
        ]);
        let text = files.text("schemas/order.json").unwrap();
        let made = bundled(Some("schemas/order.json"), text.text(), &mut |path| files.bytes(path)).unwrap().unwrap();
        assert!(contract::read_json(made.as_bytes()).and_then(|schema| contract::type_of_schema(&schema)).is_ok());
        let schema = Schema::parse(&made).unwrap();
        let _session = heap::Session::begin(None);
        for (data, pointer) in [
            (r#"{"to": {"zip": "1", "order": {"n": 1}, "next": {"zip": "2"}}, "id": "ab"}"#, None),
            (r#"{"to": {"zip": 1}}"#, Some("/to/zip")),
            (r#"{"to": {"order": {"n": "x"}}}"#, Some("/to/order/n")),
            (r#"{"to": {"next": {"zip": 1}}}"#, Some("/to/next/zip")),
            (r#"{"id": "a"}"#, Some("/id")),
        ] {
            let found = schema.validate(&Datum::json(data).to_value().unwrap()).unwrap();
            assert_eq!(found.as_ref().map(|found| &*found.pointer), pointer, "{data}");
        }
        // One that stands in a flow names files from the folder of the app.
        assert!(
            bundled(None, r#"{"$ref": "schemas/parts/ids.json#/$defs/id"}"#, &mut |path| files.bytes(path))
                .unwrap()
                .is_some()
        );
        assert_eq!(
            bundled(Some("schemas/parts/ids.json"), r##"{"$ref": "#/$defs/id"}"##, &mut |path| files.bytes(path))
                .unwrap(),
            None
        );
    }

    #[test]
    fn references_that_lead_nowhere() {
        let files = files(&[("schemas/a.json", "{}"), ("schemas/b.json", "{")]);
        for (reference, code, reason) in [
            ("none.json", Code::PATH, "there is no file `schemas/none.json` in the app"),
            ("../../x.json", Code::PATH, "it leaves the app"),
            ("../samples/x.json", Code::PATH, "references stay below `schemas/`, this one leads to `samples/x.json`"),
            ("https://example.com/x.json", Code::SCHEMA, "only references to files"),
            ("/etc/x.json", Code::SCHEMA, "only references to files"),
            ("a.json#here", Code::SCHEMA, "there is no anchor `here`"),
            ("b.json", Code::SCHEMA, "the file `schemas/b.json` is no valid JSON"),
        ] {
            let text = format!(r#"{{"items": {{"$ref": "{reference}"}}}}"#);
            let (found, said) = bundled(Some("schemas/own.json"), &text, &mut |path| files.bytes(path)).unwrap_err();
            assert_eq!(found, code, "{said}");
            let expected = format!("the reference `{reference}` in `schemas/own.json`: {reason}");
            assert!(said.starts_with(&expected), "{said}");
        }
    }
}
