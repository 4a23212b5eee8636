//! The parser: pattern text to tree.
//!
//! This room holds alternatives, sequences, repetitions and character sets; what begins with `(` is in [`super::groups`],
//! what begins with a backslash in [`super::escapes`]. Every error has CPython's words and position, and of two errors
//! the one CPython sees first is reported.

use std::collections::{HashMap, HashSet};

use super::ast::{At, Greed, Group, Node, Repeat, Sequence, Set, SetItem, UNBOUNDED, Width};
use super::error::{Error, Message};
use super::escapes::{self, Meaning};
use super::flags::{self, VERBOSE};
use super::number::repeat_count;
use super::source::{Source, Token};
use crate::value::interrupt::checkpoint;

/// Nested calls at which CPython's parser meets its recursion limit.
const MAX_DEPTH: u32 = 992;
/// Stack that one level of nesting may need, and what is added when less is left.
const RED_ZONE: usize = 64 * 1024;
const MORE_STACK: usize = 1024 * 1024;

/// Runs one level of a recursion with enough stack.
pub(super) fn with_stack<R>(level: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, MORE_STACK, level)
}

/// A parsed pattern.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The tree.
    pub(super) body: Sequence,
    /// All flags of the pattern as a whole.
    pub(super) flags: u32,
    /// Number of capturing groups.
    pub(super) groups: u32,
    /// Named groups in order of their numbers.
    pub(super) names: Vec<(String, u32)>,
}

/// Parses a pattern given as code points (of a text) or byte values.
pub(super) fn parse(pattern: &[u32], is_text: bool, flags: u32) -> Result<Parsed, Error> {
    let mut parser = Parser {
        source: Source::new(pattern, is_text)?,
        flags,
        widths: vec![None],
        names: Vec::new(),
        numbers: HashMap::new(),
        behind: None,
        references: Vec::new(),
        referenced: HashSet::new(),
        depth: 0,
    };
    let body = parser.alternatives(flags & VERBOSE != 0, true)?;
    let flags = flags::complete(parser.flags, is_text)?;
    if parser.source.peek().is_some() {
        return Err(parser.error("unbalanced parenthesis", 0));
    }
    for (group, pos) in &parser.references {
        if *group as usize >= parser.widths.len() {
            let message = Message::new(&format!("invalid group reference {group}"));
            return Err(parser.source.error_at(message, *pos));
        }
    }
    let groups = (parser.widths.len() - 1) as u32;
    Ok(Parsed { body, flags, groups, names: parser.names })
}

/// The state of parsing.
pub(super) struct Parser<'p> {
    pub(super) source: Source<'p>,
    /// Flags of the whole pattern so far.
    pub(super) flags: u32,
    /// Width of each group, known once it is closed. Group 0 never is.
    pub(super) widths: Vec<Option<Width>>,
    /// Named groups in order of their numbers.
    pub(super) names: Vec<(String, u32)>,
    /// Their numbers.
    pub(super) numbers: HashMap<String, u32>,
    /// Inside a look-behind: the number of groups that were opened before it.
    pub(super) behind: Option<usize>,
    /// Group numbers that conditionals ask for, with the place of the first.
    pub(super) references: Vec<(u32, usize)>,
    /// The group numbers among them.
    pub(super) referenced: HashSet<u32>,
    depth: u32,
}

/// What an item of a sequence turned out to be.
enum Piece {
    Node(Node),
    Nothing,
}

impl Parser<'_> {
    /// An error `back` code points before the next token.
    pub(super) fn error(&self, words: &str, back: usize) -> Error {
        self.source.error(Message::new(words), back)
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Error::Recursion) } else { Ok(()) }
    }

    /// Parses `a|b|c`.
    pub(super) fn alternatives(&mut self, verbose: bool, outermost: bool) -> Result<Sequence, Error> {
        self.deeper()?;
        let mut verbose = verbose;
        let mut found = Vec::new();
        loop {
            let first = outermost && found.is_empty();
            found.push(self.sequence(verbose, first)?);
            if !self.source.accept(b'|')? {
                break;
            }
            if outermost {
                verbose = self.flags & VERBOSE != 0;
            }
        }
        self.depth -= 1;
        Ok(match found.len() {
            1 => found.pop().unwrap_or_default(),
            _ => branch(found),
        })
    }

    /// Parses items up to `|`, `)` or the end. `first` allows global flags at the start.
    pub(super) fn sequence(&mut self, verbose: bool, first: bool) -> Result<Sequence, Error> {
        self.deeper()?;
        let items = with_stack(|| self.items(verbose, first))?;
        self.depth -= 1;
        let items = without_plain_groups(items);
        checkpoint(items.len() as u64 * 4)?;
        Ok(items)
    }

    fn items(&mut self, verbose: bool, first: bool) -> Result<Sequence, Error> {
        let mut verbose = verbose;
        let mut items = Sequence::new();
        while let Some(token) = self.source.peek() {
            if token.is(b'|') || token.is(b')') {
                break;
            }
            self.source.take()?;
            if verbose && self.skip_in_verbose(token)? {
                continue;
            }
            let piece = match (token, token.ascii()) {
                (Token::Escape(letter), _) => self.escape(letter)?,
                (_, Some(b'[')) => Piece::Node(self.set()?),
                (_, Some(sign @ (b'*' | b'+' | b'?' | b'{'))) => self.repeat(sign, &mut items)?,
                (_, Some(b'.')) => Piece::Node(Node::Any),
                (_, Some(b'^')) => Piece::Node(Node::At(At::Start)),
                (_, Some(b'$')) => Piece::Node(Node::At(At::End)),
                (_, Some(b'(')) => {
                    let may_set_flags = first && items.is_empty();
                    match self.bracket(&mut verbose, may_set_flags)? {
                        Some(node) => Piece::Node(node),
                        None => Piece::Nothing,
                    }
                }
                (Token::Char(cp), _) => Piece::Node(Node::Literal(cp)),
            };
            if let Piece::Node(node) = piece {
                items.push(node);
            }
        }
        Ok(items)
    }

    /// Skips white space or a comment that the token just taken begins.
    fn skip_in_verbose(&mut self, token: Token) -> Result<bool, Error> {
        match token.ascii() {
            Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C) => Ok(true),
            Some(b'#') => {
                while self.source.take()?.is_some_and(|token| !token.is(b'\n')) {}
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn escape(&mut self, letter: u32) -> Result<Piece, Error> {
        match escapes::in_pattern(&mut self.source, letter)? {
            Meaning::Item(node) => Ok(Piece::Node(node)),
            Meaning::Group { number, len } => {
                if number as usize >= self.widths.len() {
                    let words = format!("invalid group reference {number}");
                    return Err(self.error(&words, len - 1));
                }
                self.backref(number, len).map(Piece::Node)
            }
        }
    }

    /// A reference to a group that exists; the reference itself has `len` code points.
    pub(super) fn backref(&mut self, group: u32, len: usize) -> Result<Node, Error> {
        let Some(width) = self.closed(group) else {
            return Err(self.error("cannot refer to an open group", len));
        };
        self.check_behind(group)?;
        Ok(Node::Backref { group, width })
    }

    /// The width of a group if it is complete.
    fn closed(&self, group: u32) -> Option<Width> {
        self.widths.get(group as usize).copied().flatten()
    }

    /// A look-behind may only refer to groups that were complete before it.
    pub(super) fn check_behind(&self, group: u32) -> Result<(), Error> {
        let Some(before) = self.behind else {
            return Ok(());
        };
        if self.closed(group).is_none() {
            return Err(self.error("cannot refer to an open group", 0));
        }
        if group as usize >= before {
            let words = "cannot refer to group defined in the same lookbehind subpattern";
            return Err(self.error(words, 0));
        }
        Ok(())
    }

    /// Parses `[…]` after the `[`.
    fn set(&mut self) -> Result<Node, Error> {
        let here = self.source.position() - 1;
        let negated = self.source.accept(b'^')?;
        let mut items = Vec::new();
        loop {
            let this = self.set_token(here)?;
            if this.is(b']') && !items.is_empty() {
                break;
            }
            let low = self.set_item(this)?;
            if !self.source.accept(b'-')? {
                items.push(low);
                continue;
            }
            let that = self.set_token(here)?;
            if that.is(b']') {
                items.extend([low, SetItem::Literal(b'-'.into())]);
                break;
            }
            match (low, self.set_item(that)?) {
                (SetItem::Literal(low), SetItem::Literal(high)) if low <= high => {
                    items.push(SetItem::Range(low, high));
                }
                _ => {
                    let message = Message::new("bad character range ")
                        .raw(&this.code_points())
                        .words("-")
                        .raw(&that.code_points());
                    return Err(self.source.error(message, this.len() + 1 + that.len()));
                }
            }
        }
        let mut seen = HashSet::new();
        items.retain(|item| seen.insert(*item));
        Ok(match (items.as_slice(), negated) {
            ([SetItem::Literal(cp)], false) => Node::Literal(*cp),
            ([SetItem::Literal(cp)], true) => Node::NotLiteral(*cp),
            _ => Node::Set(Set { negated, items }),
        })
    }

    fn set_token(&mut self, here: usize) -> Result<Token, Error> {
        match self.source.take()? {
            Some(token) => Ok(token),
            None => {
                let back = self.source.position() - here;
                Err(self.error("unterminated character set", back))
            }
        }
    }

    fn set_item(&mut self, token: Token) -> Result<SetItem, Error> {
        match token {
            Token::Escape(letter) => escapes::in_set(&mut self.source, letter),
            Token::Char(cp) => Ok(SetItem::Literal(cp)),
        }
    }

    /// Parses a quantifier after its first character and puts it around the last item.
    fn repeat(&mut self, sign: u8, items: &mut Sequence) -> Result<Piece, Error> {
        let here = self.source.position();
        let (min, max) = match sign {
            b'?' => (0, 1),
            b'*' => (0, UNBOUNDED),
            b'+' => (1, UNBOUNDED),
            _ => match self.counts(here)? {
                Some(counts) => counts,
                None => return Ok(Piece::Node(Node::Literal(sign.into()))),
            },
        };
        let back = self.source.position() - here + 1;
        match items.last() {
            None | Some(Node::At(_)) => return Err(self.error("nothing to repeat", back)),
            Some(Node::Repeat(_)) => return Err(self.error("multiple repeat", back)),
            Some(_) => {}
        }
        let greed = if self.source.accept(b'?')? {
            Greed::Lazy
        } else if self.source.accept(b'+')? {
            Greed::Possessive
        } else {
            Greed::Greedy
        };
        let body = match items.pop() {
            Some(Node::Group(group)) if group.is_plain() => group.body,
            item => item.into_iter().collect(),
        };
        let width = Width::of(&body).times(min, max);
        Ok(Piece::Node(Node::Repeat(Repeat { greed, min, max, body, width })))
    }

    /// Parses `m,n}`. `None` when the bracket is an ordinary character after all.
    fn counts(&mut self, here: usize) -> Result<Option<(u32, u32)>, Error> {
        if self.source.peek_ascii() == Some(b'}') {
            return Ok(None);
        }
        let low = self.source.take_while(usize::MAX, u8::is_ascii_digit)?;
        let high = if self.source.accept(b',')? {
            self.source.take_while(usize::MAX, u8::is_ascii_digit)?
        } else {
            low.clone()
        };
        if !self.source.accept(b'}')? {
            self.source.seek(here)?;
            return Ok(None);
        }
        let count = |digits: &[u8], default| match digits {
            [] => Ok(default),
            _ => match repeat_count(digits, UNBOUNDED) {
                Ok(Some(count)) => Ok(count),
                Ok(None) => Err(Error::Overflow("the repetition number is too large")),
                Err(message) => Err(Error::Value(message)),
            },
        };
        let (min, max) = (count(&low, 0)?, count(&high, UNBOUNDED)?);
        if max < min {
            let back = self.source.position() - here;
            return Err(self.error("min repeat greater than max repeat", back));
        }
        Ok(Some((min, max)))
    }
}

/// Makes one item of alternatives: what they begin with in common is taken out, and single characters become a set.
fn branch(mut alternatives: Vec<Sequence>) -> Sequence {
    let common = match alternatives.split_first() {
        Some((first, others)) => (0..first.len())
            .take_while(|at| {
                others.iter().all(|other| other.get(*at).zip(first.get(*at)).is_some_and(|(a, b)| a.same_leaf(b)))
            })
            .count(),
        None => 0,
    };
    let mut sequence = Sequence::new();
    for (number, alternative) in alternatives.iter_mut().enumerate() {
        let head = alternative.drain(..common);
        if number == 0 {
            sequence.extend(head);
        }
    }
    let merged = match as_set(&alternatives) {
        Some(set) => Node::Set(set),
        None => Node::Branch { width: Width::of_any(&alternatives), alternatives },
    };
    sequence.push(merged);
    sequence
}

fn as_set(alternatives: &[Sequence]) -> Option<Set> {
    let mut items = Vec::new();
    for alternative in alternatives {
        match alternative.as_slice() {
            [Node::Literal(cp)] => items.push(SetItem::Literal(*cp)),
            [Node::Set(set)] if !set.negated => items.extend_from_slice(&set.items),
            _ => return None,
        }
    }
    let mut seen = HashSet::new();
    items.retain(|item| seen.insert(*item));
    Some(Set { negated: false, items })
}

/// Replaces groups that only hold things together by their insides.
fn without_plain_groups(mut items: Sequence) -> Sequence {
    let is_plain = |node: &Node| matches!(node, Node::Group(group) if group.is_plain());
    if !items.iter().any(is_plain) {
        return items;
    }
    if items.len() == 1
        && let Some(Node::Group(group)) = items.pop()
    {
        return group.body;
    }
    let mut flat = Sequence::with_capacity(items.len());
    for node in items {
        match node {
            Node::Group(Group { number: None, add_flags: 0, del_flags: 0, body, .. }) => {
                flat.extend(body);
            }
            other => flat.push(other),
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn body(pattern: &str) -> String {
        let code_points = source::decode(pattern.as_bytes(), true).unwrap();
        let parsed = parse(&code_points, true, 0).unwrap();
        format!("{:?}", parsed.body)
    }

    /// Patterns that are the same tree.
    #[test]
    fn simplifications() {
        for (pattern, same) in [
            ("(?:a)(?:b(?:c))", "abc"),
            ("[a]", "a"),
            ("[aa]", "a"),
            ("a|b|[cd]", "[abcd]"),
            ("ab|ac", "a[bc]"),
            ("(?:ab)*", "(?:a(?:b))*"),
            ("a{0,1}", "a?"),
            ("a{1,}", "a+"),
            ("a{,}", "a*"),
            ("(?x) a # b", "a"),
            ("a(?#b)c", "ac"),
        ] {
            assert_eq!(body(pattern), body(same), "{pattern}");
        }
        for (pattern, other) in [("[^a]", "a"), ("a|bc", "[ab]c"), ("(a)", "a"), ("(?i:a)", "a")] {
            assert_ne!(body(pattern), body(other), "{pattern}");
        }
    }
}
