//! What a script states about its data in its leading comments (spec 12.4), and how a run holds it to that.
//!
//! ```text
//! #: payload: schemas/order.schema.json
//! #: vars.userId: {"type": "string"}
//! #: returns: schemas/reply.schema.json
//! ```
//!
//! This room reads no files: [`clauses`] says what a script names, the host finds the texts, and [`Contract`] validates.
//! For the checker, [`contracts`] makes types of schemas and samples.
//!
//! | room | job |
//! |---|---|
//! | [`schema_type`] | from a JSON Schema to a type |
//! | [`sample`] | from an example document to a type |
//! | [`stated`] | from the clauses of a script to the types the checker works with |

mod sample;
mod schema_type;
mod stated;

pub use sample::{read as read_sample, read_json, type_of_sample, type_of_value};
pub use schema_type::type_of_schema;
pub use stated::{contracts, unreadable};

use super::schema::Schema;
use super::suggest;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Datum;
use crate::source::{SourceText, Span};
use crate::value::exceptions::CONTRACT_ERROR;
use crate::value::flow::Part;
use crate::value::{R, Raise, Value};

/// A contract file is unreadable or no valid JSON.
pub const UNREADABLE: Code = Code(2101);
/// An unknown contract key.
pub const UNKNOWN_KEY: Code = Code(2106);

/// What a clause speaks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// `msg.payload`
    Payload,
    /// One variable.
    Var(String),
    /// `msg.attrs`
    Attrs,
    /// The result.
    Returns,
}

/// One `#: key: value` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// What it speaks about.
    pub subject: Subject,
    /// Whether the value is an example and not a schema. Samples are never enforced.
    pub is_sample: bool,
    /// A path relative to the script, or JSON text.
    pub value: String,
    /// Where it stands.
    pub span: Span,
}

/// The clauses in the leading comment block of a script, and what is wrong with it.
#[must_use]
pub fn clauses(source: &SourceText) -> (Vec<Clause>, Vec<Diagnostic>) {
    let (mut clauses, mut diagnostics) = (Vec::new(), Vec::new());
    let mut at = 0u32;
    for line in source.text().split_inclusive('\n') {
        let trimmed = line.trim();
        let start = at + u32::try_from(line.len() - line.trim_start().len()).unwrap_or(0);
        let span = Span::new(start, start + u32::try_from(trimmed.len()).unwrap_or(0));
        at += u32::try_from(line.len()).unwrap_or(0);
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            break;
        }
        let Some(clause) = trimmed.strip_prefix("#:") else { continue };
        let (key, value) = clause.split_once(':').unwrap_or((clause, ""));
        let key = key.trim();
        let (name, is_sample) = key.strip_suffix("-sample").map_or((key, false), |name| (name, true));
        let subject = match name {
            "payload" => Subject::Payload,
            "attrs" => Subject::Attrs,
            "returns" => Subject::Returns,
            _ => match name.strip_prefix("vars.") {
                Some(variable) if !variable.is_empty() => Subject::Var(variable.to_owned()),
                _ => {
                    diagnostics.push(unknown_key(key, span));
                    continue;
                }
            },
        };
        clauses.push(Clause { subject, is_sample, value: value.trim().to_owned(), span });
    }
    (clauses, diagnostics)
}

/// The finding for a key that no clause has.
fn unknown_key(key: &str, span: Span) -> Diagnostic {
    let known = ["payload", "attrs", "returns", "payload-sample", "attrs-sample", "returns-sample"];
    let meant = match key {
        "body" | "input" => Some("payload"),
        "return" | "result" | "output" => Some("returns"),
        "headers" => Some("attrs"),
        "vars" | "variables" => Some("vars.NAME"),
        _ => suggest::closest(key, known.into_iter()),
    };
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "the keys are payload, vars.NAME, attrs and returns, each also with -sample".to_owned(),
    };
    Diagnostic::warning(UNKNOWN_KEY, span, format!("`{key}` is no contract key")).with_help(help)
}

/// Schemas that a run is held to, each as JSON text.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// What is to be validated, with the schema's text.
    pub schemas: Vec<(Subject, String)>,
}

impl Contract {
    /// Why a schema cannot be used, whatever the data: a reference that leads nowhere, a pattern that is none.
    #[must_use]
    pub fn flaw(schema: &str) -> Option<String> {
        Schema::parse(schema).err()
    }

    /// Validates what arrived.
    ///
    /// # Errors
    /// `ContractError` naming the place and the reason.
    pub fn check_input(&self, message: &Value) -> R<()> {
        let Value::Message(message) = message else { return Ok(()) };
        for (subject, text) in &self.schemas {
            match subject {
                Subject::Payload => validate("payload", text, &message.get(Part::Payload)?)?,
                Subject::Attrs => validate("attrs", text, &message.get(Part::Attrs)?)?,
                Subject::Var(name) => {
                    let value = match message.get(Part::Vars)? {
                        Value::Dict(vars) => vars.get_str(name),
                        _ => None,
                    };
                    let Some(value) = value else {
                        return Err(violation(&format!("vars.{name}"), "", "the variable is missing"));
                    };
                    validate(&format!("vars.{name}"), text, &value)?;
                }
                Subject::Returns => {}
            }
        }
        Ok(())
    }

    /// Validates the result.
    ///
    /// # Errors
    /// `ContractError` naming the place and the reason.
    pub fn check_result(&self, result: &Value) -> R<()> {
        for (subject, text) in &self.schemas {
            if *subject == Subject::Returns {
                validate("result", text, result)?;
            }
        }
        Ok(())
    }
}

fn violation(what: &str, pointer: &str, reason: &str) -> Raise {
    let place = if pointer.is_empty() { what.to_owned() } else { format!("{what} at {pointer}") };
    Raise::new(&CONTRACT_ERROR, format!("{place}: {reason}"))
}

fn validate(what: &str, text: &str, data: &Value) -> R<()> {
    let schema = Schema::of(&Datum::json(text).to_value()?)?;
    let data = match data {
        Value::Entity(entity) => entity.value()?,
        other => other.clone(),
    };
    match schema.validate(&data)? {
        None => Ok(()),
        Some(problem) => Err(violation(what, &problem.pointer, &problem.reason)),
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod clause_tests {
    use super::*;

    #[test]
    fn clauses_are_read_from_the_leading_comments() {
        let text = "# a comment\n#: payload: a.json\n#: vars.id: {\"type\": \"string\"}\n\n#: returns-sample: r.json\n#: nonsense: x\nx = 1\n#: attrs: late.json\n";
        let (clauses, diagnostics) = clauses(&SourceText::new("t", text));
        let found: Vec<_> = clauses.iter().map(|c| (c.subject.clone(), c.is_sample, c.value.as_str())).collect();
        assert_eq!(
            found,
            [
                (Subject::Payload, false, "a.json"),
                (Subject::Var("id".into()), false, "{\"type\": \"string\"}"),
                (Subject::Returns, true, "r.json"),
            ]
        );
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].code, UNKNOWN_KEY);
    }
}
