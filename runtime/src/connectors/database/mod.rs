//! Databases (flows part 3, section 5): SQLite, PostgreSQL, MySQL and MariaDB through one driver library.
//!
//! | room | job |
//! |---|---|
//! | [`query`], [`execute`], [`batch`] | the operations; [`operation`] is what they share |
//! | [`config`], `options` | configurations, and how they connect |
//! | [`pool`], [`session`] | databases that are open; a connection in use, with or without a transaction |
//! | [`sql`] | named parameters in SQL text |
//! | [`engine`] | what an engine must tell, and the statements that all run alike |
//! | [`sqlite`], [`postgres`], [`mysql`] | the engines: values both ways, error numbers |
//! | [`value`], [`error`] | what they share |

pub mod batch;
pub mod config;
pub mod engine;
pub mod error;
pub mod execute;
pub mod mysql;
pub mod operation;
mod options;
pub mod pool;
pub mod postgres;
pub mod query;
pub mod session;
pub mod sql;
pub mod sqlite;
pub mod value;
