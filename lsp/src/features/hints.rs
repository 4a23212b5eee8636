//! Inlay hints: what is not written but known: the types of names, and the names of parameters in calls.

use dataway_lang::check::symbols::BindingKind;
use dataway_lang::check::types::Type;
use dataway_lang::source::Span;
use dataway_lang::syntax::ast::{Arg, Expr, ExprKind};

use super::signature;
use crate::script::Script;

/// Longest type that is shown, in characters.
const LONGEST: usize = 40;

/// Which hints are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Types behind names.
    pub types: bool,
    /// Parameter names before arguments.
    pub parameters: bool,
}

/// What a hint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintKind {
    /// A type.
    Type,
    /// The name of a parameter.
    Parameter,
}

/// A hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Where it stands.
    pub offset: u32,
    /// Its text.
    pub label: String,
    /// What it says.
    pub kind: HintKind,
}

/// The hints inside `within`, in source order.
#[must_use]
pub fn hints(script: &Script, within: Span, wanted: Wanted) -> Vec<Hint> {
    let mut hints = Vec::new();
    if wanted.types {
        types(script, within, &mut hints);
    }
    if wanted.parameters {
        parameters(script, within, &mut hints);
    }
    hints.sort_by_key(|hint| hint.offset);
    hints
}

/// The first binding of each variable says its type, unless an annotation or the value itself does.
fn types(script: &Script, within: Span, hints: &mut Vec<Hint>) {
    for binding in &script.checked().bindings {
        let Some(symbol) = script.checked().symbols.get(binding.symbol) else { continue };
        let Some((first, kind)) = symbol.bindings.first() else { continue };
        let shown = matches!(kind, BindingKind::Variable | BindingKind::Loop | BindingKind::Capture);
        if !shown || *first != binding.span || !inside(within, binding.span.end) {
            continue;
        }
        let ty = binding.ty.widened();
        if ty.is_any()
            || matches!(ty, Type::Never | Type::Module(_) | Type::Class(_) | Type::Function(_) | Type::Member(..))
        {
            continue;
        }
        let after = script.source.text().get(binding.span.end as usize..).unwrap_or_default().trim_start();
        if after.starts_with(':') && !after.starts_with(":=") && *kind == BindingKind::Variable {
            continue;
        }
        let text = ty.to_string();
        // The elements of an empty list have no type yet, which is nothing worth saying.
        if text.contains("Never") {
            continue;
        }
        hints.push(Hint { offset: binding.span.end, label: format!(": {}", short(&text)), kind: HintKind::Type });
    }
}

/// Literals in calls get the name of their parameter; names speak for themselves.
fn parameters(script: &Script, within: Span, hints: &mut Vec<Hint>) {
    let mut visit = |root: &Expr| {
        let mut open = vec![root];
        while let Some(expression) = open.pop() {
            if expression.span.end < within.start || expression.span.start > within.end {
                continue;
            }
            if let ExprKind::Call { func, args } = &expression.kind {
                of_call(script, func, args, hints);
            }
            expression.kind.for_each_child(&mut |child| open.push(child));
        }
    };
    script.parsed().program.body.for_each_expr(&mut visit);
}

fn of_call(script: &Script, func: &Expr, args: &[Arg], hints: &mut Vec<Hint>) {
    let literal = |arg: &Arg| matches!(arg, Arg::Positional(value) if matches!(value.kind, ExprKind::Constant(_) | ExprKind::UnaryOp { .. }));
    if !args.iter().any(literal) {
        return;
    }
    let Some(call) = signature::of_type(&script.type_of(func)) else { return };
    // One parameter needs no name: `len(x)`.
    if call.parameters.len() < 2 {
        return;
    }
    for (arg, parameter) in args.iter().zip(&call.parameters) {
        if !matches!(arg, Arg::Positional(_)) || parameter.label.starts_with('*') {
            break;
        }
        if literal(arg) && parameter.name.len() > 1 {
            hints.push(Hint {
                offset: arg.span().start,
                label: format!("{}:", parameter.name),
                kind: HintKind::Parameter,
            });
        }
    }
}

fn inside(within: Span, offset: u32) -> bool {
    within.start <= offset && offset <= within.end
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST - 1).collect();
    format!("{head}…")
}
