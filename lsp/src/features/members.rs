//! What can stand behind a dot or between brackets: the members of a type and the keys of a dict.

use dataway_lang::builtins;
use dataway_lang::builtins::reference::{self, Entry};
use dataway_lang::check::types::{Field, Rest, Type};
use dataway_lang::value::types::{Kind, Profile};
use dataway_lang::value::{Builtin, ModuleDesc, TypeDesc};

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// A method or function.
    Function,
    /// An attribute that is computed or stored.
    Property,
    /// A constant.
    Constant,
    /// A type of a module.
    Class,
    /// A module inside a module.
    Module,
}

/// A member of a value, type or module.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: MemberKind,
    /// Its declaration or type, as people read it.
    pub declaration: String,
    /// Its documentation in the form of the tables.
    pub doc: &'static str,
    /// Does it belong to the core profile?
    pub is_core: bool,
    /// Can a call have arguments?
    pub takes_arguments: bool,
}

/// Names of message parts in scripts of 2020, which still work and are not offered.
const OLD_MESSAGE_PARTS: [&str; 2] = ["attr", "var"];

/// The members of every alternative of a type; of a union those that one alternative has, `None` apart.
#[must_use]
pub fn members(ty: &Type) -> Vec<Member> {
    let mut found: Vec<Member> = Vec::new();
    for alternative in ty.members().iter().filter(|one| !one.is_none()) {
        let mut own = match alternative {
            Type::Module(module) => of_module(module),
            Type::Class(desc) => of_class(desc),
            // An Entity is also used like its value.
            Type::Entity(value, _) => {
                let mut own = alternative.class().map(of_instance).unwrap_or_default();
                own.extend(members(value));
                own
            }
            other => other.class().map(of_instance).unwrap_or_default(),
        };
        if matches!(alternative, Type::Message(_)) {
            own.retain(|member| !OLD_MESSAGE_PARTS.contains(&member.name.as_str()));
        }
        for member in own {
            if !found.iter().any(|known| known.name == member.name) {
                found.push(member);
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The member with this name.
#[must_use]
pub fn find(ty: &Type, name: &str) -> Option<Member> {
    members(ty).into_iter().find(|member| member.name == name)
}

/// The known keys of a dict-like type with their types.
#[must_use]
pub fn keys(ty: &Type) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    for alternative in ty.members() {
        let own = match alternative {
            Type::Shape(shape) => shape.fields.clone(),
            Type::Entity(value, _) => keys(value),
            _ => Vec::new(),
        };
        for field in own {
            match found.iter_mut().find(|known| known.key == field.key) {
                Some(known) => {
                    known.ty = known.ty.join(&field.ty);
                    known.required &= field.required;
                }
                None => found.push(field),
            }
        }
    }
    found
}

/// May there be other keys than the known ones?
#[must_use]
pub fn has_other_keys(ty: &Type) -> bool {
    ty.members().iter().any(|alternative| match alternative {
        Type::Shape(shape) => shape.rest != Rest::Closed,
        Type::Entity(value, _) => has_other_keys(value),
        _ => true,
    })
}

/// A built-in as a member.
#[must_use]
pub fn of_builtin(builtin: &'static Builtin) -> Member {
    let property = builtin.kind == Kind::Property;
    Member {
        name: builtin.name().to_owned(),
        kind: if property { MemberKind::Property } else { MemberKind::Function },
        declaration: if property { builtin.signature().returns.clone() } else { shown(builtin) },
        doc: builtin.doc,
        is_core: builtin.profile != Profile::Extended,
        takes_arguments: !property && parameter_count(builtin) > 0,
    }
}

/// The declaration without the receiver, which nobody writes.
#[must_use]
pub fn shown(builtin: &'static Builtin) -> String {
    reference::signature(&Entry { path: builtin.name().to_owned(), builtin })
}

/// Number of parameters that callers give.
fn parameter_count(builtin: &'static Builtin) -> usize {
    let receiver = usize::from(matches!(builtin.kind, Kind::Method | Kind::Class));
    builtin.signature().params.len().saturating_sub(receiver)
}

fn of_instance(desc: &'static TypeDesc) -> Vec<Member> {
    reference::member_names(desc)
        .into_iter()
        .filter(|name| !name.starts_with("__"))
        .filter_map(|name| named(desc, name))
        .collect()
}

fn named(desc: &'static TypeDesc, name: &'static str) -> Option<Member> {
    if let Some(builtin) = builtins::find_member(desc, name) {
        return Some(of_builtin(builtin));
    }
    if let Some(constant) = builtins::find_constant(desc, name) {
        return Some(Member {
            name: name.to_owned(),
            kind: MemberKind::Constant,
            declaration: constant.ty.to_owned(),
            doc: constant.doc,
            is_core: constant.profile != Profile::Extended,
            takes_arguments: false,
        });
    }
    desc.fields.contains(&name).then(|| Member {
        name: name.to_owned(),
        kind: MemberKind::Property,
        declaration: String::new(),
        doc: "",
        is_core: true,
        takes_arguments: false,
    })
}

/// What a type itself offers: static and class methods and constants first of all, but methods too (`str.upper`).
fn of_class(desc: &'static TypeDesc) -> Vec<Member> {
    of_instance(desc).into_iter().filter(|member| member.kind != MemberKind::Property).collect()
}

fn of_module(module: &'static ModuleDesc) -> Vec<Member> {
    let functions = module.functions.iter().map(of_builtin);
    let types = module.types.iter().map(|(name, desc, profile)| Member {
        name: (*name).to_owned(),
        kind: MemberKind::Class,
        declaration: constructor(desc).map_or_else(|| desc.full_name(), shown),
        doc: constructor(desc).map_or(desc.doc, |new| new.doc),
        is_core: *profile != Profile::Extended,
        takes_arguments: true,
    });
    let constants = module.constants.iter().map(|constant| Member {
        name: constant.name.to_owned(),
        kind: MemberKind::Constant,
        declaration: constant.ty.to_owned(),
        doc: constant.doc,
        is_core: constant.profile != Profile::Extended,
        takes_arguments: false,
    });
    let modules = module.modules.iter().map(|(name, inner)| Member {
        name: (*name).to_owned(),
        kind: MemberKind::Module,
        declaration: format!("module {}", inner.name),
        doc: inner.doc,
        is_core: inner.profile != Profile::Extended,
        takes_arguments: false,
    });
    functions.chain(types).chain(constants).chain(modules).collect()
}

/// What a call of a type does, if it can be called.
#[must_use]
pub fn constructor(desc: &'static TypeDesc) -> Option<&'static Builtin> {
    reference::constructor(desc)
}
