//! What can be decided about a logical line before the grammar sees it.
//!
//! Two jobs. First, the soft keywords: `match` starts a statement only if a block of `case`
//! clauses follows, and the tokens show that better than a grammar could. Second, constructs that
//! are certainly wrong or not in the language (spec section 3.3), yet harmless to mend: `else if`,
//! a missing name behind a dot, `async`, `class`, `with`. They are reported here and rewritten
//! into what the grammar accepts, so that the rest of the program is still understood.

use std::borrow::Cow;

use super::report::Report;
use super::token::{Tok, Token};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceText, Span};

/// Mends laid-out tokens.
pub fn repair(tokens: &[Token], source: &SourceText, report: &mut Report) -> Vec<Token> {
    let mut repair = Repair { source, report, out: Vec::with_capacity(tokens.len()), match_blocks: Vec::new() };
    let mut rest = tokens;
    let mut opens_match = false;
    while let Some((first, tail)) = rest.split_first() {
        match first.kind {
            Tok::Indent => repair.match_blocks.push(std::mem::take(&mut opens_match)),
            Tok::Dedent => {
                repair.match_blocks.pop();
            }
            _ => {
                let end = rest.iter().position(|token| token.kind == Tok::Newline);
                let (line, tail) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
                opens_match = repair.line(line, tail);
                rest = tail;
                continue;
            }
        }
        repair.out.push(*first);
        rest = tail;
    }
    repair.out
}

struct Repair<'a> {
    source: &'a SourceText,
    report: &'a mut Report,
    out: Vec<Token>,
    /// For each open block: is it that of a `match` statement?
    match_blocks: Vec<bool>,
}

impl Repair<'_> {
    /// Mends one logical line (with its NEWLINE, if any); `next` are the tokens behind it. True if
    /// it starts a `match` statement.
    fn line(&mut self, line: &[Token], next: &[Token]) -> bool {
        let is_async = line.first().is_some_and(|first| first.kind == Tok::Async);
        let line = self.without_async(line);
        let indented = next.first().is_some_and(|token| token.kind == Tok::Indent);
        if self.foreign_header(&line, indented, is_async) {
            return false;
        }
        let is_import = line.first().is_some_and(|first| first.kind == Tok::From);
        let mut opens_match = false;
        let mut skip = 0;
        for (at, token) in line.iter().enumerate() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let following = line.get(at + 1);
            match token.kind {
                Tok::Name if at == 0 => {
                    opens_match = indented && self.opens_match(&line, next);
                    let kind = if opens_match {
                        Tok::Match
                    } else if self.is_case(&line) {
                        Tok::Case
                    } else {
                        Tok::Name
                    };
                    self.out.push(Token { kind, span: token.span });
                }
                Tok::Else if at == 0 && following.is_some_and(|t| t.kind == Tok::If) => {
                    let span = following.map_or(token.span, |t| token.span.to(t.span));
                    let diagnostic = Diagnostic::error(Code::SYNTAX, span, "`else if` is written in one word")
                        .with_help("write `elif`")
                        .with_fix(span, "elif");
                    self.report.push(diagnostic);
                    self.out.push(Token { kind: Tok::Elif, span });
                    skip = 1;
                }
                Tok::Dot if !is_import => {
                    self.out.push(*token);
                    skip = self.behind_dot(*token, following);
                }
                _ => self.out.push(*token),
            }
        }
        opens_match
    }

    /// The line without `async` and `await`, which are reported.
    fn without_async<'t>(&mut self, line: &'t [Token]) -> Cow<'t, [Token]> {
        if !line.iter().any(|token| matches!(token.kind, Tok::Async | Tok::Await)) {
            return Cow::Borrowed(line);
        }
        let mut kept = Vec::with_capacity(line.len());
        for (at, token) in line.iter().enumerate() {
            let behind_dot = at.checked_sub(1).and_then(|at| line.get(at)).is_some_and(|t| t.kind == Tok::Dot);
            if matches!(token.kind, Tok::Async | Tok::Await) && !behind_dot {
                let word = self.source.slice(token.span);
                self.report.error_help(
                    Code::ASYNC,
                    token.span,
                    format!("`{word}` is not in the language"),
                    format!("runs are synchronous: leave `{word}` out; parallelism belongs to flow components"),
                );
            } else {
                kept.push(*token);
            }
        }
        Cow::Owned(kept)
    }

    /// Replaces a line that starts a `class` or `with` statement; `reported`: it has been named
    /// already, as `async`.
    fn foreign_header(&mut self, line: &[Token], indented: bool, reported: bool) -> bool {
        let (Some(first), Some(last)) = (line.first(), line.last()) else {
            return false;
        };
        let (code, message, help) = match first.kind {
            Tok::Class => {
                (Code::CLASS, "`class` is not in the language", "use dicts, functions or closures instead of classes")
            }
            Tok::With => (
                Code::WITH,
                "`with` is not in the language",
                "there are no context managers: call the function directly",
            ),
            _ => return false,
        };
        // An expression cannot be what follows: `class = 1` uses the word as a name.
        if !line.get(1).is_some_and(|second| second.kind.starts_expression()) {
            return false;
        }
        if !reported {
            self.report.error_help(code, first.span, message, help);
        }
        let ends_line = last.kind == Tok::Newline;
        let end = line.len().saturating_sub(if ends_line { 2 } else { 1 });
        let span = line.get(end).map_or(first.span, |end| first.span.to(end.span));
        self.out.push(Token { kind: if indented { Tok::ErrorHeader } else { Tok::Error }, span });
        if ends_line {
            self.out.push(*last);
        }
        true
    }

    /// Is this line with the block behind it a `match` statement?
    fn opens_match(&self, line: &[Token], next: &[Token]) -> bool {
        let case = next.get(1);
        line.len() > 2
            && line.first().is_some_and(|first| self.source.slice(first.span) == "match")
            && case.is_some_and(|t| t.kind == Tok::Name && self.source.slice(t.span) == "case")
    }

    /// Is this line a clause of the `match` statement around it?
    fn is_case(&self, line: &[Token]) -> bool {
        self.match_blocks.last() == Some(&true)
            && line.first().is_some_and(|first| self.source.slice(first.span) == "case")
    }

    /// Makes sure that a name stands behind a dot. Gives the number of tokens used up.
    fn behind_dot(&mut self, dot: Token, following: Option<&Token>) -> usize {
        match following {
            Some(next) if next.kind == Tok::Name => 0,
            Some(next) if next.kind.is_keyword() && next.span.start == dot.span.end => {
                let word = self.source.slice(next.span);
                self.report.error_help(
                    Code::KEYWORD_AS_NAME,
                    next.span,
                    format!("`{word}` is a keyword and cannot be used as a name"),
                    format!("read a dict entry with `['{word}']`"),
                );
                self.out.push(Token { kind: Tok::Name, span: next.span });
                1
            }
            _ => {
                let span = Span::at(dot.span.end);
                // A bracket that was never closed explains the missing name already.
                let closing = following.filter(|t| t.kind.is_closer() && t.span.is_empty());
                if closing.is_none() {
                    self.report.error_help(
                        Code::SYNTAX,
                        dot.span,
                        "a name is missing behind `.`",
                        "write the name of the attribute or method",
                    );
                }
                self.out.push(Token { kind: Tok::MissingName, span });
                0
            }
        }
    }
}
