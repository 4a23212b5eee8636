//! The methods of `bytes` and `bytearray` (spec 5.4).
//!
//! | room | job |
//! |---|---|
//! | [`args`] | receivers, arguments and results |
//! | [`search`], [`split`], [`case`], [`pad`] | as for `str` |
//! | [`translate`] | `translate`, `hex`, `fromhex`, `decode` |
//! | [`array`] | what changes a `bytearray` |
//!
//! Both types share all methods that do not change the receiver; results have the receiver's type. Searching and cutting
//! is shared with `str` in [`super::str::pieces`].

pub(crate) mod args;
mod array;
mod case;
mod pad;
mod search;
mod split;
mod translate;

pub use array::{assign, bytes_of, remove};

use crate::table;

table! {
    /// The methods that `bytes` and `bytearray` have in common.
    pub static METHODS = [
        /// Return a copy with the first letter in upper case and the others in lower case.
        ///
        /// >>> b'hELLO'.capitalize()
        /// b'Hello'
        Method Core "capitalize(self: bytes, /) -> bytes" => case::capitalize;
        /// Return the bytes in the middle of a field of the given width.
        ///
        /// >>> b'ab'.center(6, b'*')
        /// b'**ab**'
        Method Core "center(self: bytes, width: int, fillchar: bytes = <absent>, /) -> bytes" => pad::center;
        /// Return how often a part or a byte occurs without overlap.
        ///
        /// >>> b'banana'.count(b'an')
        /// 2
        Method Core "count(self: bytes, sub: bytes | int, start: int | None = None, end: int | None = None, /) -> int" => search::count;
        /// Return the text that the bytes stand for in an encoding.
        ///
        /// >>> b'\xc3\xa9'.decode()
        /// 'é'
        /// >>> b'a\xff'.decode('ascii', errors='ignore')
        /// 'a'
        Method Core "decode(self: bytes, /, encoding: str = 'utf-8', errors: str = 'strict') -> str" => translate::decode;
        /// Tell whether the bytes end with a suffix, or with one of a tuple of suffixes.
        ///
        /// >>> b'a.csv'.endswith(b'.csv')
        /// True
        Method Core "endswith(self: bytes, suffix: bytes | tuple[bytes, ...], start: int | None = None, end: int | None = None, /) -> bool" => search::endswith;
        /// Return the bytes with tabs replaced by blanks up to the next tab stop.
        ///
        /// >>> b'a\tb'.expandtabs(4)
        /// b'a   b'
        Method Core "expandtabs(self: bytes, /, tabsize: int = 8) -> bytes" => pad::expandtabs;
        /// Return the first position of a part or a byte, or -1.
        ///
        /// >>> b'banana'.find(b'n'), b'banana'.find(97)
        /// (2, 1)
        Method Core "find(self: bytes, sub: bytes | int, start: int | None = None, end: int | None = None, /) -> int" => search::find;
        /// Return the bytes as hexadecimal digits, in groups if there is a separator.
        ///
        /// >>> b'\xf0\x9f'.hex()
        /// 'f09f'
        /// >>> b'abcd'.hex(':', 2)
        /// '6162:6364'
        Method Core "hex(self: bytes, /, sep: str | bytes = <absent>, bytes_per_sep: int = 1) -> str" => translate::hex;
        /// Return the first position of a part or a byte; `ValueError` if it does not occur.
        ///
        /// >>> b'banana'.index(b'nan')
        /// 2
        Method Core "index(self: bytes, sub: bytes | int, start: int | None = None, end: int | None = None, /) -> int" => search::index;
        /// Tell whether there are only ASCII letters and digits, at least one.
        ///
        /// >>> b'abc1'.isalnum(), b''.isalnum()
        /// (True, False)
        Method Core "isalnum(self: bytes, /) -> bool" => case::isalnum;
        /// Tell whether there are only ASCII letters, at least one.
        ///
        /// >>> b'abc'.isalpha(), b'abc1'.isalpha()
        /// (True, False)
        Method Core "isalpha(self: bytes, /) -> bool" => case::isalpha;
        /// Tell whether all bytes are ASCII.
        ///
        /// >>> b'abc'.isascii(), b'\xff'.isascii()
        /// (True, False)
        Method Core "isascii(self: bytes, /) -> bool" => case::isascii;
        /// Tell whether there are only ASCII digits, at least one.
        ///
        /// >>> b'12'.isdigit(), b'1.2'.isdigit()
        /// (True, False)
        Method Core "isdigit(self: bytes, /) -> bool" => case::isdigit;
        /// Tell whether there are lower case letters and no upper case letters.
        ///
        /// >>> b'ab1'.islower(), b'aB'.islower()
        /// (True, False)
        Method Core "islower(self: bytes, /) -> bool" => case::islower;
        /// Tell whether there is only white space, at least one byte.
        ///
        /// >>> b' \t'.isspace(), b''.isspace()
        /// (True, False)
        Method Core "isspace(self: bytes, /) -> bool" => case::isspace;
        /// Tell whether every word begins in upper case and goes on in lower case.
        ///
        /// >>> b'Big Tea'.istitle(), b'Big tea'.istitle()
        /// (True, False)
        Method Core "istitle(self: bytes, /) -> bool" => case::istitle;
        /// Tell whether there are upper case letters and no lower case letters.
        ///
        /// >>> b'AB1'.isupper(), b'Ab'.isupper()
        /// (True, False)
        Method Core "isupper(self: bytes, /) -> bool" => case::isupper;
        /// Return the bytes of an iterable of bytes-like objects, joined with these between them.
        ///
        /// >>> b', '.join([b'a', b'b'])
        /// b'a, b'
        Method Core "join(self: bytes, iterable_of_bytes: Iterable[bytes], /) -> bytes" => split::join;
        /// Return the bytes at the left of a field of the given width.
        ///
        /// >>> b'ab'.ljust(4, b'.')
        /// b'ab..'
        Method Core "ljust(self: bytes, width: int, fillchar: bytes = <absent>, /) -> bytes" => pad::ljust;
        /// Return the bytes with ASCII letters in lower case.
        ///
        /// >>> b'aB1'.lower()
        /// b'ab1'
        Method Core "lower(self: bytes, /) -> bytes" => case::lower;
        /// Return the bytes without leading white space, or without leading bytes of a set.
        ///
        /// >>> b'  a '.lstrip()
        /// b'a '
        Method Core "lstrip(self: bytes, bytes: bytes | None = None, /) -> bytes" => pad::lstrip;
        /// Return a table for `translate` from two equally long sequences of bytes.
        ///
        /// >>> b'banana'.translate(bytes.maketrans(b'an', b'o-'))
        /// b'bo-o-o'
        Static Core "maketrans(frm: bytes, to: bytes, /) -> bytes" => translate::maketrans;
        /// Return what is before the first separator, the separator, and what is behind it.
        ///
        /// >>> b'k=a=b'.partition(b'=')
        /// (b'k', b'=', b'a=b')
        Method Core "partition(self: bytes, sep: bytes, /) -> tuple[bytes, bytes, bytes]" => split::partition;
        /// Return the bytes without a prefix, if they have it.
        ///
        /// >>> b'id-17'.removeprefix(b'id-')
        /// b'17'
        Method Core "removeprefix(self: bytes, prefix: bytes, /) -> bytes" => search::removeprefix;
        /// Return the bytes without a suffix, if they have it.
        ///
        /// >>> b'a.csv'.removesuffix(b'.csv')
        /// b'a'
        Method Core "removesuffix(self: bytes, suffix: bytes, /) -> bytes" => search::removesuffix;
        /// Return the bytes with a part replaced, everywhere or in the first `count` places.
        ///
        /// >>> b'a-b-c'.replace(b'-', b'+', 1)
        /// b'a+b-c'
        Method Core "replace(self: bytes, old: bytes, new: bytes, count: int = -1, /) -> bytes" => search::replace;
        /// Return the last position of a part or a byte, or -1.
        ///
        /// >>> b'banana'.rfind(b'an')
        /// 3
        Method Core "rfind(self: bytes, sub: bytes | int, start: int | None = None, end: int | None = None, /) -> int" => search::rfind;
        /// Return the last position of a part or a byte; `ValueError` if it does not occur.
        ///
        /// >>> b'banana'.rindex(b'an')
        /// 3
        Method Core "rindex(self: bytes, sub: bytes | int, start: int | None = None, end: int | None = None, /) -> int" => search::rindex;
        /// Return the bytes at the right of a field of the given width.
        ///
        /// >>> b'7'.rjust(3, b'0')
        /// b'007'
        Method Core "rjust(self: bytes, width: int, fillchar: bytes = <absent>, /) -> bytes" => pad::rjust;
        /// Return what is before the last separator, the separator, and what is behind it.
        ///
        /// >>> b'a/b/c'.rpartition(b'/')
        /// (b'a/b', b'/', b'c')
        Method Core "rpartition(self: bytes, sep: bytes, /) -> tuple[bytes, bytes, bytes]" => split::rpartition;
        /// Return the parts between separators (white space by default), cutting from the right.
        ///
        /// >>> b'a,b,c'.rsplit(b',', 1)
        /// [b'a,b', b'c']
        Method Core "rsplit(self: bytes, /, sep: bytes | None = None, maxsplit: int = -1) -> list[bytes]" => split::rsplit;
        /// Return the bytes without trailing white space, or without trailing bytes of a set.
        ///
        /// >>> b' a \n'.rstrip()
        /// b' a'
        Method Core "rstrip(self: bytes, bytes: bytes | None = None, /) -> bytes" => pad::rstrip;
        /// Return the parts between separators (white space by default).
        ///
        /// >>> b'a,b,,c'.split(b',')
        /// [b'a', b'b', b'', b'c']
        Method Core "split(self: bytes, /, sep: bytes | None = None, maxsplit: int = -1) -> list[bytes]" => split::split;
        /// Return the lines, with their line ends if `keepends` is true.
        ///
        /// >>> b'a\nb\r\nc'.splitlines()
        /// [b'a', b'b', b'c']
        Method Core "splitlines(self: bytes, /, keepends: bool = False) -> list[bytes]" => split::splitlines;
        /// Tell whether the bytes start with a prefix, or with one of a tuple of prefixes.
        ///
        /// >>> b'PK\x03'.startswith(b'PK')
        /// True
        Method Core "startswith(self: bytes, prefix: bytes | tuple[bytes, ...], start: int | None = None, end: int | None = None, /) -> bool" => search::startswith;
        /// Return the bytes without white space at their ends, or without bytes of a set.
        ///
        /// >>> b'--a-b--'.strip(b'-')
        /// b'a-b'
        Method Core "strip(self: bytes, bytes: bytes | None = None, /) -> bytes" => pad::strip;
        /// Return the bytes with lower case letters made upper case and the other way round.
        ///
        /// >>> b'aBc'.swapcase()
        /// b'AbC'
        Method Core "swapcase(self: bytes, /) -> bytes" => case::swapcase;
        /// Return the bytes with every word beginning in upper case.
        ///
        /// >>> b'big TEA'.title()
        /// b'Big Tea'
        Method Core "title(self: bytes, /) -> bytes" => case::title;
        /// Return the bytes, each replaced by what a table of 256 bytes has in its place, without those to delete.
        ///
        /// >>> b'banana'.translate(None, delete=b'n')
        /// b'baaa'
        Method Core "translate(self: bytes, table: bytes | None, /, delete: bytes = <absent>) -> bytes" => translate::translate;
        /// Return the bytes with ASCII letters in upper case.
        ///
        /// >>> b'aB1'.upper()
        /// b'AB1'
        Method Core "upper(self: bytes, /) -> bytes" => case::upper;
        /// Return the bytes with zeros on the left, behind a sign, up to the given width.
        ///
        /// >>> b'-42'.zfill(5)
        /// b'-0042'
        Method Core "zfill(self: bytes, width: int, /) -> bytes" => pad::zfill;
    ]
}

table! {
    /// What only `bytes` has.
    pub static ONLY_BYTES = [
        /// Make bytes from hexadecimal digits; white space between bytes is skipped.
        ///
        /// >>> bytes.fromhex('6162 63')
        /// b'abc'
        Class Core "fromhex(type: type, string: str, /) -> bytes" => translate::fromhex;
    ]
}

table! {
    /// What only `bytearray` has.
    pub static ONLY_BYTEARRAY = [
        /// Append a byte to the end.
        ///
        /// >>> (x := bytearray(b'ab'), x.append(99), x)[2]
        /// bytearray(b'abc')
        Method Core "append(self: bytearray, item: int, /) -> None" => array::append;
        /// Remove all bytes.
        ///
        /// >>> (x := bytearray(b'ab'), x.clear(), x)[2]
        /// bytearray(b'')
        Method Core "clear(self: bytearray, /) -> None" => array::clear;
        /// Return a copy.
        ///
        /// >>> bytearray(b'ab').copy()
        /// bytearray(b'ab')
        Method Core "copy(self: bytearray, /) -> bytearray" => array::copy_method;
        /// Append the bytes of a bytes-like object or of an iterable of ints.
        ///
        /// >>> (x := bytearray(b'a'), x.extend(b'bc'), x.extend([100]), x)[3]
        /// bytearray(b'abcd')
        Method Core "extend(self: bytearray, iterable_of_ints: Iterable[int], /) -> None" => array::extend;
        /// Make a bytearray from hexadecimal digits; white space between bytes is skipped.
        ///
        /// >>> bytearray.fromhex('6162')
        /// bytearray(b'ab')
        Class Core "fromhex(type: type, string: str, /) -> bytearray" => translate::fromhex;
        /// Insert a byte before a position.
        ///
        /// >>> (x := bytearray(b'ac'), x.insert(1, 98), x)[2]
        /// bytearray(b'abc')
        Method Core "insert(self: bytearray, index: int, item: int, /) -> None" => array::insert;
        /// Remove and return the byte at a position (the last by default).
        ///
        /// >>> (x := bytearray(b'abc'), x.pop(), x)[1:]
        /// (99, bytearray(b'ab'))
        Method Core "pop(self: bytearray, index: int = -1, /) -> int" => array::pop;
        /// Remove the first occurrence of a byte; `ValueError` if there is none.
        ///
        /// >>> (x := bytearray(b'aba'), x.remove(97), x)[2]
        /// bytearray(b'ba')
        Method Core "remove(self: bytearray, value: int, /) -> None" => array::remove_method;
        /// Reverse the order of the bytes in place.
        ///
        /// >>> (x := bytearray(b'abc'), x.reverse(), x)[2]
        /// bytearray(b'cba')
        Method Core "reverse(self: bytearray, /) -> None" => array::reverse;
    ]
}
