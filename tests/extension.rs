//! The VS Code extension: its types, its grammars on annotated files, and its bundle. Needs Node with npm; where they are
//! missing this says so and checks nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

fn extension() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vscode-extension")
}

/// Runs npm inside the extension; the output is shown if it fails.
fn npm(words: &[&str]) {
    let output = Command::new("npm").args(words).current_dir(extension()).output().expect("npm runs");
    assert!(
        output.status.success(),
        "npm {} fails\n{}\n{}",
        words.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn types_grammars_and_bundle() {
    if Command::new("npm").arg("--version").output().is_err() {
        eprintln!("SKIPPED: npm is not installed, so the VS Code extension is not tested (apt-get install nodejs npm)");
        return;
    }
    npm(&["ci", "--no-audit", "--no-fund"]);
    npm(&["test"]);
    npm(&["run", "build"]);
    assert!(extension().join("dist/extension.js").is_file());
}
