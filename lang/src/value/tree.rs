//! Elements that were checked but not built: a document of elements and attributes as one list of [`Node`]s.
//!
//! A reader that has found a whole text to be well-formed can leave a [`Tree`]. A [`super::MultiMap`] made from an element of it
//! reads single values from the list and becomes a table when somebody asks for more, so that a transform that takes six fields
//! of forty does not build the rest. Making values never fails and never runs script code.
//!
//! An element gives the same map for the same node as long as somebody has that map. It does not keep the map itself: one that
//! nobody has is made again when it is asked for, so that a loop over a long document leaves nothing behind. Only a map that
//! has become a table, which may have been changed, is kept; so are then the maps around it.
#![allow(unsafe_code)]

use super::flow::MultiMap;
use super::hash::hash_text;
use super::hvec::HVec;
use super::refs::{Object, Ref, Uncounted};
use super::table::Table;
use super::text::Blob;
use super::{Dict, Value, interrupt};

/// The name of elements or attributes, as the key that it is in a map.
#[derive(Debug, Clone)]
pub struct Name {
    /// The key.
    pub key: Value,
    /// Its hash.
    pub hash: u64,
}

impl Name {
    /// The name that is this text.
    #[must_use]
    pub fn new(text: &[u8]) -> Name {
        Name { key: Value::text(text), hash: hash_text(text) }
    }

    fn is(&self, hash: u64, text: &[u8]) -> bool {
        self.hash == hash && self.key.text_bytes() == Some(text)
    }
}

/// The names of a document. Documents of one kind may share them.
#[derive(Debug)]
pub struct Names {
    all: HVec<Name>,
    /// The name under which a map has the text of an element with children or attributes.
    text: Name,
}

impl Object for Names {}

impl Names {
    /// These names.
    #[must_use]
    pub fn new(all: HVec<Name>) -> Ref<Names> {
        Ref::new(Names { all, text: Name::new(b"#text") })
    }

    fn get(&self, n: u32) -> Option<&Name> {
        self.all.get(n as usize)
    }
}

/// The text of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Offset in the document's bytes, or the number of a text that is no part of the document.
    start: u32,
    len: u32,
}

impl Text {
    /// There is none.
    pub const NONE: Text = Text { start: u32::MAX, len: 0 };
    /// The length that marks texts which are no part of the document.
    const OWN: u32 = u32::MAX;

    /// A part of the document's bytes; `None` for one that is too far away or too long.
    #[inline]
    #[must_use]
    pub fn part(start: usize, len: usize) -> Option<Text> {
        let (start, len) = (u32::try_from(start).ok()?, u32::try_from(len).ok()?);
        (len < Self::OWN).then_some(Text { start, len })
    }

    /// The text of this number among those that are no part of the document.
    #[must_use]
    pub fn own(n: u32) -> Text {
        Text { start: n, len: Self::OWN }
    }
}

/// An element or an attribute. What is inside an element follows it.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// Number of its name; [`INSIDE`] marks elements with something inside.
    name: u32,
    /// Number of the first node that is not inside, if there is something inside; else where its text begins.
    first: u32,
    /// The number of its text among those of such elements, or how long its text is.
    second: u32,
}

/// Marks elements that have something inside.
const INSIDE: u32 = 1 << 31;

/// Elements and attributes in the order of the document.
#[derive(Debug)]
pub struct Nodes {
    all: HVec<Node>,
    /// The texts of elements that have something else inside, too.
    texts: HVec<Text>,
}

impl Nodes {
    /// None, with room for some.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Nodes {
        Nodes { all: HVec::with_capacity(capacity), texts: HVec::new() }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Adds a node without anything inside and gives its number; `None` if there are too many. So far `done` bytes of `total` gave
    /// nodes.
    #[inline]
    pub fn add(&mut self, name: u32, text: Text, done: usize, total: usize) -> Option<u32> {
        let n = u32::try_from(self.all.len()).ok().filter(|n| *n < u32::MAX && name < INSIDE)?;
        self.all.reserve_for_rest(1, done, total);
        self.all.push(Node { name, first: text.start, second: text.len });
        Some(n)
    }

    /// Completes an element: what was added after it is inside.
    #[inline]
    pub fn close(&mut self, n: u32, text: Text) {
        // Their number was looked at when they were added.
        let end = self.all.len() as u32;
        let Some(node) = self.all.get_mut(n as usize) else { return };
        if end == n + 1 {
            (node.first, node.second) = (text.start, text.len);
            return;
        }
        // There are not more texts than nodes.
        let number = self.texts.len() as u32;
        *node =
            Node { name: node.name | INSIDE, first: end, second: if text == Text::NONE { u32::MAX } else { number } };
        if text != Text::NONE {
            self.texts.push(text);
        }
    }

    /// The number of a node's name.
    #[inline]
    #[must_use]
    pub fn name(&self, n: u32) -> Option<u32> {
        self.all.get(n as usize).map(|node| node.name & !INSIDE)
    }

    /// The numbers of the names of the nodes from `n` on.
    pub fn names_from(&self, n: u32) -> impl ExactSizeIterator<Item = u32> {
        self.all.get(n as usize..).unwrap_or_default().iter().map(|node| node.name & !INSIDE)
    }

    /// The number of the first node that is not inside a node.
    #[inline]
    fn end(&self, n: u32) -> u32 {
        match self.all.get(n as usize) {
            Some(node) if node.name & INSIDE != 0 => node.first,
            Some(_) => n + 1,
            None => 0,
        }
    }

    /// A node's text.
    #[inline]
    fn text(&self, n: u32) -> Text {
        match self.all.get(n as usize) {
            Some(node) if node.name & INSIDE != 0 => {
                self.texts.get(node.second as usize).copied().unwrap_or(Text::NONE)
            }
            Some(node) => Text { start: node.first, len: node.second },
            None => Text::NONE,
        }
    }
}

/// A document. The first node is the root.
#[derive(Debug)]
pub struct Tree {
    /// The bytes in which the texts stand.
    pub blob: Ref<Blob>,
    /// Elements and attributes.
    pub nodes: Nodes,
    /// The names.
    pub names: Ref<Names>,
    /// Texts that are no part of the document, because references in them were resolved.
    pub texts: HVec<Value>,
}

impl Object for Tree {}

impl Tree {
    fn text(&self, text: Text) -> Value {
        let (start, len) = (text.start as usize, text.len as usize);
        match text.len {
            _ if text == Text::NONE => Value::None,
            Text::OWN => self.texts.get(start).cloned().unwrap_or_default(),
            _ => Value::text_part(&self.blob, start..start + len),
        }
    }

    /// The name of a node.
    #[inline]
    fn name(&self, n: u32) -> Option<&Name> {
        self.names.get(self.nodes.name(n)?)
    }

    /// Whether something is inside a node.
    #[inline]
    fn has_inside(&self, n: u32) -> bool {
        self.nodes.end(n) > n + 1
    }

    /// The first node of a name from node `at` on, which is directly inside an element as those that are looked at after it,
    /// before `end`.
    fn find(&self, mut at: u32, end: u32, hash: u64, text: &[u8]) -> Option<u32> {
        let mut seen = 0;
        let mut found = None;
        while at < end {
            if self.name(at).is_some_and(|name| name.is(hash, text)) {
                found = Some(at);
                break;
            }
            at = self.nodes.end(at).max(at + 1);
            seen += 1;
        }
        interrupt::spend(seen / 2);
        found
    }

    /// The text of an element that has something inside, under its key.
    fn own_text(&self, element: u32) -> Option<(&Name, Value)> {
        let text = self.nodes.text(element);
        (text != Text::NONE).then(|| (&self.names.text, self.text(text)))
    }
}

/// The dict of a document: the root's name, and its value.
#[must_use]
pub fn document(tree: Tree) -> Value {
    let tree = Ref::new(tree);
    let top = Dict::new();
    if let Some(name) = tree.name(0) {
        // A text is hashable, so this cannot fail.
        let _ = top.set(name.key.clone(), value(&tree, 0));
    }
    Value::Dict(top)
}

/// The value of a node: a text, or a map of what is inside.
#[must_use]
pub fn value(tree: &Ref<Tree>, n: u32) -> Value {
    if tree.has_inside(n) {
        return Value::MultiMap(MultiMap::lazy(Element::new(tree.clone(), n, None)));
    }
    tree.text(tree.nodes.text(n))
}

/// Most maps that an element remembers to have given; one that has to give more becomes a table.
const GIVEN: usize = 16;

/// A map that an element has given.
#[derive(Debug)]
enum Given {
    /// One that somebody has: when it is dropped, it says so to the element.
    Seen(Uncounted<MultiMap>),
    /// One that has to stay.
    Kept(Ref<MultiMap>),
}

impl Given {
    /// The map; `None` if it is being dropped.
    fn map(&self) -> Option<Ref<MultiMap>> {
        match self {
            // SAFETY: a map that is dropped is taken from the list of what its parent has given (see `Element::drop`).
            Given::Seen(map) => unsafe { map.counted() },
            Given::Kept(map) => Some(map.clone()),
        }
    }
}

/// An element that has something inside and is no table yet.
#[derive(Debug)]
pub struct Element {
    tree: Ref<Tree>,
    node: u32,
    /// The map that remembers to have given this one.
    parent: Option<Ref<MultiMap>>,
    /// The maps inside it that somebody has, with their nodes: each time it must be the same object.
    given: HVec<(u32, Given)>,
}

impl Drop for Element {
    fn drop(&mut self) {
        if let Some(parent) = self.parent.take() {
            parent.with_element(|parent| parent.forget(self.node));
        }
    }
}

impl Element {
    /// The element of a node, for a map that `parent` remembers.
    fn new(tree: Ref<Tree>, node: u32, parent: Option<Ref<MultiMap>>) -> Element {
        Element { tree, node, parent, given: HVec::new() }
    }

    /// A map inside is no more.
    fn forget(&mut self, node: u32) {
        let Some(n) = self.given.iter().rposition(|(given, _)| *given == node) else { return };
        let last = self.given.pop();
        if let Some(slot) = self.given.get_mut(n)
            && let Some(last) = last
        {
            *slot = last;
        }
        if self.given.is_empty() {
            self.given = HVec::new();
        }
    }

    /// Has the map of this element, which becomes a table, kept by the maps around it; nothing is remembered of it any more.
    pub(super) fn keep(&mut self, own: &MultiMap) {
        // SAFETY: maps are made by `MultiMap::new` and `MultiMap::lazy` only, as objects.
        let mut map = unsafe { Ref::of_body(own) };
        let (mut node, mut next) = (self.node, self.parent.take());
        while let Some(parent) = next {
            next = None;
            parent.with_element(|element| {
                if let Some((_, given)) = element.given.iter_mut().find(|(given, _)| *given == node) {
                    *given = Given::Kept(map.clone());
                }
                node = element.node;
                next = element.parent.take();
            });
            map = parent;
        }
    }

    /// The number of the first node behind the element.
    fn end(&self) -> u32 {
        self.tree.nodes.end(self.node)
    }

    /// The value of a node inside, for the map `own`; `None` if there would be too many maps to remember.
    fn give(&mut self, own: &MultiMap, n: u32) -> Option<Value> {
        if !self.tree.has_inside(n) {
            return Some(self.tree.text(self.tree.nodes.text(n)));
        }
        if let Some((_, given)) = self.given.iter().find(|(node, _)| *node == n) {
            return given.map().map(Value::MultiMap);
        }
        if self.given.len() == GIVEN {
            return None;
        }
        // SAFETY: as in `keep`.
        let parent = unsafe { Ref::of_body(own) };
        let map = MultiMap::lazy(Element::new(self.tree.clone(), n, Some(parent)));
        self.given.push((n, Given::Seen(Uncounted::of(&map))));
        Some(Value::MultiMap(map))
    }

    /// The first value of a key, if there is one, for the map `own` of this element. The outer `None` says that a table is needed.
    pub(super) fn first(&mut self, own: &MultiMap, hash: u64, text: &[u8]) -> Option<Option<Value>> {
        if let Some(n) = self.tree.find(self.node + 1, self.end(), hash, text) {
            return self.give(own, n).map(Some);
        }
        Some(self.tree.own_text(self.node).filter(|(name, _)| name.is(hash, text)).map(|(_, value)| value))
    }

    /// Appends all values of a key to `values`, for the map `own` of this element. `None` says that a table is needed; what was
    /// appended is dropped when nobody is at work on the element.
    pub(super) fn all(&mut self, own: &MultiMap, hash: u64, text: &[u8], values: &mut HVec<Value>) -> Option<()> {
        let (mut at, end) = (self.node + 1, self.end());
        while let Some(n) = self.tree.find(at, end, hash, text) {
            values.push(self.give(own, n)?);
            at = self.tree.nodes.end(n);
        }
        let own = self.tree.own_text(self.node).filter(|(name, _)| name.is(hash, text));
        values.extend(own.map(|(_, value)| value));
        Some(())
    }

    /// The keys with their values.
    pub(super) fn table(mut self) -> Table<HVec<Value>> {
        let mut made: Table<HVec<Value>> = Table::default();
        let mut add = |name: &Name, value: Value| {
            let text = name.key.text_bytes().unwrap_or_default();
            match made.find_text(name.hash, text).and_then(|n| made.value_mut(n)) {
                Some(values) => values.push(value),
                None => made.insert_new(name.hash, name.key.clone(), HVec::from_slice(&[value])),
            }
        };
        let given = std::mem::take(&mut self.given);
        // The table keeps them now.
        let given: HVec<(u32, Ref<MultiMap>)> =
            given.iter().filter_map(|(n, given)| Some((*n, given.map()?))).collect();
        for (_, map) in given.iter() {
            map.with_element(|element| drop(element.parent.take()));
        }
        let (mut at, end) = (self.node + 1, self.end());
        let mut count = 0;
        while at < end {
            if let Some(name) = self.tree.name(at) {
                let known = given.iter().find(|(node, _)| *node == at).map(|(_, map)| Value::MultiMap(map.clone()));
                add(name, known.unwrap_or_else(|| value(&self.tree, at)));
            }
            at = self.tree.nodes.end(at).max(at + 1);
            count += 1;
        }
        if let Some((name, value)) = self.tree.own_text(self.node) {
            add(name, value);
        }
        interrupt::spend(count * 8);
        made
    }
}
