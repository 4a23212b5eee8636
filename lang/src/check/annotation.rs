//! From the text of a type to the type: annotations of the program (spec 12.2) and the types in the tables of built-ins,
//! which are written in the same way.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock, RwLock};

use super::types::{Function, Literal, Message, Param, Protocol, Type};
use crate::builtins::reference;
use crate::modules;
use crate::source::{SourceText, Span};
use crate::syntax::ast::{BinaryOp, Body, Constant, Expr, ExprKind, Mode, Name, UnaryOp};
use crate::syntax::{self, ParseOptions};
use crate::value::TypeDesc;
use crate::value::signature::ParamKind;
use crate::value::types as descs;

/// Names of annotations that no type has.
pub(super) const FORMS: &[&str] =
    &["Any", "Optional", "Union", "Callable", "Iterable", "Iterator", "Generator", "Sequence", "Mapping", "Literal"];

/// The type that a text in a table describes. Texts are resolved once.
pub(super) fn table_type(text: &str) -> Type {
    static KNOWN: LazyLock<RwLock<HashMap<String, Type>>> = LazyLock::new(RwLock::default);
    if text.is_empty() || text == "Any" {
        return Type::Any;
    }
    if let Ok(known) = KNOWN.read()
        && let Some(ty) = known.get(text)
    {
        return ty.clone();
    }
    let options = ParseOptions { mode: Some(Mode::Expression), ..ParseOptions::default() };
    let parsed = syntax::parse(&SourceText::new("", text), &options);
    let mut resolver = Resolver { lookup: &|_| None, is_table: true, unknown: Vec::new() };
    let ty = match &parsed.program.body {
        Body::Expression(expr) => resolver.resolve(expr),
        Body::Statements(_) => Type::Any,
    };
    if let Ok(mut known) = KNOWN.write() {
        known.insert(text.to_owned(), ty.clone());
    }
    ty
}

/// Reads annotations.
pub(super) struct Resolver<'a> {
    /// What a name means that the program binds.
    pub(super) lookup: &'a dyn Fn(&Expr) -> Option<Type>,
    /// Does the text come from a table? Then `T`, `K` and so on are type variables, and types of modules have bare names.
    pub(super) is_table: bool,
    /// Names that mean no type.
    pub(super) unknown: Vec<(Name, Span)>,
}

impl Resolver<'_> {
    /// The type that an annotation describes; `Any` where it makes no sense.
    pub(super) fn resolve(&mut self, expr: &Expr) -> Type {
        super::with_stack(|| self.resolve_here(expr))
    }

    fn resolve_here(&mut self, expr: &Expr) -> Type {
        match &expr.kind {
            ExprKind::Constant(Constant::None) => Type::NONE,
            ExprKind::Constant(Constant::Str(text)) => self.resolve_text(text, expr.span),
            ExprKind::Name(name) => self.name(name, expr),
            ExprKind::Attribute { .. } => self.dotted(expr),
            ExprKind::BinOp { left, op: BinaryOp::BitOr, right, .. } => {
                let (left, right) = (self.resolve(left), self.resolve(right));
                Type::union([left, right])
            }
            ExprKind::Subscript { value, index } => {
                let items = match &index.kind {
                    ExprKind::Tuple(items) => items.iter().collect(),
                    _ => vec![&**index],
                };
                self.with_parameters(value, &items)
            }
            _ => Type::Any,
        }
    }

    /// `'list[int]'`: an annotation in quotes. Positions inside are those of the quotes.
    fn resolve_text(&mut self, text: &[u8], span: Span) -> Type {
        let Ok(text) = std::str::from_utf8(text) else { return Type::Any };
        let options = ParseOptions { mode: Some(Mode::Expression), ..ParseOptions::default() };
        let parsed = syntax::parse(&SourceText::new("", text), &options);
        let Body::Expression(inner) = &parsed.program.body else { return Type::Any };
        if matches!(inner.kind, ExprKind::Constant(Constant::Str(_))) {
            return Type::Any;
        }
        let mut resolver = Resolver { lookup: &|_| None, is_table: self.is_table, unknown: Vec::new() };
        let ty = resolver.resolve(inner);
        self.unknown.extend(resolver.unknown.into_iter().map(|(name, _)| (name, span)));
        ty
    }

    fn name(&mut self, name: &Name, expr: &Expr) -> Type {
        if let Some(bound) = (self.lookup)(expr) {
            return match bound {
                Type::Class(desc) => instance_of(desc),
                _ => Type::Any,
            };
        }
        if self.is_table {
            if let "T" | "K" | "V" | "D" | "R" | "S" = &**name {
                return Type::Variable(name.chars().next().unwrap_or('T'));
            }
            if &**name == "Sized" {
                return Type::Protocol(Protocol::Sized, [].into());
            }
            if let Some(desc) = reference::type_named(name) {
                return instance_of(desc);
            }
        }
        if FORMS.contains(&&**name) {
            return self.form(name, &[]);
        }
        match crate::builtins::lookup(name) {
            Some(crate::value::Value::Type(desc)) => instance_of(desc),
            _ => {
                if !name.is_empty() {
                    self.unknown.push((name.clone(), expr.span));
                }
                Type::Any
            }
        }
    }

    /// `datetime.datetime`
    fn dotted(&mut self, expr: &Expr) -> Type {
        let mut parts = Vec::new();
        let mut at = expr;
        while let ExprKind::Attribute { value, attr } = &at.kind {
            parts.push(attr.name.clone());
            at = value;
        }
        let ExprKind::Name(root) = &at.kind else { return Type::Any };
        let mut module = match (self.lookup)(at) {
            Some(Type::Module(module)) => Some(module),
            Some(_) => return Type::Any,
            None => modules::lookup(root),
        };
        let last = parts.first().cloned();
        for part in parts.iter().skip(1).rev() {
            module = module
                .and_then(|module| module.modules.iter().find(|(name, _)| *name == &**part).map(|(_, part)| *part));
        }
        let found = module
            .zip(last.as_ref())
            .and_then(|(module, last)| module.types.iter().find(|(name, ..)| *name == &**last));
        match found {
            Some((_, desc, _)) => instance_of(desc),
            None => {
                let path: Vec<&str> = std::iter::once(&**root).chain(parts.iter().rev().map(|part| &**part)).collect();
                self.unknown.push((path.join(".").into(), expr.span));
                Type::Any
            }
        }
    }

    fn with_parameters(&mut self, value: &Expr, items: &[&Expr]) -> Type {
        let ExprKind::Name(name) = &value.kind else {
            self.resolve(value);
            return Type::Any;
        };
        if FORMS.contains(&&**name) && (self.lookup)(value).is_none() {
            return self.form(name, items);
        }
        let plain = self.resolve(value);
        let is_dots = |expr: &&&Expr| matches!(expr.kind, ExprKind::Constant(Constant::Ellipsis));
        if plain.is_instance(&descs::TUPLE) {
            if let [element, dots] = items
                && is_dots(&dots)
            {
                let element = self.resolve(element);
                return Type::generic(&descs::TUPLE, [element]);
            }
            let items = items.iter().filter(|item| !matches!(&item.kind, ExprKind::Tuple(items) if items.is_empty()));
            return Type::Tuple(items.map(|item| self.resolve(item)).collect());
        }
        let parameters: Vec<Type> = items.iter().map(|item| self.resolve(item)).collect();
        match (plain, &parameters[..]) {
            (Type::Class(_) | Type::Instance(_), [parameter]) if &**name == "type" => match parameter.class() {
                Some(desc) => Type::Class(desc),
                None => Type::Instance(&descs::TYPE),
            },
            (Type::Generic(desc, own), _) if own.len() == parameters.len() => Type::Generic(desc, parameters.into()),
            (Type::Instance(desc), [_, ..]) if self.is_table => Type::Generic(desc, parameters.into()),
            (Type::Entity(..), [value]) => Type::entity(value.clone(), None),
            (other, _) => other,
        }
    }

    /// `Optional[X]`, `Callable[[A], R]` and the like.
    fn form(&mut self, name: &str, items: &[&Expr]) -> Type {
        let one = |resolver: &mut Self, at: usize| items.get(at).map_or(Type::Any, |item| resolver.resolve(item));
        match name {
            "Optional" => {
                let inner = one(self, 0);
                Type::union([inner, Type::NONE])
            }
            "Union" => {
                let all: Vec<Type> = items.iter().map(|item| self.resolve(item)).collect();
                if all.is_empty() { Type::Any } else { Type::union(all) }
            }
            "Literal" => {
                let literal = |item: &&Expr| match &item.kind {
                    ExprKind::Constant(Constant::Str(text)) => std::str::from_utf8(text).map_or(Type::STR, Type::text),
                    ExprKind::Constant(constant) => super::infer::constant_type(constant),
                    ExprKind::UnaryOp { op: UnaryOp::USub, operand } => match &operand.kind {
                        ExprKind::Constant(Constant::Int(value)) => Type::Literal(Literal::Int(value.saturating_neg())),
                        _ => Type::Any,
                    },
                    _ => Type::Any,
                };
                if items.is_empty() { Type::Any } else { Type::union(items.iter().map(literal)) }
            }
            "Callable" => {
                let params = match items.first().map(|item| &item.kind) {
                    Some(ExprKind::List(params)) => Some(
                        params
                            .iter()
                            .map(|param| Param {
                                name: Name::from(""),
                                ty: self.resolve(param),
                                kind: ParamKind::Positional,
                                optional: false,
                            })
                            .collect(),
                    ),
                    _ => None,
                };
                let result = OnceLock::from(one(self, 1));
                Type::Function(Arc::new(Function { name: Name::from(""), params, result, id: None }))
            }
            "Iterable" => Type::Protocol(Protocol::Iterable, [one(self, 0)].into()),
            "Iterator" => Type::Protocol(Protocol::Iterator, [one(self, 0)].into()),
            "Sequence" => Type::Protocol(Protocol::Sequence, [one(self, 0)].into()),
            "Mapping" => {
                let (key, value) = (one(self, 0), one(self, 1));
                Type::Protocol(Protocol::Mapping, [key, value].into())
            }
            "Generator" => Type::generic(&descs::GENERATOR, [one(self, 0)]),
            _ => Type::Any,
        }
    }
}

/// An instance of a type, with `Any` for its parameters.
pub(super) fn instance_of(desc: &'static TypeDesc) -> Type {
    let is = |other: &'static TypeDesc| std::ptr::eq(desc, other);
    let one = [
        &descs::LIST,
        &descs::SET,
        &descs::FROZENSET,
        &descs::TUPLE,
        &descs::GENERATOR,
        &descs::DICT_KEYS,
        &descs::DICT_VALUES,
    ];
    let two = [&descs::DICT, &descs::DICT_ITEMS, &descs::ORDERED_DICT, &descs::DEFAULT_DICT];
    if one.iter().any(|desc| is(desc)) || desc.module.is_empty() && ITERATORS.iter().any(|desc| is(desc)) {
        Type::generic(desc, [Type::Any])
    } else if two.iter().any(|desc| is(desc)) {
        Type::generic(desc, [Type::Any, Type::Any])
    } else if is(&descs::COUNTER) {
        Type::generic(desc, [Type::Any])
    } else if is(&descs::ENTITY) {
        Type::entity(Type::Any, None)
    } else if is(&descs::MESSAGE) {
        let vars = Type::dict(Type::STR, Type::Any);
        Type::Message(Arc::new(Message { payload: Type::Any, vars: vars.clone(), attrs: vars }))
    } else {
        Type::Instance(desc)
    }
}

/// The iterators that a call of their type makes.
static ITERATORS: &[&TypeDesc] = &[
    &descs::iterators::MAP,
    &descs::iterators::FILTER,
    &descs::iterators::ZIP,
    &descs::iterators::ENUMERATE,
    &descs::iterators::REVERSED,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_types() {
        for (text, expected) in [
            ("str | None", "str | None"),
            ("list[T]", "list[T]"),
            ("dict[K, V]", "dict[K, V]"),
            ("tuple[int, ...]", "tuple[int, ...]"),
            ("tuple[str, int]", "tuple[str, int]"),
            ("Callable[[T], Any] | None", "(T) -> Any | None"),
            ("Iterable[tuple[K, V]]", "Iterable[tuple[K, V]]"),
            ("datetime | None", "datetime.datetime | None"),
            ("Literal['a', -1]", "Literal['a', -1]"),
            ("Optional['int']", "int | None"),
            ("type", "type"),
        ] {
            assert_eq!(table_type(text).to_string(), expected, "{text}");
        }
    }

    #[test]
    fn every_type_of_the_tables_is_understood() {
        let mut bad = Vec::new();
        for entry in reference::entries() {
            let signature = entry.builtin.signature();
            let texts = signature.params.iter().map(|param| &param.ty).chain([&signature.returns]);
            for text in texts.filter(|text| !text.is_empty()) {
                let options = ParseOptions { mode: Some(Mode::Expression), ..ParseOptions::default() };
                let parsed = syntax::parse(&SourceText::new("", text), &options);
                let mut resolver = Resolver { lookup: &|_| None, is_table: true, unknown: Vec::new() };
                if let Body::Expression(expr) = &parsed.program.body {
                    resolver.resolve(expr);
                }
                if !parsed.diagnostics.is_empty() || !resolver.unknown.is_empty() {
                    bad.push(format!("{}: {text}", entry.path));
                }
            }
        }
        assert!(bad.is_empty(), "{bad:#?}");
    }
}
