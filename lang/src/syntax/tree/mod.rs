//! Builds the tree: the actions of the grammar.
//!
//! The grammar calls one method of [`Builder`] per production. Here the locations of the grammar
//! (token indices) become spans, literals get their values, names their normal form, and what can
//! only be judged together with its neighbours is checked: the order of arguments and parameters,
//! handlers of a `try`, the parts of a pattern. Nodes deeper than the tree allows are replaced by
//! error nodes here and nowhere else.

#![allow(
    clippy::vec_box,
    clippy::boxed_local,
    reason = "the parser moves its symbols at every step: large ones are boxed"
)]

mod exprs;
mod patterns;
mod stmts;

use unicode_normalization::UnicodeNormalization;

pub use stmts::unplaced;

use super::ast::{Arg, Expr, ExprKind, Ident, MAX_DEPTH, Name, Param, Pattern, Stmt};
use super::parse::Shared;
use super::report::Report;
use super::token::{Tok, Token};
use crate::source::Span;

/// What one run of the parser yields.
#[derive(Debug)]
pub enum Fragment {
    /// Statements of a script.
    Statements(Vec<Stmt>),
    /// An expression.
    Expression(Expr),
}

/// An item of a parameter list.
#[derive(Debug)]
pub enum ParamItem {
    /// `name: annotation = default`
    Plain(Box<Param>),
    /// `/`
    Slash(Span),
    /// A bare `*`.
    Star(Span),
    /// `*name`
    Vararg(Box<Param>),
    /// `**name`
    Kwarg(Box<Param>),
}

/// An item of an argument list.
#[derive(Debug)]
pub enum CallArg {
    /// Any argument but a bare generator.
    Plain(Arg),
    /// A generator expression without parentheses of its own.
    Generator(Expr),
}

/// An item of a mapping pattern.
#[derive(Debug)]
pub enum MapPattern {
    /// `key: pattern`
    Item(Box<(Pattern, Pattern)>),
    /// `**name`
    Rest(Span, Ident),
}

/// An item of a class pattern.
#[derive(Debug)]
pub enum ClassPattern {
    /// `pattern`
    Positional(Pattern),
    /// `name=pattern`
    Keyword(Box<(Ident, Pattern)>),
}

/// The kinds of comprehensions with one element.
#[derive(Clone, Copy, Debug)]
pub enum Display {
    /// `[…]`
    List,
    /// `{…}`
    Set,
    /// `(…)`
    Generator,
}

/// The state of the grammar's actions.
pub struct Builder<'s, 'b> {
    shared: &'b mut Shared<'s>,
    tokens: &'b [Token],
    /// What the actions found wrong.
    pub report: Report,
}

impl<'s, 'b> Builder<'s, 'b> {
    /// A builder for a run of the parser over `tokens`.
    pub fn new(shared: &'b mut Shared<'s>, tokens: &'b [Token]) -> Self {
        Builder { shared, tokens, report: Report::default() }
    }

    /// The token at a location.
    fn token(&self, at: u32) -> Option<Token> {
        self.tokens.get(at as usize).copied()
    }

    /// The span from the token at `l` up to the one before `r`, without line ends.
    pub fn span(&self, l: u32, r: u32) -> Span {
        let is_layout = |t: &Token| matches!(t.kind, Tok::Newline | Tok::Indent | Tok::Dedent);
        let tokens = self.tokens.get(l as usize..(r as usize).max(l as usize)).unwrap_or_default();
        match (tokens.first(), tokens.iter().rfind(|token| !is_layout(token))) {
            (Some(first), Some(last)) => Span::new(first.span.start, last.span.end),
            _ => Span::at(self.token(l).map_or(0, |token| token.span.start)),
        }
    }

    /// A node, or an error node where the tree would become too deep.
    pub fn expr(&mut self, l: u32, r: u32, kind: ExprKind) -> Expr {
        let span = self.span(l, r);
        self.node(span, kind)
    }

    /// Like [`Builder::expr`], for a span.
    fn node(&mut self, span: Span, kind: ExprKind) -> Expr {
        let node = Expr::new(span, kind);
        if node.depth <= MAX_DEPTH {
            return node;
        }
        self.report.too_deep(span);
        Expr::new(span, ExprKind::Error)
    }

    /// A list with `first` before the others.
    pub fn prepend<T>(&self, first: T, mut rest: Vec<T>) -> Vec<T> {
        rest.insert(0, first);
        rest
    }

    /// The statements of a line.
    pub fn line(&self, first: Box<Stmt>, rest: Vec<Box<Stmt>>) -> Vec<Stmt> {
        let mut line = Vec::with_capacity(1 + rest.len());
        line.push(*first);
        line.extend(unboxed(rest));
        line
    }

    /// A list with its first item, and room for another one.
    pub fn begin<T>(&self, first: T) -> Vec<T> {
        let mut list = Vec::with_capacity(2);
        list.push(first);
        list
    }

    /// A list with one item more.
    pub fn push<T>(&self, mut before: Vec<T>, next: T) -> Vec<T> {
        before.push(next);
        before
    }

    /// Statements with those of one more line.
    pub fn append(&self, mut before: Vec<Stmt>, next: Vec<Stmt>) -> Vec<Stmt> {
        before.extend(next);
        before
    }

    /// The name at a location. A missing one is empty.
    pub fn ident(&mut self, at: u32) -> Ident {
        let span = self.span(at, at + 1);
        let missing = self.token(at).is_some_and(|token| token.kind == Tok::MissingName);
        let text = if missing { "" } else { self.shared.source.slice(span) };
        let name = self.shared.names.intern(text);
        Ident { name, span }
    }

    /// The dotted name that the tokens from `l` up to `r` spell.
    pub fn dotted(&mut self, l: u32, r: u32) -> Ident {
        let span = self.span(l, r);
        let text: String =
            self.shared.source.slice(span).chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
        Ident { name: self.shared.names.intern(&text), span }
    }
}

/// The names of a program, each stored once in normal form.
#[derive(Debug, Default)]
pub struct Names {
    known: foldhash::HashSet<Name>,
}

impl Names {
    /// The name spelt `text`.
    pub fn intern(&mut self, text: &str) -> Name {
        if text.is_ascii() { self.get(text) } else { self.get(&text.nfkc().collect::<String>()) }
    }

    fn get(&mut self, text: &str) -> Name {
        if let Some(name) = self.known.get(text) {
            return name.clone();
        }
        let name = Name::from(text);
        self.known.insert(name.clone());
        name
    }
}

/// A list of the tree, of what lay boxed on the parser's stack.
fn unboxed<T>(items: Vec<Box<T>>) -> Vec<T> {
    items.into_iter().map(|item| *item).collect()
}
