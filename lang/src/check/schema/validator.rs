//! The way through a schema, keyword by keyword, and the keywords that join schemas.

use std::cell::{Cell, RefCell};

use super::references::resolve;
use super::scalars::{format, is_nullable, is_number, number, one_of, shown, types};
use super::{Found, Problem, Schema, problem, unusable};
use crate::document::{Dict, Document};
use crate::value::Value;
use crate::value::compare::{eq, nested};
use crate::value::interrupt::checkpoint;

/// Validates one piece of data.
pub(super) struct Validator<'a> {
    pub(super) schema: &'a Schema,
    /// Whether `format` is asserted.
    pub(super) formats: bool,
    /// Findings after which validation ends.
    pub(super) most: usize,
    /// Keywords around that only ask whether something would fit.
    pub(super) trials: Cell<u32>,
    /// Findings before the one that ends validation.
    pub(super) kept: RefCell<Vec<Problem>>,
}

impl<'a> Validator<'a> {
    /// Ends with the first finding.
    pub(super) fn of(schema: &'a Schema) -> Validator<'a> {
        Validator { schema, formats: false, most: 1, trials: Cell::new(0), kept: RefCell::default() }
    }
}

impl Validator<'_> {
    /// Keeps a finding and goes on, or gives it back to end with it.
    pub(super) fn keep(&self, found: Option<Problem>) -> Option<Problem> {
        let mut kept = self.kept.borrow_mut();
        if self.trials.get() > 0 || kept.len() + 1 >= self.most {
            return found;
        }
        kept.extend(found);
        None
    }

    /// Whether data would fit a schema.
    pub(super) fn attempt(&self, schema: &Document, data: &Value, pointer: &str) -> Found {
        self.trials.set(self.trials.get() + 1);
        let found = self.check(schema, data, pointer);
        self.trials.set(self.trials.get() - 1);
        found
    }

    pub(super) fn check(&self, schema: &Document, data: &Value, pointer: &str) -> Found {
        checkpoint(20)?;
        match schema {
            Document::Bool(true) => Ok(None),
            Document::Bool(false) => problem(pointer, "nothing is allowed here"),
            Document::Dict(schema) => nested(" in a JSON Schema", || self.keywords(schema, data, pointer)),
            _ => Err(unusable("a schema must be an object or a boolean")),
        }
    }

    fn keywords(&self, schema: &Dict, data: &Value, pointer: &str) -> Found {
        for (key, rule) in schema.iter() {
            let Some(name) = key.as_str() else { continue };
            let found = match name {
                "$ref" | "$dynamicRef" => self.check(resolve(&self.schema.root, rule)?, data, pointer)?,
                // OpenAPI documents say so what `"null"` among the types says.
                "type" | "enum" if matches!(data, Value::None) && is_nullable(schema) => None,
                "type" => types(rule, data, pointer)?,
                "enum" => one_of(rule, data, pointer)?,
                "const" if !eq(&rule.to_value()?, data)? => {
                    problem(pointer, format!("must be {}", shown(&rule.to_value()?)))?
                }
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" if is_number(data) => {
                    number(name, &rule.to_value()?, data, pointer)?
                }
                "minLength" | "maxLength" | "pattern" if data.text_bytes().is_some() => {
                    self.text(name, rule, data, pointer)?
                }
                "allOf" | "anyOf" | "oneOf" | "not" | "if" => self.combined(name, schema, rule, data, pointer)?,
                "format" if self.formats => format(rule, data, pointer)?,
                "unevaluatedItems" | "unevaluatedProperties" => {
                    return Err(unusable(&format!("the keyword {name} is not supported")));
                }
                _ => match data {
                    Value::List(list) => self.array(name, schema, rule, &list.to_vec(), pointer)?,
                    Value::Tuple(tuple) => self.array(name, schema, rule, &tuple.items, pointer)?,
                    Value::Dict(object) => self.object(name, schema, rule, object, pointer)?,
                    Value::MultiMap(map) => self.object(name, schema, rule, &map.to_plain()?, pointer)?,
                    _ => None,
                },
            };
            let found = self.keep(found);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn combined(&self, name: &str, schema: &Dict, rule: &Document, data: &Value, pointer: &str) -> Found {
        let parts = rule.as_list().unwrap_or_default();
        match name {
            "allOf" => {
                for part in parts {
                    let found = self.check(part, data, pointer)?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }
            "anyOf" | "oneOf" => {
                let (mut fitting, mut first) = (0, None);
                for part in parts {
                    match self.attempt(part, data, pointer)? {
                        None => fitting += 1,
                        Some(found) => first = first.or(Some(found)),
                    }
                }
                match (fitting, name) {
                    (0, _) => Ok(Some(Problem {
                        pointer: pointer.to_owned(),
                        reason: format!(
                            "{} fits none of the alternatives{}",
                            shown(data),
                            first.map_or_else(String::new, |f| format!(" (the first: {})", f.reason))
                        ),
                    })),
                    (2.., "oneOf") => problem(pointer, format!("{} fits more than one alternative", shown(data))),
                    _ => Ok(None),
                }
            }
            "not" => match self.attempt(rule, data, pointer)? {
                None => problem(pointer, format!("{} is what must not be", shown(data))),
                Some(_) => Ok(None),
            },
            _ => {
                let branch = if self.attempt(rule, data, pointer)?.is_none() { "then" } else { "else" };
                schema.get(branch).map_or(Ok(None), |part| self.check(part, data, pointer))
            }
        }
    }
}
