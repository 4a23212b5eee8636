//! The message of a live run, made of the samples of a script.

use dataway_lang::check::contract::Subject;
use dataway_lang::document::Message;
use dataway_lang::{Datum, Document, Input};

use crate::knowledge::{Knowledge, Origin};
use crate::script::Script;

/// The sample of the payload, if there is one.
#[must_use]
pub fn sample(knowledge: &Knowledge) -> Option<&Origin> {
    samples(knowledge).find(|origin| origin.subject == Subject::Payload)
}

/// Is there any sample, so that a run says something?
#[must_use]
pub fn is_known(script: &Script) -> bool {
    samples(&script.context.knowledge).next().is_some()
}

/// A message of a flow.
#[must_use]
pub fn of_message(message: &Message) -> Input {
    let datum = |document: &Document| if document.is_none() { Datum::None } else { Datum::Document(document.clone()) };
    Input {
        payload: datum(&message.payload),
        vars: datum(&message.variables),
        attrs: datum(&message.attributes),
        error: datum(&message.error),
        is_throwing: message.is_throwing,
        ..Input::default()
    }
}

fn samples(knowledge: &Knowledge) -> impl Iterator<Item = &Origin> {
    let origins = knowledge.origins.iter().map(|origin| &**origin);
    origins.filter(|origin| origin.is_sample && origin.subject != Subject::Returns)
}

/// The message: the payload is an Entity, as a trigger gives it; variables and attributes are plain.
#[must_use]
pub fn message(knowledge: &Knowledge) -> Input {
    let mut input = Input::default();
    let mut vars = serde_json::Map::new();
    for origin in samples(knowledge) {
        let json = || serde_json::from_slice::<serde_json::Value>(&origin.content).ok();
        match &origin.subject {
            Subject::Payload if matches!(input.payload, Datum::None) => {
                input.payload = Datum::Entity {
                    bytes: origin.content.clone(),
                    mime_type: origin.mime_type.clone(),
                    encoding: "utf-8".to_owned(),
                };
            }
            Subject::Var(name) => {
                vars.extend(json().map(|value| (name.clone(), value)));
            }
            Subject::Attrs => {
                if let Some(attrs @ serde_json::Value::Object(_)) = json() {
                    input.attrs = Datum::json(&attrs.to_string());
                }
            }
            Subject::Payload | Subject::Returns => {}
        }
    }
    if !vars.is_empty() {
        input.vars = Datum::json(&serde_json::Value::Object(vars).to_string());
    }
    input
}
