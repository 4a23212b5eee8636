//! What the checker knows about a value before the program runs (spec 12.2, 12.3).
//!
//! A [`Type`] describes the values that an expression can have. It is gradual: [`Type::Any`] says that nothing is known and
//! fits everything. Types are small and shared; making one never fails, and the constructors keep three bounds, so that
//! inference ends and every walk over a type is short: a union has at most [`MAX_UNION`] members, a shape at most
//! [`MAX_FIELDS`] fields, and [`Type::bounded`] cuts what is nested deeper than [`MAX_NESTING`].
//!
//! | room | job |
//! |---|---|
//! | [`fit`] | can a value of one type be used where another is wanted? |
//! | [`print`] | a type as people read it |

pub mod fit;
pub mod print;

use std::sync::{Arc, OnceLock};

use crate::syntax::ast::Name;
use crate::value::types as descs;
use crate::value::{Builtin, ModuleDesc, TypeDesc};

/// Most members of a union; a wider one is `Any`.
pub const MAX_UNION: usize = 8;
/// Most fields of a dict whose keys are known; a dict with more has only a type of all its values.
pub const MAX_FIELDS: usize = 256;
/// Deepest nesting of containers that inference keeps.
pub const MAX_NESTING: u8 = 12;

/// What is known about a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Nothing is known.
    Any,
    /// There is no such value: the elements of `[]`, the result of a function that never returns.
    Never,
    /// An instance of a type without parameters: `int`, `datetime.datetime`, `re.Match`.
    Instance(&'static TypeDesc),
    /// One value.
    Literal(Literal),
    /// An instance of a type with parameters: `list[int]`, `dict[str, Any]`, `tuple[int, ...]`, iterators, views.
    Generic(&'static TypeDesc, Arc<[Type]>),
    /// A tuple of known length.
    Tuple(Arc<[Type]>),
    /// A dict with known keys.
    Shape(Arc<Shape>),
    /// One of several: at least two, none of them a union, `Any` or `Never`.
    Union(Arc<[Type]>),
    /// A function of the script, a lambda, or what `Callable[…]` describes.
    Function(Arc<Function>),
    /// A built-in function, or a built-in method with the value it is bound to.
    Member(&'static Builtin, Option<Arc<Type>>),
    /// A type itself, such as the value of `int`.
    Class(&'static TypeDesc),
    /// A module.
    Module(&'static ModuleDesc),
    /// An Entity with the type of its value and, if known, its MIME type (`application/json`).
    Entity(Arc<Type>, Option<Arc<str>>),
    /// The message of a run.
    Message(Arc<Message>),
    /// What only annotations and signatures name: anything that behaves in a certain way.
    Protocol(Protocol, Arc<[Type]>),
    /// A type variable of a signature of the tables, such as `T`.
    Variable(char),
}

/// A value that is known before the program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `True`, `False`
    Bool(bool),
    /// An int that fits 64 bits.
    Int(i64),
    /// A text without lone surrogates.
    Str(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
}

impl Literal {
    /// The type of the value.
    #[must_use]
    pub fn class(&self) -> &'static TypeDesc {
        match self {
            Literal::Bool(_) => &descs::BOOL,
            Literal::Int(_) => &descs::INT,
            Literal::Str(_) => &descs::STR,
            Literal::Bytes(_) => &descs::BYTES,
        }
    }

    /// The truth of the value.
    #[must_use]
    pub fn truth(&self) -> bool {
        match self {
            Literal::Bool(value) => *value,
            Literal::Int(value) => *value != 0,
            Literal::Str(text) => !text.is_empty(),
            Literal::Bytes(bytes) => !bytes.is_empty(),
        }
    }
}

/// A dict whose keys are known, all of them strings.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The known keys, in the order in which they were found.
    pub fields: Vec<Field>,
    /// What is known about other keys.
    pub rest: Rest,
}

/// A known key of a dict.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The key.
    pub key: Arc<str>,
    /// The type of its value.
    pub ty: Type,
    /// Is the key always there?
    pub required: bool,
}

/// What is known about the keys that a [`Shape`] does not list.
#[derive(Clone, Debug, PartialEq)]
pub enum Rest {
    /// There are none.
    Closed,
    /// There may be some, about which nothing was said.
    Unmentioned,
    /// There may be some, with values of this type.
    Typed(Type),
}

impl Shape {
    /// The field with this key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.key == key)
    }

    /// The type of all values together.
    #[must_use]
    pub fn values(&self) -> Type {
        let rest = match &self.rest {
            Rest::Closed => Type::Never,
            Rest::Unmentioned => Type::Any,
            Rest::Typed(ty) => ty.clone(),
        };
        Type::union(self.fields.iter().map(|field| field.ty.clone()).chain([rest]))
    }
}

/// A function as far as its callers see it.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name; empty for a lambda and for `Callable[…]`.
    pub name: Name,
    /// Its parameters; `None` if any arguments are possible (`Callable[..., R]`).
    pub params: Option<Vec<Param>>,
    /// Its result, once it has been inferred.
    pub result: OnceLock<Type>,
    /// Number of the function in the program, if the program defines it.
    pub id: Option<usize>,
}

impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        match (self.id, other.id) {
            (None, None) => self.params == other.params && self.result == other.result,
            (one, two) => one == two,
        }
    }
}

impl Function {
    /// A function of which only the result is known.
    #[must_use]
    pub fn returning(result: Type) -> Function {
        Function { name: Name::from(""), params: None, result: OnceLock::from(result), id: None }
    }

    /// Its result, `Any` while that is not known.
    #[must_use]
    pub fn result(&self) -> Type {
        self.result.get().cloned().unwrap_or(Type::Any)
    }
}

/// A parameter of a [`Function`].
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name; empty in `Callable[…]`.
    pub name: Name,
    /// Its type as annotated, or `Any`.
    pub ty: Type,
    /// How arguments reach it.
    pub kind: crate::value::signature::ParamKind,
    /// May it be left out?
    pub optional: bool,
}

/// What is known about the message of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// `msg.payload`
    pub payload: Type,
    /// `msg.vars`
    pub vars: Type,
    /// `msg.attrs`
    pub attrs: Type,
}

/// The behaviours that signatures ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `Iterable[T]`
    Iterable,
    /// `Iterator[T]`
    Iterator,
    /// `Sequence[T]`
    Sequence,
    /// `Mapping[K, V]`
    Mapping,
    /// What `len` takes.
    Sized,
}

impl Type {
    /// `None`
    pub const NONE: Type = Type::Instance(&descs::NONE);
    /// `bool`
    pub const BOOL: Type = Type::Instance(&descs::BOOL);
    /// `int`
    pub const INT: Type = Type::Instance(&descs::INT);
    /// `float`
    pub const FLOAT: Type = Type::Instance(&descs::FLOAT);
    /// `str`
    pub const STR: Type = Type::Instance(&descs::STR);
    /// `bytes`
    pub const BYTES: Type = Type::Instance(&descs::BYTES);

    /// The literal text `value`.
    #[must_use]
    pub fn text(value: &str) -> Type {
        Type::Literal(Literal::Str(value.into()))
    }

    /// `list[element]`
    #[must_use]
    pub fn list(element: Type) -> Type {
        Type::generic(&descs::LIST, [element])
    }

    /// `dict[key, value]`
    #[must_use]
    pub fn dict(key: Type, value: Type) -> Type {
        Type::generic(&descs::DICT, [key, value])
    }

    /// `desc[parameters]`
    #[must_use]
    pub fn generic<const N: usize>(desc: &'static TypeDesc, parameters: [Type; N]) -> Type {
        Type::Generic(desc, parameters.into_iter().map(|ty| ty.bounded(MAX_NESTING)).collect())
    }

    /// A dict with these fields; one with more than [`MAX_FIELDS`] becomes a plain `dict[str, …]`.
    #[must_use]
    pub fn shape(fields: Vec<Field>, rest: Rest) -> Type {
        let mut shape = Shape { fields, rest };
        if shape.fields.len() > MAX_FIELDS {
            return Type::dict(Type::STR, shape.values());
        }
        for field in &mut shape.fields {
            field.ty = field.ty.bounded(MAX_NESTING);
        }
        Type::Shape(Arc::new(shape))
    }

    /// An Entity whose value has this type.
    #[must_use]
    pub fn entity(value: Type, mime_type: Option<&str>) -> Type {
        Type::Entity(Arc::new(value), mime_type.map(Arc::from))
    }

    /// The type of a value that has one of `types`. `Any` swallows the others: what is not known cannot be wrong.
    #[must_use]
    pub fn union(types: impl IntoIterator<Item = Type>) -> Type {
        let mut members: Vec<Type> = Vec::new();
        for ty in types {
            match ty {
                Type::Any => return Type::Any,
                Type::Never => {}
                Type::Union(inner) => inner.iter().for_each(|member| add_member(&mut members, member.clone())),
                other => add_member(&mut members, other),
            }
        }
        if members.len() > MAX_UNION {
            let widened: Vec<Type> = members.drain(..).map(|member| member.widened()).collect();
            widened.into_iter().for_each(|member| add_member(&mut members, member));
        }
        match members.len() {
            0 => Type::Never,
            1 => members.swap_remove(0),
            2..=MAX_UNION => Type::Union(members.into()),
            _ => Type::Any,
        }
    }

    /// The type of a value that is either `self` or `other`.
    #[must_use]
    pub fn join(&self, other: &Type) -> Type {
        if self == other { self.clone() } else { Type::union([self.clone(), other.clone()]) }
    }

    /// The alternatives: the members of a union, otherwise the type itself. `Never` has none.
    #[must_use]
    pub fn members(&self) -> &[Type] {
        match self {
            Type::Union(members) => members,
            Type::Never => &[],
            other => std::slice::from_ref(other),
        }
    }

    /// The same without the members for which `keep` is false.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&Type) -> bool) -> Type {
        match self {
            Type::Union(members) => Type::union(members.iter().filter(|member| keep(member)).cloned()),
            other if keep(other) => other.clone(),
            _ => Type::Never,
        }
    }

    /// The type without knowledge of single values: `int` for `5`, also inside tuples. Other containers are left as they are.
    #[must_use]
    pub fn widened(&self) -> Type {
        match self {
            Type::Literal(literal) => Type::Instance(literal.class()),
            Type::Union(members) => Type::union(members.iter().map(Type::widened)),
            Type::Tuple(items) => Type::Tuple(items.iter().map(Type::widened).collect()),
            other => other.clone(),
        }
    }

    /// The class of the values, if they all have one.
    #[must_use]
    pub fn class(&self) -> Option<&'static TypeDesc> {
        Some(match self {
            Type::Instance(desc) | Type::Generic(desc, _) => desc,
            Type::Literal(literal) => literal.class(),
            Type::Tuple(_) => &descs::TUPLE,
            Type::Shape(_) => &descs::DICT,
            Type::Function(function) if function.id.is_some() => &descs::FUNCTION,
            Type::Member(_, None) => &descs::BUILTIN,
            Type::Member(_, Some(_)) => &descs::METHOD,
            Type::Class(_) => &descs::TYPE,
            Type::Module(_) => &descs::MODULE,
            Type::Entity(..) => &descs::ENTITY,
            Type::Message(_) => &descs::MESSAGE,
            Type::Any | Type::Never | Type::Union(_) | Type::Function(_) | Type::Protocol(..) | Type::Variable(_) => {
                return None;
            }
        })
    }

    /// Is it exactly `None`?
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Type::Instance(desc) if std::ptr::eq(*desc, &descs::NONE))
    }

    /// Is nothing known?
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(self, Type::Any)
    }

    /// Is it an instance of this very class?
    #[must_use]
    pub fn is_instance(&self, desc: &'static TypeDesc) -> bool {
        self.class().is_some_and(|class| std::ptr::eq(class, desc))
    }

    /// Can the value be changed in place, so that what is known about its content may become wrong?
    #[must_use]
    pub fn is_mutable(&self) -> bool {
        match self {
            Type::Shape(_) => true,
            Type::Generic(desc, _) => !std::ptr::eq(*desc, &descs::TUPLE) && !std::ptr::eq(*desc, &descs::FROZENSET),
            Type::Union(members) => members.iter().any(Type::is_mutable),
            _ => false,
        }
    }

    /// The truth of every value of this type, if they agree (spec 4.4).
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self {
            Type::Literal(literal) => Some(literal.truth()),
            Type::Tuple(items) => Some(!items.is_empty()),
            Type::Function(_) | Type::Member(..) | Type::Class(_) | Type::Module(_) | Type::Message(_) => Some(true),
            Type::Instance(desc) if std::ptr::eq(*desc, &descs::NONE) => Some(false),
            Type::Instance(desc) if ALWAYS_TRUE.iter().any(|known| std::ptr::eq(*known, *desc)) => Some(true),
            Type::Shape(shape) if shape.fields.iter().any(|field| field.required) => Some(true),
            Type::Shape(shape) if shape.fields.is_empty() && shape.rest == Rest::Closed => Some(false),
            Type::Union(members) => {
                let first = members.first()?.truth()?;
                members.iter().all(|member| member.truth() == Some(first)).then_some(first)
            }
            _ => None,
        }
    }

    /// How deep containers nest in it.
    #[must_use]
    pub fn nesting(&self) -> u8 {
        let deepest = |types: &[Type]| types.iter().map(Type::nesting).max().unwrap_or(0);
        match self {
            Type::Generic(_, items) | Type::Tuple(items) | Type::Protocol(_, items) => deepest(items).saturating_add(1),
            Type::Union(items) => deepest(items),
            Type::Shape(shape) => {
                let rest = if let Rest::Typed(ty) = &shape.rest { ty.nesting() } else { 0 };
                shape.fields.iter().map(|field| field.ty.nesting()).max().unwrap_or(0).max(rest).saturating_add(1)
            }
            Type::Entity(value, _) => value.nesting().saturating_add(1),
            Type::Member(_, Some(receiver)) => receiver.nesting().saturating_add(1),
            Type::Function(function) if function.id.is_none() => {
                function.result.get().map_or(0, Type::nesting).saturating_add(1)
            }
            _ => 0,
        }
    }

    /// The same with `Any` in place of what is nested deeper than `levels`.
    #[must_use]
    pub fn bounded(&self, levels: u8) -> Type {
        if self.nesting() < levels {
            return self.clone();
        }
        let Some(inner) = levels.checked_sub(1) else { return Type::Any };
        let all = |types: &[Type]| types.iter().map(|ty| ty.bounded(inner)).collect::<Arc<[Type]>>();
        match self {
            Type::Generic(desc, items) => Type::Generic(desc, all(items)),
            Type::Tuple(items) => Type::Tuple(all(items)),
            Type::Protocol(protocol, items) => Type::Protocol(*protocol, all(items)),
            Type::Union(items) => Type::union(items.iter().map(|ty| ty.bounded(levels))),
            Type::Entity(value, mime_type) => Type::Entity(Arc::new(value.bounded(inner)), mime_type.clone()),
            Type::Shape(shape) => {
                let cut = |field: &Field| Field { ty: field.ty.bounded(inner), ..field.clone() };
                let rest = match &shape.rest {
                    Rest::Typed(ty) => Rest::Typed(ty.bounded(inner)),
                    other => other.clone(),
                };
                Type::Shape(Arc::new(Shape { fields: shape.fields.iter().map(cut).collect(), rest }))
            }
            _ => Type::Any,
        }
    }
}

/// Types that are true whatever the value is.
static ALWAYS_TRUE: &[&TypeDesc] = &[
    &descs::DATETIME,
    &descs::DATE,
    &descs::TIME,
    &descs::TIMEZONE,
    &descs::ZONEINFO,
    &descs::GENERATOR,
    &descs::ELLIPSIS,
];

/// Adds a member to a union, unless another already covers it.
fn add_member(members: &mut Vec<Type>, ty: Type) {
    if members.contains(&ty) {
        return;
    }
    match &ty {
        Type::Literal(literal) => {
            let class = literal.class();
            if members.iter().any(|member| matches!(member, Type::Instance(desc) if std::ptr::eq(*desc, class))) {
                return;
            }
            if let Literal::Bool(value) = literal {
                let other = Type::Literal(Literal::Bool(!value));
                if let Some(at) = members.iter().position(|member| *member == other) {
                    members[at] = Type::BOOL;
                    return;
                }
            }
        }
        Type::Instance(desc) => {
            members.retain(|member| !matches!(member, Type::Literal(own) if std::ptr::eq(own.class(), *desc)));
        }
        // A dict that is still empty may become any other.
        Type::Generic(desc, _) if std::ptr::eq(*desc, &descs::DICT) && members.iter().any(is_empty_dict) => {
            members.retain(|member| !is_empty_dict(member));
            add_member(members, ty);
            return;
        }
        Type::Shape(_) if is_empty_dict(&ty) && members.iter().any(is_plain_dict) => return,
        // Two lists, dicts or shapes stay apart in a union only if they could be told apart.
        Type::Generic(desc, items) => {
            let same = |member: &Type| matches!(member, Type::Generic(own, own_items) if own == desc && own_items.len() == items.len());
            if let Some(at) = members.iter().position(same)
                && let Type::Generic(_, own) = &members[at]
            {
                let joined = own.iter().zip(items.iter()).map(|(one, two)| one.join(two)).collect();
                members[at] = Type::Generic(desc, joined);
                return;
            }
        }
        Type::Shape(shape) => {
            if let Some(at) = members.iter().position(|member| matches!(member, Type::Shape(_)))
                && let Type::Shape(own) = &members[at]
            {
                members[at] = join_shapes(own, shape);
                return;
            }
        }
        _ => {}
    }
    members.push(ty);
}

fn is_empty_dict(ty: &Type) -> bool {
    matches!(ty, Type::Shape(shape) if shape.fields.is_empty() && shape.rest == Rest::Closed)
}

fn is_plain_dict(ty: &Type) -> bool {
    matches!(ty, Type::Generic(desc, _) if std::ptr::eq(*desc, &descs::DICT))
}

/// A dict that has one of two shapes: keys that only one of them has are optional.
fn join_shapes(one: &Shape, two: &Shape) -> Type {
    let rest_of = |shape: &Shape| match &shape.rest {
        Rest::Closed => None,
        Rest::Unmentioned => Some(Type::Any),
        Rest::Typed(ty) => Some(ty.clone()),
    };
    let mut fields = Vec::new();
    for field in &one.fields {
        fields.push(match two.field(&field.key) {
            Some(other) => Field {
                key: field.key.clone(),
                ty: field.ty.join(&other.ty),
                required: field.required && other.required,
            },
            None => {
                let ty = rest_of(two).map_or(field.ty.clone(), |rest| field.ty.join(&rest));
                Field { key: field.key.clone(), ty, required: false }
            }
        });
    }
    for field in two.fields.iter().filter(|field| one.field(&field.key).is_none()) {
        let ty = rest_of(one).map_or(field.ty.clone(), |rest| field.ty.join(&rest));
        fields.push(Field { key: field.key.clone(), ty, required: false });
    }
    let rest = match (&one.rest, &two.rest) {
        (Rest::Closed, rest) | (rest, Rest::Closed) => rest.clone(),
        (Rest::Typed(one), Rest::Typed(two)) => Rest::Typed(one.join(two)),
        _ => Rest::Unmentioned,
    };
    Type::shape(fields, rest)
}

#[cfg(test)]
mod tests;
