//! What each keyword accepts and refuses, and how findings are collected.

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
