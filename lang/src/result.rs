//! What a program may return (spec 7.1, 7.2). Conversion to the type that a parameter wants is in [`target`].

pub mod target;

use std::collections::HashMap;

pub use target::{Target, convert};

use crate::builtins::{entity, iterate, repr};
use crate::mime::place::scalar_repr;
use crate::value::exceptions::{RESULT_ERROR, Raise};
use crate::value::flow::Part;
use crate::value::interrupt::{Stop, checkpoint};
use crate::value::{Bytes, Cx, Dict, HVec, Message, MultiMap, R, Ref, TypeDesc, Value, types};

/// Deepest nesting of a result. Whatever writes it has a lower bound of its own.
const DEPTH: usize = 10_000;

/// The end of a run: applies `config`, makes a generator a list, checks the value and its estimated size.
///
/// # Errors
/// What the generator raises, `ResultError`, or a stop for a result beyond `limit` bytes.
pub fn finish(cx: &mut Cx<'_>, value: Value, limit: Option<usize>) -> R {
    let value = match value {
        Value::Generator(_) => Value::list(iterate::collect(cx, &value)?),
        value => value,
    };
    let value = entity::apply_config(cx, value)?;
    let value = check(cx, &value)?;
    if let Some(limit) = limit {
        let mut left = limit;
        if estimate(&value, &mut left)?.is_none() {
            let stop = Raise::from(Stop::Memory);
            drop(stop.0.args.replace(Value::tuple([Value::str("the result exceeds its size limit")])));
            return Err(stop);
        }
    }
    Ok(value)
}

/// Converts a returned value to core types. What is core already is not copied.
///
/// # Errors
/// `ResultError` with the path of the first element that cannot be returned.
pub fn check(cx: &mut Cx<'_>, value: &Value) -> R {
    if !may_change(value) {
        return Ok(value.clone());
    }
    let mut checker = Checker { cx, path: Vec::new(), shared: HashMap::new() };
    Ok(checker.convert(value)?.unwrap_or_else(|| value.clone()))
}

/// A step from a container to an element.
enum Step {
    Key(Value),
    Index(usize),
    Part(&'static str),
}

/// Most steps of a path that an error shows.
const LONGEST_PATH: usize = 20;

/// What is known of a container that more than one value refers to.
enum Shared {
    /// It is being looked at: meeting it again is a cycle.
    Open,
    /// What it became; `None` if it stays.
    Done(Option<Value>),
}

struct Checker<'c, 'm> {
    cx: &'c mut Cx<'m>,
    path: Vec<Step>,
    /// Shared containers by identity. A container that only its parent refers to is met once.
    shared: HashMap<usize, Shared>,
}

impl Checker<'_, '_> {
    /// What a value becomes; `None` if it stays.
    fn convert(&mut self, value: &Value) -> R<Option<Value>> {
        match value {
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Big(_)
            | Value::Float(_)
            | Value::Short(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::Decimal(_)
            | Value::DateTime(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Entity(_) => Ok(None),
            Value::ByteArray(array) => Ok(Some(Value::Bytes(Bytes::from_slice(&array.bytes.borrow())))),
            Value::List(list) => self.container(value, Ref::is_unique(list)),
            Value::Tuple(tuple) => self.container(value, Ref::is_unique(tuple)),
            Value::Dict(dict) => self.container(value, Ref::is_unique(dict)),
            Value::MultiMap(map) => self.container(value, Ref::is_unique(map)),
            Value::Message(message) => self.container(value, Ref::is_unique(message)),
            Value::Native(native) => {
                if is_core(native.object.class()) {
                    return Ok(None);
                }
                match native.object.to_core(self.cx) {
                    Some(core) => {
                        let core = core?;
                        Ok(Some(self.convert(&core)?.unwrap_or(core)))
                    }
                    None => Err(self.refuse(value)),
                }
            }
            _ => Err(self.refuse(value)),
        }
    }

    fn container(&mut self, value: &Value, unique: bool) -> R<Option<Value>> {
        checkpoint(4)?;
        if self.path.len() >= DEPTH {
            return Err(self.error(&format!("nested deeper than {DEPTH} levels")));
        }
        let id = if unique { None } else { value.identity() };
        if let Some(id) = id {
            match self.shared.insert(id, Shared::Open) {
                None => {}
                Some(Shared::Open) => return Err(self.error("cannot return a container that contains itself")),
                Some(Shared::Done(known)) => {
                    self.shared.insert(id, Shared::Done(known.clone()));
                    return Ok(known);
                }
            }
        }
        let made = if self.path.len() % 16 == 15 {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.elements(value))?
        } else {
            self.elements(value)?
        };
        if let Some(id) = id {
            self.shared.insert(id, Shared::Done(made.clone()));
        }
        Ok(made)
    }

    fn elements(&mut self, value: &Value) -> R<Option<Value>> {
        match value {
            // Converting runs no script code, so nothing changes the container while it is borrowed.
            Value::List(list) => self.sequence(&list.items.borrow()).map(|changed| changed.map(Value::list)),
            Value::Tuple(tuple) => {
                let changed = self.sequence(&tuple.items)?;
                Ok(Some(Value::list(changed.unwrap_or_else(|| tuple.items.clone()))))
            }
            // What the host keeps is nothing that it could not take back.
            Value::Dict(dict) if dict.held().is_some() => Ok(None),
            Value::Dict(dict) => self.dict(dict),
            Value::MultiMap(map) => self.map(map),
            Value::Message(message) => self.message(message),
            _ => Ok(None),
        }
    }

    fn element(&mut self, step: impl FnOnce() -> Step, value: &Value) -> R<Option<Value>> {
        if !may_change(value) {
            return Ok(None);
        }
        self.path.push(step());
        let made = self.convert(value)?;
        self.path.pop();
        Ok(made)
    }

    fn sequence(&mut self, items: &[Value]) -> R<Option<HVec<Value>>> {
        let mut changed: Option<HVec<Value>> = None;
        for (n, item) in items.iter().enumerate() {
            checkpoint(1)?;
            if let Some(new) = self.element(|| Step::Index(n), item)? {
                let copy = changed.get_or_insert_with(|| HVec::from_slice(items));
                if let Some(slot) = copy.get_mut(n) {
                    *slot = new;
                }
            }
        }
        Ok(changed)
    }

    fn dict(&mut self, dict: &Ref<Dict>) -> R<Option<Value>> {
        let mut changed = dict.special.is_some().then(|| dict.copy());
        // The keys of a shape are texts.
        let looked = dict.with_shape(|shape, values| {
            checkpoint(values.len() as u64 * 2)?;
            for (n, value) in values.iter().enumerate().filter(|(_, value)| may_change(value)) {
                let key = || shape.key(n).cloned().unwrap_or_default();
                if let Some(new) = self.element(|| Step::Key(key()), value)? {
                    changed.get_or_insert_with(|| dict.copy()).set(key(), new)?;
                }
            }
            Ok(())
        });
        if let Some(looked) = looked {
            return looked.map(|()| changed.map(Value::Dict));
        }
        dict.each(|key, value| {
            checkpoint(2)?;
            if !is_core_key(key) {
                return Err(self.refuse_key(key));
            }
            if let Some(new) = self.element(|| Step::Key(key.clone()), value)? {
                changed.get_or_insert_with(|| dict.copy()).set(key.clone(), new)?;
            }
            Ok(())
        })?;
        Ok(changed.map(Value::Dict))
    }

    fn map(&mut self, map: &Ref<MultiMap>) -> R<Option<Value>> {
        let mut any = false;
        let copy = MultiMap::new();
        for (key, values) in map.to_vec() {
            if !is_core_key(&key) {
                return Err(self.refuse_key(&key));
            }
            self.path.push(Step::Key(key.clone()));
            let several = values.len() > 1;
            let mut made = HVec::with_capacity(values.len());
            for (n, value) in values.iter().enumerate() {
                let new = if several { self.element(|| Step::Index(n), value)? } else { self.convert(value)? };
                any |= new.is_some();
                made.push(new.unwrap_or_else(|| value.clone()));
            }
            self.path.pop();
            copy.set(key, Value::list(made))?;
        }
        Ok(any.then_some(Value::MultiMap(copy)))
    }

    fn message(&mut self, message: &Ref<Message>) -> R<Option<Value>> {
        for (name, part) in [("payload", Part::Payload), ("vars", Part::Vars), ("attrs", Part::Attrs)] {
            // What the host handed in and nobody looked at is core.
            if message.untouched(part).is_some() {
                continue;
            }
            let value = message.get(part)?;
            if let Some(new) = self.element(|| Step::Part(name), &value)? {
                // The run is over: nobody else sees its view of the message.
                message.set(part, new);
            }
        }
        Ok(None)
    }

    fn place(&self) -> String {
        let mut text = String::from("result");
        // The beginning of a very long path tells enough.
        let hidden = self.path.len().saturating_sub(LONGEST_PATH);
        for step in self.path.iter().take(LONGEST_PATH) {
            match step {
                Step::Index(n) => text.push_str(&format!("[{n}]")),
                Step::Part(name) => text.push_str(&format!(".{name}")),
                Step::Key(key) => text.push_str(&format!("[{}]", scalar_repr(key))),
            }
        }
        if hidden > 0 {
            text.push_str(&format!("… ({hidden} levels deeper)"));
        }
        text
    }

    #[cold]
    fn error(&self, what: &str) -> Raise {
        Raise::new(&RESULT_ERROR, format!("{}: {what}", self.place()))
    }

    #[cold]
    fn refuse(&mut self, value: &Value) -> Raise {
        let hint = match value {
            Value::Set(_) => "; use sorted(...) or list(...)",
            Value::View(_) | Value::Iter(_) | Value::Generator(_) | Value::Range(_) => "; use list(...)",
            _ => "",
        };
        self.error(&format!("cannot return a value of type '{}'{hint}", value.type_of().qualified()))
    }

    #[cold]
    fn refuse_key(&mut self, key: &Value) -> Raise {
        let shown = match repr::repr(self.cx, key) {
            Ok(text) => text.to_display(),
            Err(raise) if raise.stop().is_some() => return raise,
            Err(_) => String::new(),
        };
        let kind = key.type_of().qualified();
        Raise::new(&RESULT_ERROR, format!("{} key {shown}: cannot return a key of type '{kind}'", self.place()))
    }
}

/// Whether converting may change or refuse the value.
#[inline]
fn may_change(value: &Value) -> bool {
    !matches!(
        value,
        Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Short(_)
            | Value::Str(_)
            | Value::Bytes(_)
    )
}

/// Library objects that are core types.
fn is_core(class: &'static TypeDesc) -> bool {
    [&types::FORM_DATA_PARTS, &types::DATASET, &types::RECORD, &types::STREAM].contains(&class)
}

fn is_core_key(key: &Value) -> bool {
    matches!(
        key,
        Value::Short(_)
            | Value::Str(_)
            | Value::Int(_)
            | Value::Big(_)
            | Value::Float(_)
            | Value::Bool(_)
            | Value::None
            | Value::Bytes(_)
            | Value::Decimal(_)
            | Value::DateTime(_)
            | Value::Date(_)
            | Value::Time(_)
    )
}

/// Takes the estimated size of a checked value off `left`; `None` when nothing is left.
fn estimate(value: &Value, left: &mut usize) -> R<Option<()>> {
    checkpoint(2)?;
    let own = match value {
        Value::Short(_) | Value::Str(_) => value.text_bytes().map_or(2, |text| text.len() + 2),
        Value::Bytes(bytes) => bytes.bytes().len() + 3,
        Value::Entity(entity) => entity.blob.bytes().len(),
        Value::Big(n) => usize::try_from(n.get().bits() / 3).unwrap_or(usize::MAX),
        Value::None | Value::Bool(_) => 4,
        _ => 8,
    };
    let Some(rest) = left.checked_sub(own) else { return Ok(None) };
    *left = rest;
    let deeper = |items: Vec<Value>, left: &mut usize| -> R<Option<()>> {
        for item in items {
            let seen = stacker::maybe_grow(64 * 1024, 1024 * 1024, || estimate(&item, left))?;
            if seen.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    };
    match value {
        Value::List(list) => deeper(list.to_vec(), left),
        Value::Dict(dict) => deeper(dict.items().into_iter().flat_map(|(key, value)| [key, value]).collect(), left),
        Value::MultiMap(map) => deeper(map.to_vec().into_iter().flat_map(|(_, values)| values).collect(), left),
        _ => Ok(Some(())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::civil::RunZone;
    use crate::value::heap::Session;
    use crate::value::machine::{Clock, Env};
    use crate::vm::{RECURSION_LIMIT, Vm};

    fn machine() -> Vm {
        Vm::new(Env::new(Clock::System, RunZone::utc(), 0, None), RECURSION_LIMIT)
    }

    fn message(raise: &Raise) -> String {
        raise.0.arguments()[0].to_display()
    }

    #[test]
    fn what_stays_is_not_copied_and_sharing_is_kept() {
        let _session = Session::begin(None);
        let mut vm = machine();
        let plain = Value::list([Value::Int(1), Value::dict([("a", Value::list([]))])]);
        assert!(check(&mut vm, &plain).unwrap().is(&plain));
        // Each level refers twice to the next: without a memory of shared values this would take 2^60 steps.
        let mut shared = Value::tuple([Value::Int(0)]);
        for _ in 0..60 {
            shared = Value::list([shared.clone(), shared]);
        }
        let checked = check(&mut vm, &shared).unwrap();
        let Value::List(list) = &checked else { panic!() };
        assert!(list.get(0).unwrap().is(&list.get(1).unwrap()));
        assert!(finish(&mut vm, shared, Some(1 << 16)).unwrap_err().stop().is_some());
    }

    #[test]
    fn cycles_and_depth() {
        let _session = Session::begin(None);
        let mut vm = machine();
        let outer = Dict::new();
        let inner = Value::tuple([Value::Dict(outer.clone())]);
        outer.set_str("k", inner);
        let raise = check(&mut vm, &Value::Dict(outer)).unwrap_err();
        assert_eq!(message(&raise), "result['k'][0]: cannot return a container that contains itself");
        let mut deep = Value::None;
        for _ in 0..DEPTH * 2 {
            deep = Value::list([deep]);
        }
        assert!(message(&check(&mut vm, &deep).unwrap_err()).ends_with(": nested deeper than 10000 levels"));
    }

    #[test]
    fn the_size_is_limited() {
        let _session = Session::begin(None);
        let mut vm = machine();
        let value = Value::list([Value::str(&"x".repeat(1000))]);
        assert!(finish(&mut vm, value.clone(), Some(2000)).is_ok());
        let stop = finish(&mut vm, value, Some(500)).unwrap_err();
        assert_eq!(message(&stop), "the result exceeds its size limit");
    }
}
