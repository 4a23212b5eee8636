//! East Asian encodings in seven bits with shift states: ISO-2022-JP, ISO-2022-KR and HZ.

use super::CodecError;
use super::double::{ILLEGAL, INCOMPLETE, Set};
use super::driver::{Decoding, Encoding, Seen};
use super::handler::{Handler, Units};

/// One of these encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// ISO-2022-JP.
    Iso2022Jp,
    /// ISO-2022-KR.
    Iso2022Kr,
    /// HZ.
    Hz,
}

const ESCAPE: u8 = 0x1B;
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;
/// The longest escape sequence that is looked for.
const LONGEST_ESCAPE: usize = 16;

/// A set of characters that can be designated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Charset {
    Ascii,
    /// JIS X 0201, the Latin half: ASCII but for two characters.
    Roman,
    /// The pairs of the encoding.
    Pairs,
}

impl Shift {
    fn name(self) -> &'static str {
        match self {
            Self::Iso2022Jp => "iso2022_jp",
            Self::Iso2022Kr => "iso2022_kr",
            Self::Hz => "hz",
        }
    }

    /// The encoding with the same pairs in eight bits.
    fn set(self) -> Set {
        match self {
            Self::Iso2022Jp => Set::EucJp,
            Self::Iso2022Kr => Set::EucKr,
            Self::Hz => Set::Gb2312,
        }
    }

    /// The code point of a pair of seven-bit bytes.
    fn pair(self, a: u8, b: u8) -> Option<u32> {
        match (a, b) {
            (0x21..=0x7E, 0x21..=0x7E) => self.set().tables().decode(u16::from_be_bytes([a | 0x80, b | 0x80])),
            _ => None,
        }
    }

    /// The pair of seven-bit bytes of a code point.
    fn code(self, cp: u32) -> Option<[u8; 2]> {
        match self.set().tables().encode(cp)?.to_be_bytes() {
            [0, 0, a @ 0xA1..=0xFF, b @ 0xA1..=0xFF] => Some([a & 0x7F, b & 0x7F]),
            _ => None,
        }
    }
}

/// Decodes bytes of such an encoding.
pub(super) fn decode(bytes: &[u8], shift: Shift, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    let decoding = Decoding { name: shift.name(), units: Units::None, ascii: false, skipped: 0, handler };
    if shift == Shift::Hz {
        let mut paired = false;
        return decoding.run(bytes, 0, |input, at| see_hz(&mut paired, input.get(at..).unwrap_or_default()));
    }
    let mut state = Designated::new(shift);
    decoding.run(bytes, 0, |input, at| state.see(input.get(at..).unwrap_or_default()))
}

fn see_hz(paired: &mut bool, bytes: &[u8]) -> Seen {
    match (bytes, *paired) {
        ([b'~', b'~', ..], false) => Seen::One(u32::from(b'~'), 2),
        ([b'~', b'\n', ..], false) => Seen::Nothing(2),
        ([b'~', b'{', ..], false) | ([b'~', b'}', ..], true) => {
            *paired = !*paired;
            Seen::Nothing(2)
        }
        ([b'~', _, ..], _) | ([0x80..=0xFF, ..], _) => Seen::Bad(1, ILLEGAL),
        ([b'~'], _) | ([_], true) | ([], _) => Seen::Bad(bytes.len(), INCOMPLETE),
        ([byte, ..], false) => Seen::One(u32::from(*byte), 1),
        ([a, b, ..], true) => match Shift::Hz.pair(*a, *b) {
            Some(cp) => Seen::One(cp, 2),
            None => Seen::Bad(1, ILLEGAL),
        },
    }
}

/// The state of an ISO 2022 encoding.
struct Designated {
    shift: Shift,
    /// The set in use outside and inside a shift.
    sets: [Charset; 2],
    shifted: bool,
    /// Inside an escape sequence of another standard, which is text.
    foreign: bool,
}

impl Designated {
    fn new(shift: Shift) -> Self {
        Self { shift, sets: [Charset::Ascii; 2], shifted: false, foreign: false }
    }

    fn see(&mut self, bytes: &[u8]) -> Seen {
        let Some(byte) = bytes.first().copied() else {
            return Seen::Bad(0, INCOMPLETE);
        };
        let itself = Seen::One(u32::from(byte), 1);
        if self.foreign {
            self.foreign = !ends_escape(byte);
            return itself;
        }
        let shifts = self.shift == Shift::Iso2022Kr;
        match (byte, bytes.get(1)) {
            (ESCAPE, None) => return Seen::Bad(1, INCOMPLETE),
            (ESCAPE, Some(b'(' | b')' | b'$' | b'.' | b'&')) => return self.designate(bytes),
            (ESCAPE, _) => {
                self.foreign = true;
                return itself;
            }
            (SHIFT_IN | SHIFT_OUT, _) if shifts => {
                self.shifted = byte == SHIFT_OUT;
                return Seen::Nothing(1);
            }
            (b'\n', _) => {
                self.shifted = false;
                return itself;
            }
            (0..0x20, _) => return itself,
            (0x80.., _) => return Seen::Bad(1, ILLEGAL),
            _ => {}
        }
        match (self.sets[usize::from(self.shifted)], bytes) {
            (Charset::Ascii, _) => itself,
            (Charset::Roman, _) => match byte {
                b'\\' => Seen::One(0xA5, 1),
                b'~' => Seen::One(0x203E, 1),
                _ => itself,
            },
            (Charset::Pairs, [a, b, ..]) => match self.shift.pair(*a, *b) {
                Some(cp) => Seen::One(cp, 2),
                None => Seen::Bad(2, ILLEGAL),
            },
            (Charset::Pairs, _) => Seen::Bad(bytes.len(), INCOMPLETE),
        }
    }

    /// Reads an escape sequence.
    fn designate(&mut self, bytes: &[u8]) -> Seen {
        let len = match escape_len(bytes) {
            Some(len) => len,
            None if bytes.len() < LONGEST_ESCAPE => return Seen::Bad(bytes.len(), INCOMPLETE),
            None => return Seen::Bad(1, ILLEGAL),
        };
        let sequence = bytes.get(1..len).unwrap_or_default();
        let found = match (self.shift, sequence) {
            (_, b"(B") => Some((0, Charset::Ascii)),
            (_, b")B") => Some((1, Charset::Ascii)),
            (Shift::Iso2022Jp, b"(J") => Some((0, Charset::Roman)),
            (Shift::Iso2022Jp, b")J") => Some((1, Charset::Roman)),
            (Shift::Iso2022Jp, b"$B" | b"$@" | b"$(B" | b"$(@") => Some((0, Charset::Pairs)),
            (Shift::Iso2022Jp, b"$)B" | b"$)@") => Some((1, Charset::Pairs)),
            // The edition of 1990 has a prefix, which nobody checks.
            (Shift::Iso2022Jp, [_, _, b'\x1b', b'$', b'B']) => Some((0, Charset::Pairs)),
            (Shift::Iso2022Kr, b"$C" | b"$(C") => Some((0, Charset::Pairs)),
            (Shift::Iso2022Kr, b"$)C") => Some((1, Charset::Pairs)),
            _ => None,
        };
        match found {
            Some((place, charset)) => {
                self.sets[place] = charset;
                Seen::Nothing(len)
            }
            None => Seen::Bad(len, ILLEGAL),
        }
    }
}

/// The length of an escape sequence; `None` without an end. `&@` is a prefix that ends nothing.
fn escape_len(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    while at < LONGEST_ESCAPE {
        match bytes.get(at..)? {
            [byte, ..] if ends_escape(*byte) => return Some(at + 1),
            [b'&', b'@', ..] => at += 3,
            [] => return None,
            _ => at += 1,
        }
    }
    None
}

fn ends_escape(byte: u8) -> bool {
    byte == b'@' || byte.is_ascii_uppercase()
}

/// Encodes text in such an encoding.
pub(super) fn encode(text: &[u8], shift: Shift, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    let encoding =
        Encoding { name: shift.name(), reason: ILLEGAL, grouped: false, units: Units::None, ascii: false, handler };
    let mut now = Charset::Ascii;
    let mut announced = false;
    let mut out = encoding.run(text, Vec::new(), |out, cp| {
        let (charset, bytes) = match (cp, shift) {
            (0..=0x7F, _) => (Charset::Ascii, vec![cp as u8]),
            _ => match (shift.code(cp), shift, cp) {
                (Some(pair), ..) => (Charset::Pairs, pair.to_vec()),
                (None, Shift::Iso2022Jp, 0xA5) => (Charset::Roman, vec![b'\\']),
                (None, Shift::Iso2022Jp, 0x203E) => (Charset::Roman, vec![b'~']),
                _ => return false,
            },
        };
        if charset == Charset::Pairs && shift == Shift::Iso2022Kr && !announced {
            out.extend_from_slice(b"\x1b$)C");
            announced = true;
        }
        if charset != now {
            out.extend_from_slice(change(shift, charset));
            now = charset;
        }
        out.extend_from_slice(&bytes);
        if bytes == b"~" && shift == Shift::Hz {
            out.push(b'~');
        }
        true
    })?;
    if now != Charset::Ascii {
        out.extend_from_slice(change(shift, Charset::Ascii));
    }
    Ok(out)
}

/// The bytes that change to a set.
fn change(shift: Shift, to: Charset) -> &'static [u8] {
    match (shift, to) {
        (Shift::Iso2022Jp, Charset::Ascii) => b"\x1b(B",
        (Shift::Iso2022Jp, Charset::Roman) => b"\x1b(J",
        (Shift::Iso2022Jp, Charset::Pairs) => b"\x1b$B",
        (Shift::Iso2022Kr, Charset::Pairs) => b"\x0e",
        (Shift::Iso2022Kr, _) => b"\x0f",
        (Shift::Hz, Charset::Pairs) => b"~{",
        (Shift::Hz, _) => b"~}",
    }
}
