//! What the user wrote: app, configurations, flows, steps, test suites, as plain data with places.
//!
//! Job: find the files of an app, read them into structs, put substitutions and secrets in, and name every step. It never runs
//! anything: what runs is built from it by `engine`. Flows specification, part 1, sections 1 to 5; part 4, section 9.

mod files;
mod ids;
mod step;

pub use files::{FileError, Files};
pub use ids::Ids;
pub use step::{Broken, Step, Steps};
