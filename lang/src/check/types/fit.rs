//! Can a value of one type be used where another is wanted, and what does iterating it give?
//!
//! Both questions are answered in favour of the program: `No` means that every value of the type fails, so that an error is
//! justified; what is not known fits. The rules are those of the implementation and not of the annotation's letter: a
//! `float` parameter takes ints and Decimals, a `bool` parameter takes anything, bytes parameters take a bytearray.

use std::ptr;

use super::{Literal, Protocol, Rest, Shape, Type};
use crate::value::TypeDesc;
use crate::value::exceptions::BASE_EXCEPTION;
use crate::value::types as descs;

/// Whether values of a type can be used where another type is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// No value of the type can.
    No,
    /// Some can, or it shows only in their content (the elements of a list).
    Maybe,
    /// As far as is known, all can.
    Yes,
}

/// Can a `value` be used where a `target` is wanted?
#[must_use]
pub fn fit(value: &Type, target: &Type) -> Fit {
    match (value, target) {
        (Type::Any | Type::Never | Type::Variable(_), _) | (_, Type::Any | Type::Variable(_)) => Fit::Yes,
        (Type::Union(members), _) => alternatives(members.iter().map(|member| fit(member, target))),
        (_, Type::Union(members)) => members.iter().map(|member| fit(value, member)).max().unwrap_or(Fit::No),
        (_, Type::Never) => Fit::No,
        (Type::Protocol(..), _) => Fit::Yes,
        (_, Type::Literal(wanted)) => literal(value, wanted),
        (_, Type::Instance(desc)) => instance(value, desc),
        (_, Type::Generic(desc, parameters)) => generic(value, desc, parameters),
        (Type::Tuple(items), Type::Tuple(wanted)) => {
            if items.len() != wanted.len() {
                return Fit::No;
            }
            items.iter().zip(wanted.iter()).map(|(item, wanted)| fit(item, wanted)).min().unwrap_or(Fit::Yes)
        }
        (_, Type::Tuple(_)) => yes_if(value.class().is_some_and(|class| class.is_subtype(&descs::TUPLE))),
        (Type::Shape(shape), Type::Shape(wanted)) => shapes(shape, wanted),
        (_, Type::Shape(_)) => yes_if(
            value.class().is_none_or(|class| class.is_subtype(&descs::DICT)) || matches!(value, Type::Entity(..)),
        ),
        (_, Type::Protocol(protocol, parameters)) => behaves(value, *protocol, parameters),
        (_, Type::Function(_) | Type::Member(..)) => yes_if(is_callable(value) != Some(false)),
        (Type::Class(class), Type::Class(wanted)) => yes_if(class.is_subtype(wanted)),
        (Type::Entity(value, _), Type::Entity(wanted, _)) => fit(value, wanted).max(Fit::Maybe),
        (_, Type::Class(_)) => yes_if(value.class().is_none_or(|class| ptr::eq(class, &descs::TYPE))),
        (_, Type::Entity(..)) => yes_if(value.class().is_none_or(|class| ptr::eq(class, &descs::ENTITY))),
        (_, Type::Message(_)) => yes_if(value.class().is_none_or(|class| ptr::eq(class, &descs::MESSAGE))),
        (_, Type::Module(_)) => yes_if(value.class().is_none_or(|class| ptr::eq(class, &descs::MODULE))),
    }
}

fn yes_if(condition: bool) -> Fit {
    if condition { Fit::Yes } else { Fit::No }
}

/// One of several values is used.
fn alternatives(fits: impl Iterator<Item = Fit>) -> Fit {
    fits.reduce(|one, two| if one == two { one } else { Fit::Maybe }).unwrap_or(Fit::Yes)
}

fn literal(value: &Type, wanted: &Literal) -> Fit {
    match value {
        Type::Literal(own) => yes_if(own == wanted),
        _ if value.class().is_some_and(|class| ptr::eq(class, wanted.class())) => Fit::Maybe,
        _ => Fit::No,
    }
}

fn instance(value: &Type, wanted: &'static TypeDesc) -> Fit {
    // Any value has a truth.
    if ptr::eq(wanted, &descs::OBJECT) || ptr::eq(wanted, &descs::BOOL) {
        return Fit::Yes;
    }
    if let Type::Function(function) = value
        && function.id.is_none()
    {
        return yes_if(!is_plain(wanted));
    }
    let Some(class) = value.class() else { return Fit::Yes };
    let is = |desc: &'static TypeDesc| ptr::eq(wanted, desc);
    yes_if(
        class.is_subtype(wanted)
            || is(&descs::FLOAT) && (class.is_subtype(&descs::INT) || ptr::eq(class, &descs::DECIMAL))
            || is(&descs::BYTES) && ptr::eq(class, &descs::BYTEARRAY),
    )
}

fn generic(value: &Type, wanted: &'static TypeDesc, parameters: &[Type]) -> Fit {
    match value.class() {
        Some(class) if !class.is_subtype(wanted) => return Fit::No,
        None => return yes_if(!matches!(value, Type::Function(_))),
        _ => {}
    }
    let inner = match (value, parameters) {
        (Type::Generic(_, own), _) if own.len() == parameters.len() => {
            own.iter().zip(parameters).map(|(own, wanted)| fit(own, wanted)).min()
        }
        (Type::Tuple(items), [element]) => items.iter().map(|item| fit(item, element)).min(),
        (Type::Shape(shape), [key, element]) => {
            if shape.fields.is_empty() {
                return Fit::Yes;
            }
            Some(fit(&Type::STR, key).min(fit(&shape.values(), element)))
        }
        _ => None,
    };
    // The container may be empty.
    inner.unwrap_or(Fit::Yes).max(Fit::Maybe)
}

fn shapes(own: &Shape, wanted: &Shape) -> Fit {
    let mut result = Fit::Yes;
    for field in &wanted.fields {
        let fits = match own.field(&field.key) {
            Some(own) => match fit(&own.ty, &field.ty) {
                Fit::No if !own.required => Fit::Maybe,
                other if field.required && !own.required => other.min(Fit::Maybe),
                other => other,
            },
            None if !field.required => Fit::Yes,
            None => yes_if(own.rest != Rest::Closed),
        };
        result = result.min(fits);
    }
    if wanted.rest == Rest::Closed {
        let extra = own.fields.iter().filter(|field| wanted.field(&field.key).is_none());
        result =
            extra.map(|field| if field.required { Fit::No } else { Fit::Maybe }).min().unwrap_or(result).min(result);
    }
    result
}

fn behaves(value: &Type, protocol: Protocol, parameters: &[Type]) -> Fit {
    if protocol == Protocol::Sized {
        let endless = |class: &'static TypeDesc| {
            let iterates = matches!(value, Type::Generic(desc, _) if desc.name == "map" || desc.name == "filter" || desc.name == "zip");
            iterates || ptr::eq(class, &descs::GENERATOR)
        };
        return yes_if(element(value).is_some() && !value.class().is_some_and(endless));
    }
    if protocol == Protocol::Mapping {
        let Some(class) = value.class() else { return Fit::Yes };
        let iterator = matches!(value, Type::Generic(..)) && !class.is_subtype(&descs::DICT);
        let known_otherwise = iterator || is_plain(class) && !class.is_subtype(&descs::DICT);
        return yes_if(!known_otherwise);
    }
    if protocol == Protocol::Sequence
        && value.class().is_some_and(|class| ptr::eq(class, &descs::SET) || ptr::eq(class, &descs::FROZENSET))
    {
        return Fit::No;
    }
    match element(value) {
        None => Fit::No,
        Some(element) => {
            let wanted = parameters.first().unwrap_or(&Type::Any);
            // The container may be empty.
            fit(&element, wanted).max(Fit::Maybe)
        }
    }
}

/// The types whose operations are all known here: everything but the objects of modules.
static PLAIN: &[&TypeDesc] = &[
    &descs::NONE,
    &descs::BOOL,
    &descs::INT,
    &descs::FLOAT,
    &descs::STR,
    &descs::BYTES,
    &descs::BYTEARRAY,
    &descs::LIST,
    &descs::TUPLE,
    &descs::DICT,
    &descs::SET,
    &descs::FROZENSET,
    &descs::RANGE,
    &descs::SLICE,
    &descs::DECIMAL,
    &descs::DATETIME,
    &descs::DATE,
    &descs::TIME,
    &descs::TIMEDELTA,
    &descs::TIMEZONE,
    &descs::FUNCTION,
    &descs::BUILTIN,
    &descs::METHOD,
    &descs::METHOD_DESCRIPTOR,
    &descs::MODULE,
    &descs::GENERATOR,
    &descs::MESSAGE,
    &descs::ELLIPSIS,
    &descs::TYPE,
];

/// Is every operation on instances of this very type known to the checker?
#[must_use]
pub fn is_plain(desc: &'static TypeDesc) -> bool {
    PLAIN.iter().any(|known| ptr::eq(*known, desc))
}

/// Can the value be called? `None`: it is not known.
#[must_use]
pub fn is_callable(value: &Type) -> Option<bool> {
    match value {
        Type::Function(_) | Type::Member(..) | Type::Class(_) => Some(true),
        Type::Any | Type::Never | Type::Union(_) | Type::Protocol(..) | Type::Variable(_) => None,
        Type::Instance(desc) if ptr::eq(*desc, &descs::TYPE) || ptr::eq(*desc, &descs::FUNCTION) => Some(true),
        Type::Instance(desc) if ptr::eq(*desc, &descs::OBJECT) => None,
        // Constructors of hashes and the like are reached through modules and are members.
        Type::Instance(_) | Type::Literal(_) | Type::Generic(..) | Type::Tuple(_) | Type::Shape(_) => Some(false),
        Type::Module(_) | Type::Entity(..) | Type::Message(_) => Some(false),
    }
}

/// What iterating gives; `None` if the value cannot be iterated. A union is asked member by member.
#[must_use]
pub fn element(value: &Type) -> Option<Type> {
    let class = value.class();
    Some(match value {
        Type::Literal(Literal::Str(_)) => Type::STR,
        Type::Literal(Literal::Bytes(_)) => Type::INT,
        Type::Tuple(items) => Type::union(items.iter().cloned()),
        Type::Shape(shape) => match &shape.rest {
            Rest::Closed if shape.fields.is_empty() => Type::Never,
            _ => Type::STR,
        },
        Type::Generic(desc, items) if ptr::eq(*desc, &descs::DICT_ITEMS) => Type::Tuple(items.clone()),
        Type::Generic(_, items) => items.first().cloned().unwrap_or(Type::Any),
        Type::Protocol(_, items) => items.first().cloned().unwrap_or(Type::Any),
        Type::Entity(value, _) => return if value.is_any() { Some(Type::Any) } else { of_all(value) },
        Type::Class(_) | Type::Module(_) | Type::Message(_) | Type::Member(..) | Type::Function(_) => return None,
        Type::Union(_) => return of_all(value),
        Type::Literal(_) => return None,
        Type::Instance(desc) if desc.is_subtype(&BASE_EXCEPTION) => return None,
        Type::Instance(desc) => {
            let is = |other: &'static TypeDesc| ptr::eq(*desc, other);
            if is(&descs::STR) {
                Type::STR
            } else if is(&descs::BYTES) || is(&descs::BYTEARRAY) || is(&descs::RANGE) {
                Type::INT
            } else if NOT_ITERABLE.iter().any(|other| is(other)) || desc.module == "re" {
                return None;
            } else {
                Type::Any
            }
        }
        Type::Any | Type::Variable(_) => Type::Any,
        Type::Never => Type::Never,
    })
    .filter(|_| class.is_none_or(|class| !NOT_ITERABLE.iter().any(|other| ptr::eq(*other, class))))
}

fn of_all(value: &Type) -> Option<Type> {
    let elements: Vec<Type> = value.members().iter().filter_map(element).collect();
    (!elements.is_empty() || value == &Type::Never).then(|| Type::union(elements))
}

/// Types whose values can never be iterated.
static NOT_ITERABLE: &[&TypeDesc] = &[
    &descs::NONE,
    &descs::BOOL,
    &descs::INT,
    &descs::FLOAT,
    &descs::DECIMAL,
    &descs::DATETIME,
    &descs::DATE,
    &descs::TIME,
    &descs::TIMEDELTA,
    &descs::TIMEZONE,
    &descs::ZONEINFO,
    &descs::FUNCTION,
    &descs::BUILTIN,
    &descs::METHOD,
    &descs::METHOD_DESCRIPTOR,
    &descs::MODULE,
    &descs::MESSAGE,
    &descs::ELLIPSIS,
    &descs::OBJECT,
    &descs::SLICE,
    &descs::TYPE,
];
