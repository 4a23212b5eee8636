//! Built-in functions, the members of the core types, and the protocols behind operators and statements.
//!
//! Every function, method and property is one entry of one table (see [`crate::table!`]): implementation, signature with
//! types, documentation, profile. [`CORE_TYPES`] ties the tables of methods to the types; [`lookup`] finds what a bare name
//! means when no script variable has it.

pub mod attribute;
pub(crate) mod bytes;
pub(crate) mod constructors;
pub mod dict;
pub mod entity;
mod exception;
pub mod formatting;
mod function;
mod functions;
pub(crate) use functions::sum_of_few;
pub mod generator;
mod generic;
pub mod iterate;
pub(crate) mod list;
mod message;
mod multimap;
pub mod named_tuple;
mod number;
pub mod operators;
pub mod receiver;
pub mod reference;
pub mod repr;
mod set;
pub(crate) mod sort;
pub(crate) mod str;
pub mod stream;
pub mod subscript;

use crate::modules;
use crate::value::exceptions::{BASE_EXCEPTION, BUILTIN_EXCEPTIONS, type_error};
use crate::value::types::{self, Kind};
use crate::value::{Builtin, Cx, R, Raise, TypeDesc, Value};

/// A core type with its members and its constructor.
pub struct CoreType {
    /// The type.
    pub desc: &'static TypeDesc,
    /// Tables of its methods and properties.
    pub members: &'static [&'static [Builtin]],
    /// Its constants.
    pub constants: &'static [types::Constant],
    /// What a call of the type does.
    pub new: Option<&'static Builtin>,
}

impl CoreType {
    /// A type without members and constants that cannot be called.
    #[must_use]
    pub const fn of(desc: &'static TypeDesc) -> CoreType {
        CoreType { desc, members: &[], constants: &[], new: None }
    }
}

/// The types of `value` and where their members are.
pub static CORE_TYPES: &[CoreType] = &[
    CoreType { members: &[str::METHODS], new: Some(&constructors::STR), ..CoreType::of(&types::STR) },
    CoreType {
        members: &[bytes::METHODS, bytes::ONLY_BYTES],
        new: Some(&constructors::BYTES),
        ..CoreType::of(&types::BYTES)
    },
    CoreType {
        members: &[bytes::METHODS, bytes::ONLY_BYTEARRAY],
        new: Some(&constructors::BYTEARRAY),
        ..CoreType::of(&types::BYTEARRAY)
    },
    CoreType { members: &[list::LIST_METHODS], new: Some(&constructors::LIST), ..CoreType::of(&types::LIST) },
    CoreType { members: &[list::TUPLE_METHODS], new: Some(&constructors::TUPLE), ..CoreType::of(&types::TUPLE) },
    CoreType { members: &[list::RANGE_METHODS], new: Some(&constructors::RANGE), ..CoreType::of(&types::RANGE) },
    CoreType { members: &[list::SLICE_METHODS], new: Some(&constructors::SLICE), ..CoreType::of(&types::SLICE) },
    CoreType { members: &[dict::METHODS], new: Some(&constructors::DICT), ..CoreType::of(&types::DICT) },
    CoreType { members: &[dict::VIEW_METHODS], ..CoreType::of(&types::DICT_KEYS) },
    CoreType { members: &[dict::VIEW_METHODS], ..CoreType::of(&types::DICT_ITEMS) },
    CoreType { members: &[dict::VALUES_METHODS], ..CoreType::of(&types::DICT_VALUES) },
    CoreType { members: &[set::METHODS, set::MUTATING], new: Some(&constructors::SET), ..CoreType::of(&types::SET) },
    CoreType { members: &[set::METHODS], new: Some(&constructors::FROZENSET), ..CoreType::of(&types::FROZENSET) },
    CoreType { members: &[number::INT_METHODS], new: Some(&constructors::INT), ..CoreType::of(&types::INT) },
    CoreType { new: Some(&constructors::BOOL), ..CoreType::of(&types::BOOL) },
    CoreType { members: &[number::FLOAT_METHODS], new: Some(&constructors::FLOAT), ..CoreType::of(&types::FLOAT) },
    CoreType { new: Some(&constructors::NONE), ..CoreType::of(&types::NONE) },
    CoreType { new: Some(&constructors::TYPE), ..CoreType::of(&types::TYPE) },
    CoreType { new: Some(&constructors::OBJECT), ..CoreType::of(&types::OBJECT) },
    CoreType { members: &[function::MEMBERS], ..CoreType::of(&types::FUNCTION) },
    CoreType { members: &[generator::METHODS], ..CoreType::of(&types::GENERATOR) },
    CoreType { members: &[exception::MEMBERS], ..CoreType::of(&BASE_EXCEPTION) },
    CoreType { members: &[multimap::METHODS], new: Some(&constructors::MULTIMAP), ..CoreType::of(&types::MULTIMAP) },
    CoreType { members: &[entity::METHODS], ..CoreType::of(&types::ENTITY) },
    CoreType { members: &[crate::mime::multipart::parts::MEMBERS], ..CoreType::of(&types::FORM_DATA_PARTS) },
    CoreType { members: &[message::MEMBERS], ..CoreType::of(&types::MESSAGE) },
    CoreType::of(&types::DATASET),
    CoreType::of(&types::RECORD),
    CoreType::of(&types::STREAM),
    CoreType { new: Some(&constructors::MAP), ..CoreType::of(&types::iterators::MAP) },
    CoreType { new: Some(&constructors::FILTER), ..CoreType::of(&types::iterators::FILTER) },
    CoreType { new: Some(&constructors::ZIP), ..CoreType::of(&types::iterators::ZIP) },
    CoreType { new: Some(&constructors::ENUMERATE), ..CoreType::of(&types::iterators::ENUMERATE) },
    CoreType { new: Some(&constructors::REVERSED), ..CoreType::of(&types::iterators::REVERSED) },
];

/// Types whose names are bare built-in names, with the profile in which they are (spec 8.1, 8.3).
pub static TYPE_NAMES: &[(&TypeDesc, types::Profile)] = {
    use types::Profile::{Core, CoreCode, Extended};
    &[
        (&types::BOOL, Core),
        (&types::BYTES, Core),
        (&types::DICT, Core),
        (&types::FLOAT, Core),
        (&types::INT, Core),
        (&types::LIST, Core),
        (&types::RANGE, Core),
        (&types::SET, Core),
        (&types::STR, Core),
        (&types::TUPLE, Core),
        (&types::TYPE, Core),
        (&types::ENTITY, Core),
        (&types::BYTEARRAY, CoreCode),
        (&types::OBJECT, CoreCode),
        (&types::SLICE, CoreCode),
        (&types::iterators::MAP, CoreCode),
        (&types::iterators::FILTER, CoreCode),
        (&types::iterators::ZIP, CoreCode),
        (&types::iterators::ENUMERATE, CoreCode),
        (&types::iterators::REVERSED, CoreCode),
        (&types::FROZENSET, Extended),
        (&types::MULTIMAP, Extended),
        (&types::FORM_DATA_PARTS, Extended),
        (&types::MESSAGE, Extended),
        (&types::DATASET, Extended),
        (&types::RECORD, Extended),
        (&types::STREAM, Extended),
    ]
};

fn core(desc: &'static TypeDesc) -> Option<&'static CoreType> {
    CORE_TYPES.iter().chain(modules::CORE_TYPES).find(|core| std::ptr::eq(core.desc, desc))
}

/// The tables of a type's own constants, without those of its bases.
#[must_use]
pub fn own_constants(desc: &'static TypeDesc) -> Vec<&'static [types::Constant]> {
    let core = core(desc).map_or(&[][..], |core| core.constants);
    vec![core, desc.constants]
}

/// The constant `name` of a type or of one of its bases.
#[must_use]
pub fn find_constant(desc: &'static TypeDesc, name: &str) -> Option<&'static types::Constant> {
    let mut at = Some(desc);
    while let Some(ty) = at {
        let own = core(ty).map_or(&[][..], |core| core.constants);
        if let Some(found) = own.iter().chain(ty.constants).find(|c| c.name == name) {
            return Some(found);
        }
        at = ty.base;
    }
    None
}

/// The tables of a type's own members, without those of its bases.
#[must_use]
pub fn own_members(desc: &'static TypeDesc) -> Vec<&'static [Builtin]> {
    let core = core(desc).map_or(&[][..], |core| core.members);
    core.iter().copied().chain([desc.members]).filter(|table| !table.is_empty()).collect()
}

/// The member `name` of a type or of one of its bases.
#[must_use]
pub fn find_member(desc: &'static TypeDesc, name: &str) -> Option<&'static Builtin> {
    // A MultiMap counts as a dict for `isinstance`, but has only the operations of its own (spec 5.8).
    let stop = std::ptr::eq(desc, &types::MULTIMAP);
    let mut at = Some(desc);
    while let Some(ty) = at {
        let tables = core(ty).map_or(&[][..], |core| core.members);
        let found = tables.iter().copied().chain([ty.members]).flatten().find(|member| member.name() == name);
        if found.is_some() {
            return found;
        }
        if let Some(found) = ty.second_base.and_then(|second| find_member(second, name)) {
            return Some(found);
        }
        at = if stop { None } else { ty.base };
    }
    None
}

/// Whether the tables of a type hold a member, not only those of its bases.
fn owns(desc: &'static TypeDesc, member: &'static Builtin) -> bool {
    own_members(desc).iter().any(|table| table.iter().any(|entry| std::ptr::eq(entry, member)))
}

/// The type in whose table a member stands; of several the first.
#[must_use]
pub fn owner(member: &'static Builtin) -> Option<&'static TypeDesc> {
    let core = CORE_TYPES.iter().chain(modules::CORE_TYPES).map(|core| core.desc);
    let types = modules::MODULES.iter().flat_map(|module| module.types).map(|(_, desc, _)| *desc);
    core.chain(types).find(|desc| owns(desc, member))
}

/// Methods of dicts that their subclasses have of their own in CPython: errors name the subclass.
const OVERRIDDEN: [(&TypeDesc, &[&str]); 3] = [
    (&types::ORDERED_DICT, &["clear", "copy", "items", "keys", "pop", "setdefault", "update", "values"]),
    (&types::DEFAULT_DICT, &["copy"]),
    (&types::COUNTER, &["copy"]),
];

/// The name of the type in whose table a method of `receiver` stands, for error messages.
#[must_use]
pub fn owner_name(receiver: Option<&Value>, method: &'static Builtin) -> &'static str {
    let mut at = receiver.map(Value::type_of);
    while let Some(ty) = at {
        let overridden =
            |(desc, names): &(&TypeDesc, &[&str])| std::ptr::eq(*desc, ty) && names.contains(&method.name());
        if owns(ty, method) || OVERRIDDEN.iter().any(overridden) {
            return ty.name;
        }
        at = ty.base;
    }
    owner(method).map(|desc| desc.name).or(receiver.map(Value::type_name)).unwrap_or("object")
}

/// The error of an unbound method whose first argument is no instance of its type; `None` if it is one. Methods that
/// CPython has in Python take whatever comes.
#[cold]
#[must_use]
pub fn wrong_receiver(method: &'static Builtin, receiver: &Value) -> Option<Raise> {
    let owner = owner(method)?;
    let mut at = Some(receiver.type_of());
    while let Some(ty) = at {
        if owns(ty, method) || owner.python {
            return None;
        }
        at = ty.base;
    }
    let (name, got) = (method.name(), receiver.type_of().qualified());
    Some(type_error(format!(
        "descriptor '{name}' for '{}' objects doesn't apply to a '{got}' object",
        owner.qualified()
    )))
}

/// Calls a type.
///
/// # Errors
/// `TypeError` if instances cannot be made that way, or whatever the constructor raises.
pub fn construct(cx: &mut Cx<'_>, desc: &'static TypeDesc, args: &[Value], keywords: &[(Value, Value)]) -> R {
    if desc.new.is_none() && desc.is_subtype(&BASE_EXCEPTION) {
        return exception::construct(cx, desc, args, keywords);
    }
    if std::ptr::eq(desc, &types::TYPE) && (args.len() != 1 || !keywords.is_empty()) {
        return Err(type_error("type() takes 1 or 3 arguments"));
    }
    if std::ptr::eq(desc, &types::OBJECT) && (!args.is_empty() || !keywords.is_empty()) {
        return Err(type_error("object() takes no arguments"));
    }
    // The commonest conversion needs no binding of arguments.
    if let ([one], true, true) = (args, keywords.is_empty(), std::ptr::eq(desc, &types::STR)) {
        return repr::str(cx, one);
    }
    let Some(new) = constructor(desc) else {
        return Err(type_error(format!("cannot create '{}' instances", desc.qualified())));
    };
    // Constructors with kind `Class` serve several types and get the type first.
    let class = (new.kind == Kind::Class).then_some(Value::Type(desc));
    if keywords.is_empty()
        && let Some(made) = run_positional(cx, new, class.as_ref(), args)
    {
        return made;
    }
    let all: Vec<Value> = class.iter().chain(args).cloned().collect();
    let bound = new.signature().bind(desc.name, &String::new, usize::from(class.is_some()), &all, keywords)?;
    (new.run)(cx, &bound)
}

/// The function that makes instances of a type.
#[must_use]
pub fn constructor(desc: &'static TypeDesc) -> Option<&'static Builtin> {
    core(desc).and_then(|core| core.new).or(desc.new)
}

/// Arguments that need no memory of their own to be put together.
const FEW: usize = 4;

/// Calls a built-in with arguments by position, `first` before the others: `None` if its signature has other parameters than
/// those, or their number does not fit.
#[inline]
pub fn run_positional(cx: &mut Cx<'_>, builtin: &'static Builtin, first: Option<&Value>, args: &[Value]) -> Option<R> {
    let signature = builtin.signature();
    let (least, most) = signature.plain?;
    let given = args.len() + usize::from(first.is_some());
    if given == most && first.is_none() {
        return Some((builtin.run)(cx, args));
    }
    if !(least..=most).contains(&given) {
        return None;
    }
    let defaults = signature.params.iter().map(|param| &param.default);
    if most > FEW {
        let all = first.into_iter().chain(args).cloned().chain(defaults.skip(given).map(|default| default.value()));
        return Some((builtin.run)(cx, &all.collect::<Vec<_>>()));
    }
    let mut padded = [const { Value::Unbound }; FEW];
    let slots = match first {
        Some(first) => {
            padded[0] = first.clone();
            &mut padded[1..]
        }
        None => &mut padded[..],
    };
    for (slot, value) in slots.iter_mut().zip(args) {
        *slot = value.clone();
    }
    for (slot, default) in padded.iter_mut().zip(defaults).skip(given) {
        *slot = default.value();
    }
    Some((builtin.run)(cx, &padded[..most]))
}

/// The profile of a built-in function or type.
#[must_use]
pub fn profile_of(name: &str) -> Option<types::Profile> {
    let function = functions::FUNCTIONS.iter().find(|f| f.name() == name).map(|f| f.profile);
    function.or_else(|| TYPE_NAMES.iter().find(|(desc, _)| desc.name == name).map(|(_, profile)| *profile))
}

/// `__name__` of the script (spec 4.12 no. 19).
pub const MODULE_NAME: &str = "__dataway__";

/// What a bare name means outside the script: a function, type, exception or module (spec 8, 9).
#[must_use]
pub fn lookup(name: &str) -> Option<Value> {
    if let Some(function) = functions::FUNCTIONS.iter().find(|f| f.name() == name) {
        return Some(Value::Builtin(function));
    }
    if let Some((desc, _)) = TYPE_NAMES.iter().find(|(desc, _)| desc.name == name) {
        return Some(Value::Type(desc));
    }
    if let Some(module) = modules::lookup(name) {
        return Some(Value::Module(module));
    }
    let name = match name {
        "Ellipsis" => return Some(Value::Ellipsis),
        "NotImplemented" => return Some(Value::NotImplemented),
        "__name__" => return Some(Value::str(MODULE_NAME)),
        "IOError" | "EnvironmentError" => "OSError",
        other => other,
    };
    BUILTIN_EXCEPTIONS.iter().find(|class| class.name == name).map(|class| Value::Type(class))
}

/// Whether a type is `enumerate`.
#[must_use]
pub fn enumerate_type(desc: &'static TypeDesc) -> bool {
    std::ptr::eq(desc, &types::iterators::ENUMERATE)
}

/// The truth of a value (spec 4.4).
///
/// # Errors
/// An Entity's bytes may turn out not to be what its MIME type says.
pub fn truth(cx: &mut Cx<'_>, value: &Value) -> R<bool> {
    Ok(match value {
        Value::Unbound | Value::None => false,
        Value::Bool(b) => *b,
        Value::Int(n) => *n != 0,
        Value::Float(x) => *x != 0.0,
        Value::Short(s) => !s.bytes().is_empty(),
        Value::Bytes(b) => !b.bytes().is_empty(),
        Value::ByteArray(b) => !b.bytes.borrow().is_empty(),
        Value::List(l) => !l.is_empty(),
        Value::Tuple(t) => !t.items.is_empty(),
        Value::Dict(d) => !d.is_empty(),
        Value::Set(s) => !s.is_empty(),
        Value::Range(r) => !matches!(r.len, Value::Int(0)),
        Value::View(v) => !v.dict.is_empty(),
        Value::Decimal(d) => !d.is_zero(),
        Value::Delta(d) => !d.is_zero(),
        Value::MultiMap(m) => !m.is_empty(),
        Value::Entity(e) => entity::truth(cx, e)?,
        Value::Native(n) => n.object.truth(cx)?,
        _ => true,
    })
}
