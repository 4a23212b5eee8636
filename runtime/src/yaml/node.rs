//! The tree of a YAML file: what was written, with its place in the file.

use std::sync::Arc;

use dataway_lang::source::Span;

use super::positions::Positions;

/// A value with its place. Cloning is cheap enough for aliases: texts are shared.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands in the file.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a node is, by the core schema of YAML 1.2.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// An empty value whose line goes on with a comment that looks like an expression. It was reported (FLW007); whoever reads
    /// it says nothing more.
    Lost,
    /// `true` or `false`.
    Bool(bool),
    /// An int of 64 bits.
    Int(i64),
    /// Any other int, as written.
    BigInt(Arc<str>),
    /// A float.
    Float(f64),
    /// A text.
    Text(Text),
    /// Base64 under the tag `!!binary`.
    Bytes(Arc<[u8]>),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order of the file; keys are scalars and unique.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// A text with the way back to the characters of the file that it was decoded from.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The decoded text.
    pub value: Arc<str>,
    /// From its offsets to offsets in the file.
    pub positions: Arc<Positions>,
}

impl Text {
    /// A text that does not come from a file, such as a default; all of it stands at `span`.
    #[must_use]
    pub fn synthetic(value: &str, span: Span) -> Text {
        Text { value: value.into(), positions: Arc::new(Positions::fixed(span)) }
    }
}

impl Node {
    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(&text.value),
            _ => None,
        }
    }

    /// The entries, if it is a mapping.
    #[must_use]
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value under a text key of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.iter().find(|entry| entry.key.as_str() == Some(key)).map(|entry| &entry.value)
    }

    /// Is it neither a list nor a mapping?
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        !matches!(self.kind, Kind::List(_) | Kind::Map(_))
    }

    /// What it is, in words for messages: `the text 'abc'`, `a list`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Null | Kind::Lost => "nothing".to_owned(),
            Kind::Bool(value) => format!("the bool {value}"),
            Kind::Int(value) => format!("the int {value}"),
            Kind::BigInt(digits) => format!("the int {}", shorten(digits)),
            Kind::Float(value) => format!("the float {value}"),
            Kind::Text(text) => format!("the text '{}'", shorten(&text.value)),
            Kind::Bytes(_) => "bytes".to_owned(),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a mapping".to_owned(),
        }
    }
}

/// The beginning of a text, on one line.
fn shorten(text: &str) -> String {
    let line: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.len() < text.len() { format!("{line}…") } else { line }
}
