//! The result of a run as bytes for standard output.

use dataway_lang::value::exceptions::{TYPE_ERROR, VALUE_ERROR, type_error};
use dataway_lang::value::{Cx, R, Value};
use dataway_lang::{builtins, mime};

/// The form of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Style {
    /// JSON; an Entity as its bytes
    Json,
    /// What Python's `repr` shows
    Repr,
    /// Text and bytes as they are, other values as `str` shows them
    Raw,
}

/// The bytes to print. `pretty` spreads JSON over lines.
pub fn bytes(cx: &mut Cx<'_>, value: &Value, style: Style, pretty: bool) -> R<Vec<u8>> {
    let mut out = match (style, value) {
        (Style::Repr, value) => line(&builtins::repr::repr(cx, value)?),
        (_, Value::Entity(entity)) => return Ok(entity.blob.bytes().to_vec()),
        (Style::Raw, Value::Bytes(bytes)) => return Ok(bytes.bytes().to_vec()),
        (Style::Raw, value) => line(&builtins::repr::str(cx, value)?),
        (Style::Json, value) => {
            let text = mime::json::to_text(Some(cx), value).map_err(|raise| {
                if raise.is(&TYPE_ERROR) || raise.is(&VALUE_ERROR) {
                    let reason = raise.0.arguments().first().map(Value::to_display).unwrap_or_default();
                    type_error(format!("the result cannot be written as JSON: {reason}; --output repr shows any value"))
                } else {
                    raise
                }
            })?;
            if pretty { mime::json::indent(&text) } else { text.to_vec() }
        }
    };
    out.push(b'\n');
    Ok(out)
}

/// A text as UTF-8; lone surrogates become replacement characters.
fn line(text: &Value) -> Vec<u8> {
    text.to_display().into_bytes()
}
