//! What travels through a flow: messages, and the failures that end their way.
//!
//! A [`Message`] is immutable for everybody but its owner: clones share everything, and a change copies only the part that
//! changes. A [`Fault`] is what flows see as `{Code, Description}` together with what the run log wants to know; codes and
//! their parents are in one table. Flows specification, part 2, sections 1 and 5.

mod codes;
mod fault;

use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::document::{self, Attributes};

pub use codes::{CODES, CodeDesc, LOST};
pub use fault::{Details, Fault, Pattern, Place};

/// A message between two steps. Cloning costs a counter.
#[derive(Debug, Clone, Default)]
pub struct Message(Arc<document::Message>);

impl Message {
    /// A message of payload, attributes (dict or MultiMap; `None`: empty) and variables (dict; `None`: empty).
    #[must_use]
    pub fn new(payload: Document, attributes: impl Into<Attributes>, variables: Document) -> Message {
        let attributes = attributes.into();
        Message(Arc::new(document::Message { payload, attributes, variables, ..document::Message::default() }))
    }

    /// The message as programs take it.
    #[must_use]
    pub fn shared(&self) -> &Arc<document::Message> {
        &self.0
    }

    /// The message as a value, such as a root message in a variable.
    #[must_use]
    pub fn to_document(&self) -> Document {
        Document::Message(Arc::clone(&self.0))
    }

    /// The main datum.
    #[must_use]
    pub fn payload(&self) -> &Document {
        &self.0.payload
    }

    /// The metadata.
    #[must_use]
    pub fn attributes(&self) -> &Document {
        &self.0.attributes
    }

    /// All variables.
    #[must_use]
    pub fn variables(&self) -> &Document {
        &self.0.variables
    }

    /// A variable.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Document> {
        self.0.variables.get(name)
    }

    /// The error that a `catch` around the step handles, else `None`.
    #[must_use]
    pub fn error(&self) -> &Document {
        &self.0.error
    }

    /// Whether an error is being handled.
    #[must_use]
    pub fn is_throwing(&self) -> bool {
        self.0.is_throwing
    }

    /// About how much memory the parts keep alive, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size()
    }

    fn parts(&mut self) -> &mut document::Message {
        Arc::make_mut(&mut self.0)
    }

    /// Replaces the payload.
    pub fn set_payload(&mut self, payload: Document) {
        self.parts().payload = payload;
    }

    /// The same message with another payload.
    #[must_use]
    pub fn with_payload(mut self, payload: Document) -> Message {
        self.set_payload(payload);
        self
    }

    /// Replaces all attributes.
    pub fn set_attributes(&mut self, attributes: Document) {
        self.parts().attributes = attributes.into();
    }

    /// Replaces all variables.
    pub fn set_variables(&mut self, variables: Document) {
        self.parts().variables = variables;
    }

    /// Sets one variable.
    pub fn set_variable(&mut self, name: &str, value: Document) {
        self.parts().variables.set(name, value);
    }

    /// Sets a variable, or removes it for `None`: gives back to it what it held before.
    pub fn restore_variable(&mut self, name: &str, value: Option<Document>) {
        match value {
            Some(value) => self.set_variable(name, value),
            None => self.remove_variable(name),
        }
    }

    /// Removes a variable; nothing happens if it is absent.
    pub fn remove_variable(&mut self, name: &str) {
        if self.variable(name).is_some() {
            self.parts().variables.remove(name);
        }
    }

    /// Puts an error in force, and says that it is being handled; `None` ends that.
    pub fn set_error(&mut self, error: Document) {
        if self.0.error.is_none() && error.is_none() {
            return;
        }
        let parts = self.parts();
        parts.is_throwing = !error.is_none();
        parts.error = error;
    }

    /// The same message with the error in force that another one has.
    #[must_use]
    pub fn with_error_of(mut self, other: &Message) -> Message {
        self.set_error(other.error().clone());
        self
    }

    /// Gives the message the ids of its run.
    pub fn set_ids(&mut self, id: Document, job: Document) {
        let parts = self.parts();
        parts.id = id;
        parts.seq_id = job;
    }
}

/// A step that failed: what went wrong, and the message to which it happened.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub fault: Fault,
    /// The failed message (part 2, section 5.1).
    pub message: Message,
}

impl Failure {
    /// The failed message as error expressions see it: with the error in force.
    #[must_use]
    pub fn to_message(&self) -> Message {
        let mut message = self.message.clone();
        message.set_error(self.fault.to_document());
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_do_not_reach_clones() {
        let mut one = Message::new("p".into(), Document::None, Document::None);
        one.set_variable("a", 1i64.into());
        let before = one.clone();
        one.set_variable("a", 2i64.into());
        one.set_variable("b", 3i64.into());
        one.remove_variable("absent");
        one.set_error(Fault::new("CORE:TYPE", "x").to_document());
        assert_eq!(before.variable("a").and_then(Document::as_int), Some(1));
        assert!(before.variable("b").is_none() && before.error().is_none() && !before.is_throwing());
        one.restore_variable("a", before.variable("a").cloned());
        one.restore_variable("b", before.variable("b").cloned());
        assert!(one.variables() == before.variables() && one.is_throwing());
        assert_eq!(one.with_error_of(&before).error().as_str(), None);
    }
}
