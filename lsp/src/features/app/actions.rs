//! Code actions that concern more than one program: one moves out of an app file or becomes a script there, a sample becomes
//! a contract, a misspelt name becomes the one that was meant.

use std::path::PathBuf;

use dataway_lang::source::{SourceText, Span};
use dataway_lang::syntax::ast::Mode;
use dataway_lang::syntax::format;
use dataway_runtime::diagnostic::{Code, Diagnostic as Finding};

use crate::app::sheet::{SectionKind, Sight, What};
use crate::document::{Document, Language};
use crate::features::actions::ActionKind;
use crate::features::contract;

/// A change of a document, perhaps with a new file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What the menu shows.
    pub title: String,
    /// What kind it is.
    pub kind: ActionKind,
    /// The file that is made, with its content.
    pub file: Option<(PathBuf, String)>,
    /// What is replaced in the document.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// The actions at an offset of a document that concern more than one program.
#[must_use]
pub fn changes(document: &Document, offset: u32) -> Vec<Change> {
    let mut changes = mended(document, offset);
    changes.extend([moved(document, offset), unfolded(document, offset), stated(document)].into_iter().flatten());
    changes
}

/// What the loader thinks was meant in the place of an unknown key or name.
fn mended(document: &Document, offset: u32) -> Vec<Change> {
    let Some((app, path, sheet)) = document.sheet() else { return Vec::new() };
    let Ok(checked) = app.checked() else { return Vec::new() };
    let change = |finding: &Finding| {
        let span = unquoted(document.text.as_str(), sheet.outward(finding.span));
        let meant = finding.help.as_deref()?.strip_prefix("did you mean `")?.strip_suffix("`?")?;
        let is_here = span.start <= offset && offset <= span.end && finding.source.name() == path;
        // What stands in a program is mended there, by its own rules.
        let is_own = !matches!(finding.code, Code::Language(_));
        (is_here && is_own).then(|| Change {
            title: format!("Replace by `{meant}`"),
            kind: ActionKind::QuickFix,
            file: None,
            span,
            text: meant.to_owned(),
        })
    };
    checked.diagnostics.iter().filter_map(change).collect()
}

/// The inside of what stands in quotes.
fn unquoted(text: &str, span: Span) -> Span {
    let written = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let is_quoted =
        written.len() >= 2 && ['"', '\''].iter().any(|quote| written.starts_with(*quote) && written.ends_with(*quote));
    if is_quoted { Span::new(span.start + 1, span.end - 1) } else { span }
}

/// An expression in quotes becomes a script in a block scalar, where lines can be read.
fn unfolded(document: &Document, offset: u32) -> Option<Change> {
    let (_, _, sheet) = document.sheet()?;
    let (region, _) = document.region_at(offset)?;
    let spot = sheet.at(offset)?;
    let parsed = &region.script.parsed();
    let code = region.script.source.text().trim();
    if parsed.program.mode != Mode::Expression || parsed.has_compile_errors() || code.contains('\n') {
        return None;
    }
    let span = sheet.outward(spot.span);
    let text = document.text.as_str();
    let line = text.get(..span.start as usize)?.rsplit('\n').next()?;
    let after = text.get(span.end as usize..)?.lines().next().unwrap_or_default();
    // Braces and brackets hold no block scalar, and only a key can have one.
    if line.contains(['{', '[']) || !line.trim_end().ends_with(':') || !after.trim().is_empty() {
        return None;
    }
    let column = line.len() - line.trim_start_matches([' ', '-']).len();
    let indent = " ".repeat(column + 2);
    let lines =
        ["#[", "def dw_process(msg):", &format!("    return {code}"), "]"].map(|line| format!("\n{indent}{line}"));
    let title = "Convert to a script".to_owned();
    Some(Change { title, kind: ActionKind::Rewrite, file: None, span, text: format!("|{}", lines.concat()) })
}

/// A program of an app file moves to a file of its own.
fn moved(document: &Document, offset: u32) -> Option<Change> {
    let (app, _, sheet) = document.sheet()?;
    let (region, _) = document.region_at(offset)?;
    let spot = sheet.at(offset)?;
    let What::Program(_, _, sight) = &spot.what else { return None };
    if region.script.parsed().has_compile_errors() {
        return None;
    }
    let inside = region.script.source.text();
    let text = match region.script.parsed().program.mode {
        Mode::Expression => {
            let code = inside.trim();
            let value = if code.contains('\n') { format!("({code})") } else { code.to_owned() };
            format!("def dw_process(msg):\n    return {value}\n")
        }
        _ => dedented(inside),
    };
    let content = format::format(&SourceText::new("moved", &text)).ok()?;
    let flows = sheet.sections.iter().filter(|section| section.kind == SectionKind::Flow);
    let flow = flows.rev().find(|section| section.span.start <= spot.span.start).map(|section| section.name.as_str());
    let base = [flow, sight.as_ref().and_then(Sight::key)].into_iter().flatten().collect::<Vec<_>>().join("-");
    let base: String = base.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '-' }).collect();
    let paths = (1..).map(|n| {
        let number = if n == 1 { String::new() } else { format!("-{n}") };
        format!("transforms/{base}{number}.dw")
    });
    let path = paths.take(1000).find(|path| !app.files.exists(&app.file_of(path)))?;
    let whole = sheet.outward(spot.span);
    let span = Span::new(header(document.text.as_str(), whole)?, whole.end);
    Some(Change {
        title: format!("Move to `{path}`"),
        kind: ActionKind::Extract,
        file: Some((app.file_of(&path), content)),
        span,
        text: format!("{{script: {path}}}"),
    })
}

/// Where a scalar starts: a block scalar with its `|` or `>`, which stands before its content.
fn header(text: &str, whole: Span) -> Option<u32> {
    let before = text.get(..whole.start as usize)?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    if !line.trim().is_empty() {
        return Some(whole.start);
    }
    let above = before.trim_end();
    let word = above.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_header = word.starts_with(['|', '>']);
    if is_header { u32::try_from(above.len() - word.len()).ok() } else { Some(whole.start) }
}

/// A script without the indentation that all of its lines have.
fn dedented(text: &str) -> String {
    let blanks = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let least = text.lines().filter(|line| !line.trim().is_empty()).map(|line| blanks(&line)).min().unwrap_or(0);
    let lines = text.lines().map(|line| line.get(least..).unwrap_or_default());
    format!("{}\n", lines.collect::<Vec<_>>().join("\n").trim_matches('\n'))
}

/// What a sample shows becomes the contract of a script.
fn stated(document: &Document) -> Option<Change> {
    let (Language::Script, Some(path)) = (document.language, &document.path) else { return None };
    let region = document.regions().first()?;
    let content = contract::suggested(&region.script)?;
    let stem = path.file_stem()?.to_str()?;
    let name = format!("schemas/{stem}.schema.json");
    let file = path.parent()?.join(&name);
    if document.around.files.exists(&file) {
        return None;
    }
    Some(Change {
        title: "Make the sample a contract".to_owned(),
        kind: ActionKind::Extract,
        file: Some((file, content)),
        span: Span::at(region.span.start),
        text: format!("#: payload: {name}\n"),
    })
}
