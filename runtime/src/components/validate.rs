//! `validate`: data against a JSON Schema.

use std::sync::Arc;

use dataway_lang::check::schema;
use dataway_lang::value::Value;
use dataway_lang::vm::Vm;
use dataway_lang::{Datum, Document};

use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::SchemaRef;

params! {
    /// Fails unless data is what a JSON Schema says; formats are asserted.
    pub struct ValidateParams {
        /// A file below `schemas/`, or the schema itself.
        "schema" schema: SchemaRef,
        /// What is validated; an Entity is parsed.
        "value" value: Param [default("#[msg.payload]")],
        /// Most findings that the error names.
        "max-errors" max_errors: usize [default("10"), int(1, 100)],
    }
}

/// `validate`: the message passes unchanged.
pub struct Validate {
    schema: Arc<str>,
    value: Param,
    max_errors: usize,
}

impl Validate {
    /// The step with these parameters.
    #[must_use]
    pub fn new(params: &ValidateParams) -> Validate {
        Validate { schema: params.schema.text.clone(), value: params.value.clone(), max_errors: params.max_errors }
    }

    async fn validate(&self, run: &Run, message: &Message) -> Result<(), Fault> {
        let (form, text, most) = (self.value.form.clone(), self.schema.clone(), self.max_errors);
        let work = move |vm: &mut Vm, message: Value| {
            let value = match form.evaluate(vm, &message)? {
                Value::Entity(entity) => match entity.value() {
                    Ok(value) => value,
                    // A body that cannot be parsed is a finding too.
                    Err(raise) if raise.stop().is_none() => {
                        let reason = raise.0.arguments().first().map(Value::to_display).unwrap_or_default();
                        return Ok(Value::list([Value::str(&format!("/: {reason}"))]));
                    }
                    Err(raise) => return Err(raise),
                },
                other => other,
            };
            let problems = schema::validate_all(&Datum::json(&text).to_value()?, &value, most)?;
            let shown = problems.iter().map(|problem| {
                let pointer = if problem.pointer.is_empty() { "/" } else { &problem.pointer };
                Value::str(&format!("{pointer}: {}", problem.reason))
            });
            Ok(Value::list(shown))
        };
        let found = self.value.compute(run, message, work).await?;
        let findings: Vec<_> = found.as_list().unwrap_or_default().iter().filter_map(Document::as_str).collect();
        if findings.is_empty() { Ok(()) } else { Err(Fault::new("VALIDATION:INVALID", findings.join("; "))) }
    }
}

impl Component for Validate {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.validate(run, &message).await;
            StepEnd::of(result, message)
        })
    }
}
