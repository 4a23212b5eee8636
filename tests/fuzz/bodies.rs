//! What each fuzz target does with its bytes. The targets in `targets/` and the test `tests/fuzz.rs` share these, so that they
//! cannot rot. Each must return for any input: a panic is the finding.
#![allow(dead_code)] // Each target uses one of them.

use std::time::Duration;

use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions};
use dataway_lang::{Datum, Input, Limits, Profile, Program, RunOptions, builtins};

fn options() -> RunOptions {
    let limits = Limits { time: Some(Duration::from_millis(500)), memory: Some(64 << 20), ..Limits::default() };
    RunOptions { limits, seed: Some(1), ..RunOptions::default() }
}

/// The parser gives a tree and diagnostics for any bytes.
pub fn parse(data: &[u8]) {
    let source = SourceText::from_bytes("fuzz", data);
    let parsed = syntax::parse(&source, &ParseOptions::default());
    assert!(parsed.diagnostics.iter().all(|d| d.span.end <= source.len()));
}

/// A program that compiles runs to a result or an error; an internal error is a defect.
pub fn run(data: &[u8]) {
    let source = SourceText::from_bytes("fuzz", data);
    if let Some(program) = Program::compile(&source, &ParseOptions::default(), Profile::Extended).program {
        finish(&program, &Input::default());
    }
}

fn finish(program: &Program, input: &Input) {
    let outcome = program.run(input, &options(), |cx, value| builtins::repr::repr(cx, &value).map(|_| ()));
    if let Err(report) = outcome.result {
        assert_ne!(report.code, 1_299_999, "{}", report.render());
    }
}

/// Reads a payload, and writes what was read.
fn format(data: &[u8], mime_type: &str, write: &str) {
    let source = SourceText::new("fuzz", write);
    let program = Program::compile(&source, &ParseOptions::default(), Profile::Extended).program;
    let payload = Datum::Entity { bytes: data.into(), mime_type: mime_type.into(), encoding: "utf-8".into() };
    finish(&program.expect("the fuzz program compiles"), &Input { payload, ..Input::default() });
}

macro_rules! formats {
    ($($name:ident $mime:literal;)*) => {
        $(
            /// Reads and writes the format.
            pub fn $name(data: &[u8]) {
                format(data, $mime, concat!("Entity.from_value(msg.payload['^value'], mime_type='", $mime, "')['^blob']"));
            }
        )*
    };
}

formats! {
    json "application/json";
    xml "application/xml";
    csv "text/csv";
    form "application/x-www-form-urlencoded";
    multipart "multipart/form-data; boundary=b";
    yaml "application/yaml";
    ndjson "application/x-ndjson";
}
