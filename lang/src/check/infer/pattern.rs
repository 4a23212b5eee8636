//! `match`: what a pattern captures, and what is left for the cases behind it.

use std::collections::HashMap;

use super::Pass;
use super::compare::may_equal;
use super::flow::{Known, State};
use crate::check::types::fit::element;
use crate::check::types::{Literal, Rest, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceText, Span};
use crate::syntax::ast::{Constant, Expr, ExprKind, MatchCase, Pattern, PatternKind};
use crate::value::types as descs;

impl<'a> Pass<'a> {
    pub(super) fn match_stmt(&mut self, subject: &'a Expr, cases: &'a [MatchCase]) {
        let known = self.expr(subject);
        let root = match subject.kind {
            ExprKind::Name(_) => self.symbols.written_at(subject.span.start),
            _ => None,
        };
        let mut left = known.clone();
        let mut end = State::unreachable();
        let mut seen = HashMap::new();
        for case in cases {
            let before = self.frame.state.clone();
            self.case_is_reached(case, &mut seen);
            let matched = self.pattern(&case.pattern, &left);
            if let Some(symbol) = root
                && matched.ty != Type::Never
                && !matched.ty.is_any()
            {
                self.frame.state.refine(symbol, matched.ty.clone());
            }
            let mut falls = before;
            if let Some(guard) = &case.guard {
                let (yes, no) = self.condition(guard);
                self.frame.state = yes;
                falls = falls.join(&no);
            } else if is_irrefutable(&case.pattern) {
                falls.reachable = false;
            } else {
                left = left.with(remaining(&left.ty, &case.pattern));
                if left.ty == Type::Never {
                    falls.reachable = false;
                } else if let Some(symbol) = root {
                    falls.refine(symbol, left.ty.clone());
                }
            }
            self.block(&case.body);
            end.absorb(&self.frame.state);
            self.frame.state = falls;
        }
        self.frame.state = end.join(&self.frame.state);
    }

    /// Reports a case of which earlier ones match everything. `seen` are the texts of patterns that always match what they
    /// describe, with the places of their cases; texts that are alike match alike.
    fn case_is_reached(&mut self, case: &MatchCase, seen: &mut HashMap<&'a str, Span>) {
        let source: &'a SourceText = self.source;
        let own = alternatives(&case.pattern);
        let earlier: Vec<Span> = own
            .iter()
            .filter_map(|one| {
                let same = seen.get(source.slice(one.span));
                // `case str():` has taken what `case str() as text if …:` and the like could match.
                let class = if let PatternKind::Class { class, .. } = &one.kind { Some(class.span) } else { None };
                same.or_else(|| seen.get(source.slice(class?))).copied()
            })
            .collect();
        if let (Some(at), true) = (earlier.first(), earlier.len() == own.len()) {
            let message = "an earlier case matches all of this, so this case is never reached";
            let found = Diagnostic::warning(Code(1012), case.pattern.span, message)
                .with_related(*at, "the earlier case")
                .with_help("change one of the two patterns, or delete this case");
            self.push(found);
        }
        if case.guard.is_some() {
            return;
        }
        for one in own {
            let span = match &one.kind {
                PatternKind::Class { class, patterns, keywords } if patterns.is_empty() && keywords.is_empty() => {
                    class.span
                }
                _ => one.span,
            };
            seen.entry(source.slice(span)).or_insert(case.pattern.span);
        }
    }

    /// Binds what a pattern captures; gives the type of a subject that matches, `Any` if that is not known.
    fn pattern(&mut self, pattern: &'a Pattern, subject: &Known) -> Known {
        match &pattern.kind {
            PatternKind::Value(value) => {
                let wanted = self.expr(value);
                subject.with(subject.ty.filtered(|ty| may_equal(ty, &wanted.ty)))
            }
            PatternKind::Singleton(constant) => {
                let wanted = super::expression::constant_type(constant);
                if subject.ty.is_any() {
                    Known::sure(wanted)
                } else {
                    subject.with(subject.ty.filtered(|ty| may_equal(ty, &wanted)))
                }
            }
            PatternKind::Sequence(patterns) => {
                let inner = element(&subject.ty).unwrap_or(Type::Any);
                let star = patterns.iter().any(|pattern| matches!(pattern.kind, PatternKind::Star(_)));
                for (at, pattern) in patterns.iter().enumerate() {
                    let ty = match &subject.ty {
                        Type::Tuple(items) if !star && items.len() == patterns.len() => {
                            items.get(at).cloned().unwrap_or(Type::Any)
                        }
                        _ => inner.clone(),
                    };
                    self.pattern(pattern, &subject.with(ty));
                }
                Known::any()
            }
            PatternKind::Mapping { items, rest } => {
                for (key, pattern) in items {
                    let key = self.expr(key);
                    let ty = value_under(&subject.ty, &key.ty);
                    self.pattern(pattern, &subject.with(ty));
                }
                if let Some(name) = rest {
                    self.bind(name.span, Known::sure(Type::dict(Type::Any, Type::Any)));
                }
                Known::any()
            }
            PatternKind::Class { class, patterns, keywords } => {
                let class = self.expr(class);
                let matched = match &class.ty {
                    Type::Class(desc) if subject.ty.is_any() => match super::super::types::fit::is_plain(desc) {
                        true if !desc.is_subtype(&descs::DICT) => plain_instance(desc),
                        _ => Type::Any,
                    },
                    Type::Class(desc) => subject
                        .ty
                        .filtered(|ty| ty.class().is_none_or(|own| own.is_subtype(desc) || desc.is_subtype(own))),
                    _ => Type::Any,
                };
                let matched = subject.with(if matched == Type::Never { Type::Any } else { matched });
                for pattern in patterns {
                    self.pattern(pattern, &matched);
                }
                for (_, pattern) in keywords {
                    self.pattern(pattern, &Known::any());
                }
                matched
            }
            PatternKind::Star(name) => {
                if let Some(name) = name {
                    self.bind(name.span, Known::sure(Type::list(subject.ty.clone())));
                }
                Known::any()
            }
            PatternKind::As { pattern, name } => {
                let matched =
                    pattern.as_ref().map_or_else(|| subject.clone(), |pattern| self.pattern(pattern, subject));
                if let Some(name) = name {
                    self.bind(name.span, matched.clone());
                }
                matched
            }
            PatternKind::Or(patterns) => {
                let mut matched: Option<Known> = None;
                for pattern in patterns {
                    let one = self.pattern(pattern, subject);
                    matched = Some(matched.map_or(one.clone(), |before| before.join(&one)));
                }
                matched.unwrap_or_else(Known::any)
            }
            PatternKind::Error => Known::any(),
        }
    }
}

fn plain_instance(desc: &'static crate::value::TypeDesc) -> Type {
    if std::ptr::eq(desc, &descs::LIST) { Type::list(Type::Any) } else { Type::Instance(desc) }
}

/// What a mapping holds under a key.
fn value_under(mapping: &Type, key: &Type) -> Type {
    match mapping {
        Type::Shape(shape) => match key {
            Type::Literal(Literal::Str(key)) => match (shape.field(key), &shape.rest) {
                (Some(field), _) => field.ty.clone(),
                (None, Rest::Typed(ty)) => ty.clone(),
                _ => Type::Any,
            },
            _ => shape.values(),
        },
        Type::Generic(_, items) if items.len() == 2 => items.get(1).cloned().unwrap_or(Type::Any),
        Type::Entity(value, _) => value_under(value, key),
        _ => Type::Any,
    }
}

/// The alternatives of a pattern, without the names that it gives to the whole.
fn alternatives(pattern: &Pattern) -> Vec<&Pattern> {
    match &pattern.kind {
        PatternKind::Or(patterns) => patterns.iter().flat_map(alternatives).collect(),
        PatternKind::As { pattern: Some(pattern), .. } => alternatives(pattern),
        _ => vec![pattern],
    }
}

/// Does the pattern match everything?
fn is_irrefutable(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::As { pattern, .. } => pattern.as_ref().is_none_or(|pattern| is_irrefutable(pattern)),
        PatternKind::Or(patterns) => patterns.iter().any(is_irrefutable),
        _ => false,
    }
}

/// What a subject can still be when the pattern did not match.
fn remaining(subject: &Type, pattern: &Pattern) -> Type {
    if subject.is_any() {
        return Type::Any;
    }
    match &pattern.kind {
        PatternKind::Value(Expr { kind: ExprKind::Constant(constant), .. }) => {
            let wanted = super::expression::constant_type(constant);
            subject.filtered(|ty| *ty != wanted)
        }
        PatternKind::Singleton(constant @ Constant::None) => {
            let wanted = super::expression::constant_type(constant);
            subject.filtered(|ty| *ty != wanted)
        }
        PatternKind::Or(patterns) => patterns.iter().fold(subject.clone(), |left, pattern| remaining(&left, pattern)),
        PatternKind::As { pattern: Some(pattern), .. } => remaining(subject, pattern),
        _ => subject.clone(),
    }
}
