//! YAML files as trees with exact positions.
//!
//! Job: the rules of part 1, section 2 (core schema of YAML 1.2, one document, no repeated keys, aliases with a cap, no merge
//! keys, limits of size and depth) and the way back from every decoded character to the file. What the tree means is left to
//! `params` and `model`.

mod node;
mod positions;
mod reader;
mod scalar;

pub use node::{Entry, Kind, Node, Text};
pub use positions::{Positions, Style};
pub use reader::{MAX_BYTES, parse};
pub use scalar::plain;

#[cfg(test)]
mod tests;
