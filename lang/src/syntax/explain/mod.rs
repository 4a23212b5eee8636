//! Says why the grammar stopped, in words, and which small change would help.
//!
//! The grammar knows only which token it did not expect. What people meant is guessed here from
//! the tokens around it: one function per mistake, grouped in the files of this folder, tried from
//! the most telling to the most general. Each message names the offending thing; help and fix say
//! what to do.

mod foreign;
mod misplaced;
mod missing;

use super::token::{Tok, Token};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceText, Span};

/// Which change of the tokens lets the grammar go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// Add a token before the one where the grammar stopped.
    Insert(Tok),
    /// Take that token for another one.
    Replace(Tok),
    /// Add a colon and an error node before it.
    InsertValue,
    /// Put an error node for the stretch around it.
    Item,
    /// Put an error node for the whole line.
    Line,
}

/// Where the grammar stopped.
pub struct Place<'a> {
    /// All tokens.
    pub tokens: &'a [Token],
    /// Index of the unexpected token; the number of tokens at the end.
    pub at: usize,
    /// The logical line around it, as a range of indices.
    pub line: (usize, usize),
    /// What the grammar would have accepted.
    pub expected: &'a [String],
    /// The text.
    pub source: &'a SourceText,
}

/// A message and a change that helps.
type Explanation = (Diagnostic, Mend);

/// Explains the error at `place`.
pub fn explain(place: &Place<'_>) -> Explanation {
    place
        .python_2()
        .or_else(|| place.foreign_declaration())
        .or_else(|| place.lambda_in_field())
        .or_else(|| place.quote_in_field())
        .or_else(|| place.increment())
        .or_else(|| place.walrus())
        .or_else(|| place.assignment())
        .or_else(|| place.clause_alone())
        .or_else(|| place.keyword_assigned())
        .or_else(|| place.keyword_as_name())
        .or_else(|| place.soft_keyword())
        .or_else(|| place.missing_parameters())
        .or_else(|| place.missing_colon())
        .or_else(|| place.missing_in())
        .or_else(|| place.dict_item())
        .or_else(|| place.parameter())
        .or_else(|| place.missing_else())
        .or_else(|| place.missing_comma())
        .or_else(|| place.star())
        .or_else(|| place.missing_operand())
        .unwrap_or_else(|| place.unexpected())
}

impl Place<'_> {
    /// The kind of the unexpected token; a line end at the end of the text.
    fn kind(&self) -> Tok {
        self.tokens.get(self.at).map_or(Tok::Newline, |token| token.kind)
    }

    fn nth(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied()
    }

    /// The token before, if it is in the same line.
    fn previous(&self) -> Option<Token> {
        self.nth(self.at.checked_sub(1)?).filter(|_| self.at > self.line.0)
    }

    fn next_kind(&self) -> Option<Tok> {
        self.nth(self.at + 1).map(|token| token.kind)
    }

    fn first(&self) -> Option<Token> {
        self.nth(self.line.0)
    }

    fn slice(&self, token: Token) -> &str {
        self.source.slice(token.span)
    }

    fn expects(&self, name: &str) -> bool {
        self.expected.iter().any(|expected| expected.trim_matches('"') == name)
    }

    /// The span of the tokens from index `from` up to `to`.
    pub fn span_of(&self, from: usize, to: usize) -> Span {
        match (self.nth(from), to.checked_sub(1).and_then(|to| self.nth(to))) {
            (Some(first), Some(last)) if from < to => first.span.to(last.span),
            _ => self.error_span(),
        }
    }

    /// The span of the unexpected token; at the end of a line, the place behind its last token.
    pub fn error_span(&self) -> Span {
        match self.nth(self.at) {
            Some(token) if !matches!(token.kind, Tok::Newline | Tok::Indent | Tok::Dedent) => token.span,
            _ => {
                let before = self.tokens.get(..self.at).unwrap_or_default();
                let is_text = |t: &&Token| !matches!(t.kind, Tok::Newline | Tok::Indent | Tok::Dedent);
                before.iter().rev().find(is_text).map_or(Span::at(0), |token| Span::at(token.span.end))
            }
        }
    }

    /// The unexpected token in words.
    fn shown(&self) -> String {
        match self.nth(self.at) {
            Some(token) if !matches!(token.kind, Tok::Newline | Tok::Indent | Tok::Dedent) => self.quote(token),
            Some(_) => "the end of the line".to_owned(),
            None => "the end".to_owned(),
        }
    }

    /// A token in back quotes, shortened if it is long.
    fn quote(&self, token: Token) -> String {
        let text = self.slice(token);
        let short: String = text.chars().take_while(|c| !matches!(c, '\n' | '\r')).take(24).collect();
        let dots = if short.len() < text.len() { "…" } else { "" };
        match (token.kind, token.span.is_empty()) {
            (Tok::RightParen, true) => "`)`".to_owned(),
            (Tok::RightBracket, true) => "`]`".to_owned(),
            (Tok::RightBrace, true) => "`}`".to_owned(),
            _ => format!("`{short}{dots}`"),
        }
    }

    /// Is the unexpected token inside brackets?
    fn in_brackets(&self) -> bool {
        let line = self.tokens.get(self.line.0..self.at.max(self.line.0)).unwrap_or_default();
        let opened = line.iter().filter(|token| token.kind.is_opener()).count();
        let closed = line.iter().filter(|token| token.kind.is_closer()).count();
        opened > closed || self.nth(0).is_some_and(|token| token.kind != Tok::StartStatements)
    }

    fn syntax(&self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::SYNTAX, span, message).with_help(help)
    }

    /// Anything else.
    fn unexpected(&self) -> Explanation {
        let message = match self.nth(self.at) {
            None => "the expression is not complete".to_owned(),
            Some(_) => format!("unexpected {}", self.shown().trim_start_matches("the ")),
        };
        let mut error = Diagnostic::error(Code::SYNTAX, self.error_span(), message);
        // Stand-ins and layout tokens mean nothing to a reader.
        let shown_to_people = |word: &&str| !word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let stand_in = |word: &str| matches!(word, "ERROR" | "ERROR_HEADER" | "MISSING" | "DEDENT");
        let expected: Vec<&str> = self.expected.iter().map(|name| name.trim_matches('"')).collect();
        let expected: Vec<&str> = expected.into_iter().filter(|word| !stand_in(word)).collect();
        let wanted: Vec<&str> = expected.iter().copied().filter(shown_to_people).collect();
        let previous = self.previous();
        let operands = previous.is_some_and(|before| before.kind.ends_expression()) && self.kind().starts_expression();
        if let (true, Some(before)) = (operands, previous) {
            error =
                error.with_help(format!("an operator or the end of the line is missing behind {}", self.quote(before)));
        } else if matches!(self.kind(), Tok::Slash | Tok::SlashSlash) {
            error = error.with_help("a comment begins with `#`");
        } else if (1..=3).contains(&wanted.len()) && wanted.len() == expected.len() {
            let list: Vec<String> = wanted.iter().map(|word| format!("`{word}`")).collect();
            error = error.with_help(format!("here can stand {}", list.join(" or ")));
        } else if expected == ["NAME"] {
            error = error.with_help("here a name has to stand");
        }
        (error, Mend::Item)
    }
}
