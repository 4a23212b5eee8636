//! Multipart forms (spec 5.9, 6.6.6).
//!
//! [`reader`] cuts a body into parts, [`writer`] makes one, [`parts`] is what scripts see: `FormDataParts` and the headers
//! of a part.

pub mod parts;
pub mod reader;
pub mod writer;

pub use reader::parse;
pub use writer::write;
