//! Integration apps: flows of components and connectors, described in YAML files beside their scripts.
//!
//! What the user wrote (`model`) and what runs are different rooms. Specification: flows, parts 1 to 4.

pub mod admin;
pub mod check;
pub mod components;
pub mod connectors;
pub mod diagnostic;
pub mod engine;
pub mod expr;
pub mod inspect;
pub mod message;
pub mod model;
pub mod params;
pub mod preview;
pub mod registry;
pub mod running;
pub mod scaffold;
pub mod store;
pub mod testing;
pub mod yaml;
