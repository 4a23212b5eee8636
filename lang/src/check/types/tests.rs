//! Bounds, joins, printing and fitting, each as a table.

use super::fit::{Fit, fit};
use super::*;

fn field(key: &str, ty: Type, required: bool) -> Field {
    Field { key: key.into(), ty, required }
}

#[test]
fn types_print_as_annotations() {
    let shape = Type::shape(vec![field("a", Type::INT, true), field("b", Type::STR, false)], Rest::Unmentioned);
    for (ty, expected) in [
        (Type::list(Type::INT), "list[int]"),
        (Type::dict(Type::STR, Type::Any), "dict[str, Any]"),
        (Type::union([Type::NONE, Type::STR]), "str | None"),
        (Type::union([Type::text("a"), Type::text("it's"), Type::NONE]), "Literal['a', 'it\\'s'] | None"),
        (Type::Tuple([Type::INT, Type::STR].into()), "tuple[int, str]"),
        (Type::generic(&descs::TUPLE, [Type::INT]), "tuple[int, ...]"),
        (Type::Instance(&descs::DATETIME), "datetime.datetime"),
        (shape, "{'a': int, 'b'?: str, ...}"),
        (Type::entity(Type::Any, None), "Entity"),
    ] {
        assert_eq!(ty.to_string(), expected);
    }
}

#[test]
fn unions_are_flat_and_bounded() {
    let numbers = |n: i64| Type::union((0..n).map(|n| Type::Literal(Literal::Int(n))));
    assert_eq!(Type::union([Type::INT, Type::Any]), Type::Any);
    assert_eq!(Type::union([]), Type::Never);
    assert_eq!(numbers(3).members().len(), 3);
    assert_eq!(numbers(30), Type::INT);
    assert_eq!(Type::union([numbers(3), Type::INT]), Type::INT);
    let both = [true, false].map(|value| Type::Literal(Literal::Bool(value)));
    assert_eq!(Type::union(both), Type::BOOL);
    assert_eq!(Type::list(Type::INT).join(&Type::list(Type::STR)).to_string(), "list[int | str]");
}

#[test]
fn joined_shapes_have_optional_keys() {
    let one = Type::shape(vec![field("a", Type::INT, true)], Rest::Closed);
    let two = Type::shape(vec![field("a", Type::STR, true), field("b", Type::INT, true)], Rest::Closed);
    assert_eq!(one.join(&two).to_string(), "{'a': int | str, 'b'?: int}");
}

#[test]
fn nesting_is_cut() {
    let mut ty = Type::INT;
    for _ in 0..100 {
        ty = Type::list(ty);
    }
    assert!(ty.nesting() <= MAX_NESTING + 1, "{}", ty.nesting());
}

#[test]
fn values_fit_or_not() {
    let list = |ty: Type| Type::list(ty);
    let iterable = |ty: Type| Type::Protocol(Protocol::Iterable, [ty].into());
    for (value, target, expected) in [
        (Type::INT, Type::FLOAT, Fit::Yes),
        (Type::FLOAT, Type::INT, Fit::No),
        (Type::BOOL, Type::INT, Fit::Yes),
        (Type::Any, Type::INT, Fit::Yes),
        (Type::union([Type::INT, Type::NONE]), Type::INT, Fit::Maybe),
        (Type::INT, Type::union([Type::STR, Type::NONE]), Fit::No),
        (list(Type::INT), list(Type::STR), Fit::Maybe),
        (Type::STR, list(Type::STR), Fit::No),
        (Type::STR, iterable(Type::STR), Fit::Yes),
        (Type::INT, iterable(Type::Any), Fit::No),
        (Type::text("a"), Type::text("b"), Fit::No),
    ] {
        assert_eq!(fit(&value, &target), expected, "{value} for {target}");
    }
}
