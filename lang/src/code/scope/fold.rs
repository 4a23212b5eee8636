//! Generator expressions that are consumed where they stand: `sum(…)`, `any(…)` and `all(…)` of one need no generator. They run
//! as comprehensions do, in the frame of the function around them.
//!
//! That is only done where nobody can tell the difference. A generator turns a `StopIteration` from inside into another
//! error, so nothing inside may raise one: calls are limited to built-ins that do not call back, and look-ups by key are left to a
//! generator if the program may have made a `defaultdict` of a factory of its own ([`Factories`]). Whether that is so, and whether the
//! names are those of the built-ins, is known when the whole program has been walked.

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

/// Types that are good factories of a `defaultdict`: calling them without an argument never raises.
const PLAIN: [&str; 9] = ["bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"];

/// Whether a program may have a `defaultdict` whose factory raises.
#[derive(Default)]
pub(super) struct Factories {
    /// It makes one of something that is no plain type, or hands the class around.
    own: bool,
    /// The plain types of which it makes one.
    plain: Vec<Name>,
    /// It reads a name with which the class can be reached without its name, or a factory can be exchanged.
    reaching: bool,
    /// It reads a name that leads from a dict to its class.
    class: bool,
}

impl Factories {
    /// Notes that the program reads a variable or an attribute of that name.
    pub(super) fn note(&mut self, name: &str) {
        match name {
            "defaultdict" => self.own = true,
            "__dict__" | "__getattribute__" | "attrgetter" | "default_factory" | "getattr" => self.reaching = true,
            "__class__" | "type" => self.class = true,
            _ => {}
        }
    }

    /// Notes that the program imports a name, perhaps as another.
    pub(super) fn note_import(&mut self, name: &str, own: Option<&Name>) {
        self.own |= name == "*" || name == "defaultdict" && own.is_some_and(|own| &**own != name);
    }

    /// Whether the call of `func` makes a `defaultdict` of a plain type; then it is noted as that.
    pub(super) fn note_call(&mut self, func: &Expr, args: &[Arg]) -> bool {
        let callee = match &func.kind {
            ExprKind::Name(name) => name,
            ExprKind::Attribute { attr, .. } => &attr.name,
            _ => return false,
        };
        match args.first() {
            Some(Arg::Positional(Expr { kind: ExprKind::Name(factory), .. }))
                if &**callee == "defaultdict" && PLAIN.contains(&&**factory) =>
            {
                self.plain.push(factory.clone());
                true
            }
            _ => false,
        }
    }

    /// Whether a look-up by key may raise what a factory of the program raises; `is_own` says which names the program binds.
    pub(super) fn may_raise(&self, is_own: impl Fn(&Name) -> bool) -> bool {
        self.own || self.reaching || self.class && !self.plain.is_empty() || self.plain.iter().any(is_own)
    }
}

/// A call that may consume its generator expression where it stands, if all these names are built-ins.
pub(super) struct Candidate<'a> {
    pub(super) fold: Fold,
    pub(super) generator: &'a Expr,
    /// The consumer, and what is called inside.
    pub(super) names: Vec<&'a Name>,
    /// Whether something is looked up by key inside.
    pub(super) looks_up: bool,
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
        let (mut seen, mut looks_up) = (0, false);
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
                kind => {
                    looks_up |= matches!(kind, ExprKind::Subscript { .. });
                    kind.for_each_child(&mut |child| pending.push(child));
                }
            }
        }
        Some(Candidate { fold, generator, names, looks_up })
    }
}
