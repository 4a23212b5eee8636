//! The reference as Markdown: one file for the functions, one for the exceptions, one for each type and module.
//!
//! The project keeps these files; a test sees to it that they are what the tables say.

use super::{Entry, constants, doc_lines, every_module, mark, signature, summary, type_entries, type_mark};
use crate::builtins::CORE_TYPES;
use crate::builtins::functions::FUNCTIONS;
use crate::value::exceptions::{BASE_EXCEPTION, BUILTIN_EXCEPTIONS};
use crate::value::types::{Constant, iterators};
use crate::value::{ModuleDesc, TypeDesc};

/// What every file begins with.
const NOTE: &str =
    "<!-- Made from the tables in `lang/src`; run `DATAWAY_WRITE=1 cargo test --test reference` to renew it. -->\n";

/// Types that read like functions and have no members: they stand with the functions.
static FUNCTION_LIKE: [&TypeDesc; 5] =
    [&iterators::ENUMERATE, &iterators::FILTER, &iterators::MAP, &iterators::REVERSED, &iterators::ZIP];

fn is_function_like(desc: &'static TypeDesc) -> bool {
    FUNCTION_LIKE.contains(&desc)
}

/// Every file: its name and its text.
#[must_use]
pub fn markdown() -> Vec<(String, String)> {
    let mut files = vec![("functions.md".to_owned(), functions()), ("exceptions.md".to_owned(), exceptions())];
    for desc in CORE_TYPES.iter().map(|core| core.desc).filter(|desc| !is_function_like(desc)) {
        files.push((format!("type-{}.md", desc.name), type_file(desc)));
    }
    for module in every_module() {
        files.push((format!("module-{}.md", module.name), module_file(module)));
    }
    let index = index(&files);
    files.push(("README.md".to_owned(), index));
    files
}

fn index(files: &[(String, String)]) -> String {
    let mut out = format!("{NOTE}\n# Reference\n\n");
    for (name, text) in files {
        let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(name);
        out.push_str(&format!("- [{title}]({name})\n"));
    }
    out
}

fn functions() -> String {
    let mut out = format!("{NOTE}\n# Built-in functions\n");
    let mut all: Vec<Entry> = FUNCTIONS.iter().map(|f| Entry { path: f.name().to_owned(), builtin: f }).collect();
    for desc in FUNCTION_LIKE {
        all.extend(type_entries(desc, desc.name));
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all.iter().for_each(|entry| push_entry(&mut out, entry, "##"));
    out
}

fn exceptions() -> String {
    let mut out = format!(
        "{NOTE}\n# Exceptions\n\nEach is called as `Name(*args)`; the indentation shows what is derived from what.\n\n"
    );
    push_derived(&mut out, &BASE_EXCEPTION, 0);
    out
}

/// The classes below `class`; the tree of exceptions is a few levels deep.
fn push_derived(out: &mut String, class: &TypeDesc, level: usize) {
    out.push_str(&format!("{}- `{}`\n", "  ".repeat(level), class.name));
    for derived in BUILTIN_EXCEPTIONS.iter().filter(|known| known.base == Some(class)) {
        push_derived(out, derived, level + 1);
    }
}

fn type_file(desc: &'static TypeDesc) -> String {
    let mut out = format!("{NOTE}\n# Type `{}`\n", desc.name);
    push_mark(&mut out, type_mark(desc));
    push_type(&mut out, desc, desc.name, "##");
    out
}

fn module_file(module: &ModuleDesc) -> String {
    let mut out = format!("{NOTE}\n# Module `{}`\n\n{}\n", module.name, module.doc.trim());
    push_mark(&mut out, mark(module.profile));
    if !module.modules.is_empty() {
        out.push('\n');
        for (name, part) in module.modules {
            out.push_str(&format!("- [`{}.{name}`](module-{}.md): {}\n", module.name, part.name, summary(part.doc)));
        }
    }
    push_constants(&mut out, module.name, module.constants.iter());
    for function in module.functions {
        let path = format!("{}.{}", module.name, function.name());
        push_entry(&mut out, &Entry { path, builtin: function }, "##");
    }
    for (name, desc, profile) in module.types {
        let path = format!("{}.{name}", module.name);
        out.push_str(&format!("\n## Type `{path}`\n"));
        push_mark(&mut out, mark(*profile));
        push_type(&mut out, desc, &path, "###");
    }
    out
}

fn push_type(out: &mut String, desc: &'static TypeDesc, path: &str, level: &str) {
    if !desc.doc.is_empty() {
        out.push_str(&format!("\n{}\n", desc.doc.trim()));
    }
    if let Some(base) = desc.base.filter(|base| base.base.is_some()) {
        out.push_str(&format!("\nDerived from `{}`.\n", base.full_name()));
    }
    if !desc.fields.is_empty() {
        let fields: Vec<String> = desc.fields.iter().map(|field| format!("`{field}`")).collect();
        out.push_str(&format!("\nA tuple with the fields {}.\n", fields.join(", ")));
    }
    push_constants(out, path, constants(desc));
    type_entries(desc, path).iter().for_each(|entry| push_entry(out, entry, level));
}

fn push_constants<'a>(out: &mut String, owner: &str, constants: impl Iterator<Item = &'a Constant>) {
    let mut constants = constants.peekable();
    if constants.peek().is_some() {
        out.push_str("\n| constant | type | |\n|---|---|---|\n");
    }
    for constant in constants {
        let profile = mark(constant.profile).map(|mark| format!(" *({mark})*")).unwrap_or_default();
        let Constant { name, ty, doc, .. } = constant;
        out.push_str(&format!("| `{owner}.{name}` | `{}` | {}{profile} |\n", ty.replace('|', "\\|"), doc.trim()));
    }
}

fn push_entry(out: &mut String, entry: &Entry, level: &str) {
    out.push_str(&format!("\n{level} `{}`\n\n```python\n{}\n```\n", entry.path, signature(entry)));
    push_mark(out, mark(entry.builtin.profile));
    out.push('\n');
    let mut in_example = false;
    for line in doc_lines(entry.builtin.doc) {
        if line.starts_with(">>>") && !in_example {
            out.push_str("```python\n");
            in_example = true;
        } else if line.is_empty() && in_example {
            out.push_str("```\n");
            in_example = false;
        } else if !in_example && out.ends_with("```\n") {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
    }
    if in_example {
        out.push_str("```\n");
    }
}

fn push_mark(out: &mut String, mark: Option<&str>) {
    if let Some(mark) = mark {
        out.push_str(&format!("\n*{mark}*\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_stand_in_fences() {
        for (name, text) in markdown() {
            assert_eq!(text.matches("```").count() % 2, 0, "{name}");
            assert!(text.starts_with(NOTE) && text.ends_with('\n') && !text.contains("\n\n\n"), "{name}: {text}");
        }
    }
}
