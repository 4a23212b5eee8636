//! What users of the JSON reader decide, and what they are told when it fails.

use super::{number, strings};
use crate::value::interrupt::Stop;
use crate::value::{Dict, List, R, Raise, Ref, Value};

/// Why reading failed.
#[derive(Debug)]
pub enum Trouble {
    /// The text is no JSON.
    Syntax {
        /// What is wrong, in CPython's words.
        what: &'static str,
        /// Byte offset of the place.
        at: usize,
    },
    /// Nested deeper than [`Rules::depth`].
    TooDeep {
        /// Byte offset of the bracket that is one too many.
        at: usize,
        /// Whether that is an object.
        object: bool,
    },
    /// A rule raised an exception, or the run must end.
    Raise(Raise),
}

impl Trouble {
    /// The same trouble in a text that has `by` bytes more in front.
    #[must_use]
    pub fn moved(self, by: usize) -> Trouble {
        match self {
            Trouble::Syntax { what, at } => Trouble::Syntax { what, at: at + by },
            Trouble::TooDeep { at, object } => Trouble::TooDeep { at: at + by, object },
            Trouble::Raise(raise) => Trouble::Raise(raise),
        }
    }
}

impl From<Raise> for Trouble {
    fn from(raise: Raise) -> Self {
        Trouble::Raise(raise)
    }
}

impl From<strings::Fault> for Trouble {
    fn from(fault: strings::Fault) -> Self {
        match fault {
            strings::Fault::Syntax { what, at } => Trouble::Syntax { what, at },
            strings::Fault::Stop(stop) => stop.into(),
        }
    }
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        Trouble::Raise(stop.into())
    }
}

/// What a user of the reader decides. The defaults are those of Entities.
pub trait Rules {
    /// Whether numbers are made by the reader itself and not by [`Rules::int`] and [`Rules::float`].
    const PLAIN_NUMBERS: bool = true;
    /// Whether objects go through [`Rules::object`].
    const OBJECT_HOOK: bool = false;
    /// Whether objects go through [`Rules::pairs`], which goes before [`Rules::object`].
    const PAIRS_HOOK: bool = false;

    /// Whether control characters in strings are errors.
    fn strict(&self) -> bool {
        true
    }

    /// Deepest nesting.
    fn depth(&self) -> usize {
        1000
    }

    /// The value of `NaN`, `Infinity` or `-Infinity`; `None` if they are errors.
    ///
    /// # Errors
    /// What a hook raises.
    fn constant(&mut self, name: &'static str) -> R<Option<Value>> {
        let _ = name;
        Ok(None)
    }

    /// The value of an integer.
    ///
    /// # Errors
    /// What a hook raises.
    fn int(&mut self, text: &[u8]) -> R {
        number::big(text)
    }

    /// The value of a number with a fraction or an exponent.
    ///
    /// # Errors
    /// What a hook raises.
    fn float(&mut self, text: &[u8]) -> R {
        Ok(Value::Float(number::float(text)))
    }

    /// What stands for an object.
    ///
    /// # Errors
    /// What a hook raises.
    fn object(&mut self, dict: Ref<Dict>) -> R {
        Ok(Value::Dict(dict))
    }

    /// What stands for an object, from the list of its key-value tuples.
    ///
    /// # Errors
    /// What a hook raises.
    fn pairs(&mut self, pairs: Ref<List>) -> R {
        Ok(Value::List(pairs))
    }
}

/// The rules of Entities.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl Rules for Plain {}
