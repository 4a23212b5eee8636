//! Expressions and scripts: under the limits of one evaluation, and where no slow one holds up other runs (part 4, section 2).
//!
//! An evaluation runs at once on the thread of its run, but only for a moment ([`SLICE`]). One that takes longer begins again on
//! the pool of long evaluations, which has one thread per core and serves in order of arrival; from then on its expression goes
//! there directly, until it has become quick again. Scripts have no effects outside of their result, so beginning again is not
//! seen by anybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use dataway_lang::document;
use dataway_lang::value::interrupt::Stop;
use dataway_lang::value::machine::Clock as ScriptClock;
use dataway_lang::value::{R, Value};
use dataway_lang::vm::{Report, Site, Vm};
use dataway_lang::{Document, Limits, Outcome, RunOptions, builtins, evaluate_document, evaluate_json};
use futures_util::future::{Either, FutureExt, Ready, TryFutureExt, ready};
use tokio::sync::Semaphore;

use super::{BoxFuture, Clock, Run, Runtime, Settings, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};

/// How long an evaluation may hold a thread that serves other runs too.
const SLICE: Duration = Duration::from_millis(5);

/// An evaluation on the pool that takes less may go back to the threads of the runs.
const QUICK: Duration = Duration::from_micros(500);

/// Quick evaluations in a row after which an expression leaves the pool.
const TRUSTED: u8 = 8;

/// Whether an expression was found to be slow: evaluations on the pool that it still has to be quick in.
#[derive(Debug, Default)]
pub struct Pace(AtomicU8);

impl Clone for Pace {
    fn clone(&self) -> Pace {
        Pace(AtomicU8::new(self.0.load(Ordering::Relaxed)))
    }
}

impl Pace {
    fn is_slow(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn slow(&self) {
        self.0.store(TRUSTED, Ordering::Relaxed);
    }

    fn took(&self, time: Duration) {
        if time > QUICK {
            self.slow();
        } else {
            // Two at a time may count as one; it only takes a little longer then.
            self.0.store(self.0.load(Ordering::Relaxed).saturating_sub(1), Ordering::Relaxed);
        }
    }
}

/// What a value is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// For anything.
    Document,
    /// To be sent in JSON, and for nothing else: it may be the text already.
    Json,
}

impl Wanted {
    fn evaluate(
        self,
        message: &Arc<document::Message>,
        options: &RunOptions,
        work: impl FnOnce(&mut Vm, Value) -> R,
    ) -> Outcome<Document> {
        match self {
            Wanted::Document => evaluate_document(message, options, work),
            Wanted::Json => evaluate_json(message, options, work),
        }
    }
}

/// A value that most often is there already; otherwise it comes from the pool of long evaluations. Then only it waits in a box, so
/// that those who await values need no room for what never happens.
pub type Coming<'a, T> = Either<Ready<Result<T, Fault>>, BoxFuture<'a, Result<T, Fault>>>;

/// Evaluates for all runs of an app.
#[derive(Debug)]
pub struct Evaluator {
    /// Limits and environment of an evaluation on the thread of its run.
    brief: RunOptions,
    /// Those of one on the pool.
    long: RunOptions,
    pool: Semaphore,
    is_virtual: bool,
}

impl Evaluator {
    /// An evaluator under the limits of an app.
    #[must_use]
    pub fn new(settings: &Settings, clock: &Clock) -> Evaluator {
        let limits = Limits {
            time: Some(settings.script_time),
            memory: Some(settings.script_memory),
            recursion: settings.script_depth,
            result: settings.script_result,
            // Nothing reads what a script prints.
            log: 0,
        };
        let long = RunOptions { limits, zone: settings.zone.clone(), ..RunOptions::default() };
        let mut brief = long.clone();
        brief.limits.time = Some(SLICE.min(settings.script_time));
        let threads = std::thread::available_parallelism().map_or(2, usize::from).max(2);
        Evaluator { brief, long, pool: Semaphore::new(threads), is_virtual: clock.is_virtual() }
    }

    /// The evaluation on the thread of the run; `None` if it belongs on the pool.
    fn at_once<W>(
        &self,
        clock: &Clock,
        message: &Message,
        pace: &Pace,
        wanted: Wanted,
        work: W,
    ) -> Option<Result<Document, Ended>>
    where
        W: Fn(&mut Vm, Value) -> R,
    {
        // A stream may block, and cannot be read a second time.
        if is_stream(message) || pace.is_slow() {
            return None;
        }
        let outcome = if self.is_virtual {
            wanted.evaluate(message.shared(), &self.at(&self.brief, clock), work)
        } else {
            wanted.evaluate(message.shared(), &self.brief, work)
        };
        match outcome.result {
            Err(report) if report.stop == Some(Stop::Time) && self.long.limits.time > Some(SLICE) => {
                pace.slow();
                None
            }
            result => Some(result.map_err(Ended::Failed)),
        }
    }

    async fn on_pool<W>(
        &self,
        clock: &Clock,
        message: &Message,
        pace: &Pace,
        wanted: Wanted,
        work: W,
    ) -> Result<Document, Ended>
    where
        W: Fn(&mut Vm, Value) -> R + Send + 'static,
    {
        // Whoever reads a stream mostly waits for what comes; others need not wait for that.
        let _turn = match is_stream(message) {
            true => None,
            false => Some(self.pool.acquire().await.map_err(|_| Ended::Lost)?),
        };
        let mut options = self.at(&self.long, clock);
        let message = message.shared().clone();
        let evaluated = apart(move |left| {
            options.cancel = Some(left.flag().clone());
            let start = Instant::now();
            let outcome = wanted.evaluate(&message, &options, work);
            Ok((outcome.result, start.elapsed()))
        });
        let Ok((result, time)) = evaluated.await else { return Err(Ended::Lost) };
        pace.took(time);
        result.map_err(Ended::Failed)
    }

    /// The options at the present moment of a virtual clock.
    fn at(&self, options: &RunOptions, clock: &Clock) -> RunOptions {
        let mut options = options.clone();
        if self.is_virtual {
            options.clock = ScriptClock::Fixed(clock.wall());
        }
        options
    }
}

fn is_stream(message: &Message) -> bool {
    matches!(message.payload(), Document::Stream(_))
}

/// Why an evaluation gave nothing.
#[derive(Debug)]
pub enum Ended {
    /// It failed.
    Failed(Box<Report>),
    /// It ended without an answer.
    Lost,
}

/// A fault for the report of an evaluation. `place` finds the file and line of the app where a position of a script stands.
fn fault(ended: Ended, place: impl Fn(&Site) -> Option<String>) -> Fault {
    let Ended::Failed(report) = ended else { return Fault::internal("an evaluation was lost") };
    let Some(last) = report.last() else { return Fault::internal("an evaluation failed without an exception") };
    let trace: Vec<String> = last
        .trace
        .iter()
        .rev()
        .filter_map(|site| place(site).map(|at| (site, at)))
        .take(50)
        .map(|(site, at)| if site.function.is_empty() { at } else { format!("{at}, in {}", site.function) })
        .collect();
    let (code, description) = match (report.stop, &*last.class) {
        (Some(Stop::Time), _) => {
            ("DATAWAY:LIMIT_TIME", "the evaluation took longer than script-time allows".to_owned())
        }
        (Some(Stop::Memory), _) => ("DATAWAY:LIMIT_MEMORY", "the evaluation needed more than script-memory".to_owned()),
        (Some(Stop::Cancelled), _) => ("CORE:CANCELLED", "the evaluation was cancelled".to_owned()),
        (None, "RecursionError") => ("DATAWAY:LIMIT_DEPTH", format!("RecursionError: {}", last.message)),
        (None, "ResultError") => ("DATAWAY:RESULT_TYPE", last.message.clone()),
        (None, _) if report.code == 1_299_999 => return Fault::internal(&last.message),
        (None, class) => {
            let text = if last.message.is_empty() { class.to_owned() } else { format!("{class}: {}", last.message) };
            ("DATAWAY:RUNTIME", text)
        }
    };
    let at = last.trace.last().and_then(&place);
    let mut fault = Fault::new(code, at.map_or_else(|| description.clone(), |at| format!("{description} ({at})")));
    fault.trace = trace;
    fault
}

impl Param {
    /// The value, if no program has to run for it.
    fn known(&self, message: &Message) -> Option<Document> {
        if self.is_payload { Some(message.payload().clone()) } else { self.constant.clone() }
    }

    /// The value for a message. Literals and the payload cost nothing.
    ///
    /// # Errors
    /// The fault of an expression.
    pub fn evaluate<'a>(&'a self, run: &'a Run, message: &'a Message) -> Coming<'a, Document> {
        self.evaluate_as(run, message, Wanted::Document)
    }

    /// The value for a message, as it is wanted.
    ///
    /// # Errors
    /// The fault of an expression.
    pub fn evaluate_as<'a>(&'a self, run: &'a Run, message: &'a Message, wanted: Wanted) -> Coming<'a, Document> {
        match self.known(message) {
            Some(known) => ready(Ok(known)).left_future(),
            None => self.timed(run, message, wanted, self.value()),
        }
    }

    /// The value for a message outside of any run, as tests want it.
    ///
    /// # Errors
    /// The fault of an expression.
    pub fn evaluate_in<'a>(&'a self, runtime: &'a Runtime, message: &'a Message) -> Coming<'a, Document> {
        match self.known(message) {
            Some(known) => ready(Ok(known)).left_future(),
            None => self.computed(runtime, message, Wanted::Document, self.value()),
        }
    }

    /// What evaluates it.
    fn value(&self) -> impl Fn(&mut Vm, Value) -> R + Clone + Send + use<> {
        let form = self.form.clone();
        move |vm, message| form.evaluate(vm, &message)
    }

    /// The truth of the value, as `bool()` has it.
    ///
    /// # Errors
    /// The fault of an expression.
    pub async fn truth(&self, run: &Run, message: &Message) -> Result<bool, Fault> {
        match &self.constant {
            Some(Document::Bool(literal)) => Ok(*literal),
            _ => Ok(self.timed(run, message, Wanted::Document, self.truth_value()).await?.as_bool() == Some(true)),
        }
    }

    /// The truth of the value outside of any run, as tests want it.
    ///
    /// # Errors
    /// The fault of an expression.
    pub async fn truth_in(&self, runtime: &Runtime, message: &Message) -> Result<bool, Fault> {
        match &self.constant {
            Some(Document::Bool(literal)) => Ok(*literal),
            _ => {
                Ok(self.computed(runtime, message, Wanted::Document, self.truth_value()).await?.as_bool() == Some(true))
            }
        }
    }

    /// What evaluates its truth.
    fn truth_value(&self) -> impl Fn(&mut Vm, Value) -> R + Clone + Send + use<> {
        let form = self.form.clone();
        move |vm, message| {
            let value = form.evaluate(vm, &message)?;
            builtins::truth(vm, &value).map(Value::Bool)
        }
    }

    /// What `work` makes of a message; it may be called twice. The limits of one evaluation are in force.
    ///
    /// # Errors
    /// The fault of what it raises.
    pub fn compute<'a, W>(&'a self, run: &'a Run, message: &'a Message, work: W) -> Coming<'a, Document>
    where
        W: Fn(&mut Vm, Value) -> R + Clone + Send + 'static,
    {
        self.timed(run, message, Wanted::Document, work)
    }

    /// As [`Param::computed`]; the run counts the time.
    fn timed<'a, W>(&'a self, run: &'a Run, message: &'a Message, wanted: Wanted, work: W) -> Coming<'a, Document>
    where
        W: Fn(&mut Vm, Value) -> R + Clone + Send + 'static,
    {
        let start = Instant::now();
        let coming = self.computed(run.runtime(), message, wanted, work);
        run.add_scripts(start.elapsed());
        match coming {
            Either::Left(made) => made.left_future(),
            Either::Right(later) => run.timing(later).boxed().right_future(),
        }
    }

    fn computed<'a, W>(
        &'a self,
        runtime: &'a Runtime,
        message: &'a Message,
        wanted: Wanted,
        work: W,
    ) -> Coming<'a, Document>
    where
        W: Fn(&mut Vm, Value) -> R + Clone + Send + 'static,
    {
        let (evaluator, clock) = (&runtime.evaluator, runtime.clock());
        let failed = |ended| fault(ended, |site| self.place_of(site));
        match evaluator.at_once(clock, message, &self.pace, wanted, &work) {
            Some(result) => ready(result.map_err(failed)).left_future(),
            None => evaluator.on_pool(clock, message, &self.pace, wanted, work).map_err(failed).boxed().right_future(),
        }
    }

    /// File and line of the app where a position of a script stands.
    fn place_of(&self, site: &Site) -> Option<String> {
        let programs = self.programs();
        let evaluation = programs.iter().find(|evaluation| evaluation.compiled.text.text() == site.source.text())?;
        let span = evaluation.place(site.span);
        Some(format!("{}:{}", evaluation.source.name(), evaluation.source.line_column(span.start).line))
    }

    /// What is said of a value of the wrong kind.
    #[cold]
    fn misfit(&self, wanted: &str, document: &Document) -> Fault {
        Fault::wrong_type(format!("{} must be {wanted}, not {}", self.subject, document.type_name()))
    }

    /// A text.
    ///
    /// # Errors
    /// The fault of an expression; `CORE:TYPE` for anything but a str.
    pub async fn text(&self, run: &Run, message: &Message) -> Result<String, Fault> {
        let value = self.evaluate(run, message).await?;
        value.as_str().map(str::to_owned).ok_or_else(|| self.misfit("a str", &value))
    }

    /// An int within limits, both included.
    ///
    /// # Errors
    /// The fault of an expression; `CORE:TYPE` for anything but an int within the limits.
    pub async fn int(&self, run: &Run, message: &Message, limits: std::ops::RangeInclusive<i64>) -> Result<i64, Fault> {
        let value = self.evaluate(run, message).await?;
        let number = value.as_int().ok_or_else(|| self.misfit("an int", &value))?;
        if !limits.contains(&number) {
            let (low, high) = limits.into_inner();
            return Err(Fault::wrong_type(format!("{} must be {low} to {high}, not {number}", self.subject)));
        }
        Ok(number)
    }

    /// A duration: a text such as `5s`, or an int in `unit`. `limits` are in milliseconds, both included.
    ///
    /// # Errors
    /// The fault of an expression; `CORE:TYPE` for anything else.
    pub async fn duration(
        &self,
        run: &Run,
        message: &Message,
        unit: crate::params::Unit,
        limits: std::ops::RangeInclusive<u64>,
    ) -> Result<Duration, Fault> {
        let value = self.evaluate(run, message).await?;
        let duration = match &value {
            Document::Int(number) => {
                u64::try_from(*number).ok().map(|n| Duration::from_millis(n.saturating_mul(unit.milliseconds())))
            }
            other => other.as_str().and_then(|text| crate::params::parse_duration(text, unit)),
        };
        let duration = duration.ok_or_else(|| self.misfit("a duration such as 5s", &value))?;
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        if !limits.contains(&milliseconds) {
            let (low, high) = limits.into_inner();
            let reason = format!("{} must be {low} to {high} milliseconds, not {milliseconds}", self.subject);
            return Err(Fault::wrong_type(reason));
        }
        Ok(duration)
    }
}
