//! The clock of an app: the system's, or a virtual one on which waiting takes no time (part 4, section 9).
//!
//! Two kinds of waiting differ on the virtual clock. [`Clock::sleep`] is what a flow wants to wait: when everybody sleeps, the
//! clock jumps to the earliest wish. [`Clock::alarm`] is a bound on something else, such as a timeout: it never moves the clock;
//! it goes off when sleeping has moved the clock past it, or when as much real time has passed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Notify;

/// How often a sleeper lets others go first.
const YIELDS: u32 = 16;

/// A clock. Clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    started: Instant,
    started_at: SystemTime,
    virtually: Option<Arc<Virtual>>,
}

/// The state of a virtual clock.
#[derive(Debug, Default)]
struct Virtual {
    state: Mutex<State>,
    moved: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Time that was slept.
    ahead: Duration,
    /// Who sleeps until when, in the order of waking.
    sleepers: BTreeSet<Entry>,
    /// Whose alarms go off when.
    alarms: BTreeSet<Entry>,
    next: u64,
}

/// A time, and a number that tells those of the same time apart.
type Entry = (Duration, u64);

impl Virtual {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn real() -> Clock {
        Clock { started: Instant::now(), started_at: SystemTime::now(), virtually: None }
    }

    /// A virtual clock that begins at `start`. Real time passes on it too, and sleeping adds to it.
    #[must_use]
    pub fn virtual_from(start: SystemTime) -> Clock {
        Clock { started: Instant::now(), started_at: start, virtually: Some(Arc::default()) }
    }

    /// Time since the clock was made. It never goes back.
    #[must_use]
    pub fn now(&self) -> Duration {
        let ahead = self.virtually.as_ref().map_or(Duration::ZERO, |clock| clock.state().ahead);
        self.started.elapsed().saturating_add(ahead)
    }

    /// The time of day.
    #[must_use]
    pub fn wall(&self) -> SystemTime {
        match &self.virtually {
            None => SystemTime::now(),
            Some(_) => self.started_at.checked_add(self.now()).unwrap_or(self.started_at),
        }
    }

    /// Whether waiting takes no time.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        self.virtually.is_some()
    }

    /// Waits for `duration` without holding a thread.
    pub async fn sleep(&self, duration: Duration) {
        let Some(clock) = &self.virtually else { return tokio::time::sleep(duration).await };
        let until = self.now().saturating_add(duration);
        let sleeper = Waiter::enter(clock, until, |state| &mut state.sleepers);
        others_first().await;
        loop {
            let moved = clock.moved.notified();
            if clock.state().sleepers.first().is_none_or(|first| *first != sleeper.entry) {
                moved.await;
                continue;
            }
            let now = self.now();
            // Whoever slept as long has moved the clock past this wish too.
            if now >= until {
                return;
            }
            // An alarm on the way goes off first: it may end the sleep.
            let alarm = clock.state().alarms.range((now, u64::MAX)..(until, 0)).next().copied();
            let Some((alarm, _)) = alarm else {
                clock.state().ahead += until.saturating_sub(now);
                return;
            };
            clock.state().ahead += alarm.saturating_sub(now);
            clock.moved.notify_waiters();
            others_first().await;
        }
    }

    /// Completes when the clock shows `at`, a time as [`Clock::now`] gives it.
    pub async fn alarm(&self, at: Duration) {
        let Some(clock) = &self.virtually else {
            return tokio::time::sleep(at.saturating_sub(self.now())).await;
        };
        let _alarm = Waiter::enter(clock, at, |state| &mut state.alarms);
        loop {
            let moved = clock.moved.notified();
            let left = at.saturating_sub(self.now());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(left) => {}
            }
        }
    }
}

/// Lets others go first, so that they can say what they wait for.
async fn others_first() {
    for _ in 0..YIELDS {
        tokio::task::yield_now().await;
    }
}

/// Somebody who waits on a virtual clock; dropping it wakes the others, also when the wait was cancelled.
struct Waiter<'a> {
    clock: &'a Virtual,
    list: fn(&mut State) -> &mut BTreeSet<Entry>,
    entry: Entry,
}

impl<'a> Waiter<'a> {
    fn enter(clock: &'a Virtual, until: Duration, list: fn(&mut State) -> &mut BTreeSet<Entry>) -> Waiter<'a> {
        let mut state = clock.state();
        let entry = (until, state.next);
        state.next += 1;
        list(&mut state).insert(entry);
        Waiter { clock, list, entry }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        (self.list)(&mut self.clock.state()).remove(&self.entry);
        self.clock.moved.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleepers_wake_in_the_order_of_their_times_and_at_once() {
        let clock = Clock::virtual_from(SystemTime::UNIX_EPOCH);
        let woken = Mutex::new(Vec::new());
        let sleep = |hours: u64| {
            let (clock, woken) = (&clock, &woken);
            async move {
                clock.sleep(Duration::from_secs(hours * 3600)).await;
                woken.lock().unwrap().push(hours);
            }
        };
        tokio::join!(sleep(3), sleep(1), sleep(2));
        assert_eq!(*woken.lock().unwrap(), [1, 2, 3]);
        let hours = |time: Duration| time.as_secs() / 3600;
        assert_eq!(hours(clock.now()), 3);
        assert_eq!(hours(clock.wall().duration_since(SystemTime::UNIX_EPOCH).unwrap()), 3);
    }

    #[tokio::test]
    async fn those_who_want_to_sleep_equally_long_all_wake() {
        let clock = Clock::virtual_from(SystemTime::UNIX_EPOCH);
        let hour = || clock.sleep(Duration::from_secs(3600));
        tokio::join!(hour(), hour(), hour());
        assert_eq!(clock.now().as_secs() / 3600, 1);
    }

    #[tokio::test]
    async fn an_alarm_goes_off_when_sleeping_passes_it_but_does_not_move_the_clock() {
        let clock = Clock::virtual_from(SystemTime::UNIX_EPOCH);
        let alarm = clock.alarm(Duration::from_secs(600));
        let idle = tokio::time::timeout(Duration::from_millis(5), clock.alarm(Duration::from_secs(60)));
        assert!(idle.await.is_err());
        let long = clock.sleep(Duration::from_secs(601));
        tokio::join!(alarm, long);
        let at = clock.now() + Duration::from_secs(60);
        let ended = tokio::select! {
            biased;
            () = clock.sleep(Duration::from_secs(61)) => "sleep",
            () = clock.alarm(at) => "alarm",
        };
        assert_eq!(ended, "alarm");
    }

    #[tokio::test]
    async fn a_cancelled_sleeper_does_not_hold_the_others() {
        let clock = Clock::virtual_from(SystemTime::UNIX_EPOCH);
        let short = clock.sleep(Duration::from_secs(1));
        tokio::select! {
            biased;
            () = short => panic!("a sleeper lets others go first"),
            () = std::future::ready(()) => {}
        }
        clock.sleep(Duration::from_secs(5)).await;
        assert!(clock.now() >= Duration::from_secs(5));
    }
}
