//! Connectors: what ties an app to the world (flows part 3).
//!
//! One folder for each connector; each operation and trigger has a file of its own. What they share: [`content`] makes
//! bytes of values, [`items`] reads large inputs item by item.

pub mod content;
pub mod database;
pub mod file;
pub mod http;
pub mod items;
pub mod scheduler;
