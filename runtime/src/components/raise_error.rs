//! `raise-error`: an error of the flow's own.

use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::{Syntax, SyntaxError};

/// Whether a text can name an error type: one or two parts of letters, digits, `_`, `-` and `.`.
fn is_type(text: &str) -> Result<(), SyntaxError> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
    let fits = match text.split_once(':') {
        Some((namespace, name)) => is_name(namespace) && is_name(name),
        None => is_name(text),
    };
    if fits {
        Ok(())
    } else {
        Err(SyntaxError {
            message: "write NAME or NAME:NAME of letters, digits, `_`, `-`, `.`".to_owned(),
            span: 0..text.len(),
        })
    }
}

/// The syntax of error types.
static TYPE: Syntax = Syntax { name: "error type", check: is_type };

params! {
    /// Fails with an error of this type.
    pub struct RaiseErrorParams {
        /// The type: `NAME` or `NAME:NAME`.
        "type" kind: Param [syntax(&TYPE)],
        /// What happened.
        "description" description: Param [text()],
    }
}

/// `raise-error`: the failed message is its input.
pub struct RaiseError {
    kind: Param,
    description: Param,
}

impl RaiseError {
    /// The step with these parameters.
    #[must_use]
    pub fn new(params: &RaiseErrorParams) -> RaiseError {
        RaiseError { kind: params.kind.clone(), description: params.description.clone() }
    }

    async fn fault(&self, run: &Run, message: &Message) -> Result<Fault, Fault> {
        let kind = self.kind.text(run, message).await?;
        is_type(&kind).map_err(|error| Fault::wrong_type(format!("`type` is no error type: {}", error.message)))?;
        let description = self.description.text(run, message).await?;
        Ok(Fault::raised(kind, description))
    }
}

impl Component for RaiseError {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let fault = self.fault(run, &message).await.unwrap_or_else(|fault| fault);
            StepEnd::fail(fault, message)
        })
    }
}
