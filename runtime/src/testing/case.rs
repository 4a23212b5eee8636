//! One case, from its fresh engine to what was not as expected.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::coverage::Trail;
use super::expect::Evidence;
use super::mocks::{Index, ReadyMock};
use super::report::{CaseReport, Outcome};
use super::request;
use super::stage::{Script, Stage};
use super::values;
use crate::engine::Request;
use crate::message::Message;
use crate::model::{App, Case, Skip, Suite};

/// How long the steps behind a case may take when the case itself ran out of time.
const LAST_STEPS: Duration = Duration::from_secs(10);

/// What a case has around it.
pub struct Around<'a> {
    /// The app.
    pub app: &'a App,
    /// The suite.
    pub suite: &'a Suite,
    /// The steps of the app.
    pub index: &'a Arc<Index>,
    /// The message that `before-suite` left: its variables are given to the case.
    pub left: &'a Message,
}

/// What a case gave.
pub struct Played {
    /// For people.
    pub report: CaseReport,
    /// What was executed.
    pub trail: Trail,
    /// Which of the suite's mocks were used.
    pub used: Vec<bool>,
}

impl Around<'_> {
    /// Plays a case.
    pub async fn play(&self, case: &Case) -> Played {
        let mut report = CaseReport::new(self.suite, case, Outcome::Passed);
        let mut played = (Trail::default(), Vec::new());
        match &case.skip {
            Some(Skip::Always(true)) => report.outcome = Outcome::Skipped(None),
            Some(Skip::Because(reason)) => report.outcome = Outcome::Skipped(Some(reason.clone())),
            _ => {
                let started = Instant::now();
                let mut steps = Vec::new();
                let failed = match self.stage(case).await {
                    Ok(stage) => {
                        let failed = self.on(&stage, case).await;
                        stage.close().await;
                        steps = stage.watch.steps();
                        let (own, suite) = stage.watch.mocks().split_at_checked(case.mocks.len()).unwrap_or_default();
                        let unused = own.iter().filter(|mock| !mock.is_used());
                        report.notes.extend(unused.map(|mock| format!("the mock of {} was not used", mock.label())));
                        played = (stage.watch.trail(), suite.iter().map(ReadyMock::is_used).collect());
                        failed
                    }
                    Err(reason) => vec![reason],
                };
                report.time = started.elapsed();
                if !failed.is_empty() {
                    report.notes.extend(steps);
                    report.outcome = Outcome::Failed(failed);
                }
            }
        }
        Played { report, trail: played.0, used: played.1 }
    }

    async fn stage(&self, case: &Case) -> Result<Stage, String> {
        let body = &self.suite.body;
        let mocks = case.mocks.iter().chain(&body.mocks);
        let mocks = mocks.map(|mock| ReadyMock::of(mock, self.index, &self.app.files)).collect::<Result<_, _>>()?;
        let flow = case.flow.as_ref().and_then(|flow| self.app.flow(&flow.name));
        let range = match (flow, &case.from, &case.to) {
            (Some(flow), Some(from), Some(to)) => Some((flow, from.value.as_str(), to.value.as_str())),
            _ => None,
        };
        let before = body.before_test.as_ref().map(|steps| ("before-test", steps));
        let after = body.after_test.as_ref().map(|steps| ("after-test", steps));
        let script = Script { before, after, range, mocks };
        Stage::open(self.app, self.suite, self.index, script).await
    }

    /// Plays a case on its stage; gives what was not as expected.
    async fn on(&self, stage: &Stage, case: &Case) -> Vec<String> {
        let mut given = self.left.clone();
        let work = async {
            given = stage.before(given.clone()).await.map_err(|reason| vec![format!("before-test: {reason}")])?;
            stage.watch.set_case(true);
            let response = self.run(stage, case, &given).await.map_err(|reason| vec![reason])?;
            stage.runtime.drained().await;
            let (watch, runtime) = (&stage.watch, &*stage.runtime);
            let evidence = Evidence { end: watch.end(), response, watch, runtime, files: &self.app.files };
            let problems = watch.problems();
            Ok(if problems.is_empty() { evidence.mismatches(case).await } else { problems })
        };
        let ended = tokio::time::timeout(case.timeout, work).await;
        stage.watch.set_case(false);
        let mut failed = match ended {
            Ok(Ok(failed) | Err(failed)) => failed,
            Err(_) => {
                stage.end_runs().await;
                vec![format!("the case took longer than {:?} and was ended", case.timeout)]
            }
        };
        match tokio::time::timeout(LAST_STEPS, stage.after(given)).await {
            Ok(Ok(_)) => {}
            Ok(Err(reason)) => failed.push(format!("after-test: {reason}")),
            Err(_) => failed.push(format!("after-test took longer than {LAST_STEPS:?} and was ended")),
        }
        failed
    }

    /// Runs the flow of a case, or sends its request; gives the answer to that.
    async fn run(&self, stage: &Stage, case: &Case, given: &Message) -> Result<Option<request::Response>, String> {
        if let Some(spec) = &case.request {
            return request::send(self.app, self.suite, stage, spec).await.map(Some);
        }
        let flow = match &stage.range {
            Some(range) => Some(range.clone()),
            None => case.flow.as_ref().and_then(|flow| stage.runtime.flow(&flow.name)).cloned(),
        };
        let flow = flow.ok_or("there is no such flow")?;
        let message = values::message(case.message.as_ref(), given, &self.app.files, &stage.runtime).await?;
        let run = stage.runtime.run(Request { flow, trigger: "test", message });
        run.await.map(|_| None).map_err(|fault| fault.to_string())
    }
}
