//! Evaluating a parameter on a running machine.

use std::sync::Arc;

use dataway_lang::mime;
use dataway_lang::result::target::{self, Target};
use dataway_lang::value::exceptions::value_error;
use dataway_lang::value::{Dict, R, Value};
use dataway_lang::vm::Vm;

use super::Form;

/// An output conversion (`as`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// None.
    Any,
    /// The conversion of the language for a parameter type.
    Target(Target),
    /// Bytes: texts in UTF-8, the blob of an Entity.
    Bytes,
    /// Always `None`.
    None,
}

impl As {
    /// The names as they are written.
    pub const NAMES: &'static [&'static str] = &[
        "any",
        "int",
        "float",
        "string",
        "decimal",
        "bool",
        "datetime",
        "date",
        "time",
        "list",
        "dict",
        "bytes",
        "none",
        "entity.json",
        "entity.xml",
    ];

    /// The conversion of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<As> {
        Some(match name {
            "any" => As::Any,
            "bytes" => As::Bytes,
            "none" => As::None,
            "entity.json" => As::Target(Target::EntityJson),
            "entity.xml" => As::Target(Target::EntityXml),
            _ if As::NAMES.contains(&name) => As::Target(Target::parse(name)?),
            _ => return None,
        })
    }

    /// Converts a value.
    ///
    /// # Errors
    /// `TypeError` or `ValueError` when the value does not convert.
    pub fn convert(self, vm: &mut Vm, value: Value) -> R<Value> {
        match self {
            As::Any => Ok(value),
            As::None => Ok(Value::None),
            As::Bytes => match &value {
                Value::Entity(entity) => Ok(Value::Bytes(entity.blob.clone())),
                other => match other.text_bytes() {
                    Some(text) => Ok(Value::bytes(text)),
                    None => match other.byte_data() {
                        Some(bytes) => Ok(Value::bytes(&bytes)),
                        None => {
                            Err(value_error(format!("cannot convert a value of type '{}' to bytes", other.type_name())))
                        }
                    },
                },
            },
            // A text is the raw content of the Entity, also for JSON.
            As::Target(Target::EntityJson) if value.text_bytes().is_some() => {
                mime::from_bytes(&value, Some("application/json"), "utf-8").map(Value::Entity)
            }
            As::Target(target) => target::convert(vm, &value, target),
        }
    }
}

impl Form {
    /// The value for a message, on a machine that is set up: its heap session is open and its limits are in force.
    ///
    /// # Errors
    /// Whatever an expression raises.
    pub fn evaluate(&self, vm: &mut Vm, message: &Value) -> R<Value> {
        evaluate(self, vm, message)
    }
}

/// Recursion is bounded by the depth of YAML files.
fn evaluate(form: &Form, vm: &mut Vm, message: &Value) -> R<Value> {
    match form {
        Form::Literal(data) => data.to_value(),
        Form::Program(evaluation) => evaluation.program.evaluate(vm, message.clone()),
        Form::List(items) => {
            let made = items.iter().map(|item| evaluate(item, vm, message)).collect::<R<Vec<_>>>()?;
            Ok(Value::list(made))
        }
        Form::Map(entries) => {
            let dict = Dict::new();
            for (key, form) in entries.iter() {
                dict.set(key.to_value()?, evaluate(form, vm, message)?)?;
            }
            Ok(Value::Dict(dict))
        }
        Form::Converted(form, conversion) => {
            let value = evaluate(Arc::as_ref(form), vm, message)?;
            conversion.convert(vm, value)
        }
    }
}
