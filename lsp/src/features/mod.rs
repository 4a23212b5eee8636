//! What the editor can ask about a program, one file per feature. Plain structs in, plain structs out: spans are offsets
//! in the program's own text, and nothing here knows the protocol.
//!
//! | room | question |
//! |---|---|
//! | [`completion`] | what may be written here? |
//! | [`hover`] | what is this? |
//! | [`signature`] | which argument am I writing? |
//! | [`navigation`] | where is it defined and used; what would it be called? |
//! | [`calls`] | who calls whom? |
//! | [`outline`] | what is in this program; where can it be folded, what encloses the cursor? |
//! | [`tokens`] | what kind of name is this? |
//! | [`formatting`] | how is it written? |
//! | [`hints`] | which types and parameter names are not written? |
//! | [`actions`] | how can this be mended or rearranged? |
//! | [`mod@app`] | all of this for app files, outside of the programs in them |
//! | [`contract`] | which contract does a sample suggest? |
//! | [`payload`] | which part of the message is this, and who says so? |
//! | [`members`], [`values`] | what can stand behind a dot or between quotes |
//! | [`open`] | which strings and brackets are open at the cursor |

pub mod actions;
pub mod app;
pub mod calls;
pub mod completion;
pub mod contract;
pub mod formatting;
pub mod hints;
pub mod hover;
pub mod members;
pub mod navigation;
pub mod open;
pub mod outline;
pub mod payload;
pub mod signature;
pub mod tokens;
pub mod values;
