//! Test suites that are executed (`dataway test`; part 4, section 9).
//!
//! | room | job |
//! |---|---|
//! | [`run`] and [`Selection`], here | which suites and cases run, in which order, how many at a time |
//! | [`case`] | one case from its fresh engine to what was not as expected |
//! | [`stage`] | the engine of a case: configurations, stores, clock |
//! | [`watch`], [`mocks`] | what sees every step, and what takes the place of steps |
//! | [`request`] | requests in process |
//! | [`expect`], [`difference`], [`values`] | what must come out, and how it differs |
//! | [`coverage`] | which steps and branches were executed |
//! | [`report`], [`text`], [`junit`], [`json`] | what was found, for people and programs |
//!
//! Suites are read and checked by the model; nothing here runs an app with errors.

pub mod case;
pub mod coverage;
pub mod difference;
pub mod expect;
pub mod json;
pub mod junit;
pub mod mocks;
pub mod report;
pub mod request;
pub mod stage;
pub mod text;
pub mod values;
pub mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::message::Message;
use crate::model::{App, Case, Suite};
use case::{Around, Played};
use coverage::Coverage;
use mocks::Index;
use report::{CaseReport, Outcome, Report, SuiteReport};
use stage::{Script, Stage};

/// Which cases run.
#[derive(Debug, Default)]
pub struct Selection {
    /// Names of suites; empty: all.
    pub suites: Vec<String>,
    /// Names of cases; empty: all.
    pub tests: Vec<String>,
}

impl Selection {
    fn takes(&self, suite: &Suite) -> bool {
        self.suites.is_empty() || self.suites.iter().any(|name| **name == *suite.body.suite.value)
    }

    fn cases<'a>(&self, suite: &'a Suite) -> Vec<&'a Case> {
        let chosen = |case: &&Case| self.tests.is_empty() || self.tests.contains(&case.name.value);
        suite.body.tests.iter().filter(chosen).collect()
    }

    /// What was asked for and does not exist, for the user.
    ///
    /// # Errors
    /// The first name that names nothing, with those that there are.
    pub fn check(&self, app: &App) -> Result<(), String> {
        let known: Vec<&str> = app.suites.iter().map(|suite| &*suite.body.suite.value).collect();
        if let Some(name) = self.suites.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("there is no test suite `{name}`; the app has {}", listed(&known)));
        }
        let cases = app.suites.iter().filter(|suite| self.takes(suite)).flat_map(|suite| &suite.body.tests);
        let known: Vec<&str> = cases.map(|case| case.name.value.as_str()).collect();
        match self.tests.iter().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(format!("there is no test `{name}`; there are {}", listed(&known))),
            None => Ok(()),
        }
    }
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// Bytes of stack of a thread: steps nest, and each level takes a few hundred bytes of it.
const STACK: usize = 8 << 20;
/// How long the steps before or after all cases may take.
const LONGEST: Duration = Duration::from_secs(60);

/// A suite while its cases are played.
struct Playing<'a> {
    suite: &'a Suite,
    cases: Vec<&'a Case>,
    /// What `before-suite` left, or why it failed.
    left: Result<Message, String>,
}

/// Runs the chosen cases of an app that has no errors, at most `jobs` at a time. Every case has a thread to itself while it is
/// played: what it does, and in which order, does not depend on the others.
///
/// # Errors
/// That threads cannot be started.
pub fn run(app: &App, selection: &Selection, jobs: usize) -> Result<Report, String> {
    let started = Instant::now();
    let index = Arc::new(Index::of(app));
    let mut coverage = Coverage::new(app);
    let mut suites = Vec::new();
    for suite in app.suites.iter().filter(|suite| selection.takes(suite)) {
        let cases = selection.cases(suite);
        // A suite without a chosen case is not prepared for nothing.
        if !cases.is_empty() || selection.tests.is_empty() {
            let left = match &suite.body.before_suite {
                Some(steps) => on_this_thread(apart(app, suite, &index, ("before-suite", steps), Message::default()))?,
                None => Ok(Message::default()),
            };
            suites.push(Playing { suite, cases, left });
        }
    }
    // Those that want to be alone come behind the others, and one after the other.
    let all: Vec<(usize, usize)> =
        suites.iter().enumerate().flat_map(|(n, suite)| (0..suite.cases.len()).map(move |case| (n, case))).collect();
    let (beside, alone): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(n, _)| suites.get(*n).is_some_and(|playing| playing.suite.body.parallel));
    let play = |(n, case): &(usize, usize)| {
        let playing = suites.get(*n)?;
        let (case, left) = (playing.cases.get(*case)?, playing.left.as_ref().ok()?);
        let around = Around { app, suite: playing.suite, index: &index, left };
        let played = on_this_thread(around.play(case));
        Some(played.map(|played| ((*n, case.name.span.start), played)))
    };
    let mut played: Vec<((usize, u32), Played)> = on_threads(&beside, jobs, &play)?;
    played.extend(on_threads(&alone, 1, &play)?);
    played.sort_by_key(|(place, _)| *place);
    let mut reports = Vec::new();
    for (n, playing) in suites.iter().enumerate() {
        let (own, rest): (Vec<_>, Vec<_>) = played.into_iter().partition(|((suite, _), _)| *suite == n);
        played = rest;
        let own: Vec<Played> = own.into_iter().map(|(_, played)| played).collect();
        own.iter().for_each(|played| coverage.add(&played.trail));
        reports.push(on_this_thread(finish(app, &index, playing, own))?);
    }
    Ok(Report { suites: reports, coverage, time: started.elapsed() })
}

/// Does asynchronous work to its end. With one thread for all of its tasks, a virtual clock knows who else could go on.
fn on_this_thread<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let tokio = tokio.map_err(|error| format!("cannot start threads: {error}"))?;
    let done = tokio.block_on(work);
    // What was left behind when time ran out has been told to end.
    tokio.shutdown_background();
    Ok(done)
}

/// Does every piece of work, at most `jobs` at a time, each on a thread with room for nested steps.
fn on_threads<T: Sync, R: Send>(
    work: &[T],
    jobs: usize,
    play: &(dyn Fn(&T) -> Option<Result<R, String>> + Sync),
) -> Result<Vec<R>, String> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut made = Vec::new();
        while let Some(one) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            made.extend(play(one));
        }
        made.into_iter().collect::<Result<Vec<R>, String>>()
    };
    std::thread::scope(|scope| {
        let start = || {
            let thread = std::thread::Builder::new().name("dataway-test".to_owned()).stack_size(STACK);
            thread.spawn_scoped(scope, worker).map_err(|error| format!("cannot start threads: {error}"))
        };
        let threads = (0..jobs.clamp(1, work.len().max(1))).map(|_| start()).collect::<Result<Vec<_>, _>>()?;
        let mut made = Vec::with_capacity(work.len());
        for thread in threads {
            made.extend(thread.join().map_err(|_| "a thread of the tests broke down".to_owned())??);
        }
        Ok(made)
    })
}

/// Plays the steps before or after all cases on a stage of their own.
async fn apart(
    app: &App,
    suite: &Suite,
    index: &Arc<Index>,
    steps: (&'static str, &crate::model::Steps),
    message: Message,
) -> Result<Message, String> {
    let stage = Stage::open(app, suite, index, Script { before: Some(steps), ..Script::default() }).await?;
    let ended = tokio::time::timeout(LONGEST, stage.before(message)).await;
    stage.close().await;
    ended.unwrap_or_else(|_| Err(format!("took longer than {LONGEST:?} and was ended")))
}

/// Plays what comes behind the cases of a suite, and puts together what it gave.
async fn finish(app: &App, index: &Arc<Index>, playing: &Playing<'_>, own: Vec<Played>) -> SuiteReport {
    let suite = playing.suite;
    let mut report = SuiteReport {
        name: suite.body.suite.value.to_string(),
        file: suite.source.name().to_owned(),
        cases: Vec::new(),
        failures: Vec::new(),
        notes: Vec::new(),
    };
    let left = playing.left.clone().unwrap_or_default();
    if let Err(reason) = &playing.left {
        report.failures.push(format!("before-suite: {reason}"));
    }
    if let Some(steps) = &suite.body.after_suite
        && let Err(reason) = apart(app, suite, index, ("after-suite", steps), left).await
    {
        report.failures.push(format!("after-suite: {reason}"));
    }
    // Whether a mock of the suite is of use is known only when every case was played.
    let is_complete = own.len() == suite.body.tests.len()
        && own.iter().all(|played| !matches!(played.report.outcome, Outcome::Skipped(_)));
    for (n, mock) in suite.body.mocks.iter().enumerate().filter(|_| is_complete) {
        if own.iter().any(|played| played.used.get(n) == Some(&true)) {
            continue;
        }
        if let Ok(mock) = mocks::ReadyMock::of(mock, index, &app.files) {
            report.notes.push(format!("the mock of {} was used by no case", mock.label()));
        }
    }
    report.cases = own.into_iter().map(|played| played.report).collect();
    if playing.left.is_err() {
        let lost = Outcome::Failed(vec!["before-suite failed".to_owned()]);
        report.cases = playing.cases.iter().map(|case| CaseReport::new(suite, case, lost.clone())).collect();
    }
    report
}
