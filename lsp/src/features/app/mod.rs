//! What the editor can ask about app files outside of the programs in them: plain structs, spans of the document.
//!
//! | room | question |
//! |---|---|
//! | [`actions`] | what can move to a file of its own? |
//! | [`calls`] | which flow calls which? |
//! | [`completion`] | which component, parameter, value or name may be written here? |
//! | [`hover`] | what does this key or name mean? |
//! | [`navigation`] | where is it defined and used; what would it be called? |
//! | [`outline`] | what is in this file; what can be folded; what encloses the cursor? |

pub mod actions;
pub mod calls;
pub mod completion;
pub mod hover;
pub mod navigation;
pub mod outline;
pub mod variables;
