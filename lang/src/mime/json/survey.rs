//! The first look at a JSON text: is it well-formed, and where does everything begin?
//!
//! [`survey`] goes over a text once, makes no values, and leaves a [`Tape`] from which values are made when they are asked
//! for. It recognises what is surely right. Whatever it does not like (an error, an object that has no shape, a text in
//! which numbers are not JSON's) it leaves to the [`reader`](super::reader), which knows all rules and all errors: so there
//! is one place that words them.

use std::cell::RefCell;
use std::sync::Arc;

use super::number;
use super::shapes::{NodeId, Shapes};
use super::strings;
use crate::mime::MAX_DEPTH;
use crate::value::block::Block;
use crate::value::format::scan::{Outline, Scanned};
use crate::value::interrupt::checkpoint;
use crate::value::tape::{self, Kind, Makers, Part, Tape};
use crate::value::text::Blob;
use crate::value::{Bytes, HVec, R, Ref, Shape, ShortStr, Value};

/// The byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Values between two looks at the limits.
const STRIDE: u32 = 256;
/// Strings with escapes from this length on are decoded at once, under the eyes of the limits.
const LONG: usize = 1 << 20;
/// Longest text that a thread keeps with its tape, in bytes.
const MOST_KEPT: usize = 64 << 10;
/// Most digits of an int (spec 4.12).
const MOST_DIGITS: usize = 4300;

thread_local! {
    /// The last of the host's texts that was surveyed here, and its top: steps of a flow that read one payload after the other
    /// survey it once.
    static LAST: RefCell<Option<(Ref<Tape>, Part)>> = const { RefCell::new(None) };
}

/// The document in UTF-8 that `bytes` are. `None` if that needs a closer look.
///
/// # Errors
/// A limit.
pub fn survey(bytes: &Ref<Bytes>) -> R<Option<Value>> {
    Ok(kept(bytes)?.map(|(tape, root)| tape::value(&tape, root)))
}

/// The scalar under a key of the object in UTF-8 that `bytes` are, without the rest. `None` if there is none, if the thread would
/// not keep what it found out about the text, or if it is no scalar of which one is as good as another.
///
/// # Errors
/// A limit.
pub fn scalar(bytes: &Ref<Bytes>, key: &[u8]) -> R<Option<Value>> {
    if shared(bytes).is_none() {
        return Ok(None);
    }
    let scalar = kept(bytes)?.and_then(|(tape, root)| tape.scalar(root, key));
    Ok(scalar.filter(|value| value.identity().is_none()))
}

/// As [`tape_of`]; the last of the host's texts is surveyed once.
fn kept(bytes: &Ref<Bytes>) -> R<Option<(Ref<Tape>, Part)>> {
    let shared = shared(bytes);
    if let Some(text) = shared
        && let Some(last) = LAST.with_borrow(|last| last.clone().filter(|(tape, _)| is_of(tape, text)))
    {
        return Ok(Some(last));
    }
    let made = tape_of(bytes)?;
    if let (Some(_), Some(made)) = (shared, &made) {
        LAST.set(Some(made.clone()));
    }
    Ok(made)
}

/// The host's text that `bytes` are, if that is all of it and it is worth keeping.
fn shared(bytes: &Ref<Bytes>) -> Option<&Arc<[u8]>> {
    match (&**bytes.blob().0, bytes.bytes().len()) {
        (Blob::Shared(text), length) if text.len() == length && length <= MOST_KEPT => Some(text),
        _ => None,
    }
}

fn is_of(tape: &Tape, text: &Arc<[u8]>) -> bool {
    matches!(&*tape.text, Blob::Shared(own) if Arc::ptr_eq(own, text))
}

/// The tape of the document in UTF-8 that `bytes` are, and its top. `None` if that needs a closer look.
///
/// # Errors
/// A limit.
pub fn tape_of(bytes: &Ref<Bytes>) -> R<Option<(Ref<Tape>, Part)>> {
    let (blob, start) = bytes.blob();
    let end = start + bytes.bytes().len();
    let Some(input) = blob.bytes().get(..end).filter(|input| input.len() < Part::LIMIT) else { return Ok(None) };
    let at = if bytes.bytes().starts_with(MARK) { start + MARK.len() } else { start };
    let mut surveyor = Surveyor {
        input,
        records: HVec::with_capacity(((end - start) / 16 + 4).min(tape::BEGUN)),
        open: HVec::with_capacity(64),
        frames: HVec::with_capacity(8),
        shapes: Shapes::borrow_kept(),
        found: HVec::new(),
    };
    surveyor.shapes.begin();
    let root = surveyor.document(at);
    surveyor.shapes.keep();
    let (records, shapes) = (surveyor.records, surveyor.found);
    let Some(root) = root? else { return Ok(None) };
    Ok(Some((Ref::new(Tape { text: blob.clone(), records, shapes, makers: Makers::of::<Json>() }), root)))
}

/// How values of a surveyed text are made.
struct Json;

impl tape::Scalars for Json {
    #[inline]
    fn scalar(text: &Ref<Blob>, at: usize) -> Value {
        // Most scalars are short texts and numbers, with more text behind.
        if let Some(bytes) = text.bytes().get(at..).and_then(|rest| rest.first_chunk::<{ Block::LEN + 1 }>()) {
            let [first, inside @ ..] = bytes;
            let [number @ .., _] = bytes;
            if *first == b'"' {
                let end = strings::special(Block::new(inside)).trailing_zeros() as usize;
                if let Some(short) = ShortStr::prefix(inside, end).filter(|_| inside[end] == b'"') {
                    return Value::Short(short);
                }
            } else if let Some(outline) = Outline::of(number) {
                match outline.value(number) {
                    Scanned::Int(n) => return Value::Int(n),
                    Scanned::Float(x) => return Value::Float(x),
                    Scanned::LongInt | Scanned::LongFloat => {}
                }
            }
        }
        any_scalar(text, at)
    }
}

/// The value of any scalar.
#[inline(never)]
fn any_scalar(text: &Ref<Blob>, at: usize) -> Value {
    let input = text.bytes();
    match input.get(at) {
        Some(b'"') => {
            let start = at + 1;
            let end = strings::plain_end(input, start);
            if input.get(end) == Some(&b'"') {
                return Value::text_part(text, start..end);
            }
            let mut out = Vec::with_capacity(64);
            // A text that was surveyed has no malformed strings.
            let decoded = strings::decode(input, start, end, true, &mut out, &mut strings::spend);
            decoded.map_or(Value::None, |_| Value::text(&out))
        }
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'-' | b'0'..=b'9') => number::value(input.get(at..).unwrap_or_default()),
        _ => Value::None,
    }
}

/// A container whose end has not been reached.
#[derive(Clone, Copy)]
struct Frame {
    /// Where its parts begin among those of all open containers.
    base: usize,
    is_array: bool,
    /// Where predictions for it, or for objects in it, are kept.
    slot: NodeId,
    /// How far its keys have come.
    node: NodeId,
}

struct Surveyor<'a> {
    input: &'a [u8],
    records: HVec<Part>,
    /// Parts of the containers that are open, the outermost first.
    open: HVec<Part>,
    frames: HVec<Frame>,
    shapes: Shapes,
    found: HVec<Ref<Shape>>,
}

/// The next byte at or behind `at` that is no white space, and where it is.
#[inline]
fn next(input: &[u8], at: usize) -> Option<(usize, u8)> {
    let byte = *input.get(at)?;
    if byte > b' ' { Some((at, byte)) } else { behind_blanks(input, at) }
}

/// As [`next`], where there is white space.
#[inline(never)]
fn behind_blanks(input: &[u8], mut at: usize) -> Option<(usize, u8)> {
    loop {
        match *input.get(at)? {
            b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            byte => return (byte > b' ').then_some((at, byte)),
        }
    }
}

/// Whether nothing but white space follows.
fn is_rest_blank(input: &[u8], at: usize) -> bool {
    input.get(at..).unwrap_or_default().iter().all(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))
}

impl Surveyor<'_> {
    /// Surveys the document that begins at `at`. The place in the text is handed from step to step and not kept in memory: every step
    /// has to wait for it.
    fn document(&mut self, mut at: usize) -> R<Option<Part>> {
        let input = self.input;
        // What is around the top value: nothing ever closes it.
        let mut frame = Frame { base: 0, is_array: true, slot: NodeId::ROOT, node: NodeId::ROOT };
        let mut steps = 0;
        loop {
            steps += 1;
            if steps == STRIDE {
                steps = 0;
                checkpoint(u64::from(STRIDE) * 4)?;
            }
            let Some((start, first)) = next(input, at) else { return Ok(None) };
            let mut part = match first {
                b'{' | b'[' => {
                    let slot = if frame.is_array { frame.slot } else { frame.node };
                    self.frames.push(frame);
                    if self.frames.len() > MAX_DEPTH {
                        return Ok(None);
                    }
                    let is_array = first == b'[';
                    frame = Frame { base: self.open.len(), is_array, slot, node: NodeId::ROOT };
                    if !is_array && let Some(value) = self.expected_key(&mut frame, start) {
                        at = value;
                        continue;
                    }
                    let Some((inside, byte)) = next(input, start + 1) else { return Ok(None) };
                    if byte != if is_array { b']' } else { b'}' } {
                        at = inside;
                        if !is_array {
                            let Some(value) = self.key(&mut frame, inside) else { return Ok(None) };
                            at = value;
                        }
                        continue;
                    }
                    at = inside + 1;
                    self.close(&mut frame, at)
                }
                first => match scalar_end(input, start, first) {
                    Some(end) => {
                        at = end;
                        Part::new(Kind::Scalar(start))
                    }
                    None => return Ok(None),
                },
            };
            // Hand the part to its container; that may complete the container, which is then handed on.
            loop {
                if self.frames.is_empty() {
                    return Ok(is_rest_blank(input, at).then_some(part));
                }
                self.open.push(part);
                let Some((behind, byte)) = next(input, at) else { return Ok(None) };
                if byte == b',' {
                    at = behind + 1;
                    if !frame.is_array {
                        let value = self.expected_key(&mut frame, behind);
                        let Some(value) = value.or_else(|| self.key(&mut frame, at)) else { return Ok(None) };
                        at = value;
                    }
                    break;
                }
                if byte != if frame.is_array { b']' } else { b'}' } {
                    return Ok(None);
                }
                at = behind + 1;
                part = self.close(&mut frame, at);
            }
        }
    }

    /// Writes the record of the container that ends before `at` and goes back to the one around it.
    #[inline]
    fn close(&mut self, frame: &mut Frame, at: usize) -> Part {
        let record = self.records.len();
        if !frame.is_array && self.open.len() - frame.base > self.shapes.len(frame.node) {
            self.drop_repeated(frame);
        }
        let parts = self.open.get(frame.base..).unwrap_or_default();
        let head =
            if frame.is_array { parts.len() } else { self.shapes.number(frame.node, frame.slot, &mut self.found) };
        self.records.reserve_for_rest(parts.len() + 1, at, self.input.len());
        self.records.push(Part::head(head));
        self.records.extend_copies(parts);
        self.open.truncate(frame.base);
        let kind = if frame.is_array { Kind::Array(record) } else { Kind::Object(record) };
        if let Some(outer) = self.frames.pop() {
            *frame = outer;
        }
        Part::new(kind)
    }

    /// Of the parts of an object in which keys are repeated, leaves the last of each key, at the place of the first.
    #[cold]
    fn drop_repeated(&mut self, frame: &Frame) {
        let places = self.shapes.places(frame.node);
        for (n, place) in places.iter().enumerate() {
            if let Some(part) = self.open.get(frame.base + n).copied()
                && let Some(slot) = self.open.get_mut(frame.base + place)
            {
                *slot = part;
            }
        }
        self.open.truncate(frame.base + self.shapes.len(frame.node));
    }

    /// Steps over the brace or comma at `at`, the key that is expected and the colon behind it, if there is nothing else.
    #[inline]
    fn expected_key(&mut self, frame: &mut Frame, at: usize) -> Option<usize> {
        let (node, len) = self.shapes.expect(frame.node, frame.slot, self.input.get(at..)?)?;
        frame.node = node;
        Some(at + len)
    }

    /// Steps over the key at `at`, and the colon behind it.
    fn key(&mut self, frame: &mut Frame, at: usize) -> Option<usize> {
        let (start, b'"') = next(self.input, at)? else { return None };
        let end = match self.shapes.follow(frame.node, frame.slot, self.input.get(start..)?) {
            Some((node, len)) => {
                frame.node = node;
                start + len
            }
            None => self.unknown_key(frame, start)?,
        };
        let (colon, b':') = next(self.input, end)? else { return None };
        Some(colon + 1)
    }

    /// Steps over a key that was not seen at this place.
    #[cold]
    fn unknown_key(&mut self, frame: &mut Frame, start: usize) -> Option<usize> {
        let end = string_end(self.input, start + 1)?;
        let raw = self.input.get(start..end)?;
        let mut text = Vec::new();
        let inside = start + 1;
        let (_, owned) = strings::decode(self.input, inside, inside, true, &mut text, &mut strings::spend).ok()?;
        let key = Value::text(if owned { &text } else { self.input.get(inside..end - 1)? });
        frame.node = self.shapes.learn(frame.node, frame.slot, raw, &key)?;
        Some(end)
    }
}

/// The offset behind the scalar that begins with `first` at `at`.
#[inline]
fn scalar_end(input: &[u8], at: usize, first: u8) -> Option<usize> {
    let word = |word: &[u8]| input.get(at..)?.starts_with(word).then_some(at + word.len());
    match first {
        b'"' => string_end(input, at + 1),
        b'-' | b'0'..=b'9' => number_end(input, at),
        b't' => word(b"true"),
        b'f' => word(b"false"),
        b'n' => word(b"null"),
        _ => None,
    }
}

/// The offset behind the closing quote of the string whose text begins at `from`, if it is well-formed.
#[inline]
fn string_end(input: &[u8], from: usize) -> Option<usize> {
    // Most strings are short and plain.
    if let Some(bytes) = input.get(from..).and_then(|rest| rest.first_chunk::<{ Block::LEN }>()) {
        let block = Block::new(bytes);
        let special = strings::special(block);
        let len = special.trailing_zeros() as usize;
        if bytes.get(len) == Some(&b'"') && block.wide() & (special - 1) & !special == 0 {
            return Some(from + len + 1);
        }
    }
    long_string_end(input, from)
}

/// As [`string_end`], of any string.
#[inline(never)]
fn long_string_end(input: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let (mut wide, mut escaped) = (false, false);
    loop {
        if let Some(block) = input.get(at..).and_then(|rest| rest.first_chunk()) {
            let block = Block::new(block);
            let special = strings::special(block);
            if special == 0 {
                wide |= block.wide() != 0;
                at += Block::LEN;
                continue;
            }
            wide |= block.wide() & (special - 1) & !special != 0;
            at += special.trailing_zeros() as usize;
        } else {
            let end = strings::plain_end(input, at);
            wide |= !input.get(at..end)?.is_ascii();
            at = end;
        }
        match input.get(at)? {
            b'"' => {
                if wide {
                    std::str::from_utf8(input.get(from..at)?).ok()?;
                }
                return (!escaped || at - from < LONG).then_some(at + 1);
            }
            b'\\' => {
                escaped = true;
                at = strings::escape_end(input, at)?;
            }
            _ => return None,
        }
    }
}

/// The offset behind the number that begins at `at`, if it is well-formed and not extremely long.
#[inline]
fn number_end(input: &[u8], at: usize) -> Option<usize> {
    // Most numbers have few digits and no exponent.
    if let Some(outline) = input.get(at..).and_then(|rest| rest.first_chunk()).and_then(Outline::of) {
        return Some(at + outline.end);
    }
    long_number_end(input, at)
}

/// As [`number_end`], of any number.
#[inline(never)]
fn long_number_end(input: &[u8], at: usize) -> Option<usize> {
    let digits = |mut at: usize| {
        while input.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let first = at + usize::from(input.get(at) == Some(&b'-'));
    let mut end = match input.get(first)? {
        b'0' => first + 1,
        b'1'..=b'9' => digits(first + 1),
        _ => return None,
    };
    if end - first > MOST_DIGITS {
        return None;
    }
    if input.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction == end + 1 {
            return None;
        }
        end = fraction;
    }
    if let Some(b'e' | b'E') = input.get(end) {
        let from = end + 1 + usize::from(matches!(input.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(from);
        if exponent == from {
            return None;
        }
        end = exponent;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::charset::Source;
    use crate::mime::json::reader::{self, Plain};
    use crate::mime::json::to_text;
    use crate::value::compare;

    /// Both ways to read a text: the survey's value, and whether the reader takes the text.
    fn both(text: &[u8]) -> (Option<Value>, Option<Value>) {
        let bytes = Bytes::from_slice(text);
        let surveyed = survey(&bytes).unwrap();
        let read = Source::decode(&bytes, "utf-8").ok().and_then(|source| reader::read(&source, &mut Plain).ok());
        (surveyed, read)
    }

    fn same(a: &Value, b: &Value) -> bool {
        let text = |value: &Value| to_text(None, value).ok().map(|text| text.to_vec());
        compare::eq(a, b).unwrap() && text(a) == text(b)
    }

    #[test]
    fn the_survey_takes_only_what_the_reader_takes_and_gives_the_same() {
        let texts = [
            "1",
            " [ 1 , -2.5e3,\"a\\u00e9\\n\" ] ",
            "{}",
            "[]",
            "[[],{},[{}]]",
            "\u{feff}{\"a\":null}",
            r#"{"a":1,"b":{"c":[true,false,null]},"a":2}"#,
            r#"[{"a":1,"b":2,"a":3,"c":4,"b":[5],"d":6},{"a":1,"b":2,"a":3,"c":4,"b":[7],"d":8,"a":9},{"a":0}]"#,
            "[12.5 ,-0.25,\n1234567 , 1.0e5,123456789012.125,-7]          ",
            r#"[{"k":1,"l":2},{"k":3,"l":4},{"l":5,"k":6},{"k":7}]"#,
            r#"{"\u0061":1,"a":2,"é\"":"漢字 and some more text"}"#,
            r#"["\ud83d\ude00","\ud800","\ud800\ud800"]"#,
            "[1234567890123456789,12345678901234567890123,0.1234567890123456789,1e400,-0,-0.0]",
            "\"a text that is longer than sixteen bytes\"",
            "[\"0123456789012345678901234567890\\t\"]",
            // What the survey must leave alone.
            "",
            "[",
            "{",
            "{\"a\"",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1,]",
            "[1 2]",
            "01",
            "1.",
            "-",
            "1e",
            "NaN",
            "-Infinity",
            "tru",
            "nulll",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\n\"",
            "[1]x",
            "{1:2}",
            "{\"a\":1]",
            "[1}",
            "\u{a0}1",
            "'a'",
            "]",
            ",",
            ":",
            "é",
        ];
        for text in texts {
            let (surveyed, read) = both(text.as_bytes());
            assert_eq!(surveyed.is_some(), read.is_some(), "{text}");
            if let (Some(surveyed), Some(read)) = (surveyed, read) {
                assert!(same(&surveyed, &read), "{text}");
            }
        }
        for bytes in [&b"\"\xff\""[..], b"\"\xed\xa0\x80\"", b"\"0123456789abcdef\xc3\"", b"\xff"] {
            assert!(both(bytes).0.is_none());
        }
    }

    #[test]
    fn nesting_and_many_kinds_of_objects_are_bounded_alike() {
        for depth in [15, 16, 17, 999, 1000, 1001] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                let (surveyed, read) = both(text.as_bytes());
                assert_eq!(surveyed.is_some(), read.is_some(), "{open} {depth}");
                assert!(surveyed.is_none_or(|value| same(&value, &read.unwrap())));
            }
        }
        let many: Vec<String> = (0..3000).map(|n| format!("{{\"k{n}\":{n}}}")).collect();
        let text = format!("[{}]", many.join(","));
        assert!(both(text.as_bytes()).0.is_none_or(|value| same(&value, &both(text.as_bytes()).1.unwrap())));
    }

    #[test]
    fn a_scalar_is_made_without_the_rest_of_a_text_of_the_host() {
        let text =
            br#"{"a":true,"n":-7,"s":"short","z":null,"l":[1],"o":{"a":1},"t":"a text of more than so many bytes"}"#;
        let shared = Bytes::from_blob(Blob::Shared(Arc::from(&text[..])));
        let shown =
            |bytes: &Ref<Bytes>, key: &str| scalar(bytes, key.as_bytes()).unwrap().map(|value| format!("{value:?}"));
        for (key, found) in
            [("a", Value::Bool(true)), ("n", Value::Int(-7)), ("s", Value::str("short")), ("z", Value::None)]
        {
            assert_eq!(shown(&shared, key), Some(format!("{found:?}")), "{key}");
            assert_eq!(shown(&Bytes::from_slice(text), key), None, "{key}");
        }
        // What has parts, or is one object among equal ones, is made with the rest.
        for key in ["l", "o", "t", "absent", ""] {
            assert_eq!(shown(&shared, key), None, "{key}");
        }
        for text in ["[1]", "7", "{", "{\"a\":1,}", "{}"] {
            let bytes = Bytes::from_blob(Blob::Shared(Arc::from(text.as_bytes())));
            assert_eq!(shown(&bytes, "a"), None, "{text}");
        }
    }

    #[test]
    fn a_value_is_made_once_and_changes_stay() {
        let text = br#"[{"a":{"x":1},"b":[1,2],"c":"a text of some length","d":4,"e":5}]"#;
        let Some(Value::List(list)) = survey(&Bytes::from_slice(text)).unwrap() else { panic!("an array") };
        let Some(Value::Dict(dict)) = list.get(0) else { panic!("an object") };
        let first = dict.get_str("a").unwrap();
        assert!(first.is(&dict.get_str("a").unwrap()));
        assert_eq!((dict.len(), dict.get_str("z").is_none()), (5, true));
        dict.set_str("d", Value::Int(9));
        assert!(dict.get_str("a").unwrap().is(&first));
        assert!(matches!(dict.get_str("d"), Some(Value::Int(9))));
        assert_eq!(dict.items().len(), 5);
    }
}
