//! Text from the bytes of an Entity, and bytes from text, by the Entity's encoding (spec 6.5, 6.7).

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use crate::value::codec::{self, Codec, CodecError, Failure};
use crate::value::exceptions::{
    LOOKUP_ERROR, Raise, UNICODE_DECODE_ERROR, UNICODE_ENCODE_ERROR, lookup_error, type_error,
};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::text::Blob;
use crate::value::{Bytes, HVec, R, Ref, TypeDesc, Value};

/// The byte order mark as text.
const MARK: &[u8] = "\u{feff}".as_bytes();
/// Bytes that are validated between two checkpoints.
const PIECE: usize = 1 << 18;

/// Well-formed text in a shared buffer: what readers read, and from which they cut strings without copying.
#[derive(Debug, Clone)]
pub struct Source {
    blob: Ref<Blob>,
    range: Range<usize>,
}

impl Source {
    /// The text of some bytes in an encoding, without a byte order mark. UTF-8 is validated and not copied.
    ///
    /// # Errors
    /// `LookupError` for an unknown encoding, `UnicodeDecodeError`, or a limit.
    pub fn decode(bytes: &Ref<Bytes>, encoding: &str) -> R<Source> {
        let codec = lookup(encoding)?;
        if codec.is_utf8() {
            if is_utf8(bytes.bytes())? {
                let (blob, start) = bytes.blob();
                return Ok(Source { blob: blob.clone(), range: start..start + bytes.bytes().len() }.without_mark());
            }
        } else {
            reserve(bytes.bytes().len())?;
        }
        let text = codec::decode(bytes.bytes(), codec, "strict")
            .map_err(|error| raise(error, |skipped| Value::Bytes(bytes.part(skipped, usize::MAX))))?;
        Ok(Source::of_text(&text).without_mark())
    }

    /// A copy of a text.
    #[must_use]
    pub fn of_text(text: &[u8]) -> Source {
        let mut own = HVec::with_capacity(text.len());
        own.extend_bytes(text);
        Source { range: 0..own.len(), blob: Ref::new(Blob::Own(own)) }
    }

    fn without_mark(mut self) -> Source {
        if self.text().starts_with(MARK) {
            self.range.start += MARK.len();
        }
        self
    }

    /// The text.
    #[inline]
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.blob.bytes().get(self.range.clone()).unwrap_or_default()
    }

    /// The text from `start` to `end`, which are boundaries of code points, as a source of its own.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Source {
        Source { blob: self.blob.clone(), range: self.range.start + start..self.range.start + end }
    }

    /// The part from `start` to `end`, which are boundaries of code points.
    #[inline]
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Value {
        Value::text_part(&self.blob, self.range.start + start..self.range.start + end)
    }

    /// The buffer.
    #[must_use]
    pub fn blob(&self) -> &Ref<Blob> {
        &self.blob
    }

    /// Where the text begins in the buffer.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.range.start
    }

    /// The whole text.
    #[must_use]
    pub fn whole(&self) -> Value {
        Value::text_part(&self.blob, self.range.clone())
    }
}

/// Whether the bytes are UTF-8; looks at the limits now and then.
pub(super) fn is_utf8(bytes: &[u8]) -> R<bool> {
    let mut rest = bytes;
    while !rest.is_empty() {
        checkpoint(rest.len().min(PIECE) as u64 / 4)?;
        let piece = rest.get(..PIECE).unwrap_or(rest);
        let valid = match std::str::from_utf8(piece) {
            Ok(_) => piece.len(),
            // A character may be cut at the end of the piece.
            Err(error) if error.error_len().is_none() && piece.len() < rest.len() => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        rest = rest.get(valid..).unwrap_or_default();
    }
    Ok(true)
}

/// The encoding of that name.
///
/// # Errors
/// `LookupError` if there is none.
pub fn lookup(encoding: &str) -> R<Codec> {
    static UTF_8: LazyLock<Option<Codec>> = LazyLock::new(|| codec::lookup("utf-8"));
    // The usual name needs no search.
    let found = if encoding == "utf-8" { *UTF_8 } else { codec::lookup(encoding) };
    match found {
        Some(codec) if !codec.is_escape() => Ok(codec),
        _ => Err(lookup_error(format!("unknown encoding: {encoding}"))),
    }
}

/// The bytes of a text in an encoding; borrowed when they are the same.
///
/// # Errors
/// `UnicodeEncodeError`, or a limit.
pub fn encode(text: &[u8], codec: Codec) -> R<Cow<'_, [u8]>> {
    if codec.is_utf8() && is_utf8(text)? {
        return Ok(Cow::Borrowed(text));
    }
    encode_as(text, codec, "strict").map(Cow::Owned)
}

/// The bytes of a text in an encoding, with an error handler.
///
/// # Errors
/// `UnicodeEncodeError`, or a limit.
pub fn encode_as(text: &[u8], codec: Codec, handler: &str) -> R<Vec<u8>> {
    codec::encode(text, codec, handler).map_err(|error| raise(error, |_| Value::text(text)))
}

/// The exception of a failed conversion; `object` gives what was converted, without some bytes at its start.
#[cold]
fn raise(error: CodecError, object: impl FnOnce(usize) -> Value) -> Raise {
    match error {
        CodecError::Decode(failure) => unicode_error(&UNICODE_DECODE_ERROR, failure, object),
        CodecError::Encode(failure) => unicode_error(&UNICODE_ENCODE_ERROR, failure, object),
        CodecError::Lookup(text) => Raise::new(&LOOKUP_ERROR, text),
        CodecError::Type(text) => type_error(text),
        CodecError::Stop(stop) => stop.into(),
    }
}

fn unicode_error(class: &'static TypeDesc, failure: Failure, object: impl FnOnce(usize) -> Value) -> Raise {
    let args = [
        Value::str(failure.encoding),
        object(failure.skipped),
        Value::size(failure.start),
        Value::size(failure.end),
        Value::str(&failure.reason),
    ];
    let names = ["encoding", "object", "start", "end", "reason"];
    let raised = Raise::with_args(class, args.clone());
    names.into_iter().zip(args).fold(raised, |raised, (name, value)| raised.field(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_may_cut_characters() {
        let text = format!("{}{}", "a".repeat(PIECE - 1), "é".repeat(PIECE));
        assert!(is_utf8(text.as_bytes()).unwrap());
        assert!(!is_utf8(&text.as_bytes()[..text.len() - 1]).unwrap());
        assert!(!is_utf8(b"\xed\xa0\x80").unwrap());
    }

    #[test]
    fn utf8_is_not_copied_and_the_mark_is_dropped() {
        let bytes = Bytes::from_slice("\u{feff}some longer text".as_bytes());
        let source = Source::decode(&bytes, "UTF-8").unwrap();
        assert_eq!(source.text(), b"some longer text");
        assert_eq!(source.text().as_ptr(), bytes.bytes()[3..].as_ptr());
        assert_eq!(Source::decode(&Bytes::from_slice(b"\xff\xfea\0"), "utf-16").unwrap().text(), b"a");
        assert!(Source::decode(&bytes, "no-such").unwrap_err().is(&LOOKUP_ERROR));
    }
}
