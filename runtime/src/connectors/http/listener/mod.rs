//! The HTTP listener (flows part 3, section 2): requests from outside become runs.
//!
//! | room | job |
//! |---|---|
//! | [`config`], [`trigger`] | the configuration and the trigger |
//! | [`start`] | the listeners of an app |
//! | [`server`], [`connection`] | addresses and connections |
//! | [`pace`], [`budget`] | what bounds peers in time and memory |
//! | [`site`] | which endpoint a request belongs to |
//! | [`service`] | one request from its head to its answer |
//! | [`message`], [`response`] | requests as messages, messages as answers |
//! | [`answer`] | what the listener answers by itself |

pub mod answer;
pub mod budget;
pub mod config;
pub mod connection;
pub mod message;
pub mod pace;
pub mod response;
pub mod server;
pub mod service;
pub mod site;
pub mod start;
#[cfg(test)]
mod tests;
pub mod trigger;
