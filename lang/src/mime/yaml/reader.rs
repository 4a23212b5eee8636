//! The YAML reader: events into values.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::schema;
use crate::mime::MAX_DEPTH;
use crate::mime::charset::Source;
use crate::mime::place;
use crate::value::exceptions::{Raise, TYPE_ERROR, entity_error};
use crate::value::interrupt::checkpoint;
use crate::value::{Dict, HVec, List, R, Ref, Value};

/// Most nodes that a document may have when its aliases are written out.
const MAX_NODES: u64 = 64 << 20;

/// Parses one document; an empty text is `None`.
///
/// # Errors
/// `EntityError` with the place, or a limit.
pub fn parse(source: &Source, mime: &str) -> R {
    let Ok(text) = std::str::from_utf8(source.text()) else {
        return Err(place::malformed(mime, "an illegal character", source.text(), 0));
    };
    // Only a text with tabs can be indented by one.
    let lines = if text.contains('\t') { text.split('\n').collect() } else { Vec::new() };
    let mut builder = Builder { mime, lines, open: Vec::new(), anchors: HashMap::new(), root: None, nodes: 0 };
    let mut parser = Parser::new_from_str(text);
    let mut documents = 0;
    while let Some(event) = parser.next_event() {
        checkpoint(50)?;
        let (event, span) = event.map_err(|error| builder.scan_error(&error))?;
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err(builder.malformed("a second document", &span.start));
                }
            }
            event => builder.event(event, &span.start)?,
        }
    }
    Ok(builder.root.unwrap_or(Value::None))
}

/// A collection whose end was not reached yet.
struct Open {
    anchor: usize,
    /// Nodes of the document before this one.
    before: u64,
    items: Items,
}

enum Items {
    Sequence(HVec<Value>),
    /// The key whose value comes next is unbound while a key is expected.
    Mapping(Ref<Dict>, Value),
}

struct Builder<'a> {
    mime: &'a str,
    /// The lines of a text that has tabs; empty for others.
    lines: Vec<&'a str>,
    open: Vec<Open>,
    /// Values by anchor, with their size in nodes.
    anchors: HashMap<usize, (Value, u64)>,
    root: Option<Value>,
    nodes: u64,
}

impl Builder<'_> {
    #[cold]
    fn malformed(&self, what: &str, at: &Marker) -> Raise {
        let (line, column) = (at.line(), at.col() + 1);
        entity_error(format!("cannot parse {}: {what} at line {line}, column {column}", self.mime))
            .field("line", Value::size(line))
            .field("column", Value::size(column))
    }

    #[cold]
    fn scan_error(&self, error: &ScanError) -> Raise {
        self.malformed(error.info(), error.marker())
    }

    fn event(&mut self, event: Event<'_>, at: &Marker) -> R<()> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let before = self.nodes;
                let value = self.scalar(&text, style, tag.as_deref(), at)?;
                self.count(1, at)?;
                self.add(value, anchor, before, at)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq", at)?;
                self.begin(Items::Sequence(HVec::new()), anchor, at)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "map", at)?;
                self.begin(Items::Mapping(Dict::new(), Value::Unbound), anchor, at)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = match open.items {
                    Items::Sequence(items) => Value::List(List::new(items)),
                    Items::Mapping(dict, _) => Value::Dict(dict),
                };
                self.add(value, open.anchor, open.before, at)
            }
            Event::Alias(anchor) => {
                let Some((value, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.malformed("an alias inside the node it stands for", at));
                };
                let before = self.nodes;
                self.count(size, at)?;
                self.add(value, 0, before, at)
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, nodes: u64, at: &Marker) -> R<()> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(self.malformed("aliases expand to too many nodes", at));
        }
        Ok(())
    }

    fn begin(&mut self, items: Items, anchor: usize, at: &Marker) -> R<()> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.malformed("nesting deeper than 1000 levels", at));
        }
        let line = at.line().checked_sub(1).and_then(|n| self.lines.get(n)).copied().unwrap_or_default();
        let indent: usize = line.chars().take(at.col()).take_while(|c| matches!(c, ' ' | '\t')).count();
        let flow = line.chars().nth(indent).is_some_and(|c| matches!(c, '[' | '{'));
        if indent == at.col() && !flow && line.chars().take(indent).any(|c| c == '\t') {
            return Err(self.malformed("a tab used for indentation", at));
        }
        let before = self.nodes;
        self.count(1, at)?;
        self.open.push(Open { anchor, before, items });
        Ok(())
    }

    /// Hands a complete value to the collection it stands in.
    fn add(&mut self, value: Value, anchor: usize, before: u64, at: &Marker) -> R<()> {
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), self.nodes - before));
        }
        match self.open.last_mut().map(|open| &mut open.items) {
            None => self.root = Some(value),
            Some(Items::Sequence(items)) => items.push(value),
            Some(Items::Mapping(_, key)) if key.is_unbound() => *key = value,
            Some(Items::Mapping(dict, key)) => {
                let key = std::mem::take(key);
                let repeated = dict.set(key, value);
                match repeated {
                    Ok(None) => {}
                    Ok(Some(_)) => return Err(self.malformed("a repeated key", at)),
                    Err(raise) if raise.is(&TYPE_ERROR) => {
                        return Err(self.malformed("a key that is a collection", at));
                    }
                    Err(raise) => return Err(raise),
                }
            }
        }
        Ok(())
    }

    /// The suffix of a core tag; `None` without tag.
    fn core_tag<'t>(&self, tag: Option<&'t Tag>, at: &Marker) -> R<Option<&'t str>> {
        match tag {
            None => Ok(None),
            Some(tag) if tag.is_yaml_core_schema() => Ok(Some(&tag.suffix)),
            // The tag `!` only says that the node is not to be interpreted.
            Some(tag) if tag.handle.is_empty() && tag.suffix == "!" || tag.handle == "!" && tag.suffix.is_empty() => {
                Ok(Some("!"))
            }
            Some(tag) => Err(self.malformed(&format!("the tag {tag} is not supported"), at)),
        }
    }

    fn check_tag(&self, tag: Option<&Tag>, expected: &str, at: &Marker) -> R<()> {
        match self.core_tag(tag, at)? {
            None | Some("!") => Ok(()),
            Some(name) if name == expected => Ok(()),
            Some(name) => Err(self.malformed(&format!("the tag !!{name} does not fit"), at)),
        }
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, at: &Marker) -> R {
        let misfit = |name: &str| self.malformed(&format!("the tag !!{name} does not fit"), at);
        match self.core_tag(tag, at)? {
            None if style == ScalarStyle::Plain => schema::plain(text),
            None | Some("str" | "!") => Ok(Value::str(text)),
            Some("int") => schema::int(text)?.ok_or_else(|| misfit("int")),
            Some("float") => schema::float(text).map(Value::Float).ok_or_else(|| misfit("float")),
            Some(name @ ("null" | "bool")) => match schema::plain(text)? {
                value @ Value::None if name == "null" => Ok(value),
                value @ Value::Bool(_) if name == "bool" => Ok(value),
                _ => Err(misfit(name)),
            },
            Some(name) => Err(misfit(name)),
        }
    }
}
