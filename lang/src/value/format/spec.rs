//! The format mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.

use super::Fault;
use crate::value::unicode::{database, wtf8};

/// Where the padding goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// `<`: behind.
    Left,
    /// `>`: before.
    Right,
    /// `^`: on both sides.
    Center,
    /// `=`: between sign and digits.
    AfterSign,
}

/// Which signs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `-`: only that of negative numbers.
    Minus,
    /// `+`: always one.
    Plus,
    /// A blank for positive numbers.
    Space,
}

/// Separators between groups of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// `,` every three digits.
    Comma,
    /// `_` every three digits.
    Underscore,
    /// `_` every four digits, for the bases 2, 8 and 16.
    UnderscoreFour,
}

/// What holds where a specification says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defaults {
    /// The presentation type.
    pub kind: Option<char>,
    /// The alignment.
    pub align: Align,
}

impl Defaults {
    /// Those of `str`.
    pub const TEXT: Self = Self { kind: Some('s'), align: Align::Left };
    /// Those of `int`.
    pub const INT: Self = Self { kind: Some('d'), align: Align::Right };
    /// Those of `float` and `Decimal`.
    pub const FLOAT: Self = Self { kind: None, align: Align::Right };
}

/// A specification taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatSpec<'a> {
    /// Name of the type of the formatted object, for error texts.
    pub type_name: &'a str,
    /// The padding character.
    pub fill: u32,
    /// The alignment.
    pub align: Align,
    /// The wish about signs, if there is one.
    pub sign: Option<Sign>,
    /// `z`: no negative zero.
    pub no_negative_zero: bool,
    /// `#`.
    pub alternate: bool,
    /// The least width.
    pub width: Option<usize>,
    /// The grouping of digits.
    pub grouping: Option<Grouping>,
    /// The precision.
    pub precision: Option<usize>,
    /// The presentation type, a code point.
    pub kind: Option<u32>,
}

impl<'a> FormatSpec<'a> {
    /// Reads a specification.
    ///
    /// # Errors
    /// `ValueError` with CPython's text.
    pub fn parse(text: &[u8], defaults: Defaults, type_name: &'a str) -> Result<Self, Fault> {
        let mut scan = Scan { text, at: 0 };
        let (mut fill, mut align) = (None, None);
        if let Some((first, first_len)) = wtf8::decode_at(text, 0)
            && let Some((second, second_len)) = wtf8::decode_at(text, first_len)
            && let Some(found) = align_of(second)
        {
            (fill, align) = (Some(first), Some(found));
            scan.at = first_len + second_len;
        } else if let Some(found) = scan.peek().and_then(align_of) {
            align = Some(found);
            scan.at += 1;
        }
        let sign = match scan.peek_ascii() {
            Some(b'-') => Some(Sign::Minus),
            Some(b'+') => Some(Sign::Plus),
            Some(b' ') => Some(Sign::Space),
            _ => None,
        };
        scan.at += usize::from(sign.is_some());
        let no_negative_zero = scan.eat(b'z');
        let alternate = scan.eat(b'#');
        if fill.is_none() && scan.eat(b'0') {
            fill = Some(u32::from(b'0'));
            if align.is_none() && defaults.align == Align::Right {
                align = Some(Align::AfterSign);
            }
        }
        let width = scan.integer()?;
        let grouping = scan.grouping()?;
        let precision = if scan.eat(b'.') {
            Some(scan.integer()?.ok_or_else(|| Fault::value("Format specifier missing precision"))?)
        } else {
            None
        };
        let kind = match scan.next() {
            None => defaults.kind.map(u32::from),
            Some(kind) if scan.peek().is_none() => Some(kind),
            Some(_) => {
                let shown = String::from_utf8_lossy(text);
                return Err(Fault::value(format!(
                    "Invalid format specifier '{shown}' for object of type '{type_name}'"
                )));
            }
        };
        Ok(Self {
            type_name,
            fill: fill.unwrap_or(u32::from(b' ')),
            align: align.unwrap_or(defaults.align),
            sign,
            no_negative_zero,
            alternate,
            width,
            grouping: grouping.map(|found| fit_grouping(found, kind)).transpose()?,
            precision,
            kind,
        })
    }

    /// The presentation type when it is ASCII, a NUL for none, a DEL for any other.
    #[must_use]
    pub fn kind_byte(&self) -> u8 {
        self.kind.map_or(0, |kind| u8::try_from(kind).ok().filter(u8::is_ascii).unwrap_or(0x7F))
    }

    /// The error for a presentation type that the formatted object does not have.
    #[must_use]
    pub fn unknown_kind(&self) -> Fault {
        let code = show_kind(self.kind.unwrap_or(0));
        Fault::value(format!("Unknown format code '{code}' for object of type '{}'", self.type_name))
    }
}

/// A presentation type in error texts: itself when it is printable ASCII, otherwise its number.
fn show_kind(kind: u32) -> String {
    match u8::try_from(kind) {
        Ok(byte @ 0x21..=0x7F) => char::from(byte).to_string(),
        _ => format!("\\x{kind:x}"),
    }
}

fn align_of(cp: u32) -> Option<Align> {
    match u8::try_from(cp).ok()? {
        b'<' => Some(Align::Left),
        b'>' => Some(Align::Right),
        b'^' => Some(Align::Center),
        b'=' => Some(Align::AfterSign),
        _ => None,
    }
}

/// Checks a separator against the presentation type.
fn fit_grouping(grouping: Grouping, kind: Option<u32>) -> Result<Grouping, Fault> {
    match kind.map(|kind| u8::try_from(kind).unwrap_or(0x7F)) {
        None | Some(b'd' | b'e' | b'f' | b'g' | b'E' | b'G' | b'%' | b'F') => Ok(grouping),
        Some(b'b' | b'o' | b'x' | b'X') if grouping == Grouping::Underscore => Ok(Grouping::UnderscoreFour),
        Some(_) => {
            let separator = if grouping == Grouping::Comma { ',' } else { '_' };
            let code = show_kind(kind.unwrap_or(0));
            Err(Fault::value(format!("Cannot specify '{separator}' with '{code}'.")))
        }
    }
}

/// The rest of a specification.
struct Scan<'t> {
    text: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u32> {
        wtf8::decode_at(self.text, self.at).map(|(cp, _)| cp)
    }

    fn peek_ascii(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u32> {
        let (cp, len) = wtf8::decode_at(self.text, self.at)?;
        self.at += len;
        Some(cp)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek_ascii() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// A number in digits of any script.
    fn integer(&mut self) -> Result<Option<usize>, Fault> {
        let mut number = None;
        while let Some((cp, len)) = wtf8::decode_at(self.text, self.at)
            && let Some(digit) = database::decimal_value(cp)
        {
            number = Some(append_digit(number.unwrap_or(0), digit)?);
            self.at += len;
        }
        Ok(number)
    }

    fn grouping(&mut self) -> Result<Option<Grouping>, Fault> {
        let comma = self.eat(b',');
        let underscore = self.eat(b'_');
        if underscore && (comma || self.peek_ascii() == Some(b',')) {
            return Err(Fault::value("Cannot specify both ',' and '_'."));
        }
        Ok(match (comma, underscore) {
            (true, _) => Some(Grouping::Comma),
            (_, true) => Some(Grouping::Underscore),
            _ => None,
        })
    }
}

/// number · 10 + digit within the range of a size.
pub(super) fn append_digit(number: usize, digit: u32) -> Result<usize, Fault> {
    number
        .checked_mul(10)
        .and_then(|n| n.checked_add(digit as usize))
        .filter(|n| *n <= isize::MAX as usize)
        .ok_or_else(|| Fault::value("Too many decimal digits in format string"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_part() {
        let spec = FormatSpec::parse("é^+z#0٣,.4f".as_bytes(), Defaults::FLOAT, "float");
        let want = FormatSpec {
            type_name: "float",
            fill: u32::from('é'),
            align: Align::Center,
            sign: Some(Sign::Plus),
            no_negative_zero: true,
            alternate: true,
            width: Some(3),
            grouping: Some(Grouping::Comma),
            precision: Some(4),
            kind: Some(u32::from('f')),
        };
        assert_eq!(spec, Ok(want));
        let spec = FormatSpec::parse(b"08_x", Defaults::INT, "int").unwrap();
        assert_eq!((spec.fill, spec.align, spec.width), (48, Align::AfterSign, Some(8)));
        assert_eq!(spec.grouping, Some(Grouping::UnderscoreFour));
        let spec = FormatSpec::parse(b"<<", Defaults::INT, "int").unwrap();
        assert_eq!((spec.fill, spec.align), (60, Align::Left));
    }

    #[test]
    fn refuses() {
        for (text, want) in [
            ("xx", "Invalid format specifier 'xx' for object of type 'int'"),
            (",_", "Cannot specify both ',' and '_'."),
            ("_,", "Cannot specify both ',' and '_'."),
            (",c", "Cannot specify ',' with 'c'."),
            ("_n", "Cannot specify '_' with 'n'."),
            (",\u{1}", "Cannot specify ',' with '\\x1'."),
            (".", "Format specifier missing precision"),
            ("99999999999999999999", "Too many decimal digits in format string"),
        ] {
            let got = FormatSpec::parse(text.as_bytes(), Defaults::INT, "int");
            assert_eq!(got, Err(Fault::value(want)));
        }
        let spec = FormatSpec::parse("é".as_bytes(), Defaults::INT, "int").unwrap();
        let want = "Unknown format code '\\xe9' for object of type 'int'";
        assert_eq!(spec.unknown_kind(), Fault::value(want));
    }
}
