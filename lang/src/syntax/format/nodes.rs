//! A logical line as the formatter sees it: tokens with their comments, nested by brackets.
//!
//! Widths are measured here once, so that deciding where a line breaks never looks into a bracket twice. A text that spans
//! lines (a triple-quoted string) has two widths: up to its first line end, and behind its last.

use std::borrow::Cow;

use crate::syntax::token::Tok;

/// A token as it will be written, with the comments around it.
#[derive(Debug)]
pub struct Atom<'a> {
    /// What it is.
    pub kind: Tok,
    /// How it is written.
    pub text: Cow<'a, str>,
    /// Does a blank stand before it when it does not start a line?
    pub space: bool,
    /// Is it an operator between two operands?
    pub binary: bool,
    /// Comments on lines of their own above it, inside brackets.
    pub before: Vec<&'a str>,
    /// A comment behind it on its line.
    pub after: Option<&'a str>,
}

impl<'a> Atom<'a> {
    /// A token without comments; spacing is decided later.
    pub fn new(kind: Tok, text: impl Into<Cow<'a, str>>) -> Atom<'a> {
        Atom { kind, text: text.into(), space: false, binary: false, before: Vec::new(), after: None }
    }

    fn has_comment(&self) -> bool {
        !self.before.is_empty() || self.after.is_some()
    }

    /// Its width without the blank before it.
    fn width(&self) -> Width {
        Width::of(&self.text)
    }
}

/// What a bracket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bracket {
    /// The arguments of a call, or the sub-patterns of a class pattern.
    Call,
    /// The parameters of a `def`.
    Params,
    /// An index or slice.
    Subscript,
    /// A group, tuple or generator expression.
    Paren,
    /// A list, set or dict.
    Display,
}

/// How wide a stretch of text is, in characters. Lines inside of a text of several lines do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Width {
    /// Up to the first line end, or the whole.
    pub head: usize,
    /// The widest line between one text of several lines and the next.
    pub inner: usize,
    /// Behind the last line end, if there is one.
    pub tail: Option<usize>,
}

impl Width {
    fn of(text: &str) -> Width {
        let count = |part: &str| part.chars().count();
        match text.split_once('\n') {
            Some((first, rest)) => {
                let last = rest.rsplit('\n').next().unwrap_or_default();
                Width { head: count(first), inner: 0, tail: Some(count(last)) }
            }
            None => Width { head: count(text), inner: 0, tail: None },
        }
    }

    /// The width of this text with `next` behind it.
    pub fn then(self, next: Width) -> Width {
        let Some(tail) = self.tail else { return Width { head: self.head + next.head, ..next } };
        let joined = tail + next.head;
        match next.tail {
            None => Width { tail: Some(joined), ..self },
            Some(_) => Width { head: self.head, inner: self.inner.max(next.inner).max(joined), tail: next.tail },
        }
    }
}

/// A token, or a bracket with what it holds.
#[derive(Debug)]
pub enum Node<'a> {
    /// A token.
    Atom(Atom<'a>),
    /// A bracket.
    Group(Group<'a>),
}

/// A bracket with what it holds.
#[derive(Debug)]
pub struct Group<'a> {
    /// What it is for.
    pub bracket: Bracket,
    /// The opening bracket.
    pub open: Atom<'a>,
    /// What stands inside.
    pub body: Vec<Node<'a>>,
    /// The closing bracket.
    pub close: Atom<'a>,
    /// Must it be spread over lines: for a comment, or for a comma that its author left behind the last item?
    pub spread: bool,
    /// Without the blank before it.
    width: Width,
}

impl<'a> Group<'a> {
    /// A bracket around `body`.
    pub fn new(bracket: Bracket, open: Atom<'a>, body: Vec<Node<'a>>, close: Atom<'a>) -> Group<'a> {
        let spread = open.after.is_some()
            || close.has_comment_inside()
            || body.iter().any(Node::must_spread)
            || has_magic_comma(bracket, &body);
        let width = body.iter().fold(open.width(), |width, node| width.then(node.width())).then(close.width());
        Group { bracket, open, body, close, spread, width }
    }
}

impl Atom<'_> {
    /// As a closing bracket: does a comment stand between it and the last item? One behind it is outside.
    fn has_comment_inside(&self) -> bool {
        !self.before.is_empty()
    }
}

impl<'a> Node<'a> {
    /// Its width on one line, with the blank before it.
    pub fn width(&self) -> Width {
        let bare = self.bare_width();
        let space = match self {
            Node::Atom(atom) => atom.space,
            Node::Group(group) => group.open.space,
        };
        Width { head: bare.head + usize::from(space), ..bare }
    }

    /// Its width at the start of a line.
    pub fn bare_width(&self) -> Width {
        match self {
            Node::Atom(atom) => atom.width(),
            Node::Group(group) => group.width,
        }
    }

    /// Can it not stand on one line together with others?
    pub fn must_spread(&self) -> bool {
        match self {
            Node::Atom(atom) => atom.has_comment(),
            Node::Group(group) => group.spread || group.open.has_comment() || group.close.has_comment(),
        }
    }

    /// The token that starts it.
    pub fn first_mut(&mut self) -> &mut Atom<'a> {
        match self {
            Node::Atom(atom) => atom,
            Node::Group(group) => &mut group.open,
        }
    }

    /// The token that ends it.
    pub fn last_mut(&mut self) -> &mut Atom<'a> {
        match self {
            Node::Atom(atom) => atom,
            Node::Group(group) => &mut group.close,
        }
    }

    /// The kind of a token that is no bracket.
    pub fn kind(&self) -> Option<Tok> {
        match self {
            Node::Atom(atom) => Some(atom.kind),
            Node::Group(_) => None,
        }
    }

    /// The bracket, if it holds anything.
    pub fn filled_group(&self) -> Option<&Group<'a>> {
        match self {
            Node::Group(group) if !group.body.is_empty() => Some(group),
            _ => None,
        }
    }
}

/// Does a comma stand behind the last item, where it says no more than "one item a line"? The comma that makes a tuple of
/// one item says something else.
fn has_magic_comma(bracket: Bracket, body: &[Node<'_>]) -> bool {
    let is_comma = |node: &Node<'_>| node.kind() == Some(Tok::Comma);
    body.last().is_some_and(is_comma)
        && (!matches!(bracket, Bracket::Paren | Bracket::Subscript) || body.iter().filter(|n| is_comma(n)).count() > 1)
}

/// Nests the tokens of a logical line; `brackets` says what each opening bracket is for, in order.
pub fn nest<'a>(atoms: Vec<Atom<'a>>, brackets: &[Bracket]) -> Vec<Node<'a>> {
    let mut brackets = brackets.iter();
    let mut open: Vec<(Bracket, Atom<'a>, Vec<Node<'a>>)> = Vec::new();
    let mut current = Vec::new();
    for mut atom in atoms {
        if let Some(Node::Atom(comma)) = current.last_mut()
            && comma.kind == Tok::Comma
        {
            // What the comma could not keep stands above the next item.
            let moved = std::mem::take(&mut comma.before);
            atom.before.splice(0..0, moved);
        }
        if atom.kind.is_opener() {
            let bracket = brackets.next().copied().unwrap_or(Bracket::Paren);
            open.push((bracket, atom, std::mem::take(&mut current)));
        } else if atom.kind.is_closer()
            && let Some((bracket, opener, outer)) = open.pop()
        {
            let body = std::mem::replace(&mut current, outer);
            current.push(Node::Group(Group::new(bracket, opener, body, atom)));
        } else {
            if atom.kind == Tok::Comma {
                settle_comments(&mut atom, current.last_mut());
            }
            current.push(Node::Atom(atom));
        }
    }
    current
}

/// The comment behind the last token of an item goes behind the comma, where it stands after formatting; what the comma
/// cannot keep, in order, waits for the next item.
fn settle_comments<'a>(comma: &mut Atom<'a>, item: Option<&mut Node<'a>>) {
    let behind_item = item.and_then(|item| item.last_mut().after.take());
    if behind_item.is_some() || !comma.before.is_empty() {
        comma.before.extend(std::mem::replace(&mut comma.after, behind_item));
    }
}
