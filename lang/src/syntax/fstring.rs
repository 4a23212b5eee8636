//! f-strings, by the rules of Python 3.11 (spec section 2).
//!
//! The body of the literal is cut into text and replacement fields; the text is decoded and each
//! field's expression is parsed with the grammar. The cut follows CPython's scanner: it knows
//! brackets and nested strings, and forbids backslashes and comments inside a field. A field can
//! nest only as deep as there are quote styles, and a format specification may hold fields one
//! level deep, so the recursion is bounded.

use super::ast::{Conversion, FStringField, FStringPart};
use super::parse::{self, Shared};
use super::report::Report;
use super::strings::Literal;
use crate::diagnostic::Code;
use crate::source::Span;

/// Collects the parts of an f-string; adjacent text becomes one part.
#[derive(Debug, Default)]
pub struct Parts {
    done: Vec<FStringPart>,
    /// Text behind the last field.
    pub text: Vec<u8>,
}

impl Parts {
    fn field(&mut self, field: FStringField) {
        self.flush();
        self.done.push(FStringPart::Field(Box::new(field)));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.done.push(FStringPart::Literal(std::mem::take(&mut self.text).into()));
        }
    }

    /// All parts.
    #[must_use]
    pub fn finish(mut self) -> Vec<FStringPart> {
        self.flush();
        self.done
    }
}

/// Appends the parts of an f-string literal to `parts`. After an error the rest is left out.
pub fn parse(literal: Literal<'_>, shared: &mut Shared<'_>, report: &mut Report, parts: &mut Parts) {
    let mut cutter = Cutter { literal, at: 0, shared, report };
    if let Err(Problem { span, message, help }) = cutter.parts(0, parts) {
        cutter.report.error_help(Code::FSTRING, span, format!("f-string: {message}"), help);
    }
}

/// Why an f-string cannot be cut.
struct Problem {
    span: Span,
    message: String,
    help: &'static str,
}

struct Cutter<'a, 's, 'b> {
    literal: Literal<'a>,
    /// Index into the body.
    at: usize,
    shared: &'b mut Shared<'s>,
    report: &'b mut Report,
}

impl<'a> Cutter<'a, '_, '_> {
    fn peek(&self) -> Option<u8> {
        self.literal.body.as_bytes().get(self.at).copied()
    }

    fn peek_next(&self) -> Option<u8> {
        self.literal.body.as_bytes().get(self.at + 1).copied()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at| self.literal.base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        Span::new(offset(start), offset(end))
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.literal.body.get(start..end).unwrap_or_default()
    }

    fn problem(&self, at: usize, message: impl Into<String>, help: &'static str) -> Problem {
        Problem { span: self.span(at, at + 1), message: message.into(), help }
    }

    /// Cuts text and fields up to the end of the body, or of the format specification when
    /// `level` is not 0.
    fn parts(&mut self, level: usize, parts: &mut Parts) -> Result<(), Problem> {
        loop {
            let start = self.at;
            let stop = self.text_end(level)?;
            let part = self.slice(start, stop);
            let base = self.span(start, stop).start;
            self.literal.decode_part(part, base, &mut parts.text, self.report);
            match self.peek() {
                // A doubled brace has been taken as one.
                _ if self.at > stop => {}
                Some(b'{') => self.field(level, parts)?,
                _ => return Ok(()),
            }
        }
    }

    /// Finds the end of the text that starts here and moves to what follows it: a field, the end
    /// of a specification, or what comes behind the second of two doubled braces.
    fn text_end(&mut self, level: usize) -> Result<usize, Problem> {
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' if !self.literal.raw => self.skip_escape(),
                b'{' | b'}' if level == 0 && self.peek_next() == Some(byte) => {
                    self.at += 2;
                    return Ok(self.at - 1);
                }
                b'}' if level == 0 => {
                    return Err(self.problem(self.at, "`}` without `{`", "write `}}` for a brace in the text"));
                }
                b'{' | b'}' => break,
                _ => self.at += 1,
            }
        }
        Ok(self.at)
    }

    /// Moves behind a backslash and what it takes along. A brace it does not: in `\{x}` the
    /// backslash is text and the field a field. The braces of `\N{…}` belong to the escape.
    fn skip_escape(&mut self) {
        self.at += 1;
        match self.peek() {
            Some(b'{' | b'}') | None => {}
            Some(b'N') if self.peek_next() == Some(b'{') => {
                let rest = self.slice(self.at, self.literal.body.len());
                self.at += rest.find('}').map_or(rest.len(), |end| end + 1);
            }
            Some(_) => {
                let next = self.slice(self.at, self.literal.body.len()).chars().next();
                self.at += next.map_or(1, char::len_utf8);
            }
        }
    }

    /// Parses the field whose `{` is the next character.
    fn field(&mut self, level: usize, parts: &mut Parts) -> Result<(), Problem> {
        let open = self.at;
        if level >= 2 {
            return Err(self.problem(
                open,
                "fields are nested too deeply",
                "a format specification holds fields one level deep: compute it before",
            ));
        }
        self.at += 1;
        let start = self.at;
        self.expression_end(open)?;
        let end = self.at;
        let text = self.slice(start, end);
        if text.chars().all(|c| c.is_ascii_whitespace()) {
            return Err(Problem {
                span: self.span(open, end + 1),
                message: "empty field".to_owned(),
                help: "write an expression between the braces, or `{{` and `}}` for braces",
            });
        }
        let value = parse::field(text, self.span(start, end), self.shared, self.report);
        let mut debug = false;
        if self.peek() == Some(b'=') {
            debug = true;
            self.at += 1;
            while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.at += 1;
            }
            let shown = self.slice(start, self.at).replace("\r\n", "\n").replace('\r', "\n");
            parts.text.extend_from_slice(shown.as_bytes());
        }
        let mut conversion = self.conversion()?;
        let mut spec = None;
        if self.peek() == Some(b':') {
            self.at += 1;
            let mut inner = Parts::default();
            self.parts(level + 1, &mut inner)?;
            spec = Some(inner.finish());
        }
        if self.peek() != Some(b'}') {
            return Err(self.problem(open, "`{` is never closed", "close the field with `}`"));
        }
        self.at += 1;
        if debug && conversion.is_none() && spec.is_none() {
            conversion = Some(Conversion::Repr);
        }
        let span = self.span(open, self.at);
        parts.field(FStringField { span, value, conversion, spec });
        Ok(())
    }

    fn conversion(&mut self) -> Result<Option<Conversion>, Problem> {
        if self.peek() != Some(b'!') {
            return Ok(None);
        }
        self.at += 1;
        let conversion = match self.peek() {
            Some(b's') => Conversion::Str,
            Some(b'r') => Conversion::Repr,
            Some(b'a') => Conversion::Ascii,
            _ => {
                return Err(self.problem(
                    self.at - 1,
                    "`!` needs a conversion behind it",
                    "the conversions are `!s`, `!r` and `!a`",
                ));
            }
        };
        self.at += 1;
        match self.peek() {
            Some(b':' | b'}') | None => Ok(Some(conversion)),
            Some(_) => Err(self.problem(self.at - 2, "unknown conversion", "the conversions are `!s`, `!r` and `!a`")),
        }
    }

    /// Moves to the end of a field's expression: `!`, `:`, `=` or `}` outside brackets and strings.
    fn expression_end(&mut self, open: usize) -> Result<(), Problem> {
        let mut brackets: Vec<(u8, usize)> = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => {
                    return Err(self.problem(
                        self.at,
                        "a field cannot contain a backslash",
                        "give the value a name before the string",
                    ));
                }
                b'#' => {
                    return Err(self.problem(
                        self.at,
                        "a field cannot contain `#`",
                        "comments stand outside of f-strings",
                    ));
                }
                b'\'' | b'"' => {
                    self.nested_string(byte)?;
                    continue;
                }
                b'(' | b'[' | b'{' => brackets.push((byte, self.at)),
                b'!' | b'=' | b'<' | b'>' if brackets.is_empty() => {
                    if self.peek_next() == Some(b'=') {
                        self.at += 1;
                    } else if matches!(byte, b'!' | b'=') {
                        return Ok(());
                    }
                }
                b':' | b'}' if brackets.is_empty() => return Ok(()),
                b')' | b']' | b'}' => {
                    let opener = match byte {
                        b')' => b'(',
                        b']' => b'[',
                        _ => b'{',
                    };
                    if brackets.pop().is_none_or(|(found, _)| found != opener) {
                        return Err(self.problem(
                            self.at,
                            format!("`{}` has no opening bracket", char::from(byte)),
                            "brackets in a field have to match",
                        ));
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        match brackets.last() {
            Some((bracket, at)) => Err(self.problem(
                *at,
                format!("`{}` is never closed", char::from(*bracket)),
                "brackets in a field have to match",
            )),
            None => Err(self.problem(open, "`{` is never closed", "close the field with `}`")),
        }
    }

    /// Moves behind the string that starts here.
    fn nested_string(&mut self, quote: u8) -> Result<(), Problem> {
        let start = self.at;
        let rest = self.literal.body.as_bytes().get(start..).unwrap_or_default();
        let length = if rest.starts_with(&[quote; 3]) { 3 } else { 1 };
        let closing = [quote; 3];
        let closing = closing.get(..length).unwrap_or_default();
        self.at += length;
        while let Some(rest) = self.literal.body.as_bytes().get(self.at..) {
            if rest.is_empty() || rest.first() == Some(&b'\\') {
                break;
            }
            if rest.starts_with(closing) {
                self.at += length;
                return Ok(());
            }
            self.at += 1;
        }
        if self.peek() == Some(b'\\') {
            return Err(self.problem(
                self.at,
                "a field cannot contain a backslash",
                "give the value a name before the string",
            ));
        }
        Err(self.problem(start, "a string in a field is never closed", "close it inside the field"))
    }
}
