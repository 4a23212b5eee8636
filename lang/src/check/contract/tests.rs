//! Types of schemas and samples.

use std::fmt::Write as _;

use super::{contracts, sample, type_of_sample, type_of_schema};
use crate::source::SourceText;

fn of_schema(text: &str) -> Result<String, String> {
    type_of_schema(&sample::read(text.as_bytes(), "application/json").expect("JSON")).map(|ty| ty.to_string())
}

#[test]
fn schemas_are_types() {
    for (schema, expected) in [
        (r#"true"#, "Any"),
        (r#"{}"#, "Any"),
        (r#"{"type": "string", "format": "date-time", "minLength": 1}"#, "str"),
        (r#"{"type": "integer"}"#, "int"),
        (r#"{"type": "number"}"#, "int | float"),
        (r#"{"type": ["boolean", "null"]}"#, "bool | None"),
        (r#"{"type": "string", "nullable": true}"#, "str | None"),
        (r#"{"type": "array"}"#, "list[Any]"),
        (r#"{"type": "array", "items": {"type": "integer"}}"#, "list[int]"),
        (r#"{"prefixItems": [{"type": "string"}, {"type": "null"}], "items": false}"#, "list[str | None]"),
        (r#"{"items": [{"type": "string"}], "additionalItems": {"type": "integer"}}"#, "list[str | int]"),
        (r#"{"type": "object"}"#, "dict[str, Any]"),
        (r#"{"type": "object", "additionalProperties": {"type": "integer"}}"#, "dict[str, int]"),
        (
            r#"{"properties": {"a": {"type": "string"}, "b": {"const": 1}}, "required": ["a"], "additionalProperties": false}"#,
            "{'a': str, 'b'?: Literal[1]}",
        ),
        (r#"{"required": ["id"]}"#, "{'id': Any, ...}"),
        (r#"{"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false}"#, "dict[str, int]"),
        (r#"{"enum": ["a", "b", null]}"#, "Literal['a', 'b'] | None"),
        (r#"{"type": "string", "enum": ["a", 1]}"#, "Literal['a']"),
        (r#"{"anyOf": [{"type": "string"}, {"type": "integer"}]}"#, "str | int"),
        (r#"{"oneOf": [{"type": "string"}, true]}"#, "Any"),
        (
            r#"{"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "null"}}, "required": ["a"]}]}"#,
            "{'a': str, 'b'?: None, ...}",
        ),
        (r#"{"type": "number", "allOf": [{"type": "integer"}]}"#, "int"),
        (r##"{"$defs": {"n": {"type": "integer"}}, "$ref": "#/$defs/n"}"##, "int"),
        (r##"{"definitions": {"a/b": {"type": "integer"}}, "items": {"$ref": "#/definitions/a~1b"}}"##, "list[int]"),
        (r##"{"$defs": {"n": {"$anchor": "me", "type": "string"}}, "items": {"$ref": "#me"}}"##, "list[str]"),
        (
            r##"{"$id": "https://x/y", "$defs": {"n": {"type": "null"}}, "items": {"$ref": "https://x/y#/$defs/n"}}"##,
            "list[None]",
        ),
    ] {
        assert_eq!(of_schema(schema).as_deref(), Ok(expected), "{schema}");
    }
}

#[test]
fn hostile_schemas_end() {
    assert_eq!(of_schema(r##"{"$ref": "#"}"##).as_deref(), Ok("Any"));
    assert_eq!(
        of_schema(r##"{"properties": {"next": {"$ref": "#"}, "v": {"type": "integer"}}}"##).as_deref(),
        Ok("{'next'?: {'next'?: Any, 'v'?: int, ...}, 'v'?: int, ...}")
    );
    // Each definition refers twice to the next.
    let mut bomb = r##"{"$defs": {"d0": {"type": "string"}"##.to_owned();
    for n in 1..40 {
        let before = n - 1;
        let _ = write!(
            bomb,
            r##", "d{n}": {{"anyOf": [{{"$ref": "#/$defs/d{before}"}}, {{"$ref": "#/$defs/d{before}"}}]}}"##
        );
    }
    bomb.push_str(r##"}, "$ref": "#/$defs/d39"}"##);
    assert!(of_schema(&bomb).is_ok());
    let deep = format!("{}{}{}", r#"{"items": "#.repeat(900), "{}", "}".repeat(900));
    assert!(of_schema(&deep).is_ok());
}

#[test]
fn unusable_schemas_say_why() {
    for (schema, reason) in [
        (r#"1"#, "not a value of type int"),
        (r#"{"type": "text"}"#, "there is no type `text`"),
        (r#"{"$ref": "other.json"}"#, "leads out of the schema"),
        (r##"{"$ref": "#/$defs/missing"}"##, "there is nothing at"),
    ] {
        let found = of_schema(schema).expect_err(schema);
        assert!(found.contains(reason), "{schema}: {found}");
    }
}

#[test]
fn samples_are_types() {
    for (sample, mime_type, expected) in [
        (r#"{"a": 1, "b": [true, null]}"#, "application/json", "{'a': int, 'b': list[bool | None], ...}"),
        (r#"[{"a": 1}, {"a": "x", "b": 2.5}]"#, "application/json", "list[{'a': int | str, 'b'?: float, ...}]"),
        ("[]", "application/json", "list[Any]"),
        ("{\"a\": 1}\n{\"a\": null}\n", "application/x-ndjson", "list[{'a': int | None, ...}]"),
        ("a,b\n1,x\n2,\n", "text/csv", "list[{'a': str, 'b': str, ...}]"),
        ("<r><i>1</i><i>2</i></r>", "application/xml", "{'r': {'i': str, '*i': list[str], ...}, ...}"),
    ] {
        assert_eq!(
            type_of_sample(sample.as_bytes(), mime_type).map(|ty| ty.to_string()).as_deref(),
            Ok(expected),
            "{sample}"
        );
    }
    assert!(type_of_sample(b"{", "application/json").is_err());
    assert!(type_of_sample(b"x", "image/png").is_err());
}

#[test]
fn clauses_become_contracts() {
    let text = "#: payload: order.json\n#: vars.id: {\"type\": \"integer\"}\n#: payload-sample: order.csv\n#: attrs: missing.json\n#: retruns: x.json\n#: vars.k: {\"pattern\": \"(\"}\n1";
    let mut load = |path: &str| match path {
        "order.json" => Ok(br#"{"type": "object", "required": ["id"]}"#.to_vec()),
        "order.csv" => Ok(b"id\n1".to_vec()),
        _ => Err(format!("cannot read {path}")),
    };
    let (found, diagnostics) = contracts(&SourceText::new("t", text), &mut load);
    assert_eq!(
        found.payload.map(|stated| (stated.ty.to_string(), stated.is_sample)),
        Some(("{'id': Any, ...}".into(), false))
    );
    assert_eq!(
        found.vars.iter().map(|(name, stated)| format!("{name}: {}", stated.ty)).collect::<Vec<_>>(),
        ["id: int"]
    );
    assert!(found.attrs.is_none() && found.returns.is_none());
    let codes: Vec<u16> = diagnostics.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, [2106, 2101, 2101]);
    assert!(diagnostics[0].help.as_deref().is_some_and(|help| help.contains("`returns`")), "{:?}", diagnostics[0].help);
}
