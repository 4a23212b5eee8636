//! Calls. The callee comes first, then positional arguments, then keyword arguments, each group as written.

use super::Lowering;
use crate::code::{Constant, Instr, Reg};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, Name};

/// Most arguments that are passed in registers; more are passed in a list and a dict.
const MAX_ARGS: usize = 255;

impl<'a> Lowering<'a> {
    /// `dst = func(args)`
    pub(super) fn call_to(&mut self, func: &'a Expr, args: &'a [Arg], dst: Reg, span: Span) {
        let is_starred = |arg: &Arg| matches!(arg, Arg::Starred { .. } | Arg::DoubleStarred { .. });
        if let [Arg::Positional(generator)] = args
            && let Some(fold) = self.scopes.fold(generator)
        {
            return self.fold_to(fold, generator, dst, span);
        }
        if args.len() > MAX_ARGS || args.iter().any(is_starred) {
            return self.call_unpacked(func, args, dst, span);
        }
        // A method call that begins further up is located where the method's name stands.
        let span = match &func.kind {
            ExprKind::Attribute { attr, .. } => Span::new(self.member_span(func, attr).start, span.end),
            _ => span,
        };
        if args.iter().any(|arg| matches!(arg, Arg::Keyword { .. })) {
            self.call_keywords(func, args, dst, span);
        } else if let ExprKind::Attribute { value, attr } = &func.kind {
            let base = self.frame.temps(2);
            let receiver = base.saturating_add(1);
            // A local variable is used where it lives: the arguments are evaluated after the method is fetched.
            let obj = if self.is_in_place(value) { self.value(value) } else { receiver };
            if obj == receiver {
                self.expr_to(value, receiver);
            }
            let name = self.pool.name(&attr.name);
            let member = self.member_span(func, attr);
            self.emit(Instr::LoadMethod { base, obj, name }, member);
            let argc = self.arguments(args, span);
            self.emit(Instr::CallMethod { dst, base, argc }, span);
        } else {
            let base = self.push(func);
            let argc = self.arguments(args, span);
            self.emit(Instr::Call { dst, base, argc }, span);
        }
    }

    /// Is `expr` a local variable, which needs no register of its own?
    fn is_in_place(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => matches!(self.place(name), super::expr::Place::Local(_)),
            _ => false,
        }
    }

    fn arguments(&mut self, args: &'a [Arg], span: Span) -> u16 {
        for arg in args {
            self.push(arg.value());
        }
        self.count(args.len(), span)
    }

    fn call_keywords(&mut self, func: &'a Expr, args: &'a [Arg], dst: Reg, span: Span) {
        // The result replaces the callee, so that is best put where the result is wanted.
        let base = if self.frame.is_top(dst) { dst } else { self.frame.temp() };
        self.expr_to(func, base);
        let argc = self.arguments(args, span);
        let names = args.iter().filter_map(keyword).map(|(name, _)| name.clone()).collect();
        match self.pool.short_constant(Constant::Names(names)) {
            Some(names) => self.emit(Instr::CallKeywords { base, argc, names }, span),
            None => self.refuse("too many constants", span),
        }
        self.move_to(dst, base, span);
    }

    fn call_unpacked(&mut self, func: &'a Expr, args: &'a [Arg], dst: Reg, span: Span) {
        let base = self.push(func);
        let list = self.frame.temp();
        let dict = self.frame.temp();
        let positional = args.iter().filter(|arg| matches!(arg, Arg::Positional(_) | Arg::Starred { .. }));
        let positional = positional.collect::<Vec<_>>();
        if let [Arg::Starred { value, .. }] = positional.as_slice() {
            self.expr_to(value, list);
        } else {
            self.emit(Instr::BuildList { dst: list, base: list, count: 0 }, span);
            for arg in positional {
                let mark = self.frame.mark();
                let src = self.value(arg.value());
                match arg {
                    Arg::Starred { .. } => self.emit(Instr::ListExtend { list, src }, span),
                    _ => self.emit(Instr::ListAppend { list, src }, span),
                }
                self.frame.release(mark);
            }
        }
        self.keywords(args, base, dict, span);
        self.emit(Instr::CallUnpacked { dst, base }, span);
    }

    /// `dict` = the keyword arguments, or unbound. A name that comes twice is an error of the callee.
    fn keywords(&mut self, args: &'a [Arg], callee: Reg, dict: Reg, span: Span) {
        let mut keywords = args.iter().filter(|arg| matches!(arg, Arg::Keyword { .. } | Arg::DoubleStarred { .. }));
        let mut is_made = false;
        let mut group = Vec::new();
        loop {
            let arg = keywords.next();
            if let Some((name, value)) = arg.and_then(keyword) {
                group.push((name, value));
                continue;
            }
            if !group.is_empty() {
                self.keyword_group(&std::mem::take(&mut group), (callee, dict), is_made, span);
                is_made = true;
            }
            let Some(arg) = arg else { break };
            if !is_made {
                self.emit(Instr::BuildDict { dst: dict, base: dict, count: 0 }, span);
                is_made = true;
            }
            let mark = self.frame.mark();
            let src = self.value(arg.value());
            self.emit(Instr::DictMerge { dict, src, callee }, span);
            self.frame.release(mark);
        }
        if !is_made {
            self.emit(Instr::Unbind { reg: dict }, span);
        }
    }

    /// Makes the dict of keyword arguments from some named ones, or adds them to it.
    fn keyword_group(&mut self, group: &[(&'a Name, &'a Expr)], (callee, dict): (Reg, Reg), is_made: bool, span: Span) {
        let mark = self.frame.mark();
        let (base, _) = self.push_all(group.iter().map(|(_, value)| *value), span);
        let names = group.iter().map(|(name, _)| (*name).clone()).collect();
        let target = if is_made { self.frame.temp() } else { dict };
        self.shaped(names, base, target, span);
        if is_made {
            self.emit(Instr::DictMerge { dict, src: target, callee }, span);
        }
        self.frame.release(mark);
    }
}

/// The name and value of a keyword argument.
fn keyword(arg: &Arg) -> Option<(&Name, &Expr)> {
    match arg {
        Arg::Keyword { name, value } => Some((&name.name, value)),
        _ => None,
    }
}
