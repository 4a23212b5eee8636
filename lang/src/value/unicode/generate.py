"""Writes tables.rs: the character database that CPython's `str` methods use.

Run as `python3 generate.py > tables.rs` with CPython 3.11 or later. Every property is asked from the interpreter's own
behaviour, so the tables agree with the oracle of the language by construction.
"""
import unicodedata

LIMIT = 0x110000
BLOCK = 256
EXPANDS = "X"
FLAGS = [
    "ALPHA", "DECIMAL", "DIGIT", "NUMERIC", "PRINTABLE", "LOWER", "UPPER", "TITLE",
    "XID_START", "XID_CONTINUE", "CASED", "CASE_IGNORABLE",
]


def flags_of(c):
    """The bit set of a character, in the order of FLAGS."""
    # Casedness shows in the letter that follows in a title; case-ignorability only in the rule for a final sigma.
    cased = (c + "a").title()[-1] == "a"
    ends_word = (c + "\u03a3").lower()[-1] == "\u03c2"
    keeps_word = ("A" + c + "\u03a3").lower()[-1] == "\u03c2"
    properties = [
        c.isalpha(), c.isdecimal(), c.isdigit(), c.isnumeric(), c.isprintable(), c.islower(),
        c.isupper(), unicodedata.category(c) == "Lt", c.isidentifier() and c != "_",
        ("a" + c).isidentifier(), cased, keeps_word and not ends_word,
    ]
    return sum(1 << i for i, yes in enumerate(properties) if yes)


def record_of(c):
    """Flags, digit value and the distances to the four case mappings."""
    deltas = tuple(
        ord(to) - ord(c) if len(to) == 1 else EXPANDS
        for to in (c.lower(), c.upper(), c.title(), c.casefold())
    )
    return (flags_of(c), unicodedata.digit(c, 0)) + deltas


def runs(values):
    """Run-length coding."""
    out = []
    for v in values:
        if out and out[-1][0] == v:
            out[-1][1] += 1
        else:
            out.append([v, 1])
    return out


def rows(items, width=96):
    """Items as comma-separated lines of bounded width."""
    line = "   "
    for item in items:
        if len(line) + len(item) + 2 > width:
            print(line)
            line = "   "
        line += " " + item + ","
    print(line)


def main():
    numbers = {}
    all_records = []
    for cp in range(LIMIT):
        r = record_of(chr(cp))
        all_records.append(numbers.setdefault(r, len(numbers)))
    blocks = {}
    stage1 = []
    for start in range(0, LIMIT, BLOCK):
        block = tuple(all_records[start:start + BLOCK])
        stage1.append(blocks.setdefault(block, len(blocks)))
    stage2 = [r for block in blocks for r in block]
    assert len(numbers) <= 256 and len(blocks) <= 256

    print(f"//! Character database of Unicode {unicodedata.unidata_version}. Written by `generate.py`; do not edit.")
    print("\nuse super::database::{Record, r};")
    print("\n/// Number of blocks of 256 code points that differ from each other.")
    print(f"pub(super) const BLOCKS: usize = {len(blocks)};")
    print("\n/// The kinds of code points that differ from each other: flags, digit value, case distances.")
    print("#[rustfmt::skip]")
    print(f"pub(super) static RECORDS: [Record; {len(numbers)}] = [")
    rows(
        "r({:#x}, {}, {}, {}, {}, {})".format(*("X" if d == EXPANDS else d for d in rec))
        for rec in numbers
    )
    print("];")
    print("\n/// Marks a mapping to several code points.")
    print("const X: i32 = i32::MAX;")
    print("\n/// Number of the block for every 256 code points, as runs.")
    print("#[rustfmt::skip]")
    print("pub(super) const STAGE1: &[(u8, u16)] = &[")
    rows(f"({v}, {n})" for v, n in runs(stage1))
    print("];")
    print("\n/// Number of the record for every code point of every block, as runs.")
    print("#[rustfmt::skip]")
    print("pub(super) const STAGE2: &[(u8, u16)] = &[")
    rows(f"({v}, {n})" for v, n in runs(stage2))
    print("];")
    for name, method in (("LOWER", str.lower), ("UPPER", str.upper), ("TITLE", str.title), ("FOLD", str.casefold)):
        print(f"\n/// {name.capitalize()} mappings to several code points.")
        print("#[rustfmt::skip]")
        print(f"pub(super) const {name}_EXPANSIONS: &[(u32, &str)] = &[")
        pairs = ((cp, method(chr(cp))) for cp in range(LIMIT))
        rows(
            '({:#x}, "{}")'.format(cp, "".join(f"\\u{{{ord(c):x}}}" for c in to))
            for cp, to in pairs if len(to) > 1
        )
        print("];")


main()
