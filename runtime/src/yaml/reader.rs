//! From the text of a file to its tree.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use dataway_lang::mime::yaml::schema;
use dataway_lang::source::{SourceText, Span};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::node::{Entry, Kind, Node, Text};
use super::positions::{Positions, Style};
use super::scalar;
use crate::diagnostic::{Code, Diagnostic};

/// Longest file, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Most nodes of a file when its aliases are written out.
const MAX_NODES: usize = 100_000;
/// Deepest nesting.
const MAX_DEPTH: usize = 128;

/// Reads a file. There is a tree unless the text is no YAML; what breaks our own rules is reported and left out of it.
#[must_use]
pub fn parse(source: &SourceText) -> (Option<Node>, Vec<Diagnostic>) {
    let mut reader = Reader {
        source,
        place: Place::new(source.text()),
        open: Vec::new(),
        anchors: HashMap::new(),
        root: None,
        nodes: 0,
        diagnostics: Vec::new(),
    };
    let read = reader.read();
    if let Err(diagnostic) = read {
        reader.diagnostics.push(*diagnostic);
        return (None, reader.diagnostics);
    }
    let root = reader.root.unwrap_or(Node { span: Span::at(0), kind: Kind::Null });
    (Some(root), reader.diagnostics)
}

/// What ends the reading.
type Stop = Box<Diagnostic>;

/// A collection whose end was not reached yet.
struct Open {
    anchor: usize,
    start: u32,
    /// Nodes of the file before this one.
    before: usize,
    items: Items,
}

enum Items {
    List(Vec<Node>),
    /// The entries so far with their keys by content, and the key whose value comes next.
    Map(Vec<Entry>, HashMap<String, Span>, Option<Node>),
}

struct Reader<'a> {
    source: &'a SourceText,
    place: Place<'a>,
    open: Vec<Open>,
    /// Nodes by anchor, with their size when written out.
    anchors: HashMap<usize, (Node, usize)>,
    root: Option<Node>,
    nodes: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Stop> {
        if let Some(at) = self.source.undecodable() {
            return Err(self.unreadable(Span::at(at), "the file is not UTF-8").into());
        }
        let text = self.source.text();
        if text.len() > MAX_BYTES {
            return Err(self.unreadable(Span::at(0), "the file is longer than 4 MiB").into());
        }
        let mut parser = Parser::new_from_str(text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let at = self.place.offset(error.marker());
                self.swallowed(at)
                    .unwrap_or_else(|| self.unreadable(Span::at(at), format!("this is no YAML: {}", error.info())))
            })?;
            let span = Span::new(self.place.offset(&span.start), self.place.offset(&span.end));
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(self.unreadable(span, "a file holds one document, here starts a second").into());
                    }
                }
                event => self.event(event, span)?,
            }
        }
        Ok(())
    }

    fn unreadable(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::UNREADABLE, self.source, span, message)
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), span);
                self.count(1, span)?;
                self.add(node, anchor, 1)
            }
            Event::SequenceStart(anchor, tag) => {
                self.collection_tag(tag.as_deref(), "seq", span);
                self.begin(Items::List(Vec::new()), anchor, span)
            }
            Event::MappingStart(anchor, tag) => {
                self.collection_tag(tag.as_deref(), "map", span);
                self.begin(Items::Map(Vec::new(), HashMap::new(), None), anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let (kind, last) = match open.items {
                    Items::List(items) => {
                        let last = items.last().map(|n| n.span.end);
                        (Kind::List(items), last)
                    }
                    Items::Map(entries, ..) => {
                        let last = entries.last().map(|e| e.value.span.end.max(e.key.span.end));
                        (Kind::Map(entries), last)
                    }
                };
                // A block collection ends where its last node ends, not where the next thing begins.
                let flow = matches!(self.source.text().as_bytes().get(open.start as usize), Some(b'[' | b'{'));
                let end = if flow { span.end } else { last.unwrap_or(open.start) };
                let node = Node { span: Span::new(open.start, end), kind };
                self.add(node, open.anchor, self.nodes - open.before)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some((node, size)) => {
                    let (node, size) = (node.clone(), *size);
                    self.count(size, span)?;
                    self.add(node, 0, size)
                }
                None => Err(self.unreadable(span, "an alias inside the node that it stands for").into()),
            },
            _ => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Stop> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            let message = format!("the file has more than {MAX_NODES} nodes, aliases written out");
            return Err(self.unreadable(span, message).into());
        }
        Ok(())
    }

    fn begin(&mut self, items: Items, anchor: usize, span: Span) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.unreadable(span, format!("nesting deeper than {MAX_DEPTH} levels")).into());
        }
        let before = self.nodes;
        self.count(1, span)?;
        self.open.push(Open { anchor, start: span.start, before, items });
        Ok(())
    }

    /// Hands a complete node to the collection it stands in. `size` counts its nodes, aliases written out.
    fn add(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Stop> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.items) {
            None => self.root = Some(node),
            Some(Items::List(items)) => items.push(node),
            Some(Items::Map(_, _, key @ None)) => {
                if !node.is_scalar() {
                    return Err(self.unreadable(node.span, "a key must be a text or a number").into());
                }
                *key = Some(node);
            }
            Some(Items::Map(entries, seen, key)) => {
                let Some(key) = key.take() else { return Ok(()) };
                let name = identity(&key.kind);
                let is_merge = key.as_str() == Some("<<") && self.source.slice(key.span) == "<<";
                let found = if is_merge {
                    let help = "write the entries out, or refer to a whole value with an alias";
                    Some(("merge keys (`<<`) are not supported".to_owned(), help))
                } else if seen.contains_key(&name) {
                    Some((format!("the key `{}` stands here twice", name_of(&key)), "remove one of the two"))
                } else {
                    None
                };
                match found {
                    Some((message, help)) => {
                        let diagnostic = self.unreadable(key.span, message).with_help(help);
                        self.diagnostics.push(diagnostic);
                    }
                    None => {
                        seen.insert(name, key.span);
                        entries.push(Entry { key, value: node });
                    }
                }
            }
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node {
        let written = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        let plain = written == Style::Plain;
        let span = self.content(span, text, written);
        let as_text = |reader: &Self| {
            let positions = Positions::align(reader.source.text(), span, written, text);
            Kind::Text(Text { value: text.into(), positions: positions.into() })
        };
        let suffix = tag.map(|tag| if tag.is_yaml_core_schema() { tag.suffix.as_str() } else { "" });
        let misfit =
            |name: &str| format!("`{}` is no {name}, as its tag says", text.chars().take(40).collect::<String>());
        let kind = match suffix {
            None if plain => scalar::plain(text).unwrap_or_else(|| as_text(self)),
            None | Some("str") => as_text(self),
            Some("int") => scalar::int(text).unwrap_or_else(|| self.bad_tag(span, misfit("int"))),
            Some("float") => {
                schema::float(text).map(Kind::Float).unwrap_or_else(|| self.bad_tag(span, misfit("float")))
            }
            Some(name @ ("bool" | "null")) => match scalar::plain(text) {
                Some(kind @ Kind::Bool(_)) if name == "bool" => kind,
                Some(Kind::Null) if name == "null" => Kind::Null,
                _ => self.bad_tag(span, misfit(name)),
            },
            Some("binary") => {
                let compact: String = text.split_ascii_whitespace().collect();
                let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new());
                match engine.decode(compact) {
                    Ok(bytes) => Kind::Bytes(bytes.into()),
                    Err(_) => self.bad_tag(span, misfit("base64")),
                }
            }
            Some(_) => {
                let tag = tag.map(ToString::to_string).unwrap_or_default();
                self.bad_tag(span, format!("the tag `{tag}` is not supported"))
            }
        };
        if kind == Kind::Null
            && plain
            && let Some(at) = self.lost(span)
        {
            let diagnostic = self.lost_in_comment(at);
            self.diagnostics.push(diagnostic);
            return Node { span: at, kind: Kind::Lost };
        }
        Node { span, kind }
    }

    /// The span of a scalar without tag and anchor, and without the white space that the scanner looked at behind it.
    fn content(&self, span: Span, text: &str, style: Style) -> Span {
        let mut written = self.source.slice(span);
        while written.starts_with(['!', '&']) {
            written = written.trim_start_matches(|c: char| !c.is_whitespace()).trim_start();
        }
        if style == Style::Block && written.len() < self.source.slice(span).len() {
            written = content_of_block(written, text);
        }
        let skipped = u32::try_from(self.source.slice(span).len() - written.len()).unwrap_or(0);
        let span = Span::new(span.start + skipped, span.end);
        let trimmed = match style {
            Style::Plain if text.is_empty() => return Span::at(span.start),
            Style::Plain | Style::Single | Style::Double => written.trim_end(),
            Style::Block => written.trim_end_matches([' ', '\n', '\r']),
        };
        Span::new(span.start, span.start + u32::try_from(trimmed.len()).unwrap_or(0))
    }

    fn bad_tag(&mut self, span: Span, message: String) -> Kind {
        let help = "supported are !!str !!int !!float !!bool !!null !!binary";
        let diagnostic = self.unreadable(span, message).with_help(help);
        self.diagnostics.push(diagnostic);
        Kind::Lost
    }

    fn collection_tag(&mut self, tag: Option<&Tag>, expected: &str, span: Span) {
        if let Some(tag) = tag
            && !(tag.is_yaml_core_schema() && tag.suffix == expected)
        {
            let message = format!("the tag `{tag}` is not supported");
            let diagnostic = self.unreadable(Span::at(span.start), message);
            self.diagnostics.push(diagnostic);
        }
    }

    /// The comment that swallowed the end of a `{…}` or `[…]`, if the text up to an error has one that looks like an expression.
    fn swallowed(&self, error: u32) -> Option<Diagnostic> {
        let text = self.source.text();
        let before = text.get(..text.floor_char_boundary(error as usize))?;
        let at = before.rmatch_indices(" #[").map(|(at, _)| at).find(|at| {
            let line = before.get(..*at).and_then(|head| head.rsplit('\n').next()).unwrap_or_default();
            line.contains(['{', '[']) && line.trim_end().ends_with([':', ',', '[', '-'])
        })?;
        let rest = text.get(at + 1..)?;
        let length = rest.lines().next().unwrap_or_default().trim_end().len();
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Some(self.lost_in_comment(Span::new(clip(at + 1), clip(at + 1 + length))))
    }

    fn lost_in_comment(&self, comment: Span) -> Diagnostic {
        Diagnostic::error(Code::LOST, self.source, comment, "YAML takes this expression for a comment")
            .with_help("quote the expression: '#[ … ]'")
    }

    /// The comment behind an empty value, if it looks like an expression. The scanner puts an empty value of a mapping before
    /// the comment and an empty element of a list behind it.
    fn lost(&self, value: Span) -> Option<Span> {
        let at = value.end as usize;
        let text = self.source.text();
        let line = text.get(..at)?.rfind('\n').map_or(0, |n| n + 1);
        let end = text.get(at..)?.find('\n').map_or(text.len(), |n| at + n);
        let before = text.get(line..at)?.trim_start_matches([' ', '\t', '-']);
        let after = text.get(at..end)?.trim_start_matches([' ', '\t', ':']);
        let comment = [before, after].into_iter().find(|part| part.starts_with("#["))?;
        let start = if comment == before { at - before.len() } else { end - after.len() };
        let length = comment.trim_end().len();
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Some(Span::new(clip(start), clip(start + length)))
    }
}

/// The part of a block scalar that starts at the first character of the first line with content.
fn content_of_block<'t>(written: &'t str, decoded: &str) -> &'t str {
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let body = written.split_once('\n').map_or("", |(_, body)| body);
    let own = decoded.lines().find(|line| !line.trim().is_empty()).map_or(0, blanks);
    let mut rest = body;
    while let Some((line, after)) = rest.split_once('\n') {
        if !line.trim().is_empty() {
            break;
        }
        rest = after;
    }
    rest.get(blanks(rest).saturating_sub(own)..).unwrap_or_default()
}

/// What makes a key the same as another.
fn identity(kind: &Kind) -> String {
    match kind {
        Kind::Text(text) => format!("text {}", text.value),
        other => format!("{other:?}"),
    }
}

fn name_of(key: &Node) -> String {
    key.as_str().map_or_else(|| key.describe(), str::to_owned)
}

/// Byte offsets of the scanner's positions. The scanner goes forward, so the last place is the best start.
struct Place<'a> {
    text: &'a str,
    lines: Vec<usize>,
    /// Line, column and offset of the last answer.
    last: (usize, usize, usize),
}

impl<'a> Place<'a> {
    fn new(text: &'a str) -> Place<'a> {
        let mut lines = vec![0];
        let bytes = text.as_bytes();
        lines.extend(bytes.iter().enumerate().filter_map(|(at, byte)| match byte {
            b'\n' => Some(at + 1),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
            _ => None,
        }));
        Place { text, lines, last: (0, 0, 0) }
    }

    fn offset(&mut self, marker: &Marker) -> u32 {
        let line = marker.line().saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or(self.text.len());
        let (from, column) = match self.last {
            (last, column, offset) if last == line && column <= marker.col() => (offset, column),
            _ => (start, 0),
        };
        let rest = self.text.get(from..).unwrap_or_default();
        let offset = rest.char_indices().nth(marker.col() - column).map_or(self.text.len(), |(n, _)| from + n);
        self.last = (line, marker.col(), offset);
        u32::try_from(offset).unwrap_or(u32::MAX)
    }
}
