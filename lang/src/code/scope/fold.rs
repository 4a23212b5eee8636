//! Generator expressions that are consumed where they stand: `sum(…)`, `any(…)` and `all(…)` of one need no generator. They run
//! as comprehensions do, in the frame of the function around them.
//!
//! That is only done where nobody can tell the difference. A generator turns a `StopIteration` from inside into another
//! error, so nothing inside may raise one: calls are limited to built-ins that do not call back. (A `defaultdict` whose factory
//! raises one is not looked for.) Whether the names are those of the built-ins is known when the whole program has been walked.

use crate::syntax::ast::{Arg, Expr, ExprKind, Name};

/// What consumes a generator expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::code) enum Fold {
    /// `sum(…)`
    Sum,
    /// `any(…)`
    Any,
    /// `all(…)`
    All,
}

/// Built-ins that may be called inside.
const FUNCTIONS: [&str; 8] = ["abs", "bool", "float", "int", "isinstance", "len", "round", "str"];

/// Methods that may be called inside.
const METHODS: [&str; 16] = [
    "casefold",
    "count",
    "endswith",
    "find",
    "get",
    "isalpha",
    "isdigit",
    "items",
    "keys",
    "lower",
    "lstrip",
    "rstrip",
    "startswith",
    "strip",
    "upper",
    "values",
];

/// Most parts of a generator expression that are looked at.
const MOST_PARTS: usize = 200;

/// A call that may consume its generator expression where it stands, if all these names are built-ins.
pub(super) struct Candidate<'a> {
    pub(super) fold: Fold,
    pub(super) generator: &'a Expr,
    /// The consumer, and what is called inside.
    pub(super) names: Vec<&'a Name>,
}

impl<'a> Candidate<'a> {
    /// What a call of `func` with `args` is a candidate for.
    pub(super) fn of(func: &'a Expr, args: &'a [Arg]) -> Option<Candidate<'a>> {
        let (ExprKind::Name(name), [Arg::Positional(generator)]) = (&func.kind, args) else { return None };
        let fold = match &**name {
            "sum" => Fold::Sum,
            "any" => Fold::Any,
            "all" => Fold::All,
            _ => return None,
        };
        let ExprKind::GeneratorExp { element, generators } = &generator.kind else { return None };
        let mut names = vec![name];
        let mut pending = vec![&**element];
        for (at, clause) in generators.iter().enumerate() {
            pending.extend(&clause.ifs);
            pending.push(&clause.target);
            if at > 0 {
                pending.push(&clause.iter);
            }
        }
        let mut seen = 0;
        while let Some(expr) = pending.pop() {
            seen += 1;
            match &expr.kind {
                _ if seen > MOST_PARTS => return None,
                ExprKind::Call { func, args } => match &func.kind {
                    ExprKind::Name(callee) if FUNCTIONS.contains(&&**callee) => {
                        names.push(callee);
                        pending.extend(args.iter().map(Arg::value));
                    }
                    ExprKind::Attribute { value, attr } if METHODS.contains(&&*attr.name) => {
                        pending.push(value);
                        pending.extend(args.iter().map(Arg::value));
                    }
                    _ => return None,
                },
                // Functions of its own would share its variables; a walrus binds outside.
                ExprKind::Lambda { .. }
                | ExprKind::NamedExpr { .. }
                | ExprKind::Yield(_)
                | ExprKind::YieldFrom(_)
                | ExprKind::GeneratorExp { .. } => return None,
                kind => kind.for_each_child(&mut |child| pending.push(child)),
            }
        }
        Some(Candidate { fold, generator, names })
    }
}
