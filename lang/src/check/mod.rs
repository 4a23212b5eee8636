//! Static checks beyond syntax.

pub mod core_profile;
