//! What a script can reach: every name, every attribute of every module and type, compared with the allow-list
//! `tests/reach.txt`. Whoever adds a function adds a line there, on purpose:
//! `DATAWAY_WRITE=1 cargo test --test reach` rewrites the list.

use std::collections::BTreeSet;
use std::path::Path;

use dataway_lang::builtins::{self, own_members};
use dataway_lang::modules::MODULES;
use dataway_lang::source::SourceText;
use dataway_lang::syntax::ParseOptions;
use dataway_lang::value::exceptions::BUILTIN_EXCEPTIONS;
use dataway_lang::value::{ModuleDesc, TypeDesc};
use dataway_lang::{Input, Profile, Program, RunOptions, builtins::reference};

fn add_type(path: &str, desc: &'static TypeDesc, found: &mut BTreeSet<String>) {
    let members = own_members(desc).into_iter().flatten().map(|member| member.name());
    let constants = builtins::own_constants(desc).into_iter().flatten().map(|constant| constant.name);
    let fields = desc.fields.iter().copied();
    found.extend(members.chain(constants).chain(fields).map(|name| format!("{path}.{name}")));
}

fn add_module(path: &str, module: &'static ModuleDesc, found: &mut BTreeSet<String>) {
    found.insert(path.to_owned());
    found.extend(module.functions.iter().map(|f| format!("{path}.{}", f.name())));
    found.extend(module.constants.iter().map(|c| format!("{path}.{}", c.name)));
    for (name, desc, _) in module.types {
        found.insert(format!("{path}.{name}"));
        add_type(&format!("{path}.{name}"), desc, found);
    }
    for (name, inner) in module.modules {
        add_module(&format!("{path}.{name}"), inner, found);
    }
}

fn reachable() -> BTreeSet<String> {
    let mut found: BTreeSet<String> = reference::names().map(str::to_owned).collect();
    found.extend(BUILTIN_EXCEPTIONS.iter().map(|class| class.name.to_owned()));
    for core in builtins::CORE_TYPES.iter().chain(dataway_lang::modules::CORE_TYPES) {
        add_type(&core.desc.qualified(), core.desc, &mut found);
    }
    for module in MODULES {
        add_module(module.name, module, &mut found);
    }
    found
}

#[test]
fn only_what_is_allowed_can_be_reached() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reach.txt");
    let found: Vec<String> = reachable().into_iter().collect();
    let text = found.join("\n") + "\n";
    if std::env::var_os("DATAWAY_WRITE").is_some() {
        std::fs::write(&path, &text).expect("writable list");
    }
    let allowed = std::fs::read_to_string(&path).expect("the allow-list");
    let allowed: BTreeSet<&str> = allowed.lines().collect();
    let new: Vec<&String> = found.iter().filter(|name| !allowed.contains(name.as_str())).collect();
    let gone: Vec<&&str> = allowed.iter().filter(|name| !found.iter().any(|f| f == *name)).collect();
    assert!(new.is_empty() && gone.is_empty(), "not in tests/reach.txt: {new:?}; no longer there: {gone:?}");
}

/// The class of the exception that an expression raises.
fn failure(text: &str) -> String {
    let source = SourceText::new("reach", text);
    let compiled = Program::compile(&source, &ParseOptions::default(), Profile::Extended);
    let program = compiled.program.expect("compiles");
    let outcome = program.run(&Input::default(), &RunOptions::default(), |_, _| Ok(()));
    outcome.result.err().and_then(|report| report.last().map(|link| link.class.clone())).unwrap_or_default()
}

#[test]
fn nothing_leads_to_the_host() {
    for name in [
        "open",
        "eval",
        "exec",
        "compile",
        "__import__",
        "input",
        "globals",
        "locals",
        "vars",
        "dir",
        "breakpoint",
        "memoryview",
        "super",
        "os",
        "sys",
        "io",
        "subprocess",
        "pathlib",
        "threading",
        "ctypes",
        "importlib",
        "builtins",
        "inspect",
        "gc",
        "pickle",
        "__builtins__",
        "__file__",
        "__loader__",
        "ContractError",
    ] {
        assert_eq!(failure(name), "NameError", "{name}");
    }
    for value in [
        "(1)",
        "''",
        "[]",
        "{}",
        "()",
        "len",
        "str",
        "(lambda: 1)",
        "ValueError",
        "json",
        "(x for x in '')",
        "re.compile('a')",
    ] {
        for attribute in [
            "__dict__",
            "__subclasses__",
            "__globals__",
            "__code__",
            "__closure__",
            "__mro__",
            "__bases__",
            "__base__",
            "__reduce__",
            "__init__",
            "__getattribute__",
            "__builtins__",
            "__self__",
            "__module__",
            "gi_frame",
            "f_globals",
        ] {
            assert_eq!(failure(&format!("{value}.{attribute}")), "AttributeError", "{value}.{attribute}");
            assert_eq!(failure(&format!("getattr({value}, '{attribute}')")), "AttributeError", "{value}.{attribute}");
            assert_eq!(
                failure(&format!("'{{0.{attribute}}}'.format({value})")),
                "AttributeError",
                "{value}.{attribute}"
            );
        }
    }
}
