//! `dataway schema`: the JSON Schema of a file kind.

use dataway_runtime::params::{self, SchemaKind};

use crate::streams;

#[derive(clap::Args)]
pub struct Args {
    /// The kind of file
    kind: Kind,
}

/// The kinds of files.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// app.yaml
    App,
    /// Files below flows/
    Flows,
    /// Files below tests/
    Tests,
}

/// Prints the schema; gives the exit code.
pub fn run(args: &Args) -> u8 {
    let kind = match args.kind {
        Kind::App => SchemaKind::App,
        Kind::Flows => SchemaKind::Flows,
        Kind::Tests => SchemaKind::Tests,
    };
    streams::write(format!("{:#}\n", params::document(kind)).as_bytes())
}
