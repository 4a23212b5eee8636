//! The keywords of arrays and objects.

use super::scalars::{display, size};
use super::validator::Validator;
use super::{Found, Problem, entries, problem, step};
use crate::document::{Dict, Document};
use crate::value::compare::eq;
use crate::value::hash::hash_text;
use crate::value::interrupt::checkpoint;
use crate::value::{self, Ref, Value};

/// What an object of the data has under a key of the schema.
fn get(object: &value::Dict, key: &Document) -> Option<Value> {
    key.text_bytes().and_then(|text| object.get_text(hash_text(text), text))
}

impl Validator<'_> {
    pub(super) fn array(&self, name: &str, schema: &Dict, rule: &Document, items: &[Value], pointer: &str) -> Found {
        let count = |key: &str| schema.get(key).and_then(Document::as_list).map(<[Document]>::len);
        match (name, rule.as_list()) {
            // In draft 07 a list of `items` is what `prefixItems` is now, and `additionalItems` what `items` is.
            ("prefixItems" | "items", Some(schemas)) => {
                for (n, (item, part)) in items.iter().zip(schemas).enumerate() {
                    let found = self.check(part, item, &step(pointer, &n.to_string()))?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }
            ("items", None) => self.rest(rule, items, count("prefixItems").unwrap_or(0), pointer),
            ("additionalItems", _) => match count("items") {
                Some(first) => self.rest(rule, items, first, pointer),
                None => Ok(None),
            },
            ("contains", _) => {
                let mut count = 0;
                for (n, item) in items.iter().enumerate() {
                    count += usize::from(self.attempt(rule, item, &step(pointer, &n.to_string()))?.is_none());
                }
                let bound = |key: &str, default: usize| match schema.get(key) {
                    Some(Document::Int(n)) => usize::try_from(*n).unwrap_or(0),
                    _ => default,
                };
                if count < bound("minContains", 1) || count > bound("maxContains", usize::MAX) {
                    return problem(pointer, format!("{count} elements are as `contains` wants them"));
                }
                Ok(None)
            }
            ("minItems" | "maxItems", _) => size(name, rule, items.len(), "elements", pointer),
            ("uniqueItems", _) if matches!(rule, Document::Bool(true)) => {
                for (n, item) in items.iter().enumerate() {
                    for earlier in items.iter().take(n) {
                        checkpoint(4)?;
                        if eq(item, earlier)? {
                            return problem(&step(pointer, &n.to_string()), "the element occurs before");
                        }
                    }
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Checks the elements behind the first ones.
    fn rest(&self, rule: &Document, items: &[Value], first: usize, pointer: &str) -> Found {
        for (n, item) in items.iter().enumerate().skip(first) {
            let found = self.check(rule, item, &step(pointer, &n.to_string()))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    pub(super) fn object(
        &self,
        name: &str,
        schema: &Dict,
        rule: &Document,
        object: &Ref<value::Dict>,
        pointer: &str,
    ) -> Found {
        match name {
            "properties" => {
                for (key, part) in entries(rule) {
                    if let Some(value) = get(object, key) {
                        let found = self.check(part, &value, &step(pointer, &display(key)))?;
                        if found.is_some() {
                            return Ok(found);
                        }
                    }
                }
                Ok(None)
            }
            "patternProperties" => {
                for (pattern, part) in entries(rule) {
                    for (key, value) in object.items() {
                        if self.matches(pattern, &key)? {
                            let found = self.check(part, &value, &step(pointer, &key.to_display()))?;
                            if found.is_some() {
                                return Ok(found);
                            }
                        }
                    }
                }
                Ok(None)
            }
            "additionalProperties" => self.additional(schema, rule, object, pointer),
            "propertyNames" => {
                for (key, _) in object.items() {
                    if let Some(found) = self.attempt(rule, &key, pointer)? {
                        return problem(pointer, format!("the key '{}': {}", key.to_display(), found.reason));
                    }
                }
                Ok(None)
            }
            "required" => {
                for name in rule.as_list().unwrap_or_default() {
                    if get(object, name).is_none() {
                        let found = self.keep(problem(pointer, format!("the key '{}' is missing", display(name)))?);
                        if found.is_some() {
                            return Ok(found);
                        }
                    }
                }
                Ok(None)
            }
            // Draft 07 has one keyword for both kinds of dependencies.
            "dependentRequired" | "dependentSchemas" | "dependencies" => {
                for (key, part) in entries(rule).filter(|(key, _)| get(object, key).is_some()) {
                    let found = match part {
                        Document::List(_) => {
                            let missing = self.object("required", schema, part, object, pointer)?;
                            let with = |found: Problem| Problem {
                                reason: format!("{} (needed with '{}')", found.reason, display(key)),
                                ..found
                            };
                            missing.map(with)
                        }
                        part => self.check(part, &Value::Dict(object.clone()), pointer)?,
                    };
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }
            "minProperties" | "maxProperties" => size(name, rule, object.len(), "keys", pointer),
            _ => Ok(None),
        }
    }

    fn additional(&self, schema: &Dict, rule: &Document, object: &Ref<value::Dict>, pointer: &str) -> Found {
        let known = schema.get("properties").and_then(Document::as_dict);
        let patterns = schema.get("patternProperties");
        for (key, value) in object.items() {
            let mut covered = known.zip(key.as_str()).is_some_and(|(known, key)| known.get(key).is_some());
            for (pattern, _) in patterns.into_iter().flat_map(entries) {
                covered = covered || self.matches(pattern, &key)?;
            }
            if covered {
                continue;
            }
            if matches!(rule, Document::Bool(false)) {
                let found = self.keep(problem(pointer, format!("the key '{}' is not allowed", key.to_display()))?);
                if found.is_some() {
                    return Ok(found);
                }
                continue;
            }
            let found = self.check(rule, &value, &step(pointer, &key.to_display()))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}
