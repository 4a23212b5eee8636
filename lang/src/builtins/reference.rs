//! The reference.
pub fn index() -> String { String::new() }
pub fn page(_name: &str) -> Option<String> { None }
