//! Packs: runs of one flow that began and succeeded within one batch of the writer, in one row.
//!
//! Of such a run only its job and three times are not known beforehand, so its record and its two events stand together in a
//! JSON list of the pack. The views `runs` and `events` show them beside the rows of the tables; whoever reads here takes whole
//! packs, newest or oldest first, and stops at the first batch that it does not need.

use std::fmt::Write;
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::TryStreamExt;
use rusqlite::{Connection, params};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row, Sqlite};
use ulid::Ulid;

use super::reader::{EventFilter, EventRow, RunFilter, RunRow};
use super::{console, micros, time, writer};
use crate::engine::{Identity, Level, RunRecord, State};

/// How far the beginnings of the runs of a pack may lie from that of its first, in microseconds: then whoever looks for a job has
/// to look at a short time only.
const SPAN: u64 = 30_000_000;

/// No pack with the run of a job ends with a job behind this one; `None` for what is no id of a job. Jobs begin with their time.
fn last_beside(job: &str) -> Option<String> {
    const LATEST: u64 = (1 << 48) - 1;
    let job = Ulid::from_string(job).ok()?;
    // Twice, because the first may stand in the middle, and a moment more, because its id is older than its time.
    let milliseconds = SPAN * 2 / 1_000 + 1_000;
    Some(Ulid::from_parts(job.timestamp_ms().saturating_add(milliseconds).min(LATEST), u128::MAX).to_string())
}

/// The runs of one pack in the making.
#[derive(Debug)]
pub struct Pack<'a> {
    flow: &'a Arc<str>,
    trigger: &'static str,
    is_silent: bool,
    /// The time to which others are relative.
    base: i64,
    /// When the last of the runs ended.
    until: i64,
    first_job: &'a str,
    last_job: &'a str,
    /// The number of the last event within the batch.
    last: i64,
    runs: String,
}

impl<'a> Pack<'a> {
    /// An empty pack for runs like this one.
    #[must_use]
    pub fn new(run: &'a Identity, is_silent: bool) -> Pack<'a> {
        let base = micros(run.queued);
        Pack {
            flow: &run.flow,
            trigger: run.trigger,
            is_silent,
            base,
            until: base,
            first_job: &run.job,
            last_job: &run.job,
            last: 0,
            runs: String::new(),
        }
    }

    /// Whether a run belongs here.
    #[must_use]
    pub fn takes(&self, run: &Identity, is_silent: bool) -> bool {
        let is_near = micros(run.queued).abs_diff(self.base) <= SPAN;
        *self.flow == run.flow && self.trigger == run.trigger && self.is_silent == is_silent && is_near
    }

    /// Adds a run that succeeded. `numbers` are those of its two events within the batch.
    pub fn add(&mut self, record: &'a RunRecord, numbers: (i64, i64)) {
        let run = &record.run;
        let ended = micros(record.ended.unwrap_or(record.started));
        self.until = self.until.max(ended);
        self.first_job = self.first_job.min(&run.job);
        self.last_job = self.last_job.max(&run.job);
        self.last = self.last.max(numbers.1);
        let [queued, started, ended] =
            [micros(run.queued), micros(record.started), ended].map(|at| at.saturating_sub(self.base));
        let joint = if self.runs.is_empty() { '[' } else { ',' };
        // A text takes whatever is written to it.
        let _ = write!(self.runs, "{joint}[\"{}\",{queued},{started},{ended},{},{}]", run.job, numbers.0, numbers.1);
    }

    /// Stores it; `first` is the number of the first event of the batch.
    ///
    /// # Errors
    /// Whatever SQLite refuses.
    pub fn insert(&self, connection: &Connection, app: &str, version: &str, first: i64) -> rusqlite::Result<()> {
        const INSERT: &str = "insert into packs (id, first, silent, app, version, flow, cause, base, until, \
            first_job, last_job, runs) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 || ']')";
        let row = params![
            first + self.last,
            first,
            self.is_silent,
            app,
            version,
            self.flow,
            self.trigger,
            self.base,
            self.until,
            self.first_job,
            self.last_job,
            self.runs,
        ];
        connection.execute(INSERT, row).map(drop)
    }
}

/// A run in a stored pack: job, the times at which it was queued, started and ended, and the numbers of its events.
type Packed = (String, i64, i64, i64, i64, i64);

/// A stored pack.
struct Stored {
    first: i64,
    app: String,
    version: String,
    flow: String,
    trigger: String,
    runs: Vec<Packed>,
}

impl Stored {
    fn of(row: &SqliteRow) -> Result<Stored, sqlx::Error> {
        let (first, base): (i64, i64) = (row.try_get("first")?, row.try_get("base")?);
        let runs: Vec<Packed> =
            serde_json::from_str(row.try_get("runs")?).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let absolute = |(job, queued, started, ended, begin, end): Packed| {
            let at = |offset: i64| base.saturating_add(offset);
            let number = |offset: i64| first.saturating_add(offset);
            (job, at(queued), at(started), at(ended), number(begin), number(end))
        };
        Ok(Stored {
            first,
            app: row.try_get("app")?,
            version: row.try_get("version")?,
            flow: row.try_get("flow")?,
            trigger: row.try_get("cause")?,
            runs: runs.into_iter().map(absolute).collect(),
        })
    }

    fn events(&self) -> Vec<EventRow> {
        let event = |job: &str, id: i64, at: i64, state: State, duration: Option<i64>| EventRow {
            id,
            time: time(at),
            level: console::level_name(Level::Info).to_owned(),
            app: self.app.clone(),
            version: self.version.clone(),
            job: job.to_owned(),
            flow: self.flow.clone(),
            step: String::new(),
            component: String::new(),
            operation: String::new(),
            category: String::new(),
            content: RunRecord::content(state).to_owned(),
            code: String::new(),
            duration,
        };
        let both = |(job, _, started, ended, begin, end): &Packed| {
            let took = ended.saturating_sub(*started);
            [event(job, *begin, *started, State::Running, None), event(job, *end, *ended, State::Succeeded, Some(took))]
        };
        self.runs.iter().flat_map(both).collect()
    }

    fn runs(&self) -> Vec<RunRow> {
        let run = |(job, queued, started, ended, ..): &Packed| RunRow {
            job: job.clone(),
            parent: None,
            app: self.app.clone(),
            version: self.version.clone(),
            flow: self.flow.clone(),
            trigger: self.trigger.clone(),
            queued: time(*queued),
            started: time(*started),
            ended: Some(time(*ended)),
            state: writer::state(State::Succeeded).to_owned(),
            code: None,
            description: None,
            failed_step: None,
        };
        self.runs.iter().map(run).collect()
    }
}

/// Which packs are wanted.
struct Wanted<'a> {
    flow: Option<&'a String>,
    job: Option<&'a String>,
    since: Option<SystemTime>,
    /// With events behind the one of this number.
    after: Option<i64>,
    /// Only those whose runs have events.
    with_events: bool,
    newest_first: bool,
    /// So many rows are enough.
    limit: u32,
}

impl Wanted<'_> {
    /// What `take` makes of the packs. Numbers and times of two batches do not overlap, but those of the packs of one do: there
    /// is enough at the end of a batch only.
    async fn read<T, I: Iterator<Item = T>>(
        &self,
        connection: &mut SqliteConnection,
        take: impl Fn(Stored) -> I,
    ) -> Result<Vec<T>, sqlx::Error> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("select * from packs where 1 = 1");
        if self.with_events {
            query.push(" and not silent");
        }
        if let Some(flow) = self.flow {
            query.push(" and flow = ").push_bind(flow.clone());
        }
        if let Some(since) = self.since {
            query.push(" and until >= ").push_bind(micros(since));
        }
        if let Some(after) = self.after {
            query.push(" and id > ").push_bind(after);
        }
        let order = match self.job {
            Some(job) => {
                let Some(end) = last_beside(job) else { return Ok(Vec::new()) };
                query.push(" and last_job between ").push_bind(job.clone()).push(" and ").push_bind(end);
                query.push(" and first_job <= ").push_bind(job.clone());
                " order by last_job, id"
            }
            None if self.newest_first => " order by id desc",
            None => " order by id",
        };
        query.push(order);
        let enough = if self.job.is_some() { 1 } else { usize::try_from(self.limit).unwrap_or(usize::MAX) };
        let mut rows = query.build().fetch(connection);
        let (mut found, mut batch) = (Vec::new(), None);
        while let Some(row) = rows.try_next().await? {
            let pack = Stored::of(&row)?;
            if found.len() >= enough && batch != Some(pack.first) {
                break;
            }
            batch = Some(pack.first);
            found.extend(take(pack));
        }
        Ok(found)
    }
}

/// The packed events that fit, in no order: at least the first `limit` of them, the newest if those are wanted.
///
/// # Errors
/// Why they cannot be read.
pub async fn events(
    connection: &mut SqliteConnection,
    filter: &EventFilter,
    limit: u32,
) -> Result<Vec<EventRow>, sqlx::Error> {
    if filter.level.is_some_and(|level| level as u8 > Level::Info as u8) {
        return Ok(Vec::new());
    }
    let wanted = Wanted {
        flow: filter.flow.as_ref(),
        job: filter.job.as_ref(),
        since: filter.since,
        after: filter.after,
        with_events: true,
        newest_first: filter.newest.is_some(),
        limit,
    };
    let text = filter.text.as_ref().map(|text| text.to_ascii_lowercase());
    let fits = |event: &EventRow| {
        filter.job.as_ref().is_none_or(|job| event.job == *job)
            && filter.since.is_none_or(|since| event.time >= since)
            && filter.after.is_none_or(|after| event.id > after)
            && text.as_ref().is_none_or(|text| event.content.contains(text))
    };
    wanted.read(connection, |pack| pack.events().into_iter().filter(&fits)).await
}

/// The packed runs that fit, in no order: at least the newest `limit` of them.
///
/// # Errors
/// Why they cannot be read.
pub async fn runs(
    connection: &mut SqliteConnection,
    filter: &RunFilter,
    limit: u32,
) -> Result<Vec<RunRow>, sqlx::Error> {
    if filter.state.as_ref().is_some_and(|state| state != writer::state(State::Succeeded)) {
        return Ok(Vec::new());
    }
    let wanted = Wanted {
        flow: filter.flow.as_ref(),
        job: filter.job.as_ref(),
        since: filter.since,
        after: None,
        with_events: false,
        newest_first: true,
        limit,
    };
    let fits = |run: &RunRow| {
        filter.job.as_ref().is_none_or(|job| run.job == *job) && filter.since.is_none_or(|since| run.started >= since)
    };
    wanted.read(connection, |pack| pack.runs().into_iter().filter(&fits)).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn identity(at: u64) -> Identity {
        let queued = SystemTime::UNIX_EPOCH + Duration::from_micros(at);
        Identity { job: "J".into(), parent: None, flow: "f".into(), trigger: "cli", queued }
    }

    #[test]
    fn jobs_of_one_pack_are_near_each_other() {
        let first = identity(5 * SPAN);
        let pack = Pack::new(&first, false);
        for (at, is_taken) in [(4 * SPAN, true), (4 * SPAN - 1, false), (6 * SPAN, true), (6 * SPAN + 1, false)] {
            assert_eq!(pack.takes(&identity(at), false), is_taken, "{at}");
        }
        let job = |micros: u64| Ulid::from_parts(micros / 1_000, 7).to_string();
        let end = last_beside(&job(4 * SPAN)).unwrap();
        assert!(end > job(6 * SPAN) && end < job(7 * SPAN), "{end}");
        assert_eq!(last_beside(&Ulid::max().to_string()), Some(Ulid::max().to_string()));
        assert_eq!(last_beside("no job"), None);
    }
}
