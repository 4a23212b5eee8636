//! The formats of JSON Schema (draft 2020-12, section 7.3), for hosts that assert them.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::modules::re::engine::Pattern;
use crate::value::civil::{parse_date, parse_datetime, parse_time};

/// Whether a text has a format; `None` for formats that are not known, which say nothing.
#[must_use]
pub fn fits(format: &str, text: &str) -> Option<bool> {
    Some(match format {
        "date-time" => is_date_time(text),
        "date" => is_date(text),
        "time" => is_time(text),
        "duration" => is_duration(text),
        "email" | "idn-email" => is_email(text, format == "idn-email"),
        "hostname" => is_host(text, false),
        "idn-hostname" => is_host(text, true),
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "uri" | "iri" => scheme(text).is_some() && is_reference(text, format == "iri"),
        "uri-reference" | "iri-reference" => is_reference(text, format == "iri-reference"),
        "uuid" => is_uuid(text),
        "json-pointer" => is_pointer(text),
        "relative-json-pointer" => is_relative_pointer(text),
        "regex" => Pattern::compile(text.as_bytes(), true, 0).is_ok(),
        _ => return None,
    })
}

fn is_date(text: &str) -> bool {
    let shape = |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(shape) && parse_date(text.as_bytes()).is_ok()
}

/// RFC 3339: a date, `T`, and a time with its offset.
fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    is_date(date) && is_time(time) && parse_datetime(leap(text).as_bytes()).is_ok()
}

/// A time whose leap second is an ordinary one: the calendar knows no second 60.
fn leap(text: &str) -> String {
    text.replacen(":60", ":59", 1)
}

fn is_time(text: &str) -> bool {
    let offset = text.ends_with(['Z', 'z']) || {
        let sign = text.len().checked_sub(6).and_then(|at| text.get(at..)).unwrap_or_default();
        sign.starts_with(['+', '-']) && sign.get(3..4) == Some(":")
    };
    let seconds = text.get(2..3) == Some(":") && text.get(5..6) == Some(":");
    offset && seconds && parse_time(leap(text).replace('z', "Z").as_bytes()).is_ok()
}

/// ISO 8601 as RFC 3339 appendix A has it: `P3DT4H`, `P2W`.
fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return false,
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    if date.is_empty() && time.is_empty() {
        return false;
    }
    let fits = |text: &str, units: &str| {
        let (mut left, mut units) = (text, units.chars());
        while !left.is_empty() {
            let digits = left.bytes().take_while(u8::is_ascii_digit).count();
            let (Some(unit), true) = (left.get(digits..).and_then(|rest| rest.chars().next()), digits > 0) else {
                return false;
            };
            if !units.any(|known| known == unit) {
                return false;
            }
            left = left.get(digits + 1..).unwrap_or_default();
        }
        true
    };
    (fits(date, "YMD") || (time.is_empty() && fits(date, "W"))) && fits(time, "HMS")
}

fn is_email(text: &str, international: bool) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let atom =
        |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (international && !c.is_ascii());
    let plain = local.split('.').all(|part| !part.is_empty() && part.chars().all(atom));
    let literal = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']'));
    let host = match literal {
        Some(address) => match address.strip_prefix("IPv6:") {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => address.parse::<Ipv4Addr>().is_ok(),
        },
        None => is_host(domain, international),
    };
    (quoted || plain) && local.len() <= 64 && host
}

fn is_host(text: &str, international: bool) -> bool {
    let label = |label: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || (international && c.is_alphanumeric());
        (1..=63).contains(&label.len()) && label.chars().all(fits) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// The scheme of an absolute URI.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let rest = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    (scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(rest)).then_some(scheme)
}

/// The characters of RFC 3986, percent signs with two digits behind them, at most one `#`.
fn is_reference(text: &str, international: bool) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let escapes = text
        .split('%')
        .skip(1)
        .all(|rest| rest.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)));
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    text.chars().all(|c| plain(c) || (international && !c.is_ascii() && !c.is_control()))
        && escapes
        && text.matches('#').count() <= 1
        && (!first.contains(':') || scheme(text).is_some())
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let mut parts = text.split('-');
    let fits = lengths.iter().all(|len| {
        parts.next().is_some_and(|part| part.len() == *len && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    fits && parts.next().is_none()
}

fn is_pointer(text: &str) -> bool {
    (text.is_empty() || text.starts_with('/')) && text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

fn is_relative_pointer(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    digits > 0 && (number == "0" || !number.starts_with('0')) && (rest == "#" || is_pointer(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_accepts_and_refuses() {
        for (format, good, bad) in [
            (
                "date-time",
                &["2024-02-29T12:30:00Z", "1990-12-31T23:59:60Z", "2024-01-01t00:00:00.5+08:00"][..],
                &["2024-02-30T12:30:00Z", "2024-02-29 12:30:00Z", "2024-02-29T12:30:00", "2024-02-29T12:30Z"][..],
            ),
            ("date", &["2024-02-29"], &["2023-02-29", "20240229", "2024-W01-1"]),
            ("time", &["12:30:00Z", "12:30:00.25-05:30"], &["12:30:00", "24:00:00Z", "12:30Z"]),
            ("duration", &["P3DT4H", "P2W", "PT0S", "P1Y2M3D"], &["P", "PT", "P1H", "3D", "P1M1Y", "P1W2D"]),
            ("email", &["a.b+c@example.org", "\"a b\"@x.de", "a@[127.0.0.1]"], &["a@", "@b", "a..b@c.de", "a b@c.de"]),
            ("idn-email", &["ä@ö.de"], &["ä"]),
            ("hostname", &["example.org", "a-b.c"], &["-a", "a_b", "a..b", ""]),
            ("ipv4", &["127.0.0.1"], &["127.0.0", "256.0.0.1", "01.2.3.4"]),
            ("ipv6", &["::1", "2001:db8::7"], &["::g", "1::2::3"]),
            ("uri", &["https://a.b/c?d=%20#e", "urn:x:y"], &["/relative", "http://a b", "http://%zz", "1x:y"]),
            ("uri-reference", &["/relative", "", "#x"], &["a b", "\\x"]),
            ("iri", &["https://ö.de/ä"], &["ä ö"]),
            (
                "uuid",
                &["123e4567-e89b-12d3-a456-426614174000"],
                &["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"],
            ),
            ("json-pointer", &["", "/a~1b/0"], &["a", "/~2"]),
            ("relative-json-pointer", &["0#", "12/a"], &["01", "/a", "-1"]),
            ("regex", &["^a+$"], &["(", "[z-a]"]),
        ] {
            for text in good {
                assert_eq!(fits(format, text), Some(true), "{format} {text}");
            }
            for text in bad {
                assert_eq!(fits(format, text), Some(false), "{format} {text}");
            }
        }
        assert_eq!(fits("colour", "red"), None);
    }
}
