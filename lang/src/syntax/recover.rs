//! Recovery: what the grammar could not read becomes something it can.
//!
//! The grammar stopped at a token. `explain` says what is wrong and, where the mistake is of a
//! known kind, which token to add or to exchange. Otherwise as little as possible gives way to an
//! error node: the stretch between the nearest commas, colons, assignments and brackets. So the
//! rest of a long literal, the target of an assignment and the block of a header survive. If that
//! does not help, the whole line gives way, keeping the keyword of a header; then the header too.
//! Every step makes the line simpler, so that recovery ends.

use super::explain::{self, Mend, Place};
use super::report::Report;
use super::token::{Tok, Token};
use crate::source::{SourceText, Span};

/// What became of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The tokens have been changed: parse again.
    Mended,
    /// Nothing more can be done.
    GiveUp,
}

/// How a line has been mended last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// At some tokens.
    Local,
    /// All but the keyword that makes it a header.
    Line,
    /// As a whole.
    Whole,
    /// Together with the line before, which lacks what it announces: a decorator its function.
    Before,
}

/// The state of recovery within one fragment.
#[derive(Debug, Default)]
pub struct Recovery {
    /// The last line that was mended: the offset of its first token, how, and the index of the
    /// token that was put in.
    last: Option<(u32, Step, usize)>,
}

impl Recovery {
    /// Reports the error at index `at` and changes the tokens around it.
    pub fn mend(
        &mut self,
        tokens: &mut Vec<Token>,
        at: usize,
        expected: &[String],
        source: &SourceText,
        report: &mut Report,
    ) -> Outcome {
        if let [start] = tokens.as_slice() {
            // A text without any token.
            let span = Span::at(start.span.end);
            tokens.push(Token { kind: Tok::Error, span });
            return Outcome::Mended;
        }
        let (mut start, mut end) = line_around(tokens, at);
        while start == end && start > 0 {
            // The line before lacks something: a decorator its function, a block its header.
            (start, end) = line_around(tokens, start - 1);
        }
        let Some(first) = tokens.get(start).copied() else {
            return Outcome::GiveUp;
        };
        let line_offset = first.span.start;
        let mut step = match self.last {
            // No progress since the last change of this line: take more of it away.
            Some((line, step, put)) if line == line_offset && (at <= put + 1 || step > Step::Local) => match step {
                Step::Local => Step::Line,
                Step::Line => Step::Whole,
                Step::Whole => Step::Before,
                Step::Before => return Outcome::GiveUp,
            },
            _ => Step::Local,
        };
        let put = match step {
            Step::Local => {
                let item = item_around(tokens, at, start, end);
                let place = Place { tokens, at, line: (start, end), expected, source };
                let (diagnostic, mend) = explain::explain(&place);
                // Mistakes in one line of text are rarely independent.
                let line = source.line_column(place.error_span().start).line;
                let line = source.line_span(line).unwrap_or_default();
                let known = report.has_error_in(line.to(place.error_span()))
                    || report.has_layout_error_in(place.span_of(start, end))
                    || (start == at && follows_error(tokens, start));
                if !known {
                    report.push(diagnostic);
                }
                let before_block = tokens.get(at).is_some_and(|t| t.kind == Tok::Indent);
                if mend == Mend::Line || before_block {
                    step = Step::Whole;
                    whole(tokens, start, end)
                } else {
                    local(tokens, at, item, mend, (start, end))
                }
            }
            Step::Line => line(tokens, start, end),
            Step::Whole => whole(tokens, start, end),
            Step::Before => {
                let Some(before) = start.checked_sub(1) else {
                    return Outcome::GiveUp;
                };
                let (mut first, end) = line_around(tokens, before);
                while let Some(before) = first.checked_sub(1) {
                    let (above, _) = line_around(tokens, before);
                    if above == first || tokens.get(above).is_none_or(|t| t.kind != Tok::At) {
                        break;
                    }
                    first = above;
                }
                whole(tokens, first, end)
            }
        };
        self.last = Some((line_offset, step, put));
        Outcome::Mended
    }
}

/// Does the line at index `start` follow a block whose header could not be read? Then a clause is
/// alone only because of that.
fn follows_error(tokens: &[Token], start: usize) -> bool {
    let mut depth = 0_usize;
    let mut first = None;
    for token in tokens.get(..start).unwrap_or_default().iter().rev() {
        match token.kind {
            Tok::Dedent => depth += 1,
            Tok::Indent if depth == 0 => return false,
            Tok::Indent => depth -= 1,
            // The line end of the statement itself comes first, that of the one before last.
            kind if is_boundary(kind) && depth == 0 && first.is_some() => break,
            kind if depth == 0 && !is_boundary(kind) => first = Some(kind),
            _ => {}
        }
    }
    matches!(first, Some(Tok::ErrorHeader | Tok::Error))
}

/// The tokens of the logical line around index `at`, without its NEWLINE.
fn line_around(tokens: &[Token], at: usize) -> (usize, usize) {
    let before = tokens.get(..at.min(tokens.len())).unwrap_or_default();
    let start = before.iter().rposition(|token| is_boundary(token.kind)).map_or(0, |at| at + 1);
    let behind = tokens.get(at..).unwrap_or_default();
    let length = behind.iter().position(|token| is_boundary(token.kind)).unwrap_or(behind.len());
    (start, (at + length).min(tokens.len()))
}

/// Does a token of this kind stand between logical lines?
fn is_boundary(kind: Tok) -> bool {
    matches!(
        kind,
        Tok::Newline | Tok::Indent | Tok::Dedent | Tok::StartStatements | Tok::StartExpression | Tok::StartField
    )
}

/// The stretch around index `at` that can give way to one error node: between separators at the
/// same bracket depth.
fn item_around(tokens: &[Token], at: usize, start: usize, end: usize) -> (usize, usize) {
    let mut left = at.min(end);
    let mut depth = 0_usize;
    while left > start {
        let Some(token) = tokens.get(left - 1) else {
            break;
        };
        if token.kind.is_closer() {
            depth += 1;
        } else if depth > 0 {
            depth -= usize::from(token.kind.is_opener());
        } else if token.kind.is_opener() || separates(token.kind) || precedes_operand(token.kind) {
            break;
        }
        left -= 1;
    }
    let mut right = at.min(end);
    let mut depth = 0_usize;
    while right < end {
        let Some(token) = tokens.get(right) else {
            break;
        };
        if token.kind.is_opener() {
            depth += 1;
        } else if depth > 0 {
            depth -= usize::from(token.kind.is_closer());
        } else if token.kind.is_closer() || separates(token.kind) || follows_operand(token.kind) {
            break;
        }
        right += 1;
    }
    (left, right)
}

/// Does it stand between operands, on either side of which error nodes can stand?
fn separates(kind: Tok) -> bool {
    matches!(kind, Tok::Comma | Tok::Colon | Tok::Semicolon | Tok::Equal | Tok::Arrow | Tok::In | Tok::If | Tok::Else)
        || kind.is_augmented_assignment()
}

/// Does an operand follow it, so that an error node can stand behind it?
fn precedes_operand(kind: Tok) -> bool {
    matches!(
        kind,
        Tok::Elif
            | Tok::While
            | Tok::For
            | Tok::Return
            | Tok::Assert
            | Tok::Raise
            | Tok::Del
            | Tok::Except
            | Tok::Def
            | Tok::Match
            | Tok::Case
            | Tok::From
            | Tok::Import
            | Tok::Global
            | Tok::Nonlocal
            | Tok::Lambda
            | Tok::Walrus
            | Tok::As
    )
}

/// Does it stand behind an operand, so that an error node can stand before it?
fn follows_operand(kind: Tok) -> bool {
    matches!(kind, Tok::For | Tok::As | Tok::Import)
}

/// Changes the tokens as `mend` says; gives the index behind which the grammar has to get for
/// this to count as progress.
fn local(tokens: &mut Vec<Token>, at: usize, item: (usize, usize), mend: Mend, line: (usize, usize)) -> usize {
    let offset = |at: usize| tokens.get(at).or(tokens.last()).map_or(0, |token| token.span.start);
    match mend {
        Mend::Insert(kind) => {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            let span = Span::at(before.map_or(0, |token| token.span.end));
            tokens.insert(at.min(tokens.len()), Token { kind, span });
            at
        }
        Mend::InsertValue => {
            let span = Span::at(offset(at));
            let value = [Tok::Colon, Tok::Error].map(|kind| Token { kind, span });
            let at = at.min(tokens.len());
            tokens.splice(at..at, value);
            at + 1
        }
        Mend::Replace(kind) => {
            if let Some(token) = tokens.get_mut(at) {
                token.kind = kind;
            }
            at
        }
        Mend::Item | Mend::Line => {
            let kind = stand_in(tokens, item.0, line.0);
            let removed = tokens.get(item.0..item.1).unwrap_or_default();
            let span = match (removed.first(), removed.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => Span::at(offset(item.0)),
            };
            tokens.splice(item.0..item.1, [Token { kind, span }]);
            item.0
        }
    }
}

/// What stands for something unreadable at index `at` of the line that starts at `start`: a name
/// where only names can stand, otherwise an expression.
fn stand_in(tokens: &[Token], at: usize, start: usize) -> Tok {
    let names_only = tokens
        .get(start)
        .is_some_and(|first| matches!(first.kind, Tok::Def | Tok::Import | Tok::From | Tok::Global | Tok::Nonlocal));
    let previous = at.checked_sub(1).and_then(|at| tokens.get(at)).map(|token| token.kind);
    let value = matches!(previous, Some(Tok::Equal | Tok::Colon | Tok::Arrow));
    let name = matches!(previous, Some(Tok::As | Tok::Lambda | Tok::Def));
    if (names_only && !value) || name { Tok::MissingName } else { Tok::Error }
}

/// Replaces a line by an error, or keeps the keyword of a header.
fn line(tokens: &mut Vec<Token>, start: usize, end: usize) -> usize {
    let Some(first) = tokens.get(start).copied() else {
        return start;
    };
    let span = |at: usize| tokens.get(at).map_or(first.span, |token| token.span);
    let whole = first.span.to(span(end.saturating_sub(1)));
    let rest = if end > start + 1 { span(start + 1).to(whole) } else { Span::at(whole.end) };
    let token = |kind| Token { kind, span: Span::at(first.span.end) };
    let error = Token { kind: Tok::Error, span: Span::new(first.span.end, rest.end) };
    let mut header = match first.kind {
        Tok::If | Tok::Elif | Tok::While | Tok::Except | Tok::Match | Tok::Case => {
            vec![first, error, token(Tok::Colon)]
        }
        Tok::Else | Tok::Try | Tok::Finally => vec![first, token(Tok::Colon)],
        Tok::For => vec![first, token(Tok::Error), token(Tok::In), error, token(Tok::Colon)],
        Tok::Def => {
            let name = tokens.get(start + 1).filter(|name| name.kind == Tok::Name && end > start + 1);
            let name = name.copied().unwrap_or(token(Tok::MissingName));
            let brackets = [Tok::LeftParen, Tok::RightParen, Tok::Colon].map(token);
            [first, name].into_iter().chain(brackets).collect()
        }
        _ => return whole_line(tokens, start, end, whole),
    };
    if !is_indented(tokens, end) {
        header.push(Token { kind: Tok::Error, span: Span::at(whole.end) });
    }
    let put = start + header.len();
    tokens.splice(start..end, header);
    put
}

/// Replaces a line as a whole.
fn whole(tokens: &mut Vec<Token>, start: usize, end: usize) -> usize {
    let span = match (tokens.get(start), tokens.get(end.saturating_sub(1))) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span::at(0),
    };
    whole_line(tokens, start, end, span)
}

fn whole_line(tokens: &mut Vec<Token>, start: usize, end: usize, span: Span) -> usize {
    let kind = if is_indented(tokens, end) { Tok::ErrorHeader } else { Tok::Error };
    tokens.splice(start..end.max(start), [Token { kind, span }]);
    start
}

/// Does an indented block follow the line that ends at index `end`?
fn is_indented(tokens: &[Token], end: usize) -> bool {
    tokens.get(end + 1).is_some_and(|token| token.kind == Tok::Indent)
}
