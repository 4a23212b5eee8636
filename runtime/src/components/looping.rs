//! What the loops share: collections, and the variables that a loop gives to its body (part 2, section 2).

use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::document::stream::{CONSUMED, Source, Taken};
use dataway_lang::value::Value;
use dataway_lang::value::text::offset_from;
use dataway_lang::vm::Vm;

use crate::engine::{Run, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};

/// What a loop goes over.
pub struct Collection {
    items: Items,
    at: usize,
}

enum Items {
    List(Arc<dataway_lang::document::Items>),
    Values(Arc<dataway_lang::document::Dict>),
    Flat(Vec<Document>),
    Text(Document),
    Range(i64),
    Stream(Option<Box<dyn Source>>),
}

impl Collection {
    /// The collection that a parameter gives.
    ///
    /// # Errors
    /// The fault of an expression; `CORE:TYPE` for what is no collection.
    pub async fn evaluate(param: &Param, run: &Run, message: &Message) -> Result<Collection, Fault> {
        let form = param.form.clone();
        let work = move |vm: &mut Vm, message: Value| match form.evaluate(vm, &message)? {
            Value::Entity(entity) => entity.value(),
            other => Ok(other),
        };
        // A payload that is a stream is not touched by an evaluation, lest it become a list.
        let value = match (message.payload(), param.program()) {
            (stream @ Document::Stream(_), Some(program)) if program.compiled.text.text().trim() == "msg.payload" => {
                stream.clone()
            }
            _ => param.compute(run, message, work).await?,
        };
        let items = match value {
            Document::List(items) => Items::List(items),
            Document::Dict(dict) => Items::Values(dict),
            Document::MultiMap(map) => {
                let values = map.values().iter().filter_map(Document::as_list).flatten();
                Items::Flat(values.cloned().collect())
            }
            Document::Int(n) if n >= 0 => Items::Range(n),
            Document::Short(_) | Document::Text(_) => Items::Text(value),
            Document::Stream(stream) => match stream.take() {
                Taken::Source(source) => Items::Stream(Some(source)),
                Taken::List(Document::List(items)) => Items::List(items),
                Taken::List(_) | Taken::Consumed => {
                    return Err(Fault::new("DATAWAY:RUNTIME", format!("RuntimeError: {CONSUMED}")));
                }
            },
            other => {
                let kind = other.type_name();
                return Err(Fault::wrong_type(format!(
                    "`collection` must be a list, dict, MultiMap, str, an int that is not negative or a stream, not {kind}"
                )));
            }
        };
        Ok(Collection { items, at: 0 })
    }

    /// Bytes that the collection keeps alive, about.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.items {
            Items::List(items) => Document::List(items.clone()).size(),
            Items::Values(dict) => Document::Dict(dict.clone()).size(),
            Items::Flat(items) => items.iter().fold(0, |sum, item| sum.saturating_add(item.size())),
            Items::Text(text) => text.size(),
            Items::Range(_) | Items::Stream(_) => 0,
        }
    }

    /// The next element, `None` at the end.
    ///
    /// # Errors
    /// What a stream reports.
    pub async fn next(&mut self) -> Result<Option<Document>, Fault> {
        let at = self.at;
        self.at += 1;
        Ok(match &mut self.items {
            Items::List(items) => items.get(at).cloned(),
            Items::Values(dict) => dict.values().get(at).cloned(),
            Items::Flat(items) => items.get(at).cloned(),
            Items::Range(n) => i64::try_from(at).ok().filter(|at| at < n).map(Document::Int),
            Items::Text(text) => {
                // Here the place is an offset.
                let bytes = text.text_bytes().unwrap_or_default();
                let end = offset_from(bytes, at, 1);
                self.at = end;
                bytes.get(at..end).filter(|one| !one.is_empty()).map(Document::text)
            }
            Items::Stream(slot) => {
                let Some(mut source) = slot.take() else { return Ok(None) };
                let read = apart(move |_| {
                    let item = source.next().map_err(|reason| Fault::new("CORE:RUNTIME", reason))?;
                    Ok((item, source))
                });
                let (item, source) = read.await?;
                if item.is_some() {
                    *slot = Some(source);
                }
                item
            }
        })
    }
}

/// The names of the variables that a loop gives to its body, with what they held before.
pub struct LoopVariables<'a> {
    counter: Option<(&'a str, Option<Document>)>,
    root: (&'a str, Option<Document>),
    message: Document,
}

impl<'a> LoopVariables<'a> {
    /// The variables of a loop that `input` entered.
    #[must_use]
    pub fn new(counter: Option<&'a str>, root: &'a str, input: &Message) -> LoopVariables<'a> {
        let before = |name: &str| input.variable(name).cloned();
        LoopVariables {
            counter: counter.map(|name| (name, before(name))),
            root: (root, before(root)),
            message: input.to_document(),
        }
    }

    /// Gives them to a turn.
    pub fn set(&self, message: &mut Message, turn: usize) {
        if let Some((name, _)) = &self.counter {
            message.set_variable(name, turn.into());
        }
        message.set_variable(self.root.0, self.message.clone());
    }

    /// Gives the names back what they held before the loop.
    #[must_use]
    pub fn restore(&self, mut message: Message) -> Message {
        if let Some((name, before)) = &self.counter {
            message.restore_variable(name, before.clone());
        }
        message.restore_variable(self.root.0, self.root.1.clone());
        message
    }
}

/// The message of one turn or element: no attributes, no error, the given variables, the ids of the loop's input.
#[must_use]
pub fn turn(input: &Message, payload: Document, variables: Document) -> Message {
    let mut message = Message::new(payload, Document::None, variables);
    message.set_ids(input.shared().id.clone(), input.shared().seq_id.clone());
    message
}
