//! Branches, loops and `try`.

use super::flow::{Evidence, Known, State};
use super::{Loop, Pass};
use crate::check::types::{Literal, Type};
use crate::source::Span;
use crate::syntax::ast::{Arg, Constant, Expr, ExprKind, Stmt, Try};
use crate::value::exceptions::BASE_EXCEPTION;

/// How often a loop is passed through before what still changes becomes `Any`.
const ROUNDS: usize = 3;
/// Loops nested deeper than this are passed through only once, with `Any` for what they assign.
const DEEP: usize = 3;

impl<'a> Pass<'a> {
    pub(super) fn if_stmt(&mut self, branches: &'a [(Expr, Vec<Stmt>)], orelse: &'a [Stmt]) {
        let mut end = State::unreachable();
        for (test, body) in branches {
            let (yes, no) = self.condition(test);
            self.frame.state = yes;
            self.block(body);
            end = end.join(&self.frame.state);
            self.frame.state = no;
        }
        self.block(orelse);
        self.frame.state = end.join(&self.frame.state);
    }

    pub(super) fn while_stmt(&mut self, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) {
        let span = test.span.to(body.last().map_or(test.span, |stmt| stmt.span));
        let mut exit = State::unreachable();
        let around = self.looped(span, |pass| {
            let (yes, no) = pass.condition(test);
            exit = no;
            pass.frame.state = yes;
            pass.block(body);
        });
        self.frame.state = exit;
        self.block(orelse);
        self.frame.state = self.frame.state.join(&around.breaks);
    }

    pub(super) fn for_stmt(&mut self, target: &'a Expr, iter: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) {
        let known = self.expr(iter);
        let element = self.iterate(&known, iter);
        let span = target.span.to(body.last().map_or(target.span, |stmt| stmt.span));
        let mut head = State::unreachable();
        let around = self.looped(span, |pass| {
            head = pass.frame.state.clone();
            pass.assign_iterated(target, &element, iter, &known);
            pass.block(body);
        });
        let end = self.frame.state.join(&around.continues);
        self.frame.state = if is_never_empty(iter) { end } else { head.join(&end) };
        self.block(orelse);
        self.frame.state = self.frame.state.join(&around.breaks);
    }

    /// Passes through a loop until nothing changes, then once more with reports. `body` starts at the loop's head; the state
    /// at its end is left in the frame.
    fn looped(&mut self, span: Span, mut body: impl FnMut(&mut Self)) -> Loop {
        let start = self.frame.state.clone();
        let mut head = start.clone();
        if self.frame.loops.len() >= DEEP {
            self.forget_bound_in(span, &mut head);
        } else {
            for round in 0..ROUNDS {
                self.quiet += 1;
                self.frame.state = head.clone();
                let around = self.pass_through(&mut body);
                self.quiet -= 1;
                let end = self.frame.state.join(&around.continues);
                let next = head.join(&end);
                let changed = next.changed_since(&head);
                head = next;
                if changed.is_empty() {
                    break;
                }
                if round + 1 == ROUNDS {
                    for symbol in changed {
                        let mut variable = head.get(symbol);
                        variable.known = Known::any();
                        head.set(symbol, variable);
                    }
                }
            }
        }
        self.frame.state = head;
        self.pass_through(&mut body)
    }

    fn pass_through(&mut self, body: &mut impl FnMut(&mut Self)) -> Loop {
        self.frame.loops.push(Loop { breaks: State::unreachable(), continues: State::unreachable() });
        body(self);
        self.frame.loops.pop().unwrap_or(Loop { breaks: State::unreachable(), continues: State::unreachable() })
    }

    /// Makes everything `Any` that is bound within `span`.
    fn forget_bound_in(&self, span: Span, state: &mut State) {
        for (id, symbol) in self.symbols.symbols.iter().enumerate() {
            if symbol.bindings.iter().any(|(at, _)| span.start <= at.start && at.end <= span.end) {
                let mut variable = state.get(id);
                variable.known = Known::any();
                state.set(id, variable);
            }
        }
    }

    pub(super) fn try_stmt(&mut self, stmt: &'a Try) {
        let has_handlers = !stmt.handlers.is_empty();
        self.frame.handlers.push(self.frame.state.clone());
        self.frame.tries += u32::from(has_handlers);
        self.block(&stmt.body);
        self.frame.tries -= u32::from(has_handlers);
        let at_handlers = self.frame.handlers.pop().unwrap_or_else(State::unreachable);
        self.block(&stmt.orelse);
        let mut end = self.frame.state.clone();
        for handler in &stmt.handlers {
            self.frame.state = at_handlers.clone();
            // It is evaluated only when something was raised.
            self.frame.tries += 1;
            let class = handler.kind.as_ref().map(|kind| self.expr(kind));
            self.frame.tries -= 1;
            if let Some(name) = &handler.name {
                let ty = class.map_or(Type::Any, |class| caught(&class.ty));
                self.bind(name.span, Known::sure(ty));
            }
            self.block(&handler.body);
            if let Some(name) = &handler.name {
                self.unbind(name.span);
            }
            end = end.join(&self.frame.state);
        }
        if stmt.finalbody.is_empty() {
            self.frame.state = end;
            return;
        }
        // Behind the statement holds what the normal ways leave; inside `finally` a failure may have come in between.
        self.quiet += 1;
        self.frame.state = end.clone();
        self.block(&stmt.finalbody);
        self.quiet -= 1;
        let after = std::mem::replace(&mut self.frame.state, end.join(&at_handlers));
        self.block(&stmt.finalbody);
        self.frame.state = after;
    }

    /// What iterating over a value gives; reports values that cannot be iterated.
    pub(super) fn iterate(&mut self, known: &Known, expr: &Expr) -> Known {
        let members = known.ty.members();
        let fails = |ty: &&Type| crate::check::types::fit::element(ty).is_none();
        let failing: Vec<&Type> = members.iter().filter(fails).collect();
        if let Some(first) = failing.first() {
            let partial = failing.len() < members.len();
            let what = if partial { format!("may be `{first}`, which") } else { format!("is `{first}`, which") };
            let message = format!("this {what} cannot be iterated{}", Self::source_of(known.by));
            let help = match first {
                first if first.is_none() => Some("handle `None` first: `for x in value or []`".to_owned()),
                Type::Instance(_) | Type::Literal(Literal::Int(_)) if first.widened() == Type::INT => {
                    Some("to count, write `range(n)`".to_owned())
                }
                Type::Message(_) => Some("iterate over `msg.payload`".to_owned()),
                Type::Function(_) | Type::Member(..) => Some("call it: put `()` behind it".to_owned()),
                _ => None,
            };
            self.fails(2008, expr.span, known.by, partial, message, help);
        }
        let elements = members.iter().filter_map(crate::check::types::fit::element);
        // What is inside a container that somebody else may have changed is only likely.
        let by = if self.is_certain(expr) { known.by } else { known.by.min(Evidence::Likely) };
        Known { ty: if members.is_empty() { Type::Any } else { Type::union(elements) }, by }
    }

    /// Is what a container expression holds known for certain, because nobody else can have changed it?
    pub(super) fn is_certain(&self, expr: &Expr) -> bool {
        let Some(symbol) = super::narrow::root_symbol(expr, self.symbols).and_then(|id| self.symbols.get(id)) else {
            return true;
        };
        match expr.kind {
            ExprKind::Name(_) => !symbol.escapes && !symbol.captured,
            _ => !symbol.escapes && !symbol.captured && !symbol.interior_escapes,
        }
    }
}

/// Does a loop over this expression certainly run at least once?
fn is_never_empty(iter: &Expr) -> bool {
    match &iter.kind {
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => {
            items.iter().any(|item| !matches!(item.kind, ExprKind::Starred(_)))
        }
        ExprKind::Constant(Constant::Str(text) | Constant::Bytes(text)) => !text.is_empty(),
        ExprKind::Call { func, args } => {
            let (ExprKind::Name(name), [Arg::Positional(arg), rest @ ..]) = (&func.kind, &args[..]) else {
                return false;
            };
            match &**name {
                "range" => rest.is_empty() && matches!(arg.kind, ExprKind::Constant(Constant::Int(1..))),
                "enumerate" | "sorted" | "reversed" => is_never_empty(arg),
                _ => false,
            }
        }
        _ => false,
    }
}

/// What `except CLASS as e` binds.
fn caught(class: &Type) -> Type {
    match class {
        Type::Class(desc) if desc.is_subtype(&BASE_EXCEPTION) => Type::Instance(desc),
        Type::Tuple(items) => Type::union(items.iter().map(caught)),
        _ => Type::Any,
    }
}
