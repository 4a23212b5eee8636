//! `csv`: rows from lines of text and back, as CPython reads and writes them (spec 9.2, 9.3).
//!
//! | room | job |
//! |---|---|
//! | [`dialect`] | the format parameters |
//! | [`parser`] | the machine that takes lines apart |
//! | [`reader`], [`writer`] | the objects for rows as lists |
//! | [`dicts`] | the objects for rows as dicts |

mod dialect;
mod dicts;
mod parser;
mod reader;
mod writer;

use crate::table;
use crate::value::exceptions::{EXCEPTION, Raise, overflow_error, type_error};
use crate::value::number::IntView;
use crate::value::types::{Constant, ModuleDesc, Profile};
use crate::value::{Cx, R, TypeDesc, Value};

/// `csv`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "csv",
    doc: "Comma-separated values.",
    profile: Profile::CoreCode,
    functions: FUNCTIONS,
    types: &[
        ("DictReader", &dicts::DICT_READER, Profile::Extended),
        ("DictWriter", &dicts::DICT_WRITER, Profile::Extended),
        ("Error", &ERROR, Profile::Extended),
    ],
    constants: CONSTANTS,
    modules: &[],
};

/// `csv.Error`
static ERROR: TypeDesc = TypeDesc {
    doc: "Data that cannot be read or written as CSV.",
    ..TypeDesc::new("Error", "_csv").with_base(&EXCEPTION)
};

#[cold]
fn error(message: impl AsRef<str>) -> Raise {
    Raise::new(&ERROR, message)
}

/// Declares the ways of quoting.
macro_rules! ways {
    ($($name:literal $doc:literal = $value:expr;)*) => {
        static CONSTANTS: &[Constant] = &[$(Constant {
            name: $name,
            doc: $doc,
            profile: Profile::Extended,
            ty: "int",
            value: |_| Ok(Value::Int($value as i64)),
        }),*];
    };
}

ways! {
    "QUOTE_MINIMAL" "Quote only fields that need it." = dialect::Quoting::Minimal;
    "QUOTE_ALL" "Quote every field." = dialect::Quoting::All;
    "QUOTE_NONNUMERIC" "Quote everything but numbers; read what is not quoted as numbers." = dialect::Quoting::NonNumeric;
    "QUOTE_NONE" "Never quote." = dialect::Quoting::None;
}

table! {
    static FUNCTIONS = [
        /// Return the greatest length of a field, and set another.
        ///
        /// >>> csv.field_size_limit()
        /// 131072
        Function Extended "csv.field_size_limit(limit: int = <absent>, /) -> int" => field_size_limit;
        /// Return the names of the dialects.
        ///
        /// >>> csv.list_dialects()
        /// ['excel', 'excel-tab', 'unix']
        Function Extended "_csv.list_dialects csv.list_dialects() -> list[str]" => |_, _| {
            Ok(Value::list(dialect::NAMES.iter().map(|name| Value::str(name))))
        };
        /// Return an iterator over the rows of some lines, each a list of texts.
        ///
        /// >>> list(csv.reader(['a,"b,c"', '1,2']))
        /// [['a', 'b,c'], ['1', '2']]
        Function CoreCode "function csv.reader(csvfile: Iterable[str], /, dialect: str = 'excel', *, delimiter: str = <absent>, doublequote: bool = <absent>, escapechar: str | None = <absent>, lineterminator: str = <absent>, quotechar: str | None = <absent>, quoting: int = <absent>, skipinitialspace: bool = <absent>, strict: bool = <absent>) -> Iterator[list[str]]" => reader::new;
        /// Return an object that appends rows as lines to a list.
        ///
        /// >>> (out := [], csv.writer(out).writerow([1, 'a,b']), out)[2]
        /// ['1,"a,b"\r\n']
        Function Extended "function csv.writer(target: list[str], /, dialect: str = 'excel', *, delimiter: str = <absent>, doublequote: bool = <absent>, escapechar: str | None = <absent>, lineterminator: str = <absent>, quotechar: str | None = <absent>, quoting: int = <absent>, skipinitialspace: bool = <absent>, strict: bool = <absent>) -> Any" => writer::new;
    ]
}

/// The greatest length of a field in code points, in one run.
struct FieldLimit(i64);

fn field_limit<'c>(cx: &'c mut Cx<'_>) -> &'c mut FieldLimit {
    cx.env().state(|| FieldLimit(131_072))
}

fn field_size_limit(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let new = match (a[0].given(), &a[0]) {
        (None, _) => None,
        (_, Value::Bool(_)) => return Err(type_error("limit must be an integer")),
        (Some(limit), _) => match IntView::of(limit) {
            Some(IntView::Small(n)) => Some(n),
            Some(IntView::Big(_)) => return Err(overflow_error("Python int too large to convert to C long")),
            None => return Err(type_error("limit must be an integer")),
        },
    };
    let limit = field_limit(cx);
    let old = limit.0;
    limit.0 = new.unwrap_or(old);
    Ok(Value::Int(old))
}
