//! Breaking a logical line into physical ones of at most [`LINE_WIDTH`] characters.
//!
//! What fits stays on one line. Otherwise a bracket is spread: its opener ends a line, its content stands indented below, its
//! closer starts a line. The last bracket for which the rest fits is taken. Where an expression may be put in parentheses and
//! operators stand outside of brackets, parentheses are added and the line breaks before the loosest operators. Content that
//! does not fit on its line breaks at its commas, else before its operators. Comments inside brackets keep their lines.
//!
//! Brackets nest at most 200 deep and each delimiter is broken at once, so the recursion is bounded.

use super::delimiters::{self, Delimiter};
use super::nodes::{Atom, Bracket, Group, Node, Width};
use crate::syntax::token::Tok;

/// The width that lines are broken to, in characters. Comments and texts of several lines may exceed it.
pub const LINE_WIDTH: usize = 100;
/// How much deeper the content of a block or bracket stands, in blanks.
pub const INDENT: usize = 4;
/// How many brackets of a line are tried, from the last one, as the only one to be spread.
const TRIED: usize = 8;

/// Writes lines.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    /// Does the current line hold anything?
    filled: bool,
    /// Does the current line end in a comment, so that nothing may follow?
    closed: bool,
}

impl Writer {
    /// What has been written, without the last line end.
    pub fn finish(mut self) -> String {
        self.end_line();
        self.out.pop();
        self.out
    }

    /// A comment on a line of its own.
    pub fn comment_line(&mut self, comment: &str, indent: usize) {
        self.end_line();
        self.text(comment, indent, false);
        self.end_line();
    }

    /// A comment behind what stands on the line.
    pub fn trailing(&mut self, comment: &str) {
        self.out.push_str("  ");
        self.out.push_str(comment);
        self.closed = true;
    }

    /// A logical line. `site` is where parentheses may be added: from its first index up to the second.
    pub fn line(&mut self, nodes: Vec<Node<'_>>, indent: usize, site: Option<(usize, usize)>) {
        let forced = must_spread(&nodes);
        let (start, end) = site.filter(|(start, end)| start < end && *end <= nodes.len()).unwrap_or((0, 0));
        let value = nodes.get(start..end).unwrap_or_default();
        let breaks = delimiters::loosest(value);
        let forced_inside = forced.get(start..end).unwrap_or_default().contains(&true);
        if (breaks.is_none() || !forced_inside) && fits(&nodes, &forced, indent) {
            return self.nodes(nodes, &forced, indent);
        }
        let kept = match &breaks {
            Some((Delimiter::Comma, _)) => None,
            Some((_, places)) => single_bracket(&nodes, [end.saturating_sub(1), start], places, &forced, indent),
            None if is_enclosed(value) => None,
            None => match unbroken(&nodes, value, &forced, indent) {
                None if delimiters::chain(value).is_empty() && !fits_below(value, indent) => {
                    Some(overflowing(&nodes, forced, indent))
                }
                found => found,
            },
        };
        if let Some(spread) = kept {
            return self.nodes(nodes, &spread, indent);
        }
        let nodes = enclose(nodes, start, end);
        let mut spread = must_spread(&nodes);
        if let Some(flag) = spread.get_mut(start) {
            *flag = true;
        }
        let spread = if fits(&nodes, &spread, indent) { spread } else { overflowing(&nodes, spread, indent) };
        self.nodes(nodes, &spread, indent);
    }

    /// Content of which every line end is free: inside a bracket, or a whole expression.
    pub fn element(&mut self, nodes: Vec<Node<'_>>, indent: usize) {
        let forced = must_spread(&nodes);
        let breaks = delimiters::loosest(&nodes);
        let whole = !has_inner_comment(&nodes);
        if whole && (breaks.is_none() || !forced.contains(&true)) && fits(&nodes, &forced, indent) {
            return self.nodes(nodes, &forced, indent);
        }
        match breaks {
            Some((delimiter, places)) => {
                let last = nodes.iter().rposition(|node| node.kind() != Some(Tok::Comma)).unwrap_or(0);
                match single_bracket(&nodes, [last, 0], &places, &forced, indent).filter(|_| whole) {
                    Some(spread) => self.nodes(nodes, &spread, indent),
                    None => self.pieces(nodes, delimiter, &places, indent),
                }
            }
            None => match unbroken(&nodes, &nodes, &forced, indent) {
                Some(spread) => self.nodes(nodes, &spread, indent),
                None => {
                    let chain = delimiters::chain(&nodes);
                    if chain.is_empty() {
                        let spread = overflowing(&nodes, forced, indent);
                        self.nodes(nodes, &spread, indent);
                    } else {
                        self.pieces(nodes, Delimiter::Comprehension, &chain, indent);
                    }
                }
            },
        }
    }

    /// The content of a bracket, on lines of its own.
    fn body(&mut self, mut nodes: Vec<Node<'_>>, bracket: Bracket, indent: usize) {
        let found = delimiters::loosest(&nodes);
        let has_comma = matches!(found, Some((Delimiter::Comma, _)));
        let one_a_line = has_comma && matches!(bracket, Bracket::Display | Bracket::Paren);
        let magic = nodes.last().and_then(Node::kind) == Some(Tok::Comma);
        let forced = nodes.iter().any(Node::must_spread) || magic && has_comma;
        if !forced && !one_a_line && fits(&nodes, &vec![false; nodes.len()], indent) {
            return self.nodes(nodes, &[], indent);
        }
        let Some((Delimiter::Comma, places)) = found else { return self.element(nodes, indent) };
        if !magic && let Some(last) = nodes.last_mut() {
            let mut comma = Atom::new(Tok::Comma, ",");
            comma.after = last.last_mut().after.take();
            nodes.push(Node::Atom(comma));
        }
        self.pieces(nodes, Delimiter::Comma, &places, indent);
    }

    /// Pieces on lines of their own: each ends behind a comma, or starts with an operator.
    fn pieces(&mut self, nodes: Vec<Node<'_>>, delimiter: Delimiter, places: &[usize], indent: usize) {
        let mut places = places.iter().copied().peekable();
        let mut piece = Vec::new();
        for (at, node) in nodes.into_iter().enumerate() {
            let breaks = places.next_if_eq(&at).is_some();
            if breaks && delimiter != Delimiter::Comma {
                self.end_line();
                self.element(std::mem::take(&mut piece), indent);
            }
            piece.push(node);
            if breaks && delimiter == Delimiter::Comma {
                self.end_line();
                self.element(std::mem::take(&mut piece), indent);
            }
        }
        self.end_line();
        self.element(piece, indent);
    }

    /// Writes nodes where the line is; brackets that are marked in `spread` are spread.
    fn nodes(&mut self, nodes: Vec<Node<'_>>, spread: &[bool], indent: usize) {
        for (at, node) in nodes.into_iter().enumerate() {
            match node {
                Node::Atom(atom) => self.atom(&atom, indent),
                Node::Group(group) if spread.get(at) == Some(&true) => self.spread(group, indent),
                Node::Group(group) => {
                    self.atom(&group.open, indent);
                    self.nodes(group.body, &[], indent);
                    self.atom(&group.close, indent);
                }
            }
        }
    }

    fn spread(&mut self, group: Group<'_>, indent: usize) {
        self.atom(&group.open, indent);
        self.end_line();
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.body(group.body, group.bracket, indent + INDENT));
        self.end_line();
        for comment in &group.close.before {
            self.comment_line(comment, indent + INDENT);
        }
        self.text(&group.close.text, indent, false);
        if let Some(comment) = group.close.after {
            self.trailing(comment);
        }
    }

    fn atom(&mut self, atom: &Atom<'_>, indent: usize) {
        for comment in &atom.before {
            self.comment_line(comment, indent);
        }
        self.text(&atom.text, indent, atom.space);
        if let Some(comment) = atom.after {
            self.trailing(comment);
        }
    }

    fn text(&mut self, text: &str, indent: usize, space: bool) {
        if self.closed {
            self.end_line();
        }
        if !self.filled {
            self.out.extend(std::iter::repeat_n(' ', indent));
        } else if space {
            self.out.push(' ');
        }
        self.out.push_str(text);
        self.filled = true;
    }

    /// Ends the line if it holds anything.
    pub fn end_line(&mut self) {
        if self.filled {
            self.out.push('\n');
        }
        self.filled = false;
        self.closed = false;
    }

    /// Leaves lines empty.
    pub fn blank_lines(&mut self, count: usize) {
        self.end_line();
        self.out.extend(std::iter::repeat_n('\n', count));
    }

    /// How much has been written, in bytes.
    pub fn position(&self) -> usize {
        self.out.len()
    }
}

/// The brackets that cannot stay on one line.
fn must_spread(nodes: &[Node<'_>]) -> Vec<bool> {
    nodes.iter().map(|node| matches!(node, Node::Group(group) if group.spread)).collect()
}

/// Do the lines fit that result when the marked brackets are spread? What stands inside those has lines of its own.
fn fits(nodes: &[Node<'_>], spread: &[bool], indent: usize) -> bool {
    let mut column = indent;
    for (at, node) in nodes.iter().enumerate() {
        let is_spread = spread.get(at) == Some(&true);
        let width = match node {
            Node::Group(group) if is_spread => {
                Width { head: usize::from(group.open.space && at > 0) + 1, inner: 0, tail: Some(indent + 1) }
            }
            _ if at == 0 => node.bare_width(),
            _ => node.width(),
        };
        column += width.head;
        if column.max(width.inner).max(width.tail.unwrap_or(0)) > LINE_WIDTH {
            return false;
        }
        column = width.tail.unwrap_or(column);
        // A comment in between ends its line.
        if !is_spread && node.must_spread() {
            column = indent;
        }
    }
    true
}

/// Spreads one more bracket, the last one with which all lines fit.
fn choose(nodes: &[Node<'_>], mut spread: Vec<bool>, indent: usize) -> Option<Vec<bool>> {
    let candidates = nodes.iter().enumerate().rev().filter(|(_, node)| node.filled_group().is_some());
    let candidates: Vec<usize> = candidates.map(|(at, _)| at).take(TRIED).collect();
    for at in candidates {
        let Some(flag) = spread.get_mut(at).filter(|flag| !**flag) else { continue };
        *flag = true;
        if fits(nodes, &spread, indent) {
            return Some(spread);
        }
        if let Some(flag) = spread.get_mut(at) {
            *flag = false;
        }
    }
    None
}

/// Spreads every bracket that would reach over the line width.
fn overflowing(nodes: &[Node<'_>], forced: Vec<bool>, indent: usize) -> Vec<bool> {
    let mut spread = forced;
    let mut column = indent;
    for (at, node) in nodes.iter().enumerate() {
        let width = if at == 0 { node.bare_width() } else { node.width() };
        let Some(flag) = spread.get_mut(at) else { break };
        if node.filled_group().is_some() && (*flag || column + width.head > LINE_WIDTH) {
            *flag = true;
            column = indent + 1;
        } else {
            column = width.tail.unwrap_or(column + width.head);
        }
    }
    spread
}

/// With a single operator, a bracket at one of the `ends` of the value is spread rather than the line broken:
/// `f(…) or {}`. Not if another one has to be spread as well.
fn single_bracket(
    nodes: &[Node<'_>],
    ends: [usize; 2],
    places: &[usize],
    forced: &[bool],
    indent: usize,
) -> Option<Vec<bool>> {
    let [_] = places else { return None };
    ends.into_iter().find_map(|end| {
        nodes.get(end)?.filled_group()?;
        let only = forced.iter().enumerate().all(|(at, forced)| at == end || !*forced);
        let spread: Vec<bool> = (0..nodes.len()).map(|at| at == end).collect();
        (only && fits(nodes, &spread, indent)).then_some(spread)
    })
}

/// What to spread where no operator stands outside of brackets; `None` if a chain of calls in `value` had better be broken,
/// or if nothing helps. The choice is the same when what it spreads has to be spread.
fn unbroken(nodes: &[Node<'_>], value: &[Node<'_>], forced: &[bool], indent: usize) -> Option<Vec<bool>> {
    let count = forced.iter().filter(|forced| **forced).count();
    let chain = delimiters::chain(value);
    // A bracket amid a long chain of calls hides where the next call begins.
    let last = nodes.iter().rposition(|node| node.filled_group().is_some());
    let hides = |spread: &[bool]| chain.len() > 2 && last.is_none_or(|last| spread.get(last) != Some(&true));
    if count > 0 && !chain.is_empty() {
        return (count == 1 && fits(nodes, forced, indent) && !hides(forced)).then(|| forced.to_vec());
    }
    if fits(nodes, forced, indent) {
        return Some(forced.to_vec());
    }
    choose(nodes, forced.to_vec(), indent).filter(|spread| !hides(spread))
}

/// Would the value fit on one line inside of parentheses around it?
fn fits_below(value: &[Node<'_>], indent: usize) -> bool {
    let simple = !matches!(value, [] | [Node::Group(_)]) && !value.iter().any(Node::must_spread);
    simple && fits(value, &[], indent + INDENT)
}

/// Does a comment stand between the first token and the last, outside of brackets?
fn has_inner_comment(nodes: &[Node<'_>]) -> bool {
    nodes.iter().enumerate().any(|(at, node)| {
        let (first, last) = match node {
            Node::Atom(atom) => (atom, atom),
            Node::Group(group) => (&group.open, &group.close),
        };
        at > 0 && !first.before.is_empty() || at + 1 < nodes.len() && last.after.is_some()
    })
}

/// Is the value one pair of parentheses with something inside?
fn is_enclosed(value: &[Node<'_>]) -> bool {
    matches!(value, [Node::Group(group)] if group.bracket == Bracket::Paren && !group.body.is_empty())
}

/// Puts the nodes from `start` up to `end` in parentheses, if they are not the inside of some already.
fn enclose(nodes: Vec<Node<'_>>, start: usize, end: usize) -> Vec<Node<'_>> {
    if nodes.get(start..end).is_some_and(is_enclosed) {
        return nodes;
    }
    let mut rest = nodes;
    let mut body = rest.split_off(start);
    let behind = body.split_off(end - start);
    let mut open = Atom::new(Tok::LeftParen, "(");
    if let Some(first) = body.first_mut() {
        open.space = std::mem::take(&mut first.first_mut().space);
    }
    let group = Group::new(Bracket::Paren, open, body, Atom::new(Tok::RightParen, ")"));
    rest.push(Node::Group(group));
    rest.extend(behind);
    rest
}
