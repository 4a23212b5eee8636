//! XML in the conventions of the Python library xmltodict (spec 6.6.5).
//!
//! [`reader`] builds MultiMaps from the events of `quick-xml` and adds the checks that make a document well-formed;
//! [`attributes`] reads what a start tag holds, [`names`] knows names and characters, [`writer`] writes.

pub mod attributes;
pub mod names;
pub mod reader;
pub mod writer;

pub use reader::parse;
pub use writer::write;

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
