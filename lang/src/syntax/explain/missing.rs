//! Something is missing: a colon, a comma, a value, an operand.

use super::{Explanation, Mend, Place};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::layout::has_outer_colon;
use crate::syntax::token::Tok;

impl Place<'_> {
    /// A header without its colon.
    pub(super) fn missing_colon(&self) -> Option<Explanation> {
        let first = self.first()?;
        let rest = self.tokens.get(self.at..self.line.1.max(self.at)).unwrap_or_default();
        if !first.kind.starts_block() || !self.expects(":") || has_outer_colon(rest) || self.in_brackets() {
            return None;
        }
        let before = self.previous()?;
        let word = self.slice(first);
        let span = Span::at(before.span.end);
        let error = self
            .syntax(span, format!("missing `:` after `{word}`"), "the header of a block ends in `:`")
            .with_fix(span, ":");
        Some((error, Mend::Insert(Tok::Colon)))
    }

    /// `def f:` or `def f x:`.
    pub(super) fn missing_parameters(&self) -> Option<Explanation> {
        let name = self.previous()?;
        let is_def = self.nth(self.at.checked_sub(2)?)?.kind == Tok::Def;
        if !is_def || name.kind != Tok::Name {
            return None;
        }
        let error = self.syntax(
            Span::at(name.span.end),
            format!("missing `(` behind {}", self.quote(name)),
            "the parameters of a function stand in parentheses: `def f(x):`",
        );
        Some((error, Mend::Line))
    }

    /// `for x` without `in`.
    pub(super) fn missing_in(&self) -> Option<Explanation> {
        // A comparison would accept `in` too, but then also `is`.
        if !self.expects("in") || self.expects("is") {
            return None;
        }
        let message = format!("missing `in` before {}", self.shown());
        let error = self.syntax(self.error_span(), message, "write `for name in items`");
        Some((error, Mend::Item))
    }

    /// A dict item without its colon or its value.
    pub(super) fn dict_item(&self) -> Option<Explanation> {
        let previous = self.previous()?;
        if !self.expects(":") || self.opener()? != Tok::LeftBrace || !previous.kind.ends_expression() {
            return None;
        }
        let items = self.brace_has_colon();
        let key = self.quote(previous);
        if self.kind().starts_expression() && (items || previous.kind == Tok::Str) {
            let span = Span::at(previous.span.end);
            let error = self
                .syntax(self.error_span(), format!("missing `:` behind {key}"), "write `key: value`")
                .with_fix(span, ":");
            return Some((error, Mend::Insert(Tok::Colon)));
        }
        if items && matches!(self.kind(), Tok::Comma | Tok::RightBrace) {
            let message = format!("{key} has no value");
            let help = "an item of a dict is `key: value`; a set has no `:` at all";
            return Some((self.syntax(previous.span, message, help), Mend::InsertValue));
        }
        None
    }

    /// The innermost bracket that is open here.
    pub(super) fn opener(&self) -> Option<Tok> {
        self.opener_index().and_then(|at| self.nth(at)).map(|token| token.kind)
    }

    fn opener_index(&self) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (self.line.0..self.at).rev() {
            let kind = self.nth(at)?.kind;
            if kind.is_closer() {
                depth += 1;
            } else if kind.is_opener() {
                match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return Some(at),
                }
            }
        }
        None
    }

    /// Is there a colon directly inside the innermost bracket, before this place or soon behind?
    fn brace_has_colon(&self) -> bool {
        let Some(start) = self.opener_index() else {
            return false;
        };
        let end = self.line.1.min(self.at + 40);
        let mut depth = 0_usize;
        for token in self.tokens.get(start + 1..end.max(start + 1)).unwrap_or_default() {
            if token.kind.is_opener() {
                depth += 1;
            } else if token.kind.is_closer() {
                match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return false,
                }
            } else if depth == 0 && token.kind == Tok::Colon {
                return true;
            }
        }
        false
    }

    /// `a if b` without `else`.
    pub(super) fn missing_else(&self) -> Option<Explanation> {
        let before = self.tokens.get(self.line.0 + 1..self.at)?;
        let test = before.iter().rfind(|token| token.kind == Tok::If)?;
        if !self.expects("else") || self.expects("if") {
            return None;
        }
        let error =
            self.syntax(test.span, "this conditional expression has no `else`", "write `a if condition else b`");
        Some((error, Mend::Item))
    }

    /// Two operands in brackets with nothing between them.
    pub(super) fn missing_comma(&self) -> Option<Explanation> {
        let previous = self.previous()?;
        let operands = previous.kind.ends_expression() && self.kind().starts_expression();
        if !operands || !self.in_brackets() || !self.expects(",") {
            return None;
        }
        // In an expression outside all brackets a comma is possible but hardly meant.
        let line = self.tokens.get(self.line.0..self.at).unwrap_or_default();
        if !line.iter().any(|token| token.kind.is_opener()) {
            return None;
        }
        let span = Span::at(previous.span.end);
        let message = format!("missing `,` before {}", self.shown());
        let error = Diagnostic::error(Code::SYNTAX, self.error_span(), message)
            .with_help(format!("put a comma behind {}", self.quote(previous)))
            .with_fix(span, ",");
        Some((error, Mend::Insert(Tok::Comma)))
    }

    /// An operator, comma or assignment with nothing behind it.
    pub(super) fn missing_operand(&self) -> Option<Explanation> {
        let previous = self.previous()?;
        let ended = matches!(
            self.kind(),
            Tok::Newline
                | Tok::Dedent
                | Tok::Semicolon
                | Tok::Comma
                | Tok::Colon
                | Tok::In
                | Tok::Import
                | Tok::As
                | Tok::From
                | Tok::Else
                | Tok::For
        ) || self.kind().is_closer()
            || previous.kind == Tok::Def;
        let wants = self.expects("NAME") || self.expects("NUMBER");
        if !ended || !wants || previous.kind.ends_expression() || self.at == self.line.0 {
            return None;
        }
        if previous.kind == Tok::Colon && self.next_kind() == Some(Tok::Indent) {
            let error = self.syntax(
                previous.span,
                "this line starts no block",
                "blocks belong to `if`, `for`, `while`, `try`, `def` and `match`",
            );
            return Some((error, Mend::Line));
        }
        let names_only = self.expects("NAME") && !self.expects("NUMBER");
        let what = if names_only { "name" } else { "expression" };
        let span = previous.span;
        let message = format!("an {what} is missing behind {}", self.quote(previous));
        let message = if names_only { message.replacen("an ", "a ", 1) } else { message };
        Some((self.syntax(span, message, format!("write the {what}, or remove {}", self.quote(previous))), Mend::Item))
    }
}
