//! `copy`: shallow and deep copies (spec 9.2, 9.3).
//!
//! Both go over the parts of a value in the same way; they differ in what becomes of a part. Copies of iterators are in
//! [`iterator`].

mod iterator;

use crate::builtins::dict::copy_like;
use crate::table;
use crate::value::compare::nested;
use crate::value::exceptions::{Raise, type_error};
use crate::value::flow::PARTS;
use crate::value::function::BoundMethod;
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::types::{ModuleDesc, Profile};
use crate::value::{
    ByteArray, Cx, Dict, Entity, Exception, Guarded, HVec, List, Message, MultiMap, R, Ref, Set, Tuple, Value,
};

/// `copy`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "copy",
    doc: "Shallow and deep copies.",
    profile: Profile::Extended,
    functions: FUNCTIONS,
    types: &[],
    constants: &[],
    modules: &[],
};

table! {
    static FUNCTIONS = [
        /// Return a copy whose parts are the same objects.
        ///
        /// >>> (a := [[1]], b := copy.copy(a), b[0].append(2), a)[3]
        /// [[1, 2]]
        Function Extended "def copy.copy(x: T) -> T" => copy;
        /// Return a copy whose parts are copies too.
        ///
        /// >>> (a := [[1]], b := copy.deepcopy(a), b[0].append(2), a)[3]
        /// [[1]]
        Function Extended "def copy.deepcopy(x: T, memo: dict[int, Any] | None = None, _nil: Any = None) -> T" => deep_copy;
    ]
}

/// The error for what cannot be copied; CPython copies by way of its module `pickle`.
#[cold]
fn refused(value: &Value) -> Raise {
    type_error(format!("cannot pickle '{}' object", value.type_of().qualified()))
}

/// Whether a value cannot change and has no parts that could: it is its own copy.
fn is_atom(value: &Value) -> bool {
    match value {
        Value::Tuple(tuple) => tuple.items.is_empty(),
        Value::Set(set) => set.frozen && set.is_empty(),
        Value::List(_)
        | Value::Dict(_)
        | Value::MultiMap(_)
        | Value::ByteArray(_)
        | Value::View(_)
        | Value::Generator(_)
        | Value::Module(_)
        | Value::Iter(_)
        | Value::Method(_)
        | Value::Exception(_)
        | Value::Entity(_)
        | Value::Message(_)
        | Value::Native(_) => false,
        _ => true,
    }
}

fn copy(_: &mut Cx<'_>, a: &[Value]) -> R {
    let value = &a[0];
    if is_atom(value) {
        return Ok(value.clone());
    }
    Ok(match value {
        Value::List(list) => {
            reserve(list.len().saturating_mul(16))?;
            checkpoint(list.len() as u64)?;
            Value::List(List::new(list.items.borrow().clone()))
        }
        Value::Dict(dict) => {
            checkpoint(dict.len() as u64 * 4)?;
            Value::Dict(copy_like(dict))
        }
        Value::Set(set) if !set.frozen => {
            checkpoint(set.len() as u64 * 4)?;
            Value::Set(Set::new(set.items.borrow().clone(), false))
        }
        Value::MultiMap(map) => {
            let copied = MultiMap::new();
            drop(copied.items().replace(map.items().borrow().clone()));
            Value::MultiMap(copied)
        }
        Value::ByteArray(array) => byte_array(array)?,
        Value::Exception(own) => {
            let args = own.arguments();
            exception(own, args.into_iter().collect(), own.fields.borrow().clone())
        }
        Value::Iter(own) => iterator::copy(value, own, &mut |part| Ok(part.clone()))?,
        Value::Native(native) => native.object.copy(value).unwrap_or_else(|| Err(refused(value)))?,
        Value::View(_) | Value::Generator(_) | Value::Module(_) => return Err(refused(value)),
        // Tuples and frozen sets cannot change; Entities and messages are views that are copied when they change.
        _ => value.clone(),
    })
}

fn byte_array(array: &Ref<ByteArray>) -> R {
    let bytes = array.bytes.borrow().clone();
    checkpoint(bytes.len() as u64 / 16)?;
    Ok(Value::ByteArray(Ref::new(ByteArray { bytes: Guarded::new(bytes) })))
}

fn exception(own: &Ref<Exception>, args: HVec<Value>, fields: Value) -> Value {
    let copied = Exception::new(own.class, args);
    if let Value::Dict(fields) = &fields {
        for (name, value) in fields.items() {
            copied.set_field(&name.to_display(), value);
        }
    }
    Value::Exception(copied)
}

fn deep_copy(_: &mut Cx<'_>, a: &[Value]) -> R {
    let memo = match &a[1] {
        Value::Dict(memo) => memo.clone(),
        Value::None => Dict::new(),
        other => return Err(type_error(format!("memo must be dict or None, not {}", other.type_of().qualified()))),
    };
    Deep { memo }.copy(&a[0])
}

/// A deep copy in progress.
struct Deep {
    /// From the `id` of an object to its copy; under its own `id` the list of the originals, so that they live on.
    memo: Ref<Dict>,
}

/// The `id` of an object.
fn id(address: usize) -> Value {
    Value::Int(i64::try_from(address).unwrap_or(i64::MAX))
}

impl Deep {
    fn copy(&mut self, value: &Value) -> R {
        if is_atom(value) {
            return Ok(value.clone());
        }
        checkpoint(8)?;
        let Some(address) = value.identity() else { return Err(refused(value)) };
        if let Some(known) = self.memo.get(&id(address))? {
            return Ok(known);
        }
        let copied = nested("", || self.parts(value, address))?;
        if !copied.is(value) {
            self.remember(address, &copied)?;
            self.keep(value)?;
        }
        Ok(copied)
    }

    fn remember(&self, address: usize, copied: &Value) -> R<()> {
        self.memo.set(id(address), copied.clone())?;
        Ok(())
    }

    /// Keeps an original alive: its `id` must not be given to another object before the copy is complete.
    fn keep(&self, value: &Value) -> R<()> {
        let key = id(Ref::address(&self.memo));
        match self.memo.get(&key)? {
            Some(Value::List(kept)) => kept.push(value.clone()),
            _ => drop(self.memo.set(key, Value::list([value.clone()]))?),
        }
        Ok(())
    }

    fn all(&mut self, values: &[Value]) -> R<HVec<Value>> {
        values.iter().map(|value| self.copy(value)).collect()
    }

    fn parts(&mut self, value: &Value, address: usize) -> R {
        Ok(match value {
            Value::List(list) => {
                // A container is known before its parts are copied, which may lead back to it.
                let copied = List::new(HVec::new());
                self.remember(address, &Value::List(copied.clone()))?;
                let mut at = 0;
                while let Some(item) = list.get(at) {
                    copied.push(self.copy(&item)?);
                    at += 1;
                }
                Value::List(copied)
            }
            Value::Tuple(tuple) => {
                let items = self.all(&tuple.items)?;
                // Copying the parts may have come back here.
                if let Some(known) = self.memo.get(&id(address))? {
                    return Ok(known);
                }
                if items.iter().zip(tuple.items.iter()).all(|(new, old)| new.is(old)) {
                    return Ok(value.clone());
                }
                Value::Tuple(Tuple::of_class(tuple.class, items))
            }
            Value::Dict(dict) => {
                let copied = match &dict.special {
                    None => Dict::with_capacity(dict.len()),
                    Some(special) => {
                        let factory = special.factory.borrow().clone();
                        Dict::of_class(special.class, self.copy(&factory)?)
                    }
                };
                self.remember(address, &Value::Dict(copied.clone()))?;
                for (key, item) in dict.items() {
                    copied.set(self.copy(&key)?, self.copy(&item)?)?;
                }
                Value::Dict(copied)
            }
            Value::Set(set) => {
                let copied = Set::new(crate::value::table::Table::default(), set.frozen);
                for item in set.to_vec() {
                    copied.add(self.copy(&item)?)?;
                }
                Value::Set(copied)
            }
            Value::MultiMap(map) => {
                let copied = MultiMap::new();
                self.remember(address, &Value::MultiMap(copied.clone()))?;
                for (key, values) in map.to_vec() {
                    copied.set(key, Value::List(List::new(self.all(&values)?)))?;
                }
                Value::MultiMap(copied)
            }
            Value::ByteArray(array) => byte_array(array)?,
            Value::Exception(own) => {
                let args = self.all(&own.arguments())?;
                let fields = own.fields.borrow().clone();
                let fields = self.copy(&fields)?;
                exception(own, args, fields)
            }
            Value::Method(method) => {
                let receiver = self.copy(&method.receiver)?;
                Value::Method(Ref::new(BoundMethod { receiver, method: method.method }))
            }
            Value::Iter(own) => iterator::copy(value, own, &mut |part| self.copy(part))?,
            Value::Entity(own) => {
                let parsed = own.parsed.borrow().clone();
                let parsed = self.copy(&parsed)?;
                Value::Entity(Entity::new(
                    own.blob.clone(),
                    &own.mime_type,
                    &own.encoding,
                    own.format,
                    parsed,
                    own.parse,
                ))
            }
            Value::Message(own) => self.message(own)?,
            Value::Native(native) => native.object.copy(value).unwrap_or_else(|| Err(refused(value)))?,
            other => return Err(refused(other)),
        })
    }

    fn message(&mut self, own: &Message) -> R {
        let mut parts = [const { Value::Unbound }; PARTS.len()];
        for (slot, part) in parts.iter_mut().zip(PARTS) {
            *slot = self.copy(&own.get(part)?)?;
        }
        Ok(Value::Message(Message::new(parts, own.is_throwing)))
    }
}
