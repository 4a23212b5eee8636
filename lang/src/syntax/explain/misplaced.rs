//! Something stands where it cannot: `:=`, `=`, keywords, clauses, stars.

use super::{Explanation, Mend, Place};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::layout::has_outer_colon;
use crate::syntax::token::Tok;

impl Place<'_> {
    /// `:=` without parentheses.
    pub(super) fn walrus(&self) -> Option<Explanation> {
        if self.kind() != Tok::Walrus {
            return None;
        }
        let span = self.error_span();
        let error = Diagnostic::error(Code::WALRUS, span, "`:=` cannot stand here without parentheses");
        let statement = self.at == self.line.0 + 1;
        Some(if statement && !self.in_brackets() {
            let error = error.with_help("a statement assigns with `=`").with_fix(span, "=");
            (error, Mend::Replace(Tok::Equal))
        } else {
            (error.with_help("write it as `(name := value)`"), Mend::Item)
        })
    }

    /// `=` where only a comparison makes sense.
    pub(super) fn assignment(&self) -> Option<Explanation> {
        if self.kind() != Tok::Equal || self.previous().is_none_or(|t| !t.kind.ends_expression()) {
            return None;
        }
        let span = self.error_span();
        if self.opener() == Some(Tok::LeftBrace) && self.expects(":") {
            let error = self.syntax(span, "`=` in a dict", "an item of a dict is `key: value`").with_fix(span, ":");
            return Some((error, Mend::Replace(Tok::Colon)));
        }
        let error = Diagnostic::error(Code::ASSIGN_FOR_EQUAL, span, "`=` cannot assign here")
            .with_help("to compare, write `==`")
            .with_fix(span, "==");
        Some((error, Mend::Replace(Tok::EqualEqual)))
    }

    /// `else` without `if`, and the like.
    pub(super) fn clause_alone(&self) -> Option<Explanation> {
        let first = self.first()?;
        if self.at != self.line.0 {
            return None;
        }
        let before = match first.kind {
            Tok::Else => "`if`, `for`, `while` or `try`",
            Tok::Elif => "`if`",
            Tok::Except | Tok::Finally => "`try`",
            _ => return None,
        };
        let word = self.slice(first);
        let error = self.syntax(
            first.span,
            format!("`{word}` without {before} before it"),
            format!("indent `{word}` exactly like the {before} it belongs to"),
        );
        Some((error, Mend::Line))
    }

    /// `match` without `case`, or `case` outside of `match`.
    pub(super) fn soft_keyword(&self) -> Option<Explanation> {
        let first = self.first().filter(|first| first.kind == Tok::Name)?;
        let line = self.tokens.get(self.line.0..self.line.1).unwrap_or_default();
        if self.at != self.line.0 + 1 || !has_outer_colon(line) {
            return None;
        }
        let error = match self.slice(first) {
            "case" => self.syntax(first.span, "`case` outside of a `match` statement", "indent it below its `match`"),
            "match" => self.syntax(
                first.span,
                "this `match` has no `case`",
                "below `match` stands an indented block of `case` clauses",
            ),
            _ => return None,
        };
        Some((error, Mend::Line))
    }

    /// `return = 1`.
    pub(super) fn keyword_assigned(&self) -> Option<Explanation> {
        let keyword = self.previous().filter(|previous| previous.kind.is_keyword())?;
        if self.kind() != Tok::Equal || self.at != self.line.0 + 1 {
            return None;
        }
        let word = self.slice(keyword);
        let error = Diagnostic::error(
            Code::KEYWORD_AS_NAME,
            keyword.span,
            format!("`{word}` is a keyword and cannot be used as a name"),
        )
        .with_help(format!("choose another name, such as `{word}_`"));
        Some((error, Mend::Line))
    }

    /// A keyword where a name has to stand.
    pub(super) fn keyword_as_name(&self) -> Option<Explanation> {
        let kind = self.kind();
        if !kind.is_keyword() || (!self.expects("NAME") && self.at != self.line.0) {
            return None;
        }
        let before = self.previous().map(|token| token.kind);
        if matches!((before, kind), (Some(Tok::For), Tok::In) | (Some(Tok::From), Tok::Import)) {
            return None;
        }
        let names_follow = matches!(
            before,
            Some(Tok::Def | Tok::As | Tok::Global | Tok::Nonlocal | Tok::Import | Tok::For | Tok::Lambda)
        );
        let used_as_name = match self.next_kind() {
            Some(Tok::Equal | Tok::Dot | Tok::Walrus | Tok::Comma | Tok::RightParen) => true,
            Some(Tok::Newline | Tok::RightBracket | Tok::RightBrace) | None => {
                before.is_some_and(|before| before != Tok::Newline)
                    && !matches!(kind, Tok::In | Tok::Is | Tok::And | Tok::Or)
            }
            Some(Tok::Colon) => self.in_brackets(),
            Some(next) => next.is_augmented_assignment(),
        };
        if !names_follow && !used_as_name {
            return None;
        }
        let word = self.nth(self.at).map_or("", |token| self.slice(token));
        let quoted = self.next_kind() == Some(Tok::Colon) && !names_follow;
        let help = if quoted {
            format!("a key that is a text stands in quotes: `'{word}'`")
        } else {
            format!("choose another name, such as `{word}_`")
        };
        let error = Diagnostic::error(
            Code::KEYWORD_AS_NAME,
            self.error_span(),
            format!("`{word}` is a keyword and cannot be used as a name"),
        )
        .with_help(help);
        Some((error, Mend::Replace(Tok::Name)))
    }

    /// Something that is no parameter.
    pub(super) fn parameter(&self) -> Option<Explanation> {
        let first = self.first()?;
        let names_only = self.expects("NAME") && !self.expects("NUMBER");
        let operand = self.kind().starts_expression() && !self.kind().is_keyword();
        if first.kind != Tok::Def || !self.in_brackets() || !names_only || !operand {
            return None;
        }
        let message = format!("{} cannot be a parameter", self.shown());
        let error = Diagnostic::error(Code::ARGUMENTS, self.error_span(), message)
            .with_help("parameters are names, each with an optional `= default`");
        Some((error, Mend::Item))
    }

    /// A star where nothing can be unpacked.
    pub(super) fn star(&self) -> Option<Explanation> {
        if !matches!(self.kind(), Tok::Star | Tok::StarStar) {
            return None;
        }
        let error = Diagnostic::error(Code::STAR, self.error_span(), format!("{} cannot stand here", self.shown()))
            .with_help("`*` unpacks in calls, lists, tuples, sets and targets, `**` in calls and dicts");
        Some((error, Mend::Item))
    }
}
