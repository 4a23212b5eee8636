"""Writes tables.rs: names, aliases and single-byte tables of CPython's text encodings.

Run as `python3 generate.py > tables.rs` with CPython 3.11 or later.
"""
import codecs
import encodings
import encodings.aliases
import importlib
import pkgutil
import unicodedata

KINDS = {
    "utf_8": "Utf8", "utf_8_sig": "Utf8Sig", "utf_7": "Utf7", "ascii": "Ascii", "latin_1": "Latin1",
    "utf_16": "Utf16(None)", "utf_16_le": "Utf16(Some(Little))", "utf_16_be": "Utf16(Some(Big))",
    "utf_32": "Utf32(None)", "utf_32_le": "Utf32(Some(Little))", "utf_32_be": "Utf32(Some(Big))",
    "unicode_escape": "UnicodeEscape", "raw_unicode_escape": "RawUnicodeEscape",
    "gbk": "Double(Set::Gbk)", "gb2312": "Double(Set::Gb2312)", "gb18030": "Double(Set::Gb18030)",
    "big5": "Double(Set::Big5)", "cp950": "Double(Set::Cp950)", "big5hkscs": "Double(Set::Big5Hkscs)",
    "shift_jis": "Double(Set::ShiftJis)", "cp932": "Double(Set::Cp932)", "euc_jp": "Double(Set::EucJp)",
    "euc_kr": "Double(Set::EucKr)", "cp949": "Double(Set::Cp949)",
    "iso2022_jp": "Shifted(Shift::Iso2022Jp)", "iso2022_kr": "Shifted(Shift::Iso2022Kr)", "hz": "Shifted(Shift::Hz)",
}


def squeezed(name):
    """A name as the look-up compares it."""
    return "".join(c for c in name.lower() if c.isalnum())


def shown(c):
    """A character as part of a Rust literal; whatever could confuse a reader is escaped."""
    plain = unicodedata.category(c)[0] in "LNSP" and unicodedata.bidirectional(c) in ("L", "ON", "ET", "EN", "ES", "CS")
    return c if plain and c not in '"\\' else f"\\u{{{ord(c):x}}}"


def main():
    codec_of = {}
    charmaps = []
    for module in sorted(m.name for m in pkgutil.iter_modules(encodings.__path__)):
        if module in ("mbcs", "oem", "iso8859_1"):
            continue
        table = getattr(importlib.import_module("encodings." + module), "decoding_table", None)
        if table is not None and module not in KINDS:
            KINDS[module] = f"Charmap({len(charmaps)})"
            charmaps.append((module, table))
        if module in KINDS:
            codec_of[module] = codecs.lookup(module).name
    order = sorted(codec_of)
    aliases = {}
    for alias, module in [*encodings.aliases.aliases.items(), *((m, m) for m in order)]:
        if module in codec_of:
            key = squeezed(alias)
            assert aliases.setdefault(key, module) == module, (alias, module)

    print("//! Names and tables of CPython's text encodings. Written by `generate.py`; do not edit.")
    print("\nuse super::double::Set;\nuse super::shifted::Shift;\nuse super::utf16::Order::{Big, Little};")
    print("use super::{Codec, Kind::*};")
    print("\n/// The encodings, by module name.")
    print("#[rustfmt::skip]")
    print("pub(super) static CODECS: &[Codec] = &[")
    for module in order:
        print(f'    Codec {{ name: "{codec_of[module]}", kind: {KINDS[module]} }},')
    print("];")
    print("\n/// Names without punctuation in lower case, sorted, and the number of the encoding.")
    print("#[rustfmt::skip]")
    print("pub(super) static ALIASES: &[(&str, u8)] = &[")
    line = "   "
    for key in sorted(aliases):
        item = f' ("{key}", {order.index(aliases[key])}),'
        if len(line + item) > 110:
            print(line)
            line = "   "
        line += item
    print(line)
    print("];")
    print("\n/// Characters of the single-byte encodings: of the bytes from 128 where the others are ASCII, else of all.")
    print("/// U+FFFE stands for none.")
    print("#[rustfmt::skip]")
    print("pub(super) static CHARMAPS: &[&str] = &[")
    for module, table in charmaps:
        table = table.ljust(256, "\ufffe")
        if table[:128] == "".join(map(chr, range(128))):
            table = table[128:]
        print(f"    // {module}")
        print('    "' + "".join(map(shown, table)) + '",')
    print("];")


main()
