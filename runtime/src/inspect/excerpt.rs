//! Messages as texts for people: the first part of each value, without secrets.
//!
//! A value is written only as far as it is kept, whatever its size. Bytes that are no text are told by their number: a secret in
//! them could not be found.

use dataway_lang::Document;
use dataway_lang::document;
use serde_json::{Map, Value, json};

use crate::message::Message;
use crate::model::Redactor;

/// Most bytes that are kept of one part of a message (part 4, section 4).
pub const MOST: usize = 64 << 10;

/// The parts of a message: `payload`, `attributes`, `variables`, and `error` while one is handled.
#[must_use]
pub fn message(message: &Message, redactor: &Redactor) -> Value {
    let mut parts = Map::new();
    for (name, part) in
        [("payload", message.payload()), ("attributes", message.attributes()), ("variables", message.variables())]
    {
        // None stands for a dict of nothing, except as payload.
        let is_empty = part.is_none() && name != "payload";
        let shown = if is_empty { value(&Document::dict([]), redactor) } else { value(part, redactor) };
        parts.insert(name.to_owned(), shown);
    }
    if !message.error().is_none() {
        parts.insert("error".to_owned(), value(message.error(), redactor));
    }
    Value::Object(parts)
}

/// A value: its `type`, its `text` (the text of a str or an Entity as it is, everything else in JSON), and `cut: true` if there
/// is more of it. An Entity has its `mime-type` and `size` in bytes too.
#[must_use]
pub fn value(value: &Document, redactor: &Redactor) -> Value {
    let mut shown = json!({"type": value.type_name()});
    let (text, is_cut) = match value {
        Document::None | Document::Stream(_) => return shown,
        Document::Entity(entity) => {
            shown["mime-type"] = json!(&*entity.mime_type);
            shown["size"] = json!(entity.bytes.len());
            if !is_textual(entity) {
                return shown;
            }
            cut(&entity.bytes, MOST, redactor)
        }
        Document::Bytes(bytes) => {
            shown["size"] = json!(bytes.len());
            return shown;
        }
        Document::Short(_) | Document::Text(_) => cut(value.text_bytes().unwrap_or_default(), MOST, redactor),
        other => {
            let mut writer = Writer { text: String::new(), redactor };
            writer.value(other);
            let is_cut = writer.is_full();
            writer.text.truncate(writer.text.floor_char_boundary(MOST));
            (writer.text, is_cut)
        }
    };
    shown["text"] = json!(text);
    if is_cut {
        shown["cut"] = json!(true);
    }
    shown
}

/// Is the body a text of which the first part can be shown: in UTF-8, as far as it is looked at?
fn is_textual(entity: &document::Entity) -> bool {
    let start = entity.bytes.get(..MOST).unwrap_or(&entity.bytes);
    // The last character may be cut.
    std::str::from_utf8(start).map_or_else(|error| start.len() - error.valid_up_to() < 4, |_| true)
}

/// The first bytes of a text without secrets, and whether there are more. A secret at the end is not cut in two before it is
/// looked for.
fn cut(bytes: &[u8], most: usize, redactor: &Redactor) -> (String, bool) {
    let looked_at = most.saturating_add(redactor.longest()).saturating_add(4);
    let text = String::from_utf8_lossy(bytes.get(..looked_at).unwrap_or(bytes));
    let mut text = redactor.redact(&text).into_owned();
    let is_cut = text.len() > most || bytes.len() > looked_at;
    text.truncate(text.floor_char_boundary(most));
    (text, is_cut)
}

/// Writes a value as JSON until it is full.
struct Writer<'a> {
    text: String,
    redactor: &'a Redactor,
}

impl Writer<'_> {
    fn is_full(&self) -> bool {
        self.text.len() > MOST
    }

    fn value(&mut self, value: &Document) {
        match value {
            _ if self.is_full() => {}
            Document::Short(_) | Document::Text(_) => self.string(value.text_bytes().unwrap_or_default()),
            Document::List(items) | Document::Parts(items) => self.list(items.as_slice()),
            Document::Dict(dict) | Document::MultiMap(dict) => self.dict(dict.iter()),
            Document::Message(message) => self.dict(
                [
                    (&"payload".into(), &message.payload),
                    (&"attributes".into(), &message.attributes),
                    (&"variables".into(), &message.variables),
                ]
                .into_iter(),
            ),
            Document::Bytes(bytes) => self.string(format!("<{} bytes>", bytes.len()).as_bytes()),
            Document::Entity(entity) => {
                self.string(format!("<{} bytes of {}>", entity.bytes.len(), entity.mime_type).as_bytes());
            }
            Document::Stream(_) => self.string(b"<stream>"),
            scalar => match scalar.to_json(false) {
                Ok(json) => self.text.push_str(&String::from_utf8_lossy(&json)),
                Err(_) => self.string(format!("<{}>", scalar.type_name()).as_bytes()),
            },
        }
    }

    fn string(&mut self, text: &[u8]) {
        let room = MOST.saturating_sub(self.text.len()).saturating_add(1);
        let (text, _) = cut(text, room, self.redactor);
        self.text.push_str(&Value::String(text).to_string());
    }

    fn list(&mut self, items: &[Document]) {
        self.text.push('[');
        for (n, item) in items.iter().enumerate() {
            if self.is_full() {
                return;
            }
            if n > 0 {
                self.text.push(',');
            }
            self.inner(item);
        }
        self.text.push(']');
    }

    fn dict<'d>(&mut self, items: impl Iterator<Item = (&'d Document, &'d Document)>) {
        self.text.push('{');
        for (n, (key, item)) in items.enumerate() {
            if self.is_full() {
                return;
            }
            if n > 0 {
                self.text.push(',');
            }
            match key.text_bytes() {
                Some(text) => self.string(text),
                None => self.inner(key),
            }
            self.text.push(':');
            self.inner(item);
        }
        self.text.push('}');
    }

    /// Values nest as deep as they were made.
    fn inner(&mut self, value: &Document) {
        stacker::maybe_grow(64 << 10, 1 << 20, || self.value(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Secret;

    fn shown(document: &Document) -> Value {
        let mut redactor = Redactor::default();
        redactor.add(Secret::new("hun\"ter2"));
        value(document, &redactor)
    }

    #[test]
    fn values_are_shown_without_secrets() {
        let json = |text: &str| Document::from_json(text).unwrap();
        for (document, expected) in [
            (Document::None, json!({"type": "NoneType"})),
            (json("1.5"), json!({"type": "float", "text": "1.5"})),
            ("my hun\"ter2".into(), json!({"type": "str", "text": "my ***"})),
            (json(r#"{"a": [null, "hun\"ter2"]}"#), json!({"type": "dict", "text": r#"{"a":[null,"***"]}"#})),
            (Document::bytes(*b"hun\"ter2"), json!({"type": "bytes", "size": 8})),
            (
                Document::entity(*b"a,hun\"ter2", "text/csv", "utf-8"),
                json!({"type": "Entity", "mime-type": "text/csv", "size": 10, "text": "a,***"}),
            ),
            (
                Document::entity([0xff, 0, 1, 2, 3, 4], "image/png", "utf-8"),
                json!({"type": "Entity", "mime-type": "image/png", "size": 6}),
            ),
            (
                Document::list(vec![Document::bytes(*b"ab"), Document::entity(*b"{}", "application/json", "utf-8")]),
                json!({"type": "list", "text": r#"["<2 bytes>","<2 bytes of application/json>"]"#}),
            ),
        ] {
            assert_eq!(shown(&document), expected);
        }
    }

    #[test]
    fn large_values_are_cut() {
        let text = "ä".repeat(MOST);
        let cut = shown(&text.as_str().into());
        assert_eq!((cut["text"].as_str().unwrap().len(), &cut["cut"]), (MOST, &json!(true)));
        // A secret across the end is found before the text is cut.
        let secret = format!("{}hun\"ter2", "x".repeat(MOST - 3));
        assert!(shown(&secret.as_str().into())["text"].as_str().unwrap().ends_with("x***"));
        let list = Document::list(vec![text.as_str().into(); 1_000]);
        let cut = shown(&list);
        assert_eq!((cut["text"].as_str().unwrap().len(), &cut["cut"]), (MOST, &json!(true)));
        let mut deep = Document::None;
        for _ in 0..2_000 {
            deep = Document::list(vec![deep]);
        }
        assert_eq!(shown(&deep)["text"].as_str().unwrap().len(), 4_004);
    }
}
