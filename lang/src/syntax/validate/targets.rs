//! What can be assigned to and deleted (spec section 3.2: `target`, `star_targets`).

use crate::diagnostic::{Code, Diagnostic};
use crate::source::SourceText;
use crate::syntax::ast::{Constant, Expr, ExprKind};
use crate::syntax::report::Report;

use super::with_stack;

/// Checks a target of `=`, `for` or a comprehension.
pub fn assign(target: &Expr, source: &SourceText, report: &mut Report) {
    with_stack(|| match &target.kind {
        ExprKind::Tuple(items) | ExprKind::List(items) => {
            let mut stars = items.iter().filter(|item| matches!(item.kind, ExprKind::Starred(_)));
            if let (Some(first), Some(second)) = (stars.next(), stars.next()) {
                let diagnostic = Diagnostic::error(Code::STAR, second.span, "more than one `*` in a target list")
                    .with_help("only one target can take the rest")
                    .with_related(first.span, "the other one");
                report.push(diagnostic);
            }
            items.iter().for_each(|item| assign(item, source, report));
        }
        ExprKind::Starred(value) => assign(value, source, report),
        _ => single(target, "assign to", source, report),
    });
}

/// Checks the target of `+=` and its kin.
pub fn augmented(target: &Expr, source: &SourceText, report: &mut Report) {
    single(target, "update", source, report);
}

/// Checks the target of an annotation.
pub fn annotated(target: &Expr, source: &SourceText, report: &mut Report) {
    single(target, "annotate", source, report);
}

/// Checks a target of `del`.
pub fn delete(target: &Expr, source: &SourceText, report: &mut Report) {
    with_stack(|| match &target.kind {
        ExprKind::Tuple(items) | ExprKind::List(items) => {
            items.iter().for_each(|item| delete(item, source, report));
        }
        ExprKind::Starred(_) => {
            report.error_help(Code::STAR, target.span, "`del` takes no star", "name what is to be deleted")
        }
        _ => single(target, "delete", source, report),
    });
}

/// Checks that `target` is a name, an attribute or an item.
fn single(target: &Expr, verb: &str, source: &SourceText, report: &mut Report) {
    let what = match &target.kind {
        ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } | ExprKind::Error => return,
        ExprKind::Starred(_) => return,
        kind if has_error(kind) => return,
        kind => describe(kind),
    };
    let text = source.slice(target.span);
    let shown =
        if text.len() <= 30 && !text.contains(['\n', '\r']) { format!("{what} `{text}`") } else { what.to_owned() };
    let help = match (verb, &target.kind) {
        ("assign to", ExprKind::Compare { .. }) => "to compare, write `==` only, without `=`",
        ("assign to", ExprKind::Call { .. }) => "assign to a name, an attribute or an item; to compare, write `==`",
        ("assign to", ExprKind::Constant(Constant::None | Constant::True | Constant::False)) => {
            "choose another name; to compare, write `is` or `==`"
        }
        ("assign to" | "update", _) => "on the left stands a name, an attribute or an item; to compare, write `==`",
        ("annotate", ExprKind::Tuple(_) | ExprKind::List(_)) => "annotate each name on its own line",
        ("annotate", _) => "a name, an attribute or an item can be annotated",
        _ => "names, attributes and items can be deleted",
    };
    report.error_help(Code::TARGET, target.span, format!("cannot {verb} {shown}"), help);
}

/// Could a part of the expression not be read?
fn has_error(kind: &ExprKind) -> bool {
    let mut found = false;
    kind.for_each_child(&mut |child| found |= child.kind == ExprKind::Error);
    found
}

/// The kind of an expression in words.
fn describe(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::Constant(Constant::None | Constant::True | Constant::False) => "the keyword",
        ExprKind::Constant(_) => "the literal",
        ExprKind::FString(_) => "the f-string",
        ExprKind::Call { .. } => "the call",
        ExprKind::Compare { .. } => "the comparison",
        ExprKind::Lambda { .. } => "the lambda",
        ExprKind::IfExp { .. } => "the conditional expression",
        ExprKind::Tuple(_) => "the tuple",
        ExprKind::List(_) => "the list",
        ExprKind::Dict(_) => "the dict",
        ExprKind::Set(_) => "the set",
        ExprKind::ListComp { .. } | ExprKind::SetComp { .. } | ExprKind::DictComp { .. } => "the comprehension",
        ExprKind::GeneratorExp { .. } => "the generator expression",
        ExprKind::Yield(_) | ExprKind::YieldFrom(_) => "the yield expression",
        ExprKind::NamedExpr { .. } => "the assignment expression",
        _ => "the expression",
    }
}
