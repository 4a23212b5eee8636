//! What the tests of this folder share: compiling and running a program in process, and a seeded source of random data.
// Every test binary has this room and uses its own part of it.
#![allow(dead_code)]

pub mod random;

use std::time::Duration;

use dataway_lang::Profile;
use dataway_lang::source::SourceText;
use dataway_lang::syntax::ParseOptions;
use dataway_lang::value::{Cx, R, Value};
use dataway_lang::{Datum, Input, Limits, Program, Report, RunOptions, builtins};

/// Why a run failed.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// Class of the exception.
    pub class: String,
    /// Its text.
    pub message: String,
    /// The numeric code of spec 10.2.
    pub code: u32,
}

impl From<Box<Report>> for Failure {
    fn from(report: Box<Report>) -> Failure {
        let last = report.last().expect("a report has an exception");
        Failure { class: last.class.clone(), message: last.message.clone(), code: report.code }
    }
}

/// The program of a text that compiles.
pub fn compile(text: &str) -> Program {
    let source = SourceText::new("test.dw", text);
    let compiled = Program::compile(&source, &ParseOptions::default(), Profile::Extended);
    compiled.program.unwrap_or_else(|| panic!("does not compile: {:?}\n{text}", compiled.diagnostics))
}

/// A script whose `dw_process` has this body.
pub fn script(body: &str) -> String {
    let indented: String = body.lines().map(|line| format!("    {line}\n")).collect();
    format!("def dw_process(msg):\n{indented}")
}

/// What `repr` shows of a value.
pub fn show(cx: &mut Cx<'_>, value: Value) -> R<String> {
    Ok(builtins::repr::repr(cx, &value)?.to_display())
}

/// Runs a program without a message; gives the `repr` of the result and the log.
pub fn run_logged(text: &str, options: &RunOptions) -> (Result<String, Failure>, String) {
    let outcome = compile(text).run(&Input::default(), options, show);
    (outcome.result.map_err(Failure::from), outcome.log)
}

/// Runs a program without a message; gives the `repr` of the result.
pub fn run(text: &str, options: &RunOptions) -> Result<String, Failure> {
    run_logged(text, options).0
}

/// Options with limits on time (in milliseconds) and memory (in bytes).
pub fn limited(time: Option<u64>, memory: Option<usize>) -> RunOptions {
    let limits = Limits { time: time.map(Duration::from_millis), memory, ..Limits::default() };
    RunOptions { limits, ..RunOptions::default() }
}

/// Parses bytes as a MIME type says and gives the `repr` of the value.
pub fn read(bytes: &[u8], mime_type: &str, options: &RunOptions) -> Result<String, Failure> {
    let payload = Datum::Decoded { bytes: bytes.into(), mime_type: mime_type.to_owned(), encoding: "utf-8".to_owned() };
    let input = Input { payload, ..Input::default() };
    let program = compile("repr(msg.payload)");
    let outcome = program.run(&input, options, |_, value| Ok(value.to_display()));
    outcome.result.map_err(Failure::from)
}
