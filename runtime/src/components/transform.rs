//! `transform`: payload, attributes and variables at once, all computed from the input.

use dataway_lang::Document;

use crate::diagnostic::Code;
use crate::engine::evaluate::Wanted;
use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::{Named, Reader, is_name};
use crate::yaml::Node;

params! {
    /// Computes new parts of the message from the input message.
    pub struct TransformParams {
        /// The new payload.
        "payload" payload: Option<Param> [optional()],
        /// All new attributes.
        "attributes" attributes: Option<Param> [optional()],
        /// Variables to set.
        "variables" variables: Option<Named<Param>> [optional()],
    }
    check = check_parts;
}

fn check_parts(params: &TransformParams, reader: &mut Reader<'_>, node: &Node) {
    if params.payload.is_none() && params.attributes.is_none() && params.variables.is_none() {
        let help = "give `payload`, `attributes` or `variables`";
        reader.error_help(Code::SHAPE, node.span, "`transform` changes nothing", help);
    }
    for entry in node.get("variables").and_then(Node::as_map).unwrap_or_default() {
        if let Some(name) = entry.key.as_str().filter(|name| !is_name(name)) {
            reader.error(Code::SHAPE, entry.key.span, format!("`{name}` is no name of a variable"));
        }
    }
}

/// `transform`: parts without a parameter stay. If one part fails, none is changed.
pub struct Transform {
    payload: Option<Param>,
    attributes: Option<Param>,
    variables: Vec<(String, Param)>,
}

impl Transform {
    /// The step with these parameters.
    #[must_use]
    pub fn new(params: &TransformParams) -> Transform {
        let variables = params.variables.as_ref().map(|named| named.0.clone()).unwrap_or_default();
        Transform { payload: params.payload.clone(), attributes: params.attributes.clone(), variables }
    }

    async fn go(&self, run: &Run, message: Message, is_last: bool) -> StepEnd {
        match self.parts(run, &message, is_last).await {
            Ok(parts) => StepEnd::Next(self.apply(parts, message)),
            Err(fault) => StepEnd::fail(fault, message),
        }
    }

    /// The new parts of the message.
    async fn parts(&self, run: &Run, input: &Message, is_last: bool) -> Result<Parts, Fault> {
        let mut parts = Parts::default();
        if let Some(payload) = &self.payload {
            let wanted = if is_last { Wanted::Json } else { Wanted::Document };
            parts.payload = Some(payload.evaluate_as(run, input, wanted).await?);
        }
        if let Some(attributes) = &self.attributes {
            let value = attributes.evaluate(run, input).await?;
            if !matches!(value, Document::Dict(_) | Document::MultiMap(_)) {
                let kind = value.type_name();
                return Err(Fault::wrong_type(format!("`attributes` must be a dict or a MultiMap, not {kind}")));
            }
            parts.attributes = Some(value);
        }
        for (_, value) in &self.variables {
            parts.variables.push(value.evaluate(run, input).await?);
        }
        Ok(parts)
    }

    fn apply(&self, parts: Parts, mut message: Message) -> Message {
        if let Some(payload) = parts.payload {
            message.set_payload(payload);
        }
        if let Some(attributes) = parts.attributes {
            message.set_attributes(attributes);
        }
        for ((name, _), value) in self.variables.iter().zip(parts.variables) {
            message.set_variable(name, value);
        }
        message
    }
}

/// What a transform computed.
#[derive(Default)]
struct Parts {
    payload: Option<Document>,
    attributes: Option<Document>,
    /// In the order of the parameter.
    variables: Vec<Document>,
}

impl Component for Transform {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message, false))
    }

    fn execute_last<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message, true))
    }
}
