//! Static checks beyond syntax, and the contracts that scripts state.

pub mod contract;
pub mod core_profile;
pub mod schema;
