//! `match`: what a pattern captures, and what is left for the cases behind it.

use super::Pass;
use super::compare::may_equal;
use super::flow::{Known, State};
use crate::check::types::fit::element;
use crate::check::types::{Literal, Rest, Type};
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
        for case in cases {
            let before = self.frame.state.clone();
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
            end = end.join(&self.frame.state);
            self.frame.state = falls;
        }
        self.frame.state = end.join(&self.frame.state);
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
