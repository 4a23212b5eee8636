//! The app and its flows.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Context;
use super::answer::{Problem, Reply, put};
use crate::connectors::http::listener::trigger::ListenerParams;
use crate::connectors::scheduler::trigger::{Schedule, SchedulerParams};
use crate::engine::Runtime;
use crate::model::App;
use crate::store::console::timestamp;

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
    let entry = |flow: &std::sync::Arc<crate::model::Flow>| {
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
