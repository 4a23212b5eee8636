//! `json`: `dumps` and `loads` with CPython's defaults and errors (spec 9.2, 9.3).
//!
//! | room | job |
//! |---|---|
//! | [`write`] | `dumps` |
//! | [`read`] | `loads`: the reader of [`crate::mime::json`] with the hooks of the module |
//! | [`error`] | `JSONDecodeError` |

mod error;
mod read;
mod write;

use crate::table;
use crate::value::types::{ModuleDesc, Profile};

/// `json`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "json",
    doc: "JSON text from values and back.",
    profile: Profile::Core,
    functions: FUNCTIONS,
    types: &[("JSONDecodeError", &error::JSON_DECODE_ERROR, Profile::Extended)],
    constants: &[],
    modules: &[],
};

table! {
    static FUNCTIONS = [
        /// Return a value as JSON text.
        ///
        /// >>> json.dumps({'a': [1, None, 'é']})
        /// '{"a": [1, null, "\\u00e9"]}'
        /// >>> json.dumps([1, {'b': 2}], separators=(',', ':'))
        /// '[1,{"b":2}]'
        Function Core "def json.dumps(obj: Any, *, skipkeys: bool = False, ensure_ascii: bool = True, check_circular: bool = True, allow_nan: bool = True, cls: None = None, indent: int | str | None = None, separators: tuple[str, str] | list[str] | None = None, default: Callable[[Any], Any] | None = None, sort_keys: bool = False) -> str" => write::dumps;
        /// Return the value of a JSON text.
        ///
        /// >>> json.loads('{"a": [1, null]}')
        /// {'a': [1, None]}
        /// >>> json.loads('0.10', parse_float=decimal.Decimal)
        /// Decimal('0.10')
        Function Core "def json.loads(s: str | bytes | bytearray, *, cls: None = None, object_hook: Callable[[dict[str, Any]], Any] | None = None, parse_float: Callable[[str], Any] | None = None, parse_int: Callable[[str], Any] | None = None, parse_constant: Callable[[str], Any] | None = None, object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None, strict: bool = True, encoding: Any = <absent>) -> Any" => read::loads;
    ]
}
