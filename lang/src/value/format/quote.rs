//! `repr` of text and bytes, and `ascii`.

use crate::value::interrupt::{Stop, checkpoint, reserve};
use crate::value::unicode::database::{self, PRINTABLE};
use crate::value::unicode::wtf8;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// `repr` of a text.
///
/// # Errors
/// A stop of the run.
pub fn repr(text: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut out = Vec::new();
    write_repr(&mut out, text)?;
    Ok(out)
}

/// Appends `repr` of a text.
///
/// # Errors
/// A stop of the run.
pub fn write_repr(out: &mut Vec<u8>, text: &[u8]) -> Result<(), Stop> {
    write_quoted(out, text, |cp| database::is(cp, PRINTABLE))
}

/// Appends `ascii` of a text: as `repr`, with everything beyond ASCII escaped.
///
/// # Errors
/// A stop of the run.
pub fn write_ascii(out: &mut Vec<u8>, text: &[u8]) -> Result<(), Stop> {
    write_quoted(out, text, |_| false)
}

/// Appends `ascii` of a text that is a `repr` already: escapes what is beyond ASCII.
///
/// # Errors
/// A stop of the run.
pub fn write_escaped(out: &mut Vec<u8>, text: &[u8]) -> Result<(), Stop> {
    reserve(text.len())?;
    for block in wtf8::blocks(text) {
        checkpoint(block.len() as u64)?;
        for cp in wtf8::code_points(block) {
            if cp < 0x80 {
                wtf8::push(out, cp);
            } else {
                write_escape(out, cp);
            }
        }
    }
    Ok(())
}

fn write_quoted(out: &mut Vec<u8>, text: &[u8], shown: impl Fn(u32) -> bool) -> Result<(), Stop> {
    let quote = quote_for(text);
    reserve(text.len() + 2)?;
    out.reserve(text.len() + 2);
    out.push(quote);
    for block in wtf8::blocks(text) {
        checkpoint(block.len() as u64)?;
        if block.iter().all(|b| matches!(b, b' '..=b'~') && *b != quote && *b != b'\\') {
            out.extend_from_slice(block);
            continue;
        }
        for cp in wtf8::code_points(block) {
            match u8::try_from(cp) {
                Ok(byte) if byte < 0x80 => write_byte(out, byte, quote),
                _ if shown(cp) => wtf8::push(out, cp),
                _ => write_escape(out, cp),
            }
        }
    }
    out.push(quote);
    Ok(())
}

/// `repr` of bytes: `b'…'`.
///
/// # Errors
/// A stop of the run.
pub fn repr_bytes(bytes: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut out = Vec::new();
    write_repr_bytes(&mut out, bytes)?;
    Ok(out)
}

/// Appends `repr` of bytes.
///
/// # Errors
/// A stop of the run.
pub fn write_repr_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Stop> {
    let quote = quote_for(bytes);
    reserve(bytes.len() + 3)?;
    out.reserve(bytes.len() + 3);
    out.extend_from_slice(&[b'b', quote]);
    for block in bytes.chunks(4096) {
        checkpoint(block.len() as u64)?;
        for byte in block {
            write_byte(out, *byte, quote);
        }
    }
    out.push(quote);
    Ok(())
}

/// Apostrophes, unless the text has some and no quotation marks.
fn quote_for(text: &[u8]) -> u8 {
    if text.contains(&b'\'') && !text.contains(&b'"') { b'"' } else { b'\'' }
}

fn write_byte(out: &mut Vec<u8>, byte: u8, quote: u8) {
    match byte {
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ if byte == quote || byte == b'\\' => out.extend_from_slice(&[b'\\', byte]),
        b' '..=b'~' => out.push(byte),
        _ => write_escape(out, u32::from(byte)),
    }
}

/// Appends a code point as `\xhh`, `\uhhhh` or `\Uhhhhhhhh`, the shortest that fits.
pub fn write_escape(out: &mut Vec<u8>, cp: u32) {
    let (letter, digits) = match cp {
        0..=0xFF => (b'x', 2),
        0x100..=0xFFFF => (b'u', 4),
        _ => (b'U', 8),
    };
    out.extend_from_slice(&[b'\\', letter]);
    out.extend((0..digits).rev().map(|at| HEX[(cp >> (4 * at) & 15) as usize]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_text() {
        for (text, want, ascii) in [
            ("", "''", "''"),
            ("it's", "\"it's\"", "\"it's\""),
            ("'\"", "'\\'\"'", "'\\'\"'"),
            ("a\\\n\r\t\0\x7f", "'a\\\\\\n\\r\\t\\x00\\x7f'", "'a\\\\\\n\\r\\t\\x00\\x7f'"),
            ("é一😀", "'é一😀'", "'\\xe9\\u4e00\\U0001f600'"),
            ("\u{a0}\u{2028}\u{e000}", "'\\xa0\\u2028\\ue000'", "'\\xa0\\u2028\\ue000'"),
        ] {
            assert_eq!(String::from_utf8(repr(text.as_bytes()).unwrap()).unwrap(), want);
            let mut out = Vec::new();
            write_ascii(&mut out, text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), ascii);
        }
        assert_eq!(repr(b"\xED\xA0\x80"), Ok(b"'\\ud800'".to_vec()));
        let mut out = Vec::new();
        write_escaped(&mut out, "['é']".as_bytes()).unwrap();
        assert_eq!(out, b"['\\xe9']");
    }

    #[test]
    fn quotes_bytes() {
        for (bytes, want) in [(&b"a'\xff\n"[..], r#"b"a'\xff\n""#), (b"'\"", r#"b'\'"'"#), (b"", "b''")] {
            assert_eq!(String::from_utf8(repr_bytes(bytes).unwrap()).unwrap(), want);
        }
    }
}
