//! `urllib.parse`: addresses taken apart and put together, percent encoding, query strings (spec 9.2).
//!
//! | room | job |
//! |---|---|
//! | [`address`] | `urlsplit`, `urlparse`, `urljoin` and their inverses |
//! | [`results`] | the named tuples that those give |
//! | [`quote`] | percent encoding |
//! | [`query`] | `parse_qs`, `urlencode` |
//! | [`coerce`] | the same functions for text and bytes |
//!
//! `urllib` has no other part: there is no network.

mod address;
mod coerce;
mod query;
mod quote;
mod results;

use crate::table;
use crate::value::types::{ModuleDesc, Profile};

/// `urllib`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "urllib",
    doc: "Addresses of the web.",
    profile: Profile::Core,
    functions: &[],
    types: &[],
    constants: &[],
    modules: &[("parse", &PARSE)],
};

/// `urllib.parse`
static PARSE: ModuleDesc = ModuleDesc {
    name: "urllib.parse",
    doc: "Addresses and query strings taken apart and put together.",
    profile: Profile::Core,
    functions: FUNCTIONS,
    types: &[
        ("DefragResult", &results::DEFRAG, Profile::Extended),
        ("DefragResultBytes", &results::DEFRAG_BYTES, Profile::Extended),
        ("ParseResult", &results::PARSE, Profile::Extended),
        ("ParseResultBytes", &results::PARSE_BYTES, Profile::Extended),
        ("SplitResult", &results::SPLIT, Profile::Extended),
        ("SplitResultBytes", &results::SPLIT_BYTES, Profile::Extended),
    ],
    constants: &[],
    modules: &[],
};

table! {
    static FUNCTIONS = [
        /// Return the values of a query string: a dict from names to lists.
        ///
        /// >>> urllib.parse.parse_qs('a=1&a=2&b=x+y')
        /// {'a': ['1', '2'], 'b': ['x y']}
        Function Extended "def urllib.parse.parse_qs(qs: str | bytes, keep_blank_values: bool = False, strict_parsing: bool = False, encoding: str = 'utf-8', errors: str = 'replace', max_num_fields: int | None = None, separator: str = '&') -> dict[str, list[str]]" => query::parse_qs;
        /// Return the names and values of a query string as pairs.
        ///
        /// >>> urllib.parse.parse_qsl('a=1&b=2')
        /// [('a', '1'), ('b', '2')]
        Function Extended "def urllib.parse.parse_qsl(qs: str | bytes, keep_blank_values: bool = False, strict_parsing: bool = False, encoding: str = 'utf-8', errors: str = 'replace', max_num_fields: int | None = None, separator: str = '&') -> list[tuple[str, str]]" => query::parse_qsl;
        /// Replace characters that mean something in addresses by `%xx`.
        ///
        /// >>> urllib.parse.quote('a b/é')
        /// 'a%20b/%C3%A9'
        Function Core "def urllib.parse.quote(string: str | bytes, safe: str | bytes = '/', encoding: str | None = None, errors: str | None = None) -> str" => quote::quote;
        /// Replace bytes that are not plain characters of addresses by `%xx`.
        ///
        /// >>> urllib.parse.quote_from_bytes(b'a\xff')
        /// 'a%FF'
        Function Extended "def urllib.parse.quote_from_bytes(bs: bytes, safe: str | bytes = '/') -> str" => quote::quote_from_bytes;
        /// As `quote`, with a plus sign for a space.
        ///
        /// >>> urllib.parse.quote_plus('a b/c')
        /// 'a+b%2Fc'
        Function Extended "def urllib.parse.quote_plus(string: str | bytes, safe: str | bytes = '', encoding: str | None = None, errors: str | None = None) -> str" => quote::quote_plus;
        /// Replace `%xx` by the characters that they stand for.
        ///
        /// >>> urllib.parse.unquote('a%20b%C3%A9')
        /// 'a bé'
        Function CoreCode "def urllib.parse.unquote(string: str | bytes, encoding: str = 'utf-8', errors: str = 'replace') -> str" => quote::unquote;
        /// As `unquote`, with a space for a plus sign.
        ///
        /// >>> urllib.parse.unquote_plus('a+b%2B')
        /// 'a b+'
        Function Extended "def urllib.parse.unquote_plus(string: str, encoding: str = 'utf-8', errors: str = 'replace') -> str" => quote::unquote_plus;
        /// Replace `%xx` by bytes.
        ///
        /// >>> urllib.parse.unquote_to_bytes('a%FF')
        /// b'a\xff'
        Function Extended "def urllib.parse.unquote_to_bytes(string: str | bytes) -> bytes" => quote::unquote_to_bytes;
        /// Return an address without its fragment, and the fragment.
        ///
        /// >>> urllib.parse.urldefrag('http://h/p#f')
        /// DefragResult(url='http://h/p', fragment='f')
        Function Extended "def urllib.parse.urldefrag(url: str | bytes) -> DefragResult" => address::urldefrag;
        /// Return a query string of a mapping or of pairs.
        ///
        /// >>> urllib.parse.urlencode({'a': 1, 'b': 'x y'})
        /// 'a=1&b=x+y'
        /// >>> urllib.parse.urlencode({'a': [1, 2]}, doseq=True)
        /// 'a=1&a=2'
        Function Core "def urllib.parse.urlencode(query: Mapping[Any, Any] | Sequence[tuple[Any, Any]], doseq: bool = False, safe: str | bytes = '', encoding: str | None = None, errors: str | None = None, quote_via: Callable[..., str] = <absent>) -> str" => query::urlencode;
        /// Resolve an address relative to another.
        ///
        /// >>> urllib.parse.urljoin('http://h/a/b', '../c')
        /// 'http://h/c'
        Function Extended "def urllib.parse.urljoin(base: str | bytes, url: str | bytes, allow_fragments: bool = True) -> str" => address::urljoin;
        /// Take an address apart, the parameters of its last path element included.
        ///
        /// >>> urllib.parse.urlparse('http://h:80/p?q=1#f').netloc
        /// 'h:80'
        Function CoreCode "def urllib.parse.urlparse(url: str | bytes | None, scheme: str | bytes = '', allow_fragments: bool = True) -> ParseResult" => address::urlparse;
        /// Take an address apart.
        ///
        /// >>> urllib.parse.urlsplit('http://h/p?q=1').query
        /// 'q=1'
        Function Extended "def urllib.parse.urlsplit(url: str | bytes, scheme: str | bytes = '', allow_fragments: bool = True) -> SplitResult" => address::urlsplit;
        /// Put the six parts of `urlparse` together.
        ///
        /// >>> urllib.parse.urlunparse(('http', 'h', '/p', '', 'q=1', ''))
        /// 'http://h/p?q=1'
        Function Extended "def urllib.parse.urlunparse(components: Iterable[str]) -> str" => address::urlunparse;
        /// Put the five parts of `urlsplit` together.
        ///
        /// >>> urllib.parse.urlunsplit(('http', 'h', '/p', '', 'f'))
        /// 'http://h/p#f'
        Function Extended "def urllib.parse.urlunsplit(components: Iterable[str]) -> str" => address::urlunsplit;
    ]
}
