//! The app and its flows; runs by hand.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use dataway_lang::Document;
use dataway_lang::mime::mime_type;
use serde_json::{Map, Value, json};

use super::Context;
use super::answer::{Problem, Query, Reply, put};
use crate::connectors::blocking;
use crate::connectors::content::{Content, content};
use crate::connectors::http::listener::trigger::ListenerParams;
use crate::connectors::scheduler::trigger::{Schedule, SchedulerParams};
use crate::engine::{Request, Runtime};
use crate::message::{Fault, Message};
use crate::model::App;
use crate::store::console::timestamp;

/// Name of the header with the job id of a run by hand.
const JOB: &str = "dataway-job";

/// A flow with what begins its runs.
pub struct Entry {
    flow: String,
    trigger: Trigger,
}

enum Trigger {
    None,
    Listener { config: String, path: String, methods: Vec<String> },
    Schedule(Schedule),
}

/// The flows of an app, in load order.
///
/// # Errors
/// That a schedule cannot be read, which loading has reported already.
pub fn entries(app: &App, runtime: &Runtime) -> Result<Vec<Entry>, String> {
    let now = seconds(runtime.clock().wall());
    let entry = |flow: &crate::model::Flow| {
        let trigger = flow.body.trigger.as_ref();
        let trigger = if let Some(own) = trigger.and_then(|trigger| trigger.params::<ListenerParams>()) {
            let config = own.config.name.clone();
            Trigger::Listener { config, path: own.path.clone(), methods: own.methods.clone() }
        } else if let Some(own) = trigger.and_then(|trigger| trigger.params::<SchedulerParams>()) {
            Trigger::Schedule(Schedule::new(own, &app.file.dataway.timezone, now)?)
        } else {
            Trigger::None
        };
        Ok(Entry { flow: flow.name().to_string(), trigger })
    };
    app.flows.iter().map(entry).collect()
}

fn seconds(time: SystemTime) -> i64 {
    i64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}

/// `GET /apps`
pub async fn apps(State(context): State<Arc<Context>>) -> Response {
    let app = json!({
        "name": context.app,
        "version": context.version,
        "state": context.state(),
        "started": timestamp(context.started),
    });
    Reply::new(&context).json(&json!([app]))
}

/// `GET /apps/A/flows`
pub async fn list(State(context): State<Arc<Context>>, Path(app): Path<String>) -> Result<Response, Problem> {
    context.check_app(&app)?;
    let flows = context.entries.iter().filter_map(|entry| described(&context, entry)).collect();
    Ok(Reply::new(&context).json(&flows))
}

fn described(context: &Context, entry: &Entry) -> Option<Value> {
    let flow = context.runtime.flow(&entry.flow)?;
    let mut object = Map::new();
    put(&mut object, "name", Some(&entry.flow));
    match &entry.trigger {
        Trigger::None => {}
        Trigger::Listener { config, path, methods } => {
            put(&mut object, "trigger", Some("http-listener"));
            let sites = context.sites.get().map(Vec::as_slice).unwrap_or_default();
            let site = sites.iter().find(|(name, _)| name == config);
            put(&mut object, "address", site.map(|(_, url)| format!("{url}{path}")).as_deref());
            if !methods.is_empty() {
                object.insert("methods".to_owned(), json!(methods));
            }
        }
        Trigger::Schedule(schedule) => {
            put(&mut object, "trigger", Some("scheduler"));
            let next = schedule.next_after(seconds(context.runtime.clock().wall()));
            let next = next.and_then(|next| u64::try_from(next).ok()).map(Duration::from_secs);
            let next = next.and_then(|next| SystemTime::UNIX_EPOCH.checked_add(next));
            put(&mut object, "next", next.map(timestamp).as_deref());
        }
    }
    object.insert("active".to_owned(), json!(flow.gate.running()));
    object.insert("queued".to_owned(), json!(flow.gate.waiting()));
    Some(Value::Object(object))
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
    Query::of(&uri, &[])?;
    let runtime = &context.runtime;
    let flow = runtime.flow(&name).cloned();
    let flow = flow.ok_or_else(|| Problem::not_found(format!("the app has no flow {name}")))?;
    let payload = payload(&headers, body, runtime.settings().max_payload).await?;
    let message = Message::new(payload, Document::dict([]), Document::dict([]));
    let ended = runtime.run(Request { flow, trigger: "admin", message }).await;
    let ended = ended.map_err(|fault| Problem::of_fault(&context, &fault))?;
    let message = ended.result.map_err(|failure| Problem::of_fault(&context, &failure.fault))?;
    let (bytes, mime_type) =
        written(message.payload().clone()).await.map_err(|fault| Problem::of_fault(&context, &fault))?;
    let mut response = Reply::new(&context).bytes(&mime_type, bytes);
    if let Ok(job) = HeaderValue::from_str(&ended.job) {
        response.headers_mut().insert(JOB, job);
    }
    Ok(response)
}

/// The body of a request as a payload; nothing at all is None.
async fn payload(headers: &HeaderMap, body: Body, limit: usize) -> Result<Document, Problem> {
    let too_large = |_| {
        let description = "the body is incomplete, or larger than run.max-payload";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "ADMIN:TOO_LARGE", description)
    };
    let bytes = to_bytes(body, limit).await.map_err(too_large)?;
    let mime = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if bytes.is_empty() && mime.is_none() {
        return Ok(Document::None);
    }
    let mime = mime.unwrap_or("application/octet-stream");
    let encoding = mime_type::parameter(mime, "charset").map_or_else(|| "utf-8".into(), |text| text.to_lowercase());
    Ok(Document::entity(&*bytes, mime, &encoding))
}

/// The final payload as bytes, with its type.
async fn written(payload: Document) -> Result<(Vec<u8>, String), Fault> {
    blocking(move || {
        let whole = match &payload {
            Document::Stream(stream) => stream.list().map_err(Fault::wrong_type)?,
            other => other.clone(),
        };
        match content(&whole, None, "utf-8").map_err(Fault::wrong_type)? {
            Content::Whole(bytes, mime) => Ok((bytes.to_vec(), mime.unwrap_or_else(|| "text/plain".to_owned()))),
            Content::Chunks(..) => Err(Fault::internal("a list was not written whole")),
        }
    })
    .await
}
