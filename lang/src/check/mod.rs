//! What is known about a program before it runs: types, symbols, and what is wrong (spec 12 and 13).
//!
//! [`check`] works on any tree, also on that of a text with syntax errors, and never fails; hosts, the editor and the compiler
//! read the same result. Its severities are strict: an error only where every execution of the expression fails, a warning
//! only for what the program or a contract establishes, otherwise silence.
//!
//! | room | job |
//! |---|---|
//! | [`types`] | what is known about a value |
//! | [`symbols`] | scopes and names: who binds, who reads |
//! | [`infer`] | the pass that finds types and what cannot work |
//! | [`unused`] | names that nobody reads |
//! | [`annotation`], [`members`], [`suggest`] | types from their texts; members of modules and types; proposals |
//! | [`broken`] | what is not said about a text with syntax errors |
//! | [`literals`] | mistakes that need no types: literal arguments, formats, forms of the past |
//! | [`parameter`] | the texts of a component's parameters |
//! | [`contract`], [`schema`], [`formats`] | what a script states about its data, and how a run holds it to that |
//! | [`core_profile`] | what a program must not use in the core profile |

mod annotation;
mod broken;
pub mod contract;
pub mod core_profile;
pub mod formats;
mod infer;
mod literals;
mod members;
pub mod parameter;
pub mod schema;
mod suggest;
pub mod symbols;
pub mod types;
mod unused;

use std::sync::Arc;

use foldhash::HashMap;

use crate::diagnostic::Diagnostic;
use crate::program::Profile;
use crate::source::{SourceText, Span};
use crate::syntax::ast::{Name, Program};
use symbols::{SymbolId, Symbols};
use types::Type;

/// How to check.
#[derive(Clone, Debug, Default)]
pub struct CheckOptions {
    /// Which part of the language the program may use.
    pub profile: Profile,
    /// What the script states about its data, as types.
    pub contracts: Contracts,
    /// Will runs hold message and result to the contracts (`--enforce`)? Then what a contract says is certain.
    pub enforced: bool,
}

/// The contracts of a script (spec 12.4) as types.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contracts {
    /// Of `msg.payload`: the plain value, which may also arrive as an Entity.
    pub payload: Option<Stated>,
    /// Of single variables in `msg.vars`.
    pub vars: Vec<(Arc<str>, Stated)>,
    /// Of `msg.attrs`.
    pub attrs: Option<Stated>,
    /// Of the result.
    pub returns: Option<Stated>,
}

/// A type that a contract states.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// The type.
    pub ty: Type,
    /// Does it come from a sample? Then it is no promise, and findings are infos.
    pub is_sample: bool,
    /// The clause in the script.
    pub span: Span,
}

/// What checking gave.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What is wrong or worth saying, in source order. Those of the parser are not among them.
    pub diagnostics: Vec<Diagnostic>,
    /// The types of expressions, by span.
    pub types: ExpressionTypes,
    /// Every place where a name gets a value, in source order.
    pub bindings: Vec<Binding>,
    /// Scopes, names and their uses.
    pub symbols: Symbols,
}

/// A place where a name gets a value.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name.
    pub name: Name,
    /// Where it is written.
    pub span: Span,
    /// The type of the value.
    pub ty: Type,
    /// The symbol, which knows its scope.
    pub symbol: SymbolId,
}

/// The types of expressions.
#[derive(Clone, Debug, Default)]
pub struct ExpressionTypes {
    /// By the offsets where they begin and end.
    known: HashMap<(u32, u32), Type>,
}

impl ExpressionTypes {
    /// The type of the expression that covers exactly this span.
    #[must_use]
    pub fn at(&self, span: Span) -> Option<&Type> {
        self.known.get(&(span.start, span.end))
    }
}

/// Checks a program. `program` is the tree of `source`, with or without syntax errors.
#[must_use]
pub fn check(program: &Program, source: &SourceText, options: &CheckOptions) -> Checked {
    let symbols = symbols::resolve(program);
    let inferred = infer::infer(program, source, &symbols, options);
    let mut diagnostics = inferred.diagnostics;
    diagnostics.extend(literals::check(program, source, &symbols));
    diagnostics.extend(unused::check(&symbols));
    if options.profile == Profile::Core {
        diagnostics.extend(core_profile::check(program));
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    let binding = |(span, symbol, ty): (Span, SymbolId, Type)| {
        let name = symbols.get(symbol)?.name.clone();
        Some(Binding { name, span, ty, symbol })
    };
    let bindings = inferred.bindings.into_iter().filter_map(binding).collect();
    Checked { diagnostics, types: ExpressionTypes { known: inferred.types }, bindings, symbols }
}

impl Checked {
    /// Drops the findings that are mere consequences of `syntax`, the findings of the parser about the same text: what
    /// people see of a text that does not parse.
    pub fn drop_consequences(&mut self, syntax: &[Diagnostic], source: &SourceText) {
        broken::without_consequences(&mut self.diagnostics, syntax, source);
    }
}

/// Runs `work` on a stack with room for it: trees nest as deep as the parser allows.
fn with_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(64 << 10, 1 << 20, work)
}
