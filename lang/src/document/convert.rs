//! Documents to values of a run, and values to documents.
//!
//! Text and bodies that are large enough to matter are shared with the run, not copied. What a program hands on without
//! having looked at it - a part of a message, a whole text, a body, an unread stream - comes back as the same document.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{Dict, Document, Entity, Items, Keys, Message};
use crate::builtins::stream as feed;
use crate::mime::multipart::parts::{FormDataParts, Headers};
use crate::value::compare::nested;
use crate::value::exceptions::type_error;
use crate::value::flow::{Origin, Part};
use crate::value::interrupt::{checkpoint, reserve, spend};
use crate::value::tape::{Held, Source};
use crate::value::text::Blob;
use crate::value::{self, Bytes, HVec, MultiMap, R, Ref, Shape, Value};

/// Text from this length on is shared with the run; shorter text costs less to copy.
const SHARED: usize = 512;

/// Most shapes that a thread remembers.
const MOST_SHAPES: usize = 256;

/// Shapes and the keys they stand for, so that dicts of one kind share both over many runs.
#[derive(Default)]
struct Shapes {
    keys: HashMap<usize, (Ref<Shape>, Arc<Keys>), RandomState>,
    shapes: HashMap<usize, (Arc<Keys>, Ref<Shape>), RandomState>,
}

thread_local! {
    static SHAPES: RefCell<Shapes> = RefCell::default();
}

/// The keys of a shape.
fn keys_of(shape: &Ref<Shape>) -> Arc<Keys> {
    SHAPES.with_borrow_mut(|known| {
        if let Some((_, keys)) = known.keys.get(&Ref::address(shape)) {
            return keys.clone();
        }
        let texts = (0..shape.len()).filter_map(|n| shape.key(n)).filter_map(Value::text_bytes);
        let keys = Arc::new(Keys::common(texts.map(Document::text).collect()));
        if known.keys.len() >= MOST_SHAPES {
            known.keys.clear();
        }
        known.keys.insert(Ref::address(shape), (shape.clone(), keys.clone()));
        keys
    })
}

/// The shape of common keys.
fn shape_of(keys: &Arc<Keys>) -> Ref<Shape> {
    SHAPES.with_borrow_mut(|known| {
        let address = Arc::as_ptr(keys) as usize;
        if let Some((_, shape)) = known.shapes.get(&address) {
            return shape.clone();
        }
        let texts: Vec<Value> = keys.iter().filter_map(Document::text_bytes).map(Value::text).collect();
        let shape = Shape::from_keys(&texts);
        if known.shapes.len() >= MOST_SHAPES {
            known.shapes.clear();
        }
        known.shapes.insert(address, (keys.clone(), shape.clone()));
        shape
    })
}

fn shared_bytes(bytes: &Arc<[u8]>) -> Ref<Bytes> {
    Bytes::from_blob(Blob::Shared(Arc::clone(bytes)))
}

/// The host's buffer of a `bytes` value if that is the whole of it, else a copy.
fn bytes_of(bytes: &Bytes) -> Arc<[u8]> {
    let (blob, start) = bytes.blob();
    match &**blob {
        Blob::Shared(shared) if start == 0 && shared.len() == bytes.bytes().len() => Arc::clone(shared),
        _ => bytes.bytes().into(),
    }
}

/// Elements of a container between two looks at the limits.
const PIECE: usize = 1024;

impl Document {
    /// The value of what needs no memory of its own.
    #[inline]
    fn scalar(&self) -> Option<Value> {
        Some(match self {
            Document::None => Value::None,
            Document::Bool(b) => Value::Bool(*b),
            Document::Int(n) => Value::Int(*n),
            Document::Float(x) => Value::Float(*x),
            Document::Short(text) => Value::Short(*text),
            _ => return None,
        })
    }

    /// The document of a value that needs no memory of its own.
    #[inline]
    fn of_scalar(value: &Value) -> Option<Document> {
        Some(match value {
            Value::None | Value::Unbound => Document::None,
            Value::Bool(b) => Document::Bool(*b),
            Value::Int(n) => Document::Int(*n),
            Value::Float(x) => Document::Float(*x),
            Value::Short(text) => Document::Short(*text),
            _ => return None,
        })
    }

    /// The value on this thread's heap.
    ///
    /// # Errors
    /// A limit, or nesting beyond a thousand levels.
    pub fn to_value(&self) -> R {
        if let Some(value) = self.scalar() {
            return Ok(value);
        }
        Ok(match self {
            // Done above.
            Document::None | Document::Bool(_) | Document::Int(_) | Document::Float(_) | Document::Short(_) => {
                Value::None
            }
            Document::Big(n) => Value::big((**n).clone()),
            Document::Text(text) if text.len() < SHARED => Value::text(text),
            Document::Text(text) => {
                checkpoint(text.len() as u64 / 32)?;
                shared_text(text)
            }
            Document::Bytes(bytes) => Value::Bytes(shared_bytes(bytes)),
            Document::Decimal(n) => Value::decimal((**n).clone()),
            Document::DateTime(moment) => (**moment).clone().into(),
            Document::Date(date) => (*date).into(),
            Document::Time(time) => (**time).clone().into(),
            Document::Entity(entity) => Value::Entity(entity.to_entity()?),
            Document::Message(message) => Value::Message(to_message(message)),
            Document::Stream(stream) => feed::of_document(stream),
            Document::List(items) => Value::list(nested("", || values_of(items))?),
            Document::Dict(dict) => nested("", || dict_value(dict))?,
            Document::MultiMap(map) => nested("", || map_value(map))?,
            Document::Parts(parts) => nested("", || parts_value(parts))?,
        })
    }

    /// The document of a value that a program returned, which is of a core type.
    ///
    /// # Errors
    /// `TypeError` for other types, a limit, or nesting beyond a thousand levels.
    pub fn from_value(value: &Value) -> R<Document> {
        if let Some(document) = Document::of_scalar(value) {
            return Ok(document);
        }
        Ok(match value {
            Value::Big(n) => Document::Big(Arc::new(n.get().clone())),
            Value::Str(text) => match text.shared() {
                Some(bytes) => Document::Text(Arc::clone(bytes)),
                None => Document::Text(text.bytes().into()),
            },
            Value::Bytes(bytes) => Document::Bytes(bytes_of(bytes)),
            Value::Decimal(n) => Document::Decimal(Arc::new((***n).clone())),
            Value::DateTime(moment) => Document::DateTime(Arc::new((***moment).clone())),
            Value::Date(date) => Document::Date(***date),
            Value::Time(time) => Document::Time(Arc::new((***time).clone())),
            Value::Entity(entity) => {
                let value = match (entity.given, entity.parsed.borrow().given()) {
                    (true, Some(value)) => Some(Document::from_value(value)?),
                    _ => None,
                };
                let (mime_type, encoding) = ((&*entity.mime_type).into(), (&*entity.encoding).into());
                Document::Entity(Arc::new(Entity { bytes: bytes_of(&entity.blob), mime_type, encoding, value }))
            }
            Value::Message(message) => Document::Message(Arc::new(from_message(message)?)),
            Value::List(list) => Document::list(nested("", || documents_of(&list.items.borrow()))?),
            Value::Dict(dict) => nested("", || dict_document(dict))?,
            Value::MultiMap(map) => nested("", || map_document(map))?,
            Value::Native(native) => {
                if let Some(parts) = native.downcast::<FormDataParts>() {
                    let pairs = parts.parts.iter().map(|(name, part)| {
                        Ok(Document::list(vec![Document::from_value(name)?, Document::from_value(part)?]))
                    });
                    return Ok(Document::Parts(Arc::new(Items::new(pairs.collect::<R<_>>()?))));
                }
                // Only parts have headers, and they get them back in `parts_value`.
                if let Some(headers) = native.downcast::<Headers>() {
                    return dict_document(&headers.to_dict()?);
                }
                feed::document(native).ok_or_else(|| refused(value))??
            }
            other => return Err(refused(other)),
        })
    }
}

#[cold]
fn refused(value: &Value) -> value::Raise {
    type_error(format!("a value of type '{}' cannot leave the run", value.type_of().qualified()))
}

fn values_of(items: &[Document]) -> R<HVec<Value>> {
    reserve(size_of_val(items))?;
    let mut values = HVec::with_capacity(items.len());
    for piece in items.chunks(PIECE) {
        checkpoint(piece.len() as u64 * 4)?;
        for item in piece {
            values.push(match item.scalar() {
                Some(value) => value,
                None => item.to_value()?,
            });
        }
    }
    Ok(values)
}

/// A dict with so few values, none of them a container, is made at once.
const FEW: usize = 8;

fn dict_value(dict: &Arc<Dict>) -> R {
    if dict.keys().common {
        let shape = shape_of(dict.keys());
        if let Some(dict) = lazy_dict(dict, &shape) {
            return Ok(Value::Dict(dict));
        }
        return Ok(Value::Dict(value::Dict::shaped(shape, values_of(dict.values())?)));
    }
    let values = values_of(dict.values())?;
    let made = value::Dict::with_capacity(values.len());
    for (key, value) in dict.keys().iter().zip(values) {
        made.set(key.to_value()?, value)?;
    }
    Ok(Value::Dict(made))
}

/// A dict that makes its values when somebody looks at them, if that can be left for later, and most of them are not looked at.
fn lazy_dict(dict: &Arc<Dict>, shape: &Ref<Shape>) -> Option<Ref<value::Dict>> {
    let is_small = dict.values().len() <= FEW && dict.is_flat();
    let is_left = !is_small && !shape.is_mostly_used() && dict.can_wait();
    is_left.then(|| later(dict, shape))
}

/// A dict that makes its values when somebody looks at them, but for the scalars that somebody looked at in others.
fn later(dict: &Arc<Dict>, shape: &Ref<Shape>) -> Ref<value::Dict> {
    let documents = dict.values();
    let source = Source::Held(Arc::<Dict>::clone(dict));
    if !shape.is_any_used() {
        return value::Dict::lazy(shape.clone(), source, HVec::new(), documents.len());
    }
    let mut left = documents.len();
    let values = HVec::of_each(documents, |place, document| {
        let made = if shape.is_used(place) { document.scalar() } else { None };
        left -= usize::from(made.is_some());
        made.unwrap_or_default()
    });
    value::Dict::lazy(shape.clone(), source, values, left)
}

impl Held for Dict {
    fn value(&self, place: usize) -> Value {
        self.values().get(place).map_or(Value::None, waiting)
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// The value of a document in one that [can wait](Items::can_wait), and so is not nested deeply.
fn waiting(document: &Document) -> Value {
    match document {
        Document::List(items) => {
            spend(items.len() as u64 * 4);
            // Dicts in a list mostly have the same keys.
            let mut last: Option<(Arc<Keys>, Ref<Shape>)> = None;
            Value::list(HVec::of_each(items, |_, item| {
                let Document::Dict(dict) = item else { return waiting(item) };
                let known = last.take().filter(|(keys, _)| Arc::ptr_eq(keys, dict.keys()));
                let (_, shape) = last.insert(known.unwrap_or_else(|| (dict.keys().clone(), shape_of(dict.keys()))));
                waiting_dict(dict, shape)
            }))
        }
        Document::Dict(dict) => waiting_dict(dict, &shape_of(dict.keys())),
        Document::Text(text) if text.len() >= SHARED => {
            spend(text.len() as u64 / 32);
            shared_text(text)
        }
        // What has no parts has a value.
        other => other.scalar().unwrap_or_else(|| other.to_value().unwrap_or_default()),
    }
}

/// As [`waiting`], of a dict with the keys of `shape`.
fn waiting_dict(dict: &Arc<Dict>, shape: &Ref<Shape>) -> Value {
    Value::Dict(lazy_dict(dict, shape).unwrap_or_else(|| {
        spend(dict.values().len() as u64 * 4);
        let value = |document: &Document| document.scalar().unwrap_or_else(|| waiting(document));
        value::Dict::shaped(shape.clone(), HVec::of_each(dict.values(), |_, item| value(item)))
    }))
}

/// A long text.
fn shared_text(text: &Arc<[u8]>) -> Value {
    Value::text_part(&Ref::new(Blob::Shared(Arc::clone(text))), 0..text.len())
}

fn map_value(map: &Dict) -> R {
    let made = MultiMap::new();
    for (key, values) in map.iter() {
        made.set(key.to_value()?, values.to_value()?)?;
    }
    Ok(Value::MultiMap(made))
}

fn parts_value(parts: &Items) -> R {
    let mut made = Vec::with_capacity(parts.len());
    for pair in parts.iter() {
        let name = pair.at(0).map_or(Ok(Value::None), Document::to_value)?;
        let part = pair.at(1).map_or(Ok(Value::None), Document::to_value)?;
        if let Value::Dict(part) = &part
            && let Some(Value::Dict(headers)) = part.get_str("headers")
        {
            part.set_str("headers", Value::native(Headers { lines: headers.items() }));
        }
        made.push((name, part));
    }
    Ok(Value::native(FormDataParts { parts: made }))
}

impl Entity {
    fn to_entity(&self) -> R<Ref<value::Entity>> {
        let made = crate::mime::entity(shared_bytes(&self.bytes), &self.mime_type, &self.encoding);
        let Some(value) = &self.value else { return Ok(made) };
        let value = nested("", || value.to_value())?;
        let (mime_type, encoding, format) = (&made.mime_type, &made.encoding, made.format);
        Ok(value::Entity::new(made.blob.clone(), mime_type, encoding, format, value, made.parse))
    }
}

fn documents_of(values: &[Value]) -> R<Vec<Document>> {
    reserve(values.len().saturating_mul(size_of::<Document>()))?;
    let mut documents = Vec::with_capacity(values.len());
    for piece in values.chunks(PIECE) {
        checkpoint(piece.len() as u64 * 4)?;
        for value in piece {
            documents.push(match Document::of_scalar(value) {
                Some(document) => document,
                None => Document::from_value(value)?,
            });
        }
    }
    Ok(documents)
}

fn dict_document(dict: &Ref<value::Dict>) -> R<Document> {
    if let Some(held) = dict.held()
        && let Ok(same) = held.into_any().downcast::<Dict>()
    {
        return Ok(Document::Dict(same));
    }
    if let Some(shape) = dict.shape()
        && let Some(values) = dict.with_shape(|_, values| documents_of(values))
    {
        return Ok(Document::Dict(Arc::new(Dict::new(keys_of(&shape), values?))));
    }
    let mut values = Vec::with_capacity(dict.len());
    let mut keys = Vec::with_capacity(dict.len());
    dict.each(|key, value| {
        checkpoint(8)?;
        keys.push(Document::from_value(key)?);
        values.push(Document::from_value(value)?);
        Ok::<(), value::Raise>(())
    })?;
    Ok(Document::Dict(Arc::new(Dict::new(Arc::new(Keys::new(keys)), values))))
}

fn map_document(map: &Ref<MultiMap>) -> R<Document> {
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    for (key, several) in map.to_vec() {
        keys.push(Document::from_value(&key)?);
        values.push(Document::list(documents_of(&several)?));
    }
    Ok(Document::MultiMap(Arc::new(Dict::new(Arc::new(Keys::new(keys)), values))))
}

impl Message {
    fn document(&self, part: Part) -> &Document {
        match part {
            Part::Payload => &self.payload,
            Part::Vars => &self.variables,
            Part::Attrs => &self.attributes,
            Part::Error => &self.error,
            Part::Id => &self.id,
            Part::SeqId => &self.seq_id,
        }
    }
}

/// A message of the host is the origin of the parts of a script's message.
impl Origin for Message {
    fn part(&self, part: Part) -> R {
        match (part, self.document(part)) {
            (Part::Vars | Part::Attrs, Document::None) => Ok(Value::Dict(value::Dict::new())),
            (_, document) => document.to_value(),
        }
    }
}

/// The message on this thread's heap. Nothing is converted before a script looks at it.
#[must_use]
pub fn to_message(message: &Arc<Message>) -> Ref<value::Message> {
    let origin: Arc<Message> = Arc::clone(message);
    value::Message::pending(origin, message.is_throwing)
}

fn from_message(message: &value::Message) -> R<Message> {
    let part = |part: Part| {
        let origin = message.untouched(part).map(|origin| &**origin as &dyn Any);
        match origin.and_then(|origin| origin.downcast_ref::<Message>()) {
            Some(held) => Ok(held.document(part).clone()),
            None => Document::from_value(&message.get(part)?),
        }
    };
    Ok(Message {
        payload: part(Part::Payload)?,
        attributes: part(Part::Attrs)?.into(),
        variables: part(Part::Vars)?,
        error: part(Part::Error)?,
        id: part(Part::Id)?,
        seq_id: part(Part::SeqId)?,
        is_throwing: message.is_throwing,
    })
}
