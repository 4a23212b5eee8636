//! What a condition says: the states behind its true and its false outcome.

use super::Pass;
use super::compare::may_equal;
use super::flow::{Evidence, Known, State};
use crate::check::symbols::{SymbolId, Symbols};
use crate::check::types::{Field, Literal, Protocol, Rest, Shape, Type};
use crate::diagnostic::Severity;
use crate::syntax::ast::{Arg, BoolOp, CmpOp, Constant, Expr, ExprKind, UnaryOp};
use crate::value::TypeDesc;
use crate::value::types as descs;

impl<'a> Pass<'a> {
    /// Evaluates a condition; gives the states when it is true and when it is false.
    pub(super) fn condition(&mut self, test: &'a Expr) -> (State, State) {
        let (_, yes, no) = self.condition_value(test);
        (yes, no)
    }

    /// The same with the value. The current state is used up.
    pub(super) fn condition_value(&mut self, test: &'a Expr) -> (Known, State, State) {
        self.spend_branch();
        match &test.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => {
                let (known, yes, no) = crate::check::with_stack(|| self.condition_value(operand));
                let ty = known.ty.truth().map_or(Type::BOOL, |truth| Type::Literal(Literal::Bool(!truth)));
                self.record(test.span, &ty);
                (known.with(ty), no, yes)
            }
            ExprKind::BoolOp { op, values } => {
                let (known, yes, no) = crate::check::with_stack(|| self.bool_states(*op, values));
                self.record(test.span, &known.ty);
                (known, yes, no)
            }
            _ => {
                let known = self.expr(test);
                let (mut yes, mut no) = (self.frame.state.clone(), self.frame.state.clone());
                match &test.kind {
                    ExprKind::Constant(_) => {
                        yes.reachable &= known.ty.truth() != Some(false);
                        no.reachable &= known.ty.truth() != Some(true);
                    }
                    ExprKind::Compare { left, links } => {
                        if let [(op, right)] = &links[..] {
                            self.by_comparison(left, *op, right, &mut yes, &mut no);
                        }
                    }
                    ExprKind::Call { func, args } => self.by_call(func, args, &mut yes, &mut no),
                    ExprKind::NamedExpr { target, .. } => {
                        if let Some(symbol) = self.symbols.written_at(target.span.start) {
                            refine_symbol(&mut yes, symbol, |ty| ty.filtered(|ty| ty.truth() != Some(false)));
                            refine_symbol(&mut no, symbol, |ty| ty.filtered(|ty| ty.truth() != Some(true)));
                        }
                    }
                    _ => {
                        self.refine(&mut yes, test, &known, |ty| ty.filtered(|ty| ty.truth() != Some(false)));
                        self.refine(&mut no, test, &known, |ty| ty.filtered(|ty| ty.truth() != Some(true)));
                        self.key_is_there(test, &mut yes);
                    }
                }
                (known, yes, no)
            }
        }
    }

    /// `and`, `or`: the value, and the states behind true and false.
    pub(super) fn bool_states(&mut self, op: BoolOp, values: &'a [Expr]) -> (Known, State, State) {
        let mut result: Option<Known> = None;
        let (mut short, mut on) = (State::unreachable(), self.frame.state.clone());
        for (at, value) in values.iter().enumerate() {
            self.frame.state = on;
            let was_reachable = self.frame.state.reachable;
            let (mut known, yes, mut no) = self.condition_value(value);
            if let Some(before) = at.checked_sub(1).and_then(|at| values.get(at))
                && self.is_half_comparison(op, before, value)
            {
                // What was meant can be false.
                known = known.with(Type::BOOL);
                no.reachable = was_reachable;
            }
            let (goes_on, stops, stop_truth) = match op {
                BoolOp::And => (yes, no, false),
                BoolOp::Or => (no, yes, true),
            };
            let given = if at + 1 == values.len() {
                known
            } else {
                known.with(known.ty.filtered(|ty| ty.truth() != Some(!stop_truth)))
            };
            if was_reachable && given.ty != Type::Never {
                result = Some(result.map_or(given.clone(), |before| before.join(&given)));
            }
            short = short.join(&stops);
            on = goes_on;
        }
        let known = result.unwrap_or_else(Known::any);
        match op {
            BoolOp::And => (known, on, short),
            BoolOp::Or => (known, short, on),
        }
    }

    /// `x == 'a' or 'b'`: a text alone, where a comparison is meant; reports it. So is `x != 'a' or x != 'b'`, which every
    /// value fulfils.
    fn is_half_comparison(&mut self, op: BoolOp, before: &Expr, value: &Expr) -> bool {
        let ExprKind::Compare { left, links } = &before.kind else { return false };
        let [(compared, first)] = &links[..] else { return false };
        let subject = self.source.slice(left.span);
        let first_text = self.source.slice(first.span);
        let is_constant = |expr: &Expr| matches!(expr.kind, ExprKind::Constant(Constant::Str(_) | Constant::Int(_)));
        if !is_constant(first) || matches!(left.kind, ExprKind::Call { .. } | ExprKind::Constant(_)) {
            return false;
        }
        match &value.kind {
            ExprKind::Constant(Constant::Str(text))
                if op == BoolOp::Or && *compared == CmpOp::Eq && !text.is_empty() =>
            {
                let text = self.source.slice(value.span);
                let message = format!("`{text}` alone is always true: it is compared with nothing");
                let help = format!("write `{subject} in ({first_text}, {text})`");
                self.note(2016, Severity::Warning, value.span, message, Some(help));
                true
            }
            ExprKind::Compare { left: again, links } => {
                let [(op_again, second)] = &links[..] else { return false };
                let second_text = self.source.slice(second.span);
                let contradicts = matches!(
                    (op, compared, op_again),
                    (BoolOp::Or, CmpOp::NotEq, CmpOp::NotEq) | (BoolOp::And, CmpOp::Eq, CmpOp::Eq)
                );
                let same_subject = subject == self.source.slice(again.span);
                if contradicts && same_subject && is_constant(second) && first_text != second_text {
                    let (outcome, meant) = if op == BoolOp::Or { ("True", "not in") } else { ("False", "in") };
                    let message = format!("this is always {outcome}: `{subject}` is never both");
                    let help = format!("write `{subject} {meant} ({first_text}, {second_text})`");
                    self.note(2016, Severity::Warning, before.span.to(value.span), message, Some(help));
                }
                false
            }
            _ => false,
        }
    }

    /// Changes what `state` knows of a variable or place.
    fn refine(&self, state: &mut State, expr: &Expr, known: &Known, change: impl Fn(&Type) -> Type) {
        if known.ty.is_any() {
            let to = change(&known.ty);
            if to.is_any() {
                return;
            }
        }
        let to = change(&known.ty);
        if to == known.ty {
            return;
        }
        let impossible = to == Type::Never;
        if impossible && known.by == Evidence::Program && known.ty != Type::Never {
            state.reachable = false;
            return;
        }
        let to = if impossible { Type::Any } else { to };
        let root = match &expr.kind {
            ExprKind::NamedExpr { target, .. } => self.symbols.written_at(target.span.start),
            _ => root_symbol(expr, self.symbols),
        };
        let Some(root) = root else { return };
        match &expr.kind {
            ExprKind::Name(_) | ExprKind::NamedExpr { .. } => state.refine(root, to),
            _ => state.refine_place(root, self.source.slice(expr.span), known.with(to)),
        }
    }

    /// What is known of an expression that has been looked at.
    fn seen(&mut self, expr: &'a Expr) -> Known {
        self.quiet += 1;
        let known = self.expr(expr);
        self.quiet -= 1;
        known
    }

    fn by_comparison(&mut self, left: &'a Expr, op: CmpOp, right: &'a Expr, yes: &mut State, no: &mut State) {
        let (same, other) = match op {
            CmpOp::Eq | CmpOp::Is | CmpOp::In => (yes, no),
            CmpOp::NotEq | CmpOp::IsNot | CmpOp::NotIn => (no, yes),
            _ => return,
        };
        match op {
            CmpOp::In | CmpOp::NotIn => {
                let (item, container) = (self.seen(left), self.seen(right));
                if let Type::Literal(Literal::Str(key)) = &item.ty {
                    self.refine(same, right, &container, |ty| with_key(ty, key));
                    self.refine(other, right, &container, |ty| without_key(ty, key));
                }
                if let Type::Tuple(options) = &container.ty {
                    self.refine(same, left, &item, |ty| {
                        ty.filtered(|member| options.iter().any(|option| may_equal(member, option)))
                    });
                }
            }
            _ => {
                // `type(x) == str`
                if let ExprKind::Call { func, args } = &left.kind
                    && let (ExprKind::Name(name), [Arg::Positional(object)]) = (&func.kind, &args[..])
                    && &**name == "type"
                {
                    let class = self.seen(right);
                    self.by_class(object, &class.ty, same, &mut other.clone());
                    return;
                }
                let (one, two) = (self.seen(left), self.seen(right));
                for (expr, known, wanted) in [(left, &one, &two.ty), (right, &two, &one.ty)] {
                    let single = wanted.is_none() || matches!(wanted, Type::Literal(_));
                    self.refine(same, expr, known, |ty| match ty {
                        Type::Any if wanted.is_none() && matches!(op, CmpOp::Is | CmpOp::IsNot) => Type::NONE,
                        Type::Any => Type::Any,
                        _ => ty.filtered(|member| may_equal(member, wanted)),
                    });
                    if single {
                        self.refine(other, expr, known, |ty| ty.filtered(|member| member != wanted));
                    }
                    if wanted.is_none() {
                        self.key_is_there(expr, other);
                    }
                }
            }
        }
    }

    /// `d.get('k')` gave something: the key is there.
    fn key_is_there(&mut self, expr: &'a Expr, state: &mut State) {
        let ExprKind::Call { func, args } = &expr.kind else { return };
        let (ExprKind::Attribute { value, attr }, Some(Arg::Positional(key))) = (&func.kind, args.first()) else {
            return;
        };
        if &*attr.name == "get"
            && let ExprKind::Constant(Constant::Str(key)) = &key.kind
            && let Ok(key) = std::str::from_utf8(key)
        {
            let container = self.seen(value);
            self.refine(state, value, &container, |ty| with_key(ty, key));
        }
    }

    fn by_call(&mut self, func: &'a Expr, args: &'a [Arg], yes: &mut State, no: &mut State) {
        let positional: Vec<&Expr> =
            args.iter().filter_map(|arg| if let Arg::Positional(expr) = arg { Some(expr) } else { None }).collect();
        let ExprKind::Name(name) = &func.kind else {
            if let ExprKind::Attribute { attr, .. } = &func.kind
                && &*attr.name == "get"
            {
                // The condition itself is the expression whose value is true.
                let ExprKind::Attribute { value, .. } = &func.kind else { return };
                let Some(Arg::Positional(Expr { kind: ExprKind::Constant(Constant::Str(key)), .. })) = args.first()
                else {
                    return;
                };
                if let Ok(key) = std::str::from_utf8(key) {
                    let container = self.seen(value);
                    self.refine(yes, value, &container, |ty| with_key(ty, key));
                }
            }
            return;
        };
        if !self.is_builtin_name(name, func.span) {
            return;
        }
        match (&**name, &positional[..]) {
            ("isinstance", [object, class]) => {
                let class = self.seen(class).ty;
                self.by_class(object, &class, yes, no);
            }
            ("callable" | "hasattr", [object, ..]) => {
                let known = self.seen(object);
                self.refine(yes, object, &known, |_| Type::Any);
            }
            _ => {}
        }
    }

    /// The object is, or is not, an instance of a class.
    fn by_class(&mut self, object: &'a Expr, class: &Type, yes: &mut State, no: &mut State) {
        let Some(classes) = classes(class) else {
            let known = self.seen(object);
            self.refine(yes, object, &known, |_| Type::Any);
            return;
        };
        let known = self.seen(object);
        let is = |member: &Type| match member.class() {
            Some(own) => classes.iter().any(|class| own.is_subtype(class)),
            None => false,
        };
        self.refine(yes, object, &known, |ty| {
            Type::union(ty.members().iter().flat_map(|member| match member.class() {
                _ if member.is_any() || member.class().is_none() => {
                    classes.iter().map(|class| instance_of(class)).collect()
                }
                Some(_) if is(member) => vec![member.clone()],
                Some(own) => {
                    classes.iter().filter(|class| class.is_subtype(own)).map(|class| instance_of(class)).collect()
                }
                None => Vec::new(),
            }))
        });
        self.refine(no, object, &known, |ty| if ty.is_any() { Type::Any } else { ty.filtered(|member| !is(member)) });
    }
}

/// The classes that the second argument of `isinstance` names.
fn classes(ty: &Type) -> Option<Vec<&'static TypeDesc>> {
    match ty {
        Type::Class(desc) => Some(vec![desc]),
        Type::Tuple(items) => {
            let all: Option<Vec<_>> = items.iter().map(classes).collect();
            all.map(|all| all.concat())
        }
        _ => None,
    }
}

/// An instance of a class or of a subclass, of which nothing else is known.
fn instance_of(desc: &'static TypeDesc) -> Type {
    let is = |other: &'static TypeDesc| std::ptr::eq(desc, other);
    let any = || Type::Any;
    if is(&descs::LIST) {
        Type::list(Type::Any)
    } else if is(&descs::DICT) {
        // Perhaps a MultiMap, which has other methods.
        Type::Protocol(Protocol::Mapping, [Type::Any, Type::Any].into())
    } else if is(&descs::SET) || is(&descs::FROZENSET) || is(&descs::TUPLE) {
        Type::generic(desc, [Type::Any])
    } else if is(&descs::DATE) {
        Type::union([Type::Instance(desc), Type::Instance(&descs::DATETIME)])
    } else if is(&descs::ENTITY) {
        Type::entity(Type::Any, None)
    } else if super::super::types::fit::is_plain(desc) && !is(&descs::FUNCTION) && !is(&descs::MESSAGE) {
        Type::Instance(desc)
    } else {
        any()
    }
}

fn refine_symbol(state: &mut State, symbol: SymbolId, change: impl Fn(&Type) -> Type) {
    let variable = state.get(symbol);
    let to = change(&variable.known.ty);
    if to != Type::Never {
        state.refine(symbol, to);
    } else if variable.known.by == Evidence::Program {
        state.reachable = false;
    }
}

/// The same with `key` known to be there.
fn with_key(ty: &Type, key: &str) -> Type {
    match ty {
        Type::Shape(shape) => {
            let mut fields = shape.fields.clone();
            match fields.iter_mut().find(|field| &*field.key == key) {
                Some(field) => field.required = true,
                None => match &shape.rest {
                    Rest::Closed => {}
                    Rest::Unmentioned => fields.push(Field { key: key.into(), ty: Type::Any, required: true }),
                    Rest::Typed(ty) => fields.push(Field { key: key.into(), ty: ty.clone(), required: true }),
                },
            }
            Type::shape(fields, shape.rest.clone())
        }
        Type::Entity(value, mime_type) => Type::Entity(std::sync::Arc::new(with_key(value, key)), mime_type.clone()),
        Type::Union(members) => {
            // A closed dict without the key is not it.
            let lacks = |ty: &Type| matches!(ty, Type::Shape(shape) if shape.rest == Rest::Closed && shape.field(key).is_none());
            Type::union(members.iter().filter(|member| !lacks(member)).map(|member| with_key(member, key)))
        }
        other => other.clone(),
    }
}

/// The same with `key` known to be absent.
fn without_key(ty: &Type, key: &str) -> Type {
    match ty {
        Type::Shape(shape) if shape.field(key).is_some_and(|field| !field.required) => {
            let fields = shape.fields.iter().filter(|field| &*field.key != key).cloned().collect();
            Type::Shape(std::sync::Arc::new(Shape { fields, rest: shape.rest.clone() }))
        }
        other => other.clone(),
    }
}

/// The variable at the root of a name, or of attributes and constant subscripts behind one.
pub(super) fn root_symbol(expr: &Expr, symbols: &Symbols) -> Option<SymbolId> {
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::Name(_) => return symbols.written_at(at.span.start),
            ExprKind::Attribute { value, .. } => at = value,
            ExprKind::Subscript { value, index } if matches!(index.kind, ExprKind::Constant(_) | ExprKind::Name(_)) => {
                at = value;
            }
            _ => return None,
        }
    }
}
