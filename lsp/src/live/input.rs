//! The message of a live run, made of the samples of a script.

use dataway_lang::check::contract::Subject;
use dataway_lang::{Datum, Input};

use crate::knowledge::{Knowledge, Origin};
use crate::script::Script;

/// The sample of the payload, if there is one.
#[must_use]
pub fn sample(knowledge: &Knowledge) -> Option<&Origin> {
    samples(knowledge).find(|origin| origin.subject == Subject::Payload)
}

/// Is there any sample, so that a run says something? Inside a flow only the payload of the first message is known: a program
/// that reads what steps set would fail for no reason of its own.
#[must_use]
pub fn is_known(script: &Script) -> bool {
    let text = script.source.text();
    let reads_others = || [".var", ".attr", ".error"].iter().any(|part| text.contains(part));
    samples(&script.context.knowledge).next().is_some() && !(script.context.embedded && reads_others())
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
