//! Habits from elsewhere: Python 2, declarations and operators of other languages.

use super::{Explanation, Mend, Place};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::Tok;

impl Place<'_> {
    /// `print x`, `exec x`, `except E, e`, `raise E, x`.
    pub(super) fn python_2(&self) -> Option<Explanation> {
        let (first, previous) = (self.first()?, self.previous()?);
        let span = self.error_span();
        let error = |message: &str| Diagnostic::error(Code::PYTHON_2, span, message);
        let word = self.slice(previous);
        if previous.kind == Tok::Name
            && matches!(word, "print" | "exec")
            && self.kind().starts_expression()
            && self.at.checked_sub(2).and_then(|at| self.nth(at)).is_none_or(|before| {
                matches!(
                    before.kind,
                    Tok::Newline
                        | Tok::Indent
                        | Tok::Dedent
                        | Tok::Semicolon
                        | Tok::Colon
                        | Tok::StartStatements
                        | Tok::StartExpression
                )
            })
        {
            let rest = self.span_of(self.at, self.line.1);
            let error =
                Diagnostic::error(Code::PYTHON_2, previous.span, format!("`{word}` without parentheses is Python 2"));
            return Some((
                if word == "exec" {
                    error.with_help("code cannot be executed from text")
                } else {
                    error
                        .with_help("call it: `print(…)`")
                        .with_fix(Span::new(previous.span.end, rest.end), format!("({})", self.source.slice(rest)))
                },
                Mend::Item,
            ));
        }
        if self.kind() != Tok::Comma || self.in_brackets() {
            return None;
        }
        match first.kind {
            Tok::Except => {
                let named = self.next_kind() == Some(Tok::Name)
                    && self.nth(self.at + 2).is_some_and(|token| token.kind == Tok::Colon);
                Some((
                    error("`except E, e` is Python 2")
                        .with_help("write `except E as e`; several classes stand in parentheses"),
                    if named { Mend::Replace(Tok::As) } else { Mend::Item },
                ))
            }
            Tok::Raise => Some((error("`raise E, text` is Python 2").with_help("write `raise E(text)`"), Mend::Item)),
            _ => None,
        }
    }

    /// `let x = 1`, `new Thing()`, `function f()`.
    pub(super) fn foreign_declaration(&self) -> Option<Explanation> {
        let previous = self.previous().filter(|token| token.kind == Tok::Name)?;
        if self.kind() != Tok::Name {
            return None;
        }
        let word = self.slice(previous);
        let help = match word {
            "let" | "var" | "val" | "const" | "auto" | "final" => "variables need no declaration",
            "new" => "values are made by calling: `Thing()`",
            "function" | "func" | "fn" | "fun" => "functions are defined with `def`",
            "elseif" | "elsif" => "write `elif`",
            "unless" => "write `if not`",
            "echo" => "write `print(…)`",
            _ => return None,
        };
        let error = self.syntax(previous.span, format!("`{word}` is not in the language"), help);
        let removable = matches!(word, "let" | "var" | "val" | "const" | "auto" | "final" | "new");
        let span = Span::new(previous.span.start, self.error_span().start);
        Some((if removable { error.with_fix(span, "") } else { error }, Mend::Item))
    }

    /// `x++`, `x--`.
    pub(super) fn increment(&self) -> Option<Explanation> {
        let second = self.previous()?;
        let first = self.nth(self.at.checked_sub(2)?)?;
        let double = matches!(second.kind, Tok::Plus | Tok::Minus)
            && first.kind == second.kind
            && first.span.end == second.span.start;
        if !double {
            return None;
        }
        let sign = self.slice(second);
        let error = self.syntax(
            first.span.to(second.span),
            format!("there is no operator `{sign}{sign}`"),
            format!("write `{sign}= 1`"),
        );
        Some((error, Mend::Item))
    }

    /// `f'{a['k']}'`: the quote that is meant for the field ends the f-string.
    pub(super) fn quote_in_field(&self) -> Option<Explanation> {
        let previous = self.nth(self.at.checked_sub(1)?)?;
        if previous.kind != Tok::Str || previous.span.end != self.nth(self.at)?.span.start {
            return None;
        }
        let text = self.slice(previous);
        let (prefix, body) = text.split_at(text.find(['\'', '"'])?);
        let opened = body.replace("{{", "").matches('{').count();
        if !prefix.contains(['f', 'F']) || opened <= body.replace("}}", "").matches('}').count() {
            return None;
        }
        let quote = body.chars().next()?;
        let other = if quote == '"' { '\'' } else { '"' };
        let span = Span::new(previous.span.end - 1, previous.span.end);
        let error = Diagnostic::error(
            Code::FSTRING,
            span,
            format!("f-string: this `{quote}` ends the f-string, not the field"),
        )
        .with_help(format!("inside a field write `{other}` where the f-string has `{quote}`"));
        Some((error, Mend::Line))
    }

    /// `{lambda: 1}` in an f-string, where the colon starts the format specification.
    pub(super) fn lambda_in_field(&self) -> Option<Explanation> {
        let in_field = self.nth(0).is_some_and(|token| token.kind == Tok::StartField);
        let lambda = self.tokens.iter().find(|token| token.kind == Tok::Lambda)?;
        if !in_field || self.at < self.tokens.len() {
            return None;
        }
        let error = Diagnostic::error(Code::FSTRING, lambda.span, "f-string: a `lambda` in a field needs parentheses")
            .with_help("write `{(lambda x: …)(y)}`");
        Some((error, Mend::Item))
    }
}
