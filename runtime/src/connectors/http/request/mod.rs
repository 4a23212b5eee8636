//! Requests to other services (flows part 3, section 4).
//!
//! | room | job |
//! |---|---|
//! | [`config`] | the configuration and its client |
//! | [`operation`] | `http-request` |
//! | [`address`] | base URL, path and query put together |
//! | [`failure`] | errors as faults |

pub mod address;
pub mod config;
pub mod failure;
pub mod operation;
