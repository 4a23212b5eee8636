//! What a test run found: plain data that is printed, written as JUnit XML or shown by an editor.

use std::time::Duration;

use super::coverage::Coverage;
use crate::model::{Case, Suite};

/// What a test run found.
#[derive(Debug)]
pub struct Report {
    /// The suites, in load order.
    pub suites: Vec<SuiteReport>,
    /// What of the flows was executed.
    pub coverage: Coverage,
    /// How long everything took.
    pub time: Duration,
}

/// What the cases of a suite gave.
#[derive(Debug)]
pub struct SuiteReport {
    /// Its name.
    pub name: String,
    /// Its file in the app.
    pub file: String,
    /// The cases that were chosen, in the order of the file.
    pub cases: Vec<CaseReport>,
    /// Why `before-suite` or `after-suite` failed.
    pub failures: Vec<String>,
    /// What somebody may want to know, such as mocks that nothing used.
    pub notes: Vec<String>,
}

/// What a case gave.
#[derive(Debug)]
pub struct CaseReport {
    /// Its name.
    pub name: String,
    /// The line of its name in the file, from 1.
    pub line: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, by the system's clock.
    pub time: Duration,
    /// What somebody may want to know.
    pub notes: Vec<String>,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was as expected.
    Passed,
    /// It was not run, perhaps for a reason.
    Skipped(Option<String>),
    /// What was not as expected.
    Failed(Vec<String>),
}

/// Numbers of cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub cases: usize,
    /// As expected.
    pub passed: usize,
    /// Not as expected.
    pub failed: usize,
    /// Not run.
    pub skipped: usize,
}

impl CaseReport {
    /// The report of a case that took no time.
    #[must_use]
    pub fn new(suite: &Suite, case: &Case, outcome: Outcome) -> CaseReport {
        let line = suite.source.line_column(case.name.span.start).line;
        CaseReport { name: case.name.value.clone(), line, outcome, time: Duration::ZERO, notes: Vec::new() }
    }
}

impl SuiteReport {
    /// Counts the cases.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { cases: self.cases.len(), ..Counts::default() };
        for case in &self.cases {
            match case.outcome {
                Outcome::Passed => counts.passed += 1,
                Outcome::Skipped(_) => counts.skipped += 1,
                Outcome::Failed(_) => counts.failed += 1,
            }
        }
        counts
    }

    /// The time of all cases together.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.cases.iter().map(|case| case.time).sum()
    }
}

impl Report {
    /// Counts the cases of all suites.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.suites.iter().map(SuiteReport::counts).fold(Counts::default(), |sum, one| Counts {
            cases: sum.cases + one.cases,
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            skipped: sum.skipped + one.skipped,
        })
    }

    /// Whether nothing failed.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.counts().failed == 0 && self.suites.iter().all(|suite| suite.failures.is_empty())
    }
}
