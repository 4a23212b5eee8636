//! The rules of `match` (spec section 3.2): reachable cases, names, stars, keys.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Constant, Expr, ExprKind, Ident, MatchCase, Name, Pattern, PatternKind, UnaryOp};
use crate::syntax::report::Report;

/// Checks the cases of a `match` statement.
pub fn check(cases: &[MatchCase], report: &mut Report) {
    let before_last = cases.split_last().map_or(&[][..], |(_, before)| before);
    for case in before_last.iter().filter(|case| case.guard.is_none()) {
        if let Some(what) = irrefutable(&case.pattern) {
            report.error_help(
                Code::PATTERN,
                case.pattern.span,
                format!("{what} matches everything: the cases below are never reached"),
                "move this case to the end, or compare with a dotted name or in a guard",
            );
        }
    }
    for case in cases {
        let mut names = HashMap::new();
        Patterns { report }.pattern(&case.pattern, &mut names);
    }
}

/// What a pattern that matches everything is called.
fn irrefutable(pattern: &Pattern) -> Option<String> {
    match &pattern.kind {
        PatternKind::As { pattern: None, name: None } => Some("`_`".to_owned()),
        PatternKind::As { pattern: None, name: Some(name) } => Some(format!("`{}`", name.name)),
        PatternKind::As { pattern: Some(inner), .. } => irrefutable(inner),
        PatternKind::Or(alternatives) => alternatives.last().and_then(irrefutable),
        _ => None,
    }
}

/// The names a pattern binds, and where.
type Bound = HashMap<Name, Span>;

struct Patterns<'a> {
    report: &'a mut Report,
}

impl Patterns<'_> {
    fn error(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.report.error_help(Code::PATTERN, span, message, help);
    }

    fn bind(&mut self, name: Option<&Ident>, bound: &mut Bound) {
        let Some(Ident { name, span }) = name else {
            return;
        };
        if let Some(first) = bound.insert(name.clone(), *span) {
            let diagnostic = Diagnostic::error(Code::PATTERN, *span, format!("this pattern binds `{name}` twice"))
                .with_help("choose two names and compare them in a guard")
                .with_related(first, "the other one");
            self.report.push(diagnostic);
        }
    }

    fn pattern(&mut self, pattern: &Pattern, bound: &mut Bound) {
        match &pattern.kind {
            PatternKind::Value(_) | PatternKind::Singleton(_) | PatternKind::Error => {}
            PatternKind::Sequence(items) => {
                let mut stars = items.iter().filter(|item| matches!(item.kind, PatternKind::Star(_)));
                if let (Some(_), Some(second)) = (stars.next(), stars.next()) {
                    self.error(second.span, "more than one `*` in a sequence", "only one can take the rest");
                }
                items.iter().for_each(|item| self.pattern(item, bound));
            }
            PatternKind::Mapping { items, rest } => {
                let mut keys = HashSet::new();
                for (key, value) in items {
                    if literal(key).is_some_and(|literal| !keys.insert(literal)) {
                        self.error(key.span, "this key stands here twice", "leave one of them out");
                    }
                    self.pattern(value, bound);
                }
                self.bind(rest.as_ref(), bound);
            }
            PatternKind::Class { patterns, keywords, .. } => {
                patterns.iter().for_each(|item| self.pattern(item, bound));
                keywords.iter().for_each(|(_, item)| self.pattern(item, bound));
            }
            PatternKind::Star(name) => self.bind(name.as_ref(), bound),
            PatternKind::As { pattern: inner, name } => {
                inner.iter().for_each(|inner| self.pattern(inner, bound));
                self.bind(name.as_ref(), bound);
            }
            PatternKind::Or(alternatives) => self.alternatives(alternatives, bound),
        }
    }

    fn alternatives(&mut self, alternatives: &[Pattern], bound: &mut Bound) {
        let mut first: Option<Bound> = None;
        for (at, alternative) in alternatives.iter().enumerate() {
            if at + 1 < alternatives.len()
                && let Some(what) = irrefutable(alternative)
            {
                self.error(
                    alternative.span,
                    format!("{what} matches everything: the alternatives behind it are never reached"),
                    "move it to the end",
                );
                return;
            }
            let mut names = Bound::new();
            self.pattern(alternative, &mut names);
            let known = first.get_or_insert_with(|| names.clone());
            let same = known.len() == names.len() && known.keys().all(|name| names.contains_key(name));
            if !same {
                self.error(
                    alternative.span,
                    "the alternatives bind different names",
                    "every alternative of `|` has to bind the same names",
                );
                break;
            }
        }
        for (name, span) in first.unwrap_or_default() {
            self.bind(Some(&Ident { name, span }), bound);
        }
    }
}

/// A literal key in a form that is equal for equal keys.
fn literal(key: &Expr) -> Option<String> {
    match &key.kind {
        ExprKind::Constant(constant) => Some(match constant {
            // `1`, `True` and `1.0` are the same key.
            Constant::True => "number 1".to_owned(),
            Constant::False => "number 0".to_owned(),
            Constant::Int(value) => format!("number {value}"),
            Constant::Float(value) => format!("number {value}"),
            other => format!("{other:?}"),
        }),
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => {
            literal(operand).map(|text| text.replace("number ", "number -"))
        }
        _ => None,
    }
}
