//! The JSON writer: from values straight to bytes (spec 6.6.1).

use super::strings::{push_short, push_string};
use crate::mime::place::{Fault, Step, Wrote};
use crate::mime::{MAX_DEPTH, scalar};
use crate::value::dict::KeyTexts;
use crate::value::format::{float_text, int_text};
use crate::value::interrupt::checkpoint;
use crate::value::{Cx, Dict, HVec, MultiMap, Ref, Shape, Value};

/// Elements of a long list from which the length of the others is estimated.
const SAMPLE: usize = 64;

/// Writes values as compact JSON in UTF-8.
pub struct Writer<'c, 'm> {
    /// What was written so far.
    pub out: HVec<u8>,
    /// Whether reading the text gives values of the same types, so that no snapshot of the data is needed.
    pub faithful: bool,
    /// Whether only lists and dicts are written, and of those only what nothing but its container refers to.
    sole: bool,
    /// For the fields of records; without it there are none.
    cx: Option<&'c mut Cx<'m>>,
}

impl<'c, 'm> Writer<'c, 'm> {
    /// A writer that has written nothing.
    #[must_use]
    pub fn new(cx: Option<&'c mut Cx<'m>>) -> Self {
        Writer { out: HVec::with_capacity(1024), faithful: true, sole: false, cx }
    }

    /// A writer that goes on where `out` ends, of containers that may be gone afterwards: a list or dict that something else
    /// refers to, and what merely stands for one, is an error.
    #[must_use]
    pub fn of_sole(out: HVec<u8>) -> Self {
        Writer { out, faithful: true, sole: true, cx: None }
    }

    /// Writes the rest of an array of which `count` elements are in `begun`.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub fn go_on(&mut self, begun: HVec<u8>, count: usize, rest: &[Value]) -> Wrote {
        self.out = begun;
        for (item, n) in rest.iter().zip(count..) {
            self.out.push(b',');
            self.value(item, 1).map_err(|fault| fault.inside(Step::Index(n)))?;
        }
        self.out.push(b']');
        Ok(())
    }

    /// Appends a value.
    ///
    /// # Errors
    /// A value that JSON does not know, at its path; a limit.
    pub fn write(&mut self, value: &Value) -> Wrote {
        self.value(value, 0)
    }

    #[inline]
    fn value(&mut self, value: &Value, depth: usize) -> Wrote {
        match value {
            // Whoever writes the container counts it.
            Value::Short(text) => self.faithful &= push_short(&mut self.out, text),
            Value::Int(n) => scalar::push_int(&mut self.out, *n),
            value => return self.longer(value, depth),
        }
        Ok(())
    }

    /// Appends any value but a short text or an int.
    fn longer(&mut self, value: &Value, depth: usize) -> Wrote {
        match value {
            Value::Str(text) => {
                checkpoint(4 + text.bytes().len() as u64 / 8)?;
                self.text(text.bytes());
            }
            Value::Float(x) if x.is_finite() => scalar::push_float(&mut self.out, *x),
            Value::Float(x) => return Err(Fault::data(format!("{} is no JSON value", float_text::repr(*x)))),
            Value::None => self.out.extend_bytes(b"null"),
            Value::Bool(true) => self.out.extend_bytes(b"true"),
            Value::Bool(false) => self.out.extend_bytes(b"false"),
            Value::Big(n) => {
                let digits = int_text::decimal(crate::value::format::IntRef::Big(n.get()))?;
                self.out.extend_bytes(digits.as_bytes());
            }
            Value::List(_)
            | Value::Tuple(_)
            | Value::Dict(_)
            | Value::MultiMap(_)
            | Value::Entity(_)
            | Value::Native(_) => return self.container(value, depth),
            _ => return self.rare(value),
        }
        Ok(())
    }

    #[inline]
    fn text(&mut self, text: &[u8]) {
        self.faithful &= push_string(&mut self.out, text);
    }

    /// Scalars that JSON itself does not have.
    #[cold]
    fn rare(&mut self, value: &Value) -> Wrote {
        self.faithful = false;
        if let Value::Decimal(number) = value {
            if !number.is_finite() {
                return Err(Fault::data(format!(
                    "Decimal('{}') is no JSON value",
                    String::from_utf8_lossy(&scalar::decimal(number))
                )));
            }
            let text = scalar::text(value)?.unwrap_or_default();
            self.out.extend_bytes(&text);
            return Ok(());
        }
        let Some(text) = scalar::wire(value) else { return Err(Fault::wrong_type(value)) };
        self.text(text.as_bytes());
        Ok(())
    }

    fn container(&mut self, value: &Value, depth: usize) -> Wrote {
        if depth >= MAX_DEPTH {
            return Err(Fault::too_deep());
        }
        // A level takes a few hundred bytes, so looking at the stack now and then is enough.
        if depth % 16 == 15 {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.opened(value, depth))
        } else {
            self.opened(value, depth)
        }
    }

    fn opened(&mut self, value: &Value, depth: usize) -> Wrote {
        match value {
            _ if self.sole && !is_sole(value) => Err(Fault::data(String::from("it is shared"))),
            // Nothing that is called while the borrow lasts runs script code.
            Value::List(list) => self.array(&list.items.borrow(), depth),
            Value::Tuple(tuple) => self.array(&tuple.items, depth),
            Value::Dict(dict) => self.object(dict, depth),
            Value::MultiMap(map) => self.map(map, depth),
            Value::Entity(entity) => {
                let inner = entity.value()?;
                self.faithful = false;
                self.value(&inner, depth + 1)
            }
            // Records, and other objects that stand for a dict or list.
            Value::Native(native) => {
                self.faithful = false;
                let core = self.cx.as_deref_mut().and_then(|cx| native.object.to_core(cx)).transpose()?;
                match core {
                    Some(core @ (Value::Dict(_) | Value::List(_))) => self.value(&core, depth + 1),
                    _ => Err(Fault::wrong_type(value)),
                }
            }
            _ => Err(Fault::wrong_type(value)),
        }
    }

    fn array(&mut self, items: &[Value], depth: usize) -> Wrote {
        self.out.push(b'[');
        let is_all = self.out.len() == 1;
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                self.out.push(b',');
            }
            if n % SAMPLE == SAMPLE - 1 && is_all {
                // Twice as much as so many elements needed so far.
                self.out.reserve_for_rest(self.out.len() / (n / SAMPLE + 1) * 2, n, items.len());
            }
            checkpoint(4)?;
            self.value(item, depth + 1).map_err(|fault| fault.inside(Step::Index(n)))?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self, dict: &Dict, depth: usize) -> Wrote {
        let written = dict.with_shape(|shape, values| self.shaped(shape, values, depth));
        if let Some(written) = written {
            return written;
        }
        self.out.push(b'{');
        let mut first = true;
        dict.each(|key, value| {
            if !std::mem::take(&mut first) {
                self.out.push(b',');
            }
            checkpoint(8)?;
            match key.text_bytes() {
                Some(text) => self.text(text),
                None => self.odd_key(key)?,
            }
            self.out.push(b':');
            self.value(value, depth + 1).map_err(|fault| fault.inside(Step::Key(key.clone())))
        })?;
        self.out.push(b'}');
        Ok(())
    }

    /// A dict with a shape, whose keys are ready in the text that they have in JSON.
    fn shaped(&mut self, shape: &Shape, values: &[Value], depth: usize) -> Wrote {
        let keys = shape.key_texts(|key| {
            let mut text = HVec::from_slice(b",");
            let clean = push_string(&mut text, key);
            text.push(b':');
            (text, clean)
        });
        checkpoint(8 * values.len() as u64)?;
        let begin = self.out.len();
        for (n, (value, (text, len))) in values.iter().zip(keys.each()).enumerate() {
            match (text.first_chunk::<16>(), text.first_chunk::<{ KeyTexts::PADDED }>()) {
                (Some(padded), _) if len <= padded.len() => self.out.extend_prefix(padded, len),
                (_, Some(padded)) if len <= padded.len() => self.out.extend_prefix(padded, len),
                _ => self.out.extend_bytes(text.get(..len).unwrap_or_default()),
            }
            self.value(value, depth + 1).map_err(|fault| match shape.key(n) {
                Some(key) => fault.inside(Step::Key(key.clone())),
                None => fault,
            })?;
        }
        self.faithful &= keys.are_clean;
        // What stands in front of the first key is a comma too, so that all keys are alike.
        match self.out.get_mut(begin) {
            Some(first) => *first = b'{',
            None => self.out.push(b'{'),
        }
        self.out.push(b'}');
        Ok(())
    }

    /// A MultiMap in its plain form.
    fn map(&mut self, map: &MultiMap, depth: usize) -> Wrote {
        self.out.push(b'{');
        for (n, (key, values)) in map.items().borrow().iter().enumerate() {
            if n > 0 {
                self.out.push(b',');
            }
            checkpoint(8)?;
            match key.text_bytes() {
                Some(text) => self.text(text),
                None => self.odd_key(key)?,
            }
            self.out.push(b':');
            let written = match &values[..] {
                [value] if !matches!(value, Value::List(_)) => self.value(value, depth + 1),
                _ => self.array(values, depth + 1),
            };
            written.map_err(|fault| fault.inside(Step::Key(key.clone())))?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// A key that is no string, as `json.dumps` writes it.
    #[cold]
    fn odd_key(&mut self, key: &Value) -> Wrote {
        self.faithful = false;
        let text = match key {
            Value::None => b"null".to_vec(),
            Value::Bool(true) => b"true".to_vec(),
            Value::Bool(false) => b"false".to_vec(),
            Value::Float(x) if !x.is_finite() => {
                return Err(Fault::data(format!("{} is no JSON value", float_text::repr(*x))));
            }
            Value::Int(_) | Value::Big(_) | Value::Float(_) => scalar::text(key)?.unwrap_or_default().into_owned(),
            _ => return Err(Fault::wrong_type_but(key, " key").inside(Step::Key(key.clone()))),
        };
        self.text(&text);
        Ok(())
    }
}

/// Whether a value is a list or plain dict that nothing but its container refers to.
fn is_sole(value: &Value) -> bool {
    match value {
        Value::List(list) => Ref::is_unique(list),
        Value::Dict(dict) => Ref::is_unique(dict) && dict.special.is_none(),
        _ => false,
    }
}
