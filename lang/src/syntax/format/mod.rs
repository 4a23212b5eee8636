//! The formatter: one way to write every program.
//!
//! It works on the tokens and comments of a text that parses, so it keeps every token, every comment and the tree; only
//! parentheses around a value that breaks over lines and commas behind the last of several items on lines of their own are
//! added, and statements that share a line are separated. The style, in short:
//!
//! * four blanks a level, lines of at most [`LINE_WIDTH`] characters (a trailing comment does not count), LF or CR LF as the
//!   first line of the text ends;
//! * what fits stays on one line, unless its author left a comma behind the last item: then every item has a line;
//! * two empty lines around functions of the module, one around nested ones, elsewhere as many as were there, at most two
//!   at module level and one in blocks, none at the start of a block;
//! * strings keep their quotes, because programs live in attributes of XML and in YAML; prefixes and numbers are lower case;
//! * comments keep their text; one behind a token stands two blanks behind it.
//!
//! Formatting a formatted text changes nothing. What was not parsed is not formatted.

mod delimiters;
mod lines;
mod nodes;
mod range;
mod spacing;
#[cfg(test)]
mod tests;
mod wrap;

use lines::{Item, ItemKind};
use range::Place;
use wrap::{INDENT, Writer};

pub use range::format_range;
pub use wrap::LINE_WIDTH;

use super::ast::{Comment, Mode};
use super::parse::{MAX_PROGRAM_BYTES, ParseOptions, parse};
use super::report::Report;
use super::token::{Tok, Token};
use super::{layout, repair, scan};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{SourceText, Span};

/// The formatted text of a program: the content of a `.dw` file, or the inside of `#[ … ]`.
///
/// # Errors
/// The diagnostics of a text that does not parse.
pub fn format(source: &SourceText) -> Result<String, Vec<Diagnostic>> {
    let mut out = Formatted::new(source, false)?.text;
    out.push('\n');
    let out = with_line_ends_of(source.text(), out);
    if out.len() > MAX_PROGRAM_BYTES {
        let message = format!("formatted, the program would be longer than {MAX_PROGRAM_BYTES} bytes");
        let error = Diagnostic::error(Code::TOO_LONG, Span::at(0), message);
        return Err(vec![error.with_help("move data out of the program, or split it")]);
    }
    Ok(out)
}

/// The formatted text of a parameter `#[ … ]`: on one line if its program fits there.
///
/// # Errors
/// The diagnostics of a text that does not parse.
pub fn format_parameter(text: &str) -> Result<String, Vec<Diagnostic>> {
    let start = text.len() - text.trim_start().len();
    let Some(inside) = text.trim().strip_prefix("#[").and_then(|rest| rest.strip_suffix(']')) else {
        let error = Diagnostic::error(Code::BRACKET, Span::at(0), "this is no text of the form `#[ … ]`");
        return Err(vec![error.with_help("write the program between `#[` and `]`")]);
    };
    let offset = u32::try_from(start + 2).unwrap_or(0);
    let formatted = Formatted::new(&SourceText::new("parameter", inside), true)
        .map_err(|found| found.into_iter().map(|diagnostic| diagnostic.moved(offset)).collect::<Vec<_>>())?;
    let one_line = !formatted.text.contains('\n') && !formatted.has_comments;
    let out = if one_line { format!("#[{}]", formatted.text) } else { format!("#[\n{}\n]", formatted.text) };
    Ok(with_line_ends_of(text, out))
}

/// A formatted text without its last line end.
struct Formatted {
    text: String,
    has_comments: bool,
    /// Where the lines of the source went.
    places: Vec<Place>,
}

impl Formatted {
    /// Formats; `embedded`: the text stands inside `#[ ]`, and what needs several lines is indented once.
    fn new(source: &SourceText, embedded: bool) -> Result<Formatted, Vec<Diagnostic>> {
        let options = ParseOptions { embedded, ..ParseOptions::default() };
        let parsed = parse(source, &options);
        let stops = |d: &Diagnostic| d.severity == Severity::Error && d.is_compile_error() && !is_about_main(d.code);
        if parsed.diagnostics.iter().any(stops) {
            return Err(parsed.diagnostics);
        }
        if source.text().contains('\r') {
            let text = source.text().replace("\r\n", "\n").replace('\r', "\n");
            return Formatted::new(&SourceText::new(source.name(), &text), embedded);
        }
        let mode = parsed.program.mode;
        let (tokens, comments) = tokens(source, mode, embedded);
        let items = lines::items(source.text(), &tokens, &comments);
        let formatted = write(items, mode, 0);
        if embedded && (formatted.text.contains('\n') || formatted.has_comments) {
            return Ok(write(lines::items(source.text(), &tokens, &comments), mode, INDENT));
        }
        Ok(formatted)
    }
}

/// Is it said of a script that can be read but lacks a proper `dw_process`?
fn is_about_main(code: Code) -> bool {
    matches!(code, Code::NO_DW_PROCESS | Code::DW_PROCESS_SIGNATURE)
}

/// The tokens of a text without errors, as the grammar sees them, and its comments.
fn tokens(source: &SourceText, mode: Mode, embedded: bool) -> (Vec<Token>, Vec<Comment>) {
    let mut report = Report::default();
    let (raw, comments) = layout::split_comments(scan::scan(source.text(), 0, &mut report));
    let tokens = match mode {
        Mode::Expression => layout::expression(&raw, source.text(), &mut report),
        Mode::Script | Mode::Interactive => layout::statements(&raw, source.text(), embedded, &mut report),
    };
    (repair::repair(&tokens, source, &mut report), comments)
}

/// Writes all items; `base` is the indentation of the module.
fn write(items: Vec<Item<'_>>, mode: Mode, base: usize) -> Formatted {
    let blanks = empty_lines(&items);
    let mut writer = Writer::default();
    let mut places = Vec::new();
    let mut has_comments = false;
    for (item, blanks) in items.into_iter().zip(blanks) {
        writer.blank_lines(blanks);
        let start = writer.position();
        let indent = base + item.depth * INDENT;
        match item.kind {
            ItemKind::Comment(text) => {
                has_comments = true;
                writer.comment_line(text, indent);
            }
            ItemKind::Line(line) => {
                has_comments |= line.comment.is_some();
                match mode {
                    Mode::Expression => writer.element(line.nodes, indent),
                    Mode::Script | Mode::Interactive => writer.line(line.nodes, indent, line.site),
                }
                if let Some(comment) = line.comment {
                    writer.trailing(comment);
                }
            }
        }
        writer.end_line();
        places.push(Place { depth: item.depth, source: item.span, text: start..writer.position() - 1 });
    }
    Formatted { text: writer.finish(), has_comments, places }
}

/// How many empty lines stand above each item.
fn empty_lines(items: &[Item<'_>]) -> Vec<usize> {
    let mut out = Vec::with_capacity(items.len());
    // For each block around: was its last statement a function?
    let mut after_function: Vec<bool> = Vec::new();
    let mut before: Option<&Item<'_>> = None;
    for (at, item) in items.iter().enumerate() {
        let most = if item.depth == 0 { 2 } else { 1 };
        let led = leads_to(items.get(at..).unwrap_or_default());
        let ends_function = after_function.get(item.depth) == Some(&true);
        let starts_function = led.is_some_and(|line| matches!(line.first, Tok::Def | Tok::At));
        out.push(match before {
            None => 0,
            // Nothing between the header of a block and its first line, nor below a decorator.
            Some(Item { kind: ItemKind::Line(line), .. }) if line.is_header || line.first == Tok::At => 0,
            // A comment that belongs to a function has its empty lines above itself.
            Some(Item { kind: ItemKind::Comment(_), depth, .. }) if *depth == item.depth && item.blanks == 0 => 0,
            Some(_) if led.is_some() && (starts_function || ends_function) => most,
            Some(_) => item.blanks.min(most),
        });
        if let ItemKind::Line(line) = &item.kind {
            after_function.resize(item.depth + 1, false);
            if let Some(flag) = after_function.last_mut() {
                *flag = line.first == Tok::Def;
            }
        }
        before = Some(item);
    }
    out
}

/// The line of the same block that starts here, below comments that stand directly above it.
fn leads_to<'i, 'a>(items: &'i [Item<'a>]) -> Option<&'i lines::Line<'a>> {
    let depth = items.first()?.depth;
    for (at, item) in items.iter().enumerate() {
        if item.depth != depth || at > 0 && item.blanks > 0 {
            return None;
        }
        if let ItemKind::Line(line) = &item.kind {
            return Some(line);
        }
    }
    None
}

/// Ends lines as the first line of `original` ends.
fn with_line_ends_of(original: &str, text: String) -> String {
    let is_windows = original.find('\n').is_some_and(|at| at > 0 && original.as_bytes().get(at - 1) == Some(&b'\r'));
    if is_windows { text.replace('\n', "\r\n") } else { text }
}
