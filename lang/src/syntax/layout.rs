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

use super::ast::Comment;
use super::report::Report;
use super::token::{Tok, Token};
use crate::diagnostic::{Code, Diagnostic};
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
            comments.push(Comment {
                span: token.span,
                own_line,
            });
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
        }
    }

    fn run(&mut self) {
        loop {
            let Some(token) = self.raw.get(self.at).copied() else {
                // Closing an unclosed bracket may set `at` back; then there is more to do.
                if self.brackets.is_empty() || self.close_unclosed() {
                    break;
                }
                continue;
            };
            match token.kind {
                Tok::Continuation => {}
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
                self.missing_block();
            }
            self.close_levels(0, end);
        }
    }

    fn emit(&mut self, kind: Tok, span: Span) {
        self.out.push(Token { kind, span });
        self.origins.push(self.at);
    }

    // Lines and blocks.

    /// Ends the current logical line, if it has any token.
    fn end_line(&mut self, span: Span) {
        let Some(tokens) = self
            .out
            .get(self.line..)
            .filter(|tokens| !tokens.is_empty())
        else {
            return;
        };
        self.block_expected = announces_block(tokens, self.text);
        self.emit(Tok::Newline, span);
        self.line = self.out.len();
    }

    /// Emits what the indentation of a new logical line means.
    fn indent(&mut self, first: Token) {
        let blank = Span::new(self.physical, first.span.start);
        let found = measure(self.text, self.physical);
        if std::mem::take(&mut self.base_is_open) {
            self.levels = vec![Level {
                indentation: found,
                emitted: false,
            }];
        }
        self.line_indentation = found;
        let expected = std::mem::take(&mut self.block_expected);
        let top = self.levels.last().copied().unwrap_or_default().indentation;
        if found.wide > top.wide {
            if found.narrow <= top.narrow {
                self.tab_error(blank);
            }
            self.open_level(found, expected, blank);
        } else {
            if expected {
                self.missing_block();
            }
            self.dedent(found, blank);
        }
        self.line = self.out.len();
    }

    fn open_level(&mut self, indentation: Indentation, expected: bool, blank: Span) {
        let depth = self.levels.iter().filter(|level| level.emitted).count();
        let emitted = expected && depth < MAX_INDENTS;
        if !expected {
            self.report.error_help(
                Code::INDENTATION,
                blank,
                "unexpected indentation",
                "only the lines of a block are indented, below a line that ends in `:`",
            );
        } else if !emitted {
            self.report.error_help(
                Code::TOO_DEEP,
                blank,
                format!("more than {MAX_INDENTS} levels of indentation"),
                "move inner blocks into functions",
            );
            // The header keeps a block, the lines go on at its level.
            self.insert_before_newline(Tok::Error);
        }
        self.levels.push(Level {
            indentation,
            emitted,
        });
        if emitted {
            self.emit(Tok::Indent, Span::at(blank.end));
        }
    }

    fn dedent(&mut self, found: Indentation, blank: Span) {
        let base = self.levels.first().copied().unwrap_or_default().indentation;
        if found.wide < base.wide {
            self.report.error_help(
                Code::INDENTATION,
                blank,
                "this line is indented less than the first line of the script",
                "give all lines of the script at least the indentation of the first",
            );
            self.close_levels(0, Span::at(blank.end));
            return;
        }
        let keep = self
            .levels
            .iter()
            .take_while(|level| level.indentation.wide <= found.wide);
        let keep = keep.count().saturating_sub(1);
        let target = self
            .levels
            .get(keep)
            .copied()
            .unwrap_or_default()
            .indentation;
        if target.wide == found.wide {
            if target.narrow != found.narrow {
                self.tab_error(blank);
            }
            self.close_levels(keep, Span::at(blank.end));
        } else {
            self.report.error_help(
                Code::INDENTATION,
                blank,
                "this indentation matches no line above",
                "indent the line exactly like the other lines of its block",
            );
            // Most likely a line of the block it is nearest to: keep that one open.
            self.close_levels(keep + 1, Span::at(blank.end));
            if let Some(level) = self.levels.last_mut() {
                level.indentation = found;
            }
        }
    }

    /// Closes all blocks above the level with index `keep`.
    fn close_levels(&mut self, keep: usize, span: Span) {
        while self.levels.len() > keep + 1 {
            if self.levels.pop().is_some_and(|level| level.emitted) {
                self.emit(Tok::Dedent, Span::at(span.end));
            }
        }
    }

    /// Reports that the last line announced a block that does not follow.
    fn missing_block(&mut self) {
        self.block_expected = false;
        let Some((colon, line)) = self.last_line() else {
            return;
        };
        let Some(first) = line.first() else { return };
        let word = self
            .text
            .get(first.span.start as usize..first.span.end as usize);
        let is_header = first.kind.starts_block() || is_soft_header(line, self.text);
        // Another line that ends in a colon is the grammar's business.
        if is_header && colon.kind == Tok::Colon {
            let diagnostic = Diagnostic::error(
                Code::INDENTATION,
                colon.span,
                format!(
                    "expected an indented block after `{}`",
                    word.unwrap_or_default()
                ),
            )
            .with_help("indent the lines of the block; write `pass` if there is nothing to do");
            self.report.push(diagnostic);
            self.insert_before_newline(Tok::Error);
        }
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
        let span = self
            .out
            .get(at)
            .map_or(Span::at(0), |token| Span::at(token.span.start));
        self.out.insert(at, Token { kind, span });
        self.origins.insert(at, self.at);
        self.line = self.out.len();
    }

    fn tab_error(&mut self, blank: Span) {
        self.report.error_help(
            Code::TABS,
            blank,
            "tabs and blanks are mixed in the indentation",
            "use blanks only, or tabs only",
        );
    }

    // Brackets.

    /// Emits a token, keeping brackets balanced.
    fn bracket(&mut self, token: Token) {
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
            self.brackets.push(Open {
                token,
                raw: self.at,
            });
        } else if token.kind.is_closer() {
            self.closer(token);
            return;
        }
        self.emit(token.kind, token.span);
    }

    fn closer(&mut self, token: Token) {
        let written = self.slice(token.span).to_owned();
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
        if let Some(kind) = self
            .brackets
            .pop()
            .and_then(|open| open.token.kind.closer())
        {
            self.emit(kind, token.span);
        }
    }

    /// Closes the brackets above the first `keep`.
    fn close_brackets(&mut self, keep: usize, offset: u32) {
        while self.brackets.len() > keep {
            if let Some(kind) = self
                .brackets
                .pop()
                .and_then(|open| open.token.kind.closer())
            {
                self.emit(kind, Span::at(offset));
            }
        }
    }

    /// Reports a bracket, unless this logical line has an error already.
    fn bracket_error(&mut self, diagnostic: Diagnostic) {
        let start = self
            .out
            .get(self.line)
            .map_or(diagnostic.span, |first| first.span);
        if !self.report.has_error_in(start.to(diagnostic.span)) {
            self.report.push(diagnostic);
        }
    }

    /// Is `token` the first of a physical line and a keyword that cannot stand inside brackets?
    fn is_statement_in_brackets(&self, token: Token) -> bool {
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

    /// Reports the innermost open bracket as never closed and closes all of them where the
    /// statement around them most likely ends: before the first line that is indented no more than
    /// the statement itself. Sets `at` back to that place. True if that is where the text ends.
    fn close_unclosed(&mut self) -> bool {
        let limit = self.at;
        let may_rewind = !self.report.is_full();
        let (Some(first), Some(last)) = (self.brackets.first(), self.brackets.last()) else {
            return true;
        };
        let (start, open) = (first.raw, last.token);
        let opener = self.slice(open.span);
        let help = open.kind.closer().map_or("", |kind| match kind {
            Tok::RightParen => "close it with `)`",
            Tok::RightBracket => "close it with `]`",
            _ => "close it with `}`",
        });
        let diagnostic = Diagnostic::error(
            Code::BRACKET,
            open.span,
            format!("`{opener}` is never closed"),
        )
        .with_help(help);
        self.bracket_error(diagnostic);
        let recovery = if may_rewind && !self.joined {
            self.statement_end(start, limit)
        } else {
            limit
        };
        self.rewind(recovery);
        let offset = self.out.last().map_or(0, |token| token.span.end);
        self.close_brackets(0, offset);
        self.at = recovery;
        recovery >= self.raw.len()
    }

    /// The raw index of the line end that most likely ends the statement with the bracket at raw
    /// index `from`; `limit` if there is none before it.
    fn statement_end(&self, from: usize, limit: usize) -> usize {
        let candidates = self
            .raw
            .get(from..limit)
            .unwrap_or_default()
            .iter()
            .enumerate();
        for (offset, token) in candidates.filter(|(_, token)| token.kind == Tok::Newline) {
            let Some(next) = self.raw.get(from + offset + 1) else {
                continue;
            };
            let blank_line = next.kind == Tok::Newline;
            let indentation = measure(self.text, token.span.end);
            if !blank_line
                && !next.kind.is_closer()
                && indentation.wide <= self.line_indentation.wide
            {
                return from + offset;
            }
        }
        limit
    }

    /// Takes back what was emitted at and behind raw index `to`.
    fn rewind(&mut self, to: usize) {
        let keep = self
            .origins
            .partition_point(|origin| *origin < to)
            .max(self.line);
        self.out.truncate(keep);
        self.origins.truncate(keep);
        self.brackets.clear();
        for at in self.line..keep {
            let (Some(token), Some(raw)) = (self.out.get(at), self.origins.get(at)) else {
                break;
            };
            if token.kind.is_opener() {
                self.brackets.push(Open {
                    token: *token,
                    raw: *raw,
                });
            } else if token.kind.is_closer() {
                self.brackets.pop();
            }
        }
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }
}

/// Measures the blanks at the start of the line at `offset`.
fn measure(text: &str, offset: u32) -> Indentation {
    let mut found = Indentation::default();
    for byte in text.bytes().skip(offset as usize) {
        match byte {
            b' ' => {
                found = Indentation {
                    wide: found.wide + 1,
                    narrow: found.narrow + 1,
                }
            }
            b'\t' => {
                found = Indentation {
                    wide: (found.wide / 8 + 1) * 8,
                    narrow: found.narrow + 1,
                }
            }
            b'\x0c' => found = Indentation::default(),
            _ => break,
        }
    }
    found
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
    let word = text
        .get(first.span.start as usize..first.span.end as usize)
        .unwrap_or_default();
    let operand = line
        .get(1)
        .is_some_and(|t| t.kind.starts_expression() || matches!(t.kind, Tok::Minus | Tok::Star));
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
        assert_eq!(
            laid_out(text, false),
            (expected.to_owned(), codes.to_vec()),
            "{text:?}"
        );
    }

    #[test]
    fn lines_and_blocks() {
        check("a\n\n  # c\nb", "a ; b ;", &[]);
        check("if a:\n  b\n  c\nd\n", "if a : ; {{ b ; c ; }} d ;", &[]);
        check(
            "if a:\n  if b:\n   c\nd\n",
            "if a : ; {{ if b : ; {{ c ; }} }} d ;",
            &[],
        );
        check(
            "if a:\n\tif b:\n\t\tc\n",
            "if a : ; {{ if b : ; {{ c ; }} }}",
            &[],
        );
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
        check(
            "if a:\n  b:\n\tc\n",
            "if a : ; {{ b : ; {{ c ; }} }}",
            &[11],
        );
        check("if a\n  b\n", "if a ; {{ b ; }}", &[]);
        check("if a: b\n  c\n", "if a : b ; c ;", &[10]);
    }

    #[test]
    fn embedded_scripts_have_a_base() {
        assert_eq!(
            laid_out("\n   a\n   b\n", true),
            ("a ; b ;".to_owned(), vec![])
        );
        assert_eq!(
            laid_out("   a\n b\n", true),
            ("a ; b ;".to_owned(), vec![10])
        );
    }

    #[test]
    fn brackets_are_balanced() {
        check("f(a\nb = 1\n", "f ( a <RightParen> ; b = 1 ;", &[8]);
        check(
            "f(a,\n  [1,\n  2\ndef g(): x",
            "f ( a , [ 1 , 2 <RightBracket> <RightParen> ; def g ( ) : x ;",
            &[8],
        );
        check("f([a)\nb", "f ( [ a <RightBracket> ) ; b ;", &[8]);
        check("a)\nb", "a ; b ;", &[8]);
        check("f(a]\nb", "f ( a ] ; b ;", &[8]);
        check("f(a", "f ( a <RightParen> ;", &[8]);
        let many = "(".repeat(201);
        assert_eq!(laid_out(&many, false).1, [9]);
    }
}
