//! HTTP: what listener and requests share (flows part 3, sections 2 and 4).
//!
//! | room | job |
//! |---|---|
//! | [`listener`] | requests from outside |
//! | [`request`] | requests to others |
//! | [`path`] | path patterns, query strings |
//! | [`guard`] | who may call: addresses, proxies, basic authentication |
//! | [`fields`] | header names, cookies |
//! | [`tls`] | keys and certificates |

pub mod fields;
pub mod guard;
pub mod listener;
pub mod path;
pub mod request;
pub mod tls;
