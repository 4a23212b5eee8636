//! The template of the `%` operator: literal text and conversions such as `%-5.2f` or `%(key)s`.
//!
//! Templates are read lazily, as CPython does. Arguments and keys are the caller's; [`super::percent_apply`] writes the
//! converted values. The same grammar serves text and bytes.

use super::Fault;
use crate::value::unicode::wtf8;

/// What a template is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Code points: the `%` of `str`.
    CodePoint,
    /// Bytes: the `%` of `bytes`.
    Byte,
}

impl Unit {
    /// Length of a text in this unit.
    #[must_use]
    pub fn count(self, text: &[u8]) -> usize {
        match self {
            Self::CodePoint => wtf8::count(text),
            Self::Byte => text.len(),
        }
    }

    /// Byte offset of a unit; `None` beyond the end.
    #[must_use]
    pub fn offset_of(self, text: &[u8], index: usize) -> Option<usize> {
        match self {
            Self::CodePoint => wtf8::offset_of(text, index),
            Self::Byte => (index <= text.len()).then_some(index),
        }
    }
}

/// A width or precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// None given.
    Absent,
    /// A number.
    Fixed(usize),
    /// `*`: the next argument, see [`Conversion::set_width`] and [`Conversion::set_precision`].
    Argument,
}

/// One conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion<'t> {
    /// The mapping key in parentheses.
    pub key: Option<&'t [u8]>,
    /// `-`: padding goes behind.
    pub left: bool,
    /// `+`: numbers have a sign.
    pub plus: bool,
    /// Blank: positive numbers have a blank for a sign.
    pub blank: bool,
    /// `#`.
    pub alternate: bool,
    /// `0`: numbers are padded with zeros.
    pub zero: bool,
    /// The least width.
    pub width: Amount,
    /// The precision.
    pub precision: Amount,
    /// The type, a code point or byte.
    pub kind: u32,
    /// Position of the type in the template, in units.
    pub at: usize,
}

/// The largest width and precision that CPython takes.
const MAX_WIDTH: usize = isize::MAX as usize;
const MAX_PRECISION: usize = i32::MAX as usize;

impl Conversion<'_> {
    /// Replaces a `*` width by its argument; a negative one means padding behind.
    pub fn set_width(&mut self, width: i64) {
        self.left |= width < 0;
        self.width = Amount::Fixed(usize::try_from(width.unsigned_abs()).unwrap_or(MAX_WIDTH));
    }

    /// Replaces a `*` precision by its argument; a negative one counts as zero.
    ///
    /// # Errors
    /// `OverflowError` beyond the range of a C int.
    pub fn set_precision(&mut self, precision: i64) -> Result<(), Fault> {
        let Ok(precision) = i32::try_from(precision) else {
            return Err(Fault::overflow("Python int too large to convert to C int"));
        };
        self.precision = Amount::Fixed(usize::try_from(precision).unwrap_or(0));
        Ok(())
    }

    /// The type when it is ASCII, otherwise a NUL.
    #[must_use]
    pub fn kind_byte(&self) -> u8 {
        u8::try_from(self.kind).ok().filter(u8::is_ascii).unwrap_or(0)
    }

    /// The error for a type that does not exist. Templates of bytes show the byte, whatever it is.
    #[must_use]
    pub fn unknown_kind(&self, unit: Unit) -> Fault {
        let shown = match (u8::try_from(self.kind), unit) {
            (Ok(byte), Unit::Byte) | (Ok(byte @ 31..=125), _) => char::from(byte),
            _ => '?',
        };
        Fault::value(format!("unsupported format character '{shown}' ({:#x}) at index {}", self.kind, self.at))
    }
}

/// A part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'t> {
    /// Text to copy.
    Literal(&'t [u8]),
    /// A value to convert; `%%` comes as a literal, `%5%` is a type that does not exist.
    Conversion(Conversion<'t>),
}

/// The parts of a template that are still to come.
#[derive(Debug, Clone)]
pub struct Parts<'t> {
    text: &'t [u8],
    at: usize,
    unit: Unit,
    mapping: bool,
}

/// Starts reading a template; `mapping` tells whether the right operand can be asked for keys.
#[must_use]
pub fn parts(template: &[u8], unit: Unit, mapping: bool) -> Parts<'_> {
    Parts { text: template, at: 0, unit, mapping }
}

impl<'t> Iterator for Parts<'t> {
    type Item = Result<Part<'t>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let part = match rest.iter().position(|b| *b == b'%') {
            None if rest.is_empty() => return None,
            Some(0) => {
                self.at += 1;
                match self.text.get(self.at..=self.at) {
                    Some(percent @ b"%") => {
                        self.at += 1;
                        Ok(Part::Literal(percent))
                    }
                    _ => self.conversion(),
                }
            }
            end => {
                let literal = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
                self.at += literal.len();
                Ok(Part::Literal(literal))
            }
        };
        if part.is_err() {
            self.at = self.text.len();
        }
        Some(part)
    }
}

impl<'t> Parts<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn conversion(&mut self) -> Result<Part<'t>, Fault> {
        let key = if self.peek() == Some(b'(') { Some(self.key()?) } else { None };
        let mut found = Conversion {
            key,
            left: false,
            plus: false,
            blank: false,
            alternate: false,
            zero: false,
            width: Amount::Absent,
            precision: Amount::Absent,
            kind: 0,
            at: 0,
        };
        while let Some(flag) = self.peek() {
            match flag {
                b'-' => found.left = true,
                b'+' => found.plus = true,
                b' ' => found.blank = true,
                b'#' => found.alternate = true,
                b'0' => found.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        found.width = self.amount(MAX_WIDTH, "width too big")?;
        if self.eat(b'.') {
            let too_big = match self.unit {
                Unit::CodePoint => "precision too big",
                Unit::Byte => "prec too big",
            };
            found.precision = match self.amount(MAX_PRECISION, too_big)? {
                Amount::Absent => Amount::Fixed(0),
                given => given,
            };
        }
        // C's length modifiers mean nothing.
        if matches!(self.peek(), Some(b'h' | b'l' | b'L')) {
            self.at += 1;
        }
        found.at = self.unit.count(self.text.get(..self.at).unwrap_or_default());
        let kind = match self.unit {
            Unit::CodePoint => wtf8::decode_at(self.text, self.at),
            Unit::Byte => self.peek().map(|byte| (u32::from(byte), 1)),
        };
        let (kind, len) = kind.ok_or_else(|| Fault::value("incomplete format"))?;
        self.at += len;
        found.kind = kind;
        Ok(Part::Conversion(found))
    }

    /// Reads a key with balanced parentheses.
    fn key(&mut self) -> Result<&'t [u8], Fault> {
        if !self.mapping {
            return Err(Fault::type_error("format requires a mapping"));
        }
        let start = self.at + 1;
        let mut open = 0_usize;
        for (at, byte) in self.text.iter().enumerate().skip(self.at) {
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            if open == 0 {
                self.at = at + 1;
                return Ok(self.text.get(start..at).unwrap_or_default());
            }
        }
        Err(Fault::value("incomplete format key"))
    }

    fn amount(&mut self, most: usize, too_big: &'static str) -> Result<Amount, Fault> {
        if self.eat(b'*') {
            return Ok(Amount::Argument);
        }
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let next = number
                .unwrap_or(0_usize)
                .checked_mul(10)
                .and_then(|n| n.checked_add(usize::from(digit - b'0')))
                .filter(|n| *n <= most)
                .ok_or_else(|| Fault::value(too_big))?;
            number = Some(next);
            self.at += 1;
        }
        Ok(number.map_or(Amount::Absent, Amount::Fixed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(template: &str) -> Result<Conversion<'_>, Fault> {
        match parts(template.as_bytes(), Unit::CodePoint, true).last() {
            Some(Ok(Part::Conversion(found))) => Ok(found),
            Some(Err(fault)) => Err(fault),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_templates() {
        let got: Result<Vec<_>, _> = parts(b"a%%b%%", Unit::CodePoint, false).collect();
        let literals = [&b"a"[..], b"%", b"b", b"%"].map(Part::Literal);
        assert_eq!(got, Ok(literals.to_vec()));

        let found = only("é%(k(x)y)-+ #05.*ld").unwrap();
        assert_eq!(found.key, Some(&b"k(x)y"[..]));
        assert!(found.left && found.plus && found.blank && found.alternate && found.zero);
        assert_eq!((found.width, found.precision), (Amount::Fixed(5), Amount::Argument));
        assert_eq!((found.kind_byte(), found.at), (b'd', 18));
        assert_eq!(only("%.f").unwrap().precision, Amount::Fixed(0));
        assert_eq!(only("%5%").unwrap().kind_byte(), b'%');
    }

    #[test]
    fn refuses() {
        for (template, want) in [
            ("%", "incomplete format"),
            ("%-5.2", "incomplete format"),
            ("%l", "incomplete format"),
            ("%(a", "incomplete format key"),
            ("%99999999999999999999d", "width too big"),
            ("%.2147483648f", "precision too big"),
        ] {
            assert_eq!(only(template), Err(Fault::value(want)), "{template}");
        }
        let fault = parts(b"%(a)s", Unit::Byte, false).last();
        assert_eq!(fault, Some(Err(Fault::type_error("format requires a mapping"))));
        for (template, want) in [
            ("ab%y", "unsupported format character 'y' (0x79) at index 3"),
            ("é%é", "unsupported format character '?' (0xe9) at index 2"),
        ] {
            assert_eq!(only(template).unwrap().unknown_kind(Unit::CodePoint), Fault::value(want));
        }
    }

    #[test]
    fn takes_amounts_from_arguments() {
        let mut found = only("%*.*f").unwrap();
        found.set_width(-7);
        assert_eq!((found.left, found.width), (true, Amount::Fixed(7)));
        assert_eq!(found.set_precision(-3), Ok(()));
        assert_eq!(found.precision, Amount::Fixed(0));
        assert!(found.set_precision(1 << 31).is_err());
    }
}
