//! What the writer makes of one batch: rows of events and runs, and packs of runs that began and succeeded within it.

use std::collections::HashMap;
use std::sync::Arc;

use super::packs::Pack;
use crate::engine::{Entry, Event, Identity, RunRecord, State};

/// An event that gets a row.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// As it came.
    Event(&'a Event),
    /// That a run stands so.
    Run(&'a RunRecord),
}

/// The entries of a batch, sorted by what is stored of them.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    /// Events in their order, with their numbers within the batch.
    pub events: Vec<(i64, Shown<'a>)>,
    /// The last record of each run that gets a row, by job.
    pub runs: Vec<&'a RunRecord>,
    /// The other runs.
    pub packs: Vec<Pack<'a>>,
    /// Numbers that events have or might have had.
    pub numbers: i64,
}

/// How a run stood last, and the number of the event that says so.
struct Standing<'a> {
    record: &'a RunRecord,
    is_silent: bool,
    number: i64,
}

impl<'a> Batch<'a> {
    /// Sorts entries.
    #[must_use]
    pub fn of(entries: &'a [Entry]) -> Batch<'a> {
        let mut batch = Batch::default();
        let mut open: HashMap<*const Identity, Standing<'a>> = HashMap::new();
        for entry in entries {
            let number = batch.numbers;
            match entry {
                Entry::Event(event) if event.is_silent => continue,
                Entry::Event(event) => batch.events.push((number, Shown::Event(event))),
                Entry::Run { record, is_silent } => {
                    let now = Standing { record, is_silent: *is_silent, number };
                    let key = Arc::as_ptr(&record.run);
                    match (open.remove(&key), record.state) {
                        (Some(before), State::Succeeded) if can_pack(&before, &now) => batch.pack(&before, &now),
                        (before, state) => {
                            batch.show(before.as_ref());
                            if matches!(state, State::Queued | State::Running) {
                                open.insert(key, now);
                            } else {
                                batch.show(Some(&now));
                                batch.runs.push(record);
                            }
                        }
                    }
                }
            }
            batch.numbers += 1;
        }
        for standing in open.values() {
            batch.show(Some(standing));
            batch.runs.push(standing.record);
        }
        batch.events.sort_unstable_by_key(|(number, _)| *number);
        batch.runs.sort_unstable_by(|one, other| one.run.job.cmp(&other.run.job));
        batch
    }

    fn show(&mut self, standing: Option<&Standing<'a>>) {
        if let Some(standing) = standing.filter(|standing| !standing.is_silent) {
            self.events.push((standing.number, Shown::Run(standing.record)));
        }
    }

    fn pack(&mut self, begun: &Standing<'a>, ended: &Standing<'a>) {
        let (record, is_silent) = (ended.record, ended.is_silent);
        let known = self.packs.iter().position(|pack| pack.takes(&record.run, is_silent)).unwrap_or_else(|| {
            self.packs.push(Pack::new(&record.run, is_silent));
            self.packs.len() - 1
        });
        if let Some(pack) = self.packs.get_mut(known) {
            pack.add(record, (begun.number, ended.number));
        }
    }
}

/// Whether a run that began and ended so can be packed: nobody knows of it already, because it waited for its turn, and no
/// other run began it.
fn can_pack(begun: &Standing<'_>, ended: &Standing<'_>) -> bool {
    let (record, run) = (begun.record, &begun.record.run);
    let is_new = record.state == State::Running && record.started == run.queued;
    is_new && run.parent.is_none() && begun.is_silent == ended.is_silent
}
