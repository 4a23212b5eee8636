//! Answers, refusals, and the parameters of a query.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Context;
use crate::connectors::http::path::query_pairs;
use crate::connectors::scheduler::trigger::moment;
use crate::message::Fault;
use crate::params::{Unit, parse_duration};

/// Why a request is not answered as asked.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: String,
    description: String,
}

impl Problem {
    /// A problem.
    pub fn new(status: StatusCode, code: impl Into<String>, description: impl Into<String>) -> Problem {
        Problem { status, code: code.into(), description: description.into() }
    }

    /// What was asked for does not exist.
    pub fn not_found(description: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "ADMIN:NOT_FOUND", description)
    }

    /// The request is wrong.
    pub fn bad_request(description: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "ADMIN:BAD_REQUEST", description)
    }

    /// Something on the way to the answer failed.
    pub fn failed(description: impl Into<String>) -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "ADMIN:FAILED", description)
    }

    /// The error of a run, or why there is none.
    pub fn of_fault(context: &Context, fault: &Fault) -> Problem {
        let status = match &*fault.code {
            "CORE:QUEUE_FULL" | "CORE:SHUTDOWN" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let redact = |text: &str| context.redactor.redact(text).into_owned();
        Problem::new(status, redact(&fault.code), redact(&fault.description))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({"Code": self.code, "Description": self.description}).to_string();
        response(self.status, "application/json", body.into())
    }
}

fn response(status: StatusCode, mime_type: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(mime_type) = HeaderValue::from_str(mime_type) {
        headers.insert(CONTENT_TYPE, mime_type);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer in which no secret is left.
pub struct Reply<'a> {
    context: &'a Context,
    status: StatusCode,
}

impl<'a> Reply<'a> {
    /// An answer with status 200.
    pub fn new(context: &'a Context) -> Reply<'a> {
        Reply { context, status: StatusCode::OK }
    }

    /// The same with another status.
    pub fn status(self, status: StatusCode) -> Reply<'a> {
        Reply { status, ..self }
    }

    /// The answer with a JSON body.
    pub fn json(self, value: &Value) -> Response {
        self.bytes("application/json", value.to_string().into_bytes())
    }

    /// The answer with a body. In bytes that are no text nothing can be replaced.
    pub fn bytes(self, mime_type: &str, body: Vec<u8>) -> Response {
        let body = match String::from_utf8(body) {
            Ok(text) => self.context.redactor.redact(&text).into_owned().into_bytes(),
            Err(bytes) => bytes.into_bytes(),
        };
        response(self.status, mime_type, body.into())
    }
}

/// Puts a text under a key, if there is one.
pub fn put(object: &mut Map<String, Value>, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        object.insert(key.to_owned(), json!(text));
    }
}

/// The parameters of a query.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// The parameters of an address, each of which must be known and there once.
    ///
    /// # Errors
    /// The first that is not.
    pub fn of(uri: &Uri, known: &[&str]) -> Result<Query, Problem> {
        let pairs = query_pairs(uri.query().unwrap_or_default());
        for (index, (key, _)) in pairs.iter().enumerate() {
            if !known.contains(&key.as_str()) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(Problem::bad_request(format!("unknown parameter {key}; known: {known}")));
            }
            if pairs.iter().take(index).any(|(other, _)| other == key) {
                return Err(Problem::bad_request(format!("the parameter {key} is given twice")));
            }
        }
        Ok(Query(pairs))
    }

    /// A parameter that is there and not empty.
    pub fn text(&self, key: &str) -> Option<String> {
        let found = self.0.iter().find(|(own, _)| own == key).map(|(_, value)| value.clone());
        found.filter(|value| !value.is_empty())
    }

    /// A number of at least one.
    ///
    /// # Errors
    /// That it is something else.
    pub fn number(&self, key: &str) -> Result<Option<u32>, Problem> {
        let parse = |text: String| text.parse::<u32>().ok().filter(|number| *number > 0);
        let wrong = || Problem::bad_request(format!("{key} must be a number from 1"));
        self.text(key).map(|text| parse(text).ok_or_else(wrong)).transpose()
    }

    /// A moment: RFC 3339, or how long ago, such as `15m`.
    ///
    /// # Errors
    /// That it is neither.
    pub fn since(&self, key: &str, now: SystemTime) -> Result<Option<SystemTime>, Problem> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let ago = |ago: Duration| Some(now.checked_sub(ago).unwrap_or(SystemTime::UNIX_EPOCH));
        let at = |seconds: i64| {
            SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
        };
        let found = parse_duration(&text, Unit::Second).and_then(ago).or_else(|| moment(&text).and_then(at));
        let wrong = || {
            Problem::bad_request(format!("{key} must be a time such as 2026-01-31T08:00:00Z, or 15m for so long ago"))
        };
        found.map(Some).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Query, Problem> {
        Query::of(&format!("/x?{text}").parse().unwrap(), &["since", "limit"])
    }

    #[test]
    fn queries() {
        assert!(query("").is_ok_and(|query| query.text("since").is_none()));
        assert_eq!(query("limit=5").unwrap().number("limit").unwrap(), Some(5));
        assert!(query("limit=0").unwrap().number("limit").is_err());
        assert!(query("limit=1&limit=2").is_err() && query("limits=1").is_err());
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let since = |text: &str| query(text).unwrap().since("since", now).ok().flatten();
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(since("since=10m"), at(400));
        assert_eq!(since("since=1970-01-01T00:01:00Z"), at(60));
        assert_eq!(since("since=yesterday"), None);
    }
}
