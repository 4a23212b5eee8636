//! Where a stretch of tokens breaks first: at commas, else at the operators that bind loosest.

use super::nodes::Node;
use super::spacing::is_comparison;
use crate::syntax::token::Tok;

/// What a line breaks at, from the last resort to the first choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delimiter {
    /// `* / // % @`
    Term,
    /// `+ -`
    Sum,
    /// `<< >>`
    Shift,
    /// `&`
    BitAnd,
    /// `^`
    BitXor,
    /// `|`
    BitOr,
    /// Comparisons.
    Comparison,
    /// Between adjacent strings.
    Strings,
    /// `and`, `or`
    Logic,
    /// `if … else …`
    Conditional,
    /// `,`
    Comma,
    /// `for` and `if` of a comprehension.
    Comprehension,
}

/// The loosest delimiter among `nodes` (not inside brackets) and the indices at which it stands. A comma behind everything
/// separates nothing.
pub fn loosest(nodes: &[Node<'_>]) -> Option<(Delimiter, Vec<usize>)> {
    let mut best: Option<(Delimiter, Vec<usize>)> = None;
    let mut scan = Scan::default();
    for (at, node) in nodes.iter().enumerate() {
        let kind = node.kind();
        let next = nodes.get(at + 1).and_then(Node::kind);
        let binary = matches!(node, Node::Atom(atom) if atom.binary);
        // What separates has something on both sides; a string is itself what stands behind the break.
        let separates = |found: &Delimiter| at > 0 && (at + 1 < nodes.len() || *found == Delimiter::Strings);
        let Some(found) = kind.and_then(|kind| scan.delimiter(kind, binary, next)).filter(separates) else {
            scan.before = kind;
            continue;
        };
        scan.before = kind;
        match &mut best {
            Some((delimiter, places)) if *delimiter == found => places.push(at),
            Some((delimiter, _)) if *delimiter > found => {}
            _ => best = Some((found, vec![at])),
        }
    }
    best
}

/// What has been seen on the way.
#[derive(Default)]
struct Scan {
    before: Option<Tok>,
    /// Lambdas whose parameters are being read.
    lambda_params: usize,
    /// Inside the body of a lambda, which reaches as far as it can.
    lambda_body: bool,
    /// Between `for` and `in`.
    targets: bool,
    /// Behind the `for` of a comprehension.
    comprehension: bool,
}

impl Scan {
    fn delimiter(&mut self, kind: Tok, binary: bool, next: Option<Tok>) -> Option<Delimiter> {
        match kind {
            Tok::Lambda => {
                self.lambda_params += 1;
                return None;
            }
            Tok::Colon if self.lambda_params > 0 => {
                self.lambda_params -= 1;
                self.lambda_body = true;
                return None;
            }
            _ if self.lambda_params > 0 => return None,
            Tok::Comma | Tok::For => self.lambda_body = false,
            _ if self.lambda_body => return None,
            _ => {}
        }
        if self.targets {
            self.targets = kind != Tok::In;
            return None;
        }
        match kind {
            Tok::For => {
                self.targets = true;
                self.comprehension = true;
                Some(Delimiter::Comprehension)
            }
            Tok::Comma => Some(Delimiter::Comma),
            Tok::If if self.comprehension => Some(Delimiter::Comprehension),
            Tok::If | Tok::Else => Some(Delimiter::Conditional),
            Tok::And | Tok::Or => Some(Delimiter::Logic),
            Tok::Str if self.before == Some(Tok::Str) => Some(Delimiter::Strings),
            Tok::Not if next == Some(Tok::In) => Some(Delimiter::Comparison),
            Tok::In if self.before != Some(Tok::Not) => Some(Delimiter::Comparison),
            Tok::Is => Some(Delimiter::Comparison),
            kind if is_comparison(kind) => Some(Delimiter::Comparison),
            _ if !binary => None,
            Tok::Bar => Some(Delimiter::BitOr),
            Tok::Caret => Some(Delimiter::BitXor),
            Tok::Amp => Some(Delimiter::BitAnd),
            Tok::ShiftLeft | Tok::ShiftRight => Some(Delimiter::Shift),
            Tok::Plus | Tok::Minus => Some(Delimiter::Sum),
            Tok::Star | Tok::Slash | Tok::SlashSlash | Tok::Percent | Tok::At => Some(Delimiter::Term),
            _ => None,
        }
    }
}

/// The dots at which a chain of two or more method calls breaks; none where there are fewer.
pub fn chain(nodes: &[Node<'_>]) -> Vec<usize> {
    let is_call = |at: usize| {
        let dot = nodes.get(at).and_then(Node::kind) == Some(Tok::Dot);
        dot && nodes.get(at + 1).and_then(Node::kind) == Some(Tok::Name)
            && matches!(nodes.get(at + 2), Some(Node::Group(group)) if group.open.kind == Tok::LeftParen)
    };
    // A name keeps its first method: `rows.map(…)`.
    let calls: Vec<usize> = (2..nodes.len()).filter(|at| is_call(*at)).collect();
    let others = nodes.iter().any(|node| matches!(node.kind(), Some(kind) if !matches!(kind, Tok::Dot | Tok::Name)));
    if calls.len() < 2 && !is_call(1) || calls.is_empty() || others { Vec::new() } else { calls }
}
