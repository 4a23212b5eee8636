//! The bodies of the fuzz targets: bytes that may be anything go in, and the only wrong answer is a crash or an internal error.
//! The targets and the test `tests/fuzz.rs` include this file. Formats are checked further: what a reader accepts, the writer
//! writes so that the reader gives an equal value.
// Every target includes all bodies and calls one.
#![allow(dead_code)]

use std::time::Duration;

use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions};
use dataway_lang::{Datum, Input, Limits, Profile, Program, RunOptions, builtins};

fn options() -> RunOptions {
    let limits = Limits { time: Some(Duration::from_millis(500)), memory: Some(64 << 20), ..Limits::default() };
    RunOptions { limits, seed: Some(1), ..RunOptions::default() }
}

/// Runs a program on a payload; an internal error is a crash.
fn run(program: &Program, payload: Datum) -> Option<String> {
    let input = Input { payload, ..Input::default() };
    let outcome = program.run(&input, &options(), |cx, value| Ok(builtins::repr::repr(cx, &value)?.to_display()));
    match outcome.result {
        Ok(shown) => Some(shown),
        Err(report) => {
            assert_ne!(report.code, 1_299_999, "{}", report.render());
            assert!(report.last().is_none_or(|link| link.class != "SystemError"), "{}", report.render());
            None
        }
    }
}

fn compile(bytes: &[u8]) -> Option<Program> {
    let source = SourceText::from_bytes("fuzz.dw", bytes);
    Program::compile(&source, &ParseOptions::default(), Profile::Extended).program
}

/// Parsing gives a tree and diagnostics that lie inside the text.
pub fn parse(bytes: &[u8]) {
    let source = SourceText::from_bytes("fuzz.dw", bytes);
    let parsed = syntax::parse(&source, &ParseOptions::default());
    for diagnostic in parsed.diagnostics {
        let span = diagnostic.span;
        assert!(span.start <= span.end && span.end as usize <= source.text().len(), "{diagnostic:?}");
        assert!(source.text().get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}");
    }
}

/// What compiles runs, or fails with an exception.
pub fn compile_run(bytes: &[u8]) {
    if let Some(program) = compile(bytes) {
        run(&program, Datum::json("{\"a\": [1, 2.5, \"x\", null]}"));
    }
}

/// Reads bytes; if they are a value that the format can write, writes it and reads it again. `kept` is the part of `value` that
/// the format keeps.
fn round_trip(bytes: &[u8], mime_type: &str, kept: &str) {
    let text = format!(
        "def dw_process(msg):\n    value = msg.payload['^value']\n    value = {kept}\n    try:\n        again = Entity.from_value(value, '{mime_type}')\n    \
         except (EntityError, TypeError, ValueError):\n        return True\n    again = Entity.from_bytes(again['^blob'], again['^mime_type'])\n    \
         return again['^value'] == value or 'nan' in repr(value) or [repr(value), repr(again['^value'])]\n"
    );
    let Some(program) = compile(text.as_bytes()) else { panic!("the checking script compiles") };
    let payload = Datum::Entity { bytes: bytes.into(), mime_type: mime_type.to_owned(), encoding: "utf-8".to_owned() };
    if let Some(shown) = run(&program, payload) {
        assert_eq!(shown, "True");
    }
}

/// The JSON reader and writer.
pub fn json(bytes: &[u8]) {
    round_trip(bytes, "application/json", "value");
}

/// The NDJSON reader and writer.
pub fn ndjson(bytes: &[u8]) {
    round_trip(bytes, "application/x-ndjson", "value");
}

/// The reader and writer of forms.
pub fn form(bytes: &[u8]) {
    round_trip(bytes, "application/x-www-form-urlencoded", "value");
}

/// The reader and writer of text.
pub fn text(bytes: &[u8]) {
    round_trip(bytes, "text/plain", "value");
}

/// The XML reader and writer.
pub fn xml(bytes: &[u8]) {
    round_trip(bytes, "application/xml", "value");
}

/// The CSV reader and writer.
pub fn csv(bytes: &[u8]) {
    // Missing fields are written as empty ones.
    round_trip(bytes, "text/csv", "[{k: v or '' for k, v in row.items()} for row in value]");
}

/// The reader and writer of multipart bodies, with the boundary `b`.
pub fn multipart(bytes: &[u8]) {
    let program = compile(b"repr(msg.payload['^value'])").unwrap_or_else(|| panic!("the expression compiles"));
    let mime_type = "multipart/form-data; boundary=b".to_owned();
    run(&program, Datum::Entity { bytes: bytes.into(), mime_type, encoding: "utf-8".to_owned() });
}

/// The YAML reader and writer.
pub fn yaml(bytes: &[u8]) {
    round_trip(bytes, "application/yaml", "value");
}
