//! East Asian encodings without shift states: ASCII, a few single bytes, pairs, and what some add to these.
//!
//! The pairs come from the tables of `encoding_rs`, corrected to CPython's by [`super::double_tables`]. They are unrolled
//! on first use, so that a look-up is one load; the unrolled tables never change.

use std::sync::OnceLock;

use super::CodecError;
use super::double_tables::{self as differences, Differences};
use super::driver::{Decoding, Encoding, Seen};
use super::handler::{Handler, Units};

/// One of these encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// GBK.
    Gbk,
    /// GB 2312.
    Gb2312,
    /// GB 18030.
    Gb18030,
    /// Big5.
    Big5,
    /// Big5 as Windows has it.
    Cp950,
    /// Big5 with the Hong Kong characters.
    Big5Hkscs,
    /// Shift JIS.
    ShiftJis,
    /// Shift JIS as Windows has it.
    Cp932,
    /// EUC for Japanese.
    EucJp,
    /// EUC for Korean.
    EucKr,
    /// EUC for Korean as Windows has it.
    Cp949,
}

pub(super) const ILLEGAL: &str = "illegal multibyte sequence";
pub(super) const INCOMPLETE: &str = "incomplete multibyte sequence";

/// Lead byte of the three-byte sequences of EUC-JP.
const THREE: u8 = 0x8F;
/// Number of four-byte sequences of GB 18030 that stand for code points below U+10000.
const FOUR_BASIC: u32 = 39_420;
/// Number of the four-byte sequence that stands for U+10000.
const FOUR_SUPPLEMENTARY: u32 = 189_000;
/// GB 18030 of 2022 moved this character into a pair; CPython follows the edition of 2000.
const FOUR_MOVED: (u32, u32) = (0x8135_F437, 0x1E3F);
/// The lead of an eight-byte sequence that spells a Hangul syllable in EUC-KR.
const SPELT: u16 = 0xA4D4;

impl Set {
    fn differences(self) -> &'static Differences {
        match self {
            Self::Gbk => &differences::GBK,
            Self::Gb2312 => &differences::GB2312,
            Self::Gb18030 => &differences::GB18030,
            Self::Big5 => &differences::BIG5,
            Self::Cp950 => &differences::CP950,
            Self::Big5Hkscs => &differences::BIG5_HKSCS,
            Self::ShiftJis => &differences::SHIFT_JIS,
            Self::Cp932 => &differences::CP932,
            Self::EucJp => &differences::EUC_JP,
            Self::EucKr => &differences::EUC_KR,
            Self::Cp949 => &differences::CP949,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gbk => "gbk",
            Self::Gb2312 => "gb2312",
            Self::Gb18030 => "gb18030",
            Self::Big5 => "big5",
            Self::Cp950 => "cp950",
            Self::Big5Hkscs => "big5hkscs",
            Self::ShiftJis => "shift_jis",
            Self::Cp932 => "cp932",
            Self::EucJp => "euc_jp",
            Self::EucKr => "euc_kr",
            Self::Cp949 => "cp949",
        }
    }

    /// The unrolled tables.
    pub(super) fn tables(self) -> &'static Tables {
        static TABLES: [OnceLock<Tables>; 11] = [const { OnceLock::new() }; 11];
        static UNUSED: OnceLock<Tables> = OnceLock::new();
        TABLES.get(self as usize).unwrap_or(&UNUSED).get_or_init(|| Tables::unroll(self))
    }
}

/// The tables of an encoding. Zero stands for nothing.
pub(super) struct Tables {
    /// The code point of every pair, and of every single byte from 128.
    pairs: Vec<u32>,
    /// The code points of three-byte sequences, or of four-byte ones, in their order.
    longer: Vec<u32>,
    /// The sequence of every code point below U+10000, as a number.
    basic: Vec<u32>,
    /// The same for the others, sorted.
    supplementary: Vec<(u32, u32)>,
}

impl Tables {
    fn unroll(set: Set) -> Self {
        let differences = set.differences();
        // A sequence is in the standard when it alone decodes to a single code point.
        let standard = |bytes: &[u8]| {
            let text = differences.standard.decode_without_bom_handling_and_without_replacement(bytes);
            let text = text.unwrap_or_default();
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => u32::from(c),
                _ => 0,
            }
        };
        let mut pairs: Vec<u32> = (0..=u16::MAX)
            .map(|code| match code.to_be_bytes() {
                [0, single @ 0x80..=0xFF] => standard(&[single]),
                pair @ [0x80..=0xFF, _] => standard(&pair),
                _ => 0,
            })
            .collect();
        for (from, to) in differences.without {
            for pair in pairs.get_mut(usize::from(*from)..=usize::from(*to)).into_iter().flatten() {
                *pair = 0;
            }
        }
        for (code, cp) in differences.decode {
            if let Some(pair) = pairs.get_mut(usize::from(*code)) {
                *pair = *cp;
            }
        }
        let codes: Vec<u32> = match set {
            Set::EucJp => (0..94 * 94).map(|n| 0x8F_A1A1 + ((n / 94) << 8) + n % 94).collect(),
            Set::Gb18030 => (0..FOUR_BASIC).map(four_code).collect(),
            _ => Vec::new(),
        };
        let longer: Vec<u32> = codes
            .iter()
            .map(|code| match (set, code.to_be_bytes()) {
                (Set::EucJp, [_, 0x8F, 0xA2, 0xB7]) => u32::from(b'~'),
                (Set::EucJp, [_, bytes @ ..]) => standard(&bytes),
                _ if *code == FOUR_MOVED.0 => FOUR_MOVED.1,
                (_, bytes) => standard(&bytes),
            })
            .collect();
        let mut tables =
            Self { pairs: Vec::new(), longer: Vec::new(), basic: vec![0; 0x1_0000], supplementary: Vec::new() };
        for (code, cp) in codes.iter().zip(&longer) {
            tables.remember(*code, *cp, false);
        }
        for (code, cp) in (0..).zip(&pairs) {
            tables.remember(code, *cp, differences.first);
        }
        for (cp, code) in differences.encode {
            tables.remember(u32::from(*code), *cp, false);
        }
        tables.supplementary.sort_by_key(|(cp, _)| *cp);
        Self { pairs, longer, ..tables }
    }

    /// Notes that a code point is written as a sequence; `first` keeps what was noted before.
    fn remember(&mut self, code: u32, cp: u32, first: bool) {
        if cp < 0x80 {
            return;
        }
        match self.basic.get_mut(cp as usize) {
            Some(known) if *known == 0 || !first => *known = code,
            Some(_) => {}
            None => self.supplementary.push((cp, code)),
        }
    }

    /// The code point of a pair or single byte.
    pub fn decode(&self, code: u16) -> Option<u32> {
        self.pairs.get(usize::from(code)).copied().filter(|cp| *cp != 0)
    }

    fn decode_longer(&self, number: usize) -> Option<u32> {
        self.longer.get(number).copied().filter(|cp| *cp != 0)
    }

    /// The sequence of a code point, as a number.
    pub fn encode(&self, cp: u32) -> Option<u32> {
        match self.basic.get(cp as usize) {
            Some(code) => Some(*code).filter(|code| *code != 0),
            None => {
                // Of several pairs the last counts here too.
                let behind = self.supplementary.partition_point(|(other, _)| *other <= cp);
                let (found, code) = self.supplementary.get(behind.checked_sub(1)?)?;
                (*found == cp).then_some(*code)
            }
        }
    }
}

/// The four-byte sequence of a number.
fn four_code(number: u32) -> u32 {
    u32::from_be_bytes([
        0x81 + (number / 12_600) as u8,
        0x30 + (number / 1_260 % 10) as u8,
        0x81 + (number / 10 % 126) as u8,
        0x30 + (number % 10) as u8,
    ])
}

/// The number of a four-byte sequence.
fn four_number(bytes: [u8; 4]) -> Option<u32> {
    match bytes {
        [a @ 0x81..=0xFE, b @ 0x30..=0x39, c @ 0x81..=0xFE, d @ 0x30..=0x39] => {
            let [a, b, c, d] = [a - 0x81, b - 0x30, c - 0x81, d - 0x30].map(u32::from);
            Some(((a * 10 + b) * 126 + c) * 10 + d)
        }
        _ => None,
    }
}

/// Decodes bytes of such an encoding.
pub(super) fn decode(bytes: &[u8], set: Set, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    let tables = set.tables();
    let decoding = Decoding { name: set.name(), units: Units::None, ascii: true, skipped: 0, handler };
    decoding.run(bytes, 0, |input, at| see(set, tables, input.get(at..).unwrap_or_default()))
}

/// What stands at the beginning of some bytes.
fn see(set: Set, tables: &Tables, bytes: &[u8]) -> Seen {
    let one = |cp: Option<u32>, len| cp.map_or(Seen::Bad(1, ILLEGAL), |cp| Seen::One(cp, len));
    let missing = Seen::Bad(bytes.len(), INCOMPLETE);
    let Some(first) = bytes.first() else {
        return missing;
    };
    if let Some(cp) = tables.decode(u16::from(*first)) {
        return Seen::One(cp, 1);
    }
    match (set, bytes) {
        (Set::ShiftJis, [0x80 | 0xA0 | 0xEB..=0xFF, ..]) => return Seen::Bad(1, ILLEGAL),
        (Set::EucJp, [THREE, b, c, ..]) => {
            let place = |byte: u8| byte.checked_sub(0xA1).filter(|place| *place < 94).map(usize::from);
            let number = place(*b).zip(place(*c)).map(|(b, c)| b * 94 + c);
            return one(number.and_then(|number| tables.decode_longer(number)), 3);
        }
        (Set::EucJp, [THREE, ..]) => return missing,
        (Set::Gb18030, [a, b @ 0x30..=0x39, c, d, ..]) => {
            let cp = four_number([*a, *b, *c, *d]).and_then(|number| match number {
                0..FOUR_BASIC => tables.decode_longer(number as usize),
                _ => {
                    let cp = number.checked_sub(FOUR_SUPPLEMENTARY)? + 0x1_0000;
                    char::from_u32(cp).map(u32::from)
                }
            });
            return one(cp, 4);
        }
        (Set::Gb18030, [_, 0x30..=0x39, ..]) => return missing,
        _ => {}
    }
    let [a, b, rest @ ..] = bytes else {
        return missing;
    };
    let code = u16::from_be_bytes([*a, *b]);
    match set {
        Set::EucKr if code == SPELT => match rest {
            [p, i, q, m, r, f, ..] => {
                let spelt = (*p == 0xA4 && *q == 0xA4 && *r == 0xA4).then(|| syllable(*i, *m, *f));
                one(spelt.flatten(), 8)
            }
            _ => missing,
        },
        Set::Big5Hkscs => match COMBINED.iter().find(|(_, _, combined)| *combined == code) {
            Some((base, mark, _)) => Seen::Two(*base, *mark, 2),
            None => one(tables.decode(code), 2),
        },
        _ => one(tables.decode(code), 2),
    }
}

/// Letters with a mark for which the Hong Kong characters have one pair.
const COMBINED: [(u32, u32, u16); 4] =
    [(0xCA, 0x304, 0x8862), (0xCA, 0x30C, 0x8864), (0xEA, 0x304, 0x88A3), (0xEA, 0x30C, 0x88A5)];

/// Trail bytes of the letters that spell a syllable: initial, medial, final.
const INITIALS: &[u8; 19] = b"\xa1\xa2\xa4\xa7\xa8\xa9\xb1\xb2\xb3\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe";
const FINALS: &[u8; 28] =
    b"\xd4\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb4\xb5\xb6\xb7\xb8\xba\xbb\xbc\xbd\xbe";
const FIRST_MEDIAL: u8 = 0xBF;
const MEDIALS: u32 = 21;
const FIRST_SYLLABLE: u32 = 0xAC00;
const SYLLABLES: u32 = 11_172;

fn syllable(initial: u8, medial: u8, last: u8) -> Option<u32> {
    let initial = INITIALS.iter().position(|byte| *byte == initial)? as u32;
    let medial = medial.checked_sub(FIRST_MEDIAL).map(u32::from).filter(|n| *n < MEDIALS)?;
    let last = FINALS.iter().position(|byte| *byte == last)? as u32;
    Some(FIRST_SYLLABLE + (initial * MEDIALS + medial) * 28 + last)
}

/// The eight bytes that spell a syllable.
fn spell(cp: u32) -> Option<[u8; 8]> {
    let number = cp.checked_sub(FIRST_SYLLABLE).filter(|number| *number < SYLLABLES)?;
    let initial = *INITIALS.get((number / 28 / MEDIALS) as usize)?;
    let last = *FINALS.get((number % 28) as usize)?;
    let medial = FIRST_MEDIAL + (number / 28 % MEDIALS) as u8;
    Some([0xA4, 0xD4, 0xA4, initial, 0xA4, medial, 0xA4, last])
}

/// Encodes text in such an encoding.
pub(super) fn encode(text: &[u8], set: Set, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    let tables = set.tables();
    let encoding = Encoding {
        name: set.name(),
        reason: ILLEGAL,
        grouped: false,
        units: Units::None,
        // A mark must see the letter before it.
        ascii: set != Set::Big5Hkscs,
        handler,
    };
    let mut before = 0;
    encoding.run(text, Vec::new(), |out, cp| {
        let base = std::mem::replace(&mut before, cp);
        if cp < 0x80 {
            out.push(cp as u8);
            return true;
        }
        if set == Set::Big5Hkscs
            && let Some((.., code)) = COMBINED.iter().find(|(b, mark, _)| *b == base && *mark == cp)
        {
            out.truncate(out.len().saturating_sub(2));
            out.extend_from_slice(&code.to_be_bytes());
            return true;
        }
        match (tables.encode(cp), set) {
            (Some(code), _) => {
                let bytes = code.to_be_bytes();
                let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                out.extend_from_slice(bytes.get(zeros..).unwrap_or_default());
                true
            }
            (None, Set::Gb18030) if cp >= 0x1_0000 => {
                let code = four_code(cp - 0x1_0000 + FOUR_SUPPLEMENTARY);
                out.extend_from_slice(&code.to_be_bytes());
                true
            }
            (None, Set::EucKr) => spell(cp).map(|bytes| out.extend_from_slice(&bytes)).is_some(),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::{decode, encode, lookup};

    #[test]
    fn converts() {
        let cases: [(&str, &str, &[u8]); 17] = [
            ("gbk", "a中文", b"a\xd6\xd0\xce\xc4"),
            ("gb2312", "中·", b"\xd6\xd0\xa1\xa4"),
            ("gb18030", "中€😀\u{1e3f}", b"\xd6\xd0\xa2\xe3\x94\x39\xfc\x36\x81\x35\xf4\x37"),
            ("big5", "中文", b"\xa4\xa4\xa4\xe5"),
            ("cp950", "€", b"\xa3\xe1"),
            ("big5hkscs", "Ê\u{304}ê\u{30c}Ê中", b"\x88\x62\x88\xa5\x88\x66\xa4\xa4"),
            ("shift_jis", "日本ｱ〜", b"\x93\xfa\x96\x7b\xb1\x81\x60"),
            ("cp932", "日本ｱ～①", b"\x93\xfa\x96\x7b\xb1\x81\x60\x87\x40"),
            ("euc_jp", "日本ｱ", b"\xc6\xfc\xcb\xdc\x8e\xb1"),
            ("euc_jp", "丂", b"\x8f\xb0\xa1"),
            ("euc_kr", "한글", b"\xc7\xd1\xb1\xdb"),
            ("euc_kr", "똠", b"\xa4\xd4\xa4\xa8\xa4\xc7\xa4\xb1"),
            ("cp949", "똠", b"\x8c\x63"),
            ("hz", "a中~b", b"a~{VP~}~~b"),
            ("iso2022_jp", "a日本b¥", b"a\x1b$BF|K\\\x1b(Bb\x1b(J\\\x1b(B"),
            ("iso2022_kr", "a한b", b"a\x1b$)C\x0eGQ\x0fb"),
            ("gbk", "", b""),
        ];
        for (name, text, bytes) in cases {
            let codec = lookup(name).unwrap();
            if name != "gb2312" {
                assert_eq!(encode(text.as_bytes(), codec, "strict").as_deref(), Ok(bytes), "{name}");
                assert_eq!(decode(bytes, codec, "strict").as_deref(), Ok(text.as_bytes()), "{name}");
            }
        }
    }

    #[test]
    fn handlers() {
        let gbk = lookup("gbk").unwrap();
        assert_eq!(decode(b"a\x81 \xff", gbk, "replace"), Ok("a\u{FFFD} \u{FFFD}".into()));
        assert_eq!(encode("é€à".as_bytes(), gbk, "replace"), Ok(b"\xa8\xa6?\xa8\xa4".to_vec()));
        assert!(encode("😀".as_bytes(), gbk, "strict").is_err());
        let jp = lookup("iso2022_jp").unwrap();
        assert_eq!(encode("日é本".as_bytes(), jp, "replace"), Ok(b"\x1b$BF|\x1b(B?\x1b$BK\\\x1b(B".to_vec()));
    }
}
