//! The protocol: one file per request, which converts what a client asks to a question of [`crate::features`] and the
//! answer back. Nothing here knows the language.

pub mod calls;
pub mod code_action;
pub mod completion;
pub mod convert;
pub mod diagnostics;
pub mod formatting;
pub mod hover;
pub mod inlay_hint;
pub mod live;
pub mod navigation;
pub mod reading;
pub mod run;
pub mod semantic_tokens;
pub mod server;
pub mod signature_help;
pub mod structure;
pub mod symbols;
