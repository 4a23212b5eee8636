//! Type variables of signatures: finding what they stand for in a call, and putting that in their place.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::check::annotation::instance_of;
pub(super) use crate::check::annotation::table_type;
use crate::check::types::fit::{Fit, element, fit};
use crate::check::types::{Function, Param, Protocol, Type};
use crate::value::types as descs;

/// What type variables stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Substitution {
    known: BTreeMap<char, Type>,
}

impl Substitution {
    /// Joins what another argument says about a variable.
    pub(super) fn add(&mut self, variable: char, ty: &Type) {
        let joined = self.known.get(&variable).map_or_else(|| ty.clone(), |known| known.join(ty));
        self.known.insert(variable, joined);
    }
}

/// Does a type mention a type variable?
pub(super) fn is_generic(ty: &Type) -> bool {
    match ty {
        Type::Variable(_) => true,
        Type::Generic(_, items) | Type::Tuple(items) | Type::Union(items) | Type::Protocol(_, items) => {
            items.iter().any(is_generic)
        }
        Type::Function(function) => {
            function.result.get().is_some_and(is_generic)
                || function.params.iter().flatten().any(|param| is_generic(&param.ty))
        }
        _ => false,
    }
}

/// Finds what the variables of `pattern` stand for when the value is `actual`.
pub(super) fn unify(pattern: &Type, actual: &Type, found: &mut Substitution) {
    if !is_generic(pattern) {
        return;
    }
    if actual.is_any() {
        return all_any(pattern, found);
    }
    match pattern {
        Type::Variable(name) => found.add(*name, actual),
        Type::Union(members) => {
            let fitting = members.iter().find(|member| is_generic(member) && fit(actual, member) != Fit::No);
            if let Some(member) = fitting {
                unify(member, actual, found);
            }
        }
        Type::Protocol(Protocol::Mapping, parameters) => {
            if let Some((key, value)) = pair(actual) {
                for (pattern, actual) in parameters.iter().zip([key, value]) {
                    unify(pattern, &actual, found);
                }
            }
        }
        Type::Protocol(_, parameters) => {
            if let (Some(pattern), Some(element)) = (parameters.first(), element(actual)) {
                unify(pattern, &element, found);
            }
        }
        Type::Generic(_, parameters) if parameters.len() == 2 => {
            if let Some((key, value)) = pair(actual) {
                for (pattern, actual) in parameters.iter().zip([key, value]) {
                    unify(pattern, &actual, found);
                }
            }
        }
        Type::Generic(_, parameters) => {
            if let (Some(pattern), Some(element)) = (parameters.first(), element(actual)) {
                unify(pattern, &element, found);
            }
        }
        Type::Tuple(patterns) => match actual {
            Type::Tuple(items) if items.len() == patterns.len() => {
                for (pattern, item) in patterns.iter().zip(items.iter()) {
                    unify(pattern, item, found);
                }
            }
            _ => {
                let inner = element(actual).unwrap_or(Type::Any);
                patterns.iter().for_each(|pattern| unify(pattern, &inner, found));
            }
        },
        Type::Function(function) => {
            if let Some(result) = function.result.get() {
                unify(result, &result_of_callable(actual), found);
            }
        }
        _ => {}
    }
}

/// Key and value types of a mapping.
fn pair(ty: &Type) -> Option<(Type, Type)> {
    match ty {
        Type::Shape(shape) => {
            let empty = shape.fields.is_empty() && shape.rest == crate::check::types::Rest::Closed;
            Some((if empty { Type::Never } else { Type::STR }, shape.values()))
        }
        Type::Generic(_, items) | Type::Protocol(Protocol::Mapping, items) => match &items[..] {
            [key, value] => Some((key.clone(), value.clone())),
            [key] if ty.is_instance(&descs::COUNTER) => Some((key.clone(), Type::INT)),
            _ => None,
        },
        _ => Some((Type::Any, Type::Any)),
    }
}

/// What calling a value gives, as far as that does not depend on the arguments.
pub(super) fn result_of_callable(ty: &Type) -> Type {
    match ty {
        Type::Function(function) => function.result(),
        Type::Class(desc) => instance_of(desc),
        Type::Member(builtin, _) => {
            let result = table_type(&builtin.signature().returns);
            if is_generic(&result) { Type::Any } else { result }
        }
        _ => Type::Any,
    }
}

fn all_any(pattern: &Type, found: &mut Substitution) {
    match pattern {
        Type::Variable(name) => found.add(*name, &Type::Any),
        Type::Generic(_, items) | Type::Tuple(items) | Type::Union(items) | Type::Protocol(_, items) => {
            items.iter().for_each(|item| all_any(item, found));
        }
        Type::Function(function) => {
            if let Some(result) = function.result.get() {
                all_any(result, found);
            }
        }
        _ => {}
    }
}

/// Puts what is known in the place of variables; what nothing was said about is `Never`: the element of an empty list.
pub(super) fn substitute(ty: &Type, known: &Substitution) -> Type {
    if !is_generic(ty) {
        return ty.clone();
    }
    let all = |items: &[Type]| items.iter().map(|item| substitute(item, known)).collect::<Arc<[Type]>>();
    match ty {
        Type::Variable(name) => known.known.get(name).cloned().unwrap_or(Type::Never),
        Type::Union(items) => Type::union(items.iter().map(|item| substitute(item, known))),
        Type::Tuple(items) => Type::Tuple(all(items)),
        Type::Protocol(protocol, items) => Type::Protocol(*protocol, all(items)),
        Type::Generic(desc, items) => {
            let literal_free = items.iter().map(|item| substitute(item, known));
            // What a container is asked for later are kinds, not single values.
            let widen = std::ptr::eq(*desc, &descs::LIST) || std::ptr::eq(*desc, &descs::SET);
            Type::Generic(desc, literal_free.map(|ty| if widen { ty.widened() } else { ty }).collect())
        }
        Type::Function(function) => {
            let params = function.params.as_ref().map(|params| {
                params.iter().map(|param| Param { ty: substitute(&param.ty, known), ..param.clone() }).collect()
            });
            let result = OnceLock::from(substitute(&function.result(), known));
            Type::Function(Arc::new(Function { name: function.name.clone(), params, result, id: None }))
        }
        other => other.clone(),
    }
}
