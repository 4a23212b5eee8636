//! `match` (spec 4.10). A pattern is a series of tests that go to the next case when they fail. What it captures waits
//! in temporaries and is bound when the whole pattern has matched, before the guard.

use super::Lowering;
use super::expr::rebinds;
use super::frame::Label;
use super::function::plain_name;
use crate::code::{Constant, Instr, Reg};
use crate::source::Span;
use crate::syntax::ast::{self, CmpOp, Expr, Ident, MatchCase, Pattern, PatternKind};

/// A captured name and the register of its value.
type Capture<'a> = (&'a Ident, Reg);

impl<'a> Lowering<'a> {
    pub(super) fn match_stmt(&mut self, subject: &'a Expr, cases: &'a [MatchCase]) {
        // A capture or a guard of one case must not change the subject of the next.
        let changes = plain_name(subject).is_some_and(|name| {
            cases.iter().any(|case| {
                captured(&case.pattern).iter().any(|ident| ident.name == *name)
                    || case.guard.as_ref().is_some_and(|guard| rebinds(guard, name))
            })
        });
        let src = if changes { self.push(subject) } else { self.value(subject) };
        let end = self.frame.label();
        for case in cases {
            if !self.frame.reachable {
                break;
            }
            let mark = self.frame.mark();
            let next = self.frame.label();
            let mut captures = Vec::new();
            self.pattern(&case.pattern, src, next, &mut captures);
            for (ident, reg) in captures {
                self.store_name(&ident.name, reg, ident.span);
            }
            if let Some(guard) = &case.guard {
                self.branch(guard, false, next);
            }
            self.block(&case.body);
            self.frame.jump(end, case.span);
            self.frame.place(next);
            self.frame.release(mark);
        }
        self.frame.place(end);
    }

    /// Goes to `fail` if the value in `src` does not match.
    fn pattern(&mut self, pattern: &'a Pattern, src: Reg, fail: Label, captures: &mut Vec<Capture<'a>>) {
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::Value(value) => {
                let b = self.value(value);
                let skip = Instr::CompareSkip { op: CmpOp::Eq, expect: false, a: src, b };
                self.frame.jump_unless_skipped(skip, fail, span);
            }
            PatternKind::Singleton(ast::Constant::None) => self.branch_none(src, false, fail, span),
            PatternKind::Singleton(constant) => {
                let b = self.frame.temp();
                self.constant_to(Constant::Bool(*constant == ast::Constant::True), b, span);
                let skip = Instr::CompareSkip { op: CmpOp::Is, expect: false, a: src, b };
                self.frame.jump_unless_skipped(skip, fail, span);
            }
            PatternKind::Sequence(patterns) => self.sequence(patterns, src, fail, captures, span),
            PatternKind::Mapping { items, rest } => self.mapping((items, rest.as_ref()), src, fail, captures, span),
            PatternKind::Class { class, patterns, keywords } => {
                self.class(class, (patterns, keywords), src, fail, captures, span);
            }
            PatternKind::Star(name) => captures.extend(name.iter().map(|ident| (ident, src))),
            PatternKind::As { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern, src, fail, captures);
                }
                captures.extend(name.iter().map(|ident| (ident, src)));
            }
            PatternKind::Or(alternatives) => self.alternatives(alternatives, src, fail, captures),
            PatternKind::Error => self.refuse("there is a syntax error", span),
        }
    }

    fn sequence(
        &mut self,
        patterns: &'a [Pattern],
        src: Reg,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
        span: Span,
    ) {
        let star = patterns.iter().position(|pattern| matches!(pattern.kind, PatternKind::Star(_)));
        let len = self.count(patterns.len() - usize::from(star.is_some()), span);
        let cond = self.frame.temp();
        self.emit(Instr::MatchSequence { at_least: star.is_some(), dst: cond, src, len }, span);
        self.frame.emit_to(fail, Instr::JumpIfNot { cond, target: 0 }, span);
        if patterns.iter().all(is_wildcard) {
            return;
        }
        let base = self.frame.temps(patterns.len());
        match star {
            Some(star) => {
                let after = self.count(patterns.len() - star - 1, span);
                let before = u8::try_from(star).unwrap_or_else(|_| {
                    self.refuse("too many patterns before a starred one", span);
                    0
                });
                self.emit(Instr::UnpackStar { before, src, base, after }, span);
            }
            None => self.emit(Instr::Unpack { src, base, count: len }, span),
        }
        self.parts(patterns, base, fail, captures);
    }

    /// Matches neighbouring registers from `base` on.
    fn parts(
        &mut self,
        patterns: impl IntoIterator<Item = &'a Pattern>,
        base: Reg,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
    ) {
        for (pattern, reg) in patterns.into_iter().zip(base..=Reg::MAX) {
            self.pattern(pattern, reg, fail, captures);
        }
    }

    fn mapping(
        &mut self,
        (items, rest): (&'a [(Expr, Pattern)], Option<&'a Ident>),
        src: Reg,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
        span: Span,
    ) {
        let cond = self.frame.temp();
        self.emit(Instr::MatchMapping { dst: cond, src }, span);
        self.frame.emit_to(fail, Instr::JumpIfNot { cond, target: 0 }, span);
        if items.is_empty() && rest.is_none() {
            return;
        }
        let (keys, values) = (self.frame.temp(), self.frame.temp());
        let exprs = items.iter().map(|(key, _)| key).collect::<Vec<_>>();
        self.tuple_of(&exprs, keys, span);
        if !items.is_empty() {
            self.move_to(values, keys, span);
            self.emit(Instr::MatchKeys { src, base: values }, span);
            self.frame.emit_to(fail, Instr::JumpIfNone { cond: values, target: 0 }, span);
            let base = self.frame.temps(items.len());
            let count = self.count(items.len(), span);
            self.emit(Instr::Unpack { src: values, base, count }, span);
            self.parts(items.iter().map(|(_, pattern)| pattern), base, fail, captures);
        }
        if let Some(ident) = rest {
            let dst = self.frame.temp();
            self.emit(Instr::MatchRest { dst, src, keys }, span);
            captures.push((ident, dst));
        }
    }

    fn class(
        &mut self,
        class: &'a Expr,
        (patterns, keywords): (&'a [Pattern], &'a [(Ident, Pattern)]),
        src: Reg,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
        span: Span,
    ) {
        let base = self.push(class);
        let names = keywords.iter().map(|(ident, _)| Constant::Str(ident.name.as_bytes().into())).collect();
        let names_reg = self.frame.temp();
        self.constant_to(Constant::Tuple(names), names_reg, span);
        let positional = self.count(patterns.len(), span);
        self.emit(Instr::MatchClass { src, base, positional }, span);
        self.frame.emit_to(fail, Instr::JumpIfNone { cond: base, target: 0 }, span);
        let parts = patterns.iter().chain(keywords.iter().map(|(_, pattern)| pattern));
        if parts.clone().all(is_wildcard) {
            return;
        }
        let count = self.count(patterns.len() + keywords.len(), span);
        let values = self.frame.temps(count.into());
        self.emit(Instr::Unpack { src: base, base: values, count }, span);
        self.parts(parts, values, fail, captures);
    }

    /// `a | b`: whichever matches leaves its captures in the same registers.
    fn alternatives(&mut self, alternatives: &'a [Pattern], src: Reg, fail: Label, captures: &mut Vec<Capture<'a>>) {
        let names = alternatives.first().map(captured).unwrap_or_default();
        let shared = names.into_iter().map(|ident| (ident, self.frame.temp())).collect::<Vec<Capture<'a>>>();
        let matched = self.frame.label();
        for (at, alternative) in alternatives.iter().enumerate() {
            let mark = self.frame.mark();
            let is_last = at + 1 == alternatives.len();
            let next = if is_last { fail } else { self.frame.label() };
            let mut found = Vec::new();
            self.pattern(alternative, src, next, &mut found);
            for (ident, reg) in found {
                if let Some((_, dst)) = shared.iter().find(|(shared, _)| shared.name == ident.name) {
                    self.move_to(*dst, reg, ident.span);
                }
            }
            self.frame.jump(matched, alternative.span);
            if !is_last {
                self.frame.place(next);
            }
            self.frame.release(mark);
        }
        self.frame.place(matched);
        captures.extend(shared);
    }
}

/// The names that a pattern captures. Patterns nest no deeper than brackets do.
fn captured(pattern: &Pattern) -> Vec<&Ident> {
    match &pattern.kind {
        PatternKind::Value(_) | PatternKind::Singleton(_) | PatternKind::Error => Vec::new(),
        PatternKind::Sequence(patterns) => patterns.iter().flat_map(captured).collect(),
        PatternKind::Mapping { items, rest } => {
            items.iter().flat_map(|(_, pattern)| captured(pattern)).chain(rest).collect()
        }
        PatternKind::Class { patterns, keywords, .. } => {
            let keywords = keywords.iter().map(|(_, pattern)| pattern);
            patterns.iter().chain(keywords).flat_map(captured).collect()
        }
        PatternKind::Star(name) => name.iter().collect(),
        PatternKind::As { pattern, name } => pattern.iter().flat_map(|pattern| captured(pattern)).chain(name).collect(),
        // All alternatives capture the same names.
        PatternKind::Or(alternatives) => alternatives.first().map(captured).unwrap_or_default(),
    }
}

/// Does the pattern match everything and capture nothing?
fn is_wildcard(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::As { pattern: None, name: None } | PatternKind::Star(None))
}
