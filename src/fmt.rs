//! `dataway fmt`: programs in the one layout of the language, in place or from standard input to standard output.
//!
//! A file is replaced as a whole by renaming a complete new one over it, and only if it changes. A file that does not parse
//! is reported and left as it is.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use dataway_lang::diagnostic::Diagnostic;
use dataway_lang::source::SourceText;
use dataway_lang::syntax::format;

use crate::diagnostics::{self, Format};
use crate::{FAILED, NOT_COMPILED, USAGE, host, streams};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  dataway fmt transforms/\n  dataway fmt --check .\n  dataway fmt - < order.dw")]
pub struct Args {
    /// Files, folders (searched for .dw files) or `-` for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    paths: Vec<PathBuf>,
    /// Change nothing; list the files that are not formatted and exit with 1 if there are any
    #[arg(long)]
    check: bool,
    /// How diagnostics are printed
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORM")]
    format: Format,
}

/// Formats; gives the exit code.
pub fn run(args: &Args) -> u8 {
    let mut code = 0;
    for path in &args.paths {
        let found = if path.as_os_str() == "-" {
            standard_input(args)
        } else {
            let mut files = Vec::new();
            let searched = host::programs(path, &mut files).map_or_else(|reason| failure(&reason, USAGE), |()| 0);
            files.iter().map(|file| one_file(file, args)).fold(searched, u8::max)
        };
        code = code.max(found);
    }
    code
}

fn failure(reason: &str, code: u8) -> u8 {
    streams::say(format_args!("error: {reason}\n"));
    code
}

/// The formatted text; the exit code if the text does not parse.
fn formatted(name: &str, bytes: &[u8], args: &Args) -> Result<String, u8> {
    let source = SourceText::from_bytes(name, bytes);
    let text = source.text().trim();
    let result = format::format(&source);
    // A text `#[ … ]` is no program: read as one it is nothing but a comment, or unbalanced.
    let result = match result {
        Err(_) if text.starts_with("#[") && text.ends_with(']') => format::format_parameter(source.text()),
        result => result,
    };
    result.map_err(|found: Vec<Diagnostic>| {
        diagnostics::print(&source, &found, args.format);
        NOT_COMPILED
    })
}

fn standard_input(args: &Args) -> u8 {
    let bytes = match host::read(Path::new("-")) {
        Ok(bytes) => bytes,
        Err(reason) => return failure(&reason, USAGE),
    };
    match formatted("<stdin>", &bytes, args) {
        Err(code) => code,
        Ok(text) if !args.check => streams::write(text.as_bytes()),
        Ok(text) if text.as_bytes() == bytes => 0,
        Ok(_) => streams::write(b"<stdin>\n").max(FAILED),
    }
}

fn one_file(path: &Path, args: &Args) -> u8 {
    let bytes = match host::read(path) {
        Ok(bytes) => bytes,
        Err(reason) => return failure(&reason, USAGE),
    };
    let name = path.to_string_lossy();
    let text = match formatted(&name, &bytes, args) {
        Ok(text) => text,
        Err(code) => return code,
    };
    if text.as_bytes() == bytes {
        return 0;
    }
    if args.check {
        return streams::write(format!("{name}\n").as_bytes()).max(FAILED);
    }
    match replace(path, text.as_bytes()) {
        Ok(()) => streams::write(format!("formatted {name}\n").as_bytes()),
        Err(error) => failure(&format!("cannot write {name}: {}", host::reason(&error)), FAILED),
    }
}

/// Replaces a file so that it is at any time either the old or the new one.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // Behind a symbolic link the file itself is replaced.
    let path = fs::canonicalize(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.set_permissions(fs::metadata(&path)?.permissions())?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&beside, &path));
    if done.is_err() {
        // The reason why it could not be written matters more than a rest that cannot be removed.
        let _ = fs::remove_file(&beside);
    }
    done
}
