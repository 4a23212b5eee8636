//! Databases (flows part 3, section 5): SQLite, PostgreSQL, MySQL and MariaDB through one driver library.
//!
//! | room | job |
//! |---|---|
//! | [`sql`] | named parameters in SQL text |
//! | [`engine`] | what an engine must tell, and the statements that all run alike |
//! | [`sqlite`], [`postgres`], [`mysql`] | the engines: values both ways, error numbers |
//! | [`value`], [`error`] | what they share |
//! | [`config`], [`pool`] | configurations, and databases that are open |

pub mod config;
pub mod engine;
pub mod error;
pub mod mysql;
pub mod pool;
pub mod postgres;
pub mod sql;
pub mod sqlite;
pub mod value;
