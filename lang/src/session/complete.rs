//! What a text that is being typed may go on with: names, members behind a dot, keys behind a bracket.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::Session;
use super::receiver::Known;
use crate::builtins::{self, attribute, reference};
use crate::syntax;
use crate::value::interrupt;
use crate::value::{TypeDesc, Value, types};

/// What may stand at a place.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where the text that they replace begins; it ends at the cursor.
    pub start: usize,
    /// The candidates in order.
    pub candidates: Vec<String>,
}

/// Longest time that the look at data may take.
const PATIENCE: Duration = Duration::from_millis(300);
/// Most keys of a dict that are offered.
const MOST_KEYS: usize = 200;

impl Session {
    /// What may stand before `position` (a byte offset) in `text`. Nothing of the text is run.
    pub fn complete(&mut self, text: &str, position: usize) -> Completions {
        let Some(before) = text.get(..position) else { return Completions::default() };
        // An Entity may have to be parsed, which must not stop somebody from typing.
        let _guard = interrupt::guard(Some(Instant::now() + PATIENCE), None);
        if let Some(found) = self.keys(before) {
            return found;
        }
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
            .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
        let (head, prefix) = before.split_at(start);
        let names = match head.trim_end().strip_suffix('.') {
            Some(operand) => self.members(operand),
            None => self.names(),
        };
        let visible = |name: &String| name.starts_with(prefix) && (prefix.starts_with('_') || !name.starts_with('_'));
        Completions { start, candidates: names.into_iter().filter(visible).collect() }
    }

    /// Variables, keywords and built-in names.
    fn names(&self) -> BTreeSet<String> {
        let values = self.globals.borrow();
        let bound = self.names.iter().zip(values.iter()).filter(|(_, value)| !value.is_unbound());
        let mut names: BTreeSet<String> = bound.map(|(name, _)| name.to_string()).collect();
        names.extend(syntax::keywords().map(str::to_owned));
        names.extend(reference::names().map(str::to_owned));
        names
    }

    /// The members of what stands before a dot.
    fn members(&mut self, operand: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        match self.receiver(operand) {
            Some(Known::Value(Value::Module(module))) => {
                names.extend(module.functions.iter().map(|function| function.name().to_owned()));
                names.extend(module.types.iter().map(|(name, ..)| (*name).to_owned()));
                names.extend(module.constants.iter().map(|constant| constant.name.to_owned()));
                names.extend(module.modules.iter().map(|(name, _)| (*name).to_owned()));
            }
            Some(Known::Value(Value::Type(class))) => class_members(class, &mut names),
            Some(Known::Value(value)) => {
                if let Value::Function(function) = &value
                    && let Value::Dict(attributes) = &*function.attributes.borrow()
                {
                    names.extend(attributes.items().iter().map(|(name, _)| name.to_display()));
                }
                class_members(value.type_of(), &mut names);
            }
            Some(Known::Instance(class)) => class_members(class, &mut names),
            Some(Known::Member(_)) => class_members(&types::BUILTIN, &mut names),
            None => {}
        }
        names
    }

    /// Keys of a mapping whose subscript is being typed: `data['na`.
    fn keys(&mut self, before: &str) -> Option<Completions> {
        let at = before.rfind(['\'', '"'])?;
        let (head, typed) = before.split_at(at);
        let quote = typed.chars().next()?;
        let prefix = typed.get(1..)?;
        let operand = head.strip_suffix('[')?;
        let Known::Value(container) = self.receiver(operand)? else { return None };
        let container = match container {
            Value::Entity(entity) => entity.value().ok()?,
            other => other,
        };
        let keys: Vec<Value> = match &container {
            Value::Dict(dict) => builtins::dict::first_keys(dict, MOST_KEYS),
            Value::MultiMap(map) => map.to_vec().into_iter().take(MOST_KEYS).map(|(key, _)| key).collect(),
            _ => return None,
        };
        let plain = |key: &str| !key.contains(['\'', '"', '\\']) && !key.chars().any(char::is_control);
        let fitting = keys.iter().filter_map(Value::as_str).filter(|key| key.starts_with(prefix) && plain(key));
        let candidates = fitting.map(|key| format!("{quote}{key}{quote}]")).collect();
        Some(Completions { start: at, candidates })
    }
}

/// What a script can reach behind a dot on an instance of a type.
fn class_members(class: &'static TypeDesc, names: &mut BTreeSet<String>) {
    let members = reference::member_names(class).into_iter().filter(|name| !attribute::is_hidden(name));
    names.extend(members.map(str::to_owned));
}
