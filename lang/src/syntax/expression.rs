//! Expression mode: a text that is one expression (spec section 1.3).
//!
//! The text is laid out as if inside parentheses. Statements are not expressions; someone who
//! writes `return x` or `x = 1` here is told so and the expression inside is read all the same.

use super::ast::{Expr, ExprKind};
use super::parse::{Shared, fragment};
use super::report::Report;
use super::token::{Tok, Token};
use super::tree::Fragment;
use super::{layout, repair};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceText, Span};

/// Parses the raw tokens of an expression.
pub fn parse(raw: &[Token], shared: &mut Shared<'_>, report: &mut Report) -> Expr {
    let source = shared.source;
    let tokens = layout::expression(raw, source.text(), report);
    let whole = match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => {
            if !report.has_errors() {
                report.error_help(
                    Code::EMPTY,
                    Span::at(0),
                    "the program is empty",
                    "write an expression such as `msg.payload`, or a script with `def dw_process(msg):`",
                );
            }
            return Expr::new(Span::at(0), ExprKind::Error);
        }
    };
    let Some(inside) = statement(&tokens, source, whole, report) else {
        return Expr::new(whole, ExprKind::Error);
    };
    let tokens = repair::repair(inside, source, report);
    match fragment(Tok::StartExpression, &tokens, shared, report) {
        Fragment::Expression(expr) => expr,
        Fragment::Statements(_) => Expr::new(whole, ExprKind::Error),
    }
}

/// Reports a statement. Gives the tokens of the expression in it; all of them if there is no
/// statement, none if there is no expression either.
fn statement<'t>(tokens: &'t [Token], source: &SourceText, whole: Span, report: &mut Report) -> Option<&'t [Token]> {
    let first = tokens.first()?;
    let word = source.slice(first.span);
    let script = "write an expression, or a script with `def dw_process(msg):`";
    let inside = match first.kind {
        // `return.x` or `del = 1` use a keyword as a name, and the grammar says so.
        kind if is_statement_keyword(kind) && !uses_as_name(tokens.get(1)) => {
            let rest = tokens.get(1..).filter(|rest| !rest.is_empty());
            rest.filter(|_| matches!(kind, Tok::Return | Tok::Assert))
        }
        _ => {
            let Some(at) = outer_assignment(tokens) else {
                return Some(tokens);
            };
            tokens.get(at + 1..).filter(|rest| !rest.is_empty())
        }
    };
    let several = tokens.iter().any(|token| token.kind == Tok::Semicolon);
    let named = if several {
        "these are several statements".to_owned()
    } else if is_statement_keyword(first.kind) {
        format!("`{word}` starts a statement")
    } else {
        "this is an assignment".to_owned()
    };
    let span = if is_statement_keyword(first.kind) { first.span } else { whole };
    let mut error = Diagnostic::error(Code::STATEMENT, span, format!("{named}, but here stands one expression"));
    error = match inside.and_then(|inside| Some(inside.first()?.span.to(inside.last()?.span))) {
        Some(value) if value.len() <= 80 => {
            let text = source.slice(value);
            error
                .with_help(format!("write `{text}` alone, or a script with `def dw_process(msg):`"))
                .with_fix(Span::new(whole.start, value.start), "")
        }
        Some(value) => error
            .with_help("write the expression alone, or a script with `def dw_process(msg):`")
            .with_fix(Span::new(whole.start, value.start), ""),
        None if first.kind == Tok::If => error.with_help("choose with `a if condition else b`"),
        None if first.kind == Tok::For => error.with_help("write `[x for x in items]`"),
        None if matches!(first.kind, Tok::Import | Tok::From) => {
            error.with_help("all modules can be used without import")
        }
        None => error.with_help(script),
    };
    if !report.has_error_in(span) {
        report.push(error);
    }
    inside
}

/// The index of the last `=` or `+=` outside brackets, or of a `;` before it.
fn outer_assignment(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut found = None;
    let mut in_lambda = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            kind if kind.is_opener() => depth += 1,
            kind if kind.is_closer() => depth = depth.saturating_sub(1),
            Tok::Lambda if depth == 0 => in_lambda = true,
            Tok::Colon if depth == 0 => in_lambda = false,
            Tok::Equal if depth == 0 && !in_lambda => found = Some(at),
            Tok::Semicolon if depth == 0 => return Some(at),
            kind if depth == 0 && kind.is_augmented_assignment() => found = Some(at),
            _ => {}
        }
    }
    found
}

fn uses_as_name(next: Option<&Token>) -> bool {
    next.is_some_and(|next| matches!(next.kind, Tok::Dot | Tok::Equal) || next.kind.is_augmented_assignment())
}

fn is_statement_keyword(kind: Tok) -> bool {
    kind.starts_only_statements() || matches!(kind, Tok::If | Tok::For | Tok::From)
}
