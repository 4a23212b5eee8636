//! What the user wrote: app, configurations, flows, steps, test suites, as plain data with places.
//!
//! Job: find the files of an app, read them into structs, put substitutions and secrets in, and name every step. It never runs
//! anything: what runs is built from it by `engine`. Flows specification, part 1, sections 1 to 5; part 4, section 9.

mod app;
mod files;
mod flow;
mod flow_files;
mod ids;
mod loader;
mod reach;
mod secrets;
mod step;
mod substitution;
mod suite;

pub use app::{
    AdminSettings, AppFile, Config, InConfig, Language, Level, LogSettings, ProfileName, RunSettings, ScriptLimits,
    Trace, ZONE, zone,
};
pub use files::{Disk, FileError, Files};
pub use flow::{Flow, FlowBody, InputContracts, Trigger};
pub use flow_files::Kept;
pub use ids::Ids;
pub use loader::{App, Loaded, Options, load, load_files};
pub use secrets::{Environment, Redactor, SecretSources};
pub use step::{Broken, Step, Steps};
pub use suite::{
    CallBounds, CallCount, Case, ErrorRecord, Expect, ExpectedError, ExpectedResponse, MessageSpec, Mock, MockResult,
    RaiseSpec, RequestSpec, Skip, Suite, SuiteBody, TestFile, TestTime, TestValue,
};
