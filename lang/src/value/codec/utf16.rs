//! UTF-16 and UTF-32, in either byte order and with a byte order mark.

use super::CodecError;
use super::driver::{Decoding, Encoding, Seen};
use super::handler::{Handler, Units};
use crate::value::interrupt::reserve;
use crate::value::unicode::wtf8;

/// A byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The low byte first.
    Little,
    /// The high byte first.
    Big,
}

const MARK: u32 = 0xFEFF;

/// Decodes UTF-16; without an order by the byte order mark, if there is one, else little-endian.
pub(super) fn decode_16(bytes: &[u8], order: Option<Order>, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    let (order, from) = match (order, bytes) {
        (Some(order), _) => (order, 0),
        (None, [0xFF, 0xFE, ..]) => (Order::Little, 2),
        (None, [0xFE, 0xFF, ..]) => (Order::Big, 2),
        (None, _) => (Order::Little, 0),
    };
    let (name, units) = match order {
        Order::Little => ("utf-16-le", Units::Little16),
        Order::Big => ("utf-16-be", Units::Big16),
    };
    let decoding = Decoding { name, units, ascii: false, skipped: 0, handler };
    let unit = |input: &[u8], at: usize| match (input.get(at..), order) {
        (Some([a, b, ..]), Order::Little) => Some(u32::from(u16::from_le_bytes([*a, *b]))),
        (Some([a, b, ..]), Order::Big) => Some(u32::from(u16::from_be_bytes([*a, *b]))),
        _ => None,
    };
    decoding.run(bytes, from, |input, at| {
        let Some(first) = unit(input, at) else {
            return Seen::Bad(1, "truncated data");
        };
        match (first, unit(input, at + 2)) {
            (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) => {
                Seen::One(0x1_0000 + ((first & 0x3FF) << 10 | second & 0x3FF), 4)
            }
            (0xD800..=0xDBFF, Some(_)) => Seen::Bad(2, "illegal UTF-16 surrogate"),
            (0xD800..=0xDBFF, None) => Seen::Bad(input.len() - at, "unexpected end of data"),
            (0xDC00..=0xDFFF, _) => Seen::Bad(2, "illegal encoding"),
            _ => Seen::One(first, 2),
        }
    })
}

/// Decodes UTF-32; without an order by the byte order mark, if there is one, else little-endian.
pub(super) fn decode_32(bytes: &[u8], order: Option<Order>, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    let (order, from) = match (order, bytes) {
        (Some(order), _) => (order, 0),
        (None, [0xFF, 0xFE, 0, 0, ..]) => (Order::Little, 4),
        (None, [0, 0, 0xFE, 0xFF, ..]) => (Order::Big, 4),
        (None, _) => (Order::Little, 0),
    };
    let (name, units) = match order {
        Order::Little => ("utf-32-le", Units::Little32),
        Order::Big => ("utf-32-be", Units::Big32),
    };
    let decoding = Decoding { name, units, ascii: false, skipped: 0, handler };
    decoding.run(bytes, from, |input, at| {
        let cp = match (input.get(at..), order) {
            (Some([a, b, c, d, ..]), Order::Little) => u32::from_le_bytes([*a, *b, *c, *d]),
            (Some([a, b, c, d, ..]), Order::Big) => u32::from_be_bytes([*a, *b, *c, *d]),
            _ => return Seen::Bad(input.len() - at, "truncated data"),
        };
        match cp {
            0xD800..=0xDFFF => Seen::Bad(4, "code point in surrogate code point range(0xd800, 0xe000)"),
            0..=0x10_FFFF => Seen::One(cp, 4),
            _ => Seen::Bad(4, "code point not in range(0x110000)"),
        }
    })
}

/// Encodes UTF-16; without an order little-endian with a byte order mark.
pub(super) fn encode_16(text: &[u8], order: Option<Order>, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    let (name, units) = match order {
        None => ("utf-16", Units::Little16),
        Some(Order::Little) => ("utf-16-le", Units::Little16),
        Some(Order::Big) => ("utf-16-be", Units::Big16),
    };
    let put_unit = |out: &mut Vec<u8>, unit: u32| {
        let unit = unit as u16;
        let bytes = if units == Units::Big16 { unit.to_be_bytes() } else { unit.to_le_bytes() };
        out.extend_from_slice(&bytes);
    };
    let mut out = Vec::new();
    if order.is_none() {
        put_unit(&mut out, MARK);
    }
    reserve(text.len().saturating_mul(2))?;
    let encoding = Encoding { name, reason: "surrogates not allowed", grouped: false, units, ascii: false, handler };
    encoding.run(text, out, |out, cp| {
        match cp {
            _ if wtf8::is_surrogate(cp) => return false,
            0..=0xFFFF => put_unit(out, cp),
            _ => {
                let offset = cp - 0x1_0000;
                put_unit(out, 0xD800 | offset >> 10);
                put_unit(out, 0xDC00 | offset & 0x3FF);
            }
        }
        true
    })
}

/// Encodes UTF-32; without an order little-endian with a byte order mark.
pub(super) fn encode_32(text: &[u8], order: Option<Order>, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    let (name, units) = match order {
        None => ("utf-32", Units::Little32),
        Some(Order::Little) => ("utf-32-le", Units::Little32),
        Some(Order::Big) => ("utf-32-be", Units::Big32),
    };
    let put = |out: &mut Vec<u8>, cp: u32| {
        let fits = !wtf8::is_surrogate(cp);
        if fits {
            out.extend_from_slice(&if units == Units::Big32 { cp.to_be_bytes() } else { cp.to_le_bytes() });
        }
        fits
    };
    let mut out = Vec::new();
    if order.is_none() {
        put(&mut out, MARK);
    }
    reserve(text.len().saturating_mul(4))?;
    let encoding = Encoding { name, reason: "surrogates not allowed", grouped: false, units, ascii: false, handler };
    encoding.run(text, out, put)
}

#[cfg(test)]
mod tests {
    use super::super::{decode, encode, lookup};

    #[test]
    fn round_trips() {
        let text = "a€😀";
        for (name, want) in [
            ("utf-16", &b"\xFF\xFEa\0\xAC\x20\x3D\xD8\x00\xDE"[..]),
            ("utf-16-le", b"a\0\xAC\x20\x3D\xD8\x00\xDE"),
            ("utf-16-be", b"\0a\x20\xAC\xD8\x3D\xDE\x00"),
            ("utf-32", b"\xFF\xFE\0\0a\0\0\0\xAC\x20\0\0\x00\xF6\x01\0"),
            ("utf-32-le", b"a\0\0\0\xAC\x20\0\0\x00\xF6\x01\0"),
            ("utf-32-be", b"\0\0\0a\0\0\x20\xAC\0\x01\xF6\x00"),
        ] {
            let codec = lookup(name).unwrap();
            assert_eq!(encode(text.as_bytes(), codec, "strict").as_deref(), Ok(want), "{name}");
            assert_eq!(decode(want, codec, "strict").as_deref(), Ok(text.as_bytes()), "{name}");
        }
        let big = b"\xFE\xFF\0a";
        assert_eq!(decode(big, lookup("utf16").unwrap(), "strict"), Ok(b"a".to_vec()));
    }

    #[test]
    fn surrogates() {
        let lone = b"\xED\xA0\x80";
        for (name, bytes) in [("utf-16-be", &b"\xD8\x00"[..]), ("utf-32-le", b"\x00\xD8\0\0")] {
            let codec = lookup(name).unwrap();
            assert_eq!(encode(lone, codec, "surrogatepass").as_deref(), Ok(bytes));
            assert_eq!(decode(bytes, codec, "surrogatepass").as_deref(), Ok(&lone[..]));
            assert_eq!(decode(bytes, codec, "replace").as_deref(), Ok("\u{FFFD}".as_bytes()));
            assert!(encode(lone, codec, "strict").is_err() && decode(bytes, codec, "strict").is_err());
        }
    }
}
