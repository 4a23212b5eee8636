//! Path patterns of listeners and the order in which they match (flows part 3, section 2.3).
//!
//! A request path is cut at its slashes before anything is decoded, so an encoded slash stays inside its segment. A path
//! that can mean more than one place (`.`, `..`, control characters, broken percent escapes) matches no listener.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::params::SyntaxError;

/// A segment of a pattern. The order of the variants is the order of matching.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Variable(String),
    /// Zero or more segments; always the last.
    Rest,
}

/// A parsed pattern such as `/user/{id}/*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    segments: Vec<Segment>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn parse(text: &str) -> Result<Pattern, SyntaxError> {
        let Some(path) = text.strip_prefix('/') else {
            return Err(SyntaxError { message: "a path begins with /".into(), span: 0..text.len() });
        };
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = Vec::new();
        let mut end = 0;
        for part in path.split('/').filter(|_| !path.is_empty()) {
            let start = end + 1;
            end = start + part.len();
            let fail = |message: &str| Err(SyntaxError { message: message.into(), span: start..end });
            if segments.last() == Some(&Segment::Rest) {
                return fail("nothing can follow *: it stands for the rest of the path");
            }
            segments.push(match part {
                "*" => Segment::Rest,
                "" => return fail("a path has no empty segment"),
                _ if part.starts_with('{') && part.ends_with('}') => {
                    let name = part.trim_start_matches('{').trim_end_matches('}');
                    if !is_name(name) || part.len() != name.len() + 2 {
                        return fail("a variable is written {name}, with letters, digits and _");
                    }
                    let variable = Segment::Variable(name.to_owned());
                    if segments.contains(&variable) {
                        return fail("this variable occurs twice in the path");
                    }
                    variable
                }
                _ if part.contains(['{', '}', '*', '?', '#']) => {
                    return fail("a segment is a literal, one {variable}, or * at the end");
                }
                _ => match decode_segment(part) {
                    Some(literal) => Segment::Literal(literal.into_owned()),
                    None => return fail("this segment could never match: it is . or .., or a broken percent escape"),
                },
            });
        }
        Ok(Pattern { segments })
    }

    /// Whether the pattern has neither variables nor `*`, as a base path must.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.segments.iter().all(|segment| matches!(segment, Segment::Literal(_)))
    }

    /// The number of segments.
    #[must_use]
    pub fn len(&self) -> usize {
        self.segments.len()
    }

    /// Whether this is the pattern `/`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The values of the variables if the pattern matches all of the path.
    #[must_use]
    pub fn matches(&self, path: &[Cow<'_, str>]) -> Option<Vec<(String, String)>> {
        let mut variables = Vec::new();
        let mut rest = path.iter();
        for segment in &self.segments {
            match segment {
                Segment::Rest => return Some(variables),
                Segment::Literal(literal) => rest.next().filter(|part| **part == *literal).map(drop)?,
                Segment::Variable(name) => {
                    let value = rest.next().filter(|part| !part.is_empty())?;
                    variables.push((name.clone(), value.clone().into_owned()));
                }
            }
        }
        rest.next().is_none().then_some(variables)
    }

    /// What follows the pattern, when its literal segments begin the path.
    #[must_use]
    pub fn strip<'a, 'p>(&self, path: &'a [Cow<'p, str>]) -> Option<&'a [Cow<'p, str>]> {
        let (head, rest) = path.split_at_checked(self.segments.len())?;
        let same = |(segment, part): (&Segment, &Cow<'_, str>)| matches!(segment, Segment::Literal(own) if own == part);
        self.segments.iter().zip(head).all(same).then_some(rest)
    }

    /// `Less` if this pattern is asked before the other: literals before variables before `*`.
    #[must_use]
    pub fn precedence(&self, other: &Pattern) -> Ordering {
        let rank = |segment: &Segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Variable(_) => 1,
            Segment::Rest => 2,
        };
        self.segments.iter().map(rank).cmp(other.segments.iter().map(rank))
    }

    /// Whether both patterns match exactly the same paths, so that only their order decides (FLW015).
    #[must_use]
    pub fn same_paths(&self, other: &Pattern) -> bool {
        let same = |pair: (&Segment, &Segment)| match pair {
            (Segment::Variable(_), Segment::Variable(_)) => true,
            (left, right) => left == right,
        };
        self.len() == other.len() && self.segments.iter().zip(&other.segments).all(same)
    }
}

fn is_name(text: &str) -> bool {
    let head = text.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_');
    head && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// The decoded segments of a request path as sent (without its query). One trailing slash is ignored. `None` for a path
/// that no listener may serve.
#[must_use]
pub fn split(path: &str) -> Option<Vec<Cow<'_, str>>> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    path.split('/').map(decode_segment).collect()
}

/// A segment without percent escapes; `None` if it is ambiguous.
fn decode_segment(segment: &str) -> Option<Cow<'_, str>> {
    let decoded = if segment.contains('%') { percent_decode(segment)?.into() } else { Cow::Borrowed(segment) };
    let plain = !matches!(&*decoded, "." | "..") && !decoded.contains(char::is_control);
    plain.then_some(decoded)
}

/// A text without percent escapes; `None` for a broken escape or bytes that are not UTF-8.
#[must_use]
pub fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|digit| char::from(*digit).to_digit(16));
        bytes.push(if *byte == b'%' { u8::try_from(digit()? * 16 + digit()?).ok()? } else { *byte });
    }
    String::from_utf8(bytes).ok()
}

/// The decoded pairs of a query string, in order; `+` is a blank. What cannot be decoded stays as it was sent.
#[must_use]
pub fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let blanks = text.replace('+', " ");
        percent_decode(&blanks).unwrap_or(blanks)
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(pattern: &str, path: &str) -> Option<String> {
        let variables = Pattern::parse(pattern).unwrap().matches(&split(path)?)?;
        Some(variables.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn matching() {
        for (pattern, path, variables) in [
            ("/", "/", Some("")),
            ("/", "/a", None),
            ("/a", "/a/", Some("")),
            ("/a", "/a//", None),
            ("/a b", "/a%20b", Some("")),
            ("/a%20b", "/a%20b", Some("")),
            ("/A", "/a", None),
            ("/user/{userId}/*", "/user/123", Some("userId=123")),
            ("/user/{userId}/*", "/user/123/a/b", Some("userId=123")),
            ("/user/{userId}/*", "/user", None),
            ("/user/{userId}", "/user/", None),
            ("/user/{id}/x", "/user//x", None),
            ("/f/{name}", "/f/a%2Fb", Some("name=a/b")),
            ("/f/{name}", "/f/%E4%BD%A0", Some("name=你")),
            ("/*", "/", Some("")),
            ("/*", "/a/../b", None),
            ("/*", "/a/%2e%2E/b", None),
            ("/*", "/a/%00", None),
            ("/*", "/a/%zz", None),
            ("/*", "/a/%4", None),
            ("/*", "/a/%ff", None),
            ("/*", "*", None),
        ] {
            assert_eq!(matched(pattern, path).as_deref(), variables, "{pattern} {path}");
        }
    }

    #[test]
    fn order_of_matching() {
        let mut patterns =
            ["/*", "/a/*", "/{x}", "/{x}/b", "/a", "/a/{y}", "/a/b"].map(|text| (text, Pattern::parse(text)));
        patterns.sort_by(|(_, left), (_, right)| left.as_ref().unwrap().precedence(right.as_ref().unwrap()));
        let sorted = patterns.map(|(text, _)| text);
        assert_eq!(sorted, ["/a", "/a/b", "/a/{y}", "/a/*", "/{x}", "/{x}/b", "/*"]);
        let same = |left, right| Pattern::parse(left).unwrap().same_paths(&Pattern::parse(right).unwrap());
        assert!(same("/a/{x}", "/a/{y}") && !same("/a/{x}", "/b/{x}") && !same("/a", "/a/*"));
    }

    #[test]
    fn mistakes_are_placed() {
        for (text, message, span) in [
            ("a", "a path begins with /", 0..1),
            ("/a/*/b", "nothing can follow *: it stands for the rest of the path", 5..6),
            ("/a//b", "a path has no empty segment", 3..3),
            ("/{a b}", "a variable is written {name}, with letters, digits and _", 1..6),
            ("/{a}/{a}", "this variable occurs twice in the path", 5..8),
            ("/x{a}", "a segment is a literal, one {variable}, or * at the end", 1..5),
            ("/..", "this segment could never match: it is . or .., or a broken percent escape", 1..3),
        ] {
            assert_eq!(Pattern::parse(text), Err(SyntaxError { message: message.into(), span }), "{text}");
        }
    }

    #[test]
    fn base_paths_and_queries() {
        let path = split("/api/v1/x").unwrap();
        assert_eq!(Pattern::parse("/api/v1").unwrap().strip(&path), Some(&[Cow::Borrowed("x")][..]));
        assert_eq!(Pattern::parse("/ap").unwrap().strip(&path), None);
        let pairs = query_pairs("a=1&b=%26+x&a=&c&%zz=1");
        let expected = [("a", "1"), ("b", "& x"), ("a", ""), ("c", ""), ("%zz", "1")];
        assert!(pairs.iter().map(|(key, value)| (&**key, &**value)).eq(expected));
    }
}
