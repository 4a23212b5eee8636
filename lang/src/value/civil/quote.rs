//! The `repr` of a text inside error messages and zone descriptions.

/// Calls `each` for every code point of a WTF-8 text; a lone surrogate arrives as its number. Bytes that are not
/// WTF-8 arrive as U+FFFD.
pub(super) fn code_points(text: &[u8]) -> Vec<u32> {
    let mut points = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        points.extend(chunk.valid().chars().map(u32::from));
        surrogates(chunk.invalid(), &mut points);
    }
    join_surrogate_bytes(points)
}

/// Marks each byte that is not UTF-8, so that the three bytes of a surrogate can be found again.
fn surrogates(invalid: &[u8], points: &mut Vec<u32>) {
    points.extend(invalid.iter().map(|&byte| BYTE_MARK + u32::from(byte)));
}

/// Above every code point.
const BYTE_MARK: u32 = 0x20_0000;

/// Joins the marked bytes `ED A0..BF 80..BF` to surrogates; `utf8_chunks` reports them one by one.
fn join_surrogate_bytes(points: Vec<u32>) -> Vec<u32> {
    if points.iter().all(|&point| point < BYTE_MARK) {
        return points;
    }
    let mut joined = Vec::with_capacity(points.len());
    let mut rest = points.as_slice();
    while let Some((&first, tail)) = rest.split_first() {
        let byte = |index: usize| rest.get(index).and_then(|&p| p.checked_sub(BYTE_MARK)).unwrap_or(0);
        rest = if byte(0) == 0xED && byte(1) >= 0xA0 && byte(2) >= 0x80 {
            joined.push(0xD000 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F));
            rest.get(3..).unwrap_or(&[])
        } else {
            joined.push(if first < BYTE_MARK { first } else { 0xFFFD });
            tail
        };
    }
    joined
}

/// A code point as WTF-8 text inside a message: a lone surrogate is written as its escape, because messages are
/// ordinary strings.
pub(super) fn push_plain(out: &mut String, point: u32) {
    match char::from_u32(point) {
        Some(c) => out.push(c),
        None => out.push_str(&format!("\\u{point:04x}")),
    }
}

/// A text in a message, unquoted.
pub(super) fn plain(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for point in code_points(text) {
        push_plain(&mut out, point);
    }
    out
}

/// `repr` of a WTF-8 text.
pub(super) fn repr(text: &[u8]) -> String {
    let has = |byte| text.contains(&byte);
    let quote = if has(b'\'') && !has(b'"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for point in code_points(text) {
        match char::from_u32(point) {
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) if c == quote || c == '\\' => out.extend(['\\', c]),
            Some(c) if is_printable(c) => out.push(c),
            _ if point < 0x100 => out.push_str(&format!("\\x{point:02x}")),
            _ if point < 0x1_0000 => out.push_str(&format!("\\u{point:04x}")),
            _ => out.push_str(&format!("\\U{point:08x}")),
        }
    }
    out.push(quote);
    out
}

/// Whether a code point stands for itself in a `repr`.
///
/// The standard library escapes exactly the same categories in `escape_debug`, except that a combining mark is
/// escaped at the start of a text; a letter before the mark switches that off.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    let mut buffer = [b'a'; 5];
    let length = c.encode_utf8(&mut buffer[1..]).len();
    std::str::from_utf8(&buffer[..=length]).is_ok_and(|pair| pair.escape_debug().nth(1) == Some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reprs() {
        for (text, expected) in [
            (&b"ab'c"[..], r#""ab'c""#),
            (b"a'\"\\\n\x01\x7f", r#"'a\'"\\\n\x01\x7f'"#),
            ("é中\u{301}\u{a0}\u{ad}😀\u{e000}".as_bytes(), "'é中\u{301}\\xa0\\xad😀\\ue000'"),
            (b"\xed\xa0\x80x\xed\xbf\xbf", r"'\ud800x\udfff'"),
        ] {
            assert_eq!(repr(text), expected);
        }
    }
}
