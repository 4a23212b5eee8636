//! Files below declared folders (flows part 3, section 6).

pub mod list;
pub mod root;
#[cfg(test)]
mod tests;
