//! From physical lines to logical ones: NEWLINE, INDENT and DEDENT (spec sections 1.3, 1.6, 2).
//!
//! Statements are laid out as in CPython: line ends inside brackets join lines, indentation opens
//! and closes blocks. An expression is laid out as if it stood inside parentheses: line ends are
//! white space.
//!
//! The result is always well formed, whatever the text looks like, and the grammar relies on it:
//! brackets are balanced, no more than [`MAX_BRACKETS`] are open at a time, every INDENT has its
//! DEDENT, every logical line ends in one NEWLINE. What was wrong has been reported and mended
//! with tokens at empty spans.

mod blocks;
mod brackets;

use super::ast::Comment;
use super::report::Report;
use super::token::{Tok, Token};
use crate::diagnostic::Code;
use crate::source::Span;

/// Most brackets that may be open at a time.
pub const MAX_BRACKETS: usize = 200;
/// Deepest indentation, in levels.
pub const MAX_INDENTS: usize = 99;

/// Takes the comments out of raw tokens.
pub fn split_comments(raw: Vec<Token>) -> (Vec<Token>, Vec<Comment>) {
    let mut comments = Vec::new();
    let mut own_line = true;
    let mut rest = raw;
    rest.retain(|token| {
        if token.kind == Tok::Comment {
            comments.push(Comment { span: token.span, own_line });
        }
        own_line = matches!(token.kind, Tok::Newline | Tok::Continuation);
        token.kind != Tok::Comment
    });
    (rest, comments)
}

/// Lays out a script. `embedded`: the first line's indentation is the base level of all.
pub fn statements(raw: &[Token], text: &str, embedded: bool, report: &mut Report) -> Vec<Token> {
    let mut layout = Layout::new(raw, text, report);
    layout.base_is_open = embedded;
    layout.run();
    layout.out
}

/// Lays out an expression: no NEWLINE, no INDENT.
pub fn expression(raw: &[Token], text: &str, report: &mut Report) -> Vec<Token> {
    let mut layout = Layout::new(raw, text, report);
    layout.joined = true;
    layout.run();
    layout.out
}

/// An indentation, measured with tabs to the next multiple of 8 and with tabs as one blank.
#[derive(Clone, Copy, Default)]
struct Indentation {
    wide: usize,
    narrow: usize,
}

/// An open block.
#[derive(Clone, Copy, Default)]
struct Level {
    indentation: Indentation,
    /// Has an INDENT been emitted for it? Not for the base, nor for unexpected indentation.
    emitted: bool,
}

/// An opening bracket.
#[derive(Clone, Copy)]
struct Open {
    token: Token,
    /// Its index among the raw tokens.
    raw: usize,
}

struct Layout<'a> {
    raw: &'a [Token],
    text: &'a str,
    report: &'a mut Report,
    /// Index of the next raw token.
    at: usize,
    out: Vec<Token>,
    /// For each token in `out`, the raw index at which it was emitted.
    origins: Vec<usize>,
    /// Where the current logical line starts in `out`.
    line: usize,
    /// Indentation of the current logical line.
    line_indentation: Indentation,
    /// Offset at which the current physical line starts.
    physical: u32,
    levels: Vec<Level>,
    brackets: Vec<Open>,
    /// Treat the whole text as if inside parentheses.
    joined: bool,
    /// The first logical line is still to define the base level.
    base_is_open: bool,
    /// Did the last logical line announce a block?
    block_expected: bool,
    /// Indentations that count as that of the innermost block, since a line matched none.
    aliases: Vec<usize>,
    /// Have tabs and blanks been found mixed?
    tabs_mixed: bool,
}

impl<'a> Layout<'a> {
    fn new(raw: &'a [Token], text: &'a str, report: &'a mut Report) -> Self {
        Layout {
            raw,
            text,
            report,
            at: 0,
            out: Vec::with_capacity(raw.len() + 8),
            origins: Vec::with_capacity(raw.len() + 8),
            line: 0,
            line_indentation: Indentation::default(),
            physical: 0,
            levels: vec![Level::default()],
            brackets: Vec::new(),
            joined: false,
            base_is_open: false,
            block_expected: false,
            aliases: Vec::new(),
            tabs_mixed: false,
        }
    }

    fn run(&mut self) {
        loop {
            let Some(token) = self.raw.get(self.at).copied() else {
                // Closing an unclosed bracket may set `at` back; then there is more to do.
                self.report.incomplete |= !self.brackets.is_empty();
                if self.brackets.is_empty() || self.close_unclosed() {
                    break;
                }
                continue;
            };
            match token.kind {
                Tok::Continuation => {
                    if self.at + 1 == self.raw.len() {
                        self.report.incomplete = true;
                        self.report.error_help(
                            Code::INVALID_CHARACTER,
                            token.span,
                            "nothing follows the line continuation `\\`",
                            "leave the backslash out",
                        );
                    }
                }
                Tok::Newline => {
                    self.physical = token.span.end;
                    if self.brackets.is_empty() && !self.joined {
                        self.end_line(token.span);
                    }
                }
                _ => {
                    let starts_line = self.out.len() == self.line;
                    if starts_line && !self.joined {
                        self.indent(token);
                    } else if self.is_statement_in_brackets(token) && !self.joined {
                        self.close_unclosed();
                        continue;
                    }
                    self.bracket(token);
                }
            }
            self.at += 1;
        }
        let end = Span::at(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        if !self.joined {
            self.end_line(end);
            if self.block_expected {
                self.report.incomplete = true;
                self.missing_block();
            }
            self.close_levels(0, end);
        }
    }

    fn emit(&mut self, kind: Tok, span: Span) {
        self.out.push(Token { kind, span });
        self.origins.push(self.at);
    }

    /// Ends the current logical line, if it has any token.
    fn end_line(&mut self, span: Span) {
        let Some(tokens) = self.out.get(self.line..).filter(|tokens| !tokens.is_empty()) else {
            return;
        };
        self.block_expected = announces_block(tokens, self.text);
        self.emit(Tok::Newline, span);
        self.line = self.out.len();
    }

    /// The last token and all tokens of the last complete logical line, without NEWLINE.
    fn last_line(&self) -> Option<(Token, &[Token])> {
        let complete = self.out.get(..self.line)?;
        let (_, before) = complete.split_last()?;
        let is_boundary = |t: &Token| matches!(t.kind, Tok::Newline | Tok::Indent | Tok::Dedent);
        let start = before.iter().rposition(is_boundary).map_or(0, |at| at + 1);
        let line = before.get(start..)?;
        Some((*line.last()?, line))
    }

    /// Puts a token before the NEWLINE of the last complete line.
    fn insert_before_newline(&mut self, kind: Tok) {
        let at = self.line.saturating_sub(1);
        let span = self.out.get(at).map_or(Span::at(0), |token| Span::at(token.span.start));
        self.out.insert(at, Token { kind, span });
        self.origins.insert(at, self.at);
        self.line = self.out.len();
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// Should a block follow this logical line? It ends in a colon, or it starts like a header and
/// has no colon at all, so that one was forgotten.
fn announces_block(line: &[Token], text: &str) -> bool {
    let (Some(mut first), Some(last)) = (line.first(), line.last()) else {
        return false;
    };
    if first.kind == Tok::Async {
        first = line.get(1).unwrap_or(first);
    }
    let header = first.kind.starts_block() || is_soft_header(line, text);
    last.kind == Tok::Colon || (header && !has_outer_colon(line))
}

/// Does the line start like a `match` statement or a `case` clause?
fn is_soft_header(line: &[Token], text: &str) -> bool {
    let Some(first) = line.first().filter(|first| first.kind == Tok::Name) else {
        return false;
    };
    let word = text.get(first.span.start as usize..first.span.end as usize).unwrap_or_default();
    let operand = line.get(1).is_some_and(|t| t.kind.starts_expression() || matches!(t.kind, Tok::Minus | Tok::Star));
    matches!(word, "match" | "case") && operand
}

/// Is there a colon outside brackets?
pub fn has_outer_colon(line: &[Token]) -> bool {
    let mut depth = 0_usize;
    line.iter().any(|token| {
        if token.kind.is_opener() {
            depth += 1;
        } else if token.kind.is_closer() {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && token.kind == Tok::Colon
    })
}

#[cfg(test)]
mod tests {
    use super::super::scan::scan;
    use super::*;

    /// Lays `text` out and prints the tokens: names and signs as written, structure as words.
    fn laid_out(text: &str, embedded: bool) -> (String, Vec<u16>) {
        let mut report = Report::default();
        let (raw, _) = split_comments(scan(text, 0, &mut report));
        let tokens = statements(&raw, text, embedded, &mut report);
        let words = tokens.iter().map(|token| match token.kind {
            Tok::Newline => ";".to_owned(),
            Tok::Indent => "{{".to_owned(),
            Tok::Dedent => "}}".to_owned(),
            Tok::Error => "ERROR".to_owned(),
            kind if token.span.is_empty() => format!("<{kind:?}>"),
            _ => text[token.span.start as usize..token.span.end as usize].to_owned(),
        });
        let words = words.collect::<Vec<_>>().join(" ");
        (words, report.finish().iter().map(|d| d.code.0).collect())
    }

    fn check(text: &str, expected: &str, codes: &[u16]) {
        assert_eq!(laid_out(text, false), (expected.to_owned(), codes.to_vec()), "{text:?}");
    }

    #[test]
    fn lines_and_blocks() {
        check("a\n\n  # c\nb", "a ; b ;", &[]);
        check("if a:\n  b\n  c\nd\n", "if a : ; {{ b ; c ; }} d ;", &[]);
        check("if a:\n  if b:\n   c\nd\n", "if a : ; {{ if b : ; {{ c ; }} }} d ;", &[]);
        check("if a:\n\tif b:\n\t\tc\n", "if a : ; {{ if b : ; {{ c ; }} }}", &[]);
        check("(a\n  b)\nc", "( a b ) ; c ;", &[]);
        check("a + \\\n  b", "a + b ;", &[]);
        check("if a:\n  b", "if a : ; {{ b ; }}", &[]);
        check("if a:\r\n  b\r\rc", "if a : ; {{ b ; }} c ;", &[]);
    }

    #[test]
    fn wrong_indentation() {
        check("a\n  b\n  c\nd", "a ; b ; c ; d ;", &[10]);
        check(" a", "a ;", &[10]);
        check("if a:\nb", "if a : ERROR ; b ;", &[10]);
        check("if a:", "if a : ERROR ;", &[10]);
        check("if a:\n    b\n  c\nd", "if a : ; {{ b ; c ; }} d ;", &[10]);
        check("if a:\n\tb\n        c\n", "if a : ; {{ b ; c ; }}", &[11]);
        check("if a:\n  b:\n\tc\n", "if a : ; {{ b : ; {{ c ; }} }}", &[11]);
        check("if a\n  b\n", "if a ; {{ b ; }}", &[]);
        check("if a: b\n  c\n", "if a : b ; c ;", &[10]);
    }

    #[test]
    fn embedded_scripts_have_a_base() {
        assert_eq!(laid_out("\n   a\n   b\n", true), ("a ; b ;".to_owned(), vec![]));
        assert_eq!(laid_out("   a\n b\n", true), ("a ; b ;".to_owned(), vec![10]));
    }

    #[test]
    fn brackets_are_balanced() {
        check("f(a\nb = 1\n", "f ( a <RightParen> ; b = 1 ;", &[8]);
        check("f(a,\n  [1,\n  2\ndef g(): x", "f ( a , [ 1 , 2 <RightBracket> <RightParen> ; def g ( ) : x ;", &[8]);
        check("f([a)\nb", "f ( [ a <RightBracket> ) ; b ;", &[8]);
        check("a)\nb", "a ; b ;", &[8]);
        check("f(a]\nb", "f ( a ] ; b ;", &[8]);
        check("f(a", "f ( a <RightParen> ;", &[8]);
        let many = "(".repeat(201);
        assert_eq!(laid_out(&many, false).1, [9]);
    }
}
