//! `MultiMap(…)`.

use crate::builtins::multimap;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, Dict, Value};

/// `MultiMap(mapping_or_pairs)`
pub static MULTIMAP: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "MultiMap(data: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = <absent>, /) -> MultiMap",
    "A mapping whose keys may have several values: lists count as several values, repeated keys add up.\n\n>>> MultiMap([('a', 1), ('b', 2), ('a', 3)])\nMultiMap({'a': [1, 3], 'b': 2})\n",
    |cx, a| {
        let data = a[0].given().cloned().unwrap_or_else(|| Value::Dict(Dict::new()));
        multimap::from_data(cx, &data).map(Value::MultiMap)
    },
);
