//! What a character is and how text is stored: the ground under the `str` type (spec 5.3, 4.12 no. 17).
//!
//! Text is a byte slice in *generalised UTF-8*: UTF-8 in which a lone surrogate U+D800–U+DFFF is three bytes like any
//! other code point of its size. Two surrogates that stand side by side stay two code points.
//!
//! | room | job |
//! |---|---|
//! | [`wtf8`] | decoding, counting and finding code points |
//! | [`database`] | properties of one code point, as the `str` methods of CPython see them |
//! | [`predicates`] | `isalpha` and its kin over a whole text |
//! | [`case`] | `lower`, `upper`, `title`, … with full mappings |
//! | [`space`] | white space and line ends |
//! | [`normal`] | the four normalisation forms |
//! | [`names`] | character names |
//!
//! Nothing here knows values or the interpreter. No function panics on bytes that are not well-formed.

pub mod case;
pub mod database;
pub mod names;
pub mod normal;
pub mod predicates;
pub mod space;
mod tables;
pub mod wtf8;
