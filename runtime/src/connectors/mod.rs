//! Connectors: what ties an app to the world (flows part 3).
//!
//! One folder or file per connector; each operation and trigger has a file of its own.

pub mod database;
pub mod http;
pub mod scheduler;
