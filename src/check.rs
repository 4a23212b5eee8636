//! `dataway check`: what is wrong with programs and apps, without running them.

use std::path::{Path, PathBuf};

use dataway_lang::check::{self, CheckOptions, Checked, contract};
use dataway_lang::diagnostic::{Diagnostic, Severity};
use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions};

use crate::app::{self, AppOptions, Secrets};
use crate::diagnostics::{self, Format};
use crate::program::ProfileName;
use crate::{FAILED, USAGE, host, streams};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dataway check transforms/
  dataway check my-app --values staging.yaml
  dataway check order.dw --strict
  dataway check --types order.dw

Exit codes: 0 no errors, 1 errors (with --strict also warnings), 2 wrong usage.")]
pub struct Args {
    /// Apps (a folder with app.yaml, or a YAML file in one), programs, folders of .dw files, or `-` for standard input
    #[arg(required = true, value_name = "APP|FILE|DIR|-")]
    paths: Vec<PathBuf>,
    /// Part of the language that the programs may use
    #[arg(long, value_enum, default_value_t = ProfileName::Extended)]
    profile: ProfileName,
    /// Exit with 1 also when there are warnings
    #[arg(long)]
    strict: bool,
    /// Print every binding with its type instead of the diagnostics
    #[arg(long)]
    types: bool,
    /// Form of the diagnostics
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORM")]
    format: Format,
    /// Do not ask for the secrets, values and variables of an app
    #[arg(long)]
    no_secrets: bool,
    /// Also try the connections of an app: databases, base URLs of requests, folders
    #[arg(long, conflicts_with = "no_secrets")]
    connections: bool,
    #[command(flatten)]
    app: AppOptions,
}

/// How much was found.
#[derive(Default)]
struct Tally {
    apps: usize,
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Tally {
    fn count(&mut self, severities: impl Iterator<Item = Severity>) {
        for severity in severities {
            match severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Info | Severity::Hint => self.notes += 1,
            }
        }
    }

    /// `3 files: 1 error, 2 warnings`
    fn summary(&self) -> String {
        let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let mut parts = vec![counted(self.errors, "error"), counted(self.warnings, "warning")];
        if self.notes > 0 {
            parts.push(counted(self.notes, "note"));
        }
        let mut subjects = Vec::new();
        if self.apps > 0 {
            subjects.push(counted(self.apps, "app"));
        }
        if self.files > 0 || self.apps == 0 {
            subjects.push(counted(self.files, "file"));
        }
        format!("{}: {}", subjects.join(", "), parts.join(", "))
    }
}

/// Checks; gives the exit code.
pub fn run(args: &Args) -> u8 {
    let mut tally = Tally::default();
    let mut code = 0;
    let secrets = if args.no_secrets { Secrets::Ignored } else { Secrets::Required };
    for path in &args.paths {
        if app::is_app(path) {
            match app::check(path, &args.app, secrets, args.format) {
                Ok(checked) => {
                    tally.apps += 1;
                    tally.count(checked.diagnostics.iter().map(|d| d.severity));
                    if args.connections {
                        let unreachable = app::unreachable(&checked.app);
                        diagnostics::print_app(&unreachable, args.format);
                        tally.count(unreachable.iter().map(|d| d.severity));
                    }
                }
                Err(reason) => {
                    streams::say(format_args!("error: {reason}\n"));
                    code = USAGE;
                }
            }
            continue;
        }
        let mut files = Vec::new();
        if path.as_os_str() == "-" {
            files.push(path.clone());
        } else if let Err(reason) = host::programs(path, &mut files) {
            streams::say(format_args!("error: {reason}\n"));
            code = USAGE;
        }
        for file in files {
            match one_file(&file, args) {
                Ok(diagnostics) => {
                    tally.files += 1;
                    tally.count(diagnostics.iter().map(|d| d.severity));
                }
                Err(reason) => {
                    streams::say(format_args!("error: {reason}\n"));
                    code = USAGE;
                }
            }
        }
    }
    if !args.types && args.format == Format::Text {
        streams::say(format_args!("{}\n", tally.summary()));
    }
    let failed = tally.errors > 0 || args.strict && tally.warnings > 0;
    code.max(if failed { FAILED } else { 0 })
}

/// Checks a file and prints what was found.
fn one_file(path: &Path, args: &Args) -> Result<Vec<Diagnostic>, String> {
    let bytes = host::read(path)?;
    let name = if path.as_os_str() == "-" { "<stdin>".into() } else { path.to_string_lossy() };
    let source = SourceText::from_bytes(&name, &bytes);
    let parsed = syntax::parse(&source, &ParseOptions::default());
    let folder = path.parent().unwrap_or(Path::new("."));
    let (contracts, unusable) = contract::contracts(&source, &mut |name| host::read(&folder.join(name)));
    let options = CheckOptions { profile: args.profile.into(), contracts, ..CheckOptions::default() };
    let mut checked = check::check(&parsed.program, &source, &options);
    checked.drop_consequences(&parsed.diagnostics, &source);
    let mut diagnostics = parsed.diagnostics;
    diagnostics.extend(unusable);
    diagnostics.extend(checked.diagnostics.iter().cloned());
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    if args.types {
        print_types(&source, &checked, args.format);
    } else {
        diagnostics::print(&source, &diagnostics, args.format);
    }
    Ok(diagnostics)
}

/// Prints the bindings: `order.dw:3:5: total: int`.
fn print_types(source: &SourceText, checked: &Checked, format: Format) {
    let mut text = String::new();
    for binding in &checked.bindings {
        let at = source.line_column(binding.span.start);
        let (line, column, name) = (at.line, at.column, &binding.name);
        match format {
            Format::Text => text.push_str(&format!("{}:{line}:{column}: {name}: {}\n", source.name(), binding.ty)),
            Format::Json => {
                let ty = binding.ty.to_string();
                let entry = serde_json::json!({"file": source.name(), "line": line, "column": column, "name": &**name, "type": ty});
                text.push_str(&format!("{entry}\n"));
            }
        }
    }
    streams::write(text.as_bytes());
}
