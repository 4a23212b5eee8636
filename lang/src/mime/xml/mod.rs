//! XML in the conventions of the Python library xmltodict (spec 6.6.5).
//!
//! | room | job |
//! |---|---|
//! | [`survey`] | the quick way through a document that is surely right |
//! | [`reader`] | the way for all others: the events of `quick-xml`, and the checks that make a document well-formed |
//! | [`open`], [`attributes`] | texts of elements; attributes and references |
//! | [`names`], [`learnt`] | what names and characters are; the names of earlier documents |
//! | [`writer`] | values to documents |

pub mod attributes;
pub mod learnt;
pub mod names;
pub mod open;
pub mod reader;
pub mod survey;
pub mod writer;

pub use writer::write;

use super::charset::Source;
use crate::value::R;

/// Parses a document into the dict `{root: node}`.
///
/// # Errors
/// `EntityError` with the place, or a limit.
pub fn parse(source: &Source, mime: &str) -> R {
    match survey::survey(source)? {
        Some(document) => Ok(document),
        None => reader::parse(source, mime),
    }
}

/// The encoding that an XML declaration names, if the bytes begin with one in an encoding that extends ASCII.
#[must_use]
pub fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let end = memchr::memchr(b'>', declaration.get(..256).unwrap_or(declaration))?;
    let text = std::str::from_utf8(declaration.get(..end)?).ok()?;
    let rest = text.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.split_once(quote).map(|(name, _)| name.to_owned())
}
