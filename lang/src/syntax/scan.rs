//! From text to raw tokens: logos does the matching, this file decides which names are keywords
//! and says what is wrong with text that is no token (spec section 2).
//!
//! Scanning never stops. What cannot be read is reported once and left out, or replaced by an
//! [`Tok::Error`] token where an operand stood, so that the line around it can still be parsed.
//! Operators of other languages become the ones that were meant.

use logos::Logos;

use super::report::Report;
use super::token::{LexError, Tok, Token};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The raw tokens of `text`, whose first byte stands at offset `base` of the source: comments,
/// line continuations and the ends of physical lines included.
pub fn scan(text: &str, base: u32, report: &mut Report) -> Vec<Token> {
    let mut scanner = Scanner { text, base, tokens: Vec::with_capacity(text.len() / 3), report };
    let mut lexer = Tok::lexer(text);
    while let Some(result) = lexer.next() {
        let (start, end) = (lexer.span().start, lexer.span().end);
        let end = match result {
            Ok(kind) => scanner.token(kind, start, end),
            Err(error) => scanner.failure(error, start, end),
        };
        if end > lexer.span().end {
            lexer.bump(end - lexer.span().end);
        }
    }
    scanner.tokens
}

struct Scanner<'a> {
    text: &'a str,
    base: u32,
    tokens: Vec<Token>,
    report: &'a mut Report,
}

impl Scanner<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at| u32::try_from(at).unwrap_or(u32::MAX).saturating_add(self.base);
        Span::new(offset(start), offset(end))
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn push(&mut self, kind: Tok, start: usize, end: usize) {
        let span = self.span(start, end);
        self.tokens.push(Token { kind, span });
    }

    /// Keeps a matched token; gives the offset where scanning goes on.
    fn token(&mut self, kind: Tok, start: usize, end: usize) -> usize {
        let kind = match kind {
            Tok::Name => Tok::keyword(self.slice(start, end)).unwrap_or(Tok::Name),
            foreign => self.translate(foreign, start, end),
        };
        self.push(kind, start, end);
        end
    }

    /// The operator that is meant by one of another language.
    fn translate(&mut self, kind: Tok, start: usize, end: usize) -> Tok {
        let (code, meant, spelling) = match kind {
            Tok::AmpAmp => (Code::SYNTAX, Tok::And, "and"),
            Tok::BarBar => (Code::SYNTAX, Tok::Or, "or"),
            Tok::Bang => (Code::INVALID_CHARACTER, Tok::Not, "not"),
            Tok::LessGreater => (Code::PYTHON_2, Tok::NotEqual, "!="),
            Tok::EqualGreater => (Code::SYNTAX, Tok::GreaterEqual, ">="),
            Tok::EqualEqualEqual => (Code::SYNTAX, Tok::EqualEqual, "=="),
            Tok::NotEqualEqual => (Code::SYNTAX, Tok::NotEqual, "!="),
            other => return other,
        };
        let span = self.span(start, end);
        let written = self.slice(start, end);
        // A word needs blanks around it where the sign had none.
        let touches = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != '(');
        let before = self.text.get(..start).and_then(|text| text.chars().next_back());
        let after = self.text.get(end..).and_then(|text| text.chars().next());
        let is_word = spelling.starts_with(char::is_alphabetic);
        let replacement = format!(
            "{}{spelling}{}",
            if is_word && touches(before) { " " } else { "" },
            if is_word && (touches(after) || after == Some('(')) { " " } else { "" },
        );
        let error = Diagnostic::error(code, span, format!("there is no operator `{written}`"));
        self.report.push(if kind == Tok::EqualGreater {
            error.with_help("to compare, write `>=`; a small function is `lambda x: …`")
        } else {
            error.with_help(format!("write `{spelling}`")).with_fix(span, replacement)
        });
        meant
    }

    /// Reports text that is no token; gives the offset where scanning goes on.
    fn failure(&mut self, error: LexError, start: usize, end: usize) -> usize {
        let span = self.span(start, end);
        match error {
            LexError::InvalidCharacter => return self.invalid_character(start, end),
            LexError::UnterminatedString => self.unterminated_string(start, end),
            LexError::Imaginary => self.report.error_help(
                Code::IMAGINARY,
                span,
                format!("`{}` is an imaginary literal", self.slice(start, end)),
                "complex numbers are not supported",
            ),
            LexError::MalformedNumber => {
                let diagnostic = malformed_number(self.slice(start, end), span);
                self.report.push(diagnostic);
            }
        }
        self.push(Tok::Error, start, end);
        end
    }

    fn unterminated_string(&mut self, start: usize, end: usize) {
        let text = self.slice(start, end);
        let quote = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let triple = quote.starts_with("'''") || quote.starts_with("\"\"\"");
        let quote = quote.get(..if triple { 3 } else { 1 }).unwrap_or("\"");
        let opening = text.len() - text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let message = format!("this string is never closed by `{quote}`");
        let diagnostic = if triple {
            let span = self.span(start, start + opening + 3);
            Diagnostic::error(Code::UNTERMINATED_STRING, span, message)
                .with_help(format!("write `{quote}` where the text ends"))
        } else {
            Diagnostic::error(Code::UNTERMINATED_STRING, self.span(start, end), message).with_help(format!(
                "write `{quote}` where the text ends; a text of several lines stands between `{q}`",
                q = quote.repeat(3)
            ))
        };
        self.report.incomplete |= triple;
        self.report.push(diagnostic);
    }

    /// Joins lines all the same if only blanks or a comment follow the backslash at `start`.
    fn blunt_continuation(&mut self, start: usize, end: usize) -> usize {
        let rest = self.slice(end, self.text.len());
        // Looks no further than it must: a line may hold a million backslashes.
        let behind = rest.trim_start_matches(|c: char| c.is_whitespace() && !matches!(c, '\n' | '\r'));
        let line_end = if behind.starts_with('#') { behind.find(['\n', '\r']) } else { Some(0) };
        let tail = line_end.and_then(|at| behind.get(at..)).unwrap_or_default();
        if !tail.starts_with(['\n', '\r']) {
            return end;
        }
        let joined = end + (rest.len() - tail.len()) + if tail.starts_with("\r\n") { 2 } else { 1 };
        self.push(Tok::Continuation, start, joined);
        joined
    }

    /// Reports a character that starts no token. A text in typographic quotes is taken as a whole.
    fn invalid_character(&mut self, start: usize, end: usize) -> usize {
        let c = self.slice(start, end).chars().next().unwrap_or('\u{fffd}');
        let (span, named) = (self.span(start, end), describe_character(c));
        match c {
            '“' | '”' | '„' | '‘' | '’' | '«' | '»' => {
                let rest = self.slice(end, self.text.len());
                let stop = rest.find(['“', '”', '„', '‘', '’', '«', '»', '\n', '\r']);
                let found = stop.and_then(|at| Some((at, rest.get(at..)?.chars().next()?)));
                let close = found.filter(|(_, c)| !matches!(c, '„' | '\n' | '\r'));
                let length = close.map_or(0, |(at, c)| at + c.len_utf8());
                let (end, quote) = (end + length, if matches!(c, '‘' | '’') { "'" } else { "\"" });
                let mut diagnostic =
                    Diagnostic::error(Code::INVALID_CHARACTER, span, format!("{named} is a typographic quote"))
                        .with_help("strings stand between straight quotes: \" or '");
                if let Some((at, _)) = close {
                    let inner = rest.get(..at).unwrap_or_default();
                    if !inner.contains([quote.chars().next().unwrap_or('"'), '\\']) {
                        diagnostic = diagnostic.with_fix(self.span(start, end), format!("{quote}{inner}{quote}"));
                    }
                }
                self.report.push(diagnostic);
                self.push(Tok::Error, start, end);
                return end;
            }
            '\\' if end == self.text.len() => {
                self.report.incomplete = true;
                self.report.error_help(
                    Code::INVALID_CHARACTER,
                    span,
                    "nothing follows the line continuation `\\`",
                    "leave the backslash out",
                );
            }
            '\\' => {
                self.report.error_help(
                    Code::INVALID_CHARACTER,
                    span,
                    "text after the line continuation `\\`",
                    "a backslash joins lines only as the last character of its line",
                );
                return self.blunt_continuation(start, end);
            }
            '?' => self.report.error_help(
                Code::INVALID_CHARACTER,
                span,
                format!("invalid character {named}"),
                "choose with `a if condition else b`, read with a default with `d.get(key, default)`",
            ),
            '`' => self.report.error_help(
                Code::INVALID_CHARACTER,
                span,
                "a backtick begins nothing",
                "texts stand between quotes, with values as in `f'order {number}'`",
            ),
            _ => {
                let error = Diagnostic::error(Code::INVALID_CHARACTER, span, format!("invalid character {named}"));
                self.report.push(match plain_form(c) {
                    Some(plain) => error.with_help(format!("write `{plain}`")).with_fix(span, plain.to_string()),
                    None => error,
                });
            }
        }
        end
    }
}

/// The character of the language that looks like one of typography or of wide writing.
fn plain_form(c: char) -> Option<char> {
    Some(match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{d7}' => '*',
        // The wide forms stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?,
        '、' => ',',
        _ => return None,
    })
}

/// A character as messages show it: itself, with its number if it is hard to tell from others.
fn describe_character(c: char) -> String {
    if c.is_ascii_graphic() {
        format!("`{c}`")
    } else if c.is_control() || c.is_whitespace() {
        format!("`U+{:04X}`", u32::from(c))
    } else {
        format!("`{c}` (U+{:04X})", u32::from(c))
    }
}

fn malformed_number(text: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(Code::MALFORMED_NUMBER, span, format!("malformed number `{text}`"));
    let digits = text.trim_start_matches(['0', '_']);
    if text.starts_with('0') && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        let octal = !digits.contains(['8', '9']);
        let error = error.with_help(if octal {
            format!("decimal numbers have no leading zeros; octal is `0o{digits}`")
        } else {
            format!("decimal numbers have no leading zeros: `{digits}`")
        });
        return if octal { error } else { error.with_fix(span, digits) };
    }
    let without_suffix = text.trim_end_matches(['l', 'L', 'u', 'U']);
    if without_suffix.len() < text.len() && without_suffix.bytes().all(|b| b.is_ascii_digit()) {
        return error
            .with_help("integers have no suffix; they are as long as they need to be")
            .with_fix(span, without_suffix);
    }
    let help = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => "behind `0x` stand hexadecimal digits",
        Some("0o") => "behind `0o` stand the digits 0 to 7",
        Some("0b") => "behind `0b` stand the digits 0 and 1",
        _ if text.contains('_') => "`_` stands between two digits",
        _ if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(|c: char| c.is_ascii_alphabetic()) => {
            "a name cannot start with a digit"
        }
        _ => "write it like `12`, `1.5` or `1e-3`",
    };
    error.with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[Tok], codes: &[u16]) {
        let mut report = Report::default();
        let kinds: Vec<Tok> = scan(text, 0, &mut report).iter().map(|token| token.kind).collect();
        let found: Vec<u16> = report.finish().iter().map(|d| d.code.0).collect();
        assert_eq!((kinds.as_slice(), found.as_slice()), (expected, codes), "{text}");
    }

    #[test]
    fn tokens_and_mistakes() {
        check("if x", &[Tok::If, Tok::Name], &[]);
        check("a && !b", &[Tok::Name, Tok::And, Tok::Not, Tok::Name], &[13, 3]);
        check("a <> 1", &[Tok::Name, Tok::NotEqual, Tok::Number], &[28]);
        check("x = $y", &[Tok::Name, Tok::Equal, Tok::Name], &[3]);
        check("f(“a b”)", &[Tok::Name, Tok::LeftParen, Tok::Error, Tok::RightParen], &[3]);
        check("a \\ b", &[Tok::Name, Tok::Name], &[3]);
        check("0777", &[Tok::Error], &[7]);
        check("2j", &[Tok::Error], &[3006]);
        check("'a", &[Tok::Error], &[4]);
    }

    #[test]
    fn spans_start_at_the_base() {
        let mut report = Report::default();
        assert_eq!(scan("a", 7, &mut report)[0].span, Span::new(7, 8));
    }
}
