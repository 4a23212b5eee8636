//! The Dataway language: from source text to a running program, its values and its formats.
//!
//! [`Program`] is the public face; the rooms and their walls are described in the project's `ARCHITECTURE.md`.

pub mod builtins;
pub mod check;
pub mod code;
pub mod diagnostic;
pub mod document;
pub mod input;
pub mod jit;
pub mod mime;
pub mod modules;
mod program;
pub mod result;
mod session;
pub mod source;
pub mod syntax;
pub mod value;
pub mod vm;

pub use document::Document;
pub use input::{Datum, Input};
pub use program::{Compiled, Limits, Outcome, Profile, Program, RunOptions, bounded, evaluate_document, evaluate_json};
pub use session::{Completions, Event, Failure, Session};
pub use vm::{Observation, Report, Samples};
