//! One Dataway program as the editor sees it: its text, its tree with the errors in it, and what the checker knows.
//!
//! A program may be a whole file or a part of a flow file; the features work on offsets in the program's own text, and
//! [`crate::document`] knows where that text stands in the file.

use std::sync::{Arc, OnceLock};

use dataway_lang::check::symbols::{Symbol, SymbolId};
use dataway_lang::check::types::Type;
use dataway_lang::check::{self, CheckOptions, Checked};
use dataway_lang::source::{SourceText, Span};
use dataway_lang::syntax::ast::Expr;
use dataway_lang::syntax::{self, ParseOptions, Parsed};

use crate::knowledge::Knowledge;

/// A program with everything that is known about it, which is worked out when somebody first asks: completion, for one,
/// looks at a variant of the text and never at the text itself.
#[derive(Debug, Clone)]
pub struct Script {
    /// Its text.
    pub source: SourceText,
    /// How it is read and checked, so that a variant of its text can be treated alike.
    pub context: Arc<Context>,
    parsed: OnceLock<Parsed>,
    checked: OnceLock<Checked>,
}

/// How a program is to be read and checked.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Does it stand inside `#[ … ]`?
    pub embedded: bool,
    /// Profile and contracts.
    pub check: CheckOptions,
    /// Where the contracts come from.
    pub knowledge: Arc<Knowledge>,
}

impl Script {
    /// A program; nothing is worked out yet.
    #[must_use]
    pub fn new(source: SourceText, context: Arc<Context>) -> Script {
        Script { source, context, parsed: OnceLock::new(), checked: OnceLock::new() }
    }

    /// Its tree, with the parser's diagnostics. Reading never fails: what is wrong is part of the result.
    #[must_use]
    pub fn parsed(&self) -> &Parsed {
        let options = ParseOptions { embedded: self.context.embedded, ..ParseOptions::default() };
        self.parsed.get_or_init(|| syntax::parse(&self.source, &options))
    }

    /// What the checker found.
    #[must_use]
    pub fn checked(&self) -> &Checked {
        self.checked.get_or_init(|| {
            let parsed = self.parsed();
            let mut checked = check::check(&parsed.program, &self.source, &self.context.check);
            checked.drop_consequences(&parsed.diagnostics, &self.source);
            checked
        })
    }

    /// The same program with another text.
    #[must_use]
    pub fn with_text(&self, text: &str) -> Script {
        Script::new(SourceText::new(self.source.name(), text), Arc::clone(&self.context))
    }

    /// The type of an expression of this program.
    #[must_use]
    pub fn type_of(&self, expression: &Expr) -> Type {
        self.checked().types.at(expression.span).cloned().unwrap_or(Type::Any)
    }

    /// The symbol whose name stands at `offset`, with the span of that name.
    #[must_use]
    pub fn symbol_at(&self, offset: u32) -> Option<(SymbolId, &Symbol, Span)> {
        let id = self.checked().symbols.at(offset)?;
        let symbol = self.checked().symbols.get(id)?;
        let here = occurrences(symbol).find(|span| span.start <= offset && offset <= span.end)?;
        Some((id, symbol, here))
    }
}

/// Every place where a symbol is written: bindings and uses.
pub fn occurrences(symbol: &Symbol) -> impl Iterator<Item = Span> + '_ {
    symbol.bindings.iter().map(|(span, _)| *span).chain(symbol.uses.iter().copied())
}
