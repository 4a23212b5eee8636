//! From source text to the syntax tree (spec sections 1 to 3).
//!
//! The passes, in order: `scan` (with `token`, `number`) finds tokens; `layout` turns lines and
//! indentation into NEWLINE, INDENT and DEDENT; `repair` decides about soft keywords and rewrites
//! what is certainly wrong; the grammar (`grammar.lalrpop`) builds the tree with the actions in
//! `tree`, `strings` and `fstring`; `validate` checks the rules that are no grammar. When the
//! grammar stops, `explain` finds the words and `recover` a way to go on.
//!
//! What must never be: parsing never fails, never panics, never recurses as deep as the text
//! nests, and takes time proportional to the text. The tree is always there, next to the
//! diagnostics.

pub mod ast;
#[cfg(test)]
mod dump;
mod explain;
mod expression;
pub mod format;
mod fstring;
mod layout;
mod number;
mod parse;
mod recover;
mod repair;
mod report;
mod scan;
mod strings;
#[cfg(test)]
mod tests;
mod token;
mod tree;
mod validate;

pub use parse::{MAX_PROGRAM_BYTES, MODULES, ParseOptions, Parsed, parse};
pub use token::keywords;
