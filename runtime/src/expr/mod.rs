//! The value of a parameter: a literal, an expression, a script, or a collection with any of them inside.
//!
//! Job: recognise the value forms of part 1, section 6, compile what is to be compiled (once for equal texts, [`Programs`]) with
//! every finding at its place in the YAML file, and evaluate on a machine that somebody else has set up. When and where a
//! parameter is evaluated, and under which limits, is left to the engine.

mod data;
mod evaluate;
mod programs;
mod read;

use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::source::{SourceText, Span};

pub use data::{Data, to_json};
pub use evaluate::As;
pub use programs::{Compilation, Evaluation, Programs};
pub use read::{expression_text, is_expression, is_value_form};
pub(crate) use read::{from_language, is_dynamic};

use crate::engine::evaluate::Pace;
use crate::params::{Reader, Shape, Value, Visitor};
use crate::yaml::Node;

/// A parameter that takes expressions.
#[derive(Debug, Clone)]
pub struct Param {
    /// What was written.
    pub form: Form,
    /// What it must look like.
    pub shape: Shape,
    /// The file it stands in.
    pub source: SourceText,
    /// Where it stands there.
    pub span: Span,
    /// What it is, for messages: `` `delay` ``.
    pub subject: Arc<str>,
    /// The value, if nothing has to be evaluated.
    pub constant: Option<Document>,
    /// Whether it is `#[msg.payload]`: then nothing has to be evaluated either.
    pub is_payload: bool,
    /// How long it takes to evaluate.
    pub pace: Pace,
}

/// What can be written as the value of a parameter.
#[derive(Debug, Clone)]
pub enum Form {
    /// Known without a message.
    Literal(Data),
    /// An expression or script.
    Program(Arc<Evaluation>),
    /// A list with something to evaluate inside.
    List(Arc<[Form]>),
    /// A mapping with something to evaluate inside; keys are literal.
    Map(Arc<[(Data, Form)]>),
    /// A form with an output conversion.
    Converted(Arc<Form>, As),
}

impl Param {
    /// The literal, if nothing has to be evaluated.
    #[must_use]
    pub fn literal(&self) -> Option<&Data> {
        match &self.form {
            Form::Literal(data) => Some(data),
            _ => None,
        }
    }

    /// The literal text, if it is one.
    #[must_use]
    pub fn literal_text(&self) -> Option<&str> {
        match &self.form {
            Form::Literal(Data::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The expression or script, if it is one as a whole.
    #[must_use]
    pub fn program(&self) -> Option<&Arc<Evaluation>> {
        match &self.form {
            Form::Program(evaluation) => Some(evaluation),
            _ => None,
        }
    }

    /// Every expression and script inside.
    #[must_use]
    pub fn programs(&self) -> Vec<&Arc<Evaluation>> {
        let mut found = Vec::new();
        let mut open = vec![&self.form];
        while let Some(form) = open.pop() {
            match form {
                Form::Literal(_) => {}
                Form::Program(evaluation) => found.push(evaluation),
                Form::List(items) => open.extend(items.iter().rev()),
                Form::Map(entries) => open.extend(entries.iter().rev().map(|(_, form)| form)),
                Form::Converted(form, _) => open.push(form),
            }
        }
        found
    }
}

impl Value for Param {
    const SHAPE: Shape = Shape::Any;
    const LITERAL: bool = false;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Param> {
        let form = read::param(node, shape, reader)?;
        let constant = match &form {
            Form::Literal(data) => Some(data.to_document()),
            _ => None,
        };
        let is_payload = matches!(&form, Form::Program(own) if own.compiled.text.text().trim() == "msg.payload");
        Some(Param {
            form,
            is_payload,
            shape: *shape,
            source: reader.source.clone(),
            span: node.span,
            subject: reader.subject().into(),
            constant,
            pace: Pace::default(),
        })
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.param(self);
    }
}
