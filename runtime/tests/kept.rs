//! An app that is checked again and again, as in an editor: the answers are those of a first check, and what has not changed is
//! not read again.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use dataway_runtime::check::{Checked, Kept, check_files};
use dataway_runtime::model::{Disk, Files, Options};

const FILES: &[(&str, &str)] = &[
    ("app.yaml", "name: shop\nversion: 1.0.0\nconfigs:\n  api: {type: http-listener, listen: \"127.0.0.1:8080\"}\n"),
    ("samples/order.json", "{\"id\": \"o-1\", \"items\": []}"),
    ("transforms/count.dw", "def dw_process(msg):\n    return {'count': len(msg.payload['items'])}\n"),
    (
        "flows/first.yaml",
        "name: first\ninput: {payload: {sample: samples/order.json}}\nsteps:\n  - set-payload: {script: transforms/count.dw}\n  - flow-ref: second\n  - set-payload: \"#[msg.payload['total']]\"\n",
    ),
    ("flows/second.yaml", "name: second\nsteps:\n  - set-payload: \"#[{'total': msg.payload['count']}]\"\n"),
    (
        "flows/other.yaml",
        "name: other\ntrigger:\n  http-listener: {config: api, path: /}\nsteps:\n  - set-payload: \"#[undefined]\"\n",
    ),
];

/// Each replaces texts in one file; they add up.
const EDITS: &[(&str, &str, &str)] = &[
    ("flows/second.yaml", "'total'", "'sum'"),
    ("flows/second.yaml", "'sum'", "'total'"),
    ("transforms/count.dw", "'count'", "'counted'"),
    ("transforms/count.dw", "'counted'", "'count'"),
    ("samples/order.json", "\"items\": []", "\"things\": []"),
    ("samples/order.json", "\"things\": []", "\"items\": []"),
    ("app.yaml", "http-listener, listen: \"127.0.0.1:8080\"", "http-request, base-url: \"http://localhost\""),
    ("app.yaml", "http-request, base-url: \"http://localhost\"", "http-listener, listen: \"127.0.0.1:8080\""),
    ("flows/other.yaml", "name: other", "name: second"),
    ("flows/other.yaml", "name: second", "name: other"),
    ("flows/first.yaml", "flow-ref: second", "flow-ref: gone"),
    ("flows/first.yaml", "flow-ref: gone", "flow-ref: second"),
    ("flows/second.yaml", "steps:", "steps: ["),
    ("flows/second.yaml", "steps: [", "steps:"),
    ("app.yaml", "version: 1.0.0", "version: 1.0.0\ndataway: {profile: core}"),
];

fn check(files: &HashMap<String, String>, kept: &Kept) -> Checked {
    let bytes = |text: &String| -> Arc<[u8]> { text.as_bytes().into() };
    let open = files.iter().map(|(path, text)| (path.clone(), bytes(text))).collect();
    let disk = Arc::new(Disk::new(Path::new("/an/app/that/is/on/no/disk")));
    let options = Options { values: Vec::new(), secrets: None, no_secrets: true, environment: &|_| None };
    check_files(Files::over(&disk, open), &options, kept).expect("an app")
}

fn findings(checked: &Checked) -> Vec<String> {
    let shown = |one: &dataway_runtime::diagnostic::Diagnostic| {
        format!("{} {:?} {} {}", one.source.name(), one.span, one.code, one.message)
    };
    checked.diagnostics.iter().map(shown).collect()
}

#[test]
fn edits_change_what_they_concern() {
    let mut files: HashMap<String, String> =
        FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let kept = Kept::default();
    let mut answers = vec![findings(&check(&files, &kept))];
    for (path, from, to) in EDITS {
        let text = files.get_mut(*path).expect("a file");
        assert!(text.contains(from), "{path} has no {from}");
        *text = text.replace(from, to);
        let found = findings(&check(&files, &kept));
        assert_eq!(found, findings(&check(&files, &Kept::default())), "after {from} became {to} in {path}");
        answers.push(found);
    }
    answers.sort();
    answers.dedup();
    assert!(answers.len() > 6, "the edits hardly change anything: {answers:#?}");
}

#[test]
fn what_has_not_changed_is_not_read_again() {
    let mut files: HashMap<String, String> =
        FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let kept = Kept::default();
    let before = check(&files, &kept);
    files.get_mut("flows/second.yaml").expect("a file").push_str("# a note\n");
    let after = check(&files, &kept);
    let same: Vec<bool> =
        before.app.flows.iter().zip(&after.app.flows).map(|(one, other)| Arc::ptr_eq(one, other)).collect();
    let names: Vec<&str> = after.app.flows.iter().map(|flow| &**flow.name()).collect();
    assert_eq!(names, ["first", "other", "second"]);
    assert_eq!(same, [true, true, false]);
}
