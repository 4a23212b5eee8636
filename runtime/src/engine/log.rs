//! Events of the run log and their way to whoever stores them (part 4, section 4).
//!
//! The way is a bounded channel with one writer behind it. When it is full, DEBUG and INFO events are dropped and counted; WARN
//! and ERROR wait. Of the end of a run that the log knows of at least the record is kept. An event holds no business data: codes,
//! descriptions and what `logger` steps say, nothing else.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::RunRecord;

pub use crate::model::Level;

/// One entry of the run log. Fields that do not apply are empty.
#[derive(Debug, Clone)]
pub struct Event {
    /// When it happened.
    pub time: SystemTime,
    /// How important it is.
    pub level: Level,
    /// The run.
    pub job: Arc<str>,
    /// The flow.
    pub flow: Arc<str>,
    /// The step.
    pub step: Arc<str>,
    /// The component of the step.
    pub component: &'static str,
    /// What a connector did.
    pub operation: &'static str,
    /// What a `logger` step was given as its category.
    pub category: Arc<str>,
    /// What happened, for people.
    pub content: String,
    /// The code of an error.
    pub code: String,
    /// How long it took.
    pub duration: Option<Duration>,
    /// What a step was given and gave, where that is recorded.
    pub trace: Option<Arc<StepTrace>>,
    /// Only what it carries is kept: the event itself is below the level of the log.
    pub is_silent: bool,
}

impl Event {
    /// An event of the app itself.
    #[must_use]
    pub fn new(time: SystemTime, level: Level, content: impl Into<String>) -> Event {
        let empty: Arc<str> = Arc::default();
        Event {
            time,
            level,
            job: empty.clone(),
            flow: empty.clone(),
            step: empty.clone(),
            component: "",
            operation: "",
            category: empty,
            content: content.into(),
            code: String::new(),
            duration: None,
            trace: None,
            is_silent: false,
        }
    }
}

/// What a sink is given.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Something happened.
    Event(Box<Event>),
    /// A run stands so now, which is an event too.
    Run {
        /// The run.
        record: RunRecord,
        /// Only the record is kept: its event is below the level of the log.
        is_silent: bool,
    },
}

impl Entry {
    /// The event that people see; `None` if it is silent.
    #[must_use]
    pub fn event(&self) -> Option<Cow<'_, Event>> {
        match self {
            Entry::Event(event) => (!event.is_silent).then_some(Cow::Borrowed(&**event)),
            Entry::Run { record, is_silent } => (!is_silent).then(|| Cow::Owned(record.event())),
        }
    }
}

/// The input and the output message of a step, in JSON and without secrets. It waits for the store together with whatever counts
/// those that wait.
#[derive(Debug)]
pub struct StepTrace {
    /// The message that entered the step.
    pub input: String,
    /// The message that left it, or the failed message.
    pub output: String,
    /// Dropped when the trace has been stored.
    pub waits: Box<dyn std::fmt::Debug + Send + Sync>,
}

/// Stores or shows entries. It is called from one thread of its own, which it may block, with what has come together since the
/// last call.
pub trait Sink: Send {
    /// Called once, before the first entry.
    fn open(&mut self) {}

    /// Takes entries, in their order. Of silent ones only what they carry counts.
    fn write(&mut self, entries: &[Entry]);
}

/// Entries that wait for the writer.
const CAPACITY: usize = 16_384;
/// Most entries of one call of a sink.
const BATCH: usize = 4096;
/// How long entries are collected for one call: a batch costs a sink much the same, however many are in it, and a run that
/// begins and ends within one costs the store less.
const COLLECTED: Duration = Duration::from_millis(25);

enum Item {
    Entry(Entry),
    Flush(oneshot::Sender<()>),
    /// There is something late.
    Late,
    Close(oneshot::Sender<()>),
}

/// The near end of the log.
#[derive(Debug)]
pub struct Log {
    level: Level,
    sender: mpsc::Sender<Item>,
    dropped: AtomicU64,
    /// Ends of runs for which there was no room. Each stands for a beginning that had some, so there are not many more than fit
    /// into the channel.
    late: Arc<Mutex<Vec<Entry>>>,
}

impl Log {
    /// A log of events from `level` on and of all runs; a thread hands them to `sink`.
    #[must_use]
    pub fn start(level: Level, mut sink: Box<dyn Sink>) -> Log {
        let (sender, mut receiver) = mpsc::channel(CAPACITY);
        let late: Arc<Mutex<Vec<Entry>>> = Arc::default();
        let kept = Arc::clone(&late);
        let writing = move || {
            let (mut items, mut entries) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
            sink.open();
            while receiver.blocking_recv_many(&mut items, BATCH) > 0 {
                // Whoever flushes waits, so nothing is collected then.
                if items.len() < BATCH && !items.iter().any(|item| matches!(item, Item::Flush(_) | Item::Close(_))) {
                    std::thread::sleep(COLLECTED);
                    while items.len() < BATCH
                        && let Ok(item) = receiver.try_recv()
                    {
                        items.push(item);
                    }
                }
                let (mut flushed, mut closed) = (Vec::new(), None);
                for item in items.drain(..) {
                    match item {
                        Item::Entry(entry) => entries.push(entry),
                        Item::Flush(done) => flushed.push(done),
                        Item::Late => {}
                        Item::Close(done) => closed = Some(done),
                    }
                }
                entries.append(&mut kept.lock().unwrap_or_else(PoisonError::into_inner));
                if !entries.is_empty() {
                    sink.write(&entries);
                    entries.clear();
                }
                // Whoever asked may have gone.
                for done in flushed {
                    let _ = done.send(());
                }
                if let Some(done) = closed {
                    // Whatever the sink holds is let go of before anybody is told.
                    drop((sink, receiver));
                    let _ = done.send(());
                    return;
                }
            }
        };
        // Without a thread nothing is written, and events are counted as dropped.
        let _ = std::thread::Builder::new().name("dataway-log".to_owned()).spawn(writing);
        Log { level, sender, dropped: AtomicU64::new(0), late }
    }

    /// Whether events of that level are kept at all: asked before an event is made.
    #[must_use]
    pub fn wants(&self, level: Level) -> bool {
        level as u8 >= self.level as u8
    }

    /// The event as it is handed on: silent below the level of the log; `None` when it carries nothing then.
    fn admitted(&self, mut event: Event) -> Option<Event> {
        event.is_silent |= !self.wants(event.level);
        (!event.is_silent || event.trace.is_some()).then_some(event)
    }

    /// Hands an event on. Waits for room only with WARN and ERROR.
    pub async fn write(&self, event: Event) {
        if let Some(event) = self.admitted(event) {
            self.send(event.level, Entry::Event(Box::new(event))).await;
        }
    }

    /// Hands an event on if there is room.
    pub fn offer(&self, event: Event) {
        if let Some(event) = self.admitted(event) {
            self.try_send(Entry::Event(Box::new(event)));
        }
    }

    fn entry(&self, record: RunRecord) -> Entry {
        let is_silent = !self.wants(record.level());
        Entry::Run { record, is_silent }
    }

    /// Hands on how a run stands. Waits for room only if it failed. Gives whether it was taken.
    pub async fn write_run(&self, record: RunRecord) -> bool {
        self.send(record.level(), self.entry(record)).await
    }

    /// Hands on how a run stands if there is room. Gives whether it was taken.
    pub fn offer_run(&self, record: RunRecord) -> bool {
        self.try_send(self.entry(record))
    }

    /// Hands on the end of a run whose beginning was taken. Without room for it at least the record is kept: otherwise the log
    /// would say of the run that it goes on.
    pub fn keep_run(&self, record: RunRecord) {
        let Err(refused) = self.sender.try_send(Item::Entry(self.entry(record))) else { return };
        self.drop_one();
        if let TrySendError::Full(Item::Entry(Entry::Run { record, .. })) = refused {
            let silent = Entry::Run { record, is_silent: true };
            self.late.lock().unwrap_or_else(PoisonError::into_inner).push(silent);
            // The writer looks after what is late whenever something comes, and much is waiting unless it took it just now.
            let _ = self.sender.try_send(Item::Late);
        }
    }

    async fn send(&self, level: Level, entry: Entry) -> bool {
        if (level as u8) < Level::Warn as u8 {
            return self.try_send(entry);
        }
        // A writer that is gone takes nothing more; flows go on.
        let is_taken = self.sender.send(Item::Entry(entry)).await.is_ok();
        if !is_taken {
            self.drop_one();
        }
        is_taken
    }

    fn try_send(&self, entry: Entry) -> bool {
        let is_taken = self.sender.try_send(Item::Entry(entry)).is_ok();
        if !is_taken {
            self.drop_one();
        }
        is_taken
    }

    /// Counts an event that is not kept because too much waits.
    pub fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until the sink has everything that was written before.
    pub async fn flush(&self) {
        let (done, waiter) = oneshot::channel();
        if self.sender.send(Item::Flush(done)).await.is_ok() {
            let _ = waiter.await;
        }
    }

    /// Ends the log: the sink gets everything that was written before, and is dropped. What is written later is lost.
    pub async fn close(&self) {
        let (done, waiter) = oneshot::channel();
        if self.sender.send(Item::Close(done)).await.is_ok() {
            let _ = waiter.await;
        }
    }

    /// Events dropped so far.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// A sink that keeps entries in memory, for tests and for short runs. Clones keep the same ones.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Vec<Entry>>>);

impl Memory {
    /// The entries so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How runs stood, one after the other, so far.
    #[must_use]
    pub fn runs(&self) -> Vec<RunRecord> {
        let record = |entry| match entry {
            Entry::Run { record, .. } => Some(record),
            Entry::Event(_) => None,
        };
        self.entries().into_iter().filter_map(record).collect()
    }

    /// The events so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.entries().iter().filter_map(Entry::event).map(Cow::into_owned).collect()
    }
}

impl Sink for Memory {
    fn write(&mut self, entries: &[Entry]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(entries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::State;
    use crate::engine::record::{Identity, RunError};

    /// Says that it was given something, and takes nothing before it may.
    struct Stuck {
        called: mpsc::UnboundedSender<()>,
        may: std::sync::mpsc::Receiver<()>,
        taken: Memory,
    }

    impl Sink for Stuck {
        fn write(&mut self, entries: &[Entry]) {
            let _ = self.called.send(());
            // Whoever lets go of the other end lets everything through.
            let _ = self.may.recv();
            self.taken.write(entries);
        }
    }

    fn record(state: State) -> RunRecord {
        let at = SystemTime::UNIX_EPOCH;
        let run = Identity { job: "A".into(), parent: None, flow: "f".into(), trigger: "cli", queued: at };
        RunRecord { run: Arc::new(run), started: at, ended: None, state, error: None }
    }

    /// Of the records of runs: whether they are silent.
    fn silent(memory: &Memory) -> Vec<bool> {
        let of_run = |entry: &Entry| match entry {
            Entry::Run { is_silent, .. } => Some(*is_silent),
            Entry::Event(_) => None,
        };
        memory.entries().iter().filter_map(of_run).collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_full_channel_drops_what_is_unimportant_and_counts_it() {
        let (called, mut calls) = mpsc::unbounded_channel();
        let (gate, may) = std::sync::mpsc::channel();
        let seen = Memory::default();
        let log = Log::start(Level::Info, Box::new(Stuck { called, may, taken: seen.clone() }));
        let event = |level| Event::new(SystemTime::UNIX_EPOCH, level, "x");
        // Once the writer is held up by its sink, it makes no room any more.
        log.write(event(Level::Info)).await;
        calls.recv().await.expect("the sink is called");
        for _ in 0..CAPACITY + 10 {
            log.write(event(Level::Info)).await;
        }
        assert_eq!(log.dropped(), 10);
        log.write(event(Level::Debug)).await;
        assert!(!log.wants(Level::Debug));
        // The end of a run is no event any more, but its record arrives.
        let dropped = log.dropped();
        log.keep_run(record(State::Succeeded));
        assert_eq!(log.dropped(), dropped + 1);
        drop(gate);
        log.write(event(Level::Error)).await;
        log.flush().await;
        assert_eq!(silent(&seen), [true]);
        // With room it is an event like others.
        log.keep_run(record(State::Succeeded));
        log.close().await;
        assert_eq!(silent(&seen), [true, false]);
        assert!(!log.write_run(record(State::Running)).await && Arc::strong_count(&seen.0) == 1);
    }

    #[tokio::test]
    async fn records_are_kept_below_the_level() {
        let memory = Memory::default();
        let log = Log::start(Level::Error, Box::new(memory.clone()));
        let at = SystemTime::UNIX_EPOCH;
        log.write(Event::new(at, Level::Info, "x")).await;
        log.write_run(record(State::Running)).await;
        log.write(Event::new(at, Level::Error, "x")).await;
        let error = RunError { code: "X".into(), description: "y".into(), step: None };
        log.write_run(RunRecord { error: Some(Arc::new(error)), ..record(State::Failed) }).await;
        log.flush().await;
        assert_eq!((silent(&memory), memory.events().len()), (vec![true, false], 2));
    }

    #[tokio::test]
    async fn events_arrive_in_order() {
        let memory = Memory::default();
        let log = Log::start(Level::Debug, Box::new(memory.clone()));
        for n in 0..1000 {
            log.write(Event::new(SystemTime::UNIX_EPOCH, Level::Debug, n.to_string())).await;
        }
        log.flush().await;
        let events = memory.events();
        assert!(events.len() == 1000 && events.iter().enumerate().all(|(n, event)| event.content == n.to_string()));
    }
}
