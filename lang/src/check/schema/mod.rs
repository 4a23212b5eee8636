//! JSON Schema (drafts 2020-12 and 07) on values: whether data is what a schema says, and if not, where and why.
//!
//! A [`Schema`] is made once and holds no value of any run. References must be local (`#…`). `format` is an annotation, as the draft has it, unless the
//! host wants it asserted; `unevaluatedItems` and `unevaluatedProperties` are refused, because ignoring them would accept too much.
//!
//! | room | keywords |
//! |---|---|
//! | `validator` | the way through a schema; those that join schemas |
//! | `containers` | of arrays and objects |
//! | `scalars` | of all values, of numbers and of texts |
//! | `references` | what a reference leads to |

mod containers;
mod references;
mod scalars;
#[cfg(test)]
mod tests;
mod validator;

use std::collections::HashMap;

use crate::document::{Dict, Document};
use crate::input::Datum;
use crate::modules::re::engine::Pattern;
use crate::value::exceptions::entity_error;
use crate::value::interrupt::checkpoint;
use crate::value::{R, Raise, Value, heap};
use references::resolve;
use validator::Validator;

/// Why data does not fit a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What is wrong there.
    pub reason: String,
}

/// A schema that is ready for use: parsed, its references and patterns checked. Threads can share it.
#[derive(Debug)]
pub struct Schema {
    root: Document,
    /// The compiled patterns by their text.
    patterns: HashMap<Box<[u8]>, Pattern>,
}

impl Schema {
    /// A schema from its JSON text, outside of any run.
    ///
    /// # Errors
    /// Why it cannot be used, whatever the data.
    pub fn parse(text: &str) -> Result<Schema, String> {
        let _session = heap::Session::begin(None);
        let made = Datum::json(text).to_value().and_then(|schema| Schema::of(&schema));
        made.map_err(|raise| raise.0.arguments().first().map(Value::to_display).unwrap_or_default())
    }

    /// The schema that a value is.
    ///
    /// # Errors
    /// `EntityError` for a schema that cannot be used, or a limit.
    pub fn of(schema: &Value) -> R<Schema> {
        let mut made = Schema { root: Document::from_value(schema)?, patterns: HashMap::new() };
        let mut open = vec![&made.root];
        while let Some(part) = open.pop() {
            checkpoint(1)?;
            if let Some(list) = part.as_list() {
                open.extend(list);
            }
            for (key, rule) in entries(part) {
                let keyword = key.as_str().unwrap_or_default();
                match (keyword, rule.text_bytes()) {
                    ("$ref" | "$dynamicRef", Some(_)) => drop(resolve(&made.root, rule)?),
                    ("pattern", Some(pattern)) => drop(made.patterns.insert(pattern.into(), compiled(pattern)?)),
                    // Data that only looks like a schema.
                    ("const" | "enum" | "default" | "examples", _) => {}
                    _ => open.push(rule),
                }
                if keyword == "patternProperties" {
                    for (pattern, _) in entries(rule) {
                        let pattern = pattern.text_bytes().unwrap_or_default();
                        made.patterns.insert(pattern.into(), compiled(pattern)?);
                    }
                }
            }
        }
        Ok(made)
    }

    /// Validates data; `None` if it fits.
    ///
    /// # Errors
    /// `EntityError` for a schema that cannot be used, or a limit.
    pub fn validate(&self, data: &Value) -> R<Option<Problem>> {
        Validator::of(self).check(&self.root, data, "")
    }

    /// Validates data with `format` asserted; gives what is wrong, at most `most` findings.
    ///
    /// # Errors
    /// As [`Schema::validate`].
    pub fn validate_all(&self, data: &Value, most: usize) -> R<Vec<Problem>> {
        let validator = Validator { formats: true, most, ..Validator::of(self) };
        let last = validator.check(&self.root, data, "")?;
        let mut problems = validator.kept.into_inner();
        problems.extend(last);
        Ok(problems)
    }
}

/// Nothing, or what is wrong.
type Found = R<Option<Problem>>;

fn problem(pointer: &str, reason: impl Into<String>) -> Found {
    Ok(Some(Problem { pointer: pointer.to_owned(), reason: reason.into() }))
}

fn unusable(what: &str) -> Raise {
    entity_error(format!("the JSON Schema cannot be used: {what}"))
}

/// The items of an object.
fn entries(document: &Document) -> impl Iterator<Item = (&Document, &Document)> {
    document.as_dict().into_iter().flat_map(Dict::iter)
}

fn compiled(pattern: &[u8]) -> R<Pattern> {
    Pattern::compile(pattern, true, 0)
        .map_err(|_| unusable(&format!("the pattern {} is no regular expression", String::from_utf8_lossy(pattern))))
}

/// A key as a step of a JSON pointer.
fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}
