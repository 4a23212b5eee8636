//! Events of the run log and their way to whoever stores them (part 4, section 4).
//!
//! The way is a bounded channel with one writer behind it. When it is full, DEBUG and INFO events are dropped and counted; WARN
//! and ERROR wait. Of the end of a run that the log knows of at least the record is kept. An event holds no business data: codes, descriptions and what `logger` steps say, nothing else.

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
    /// The run, when it begins or ends.
    pub record: Option<Arc<RunRecord>>,
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
            record: None,
            trace: None,
            is_silent: false,
        }
    }

    /// Whether it carries something that is kept whatever the level.
    fn carries(&self) -> bool {
        self.record.is_some() || self.trace.is_some()
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

/// Stores or shows events. It is called from one thread of its own, which it may block, with what has come together since the
/// last call.
pub trait Sink: Send {
    /// Called once, before the first event.
    fn open(&mut self) {}

    /// Takes events, in their order. Of silent ones only what they carry counts.
    fn write(&mut self, events: &[Event]);
}

/// Events that wait for the writer.
const CAPACITY: usize = 4096;
/// Most events of one call of a sink.
const BATCH: usize = 1024;
/// How long events are collected for one call: a batch costs a sink much the same, however many are in it.
const COLLECTED: Duration = Duration::from_millis(10);

enum Item {
    Event(Event),
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
    late: Arc<Mutex<Vec<Event>>>,
}

impl Log {
    /// A log of events from `level` on; a thread hands them to `sink`.
    #[must_use]
    pub fn start(level: Level, mut sink: Box<dyn Sink>) -> Log {
        let (sender, mut receiver) = mpsc::channel(CAPACITY);
        let late: Arc<Mutex<Vec<Event>>> = Arc::default();
        let kept = Arc::clone(&late);
        let writing = move || {
            let (mut items, mut events) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
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
                        Item::Event(event) => events.push(event),
                        Item::Flush(done) => flushed.push(done),
                        Item::Late => {}
                        Item::Close(done) => closed = Some(done),
                    }
                }
                events.append(&mut kept.lock().unwrap_or_else(PoisonError::into_inner));
                if !events.is_empty() {
                    sink.write(&events);
                    events.clear();
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
        (!event.is_silent || event.carries()).then_some(event)
    }

    /// Hands an event on. Waits for room only with WARN and ERROR. Gives whether it was taken.
    pub async fn write(&self, event: Event) -> bool {
        if (event.level as u8) < Level::Warn as u8 {
            return self.offer(event);
        }
        let Some(event) = self.admitted(event) else { return false };
        // A writer that is gone takes nothing more; flows go on.
        let is_taken = self.sender.send(Item::Event(event)).await.is_ok();
        if !is_taken {
            self.drop_one();
        }
        is_taken
    }

    /// Hands an event on if there is room. Gives whether it was taken.
    pub fn offer(&self, event: Event) -> bool {
        self.admitted(event).is_some_and(|event| {
            let is_taken = self.sender.try_send(Item::Event(event)).is_ok();
            if !is_taken {
                self.drop_one();
            }
            is_taken
        })
    }

    /// Hands on the end of a run whose beginning was taken. Without room for it at least the record is kept: otherwise the log
    /// would say of the run that it goes on.
    pub fn keep(&self, event: Event) {
        let Some(event) = self.admitted(event) else { return };
        let Err(refused) = self.sender.try_send(Item::Event(event)) else { return };
        self.drop_one();
        if let TrySendError::Full(Item::Event(mut event)) = refused {
            event.is_silent = true;
            self.late.lock().unwrap_or_else(PoisonError::into_inner).push(event);
            // The writer looks after what is late whenever something comes, and much is waiting unless it took it just now.
            let _ = self.sender.try_send(Item::Late);
        }
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

/// A sink that keeps events in memory, for tests and for short runs. Clones keep the same events.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Vec<Event>>>);

impl Memory {
    /// The events so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Sink for Memory {
    fn write(&mut self, events: &[Event]) {
        let kept = events.iter().filter(|event| !event.is_silent).cloned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::State;

    /// Takes nothing before it may.
    struct Stuck(Arc<tokio::sync::Semaphore>, All);

    impl Sink for Stuck {
        fn write(&mut self, events: &[Event]) {
            while self.0.available_permits() == 0 {
                std::thread::yield_now();
            }
            self.1.write(events);
        }
    }

    fn record(state: State) -> Arc<RunRecord> {
        Arc::new(RunRecord {
            job: "A".into(),
            parent: None,
            flow: "f".into(),
            trigger: "cli",
            queued: SystemTime::UNIX_EPOCH,
            started: SystemTime::UNIX_EPOCH,
            ended: None,
            state,
            error: None,
            failed_step: None,
        })
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_full_channel_drops_what_is_unimportant_and_counts_it() {
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let seen = Arc::default();
        let log = Log::start(Level::Info, Box::new(Stuck(gate.clone(), All(Arc::clone(&seen)))));
        let event = |level| Event::new(SystemTime::UNIX_EPOCH, level, "x");
        let many = CAPACITY + BATCH + 10;
        for _ in 0..many {
            log.write(event(Level::Info)).await;
        }
        assert!(log.dropped() >= 10);
        log.write(event(Level::Debug)).await;
        assert!(!log.wants(Level::Debug));
        // The end of a run is no event any more, but its record arrives.
        let dropped = log.dropped();
        log.keep(Event { record: Some(record(State::Succeeded)), ..event(Level::Info) });
        assert_eq!(log.dropped(), dropped + 1);
        gate.add_permits(1);
        log.write(event(Level::Error)).await;
        log.flush().await;
        let records: Vec<_> = seen.lock().unwrap().iter().filter(|event| event.record.is_some()).cloned().collect();
        assert!(matches!(&records[..], [Event { is_silent: true, .. }]));
        // With room it is an event like others.
        log.keep(Event { record: Some(record(State::Succeeded)), ..event(Level::Info) });
        log.close().await;
        assert!(seen.lock().unwrap().last().is_some_and(|event| event.record.is_some() && !event.is_silent));
        assert!(!log.write(event(Level::Error)).await && Arc::strong_count(&seen) == 1);
    }

    /// Keeps everything that it is given.
    struct All(Arc<Mutex<Vec<Event>>>);

    impl Sink for All {
        fn write(&mut self, events: &[Event]) {
            self.0.lock().unwrap().extend_from_slice(events);
        }
    }

    #[tokio::test]
    async fn records_are_kept_below_the_level() {
        let all = Arc::default();
        let log = Log::start(Level::Error, Box::new(All(Arc::clone(&all))));
        let event = Event::new(SystemTime::UNIX_EPOCH, Level::Info, "run started");
        log.write(event.clone()).await;
        log.write(Event { record: Some(record(State::Running)), ..event.clone() }).await;
        log.write(Event { level: Level::Error, ..event }).await;
        log.flush().await;
        let seen: Vec<_> = all.lock().unwrap().iter().map(|e| (e.is_silent, e.record.is_some())).collect();
        assert_eq!(seen, [(true, true), (false, false)]);
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
