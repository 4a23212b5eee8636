//! Replacing matches: `sub`, `subn` and `Match.expand`.

use super::engine::{Captures, Mode, Pattern, Span, Template};
use super::exception::raise;
use super::haystack::Haystack;
use super::iteration::Matches;
use super::pattern::own;
use crate::builtins::list::word;
use crate::value::exceptions::{Raise, type_error};
use crate::value::hash::python_hash;
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::text::Blob;
use crate::value::unicode::wtf8;
use crate::value::{Bytes, Cx, HVec, R, Value};

/// `sub` and `subn`: the arguments are the pattern, the replacement, the text and how many matches to replace, 0 meaning
/// all. Gives the new text and the number of replacements.
///
/// # Errors
/// `re.error` or `IndexError` for a malformed template, `TypeError` for arguments of the wrong type; whatever a function
/// that replaces raises; a limit.
pub(super) fn substitute(cx: &mut Cx<'_>, name: &str, a: &[Value]) -> R<(Value, usize)> {
    let (repl, string) = (&a[1], &a[2]);
    let program = &own(name, a)?.program;
    let count = word(&a[3])?;
    let is_function = is_callable(repl);
    let filling = if is_function { None } else { Some(cached_template(program, repl)?) };
    let haystack = Haystack::new(string, program.is_text())?;
    let unchanged = || Ok((haystack.content().clone(), 0));
    let Ok(count) = usize::try_from(count) else { return unchanged() };
    match filling {
        None => substitute_calls(cx, a, haystack, count),
        Some(Filling::Template(template)) => {
            let (text, replaced) = program.replace(haystack.subject(), &template, count)?;
            if replaced == 0 {
                return unchanged();
            }
            Ok((copy(&text, program.is_text())?, replaced))
        }
        Some(Filling::WrongKind) => {
            let whole = haystack.whole();
            match program.match_at(haystack.subject(), whole.start, whole.end, Mode::Search)? {
                None => unchanged(),
                Some(captures) => {
                    // CPython joins pieces: the text before the first match, if there is any, is number 0.
                    let start = captures.spans.first().copied().flatten().map_or(0, |(start, _)| start);
                    Err(wrong_item(usize::from(start > 0), repl, program.is_text()))
                }
            }
        }
    }
}

/// `Match.expand`: `template` filled with the groups of a match.
///
/// # Errors
/// `re.error` or `IndexError` for a malformed template, `TypeError` for what is no template; a limit.
pub(super) fn expand(program: &Pattern, haystack: &Haystack, spans: &[Span], template: &Value) -> R {
    let filling = match Filling::of(program, template)? {
        Filling::Template(filling) => filling,
        Filling::WrongKind => return Err(wrong_item(0, template, program.is_text())),
    };
    let captures = Captures { spans: spans.to_vec(), lastindex: None };
    let mut out = Vec::new();
    filling.expand(&captures, haystack.subject().bytes(), &mut out)?;
    copy(&out, program.is_text())
}

/// Whether a replacement is a function rather than a template.
fn is_callable(value: &Value) -> bool {
    matches!(value, Value::Function(_) | Value::Builtin(_) | Value::Method(_) | Value::Type(_))
}

/// What a template that is no function is good for.
enum Filling {
    /// It replaces.
    Template(Template),
    /// It is well-formed, but text for a bytes pattern or the other way round: an error as soon as something matches.
    WrongKind,
}

impl Filling {
    fn of(program: &Pattern, template: &Value) -> R<Filling> {
        let (given, is_text) = match (template.text_bytes(), template.byte_data()) {
            (Some(text), _) => (text.into(), true),
            (None, Some(bytes)) => (bytes, false),
            (None, None) => {
                let kind = template.type_of().qualified();
                return Err(type_error(format!("decoding to str: need a bytes-like object, {kind} found")));
            }
        };
        let parse = |given: &[u8]| Template::parse(given, program).map_err(|error| raise(error, template));
        if is_text == program.is_text() {
            return Ok(Filling::Template(parse(&given)?));
        }
        let parsed = if is_text { parse(&given)? } else { parse(&latin1(&given)?)? };
        // One that consists of groups only never shows which kind it is.
        let nothing = Captures { spans: Vec::new(), lastindex: None };
        let mut words = Vec::new();
        parsed.expand(&nothing, b"", &mut words)?;
        let only_groups = words.is_empty() && parsed.literal().is_none();
        Ok(if only_groups { Filling::Template(parsed) } else { Filling::WrongKind })
    }
}

/// The template of `sub`. CPython keeps parsed templates and therefore wants those that need parsing to be hashable.
fn cached_template(program: &Pattern, template: &Value) -> R<Filling> {
    match template.byte_data() {
        Some(bytes) if memchr::memchr(b'\\', &bytes).is_none() => {}
        _ if template.text_bytes().is_some() => {}
        _ => {
            python_hash(template)?;
        }
    }
    Filling::of(program, template)
}

/// Bytes as the text of the characters with the same numbers.
fn latin1(bytes: &[u8]) -> R<Vec<u8>> {
    reserve(bytes.len().saturating_mul(2))?;
    checkpoint(bytes.len() as u64)?;
    let mut text = Vec::with_capacity(bytes.len());
    for byte in bytes {
        wtf8::push(&mut text, u32::from(*byte));
    }
    Ok(text)
}

/// Replaces what a function says.
fn substitute_calls(cx: &mut Cx<'_>, a: &[Value], haystack: Haystack, count: usize) -> R<(Value, usize)> {
    let is_text = own("sub", a)?.program.is_text();
    let mut matches = Matches::new(a[0].clone(), haystack.clone(), haystack.whole());
    let bytes = haystack.subject().bytes();
    let mut pieces = Pieces { out: HVec::new(), number: 0, wrong: None, is_text };
    let (mut done, mut replaced) = (0, 0);
    while count == 0 || replaced < count {
        let Some((found, start, end)) = matches.advance()? else { break };
        pieces.add(bytes.get(done..start).unwrap_or_default())?;
        let item = cx.call(&a[1], &[found])?;
        pieces.add_value(&item)?;
        done = end;
        replaced += 1;
    }
    if replaced == 0 {
        return Ok((haystack.content().clone(), 0));
    }
    pieces.add(bytes.get(done..).unwrap_or_default())?;
    match pieces.wrong {
        Some((number, value)) => Err(wrong_item(number, &value, is_text)),
        None if is_text => Ok((Value::text_vec(pieces.out), replaced)),
        None => Ok((Value::Bytes(Bytes::from_blob(Blob::Own(pieces.out))), replaced)),
    }
}

/// The pieces of a result, which CPython collects in a list and joins at the end: only then does it look at their types.
struct Pieces {
    out: HVec<u8>,
    /// Number of the next piece.
    number: usize,
    /// The first piece of the wrong type.
    wrong: Option<(usize, Value)>,
    is_text: bool,
}

impl Pieces {
    fn add(&mut self, piece: &[u8]) -> R<()> {
        if !piece.is_empty() {
            reserve(piece.len())?;
            checkpoint(piece.len() as u64 / 32 + 1)?;
            self.out.extend_bytes(piece);
            self.number += 1;
        }
        Ok(())
    }

    /// Adds the result of a function; `None` adds nothing.
    fn add_value(&mut self, item: &Value) -> R<()> {
        if item.is_none() {
            return Ok(());
        }
        let number = self.number;
        match (self.is_text, item.text_bytes(), item.byte_data()) {
            (true, Some(text), _) => self.add(text)?,
            (false, _, Some(bytes)) => self.add(&bytes)?,
            _ if self.wrong.is_none() => self.wrong = Some((number, item.clone())),
            _ => {}
        }
        // An empty piece counts, too.
        self.number = number + 1;
        Ok(())
    }
}

/// The error for a piece of the wrong type.
#[cold]
fn wrong_item(number: usize, value: &Value, is_text: bool) -> Raise {
    let expected = if is_text { "str instance" } else { "a bytes-like object" };
    type_error(format!("sequence item {number}: expected {expected}, {} found", value.type_of().qualified()))
}

/// A result of the kind of the pattern.
fn copy(bytes: &[u8], is_text: bool) -> R {
    reserve(bytes.len())?;
    Ok(if is_text { Value::text(bytes) } else { Value::bytes(bytes) })
}
