//! Events of the run log: those there are, and as server-sent events those to come.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::Context;
use super::answer::{Problem, Query, Reply};
use super::runs::log;
use crate::model::Level;
use crate::store::console::{json_object, level_name};
use crate::store::reader::{EventFilter, EventRow, Reader};
use crate::store::tail::INTERVAL;

/// Events of one answer: the newest.
const MOST: u32 = 1_000;
/// A word now and then, so that a reader that is gone is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// `GET /apps/A/logs`
pub async fn show(
    State(context): State<Arc<Context>>,
    Path(app): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    context.check_app(&app)?;
    let query = Query::of(&uri, &["flow", "level", "job", "text", "since", "follow"])?;
    let levels = [Level::Debug, Level::Info, Level::Warn, Level::Error];
    let level = |text: String| {
        let found = levels.into_iter().find(|level| level_name(*level).eq_ignore_ascii_case(&text));
        found.ok_or_else(|| Problem::bad_request("level must be DEBUG, INFO, WARN or ERROR"))
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let mut filter = EventFilter {
        flow: query.text("flow"),
        level: query.text("level").map(level).transpose()?,
        job: query.text("job"),
        text: query.text("text"),
        since: query.since("since", context.runtime.clock().wall())?,
        after: header("last-event-id").and_then(|id| id.trim().parse().ok()),
        newest: None,
    };
    // A reader that resumes gets everything behind the last event it saw; another one the newest.
    filter.newest = filter.after.is_none().then_some(MOST);
    let streams = header(ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/event-stream"));
    let follows = match query.text("follow").as_deref() {
        None | Some("0") => false,
        Some("1") => true,
        Some(_) => return Err(Problem::bad_request("follow must be 1 or 0")),
    };
    if !follows && !streams {
        let events = match log(&context).await? {
            Some(mut log) => log.events(&filter).await.map_err(Problem::failed)?,
            None => Vec::new(),
        };
        return Ok(Reply::new(&context).json(&events.iter().map(json_object).collect()));
    }
    let place = Arc::clone(&context.followers).try_acquire_owned();
    let full = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "ADMIN:BUSY", "too many readers follow the log");
    let followed = Followed {
        folder: context.log.clone(),
        reader: None,
        filter,
        waiting: VecDeque::new(),
        closing: context.closing.clone(),
        _place: place.map_err(full)?,
    };
    Ok(Sse::new(stream(followed)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

/// A log that somebody follows.
struct Followed {
    folder: PathBuf,
    reader: Option<Reader>,
    filter: EventFilter,
    waiting: VecDeque<EventRow>,
    closing: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Followed {
    /// The next event; `None` when the app ends.
    async fn next(&mut self) -> Option<EventRow> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            match self.read().await {
                Ok(events) => self.waiting = events.into(),
                // It may be about to be made, or set aside: it is opened again.
                Err(_) => self.reader = None,
            }
            if let Some(last) = self.waiting.back() {
                self.filter.after = Some(last.id);
                self.filter.newest = None;
            } else {
                tokio::select! {
                    () = self.closing.cancelled() => return None,
                    () = tokio::time::sleep(INTERVAL) => {}
                }
            }
        }
    }

    async fn read(&mut self) -> Result<Vec<EventRow>, String> {
        if self.reader.is_none() {
            self.reader = Reader::open(&self.folder).await?;
        }
        match &mut self.reader {
            Some(reader) => reader.events(&self.filter).await,
            None => Ok(Vec::new()),
        }
    }
}

fn stream(followed: Followed) -> impl Stream<Item = Result<Event, Infallible>> {
    futures_util::stream::unfold(followed, async |mut followed| {
        let row = followed.next().await?;
        let event = Event::default().id(row.id.to_string()).data(json_object(&row).to_string());
        Some((Ok(event), followed))
    })
}
