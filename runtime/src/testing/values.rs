//! The values of tests: as parameters are written, or files of the app as Entities (part 4, section 9).

use std::sync::Arc;

use dataway_lang::Document;

use super::mocks::add_variables;
use crate::engine::Runtime;
use crate::expr::Param;
use crate::message::Message;
use crate::model::{Files, MessageSpec, TestValue};
use crate::params::mime_by_suffix;

/// A value of a test that can be evaluated again and again, by whoever watches a run.
#[derive(Debug, Clone)]
pub enum Supply {
    /// As parameters are written.
    Param(Box<Param>),
    /// Known already: a file.
    Known(Document),
    /// A dict of such values.
    Dict(Vec<(String, Supply)>),
}

impl Supply {
    /// The value as it was written; files are read.
    ///
    /// # Errors
    /// Why a file cannot be read.
    pub fn of(value: &TestValue, files: &Arc<Files>) -> Result<Supply, String> {
        Ok(match value {
            // Nesting is bounded by the depth of YAML files.
            TestValue::Dict(entries) => {
                let entries = entries.0.iter().map(|(key, value)| Ok((key.clone(), Supply::of(value, files)?)));
                Supply::Dict(entries.collect::<Result<_, String>>()?)
            }
            TestValue::Value(param) => Supply::Param(Box::new(param.clone())),
            TestValue::File(own) => {
                let path = &own.file.value;
                let bytes = files.bytes(path)?;
                let mime =
                    own.mime_type.as_deref().or_else(|| mime_by_suffix(path)).unwrap_or("application/octet-stream");
                Supply::Known(Document::entity(bytes, mime, &own.encoding))
            }
        })
    }

    /// The value for a message.
    ///
    /// # Errors
    /// What an expression raised.
    pub async fn get(&self, runtime: &Runtime, message: &Message) -> Result<Document, String> {
        match self {
            Supply::Known(document) => Ok(document.clone()),
            Supply::Param(param) => param.evaluate_in(runtime, message).await.map_err(|fault| fault.to_string()),
            Supply::Dict(entries) => {
                let mut dict = Document::dict([]);
                for (key, value) in entries {
                    dict.set(key, Box::pin(value.get(runtime, message)).await?);
                }
                Ok(dict)
            }
        }
    }
}

/// The value of a part that may be absent, where there is no message.
///
/// # Errors
/// A file that cannot be read, or what an expression raised; `what` names the part.
pub async fn value(
    part: Option<&TestValue>,
    what: &str,
    files: &Arc<Files>,
    runtime: &Runtime,
) -> Result<Option<Document>, String> {
    let Some(part) = part else { return Ok(None) };
    let found = match Supply::of(part, files) {
        Ok(supply) => supply.get(runtime, &Message::default()).await,
        Err(reason) => Err(reason),
    };
    found.map(Some).map_err(|reason| format!("{what}: {reason}"))
}

/// A message as it was written; what is not said of it is as in `given`, of which only the variables count.
///
/// # Errors
/// As [`value`].
pub async fn message(
    spec: Option<&MessageSpec>,
    given: &Message,
    files: &Arc<Files>,
    runtime: &Runtime,
) -> Result<Message, String> {
    let part = |part: fn(&MessageSpec) -> Option<&TestValue>, what: &'static str| {
        value(spec.and_then(part), what, files, runtime)
    };
    let payload = part(|spec| spec.payload.as_ref(), "message payload").await?.unwrap_or_default();
    let attributes = part(|spec| spec.attributes.as_ref(), "message attributes").await?.unwrap_or_default();
    let mut message = Message::new(payload, attributes, given.variables().clone());
    if let Some(variables) = part(|spec| spec.variables.as_ref(), "message variables").await? {
        add_variables(&mut message, &variables).map_err(|reason| format!("message: {reason}"))?;
    }
    if let Some(error) = part(|spec| spec.error.as_ref(), "message error").await? {
        message.set_error(error);
    }
    Ok(message)
}
