//! Diagnostics and failed runs for people (ariadne) and for machines (one JSON object a line).

use std::fmt::Display;
use std::io::IsTerminal;

use ariadne::{CharSet, Color, Config, IndexType, Label, Report as Picture, ReportKind};
use dataway_lang::Report;
use dataway_lang::diagnostic::{Code, Diagnostic, Severity};
use dataway_lang::source::{SourceText, Span};
use serde_json::json;

use crate::streams;

/// The form of diagnostics on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Pictures for people
    Text,
    /// One JSON object a line
    Json,
}

/// Prints diagnostics in source order.
pub fn print(source: &SourceText, diagnostics: &[Diagnostic], format: Format) {
    for diagnostic in diagnostics {
        match format {
            Format::Json => streams::say(format_args!("{}\n", to_json(source, diagnostic))),
            Format::Text => picture(source, diagnostic, &diagnostic.code, std::io::stderr().is_terminal()),
        }
    }
}

/// Prints what was found in an app, in the given order.
pub fn print_app(diagnostics: &[dataway_runtime::diagnostic::Diagnostic], format: Format) {
    for found in diagnostics {
        // The pictures know codes only as texts.
        let mut drawn = Diagnostic::new(Code(0), found.severity, found.span, found.message.clone());
        drawn.help.clone_from(&found.help);
        match format {
            Format::Json => {
                let mut object = to_json(&found.source, &drawn);
                object["code"] = found.code.to_string().into();
                streams::say(format_args!("{object}\n"));
            }
            Format::Text => picture(&found.source, &drawn, &found.code, std::io::stderr().is_terminal()),
        }
    }
}

/// The machine form.
pub fn to_json(source: &SourceText, diagnostic: &Diagnostic) -> serde_json::Value {
    let mut object = place(source, diagnostic.span);
    let related = diagnostic.related.iter().map(|(span, label)| {
        let mut place = place(source, *span);
        place["message"] = label.as_str().into();
        place
    });
    object["severity"] = severity(diagnostic.severity).into();
    object["code"] = diagnostic.code.to_string().into();
    object["message"] = diagnostic.message.as_str().into();
    object["help"] = diagnostic.help.as_deref().into();
    object["related"] = related.collect();
    object["fix"] = diagnostic.fix.as_ref().map_or(serde_json::Value::Null, |fix| {
        let mut place = place(source, fix.span);
        place["replacement"] = fix.replacement.as_str().into();
        place
    });
    object
}

/// A place for machines: lines count from 1, columns count characters from 1, offsets count bytes from 0; the end is
/// behind the last character.
fn place(source: &SourceText, span: Span) -> serde_json::Value {
    let start = source.line_column(span.start);
    let end = source.line_column(span.end);
    json!({
        "file": source.name(),
        "line": start.line,
        "column": start.column,
        "offset": span.start,
        "endLine": end.line,
        "endColumn": end.column,
        "endOffset": span.end,
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
        _ => "hint",
    }
}

/// Longest source line, in bytes, that is shown whole.
const LONGEST_LINE: usize = 600;
/// Characters shown on either side of a place in a longer line.
const WINDOW: usize = 40;

/// A diagnostic in a source line too long to be drawn: the neighbourhood of the place.
fn window(source: &SourceText, diagnostic: &Diagnostic, code: &dyn Display, line: &str) {
    let at = source.line_column(diagnostic.span.start);
    let column = at.column as usize - 1;
    let from = column.saturating_sub(WINDOW);
    let shown: String =
        line.chars().skip(from).take(2 * WINDOW).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let dots = if from > 0 { "…" } else { "" };
    let pad = " ".repeat(column - from + dots.chars().count());
    let message = &diagnostic.message;
    let name = source.name();
    streams::say(format_args!(
        "[{code}] {}: {message}\n  at {name}:{}:{}\n  {dots}{shown}…\n  {pad}^\n",
        severity(diagnostic.severity),
        at.line,
        at.column
    ));
    if let Some(help) = &diagnostic.help {
        streams::say(format_args!("  Help: {help}\n"));
    }
}

fn picture(source: &SourceText, diagnostic: &Diagnostic, code: &dyn Display, colors: bool) {
    let spans = std::iter::once(diagnostic.span).chain(diagnostic.related.iter().map(|(span, _)| *span));
    let lines = spans.flat_map(|span| [span.start, span.end]).map(|at| source.line_text(source.line_column(at).line));
    if let Some(long) = lines.into_iter().find(|line| line.len() > LONGEST_LINE) {
        let own = source.line_text(source.line_column(diagnostic.span.start).line);
        return window(source, diagnostic, code, if own.is_empty() { long } else { own });
    }
    let (kind, color) = match diagnostic.severity {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
        _ => (ReportKind::Advice, Color::Blue),
    };
    let name = source.name();
    let place = |span: Span| (name, span.start as usize..(span.end as usize).max(span.start as usize));
    let config = Config::default().with_color(colors).with_index_type(IndexType::Byte);
    let config = if colors { config } else { config.with_char_set(CharSet::Ascii) };
    let mut report = Picture::build(kind, place(diagnostic.span))
        .with_config(config)
        .with_code(code)
        .with_message(&diagnostic.message)
        .with_label(Label::new(place(diagnostic.span)).with_message("here").with_color(color));
    for (span, text) in &diagnostic.related {
        report = report.with_label(Label::new(place(*span)).with_message(text).with_color(Color::Cyan));
    }
    if let Some(help) = &diagnostic.help {
        report = report.with_help(help);
    }
    // As with everything on standard error: nobody may be reading it.
    let _ = report.finish().eprint((name, ariadne::Source::from(source.text())));
}

/// Prints why a run failed, for people.
pub fn print_report(report: &Report) {
    streams::say(report.render());
    if let Some(hint) = &report.hint {
        streams::say(format_args!("hint: {hint}\n"));
    }
}

/// The machine form of a failed run (spec 10.3); `log` is what the run printed.
pub fn report_json(report: &Report, log: &str) -> serde_json::Value {
    let Some(last) = report.last() else { return json!({"ErrorCode": report.code}) };
    let trace: Vec<_> = last
        .trace
        .iter()
        .map(|site| {
            json!({
                "file": site.source.name(),
                "line": site.position.line,
                "column": site.position.column,
                "function": site.function,
            })
        })
        .collect();
    let cause = report.chain.iter().rev().nth(1).map(|link| json!({"type": link.class, "message": link.message}));
    json!({
        "ErrorCode": report.code,
        "ErrorMsg": report.render(),
        "exception": {"type": last.class, "message": last.message, "notes": last.notes, "cause": cause},
        "traceback": trace,
        "log": log.lines().collect::<Vec<_>>(),
        "hint": report.hint,
    })
}
