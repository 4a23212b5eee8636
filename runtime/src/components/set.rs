//! `set-payload` and `set-variable`: a value, or the Entity that a MIME type makes of it.

use std::sync::Arc;

use dataway_lang::value::Value;
use dataway_lang::vm::Vm;
use dataway_lang::{Document, mime};

use crate::engine::evaluate::Wanted;
use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::expr::{Form, Param};
use crate::message::{Fault, Message};
use crate::params;
use crate::params::Shape;

params! {
    /// Replaces the payload.
    pub struct SetPayloadParams {
        /// The new payload.
        "value" value: Param [main()],
        /// Makes the payload an Entity of this MIME type.
        "mime-type" mime_type: Option<Arc<str>> [optional(), shape(Shape::Text)],
        /// The text encoding of the Entity.
        "encoding" encoding: Arc<str> [default("utf-8"), shape(Shape::Text)],
    }
}

params! {
    /// Sets one variable.
    pub struct SetVariableParams {
        /// The variable.
        "name" name: Arc<str>,
        /// Its new value.
        "value" value: Param,
        /// Makes the value an Entity of this MIME type.
        "mime-type" mime_type: Option<Arc<str>> [optional(), shape(Shape::Text)],
        /// The text encoding of the Entity.
        "encoding" encoding: Arc<str> [default("utf-8"), shape(Shape::Text)],
    }
}

/// A value with a MIME type or without one (part 2, section 4).
struct Datum {
    value: Param,
    mime_type: Option<Arc<str>>,
    encoding: Arc<str>,
}

impl Datum {
    async fn evaluate(&self, run: &Run, message: &Message, wanted: Wanted) -> Result<Document, Fault> {
        let Some(mime_type) = self.mime_type.clone() else {
            return self.value.evaluate_as(run, message, wanted).await;
        };
        let encoding = self.encoding.clone();
        let (form, is_literal, wanted) = (self.value.form.clone(), is_literal(&self.value.form), mime_type.clone());
        let work = move |vm: &mut Vm, message: Value| {
            let value = form.evaluate(vm, &message)?;
            Ok(match &value {
                Value::Entity(entity) => Value::Entity(mime::entity(entity.blob.clone(), &mime_type, &encoding)),
                Value::Short(_) | Value::Str(_) | Value::Bytes(_) => {
                    Value::Entity(mime::from_bytes(&value, Some(&mime_type), &encoding)?)
                }
                Value::None if is_literal => {
                    Value::Entity(mime::from_bytes(&Value::bytes(b""), Some(&mime_type), &encoding)?)
                }
                _ if is_literal => Value::Entity(mime::from_value(Some(vm), &value, &mime_type, &encoding)?),
                _ => value,
            })
        };
        let made = self.value.compute(run, message, work).await?;
        if matches!(made, Document::Entity(_)) {
            return Ok(made);
        }
        let (subject, kind) = (&self.value.subject, made.type_name());
        Err(Fault::wrong_type(format!(
            "{subject} gives a value of type {kind}, of which `mime-type` makes no Entity; \
             use Entity.from_value(…, mime_type='{wanted}')"
        )))
    }
}

/// Whether the author wrote data and not an expression; data may hold expressions inside.
fn is_literal(form: &Form) -> bool {
    match form {
        Form::Literal(_) | Form::List(_) | Form::Map(_) => true,
        Form::Program(_) => false,
        Form::Converted(inner, _) => is_literal(inner),
    }
}

/// `set-payload`: attributes, variables and error stay.
pub struct SetPayload(Datum);

impl SetPayload {
    /// The step with these parameters.
    #[must_use]
    pub fn new(params: &SetPayloadParams) -> SetPayload {
        let SetPayloadParams { value, mime_type, encoding } = params;
        SetPayload(Datum { value: value.clone(), mime_type: mime_type.clone(), encoding: encoding.clone() })
    }

    async fn go(&self, run: &Run, mut message: Message, wanted: Wanted) -> StepEnd {
        let result = self.0.evaluate(run, &message, wanted).await.map(|value| message.set_payload(value));
        StepEnd::of(result, message)
    }
}

impl Component for SetPayload {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message, Wanted::Document))
    }

    fn execute_last<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message, Wanted::Json))
    }
}

/// `set-variable`: payload, attributes, other variables and error stay.
pub struct SetVariable {
    name: Arc<str>,
    datum: Datum,
}

impl SetVariable {
    /// The step with these parameters.
    #[must_use]
    pub fn new(params: &SetVariableParams) -> SetVariable {
        let SetVariableParams { name, value, mime_type, encoding } = params;
        let datum = Datum { value: value.clone(), mime_type: mime_type.clone(), encoding: encoding.clone() };
        SetVariable { name: name.clone(), datum }
    }
}

impl Component for SetVariable {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let value = self.datum.evaluate(run, &message, Wanted::Document).await.and_then(|value| settle(&value));
            let result = value.map(|value| message.set_variable(&self.name, value));
            StepEnd::of(result, message)
        })
    }
}

/// What a variable holds of a stream: the list of its items (language specification, 7.3).
fn settle(value: &Document) -> Result<Document, Fault> {
    match value {
        Document::Stream(stream) => {
            stream.list().map_err(|reason| Fault::new("DATAWAY:RUNTIME", format!("RuntimeError: {reason}")))
        }
        other => Ok(other.clone()),
    }
}
