//! The methods of `str` (spec 5.3).
//!
//! | room | job |
//! |---|---|
//! | [`args`] | reading arguments, with CPython's errors |
//! | [`pieces`] | searching and cutting, shared with `bytes` |
//! | [`search`] | `find`, `count`, `startswith`, `replace` … |
//! | [`split`] | `split`, `partition`, `splitlines`, `join` |
//! | [`case`] | case conversions and `is…` |
//! | [`pad`] | `center`, `zfill`, `strip`, `expandtabs` … |
//! | [`translate`] | `translate`, `maketrans` |
//! | [`codec`] | `encode`; encoding and decoding for everybody in `builtins` |
//!
//! Positions are code points; the work is done on bytes. What a character is and how it changes case is in
//! `value::unicode`, the mini-language of `format` in `builtins::formatting`.

pub(crate) mod args;
mod case;
pub(crate) mod codec;
pub(crate) mod pad;
pub(crate) mod pieces;
mod search;
mod split;
mod translate;

use super::formatting;
use crate::table;
use crate::value::{Cx, R, Value};

table! {
    /// The methods of `str`.
    pub static METHODS = [
        /// Return a copy with the first character in title case and the others in lower case.
        ///
        /// >>> 'hELLO world'.capitalize()
        /// 'Hello world'
        Method Core "capitalize(self: str, /) -> str" => case::capitalize;
        /// Return a form for comparisons without regard to case.
        ///
        /// >>> 'Straße'.casefold() == 'STRASSE'.casefold()
        /// True
        Method Core "casefold(self: str, /) -> str" => case::casefold;
        /// Return the text in the middle of a field of the given width.
        ///
        /// >>> 'ab'.center(6, '*')
        /// '**ab**'
        Method Core "center(self: str, width: int, fillchar: str = ' ', /) -> str" => pad::center;
        /// Return how often a part occurs without overlap.
        ///
        /// >>> 'banana'.count('an')
        /// 2
        /// >>> 'banana'.count('a', 2, 4)
        /// 1
        Method Core "count(self: str, sub: str, start: int | None = None, end: int | None = None, /) -> int" => search::count;
        /// Return the bytes of the text in an encoding.
        ///
        /// >>> 'é'.encode()
        /// b'\xc3\xa9'
        /// >>> 'é'.encode('ascii', errors='replace')
        /// b'?'
        Method Core "encode(self: str, /, encoding: str = 'utf-8', errors: str = 'strict') -> bytes" => codec::encode_method;
        /// Tell whether the text ends with a suffix, or with one of a tuple of suffixes.
        ///
        /// >>> 'report.csv'.endswith(('.csv', '.txt'))
        /// True
        Method Core "endswith(self: str, suffix: str | tuple[str, ...], start: int | None = None, end: int | None = None, /) -> bool" => search::endswith;
        /// Return the text with tabs replaced by blanks up to the next tab stop.
        ///
        /// >>> 'a\tbc\td'.expandtabs(4)
        /// 'a   bc  d'
        Method Core "expandtabs(self: str, /, tabsize: int = 8) -> str" => pad::expandtabs;
        /// Return the first position of a part, or -1.
        ///
        /// >>> 'banana'.find('n')
        /// 2
        /// >>> 'banana'.find('x')
        /// -1
        Method Core "find(self: str, sub: str, start: int | None = None, end: int | None = None, /) -> int" => search::find;
        /// Return the text with its replacement fields filled from the arguments.
        ///
        /// >>> '{0} costs {price:.2f}'.format('tea', price=2.5)
        /// 'tea costs 2.50'
        Method Core "format(self: str, /, *args: Any, **kwargs: Any) -> str" => format;
        /// Return the text with its replacement fields filled from a mapping.
        ///
        /// >>> '{a}-{b}'.format_map({'a': 1, 'b': 2})
        /// '1-2'
        Method Core "format_map(self: str, mapping: Any, /) -> str" => format_map;
        /// Return the first position of a part; `ValueError` if it does not occur.
        ///
        /// >>> 'banana'.index('nan')
        /// 2
        Method Core "index(self: str, sub: str, start: int | None = None, end: int | None = None, /) -> int" => search::index;
        /// Tell whether there are only letters and digits, at least one.
        ///
        /// >>> 'abc1'.isalnum(), 'a-1'.isalnum()
        /// (True, False)
        Method Core "isalnum(self: str, /) -> bool" => case::isalnum;
        /// Tell whether there are only letters, at least one.
        ///
        /// >>> 'äb'.isalpha(), 'a1'.isalpha()
        /// (True, False)
        Method Core "isalpha(self: str, /) -> bool" => case::isalpha;
        /// Tell whether all characters are ASCII.
        ///
        /// >>> 'ab'.isascii(), 'ä'.isascii()
        /// (True, False)
        Method Core "isascii(self: str, /) -> bool" => case::isascii;
        /// Tell whether there are only decimal digits of any script, at least one.
        ///
        /// >>> '12'.isdecimal(), '²'.isdecimal()
        /// (True, False)
        Method Core "isdecimal(self: str, /) -> bool" => case::isdecimal;
        /// Tell whether there are only digits, at least one; superscript digits count.
        ///
        /// >>> '²'.isdigit(), '½'.isdigit()
        /// (True, False)
        Method Core "isdigit(self: str, /) -> bool" => case::isdigit;
        /// Tell whether the text could be a variable name.
        ///
        /// >>> 'a_1'.isidentifier(), '1a'.isidentifier()
        /// (True, False)
        Method Core "isidentifier(self: str, /) -> bool" => case::isidentifier;
        /// Tell whether all letters with case are lower case and there is at least one.
        ///
        /// >>> 'ab1'.islower(), 'aB'.islower()
        /// (True, False)
        Method Core "islower(self: str, /) -> bool" => case::islower;
        /// Tell whether there are only numeric characters, at least one; fractions count.
        ///
        /// >>> '½'.isnumeric(), '-1'.isnumeric()
        /// (True, False)
        Method Core "isnumeric(self: str, /) -> bool" => case::isnumeric;
        /// Tell whether `repr` would show all characters unescaped.
        ///
        /// >>> 'a b'.isprintable(), 'a\n'.isprintable()
        /// (True, False)
        Method Core "isprintable(self: str, /) -> bool" => case::isprintable;
        /// Tell whether there is only white space, at least one character.
        ///
        /// >>> ' \t'.isspace(), ''.isspace()
        /// (True, False)
        Method Core "isspace(self: str, /) -> bool" => case::isspace;
        /// Tell whether every word begins in upper or title case and goes on in lower case.
        ///
        /// >>> 'Big Tea'.istitle(), 'Big tea'.istitle()
        /// (True, False)
        Method Core "istitle(self: str, /) -> bool" => case::istitle;
        /// Tell whether all letters with case are upper case and there is at least one.
        ///
        /// >>> 'AB1'.isupper(), 'Ab'.isupper()
        /// (True, False)
        Method Core "isupper(self: str, /) -> bool" => case::isupper;
        /// Return the texts of an iterable, joined with this text between them.
        ///
        /// >>> ', '.join(['a', 'b', 'c'])
        /// 'a, b, c'
        Method Core "join(self: str, iterable: Iterable[str], /) -> str" => split::join;
        /// Return the text at the left of a field of the given width.
        ///
        /// >>> 'ab'.ljust(4, '.')
        /// 'ab..'
        Method Core "ljust(self: str, width: int, fillchar: str = ' ', /) -> str" => pad::ljust;
        /// Return the text in lower case.
        ///
        /// >>> 'ÄB'.lower()
        /// 'äb'
        Method Core "lower(self: str, /) -> str" => case::lower;
        /// Return the text without leading white space, or without leading characters of a set.
        ///
        /// >>> '  a '.lstrip()
        /// 'a '
        /// >>> 'xyxa'.lstrip('xy')
        /// 'a'
        Method Core "lstrip(self: str, chars: str | None = None, /) -> str" => pad::lstrip;
        /// Return a table for `translate`, from a dict or from texts of characters to replace and to delete.
        ///
        /// >>> 'banana'.translate(str.maketrans('an', 'o-', 'b'))
        /// 'o-o-o'
        Static Core "maketrans(x: dict[Any, Any] | str, y: str = <absent>, z: str = <absent>, /) -> dict[int, Any]" => translate::maketrans;
        /// Return what is before the first separator, the separator, and what is behind it.
        ///
        /// >>> 'key=a=b'.partition('=')
        /// ('key', '=', 'a=b')
        Method Core "partition(self: str, sep: str, /) -> tuple[str, str, str]" => split::partition;
        /// Return the text without a prefix, if it has it.
        ///
        /// >>> 'ORD-17'.removeprefix('ORD-')
        /// '17'
        Method Core "removeprefix(self: str, prefix: str, /) -> str" => search::removeprefix;
        /// Return the text without a suffix, if it has it.
        ///
        /// >>> 'a.csv'.removesuffix('.csv')
        /// 'a'
        Method Core "removesuffix(self: str, suffix: str, /) -> str" => search::removesuffix;
        /// Return the text with a part replaced, everywhere or in the first `count` places.
        ///
        /// >>> 'a-b-c'.replace('-', '/')
        /// 'a/b/c'
        /// >>> 'a-b-c'.replace('-', '/', 1)
        /// 'a/b-c'
        Method Core "replace(self: str, old: str, new: str, count: int = -1, /) -> str" => search::replace;
        /// Return the last position of a part, or -1.
        ///
        /// >>> 'banana'.rfind('an')
        /// 3
        Method Core "rfind(self: str, sub: str, start: int | None = None, end: int | None = None, /) -> int" => search::rfind;
        /// Return the last position of a part; `ValueError` if it does not occur.
        ///
        /// >>> 'banana'.rindex('an')
        /// 3
        Method Core "rindex(self: str, sub: str, start: int | None = None, end: int | None = None, /) -> int" => search::rindex;
        /// Return the text at the right of a field of the given width.
        ///
        /// >>> '7'.rjust(3, '0')
        /// '007'
        Method Core "rjust(self: str, width: int, fillchar: str = ' ', /) -> str" => pad::rjust;
        /// Return what is before the last separator, the separator, and what is behind it.
        ///
        /// >>> 'a/b/c'.rpartition('/')
        /// ('a/b', '/', 'c')
        Method Core "rpartition(self: str, sep: str, /) -> tuple[str, str, str]" => split::rpartition;
        /// Return the parts between separators (white space by default), cutting from the right.
        ///
        /// >>> 'a,b,c'.rsplit(',', 1)
        /// ['a,b', 'c']
        Method Core "rsplit(self: str, /, sep: str | None = None, maxsplit: int = -1) -> list[str]" => split::rsplit;
        /// Return the text without trailing white space, or without trailing characters of a set.
        ///
        /// >>> 'a \n'.rstrip()
        /// 'a'
        Method Core "rstrip(self: str, chars: str | None = None, /) -> str" => pad::rstrip;
        /// Return the parts between separators (white space by default).
        ///
        /// >>> 'a,b,,c'.split(',')
        /// ['a', 'b', '', 'c']
        /// >>> ' a  b '.split()
        /// ['a', 'b']
        Method Core "split(self: str, /, sep: str | None = None, maxsplit: int = -1) -> list[str]" => split::split;
        /// Return the lines, with their line ends if `keepends` is true.
        ///
        /// >>> 'a\nb\r\nc'.splitlines()
        /// ['a', 'b', 'c']
        Method Core "splitlines(self: str, /, keepends: bool = False) -> list[str]" => split::splitlines;
        /// Tell whether the text starts with a prefix, or with one of a tuple of prefixes.
        ///
        /// >>> 'ORD-17'.startswith('ORD')
        /// True
        Method Core "startswith(self: str, prefix: str | tuple[str, ...], start: int | None = None, end: int | None = None, /) -> bool" => search::startswith;
        /// Return the text without white space at its ends, or without characters of a set.
        ///
        /// >>> ' a b\n'.strip()
        /// 'a b'
        /// >>> '--a-b--'.strip('-')
        /// 'a-b'
        Method Core "strip(self: str, chars: str | None = None, /) -> str" => pad::strip;
        /// Return the text with lower case made upper case and the other way round.
        ///
        /// >>> 'aBc'.swapcase()
        /// 'AbC'
        Method Core "swapcase(self: str, /) -> str" => case::swapcase;
        /// Return the text with every word beginning in title case.
        ///
        /// >>> 'big TEA'.title()
        /// 'Big Tea'
        Method Core "title(self: str, /) -> str" => case::title;
        /// Return the text with characters replaced by what a table has under their numbers.
        ///
        /// >>> 'abc'.translate({97: 'A', 98: None})
        /// 'Ac'
        Method Core "translate(self: str, table: Any, /) -> str" => translate::translate;
        /// Return the text in upper case.
        ///
        /// >>> 'straße'.upper()
        /// 'STRASSE'
        Method Core "upper(self: str, /) -> str" => case::upper;
        /// Return the text with zeros on the left, behind a sign, up to the given width.
        ///
        /// >>> '-42'.zfill(5)
        /// '-0042'
        Method Core "zfill(self: str, width: int, /) -> str" => pad::zfill;
    ]
}

fn format(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let template = args::receiver("format", a)?.bytes;
    match &a[1] {
        Value::Tuple(positional) => formatting::str_format(cx, template, &positional.items, &a[2]),
        _ => formatting::str_format(cx, template, &[], &a[2]),
    }
}

fn format_map(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let template = args::receiver("format_map", a)?.bytes;
    formatting::format_map(cx, template, &a[1])
}
