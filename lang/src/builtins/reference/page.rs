//! Pages for a terminal: `dataway docs NAME`.

use super::{
    Entry, constants, doc_lines, entries, every_module, mark, names, signature, summary, type_entries, type_mark,
    type_named,
};
use crate::builtins::find_member;
use crate::builtins::functions::FUNCTIONS;
use crate::value::exceptions::{BASE_EXCEPTION, BUILTIN_EXCEPTIONS};
use crate::value::types::Constant;
use crate::value::{ModuleDesc, TypeDesc};

/// Width up to which lists of names are filled.
const WIDTH: usize = 100;

/// The list of everything that has a page.
#[must_use]
pub fn index() -> String {
    let mut out = String::from("Built-in functions\n");
    fill(&mut out, FUNCTIONS.iter().map(|f| f.name().to_owned()));
    out.push_str("\nTypes\n");
    fill(&mut out, super::CORE_TYPES.iter().map(|core| core.desc.name.to_owned()));
    out.push_str("\nExceptions\n");
    fill(&mut out, BUILTIN_EXCEPTIONS.iter().map(|class| class.name.to_owned()));
    out.push_str("\nModules\n");
    let modules = every_module();
    let width = modules.iter().map(|module| module.name.len()).max().unwrap_or(0);
    for module in modules {
        out.push_str(&format!("  {:width$}  {}\n", module.name, summary(module.doc)));
    }
    out.push_str("\nA page is named `sorted`, `str`, `str.split`, `math`, `math.sqrt` or `datetime.date.today`.\n");
    out
}

/// The page of a function, type, module or member.
#[must_use]
pub fn page(name: &str) -> Option<String> {
    let name = name.trim().trim_end_matches("()");
    // The message is no name of a table, but the first that people look for.
    let of_message = name.strip_prefix("msg").filter(|rest| rest.is_empty() || rest.starts_with('.'));
    let spelled = of_message.map(|rest| format!("Message{rest}"));
    let name = spelled.as_deref().unwrap_or(name);
    let entry = entries().into_iter().find(|entry| entry.path == name);
    if let Some(module) = every_module().into_iter().find(|module| module.name == name) {
        return Some(module_page(module));
    }
    if let Some((path, desc)) = type_at(name) {
        return Some(type_page(&path, desc));
    }
    if let Some(entry) = entry {
        return Some(entry_page(&entry));
    }
    if let Some((owner, constant)) = constant_at(name) {
        return Some(constant_page(&owner, constant));
    }
    if let Some((path, desc)) = name.rsplit_once('.').and_then(|(owner, _)| type_at(owner))
        && let Some(builtin) = name.rsplit('.').next().and_then(|member| find_member(desc, member))
    {
        // A member of a base.
        return Some(entry_page(&Entry { path: format!("{path}.{}", builtin.name()), builtin }));
    }
    same_ending(name)
}

/// The page of what ends with `name`, or the list if there are several: `split` is `str.split`, `bytes.split` …
fn same_ending(name: &str) -> Option<String> {
    let tail = format!(".{name}");
    let mut found: Vec<Entry> = entries().into_iter().filter(|entry| entry.path.ends_with(&tail)).collect();
    match found.len() {
        0 => None,
        1 => found.pop().map(|entry| entry_page(&entry)),
        _ => {
            let mut out = String::new();
            list(&mut out, found.iter().map(|entry| (entry.path.clone(), summary(entry.builtin.doc))));
            Some(out)
        }
    }
}

/// The type of that name and how it is written in full.
fn type_at(name: &str) -> Option<(String, &'static TypeDesc)> {
    for module in every_module() {
        for (shown, desc, _) in module.types {
            let path = format!("{}.{shown}", module.name);
            if path == name {
                return Some((path, desc));
            }
        }
    }
    let desc = type_named(name)?;
    Some((if names().any(|known| known == name) { name.to_owned() } else { desc.full_name() }, desc))
}

fn constant_at(name: &str) -> Option<(String, &'static Constant)> {
    let (owner, last) = name.rsplit_once('.')?;
    let found = match every_module().into_iter().find(|module| module.name == owner) {
        Some(module) => module.constants.iter().find(|constant| constant.name == last),
        None => type_at(owner).and_then(|(_, desc)| constants(desc).find(|constant| constant.name == last)),
    };
    found.map(|constant| (owner.to_owned(), constant))
}

fn entry_page(entry: &Entry) -> String {
    let mut out = format!("{}\n\n", signature(entry));
    doc_lines(entry.builtin.doc).for_each(|line| push_line(&mut out, line));
    if let Some(mark) = mark(entry.builtin.profile) {
        out.push_str(&format!("\n({mark})\n"));
    }
    out
}

fn constant_page(owner: &str, constant: &Constant) -> String {
    let mut out = format!("{owner}.{}: {}\n\n{}\n", constant.name, constant.ty, constant.doc.trim());
    if let Some(mark) = mark(constant.profile) {
        out.push_str(&format!("\n({mark})\n"));
    }
    out
}

fn type_page(path: &str, desc: &'static TypeDesc) -> String {
    let mut out = format!("type {path}");
    if let Some(base) = desc.base.filter(|base| base.base.is_some()) {
        out.push_str(&format!("({})", base.full_name()));
    }
    out.push('\n');
    if !desc.doc.is_empty() {
        out.push_str(&format!("\n{}\n", desc.doc.trim()));
    }
    if let Some(mark) = type_mark(desc) {
        out.push_str(&format!("\n({mark})\n"));
    }
    let entries = type_entries(desc, path);
    if let Some(new) = entries.iter().find(|entry| entry.path == path) {
        out.push_str(&format!("\n{}", entry_page(new)));
    } else if desc.is_subtype(&BASE_EXCEPTION) {
        out.push_str(&format!("\n{path}(*args)\n"));
    }
    let members: Vec<&Entry> = entries.iter().filter(|entry| entry.path != path).collect();
    let own = constants(desc).map(|constant| (format!("{path}.{}", constant.name), constant.doc.trim()));
    section(&mut out, "Constants", own);
    section(&mut out, "Members", members.iter().map(|entry| (entry.path.clone(), summary(entry.builtin.doc))));
    out
}

fn module_page(module: &ModuleDesc) -> String {
    let mut out = format!("module {}\n\n{}\n", module.name, module.doc.trim());
    if let Some(mark) = mark(module.profile) {
        out.push_str(&format!("\n({mark})\n"));
    }
    let path = |name: &str| format!("{}.{name}", module.name);
    section(&mut out, "Functions", module.functions.iter().map(|f| (path(f.name()), summary(f.doc))));
    section(&mut out, "Types", module.types.iter().map(|(name, desc, _)| (path(name), summary(desc.doc))));
    section(&mut out, "Constants", module.constants.iter().map(|c| (path(c.name), summary(c.doc))));
    section(&mut out, "Modules", module.modules.iter().map(|(name, part)| (path(name), summary(part.doc))));
    out
}

fn section<'a>(out: &mut String, title: &str, items: impl Iterator<Item = (String, &'a str)>) {
    let mut items = items.peekable();
    if items.peek().is_some() {
        out.push_str(&format!("\n{title}\n"));
        list(out, items);
    }
}

/// Names and what they are, in two columns.
fn list<'a>(out: &mut String, items: impl Iterator<Item = (String, &'a str)>) {
    let items: Vec<_> = items.collect();
    let width = items.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, text) in items {
        push_line(out, format!("  {name:width$}  {text}").trim_end());
    }
}

/// Names, as many as fit on a line.
fn fill(out: &mut String, names: impl Iterator<Item = String>) {
    let mut line = String::new();
    for name in names {
        if line.len() + name.len() + 1 > WIDTH {
            push_line(out, &line);
            line.clear();
        }
        line.push_str(if line.is_empty() { "  " } else { " " });
        line.push_str(&name);
    }
    push_line(out, &line);
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_pages() {
        for (name, first) in [
            ("sorted", "sorted("),
            ("str", "type str\n"),
            ("str.split", "str.split("),
            ("bool", "type bool(int)\n"),
            ("bool.bit_count", "bool.bit_count() -> int\n"),
            ("ValueError", "type ValueError(Exception)\n"),
            ("datetime", "module datetime\n"),
            ("datetime.datetime", "type datetime.datetime(datetime.date)\n"),
            ("datetime.datetime.now", "datetime.datetime.now("),
            ("datetime.timezone.utc", "datetime.timezone.utc: "),
            ("splitlines", "  str.splitlines"),
            ("is_integer()", "float.is_integer() -> bool\n"),
        ] {
            let page = page(name).unwrap_or_default();
            assert!(page.starts_with(first), "{name}: {page}");
        }
        assert_eq!(page("no_such_thing"), None);
        assert_eq!(page(""), None);
    }

    #[test]
    fn the_index_lists_every_kind() {
        let index = index();
        for word in ["sorted", "MultiMap", "KeyError", "datetime"] {
            assert!(index.contains(word), "{word}");
        }
        assert!(index.lines().all(|line| line.len() <= WIDTH + 20), "{index}");
    }
}
