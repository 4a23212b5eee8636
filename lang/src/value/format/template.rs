//! The template of `str.format`: literal text and replacement fields.
//!
//! Templates are read lazily, as CPython does: an error shows only after the fields before it have been looked up and
//! written. Look-ups, conversions and nested specifications are the caller's.

use super::Fault;
use super::spec::append_digit;
use crate::value::unicode::{database, wtf8};

/// Literal text and the field behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'t> {
    /// Text to copy.
    pub literal: &'t [u8],
    /// The field that follows it.
    pub field: Option<Field<'t>>,
}

/// A replacement field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'t> {
    /// What to look up, for [`split_name`].
    pub name: &'t [u8],
    /// The character behind `!`.
    pub conversion: Option<u32>,
    /// The format specification.
    pub spec: &'t [u8],
    /// Whether the specification has fields of its own.
    pub nested: bool,
}

/// The pieces of a template that are still to come.
#[derive(Debug, Clone)]
pub struct Pieces<'t> {
    rest: &'t [u8],
}

/// Starts reading a template.
#[must_use]
pub fn pieces(template: &[u8]) -> Pieces<'_> {
    Pieces { rest: template }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Result<Piece<'t>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.rest = &[];
        }
        Some(piece)
    }
}

impl<'t> Pieces<'t> {
    fn piece(&mut self) -> Result<Piece<'t>, Fault> {
        let text = self.rest;
        let Some(brace) = text.iter().position(|b| matches!(b, b'{' | b'}')) else {
            self.rest = &[];
            return Ok(Piece { literal: text, field: None });
        };
        match text.get(brace..).unwrap_or_default() {
            [b'{', b'{', rest @ ..] | [b'}', b'}', rest @ ..] => {
                self.rest = rest;
                Ok(Piece { literal: text.get(..=brace).unwrap_or_default(), field: None })
            }
            [b'{'] => Err(Fault::value("Single '{' encountered in format string")),
            [b'{', rest @ ..] => {
                self.rest = rest;
                let literal = text.get(..brace).unwrap_or_default();
                Ok(Piece { literal, field: Some(self.field()?) })
            }
            _ => Err(Fault::value("Single '}' encountered in format string")),
        }
    }

    fn take(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Reads a field behind its opening brace.
    fn field(&mut self) -> Result<Field<'t>, Fault> {
        let text = self.rest;
        let mut name_len = 0;
        let end = loop {
            match self.take() {
                Some(b'{') => return Err(Fault::value("unexpected '{' in field name")),
                Some(b'[') => {
                    let skipped = self.rest.iter().position(|b| *b == b']').unwrap_or(self.rest.len());
                    self.rest = self.rest.get(skipped..).unwrap_or_default();
                }
                Some(end @ (b'}' | b':' | b'!')) => break end,
                Some(_) => {}
                None => return Err(Fault::value("expected '}' before end of string")),
            }
            name_len = text.len() - self.rest.len();
        };
        let name = text.get(..name_len).unwrap_or_default();
        let mut field = Field { name, conversion: None, spec: b"", nested: false };
        if end == b'}' {
            return Ok(field);
        }
        if end == b'!' {
            let Some((conversion, len)) = wtf8::decode_at(self.rest, 0) else {
                return Err(Fault::value("end of string while looking for conversion specifier"));
            };
            field.conversion = Some(conversion);
            self.rest = self.rest.get(len..).unwrap_or_default();
            match self.take() {
                Some(b'}') => return Ok(field),
                Some(b':') => {}
                Some(_) => return Err(Fault::value("expected ':' after conversion specifier")),
                None => return Err(Fault::value("unmatched '{' in format spec")),
            }
        }
        (field.spec, field.nested) = self.spec()?;
        Ok(field)
    }

    /// Reads a specification up to the brace that closes its field.
    fn spec(&mut self) -> Result<(&'t [u8], bool), Fault> {
        let text = self.rest;
        let (mut open, mut nested) = (1_usize, false);
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'{' => {
                    nested = true;
                    open += 1;
                }
                b'}' => open -= 1,
                _ => {}
            }
            if open == 0 {
                self.rest = text.get(at + 1..).unwrap_or_default();
                return Ok((text.get(..at).unwrap_or_default(), nested));
            }
        }
        Err(Fault::value("unmatched '{' in format spec"))
    }
}

/// What a field starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First<'t> {
    /// A positional argument.
    Index(usize),
    /// A keyword argument.
    Key(&'t [u8]),
}

/// A step from one object to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'t> {
    /// `.name`
    Attribute(&'t [u8]),
    /// `[12]`
    Index(usize),
    /// `[text]`
    Key(&'t [u8]),
}

/// Whether the fields of a template are numbered, and how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Numbering {
    /// No numbered field yet.
    #[default]
    Unknown,
    /// `{}`; the number of the next.
    Automatic(usize),
    /// `{0}`.
    Manual,
}

/// Splits the name of a field into its start and the steps from there.
///
/// # Errors
/// `ValueError` for mixed numbering and for numbers that are too long.
pub fn split_name<'t>(name: &'t [u8], numbering: &mut Numbering) -> Result<(First<'t>, Steps<'t>), Fault> {
    let end = name.iter().position(|b| matches!(b, b'.' | b'[')).unwrap_or(name.len());
    let (first, rest) = name.split_at(end);
    let number = integer(first)?;
    let steps = Steps { rest };
    if number.is_none() && !first.is_empty() {
        return Ok((First::Key(first), steps));
    }
    let index = match (number, *numbering) {
        (Some(index), Numbering::Unknown | Numbering::Manual) => {
            *numbering = Numbering::Manual;
            index
        }
        (None, Numbering::Unknown) => {
            *numbering = Numbering::Automatic(1);
            0
        }
        (None, Numbering::Automatic(next)) => {
            *numbering = Numbering::Automatic(next.saturating_add(1));
            next
        }
        (Some(_), Numbering::Automatic(_)) => {
            return Err(Fault::value("cannot switch from automatic field numbering to manual field specification"));
        }
        (None, Numbering::Manual) => {
            return Err(Fault::value("cannot switch from manual field specification to automatic field numbering"));
        }
    };
    Ok((First::Index(index), steps))
}

/// A number in digits of any script; `None` for anything else.
fn integer(text: &[u8]) -> Result<Option<usize>, Fault> {
    let mut number = None;
    for cp in wtf8::code_points(text) {
        let Some(digit) = database::decimal_value(cp) else {
            return Ok(None);
        };
        number = Some(append_digit(number.unwrap_or(0), digit)?);
    }
    Ok(number)
}

/// The steps of a field name.
#[derive(Debug, Clone)]
pub struct Steps<'t> {
    rest: &'t [u8],
}

impl<'t> Iterator for Steps<'t> {
    type Item = Result<Step<'t>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.rest = &[];
        }
        Some(step)
    }
}

impl<'t> Steps<'t> {
    fn step(&mut self) -> Result<Step<'t>, Fault> {
        let empty = || Fault::value("Empty attribute in format string");
        match self.rest {
            [b'.', text @ ..] => {
                let end = text.iter().position(|b| matches!(b, b'.' | b'[')).unwrap_or(text.len());
                let (name, rest) = text.split_at(end);
                self.rest = rest;
                if name.is_empty() { Err(empty()) } else { Ok(Step::Attribute(name)) }
            }
            [b'[', text @ ..] => {
                let Some(end) = text.iter().position(|b| *b == b']') else {
                    return Err(Fault::value("Missing ']' in format string"));
                };
                let key = text.get(..end).unwrap_or_default();
                self.rest = text.get(end + 1..).unwrap_or_default();
                match integer(key)? {
                    Some(index) => Ok(Step::Index(index)),
                    None if key.is_empty() => Err(empty()),
                    None => Ok(Step::Key(key)),
                }
            }
            _ => Err(Fault::value("Only '.' or '[' may follow ']' in format field specifier")),
        }
    }
}

/// The error for a conversion other than `!r`, `!s`, `!a`.
#[must_use]
pub fn unknown_conversion(conversion: u32) -> Fault {
    match u8::try_from(conversion) {
        Ok(byte @ 0x21..=0x7E) => Fault::value(format!("Unknown conversion specifier {}", char::from(byte))),
        _ => Fault::value(format!("Unknown conversion specifier \\x{conversion:x}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces in a compact notation, ending with the error if there is one.
    fn show(template: &str) -> String {
        let mut out = String::new();
        for piece in pieces(template.as_bytes()) {
            match piece {
                Ok(Piece { literal, field }) => {
                    out += &String::from_utf8_lossy(literal);
                    if let Some(field) = field {
                        let conversion = field.conversion.and_then(char::from_u32).unwrap_or('-');
                        let [name, spec] = [field.name, field.spec].map(String::from_utf8_lossy);
                        let nested = if field.nested { "*" } else { "" };
                        out += &format!("<{name}|{conversion}|{spec}{nested}>");
                    }
                }
                Err(Fault::Value(text)) => out += &format!("! {text}"),
                Err(other) => panic!("{other:?}"),
            }
        }
        out
    }

    #[test]
    fn reads_templates() {
        for (template, want) in [
            ("", ""),
            ("a{{b}}c", "a{b}c"),
            ("x{}y{0!r:>{w}}z{a.b[}:!]}", "x<|-|>y<0|r|>{w}*>z<a.b[}:!]|-|>"),
            ("{:{{}}}", "<|-|{{}}*>"),
            ("{!é:x}", "<|é|x>"),
            ("a{", "! Single '{' encountered in format string"),
            ("a}b", "! Single '}' encountered in format string"),
            ("a{b", "! expected '}' before end of string"),
            ("{[", "! expected '}' before end of string"),
            ("{a{", "! unexpected '{' in field name"),
            ("{!", "! end of string while looking for conversion specifier"),
            ("{!r", "! unmatched '{' in format spec"),
            ("{!rx}", "! expected ':' after conversion specifier"),
            ("{:{}", "! unmatched '{' in format spec"),
            ("ok{}{", "ok<|-|>! Single '{' encountered in format string"),
        ] {
            assert_eq!(show(template), want, "{template}");
        }
    }

    #[test]
    fn splits_names() {
        let mut numbering = Numbering::default();
        let (first, steps) = split_name(b".a[0][k].b", &mut numbering).unwrap();
        assert_eq!(first, First::Index(0));
        let steps: Result<Vec<_>, _> = steps.collect();
        let want = vec![Step::Attribute(b"a"), Step::Index(0), Step::Key(b"k"), Step::Attribute(b"b")];
        assert_eq!(steps, Ok(want));
        assert_eq!(split_name(b"", &mut numbering).unwrap().0, First::Index(1));
        assert_eq!(split_name(b"key", &mut numbering).unwrap().0, First::Key(b"key"));
        assert!(split_name(b"0", &mut numbering).is_err());
        assert!(split_name(b"99999999999999999999", &mut Numbering::Manual).is_err());
        assert!(split_name(b"", &mut Numbering::Manual).is_err());
        for (name, want) in [
            ("a.", "Empty attribute in format string"),
            ("a[]", "Empty attribute in format string"),
            ("a[0", "Missing ']' in format string"),
            ("a[0]b", "Only '.' or '[' may follow ']' in format field specifier"),
        ] {
            let (_, steps) = split_name(name.as_bytes(), &mut Numbering::default()).unwrap();
            let steps: Result<Vec<_>, _> = steps.collect();
            assert_eq!(steps, Err(Fault::value(want)), "{name}");
        }
        assert_eq!(unknown_conversion('x'.into()), Fault::value("Unknown conversion specifier x"));
    }
}
