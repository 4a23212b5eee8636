//! The operations on state values.

use std::sync::Arc;
use std::time::SystemTime;

use dataway_lang::Document;

use super::store::{End, Kind, Store};
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params::ConfigRef;
use crate::{choices, params};

/// Characters of a field.
const LONGEST_FIELD: usize = 512;
/// Seconds of a day.
const DAY: i64 = 86_400;

choices! {
    /// An end of a list.
    pub enum ListEnd {
        /// The last element.
        Tail = "tail",
        /// The first element.
        Head = "head",
    }
}

impl ListEnd {
    fn end(self) -> End {
        match self {
            ListEnd::Tail => End::Tail,
            ListEnd::Head => End::Head,
        }
    }
}

params! {
    /// An operation on a state value.
    pub struct KeyParams {
        /// The value's configuration.
        "config" config: ConfigRef [config("state")],
    }
}

params! {
    /// Sets the value. The payload becomes `{"value": v}`.
    pub struct SetParams {
        /// The value's configuration.
        "config" config: ConfigRef [config("state")],
        /// Any core value up to 64 MiB but messages and streams.
        "value" value: Param,
    }
}

params! {
    /// Lets the value expire. The payload becomes None.
    pub struct ExpireParams {
        /// The value's configuration.
        "config" config: ConfigRef [config("state")],
        /// In how many days.
        "days" days: Param [int(1, 36_500)],
    }
}

params! {
    /// Adds to an end of a list. The payload becomes `{"value": v}`.
    pub struct PushParams {
        /// The list's configuration.
        "config" config: ConfigRef [config("state")],
        /// Any core value up to 64 MiB but messages and streams.
        "value" value: Param,
        /// Which end.
        "end" end: ListEnd [default("tail")],
    }
}

params! {
    /// The value at an end of a list. The payload becomes `{"value": v}`; of an empty list `{"value": None}`.
    pub struct EndParams {
        /// The list's configuration.
        "config" config: ConfigRef [config("state")],
        /// Which end.
        "end" end: ListEnd [default("tail")],
    }
}

params! {
    /// Sets a field of a hash. The payload becomes `{"key": field, "value": v}`.
    pub struct SetFieldParams {
        /// The hash's configuration.
        "config" config: ConfigRef [config("state")],
        /// At most 512 characters.
        "field" field: Param [text()],
        /// Any core value up to 64 MiB but messages and streams.
        "value" value: Param,
    }
}

params! {
    /// Asks for a field of a hash. The payload becomes `{"key": field, "value": v}`.
    pub struct FieldParams {
        /// The hash's configuration.
        "config" config: ConfigRef [config("state")],
        /// At most 512 characters.
        "field" field: Param [text()],
    }
}

/// The instance of a configuration: a key of the app's store.
#[derive(Debug)]
pub struct State {
    /// The store.
    pub store: Arc<Store>,
    /// The key.
    pub key: String,
}

/// What an operation does.
pub enum Operation {
    /// `state.set`
    Set(Param),
    /// `state.get`
    Get,
    /// `state.delete`
    Delete,
    /// `state.expire`
    Expire(Param),
    /// `state.list-push`
    Push(Param, ListEnd),
    /// `state.list-get`
    Peek(ListEnd),
    /// `state.list-pop`
    Pop(ListEnd),
    /// `state.list-length`
    Length,
    /// `state.hash-set`
    SetField(Param, Param),
    /// `state.hash-get`
    Field(Param),
    /// `state.hash-remove`
    RemoveField(Param),
    /// `state.hash-has`
    HasField(Param),
    /// `state.hash-size`
    Size,
}

/// A step on a state value.
pub struct StateStep {
    state: Arc<State>,
    operation: Operation,
}

impl StateStep {
    /// The step.
    ///
    /// # Errors
    /// That the configuration is not ready.
    pub fn new(config: &ConfigRef, operation: Operation, builder: &Builder<'_>) -> Result<StateStep, String> {
        Ok(StateStep { state: builder.resource(&config.name)?, operation })
    }

    async fn work(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let (store, key) = (&self.state.store, self.state.key.as_str());
        let since = run.clock().wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        let value = |value: Document| Document::dict([("value", value)]);
        let pair = |field: String, value: Document| Document::dict([("key", field.into()), ("value", value)]);
        let size = |count: i64| Document::dict([("size", count.into())]);
        Ok(match &self.operation {
            Operation::Set(param) => {
                let own = param.evaluate(run, message).await?;
                store.set(key, &own, now).await?;
                value(own)
            }
            Operation::Get => value(store.get(key, now).await?.unwrap_or_default()),
            Operation::Delete => {
                store.delete(key, now).await?;
                Document::None
            }
            Operation::Expire(days) => {
                let days = days.int(run, message, 1..=36_500).await?;
                store.expire(key, now.saturating_add(days * DAY), now).await?;
                Document::None
            }
            Operation::Push(param, end) => {
                let own = param.evaluate(run, message).await?;
                store.push(key, &own, end.end(), now).await?;
                value(own)
            }
            Operation::Peek(end) => value(store.peek(key, end.end(), false, now).await?.unwrap_or_default()),
            Operation::Pop(end) => value(store.peek(key, end.end(), true, now).await?.unwrap_or_default()),
            Operation::Length => size(store.count(key, Kind::List, now).await?),
            Operation::SetField(field, param) => {
                let field = field_name(field, run, message).await?;
                let own = param.evaluate(run, message).await?;
                store.set_field(key, &field, &own, now).await?;
                pair(field, own)
            }
            Operation::Field(field) => {
                let field = field_name(field, run, message).await?;
                let own = store.field(key, &field, now).await?.unwrap_or_default();
                pair(field, own)
            }
            Operation::RemoveField(field) => {
                let field = field_name(field, run, message).await?;
                let removed = store.remove_field(key, &field, now).await?;
                pair(field, removed.into())
            }
            Operation::HasField(field) => {
                let field = field_name(field, run, message).await?;
                let has = store.field(key, &field, now).await?.is_some();
                pair(field, has.into())
            }
            Operation::Size => size(store.count(key, Kind::Hash, now).await?),
        })
    }
}

async fn field_name(param: &Param, run: &Run, message: &Message) -> Result<String, Fault> {
    let field = param.text(run, message).await?;
    if field.chars().count() > LONGEST_FIELD {
        return Err(Fault::wrong_type(format!("`field` has more than {LONGEST_FIELD} characters")));
    }
    Ok(field)
}

impl Component for StateStep {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.work(run, &message).await.map(|payload| message.set_payload(payload));
            StepEnd::of(result, message)
        })
    }
}
