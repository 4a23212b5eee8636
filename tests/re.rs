//! The regular expression engine against what CPython 3.11 recorded in `tests/re/cases.txt`.
//!
//! `tests/re/generate.py` describes the format and writes the file.

use std::fmt::Write;

use dataway_lang::modules::re::engine::{Captures, Error, Mode, Pattern, PatternError, Span, Subject, Template};

/// Undoes the encoding of a text: `\{hex}` is one code point or, for bytes, one byte.
fn decode(field: &str, is_text: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = field;
    while let Some(at) = rest.find("\\{") {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let (code, tail) = rest[at + 2..].split_once('}').expect("closed escape");
        let code = u32::from_str_radix(code, 16).expect("hexadecimal escape");
        match u8::try_from(code) {
            Ok(byte) if !is_text || byte.is_ascii() => out.push(byte),
            _ => push(&mut out, code),
        }
        rest = tail;
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

/// Appends a code point in generalised UTF-8.
fn push(out: &mut Vec<u8>, code: u32) {
    match char::from_u32(code) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend_from_slice(&[0xED, 0x80 | (code >> 6 & 0x3F) as u8, 0x80 | (code & 0x3F) as u8]),
    }
}

/// Encodes a text as the recording does.
fn encode(bytes: &[u8], is_text: bool) -> String {
    let mut out = String::new();
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        let (code, len) = match (is_text, first) {
            (true, 0xED) if tail[0] >= 0xA0 => (0xD000 | u32::from(tail[0] & 0x3F) << 6 | u32::from(tail[1] & 0x3F), 3),
            (true, 0x80..) => {
                let len = first.leading_ones() as usize;
                let c = std::str::from_utf8(&rest[..len]).expect("UTF-8").chars().next();
                (c.map_or(0, u32::from), len)
            }
            _ => (u32::from(*first), 1),
        };
        match char::from_u32(code) {
            Some(c @ ' '..='~') if !"\\;|".contains(c) => out.push(c),
            _ => write!(out, "\\{{{code:x}}}").expect("writing to a string"),
        }
        rest = &rest[len..];
    }
    out
}

fn span(subject: Subject, span: Span) -> String {
    match span {
        Some((start, end)) => format!("{},{}", subject.char_index(start), subject.char_index(end)),
        None => "-".to_owned(),
    }
}

fn show(subject: Subject, captures: &Captures) -> String {
    let spans: Vec<String> = captures.spans.iter().map(|one| span(subject, *one)).collect();
    format!("{}@{}", spans.join(";"), captures.lastindex.unwrap_or(0))
}

/// Class, message, position, line and column of an error.
fn describe(error: &Error) -> [String; 5] {
    let number = |number: Option<usize>| number.map_or("None".to_owned(), |number| number.to_string());
    let plain = |class: &str, message: &[u8]| {
        [class.to_owned(), encode(message, true), number(None), number(None), number(None)]
    };
    match error {
        Error::Pattern(PatternError { msg, pos, lineno, colno, .. }) => {
            ["error".to_owned(), encode(msg, true), number(*pos), number(*lineno), number(*colno)]
        }
        Error::Value(message) => plain("ValueError", message.as_bytes()),
        Error::Overflow(message) => plain("OverflowError", message.as_bytes()),
        Error::Index(message) => plain("IndexError", message),
        Error::Recursion => plain("RecursionError", b""),
        Error::Stop(stop) => plain("Stop", format!("{stop:?}").as_bytes()),
    }
}

/// What our engine does in a case, as the fields after the pattern.
fn replay(fields: &[&str]) -> Vec<String> {
    let is_text = fields[0] == "t";
    let flags = fields[1].parse().expect("flags");
    let pattern = match Pattern::compile(&decode(fields[2], is_text), is_text, flags) {
        Ok(pattern) => pattern,
        Err(error) => return [vec!["!".to_owned()], describe(&error).to_vec()].concat(),
    };
    if fields[3] == "!" {
        return vec!["compiled".to_owned()];
    }
    let bytes = decode(fields[7], is_text);
    let subject = if is_text { Subject::text(&bytes) } else { Subject::Bytes(&bytes) };
    let (pos, endpos) = fields[8].split_once(',').expect("bounds");
    let pos = subject.offset(pos.parse().expect("pos"));
    let endpos = subject.offset(endpos.parse().expect("endpos"));
    let once = |mode| {
        let found = pattern.match_at(subject, pos, endpos, mode).expect("no limit");
        found.map_or("-".to_owned(), |captures| show(subject, &captures))
    };
    let mut all = Vec::new();
    let mut matches = pattern.matches(subject, pos, endpos);
    while matches.advance().expect("no limit") {
        all.push(show(subject, &matches.captures().expect("no limit")));
    }
    let names: Vec<String> = pattern
        .group_index()
        .iter()
        .map(|(name, number)| format!("{}={number}", encode(name.as_bytes(), true)))
        .collect();
    let replaced = match Template::parse(&decode(fields[13], is_text), &pattern) {
        Ok(template) => {
            let (text, count) = pattern.replace(subject, &template, 0).expect("no limit");
            format!("{};{count}", encode(&text, is_text))
        }
        Err(error) => format!("!{}", describe(&error)[..3].join(";")),
    };
    let pieces: Vec<String> = pattern
        .split(subject, 0)
        .expect("no limit")
        .into_iter()
        .map(|piece| piece.map_or("|".to_owned(), |(start, end)| encode(&bytes[start..end], is_text)))
        .collect();
    vec![
        "=".to_owned(),
        pattern.flags().to_string(),
        pattern.groups().to_string(),
        names.join(","),
        fields[7].to_owned(),
        fields[8].to_owned(),
        once(Mode::Search),
        once(Mode::Match),
        once(Mode::Fullmatch),
        all.join(" "),
        fields[13].to_owned(),
        replaced,
        pieces.join(";"),
    ]
}

/// The differences between a recording and our engine, one line each.
pub fn differences(cases: &str) -> Vec<String> {
    let mut differences = Vec::new();
    for (number, line) in cases.lines().enumerate() {
        let fields: Vec<&str> = line.split('\t').collect();
        let ours = replay(&fields);
        let expected = &fields[3..];
        let same = ours.len() == expected.len()
            && ours.iter().zip(expected).all(|(ours, expected)| *expected == "?" || ours == expected);
        if !same {
            differences.push(format!(
                "line {}: {}\n    expected {:?}\n    ours     {ours:?}",
                number + 1,
                fields[..3].join("  "),
                expected
            ));
        }
    }
    differences
}

#[test]
fn same_as_recorded() {
    let differences = differences(include_str!("re/cases.txt"));
    let shown = differences.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} cases differ:\n{shown}", differences.len());
}
