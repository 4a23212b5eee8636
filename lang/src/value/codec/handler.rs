//! The error handlers: what stands in the result for what cannot be converted.

use super::{CodecError, Failure};
use crate::value::format::quote::write_escape;
use crate::value::interrupt::{Stop, checkpoint, reserve};
use crate::value::unicode::{names, wtf8};

/// An error handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handler<'n> {
    /// Fail.
    Strict,
    /// Leave out.
    Ignore,
    /// `?` or U+FFFD.
    Replace,
    /// `\xhh` and longer.
    BackslashReplace,
    /// `&#NNN;`, only when encoding.
    XmlCharRefReplace,
    /// `\N{…}`, only when encoding.
    NameReplace,
    /// Bytes from 128 as U+DC80–U+DCFF and back.
    SurrogateEscape,
    /// Surrogates as if they were characters.
    SurrogatePass,
    /// A name that is no handler; found out when it is needed.
    Unknown(&'n str),
}

impl<'n> Handler<'n> {
    /// The handler of a name.
    #[must_use]
    pub fn parse(name: &'n str) -> Self {
        match name {
            "strict" => Self::Strict,
            "ignore" => Self::Ignore,
            "replace" => Self::Replace,
            "backslashreplace" => Self::BackslashReplace,
            "xmlcharrefreplace" => Self::XmlCharRefReplace,
            "namereplace" => Self::NameReplace,
            "surrogateescape" => Self::SurrogateEscape,
            "surrogatepass" => Self::SurrogatePass,
            _ => Self::Unknown(name),
        }
    }

    fn unknown(name: &str) -> CodecError {
        CodecError::Lookup(format!("unknown error handler name '{name}'"))
    }
}

/// How an encoding writes a surrogate that is let pass: the unit and its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Three bytes of UTF-8.
    Utf8,
    /// Two bytes, the low one first.
    Little16,
    /// Two bytes, the high one first.
    Big16,
    /// Four bytes, the low one first.
    Little32,
    /// Four bytes, the high one first.
    Big32,
    /// It cannot.
    None,
}

impl Units {
    /// Appends a surrogate.
    fn put(self, out: &mut Vec<u8>, cp: u32) {
        match self {
            Self::Utf8 => wtf8::push(out, cp),
            Self::Little16 => out.extend_from_slice(&(cp as u16).to_le_bytes()),
            Self::Big16 => out.extend_from_slice(&(cp as u16).to_be_bytes()),
            Self::Little32 => out.extend_from_slice(&cp.to_le_bytes()),
            Self::Big32 => out.extend_from_slice(&cp.to_be_bytes()),
            Self::None => {}
        }
    }

    /// The surrogate at the start of some bytes, and its length.
    fn get(self, bytes: &[u8]) -> Option<(u32, usize)> {
        let (cp, len) = match (self, bytes) {
            (Self::Utf8, _) => wtf8::decode_at(bytes, 0).filter(|(_, len)| *len == 3)?,
            (Self::Little16, [a, b, ..]) => (u32::from(u16::from_le_bytes([*a, *b])), 2),
            (Self::Big16, [a, b, ..]) => (u32::from(u16::from_be_bytes([*a, *b])), 2),
            (Self::Little32, [a, b, c, d, ..]) => (u32::from_le_bytes([*a, *b, *c, *d]), 4),
            (Self::Big32, [a, b, c, d, ..]) => (u32::from_be_bytes([*a, *b, *c, *d]), 4),
            _ => return None,
        };
        wtf8::is_surrogate(cp).then_some((cp, len))
    }

    /// Bytes of a unit.
    fn size(self) -> usize {
        match self {
            Self::Utf8 | Self::None => 1,
            Self::Little16 | Self::Big16 => 2,
            Self::Little32 | Self::Big32 => 4,
        }
    }
}

/// Makes room, asking when the buffer has to grow.
fn grow(out: &mut Vec<u8>, extra: usize) -> Result<(), Stop> {
    if out.capacity() - out.len() < extra {
        let more = out.capacity().max(extra);
        reserve(more)?;
        out.reserve(more);
    }
    Ok(())
}

/// Makes room for what stands for one code point.
fn room(out: &mut Vec<u8>, extra: usize) -> Result<(), Stop> {
    checkpoint(8)?;
    grow(out, extra)
}

/// Deals with bytes `start..end` that are no text: writes what stands for them and returns where to go on.
///
/// # Errors
/// The failure itself when the handler does not deal with it.
pub(super) fn on_decode(
    handler: Handler<'_>,
    input: &[u8],
    out: &mut Vec<u8>,
    failure: impl FnOnce() -> Failure,
    (start, end): (usize, usize),
    units: Units,
) -> Result<usize, CodecError> {
    let bad = input.get(start..end).unwrap_or_default();
    checkpoint(bad.len() as u64)?;
    grow(out, 4 * bad.len() + 3)?;
    let fail = || CodecError::Decode(failure());
    match handler {
        Handler::Strict => Err(fail()),
        Handler::Ignore => Ok(end),
        Handler::Replace => {
            wtf8::push(out, 0xFFFD);
            Ok(end)
        }
        Handler::BackslashReplace => {
            bad.iter().for_each(|byte| write_escape(out, u32::from(*byte)));
            Ok(end)
        }
        Handler::SurrogateEscape => {
            let escaped = bad.iter().take(4).take_while(|byte| **byte >= 0x80);
            let count = escaped.map(|byte| wtf8::push(out, 0xDC00 + u32::from(*byte))).count();
            if count == 0 { Err(fail()) } else { Ok(start + count) }
        }
        Handler::SurrogatePass => match units.get(input.get(start..).unwrap_or_default()) {
            Some((cp, len)) => {
                wtf8::push(out, cp);
                Ok(start + len)
            }
            None => Err(fail()),
        },
        Handler::XmlCharRefReplace | Handler::NameReplace => {
            Err(CodecError::Type("don't know how to handle UnicodeDecodeError in error callback".to_owned()))
        }
        Handler::Unknown(name) => Err(Handler::unknown(name)),
    }
}

/// What an encoder gets for text that it cannot express.
pub(super) enum Instead {
    /// ASCII text to be encoded.
    Text(Vec<u8>),
    /// Bytes to be copied.
    Bytes(Vec<u8>),
}

/// Deals with the text `bad` that cannot be encoded.
///
/// # Errors
/// The failure itself when the handler does not deal with it.
pub(super) fn on_encode(
    handler: Handler<'_>,
    bad: &[u8],
    failure: impl FnOnce() -> Failure,
    units: Units,
) -> Result<Instead, CodecError> {
    let fail = || CodecError::Encode(failure());
    let mut out = Vec::new();
    let each = || wtf8::code_points(bad);
    match handler {
        Handler::Strict => return Err(fail()),
        Handler::Ignore => {}
        Handler::Replace => {
            grow(&mut out, bad.len())?;
            out.resize(each().count(), b'?');
        }
        Handler::BackslashReplace => {
            for cp in each() {
                room(&mut out, 10)?;
                write_escape(&mut out, cp);
            }
        }
        Handler::XmlCharRefReplace => {
            for cp in each() {
                room(&mut out, 10)?;
                out.extend_from_slice(format!("&#{cp};").as_bytes());
            }
        }
        Handler::NameReplace => {
            for cp in each() {
                match char::from_u32(cp).and_then(names::name_of) {
                    Some(name) => {
                        room(&mut out, name.len() + 4)?;
                        out.extend_from_slice(format!("\\N{{{name}}}").as_bytes());
                    }
                    None => {
                        room(&mut out, 10)?;
                        write_escape(&mut out, cp);
                    }
                }
            }
        }
        Handler::SurrogateEscape => {
            if units.size() > 1 || !each().all(|cp| (0xDC80..=0xDCFF).contains(&cp)) {
                return Err(fail());
            }
            out.extend(each().map(|cp| cp as u8));
            return Ok(Instead::Bytes(out));
        }
        Handler::SurrogatePass => {
            if units == Units::None || !each().all(wtf8::is_surrogate) {
                return Err(fail());
            }
            each().for_each(|cp| units.put(&mut out, cp));
            return Ok(Instead::Bytes(out));
        }
        Handler::Unknown(name) => return Err(Handler::unknown(name)),
    }
    Ok(Instead::Text(out))
}
