//! Format texts as lists of fields.

use super::error;
use crate::value::R;

/// The byte order of multi-byte numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// What a format letter stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `x`
    Pad,
    /// `c`
    Char,
    /// `?`
    Bool,
    /// `s`
    Bytes,
    /// `p`
    Pascal,
    /// A signed integer.
    Signed,
    /// An unsigned integer.
    Unsigned,
    /// `P`
    Pointer,
    /// `e`, `f`, `d`
    Float,
}

/// Equal neighbours of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The letter.
    pub letter: u8,
    /// Its meaning.
    pub kind: Kind,
    /// Whether errors are worded as for the native type of the letter.
    pub native: bool,
    /// Bytes of one value; for `s` and `p` of the whole.
    pub size: usize,
    /// How many values follow each other; for `s` and `p` one.
    pub count: usize,
    /// Where the first begins.
    pub offset: usize,
}

/// A parsed format.
#[derive(Debug)]
pub struct Format {
    /// The text.
    pub text: Vec<u8>,
    /// The byte order.
    pub order: Order,
    /// The fields with values; padding leaves only its gap.
    pub fields: Vec<Field>,
    /// Bytes of a record.
    pub size: usize,
    /// Values of a record.
    pub values: usize,
}

/// Most bytes of a record.
const MOST: usize = isize::MAX.cast_unsigned();

impl Format {
    /// Reads a format.
    ///
    /// # Errors
    /// `struct.error` for a text that is none.
    pub fn parse(text: &[u8]) -> R<Format> {
        if text.contains(&0) {
            return Err(error("embedded null character"));
        }
        let (order, native, body) = match text.split_first() {
            Some((b'<' | b'=', rest)) => (Order::Little, false, rest),
            Some((b'>' | b'!', rest)) => (Order::Big, false, rest),
            Some((b'@', rest)) => (Order::Little, true, rest),
            _ => (Order::Little, true, text),
        };
        let too_long = || error("total struct size too long");
        let mut format = Format { text: text.to_vec(), order, fields: Vec::new(), size: 0, values: 0 };
        let mut letters = body.iter().copied();
        while let Some(mut letter) = letters.next() {
            if matches!(letter, b' ' | b'\t'..=b'\r') {
                continue;
            }
            let mut count = None;
            while letter.is_ascii_digit() {
                let digit = usize::from(letter - b'0');
                let longer = count.unwrap_or(0usize).checked_mul(10).and_then(|n| n.checked_add(digit));
                count = Some(longer.filter(|n| *n <= MOST).ok_or_else(too_long)?);
                letter = letters.next().ok_or_else(|| error("repeat count given without format specifier"))?;
            }
            let count = count.unwrap_or(1);
            let (kind, size) = meaning(letter, native).ok_or_else(|| error("bad char in struct format"))?;
            let offset = if native && size > 1 { format.size.next_multiple_of(size) } else { format.size };
            format.size = size.checked_mul(count).and_then(|n| n.checked_add(offset)).ok_or_else(too_long)?;
            if format.size > MOST {
                return Err(too_long());
            }
            let (size, count) = match kind {
                Kind::Pad => continue,
                Kind::Bytes | Kind::Pascal => (count, 1),
                _ => (size, count),
            };
            // The values are fewer than the bytes, or there is one for each of the letters.
            format.values += count;
            // CPython writes little-endian integers of the native size with its native code.
            let integer = matches!(kind, Kind::Signed | Kind::Unsigned);
            let worded = native || (order == Order::Little && integer && meaning(letter, true) == Some((kind, size)));
            if count > 0 {
                format.fields.push(Field { letter, kind, native: worded, size, count, offset });
            }
        }
        Ok(format)
    }
}

/// Meaning and size of a letter.
fn meaning(letter: u8, native: bool) -> Option<(Kind, usize)> {
    Some(match letter {
        b'x' => (Kind::Pad, 1),
        b'c' => (Kind::Char, 1),
        b'?' => (Kind::Bool, 1),
        b's' => (Kind::Bytes, 1),
        b'p' => (Kind::Pascal, 1),
        b'b' => (Kind::Signed, 1),
        b'B' => (Kind::Unsigned, 1),
        b'h' => (Kind::Signed, 2),
        b'H' => (Kind::Unsigned, 2),
        b'i' => (Kind::Signed, 4),
        b'I' => (Kind::Unsigned, 4),
        b'l' => (Kind::Signed, if native { 8 } else { 4 }),
        b'L' => (Kind::Unsigned, if native { 8 } else { 4 }),
        b'q' => (Kind::Signed, 8),
        b'Q' => (Kind::Unsigned, 8),
        b'n' if native => (Kind::Signed, 8),
        b'N' if native => (Kind::Unsigned, 8),
        b'P' if native => (Kind::Pointer, 8),
        b'e' => (Kind::Float, 2),
        b'f' => (Kind::Float, 4),
        b'd' => (Kind::Float, 8),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_lp64() {
        for (text, size) in [
            ("", 0),
            ("bq", 16),
            ("qb", 9),
            ("qb0q", 16),
            ("<bq", 9),
            ("3x2s", 5),
            ("he", 4),
            (" 3i\t2h", 16),
            ("l", 8),
            ("=l", 4),
        ] {
            assert_eq!(Format::parse(text.as_bytes()).ok().map(|f| f.size), Some(size), "{text}");
        }
        for text in ["y", "3", "<<i", "3 i", "<n", "9223372036854775807q", "99999999999999999999i", "b\0"] {
            assert!(Format::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
