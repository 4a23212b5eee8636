//! Failures of databases as faults with the codes of flows part 3, section 5.
//!
//! A description is the driver's text. Some servers repeat parameter values in it; those are taken out, because error
//! texts go to the run log and values must not.

use dataway_lang::Document;
use sqlx::error::{DatabaseError, ErrorKind};

use super::value;
use crate::message::Fault;

/// The fault of a driver's error; `code` reads the engine's own error numbers.
pub fn fault(error: &sqlx::Error, code: fn(&dyn DatabaseError) -> &'static str, values: &[Document]) -> Fault {
    let code = match error {
        sqlx::Error::Database(error) => match error.kind() {
            ErrorKind::UniqueViolation
            | ErrorKind::ForeignKeyViolation
            | ErrorKind::NotNullViolation
            | ErrorKind::CheckViolation => "DB:CONSTRAINT",
            _ => code(&**error),
        },
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Configuration(_) => "DB:CONNECT",
        sqlx::Error::PoolTimedOut => "DB:POOL",
        sqlx::Error::Encode(_) => "DB:PARAMETER",
        _ => "DB:ERROR",
    };
    let text = match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    };
    Fault::new(code, without_values(&text, values))
}

/// A statement took longer than its timeout.
#[must_use]
pub fn timed_out(what: &str) -> Fault {
    Fault::new("DB:TIMEOUT", format!("{what} took longer than the timeout"))
}

/// Takes quoted parameter values out of a text.
fn without_values(text: &str, values: &[Document]) -> String {
    let mut clean = text.to_owned();
    if let Some(rest) = clean.strip_prefix("Duplicate entry '")
        && let Some(end) = rest.rfind("' for key")
    {
        // MySQL joins the parts of a key, so no single value would be found.
        clean = format!("Duplicate entry '***{}", rest.get(end..).unwrap_or_default());
    }
    for value in values {
        let Ok(shown) = value::text(value) else { continue };
        for quote in ['\'', '"'] {
            clean = clean.replace(&format!("{quote}{shown}{quote}"), &format!("{quote}***{quote}"));
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_out() {
        let values = ["o-1".into(), 5_i64.into()];
        for (text, clean) in [
            ("invalid input syntax for type integer: \"o-1\"", "invalid input syntax for type integer: \"***\""),
            ("Duplicate entry 'o-1-x' for key 'PRIMARY'", "Duplicate entry '***' for key 'PRIMARY'"),
            ("UNIQUE constraint failed: orders.id", "UNIQUE constraint failed: orders.id"),
            ("at line 5 near '5'", "at line 5 near '***'"),
        ] {
            assert_eq!(without_values(text, &values), clean);
        }
    }
}
