//! What a scalar without quotes is: the core schema of YAML 1.2, as payloads have it.

use dataway_lang::mime::yaml::schema::{self, Scalar};

use super::node::Kind;

/// What a plain scalar stands for; `None` if it is a text.
#[must_use]
pub fn plain(text: &str) -> Option<Kind> {
    Some(match Scalar::of(text) {
        Scalar::Null => Kind::Null,
        Scalar::Bool(flag) => Kind::Bool(flag),
        Scalar::Int(digits, base) => of_digits(text, digits, base),
        Scalar::Float(number) => Kind::Float(number),
        Scalar::Text => return None,
    })
}

/// The int that a scalar stands for.
#[must_use]
pub fn int(text: &str) -> Option<Kind> {
    schema::int_digits(text).map(|(digits, base)| of_digits(text, digits, base))
}

fn of_digits(text: &str, digits: &str, base: u32) -> Kind {
    i64::from_str_radix(digits, base).map_or_else(|_| Kind::BigInt(text.into()), Kind::Int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_schema() {
        for (text, shown) in [
            ("", "Some(Null)"),
            ("~", "Some(Null)"),
            ("nULL", "None"),
            ("yes", "None"),
            ("on", "None"),
            ("True", "Some(Bool(true))"),
            ("12", "Some(Int(12))"),
            ("-12", "Some(Int(-12))"),
            ("+1", "Some(Int(1))"),
            ("0o17", "Some(Int(15))"),
            ("0xfF", "Some(Int(255))"),
            ("017", "Some(Int(17))"),
            ("1_000", "None"),
            ("1.5", "Some(Float(1.5))"),
            (".5", "Some(Float(0.5))"),
            ("1.", "Some(Float(1.0))"),
            ("-1e3", "Some(Float(-1000.0))"),
            ("1e", "None"),
            (".", "None"),
            ("-.INF", "Some(Float(-inf))"),
            (".nan", "Some(Float(NaN))"),
            ("-.nan", "None"),
            ("2024-01-02", "None"),
            ("1:30", "None"),
            ("123456789012345678901", "Some(BigInt(\"123456789012345678901\"))"),
        ] {
            assert_eq!(format!("{:?}", plain(text)), shown, "{text}");
        }
    }
}
