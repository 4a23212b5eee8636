//! The trigger `http-listener`: requests become runs of a flow, and the ends of runs answers.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use hyper::header::{ACCEPT_ENCODING, HeaderName};
use hyper::http::request::Parts;

use super::super::path::Pattern;
use super::answer::{Answer, Refusal};
use super::budget::Reserved;
use super::message::message;
use super::response::{ErrorResponseParams, Recipe, ResponseParams};
use super::site::{Endpoint, Received, Route};
use crate::connectors::file::read::ReadMode;
use crate::engine::begun::Finish;
use crate::engine::{Flow, Request, Run, Runtime, Trace};
use crate::message::{Failure, Fault, Message};
use crate::params;
use crate::params::{ConfigRef, Contract, Shape, Syntax};

/// A path pattern.
static PATTERN: Syntax = Syntax { name: "path pattern", check: |text| Pattern::parse(text).map(drop) };

/// The methods that can be listened for.
pub const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

params! {
    /// Runs the flow for each request, and answers with what it gives.
    pub struct ListenerParams {
        /// The address.
        "config" config: ConfigRef [config("http-listener")],
        /// Which paths: `{name}` is one segment, `*` at the end any number of them.
        "path" path: String [default("/"), syntax(&PATTERN)],
        /// Which methods; default: all.
        "methods" methods: Vec<String> [default("[]"), list_of(&Shape::OneOf(METHODS), 0, 7)],
        /// `stream`: the body is read once, item by item, and `max-body` does not apply.
        "body" body: ReadMode [default("repeatable")],
        /// The type of the body, at design time.
        "payload" payload: Option<Contract> [optional()],
        /// How the flow's last message becomes an answer.
        "response" response: ResponseParams [default("{}")],
        /// How a failed message becomes an answer.
        "error-response" error_response: ErrorResponseParams [default("{}")],
    }
}

/// A flow that answers requests.
struct Listener {
    runtime: Arc<Runtime>,
    flow: Arc<Flow>,
    recipes: Recipes,
}

/// How the ends of runs become answers.
struct Recipes {
    response: Recipe,
    error_response: Recipe,
}

impl ListenerParams {
    /// The route of a flow.
    ///
    /// # Errors
    /// That the path is none.
    pub fn route(&self, runtime: &Arc<Runtime>, flow: &Arc<Flow>) -> Result<Route, String> {
        let endpoint = Listener {
            runtime: Arc::clone(runtime),
            flow: Arc::clone(flow),
            recipes: Recipes {
                response: Recipe::from(&self.response),
                error_response: Recipe::from(&self.error_response),
            },
        };
        Ok(Route {
            pattern: Pattern::parse(&self.path).map_err(|error| error.message)?,
            methods: self.methods.clone(),
            streams: self.body == ReadMode::Stream,
            endpoint: Arc::new(endpoint),
        })
    }
}

/// Makes the answer while the run still counts, so that an answer that fails is a run that failed.
struct Answering<'a> {
    recipes: &'a Recipes,
    accepts_gzip: bool,
    _share: Reserved,
}

impl Finish for Answering<'_> {
    type Made = Result<Answer, Refusal>;

    fn is_json(&self) -> bool {
        self.recipes.response.is_json()
    }

    async fn finish(self, run: &Run, end: &Result<Message, Failure>) -> (Self::Made, Result<(), Fault>) {
        let answer = match end {
            Ok(message) => self.recipes.response.answer(run, message, self.accepts_gzip).await,
            Err(failure) => self.recipes.error_response.answer(run, &failure.to_message(), self.accepts_gzip).await,
        };
        let ended = match &answer {
            Err(Refusal::Response(code, reason)) => Err(Fault::new(*code, reason.clone())),
            _ => Ok(()),
        };
        (answer, ended)
    }
}

impl Endpoint for Listener {
    fn answer(self: Arc<Self>, request: Received) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>> {
        Box::pin(async move {
            let accepts_gzip = accepts_gzip(&request.parts);
            let trace = trace(&request.parts);
            let (message, share) =
                message(request).map_err(|reason| Refusal::Response("RESPONSE_TYPE_ERROR", reason))?;
            let finish = Answering { recipes: &self.recipes, accepts_gzip, _share: share };
            let request = Request { flow: Arc::clone(&self.flow), trigger: "http-listener", message };
            self.runtime.run_here(request, finish, trace).await.unwrap_or_else(|fault| {
                Err(match &*fault.code {
                    "CORE:QUEUE_FULL" => Refusal::OutOfQuota,
                    "CORE:SHUTDOWN" => Refusal::Shutdown,
                    "CORE:CANCELLED" => Refusal::Response("CORE:CANCELLED", fault.description.clone()),
                    _ => Refusal::System,
                })
            })
        })
    }
}

static TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");

/// The trace that the request belongs to.
fn trace(parts: &Parts) -> Option<Trace> {
    let value = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    Trace::parse(value(&TRACE_PARENT)?, value(&TRACE_STATE))
}

/// Whether the client accepts gzip: named, and not with the weight 0.
fn accepts_gzip(parts: &Parts) -> bool {
    let values = parts.headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        named && !parts.any(|part| part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0))
    })
}
