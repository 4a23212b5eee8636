//! From the clauses of a script to the types that the checker works with (spec 12.4).

use std::sync::Arc;

use super::sample::{read, type_of_sample};
use super::schema_type::type_of_schema;
use super::{Clause, Contract, Subject, UNREADABLE, clauses};
use crate::check::{Contracts, Stated};
use crate::diagnostic::Diagnostic;
use crate::mime;
use crate::source::SourceText;

/// The contracts of a script and what is wrong with them (DW2101, DW2106). `load` gives the bytes of a file that a clause
/// names, relative to the script, or the reason why it cannot.
pub fn contracts(
    source: &SourceText,
    load: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> (Contracts, Vec<Diagnostic>) {
    let (clauses, mut diagnostics) = clauses(source);
    let mut found = Contracts::default();
    for clause in clauses {
        let ty = match type_of_clause(&clause, load) {
            Ok(ty) => ty,
            Err(reason) => {
                diagnostics.push(unreadable(&clause, reason));
                continue;
            }
        };
        let stated = Stated { ty, is_sample: clause.is_sample, span: clause.span };
        // What a schema promises counts more than what an example shows, wherever they stand.
        let place = match clause.subject {
            Subject::Payload => &mut found.payload,
            Subject::Attrs => &mut found.attrs,
            Subject::Returns => &mut found.returns,
            Subject::Var(name) => {
                match found.vars.iter_mut().find(|(own, _)| **own == *name) {
                    Some((_, own)) => better(own, stated),
                    None => found.vars.push((Arc::from(name), stated)),
                }
                continue;
            }
        };
        match place {
            Some(own) => better(own, stated),
            None => *place = Some(stated),
        }
    }
    (found, diagnostics)
}

fn better(own: &mut Stated, other: Stated) {
    if own.is_sample && !other.is_sample {
        *own = other;
    }
}

/// The finding for a clause whose schema or sample cannot be used.
#[must_use]
pub fn unreadable(clause: &Clause, reason: impl Into<String>) -> Diagnostic {
    let help = if clause.is_sample {
        "name an example document relative to the script, or write JSON here"
    } else {
        "name a JSON Schema file relative to the script, or write the schema here"
    };
    Diagnostic::error(UNREADABLE, clause.span, reason).with_help(help)
}

fn type_of_clause(
    clause: &Clause,
    load: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<crate::check::types::Type, String> {
    let inline = clause.value.starts_with(['{', '[', '"']) || clause.value.is_empty();
    let bytes = if inline { clause.value.clone().into_bytes() } else { load(&clause.value)? };
    if clause.is_sample {
        let mime_type = if inline { None } else { mime::infer_mime(&clause.value) };
        return type_of_sample(&bytes, mime_type.unwrap_or("application/json"));
    }
    let schema =
        read(&bytes, "application/json").map_err(|reason| format!("the schema is not valid JSON: {reason}"))?;
    let ty = type_of_schema(&schema).map_err(|reason| format!("the JSON Schema cannot be used: {reason}"))?;
    // What says nothing about types can be wrong as well: patterns.
    match std::str::from_utf8(&bytes).ok().and_then(Contract::flaw) {
        Some(reason) => Err(reason),
        None => Ok(ty),
    }
}
