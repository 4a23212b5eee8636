//! `logger`: an entry in the run log.

use std::sync::Arc;

use dataway_lang::value::Value;
use dataway_lang::value::text::Text;
use dataway_lang::{Document, builtins};

use crate::engine::{BoxFuture, Component, Level, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;

/// Longest text of an entry, in bytes.
const MAX_TEXT: usize = 64 * 1024;

params! {
    /// Writes an entry into the run log; the message passes unchanged.
    pub struct LoggerParams {
        /// What it says: a str as it is, a textual Entity decoded, anything else as `str()` shows it.
        "message" message: Param [default("#[msg.payload]"), main()],
        /// How important it is.
        "level" level: Level [default("INFO")],
        /// By what it can be found; the name of the flow if nothing is given.
        "category" category: Option<Param> [optional(), text()],
    }
}

/// `logger`: the message passes unchanged.
pub struct Logger {
    step: Arc<str>,
    message: Param,
    level: Level,
    category: Option<Param>,
}

impl Logger {
    /// The step with these parameters.
    #[must_use]
    pub fn new(params: &LoggerParams, step: &Arc<str>) -> Logger {
        let LoggerParams { message, level, category } = params;
        Logger { step: step.clone(), message: message.clone(), level: *level, category: category.clone() }
    }

    async fn write(&self, run: &Run, message: &Message) -> Result<(), Fault> {
        let text = self.text(run, message).await?;
        let category: Arc<str> = match &self.category {
            Some(category) => category.text(run, message).await?.into(),
            None => run.flow().name.clone(),
        };
        if let Some(mut event) = run.event(self.level, &self.step, "logger", text) {
            event.category = category;
            run.log(Some(event)).await;
        }
        Ok(())
    }

    async fn text(&self, run: &Run, message: &Message) -> Result<String, Fault> {
        let form = self.message.form.clone();
        let work = move |vm: &mut dataway_lang::vm::Vm, message: Value| {
            let value = form.evaluate(vm, &message)?;
            let value = match &value {
                Value::Bytes(bytes) => return Ok(Value::str(&format!("<{} bytes>", bytes.bytes().len()))),
                Value::Entity(entity) if is_textual(&entity.mime_type) => {
                    let source = dataway_lang::mime::charset::Source::decode(&entity.blob, &entity.encoding)?;
                    return Ok(Value::text(cut(source.text())));
                }
                Value::Entity(entity) => {
                    return Ok(Value::str(&format!("<{} bytes>", entity.blob.bytes().len())));
                }
                _ => builtins::repr::str(vm, &value)?,
            };
            Ok(Value::text(cut(value.text_bytes().unwrap_or_default())))
        };
        let text: Document = self.message.compute(run, message, work).await?;
        Ok(text.text_bytes().map(|text| Text::plain(text).lossy().into_owned()).unwrap_or_default())
    }
}

/// Whether the bytes of a MIME type are text for people.
fn is_textual(mime_type: &str) -> bool {
    let mime_type = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, subtype) = mime_type.split_once('/').unwrap_or((&mime_type, ""));
    let known = ["json", "xml", "csv", "yaml", "x-ndjson", "x-www-form-urlencoded", "javascript"];
    kind == "text" || known.contains(&subtype) || subtype.ends_with("+json") || subtype.ends_with("+xml")
}

/// The beginning of a text, without half a character at its end.
fn cut(text: &[u8]) -> &[u8] {
    if text.len() <= MAX_TEXT {
        return text;
    }
    let mut end = MAX_TEXT;
    while end > 0 && text.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

impl Component for Logger {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            if !run.runtime().log().wants(self.level) {
                return StepEnd::Next(message);
            }
            let result = self.write(run, &message).await;
            StepEnd::of(result, message)
        })
    }
}
