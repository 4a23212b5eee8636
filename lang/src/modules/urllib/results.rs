//! The named tuples that taking apart gives: for text and for bytes.

use super::address::{after_last, cut, get_url};
use super::coerce::Kind;
use crate::builtins::named_tuple::NAMED_TUPLE;
use crate::builtins::receiver::wrong_receiver;
use crate::builtins::str::codec;
use crate::builtins::{operators, repr, truth};
use crate::syntax::ast::BinaryOp;
use crate::table;
use crate::value::exceptions::value_error;
use crate::value::types::{self, Profile};
use crate::value::unicode::case;
use crate::value::{Builtin, Cx, R, Ref, Tuple, TypeDesc, Value};

/// The parts of `urlsplit`.
#[derive(Debug, Clone, Default)]
pub(super) struct Address {
    pub(super) scheme: Vec<u8>,
    pub(super) netloc: Vec<u8>,
    pub(super) path: Vec<u8>,
    pub(super) query: Vec<u8>,
    pub(super) fragment: Vec<u8>,
}

/// The parts of `urlparse`.
#[derive(Debug, Clone, Default)]
pub(super) struct Parsed {
    pub(super) address: Address,
    pub(super) params: Vec<u8>,
}

const SPLIT_FIELDS: &[&str] = &["scheme", "netloc", "path", "query", "fragment"];
const PARSE_FIELDS: &[&str] = &["scheme", "netloc", "path", "params", "query", "fragment"];
const DEFRAG_FIELDS: &[&str] = &["url", "fragment"];

/// Declares a result type and its constructor.
macro_rules! results {
    ($($id:ident $name:literal $doc:literal $fields:ident $members:ident ($params:literal) $example:literal;)*) => {
        $(
            #[doc = concat!("`urllib.parse.", $name, "`")]
            pub(super) static $id: TypeDesc = TypeDesc {
                doc: $doc,
                fields: $fields,
                python: true,
                new: {
                    static NEW: Builtin = Builtin::new(
                        types::Kind::Function,
                        Profile::Extended,
                        concat!("def ", $name, ".__new__ ", $name, "(", $params, ") -> ", $name),
                        concat!($doc, "\n\n", $example),
                        |_, a| Ok(Value::Tuple(Tuple::of_class(&$id, a.iter().cloned().collect()))),
                    );
                    Some(&NEW)
                },
                ..TypeDesc::new($name, "urllib.parse").with_base(&NAMED_TUPLE).with_members($members)
            };
        )*
    };
}

results! {
    SPLIT "SplitResult" "An address in five parts." SPLIT_FIELDS SPLIT_MEMBERS
        ("scheme: str, netloc: str, path: str, query: str, fragment: str")
        ">>> urllib.parse.SplitResult('http', 'h', '/p', '', '').geturl()\n'http://h/p'\n";
    SPLIT_BYTES "SplitResultBytes" "An address in five parts, in bytes." SPLIT_FIELDS SPLIT_MEMBERS
        ("scheme: bytes, netloc: bytes, path: bytes, query: bytes, fragment: bytes")
        ">>> urllib.parse.urlsplit(b'http://h/p').geturl()\nb'http://h/p'\n";
    PARSE "ParseResult" "An address in six parts." PARSE_FIELDS SPLIT_MEMBERS
        ("scheme: str, netloc: str, path: str, params: str, query: str, fragment: str")
        ">>> urllib.parse.ParseResult('http', 'h', '/p', '', '', '').geturl()\n'http://h/p'\n";
    PARSE_BYTES "ParseResultBytes" "An address in six parts, in bytes." PARSE_FIELDS SPLIT_MEMBERS
        ("scheme: bytes, netloc: bytes, path: bytes, params: bytes, query: bytes, fragment: bytes")
        ">>> urllib.parse.urlparse(b'http://h/p').geturl()\nb'http://h/p'\n";
    DEFRAG "DefragResult" "An address without its fragment, and the fragment." DEFRAG_FIELDS DEFRAG_MEMBERS
        ("url: str, fragment: str")
        ">>> urllib.parse.DefragResult('u', 'f').geturl()\n'u#f'\n";
    DEFRAG_BYTES "DefragResultBytes" "An address without its fragment, and the fragment, in bytes." DEFRAG_FIELDS DEFRAG_MEMBERS
        ("url: bytes, fragment: bytes")
        ">>> urllib.parse.urldefrag(b'u#f').geturl()\nb'u#f'\n";
}

/// The result types for text with their counterparts for bytes.
static PAIRS: [(&TypeDesc, &TypeDesc); 3] = [(&SPLIT, &SPLIT_BYTES), (&PARSE, &PARSE_BYTES), (&DEFRAG, &DEFRAG_BYTES)];

table! {
    static SPLIT_MEMBERS = [
        /// Return the result in bytes.
        ///
        /// >>> urllib.parse.urlsplit('//h').encode().netloc
        /// b'h'
        Method Extended "def encode(self, encoding: str = 'ascii', errors: str = 'strict') -> Any" => encode;
        /// Return the result as text.
        ///
        /// >>> urllib.parse.urlsplit(b'//h').decode().netloc
        /// 'h'
        Method Extended "def decode(self, encoding: str = 'ascii', errors: str = 'strict') -> Any" => decode;
        /// Return the address.
        ///
        /// >>> urllib.parse.urlsplit('HTTP://h').geturl()
        /// 'http://h'
        Method CoreCode "def geturl(self) -> str" => |cx, a| {
            own("geturl", a)?;
            get_url(cx, &a[0])
        };
        /// The name of the host in small letters, or `None`.
        ///
        /// >>> urllib.parse.urlsplit('http://Host:80/').hostname
        /// 'host'
        Property CoreCode "hostname(self) -> str | None" => hostname;
        /// The password in the address, or `None`.
        ///
        /// >>> urllib.parse.urlsplit('http://u:p@h').password
        /// 'p'
        Property CoreCode "password(self) -> str | None" => |_, a| user(a, true);
        /// The port as a number, or `None`.
        ///
        /// >>> urllib.parse.urlsplit('http://h:80/').port
        /// 80
        Property CoreCode "port(self) -> int | None" => port;
        /// The name of the user in the address, or `None`.
        ///
        /// >>> urllib.parse.urlsplit('http://u:p@h').username
        /// 'u'
        Property CoreCode "username(self) -> str | None" => |_, a| user(a, false);
    ]
}

table! {
    static DEFRAG_MEMBERS = [
        /// Return the result in bytes.
        ///
        /// >>> urllib.parse.urldefrag('u#f').encode().fragment
        /// b'f'
        Method Extended "def encode(self, encoding: str = 'ascii', errors: str = 'strict') -> Any" => encode;
        /// Return the result as text.
        ///
        /// >>> urllib.parse.urldefrag(b'u#f').decode().fragment
        /// 'f'
        Method Extended "def decode(self, encoding: str = 'ascii', errors: str = 'strict') -> Any" => decode;
        /// Return the address with its fragment.
        ///
        /// >>> urllib.parse.urldefrag('u#f').geturl()
        /// 'u#f'
        Method Extended "def geturl(self) -> str" => whole;
    ]
}

/// A tuple of one of the types.
fn made(pair: usize, parts: &[&[u8]], kind: Kind) -> R {
    let (text, bytes) = PAIRS[pair];
    let items = parts.iter().map(|part| kind.value(part)).collect::<R<_>>()?;
    Ok(Value::Tuple(Tuple::of_class(if kind == Kind::Text { text } else { bytes }, items)))
}

pub(super) fn of_address(a: &Address, kind: Kind) -> R {
    made(0, &[&a.scheme, &a.netloc, &a.path, &a.query, &a.fragment], kind)
}

pub(super) fn of_parsed(parsed: &Parsed, kind: Kind) -> R {
    let a = &parsed.address;
    made(1, &[&a.scheme, &a.netloc, &a.path, &parsed.params, &a.query, &a.fragment], kind)
}

pub(super) fn of_defrag(url: &[u8], fragment: &[u8], kind: Kind) -> R {
    made(2, &[url, fragment], kind)
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Ref<Tuple>> {
    match a.first() {
        Some(Value::Tuple(tuple)) => Ok(tuple),
        other => Err(wrong_receiver(name, "SplitResult", other)),
    }
}

fn encode(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("encode", a)?;
    let Some((_, bytes)) = PAIRS.iter().find(|(text, _)| *text == own.class) else {
        return Err(crate::builtins::attribute::missing(&a[0], "encode"));
    };
    let (encoding, errors) = (a[1].text_bytes().unwrap_or_default(), a[2].text_bytes().unwrap_or_default());
    let encoded = |part: &Value| match part.text_bytes() {
        Some(text) => Ok(Value::bytes(&codec::encode(text, encoding, errors)?)),
        None => Err(crate::builtins::attribute::missing(part, "encode")),
    };
    let items = own.items.iter().map(encoded).collect::<R<_>>()?;
    Ok(Value::Tuple(Tuple::of_class(bytes, items)))
}

fn decode(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("decode", a)?;
    let Some((text, _)) = PAIRS.iter().find(|(_, bytes)| *bytes == own.class) else {
        return Err(crate::builtins::attribute::missing(&a[0], "decode"));
    };
    let (encoding, errors) = (a[1].text_bytes().unwrap_or_default(), a[2].text_bytes().unwrap_or_default());
    let decoded = |part: &Value| match part.byte_data() {
        Some(bytes) => codec::decode(&bytes, encoding, errors),
        None => Err(crate::builtins::attribute::missing(part, "decode")),
    };
    let items = own.items.iter().map(decoded).collect::<R<_>>()?;
    Ok(Value::Tuple(Tuple::of_class(text, items)))
}

fn whole(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("geturl", a)?;
    let [url, fragment] = &own.items[..] else { return Ok(Value::None) };
    if !truth(cx, fragment)? {
        return Ok(url.clone());
    }
    let mark = if url.text_bytes().is_some() { Value::str("#") } else { Value::bytes(b"#") };
    let head = operators::binary(cx, BinaryOp::Add, url, &mark)?;
    operators::binary(cx, BinaryOp::Add, &head, fragment)
}

/// The network location of a result, and of what kind it is.
fn netloc(a: &[Value]) -> R<(Vec<u8>, Kind)> {
    let netloc = own("netloc", a)?.items.get(1).cloned().unwrap_or_default();
    Ok(match (netloc.text_bytes(), netloc.byte_data()) {
        (Some(text), _) => (text.to_vec(), Kind::Text),
        (None, Some(bytes)) => (bytes.into_owned(), Kind::Bytes),
        (None, None) => return Err(crate::builtins::attribute::missing(&netloc, "rpartition")),
    })
}

/// A part of the location as it is: bytes need not be ASCII.
fn part(text: &[u8], kind: Kind) -> Value {
    if kind == Kind::Text { Value::text(text) } else { Value::bytes(text) }
}

/// The user, or the password.
fn user(a: &[Value], password: bool) -> R {
    let (netloc, kind) = netloc(a)?;
    let Some(at) = memchr::memrchr(b'@', &netloc) else { return Ok(Value::None) };
    let (name, secret) = cut(&netloc[..at], b':');
    Ok(if password { secret.map_or(Value::None, |secret| part(secret, kind)) } else { part(name, kind) })
}

/// Host and port of a location.
fn host_and_port(netloc: &[u8]) -> (&[u8], Option<&[u8]>) {
    let info = after_last(netloc, b'@');
    let (host, port) = match cut(info, b'[') {
        (_, Some(bracketed)) => {
            let (host, rest) = cut(bracketed, b']');
            (host, cut(rest.unwrap_or_default(), b':').1)
        }
        (_, None) => cut(info, b':'),
    };
    (host, port.filter(|port| !port.is_empty()))
}

fn hostname(_: &mut Cx<'_>, a: &[Value]) -> R {
    let (netloc, kind) = netloc(a)?;
    let (host, _) = host_and_port(&netloc);
    if host.is_empty() {
        return Ok(Value::None);
    }
    // The zone of an IPv6 address keeps its case.
    let zone = memchr::memchr(b'%', host).unwrap_or(host.len());
    let mut lower = if kind == Kind::Text { case::lower(&host[..zone])? } else { host[..zone].to_ascii_lowercase() };
    lower.extend_from_slice(&host[zone..]);
    Ok(part(&lower, kind))
}

fn port(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (netloc, kind) = netloc(a)?;
    let Some(port) = host_and_port(&netloc).1 else { return Ok(Value::None) };
    if !port.iter().all(u8::is_ascii_digit) {
        let shown = repr::repr(cx, &part(port, kind))?.to_display();
        return Err(value_error(format!("Port could not be cast to integer value as {shown}")));
    }
    let number = port.iter().try_fold(0u16, |n, digit| n.checked_mul(10)?.checked_add(u16::from(digit - b'0')));
    match number {
        Some(number) => Ok(Value::Int(i64::from(number))),
        None => Err(value_error("Port out of range 0-65535")),
    }
}
