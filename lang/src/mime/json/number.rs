//! Numbers in JSON text: exact ints, correctly rounded floats.

use crate::value::format::int_parse;
pub use crate::value::format::scan::{Scanned, scan};
use crate::value::{R, Value};

/// The value of the number with which a well-formed text begins.
#[must_use]
pub fn value(text: &[u8]) -> Value {
    let Some((len, scanned)) = scan(text) else { return Value::None };
    let own = text.get(..len).unwrap_or_default();
    match scanned {
        Scanned::Int(n) => Value::Int(n),
        Scanned::Float(x) => Value::Float(x),
        Scanned::LongInt => big(own).unwrap_or(Value::None),
        Scanned::LongFloat => Value::Float(float(own)),
    }
}

/// The float that a JSON number stands for.
#[must_use]
pub fn float(text: &[u8]) -> f64 {
    // The grammar of JSON numbers is a part of the one that `parse` reads, so this cannot fail.
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

/// The int that a JSON number stands for.
///
/// # Errors
/// `ValueError` above 4300 digits.
pub fn big(text: &[u8]) -> R {
    Ok(int_parse::parse(text, 10)?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_the_fast_way() {
        assert_eq!(float(b"9007199254740993.0"), 9_007_199_254_740_992.0);
        assert_eq!(float(b"1e400"), f64::INFINITY);
    }
}
