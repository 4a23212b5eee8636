//! What tuples with named elements have beside the methods of tuples (`collections.namedtuple` in CPython).

use crate::builtins::receiver::wrong_receiver;
use crate::table;
use crate::value::exceptions::value_error;
use crate::value::types::TUPLE;
use crate::value::{Cx, Dict, HVec, R, Ref, Tuple, TypeDesc, Value};

/// The base of types of such tuples.
pub static NAMED_TUPLE: TypeDesc = TypeDesc {
    doc: "A tuple whose elements have names.",
    python: true,
    ..TypeDesc::new("tuple", "").with_base(&TUPLE).with_members(MEMBERS)
};

table! {
    static MEMBERS = [
        /// Return a dict of names and elements.
        ///
        /// >>> urllib.parse.urldefrag('u#f')._asdict()
        /// {'url': 'u', 'fragment': 'f'}
        Method Extended "def _asdict(self) -> dict[str, Any]" => as_dict;
        /// The names of the elements.
        ///
        /// >>> urllib.parse.urldefrag('u#f')._fields
        /// ('url', 'fragment')
        Property Extended "_fields(self) -> tuple[str, ...]" => |_, a| {
            Ok(Value::tuple(own("_fields", a)?.class.fields.iter().map(|name| Value::str(name))))
        };
        /// Return a copy in which some elements are others.
        ///
        /// >>> urllib.parse.urlsplit('http://h/a?x')._replace(path='/b', query='').geturl()
        /// 'http://h/b'
        Method Extended "def _replace(self, /, **kwds: Any) -> Any" => replace;
    ]
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Ref<Tuple>> {
    match a.first() {
        Some(Value::Tuple(tuple)) => Ok(tuple),
        other => Err(wrong_receiver(name, "tuple", other)),
    }
}

fn as_dict(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("_asdict", a)?;
    let dict = Dict::new();
    for (name, value) in own.class.fields.iter().zip(own.items.iter()) {
        dict.set(Value::str(name), value.clone())?;
    }
    Ok(Value::Dict(dict))
}

fn replace(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("_replace", a)?;
    let mut items: HVec<Value> = own.items.iter().cloned().collect();
    let mut unknown = HVec::new();
    let given = match a.get(1) {
        Some(Value::Dict(given)) => given.items(),
        _ => Default::default(),
    };
    for (name, value) in given {
        let place = own.class.fields.iter().position(|field| name.text_bytes() == Some(field.as_bytes()));
        match place.and_then(|n| items.get_mut(n)) {
            Some(slot) => *slot = value,
            None => unknown.push(name),
        }
    }
    if unknown.is_empty() {
        return Ok(Value::Tuple(Tuple::of_class(own.class, items)));
    }
    let names = crate::builtins::repr::repr(cx, &Value::list(unknown))?;
    Err(value_error(format!("Got unexpected field names: {}", names.to_display())))
}
