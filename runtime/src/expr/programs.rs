//! Compiled programs: equal texts share one, for the life of the process.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dataway_lang::check::types::Type;
use dataway_lang::check::{self, CheckOptions, Contracts};
use dataway_lang::diagnostic::Diagnostic as Finding;
use dataway_lang::source::{SourceText, Span};
use dataway_lang::syntax::ast::Body;
use dataway_lang::syntax::{self, ParseOptions, Parsed};
use dataway_lang::{Compiled, Profile, Program};

use crate::yaml::Positions;

/// An expression or script that stands in an app.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The compiled program.
    pub program: Program,
    /// Its text, and what the language says about it.
    pub compiled: Arc<Compilation>,
    /// The file the text stands in.
    pub source: SourceText,
    /// From the text to the file; `None` if the text is the file.
    pub origin: Option<Origin>,
}

/// Where in a YAML scalar a program stands.
#[derive(Debug, Clone)]
pub struct Origin {
    /// From the scalar to the file.
    pub positions: Arc<Positions>,
    /// Offset of the program in the scalar.
    pub offset: u32,
}

impl Origin {
    /// The place in the file of a span of the program.
    #[must_use]
    pub fn place(&self, span: Span) -> Span {
        self.positions.span(Span::new(span.start + self.offset, span.end + self.offset))
    }
}

impl Evaluation {
    /// The place in the app of a span of the program.
    #[must_use]
    pub fn place(&self, span: Span) -> Span {
        self.origin.as_ref().map_or(span, |origin| origin.place(span))
    }
}

type Key = (Arc<str>, Arc<str>, bool, usize);

/// The compiled programs by name of the file, text, profile and longest length.
#[derive(Debug, Default)]
pub struct Programs {
    known: Mutex<HashMap<Key, Arc<Compilation>>>,
}

/// What compiling a text gave.
#[derive(Debug)]
pub struct Compilation {
    /// The text.
    pub text: SourceText,
    /// The program, unless it does not compile.
    pub program: Option<Program>,
    /// What the language says about it.
    pub findings: Vec<Finding>,
    profile: Profile,
    embedded: bool,
    parsed: OnceLock<Parsed>,
    judged: Mutex<VecDeque<(Contracts, Arc<Judgement>)>>,
}

/// What the language's checker says about a text, given what is known of its message.
#[derive(Debug)]
pub struct Judgement {
    /// What is wrong or worth saying.
    pub findings: Vec<Finding>,
    /// The type of the result.
    pub ty: Type,
}

/// Most judgements that are kept of one text: the same text is checked with the message of every place where it stands, and
/// all of these again after every edit in an editor.
const MOST_JUDGEMENTS: usize = 32;

impl Compilation {
    /// Checks the text against what is known of the message. Equal questions have one answer.
    #[must_use]
    pub fn judge(&self, contracts: Contracts) -> Arc<Judgement> {
        let lock = || self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = lock().iter().rev().find(|(known, _)| *known == contracts) {
            return Arc::clone(known);
        }
        let options = ParseOptions { embedded: self.embedded, ..ParseOptions::default() };
        let parsed = self.parsed.get_or_init(|| syntax::parse(&self.text, &options));
        let options = CheckOptions { profile: self.profile, contracts, ..CheckOptions::default() };
        let mut checked = check::check(&parsed.program, &self.text, &options);
        checked.drop_consequences(&parsed.diagnostics, &self.text);
        let ty = match &parsed.program.body {
            Body::Expression(expression) => checked.types.at(expression.span).cloned(),
            Body::Statements(_) => {
                let bound = checked.bindings.iter().rev().find(|bound| &*bound.name == "dw_process");
                bound.and_then(|bound| match &bound.ty {
                    Type::Function(function) => Some(function.result()),
                    _ => None,
                })
            }
        };
        let made = Arc::new(Judgement { findings: checked.diagnostics, ty: ty.unwrap_or(Type::Any).widened() });
        let mut judged = lock();
        if judged.len() >= MOST_JUDGEMENTS {
            judged.pop_front();
        }
        judged.push_back((options.contracts, Arc::clone(&made)));
        made
    }
}

/// The label of programs that stand in YAML: they are shared by every place where the same text stands.
const LABEL: &str = "<expression>";

impl Programs {
    /// How many texts are kept: who lives long and sees many texts that nobody needs any more begins anew at times.
    #[must_use]
    pub fn count(&self) -> usize {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Compiles a text that stands inside `#[ … ]`.
    #[must_use]
    pub fn expression(&self, text: &str, profile: Profile, max_bytes: usize) -> Arc<Compilation> {
        self.compile(LABEL, text, profile, max_bytes, true)
    }

    /// Compiles a script file.
    #[must_use]
    pub fn script(&self, file: &SourceText, profile: Profile, max_bytes: usize) -> Arc<Compilation> {
        self.compile(file.name(), file.text(), profile, max_bytes, false)
    }

    fn compile(&self, name: &str, text: &str, profile: Profile, max_bytes: usize, embedded: bool) -> Arc<Compilation> {
        let key = (Arc::from(name), Arc::from(text), profile == Profile::Core, max_bytes);
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = lock().get(&key) {
            return found.clone();
        }
        let source = SourceText::new(name, text);
        let options = ParseOptions { embedded, max_bytes, ..ParseOptions::default() };
        let Compiled { program, diagnostics } = Program::compile(&source, &options, profile);
        let made = Arc::new(Compilation {
            text: source,
            program,
            findings: diagnostics,
            profile,
            embedded,
            parsed: OnceLock::new(),
            judged: Mutex::default(),
        });
        lock().entry(key).or_insert(made).clone()
    }
}
