//! The arguments that make a message: payload, attributes, variables.

use std::path::{Path, PathBuf};

use dataway_lang::{Datum, Input, mime};

use crate::host;

// The arguments of every command that runs a program (no doc comment: clap would show it as the command's own).
#[derive(clap::Args)]
pub struct Message {
    /// File with the payload; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub payload: Option<PathBuf>,
    /// MIME type of the payload [default: by the file's suffix]
    #[arg(long, value_name = "TYPE")]
    pub mime: Option<String>,
    /// Text encoding of the payload
    #[arg(long, value_name = "ENC", default_value = "utf-8")]
    pub encoding: String,
    /// Give the script the plain value of the payload instead of an Entity
    #[arg(long)]
    pub decode: bool,
    /// Attributes of the message: JSON, or @FILE
    #[arg(long, value_name = "JSON|@FILE")]
    attrs: Option<String>,
    /// Variables of the message: JSON, or @FILE
    #[arg(long, value_name = "JSON|@FILE")]
    vars: Option<String>,
}

impl Message {
    /// Whether anything was said about a message.
    pub fn given(&self) -> bool {
        self.payload.is_some() || self.attrs.is_some() || self.vars.is_some()
    }

    /// The MIME type of the payload.
    pub fn mime_type(&self) -> String {
        self.mime.clone().unwrap_or_else(|| {
            let name = self.payload.as_deref().map(Path::to_string_lossy).unwrap_or_default();
            mime::infer_mime(&name).unwrap_or("application/octet-stream").to_owned()
        })
    }

    /// The payload, read whole.
    pub fn payload(&self) -> Result<Datum, String> {
        let Some(path) = &self.payload else { return Ok(Datum::None) };
        let bytes = host::read_shared(path)?;
        let (mime_type, encoding) = (self.mime_type(), self.encoding.clone());
        Ok(if self.decode {
            Datum::Decoded { bytes, mime_type, encoding }
        } else {
            Datum::Entity { bytes, mime_type, encoding }
        })
    }

    /// The message without its payload.
    pub fn input(&self) -> Result<Input, String> {
        let json = |text: &Option<String>, what: &str| match text {
            None => Ok(Datum::None),
            Some(argument) => {
                let text = host::text_or_file(argument)?;
                match serde_json::from_str::<serde_json::Value>(&text) {
                    Ok(serde_json::Value::Object(_)) => Ok(Datum::json(&text)),
                    Ok(_) => Err(format!("--{what} must be a JSON object, for example '{{\"name\": 1}}'")),
                    Err(error) => Err(format!("--{what} is not valid JSON: {error}")),
                }
            }
        };
        Ok(Input { vars: json(&self.vars, "vars")?, attrs: json(&self.attrs, "attrs")?, ..Input::default() })
    }
}
