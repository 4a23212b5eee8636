//! `functools`: only `reduce` (spec 9.2).

use crate::builtins::iterate;
use crate::table;
use crate::value::exceptions::type_error;
use crate::value::interrupt::checkpoint;
use crate::value::types::{ModuleDesc, Profile};
use crate::value::{Cx, R, Value};

/// `functools`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "functools",
    doc: "Functions on functions.",
    profile: Profile::Extended,
    functions: FUNCTIONS,
    types: &[],
    constants: &[],
    modules: &[],
};

table! {
    static FUNCTIONS = [
        /// Combine the items of an iterable with a function of two arguments, from left to right.
        ///
        /// >>> functools.reduce(lambda a, b: a * b, [1, 2, 3, 4])
        /// 24
        Function Extended "reduce functools.reduce(function: Callable[[Any, Any], Any], sequence: Iterable[Any], initial: Any = <absent>, /) -> Any" => reduce;
    ]
}

fn reduce(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if !iterate::is_iterable(&a[1]) {
        return Err(type_error("reduce() arg 2 must support iteration"));
    }
    let items = iterate::iter(cx, &a[1])?;
    let mut result = a[2].given().cloned();
    while let Some(item) = iterate::next(cx, &items)? {
        checkpoint(4)?;
        result = Some(match result {
            None => item,
            Some(before) => cx.call(&a[0], &[before, item])?,
        });
    }
    result.ok_or_else(|| type_error("reduce() of empty iterable with no initial value"))
}
