//! Documents as JSON text, and JSON and other bytes as documents, outside of any run.

use super::{Document, json};
use crate::mime;
use crate::value::{HVec, R, Raise, Value, heap};

/// The text of an exception, without its class.
fn reason(raise: &Raise) -> String {
    raise.0.arguments().first().map(Value::to_display).unwrap_or_default()
}

impl Document {
    /// Parses a JSON text.
    ///
    /// # Errors
    /// What is wrong with the text, and where.
    pub fn from_json(text: &str) -> Result<Document, String> {
        Document::entity(text.as_bytes(), "application/json", "utf-8").entity_value()
    }

    /// The value of an Entity; any other document is its own value.
    ///
    /// # Errors
    /// Why the bytes are not what the MIME type says.
    pub fn entity_value(&self) -> Result<Document, String> {
        let Document::Entity(entity) = self else { return Ok(self.clone()) };
        if let Some(value) = &entity.value {
            return Ok(value.clone());
        }
        let _session = heap::Session::begin(None);
        let parsed = self.to_value().and_then(|value| match value {
            Value::Entity(entity) => entity.value(),
            other => Ok(other),
        });
        parsed.and_then(|value| Document::from_value(&value)).map_err(|raise| reason(&raise))
    }

    /// JSON text by the rules of the language (spec 6.6.1), compact or spread over lines.
    ///
    /// # Errors
    /// What cannot be expressed in JSON, and where it stands.
    pub fn to_json(&self, pretty: bool) -> Result<Vec<u8>, String> {
        let _session = heap::Session::begin(None);
        let mut text = HVec::with_capacity(1024);
        if !json::push(&mut text, self, 0) {
            let written = self.to_value().and_then(|value| mime::json::to_text(None, &value));
            text = written.map_err(|raise| reason(&raise))?;
        }
        Ok(if pretty { mime::json::indent(&text) } else { text.to_vec() })
    }

    /// The document of a value that is only sent in JSON from now on: the text of a container, if it has one. Otherwise it is that
    /// of [`Document::from_value`], and whoever sends it is told why it has none.
    ///
    /// # Errors
    /// As [`Document::from_value`].
    pub(crate) fn json_of(value: &Value) -> R<Document> {
        if matches!(value, Value::List(_) | Value::Dict(_) | Value::MultiMap(_))
            && let Ok(text) = mime::json::to_text(None, value)
        {
            return Ok(Document::entity(&text[..], "application/json", "utf-8"));
        }
        Document::from_value(value)
    }

    /// This document in the format of a MIME type: an Entity.
    ///
    /// # Errors
    /// Why the format cannot express it.
    pub fn to_entity(&self, mime_type: &str, encoding: &str) -> Result<Document, String> {
        let _session = heap::Session::begin(None);
        let written = self.to_value().and_then(|value| mime::from_value(None, &value, mime_type, encoding));
        let written = written.and_then(|entity| Document::from_value(&Value::Entity(entity)));
        written.map_err(|raise| reason(&raise))
    }
}
