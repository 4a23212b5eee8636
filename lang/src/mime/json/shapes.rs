//! Shape prediction: objects with the same keys in the same order share one [`Shape`].
//!
//! The keys that objects were seen to have form a tree: a path from its root is the beginning of an object. Every node
//! remembers which key followed last time, and under which key objects of which first key were found. So the reader
//! compares the bytes of the next key with one prediction; only where that fails are the alternatives looked through, and
//! only where those fail is a key decoded and hashed.
//!
//! The tree outlives a document: each thread keeps one, so that messages of one kind share shapes over many runs. Nothing
//! of it is visible to scripts. It is bounded; objects that do not fit into it become hashed dicts.

use std::cell::RefCell;

use crate::value::{HVec, Ref, Shape, Value};

/// A place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeId(u32);

impl NodeId {
    /// The beginning of every object, and the slot of a document's top value.
    pub const ROOT: NodeId = NodeId(0);
}

/// No node: the root follows nothing.
const NONE: u32 = 0;
/// Most nodes of the tree.
const MAX_NODES: usize = 2048;
/// Most keys of a shape that is learnt.
const MAX_KEYS: u32 = 128;
/// Longest key that is learnt.
const MAX_KEY: usize = 256;
/// Bytes of a key that are compared at once.
const HEAD: usize = 16;
/// Most alternatives that are looked through for one place.
const MAX_SIBLINGS: usize = 32;

#[derive(Debug, Default)]
struct Node {
    /// The first sixteen bytes of the key with what stands around it in a text without white space, and which of their bits matter:
    /// not those of the brace or comma in front, but those of the colon behind.
    head: u128,
    mask: u128,
    /// The key as it was written, with its quotes, and a colon.
    raw: Box<[u8]>,
    key: Value,
    /// Where the object keeps the value: one less than `len`, or less if the key is repeated.
    place: u32,
    /// Number of distinct keys from the root to here.
    len: u32,
    parent: u32,
    /// The key that followed last time.
    next: u32,
    /// First of the keys that ever followed; they are chained by `sibling`.
    children: u32,
    sibling: u32,
    /// First key of the last object that was found under this key, and how many keys that had.
    inner: u32,
    expected: u32,
    shape: Option<Ref<Shape>>,
    /// The survey in which the shape last got a number, and that number.
    survey: u64,
    number: usize,
}

impl Node {
    /// The key as it was written, with its quotes.
    #[inline]
    fn quoted(&self) -> &[u8] {
        self.raw.split_last().map_or(&[], |(_, quoted)| quoted)
    }

    /// The length of the key with a brace or comma in front and a colon behind, if `rest` begins so.
    #[inline]
    fn expected(&self, rest: &[u8]) -> Option<usize> {
        let len = self.raw.len() + 1;
        let first = u128::from_le_bytes(*rest.first_chunk()?);
        let begins = (first ^ self.head) & self.mask == 0;
        (begins && (len <= HEAD || rest.get(HEAD..len) == self.raw.get(HEAD - 1..))).then_some(len)
    }
}

/// The tree of keys.
#[derive(Debug)]
pub struct Shapes {
    nodes: Vec<Node>,
    /// Number of the present survey.
    survey: u64,
    /// Whether something did not fit.
    full: bool,
}

impl Default for Shapes {
    fn default() -> Self {
        Shapes { nodes: vec![Node::default()], survey: 0, full: false }
    }
}

thread_local! {
    static KEPT: RefCell<Option<Shapes>> = const { RefCell::new(None) };
}

impl Shapes {
    /// This thread's tree. A reader that is already at work has it; then this is a new one.
    #[must_use]
    pub fn borrow_kept() -> Shapes {
        KEPT.with_borrow_mut(Option::take).unwrap_or_default()
    }

    /// Keeps the tree for the next document, unless it ran full.
    pub fn keep(self) {
        if !self.full {
            KEPT.with_borrow_mut(|kept| *kept = Some(self));
        }
    }

    /// Begins a survey: the shapes of a document are numbered.
    pub fn begin(&mut self) {
        self.survey += 1;
    }

    /// The number of the shape of the object that ends at `at` and is the value of `slot` among the shapes `found` in this
    /// survey; a new one is added to them.
    #[inline]
    pub fn number(&mut self, at: NodeId, slot: NodeId, found: &mut HVec<Ref<Shape>>) -> usize {
        if let Some(node) = self.node(at.0).filter(|node| node.survey == self.survey) {
            return node.number;
        }
        let (number, survey) = (found.len(), self.survey);
        found.push(self.shape(at, slot));
        if let Some(node) = self.nodes.get_mut(at.0 as usize) {
            (node.survey, node.number) = (survey, number);
        }
        number
    }

    #[inline]
    fn node(&self, id: u32) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// The node of the key that is expected in an object that has come as far as `at` and is the value of `slot`, if it is the one
    /// with which `rest` begins behind a brace or comma and without white space; with it the length of all that, the colon included.
    #[inline]
    pub fn expect(&self, at: NodeId, slot: NodeId, rest: &[u8]) -> Option<(NodeId, usize)> {
        let predicted = self.predicted(at, slot)?;
        Some((NodeId(predicted), self.node(predicted)?.expected(rest)?))
    }

    /// The key that followed last time.
    #[inline]
    fn predicted(&self, at: NodeId, slot: NodeId) -> Option<u32> {
        let predicted = if at == NodeId::ROOT { self.node(slot.0)?.inner } else { self.node(at.0)?.next };
        (predicted != NONE).then_some(predicted)
    }

    /// The node of the key with which `rest` begins, in an object that has come as far as `at` and is the value of `slot`;
    /// with it the length of the key with its quotes. `None` if the key was not seen there yet.
    #[inline]
    pub fn follow(&mut self, at: NodeId, slot: NodeId, rest: &[u8]) -> Option<(NodeId, usize)> {
        if let Some(predicted) = self.predicted(at, slot) {
            let key = self.node(predicted)?.quoted();
            if rest.starts_with(key) {
                return Some((NodeId(predicted), key.len()));
            }
        }
        self.search(at, slot, rest)
    }

    fn search(&mut self, at: NodeId, slot: NodeId, rest: &[u8]) -> Option<(NodeId, usize)> {
        let mut id = self.node(at.0)?.children;
        while id != NONE {
            let node = self.node(id)?;
            if rest.starts_with(node.quoted()) {
                let len = node.quoted().len();
                self.predict(at, slot, id);
                return Some((NodeId(id), len));
            }
            id = node.sibling;
        }
        None
    }

    fn predict(&mut self, at: NodeId, slot: NodeId, id: u32) {
        let (from, first) = if at == NodeId::ROOT { (slot, true) } else { (at, false) };
        if let Some(node) = self.nodes.get_mut(from.0 as usize) {
            *(if first { &mut node.inner } else { &mut node.next }) = id;
        }
    }

    /// Learns a key: `raw` as written, with quotes, and decoded. `None` if there is no room for it.
    pub fn learn(&mut self, at: NodeId, slot: NodeId, raw: &[u8], key: &Value) -> Option<NodeId> {
        let parent = self.node(at.0)?;
        let (children, len) = (parent.children, parent.len);
        let mut siblings = 0;
        let mut id = children;
        while let Some(node) = self.node(id).filter(|_| id != NONE) {
            siblings += 1;
            id = node.sibling;
        }
        if len >= MAX_KEYS || raw.len() > MAX_KEY || siblings >= MAX_SIBLINGS || self.nodes.len() >= MAX_NODES {
            self.full = true;
            return None;
        }
        let earlier = self.path(at).find(|node| node.key.text_bytes() == key.text_bytes()).map(|node| node.place);
        let (place, len) = match earlier {
            Some(place) => (place, len),
            None => (len, len + 1),
        };
        // Bounded by `MAX_NODES`.
        let made = self.nodes.len() as u32;
        let raw = [raw, b":"].concat();
        let (mut head, mut mask) = ([0; HEAD], [0; HEAD]);
        for ((head, mask), byte) in head.iter_mut().zip(&mut mask).skip(1).zip(&raw) {
            (*head, *mask) = (*byte, u8::MAX);
        }
        self.nodes.push(Node {
            head: u128::from_le_bytes(head),
            mask: u128::from_le_bytes(mask),
            raw: raw.into(),
            key: key.clone(),
            place,
            len,
            parent: at.0,
            sibling: children,
            ..Node::default()
        });
        if let Some(parent) = self.nodes.get_mut(at.0 as usize) {
            parent.children = made;
        }
        self.predict(at, slot, made);
        Some(NodeId(made))
    }

    /// The nodes from `at` up to the root, the root excluded.
    fn path(&self, at: NodeId) -> impl Iterator<Item = &Node> {
        let mut id = at.0;
        std::iter::from_fn(move || {
            let node = self.node(id).filter(|_| id != NONE)?;
            id = node.parent;
            Some(node)
        })
    }

    /// Where an object keeps the value of this key.
    #[inline]
    #[must_use]
    pub fn place(&self, at: NodeId) -> usize {
        self.node(at.0).map_or(0, |node| node.place as usize)
    }

    /// How many distinct keys an object has that has come as far as `at`.
    #[inline]
    #[must_use]
    pub fn len(&self, at: NodeId) -> usize {
        self.node(at.0).map_or(0, |node| node.len as usize)
    }

    /// Where such an object keeps the value of each of its keys, repeated ones included, in the order of the text.
    #[must_use]
    pub fn places(&self, at: NodeId) -> Vec<usize> {
        let mut places: Vec<usize> = self.path(at).map(|node| node.place as usize).collect();
        places.reverse();
        places
    }

    /// The distinct keys of an object that has come as far as `at`, in order.
    #[must_use]
    pub fn keys(&self, at: NodeId) -> Vec<Value> {
        let mut keys: Vec<Option<Value>> = vec![None; self.node(at.0).map_or(0, |node| node.len as usize)];
        for node in self.path(at) {
            // A repeated key has the place of its first appearance, which comes later on this path.
            if let Some(slot) = keys.get_mut(node.place as usize) {
                *slot = Some(node.key.clone());
            }
        }
        keys.into_iter().flatten().collect()
    }

    /// How many keys an object will have that is the value of `slot`.
    #[inline]
    #[must_use]
    pub fn expected(&self, slot: NodeId) -> usize {
        self.node(slot.0).map_or(0, |node| node.expected as usize)
    }

    /// The shape of the object that ends at `at` and is the value of `slot`.
    #[inline]
    pub fn shape(&mut self, at: NodeId, slot: NodeId) -> Ref<Shape> {
        let len = self.node(at.0).map_or(0, |node| node.len);
        if let Some(node) = self.nodes.get_mut(slot.0 as usize) {
            node.expected = len;
        }
        if let Some(shape) = self.node(at.0).and_then(|node| node.shape.as_ref()) {
            return shape.clone();
        }
        let shape = Shape::from_keys(&self.keys(at));
        if let Some(node) = self.nodes.get_mut(at.0 as usize) {
            node.shape = Some(shape.clone());
        }
        shape
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_gives_one_shape_and_repeated_keys_keep_their_place() {
        let mut shapes = Shapes::default();
        let mut at = NodeId::ROOT;
        for (raw, key) in [("\"a\"", "a"), ("\"b\"", "b"), ("\"\\u0061\"", "a"), ("\"c\"", "c")] {
            assert_eq!(shapes.follow(at, NodeId::ROOT, raw.as_bytes()), None);
            at = shapes.learn(at, NodeId::ROOT, raw.as_bytes(), &Value::str(key)).unwrap();
        }
        assert_eq!(shapes.place(at), 2);
        let names: Vec<String> = shapes.keys(at).iter().map(Value::to_display).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let first = shapes.shape(at, NodeId::ROOT);
        assert!(Ref::same(&first, &shapes.shape(at, NodeId::ROOT)));
        let (a, len) = shapes.follow(NodeId::ROOT, NodeId::ROOT, b"\"a\": 1").unwrap();
        assert_eq!((shapes.place(a), len), (0, 3));
        let expect = |text: &str| {
            let text = format!("{text}                ");
            shapes.expect(NodeId::ROOT, NodeId::ROOT, text.as_bytes()).map(|(_, len)| len)
        };
        assert_eq!(
            [expect("{\"a\":1"), expect(",\"a\":"), expect("{\"a\" :"), expect("{\"b\":")],
            [Some(5), Some(5), None, None]
        );
    }

    #[test]
    fn keys_of_every_length_are_expected() {
        for len in 0..40 {
            let mut shapes = Shapes::default();
            let key = "k".repeat(len);
            let raw = format!("\"{key}\"");
            let node = shapes.learn(NodeId::ROOT, NodeId::ROOT, raw.as_bytes(), &Value::str(&key)).unwrap();
            let expect = |text: String| shapes.expect(NodeId::ROOT, NodeId::ROOT, text.as_bytes());
            assert_eq!(expect(format!("{{{raw}:\"0123456789abcdef")), Some((node, len + 4)));
            for other in [format!("{{\"{key}k\":"), format!("{{{raw} :"), format!("{{{raw}"), format!("{{\"{key}:")] {
                assert_eq!(expect(format!("{other}                ")), None, "{other}");
            }
        }
    }

    #[test]
    fn the_tree_is_bounded() {
        let mut shapes = Shapes::default();
        for n in 0..2 * MAX_SIBLINGS {
            let raw = format!("\"k{n}\"");
            let learnt = shapes.learn(NodeId::ROOT, NodeId::ROOT, raw.as_bytes(), &Value::str(&format!("k{n}")));
            assert_eq!(learnt.is_some(), n < MAX_SIBLINGS);
        }
        let before = shapes.full;
        shapes.keep();
        assert!(before && Shapes::borrow_kept().nodes.len() == 1);
    }
}
