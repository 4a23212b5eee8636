//! Results of built-ins that their signatures cannot say: those that depend on the kinds or values of the arguments. What a
//! signature can say stands in the tables and nowhere else.

use std::ptr;
use std::sync::Arc;

use super::Pass;
use super::arguments::{Given, Stars};
use super::assign::stored;
use super::call::gives;
use crate::check::annotation::instance_of;
use crate::check::types::fit::element;
use crate::check::types::{Field, Literal, Rest, Shape, Type};
use crate::value::types as descs;
use crate::value::{Builtin, TypeDesc};

/// The types of positional arguments.
fn positional(given: &[Given<'_>]) -> Vec<Type> {
    let plain = given.iter().filter(|argument| argument.name.is_none() && argument.stars == Stars::None);
    plain.map(|argument| argument.known.as_ref().map_or(Type::Any, |known| known.ty.clone())).collect()
}

fn named(given: &[Given<'_>], name: &str) -> Option<Type> {
    let argument = given.iter().find(|argument| argument.name.is_some_and(|own| &*own.name == name))?;
    argument.known.as_ref().map(|known| known.ty.clone())
}

fn has_stars(given: &[Given<'_>]) -> bool {
    given.iter().any(|argument| argument.stars != Stars::None)
}

impl<'a> Pass<'a> {
    /// The result of a function or method; `plain` is what its signature says.
    pub(super) fn special_result(
        &mut self,
        builtin: &'static Builtin,
        receiver: Option<&Type>,
        given: &[Given<'a>],
        plain: Type,
    ) -> Type {
        let args = positional(given);
        let first = args.first();
        if has_stars(given) {
            return plain;
        }
        match (receiver, builtin.name(), first) {
            // Class methods and copies give what they were called on.
            (Some(Type::Class(desc)), _, _) if plain.class().is_some_and(|base| desc.is_subtype(base)) => {
                instance_of(desc)
            }
            (Some(receiver), "copy", None) if receiver.is_mutable() => receiver.clone(),
            (Some(_), "isocalendar", None) => Type::Instance(&crate::modules::datetime::date::ISO_CALENDAR),
            (
                Some(Type::Shape(shape)),
                name @ ("get" | "pop" | "setdefault"),
                Some(Type::Literal(Literal::Str(key))),
            ) => of_key(shape, name, key, args.get(1)).unwrap_or(plain),
            (Some(Type::Entity(value, _)), "get", Some(Type::Literal(Literal::Str(key)))) => match &**value {
                Type::Shape(shape) => of_key(shape, "get", key, args.get(1)).unwrap_or(plain),
                _ => plain,
            },
            (Some(Type::Entity(value, _)), name @ ("keys" | "values" | "items"), _) => match &**value {
                Type::Shape(shape) => match name {
                    "keys" => Type::generic(&descs::DICT_KEYS, [Type::STR]),
                    "values" => Type::generic(&descs::DICT_VALUES, [shape.values()]),
                    _ => Type::generic(&descs::DICT_ITEMS, [Type::STR, shape.values()]),
                },
                _ => plain,
            },
            (None, "from_value", Some(value)) if builtin.text.starts_with("from_value") => {
                let mime_type = args.get(1).cloned().or_else(|| named(given, "mime_type"));
                entity_of(value.clone(), mime_type.as_ref())
            }
            (None, "from_bytes", _) if builtin.text.contains("-> Entity") => {
                let mime_type = args.get(1).cloned().or_else(|| named(given, "mime_type"));
                entity_of(Type::Any, mime_type.as_ref())
            }
            (None, "dumps", Some(ty)) if builtin.text.contains("json.dumps") && named(given, "default").is_none() => {
                let argument =
                    given.first().and_then(|argument| Some((argument.value.span, argument.known.as_ref()?.by)));
                if let (Some((path, wrong)), Some((span, by))) = (not_json(ty, "the value", 0), argument) {
                    let what = super::operator::short(wrong);
                    let message = format!("`json.dumps` cannot write `{what}`: {path} is one");
                    let help = match what.as_str() {
                        "Entity" => "write its value: `entity['^value']`".to_owned(),
                        "bytes" => "make it text: `.decode()` or `base64.b64encode(…).decode()`".to_owned(),
                        "datetime.datetime" | "datetime.date" | "datetime.time" => {
                            "write `.isoformat()` of it".to_owned()
                        }
                        _ => "convert it first, or give `default=str`".to_owned(),
                    };
                    self.fails(2004, span, by, false, message, Some(help));
                }
                plain
            }
            (None, "abs", Some(ty)) => match number(ty) {
                Some(ty) => ty,
                None => plain,
            },
            (None, "round", Some(ty)) if builtin.text.starts_with("round") => {
                let digits = args.get(1).cloned().or_else(|| named(given, "ndigits"));
                match (digits, number(ty)) {
                    (None, Some(_)) => Type::INT,
                    (Some(digits), Some(ty)) if !digits.is_none() && !digits.is_any() => ty,
                    _ => plain,
                }
            }
            (None, "sum", Some(ty)) => match element(ty).and_then(|ty| sum_of(&ty)) {
                Some(ty) if args.len() == 1 && given.len() == 1 => ty,
                _ => plain,
            },
            (None, "max" | "min", Some(ty)) if builtin.text.starts_with("max") || builtin.text.starts_with("min") => {
                if let (1, None, Some(argument)) = (args.len(), element(ty), given.first()) {
                    let name = builtin.name();
                    let message = format!(
                        "`{name}` of one argument takes something to iterate, and this is `{}`",
                        super::operator::short(ty)
                    );
                    let help = format!("give the values as arguments or as a list: `{name}([…])`");
                    let by = argument.known.as_ref().map_or(super::flow::Evidence::Likely, |known| known.by);
                    self.fails(2004, argument.value.span, by, false, message, Some(help));
                }
                let inner = if args.len() == 1 { element(ty) } else { Some(Type::union(args.iter().cloned())) };
                let default = named(given, "default").unwrap_or(Type::Never);
                match inner {
                    Some(inner) if inner != Type::Never => Type::union([inner.widened(), default]),
                    _ => plain,
                }
            }
            (None, "divmod", Some(ty))
                if number(ty) == Some(Type::INT) && args.get(1).and_then(number) == Some(Type::INT) =>
            {
                Type::Tuple([Type::INT, Type::INT].into())
            }
            (None, "iter", Some(ty)) if args.len() == 1 => match element(ty) {
                Some(inner) => Type::Protocol(crate::check::types::Protocol::Iterator, [inner].into()),
                None => plain,
            },
            _ => plain,
        }
    }

    /// An instance made by a call of its type; `plain` is what the signature says.
    pub(super) fn special_instance(&mut self, desc: &'static TypeDesc, given: &[Given<'a>], plain: Type) -> Type {
        let args = positional(given);
        let is = |other: &'static TypeDesc| ptr::eq(desc, other);
        if is(&descs::DICT) && !has_stars(given) {
            return dict_of(given, &args, plain);
        }
        if is(&descs::iterators::MAP) {
            return Type::generic(desc, [args.first().map_or(Type::Any, gives).widened()]);
        }
        if is(&descs::iterators::FILTER) {
            let inner = args.get(1).and_then(element).unwrap_or(Type::Any);
            let kept = if args.first().is_some_and(Type::is_none) {
                inner.filtered(|ty| ty.truth() != Some(false))
            } else {
                inner
            };
            return Type::generic(desc, [kept]);
        }
        if is(&descs::iterators::ZIP) {
            let inner: Vec<Type> = args.iter().map(|ty| element(ty).unwrap_or(Type::Any)).collect();
            let pair =
                if has_stars(given) { Type::generic(&descs::TUPLE, [Type::Any]) } else { Type::Tuple(inner.into()) };
            return Type::generic(desc, [pair]);
        }
        if is(&descs::iterators::ENUMERATE) || is(&descs::iterators::REVERSED) {
            return match element(&plain) {
                Some(inner) => Type::generic(desc, [inner]),
                None => plain,
            };
        }
        if is(&descs::TYPE) {
            return args
                .first()
                .and_then(Type::class)
                .filter(|class| super::super::types::fit::is_plain(class))
                .map_or(plain, Type::Class);
        }
        if is(&descs::LIST) || is(&descs::TUPLE) || is(&descs::SET) || is(&descs::FROZENSET) {
            let inner = args.first().and_then(element).unwrap_or(if args.is_empty() { Type::Never } else { Type::Any });
            return Type::generic(desc, [inner.widened()]);
        }
        plain
    }
}

/// The part of a value that JSON cannot hold, with its path.
fn not_json<'t>(ty: &'t Type, path: &str, depth: u8) -> Option<(String, &'t Type)> {
    let all = |ty: &'t Type, path: String| {
        let found: Vec<_> = ty.members().iter().filter_map(|ty| not_json(ty, &path, depth + 1)).collect();
        if ty.members().is_empty() || found.len() < ty.members().len() { None } else { found.into_iter().next() }
    };
    let refused: [&'static TypeDesc; 10] = [
        &descs::DATETIME,
        &descs::DATE,
        &descs::TIME,
        &descs::TIMEDELTA,
        &descs::DECIMAL,
        &descs::SET,
        &descs::FROZENSET,
        &descs::BYTES,
        &descs::BYTEARRAY,
        &descs::GENERATOR,
    ];
    match ty {
        _ if depth > 8 => None,
        Type::Shape(shape) => {
            let required = shape.fields.iter().filter(|field| field.required);
            required.filter_map(|field| all(&field.ty, format!("{path}['{}']", field.key))).next()
        }
        Type::Tuple(items) => items.iter().enumerate().find_map(|(at, item)| all(item, format!("{path}[{at}]"))),
        Type::Entity(..) | Type::Message(_) | Type::Function(_) | Type::Member(..) => Some((path.to_owned(), ty)),
        _ => {
            ty.class().filter(|class| refused.iter().any(|desc| ptr::eq(*desc, *class))).map(|_| (path.to_owned(), ty))
        }
    }
}

/// A function passed to `map` is called with one element of each iterable.
pub(super) fn map_elements(given: &[Given<'_>]) -> Vec<Type> {
    given
        .iter()
        .skip(1)
        .map(|argument| argument.known.as_ref().and_then(|known| element(&known.ty)).unwrap_or(Type::Any))
        .collect()
}

fn entity_of(value: Type, mime_type: Option<&Type>) -> Type {
    let mime = match mime_type {
        Some(Type::Literal(Literal::Str(text))) => Some(&**text),
        _ => None,
    };
    // Only JSON gives back what was put in; other formats have their own shapes.
    let is_json = mime
        .is_some_and(|text| text.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json"));
    let value = match value {
        Type::Entity(inner, _) => (*inner).clone(),
        other => other,
    };
    let value = if is_json { as_json(&value) } else { Type::Any };
    Type::entity(value, mime)
}

/// What a value is after it went through JSON: tuples are lists.
fn as_json(ty: &Type) -> Type {
    match ty {
        Type::Tuple(items) => Type::list(Type::union(items.iter().map(as_json)).widened()),
        Type::Generic(desc, items) if ptr::eq(*desc, &descs::TUPLE) => Type::Generic(&descs::LIST, items.clone()),
        Type::Shape(shape) => {
            let fields = shape.fields.iter().map(|field| Field { ty: as_json(&field.ty), ..field.clone() }).collect();
            Type::Shape(Arc::new(Shape { fields, rest: shape.rest.clone() }))
        }
        Type::Literal(_) | Type::Instance(_) | Type::Union(_) => ty.clone(),
        Type::Generic(desc, _) if ptr::eq(*desc, &descs::LIST) || ptr::eq(*desc, &descs::DICT) => ty.clone(),
        _ => Type::Any,
    }
}

/// `shape.get(key, default)` and its relatives.
fn of_key(shape: &Shape, method: &str, key: &str, default: Option<&Type>) -> Option<Type> {
    let fallback = match (method, default) {
        (_, Some(default)) => default.clone(),
        ("pop", None) => Type::Never,
        _ => Type::NONE,
    };
    Some(match (shape.field(key), &shape.rest) {
        (Some(field), _) if field.required => field.ty.clone(),
        (Some(field), _) => field.ty.join(&fallback),
        (None, Rest::Typed(ty)) => ty.join(&fallback),
        (None, Rest::Unmentioned) => Type::Any,
        (None, Rest::Closed) if fallback == Type::Never => Type::Any,
        (None, Rest::Closed) => fallback,
    })
}

fn dict_of(given: &[Given<'_>], args: &[Type], plain: Type) -> Type {
    let base = match args {
        [] => Type::shape(Vec::new(), Rest::Closed),
        [shape @ Type::Shape(_)] => shape.clone(),
        _ => return plain,
    };
    let Type::Shape(shape) = &base else { return plain };
    let mut fields = shape.fields.clone();
    for argument in given {
        if let (Some(name), Some(known)) = (argument.name, &argument.known) {
            super::expression::put(&mut fields, Field { key: name.name.clone(), ty: known.ty.clone(), required: true });
        }
    }
    Type::shape(fields, shape.rest.clone())
}

/// The kind of a number as `abs` and `round` keep it.
fn number(ty: &Type) -> Option<Type> {
    let kinds = ty.members().iter().map(|ty| {
        let ty = ty.widened();
        let known = [Type::INT, Type::FLOAT, Type::Instance(&descs::DECIMAL)];
        if ty == Type::BOOL { Some(Type::INT) } else { known.into_iter().find(|known| *known == ty) }
    });
    let all: Option<Vec<Type>> = kinds.collect();
    all.map(Type::union).filter(|ty| *ty != Type::Never)
}

/// The sum of elements: an int when there are none.
fn sum_of(element: &Type) -> Option<Type> {
    let ty = number(element)?;
    Some(ty.join(&Type::INT))
        .map(|ty| if ty == Type::FLOAT.join(&Type::INT) { Type::union([Type::INT, Type::FLOAT]) } else { ty })
}

/// What a container holds after a method that changes it.
pub(super) fn changed(object: &Type, method: &str, args: &[Type], names: &[Option<Arc<str>>]) -> Option<Type> {
    let first = args.first();
    let list = object.is_instance(&descs::LIST);
    let set = object.is_instance(&descs::SET);
    let one = |ty: &Type| match object {
        Type::Generic(desc, items) => items.first().map(|own| Type::generic(desc, [own.join(&ty.widened())])),
        _ => None,
    };
    if list || set {
        return match (method, first) {
            ("append" | "add", Some(ty)) => one(ty),
            ("insert", _) => args.get(1).and_then(one),
            ("extend" | "update" | "symmetric_difference_update", Some(ty)) => one(&element(ty).unwrap_or(Type::Any)),
            ("clear", _) => object.class().map(|desc| Type::generic(desc, [Type::Never])),
            _ => None,
        };
    }
    if !object.is_instance(&descs::DICT) {
        return None;
    }
    match (method, object) {
        ("clear", _) => Some(Type::shape(Vec::new(), Rest::Closed)),
        ("update", _) => {
            let mut updated = object.clone();
            for (ty, name) in args.iter().zip(names) {
                updated = match (name, ty) {
                    (Some(name), ty) => stored(&updated, &Type::text(name), ty),
                    (None, Type::Shape(shape)) if shape.rest == Rest::Closed => {
                        shape.fields.iter().fold(updated, |into, field| {
                            let value = match (&into, field.required) {
                                (Type::Shape(own), false) => {
                                    own.field(&field.key).map_or(field.ty.clone(), |own| own.ty.join(&field.ty))
                                }
                                _ => field.ty.clone(),
                            };
                            stored(&into, &Type::text(&field.key), &value)
                        })
                    }
                    (None, Type::Generic(_, items)) if items.len() == 2 => stored(
                        &updated,
                        &items.first().map_or(Type::Any, Type::widened),
                        items.get(1).unwrap_or(&Type::Any),
                    ),
                    (None, _) => stored(&updated, &Type::Any, &Type::Any),
                };
            }
            Some(updated)
        }
        ("setdefault", Type::Shape(shape)) => match first {
            Some(key @ Type::Literal(Literal::Str(name))) => {
                let value = args.get(1).cloned().unwrap_or(Type::NONE);
                let value = shape
                    .field(name)
                    .map_or(value.clone(), |own| if own.required { own.ty.clone() } else { own.ty.join(&value) });
                Some(stored(object, key, &value))
            }
            key => Some(stored(object, key.unwrap_or(&Type::Any), args.get(1).unwrap_or(&Type::NONE))),
        },
        ("setdefault", _) => Some(stored(object, first?, args.get(1).unwrap_or(&Type::NONE))),
        ("pop" | "popitem", Type::Shape(shape)) => {
            let gone = |field: &&Field| match first {
                Some(Type::Literal(Literal::Str(key))) => field.key != *key,
                _ => true,
            };
            let known = matches!(first, Some(Type::Literal(Literal::Str(_))));
            let kept = shape
                .fields
                .iter()
                .filter(gone)
                .map(|field| Field { required: field.required && known, ..field.clone() });
            Some(Type::Shape(Arc::new(Shape { fields: kept.collect(), rest: shape.rest.clone() })))
        }
        _ => None,
    }
}
