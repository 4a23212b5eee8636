//! Programs run on their samples: what an editor shows at the ends of lines while somebody types, and what the result panel
//! shows. Everything here is bounded by the limits of [`Manner`] and can be cancelled; [`board`] keeps the newest results.
//!
//! | room | job |
//! |---|---|
//! | [`input`] | from what is known about the data to a message |
//! | [`flow`] | the messages that arrive at the steps of flows |
//! | [`output`] | a result as text, and how it is best shown |
//! | [`skeleton`] | a first sample for a script |
//! | [`board`] | evaluations of open documents: which is current, who waits for it |

pub mod board;
pub mod flow;
pub mod input;
pub mod output;
pub mod skeleton;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use dataway_lang::source::Span;
use dataway_lang::syntax::ParseOptions;
use dataway_lang::value::civil::RunZone;
use dataway_lang::{Input, Limits, Observation, Program, Report, RunOptions};

use crate::script::Script;
use output::Output;

/// How a program is run.
#[derive(Debug, Clone)]
pub struct Manner {
    /// Longest run.
    pub time: Duration,
    /// Most memory, in bytes.
    pub memory: usize,
    /// The zone of local times.
    pub zone: RunZone,
    /// Set by whoever is no longer interested.
    pub cancel: Arc<AtomicBool>,
}

/// What a run gave.
#[derive(Debug)]
pub struct Evaluation {
    /// The file with the sample that served as payload, if it has one.
    pub sample: Option<PathBuf>,
    /// What the statements gave; empty unless they were asked for.
    pub values: Vec<Observation>,
    /// What `print` wrote.
    pub log: String,
    /// How long it ran.
    pub time: Duration,
    /// The result, or why there is none.
    pub result: Result<Output, Failure>,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Class and text of the exception.
    pub message: String,
    /// Where in the sample the wrong data stands.
    pub origins: Vec<String>,
    /// The traceback.
    pub trace: String,
    /// The place in the program, if it is in the program at all.
    pub span: Option<Span>,
}

impl Failure {
    fn new(report: &Report, script: &Script) -> Failure {
        let last = report.last();
        let message = last.map_or_else(String::new, |link| match link.message.as_str() {
            "" => link.class.clone(),
            text => format!("{}: {text}", link.class),
        });
        let own = |site: &&dataway_lang::vm::Site| site.source.name() == script.source.name();
        let span = last.and_then(|link| link.trace.iter().rev().find(own)).map(|site| site.span);
        Failure { message, origins: report.origins.clone(), trace: report.render(), span }
    }
}

/// Whether the run is to tell the values of its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// Only the result.
    Result,
    /// Every statement: slower.
    Statements,
}

/// Runs a program on its sample or, if there is none, on an empty message. `None` if it does not compile.
#[must_use]
pub fn evaluate(script: &Script, manner: &Manner, watch: Watch) -> Option<Evaluation> {
    let knowledge = &script.context.knowledge;
    let found = evaluate_with(script, &input::message(knowledge), manner, watch)?;
    Some(Evaluation { sample: input::sample(knowledge).and_then(|origin| origin.path.clone()), ..found })
}

/// Runs a program on a message. `None` if it does not compile.
#[must_use]
pub fn evaluate_with(script: &Script, input: &Input, manner: &Manner, watch: Watch) -> Option<Evaluation> {
    let context = &script.context;
    let options = ParseOptions { embedded: context.embedded, ..ParseOptions::default() };
    let compile = match watch {
        Watch::Result => Program::compile,
        Watch::Statements => Program::compile_observed,
    };
    let program = compile(&script.source, &options, context.check.profile).program?;
    let limits = Limits { time: Some(manner.time), memory: Some(manner.memory), ..Limits::default() };
    let options = RunOptions {
        limits,
        zone: manner.zone.clone(),
        cancel: Some(Arc::clone(&manner.cancel)),
        ..RunOptions::default()
    };
    let start = Instant::now();
    let (outcome, values) = match watch {
        Watch::Result => (program.run(input, &options, output::convert), Vec::new()),
        Watch::Statements => program.observe(input, &options, output::convert),
    };
    Some(Evaluation {
        sample: None,
        values,
        log: outcome.log,
        time: start.elapsed(),
        result: outcome.result.map_err(|report| Failure::new(&report, script)),
    })
}
