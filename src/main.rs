//! The `dataway` command: one file per subcommand, no logic of its own.

mod app;
mod bench;
mod check;
mod diagnostics;
mod docs;
mod each;
mod eval;
mod explain;
mod fmt;
mod host;
mod logs;
mod lsp;
mod message;
mod new;
mod output;
mod program;
mod repl;
mod run;
mod schema;
mod signals;
mod streams;
mod test;
mod units;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// The run or the transform failed.
pub const FAILED: u8 = 1;
/// The command line is wrong.
pub const USAGE: u8 = 2;
/// The program does not compile.
pub const NOT_COMPILED: u8 = 65;

/// Dataway: transform data with Python-shaped scripts, safely and fast.
#[derive(Parser)]
#[command(name = "dataway", version, about, after_help = "Try: dataway eval -e '[x * x for x in range(5)]'")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

// The arguments of a subcommand are made when it is the one asked for: making all of them takes as long as a small run.
#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    /// Evaluate a script or an expression on a payload
    Eval(Box<eval::Args>),
    /// Measure a program on a payload: how long it takes, and where the time goes
    Bench(Box<bench::Args>),
    /// Say what is wrong with programs, without running them
    Check(check::Args),
    /// Explain an error code, or show what a program compiles to
    Explain(explain::Args),
    /// Format programs
    Fmt(fmt::Args),
    /// Print the reference of a module, function or type
    Docs(docs::Args),
    /// Show the run log of an app
    Logs(logs::Args),
    /// Serve an editor: completion, checks and navigation by the Language Server Protocol
    Lsp(lsp::Args),
    /// Write the scaffold of a new app
    New(new::Args),
    /// Print the JSON Schema of app, flow or test files
    Schema(schema::Args),
    /// Run an app, or one of its flows once
    Run(Box<run::Args>),
    /// Run the test suites of an app
    Test(test::Args),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let code = match cli.command {
        Command::Eval(args) => eval::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Docs(args) => docs::run(&args),
        Command::Logs(args) => logs::run(&args),
        Command::Lsp(args) => lsp::run(&args),
        Command::New(args) => new::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "dataway", &mut script);
            streams::write(&script)
        }
    };
    ExitCode::from(code)
}
