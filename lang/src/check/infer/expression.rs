//! Expressions: what each kind of node gives.

use std::sync::Arc;

use super::Pass;
use super::flow::{Evidence, Known};
use crate::check::types::{Field, Literal, MAX_FIELDS, Rest, Type};
use crate::check::with_stack;
use crate::syntax::ast::{BoolOp, Constant, DictItem, Expr, ExprKind};
use crate::value::types as descs;

impl<'a> Pass<'a> {
    /// The type of an expression; what is wrong in it is reported.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Known {
        if !self.spend() {
            return Known::any();
        }
        let known = with_stack(|| self.expr_here(expr));
        self.record(expr.span, &known.ty);
        known
    }

    fn expr_here(&mut self, expr: &'a Expr) -> Known {
        match &expr.kind {
            ExprKind::Constant(constant) => Known::sure(constant_type(constant)),
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::NamedExpr { target, value } => {
                let known = self.expr(value);
                self.bind(target.span, known.clone());
                known
            }
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values),
            ExprKind::BinOp { left, op, op_span, right } => self.binary(expr, left, *op, *op_span, right),
            ExprKind::UnaryOp { op, operand } => self.unary(*op, operand, expr.span),
            ExprKind::Compare { left, links } => self.compare(left, links),
            ExprKind::Lambda { .. } => self.lambda(expr, &[]),
            ExprKind::IfExp { test, body, orelse } => {
                let (yes, no) = self.condition(test);
                self.frame.state = yes;
                let one = self.expr(body);
                let after_body = std::mem::replace(&mut self.frame.state, no);
                let two = self.expr(orelse);
                let joined = match (after_body.reachable, self.frame.state.reachable) {
                    (true, false) => one,
                    (false, true) => two,
                    _ => one.join(&two),
                };
                self.frame.state = after_body.join(&self.frame.state);
                joined
            }
            ExprKind::Dict(items) => self.dict(items),
            ExprKind::Set(items) => {
                let element = self.elements(items);
                for item in items {
                    self.check_hashable(item, "set element");
                }
                Known::holding(Type::generic(&descs::SET, [element.ty]), element.by)
            }
            ExprKind::List(items) => {
                let element = self.elements(items);
                Known::holding(Type::list(element.ty), element.by)
            }
            ExprKind::Tuple(items) => self.tuple(items),
            ExprKind::ListComp { element, generators } => self.list_comp(element, generators, &descs::LIST),
            ExprKind::SetComp { element, generators } => self.list_comp(element, generators, &descs::SET),
            ExprKind::GeneratorExp { element, generators } => self.list_comp(element, generators, &descs::GENERATOR),
            ExprKind::DictComp { key, value, generators } => self.dict_comp(key, value, generators),
            ExprKind::Yield(value) => {
                let known = value.as_ref().map_or_else(|| Known::sure(Type::NONE), |value| self.expr(value));
                self.yielded(&known);
                Known::any()
            }
            ExprKind::YieldFrom(value) => {
                let known = self.expr(value);
                let element = self.iterate(&known, value);
                self.yielded(&element);
                Known::any()
            }
            ExprKind::Call { func, args } => self.call(expr, func, args),
            ExprKind::FString(parts) => {
                self.fstring(parts);
                Known::sure(Type::STR)
            }
            ExprKind::Attribute { value, attr } => {
                let object = self.expr(value);
                let known = self.attribute(&object, value, attr);
                self.narrowed_place(expr).unwrap_or(known)
            }
            ExprKind::Subscript { value, index } => {
                let object = self.expr(value);
                let known = self.subscript(&object, value, index);
                self.narrowed_place(expr).unwrap_or(known)
            }
            ExprKind::Starred(value) => {
                let known = self.expr(value);
                self.iterate(&known, value)
            }
            ExprKind::Slice { lower, upper, step } => {
                for part in [lower, upper, step].into_iter().flatten() {
                    self.expr(part);
                }
                Known::sure(Type::Instance(&descs::SLICE))
            }
            ExprKind::Error => Known::any(),
        }
    }

    /// What an earlier condition found out about `msg.vars['x']` and the like.
    fn narrowed_place(&self, expr: &Expr) -> Option<Known> {
        let root = super::narrow::root_symbol(expr, self.symbols)?;
        self.frame.state.place(root, self.source.slice(expr.span))
    }

    /// The join of the items of a display, with `*` opened.
    fn elements(&mut self, items: &'a [Expr]) -> Known {
        let mut all = Vec::with_capacity(items.len());
        let mut by = Evidence::Program;
        for item in items {
            let known = self.expr(item);
            by = by.min(known.by).min(known.inside);
            // Lists and sets change: what they hold are kinds, not single values.
            all.push(known.ty.widened());
        }
        Known::new(Type::union(all), by)
    }

    fn tuple(&mut self, items: &'a [Expr]) -> Known {
        let starred = items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_)));
        if starred {
            let element = self.elements(items);
            return Known::holding(Type::generic(&descs::TUPLE, [element.ty]), element.by);
        }
        let known: Vec<Known> = items.iter().map(|item| self.expr(item)).collect();
        let inside = known.iter().map(|item| item.by.min(item.inside)).min().unwrap_or(Evidence::Program);
        Known::holding(Type::Tuple(known.into_iter().map(|item| item.ty).collect()), inside)
    }

    fn dict(&mut self, items: &'a [DictItem]) -> Known {
        let mut by = Evidence::Program;
        let mut fields: Vec<Field> = Vec::new();
        let mut rest = Rest::Closed;
        // Keys that are no literal texts: then it is a plain dict.
        let (mut keys, mut values, mut plain) = (Vec::new(), Vec::new(), items.len() > MAX_FIELDS);
        for item in items {
            let Some(key) = &item.key else {
                let known = self.expr(&item.value);
                by = by.min(known.by).min(known.inside);
                match self.spread(&known, &item.value) {
                    Some(Type::Shape(shape)) => {
                        for field in &shape.fields {
                            put(&mut fields, field.clone());
                        }
                        if shape.rest != Rest::Closed {
                            rest = Rest::Unmentioned;
                        }
                    }
                    Some(Type::Generic(_, parameters)) if parameters.len() == 2 => {
                        plain = true;
                        keys.push(parameters[0].clone());
                        values.push(parameters[1].clone());
                    }
                    _ => {
                        plain = true;
                        keys.push(Type::Any);
                        values.push(Type::Any);
                    }
                }
                continue;
            };
            let key_known = self.expr(key);
            self.check_hashable(key, "dict key");
            let value = self.expr(&item.value);
            by = by.min(value.by).min(value.inside);
            match &key_known.ty {
                Type::Literal(Literal::Str(text)) if items.len() <= MAX_FIELDS => {
                    put(&mut fields, Field { key: text.clone(), ty: value.ty, required: true });
                }
                other => {
                    plain = true;
                    keys.push(other.widened());
                    values.push(value.ty.widened());
                }
            }
        }
        if plain {
            if !fields.is_empty() {
                keys.push(Type::STR);
                values.extend(fields.into_iter().map(|field| field.ty.widened()));
            }
            return Known::holding(Type::dict(Type::union(keys), Type::union(values)), by);
        }
        Known::holding(Type::shape(fields, rest), by)
    }

    /// What `**value` brings into a dict.
    fn spread(&mut self, known: &Known, value: &Expr) -> Option<Type> {
        if known.ty.is_any() {
            return None;
        }
        let no_mapping = |ty: &Type| {
            ty.class().is_some_and(|class| super::super::types::fit::is_plain(class) && !class.is_subtype(&descs::DICT))
        };
        if known.ty.members().iter().all(no_mapping) && known.ty != Type::Never {
            let message = format!("`**` needs a mapping, and this is `{}`", known.ty);
            self.fails(2008, value.span, known.by, false, message, None);
        }
        Some(known.ty.clone())
    }

    /// `and`, `or`: an operand, and what it says holds in the next one.
    fn bool_op(&mut self, op: BoolOp, values: &'a [Expr]) -> Known {
        let (known, yes, no) = self.bool_states(op, values);
        self.frame.state = yes.join(&no);
        known
    }

    /// A lambda whose parameters will get values of the types `expected`, as far as those are known.
    pub(super) fn lambda(&mut self, expr: &'a Expr, expected: &[Type]) -> Known {
        let ExprKind::Lambda { params, body } = &expr.kind else { return Known::any() };
        let signature = self.signature_of(params, expected);
        let before = self.frame.state.clone();
        let tries = self.frame.tries;
        // What the body raises may be caught where the lambda is called.
        self.frame.tries += u32::from(self.has_handlers);
        self.lambdas += 1;
        self.bind_params(params, expected);
        let result = self.expr(body);
        self.lambdas -= 1;
        self.frame.tries = tries;
        self.frame.state = before;
        let function = crate::check::types::Function {
            name: "".into(),
            params: Some(signature),
            result: std::sync::OnceLock::from(result.ty),
            id: None,
        };
        Known::sure(Type::Function(Arc::new(function)))
    }
}

/// Sets a field; a repeated key keeps its place.
pub(super) fn put(fields: &mut Vec<Field>, field: Field) {
    match fields.iter_mut().find(|known| known.key == field.key) {
        Some(known) if field.required => *known = field,
        Some(known) => known.ty = known.ty.join(&field.ty),
        None => fields.push(field),
    }
}

/// The type of a literal.
pub(in crate::check) fn constant_type(constant: &Constant) -> Type {
    match constant {
        Constant::None => Type::NONE,
        Constant::True => Type::Literal(Literal::Bool(true)),
        Constant::False => Type::Literal(Literal::Bool(false)),
        Constant::Ellipsis => Type::Instance(&descs::ELLIPSIS),
        Constant::Int(value) => Type::Literal(Literal::Int(*value)),
        Constant::BigInt(_) => Type::INT,
        Constant::Float(_) => Type::FLOAT,
        Constant::Str(text) => match std::str::from_utf8(text) {
            // The text itself matters as a key or name; nobody compares with a long one.
            Ok(text) if text.len() <= 200 => Type::text(text),
            _ => Type::STR,
        },
        Constant::Bytes(bytes) if bytes.len() <= 200 => Type::Literal(Literal::Bytes(Arc::from(&**bytes))),
        Constant::Bytes(_) => Type::BYTES,
    }
}
