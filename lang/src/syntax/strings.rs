//! String and bytes literals: prefixes, escapes, concatenation (spec section 2).
//!
//! Text is decoded to UTF-8 in which lone surrogates, which escapes can make, stand as three bytes
//! each. As in CPython a line end inside a literal is always one LF, however the file ends its
//! lines. Replacement fields of f-strings are the business of `fstring`.

use unicode_names2 as names;

use super::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::Constant;

/// The parts of a string token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal<'a> {
    /// Prefix `r`: backslashes are kept.
    pub raw: bool,
    /// Prefix `b`.
    pub bytes: bool,
    /// Prefix `f`.
    pub format: bool,
    /// The text between the quotes, as written.
    pub body: &'a str,
    /// Offset of the body in the source.
    pub base: u32,
}

impl<'a> Literal<'a> {
    /// Takes a string token apart; `start` is its offset in the source.
    #[must_use]
    pub fn new(token: &'a str, start: u32) -> Literal<'a> {
        let quoted = token.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let prefix = token.get(..token.len() - quoted.len()).unwrap_or_default();
        let has = |letter: char| prefix.chars().any(|c| c.eq_ignore_ascii_case(&letter));
        let triple = quoted.len() >= 6 && (quoted.starts_with("'''") || quoted.starts_with("\"\"\""));
        let quote = if triple { 3 } else { 1 };
        let body = quoted.get(quote..quoted.len().saturating_sub(quote)).unwrap_or_default();
        let skipped = u32::try_from(prefix.len() + quote).unwrap_or(0);
        Literal { raw: has('r'), bytes: has('b'), format: has('f'), body, base: start + skipped }
    }

    /// Appends the value of the whole literal (not of an f-string) to `out`.
    pub fn decode(&self, out: &mut Vec<u8>, report: &mut Report) {
        Decoder { raw: self.raw, bytes: self.bytes, base: self.base, report }.decode(self.body, out);
    }

    /// Appends the value of a stretch of an f-string's text to `out`.
    pub fn decode_part(&self, part: &str, base: u32, out: &mut Vec<u8>, report: &mut Report) {
        Decoder { raw: self.raw, bytes: false, base, report }.decode(part, out);
    }
}

/// The value of a text without prefix that means what it shows: most are.
pub fn plain(token: &str) -> Option<Constant> {
    let quote = token.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let body = token.strip_prefix(quote)?.strip_suffix(quote)?.as_bytes();
    // What begins with another quote is a text between three of them, or empty.
    let plain =
        body.first().is_some_and(|first| *first != quote as u8) && memchr::memchr2(b'\\', b'\r', body).is_none();
    plain.then(|| Constant::Str(body.into()))
}

struct Decoder<'a> {
    raw: bool,
    bytes: bool,
    base: u32,
    report: &'a mut Report,
}

impl Decoder<'_> {
    fn decode(&mut self, body: &str, out: &mut Vec<u8>) {
        if self.bytes
            && let Some((at, c)) = body.char_indices().find(|(_, c)| !c.is_ascii())
        {
            self.report.error_help(
                Code::BYTES,
                self.span(at, at + c.len_utf8()),
                format!("`{c}` in a bytes literal"),
                "bytes literals hold ASCII only: write `\\xhh`, or encode a text with `.encode()`",
            );
        }
        let mut rest = body;
        let special: &[char] = if self.raw { &['\r'] } else { &['\r', '\\'] };
        while let Some(at) = rest.find(special) {
            let (run, tail) = rest.split_at(at);
            out.extend_from_slice(run.as_bytes());
            let taken = if tail.starts_with('\r') {
                out.push(b'\n');
                line_end_length(tail)
            } else {
                self.escape(tail, body.len() - tail.len(), out)
            };
            rest = tail.get(taken..).unwrap_or_default();
        }
        out.extend_from_slice(rest.as_bytes());
    }

    /// Decodes the escape at the start of `text`, which stands at `at` in the body. Gives its
    /// length.
    fn escape(&mut self, text: &str, at: usize, out: &mut Vec<u8>) -> usize {
        let Some(c) = text.chars().nth(1) else {
            out.push(b'\\');
            return 1;
        };
        let simple = match c {
            '\n' | '\r' => return 1 + line_end_length(text.get(1..).unwrap_or_default()),
            '\\' | '\'' | '"' => c as u8,
            'a' => 0x07,
            'b' => 0x08,
            'f' => 0x0c,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 0x0b,
            '0'..='7' => return self.octal(text, out),
            'x' => return self.hexadecimal(text, at, 2, out),
            'u' if !self.bytes => return self.hexadecimal(text, at, 4, out),
            'U' if !self.bytes => return self.hexadecimal(text, at, 8, out),
            'N' if !self.bytes => return self.named(text, at, out),
            other => {
                let span = self.span(at, at + 1 + other.len_utf8());
                let shown = if other.is_control() { String::new() } else { other.to_string() };
                let diagnostic = Diagnostic::warning(
                    Code::UNKNOWN_ESCAPE,
                    span,
                    format!("`\\{shown}` is no escape; the backslash is kept"),
                )
                .with_help("write `\\\\` for a backslash, or put `r` before the string")
                .with_fix(Span::at(span.start), "\\");
                self.report.push(diagnostic);
                out.push(b'\\');
                return 1;
            }
        };
        out.push(simple);
        2
    }

    fn octal(&mut self, text: &str, out: &mut Vec<u8>) -> usize {
        let digits = text.bytes().skip(1).take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
        let value = text.get(1..=digits).and_then(|s| u32::from_str_radix(s, 8).ok()).unwrap_or(0);
        self.push(value, out);
        1 + digits
    }

    fn hexadecimal(&mut self, text: &str, at: usize, count: usize, out: &mut Vec<u8>) -> usize {
        let found = text.bytes().skip(2).take(count).take_while(u8::is_ascii_hexdigit).count();
        let digits = text.get(2..2 + found).unwrap_or_default();
        let value = u32::from_str_radix(digits, 16).unwrap_or(0);
        let letter = text.get(1..2).unwrap_or_default();
        if found < count {
            self.report.error_help(
                Code::MALFORMED_ESCAPE,
                self.span(at, at + 2 + found),
                format!("malformed escape `\\{letter}{digits}`"),
                format!("`\\{letter}` needs exactly {count} hexadecimal digits"),
            );
        } else if value > 0x10_ffff {
            self.report.error_help(
                Code::MALFORMED_ESCAPE,
                self.span(at, at + 2 + found),
                format!("`\\{letter}{digits}` is no character"),
                "the last character is `\\U0010ffff`",
            );
        } else {
            self.push(value, out);
        }
        2 + found
    }

    fn named(&mut self, text: &str, at: usize, out: &mut Vec<u8>) -> usize {
        let name = text.get(2..).and_then(|rest| rest.strip_prefix('{')).and_then(|rest| {
            let end = rest.find(['}', '\n', '\r'])?;
            if rest.get(end..)?.starts_with('}') { rest.get(..end) } else { None }
        });
        let Some(name) = name else {
            self.report.error_help(
                Code::MALFORMED_ESCAPE,
                self.span(at, at + 2),
                "malformed escape `\\N`",
                "write the name of a character in braces, as in `\\N{BULLET}`",
            );
            return 2;
        };
        let length = name.len() + 4;
        match character_named(name) {
            Some(c) => self.push(u32::from(c), out),
            None => self.report.error_help(
                Code::MALFORMED_ESCAPE,
                self.span(at, at + length),
                format!("`{name}` is not the name of a character"),
                "use the name in the Unicode tables, or `\\uhhhh`",
            ),
        }
        length
    }

    /// Appends a code point, or in bytes its low eight bits.
    fn push(&self, value: u32, out: &mut Vec<u8>) {
        if self.bytes {
            out.push(value.to_le_bytes()[0]);
        } else {
            push_code_point(value, out);
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at| self.base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        Span::new(offset(start), offset(end))
    }
}

/// Appends a code point up to 10FFFF as UTF-8, a surrogate by the same scheme.
fn push_code_point(value: u32, out: &mut Vec<u8>) {
    match char::from_u32(value) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => {
            let six = |shift: u32| 0x80 | (value >> shift & 0x3f).to_le_bytes()[0];
            out.extend([0xe0 | (value >> 12 & 0x0f).to_le_bytes()[0], six(6), six(0)]);
        }
    }
}

/// The character with this name or alias. The tables match names loosely; a literal has to spell
/// the name as it is, in any case.
fn character_named(name: &str) -> Option<char> {
    let c = names::character(name)?;
    let loose =
        |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_uppercase();
    let canonical = names::name(c).map(|name| name.to_string()).unwrap_or_default();
    let is_alias = loose(&canonical) != loose(name);
    (is_alias || canonical.eq_ignore_ascii_case(name)).then_some(c)
}

/// Length of the line end at the start of `text`.
fn line_end_length(text: &str) -> usize {
    if text.starts_with("\r\n") { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(token: &str) -> (Vec<u8>, Vec<u16>) {
        let mut report = Report::default();
        let mut out = Vec::new();
        Literal::new(token, 0).decode(&mut out, &mut report);
        (out, report.finish().iter().map(|d| d.code.0).collect())
    }

    #[test]
    fn literals_decode() {
        for (token, value) in [
            ("'a\\tb'", b"a\tb".as_slice()),
            ("'''a\r\nb\rc'''", b"a\nb\nc"),
            ("r'a\\n'", b"a\\n"),
            ("'a\\\nb\\\r\nc'", b"abc"),
            ("'\\101\\0\\18'", b"A\0\x018"),
            ("'\\x41\\u00e9\\U0001F600'", "Aé😀".as_bytes()),
            ("'\\ud83d\\ude00'", b"\xed\xa0\xbd\xed\xb8\x80"),
            ("'\\777'", "\u{1ff}".as_bytes()),
            ("b'\\777\\xff'", b"\xff\xff"),
            ("'\\N{bullet}\\N{LF}\\N{NULL}'", "•\n\0".as_bytes()),
            ("'\\N{HANGUL SYLLABLE GAG}'", "각".as_bytes()),
            ("'\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"'", b"\x07\x08\x0c\n\r\t\x0b\\'\""),
            ("''", b""),
            ("\"\"\"\"\"\"", b""),
        ] {
            assert_eq!(decoded(token), (value.to_vec(), vec![]), "{token}");
        }
    }

    #[test]
    fn escapes_go_wrong() {
        for (token, value, code) in [
            ("'\\d'", b"\\d".as_slice(), 6),
            ("b'\\u0041'", b"\\u0041", 6),
            ("'\\é'", "\\é".as_bytes(), 6),
            ("'\\x4'", b"", 5),
            ("'\\u12'", b"", 5),
            ("'\\U00110000'", b"", 5),
            ("'\\N{no such}'", b"", 5),
            ("'\\N{BULL_ET}'", b"", 5),
            ("'\\Nx'", b"x", 5),
            ("b'é'", "é".as_bytes(), 19),
        ] {
            assert_eq!(decoded(token), (value.to_vec(), vec![code]), "{token}");
        }
    }
}
