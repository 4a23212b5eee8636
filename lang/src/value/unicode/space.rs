//! White space and line ends of texts.

use super::wtf8;

/// `str.isspace` of one code point.
#[inline]
#[must_use]
pub fn is_space(cp: u32) -> bool {
    match cp {
        0x09..=0x0D | 0x1C..=0x20 => true,
        0..=0x7F => false,
        0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000 => true,
        _ => false,
    }
}

/// The text without leading white space.
#[must_use]
pub fn trim_start(text: &[u8]) -> &[u8] {
    let mut rest = wtf8::code_points(text);
    loop {
        let before = rest.rest();
        match rest.next() {
            Some(cp) if is_space(cp) => {}
            _ => return before,
        }
    }
}

/// The text without trailing white space.
#[must_use]
pub fn trim_end(text: &[u8]) -> &[u8] {
    let mut rest = wtf8::code_points(text);
    loop {
        let before = rest.rest();
        match rest.next_back() {
            Some(cp) if is_space(cp) => {}
            _ => return before,
        }
    }
}

/// The text without white space at either end.
#[must_use]
pub fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// One line: its text is `start..end`, its line end `end..next`. All are byte offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Where the line begins.
    pub start: usize,
    /// Where its text ends.
    pub end: usize,
    /// Where the next line begins.
    pub next: usize,
}

/// Which line ends count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// Those of `str.splitlines`.
    Text,
    /// LF, CR and CR LF, as in `bytes.splitlines`.
    Ascii,
}

/// The lines of a text or of bytes; an empty last line is not reported.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    ends: Ends,
}

/// Lines as `str.splitlines` sees them.
#[must_use]
pub fn lines(text: &[u8]) -> Lines<'_> {
    Lines { bytes: text, at: 0, ends: Ends::Text }
}

/// Lines as `bytes.splitlines` sees them.
#[must_use]
pub fn ascii_lines(bytes: &[u8]) -> Lines<'_> {
    Lines { bytes, at: 0, ends: Ends::Ascii }
}

impl Lines<'_> {
    /// Length of the line end that begins with the given bytes, 0 for none.
    #[inline]
    fn end_len(&self, from: &[u8]) -> usize {
        match (from, self.ends) {
            ([b'\r', b'\n', ..], _) => 2,
            ([b'\r' | b'\n', ..], _) => 1,
            (_, Ends::Ascii) => 0,
            ([0x0B | 0x0C | 0x1C..=0x1E, ..], Ends::Text) => 1,
            ([0xC2, 0x85, ..], Ends::Text) => 2,
            ([0xE2, 0x80, 0xA8 | 0xA9, ..], Ends::Text) => 3,
            _ => 0,
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let start = self.at;
        let mut end = start;
        while let Some(rest @ [first, ..]) = self.bytes.get(end..) {
            // Most bytes are none of those that begin a line end.
            if *first < 0x20 || *first == 0xC2 || *first == 0xE2 {
                let len = self.end_len(rest);
                if len > 0 {
                    self.at = end + len;
                    return Some(Line { start, end, next: self.at });
                }
            }
            end += 1;
        }
        self.at = end;
        (end > start).then_some(Line { start, end, next: end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_every_kind_of_space() {
        for (text, want) in [
            (" \u{a0}\u{3000}a b\u{2003}\u{85}\x1f", "a b"),
            ("\u{200b}x\u{200b}", "\u{200b}x\u{200b}"),
            (" \t\u{2029}", ""),
            ("", ""),
        ] {
            assert_eq!(trim(text.as_bytes()), want.as_bytes());
        }
    }

    #[test]
    fn splits_lines() {
        let text = "a\nb\r\nc\rd\u{85}e\u{2028}f\u{2029}\x0bg\x1c\x1d\x1e\x0ch";
        let got: Vec<_> = lines(text.as_bytes()).map(|l| &text[l.start..l.end]).collect();
        assert_eq!(got, ["a", "b", "c", "d", "e", "f", "", "g", "", "", "", "h"]);
        let got: Vec<_> = ascii_lines(b"a\x0b\r\n\rb\n").map(|l| (l.start, l.end, l.next)).collect();
        assert_eq!(got, [(0, 2, 4), (4, 4, 5), (5, 6, 7)]);
        assert_eq!(lines(b"").next(), None);
        assert_eq!(lines(b"\n\n").count(), 2);
    }
}
