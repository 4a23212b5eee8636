//! `x.name`: members of values, types and modules, and what to say when there is none.

use std::ptr;
use std::sync::Arc;

use super::Pass;
use super::flow::Known;
use super::generic::{Substitution, substitute, table_type, unify};
use crate::builtins::{self, attribute as runtime, reference};
use crate::check::types::Type;
use crate::check::{members, suggest};
use crate::syntax::ast::{Expr, Ident};
use crate::value::exceptions::BASE_EXCEPTION;
use crate::value::types as descs;
use crate::value::types::Kind;
use crate::value::{ModuleDesc, TypeDesc};

/// What a look-up gave.
enum Found {
    Yes(Type),
    /// There is no such attribute on any value of the type.
    No,
    /// Values may have attributes that nobody declared.
    Unknown,
}

impl<'a> Pass<'a> {
    /// `object.attr`
    pub(super) fn attribute(&mut self, object: &Known, expr: &'a Expr, attr: &'a Ident) -> Known {
        let name = &*attr.name;
        if name.is_empty() {
            return Known::any();
        }
        if let Type::Message(message) = &object.ty {
            let by = object.by.min(self.message_evidence(name));
            let ty = match name {
                "payload" => Some(message.payload.clone()),
                "vars" | "var" => Some(message.vars.clone()),
                "attrs" | "attr" => Some(message.attrs.clone()),
                // Where there can be no error nobody asks.
                "error" => Some(Type::Any),
                _ => None,
            };
            if let Some(ty) = ty {
                return Known::new(ty, by);
            }
        }
        let members = object.ty.members();
        let mut results = Vec::with_capacity(members.len());
        let mut missing: Vec<&Type> = Vec::new();
        for ty in members {
            match self.find_attribute(ty, name) {
                Found::Yes(ty) => results.push(ty),
                Found::Unknown => results.push(Type::Any),
                Found::No => missing.push(ty),
            }
        }
        if let Some(first) = missing.first() {
            self.no_attribute(object, first, missing.len() < members.len(), expr, attr);
            if missing.len() == members.len() {
                return Known::any();
            }
        }
        object.with(if members.is_empty() { Type::Any } else { Type::union(results) })
    }

    pub(super) fn module_member(&self, module: &'static ModuleDesc, name: &str) -> Option<Type> {
        members::type_of_member(module, name)
    }

    fn find_attribute(&self, ty: &Type, name: &str) -> Found {
        let dunder = name.starts_with("__") && name.ends_with("__");
        if runtime::is_hidden(name) {
            return if ty.class().is_some() { Found::No } else { Found::Unknown };
        }
        match ty {
            Type::Module(module) => members::type_of_member(module, name).map_or(Found::No, Found::Yes),
            Type::Class(desc) => class_attribute(desc, name),
            Type::Any | Type::Never | Type::Union(_) | Type::Variable(_) | Type::Protocol(..) => Found::Unknown,
            Type::Function(_) => Found::Unknown,
            _ if dunder => Found::Unknown,
            _ => match ty.class() {
                Some(desc) => instance_attribute(ty, desc, name),
                None => Found::Unknown,
            },
        }
    }

    fn no_attribute(&mut self, object: &Known, ty: &Type, partial: bool, expr: &Expr, attr: &Ident) {
        let name = &*attr.name;
        let text = self.source.slice(expr.span).to_owned();
        if let Type::Module(module) = ty {
            let message = format!("the module `{}` has no member `{name}`", module.name);
            let help = suggest::attribute(module.name, module.name, name, members::of_module(module).into_iter());
            self.fails(1004, attr.span, object.by, partial, message, help);
            return;
        }
        if ty.is_none() && partial {
            let message = format!(
                "`{}` may be `None`, which has no attribute `{name}`{}",
                clip(&text),
                Self::source_of(object.by)
            );
            let help = format!("handle `None` first: `if {} is not None:`", clip(&text));
            self.fails(2005, attr.span, object.by, true, message, Some(help));
            return;
        }
        let shown = match ty {
            Type::Class(desc) => format!("the type `{}`", desc.full_name()),
            other => format!("`{}`", super::operator::short(other)),
        };
        let start = if partial { "when the value is " } else { "" };
        let message = format!(
            "{start}{shown}{} has no attribute `{name}`{}",
            if partial { ", it" } else { "" },
            Self::source_of(object.by)
        );
        let help = self.attribute_advice(ty, &text, name);
        self.fails(2005, attr.span, object.by, partial, message, help);
    }

    fn attribute_advice(&self, ty: &Type, text: &str, name: &str) -> Option<String> {
        let object = clip(text);
        match ty {
            Type::Shape(shape) if shape.field(name).is_some() => {
                return Some(format!("it is a key: write `{object}['{name}']`"));
            }
            Type::Entity(value, _) => {
                let key = if matches!(&**value, Type::Shape(shape) if shape.field(name).is_some()) {
                    format!("{object}['{name}']")
                } else {
                    format!("{object}['^value']")
                };
                return Some(format!("an Entity's content is reached by subscripts: write `{key}`"));
            }
            Type::Message(_) => {
                let close = suggest::closest(
                    name,
                    ["payload", "vars", "attrs", "id", "seq_id", "error", "isthrowing"].into_iter(),
                );
                return Some(close.map_or_else(
                    || format!("a message has payload, vars, attrs, id, seq_id, error, isthrowing; a variable is `{object}.vars['{name}']`"),
                    |close| format!("did you mean `{object}.{close}`?"),
                ));
            }
            _ if ty.is_none() => return Some(format!("`{object}` is `None` here: give it a value first")),
            _ => {}
        }
        let desc = match ty {
            Type::Class(desc) => desc,
            other => other.class()?,
        };
        if desc.is_subtype(&BASE_EXCEPTION) && name == "message" {
            return Some(format!("the text of an exception is `str({object})`"));
        }
        let known = reference::member_names(desc);
        let proposal = suggest::attribute(desc.name, text, name, known.into_iter());
        proposal.or_else(|| desc.is_subtype(&descs::DICT).then(|| format!("for a key write `{object}['{name}']`")))
    }
}

fn clip(text: &str) -> String {
    if text.chars().count() > 40 || text.contains('\n') { "value".to_owned() } else { text.to_owned() }
}

/// Types whose values have attributes that the tables do not list.
fn is_open(desc: &'static TypeDesc) -> bool {
    let listed = [
        &descs::OBJECT,
        &descs::FUNCTION,
        &descs::DATASET,
        &descs::RECORD,
        &descs::STREAM,
        &descs::TYPE,
        &descs::MAPPING_PROXY,
    ];
    listed.iter().any(|open| ptr::eq(*open, desc)) || desc.module == "uuid" || desc.is_subtype(&BASE_EXCEPTION)
}

fn class_attribute(desc: &'static TypeDesc, name: &str) -> Found {
    if name.starts_with("__") {
        return Found::Unknown;
    }
    if let Some(constant) = builtins::find_constant(desc, name) {
        return Found::Yes(table_type(constant.ty));
    }
    match builtins::find_member(desc, name) {
        Some(member) if member.kind == Kind::Class => {
            Found::Yes(Type::Member(member, Some(Arc::new(Type::Class(desc)))))
        }
        Some(member) if member.kind == Kind::Property => Found::Unknown,
        Some(member) => Found::Yes(Type::Member(member, None)),
        None if is_open(desc) || desc.fields.contains(&name) => Found::Unknown,
        None => Found::No,
    }
}

fn instance_attribute(ty: &Type, desc: &'static TypeDesc, name: &str) -> Found {
    if let Some(at) = desc.fields.iter().position(|field| *field == name) {
        return Found::Yes(match ty {
            Type::Tuple(items) => items.get(at).cloned().unwrap_or(Type::Any),
            _ if desc.module == "urllib.parse" => Type::STR,
            _ if desc.module == "time" && !matches!(name, "tm_zone" | "tm_gmtoff") => Type::INT,
            _ => Type::Any,
        });
    }
    if let Some(constant) = builtins::find_constant(desc, name) {
        return Found::Yes(table_type(constant.ty));
    }
    let Some(member) = builtins::find_member(desc, name) else {
        if desc.is_subtype(&BASE_EXCEPTION) {
            return match name {
                "message" => Found::No,
                "args" => Found::Yes(Type::generic(&descs::TUPLE, [Type::Any])),
                _ => Found::Unknown,
            };
        }
        return if is_open(desc) { Found::Unknown } else { Found::No };
    };
    match member.kind {
        Kind::Property => {
            let signature = member.signature();
            let mut known = Substitution::default();
            if let Some(param) = signature.params.first() {
                unify(&table_type(&param.ty), ty, &mut known);
            }
            Found::Yes(substitute(&table_type(&signature.returns), &known))
        }
        Kind::Method => Found::Yes(Type::Member(member, Some(Arc::new(ty.clone())))),
        Kind::Class => Found::Yes(Type::Member(member, Some(Arc::new(Type::Class(desc))))),
        Kind::Static | Kind::Function => Found::Yes(Type::Member(member, None)),
    }
}
