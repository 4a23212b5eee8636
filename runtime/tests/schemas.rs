//! The checked-in JSON Schemas are those that the tables give. `DATAWAY_WRITE=1 cargo test -p dataway-runtime --test schemas`
//! writes them.

use std::path::Path;

use dataway_runtime::params::{SchemaKind, document};
use dataway_runtime::registry;
use serde_json::Value;

#[test]
fn schemas_are_those_of_the_tables() {
    for (name, kind) in SchemaKind::ALL {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(format!("{name}.schema.json"));
        let given = format!("{:#}\n", document(kind));
        if std::env::var_os("DATAWAY_WRITE").is_some() {
            std::fs::write(&path, &given).expect("schemas can be written");
        }
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        let help = "DATAWAY_WRITE=1 cargo test -p dataway-runtime --test schemas";
        assert!(known == given, "schemas/{name}.schema.json is not what the tables give; run {help}");
    }
}

/// Every reference leads somewhere, and every component is a branch of its own with descriptions.
#[test]
fn schemas_hang_together() {
    for (name, kind) in SchemaKind::ALL {
        let root = document(kind);
        let mut open = vec![&root];
        while let Some(node) = open.pop() {
            match node {
                Value::Object(object) => {
                    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                        let pointer = reference.strip_prefix('#').expect("references are local");
                        assert!(root.pointer(pointer).is_some(), "{name}: {reference}");
                    }
                    open.extend(object.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
    }
    let flows = document(SchemaKind::Flows);
    let branches = flows["$defs"]["step"]["anyOf"].as_array().expect("steps have branches");
    for component in registry::components() {
        let key = component.description.key;
        let branch = branches.iter().find(|branch| branch["title"] == key);
        let branch = branch.unwrap_or_else(|| panic!("{key} has no branch"));
        assert!(branch["description"].as_str().is_some_and(|text| !text.is_empty()), "{key} has no description");
        for field in component.description.table.fields {
            assert!(!field.doc.trim().is_empty(), "{key}.{} has no description", field.name);
        }
    }
}
