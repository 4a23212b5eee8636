//! The quick way through a document: its elements, attributes and texts into a [`Tree`], without events in between.
//!
//! It takes what is surely right. Whatever it does not like (an error, a DOCTYPE, a document beyond four gigabytes) it leaves
//! to the [`reader`](super::reader), which knows all rules and words all errors.

use super::learnt::{Kind, Learnt};
use super::open::{self, Open};
use super::{attributes, names, reader};
use crate::mime::MAX_DEPTH;
use crate::mime::charset::Source;
use crate::value::block;
use crate::value::interrupt::checkpoint;
use crate::value::tree::{self, Nodes, Text, Tree};
use crate::value::unicode::space;
use crate::value::{HVec, R, Value};

/// Tags between two looks at the limits.
const STRIDE: u32 = 64;
/// Most attributes of an element: a repeated one is looked for among all before it.
const MOST_ATTRIBUTES: usize = 32;

/// The dict that a document is. `None` if that needs a closer look.
///
/// # Errors
/// A limit.
pub fn survey(source: &Source) -> R<Option<Value>> {
    let input = source.text();
    if u32::try_from(source.offset() + input.len()).is_err() || reader::illegal(input)?.is_some() {
        return Ok(None);
    }
    let mut surveyor = Surveyor {
        source,
        input,
        at: 0,
        open: Vec::new(),
        nodes: Nodes::with_capacity((input.len() / 32 + 4).min(BEGUN)),
        names: Learnt::borrow_kept(),
        last: Learnt::START,
        texts: HVec::new(),
    };
    let taken = surveyor.document()?;
    let Surveyor { nodes, mut names, texts, .. } = surveyor;
    let shared = names.shared();
    names.keep();
    Ok(taken.then(|| tree::document(Tree { blob: source.blob().clone(), nodes, names: shared, texts })))
}

/// Nodes for which a survey begins with room; how many there will be it can tell when it has seen so many.
const BEGUN: usize = 1 << 12;

struct Surveyor<'a> {
    source: &'a Source,
    input: &'a [u8],
    at: usize,
    open: Vec<Open>,
    nodes: Nodes,
    names: Box<Learnt>,
    /// The name that came last.
    last: u32,
    texts: HVec<Value>,
}

/// The offset of the first byte at or behind `at` that is no white space.
#[inline]
fn blanks(input: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = input.get(at) {
        at += 1;
    }
    at
}

/// The offset of the first byte at or behind `at` that ends a plain text or may need work in it.
#[inline]
fn text_end(input: &[u8], at: usize) -> usize {
    block::find(
        input,
        at,
        |block| block.equal(b'<') | block.equal(b'&') | block.equal(b']') | block.equal(b'\r'),
        |byte| matches!(byte, b'<' | b'&' | b']' | b'\r'),
    )
}

impl<'a> Surveyor<'a> {
    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Whether the whole document was taken.
    fn document(&mut self) -> R<bool> {
        if self.declaration().is_none() {
            return Ok(false);
        }
        let mut steps = 0;
        while self.at < self.input.len() {
            steps += 1;
            if steps == STRIDE {
                steps = 0;
                checkpoint(u64::from(STRIDE) * 20)?;
            }
            if self.step().is_none() {
                return Ok(false);
            }
        }
        Ok(self.open.is_empty() && !self.nodes.is_empty())
    }

    /// Steps over `<?xml version='…' encoding='…' standalone='…'?>`.
    fn declaration(&mut self) -> Option<()> {
        let Some(rest) = self.input.strip_prefix(b"<?xml") else { return Some(()) };
        let end = memchr::memmem::find(rest, b"?>")?;
        let text = std::str::from_utf8(rest.get(..end)?).ok()?;
        let mut known = ["version", "encoding", "standalone"].into_iter();
        let mut first = true;
        attributes::each::<attributes::Bad>(text, |name, _, at| {
            let expected =
                if std::mem::take(&mut first) { known.next() == Some(name) } else { known.any(|k| k == name) };
            if expected { Ok(()) } else { Err(("", at)) }
        })
        .ok()?;
        self.at = b"<?xml".len() + end + b"?>".len();
        (!first).then_some(())
    }

    /// Takes the text up to the next tag, and the tag.
    fn step(&mut self) -> Option<()> {
        let start = self.at;
        self.at = blanks(self.input, start);
        match (self.open.last_mut(), self.input.get(self.at)) {
            (None, None) => return Some(()),
            (None, Some(b'<')) => {}
            (Some(open), Some(b'<')) if open.is_empty() => {}
            (Some(_), Some(_)) => self.text(start)?,
            _ => return None,
        }
        match self.input.get(self.at + 1)? {
            b'/' => self.end_tag(),
            b'!' => self.declared(),
            b'?' => self.instruction(),
            _ => self.start_tag(),
        }
    }

    /// Takes the text from `start` to the next tag.
    fn text(&mut self, mut start: usize) -> Option<()> {
        let open = self.open.last_mut()?;
        let mut at = start;
        loop {
            at = text_end(self.input, at);
            match self.input.get(at)? {
                b'<' => break,
                b'&' => {
                    open.add(start..at, self.input);
                    let end = at + memchr::memchr(b';', self.input.get(at..)?)?;
                    let name = std::str::from_utf8(self.input.get(at + 1..end)?).ok()?;
                    attributes::push_reference(open.own(self.input), name).ok()?;
                    start = end + 1;
                    at = start;
                }
                b']' if self.input.get(at..)?.starts_with(b"]]>") => return None,
                _ => at += 1,
            }
        }
        open.add(start..at, self.input);
        self.at = at;
        Some(())
    }

    /// Adds a node in which there is nothing yet, and gives its number.
    #[inline]
    fn add(&mut self, name: u32, text: Text) -> Option<u32> {
        self.nodes.add(name, text, self.at, self.input.len())
    }

    /// Steps over the name that begins here and gives its number.
    #[inline]
    fn name(&mut self, kind: Kind) -> Option<u32> {
        let rest = self.rest();
        let ends = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b'>' | b'/' | b'=');
        let predicted = self.names.predicted(self.last, kind);
        if let Some(n) = predicted
            && let Some(behind) = self.names.strip(n, rest)
            && behind.first().is_some_and(ends)
        {
            self.at = self.input.len() - behind.len();
            self.last = n;
            return Some(n);
        }
        let len = rest.iter().position(ends)?;
        self.last = self.names.number(self.last, kind, rest.get(..len)?)?;
        self.at += len;
        Some(self.last)
    }

    fn start_tag(&mut self) -> Option<()> {
        if self.open.len() >= MAX_DEPTH || (self.open.is_empty() && !self.nodes.is_empty()) {
            return None;
        }
        self.at += 1;
        let name = self.name(Kind::Element)?;
        let node = self.add(name, Text::NONE)?;
        loop {
            let before = self.at;
            match self.input.get(before)? {
                b'>' => break,
                b'/' => {
                    // Empty: nothing but its attributes is inside, and the end of an attribute's node is known.
                    self.at += 2;
                    return (self.input.get(before + 1) == Some(&b'>')).then(|| self.nodes.close(node, Text::NONE));
                }
                _ => self.at = blanks(self.input, before),
            }
            if !matches!(self.input.get(self.at)?, b'>' | b'/') {
                if self.at == before {
                    return None;
                }
                self.attribute(node)?;
            }
        }
        self.at += 1;
        // Most elements have a text and nothing else.
        let start = self.at;
        let end = text_end(self.input, start);
        let behind = self.input.get(end..)?.strip_prefix(b"</").and_then(|tag| self.names.strip(name, tag));
        if let Some([b'>', behind @ ..]) = behind {
            self.at = self.input.len() - behind.len();
            let text = self.input.get(start..end)?;
            let is_plain = |byte: Option<&u8>| byte.is_some_and(|byte| (0x21..0x7F).contains(byte));
            let (mut from, mut trimmed) = (start, text);
            if !(is_plain(text.first()) && is_plain(text.last())) {
                let rest = space::trim_start(text);
                from = end - rest.len();
                trimmed = space::trim_end(rest);
            }
            let text = match trimmed.len() {
                0 => Text::NONE,
                len => open::part(self.source, from, len, &mut self.texts),
            };
            self.nodes.close(node, text);
        } else {
            self.open.push(Open::new(node));
        }
        Some(())
    }

    /// Takes an attribute of an element.
    fn attribute(&mut self, element: u32) -> Option<()> {
        let name = self.name(Kind::Attribute)?;
        self.at = blanks(self.input, self.at);
        if self.input.get(self.at) != Some(&b'=') {
            return None;
        }
        self.at = blanks(self.input, self.at + 1);
        let quote = *self.input.get(self.at).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let start = self.at + 1;
        let end = block::find(
            self.input,
            start,
            |block| block.equal(quote) | block.equal(b'<') | block.equal(b'&') | block.up_to(0x1F),
            |byte| byte == quote || byte == b'<' || byte == b'&' || byte < 0x20,
        );
        let is_taken = {
            let mut before = self.nodes.names_from(element + 1);
            before.len() >= MOST_ATTRIBUTES || before.any(|other| other == name)
        };
        if is_taken {
            return None;
        }
        let text = if self.input.get(end)? == &quote {
            self.at = end + 1;
            open::part(self.source, start, end - start, &mut self.texts)
        } else {
            let end = start + memchr::memchr(quote, self.input.get(start..)?)?;
            let value = std::str::from_utf8(self.input.get(start..end)?).ok().filter(|value| !value.contains('<'))?;
            self.at = end + 1;
            open::add(&mut self.texts, Value::text(&attributes::unescape(value).ok()??))
        };
        self.add(name, text)?;
        Some(())
    }

    fn end_tag(&mut self) -> Option<()> {
        let open = self.open.pop()?;
        let name = self.nodes.name(open.node)?;
        let behind = self.names.strip(name, self.input.get(self.at + 2..)?)?;
        let at = blanks(self.input, self.input.len() - behind.len());
        if self.input.get(at) != Some(&b'>') {
            return None;
        }
        self.at = at + 1;
        let text = open.text(self.source, &mut self.texts);
        self.nodes.close(open.node, text);
        Some(())
    }

    /// A comment or a CDATA section.
    fn declared(&mut self) -> Option<()> {
        let rest = self.rest();
        if let Some(inside) = rest.strip_prefix(b"<!--") {
            // Two hyphens end a comment and may not stand in it.
            let behind = inside.get(memchr::memmem::find(inside, b"--")? + 2..)?.strip_prefix(b">")?;
            self.at = self.input.len() - behind.len();
            return Some(());
        }
        let inside = rest.strip_prefix(b"<![CDATA[")?;
        let start = self.input.len() - inside.len();
        let end = start + memchr::memmem::find(inside, b"]]>")?;
        self.open.last_mut()?.add(start..end, self.input);
        self.at = end + b"]]>".len();
        Some(())
    }

    /// A processing instruction.
    fn instruction(&mut self) -> Option<()> {
        let inside = self.rest().get(2..)?;
        let len = memchr::memmem::find(inside, b"?>")?;
        let text = std::str::from_utf8(inside.get(..len)?).ok()?;
        let target = text.split([' ', '\t', '\n', '\r']).next()?;
        if !names::is_name(target) || target.eq_ignore_ascii_case("xml") {
            return None;
        }
        self.at += 2 + len + b"?>".len();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{compare, heap};

    #[test]
    fn the_survey_takes_only_what_the_reader_takes_and_gives_the_same() {
        let many = |len: usize| (0..len).map(|n| format!(" a{n}='{n}'")).collect::<String>();
        let deep = |depth: usize| format!("{}x{}", "<a>".repeat(depth), "</a>".repeat(depth));
        let lists = [format!("<r{}/>", many(40)), format!("<r{}/>", many(20)), deep(1000), deep(1001)];
        // With whether the survey takes it.
        let texts = [
            ("<a/>", true),
            ("<a></a>", true),
            ("<a>  </a>", true),
            ("<?xml version='1.0' encoding=\"utf-8\"?>\n<a b=''>x</a>\n", true),
            ("<?xml version='1.0' standalone='yes'?><a/>", true),
            ("<?xml encoding='utf-8'?><a/>", false),
            ("<?xml?><a/>", false),
            ("<?xml-stylesheet href='x'?><a/>", false),
            (" <?xml version='1.0'?><a/>", false),
            ("<?pi x?><a><?pi?>y</a><!-- c -->", true),
            ("<?XML x?><a/>", false),
            ("<r><a>1</a><b>2</b><a>3</a></r>", true),
            ("<r><a x='1' y = \"2\" ><b/>t</a>u</r>", true),
            ("<r>one<b/> two <c>3</c>\n </r>", true),
            ("<r> <![CDATA[ <x> ]]> &amp;&#65; </r>", true),
            ("<r>a\r\nb<c>d\re</c></r>", true),
            ("<r a='1\n2&lt;'>&gt;</r>", true),
            ("<r>a]b]]c</r>", true),
            ("<r>a]]>b</r>", false),
            ("<r>a &nbsp; b</r>", false),
            ("<r>a & b</r>", false),
            ("<r a='&x;'/>", false),
            ("<r a='<'/>", false),
            ("<r a='1' a='2'/>", false),
            ("<r a='1'b='2'/>", false),
            ("<r a=1/>", false),
            ("<r a/>", false),
            ("<r a='1/>", false),
            ("<r / >", false),
            ("<r/ >", false),
            ("<r></r >", true),
            ("<r></ r>", false),
            ("<r></rr>", false),
            ("<rr></r>", false),
            ("<r><a></r></a>", false),
            ("<r><a></r>", false),
            ("<r>", false),
            ("<r", false),
            ("<", false),
            ("", false),
            ("x<r/>", false),
            ("<r/>x", false),
            ("<r/><r/>", false),
            ("<1/>", false),
            ("<a.b-c:d/>", true),
            ("<\u{e9}>\u{6f22}\u{a0}</\u{e9}>", true),
            ("<r>\u{1}</r>", false),
            ("<!DOCTYPE r><r/>", false),
            ("<!-- a -- b --><r/>", false),
            ("<!-- a ---><r/>", false),
            ("<!--><r/>-->", false),
            ("<r><!-- a --> x <!-- b --> y</r>", true),
            ("<r><!-- a </r>", false),
            ("<r a='x>y'>t</r>", true),
            ("<a-name-that-is-longer-than-sixteen><x/></a-name-that-is-longer-than-sixteen>", true),
            ("<r><ab>1</ab><a>2</a><abc>3</abc><ab/></r>", true),
            (&lists[0], false),
            (&lists[1], true),
            (&lists[2], true),
            (&lists[3], false),
        ];
        for (text, is_taken) in texts {
            let source = Source::of_text(text.as_bytes());
            let surveyed = survey(&source).unwrap();
            let read = reader::parse(&source, "application/xml").ok();
            assert_eq!(surveyed.is_some(), is_taken, "{text}");
            if let Some(surveyed) = surveyed {
                let read = read.unwrap_or_else(|| panic!("the reader does not take {text}"));
                assert!(compare::eq(&surveyed, &read).unwrap(), "{text}: {surveyed:?} {read:?}");
            }
        }
    }

    #[test]
    fn a_map_inside_is_the_same_object_each_time() {
        let items = "<i><v>1</v></i>".repeat(20);
        let text = format!("<r a=''><x><y>2</y><y/></x>{items}text</r>");
        let Ok(Some(Value::Dict(top))) = survey(&Source::of_text(text.as_bytes())) else { panic!("a document") };
        let Some(Value::MultiMap(root)) = top.get_str("r") else { panic!("a map") };
        let get = |key: &str| root.get(&Value::str(key)).unwrap().unwrap_or_default();
        let (x, first) = (get("x"), get("i"));
        assert!(get("x").is(&x) && get("i").is(&first));
        assert_eq!((get("@a").text_bytes(), get("#text").text_bytes()), (Some(&b""[..]), Some(&b"text"[..])));
        assert!(get("y").is_unbound());
        // These are more than an element remembers: it becomes a table.
        let all = root.get_all(&Value::str("i")).unwrap();
        assert_eq!((all.len(), root.len()), (20, 4));
        assert!(all[0].is(&first) && get("i").is(&first) && get("x").is(&x));
        let Value::MultiMap(x) = x else { panic!("a map") };
        let several = x.get_all(&Value::str("y")).unwrap();
        assert_eq!((several.len(), several[1].is_none(), x.len()), (2, true, 1));
    }

    #[test]
    fn maps_that_nobody_has_are_made_again_unless_they_may_have_been_changed() {
        let text = "<r><a><b k='1'><c k='2'>x</c></b></a><a><b k='3'/></a></r>";
        let get = |map: &Value, key: &str| match map {
            Value::Dict(dict) => dict.get_str(key).unwrap(),
            Value::MultiMap(map) => map.get(&Value::str(key)).unwrap().unwrap(),
            other => panic!("a map: {other:?}"),
        };
        let set = |map: &Value, key: &str, value: Value| match map {
            Value::MultiMap(map) => map.set(Value::str(key), value).unwrap(),
            other => panic!("a map: {other:?}"),
        };
        let document = || survey(&Source::of_text(text.as_bytes())).unwrap().unwrap();
        let top = document();
        let at = |path: &[&str]| path.iter().fold(top.clone(), |map, key| get(&map, key));
        let before = heap::used();
        for _ in 0..3 {
            assert_eq!(at(&["r", "a", "b", "c", "@k"]).text_bytes(), Some(&b"2"[..]));
            let Value::MultiMap(root) = at(&["r"]) else { panic!("a map") };
            assert_eq!(root.get_all(&Value::str("a")).unwrap().len(), 2);
        }
        // Elements that have given something may keep room for it.
        assert!(heap::used() < before + 200);
        // A change stays, though nobody has the maps around what was changed.
        set(&at(&["r", "a", "b", "c"]), "new", Value::Int(7));
        assert!(matches!(at(&["r", "a", "b", "c", "new"]), Value::Int(7)));
        let (a, c) = (at(&["r", "a"]), at(&["r", "a", "b", "c"]));
        assert!(c.is(&get(&get(&a, "b"), "c")));
        let Value::MultiMap(root) = at(&["r"]) else { panic!("a map") };
        assert_eq!(root.len(), 1);
        assert!(a.is(&at(&["r", "a"])) && c.is(&at(&["r", "a", "b", "c"])));
        // What is inside stays whole when what is around it goes.
        let inside = get(&get(&get(&document(), "r"), "a"), "b");
        set(&get(&inside, "c"), "new", Value::Int(8));
        assert!(matches!(get(&get(&inside, "c"), "new"), Value::Int(8)));
        assert_eq!(get(&inside, "@k").text_bytes(), Some(&b"1"[..]));
    }
}
