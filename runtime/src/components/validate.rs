//! `validate`: data against a JSON Schema.

use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::check::schema::Schema;
use dataway_lang::value::Value;
use dataway_lang::vm::Vm;

use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::SchemaRef;

params! {
    /// Fails unless data is what a JSON Schema says; formats are asserted.
    pub struct ValidateParams {
        /// A file below `schemas/`, or the schema itself. `$ref` may name other files there.
        "schema" schema: SchemaRef,
        /// What is validated; an Entity is parsed.
        "value" value: Param [default("#[msg.payload]")],
        /// Most findings that the error names.
        "max-errors" max_errors: usize [default("10"), int(1, 100)],
    }
}

/// `validate`: the message passes unchanged.
pub struct Validate {
    schema: Arc<Schema>,
    value: Param,
    max_errors: usize,
}

impl Validate {
    /// The step with these parameters.
    ///
    /// # Errors
    /// That the schema cannot be used.
    pub fn new(params: &ValidateParams) -> Result<Validate, String> {
        let schema = Arc::new(Schema::parse(&params.schema.text)?);
        Ok(Validate { schema, value: params.value.clone(), max_errors: params.max_errors })
    }

    async fn validate(&self, run: &Run, message: &Message) -> Result<(), Fault> {
        let (form, schema, most) = (self.value.form.clone(), self.schema.clone(), self.max_errors);
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
            let problems = schema.validate_all(&value, most)?;
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
