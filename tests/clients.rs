//! The language server under other clients than our own: Neovim without a screen, and pytest-lsp with what VS Code and Neovim
//! say of themselves. What cannot be installed is said on standard error and skipped.

#[path = "support/bounded.rs"]
mod bounded;
#[path = "support/install.rs"]
mod install;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use install::{from_debian, from_pypi, skipped};

/// Longest run of one client.
const LIMIT: Duration = Duration::from_secs(120);

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

fn must(command: &mut Command) {
    command.env("DATAWAY", env!("CARGO_BIN_EXE_dataway")).env("PYTHONDONTWRITEBYTECODE", "1");
    let ended = bounded::run(command, LIMIT);
    assert!(ended.success, "{command:?} fails\n{}", ended.output);
}

#[test]
fn neovim() {
    let program = match from_debian("neovim", &["/usr/bin/nvim", "/usr/local/bin/nvim"]) {
        Ok(program) => program,
        Err(why) => return skipped("the language server in Neovim", &why),
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("neovim");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut command = Command::new(program);
    command.args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-S"]).arg(clients().join("neovim.lua"));
    must(command.env("FOLDER", folder));
}

#[test]
fn profiles() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pytest-lsp");
    let pytest = folder.join("bin/pytest");
    if let Err(why) = from_pypi(&folder, &["pytest-lsp==1.0.1", "pytest-timeout==2.4.0"], &pytest) {
        return skipped("the language server under the profiles of other clients", &why);
    }
    let mut command = Command::new(pytest);
    must(command.args(["-q", "-p", "no:cacheprovider", "--timeout", "60"]).arg(clients().join("test_profiles.py")));
}
