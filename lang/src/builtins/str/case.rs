//! Case conversions and the questions about a whole text: `upper`, `title`, `isalpha` and their kin.

use super::args::receiver;
use crate::value::interrupt::Stop;
use crate::value::unicode::{case, predicates};
use crate::value::{Cx, R, Value};

/// What converts the bytes of a text.
type Conversion = fn(&[u8]) -> Result<Vec<u8>, Stop>;

fn convert(name: &str, a: &[Value], by: Conversion) -> R {
    let own = receiver(name, a)?.bytes;
    Ok(Value::text(&by(own)?))
}

/// As [`convert`], for a conversion that changes no byte of an ASCII text but the letters from `first` on.
fn convert_case(name: &str, a: &[Value], (first, by): (u8, Conversion)) -> R {
    if let Some(Value::Short(short)) = a.first()
        && let Some(made) = short.with_case(first)
    {
        return Ok(Value::Short(made));
    }
    convert(name, a, by)
}

fn ask(name: &str, a: &[Value], question: fn(&[u8]) -> Result<bool, Stop>) -> R {
    let own = receiver(name, a)?.bytes;
    Ok(Value::Bool(question(own)?))
}

macro_rules! methods {
    ($with:ident: $($name:ident = $by:expr;)*) => {
        $(pub(super) fn $name(_: &mut Cx<'_>, a: &[Value]) -> R {
            $with(stringify!($name), a, $by)
        })*
    };
}

methods! { convert:
    capitalize = case::capitalize;
    swapcase = case::swapcase;
    title = case::title;
}

methods! { convert_case:
    casefold = (b'A', case::casefold);
    lower = (b'A', case::lower);
    upper = (b'a', case::upper);
}

methods! { ask:
    isalnum = predicates::is_alnum;
    isalpha = predicates::is_alpha;
    isdecimal = predicates::is_decimal;
    isdigit = predicates::is_digit;
    isidentifier = predicates::is_identifier;
    islower = predicates::is_lower;
    isnumeric = predicates::is_numeric;
    isprintable = predicates::is_printable;
    isspace = predicates::is_space;
    istitle = predicates::is_title;
    isupper = predicates::is_upper;
}

pub(super) fn isascii(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::Bool(receiver("isascii", a)?.is_ascii()))
}
