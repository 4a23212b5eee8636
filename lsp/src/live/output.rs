//! A result as text, and how it is best shown.

use dataway_lang::value::exceptions::{TYPE_ERROR, VALUE_ERROR};
use dataway_lang::value::{Cx, R, Value};
use dataway_lang::{builtins, mime};

/// Longest text that is shown, in bytes.
const LONGEST: usize = 1 << 20;

/// How a text is best shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// As a tree.
    Json,
    /// As a tree of elements.
    Xml,
    /// As a table.
    Csv,
    /// As it is.
    Text,
    /// Not as text: what is shown is a description.
    Binary,
}

impl View {
    /// Its name in the protocol.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            View::Json => "json",
            View::Xml => "xml",
            View::Csv => "csv",
            View::Text => "text",
            View::Binary => "binary",
        }
    }

    fn of(mime_type: &str) -> View {
        let essence = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let subtype = essence.rsplit('/').next().unwrap_or_default();
        match subtype.rsplit('+').next().unwrap_or_default() {
            "json" => View::Json,
            "xml" => View::Xml,
            "csv" => View::Csv,
            _ => View::Text,
        }
    }
}

/// A result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its text, or a description of bytes that are no text.
    pub text: String,
    /// How it is best shown.
    pub view: View,
    /// MIME type of an Entity; of a plain value that of the JSON that shows it, or of Python's notation.
    pub mime_type: String,
    /// Was it too long to be shown whole?
    pub truncated: bool,
}

impl Output {
    fn new(text: String, view: View, mime_type: &str) -> Output {
        let end = text.floor_char_boundary(LONGEST);
        let truncated = end < text.len();
        let text = if truncated { text.get(..end).unwrap_or_default().to_owned() } else { text };
        Output { text, view, mime_type: mime_type.to_owned(), truncated }
    }

    /// Whether an expected result says the same: JSON by value, everything else by its text, but for the end of the last line.
    #[must_use]
    pub fn equals(&self, expected: &[u8]) -> bool {
        if self.truncated {
            return false;
        }
        let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
        match self.view {
            View::Json => value(self.text.as_bytes()).is_some_and(|own| value(expected) == Some(own)),
            _ => self.text.as_bytes().trim_ascii_end() == expected.trim_ascii_end(),
        }
    }
}

/// The text of a result. JSON is spread over lines.
///
/// # Errors
/// A limit of the run.
pub fn convert(cx: &mut Cx<'_>, value: Value) -> R<Output> {
    if let Value::Entity(entity) = &value {
        let bytes = entity.blob.bytes();
        let view = View::of(&entity.mime_type);
        return Ok(match std::str::from_utf8(bytes) {
            Ok(text) if view == View::Json && bytes.len() <= LONGEST => {
                let spread = String::from_utf8(mime::json::indent(bytes)).unwrap_or_else(|_| text.to_owned());
                Output::new(spread, view, &entity.mime_type)
            }
            Ok(text) => Output::new(text.to_owned(), view, &entity.mime_type),
            Err(_) => Output::new(format!("{} bytes", bytes.len()), View::Binary, &entity.mime_type),
        });
    }
    match mime::json::to_text(Some(cx), &value) {
        Ok(text) => {
            let spread = String::from_utf8_lossy(&mime::json::indent(&text)).into_owned();
            Ok(Output::new(spread, View::Json, "application/json"))
        }
        // What JSON cannot express is shown in Python's notation.
        Err(raise) if raise.is(&TYPE_ERROR) || raise.is(&VALUE_ERROR) => {
            let text = builtins::repr::repr(cx, &value)?.to_display();
            Ok(Output::new(text, View::Text, "text/x-python"))
        }
        Err(raise) => Err(raise),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views() {
        for (mime_type, view) in [
            ("application/json; charset=utf-8", View::Json),
            ("application/problem+json", View::Json),
            ("TEXT/XML", View::Xml),
            ("text/csv", View::Csv),
            ("multipart/form-data", View::Text),
            ("", View::Text),
        ] {
            assert_eq!(View::of(mime_type), view, "{mime_type}");
        }
    }

    #[test]
    fn expected_results() {
        let json = Output::new("{\"a\": 1, \"b\": [1.0]}".to_owned(), View::Json, "application/json");
        assert!(json.equals(b"{\"b\":[1.0],\"a\":1}\n") && !json.equals(b"{\"a\": 1}") && !json.equals(b"no"));
        let text = Output::new("a\r\n".to_owned(), View::Csv, "text/csv");
        assert!(text.equals(b"a\n") && !text.equals(b"b"));
        let long = Output::new("x".repeat(LONGEST + 1), View::Text, "text/plain");
        assert!(long.truncated && !long.equals(long.text.as_bytes()));
    }
}
