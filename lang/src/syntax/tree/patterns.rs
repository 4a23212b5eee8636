//! Patterns of `match`: the actions of the middle part of the grammar (spec section 3.2).

use super::{Builder, ClassPattern, MapPattern};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Constant, Expr, ExprKind, Ident, Pattern, PatternKind};
use crate::syntax::token::Tok;

impl Builder<'_, '_> {
    /// A pattern.
    pub fn pattern(&self, l: u32, r: u32, kind: PatternKind) -> Pattern {
        Pattern { span: self.span(l, r), kind }
    }

    /// `None`, `True` or `False`
    pub fn constant_pattern(&self, l: u32, r: u32, value: Constant) -> Pattern {
        self.pattern(l, r, PatternKind::Singleton(value))
    }

    /// A value to compare with.
    pub fn value_pattern(&mut self, value: Expr) -> Pattern {
        let span = value.span;
        if matches!(value.kind, ExprKind::FString(_)) {
            self.bad_pattern(span, "a pattern cannot be an f-string", "compare in a guard: `if …`");
            return Pattern { span, kind: PatternKind::Error };
        }
        Pattern { span, kind: PatternKind::Value(value) }
    }

    /// `first.attr` as a value.
    pub fn dotted_value(&mut self, l: u32, r: u32, first: Ident, attr: Ident) -> Expr {
        let first = self.name(first);
        self.attribute(l, r, first, attr)
    }

    /// A name that binds, or the wildcard.
    pub fn capture(&self, name: Ident) -> Pattern {
        let span = name.span;
        let name = (&*name.name != "_").then_some(name);
        Pattern { span, kind: PatternKind::As { pattern: None, name } }
    }

    /// `*name`
    pub fn star_pattern(&self, l: u32, r: u32, name: Ident) -> Pattern {
        let name = (&*name.name != "_").then_some(name);
        self.pattern(l, r, PatternKind::Star(name))
    }

    /// `pattern as name`
    pub fn as_pattern(&mut self, l: u32, r: u32, pattern: Pattern, name: Ident) -> Pattern {
        let name = self.target(name);
        self.pattern(l, r, PatternKind::As { pattern: Some(Box::new(pattern)), name })
    }

    /// The name, unless it is the wildcard, which binds nothing.
    fn target(&mut self, name: Ident) -> Option<Ident> {
        if &*name.name == "_" {
            self.bad_pattern(name.span, "`_` binds nothing", "choose another name, or leave it out");
            return None;
        }
        Some(name)
    }

    /// `first | rest[0] | …`
    pub fn or_pattern(&mut self, l: u32, r: u32, first: Pattern, rest: Vec<Pattern>) -> Pattern {
        let alternatives = self.prepend(first, rest);
        self.pattern(l, r, PatternKind::Or(alternatives))
    }

    /// Patterns without brackets: a sequence if there is a comma.
    pub fn open_sequence(&mut self, l: u32, r: u32, mut items: Vec<Pattern>, comma: bool) -> Pattern {
        match items.pop() {
            Some(only) if items.is_empty() && !comma => self.not_starred(only),
            last => {
                items.extend(last);
                self.pattern(l, r, PatternKind::Sequence(items))
            }
        }
    }

    /// Patterns in parentheses; `close` is the location of the closing one.
    pub fn group_pattern(&mut self, l: u32, r: u32, items: Vec<Pattern>, close: u32) -> Pattern {
        let before = close.checked_sub(1).and_then(|at| self.token(at));
        let comma = before.is_some_and(|token| token.kind == Tok::Comma);
        self.open_sequence(l, r, items, comma)
    }

    fn not_starred(&mut self, pattern: Pattern) -> Pattern {
        if matches!(pattern.kind, PatternKind::Star(_)) {
            self.bad_pattern(pattern.span, "a starred pattern needs a sequence around it", "write a comma behind it");
            return Pattern { span: pattern.span, kind: PatternKind::Error };
        }
        pattern
    }

    /// `{key: pattern, **rest}`
    pub fn mapping_pattern(&mut self, l: u32, r: u32, parts: Vec<MapPattern>) -> Pattern {
        let mut items = Vec::with_capacity(parts.len());
        let mut rest = None;
        let mut rest_span: Option<Span> = None;
        for part in parts {
            if let Some(span) = rest_span.take() {
                self.bad_pattern(span, "`**` has to be the last item", "move it to the end");
            }
            match part {
                MapPattern::Rest(span, name) => {
                    rest = self.target(name);
                    rest_span = Some(span);
                }
                MapPattern::Item(item) => {
                    let (Pattern { span, kind }, pattern) = *item;
                    let kind = match kind {
                        PatternKind::Value(key) => {
                            items.push((key, pattern));
                            continue;
                        }
                        PatternKind::Singleton(constant) => ExprKind::Constant(constant),
                        PatternKind::Error => ExprKind::Error,
                        _ => {
                            self.bad_pattern(
                                span,
                                "a key is a literal or a dotted name",
                                "bind the whole dict and look the key up in a guard",
                            );
                            ExprKind::Error
                        }
                    };
                    items.push((self.node(span, kind), pattern));
                }
            }
        }
        self.pattern(l, r, PatternKind::Mapping { items, rest })
    }

    /// `class(args)`
    pub fn class_pattern(&mut self, l: u32, r: u32, class: Expr, args: Vec<ClassPattern>) -> Pattern {
        let mut patterns = Vec::new();
        let mut keywords: Vec<(Ident, Pattern)> = Vec::new();
        let mut names = std::collections::HashSet::new();
        for arg in args {
            match arg {
                ClassPattern::Positional(pattern) => {
                    if !keywords.is_empty() {
                        self.bad_pattern(
                            pattern.span,
                            "a positional sub-pattern stands behind a named one",
                            "positional sub-patterns come first",
                        );
                    }
                    patterns.push(pattern);
                }
                ClassPattern::Keyword(keyword) => {
                    let (name, pattern) = *keyword;
                    if !names.insert(name.name.clone()) {
                        self.bad_pattern(
                            name.span,
                            format!("attribute `{}` stands here twice", name.name),
                            "combine both patterns with `as`, or use a guard",
                        );
                    }
                    keywords.push((name, pattern));
                }
            }
        }
        self.pattern(l, r, PatternKind::Class { class: Box::new(class), patterns, keywords })
    }

    fn bad_pattern(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.report.error_help(Code::PATTERN, span, message, help);
    }
}
