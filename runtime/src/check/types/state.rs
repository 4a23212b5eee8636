//! What is known about a message between two steps.

use std::sync::Arc;

use dataway_lang::check::types::{Field, Rest, Type};
use dataway_lang::check::{Contracts, Stated};
use dataway_lang::source::Span;

use super::contracts;
use crate::model::InputContracts;

/// A type with the strength of what says so.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The type.
    pub ty: Type,
    /// Does it come from a sample? Then it is no promise.
    pub is_sample: bool,
}

impl Known {
    /// Something sure.
    pub fn sure(ty: Type) -> Known {
        Known { ty, is_sample: false }
    }

    /// Nothing.
    pub fn any() -> Known {
        Known::sure(Type::Any)
    }

    /// What one of two messages has.
    pub fn join(&self, other: &Known) -> Known {
        Known { ty: self.ty.join(&other.ty), is_sample: self.is_sample || other.is_sample }
    }

    /// The same with another type.
    pub fn with(&self, ty: Type) -> Known {
        Known { ty, is_sample: self.is_sample }
    }

    fn stated(&self) -> Stated {
        Stated { ty: self.ty.clone(), is_sample: self.is_sample, span: Span::at(0) }
    }
}

/// What is known about a message.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// `msg.payload`
    pub payload: Known,
    /// `msg.attrs`
    pub attributes: Known,
    /// The variables that are surely there; others may be, too.
    pub variables: Vec<(Arc<str>, Known)>,
    /// Can a message get here at all?
    pub is_reachable: bool,
}

impl State {
    /// A message about which nothing is known.
    pub fn unknown() -> State {
        State { payload: Known::any(), attributes: Known::any(), variables: Vec::new(), is_reachable: true }
    }

    /// What one of two messages is. A message that cannot come says nothing.
    pub fn join(&self, other: &State) -> State {
        match (self.is_reachable, other.is_reachable) {
            (false, _) => return other.clone(),
            (_, false) => return self.clone(),
            _ => {}
        }
        let both = |(name, known): &(Arc<str>, Known)| Some((name.clone(), known.join(other.variable(name)?)));
        State {
            payload: self.payload.join(&other.payload),
            attributes: self.attributes.join(&other.attributes),
            variables: self.variables.iter().filter_map(both).collect(),
            is_reachable: true,
        }
    }

    /// The variable of that name.
    pub fn variable(&self, name: &str) -> Option<&Known> {
        self.variables.iter().find(|(known, _)| &**known == name).map(|(_, known)| known)
    }

    /// Sets a variable.
    pub fn set_variable(&mut self, name: &str, known: Known) {
        self.remove_variable(name);
        self.variables.push((name.into(), known));
    }

    /// Forgets a variable.
    pub fn remove_variable(&mut self, name: &str) {
        self.variables.retain(|(known, _)| &**known != name);
    }

    /// The same with another payload.
    pub fn with_payload(mut self, payload: Known) -> State {
        self.payload = payload;
        self
    }

    /// Takes over what the author says about the first message.
    pub fn apply_contracts(&mut self, input: &InputContracts) {
        if let Some(contract) = &input.payload {
            self.payload = contracts::known(contract);
        }
        if let Some(contract) = &input.attributes {
            self.attributes = contracts::known(contract);
        }
        let Some(contract) = &input.variables else { return };
        let variables = contracts::known(contract);
        if let Type::Shape(shape) = &variables.ty {
            for field in shape.fields.iter().filter(|field| field.required) {
                self.set_variable(&field.key, variables.with(field.ty.clone()));
            }
        }
    }

    /// As the language's checker wants it.
    pub fn contracts(&self) -> Contracts {
        let known = |known: &Known| (!known.ty.is_any()).then(|| known.stated());
        Contracts {
            payload: known(&self.payload),
            vars: self.variables.iter().map(|(name, known)| (name.clone(), known.stated())).collect(),
            attrs: known(&self.attributes),
            returns: None,
        }
    }
}

/// A dict with these keys and no others.
pub fn closed(fields: impl IntoIterator<Item = (&'static str, Type)>) -> Type {
    let field = |(key, ty): (&'static str, Type)| Field { key: key.into(), ty, required: true };
    Type::shape(fields.into_iter().map(field).collect(), Rest::Closed)
}
