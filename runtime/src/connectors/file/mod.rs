//! Files below declared folders (flows part 3, section 6).
//!
//! | room | job |
//! |---|---|
//! | [`config`] | the configuration |
//! | [`root`], [`list`] | an open folder and what may be done in it |
//! | [`read`], [`write`], [`listing`], [`delete`], [`rename`] | the operations |

pub mod config;
pub mod delete;
pub mod list;
pub mod listing;
pub mod read;
pub mod rename;
pub mod root;
#[cfg(test)]
mod tests;
pub mod write;
