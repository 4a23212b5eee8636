//! The result of a run as bytes for standard output.

use dataway_lang::value::exceptions::{Raise, TYPE_ERROR, UNICODE_ERROR, VALUE_ERROR};
use dataway_lang::value::{Bytes, Cx, Entity, R, Value};
use dataway_lang::{builtins, mime};

use crate::streams;

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

/// Writes what was printed to standard error and the result to standard output, an Entity without a copy of its bytes; gives
/// the exit code.
pub fn write(cx: &mut Cx<'_>, value: &Value, style: Style, pretty: bool) -> R<u8> {
    let made;
    let result = match (style, value) {
        (Style::Json | Style::Raw, Value::Entity(entity)) => entity.blob.bytes(),
        _ => {
            made = bytes(cx, value.clone(), style, pretty)?;
            &made
        }
    };
    streams::say(std::mem::take(&mut cx.env().log.text));
    Ok(streams::write(result))
}

/// The bytes to print. `pretty` spreads JSON over lines.
pub fn bytes(cx: &mut Cx<'_>, value: Value, style: Style, pretty: bool) -> R<Vec<u8>> {
    let mut out = match (style, value) {
        // `repr` escapes what UTF-8 cannot express.
        (Style::Repr, value) => builtins::repr::repr(cx, &value)?.to_display().into_bytes(),
        (_, Value::Entity(entity)) => return Ok(Entity::into_bytes(entity)),
        (Style::Raw, Value::Bytes(bytes)) => return Ok(Bytes::into_vec(bytes)),
        (Style::Raw, value) => {
            let text = builtins::repr::str(cx, &value)?;
            let unpaired = || {
                let reason = "the result has an unpaired surrogate, which UTF-8 cannot express";
                Raise::new(&UNICODE_ERROR, format!("{reason}; --output repr shows any value"))
            };
            text.as_str().ok_or_else(unpaired)?.as_bytes().to_vec()
        }
        (Style::Json, value) => {
            let text = mime::json::to_text(Some(cx), &value).map_err(|raise| {
                if raise.is(&TYPE_ERROR) || raise.is(&VALUE_ERROR) {
                    let reason = raise.0.arguments().first().map(Value::to_display).unwrap_or_default();
                    // The writer calls what it was given `data`.
                    let reason = match reason.strip_prefix("data") {
                        Some(place) if place.starts_with(['[', ':']) => format!("result{place}"),
                        _ => reason,
                    };
                    Raise::new(raise.0.class, format!("{reason}; --output repr shows any value"))
                } else {
                    raise
                }
            })?;
            if pretty { mime::json::indent(&text) } else { text.into_vec() }
        }
    };
    out.push(b'\n');
    Ok(out)
}
