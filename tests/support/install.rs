//! What tests install on a fresh machine, and how they say that they could not.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::bounded;

/// Longest installation of one thing.
pub const INSTALL: Duration = Duration::from_secs(180);

/// Says what is not tested, also when the test runner shows nothing of tests that pass.
pub fn skipped(what: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {what}: {}\n", why.trim());
}

/// The first of these programs that is there; else Debian's `package` is installed, if that is allowed.
///
/// # Errors
/// Why there is none.
pub fn from_debian(package: &str, programs: &[&str]) -> Result<PathBuf, String> {
    let known = || programs.iter().map(PathBuf::from).find(|path| path.is_file());
    if let Some(found) = known() {
        return Ok(found);
    }
    let who = bounded::run(Command::new("id").arg("-u"), Duration::from_secs(20)).output;
    if who.trim() == "0" && Path::new("/usr/bin/apt-get").is_file() {
        let apt = |words: &[&str]| {
            let mut command = Command::new("apt-get");
            command.args(["-qq", "-o", "DPkg::Lock::Timeout=120"]).args(words).env("DEBIAN_FRONTEND", "noninteractive");
            bounded::run(&mut command, INSTALL)
        };
        apt(&["update"]);
        let ended = apt(&["install", "-y", "--no-install-recommends", package]);
        return known().ok_or_else(|| format!("{package} cannot be installed\n{}", ended.output));
    }
    Err(format!("{package} is not installed (apt-get install {package})"))
}

/// A folder with packages from PyPI, made unless `wanted` is in it and runs: programs of a folder that was moved do not.
///
/// # Errors
/// What stands in the way.
pub fn from_pypi(folder: &Path, packages: &[&str], wanted: &Path) -> Result<(), String> {
    let runs = || bounded::run(Command::new(wanted).arg("--version"), Duration::from_secs(60)).success;
    if runs() {
        return Ok(());
    }
    let pip = folder.join("bin/pip");
    let name = folder.to_str().ok_or("the target folder has no Unicode name")?;
    let steps: [(&Path, Vec<&str>); 2] = [
        (Path::new("python3"), vec!["-m", "venv", "--clear", name]),
        (&pip, ["install", "--quiet", "--disable-pip-version-check"].iter().chain(packages).copied().collect()),
    ];
    for (step, words) in steps {
        let ended = bounded::run(Command::new(step).args(words), INSTALL);
        if !ended.success {
            return Err(format!("{} cannot be installed from PyPI\n{}", packages.join(", "), ended.output));
        }
    }
    if runs() { Ok(()) } else { Err(format!("{} of {} does not run", wanted.display(), packages.join(", "))) }
}
