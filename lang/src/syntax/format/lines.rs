//! From laid-out tokens and comments to what is written one after the other: logical lines and comments between them.
//!
//! Statements that share a line get lines of their own. A comment on a line of its own belongs to the block that it is
//! indented like; below the last line of blocks that end there, it closes those that are indented more than itself.

use std::borrow::Cow;

use super::nodes::{Atom, Node, nest};
use super::spacing::space;
use crate::source::Span;
use crate::syntax::ast::Comment;
use crate::syntax::token::{Tok, Token};

/// Something that starts a line.
#[derive(Debug)]
pub struct Item<'a> {
    /// Number of blocks around it.
    pub depth: usize,
    /// Empty lines above it in the source.
    pub blanks: usize,
    /// Where it stands in the source: with the comment at its end, without its line end. Statements that share a line share that.
    pub span: Span,
    /// What it is.
    pub kind: ItemKind<'a>,
}

/// The kinds of items.
#[derive(Debug)]
pub enum ItemKind<'a> {
    /// A comment on a line of its own.
    Comment(&'a str),
    /// A logical line.
    Line(Line<'a>),
}

/// A logical line: a simple statement, the header of a compound one, or an expression.
#[derive(Debug)]
pub struct Line<'a> {
    /// Its first token.
    pub first: Tok,
    /// Does a block follow?
    pub is_header: bool,
    /// What it holds.
    pub nodes: Vec<Node<'a>>,
    /// Where parentheses may be put around a value, as indices into `nodes`.
    pub site: Option<(usize, usize)>,
    /// The comment at its end.
    pub comment: Option<&'a str>,
}

/// The items of a program. `comments` stand in source order.
pub fn items<'a>(text: &'a str, tokens: &[Token], comments: &[Comment]) -> Vec<Item<'a>> {
    let comments = comments.iter().copied().collect();
    let mut reader =
        Reader { text, comments, items: Vec::new(), columns: vec![0], line: Vec::new(), start: 0, blanks: 0, end: 0 };
    let mut dedents = 0;
    for token in tokens {
        match token.kind {
            Tok::Indent => reader.columns.push(usize::MAX),
            Tok::Dedent => dedents += 1,
            Tok::Newline => reader.end_line(token.span),
            _ => {
                if reader.line.is_empty() {
                    reader.start_line(token.span, std::mem::take(&mut dedents));
                }
                reader.token(*token);
            }
        }
    }
    reader.finish(dedents);
    reader.items
}

struct Reader<'a> {
    text: &'a str,
    /// Those not yet placed.
    comments: std::collections::VecDeque<Comment>,
    items: Vec<Item<'a>>,
    /// The columns of the blocks around the current line in the source; the maximum for one that has not begun.
    columns: Vec<usize>,
    /// The current logical line.
    line: Vec<Atom<'a>>,
    /// Where it starts.
    start: u32,
    /// Empty lines above it.
    blanks: usize,
    /// Where the last line or comment ended.
    end: u32,
}

impl<'a> Reader<'a> {
    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn comment_text(&self, comment: Comment) -> &'a str {
        self.slice(comment.span).trim_end()
    }

    /// The next comment if it starts before `offset`.
    fn comment_before(&mut self, offset: u32) -> Option<Comment> {
        self.comments.pop_front_if(|comment| comment.span.start < offset)
    }

    fn depth(&self) -> usize {
        self.columns.len().saturating_sub(1)
    }

    /// Empty lines between the last line or comment and `offset`.
    fn blanks_above(&self, offset: u32) -> usize {
        let ends = self.slice(Span::new(self.end, offset)).matches('\n').count();
        ends.saturating_sub(usize::from(!self.items.is_empty()))
    }

    /// How far `offset` is from the start of its line; a tab reaches to the next multiple of 8.
    fn column(&self, offset: u32) -> usize {
        let before = self.text.get(..offset as usize).unwrap_or_default();
        let line = before.rfind('\n').map_or(before, |at| before.get(at + 1..).unwrap_or_default());
        line.chars().fold(0, |column, c| match c {
            '\t' => (column / 8 + 1) * 8,
            '\u{c}' => 0,
            _ => column + 1,
        })
    }

    /// Places the comments above a line at `span`, which ends `dedents` blocks.
    fn start_line(&mut self, span: Span, dedents: usize) {
        self.comments_above(span.start, dedents);
        let column = self.column(span.start);
        if let Some(last) = self.columns.last_mut() {
            *last = column;
        }
        self.start = span.start;
        self.blanks = self.blanks_above(span.start);
    }

    fn comments_above(&mut self, offset: u32, mut dedents: usize) {
        while let Some(comment) = self.comment_before(offset) {
            let column = self.column(comment.span.start);
            while dedents > 0 && self.columns.last().is_some_and(|block| column < *block) {
                self.columns.pop();
                dedents -= 1;
            }
            let (blanks, kind) = (self.blanks_above(comment.span.start), ItemKind::Comment(self.comment_text(comment)));
            self.items.push(Item { depth: self.depth(), blanks, span: comment.span, kind });
            self.end = comment.span.end;
        }
        let left = self.columns.len().saturating_sub(dedents).max(1);
        self.columns.truncate(left);
    }

    fn token(&mut self, token: Token) {
        let mut before = Vec::new();
        while let Some(comment) = self.comment_before(token.span.start) {
            let text = self.comment_text(comment);
            match self.line.last_mut() {
                Some(last) if !comment.own_line && last.after.is_none() => last.after = Some(text),
                _ => before.push(text),
            }
        }
        let mut atom = Atom::new(token.kind, written(token.kind, self.slice(token.span)));
        atom.before = before;
        self.line.push(atom);
    }

    /// Ends the logical line whose line end stands at `span`.
    fn end_line(&mut self, span: Span) {
        let atoms = std::mem::take(&mut self.line);
        let comment = self.comment_before(span.start);
        let comment = comment.map(|comment| self.comment_text(comment));
        let (mut depth, mut blanks) = (self.depth(), self.blanks);
        for (atoms, is_header) in split_statements(atoms) {
            let kind = ItemKind::Line(Line::new(atoms, is_header));
            self.items.push(Item { depth, blanks, span: Span::new(self.start, span.start), kind });
            depth += usize::from(is_header);
            blanks = 0;
        }
        if let Some(Item { kind: ItemKind::Line(last), .. }) = self.items.last_mut() {
            last.comment = comment;
        }
        self.end = span.start;
    }

    /// Places what is left at the end of the text; an expression has no line end of its own.
    fn finish(&mut self, dedents: usize) {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        if !self.line.is_empty() {
            let own_line = self.comments.front().is_none_or(|comment| comment.own_line);
            let line_end = self.comments.front().map_or(end, |comment| comment.span.start);
            let nodes = Line::new(std::mem::take(&mut self.line), false);
            let kind = ItemKind::Line(nodes);
            self.items.push(Item { depth: 0, blanks: self.blanks, span: Span::new(self.start, line_end), kind });
            self.end = line_end;
            let comment = if own_line { None } else { self.comment_before(end) };
            if let Some(comment) = comment
                && let Some(Item { kind: ItemKind::Line(last), .. }) = self.items.last_mut()
            {
                last.comment = self.text.get(comment.span.start as usize..comment.span.end as usize).map(str::trim_end);
                self.end = comment.span.end;
                if let Some(last) = self.items.last_mut() {
                    last.span.end = comment.span.end;
                }
            }
        }
        self.comments_above(end.saturating_add(1), dedents);
    }
}

/// How a token is written: as it was, but for the case of letters that are no content.
fn written(kind: Tok, text: &str) -> Cow<'_, str> {
    let upper = |part: &str| part.bytes().any(|byte| byte.is_ascii_uppercase());
    match kind {
        // The digits of a hexadecimal number are left as they are.
        Tok::Number if text.starts_with("0X") => Cow::Owned(text.replacen('X', "x", 1)),
        Tok::Number if !text.starts_with("0x") && upper(text) => Cow::Owned(text.to_ascii_lowercase()),
        Tok::Str => {
            let quote = text.find(['\'', '"']).unwrap_or(0);
            let (prefix, rest) = text.split_at(quote);
            if upper(prefix) { Cow::Owned(prefix.to_ascii_lowercase() + rest) } else { Cow::Borrowed(text) }
        }
        _ => Cow::Borrowed(text),
    }
}

/// Cuts a line into its statements: at semicolons, and behind the header of a compound statement. The flag says which are
/// headers.
fn split_statements(atoms: Vec<Atom<'_>>) -> Vec<(Vec<Atom<'_>>, bool)> {
    let mut statements = Vec::new();
    let mut current = Vec::new();
    let (mut depth, mut lambdas) = (0_usize, 0_usize);
    for atom in atoms {
        let kind = atom.kind;
        if kind.is_opener() {
            depth += 1;
        } else if kind.is_closer() {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && kind == Tok::Semicolon {
            statements.push((std::mem::take(&mut current), false));
            continue;
        } else if depth == 0 && kind == Tok::Lambda {
            lambdas += 1;
        } else if depth == 0 && kind == Tok::Colon && lambdas > 0 {
            lambdas -= 1;
        } else if depth == 0
            && kind == Tok::Colon
            && current.first().is_some_and(|first: &Atom<'_>| first.kind.starts_block())
        {
            current.push(atom);
            statements.push((std::mem::take(&mut current), true));
            continue;
        }
        current.push(atom);
    }
    statements.push((current, false));
    statements.retain(|(atoms, _)| !atoms.is_empty());
    statements
}

impl<'a> Line<'a> {
    fn new(mut atoms: Vec<Atom<'a>>, is_header: bool) -> Line<'a> {
        let first = atoms.first().map_or(Tok::Pass, |atom| atom.kind);
        let brackets = space(&mut atoms);
        let nodes = nest(atoms, &brackets);
        let site = site(first, &nodes);
        Line { first, is_header, nodes, site, comment: None }
    }
}

/// Where parentheses may be put around a value without changing what the statement means.
fn site(first: Tok, nodes: &[Node<'_>]) -> Option<(usize, usize)> {
    let end = nodes.len();
    let behind = |wanted: Tok| nodes.iter().position(|node| node.kind() == Some(wanted)).map(|at| at + 1);
    match first {
        Tok::Return => Some((1, end)),
        Tok::If | Tok::Elif | Tok::While | Tok::Match => Some((1, end.saturating_sub(1))),
        Tok::For => Some((behind(Tok::In)?, end.saturating_sub(1))),
        Tok::From => {
            let names = behind(Tok::Import)?;
            nodes.get(names).filter(|node| node.kind().is_some()).map(|_| (names, end))
        }
        Tok::Assert | Tok::Raise | Tok::Del | Tok::Global | Tok::Nonlocal | Tok::Import | Tok::At => None,
        Tok::Pass | Tok::Break | Tok::Continue => None,
        kind if kind.starts_block() => None,
        _ => {
            let mut lambda = false;
            let mut assigned = 0;
            for (at, kind) in nodes.iter().map(Node::kind).enumerate() {
                match kind {
                    Some(Tok::Lambda) => lambda = true,
                    Some(Tok::Equal) if !lambda => assigned = at + 1,
                    Some(kind) if kind.is_augmented_assignment() => assigned = at + 1,
                    _ => {}
                }
            }
            let annotated = assigned == 0 && !lambda && behind(Tok::Colon).is_some();
            if annotated { None } else { Some((assigned, end)) }
        }
    }
}
