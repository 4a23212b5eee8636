//! `re`: regular expressions with CPython's syntax, results and errors (spec 9.2).
//!
//! | room | job |
//! |---|---|
//! | [`engine`] | the engine on bytes: patterns, subjects, matches; it knows no values |
//! | [`flags`] | the numbers of the flags |
//! | [`cache`] | compiling a pattern given as a value, once for each text |
//! | [`functions`] | the functions of the module |
//! | [`pattern`] | `re.Pattern` |
//! | [`match_object`] | `re.Match` |
//! | [`iteration`] | `finditer`, `findall`, `split` |
//! | [`substitution`] | `sub`, `subn`, `expand` |
//! | [`haystack`] | the argument that is searched, and positions in it |
//! | [`regex_flag`] | the flags as values |
//! | [`exception`] | `re.error` |
//!
//! The other rooms are inside the engine: from the pattern's text ([`source`], [`syntax`] …) through its tree ([`ast`]) and
//! program ([`compile`], [`program`]) to the machine that runs it ([`search`], [`matcher`], [`backtrack`] …).

mod analysis;
mod ast;
mod backtrack;
mod byteset;
mod cache;
mod chars;
mod charset;
mod compile;
pub mod engine;
mod error;
mod escapes;
mod exception;
pub mod flags;
mod functions;
mod groups;
mod haystack;
mod input;
mod iteration;
mod match_object;
mod matcher;
mod number;
mod pattern;
mod program;
mod regex_flag;
mod replace;
mod search;
mod single;
mod source;
mod state;
mod subject;
mod substitution;
mod syntax;
mod template;

pub(super) use exception::ERROR;

use crate::value::types::{ModuleDesc, Profile};

/// `re`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "re",
    doc: "Regular expressions.",
    profile: Profile::Extended,
    functions: functions::FUNCTIONS,
    types: &[
        ("Match", &match_object::MATCH, Profile::Extended),
        ("Pattern", &pattern::PATTERN, Profile::Extended),
        ("error", &exception::ERROR, Profile::Extended),
    ],
    constants: regex_flag::CONSTANTS,
    modules: &[],
};
