//! Looking into runs: what steps were given and what they gave, for people who debug (part 4, sections 4 and 8).
//!
//! | room | job |
//! |---|---|
//! | [`excerpt`] | messages as bounded texts without secrets |
//! | [`recorder`] | every step of an app into the run log, with `log.trace: payloads` |
//! | [`spans`], [`otlp`] | runs and steps as spans of distributed traces, and their way to a collector |
//! | [`probe`] | the steps of one run by hand, with mocks in the place of some |
//!
//! Nothing here is at work unless somebody asks for it: otherwise no payload leaves a run.

pub mod excerpt;
pub mod otlp;
pub mod probe;
pub mod recorder;
pub mod spans;
