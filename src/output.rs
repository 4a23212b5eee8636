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
            if pretty { indent(&text) } else { text.to_vec() }
        }
    };
    out.push(b'\n');
    Ok(out)
}

/// A text as UTF-8; lone surrogates become replacement characters.
fn line(text: &Value) -> Vec<u8> {
    text.to_display().into_bytes()
}

/// Spreads compact JSON over lines, two blanks a level.
fn indent(compact: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(compact.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    let newline = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.extend(std::iter::repeat_n(b' ', depth * 2));
    };
    for (at, &byte) in compact.iter().enumerate() {
        if in_string {
            out.push(byte);
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'[' | b'{' => {
                out.push(byte);
                if !matches!(compact.get(at + 1), Some(b']' | b'}')) {
                    depth += 1;
                    newline(&mut out, depth);
                }
            }
            b']' | b'}' => {
                if !matches!(at.checked_sub(1).and_then(|n| compact.get(n)), Some(b'[' | b'{')) {
                    depth = depth.saturating_sub(1);
                    newline(&mut out, depth);
                }
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                newline(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            _ => {
                in_string = byte == b'"';
                out.push(byte);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_spread_over_lines() {
        let text = indent(br#"{"a":[1,{"b":"x,\"]"}],"c":{},"d":[]}"#);
        let expected =
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,\\\"]\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}";
        assert_eq!(String::from_utf8_lossy(&text), expected);
    }
}
