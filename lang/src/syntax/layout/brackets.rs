//! Brackets: balanced in the output, whatever they are in the text.

use super::blocks::measure;
use super::{Layout, MAX_BRACKETS, Open, is_soft_header};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::{Tok, Token};

impl Layout<'_> {
    /// Emits a token, keeping brackets balanced.
    pub(super) fn bracket(&mut self, token: Token) {
        if token.kind.is_opener() {
            if self.brackets.len() >= MAX_BRACKETS {
                self.report.error_help(
                    Code::TOO_MANY_BRACKETS,
                    token.span,
                    format!("more than {MAX_BRACKETS} open brackets"),
                    "give inner parts names",
                );
                // Nothing sensible follows: end the text here.
                self.close_brackets(0, token.span.start);
                self.at = self.raw.len();
                return;
            }
            self.brackets.push(Open { token, raw: self.at });
        } else if token.kind.is_closer() {
            self.closer(token);
            return;
        }
        self.emit(token.kind, token.span);
    }

    fn closer(&mut self, token: Token) {
        let written = self.slice(token.span);
        let Some(open) = self.brackets.last().copied() else {
            let message = format!("`{written}` has no opening bracket");
            self.bracket_error(Diagnostic::error(Code::BRACKET, token.span, message));
            return;
        };
        let belongs = |open: &Open| open.token.kind.closer() == Some(token.kind);
        if !belongs(&open) {
            let opener = self.slice(open.token.span);
            let message = format!("`{written}` does not close `{opener}`");
            let diagnostic = Diagnostic::error(Code::BRACKET, token.span, message)
                .with_related(open.token.span, format!("`{opener}` is opened here"))
                .with_help(format!("close `{opener}` first"));
            self.bracket_error(diagnostic);
            if let Some(outer) = self.brackets.iter().rposition(belongs) {
                self.close_brackets(outer + 1, token.span.start);
            }
        }
        if let Some(kind) = self.brackets.pop().and_then(|open| open.token.kind.closer()) {
            self.emit(kind, token.span);
        }
    }

    /// Closes the brackets above the first `keep`.
    fn close_brackets(&mut self, keep: usize, offset: u32) {
        while self.brackets.len() > keep {
            if let Some(kind) = self.brackets.pop().and_then(|open| open.token.kind.closer()) {
                self.emit(kind, Span::at(offset));
            }
        }
    }

    /// Reports a bracket, unless this logical line has an error already.
    fn bracket_error(&mut self, diagnostic: Diagnostic) {
        let start = self.out.get(self.line).map_or(diagnostic.span, |first| first.span);
        let end = self.out.last().map_or(diagnostic.span, |last| last.span);
        if !self.report.has_error_in(start.to(diagnostic.span).to(end)) {
            self.report.push(diagnostic);
        }
    }

    /// Is `token` the first of a physical line and a keyword that cannot stand inside brackets?
    pub(super) fn is_statement_in_brackets(&self, token: Token) -> bool {
        if self.brackets.is_empty() || !token.kind.starts_only_statements() {
            return false;
        }
        let previous = self.at.checked_sub(1).and_then(|at| self.raw.get(at));
        let next = self.raw.get(self.at + 1).map(|next| next.kind);
        // `{class: 1}` and `f(\n with=1)` use a keyword as a name; `try:` does not.
        let as_name = matches!(next, Some(Tok::Equal))
            || (next == Some(Tok::Colon) && !matches!(token.kind, Tok::Try | Tok::Finally));
        previous.is_some_and(|previous| previous.kind == Tok::Newline) && !as_name
    }

    /// Reports a bracket as never closed and closes all that are open where the
    /// statement around them most likely ends: before the first line that is indented no more than
    /// the statement itself. Sets `at` back to that place. True if that is where the text ends.
    pub(super) fn close_unclosed(&mut self) -> bool {
        let limit = self.at;
        let may_rewind = !self.report.is_full();
        let Some(outermost) = self.brackets.first().copied() else {
            return true;
        };
        let recovery = if may_rewind && !self.joined { self.statement_end(outermost.raw, limit) } else { limit };
        self.rewind(recovery);
        let open = self.brackets.last().unwrap_or(&outermost).token;
        let opener = self.slice(open.span);
        let help = open.kind.closer().map_or("", |kind| match kind {
            Tok::RightParen => "close it with `)`",
            Tok::RightBracket => "close it with `]`",
            _ => "close it with `}`",
        });
        let diagnostic =
            Diagnostic::error(Code::BRACKET, open.span, format!("`{opener}` is never closed")).with_help(help);
        self.bracket_error(diagnostic);
        let header = self.is_header();
        let colon = self.out.pop_if(|last| last.kind == Tok::Colon && header);
        let colon = colon.zip(self.origins.pop_if(|_| colon.is_some()));
        let offset = self.out.last().map_or(0, |token| token.span.end);
        self.at = recovery;
        self.close_brackets(0, offset);
        if let Some((colon, _)) = colon {
            self.emit(colon.kind, colon.span);
        }
        recovery >= self.raw.len()
    }

    /// The raw index of the line end that most likely ends the statement with the bracket at raw
    /// index `from`; `limit` if there is none before it.
    fn statement_end(&self, from: usize, limit: usize) -> usize {
        let header = self.is_header();
        let candidates = self.raw.get(from..limit).unwrap_or_default().iter().enumerate();
        for (offset, token) in candidates.filter(|(_, token)| token.kind == Tok::Newline) {
            let Some(next) = self.raw.get(from + offset + 1) else {
                continue;
            };
            let blank_line = next.kind == Tok::Newline;
            let before = self.raw.get((from + offset).saturating_sub(1));
            if header && before.is_some_and(|token| token.kind == Tok::Colon) {
                return from + offset;
            }
            let indentation = measure(self.text, token.span.end);
            if !blank_line && !next.kind.is_closer() && indentation.wide <= self.line_indentation.wide {
                return from + offset;
            }
        }
        limit
    }

    /// Does the current logical line start like the header of a block?
    fn is_header(&self) -> bool {
        let line = self.out.get(self.line..).unwrap_or_default();
        line.first().is_some_and(|first| first.kind.starts_block()) || is_soft_header(line, self.text)
    }

    /// Takes back what was emitted at and behind raw index `to`.
    fn rewind(&mut self, to: usize) {
        let keep = self.origins.partition_point(|origin| *origin < to).max(self.line);
        self.out.truncate(keep);
        self.origins.truncate(keep);
        self.brackets.clear();
        for at in self.line..keep {
            let (Some(token), Some(raw)) = (self.out.get(at), self.origins.get(at)) else {
                break;
            };
            if token.kind.is_opener() {
                self.brackets.push(Open { token: *token, raw: *raw });
            } else if token.kind.is_closer() {
                self.brackets.pop();
            }
        }
    }
}
