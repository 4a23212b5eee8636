//! What must come out of a case, and what did not (part 4, section 9).

use std::sync::Arc;

use dataway_lang::Document;

use super::difference::{difference, named, show};
use super::request::Response;
use super::values;
use super::watch::{End, Watch};
use crate::connectors::items;
use crate::engine::Runtime;
use crate::message::{Fault, Message};
use crate::model::{CallCount, Case, Expect, ExpectedError, ExpectedResponse, Files};

/// What a case gave.
pub struct Evidence<'a> {
    /// The end of its run; `None` when there was none, because the request was refused.
    pub end: Option<End>,
    /// The answer to its request.
    pub response: Option<Response>,
    /// Who watched.
    pub watch: &'a Watch,
    /// The engine, for expressions.
    pub runtime: &'a Runtime,
    /// The files of the app.
    pub files: &'a Arc<Files>,
}

impl Evidence<'_> {
    /// What is not as expected.
    pub async fn mismatches(&self, case: &Case) -> Vec<String> {
        let nothing =
            Expect { payload: None, attributes: None, variables: None, error: None, response: None, that: Vec::new() };
        let expect = case.expect.as_ref().unwrap_or(&nothing);
        let mut found = Vec::new();
        let fault = self.end.as_ref().and_then(|end| end.fault.as_ref());
        found.extend(error(expect.error.as_ref(), fault));
        if let Some(response) = &expect.response {
            self.response(response, &mut found).await;
        }
        // The parts of a message that failed against all expectation would only repeat that.
        if found.is_empty() || expect.error.is_some() {
            self.message(expect, &mut found).await;
        }
        for (id, count) in &case.calls.0 {
            found.extend(calls(id, count, self.watch.calls(id)));
        }
        found
    }

    async fn message(&self, expect: &Expect, found: &mut Vec<String>) {
        let wants = expect.payload.is_some()
            || expect.attributes.is_some()
            || expect.variables.is_some()
            || !expect.that.is_empty();
        let Some(end) = &self.end else {
            if wants {
                found.push("no flow was run, so there is no message to look at".to_owned());
            }
            return;
        };
        let message = match settled(end.message.clone()).await {
            Ok(message) => message,
            Err(reason) => return found.push(format!("payload cannot be read: {reason}")),
        };
        let part = |part, what| values::value(part, what, self.files, self.runtime);
        let compare = |found: &mut Vec<String>, expected, path: &str, actual: &Document, whole: bool| match expected {
            Ok(Some(expected)) if whole => found.extend(difference(path, &expected, actual)),
            Ok(Some(expected)) => found.extend(named(path, &expected, actual)),
            Ok(None) => {}
            Err(reason) => found.push(reason),
        };
        let payload = part(expect.payload.as_ref(), "expected payload").await;
        compare(found, payload, "payload", message.payload(), true);
        let attributes = part(expect.attributes.as_ref(), "expected attributes").await;
        compare(found, attributes, "attributes", message.attributes(), false);
        let variables = part(expect.variables.as_ref(), "expected variables").await;
        compare(found, variables, "variables", message.variables(), false);
        for condition in &expect.that {
            let text = condition.program().map_or("", |program| program.compiled.text.text()).trim();
            match condition.truth_in(self.runtime, &message).await {
                Ok(true) => {}
                Ok(false) => found.push(format!("that: `{text}` is not true")),
                Err(fault) => found.push(format!("that: `{text}` fails: {fault}")),
            }
        }
    }

    async fn response(&self, expected: &ExpectedResponse, found: &mut Vec<String>) {
        let Some(response) = &self.response else {
            return found.push("there is no response, because the case has no `request`".to_owned());
        };
        if let Some(status) = expected.status
            && status != response.status
        {
            let body = match &response.body {
                Document::None => String::new(),
                body => format!(", with the body {}", show(&body.entity_value().unwrap_or_else(|_| body.clone()))),
            };
            found.push(format!("response status: expected {status}, got {}{body}", response.status));
        }
        if let Some(headers) = &expected.headers {
            match headers.evaluate_in(self.runtime, &Message::default()).await {
                Ok(headers) => found.extend(header_difference(&headers, &response.headers)),
                Err(fault) => found.push(format!("expected headers: {fault}")),
            }
        }
        match values::value(expected.body.as_ref(), "expected body", self.files, self.runtime).await {
            Ok(Some(body)) => found.extend(difference("response body", &body, &response.body)),
            Ok(None) => {}
            Err(reason) => found.push(reason),
        }
    }
}

/// A message whose payload was read to its end, if it is produced while it is read.
async fn settled(mut message: Message) -> Result<Message, String> {
    let payload = items::settled(message.payload().clone()).await;
    message.set_payload(payload.map_err(|fault| fault.description.clone())?);
    Ok(message)
}

/// What is wrong with the error, or with its absence.
fn error(expected: Option<&ExpectedError>, fault: Option<&Fault>) -> Option<String> {
    let code = expected.and_then(|error| error.code.as_ref());
    match (code, fault) {
        (None, None) => None,
        (None, Some(fault)) => Some(format!("the run failed: {}", fault.render().trim_end())),
        (Some(code), None) => Some(format!("error: expected {code}, but the run succeeded")),
        (Some(code), Some(fault)) if *code != *fault.code => {
            Some(format!("error: expected {code}, got {}", fault.render().trim_end()))
        }
        (Some(code), Some(fault)) => {
            let description = expected.and_then(|error| error.description.as_ref())?;
            (*description != fault.description)
                .then(|| format!("error {code}: expected the description {description:?}, got {:?}", fault.description))
        }
    }
}

/// The first header that is not as expected. Names have no case; one value may stand for a list of one.
fn header_difference(expected: &Document, actual: &Document) -> Option<String> {
    let (Some(expected), Some(actual)) = (expected.as_dict(), actual.as_dict()) else {
        return Some("expected headers must be a dict".to_owned());
    };
    expected.iter().find_map(|(name, wanted)| {
        let name = name.as_str().unwrap_or_default();
        let found =
            actual.iter().find(|(known, _)| known.as_str().is_some_and(|known| known.eq_ignore_ascii_case(name)));
        let Some((_, values)) = found else {
            return Some(format!("response header {name} is missing, expected {}", show(wanted)));
        };
        let path = format!("response header {name}");
        match (wanted, values.as_list()) {
            (Document::List(_), _) | (_, None) => difference(&path, wanted, values),
            (_, Some([one])) => difference(&path, wanted, one),
            _ => difference(&path, wanted, values),
        }
    })
}

fn calls(id: &str, expected: &CallCount, actual: u32) -> Option<String> {
    if (expected.at_least..=expected.at_most).contains(&actual) {
        return None;
    }
    let times = |count: u32| if count == 1 { "once".to_owned() } else { format!("{count} times") };
    let wanted = match (expected.at_least, expected.at_most) {
        (least, most) if least == most => times(least),
        (least, u32::MAX) => format!("at least {}", times(least)),
        (0, most) => format!("at most {}", times(most)),
        (least, most) => format!("{least} to {most} times"),
    };
    Some(format!("calls: step {id} was executed {}, expected {wanted}", times(actual)))
}
