//! Finding an encoding by its name: Python's names and aliases first, then the labels of the WHATWG Encoding Standard.

use super::tables::{ALIASES, CODECS};
use super::{Codec, Kind};

/// The longest name worth looking at.
const LONGEST: usize = 64;

/// The encoding of a name. Letter case, blanks and punctuation do not count.
#[must_use]
pub fn lookup(name: &str) -> Option<Codec> {
    if name.len() > LONGEST || !name.is_ascii() {
        return None;
    }
    let squeezed: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    by_alias(&squeezed).or_else(|| by_label(name.trim()))
}

fn by_alias(squeezed: &str) -> Option<Codec> {
    let at = ALIASES.binary_search_by_key(&squeezed, |(alias, _)| alias).ok()?;
    let (_, number) = ALIASES.get(at)?;
    CODECS.get(usize::from(*number)).copied()
}

/// The Python encoding that stands for a WHATWG one. Labels of the latter that neither Python nor this table knows, and
/// those of the `replacement` encoding, which decodes nothing, are unknown.
fn by_label(label: &str) -> Option<Codec> {
    use encoding_rs as whatwg;
    let found = whatwg::Encoding::for_label(label.as_bytes())?;
    let python = [
        (whatwg::UTF_8, "utf8"),
        (whatwg::UTF_16LE, "utf16le"),
        (whatwg::UTF_16BE, "utf16be"),
        (whatwg::WINDOWS_874, "cp874"),
        (whatwg::ISO_8859_8_I, "iso88598"),
        (whatwg::X_MAC_CYRILLIC, "maccyrillic"),
        (whatwg::MACINTOSH, "macroman"),
        (whatwg::IBM866, "cp866"),
        (whatwg::GBK, "gbk"),
        (whatwg::GB18030, "gb18030"),
        (whatwg::BIG5, "big5hkscs"),
        (whatwg::EUC_JP, "eucjp"),
        (whatwg::ISO_2022_JP, "iso2022jp"),
        (whatwg::SHIFT_JIS, "cp932"),
        (whatwg::EUC_KR, "cp949"),
    ];
    if found == whatwg::X_USER_DEFINED {
        return Some(Codec { name: "x-user-defined", kind: Kind::UserDefined });
    }
    if let Some((_, alias)) = python.iter().find(|(encoding, _)| *encoding == found) {
        return by_alias(alias);
    }
    // The names of the other single-byte encodings mean the same in Python.
    let squeezed = found.name().to_ascii_lowercase().replace(['-', '_'], "");
    by_alias(&squeezed)
}

impl Codec {
    /// UTF-8.
    pub const UTF_8: Self = Self { name: "utf-8", kind: Kind::Utf8 };
    /// UTF-8 that may begin with a signature.
    pub const UTF_8_SIG: Self = Self { name: "utf-8-sig", kind: Kind::Utf8Sig };
    /// ASCII.
    pub const ASCII: Self = Self { name: "ascii", kind: Kind::Ascii };
    /// Latin-1.
    pub const LATIN_1: Self = Self { name: "iso8859-1", kind: Kind::Latin1 };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_matched_loosely() {
        for (name, want) in [
            ("utf8", "utf-8"),
            ("UTF-8", "utf-8"),
            ("U8", "utf-8"),
            (" utf 8 ", "utf-8"),
            ("utf_8_SIG", "utf-8-sig"),
            ("latin1", "iso8859-1"),
            ("L1", "iso8859-1"),
            ("iso-8859-1", "iso8859-1"),
            ("iso-8859-15", "iso8859-15"),
            ("windows-1252", "cp1252"),
            ("Windows1251", "cp1251"),
            ("us-ascii", "ascii"),
            ("646", "ascii"),
            ("GB2312", "gb2312"),
            ("936", "gbk"),
            ("sjis", "shift_jis"),
            ("ms932", "cp932"),
            ("euc-kr", "euc_kr"),
            ("uhc", "cp949"),
            ("utf-16le", "utf-16-le"),
            ("x-sjis", "cp932"),
            ("windows-949", "cp949"),
            ("x-x-big5", "big5hkscs"),
            ("dos-874", "cp874"),
            ("unicode11utf8", "utf-8"),
            ("x-user-defined", "x-user-defined"),
            ("x-mac-cyrillic", "mac-cyrillic"),
            ("iso-8859-8-i", "iso8859-8"),
            ("x-gbk", "gbk"),
        ] {
            assert_eq!(lookup(name).map(|codec| codec.name), Some(want), "{name}");
        }
        for name in ["", "utf9", "é", "replacement", "rot13", "base64"] {
            assert_eq!(lookup(name), None, "{name}");
        }
    }

    #[test]
    fn tables_are_sorted() {
        assert!(ALIASES.is_sorted());
        assert!(ALIASES.iter().all(|(_, number)| usize::from(*number) < CODECS.len()));
        assert_eq!(lookup("utf8"), Some(Codec::UTF_8));
        assert_eq!(lookup("utf8sig"), Some(Codec::UTF_8_SIG));
        assert_eq!(lookup("ascii"), Some(Codec::ASCII));
        assert_eq!(lookup("latin1"), Some(Codec::LATIN_1));
    }
}
