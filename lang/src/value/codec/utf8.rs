//! UTF-8, with and without signature.

use super::CodecError;
use super::driver::{Decoding, Encoding};
use super::handler::{Handler, Units};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::unicode::wtf8;

/// The byte order mark in UTF-8.
pub const SIGNATURE: &[u8] = b"\xEF\xBB\xBF";

/// Bytes checked at a time.
const BLOCK: usize = 1 << 18;

/// Decodes UTF-8.
pub(super) fn decode(bytes: &[u8], handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    decode_from(bytes, handler, 0)
}

/// Decodes UTF-8 without its signature, if there is one.
pub(super) fn decode_signed(bytes: &[u8], handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    match bytes.strip_prefix(SIGNATURE) {
        Some(rest) => decode_from(rest, handler, SIGNATURE.len()),
        None => decode_from(bytes, handler, 0),
    }
}

fn decode_from(bytes: &[u8], handler: Handler<'_>, skipped: usize) -> Result<Vec<u8>, CodecError> {
    reserve(bytes.len())?;
    let mut out = Vec::with_capacity(bytes.len());
    let decoding = Decoding { name: "utf-8", units: Units::Utf8, ascii: true, skipped, handler };
    let mut at = 0;
    while at < bytes.len() {
        checkpoint(BLOCK as u64 / 16)?;
        let last = bytes.len() - at <= BLOCK;
        let rest = bytes.get(at..).unwrap_or_default();
        let block = if last { rest } else { rest.get(..BLOCK).unwrap_or(rest) };
        let (valid, error_len) = match str::from_utf8(block) {
            Ok(_) => {
                out.extend_from_slice(block);
                at += block.len();
                continue;
            }
            Err(error) => (error.valid_up_to(), error.error_len()),
        };
        out.extend_from_slice(block.get(..valid).unwrap_or_default());
        at += valid;
        let (end, reason) = match error_len {
            // The end of a block may cut a character in two; what comes next begins with it.
            None if !last => continue,
            None => (bytes.len(), "unexpected end of data"),
            Some(1) if !matches!(bytes.get(at), Some(0xC2..=0xF4)) => (at + 1, "invalid start byte"),
            Some(len) => (at + len, "invalid continuation byte"),
        };
        at = decoding.bad(bytes, &mut out, at, end, reason)?;
    }
    Ok(out)
}

/// Encodes UTF-8 behind a prefix.
pub(super) fn encode(text: &[u8], handler: Handler<'_>, prefix: &[u8]) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    reserve(text.len() + prefix.len())?;
    out.reserve(text.len() + prefix.len());
    out.extend_from_slice(prefix);
    if wtf8::as_str(text).is_some() {
        out.extend_from_slice(text);
        return Ok(out);
    }
    let encoding = Encoding {
        name: "utf-8",
        reason: "surrogates not allowed",
        grouped: true,
        units: Units::Utf8,
        ascii: true,
        handler,
    };
    encoding.run(text, out, |out, cp| {
        let fits = !wtf8::is_surrogate(cp);
        if fits {
            wtf8::push(out, cp);
        }
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::super::{CodecError, Failure, decode, encode, lookup};

    #[test]
    fn errors_have_cpythons_extent() {
        let cases: [(&[u8], usize, usize, &str); 9] = [
            (b"a\x80", 1, 2, "invalid start byte"),
            (b"\xC0\x80", 0, 1, "invalid start byte"),
            (b"\xF5\x80", 0, 1, "invalid start byte"),
            (b"\xE4\xB8", 0, 2, "unexpected end of data"),
            (b"\xE4\xB8a", 0, 2, "invalid continuation byte"),
            (b"\xE0\x80\x80", 0, 1, "invalid continuation byte"),
            (b"\xED\xA0\x80", 0, 1, "invalid continuation byte"),
            (b"\xF0\x9F\x98a", 0, 3, "invalid continuation byte"),
            (b"\xF4\x90", 0, 1, "invalid continuation byte"),
        ];
        for (bytes, start, end, reason) in cases {
            let want = Failure { encoding: "utf-8", start, end, reason: reason.into(), skipped: 0 };
            let got = decode(bytes, lookup("utf-8").unwrap(), "strict");
            assert_eq!(got, Err(CodecError::Decode(want)), "{bytes:?}");
        }
    }

    #[test]
    fn handlers() {
        let utf8 = lookup("utf8").unwrap();
        for (handler, want) in [
            ("ignore", "ab"),
            ("replace", "a\u{FFFD}\u{FFFD}b\u{FFFD}"),
            ("backslashreplace", "a\\xff\\xe4\\xb8b\\xc3"),
        ] {
            assert_eq!(decode(b"a\xff\xe4\xb8b\xc3", utf8, handler), Ok(want.into()), "{handler}");
        }
        let escaped = decode(b"\xff\xe4\xb8", utf8, "surrogateescape").unwrap();
        assert_eq!(escaped, b"\xED\xB3\xBF\xED\xB3\xA4\xED\xB2\xB8");
        assert_eq!(encode(&escaped, utf8, "surrogateescape"), Ok(b"\xff\xe4\xb8".to_vec()));
        let lone = b"\xED\xA0\x80";
        assert_eq!(decode(lone, utf8, "surrogatepass"), Ok(lone.to_vec()));
        assert_eq!(encode(lone, utf8, "surrogatepass"), Ok(lone.to_vec()));
        assert_eq!(encode(lone, utf8, "xmlcharrefreplace"), Ok(b"&#55296;".to_vec()));
        assert_eq!(encode(lone, utf8, "replace"), Ok(b"?".to_vec()));
        assert!(encode(lone, utf8, "surrogateescape").is_err());
        let signed = lookup("utf-8-sig").unwrap();
        assert_eq!(encode(b"a", signed, "strict"), Ok(b"\xEF\xBB\xBFa".to_vec()));
        assert_eq!(decode(b"\xEF\xBB\xBFa", signed, "strict"), Ok(b"a".to_vec()));
    }

    #[test]
    fn blocks_do_not_cut_characters() {
        let text = "一".repeat(200_000).into_bytes();
        assert_eq!(decode(&text, lookup("utf8").unwrap(), "strict"), Ok(text));
    }
}
