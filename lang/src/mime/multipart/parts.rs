//! `FormDataParts` and the headers of a part, as scripts see them (spec 5.9).

use std::any::Any;

use crate::table;
use crate::value::compare::eq;
use crate::value::exceptions::{index_error, key_error, type_error};
use crate::value::number::IntView;
use crate::value::types::FORM_DATA_PARTS;
use crate::value::{Cx, Dict, HVec, Iter, List, NativeObject, R, Ref, TypeDesc, Value, iter};

/// The parts of a body, in order.
#[derive(Debug)]
pub struct FormDataParts {
    /// Names with parts: dicts with `content` and `headers`.
    pub parts: Vec<(Value, Value)>,
}

table! {
    /// Methods of `FormDataParts`.
    pub static MEMBERS = [
        /// Return the part with that name or position, or the default if there is none.
        ///
        /// >>> Entity.from_value({'a': 'x'}, 'multipart/form-data')['parts'].get('b', 'none')
        /// 'none'
        Method Core "get(self: FormDataParts, key: str | int, default: Any = None, /) -> dict[str, Any] | Any" => get;
        /// Return the names, one for each part, in order.
        ///
        /// >>> Entity.from_value([('a', 'x'), ('a', 'y')], 'multipart/form-data')['parts'].keys()
        /// ['a', 'a']
        Method Core "keys(self: FormDataParts, /) -> list[str]" => keys;
        /// Return the parts in order.
        ///
        /// >>> [p['content']['^value'] for p in Entity.from_value([('a', 'x'), ('a', 'y')], 'multipart/form-data')['parts'].values()]
        /// ['x', 'y']
        Method Core "values(self: FormDataParts, /) -> list[dict[str, Any]]" => values;
        /// Return pairs of name and part, one for each part, in order.
        ///
        /// >>> [n for n, part in Entity.from_value({'a': 'x', 'b': 'y'}, 'multipart/form-data')['parts'].items()]
        /// ['a', 'b']
        Method Core "items(self: FormDataParts, /) -> list[tuple[str, dict[str, Any]]]" => items;
    ]
}

fn own(a: &[Value]) -> R<&FormDataParts> {
    match a.first() {
        Some(Value::Native(native)) => {
            native.downcast().ok_or_else(|| type_error("the receiver is no FormDataParts object"))
        }
        _ => Err(type_error("the receiver is no FormDataParts object")),
    }
}

fn get(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(own(a)?.find(&a[1]).unwrap_or_else(|| a[2].clone()))
}

fn keys(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::list(own(a)?.parts.iter().map(|(name, _)| name.clone())))
}

fn values(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::list(own(a)?.parts.iter().map(|(_, part)| part.clone())))
}

fn items(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::list(own(a)?.parts.iter().map(|(name, part)| Value::tuple([name.clone(), part.clone()]))))
}

impl FormDataParts {
    fn at(&self, n: i64) -> Option<Value> {
        let len = i64::try_from(self.parts.len()).unwrap_or(i64::MAX);
        let n = if n < 0 { n.saturating_add(len) } else { n };
        usize::try_from(n).ok().and_then(|n| self.parts.get(n)).map(|(_, part)| part.clone())
    }

    fn named(&self, name: &[u8]) -> impl Iterator<Item = &Value> {
        self.parts.iter().filter(move |(own, _)| own.text_bytes() == Some(name)).map(|(_, part)| part)
    }

    /// The part at a position or the first one of a name.
    fn find(&self, key: &Value) -> Option<Value> {
        match (key.text_bytes(), IntView::of(key)) {
            (Some(name), _) => self.named(name).next().cloned(),
            (_, Some(IntView::Small(n))) => self.at(n),
            _ => None,
        }
    }
}

impl NativeObject for FormDataParts {
    fn class(&self) -> &'static TypeDesc {
        &FORM_DATA_PARTS
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        let pairs = Value::list(self.parts.iter().map(|(name, part)| Value::tuple([name.clone(), part.clone()])));
        Some(wrapped_repr(cx, "FormDataParts", &pairs))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        let Value::Native(other) = other else { return Some(Ok(false)) };
        let other = other.downcast::<FormDataParts>()?;
        let all =
            |pairs: &[(Value, Value)]| Value::list(pairs.iter().map(|(n, p)| Value::tuple([n.clone(), p.clone()])));
        Some(eq(&all(&self.parts), &all(&other.parts)))
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(Err(type_error("unhashable type: 'FormDataParts'")))
    }

    fn len(&self, _: &mut Cx<'_>) -> Option<R<usize>> {
        Some(Ok(self.parts.len()))
    }

    fn get_item(&self, _: &mut Cx<'_>, key: &Value) -> Option<R> {
        if let Some(found) = self.find(key) {
            return Some(Ok(found));
        }
        if let Some(name) = key.text_bytes().and_then(|name| name.strip_prefix(b"*")) {
            return Some(Ok(Value::list(self.named(name).cloned())));
        }
        Some(Err(match (key.text_bytes(), IntView::of(key)) {
            (Some(_), _) => key_error(key.clone()),
            (_, Some(_)) => index_error("FormDataParts index out of range"),
            _ => type_error(format!(
                "FormDataParts indices must be integers or strings, not {}",
                key.type_of().qualified()
            )),
        }))
    }

    fn contains(&self, _: &mut Cx<'_>, value: &Value) -> Option<R<bool>> {
        Some(Ok(value.text_bytes().is_some_and(|name| self.named(name).next().is_some())))
    }

    fn iter(&self, _: &mut Cx<'_>, _: &Value) -> Option<R> {
        Some(Ok(list_iterator(self.parts.iter().map(|(name, _)| name.clone()).collect())))
    }
}

fn list_iterator(items: HVec<Value>) -> Value {
    Value::Iter(Iter::new(iter::State::List { list: List::new(items), at: 0 }))
}

fn wrapped_repr(cx: &mut Cx<'_>, name: &str, inside: &Value) -> R {
    let inside = crate::builtins::repr::repr(cx, inside)?;
    let mut text = HVec::from_slice(name.as_bytes());
    text.push(b'(');
    text.extend_bytes(inside.text_bytes().unwrap_or_default());
    text.push(b')');
    Ok(Value::text_vec(text))
}

/// The headers of a part: names are found without regard to case and shown as they were written.
#[derive(Debug, Default)]
pub struct Headers {
    /// Names with values, in order.
    pub lines: Vec<(Value, Value)>,
}

/// The type of headers.
pub static HEADERS: TypeDesc = TypeDesc {
    doc: "The headers of a part of a multipart body.",
    bare: true,
    ..TypeDesc::new("Headers", "").with_members(HEADERS_MEMBERS)
};

table! {
    /// Methods of headers.
    pub static HEADERS_MEMBERS = [
        /// Return the value of a header, or the default if there is none.
        ///
        /// >>> Entity.from_value({'a': (None, 'x', 'text/plain')}, 'multipart/form-data')['parts']['a']['headers'].get('content-type')
        /// 'text/plain'
        Method Core "get(self, key: str, default: Any = None, /) -> str | dict[str, str] | Any" => header;
        /// Return the names as they were written.
        ///
        /// >>> Entity.from_value({'a': 'x'}, 'multipart/form-data')['parts']['a']['headers'].keys()
        /// ['Content-Disposition']
        Method Core "keys(self, /) -> list[str]" => header_names;
        /// Return the values.
        ///
        /// >>> Entity.from_value({'a': 'x'}, 'multipart/form-data')['parts']['a']['headers'].values()
        /// [{'disposition': 'form-data', 'name': 'a'}]
        Method Core "values(self, /) -> list[str | dict[str, str]]" => header_values;
        /// Return pairs of name and value.
        ///
        /// >>> Entity.from_value({'a': (None, 'x', 'text/csv')}, 'multipart/form-data')['parts']['a']['headers'].items()[1]
        /// ('Content-Type', 'text/csv')
        Method Core "items(self, /) -> list[tuple[str, str | dict[str, str]]]" => header_items;
    ]
}

fn headers(a: &[Value]) -> R<&Headers> {
    match a.first() {
        Some(Value::Native(native)) => native.downcast().ok_or_else(|| type_error("the receiver is no Headers object")),
        _ => Err(type_error("the receiver is no Headers object")),
    }
}

fn header(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(headers(a)?.find(&a[1]).cloned().unwrap_or_else(|| a[2].clone()))
}

fn header_names(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::list(headers(a)?.lines.iter().map(|(name, _)| name.clone())))
}

fn header_values(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::list(headers(a)?.lines.iter().map(|(_, value)| value.clone())))
}

fn header_items(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::list(headers(a)?.lines.iter().map(|(name, value)| Value::tuple([name.clone(), value.clone()]))))
}

impl Headers {
    /// The value of a header.
    #[must_use]
    pub fn find(&self, name: &Value) -> Option<&Value> {
        let name = name.text_bytes()?;
        let same = |own: &Value| own.text_bytes().is_some_and(|own| own.eq_ignore_ascii_case(name));
        self.lines.iter().find(|(own, _)| same(own)).map(|(_, value)| value)
    }

    /// As a plain dict.
    ///
    /// # Errors
    /// None in practice: names are texts.
    pub fn to_dict(&self) -> R<Ref<Dict>> {
        let dict = Dict::new();
        for (name, value) in &self.lines {
            dict.set(name.clone(), value.clone())?;
        }
        Ok(dict)
    }
}

impl NativeObject for Headers {
    fn class(&self) -> &'static TypeDesc {
        &HEADERS
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        Some(self.to_dict().and_then(|dict| crate::builtins::repr::repr(cx, &Value::Dict(dict))))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        let other = match other {
            Value::Dict(dict) => dict.clone(),
            Value::Native(native) => match native.downcast::<Headers>()?.to_dict() {
                Ok(dict) => dict,
                Err(raise) => return Some(Err(raise)),
            },
            _ => return Some(Ok(false)),
        };
        Some(self.to_dict().and_then(|own| eq(&Value::Dict(own), &Value::Dict(other))))
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(Err(type_error("unhashable type: 'Headers'")))
    }

    fn len(&self, _: &mut Cx<'_>) -> Option<R<usize>> {
        Some(Ok(self.lines.len()))
    }

    fn get_item(&self, _: &mut Cx<'_>, key: &Value) -> Option<R> {
        Some(self.find(key).cloned().ok_or_else(|| key_error(key.clone())))
    }

    fn contains(&self, _: &mut Cx<'_>, value: &Value) -> Option<R<bool>> {
        Some(Ok(self.find(value).is_some()))
    }

    fn iter(&self, _: &mut Cx<'_>, _: &Value) -> Option<R> {
        Some(Ok(list_iterator(self.lines.iter().map(|(name, _)| name.clone()).collect())))
    }

    fn to_core(&self, _: &mut Cx<'_>) -> Option<R> {
        Some(self.to_dict().map(Value::Dict))
    }
}
