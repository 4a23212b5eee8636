//! Run records with their events, and the end of a run from outside.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Context;
use super::answer::{Problem, Query, Reply, put};
use crate::store::console::{json_object, timestamp};
use crate::store::reader::{EventFilter, Reader, RunFilter, RunRow, TraceRow};

/// Records of one answer, unless a limit is given.
const DEFAULT_LIMIT: u32 = 100;

/// The run log with everything in it that has happened so far; `None` before the first event.
///
/// # Errors
/// That it cannot be read.
pub async fn log(context: &Context) -> Result<Option<Reader>, Problem> {
    context.runtime.log().flush().await;
    Reader::open(&context.log).await.map_err(Problem::failed)
}

/// `GET /apps/A/runs`
pub async fn list(State(context): State<Arc<Context>>, Path(app): Path<String>, uri: Uri) -> Result<Response, Problem> {
    context.check_app(&app)?;
    let query = Query::of(&uri, &["flow", "state", "since", "limit"])?;
    let filter = RunFilter {
        flow: query.text("flow"),
        state: query.text("state"),
        since: query.since("since", context.runtime.clock().wall())?,
        job: None,
        limit: Some(query.number("limit")?.unwrap_or(DEFAULT_LIMIT)),
    };
    let found = records(&context, &filter).await?;
    Ok(Reply::new(&context).json(&found.iter().map(|row| Value::Object(record(row))).collect()))
}

/// `GET /apps/A/runs/JOB`
pub async fn one(
    State(context): State<Arc<Context>>,
    Path((app, job)): Path<(String, String)>,
) -> Result<Response, Problem> {
    context.check_app(&app)?;
    let filter = RunFilter { job: Some(job.clone()), ..RunFilter::default() };
    let found = records(&context, &filter).await?;
    let row = found.first().ok_or_else(|| Problem::not_found(format!("there is no run {job}")))?;
    let (mut events, mut traces) = (Vec::new(), Vec::new());
    if let Some(mut log) = log(&context).await? {
        traces = log.traces(&job).await.map_err(Problem::failed)?;
        let filter = EventFilter { job: Some(job), ..EventFilter::default() };
        events = log.events(&filter).await.map_err(Problem::failed)?;
    }
    let mut object = record(row);
    object.insert("events".to_owned(), events.iter().map(json_object).collect());
    // Only an app that records messages has them.
    if !traces.is_empty() {
        object.insert("steps".to_owned(), traces.iter().map(traced).collect());
    }
    Ok(Reply::new(&context).json(&Value::Object(object)))
}

/// `POST /apps/A/runs/JOB/cancel`
pub async fn cancel(
    State(context): State<Arc<Context>>,
    Path((app, job)): Path<(String, String)>,
) -> Result<Response, Problem> {
    context.check_app(&app)?;
    if !context.runtime.cancel(&job) {
        return Err(Problem::not_found(format!("no run {job} goes on")));
    }
    Ok(Reply::new(&context).json(&json!({"job": job, "state": "cancelled"})))
}

async fn records(context: &Context, filter: &RunFilter) -> Result<Vec<RunRow>, Problem> {
    match log(context).await? {
        Some(mut log) => log.runs(filter).await.map_err(Problem::failed),
        None => Ok(Vec::new()),
    }
}

/// A record as JSON; what does not apply is left out.
fn record(row: &RunRow) -> Map<String, Value> {
    let mut object = Map::new();
    put(&mut object, "job", Some(&row.job));
    put(&mut object, "parent", row.parent.as_deref());
    put(&mut object, "app", Some(&row.app));
    put(&mut object, "version", Some(&row.version));
    put(&mut object, "flow", Some(&row.flow));
    put(&mut object, "trigger", Some(&row.trigger));
    put(&mut object, "state", Some(&row.state));
    put(&mut object, "queued", Some(&timestamp(row.queued)));
    if row.state != "queued" {
        put(&mut object, "started", Some(&timestamp(row.started)));
    }
    put(&mut object, "ended", row.ended.map(timestamp).as_deref());
    put(&mut object, "code", row.code.as_deref());
    put(&mut object, "description", row.description.as_deref());
    put(&mut object, "failedStep", row.failed_step.as_deref());
    object
}

/// A recorded step as JSON.
fn traced(row: &TraceRow) -> Value {
    let mut object = Map::new();
    put(&mut object, "time", Some(&timestamp(row.time)));
    put(&mut object, "flow", Some(&row.flow));
    put(&mut object, "step", Some(&row.step));
    put(&mut object, "component", Some(&row.component));
    put(&mut object, "code", Some(row.code.as_str()).filter(|code| !code.is_empty()));
    if let Some(duration) = row.duration {
        object.insert("duration".to_owned(), json!(duration as f64 / 1e6));
    }
    for (name, message) in [("input", &row.input), ("output", &row.output)] {
        // They were written as JSON; anything else is nothing that could be shown.
        object.insert(name.to_owned(), serde_json::from_str(message).unwrap_or_default());
    }
    Value::Object(object)
}
