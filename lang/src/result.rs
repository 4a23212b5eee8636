//! What a program may return (spec 7.1, 7.2), and conversion to the type that a parameter wants (1.5).

use std::collections::HashMap;

use crate::builtins::{construct, entity, iterate, repr, truth};
use crate::mime::place::scalar_repr;
use crate::mime::{self, Format};
use crate::value::civil::{DateTime, Number, parse_date, parse_datetime, parse_time};
use crate::value::exceptions::{RESULT_ERROR, Raise, TYPE_ERROR, type_error, value_error};
use crate::value::interrupt::{Stop, checkpoint};
use crate::value::number::{IntView, civil_raise};
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
    let mut checker = Checker { cx, path: Vec::new(), shared: HashMap::new() };
    Ok(checker.convert(value)?.unwrap_or_else(|| value.clone()))
}

/// A step from a container to an element.
enum Step {
    Key(Value),
    Index(usize),
    Part(&'static str),
}

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
        for (name, part) in
            [("payload", &message.payload), ("vars", &message.vars), ("attrs", &message.attrs)]
        {
            let value = part.borrow().clone();
            if let Some(new) = self.element(|| Step::Part(name), &value)? {
                // The run is over: nobody else sees its view of the message.
                drop(part.replace(new));
            }
        }
        Ok(None)
    }

    fn place(&self) -> String {
        let mut text = String::from("result");
        for step in &self.path {
            match step {
                Step::Index(n) => text.push_str(&format!("[{n}]")),
                Step::Part(name) => text.push_str(&format!(".{name}")),
                Step::Key(key) => text.push_str(&format!("[{}]", scalar_repr(key))),
            }
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
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Short(_) | Value::Str(_) | Value::Bytes(_)
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

/// The type that a parameter wants (spec 1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Whatever the value is.
    Any,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `decimal`
    Decimal,
    /// `bool`
    Bool,
    /// `string`
    Text,
    /// `datetime`
    DateTime,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `dict`
    Dict,
    /// `list`
    List,
    /// `Entity json`
    EntityJson,
    /// `Entity xml`
    EntityXml,
}

/// The targets with their names.
pub static TARGETS: &[(&str, Target)] = &[
    ("any", Target::Any),
    ("int", Target::Int),
    ("float", Target::Float),
    ("decimal", Target::Decimal),
    ("bool", Target::Bool),
    ("string", Target::Text),
    ("datetime", Target::DateTime),
    ("date", Target::Date),
    ("time", Target::Time),
    ("dict", Target::Dict),
    ("list", Target::List),
    ("Entity json", Target::EntityJson),
    ("Entity xml", Target::EntityXml),
];

impl Target {
    /// The target of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Target> {
        TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        TARGETS.iter().find(|(_, target)| *target == self).map_or("any", |(name, _)| name)
    }
}

/// Converts a value to a target type.
///
/// # Errors
/// `TypeError` for the wrong kind of value, `ValueError` for wrong content; both name the target.
pub fn convert(cx: &mut Cx<'_>, value: &Value, target: Target) -> R {
    if value.is_none() {
        return Ok(if target == Target::Bool { Value::Bool(false) } else { Value::None });
    }
    match target {
        Target::Any => Ok(value.clone()),
        Target::Int => constructed(cx, value, target, &types::INT),
        Target::Float => constructed(cx, value, target, &types::FLOAT),
        Target::Decimal => constructed(cx, value, target, &types::DECIMAL),
        Target::Bool => to_bool(cx, value),
        Target::Text => match value.byte_data() {
            Some(bytes) => mime::charset::Source::decode(&Bytes::from_slice(&bytes), "utf-8").map(|text| text.whole()),
            None => repr::str(cx, value),
        },
        Target::DateTime => to_datetime(cx, value),
        Target::Date => match value {
            Value::Date(_) => Ok(value.clone()),
            Value::DateTime(own) => Ok(own.date().into()),
            _ => parsed(value, target, |text| parse_date(text).map(Value::from)),
        },
        Target::Time => match value {
            Value::Time(_) => Ok(value.clone()),
            Value::DateTime(own) => Ok(own.timetz().clone().into()),
            _ => parsed(value, target, |text| parse_time(text).map(Value::from)),
        },
        Target::Dict => to_dict(cx, value),
        Target::List => match value {
            Value::List(_) => Ok(value.clone()),
            Value::Entity(own) => match own.value()? {
                list @ Value::List(_) => Ok(list),
                _ => Err(misfit(value, target)),
            },
            other if iterate::is_iterable(other) => Ok(Value::list(iterate::collect(cx, other)?)),
            _ => Err(misfit(value, target)),
        },
        Target::EntityJson => to_entity(cx, value, Format::Json, "application/json"),
        Target::EntityXml => to_entity(cx, value, Format::Xml, "application/xml"),
    }
}

/// The error for a value of the wrong kind.
#[cold]
fn misfit(value: &Value, target: Target) -> Raise {
    type_error(format!("cannot convert a value of type '{}' to {}", value.type_of().qualified(), target.name()))
}

/// What calling a type gives; its errors name the target.
fn constructed(cx: &mut Cx<'_>, value: &Value, target: Target, desc: &'static TypeDesc) -> R {
    construct(cx, desc, std::slice::from_ref(value), &[]).map_err(|raise| {
        if raise.stop().is_some() {
            raise
        } else if raise.is(&TYPE_ERROR) {
            misfit(value, target)
        } else {
            let shown = value.text_bytes().map_or_else(|| scalar_repr(value), |text| shorten(text));
            value_error(format!("cannot convert {shown} to {}", target.name()))
        }
    })
}

/// A text for a message.
fn shorten(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let head: String = text.chars().take(40).collect();
    if head.len() < text.len() { format!("'{head}…'") } else { format!("'{head}'") }
}

fn to_bool(cx: &mut Cx<'_>, value: &Value) -> R {
    let Some(text) = value.text_bytes() else { return truth(cx, value).map(Value::Bool) };
    let is = |word: &[u8]| text.eq_ignore_ascii_case(word);
    if is(b"true") || is(b"1") {
        Ok(Value::Bool(true))
    } else if is(b"false") || is(b"0") {
        Ok(Value::Bool(false))
    } else {
        Err(value_error(format!("cannot convert {} to bool", shorten(text))))
    }
}

/// Parses a text; other values do not fit.
fn parsed<E>(value: &Value, target: Target, parse: impl FnOnce(&[u8]) -> Result<Value, E>) -> R {
    let Some(text) = value.text_bytes() else { return Err(misfit(value, target)) };
    parse(text).map_err(|_| value_error(format!("cannot convert {} to {}", shorten(text), target.name())))
}

fn to_datetime(cx: &mut Cx<'_>, value: &Value) -> R {
    let number = match value {
        Value::DateTime(_) => return Ok(value.clone()),
        Value::Date(own) => return Ok(DateTime::combine(own.0, crate::value::civil::Time::MIN).into()),
        Value::Float(x) => Number::Float(*x),
        _ => match IntView::of(value) {
            Some(IntView::Small(n)) if !matches!(value, Value::Bool(_)) => Number::Int(n.into()),
            _ => return parsed(value, Target::DateTime, |text| parse_datetime(text).map(Value::from)),
        },
    };
    let zone = cx.env().zone.clone();
    DateTime::from_timestamp(number, None, &zone).map(Value::from).map_err(civil_raise)
}

fn to_dict(cx: &mut Cx<'_>, value: &Value) -> R {
    match value {
        Value::Dict(_) => Ok(value.clone()),
        Value::MultiMap(map) => map.to_plain().map(Value::Dict),
        Value::Entity(own) => match own.value()? {
            inner @ (Value::Dict(_) | Value::MultiMap(_) | Value::Native(_)) => to_dict(cx, &inner),
            _ => Err(misfit(value, Target::Dict)),
        },
        Value::Native(native) => match native.object.to_core(cx).transpose()? {
            Some(Value::Dict(dict)) => Ok(Value::Dict(dict)),
            _ => Err(misfit(value, Target::Dict)),
        },
        other if iterate::is_iterable(other) && other.text_bytes().is_none() => {
            constructed(cx, value, Target::Dict, &types::DICT)
        }
        _ => Err(misfit(value, Target::Dict)),
    }
}

fn to_entity(cx: &mut Cx<'_>, value: &Value, format: Format, mime: &str) -> R {
    let is_text = format == Format::Xml && value.text_bytes().is_some();
    let made = match value {
        Value::Entity(own) if Format::of(&own.mime_type) == Some(format) => own.clone(),
        Value::Bytes(_) | Value::ByteArray(_) => mime::from_bytes(value, Some(mime), "utf-8")?,
        _ if is_text => mime::from_bytes(value, Some(mime), "utf-8")?,
        _ => mime::from_value(Some(cx), value, mime, "utf-8")?,
    };
    Ok(Value::Entity(made))
}
