//! The first difference between what was expected and what there is, with its path.
//!
//! Equality is that of [`Document`]: dicts without order, numbers by value, a bool is no int, an Entity by its value where
//! something else was expected.

use std::fmt::Write as _;

use dataway_lang::Document;

/// Most characters of a shown value.
const LONGEST: usize = 200;

/// What is said about the first difference; `None` if there is none. `path` says where the values come from.
#[must_use]
pub fn difference(path: &str, expected: &Document, actual: &Document) -> Option<String> {
    stacker::maybe_grow(64 << 10, 1 << 20, || differ(path, expected, actual))
}

fn differ(path: &str, expected: &Document, actual: &Document) -> Option<String> {
    if expected == actual {
        return None;
    }
    match (expected, actual) {
        (Document::Entity(_), _) | (_, Document::Entity(_)) => match (expected.entity_value(), actual.entity_value()) {
            (Ok(wanted), Ok(found)) => {
                difference(path, &wanted, &found).or_else(|| Some(plainly(path, expected, actual)))
            }
            (_, Err(reason)) => Some(format!("{path} cannot be read: {reason}")),
            (Err(reason), _) => Some(format!("what was expected of {path} cannot be read: {reason}")),
        },
        (Document::Dict(wanted), Document::Dict(found)) => named(path, expected, actual).or_else(|| {
            let extra = found.iter().find(|(key, _)| !wanted.iter().any(|(known, _)| known == *key));
            extra.map(|(key, value)| format!("{path} has the unexpected key {}: {}", show(key), show(value)))
        }),
        (Document::List(wanted), Document::List(found)) => {
            let pairs = wanted.iter().zip(found.iter()).enumerate();
            let inside =
                pairs.into_iter().find_map(|(n, (wanted, found))| difference(&format!("{path}[{n}]"), wanted, found));
            inside.or_else(|| {
                let (more, kind) = match (found.get(wanted.len()), wanted.get(found.len())) {
                    (Some(extra), _) => (extra, "one more is"),
                    (_, Some(missing)) => (missing, "missing is"),
                    _ => return Some(plainly(path, expected, actual)),
                };
                let (wanted, found) = (wanted.len(), found.len());
                Some(format!("{path} has {found} elements, not {wanted}: {kind} {}", show(more)))
            })
        }
        _ => Some(plainly(path, expected, actual)),
    }
}

/// The first difference among the keys that `expected` names; other keys do not count. `None` too if there are no keys.
#[must_use]
pub fn named(path: &str, expected: &Document, actual: &Document) -> Option<String> {
    let Document::Dict(wanted) = expected else { return difference(path, expected, actual) };
    wanted.iter().find_map(|(key, wanted)| {
        let path = format!("{path}[{}]", show(key));
        let found = match (actual, key.as_str()) {
            (Document::MultiMap(_), Some(key)) => match actual.get_all(key) {
                [] => None,
                [one] => Some(one.clone()),
                several => Some(Document::list(several.to_vec())),
            },
            (Document::Dict(dict), _) => dict.iter().find(|(known, _)| *known == key).map(|(_, value)| value.clone()),
            _ => None,
        };
        match found {
            Some(found) => difference(&path, wanted, &found),
            None => Some(format!("{path} is missing, expected {}", show(wanted))),
        }
    })
}

fn plainly(path: &str, expected: &Document, actual: &Document) -> String {
    let (wanted, found) = (show(expected), show(actual));
    let typed = |shown: &str, document: &Document| format!("{shown} ({})", document.type_name());
    if wanted == found || matches!(expected, Document::Bool(_)) != matches!(actual, Document::Bool(_)) {
        return format!("{path}: expected {}, got {}", typed(&wanted, expected), typed(&found, actual));
    }
    let mut said = format!("{path}: expected {wanted}, got {found}");
    if let (Some(wanted), Some(found)) = (expected.as_str(), actual.as_str()) {
        point_at(&mut said, wanted, found);
    }
    said
}

/// Says where two long texts begin to differ.
fn point_at(said: &mut String, wanted: &str, found: &str) {
    if wanted.chars().count().max(found.chars().count()) <= LONGEST / 4 {
        return;
    }
    let at = wanted.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.chars().skip(at.saturating_sub(10)).take(40).collect::<String>();
    let _ = write!(said, "; they differ from character {at}: {:?}, {:?}", around(wanted), around(found));
}

/// A value on one line, for people.
#[must_use]
pub fn show(document: &Document) -> String {
    let text = match document {
        Document::None => "None".to_owned(),
        Document::Bool(true) => "True".to_owned(),
        Document::Bool(false) => "False".to_owned(),
        Document::Bytes(bytes) => format!("<{} bytes>", bytes.len()),
        Document::Short(_) | Document::Text(_) => {
            let text = String::from_utf8_lossy(document.text_bytes().unwrap_or_default()).into_owned();
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
        }
        other => match other.to_json(false) {
            Ok(json) => String::from_utf8_lossy(&json).into_owned(),
            Err(_) => format!("{other:?}"),
        },
    };
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Document {
        Document::from_json(text).unwrap()
    }

    #[test]
    fn the_first_difference_has_its_path() {
        for (expected, actual, said) in [
            ("1", "1.0", None),
            (r#"{"a": 1, "b": 2}"#, r#"{"b": 2, "a": 1}"#, None),
            ("true", "1", Some("payload: expected True (bool), got 1 (int)")),
            (r#""2""#, "2", Some("payload: expected '2', got 2")),
            (r#"{"a": [1, {"b": 2}]}"#, r#"{"a": [1, {"b": 3}]}"#, Some("payload['a'][1]['b']: expected 2, got 3")),
            (r#"{"a": 1, "b": 2}"#, r#"{"a": 1}"#, Some("payload['b'] is missing, expected 2")),
            (r#"{"a": 1}"#, r#"{"a": 1, "c": [2]}"#, Some("payload has the unexpected key 'c': [2]")),
            ("[1, 2]", "[1]", Some("payload has 1 elements, not 2: missing is 2")),
            ("[1]", "[1, 9]", Some("payload has 2 elements, not 1: one more is 9")),
            ("[]", "{}", Some("payload: expected [], got {}")),
            ("null", "0", Some("payload: expected None, got 0")),
        ] {
            assert_eq!(difference("payload", &json(expected), &json(actual)).as_deref(), said, "{expected} {actual}");
        }
    }

    #[test]
    fn an_entity_is_compared_by_its_value() {
        let entity = |text: &str, mime: &str| Document::entity(text.as_bytes(), mime, "utf-8");
        let actual = entity(r#"{"a": 1}"#, "application/json");
        assert_eq!(difference("payload", &json(r#"{"a": 1}"#), &actual), None);
        let said = difference("payload", &json(r#"{"a": 2}"#), &actual);
        assert_eq!(said.as_deref(), Some("payload['a']: expected 2, got 1"));
        assert_eq!(difference("payload", &entity(r#"{"a":1}"#, "application/json"), &actual), None);
        let torn = difference("payload", &json("1"), &entity("{", "application/json")).unwrap();
        assert!(torn.starts_with("payload cannot be read: "), "{torn}");
    }

    #[test]
    fn only_named_keys_count_where_that_is_wanted() {
        let actual = json(r#"{"a": 1, "b": {"c": 2, "d": 3}}"#);
        assert_eq!(named("variables", &json(r#"{"a": 1}"#), &actual), None);
        let said = named("variables", &json(r#"{"b": {"c": 2}}"#), &actual);
        assert_eq!(said.as_deref(), Some("variables['b'] has the unexpected key 'd': 3"));
        assert_eq!(
            named("variables", &json(r#"{"z": 1}"#), &Document::None).as_deref(),
            Some("variables['z'] is missing, expected 1")
        );
    }

    #[test]
    fn long_texts_say_where_they_part() {
        let (one, other) = ("x".repeat(150) + "a", "x".repeat(150) + "b");
        let said = difference("payload", &one.as_str().into(), &other.as_str().into()).unwrap();
        assert!(said.ends_with(r#"they differ from character 150: "xxxxxxxxxxa", "xxxxxxxxxxb""#), "{said}");
    }
}
