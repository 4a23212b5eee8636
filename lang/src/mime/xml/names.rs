//! XML names and characters.

use crate::value::block;

/// Whether a code point may stand in an XML 1.0 document.
#[must_use]
pub fn is_char(c: char) -> bool {
    !matches!(c, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}')
}

/// Offset of the first character that may not stand in an XML document.
#[must_use]
pub fn illegal(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        // Only control characters and U+FFFE, U+FFFF (EF BF BE, EF BF BF) are illegal; surrogates begin with ED.
        at = block::find(
            text,
            at,
            |block| block.up_to(0x1F) | block.equal(0xEF) | block.equal(0xED),
            |byte| byte < 0x20 || byte == 0xEF || byte == 0xED,
        );
        match text.get(at..)? {
            [b'\t' | b'\n' | b'\r', ..] => at += 1,
            [] => return None,
            [0..=0x1F, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..] | [0xED, 0xA0..=0xBF, ..] => return Some(at),
            _ => at += 1,
        }
    }
}

fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | 'a'..='z' | '_' | ':'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
        | '\u{200C}' | '\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn continues_name(c: char) -> bool {
    starts_name(c) || matches!(c, '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Whether the text is a name of ASCII letters and digits, as nearly all names are.
#[inline]
#[must_use]
pub fn is_plain_name(text: &[u8]) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    matches!(text, [first, rest @ ..] if plain(*first) && !first.is_ascii_digit() && rest.iter().all(|b| plain(*b)))
}

/// Whether the text is an XML name.
#[inline]
#[must_use]
pub fn is_name(text: &str) -> bool {
    if is_plain_name(text.as_bytes()) {
        return true;
    }
    let mut chars = text.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name)
}

/// Whether the text is a name that may be written: at most one colon, and something on both sides of it.
#[must_use]
pub fn is_qualified_name(text: &str) -> bool {
    match text.split_once(':') {
        None => is_name(text),
        Some((prefix, local)) => is_name(prefix) && is_name(local) && !local.contains(':'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters() {
        for (text, at) in [
            ("plain\ttext\r\n", None),
            ("long enough to be scanned in words, \u{7f}", None),
            ("ab\x01", Some(2)),
            ("\u{fffd}\u{ff0c}\u{fffe}", Some(6)),
            ("aaaaaaaaaaaaaaa\u{ffff}", Some(15)),
            ("a\0", Some(1)),
            ("\u{d7ff}", None),
        ] {
            assert_eq!(illegal(text.as_bytes()), at, "{text:?}");
            assert_eq!(text.chars().all(is_char), at.is_none());
        }
    }

    #[test]
    fn names() {
        for (text, name, qualified) in [
            ("a", true, true),
            ("_a-1.b", true, true),
            ("é你", true, true),
            ("s:a", true, true),
            ("a:b:c", true, false),
            (":a", true, false),
            ("a:", true, false),
            ("1a", false, false),
            ("", false, false),
            ("a b", false, false),
            ("-a", false, false),
            ("a:1", true, false),
        ] {
            assert_eq!((is_name(text), is_qualified_name(text)), (name, qualified), "{text:?}");
            assert!(name || !is_plain_name(text.as_bytes()));
        }
    }
}
