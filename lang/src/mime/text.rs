//! Plain text (spec 6.6.3).

use super::Written;
use super::charset::{self, Source};
use super::place::Fault;
use crate::value::codec::Codec;
use crate::value::{HVec, R, Value};

/// The text.
#[must_use]
pub fn parse(source: &Source) -> Value {
    source.whole()
}

/// The text in an encoding; bytes as they are.
///
/// # Errors
/// `TypeError` for other data, `UnicodeEncodeError`.
pub fn write(data: &Value, mime: &str, codec: Codec) -> R<Written> {
    let bytes = match (data.text_bytes(), data.byte_data()) {
        (Some(text), _) => HVec::from_slice(&charset::encode(text, codec)?),
        (_, Some(bytes)) => HVec::from_slice(&bytes),
        _ => return Err(Fault::wrong_type_but(data, ", a str or bytes is expected").raise(mime)),
    };
    Ok(Written { bytes, faithful: false })
}
