//! Streams between steps: a payload that a connector produces while it is read, at most once (spec 7.3).

use std::sync::{Arc, Mutex, PoisonError};

use super::Document;

/// Gives the items of a stream.
pub trait Source: Send {
    /// The next item, `None` at the end. May block: a host calls it where blocking is allowed.
    ///
    /// # Errors
    /// Why no further item can be produced, for the user.
    fn next(&mut self) -> Result<Option<Document>, String>;
}

/// How far a stream has been used.
enum State {
    /// Nobody has looked at it.
    Unread(Box<dyn Source>),
    /// Its items go, or went, to one reader.
    Taken,
    /// It was made a list, which everybody uses from then on.
    List(Document),
}

/// What a reader of a stream gets.
pub enum Taken {
    /// The items, as they come.
    Source(Box<dyn Source>),
    /// The list that somebody made of them.
    List(Document),
    /// Nothing: somebody else has read them.
    Consumed,
}

/// A payload that is produced while it is read.
pub struct Stream {
    state: Mutex<State>,
}

impl Stream {
    /// A stream of what `source` gives.
    #[must_use]
    pub fn document(source: Box<dyn Source>) -> Document {
        Document::Stream(Arc::new(Stream { state: Mutex::new(State::Unread(source)) }))
    }

    /// Takes the items for reading; the next one who asks finds the stream consumed, unless [`Stream::settle`] follows.
    #[must_use]
    pub fn take(&self) -> Taken {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Taken) {
            State::Unread(source) => Taken::Source(source),
            State::Taken => Taken::Consumed,
            State::List(list) => {
                *state = State::List(list.clone());
                Taken::List(list)
            }
        }
    }

    /// Gives everybody who asks from now on the list that was made of the items.
    pub fn settle(&self, list: Document) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::List(list);
    }

    /// The list of all items. Blocks while they are produced.
    ///
    /// # Errors
    /// That of the source, or that the stream was consumed.
    pub fn list(&self) -> Result<Document, String> {
        let mut source = match self.take() {
            Taken::Source(source) => source,
            Taken::List(list) => return Ok(list),
            Taken::Consumed => return Err(CONSUMED.to_owned()),
        };
        let mut items = Vec::new();
        while let Some(item) = source.next()? {
            items.push(item);
        }
        let list = Document::list(items);
        self.settle(list.clone());
        Ok(list)
    }
}

/// What a second reader is told.
pub const CONSUMED: &str = "stream payload was already consumed";
