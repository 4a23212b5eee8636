//! Getting a program: from a file, from `-e`, from standard input; and saying why it does not compile.

use std::path::{Path, PathBuf};

use dataway_lang::check::contract::{self, Contract};
use dataway_lang::diagnostic::{Code, Diagnostic, Severity};
use dataway_lang::source::{SourceText, Span};
use dataway_lang::syntax::ParseOptions;
use dataway_lang::{Compiled, Profile, Program, jit};

use crate::diagnostics::{self, Format};
use crate::{FAILED, NOT_COMPILED, USAGE, host, streams};

/// Where the program comes from.
pub enum From<'a> {
    /// A file, or `-`.
    File(&'a Path),
    /// Text of `-e`.
    Expression(&'a str),
}

/// The compiled program and its text, or the exit code after the reason was printed.
pub fn load(from: &From<'_>, profile: ProfileName, format: Format) -> Result<(Program, SourceText), u8> {
    let (source, options) = match from {
        From::File(path) => {
            let bytes = host::read(path).map_err(|reason| {
                streams::say(format_args!("error: {reason}\n"));
                USAGE
            })?;
            let name = if path.as_os_str() == "-" { "<stdin>".into() } else { path.to_string_lossy() };
            (SourceText::from_bytes(&name, &bytes), ParseOptions::default())
        }
        From::Expression(text) => expression(text),
    };
    if matches!(from, From::Expression(_)) && !options.embedded && source.text().trim_start().starts_with("#[") {
        let start = source.text().find('#').and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
        let error = Diagnostic::error(Code::BRACKET, Span::new(start, start + 2), "`#[` is never closed")
            .with_help("end the expression with `]`, or leave out `#[`");
        diagnostics::print(&source, &[error], format);
        return Err(NOT_COMPILED);
    }
    let Compiled { program, diagnostics } = Program::compile(&source, &options, profile.into());
    diagnostics::print(&source, &diagnostics, format);
    match program {
        Some(program) => Ok((program, source)),
        None => Err(NOT_COMPILED),
    }
}

/// The text of `-e`. It may stand in the `#[ … ]` of flow files, whose inside is the program then.
fn expression(text: &str) -> (SourceText, ParseOptions<'static>) {
    let inside = text.trim().strip_prefix("#[").and_then(|rest| rest.strip_suffix(']'));
    let options = ParseOptions { embedded: inside.is_some(), ..ParseOptions::default() };
    (SourceText::new("<expression>", inside.unwrap_or(text)), options)
}

/// The contract that a script states, with its files read relative to `folder`; the exit code if one cannot be read.
pub fn contract(source: &SourceText, folder: &Path, format: Format) -> Result<Contract, u8> {
    let (clauses, mut diagnostics) = contract::clauses(source);
    let mut found = Contract::default();
    for clause in clauses.into_iter().filter(|clause| !clause.is_sample) {
        let text = if clause.value.starts_with('{') {
            Ok(clause.value.clone())
        } else {
            let bytes = host::read(&folder.join(&clause.value));
            bytes.and_then(|b| String::from_utf8(b).map_err(|_| format!("{} is not UTF-8", clause.value)))
        };
        let text = text.and_then(|text| match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(_) => Contract::flaw(&text).map_or(Ok(text), Err),
            Err(error) => Err(format!("the schema is not valid JSON: {error}")),
        });
        match text {
            Ok(text) => found.schemas.push((clause.subject, text)),
            Err(reason) => diagnostics.push(contract::unreadable(&clause, reason)),
        }
    }
    diagnostics::print(source, &diagnostics, format);
    if diagnostics.iter().any(|d| d.severity == Severity::Error) { Err(NOT_COMPILED) } else { Ok(found) }
}

/// The profile by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ProfileName {
    /// Only what is publicly documented
    Core,
    /// The whole language
    Extended,
}

impl std::convert::From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Profile {
        match name {
            ProfileName::Core => Profile::Core,
            ProfileName::Extended => Profile::Extended,
        }
    }
}

/// Whether programs are compiled to machine code, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum JitMode {
    /// When they run often, in the background
    Auto,
    /// Never
    Off,
    /// At once, before they run
    Always,
}

impl std::convert::From<JitMode> for jit::Mode {
    fn from(mode: JitMode) -> jit::Mode {
        match mode {
            JitMode::Auto => jit::Mode::Auto,
            JitMode::Off => jit::Mode::Off,
            JitMode::Always => jit::Mode::Always,
        }
    }
}

// The arguments that name a program.
#[derive(clap::Args)]
pub struct Source {
    /// Script or expression file (`-` reads standard input)
    pub script: Option<PathBuf>,
    /// Evaluate this expression or script text
    #[arg(short = 'e', long = "expr", value_name = "EXPR", conflicts_with = "script", allow_hyphen_values = true)]
    pub expression: Option<String>,
}

impl Source {
    /// Where the program comes from; `None` if nothing was said.
    pub fn from(&self) -> Option<From<'_>> {
        match (&self.script, &self.expression) {
            (_, Some(text)) => Some(From::Expression(text)),
            (Some(path), None) => Some(From::File(path)),
            (None, None) => None,
        }
    }
}

/// Prints why a run failed, after what it printed itself, and gives the exit code. `message` is the number of the message
/// that failed, if there are several.
pub fn failed(report: &dataway_lang::Report, log: &str, message: Option<u64>, format: Format) -> u8 {
    if format == Format::Json {
        let mut object = diagnostics::report_json(report, log);
        if let Some(number) = message {
            object["message"] = number.into();
        }
        streams::say(format_args!("{object}\n"));
        return FAILED;
    }
    streams::say(log);
    if let Some(number) = message {
        streams::say(format_args!("message {number}:\n"));
    }
    diagnostics::print_report(report);
    FAILED
}
