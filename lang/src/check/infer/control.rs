//! Branches, loops and `try`.

use std::collections::HashMap;

use super::flow::{Evidence, Known, State};
use super::operator::short;
use super::{Loop, Pass};
use crate::check::types::{Literal, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceText, Span};
use crate::syntax::ast::{Arg, Constant, Expr, ExprKind, Stmt, Try};
use crate::value::TypeDesc;
use crate::value::exceptions::BASE_EXCEPTION;

/// How often a loop is passed through before what still changes becomes `Any`.
const ROUNDS: usize = 3;
/// Loops nested deeper than this are passed through only once, with `Any` for what they assign.
const DEEP: usize = 3;

impl<'a> Pass<'a> {
    pub(super) fn if_stmt(&mut self, branches: &'a [(Expr, Vec<Stmt>)], orelse: &'a [Stmt]) {
        let mut end = State::unreachable();
        let source: &'a SourceText = self.source;
        let mut tested: HashMap<&'a str, Span> = HashMap::new();
        for (test, body) in branches {
            let was_reachable = self.frame.state.reachable;
            let (yes, no) = self.condition(test);
            let earlier = is_repeatable(test).then(|| tested.insert(source.slice(test.span), test.span)).flatten();
            if let Some(earlier) = earlier {
                let found = Diagnostic::warning(
                    Code(1012),
                    test.span,
                    "this condition was tested before, so its branch is never reached",
                )
                .with_related(earlier, "the same condition")
                .with_help("change one of the two conditions, or delete this branch");
                self.push(found);
            } else if was_reachable && !yes.reachable && is_isinstance(test) {
                let message = "this is never an instance of that type here, so the branch is never reached";
                self.push(
                    Diagnostic::warning(Code(1012), test.span, message)
                        .with_help("delete the branch, or mend the test"),
                );
            }
            self.frame.state = yes;
            self.block(body);
            end.absorb(&self.frame.state);
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
        self.frame.state = if is_never_empty(iter) { end } else { head.without_start_values(&end).join(&end) };
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
        let mut caught_before: Vec<(&'static TypeDesc, Span)> = Vec::new();
        for handler in &stmt.handlers {
            self.frame.state = at_handlers.clone();
            // It is evaluated only when something was raised.
            self.frame.tries += 1;
            let class = handler.kind.as_ref().map(|kind| self.expr(kind));
            self.frame.tries -= 1;
            if let (Some(kind), Some(class)) = (&handler.kind, &class) {
                self.handler_is_reached(kind.span, &class.ty, &mut caught_before);
            }
            if let Some(name) = &handler.name {
                let ty = class.map_or(Type::Any, |class| caught(&class.ty));
                self.bind(name.span, Known::sure(ty));
            }
            self.block(&handler.body);
            if let Some(name) = &handler.name {
                self.unbind(name.span);
            }
            end.absorb(&self.frame.state);
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

    /// Reports a handler whose exceptions are all caught by those above it.
    fn handler_is_reached(&mut self, span: Span, class: &Type, before: &mut Vec<(&'static TypeDesc, Span)>) {
        let own: Vec<&'static TypeDesc> = match class {
            Type::Class(desc) => vec![desc],
            Type::Tuple(items) => {
                items.iter().filter_map(|item| if let Type::Class(desc) = item { Some(*desc) } else { None }).collect()
            }
            _ => Vec::new(),
        };
        let all_known = !own.is_empty() && (!matches!(class, Type::Tuple(items) if items.len() != own.len()));
        let catcher = |desc: &'static TypeDesc| before.iter().find(|(other, _)| desc.is_subtype(other));
        let catchers: Vec<_> = own.iter().filter_map(|desc| catcher(desc)).collect();
        if let (true, Some((desc, at))) = (all_known && catchers.len() == own.len(), catchers.first()) {
            let message = format!("this handler is never reached: `except {}` above catches the same", desc.name);
            let found = Diagnostic::warning(Code(1012), span, message)
                .with_related(*at, "this handler comes first")
                .with_help("put the handler of the more special exception first");
            self.push(found);
        }
        before.extend(own.into_iter().map(|desc| (desc, span)));
    }

    /// What iterating over a value gives; reports values that cannot be iterated.
    pub(super) fn iterate(&mut self, known: &Known, expr: &Expr) -> Known {
        let members = known.ty.members();
        let fails = |ty: &&Type| crate::check::types::fit::element(ty).is_none();
        let failing: Vec<&Type> = members.iter().filter(fails).collect();
        if let Some(first) = failing.first() {
            let partial = failing.len() < members.len();
            let what = if partial {
                format!("may be `{}`, which", short(first))
            } else {
                format!("is `{}`, which", short(first))
            };
            let message = format!("this {what} cannot be iterated{}", Self::source_of(known.by));
            let text = self.source.slice(expr.span);
            let help = match first {
                first if first.is_none() => Some(format!("handle `None` first: `{text} or []`")),
                Type::Instance(_) | Type::Literal(Literal::Int(_)) if first.widened() == Type::INT => {
                    Some(format!("to count, write `range({text})`"))
                }
                Type::Message(_) => Some("iterate over `msg.payload`".to_owned()),
                Type::Function(_) | Type::Member(..) => Some("call it: put `()` behind it".to_owned()),
                _ => None,
            };
            self.fails(2008, expr.span, known.by, partial, message, help);
        }
        let elements = members.iter().filter_map(crate::check::types::fit::element);
        // What is inside a container that somebody else may have changed is only likely.
        let held = known.by.min(known.inside);
        let by = if self.is_certain(expr) { held } else { held.min(Evidence::Likely) };
        Known::new(if members.is_empty() { Type::Any } else { Type::union(elements) }, by)
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

/// Is a test sure to give the same when it is evaluated again?
fn is_repeatable(test: &Expr) -> bool {
    let mut open = vec![test];
    while let Some(expr) = open.pop() {
        if matches!(
            expr.kind,
            ExprKind::Call { .. } | ExprKind::NamedExpr { .. } | ExprKind::Yield(_) | ExprKind::Error
        ) {
            return false;
        }
        expr.kind.for_each_child(&mut |child| open.push(child));
    }
    true
}

fn is_isinstance(test: &Expr) -> bool {
    matches!(&test.kind, ExprKind::Call { func, .. } if matches!(&func.kind, ExprKind::Name(name) if &**name == "isinstance"))
}

/// Does a loop over this expression certainly run at least once?
pub(super) fn is_never_empty(iter: &Expr) -> bool {
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
