//! What a host hands to a run: the message, as data that does not live on any heap yet.

use std::sync::Arc;

use crate::document::Document;
use crate::mime;
use crate::value::{Blob, Bytes, Cx, Dict, Message, R, Value};

/// A datum of the message.
#[derive(Debug, Clone, Default)]
pub enum Datum {
    /// `None`
    #[default]
    None,
    /// An Entity, as a trigger gives it: nothing is parsed before somebody asks.
    Entity {
        /// The bytes.
        bytes: Arc<[u8]>,
        /// MIME type, verbatim.
        mime_type: String,
        /// Name of the text encoding.
        encoding: String,
    },
    /// A value of the host.
    Document(Document),
    /// The plain value that these bytes have under a MIME type.
    Decoded {
        /// The bytes.
        bytes: Arc<[u8]>,
        /// MIME type.
        mime_type: String,
        /// Name of the text encoding.
        encoding: String,
    },
    /// The first element of the list that these bytes are: one record of a CSV file, cut out with its header.
    Row {
        /// The bytes.
        bytes: Arc<[u8]>,
        /// MIME type.
        mime_type: String,
        /// Name of the text encoding.
        encoding: String,
    },
}

impl Datum {
    /// The plain value of a JSON text.
    #[must_use]
    pub fn json(text: &str) -> Datum {
        Datum::Decoded { bytes: text.as_bytes().into(), mime_type: "application/json".into(), encoding: "utf-8".into() }
    }

    /// The value on the heap of the run.
    ///
    /// # Errors
    /// `EntityError` if the bytes of a decoded datum are not what their MIME type says.
    pub fn to_value(&self) -> R {
        Ok(match self {
            Datum::None => Value::None,
            Datum::Document(document) => document.to_value()?,
            Datum::Entity { bytes, mime_type, encoding } => entity(bytes, mime_type, encoding),
            Datum::Decoded { bytes, mime_type, encoding } => match entity(bytes, mime_type, encoding) {
                Value::Entity(entity) => entity.value()?,
                other => other,
            },
            Datum::Row { bytes, mime_type, encoding } => match entity(bytes, mime_type, encoding) {
                Value::Entity(entity) => match entity.value()? {
                    Value::List(rows) => rows.get(0).unwrap_or(Value::None),
                    other => other,
                },
                other => other,
            },
        })
    }
}

fn entity(bytes: &Arc<[u8]>, mime_type: &str, encoding: &str) -> Value {
    let blob = Bytes::from_blob(Blob::Shared(Arc::clone(bytes)));
    Value::Entity(mime::entity(blob, mime_type, encoding))
}

/// The message of a run (spec 5.10).
#[derive(Debug, Clone)]
pub struct Input {
    /// Main datum.
    pub payload: Datum,
    /// Variables; `None` gives an empty dict.
    pub vars: Datum,
    /// Metadata; `None` gives an empty dict.
    pub attrs: Datum,
    /// Unique id.
    pub id: String,
    /// Id of the message's way through the flow.
    pub seq_id: String,
    /// Current error: a dict with `Code` and `Description`.
    pub error: Datum,
    /// Whether an error is being handled or thrown.
    pub is_throwing: bool,
}

impl Default for Input {
    fn default() -> Input {
        Input {
            payload: Datum::None,
            vars: Datum::None,
            attrs: Datum::None,
            id: "msg-1".into(),
            seq_id: "seq-1".into(),
            error: Datum::None,
            is_throwing: false,
        }
    }
}

impl Input {
    /// The message on the heap of the run.
    ///
    /// # Errors
    /// As [`Datum::to_value`].
    pub fn to_message(&self, _cx: &mut Cx<'_>) -> R {
        let mapping = |datum: &Datum| match datum {
            Datum::None => Ok(Value::Dict(Dict::new())),
            other => other.to_value(),
        };
        let parts = [
            self.payload.to_value().map_err(|raise| match self.payload {
                Datum::Decoded { .. } | Datum::Row { .. } => raise.noted("while decoding the payload of the message"),
                _ => raise,
            })?,
            mapping(&self.vars)?,
            mapping(&self.attrs)?,
            self.error.to_value()?,
            Value::str(&self.id),
            Value::str(&self.seq_id),
        ];
        Ok(Value::Message(Message::new(parts, self.is_throwing)))
    }
}
