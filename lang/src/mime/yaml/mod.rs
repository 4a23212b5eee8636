//! YAML 1.2 with the core schema (spec 6.6.7).
//!
//! [`reader`] builds values from the events of `saphyr-parser`, [`schema`] says what a plain scalar is, [`writer`] writes
//! block style.

pub mod reader;
pub mod schema;
pub mod writer;

pub use reader::parse;
pub use writer::write;
