//! What is said about an app: a finding with a stable code, an address in one of the app's files, and what to do.
//!
//! The language's own findings inside expressions keep their codes and become findings of the app once their place is known in
//! the YAML file. Rendering for people and machines is left to hosts. Codes: flows specification, part 1, section 7.

use std::fmt;

use dataway_lang::diagnostic::Severity;
use dataway_lang::source::{SourceText, Span};

/// The stable code of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// About the app as a whole and its files.
    App(u16),
    /// About flows and steps.
    Flow(u16),
    /// About the text of an expression or script: a code of the language.
    Language(dataway_lang::diagnostic::Code),
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Code::App(number) => write!(f, "APP{number:03}"),
            Code::Flow(number) => write!(f, "FLW{number:03}"),
            Code::Language(code) => code.fmt(f),
        }
    }
}

/// Declares the codes with their meaning.
macro_rules! codes {
    ($($name:ident = $kind:ident($number:literal), $doc:literal;)*) => {
        impl Code {
            $(#[doc = $doc] pub const $name: Code = Code::$kind($number);)*
        }

        /// Every code that this room gives, with its meaning.
        pub static CODES: &[(Code, &str)] = &[$((Code::$name, $doc)),*];
    };
}

codes! {
    UNREADABLE = App(1), "not readable as YAML";
    SHAPE = App(2), "unknown key, missing key, wrong type";
    DUPLICATE = App(3), "duplicate name";
    PATH = App(4), "path leaves the app or does not exist";
    NO_FLOW = App(5), "no flow in the app";
    MISSING_VALUE = App(10), "missing secret, value or variable";
    CONFIG_TYPE = App(11), "unknown configuration type or property";
    LATER_STAGE = App(12), "feature of a later stage";
    UNREACHABLE = App(20), "a configured connection cannot be made (only with `--connections`)";
    COMPONENT_KEY = Flow(1), "step has no component key or several";
    UNKNOWN_COMPONENT = Flow(2), "unknown component or operation";
    OTHERWISE = Flow(3), "`otherwise` not last or twice";
    SCHEMA = Flow(4), "schema or sample not parseable";
    SYNTAX = Flow(5), "bad cron rule, path pattern, duration, size";
    UNCLOSED = Flow(6), "`#[` without the closing `]`";
    LOST = Flow(7), "expression lost in a YAML comment";
    SUBSTITUTION = Flow(8), "substitution in a step";
    INSIDE_TEXT = Flow(9), "expression inside text is not evaluated";
    MODE = Flow(10), "literal where an expression is required, or the reverse";
    LIMITS = Flow(11), "value outside its limits";
    LOOP = Flow(12), "`break` or `continue` without a loop it can reach";
    REFERENCE = Flow(13), "unknown configuration, flow or script; configuration of the wrong type";
    NEVER = Flow(14), "`catch` that can never match; `flow-ref` cycle";
    SAME_PATH = Flow(15), "two listeners match the same requests equally well";
    TRANSACTION = Flow(16), "database work in parallel branches or two databases inside one local transaction";
    TYPE = Flow(20), "expression's type cannot fit the parameter";
    NO_FIELD = Flow(21), "payload contract says the field does not exist";
}

/// One finding about an app.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is; an app with one error does not start.
    pub severity: Severity,
    /// Its kind.
    pub code: Code,
    /// The file; its name is the path inside the app.
    pub source: SourceText,
    /// Where in that file.
    pub span: Span,
    /// One sentence that names the offending thing.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding of any severity.
    #[must_use]
    pub fn new(severity: Severity, code: Code, source: &SourceText, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { severity, code, source: source.clone(), span, message: message.into(), help: None }
    }

    /// An error.
    #[must_use]
    pub fn error(code: Code, source: &SourceText, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Error, code, source, span, message)
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: Code, source: &SourceText, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Warning, code, source, span, message)
    }

    /// A hint.
    #[must_use]
    pub fn hint(code: Code, source: &SourceText, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Hint, code, source, span, message)
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Is there a finding that keeps the app from starting?
#[must_use]
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// Orders findings by file, then place, then code, and drops exact repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.span, d.code);
        a.source.name().cmp(b.source.name()).then_with(|| key(a).cmp(&key(b)))
    });
    diagnostics.dedup_by(|a, b| {
        (a.source.name(), a.span, a.code, &a.message) == (b.source.name(), b.span, b.code, &b.message)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_print_with_three_digits_and_are_unique() {
        assert_eq!(Code::SHAPE.to_string(), "APP002");
        assert_eq!(Code::NO_FIELD.to_string(), "FLW021");
        assert_eq!(Code::Language(dataway_lang::diagnostic::Code(8)).to_string(), "DW0008");
        for (n, (code, _)) in CODES.iter().enumerate() {
            assert!(CODES.iter().skip(n + 1).all(|(other, _)| other != code), "{code}");
        }
    }
}
