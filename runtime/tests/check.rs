//! Golden documents of what `check` says about apps. A document in `tests/check` holds the files of an app, each below a line
//! `=== PATH`, and below `=== findings` what must be found, in order: `FILE:LINE:COLUMN SEVERITY CODE MESSAGE`, then
//! `  help: …`. `DATAWAY_WRITE=1 cargo test -p dataway-runtime --test check` writes what is found now.
//!
//! A document may have `=== environment` (lines `NAME=VALUE`), `=== secrets`, the file of `--secrets`, and `=== connections`: the
//! connections are tried too.

#[path = "support/documents.rs"]
mod documents;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dataway_lang::diagnostic::Severity;
use dataway_runtime::check;
use dataway_runtime::connectors::reach;
use dataway_runtime::diagnostic::CODES;
use dataway_runtime::model::Options;
use documents::{Folder, parts};

/// What is found in the app in `root`.
fn findings(root: &Path, secrets: Option<PathBuf>, environment: &BTreeMap<String, String>, connects: bool) -> String {
    let environment = environment.clone();
    let read = move |name: &str| environment.get(name).cloned();
    let options = Options { values: Vec::new(), secrets, no_secrets: false, environment: &read };
    let mut checked = match check::check(root, &options) {
        Ok(checked) => checked,
        Err(reason) => return format!("{reason}\n"),
    };
    if connects {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        checked.diagnostics.extend(tokio.block_on(reach::unreachable(&checked.app, root)));
    }
    let mut shown = String::new();
    for found in &checked.diagnostics {
        let at = found.source.line_column(found.span.start);
        let severity = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            _ => "hint",
        };
        let place = format!("{}:{}:{}", found.source.name(), at.line, at.column);
        let _ = writeln!(shown, "{place} {severity} {} {}", found.code, found.message);
        if let Some(help) = &found.help {
            let _ = writeln!(shown, "  help: {}", help.replace('\n', "\n        "));
        }
    }
    shown
}

/// What a document's app gives now.
fn replay(name: &str, document: &str) -> String {
    let folder = Folder::new(name);
    let mut environment = BTreeMap::new();
    let mut secrets = None;
    let mut connects = false;
    for (path, text) in parts(document) {
        match path {
            "findings" => {}
            "connections" => connects = true,
            "environment" => {
                environment.extend(text.lines().filter_map(|l| l.split_once('=')).map(|(k, v)| (k.into(), v.into())));
            }
            "secrets" => {
                folder.write(".dataway/secrets.yaml", &text);
                let place = folder.0.join(".dataway/secrets.yaml");
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt;
                    let only_owner = std::fs::Permissions::from_mode(0o600);
                    std::fs::set_permissions(&place, only_owner).expect("permissions can be set");
                }
                secrets = Some(place);
            }
            path => folder.write(path, &text),
        }
    }
    findings(&folder.0, secrets, &environment, connects)
}

#[test]
fn documents_give_their_findings() {
    documents::compare("check", "findings", replay);
}

/// Every code is found in some document, apart from those that need what a document cannot hold.
#[test]
fn every_code_has_a_document() {
    let all: String = documents::documents("check")
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("documents are texts"))
        .collect();
    let missing: Vec<_> = CODES.iter().filter(|(code, _)| !all.contains(&format!(" {code} "))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn links_out_of_the_app_are_refused() {
    let folder = Folder::new("links");
    folder.write("app.yaml", "name: links\nversion: 1.0.0\n");
    folder.write("flows/a.yaml", "name: a\ninput: {payload: {schema: schemas/out.json}}\nsteps: []\n");
    let outside = Folder::new("links-outside");
    outside.write("out.json", "{}");
    std::fs::create_dir_all(folder.0.join("schemas")).expect("folders can be made");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.0.join("out.json"), folder.0.join("schemas/out.json"))
            .expect("links can be made");
        let given = findings(&folder.0, None, &BTreeMap::new(), false);
        assert!(
            given.starts_with("flows/a.yaml:2:27 error APP004 the path `schemas/out.json` leaves the app"),
            "{given}"
        );
    }
}

#[test]
fn flows_have_limits() {
    let folder = Folder::new("limits");
    folder.write("app.yaml", "name: limits\nversion: 1.0.0\n");
    let nested = |depth: usize| {
        let inner = "[{synchronized: {lock: a, steps: ".repeat(depth);
        format!("name: a\nsteps: {inner}[break]{}\n", "}}]".repeat(depth))
    };
    folder.write("flows/a.yaml", &nested(32));
    let given = findings(&folder.0, None, &BTreeMap::new(), false);
    assert!(given.contains("FLW012") && given.lines().count() == 2, "{given}");
    folder.write("flows/a.yaml", &nested(33));
    let given = findings(&folder.0, None, &BTreeMap::new(), false);
    assert!(given.contains("FLW011 containers are nested deeper than 32 levels"), "{given}");
    for (steps, is_sound) in [(5_000, true), (5_001, false)] {
        folder.write("flows/a.yaml", &format!("name: a\nsteps:\n{}", "  - logger: a\n".repeat(steps)));
        let given = findings(&folder.0, None, &BTreeMap::new(), false);
        assert_eq!(given.is_empty(), is_sound, "{given}");
    }
}

#[test]
fn examples_and_scaffold_are_sound() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let secret = |name: &str| (format!("DATAWAY_SECRET_{name}"), "a long password".to_owned());
    let environment = BTreeMap::from([secret("SHOP"), secret("PARTNER")]);
    for entry in std::fs::read_dir(examples).expect("there are examples").flatten() {
        let given = findings(&entry.path(), None, &environment, false);
        assert!(!given.contains(" error ") && !given.contains(" warning "), "{}:\n{given}", entry.path().display());
    }
    let folder = Folder::new("scaffold");
    dataway_runtime::scaffold::write(&folder.0).expect("the scaffold can be written");
    assert_eq!(findings(&folder.0, None, &BTreeMap::new(), false), "");
    let again = dataway_runtime::scaffold::write(&folder.0).expect_err("nothing is overwritten");
    assert!(again.ends_with("app.yaml exists and is not overwritten"), "{again}");
}
