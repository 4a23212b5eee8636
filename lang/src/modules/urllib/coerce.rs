//! Arguments that are text or bytes: the work is done on text, and results become what the arguments were.

use crate::builtins::str::codec;
use crate::builtins::{attribute, truth};
use crate::value::exceptions::type_error;
use crate::value::{Cx, R, Value};

/// What the results of a function are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// Bytes, of ASCII.
    Bytes,
}

impl Kind {
    /// A result.
    ///
    /// # Errors
    /// `UnicodeEncodeError` if bytes are asked for and the text is not ASCII.
    pub(super) fn value(self, text: &[u8]) -> R {
        match self {
            Kind::Text => Ok(Value::text(text)),
            Kind::Bytes => Ok(Value::bytes(&codec::encode(text, b"ascii", b"strict")?)),
        }
    }
}

/// The arguments as texts, and what the results are to be.
///
/// # Errors
/// `TypeError` for text and bytes together, `AttributeError` for what is neither, `UnicodeDecodeError` for bytes beyond ASCII.
pub(super) fn coerce(cx: &mut Cx<'_>, args: &[&Value]) -> R<(Vec<Vec<u8>>, Kind)> {
    let is_text = |value: &Value| value.text_bytes().is_some();
    let text = args.first().is_some_and(|first| is_text(first));
    for arg in args.iter().skip(1) {
        // An empty argument goes with both.
        if is_text(arg) != text && truth(cx, arg)? {
            return Err(type_error("Cannot mix str and non-str arguments"));
        }
    }
    let mut texts = Vec::with_capacity(args.len());
    for arg in args {
        texts.push(match (arg.text_bytes(), arg.byte_data()) {
            (Some(own), _) if text || own.is_empty() => own.to_vec(),
            (_, Some(bytes)) => {
                let decoded = codec::decode(&bytes, b"ascii", b"strict")?;
                decoded.text_bytes().unwrap_or_default().to_vec()
            }
            _ if !truth(cx, arg)? => Vec::new(),
            _ => return Err(attribute::missing(arg, "decode")),
        });
    }
    Ok((texts, if text { Kind::Text } else { Kind::Bytes }))
}
