//! Runs by hand: a flow, or adjacent steps of it, on a message of somebody who tries something out (part 4, sections 6 and 8).
//!
//! The body of the request is the payload. With the type [`SPECIFICATION`] it says more, in the words of test cases:
//! `message` (`payload`, `attributes`, `variables`, `error`) and `mocks`. The query may name the first and the last step
//! (`from`, `to`), and ask with `trace=payloads` for the input and output of every step in the place of the final payload.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use dataway_lang::mime::mime_type;
use dataway_lang::source::SourceText;
use dataway_lang::{Document, Profile};
use serde_json::json;

use super::Context;
use super::answer::{Problem, Query, Reply};
use crate::connectors::content::{Content, content};
use crate::connectors::items;
use crate::engine::{Ended, Flow, Hooks, Request, Runtime, apart};
use crate::expr::Programs;
use crate::inspect::excerpt;
use crate::inspect::probe::Probe;
use crate::message::{Fault, Message};
use crate::model::{App, Files, MessageSpec, Mock};
use crate::params;
use crate::params::{Reader, Surroundings, Value};
use crate::testing::mocks::{Index, ReadyMock};
use crate::testing::values;
use crate::yaml;

/// The type of a body that says more than the payload.
const SPECIFICATION: &str = "application/vnd.dataway.run+json";
/// Name of the header with the job id of a run by hand.
const JOB: &str = "dataway-job";

params! {
    /// What a run by hand begins with.
    pub struct RunSpec {
        /// The message.
        "message" message: Option<MessageSpec> [optional()],
        /// Mocks, the first that matches wins.
        "mocks" mocks: Vec<Mock> [default("[]")],
    }
}

/// What of the app is needed to read a message and mocks.
pub struct Bench {
    files: Arc<Files>,
    programs: Arc<Programs>,
    profile: Profile,
    script_length: usize,
    configs: BTreeMap<String, String>,
    index: Arc<Index>,
}

impl Bench {
    /// That of an app.
    pub fn of(app: &App) -> Bench {
        let language = &app.file.dataway;
        Bench {
            files: Arc::clone(&app.files),
            programs: Arc::clone(&app.programs),
            profile: language.profile.profile(),
            script_length: usize::try_from(language.limits.script_length.0).unwrap_or(usize::MAX),
            configs: app.config_types.clone(),
            index: Arc::new(Index::of(app)),
        }
    }

    /// Reads what a run begins with.
    ///
    /// # Errors
    /// Every mistake, with its place in the body.
    fn read(&self, body: &[u8]) -> Result<RunSpec, Problem> {
        let source = SourceText::from_bytes("body", body);
        let (tree, mut found) = yaml::parse(&source);
        let around = Surroundings {
            profile: self.profile,
            script_length: self.script_length,
            programs: &self.programs,
            files: &self.files,
            configs: self.configs.clone(),
            is_complete: true,
        };
        let mut reader = Reader::new(&around, &source, params::Context::Flow);
        let made =
            tree.and_then(|tree| reader.about("the body", |reader| RunSpec::read(&tree, &RunSpec::SHAPE, reader)));
        found.append(&mut reader.diagnostics);
        let errors = found.iter().filter(|one| one.severity == dataway_lang::diagnostic::Severity::Error);
        let errors: Vec<String> = errors
            .map(|error| {
                let at = source.line_column(error.span.start);
                format!("{}:{}: {}", at.line, at.column, error.message)
            })
            .collect();
        match made {
            Some(made) if errors.is_empty() => Ok(made),
            _ => Err(Problem::bad_request(errors.join("; "))),
        }
    }
}

/// `POST /apps/A/flows/F/run`
pub async fn run(
    State(context): State<Arc<Context>>,
    Path((app, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    context.check_app(&app)?;
    let query = Query::of(&uri, &["from", "to", "trace"])?;
    let is_traced = match query.text("trace").as_deref() {
        None | Some("none") => false,
        Some("payloads") => true,
        Some(_) => return Err(Problem::bad_request("trace must be payloads or none")),
    };
    let runtime = &context.runtime;
    let flow = runtime.flow(&name).cloned();
    let flow = flow.ok_or_else(|| Problem::not_found(format!("the app has no flow {name}")))?;
    let flow = part(&flow, query.text("from"), query.text("to"))?;
    let body = received(body, runtime.settings().max_payload).await?;
    let mime = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let (message, mocks) = match mime {
        Some(mime) if mime_type::essence(mime) == SPECIFICATION => specified(&context, &body).await?,
        mime => (Message::new(payload(&body, mime), Document::dict([]), Document::dict([])), Vec::new()),
    };
    let is_plain = mocks.is_empty() && !is_traced;
    let probe = Arc::new(Probe::new(&context.bench.index, mocks, &context.redactor, is_traced));
    let request = Request { flow, trigger: "admin", message };
    let ended = if is_plain {
        runtime.run(request).await
    } else {
        runtime.run_watched(request, Arc::clone(&probe) as Arc<dyn Hooks>).await
    };
    let ended = ended.map_err(|fault| Problem::of_fault(&context, &fault))?;
    let job = HeaderValue::from_str(&ended.job);
    let mut response = if is_traced { traced(&context, &probe, ended) } else { answered(&context, ended).await? };
    if let Ok(job) = job {
        response.headers_mut().insert(JOB, job);
    }
    Ok(response)
}

/// The flow, or the part of it from the one step to the other.
fn part(flow: &Arc<Flow>, from: Option<String>, to: Option<String>) -> Result<Arc<Flow>, Problem> {
    match (from, to) {
        (None, None) => Ok(Arc::clone(flow)),
        (Some(from), Some(to)) => {
            let none = || format!("{from} and {to} are not in this order in one list of steps of {}", flow.name);
            flow.range(&from, &to).map(Arc::new).ok_or_else(|| Problem::not_found(none()))
        }
        _ => Err(Problem::bad_request("from and to go together")),
    }
}

/// The body of a request.
async fn received(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let too_large = |_| {
        let description = "the body is incomplete, or larger than run.max-payload";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "ADMIN:TOO_LARGE", description)
    };
    to_bytes(body, limit).await.map_err(too_large)
}

/// A body as a payload; nothing at all is None.
fn payload(body: &[u8], mime: Option<&str>) -> Document {
    if body.is_empty() && mime.is_none() {
        return Document::None;
    }
    let mime = mime.unwrap_or("application/octet-stream");
    let encoding = mime_type::parameter(mime, "charset").map_or_else(|| "utf-8".into(), |text| text.to_lowercase());
    Document::entity(body, mime, &encoding)
}

/// The message and the mocks that a body describes.
async fn specified(context: &Context, body: &[u8]) -> Result<(Message, Vec<ReadyMock>), Problem> {
    let bench = &context.bench;
    let spec = bench.read(body)?;
    let unknown = |id: &&str| !knows(&context.runtime, &bench.index, id);
    let named = spec.mocks.iter().filter_map(|mock| Some(mock.step.as_ref()?.value.as_str()));
    if let Some(id) = named.clone().find(unknown) {
        return Err(Problem::bad_request(format!("there is no step {id}")));
    }
    let mocks = spec.mocks.iter().map(|mock| ReadyMock::of(mock, &bench.index, &bench.files));
    let mocks = mocks.collect::<Result<_, _>>().map_err(Problem::bad_request)?;
    let given = Message::new(Document::None, Document::dict([]), Document::dict([]));
    let message = values::message(spec.message.as_ref(), &given, &bench.files, &context.runtime).await;
    Ok((message.map_err(Problem::bad_request)?, mocks))
}

/// Is there a step of that id, or `flow/id`?
fn knows(runtime: &Runtime, index: &Index, id: &str) -> bool {
    let (flow, id) = index.place(id);
    let mut flows = runtime.flows().filter(|own| flow.is_none_or(|flow| flow == &*own.name));
    flows.any(|flow| flow.steps.has(id))
}

/// The final payload.
async fn answered(context: &Context, ended: Ended) -> Result<Response, Problem> {
    let failed = |fault: &Fault| Problem::of_fault(context, fault);
    let message = ended.result.map_err(|failure| failed(&failure.fault))?;
    let (bytes, mime_type) = written(message.payload().clone()).await.map_err(|fault| failed(&fault))?;
    Ok(Reply::new(context).bytes(&mime_type, bytes))
}

/// What every step was given and gave, and how the run ended.
fn traced(context: &Context, probe: &Probe, ended: Ended) -> Response {
    let (steps, is_cut) = probe.steps();
    let mut answer = json!({"job": &*ended.job, "steps": steps});
    let message = match &ended.result {
        Ok(message) => {
            answer["state"] = json!("succeeded");
            message.clone()
        }
        Err(failure) => {
            answer["state"] = json!("failed");
            answer["code"] = json!(&*failure.fault.code);
            answer["description"] = json!(failure.fault.description);
            failure.to_message()
        }
    };
    answer["message"] = excerpt::message(&message, &context.redactor);
    if is_cut {
        answer["cut"] = json!(true);
    }
    Reply::new(context).json(&answer)
}

/// The final payload as bytes, with its type.
async fn written(payload: Document) -> Result<(Vec<u8>, String), Fault> {
    let whole = items::settled(payload).await?;
    apart(move |_| match content(&whole, None, "utf-8").map_err(Fault::wrong_type)? {
        Content::Whole(bytes, mime) => Ok((bytes.to_vec(), mime.unwrap_or_else(|| "text/plain".to_owned()))),
        Content::Chunks(..) => Err(Fault::internal("a list was not written whole")),
    })
    .await
}
