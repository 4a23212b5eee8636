//! Golden documents of what test suites give. A document in `tests/suites` holds the files of an app, each below a line
//! `=== PATH`, and below `=== report` what running its suites prints, without times, and the coverage.
//! `DATAWAY_WRITE=1 cargo test -p dataway-runtime --test suites` writes what it prints now.

#[path = "support/documents.rs"]
mod documents;

use std::path::Path;
use std::time::Duration;

use dataway_runtime::check::{self, Checked};
use dataway_runtime::model::Options;
use dataway_runtime::testing::report::Report;
use dataway_runtime::testing::{self, Selection, text};
use documents::{Folder, parts};

/// The app in a folder, which must have no errors.
fn checked(root: &Path) -> Result<Checked, String> {
    let environment = |name: &str| name.strip_prefix("DATAWAY_SECRET_").map(|name| format!("stand-in for {name}"));
    let options = Options { values: Vec::new(), secrets: None, no_secrets: false, environment: &environment };
    let checked = check::check(root, &options)?;
    if checked.is_sound() {
        return Ok(checked);
    }
    let said = checked.diagnostics.iter().map(|found| {
        let at = found.source.line_column(found.span.start);
        format!("{}:{}:{} {} {}", found.source.name(), at.line, at.column, found.code, found.message)
    });
    Err(said.collect::<Vec<_>>().join("\n"))
}

fn run(root: &Path, selection: &Selection) -> Result<Report, String> {
    let checked = checked(root)?;
    selection.check(&checked.app)?;
    testing::run(&checked.app, selection, 4)
}

/// What a report prints, without times.
fn printed(mut report: Report) -> String {
    report.time = Duration::ZERO;
    report.suites.iter_mut().flat_map(|suite| &mut suite.cases).for_each(|case| case.time = Duration::ZERO);
    let printed = text::text(&report, false) + "\n" + &text::coverage(&report.coverage);
    printed.replace("  0 ms\n", "\n").replace(" in 0 ms\n", "\n")
}

fn replay(name: &str, document: &str) -> String {
    let folder = Folder::new(&format!("suites-{name}"));
    for (path, text) in parts(document) {
        if path != "report" {
            folder.write(path, &text);
        }
    }
    run(&folder.0, &Selection::default()).map_or_else(|reason| reason + "\n", printed)
}

#[test]
fn documents_give_their_reports() {
    documents::compare("suites", "report", replay);
}

#[test]
fn examples_pass_their_tests() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let scaffold = Folder::new("suites-scaffold");
    dataway_runtime::scaffold::write(&scaffold.0).expect("the scaffold can be written");
    let mut apps: Vec<_> =
        std::fs::read_dir(examples).expect("there are examples").flatten().map(|e| e.path()).collect();
    apps.retain(|path| path.is_dir());
    apps.push(scaffold.0.clone());
    assert_eq!(apps.len(), 5);
    for app in apps {
        let report = run(&app, &Selection::default()).unwrap_or_else(|reason| panic!("{}: {reason}", app.display()));
        assert!(report.is_sound() && report.counts().passed > 0, "{}\n{}", app.display(), printed(report));
    }
}

#[test]
fn suites_and_tests_are_chosen_by_name() {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/order-intake");
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let choose = |suites: &[&str], tests: &[&str]| {
        run(&app, &Selection { suites: names(suites), tests: names(tests) }).map(|report| report.counts().cases)
    };
    assert_eq!(choose(&["orders"], &["the decision alone", "the same order twice"]), Ok(2));
    let unknown = choose(&["order"], &[]).expect_err("there is no such suite");
    assert_eq!(unknown, "there is no test suite `order`; the app has `orders`");
    assert!(
        choose(&[], &["none"])
            .expect_err("there is no such test")
            .starts_with("there is no test `none`; there are `acc")
    );
}
