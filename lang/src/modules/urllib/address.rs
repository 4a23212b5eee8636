//! Taking addresses apart and putting them together, as CPython does: RFC 3986 with allowances.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::coerce::{Kind, coerce};
use super::results::{self, Address, Parsed};
use crate::builtins::{iterate, truth};
use crate::value::exceptions::value_error;
use crate::value::format::quote;
use crate::value::interrupt::checkpoint;
use crate::value::unicode::normal::{Form, normalize};
use crate::value::{Cx, R, Value};

/// Schemes of addresses that can be relative.
const RELATIVE: [&str; 20] = [
    "", "ftp", "http", "gopher", "nntp", "imap", "wais", "file", "https", "shttp", "mms", "prospero", "rtsp", "rtsps",
    "rtspu", "sftp", "svn", "svn+ssh", "ws", "wss",
];

/// Schemes of addresses with a network location.
const NETLOC: [&str; 26] = [
    "", "ftp", "http", "gopher", "nntp", "telnet", "imap", "wais", "file", "mms", "https", "shttp", "snews",
    "prospero", "rtsp", "rtsps", "rtspu", "rsync", "svn", "svn+ssh", "sftp", "nfs", "git", "git+ssh", "ws", "wss",
];

/// Schemes of addresses with parameters.
const PARAMS: [&str; 16] = [
    "", "ftp", "hdl", "prospero", "http", "imap", "https", "shttp", "rtsp", "rtsps", "rtspu", "sip", "sips", "mms",
    "sftp", "tel",
];

fn among(schemes: &[&str], scheme: &[u8]) -> bool {
    schemes.iter().any(|known| known.as_bytes() == scheme)
}

/// Splits at the first `byte`, which goes with neither part.
pub(super) fn cut(text: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(byte, text) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// What stands behind the last `byte`, or the whole text.
pub(super) fn after_last(text: &[u8], byte: u8) -> &[u8] {
    memchr::memrchr(byte, text).map_or(text, |at| &text[at + 1..])
}

fn is_control_or_space(byte: &u8) -> bool {
    *byte <= b' '
}

fn without_line_ends(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| !matches!(byte, b'\t' | b'\r' | b'\n')).collect()
}

/// Takes an address apart.
fn split(url: &[u8], scheme: &[u8], fragments: bool) -> R<Address> {
    checkpoint(url.len() as u64)?;
    let start = url.iter().take_while(|byte| is_control_or_space(byte)).count();
    let url = without_line_ends(&url[start..]);
    let mut rest = &url[..];
    let scheme_end = scheme.iter().rposition(|byte| !is_control_or_space(byte)).map_or(0, |at| at + 1);
    let scheme_start = scheme[..scheme_end].iter().take_while(|byte| is_control_or_space(byte)).count();
    let mut made = Address { scheme: without_line_ends(&scheme[scheme_start..scheme_end]), ..Address::default() };
    let in_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    if let (head, Some(tail)) = cut(rest, b':')
        && head.first().is_some_and(u8::is_ascii_alphabetic)
        && head.iter().all(in_scheme)
    {
        made.scheme = head.to_ascii_lowercase();
        rest = tail;
    }
    if let Some(after) = rest.strip_prefix(b"//") {
        let end = after.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(after.len());
        made.netloc = after[..end].to_vec();
        rest = &after[end..];
        check_brackets(&made.netloc)?;
    }
    if fragments && let (head, Some(fragment)) = cut(rest, b'#') {
        made.fragment = fragment.to_vec();
        rest = head;
    }
    if let (head, Some(query)) = cut(rest, b'?') {
        made.query = query.to_vec();
        rest = head;
    }
    made.path = rest.to_vec();
    check_normalization(&made.netloc)?;
    Ok(made)
}

/// Brackets belong around an IPv6 address.
fn check_brackets(netloc: &[u8]) -> R<()> {
    let (open, close) = (memchr::memchr(b'[', netloc), memchr::memchr(b']', netloc));
    if open.is_some() != close.is_some() {
        return Err(value_error("Invalid IPv6 URL"));
    }
    let Some(open) = open else { return Ok(()) };
    let (host, _) = cut(&netloc[open + 1..], b']');
    if let Some(future) = host.strip_prefix(b"v") {
        let (version, address) = cut(future, b'.');
        let hex = !version.is_empty() && version.iter().all(u8::is_ascii_hexdigit);
        let named = address.is_some_and(|address| !address.is_empty() && !address.contains(&b'\n'));
        return if hex && named { Ok(()) } else { Err(value_error("IPvFuture address is invalid")) };
    }
    let text = String::from_utf8_lossy(host);
    if text.parse::<Ipv4Addr>().is_ok() {
        return Err(value_error("An IPv4 address cannot be in brackets"));
    }
    let (address, scope) = text.split_once('%').map_or((&*text, None), |(address, scope)| (address, Some(scope)));
    let scope_is_fine = scope.is_none_or(|scope| !scope.is_empty() && !scope.contains('%'));
    if scope_is_fine && address.parse::<Ipv6Addr>().is_ok() {
        return Ok(());
    }
    let shown = quote::repr(host)?;
    let shown = String::from_utf8_lossy(&shown);
    Err(value_error(format!("{shown} does not appear to be an IPv4 or IPv6 address")))
}

/// No character of the location may become one that separates parts.
fn check_normalization(netloc: &[u8]) -> R<()> {
    if netloc.is_ascii() {
        return Ok(());
    }
    let plain: Vec<u8> = netloc.iter().copied().filter(|byte| !matches!(byte, b'@' | b':' | b'#' | b'?')).collect();
    let normal = normalize(&plain, Form::Nfkc)?;
    if normal != plain && normal.iter().any(|byte| matches!(byte, b'/' | b'?' | b'#' | b'@' | b':')) {
        let netloc = String::from_utf8_lossy(netloc);
        return Err(value_error(format!("netloc '{netloc}' contains invalid characters under NFKC normalization")));
    }
    Ok(())
}

/// Takes an address apart, with the parameters of its last path element.
fn parse(url: &[u8], scheme: &[u8], fragments: bool) -> R<Parsed> {
    let mut address = split(url, scheme, fragments)?;
    let mut params = Vec::new();
    if among(&PARAMS, &address.scheme) {
        let last = memchr::memrchr(b'/', &address.path).unwrap_or(0);
        if let Some(at) = memchr::memchr(b';', &address.path[last..]) {
            params = address.path[last + at + 1..].to_vec();
            address.path.truncate(last + at);
        }
    }
    Ok(Parsed { address, params })
}

/// Puts an address together.
fn unsplit(address: &Address) -> Vec<u8> {
    let mut url = Vec::new();
    if !address.scheme.is_empty() {
        url.extend_from_slice(&address.scheme);
        url.push(b':');
    }
    let known = !address.scheme.is_empty() && among(&NETLOC, &address.scheme) && !address.path.starts_with(b"//");
    if !address.netloc.is_empty() || known {
        url.extend_from_slice(b"//");
        url.extend_from_slice(&address.netloc);
        if !address.path.is_empty() && !address.path.starts_with(b"/") {
            url.push(b'/');
        }
    }
    url.extend_from_slice(&address.path);
    for (mark, part) in [(b'?', &address.query), (b'#', &address.fragment)] {
        if !part.is_empty() {
            url.push(mark);
            url.extend_from_slice(part);
        }
    }
    url
}

/// The same with parameters.
fn unparse(parsed: &Parsed) -> Vec<u8> {
    let mut address = parsed.address.clone();
    if !parsed.params.is_empty() {
        address.path.push(b';');
        address.path.extend_from_slice(&parsed.params);
    }
    unsplit(&address)
}

pub(super) fn urlsplit(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (texts, kind) = coerce(cx, &[&a[0], &a[1]])?;
    let fragments = truth(cx, &a[2])?;
    results::of_address(&split(&texts[0], &texts[1], fragments)?, kind)
}

pub(super) fn urlparse(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (texts, kind) = coerce(cx, &[&a[0], &a[1]])?;
    let fragments = truth(cx, &a[2])?;
    results::of_parsed(&parse(&texts[0], &texts[1], fragments)?, kind)
}

/// The components of an argument, of which there must be `count`.
fn components(cx: &mut Cx<'_>, value: &Value, count: usize) -> R<(Vec<Vec<u8>>, Kind)> {
    let parts = iterate::collect(cx, value)?;
    // CPython unpacks them together with the function for the result.
    if parts.len() < count {
        return Err(value_error(format!(
            "not enough values to unpack (expected {}, got {})",
            count + 1,
            parts.len() + 1
        )));
    }
    if parts.len() > count {
        return Err(value_error(format!("too many values to unpack (expected {})", count + 1)));
    }
    let parts: Vec<&Value> = parts.iter().collect();
    coerce(cx, &parts)
}

pub(super) fn urlunsplit(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (texts, kind) = components(cx, &a[0], 5)?;
    let [scheme, netloc, path, query, fragment] = <[Vec<u8>; 5]>::try_from(texts).unwrap_or_default();
    kind.value(&unsplit(&Address { scheme, netloc, path, query, fragment }))
}

pub(super) fn urlunparse(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (texts, kind) = components(cx, &a[0], 6)?;
    let [scheme, netloc, path, params, query, fragment] = <[Vec<u8>; 6]>::try_from(texts).unwrap_or_default();
    kind.value(&unparse(&Parsed { address: Address { scheme, netloc, path, query, fragment }, params }))
}

pub(super) fn urldefrag(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (texts, kind) = coerce(cx, &[&a[0]])?;
    let url = &texts[0];
    if !url.contains(&b'#') {
        return results::of_defrag(url, b"", kind);
    }
    let mut parsed = parse(url, b"", true)?;
    let fragment = std::mem::take(&mut parsed.address.fragment);
    results::of_defrag(&unparse(&parsed), &fragment, kind)
}

pub(super) fn urljoin(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if !truth(cx, &a[0])? {
        return Ok(a[1].clone());
    }
    if !truth(cx, &a[1])? {
        return Ok(a[0].clone());
    }
    let (texts, kind) = coerce(cx, &[&a[0], &a[1]])?;
    let fragments = truth(cx, &a[2])?;
    let base = parse(&texts[0], b"", fragments)?;
    let mut parsed = parse(&texts[1], &base.address.scheme, fragments)?;
    let target = &mut parsed.address;
    if target.scheme != base.address.scheme || !among(&RELATIVE, &target.scheme) {
        return kind.value(&texts[1]);
    }
    if among(&NETLOC, &target.scheme) {
        if !target.netloc.is_empty() {
            return kind.value(&unparse(&parsed));
        }
        target.netloc.clone_from(&base.address.netloc);
    }
    if target.path.is_empty() && parsed.params.is_empty() {
        target.path.clone_from(&base.address.path);
        parsed.params.clone_from(&base.params);
        if target.query.is_empty() {
            target.query.clone_from(&base.address.query);
        }
        return kind.value(&unparse(&parsed));
    }
    target.path = resolve(&base.address.path, &target.path);
    kind.value(&unparse(&parsed))
}

/// A path relative to another, with `.` and `..` resolved (RFC 3986, section 5.2).
fn resolve(base: &[u8], path: &[u8]) -> Vec<u8> {
    let mut segments: Vec<&[u8]> = Vec::new();
    if !path.starts_with(b"/") {
        segments.extend(base.split(|byte| *byte == b'/'));
        // The last element of the base is no directory.
        if segments.last().is_some_and(|last| !last.is_empty()) {
            segments.pop();
        }
    }
    let relative = !path.starts_with(b"/");
    segments.extend(path.split(|byte| *byte == b'/'));
    let last = segments.len().saturating_sub(1);
    let mut resolved: Vec<&[u8]> = Vec::new();
    for (n, segment) in segments.iter().enumerate() {
        match *segment {
            // Empty elements inside would give double slashes.
            b"" if relative && n > 0 && n < last => {}
            b".." => drop(resolved.pop()),
            b"." => {}
            other => resolved.push(other),
        }
    }
    if segments.last().is_some_and(|segment| matches!(*segment, b"." | b"..")) {
        resolved.push(b"");
    }
    let joined = resolved.join(&b'/');
    if joined.is_empty() { b"/".to_vec() } else { joined }
}

/// The address that the parts of a result describe.
///
/// # Errors
/// As [`urlunsplit`].
pub(super) fn get_url(cx: &mut Cx<'_>, parts: &Value) -> R {
    match parts {
        Value::Tuple(tuple) if tuple.items.len() == 6 => urlunparse(cx, std::slice::from_ref(parts)),
        _ => urlunsplit(cx, std::slice::from_ref(parts)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart_and_put_together() {
        for (url, scheme, netloc, path, params, again) in [
            ("HTTP://u@H:1/a/b;p?q#f", "http", "u@H:1", "/a/b", "p", "http://u@H:1/a/b;p?q#f"),
            ("mailto:a@b", "mailto", "", "a@b", "", "mailto:a@b"),
            ("//h", "", "h", "", "", "//h"),
            ("a;b/c;d", "", "", "a;b/c", "d", "a;b/c;d"),
            (" \u{1}x:\ty", "x", "", "y", "", "x:y"),
            ("1x://h", "", "", "1x://h", "", "1x://h"),
        ] {
            let parsed = parse(url.as_bytes(), b"", true).expect("well-formed");
            let part = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
            let address = &parsed.address;
            let parts = [&address.scheme, &address.netloc, &address.path, &parsed.params].map(|p| part(p));
            assert_eq!(parts, [scheme, netloc, path, params], "{url}");
            assert_eq!(part(&unparse(&parsed)), again);
        }
        assert!(split(b"http://[::1", b"", true).is_err() && split(b"http://[x]/", b"", true).is_err());
        assert!(split(b"http://[fe80::1%eth0]/", b"", true).is_ok());
    }

    #[test]
    fn paths_are_resolved() {
        for (base, path, resolved) in [
            ("/b/c/d", "../g", "/b/g"),
            ("/b/c/d", "../../../g", "g"),
            ("/b/c/d", "./", "/b/c/"),
            ("/b/c/d", "..", "/b/"),
            ("", "g", "/g"),
            ("/a//b", "c//d", "/a/c/d"),
            ("/x", "/a//b", "/a//b"),
        ] {
            assert_eq!(String::from_utf8_lossy(&resolve(base.as_bytes(), path.as_bytes())), resolved, "{base} {path}");
        }
    }
}
