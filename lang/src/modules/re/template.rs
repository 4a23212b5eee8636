//! Replacement templates (`\1`, `\g<name>`) and `escape`.

use super::engine::{Captures, Matches, Pattern, Span};
use super::error::{Error, Message};
use super::escapes;
use super::groups::{MAX_GROUPS, is_identifier, name_text};
use super::number::Number;
use super::source::{self, Source, Token};
use crate::value::interrupt::{Stop, checkpoint, reserve};
use crate::value::unicode::wtf8;

/// A parsed replacement text.
#[derive(Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    Group(usize),
}

impl Template {
    /// Parses a replacement of the kind of the pattern, `str` or `bytes`.
    ///
    /// # Errors
    /// `re.error` for a malformed template, `IndexError` for an unknown name, or a stop of the run.
    pub fn parse(template: &[u8], pattern: &Pattern) -> Result<Template, Error> {
        let is_text = pattern.is_text();
        let code_points = source::decode(template, is_text)?;
        let mut reader =
            Reader { source: Source::new(&code_points, is_text)?, pattern, literal: Vec::new(), parts: Vec::new() };
        while let Some(token) = reader.source.take()? {
            match token {
                Token::Char(cp) => reader.push(cp),
                Token::Escape(letter) => reader.escape(letter)?,
            }
        }
        reader.flush();
        Ok(Template { parts: reader.parts })
    }

    /// The text itself if it refers to no group.
    #[must_use]
    pub fn literal(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [] => Some(b""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Appends the replacement for a match, as `Match.expand` gives it.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn expand(&self, captures: &Captures, subject: &[u8], out: &mut Vec<u8>) -> Result<(), Stop> {
        self.fill(|group| captures.spans.get(group).copied().flatten(), subject, out)
    }

    /// Appends the replacement for the current match of an iteration.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn expand_current(&self, matches: &Matches, subject: &[u8], out: &mut Vec<u8>) -> Result<(), Stop> {
        self.fill(|group| matches.group(group), subject, out)
    }

    fn fill(&self, span: impl Fn(usize) -> Span, subject: &[u8], out: &mut Vec<u8>) -> Result<(), Stop> {
        for part in &self.parts {
            let text = match part {
                Part::Literal(text) => text,
                Part::Group(group) => span(*group).and_then(|(start, end)| subject.get(start..end)).unwrap_or_default(),
            };
            append(out, text)?;
        }
        Ok(())
    }
}

/// Appends to a result within the limits.
pub(super) fn append(out: &mut Vec<u8>, text: &[u8]) -> Result<(), Stop> {
    checkpoint(text.len() as u64 / 32 + 1)?;
    if out.capacity() - out.len() < text.len() {
        let more = text.len().max(out.capacity());
        reserve(more)?;
        out.try_reserve(more).map_err(|_| Stop::Memory)?;
    }
    out.extend_from_slice(text);
    Ok(())
}

struct Reader<'p> {
    source: Source<'p>,
    pattern: &'p Pattern,
    literal: Vec<u8>,
    parts: Vec<Part>,
}

impl Reader<'_> {
    fn push(&mut self, cp: u32) {
        match u8::try_from(cp) {
            Ok(byte) if !self.pattern.is_text() => self.literal.push(byte),
            _ => wtf8::push(&mut self.literal, cp),
        }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Literal(std::mem::take(&mut self.literal)));
        }
    }

    /// Adds a group whose number was written with `len` code points before the next token.
    fn group(&mut self, number: usize, len: usize) -> Result<(), Error> {
        if number > self.pattern.groups() {
            let message = Message::new(&format!("invalid group reference {number}"));
            return Err(self.source.error(message, len));
        }
        self.flush();
        self.parts.push(Part::Group(number));
        Ok(())
    }

    fn escape(&mut self, letter: u32) -> Result<(), Error> {
        match u8::try_from(letter) {
            Ok(b'g') => self.named(),
            Ok(b'0') => {
                let digits = self.source.take_while(2, escapes::is_octal)?;
                self.push(escapes::value(&digits, 8));
                Ok(())
            }
            Ok(first @ b'1'..=b'9') => {
                let mut digits = vec![first];
                digits.extend(self.source.take_while(1, u8::is_ascii_digit)?);
                if digits.len() == 2
                    && digits.iter().all(escapes::is_octal)
                    && let [last] = self.source.take_while(1, escapes::is_octal)?[..]
                {
                    digits.push(last);
                    let code = escapes::octal(&digits, &self.source)?;
                    self.push(code);
                    return Ok(());
                }
                self.group(escapes::value(&digits, 10) as usize, digits.len())
            }
            Ok(byte) if escapes::control(letter).is_none() && byte.is_ascii_alphabetic() => {
                Err(self.source.error(Message::new("bad escape \\").raw(&[letter]), 2))
            }
            _ => {
                match escapes::control(letter) {
                    Some(control) => self.push(control),
                    // A backslash before anything else stays.
                    None => [source::BACKSLASH, letter].into_iter().for_each(|cp| self.push(cp)),
                }
                Ok(())
            }
        }
    }

    /// `\g<name>` and `\g<1>`
    fn named(&mut self) -> Result<(), Error> {
        if !self.source.accept(b'<')? {
            return Err(self.source.error(Message::new("missing <"), 0));
        }
        let name = self.source.take_until(b'>', "group name")?;
        if is_identifier(&name) {
            let Some(number) = self.pattern.group_number(&name_text(&name)) else {
                let message = Message::new("unknown group name ").quoted(&name);
                return Err(Error::Index(message.finish(false)));
            };
            return self.group(number, name.len() + 1);
        }
        let refused = |message| Err(self.source.error(message, name.len() + 1));
        match Number::parse(&name) {
            Some(number) if !number.is_negative() => match number.below(MAX_GROUPS) {
                Some(group) => self.group(group as usize, name.len() + 1),
                None => refused(Message::new("invalid group reference ").words(number.text())),
            },
            _ => refused(Message::new("bad character in group name ").quoted(&name)),
        }
    }
}

/// `re.escape`: a backslash before every character that may mean something in a pattern.
///
/// # Errors
/// A stop of the run.
pub fn escape(text: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut out = Vec::new();
    for block in text.chunks(4096) {
        let special = block.iter().filter(|byte| is_special(**byte)).count();
        let mut escaped = Vec::with_capacity(block.len() + special);
        for &byte in block {
            if is_special(byte) {
                escaped.push(b'\\');
            }
            escaped.push(byte);
        }
        append(&mut out, &escaped)?;
    }
    Ok(out)
}

fn is_special(byte: u8) -> bool {
    b"()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::super::engine::{Mode, Subject};
    use super::*;

    #[test]
    fn expansion() {
        let pattern = Pattern::compile(b"(a)(?P<n>b)?", true, 0).unwrap();
        for (template, subject, expected) in [
            ("<\\1\\2\\g<n>\\g<0>>", "ab", "<abbab>"),
            ("<\\1\\2\\g<n>\\g<0>>", "a", "<aa>"),
            ("\\x41".replace('x', "g<1>").as_str(), "a", "a41"),
            ("\\101\\0\\n\\.\\é", "a", "A\0\n\\.\\é"),
        ] {
            let template = Template::parse(template.as_bytes(), &pattern).unwrap();
            let text = Subject::text(subject.as_bytes());
            let captures = pattern.match_at(text, 0, subject.len(), Mode::Match).unwrap().unwrap();
            let mut out = Vec::new();
            template.expand(&captures, subject.as_bytes(), &mut out).unwrap();
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }

    #[test]
    fn literal_templates_are_known() {
        let pattern = Pattern::compile(b"(a)", true, 0).unwrap();
        for (template, literal) in [("", Some("")), ("x\\n", Some("x\n")), ("x\\1", None)] {
            let parsed = Template::parse(template.as_bytes(), &pattern).unwrap();
            assert_eq!(parsed.literal(), literal.map(str::as_bytes), "{template}");
        }
    }

    #[test]
    fn escaping() {
        for (text, escaped) in [
            ("", ""),
            ("a_1é", "a_1é"),
            ("a.b*c", "a\\.b\\*c"),
            ("[x] {y}\n#&~-", "\\[x\\]\\ \\{y\\}\\\n\\#\\&\\~\\-"),
            ("'\"<>=!%@,:;/`", "'\"<>=!%@,:;/`"),
        ] {
            assert_eq!(escape(text.as_bytes()), Ok(escaped.into()));
        }
    }
}
