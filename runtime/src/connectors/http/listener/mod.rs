//! The HTTP listener (flows part 3, section 2): requests from outside become runs.
//!
//! | room | job |
//! |---|---|
//! | [`server`], [`connection`] | addresses and connections |
//! | [`pace`], [`budget`] | what bounds peers in time and memory |
//! | [`site`] | which endpoint a request belongs to |
//! | [`service`] | one request from its head to its answer |
//! | [`answer`] | what the listener answers by itself |

pub mod answer;
pub mod budget;
pub mod connection;
pub mod pace;
pub mod server;
pub mod service;
pub mod site;
#[cfg(test)]
mod tests;
