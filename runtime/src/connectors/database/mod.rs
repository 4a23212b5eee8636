//! Databases (flows part 3, section 5): SQLite, PostgreSQL, MySQL and MariaDB through one driver library.

pub mod sql;
