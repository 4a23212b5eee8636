//! Formatting a part of a program: the lines of the statements that a range touches, and no others.

use std::ops::Range;

use super::wrap::INDENT;
use super::{Formatted, format};
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{SourceText, Span};

/// Where a line of the source went: a simple statement, the header of a compound one, or a comment of its own.
#[derive(Debug)]
pub struct Place {
    /// Number of blocks around it.
    pub depth: usize,
    /// Where it stands in the source, from its first character.
    pub source: Span,
    /// Where it stands in the formatted text, with its indentation.
    pub text: Range<usize>,
}

/// The change that formats the lines of the statements that `range` touches; `None` if they are formatted. Where a block is
/// indented otherwise than it should be, its lines can only be formatted together, so they all are.
///
/// # Errors
/// The diagnostics of a text that does not parse.
pub fn format_range(source: &SourceText, range: Span) -> Result<Option<Fix>, Vec<Diagnostic>> {
    let formatted = Formatted::new(source, false)?;
    let text = source.text();
    // Offsets are only comparable where line ends are those of the formatter.
    if text.contains('\r') {
        let replacement = format(source)?;
        let span = Span::new(0, source.len());
        return Ok((replacement != text).then_some(Fix { span, replacement }));
    }
    let places = &formatted.places;
    let Some((first, last)) = touched(text, places, range) else { return Ok(None) };
    let (first, last) = whole_blocks(text, places, first, last);
    let (Some(first), Some(last)) = (places.get(first), places.get(last)) else { return Ok(None) };
    let span = Span::new(line_start(text, first.source.start), last.source.end);
    let replacement = formatted.text.get(first.text.start..last.text.end).unwrap_or_default().to_owned();
    Ok((source.slice(span) != replacement).then_some(Fix { span, replacement }))
}

/// The first and the last line that a range touches. An empty range is a cursor; any other ends before its end.
fn touched(text: &str, places: &[Place], range: Span) -> Option<(usize, usize)> {
    let is_cursor = range.start == range.end;
    let end = range.end.max(range.start.saturating_add(1));
    let touches = |place: &Place| {
        let ends_behind = place.source.end > range.start || is_cursor && place.source.end == range.start;
        ends_behind && line_start(text, place.source.start) < end
    };
    Some((places.iter().position(touches)?, places.iter().rposition(touches)?))
}

/// The same lines with the whole block around each that is not indented as it will be.
fn whole_blocks(text: &str, places: &[Place], mut first: usize, mut last: usize) -> (usize, usize) {
    let mut at = first;
    while at <= last {
        let Some(place) = places.get(at) else { break };
        at += 1;
        if is_indented(text, place) {
            continue;
        }
        let header = places.iter().take(at - 1).rposition(|header| header.depth < place.depth).unwrap_or(0);
        let inside = |other: &Place| places.get(header).is_some_and(|header| other.depth > header.depth);
        let end = header + places.iter().skip(header + 1).take_while(|other| inside(other)).count();
        if header < first {
            // What was looked at before stands in this block, but its header may stand in another one.
            (first, at) = (header, header);
        }
        last = last.max(end);
    }
    (first, last)
}

/// Does a line stand in the column in which it will stand?
fn is_indented(text: &str, place: &Place) -> bool {
    let indent = text.get(line_start(text, place.source.start) as usize..place.source.start as usize);
    indent.is_some_and(|indent| indent.len() == place.depth * INDENT && indent.bytes().all(|byte| byte == b' '))
}

fn line_start(text: &str, offset: u32) -> u32 {
    let before = text.get(..offset as usize).unwrap_or_default();
    before.rfind('\n').and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(0)
}
