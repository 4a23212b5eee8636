//! Elements that were checked but not built: a document of elements and attributes as one list of [`Node`]s.
//!
//! A reader that has found a whole text to be well-formed can leave a [`Tree`]. A [`super::MultiMap`] made from an element of it
//! reads single values from the list and becomes a table when somebody asks for more, so that a transform that takes six fields
//! of forty does not build the rest. Making values never fails and never runs script code.

use super::flow::MultiMap;
use super::hvec::HVec;
use super::refs::{Object, Ref};
use super::table::Table;
use super::text::Blob;
use super::{Value, interrupt};

/// The name of elements or attributes, as the key that it is in a map.
#[derive(Debug, Clone)]
pub struct Name {
    /// The key.
    pub key: Value,
    /// Its hash.
    pub hash: u64,
}

impl Name {
    fn is(&self, hash: u64, text: &[u8]) -> bool {
        self.hash == hash && self.key.text_bytes() == Some(text)
    }
}

/// The text of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// There is none.
    None,
    /// This part of the document's bytes: where it starts, and its length.
    Part(usize, u32),
    /// The text of this number among those that are no part of the document.
    Own(u32),
}

/// An element or an attribute. What is inside an element follows it.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// Number of its name.
    pub name: u32,
    /// Number of the first node that is not inside.
    pub end: u32,
    /// Its text.
    pub text: Text,
}

/// A document. The first node is the root.
#[derive(Debug)]
pub struct Tree {
    /// The bytes in which the texts stand.
    pub blob: Ref<Blob>,
    /// Elements and attributes in the order of the document.
    pub nodes: HVec<Node>,
    /// The names.
    pub names: HVec<Name>,
    /// Texts that are no part of the document, because references in them were resolved.
    pub texts: HVec<Value>,
    /// The name under which a map has the text of an element with children or attributes.
    pub text_name: Name,
}

impl Object for Tree {}

impl Tree {
    fn text(&self, text: Text) -> Value {
        match text {
            Text::None => Value::None,
            Text::Part(start, len) => Value::text_part(&self.blob, start..start + len as usize),
            Text::Own(n) => self.texts.get(n as usize).cloned().unwrap_or_default(),
        }
    }

    fn node(&self, n: u32) -> Option<&Node> {
        self.nodes.get(n as usize)
    }

    /// The nodes directly inside an element, with their numbers.
    fn children(&self, element: u32) -> impl Iterator<Item = (u32, &Node)> {
        let end = self.node(element).map_or(0, |node| node.end);
        let mut at = element + 1;
        std::iter::from_fn(move || {
            let node = self.node(at).filter(|_| at < end)?;
            let n = at;
            at = node.end;
            Some((n, node))
        })
    }

    /// The first value of a key of an element, if there is one. The outer `None` says that it is a map, which must be the same
    /// object each time.
    pub(super) fn text_of(&self, element: u32, hash: u64, text: &[u8]) -> Option<Option<Value>> {
        let is = |node: &Node| self.names.get(node.name as usize).is_some_and(|name| name.is(hash, text));
        if let Some((n, child)) = self.children(element).find(|(_, node)| is(node)) {
            return (child.end == n + 1).then(|| Some(self.text(child.text)));
        }
        let own = self.node(element).map(|node| node.text).filter(|own| *own != Text::None);
        Some(own.filter(|_| self.text_name.is(hash, text)).map(|own| self.text(own)))
    }
}

/// The value of a node: a text, or a map of what is inside.
#[must_use]
pub fn value(tree: &Ref<Tree>, n: u32) -> Value {
    match tree.node(n) {
        Some(node) if node.end > n + 1 => Value::MultiMap(MultiMap::lazy(tree.clone(), n)),
        Some(node) => tree.text(node.text),
        None => Value::None,
    }
}

/// The keys of an element with their values.
pub(super) fn table(tree: &Ref<Tree>, element: u32) -> Table<HVec<Value>> {
    let mut made: Table<HVec<Value>> = Table::default();
    let mut add = |name: &Name, value: Value| {
        let text = name.key.text_bytes().unwrap_or_default();
        match made.find_text(name.hash, text).and_then(|n| made.value_mut(n)) {
            Some(values) => values.push(value),
            None => made.insert_new(name.hash, name.key.clone(), HVec::from_slice(&[value])),
        }
    };
    let mut count = 0;
    for (n, child) in tree.children(element) {
        if let Some(name) = tree.names.get(child.name as usize) {
            add(name, value(tree, n));
        }
        count += 1;
    }
    if let Some(text) = tree.node(element).map(|node| node.text).filter(|text| *text != Text::None) {
        add(&tree.text_name, tree.text(text));
    }
    interrupt::spend(count * 8);
    made
}
