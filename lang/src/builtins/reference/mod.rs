//! The reference: what the tables of built-ins and modules say, for people.
//!
//! One list of [`Entry`] serves the printed pages (`dataway docs`), the generated Markdown, completion, and the test that
//! executes the examples.
//!
//! | room | job |
//! |---|---|
//! | [`page`] | the page of a name, for a terminal |
//! | [`markdown`] | the reference as Markdown files |

mod markdown;
mod page;

use std::collections::BTreeSet;

use super::functions::FUNCTIONS;
use super::{CORE_TYPES, CoreType, TYPE_NAMES, core, find_constant, own_members};
use crate::modules::{self, MODULES};
use crate::value::exceptions::BUILTIN_EXCEPTIONS;
use crate::value::types::{Constant, Kind, Profile};
use crate::value::{Builtin, ModuleDesc, TypeDesc};

pub use markdown::markdown;
pub use page::{index, page};

/// A function, method, property or constructor with the name under which scripts reach it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// `len`, `str.split`, `math.sqrt`, `datetime.date.today`; a constructor has the name of its type.
    pub path: String,
    /// Its line in a table.
    pub builtin: &'static Builtin,
}

/// Every entry of every table: functions, types by name, modules by name.
#[must_use]
pub fn entries() -> Vec<Entry> {
    let mut all: Vec<Entry> =
        FUNCTIONS.iter().map(|builtin| Entry { path: builtin.name().to_owned(), builtin }).collect();
    for core in CORE_TYPES {
        all.extend(type_entries(core.desc, core.desc.name));
    }
    for module in every_module() {
        all.extend(
            module.functions.iter().map(|f| Entry { path: format!("{}.{}", module.name, f.name()), builtin: f }),
        );
        for (name, desc, _) in module.types {
            all.extend(type_entries(desc, &format!("{}.{name}", module.name)));
        }
    }
    all
}

/// Constructor and own members of a type that is shown as `path`.
fn type_entries(desc: &'static TypeDesc, path: &str) -> Vec<Entry> {
    let new = constructor(desc).map(|builtin| Entry { path: path.to_owned(), builtin });
    let members = own_members(desc).into_iter().flatten();
    new.into_iter()
        .chain(members.map(|member| Entry { path: format!("{path}.{}", member.name()), builtin: member }))
        .collect()
}

/// What a call of the type does, if it can be called.
#[must_use]
pub fn constructor(desc: &'static TypeDesc) -> Option<&'static Builtin> {
    core(desc).and_then(|core| core.new).or(desc.new)
}

/// The type's own constants.
fn constants(desc: &'static TypeDesc) -> impl Iterator<Item = &'static Constant> {
    core(desc).map_or(&[][..], |core| core.constants).iter().chain(desc.constants)
}

/// All modules with their parts, parts behind their wholes.
fn every_module() -> Vec<&'static ModuleDesc> {
    let mut all = Vec::new();
    let mut open: Vec<&'static ModuleDesc> = MODULES.iter().rev().copied().collect();
    while let Some(module) = open.pop() {
        all.push(module);
        open.extend(module.modules.iter().rev().map(|(_, part)| *part));
    }
    all
}

/// Names that scripts have without importing anything: functions, types, exceptions, modules.
pub fn names() -> impl Iterator<Item = &'static str> {
    let functions = FUNCTIONS.iter().map(Builtin::name);
    let types = TYPE_NAMES.iter().map(|(desc, _)| desc.name);
    let exceptions = BUILTIN_EXCEPTIONS.iter().map(|class| class.name);
    functions.chain(types).chain(exceptions).chain(MODULES.iter().map(|module| module.name))
}

/// Names of members and constants of a type and its bases, and of the fields of its tuples.
#[must_use]
pub fn member_names(desc: &'static TypeDesc) -> BTreeSet<&'static str> {
    let mut names: BTreeSet<&'static str> = desc.fields.iter().copied().collect();
    let mut open = vec![desc];
    while let Some(class) = open.pop() {
        // The bases of a type whose operations are its own count only for `isinstance`.
        let own = own_members(class).into_iter().flatten().map(Builtin::name);
        names.extend(own.filter(|name| super::find_member(desc, name).is_some()));
        names.extend(constants(class).map(|c| c.name).filter(|name| find_constant(desc, name).is_some()));
        open.extend([class.base, class.second_base].into_iter().flatten());
    }
    names
}

/// The type of that name: built-in, exception, or of a module, with or without the module's name before it.
#[must_use]
pub fn type_named(name: &str) -> Option<&'static TypeDesc> {
    let core = |types: &'static [CoreType]| types.iter().map(|core| core.desc);
    let modules =
        || every_module().into_iter().flat_map(|m| m.types.iter().map(move |(shown, desc, _)| (m, *shown, *desc)));
    let known = core(CORE_TYPES).chain(core(modules::CORE_TYPES)).chain(TYPE_NAMES.iter().map(|(desc, _)| *desc));
    let known = known.chain(BUILTIN_EXCEPTIONS.iter().copied()).chain(modules::UNNAMED_TYPES.iter().copied());
    let plain = name == "None";
    let mut found =
        known.filter(|desc| desc.name == name || desc.full_name() == name || (plain && desc.name == "NoneType"));
    found.next().or_else(|| {
        let mut found = modules().filter(|(m, shown, _)| {
            *shown == name || name.strip_prefix(m.name).and_then(|rest| rest.strip_prefix('.')) == Some(shown)
        });
        found.next().map(|(_, _, desc)| desc)
    })
}

/// How an entry is written: the parameters that a caller sees, and the result.
#[must_use]
pub fn signature(entry: &Entry) -> String {
    let Entry { path, builtin } = entry;
    let text = builtin.declaration();
    let (head, returns) = match text.rsplit_once(") ->") {
        Some((head, returns)) => (head, returns.trim()),
        None => (text.trim_end_matches(')'), ""),
    };
    if builtin.kind == Kind::Property {
        return if returns.is_empty() { path.clone() } else { format!("{path}: {returns}") };
    }
    let parameters = head.split_once('(').map_or("", |(_, parameters)| parameters);
    let parameters = match builtin.kind {
        Kind::Method | Kind::Class => without_receiver(parameters),
        _ => parameters,
    };
    // What an optional parameter without a default becomes is the business of the implementation.
    let parameters = parameters.replace("<absent>", "…");
    if returns.is_empty() { format!("{path}({parameters})") } else { format!("{path}({parameters}) -> {returns}") }
}

/// The parameters behind the first one, and behind a `/` that concerned only that one.
fn without_receiver(parameters: &str) -> &str {
    let mut depth = 0;
    let end = parameters.char_indices().find(|(_, c)| {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            _ => {}
        }
        depth == 0 && *c == ','
    });
    let rest = end.and_then(|(at, _)| parameters.get(at + 1..)).unwrap_or_default().trim_start();
    match rest.strip_prefix('/') {
        Some(rest) => rest.trim_start_matches(',').trim_start(),
        None => rest,
    }
}

/// Where a thing may be used, if that is not everywhere.
fn mark(profile: Profile) -> Option<&'static str> {
    match profile {
        Profile::Core => None,
        Profile::CoreCode => Some("core profile: only in scripts"),
        Profile::Extended => Some("extended profile only"),
    }
}

/// Where the bare name of a type may be used, if that is not everywhere.
fn type_mark(desc: &TypeDesc) -> Option<&'static str> {
    TYPE_NAMES.iter().find(|(known, _)| *known == desc).and_then(|(_, profile)| mark(*profile))
}

/// The lines of a doc comment without the blank that follows `///`.
pub fn doc_lines(doc: &str) -> impl Iterator<Item = &str> {
    doc.trim_end().lines().map(|line| line.strip_prefix(' ').unwrap_or(line))
}

/// The first sentence, for lists.
fn summary(doc: &str) -> &str {
    doc.trim_start().lines().next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str) -> String {
        entries().iter().find(|entry| entry.path == path).map(signature).unwrap_or_default()
    }

    #[test]
    fn signatures_are_written_as_calls_are() {
        assert_eq!(shown("len"), "len(obj: Sized, /) -> int");
        assert_eq!(shown("iter"), "iter(object: Any, sentinel: Any = …, /) -> Iterator[Any]");
        assert_eq!(shown("int.bit_count"), "int.bit_count() -> int");
        assert_eq!(shown("int.numerator"), "int.numerator: int");
        assert_eq!(without_receiver("self: dict[K, V], key: K, /"), "key: K, /");
        assert_eq!(without_receiver("self, /, sep: str | None = None"), "sep: str | None = None");
        assert_eq!(without_receiver("self, /"), "");
    }

    #[test]
    fn types_are_found_by_name() {
        for (name, expected) in [("str", "str"), ("None", "NoneType"), ("ValueError", "ValueError"), ("nothing", "")] {
            assert_eq!(type_named(name).map_or("", |desc| desc.name), expected);
        }
    }

    #[test]
    fn every_path_is_unique() {
        let mut seen = BTreeSet::new();
        for entry in entries() {
            assert!(seen.insert(entry.path.clone()), "{}", entry.path);
        }
    }
}
