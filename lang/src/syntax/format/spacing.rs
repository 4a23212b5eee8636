//! Blanks between the tokens of a logical line.
//!
//! The rules are those of Python's style guide: blanks around operators, behind commas and colons; none inside brackets,
//! before a bracket that calls or indexes, behind a sign. `=` stands alone only in assignments and behind annotated
//! parameters; `**` hugs plain names and numbers; the colon of a slice has blanks only between operands with operators.

use super::nodes::{Atom, Bracket};
use crate::syntax::token::Tok;

/// A bracket that is open, or the line itself.
struct Frame {
    /// `None` for the line.
    bracket: Option<Bracket>,
    /// Lambdas whose parameters are being read.
    lambdas: usize,
    /// Has the current parameter an annotation?
    annotated: bool,
    /// Do blanks stand around the colons of this subscript?
    loose_slice: bool,
}

/// Decides all blanks and which operators are binary; gives what each opening bracket is for, in order.
pub fn space(atoms: &mut [Atom<'_>]) -> Vec<Bracket> {
    let mut brackets = Vec::new();
    let mut frames = vec![Frame { bracket: None, lambdas: 0, annotated: false, loose_slice: false }];
    let mut before: Option<Before> = None;
    for at in 0..atoms.len() {
        let (head, rest) = atoms.split_at_mut(at);
        let Some((atom, rest)) = rest.split_first_mut() else { break };
        let Some(frame) = frames.last_mut() else { break };
        let operand_before = before.as_ref().is_some_and(|b| b.kind.ends_expression());
        atom.binary = operand_before && is_operator(atom.kind);
        let mut tight_behind = false;
        let mut colon = Colon::Other;
        match atom.kind {
            Tok::Lambda => frame.lambdas += 1,
            Tok::Colon if frame.lambdas > 0 => frame.lambdas -= 1,
            Tok::Colon if frame.bracket == Some(Bracket::Subscript) => {
                colon = if frame.loose_slice { Colon::Loose } else { Colon::Tight };
            }
            Tok::Colon if frame.bracket == Some(Bracket::Params) => frame.annotated = true,
            Tok::Comma => frame.annotated = false,
            Tok::Equal => {
                let alone = match frame.bracket {
                    _ if frame.lambdas > 0 => false,
                    None => true,
                    Some(Bracket::Params) => frame.annotated,
                    Some(_) => false,
                };
                tight_behind = !alone;
            }
            Tok::StarStar => tight_behind = !atom.binary || hugs(head, rest),
            Tok::Plus | Tok::Minus | Tok::Tilde | Tok::Star => tight_behind = !atom.binary,
            Tok::At => tight_behind = at == 0,
            _ => {}
        }
        tight_behind |= matches!(colon, Colon::Tight);
        atom.space = match &before {
            None => false,
            Some(before) => has_blank(before, atom, operand_before, tight_behind, &colon),
        };
        if atom.kind.is_opener() {
            let bracket = match atom.kind {
                Tok::LeftParen if operand_before => {
                    let is_def = head.len() == 2 && head.first().is_some_and(|first| first.kind == Tok::Def);
                    if is_def { Bracket::Params } else { Bracket::Call }
                }
                Tok::LeftBracket if operand_before => Bracket::Subscript,
                Tok::LeftParen => Bracket::Paren,
                _ => Bracket::Display,
            };
            brackets.push(bracket);
            let loose_slice = bracket == Bracket::Subscript && has_loose_slice(rest);
            frames.push(Frame { bracket: Some(bracket), lambdas: 0, annotated: false, loose_slice });
        } else if atom.kind.is_closer() && frames.len() > 1 {
            frames.pop();
        }
        let is_integer = atom.kind == Tok::Number && !atom.text.contains('.');
        before = Some(Before { kind: atom.kind, tight_behind, loose_colon: matches!(colon, Colon::Loose), is_integer });
    }
    brackets
}

/// What the next token needs to know of the one before it.
struct Before {
    kind: Tok,
    /// No blank may follow.
    tight_behind: bool,
    /// A slice colon with blanks where operands are.
    loose_colon: bool,
    /// A dot behind it would be read as its decimal point.
    is_integer: bool,
}

/// The kinds of colons.
enum Colon {
    /// Of a slice, without blanks.
    Tight,
    /// Of a slice, with blanks.
    Loose,
    /// Any other.
    Other,
}

fn has_blank(before: &Before, atom: &Atom<'_>, operand_before: bool, tight_behind: bool, colon: &Colon) -> bool {
    if before.kind.is_opener() || atom.kind.is_closer() || before.tight_behind {
        return false;
    }
    match atom.kind {
        Tok::Comma | Tok::Semicolon => false,
        Tok::Dot => before.is_integer,
        Tok::Colon => match colon {
            Colon::Other => false,
            Colon::Tight => before.kind == Tok::Comma,
            Colon::Loose => before.kind != Tok::Colon,
        },
        Tok::LeftParen | Tok::LeftBracket if operand_before => false,
        Tok::Equal => !tight_behind,
        Tok::StarStar if atom.binary => !tight_behind,
        _ => before.kind != Tok::Dot && (before.kind != Tok::Colon || !before.loose_colon || atom.kind != Tok::Colon),
    }
}

fn is_operator(kind: Tok) -> bool {
    matches!(
        kind,
        Tok::Plus
            | Tok::Minus
            | Tok::Star
            | Tok::StarStar
            | Tok::Slash
            | Tok::SlashSlash
            | Tok::Percent
            | Tok::At
            | Tok::ShiftLeft
            | Tok::ShiftRight
            | Tok::Amp
            | Tok::Bar
            | Tok::Caret
    )
}

/// Does `**` stand between plain names (dotted ones included) and numbers?
fn hugs(head: &[Atom<'_>], rest: &[Atom<'_>]) -> bool {
    let mut left = head.iter().rev();
    loop {
        match left.next().map(|atom| atom.kind) {
            Some(Tok::Number) => break,
            Some(Tok::Name) => {}
            _ => return false,
        }
        if left.next().is_none_or(|atom| atom.kind != Tok::Dot) {
            break;
        }
    }
    let mut right = rest.iter().map(|atom| atom.kind).peekable();
    while right.next_if(|kind| matches!(kind, Tok::Plus | Tok::Minus | Tok::Tilde)).is_some() {}
    match right.next() {
        Some(Tok::Number) => return right.peek() != Some(&Tok::Dot),
        Some(Tok::Name) => {}
        _ => return false,
    }
    loop {
        match right.next() {
            Some(Tok::Dot) => {}
            Some(kind) => return !kind.is_opener(),
            None => return true,
        }
        if right.next() != Some(Tok::Name) {
            return false;
        }
    }
}

/// Has the subscript that starts here a slice between operands with operators?
fn has_loose_slice(rest: &[Atom<'_>]) -> bool {
    let mut depth = 0_usize;
    let (mut colon, mut operator) = (false, false);
    let mut before = Tok::LeftBracket;
    for atom in rest {
        match atom.kind {
            kind if kind.is_opener() => depth += 1,
            kind if kind.is_closer() => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => break,
            },
            Tok::Colon if depth == 0 => colon = true,
            Tok::And | Tok::Or | Tok::Not | Tok::If | Tok::In | Tok::Is | Tok::Lambda | Tok::Walrus if depth == 0 => {
                operator = true;
            }
            kind if depth == 0 && before.ends_expression() => operator |= is_operator(kind) || is_comparison(kind),
            _ => {}
        }
        before = atom.kind;
    }
    colon && operator
}

/// Is it a comparison sign?
pub fn is_comparison(kind: Tok) -> bool {
    matches!(kind, Tok::EqualEqual | Tok::NotEqual | Tok::Less | Tok::LessEqual | Tok::Greater | Tok::GreaterEqual)
}
