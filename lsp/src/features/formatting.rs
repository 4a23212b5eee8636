//! Formatting: a whole program, a range of it, and the line that is being typed. The style is that of `dataway fmt`.

use dataway_lang::source::{SourceText, Span};
use dataway_lang::syntax::format;

use super::actions::Edit;
use super::open::Open;
use crate::script::Script;

/// Columns of one level.
const INDENT: usize = 4;

/// Which line of a compound statement may follow which.
const FOLLOWERS: &[(&str, &[&str])] = &[
    ("else", &["if", "elif", "for", "while", "try", "except"]),
    ("elif", &["if", "elif"]),
    ("except", &["try", "except"]),
    ("finally", &["try", "except", "else"]),
];

/// The change that formats a program; `None` if it is formatted or does not parse.
#[must_use]
pub fn program(script: &Script) -> Option<Edit> {
    let text = script.source.text();
    let formatted = if script.context.embedded { embedded(text)? } else { format::format(&script.source).ok()? };
    smallest(text, &formatted)
}

/// The inside of `#[ … ]`, formatted.
fn embedded(text: &str) -> Option<String> {
    let formatted = format::format_parameter(&format!("#[{text}]")).ok()?;
    let inside = formatted.strip_prefix("#[")?.strip_suffix(']')?;
    Some(inside.to_owned())
}

/// The change that formats the statements that a range touches.
#[must_use]
pub fn range(script: &Script, range: Span) -> Option<Edit> {
    if script.context.embedded {
        return program(script);
    }
    let fix = format::format_range(&script.source, range).ok()??;
    Some(Edit { span: fix.span, text: fix.replacement })
}

/// The part of a text that really changes, so that cursors and marks elsewhere stay where they are.
fn smallest(text: &str, formatted: &str) -> Option<Edit> {
    if text == formatted {
        return None;
    }
    let head: usize = text.chars().zip(formatted.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (old, new) = (text.get(head..)?, formatted.get(head..)?);
    let tail: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let span = Span::new(clip(head), clip(text.len() - tail));
    Some(Edit { span, text: new.get(..new.len() - tail)?.to_owned() })
}

/// The indentation of the line at the cursor after `typed`: a line end or a colon.
#[must_use]
pub fn on_type(source: &SourceText, offset: u32, typed: &str) -> Option<Edit> {
    let text = source.text();
    let before = text.get(..offset as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let open = Open::at(text.get(..start)?);
    if open.is_inside() {
        return None;
    }
    let line = text.get(start..)?.lines().next().unwrap_or_default();
    let own = blanks(line);
    let above = text.get(..start)?.lines().rev().filter(|line| !line.trim().is_empty());
    let wanted = match typed {
        "\n" => after(above.map(code).next()?),
        ":" => followed(line, own, above)?,
        _ => return None,
    };
    let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let span = Span::new(clip(start), clip(start + own));
    (wanted != own).then(|| Edit { span, text: " ".repeat(wanted) })
}

fn blanks(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// A line without its trailing comment, as far as that can be told without reading its strings.
fn code(line: &str) -> &str {
    line.split(" #").next().unwrap_or_default().trim_end()
}

/// The indentation of the line after this one.
fn after(line: &str) -> usize {
    let own = blanks(line);
    let first = line.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if line.ends_with(':') {
        own + INDENT
    } else if matches!(first, "return" | "raise" | "break" | "continue" | "pass") {
        own.saturating_sub(INDENT)
    } else {
        own
    }
}

/// The indentation of a line such as `else:`, that of the statement it goes on with.
fn followed<'t>(line: &str, own: usize, above: impl Iterator<Item = &'t str>) -> Option<usize> {
    let word =
        |line: &str| line.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
    let keyword = word(line);
    let (_, openers) = FOLLOWERS.iter().find(|(follower, _)| *follower == keyword)?;
    let mut least = own;
    for line in above {
        let indent = blanks(line);
        if indent <= least && openers.contains(&word(line).as_str()) {
            return Some(indent);
        }
        least = least.min(indent);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_typed() {
        for (text, typed, expected) in [
            ("if a:\n‸", "\n", Some(4)),
            ("    return 1\n‸", "\n", None),
            ("    return 1\n    ‸", "\n", Some(0)),
            ("x = [\n‸", "\n", None),
            ("if a:\n    b\n    else:‸", ":", Some(0)),
            ("for a in b:\n    if a:\n        c\n    d\n    else:‸", ":", None),
            ("try:\n    b\nexcept E:‸", ":", None),
            ("x = {'a':‸", ":", None),
        ] {
            let at = u32::try_from(text.find('‸').expect("a cursor")).expect("small");
            let source = SourceText::new("t", &text.replace('‸', ""));
            let edit = on_type(&source, at, typed);
            assert_eq!(edit.map(|edit| edit.text.len()), expected, "{text}");
        }
    }

    #[test]
    fn only_what_changes_is_replaced() {
        let edit = smallest("a = 1\nb=2\nc = 3\n", "a = 1\nb = 2\nc = 3\n").expect("a change");
        assert_eq!((edit.span, edit.text.as_str()), (Span::new(7, 8), " = "));
        assert_eq!(smallest("x", "x"), None);
    }
}
