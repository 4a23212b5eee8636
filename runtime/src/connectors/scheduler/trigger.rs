//! The trigger `scheduler`: when it fires, and what then happens (flows part 3, section 3).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dataway_lang::Document;
use dataway_lang::value::civil::{parse_datetime, parse_time};

use super::cron::Rule;
use super::zone::{DAY, WallZone};
use crate::connectors::database::value;
use crate::diagnostic::Code;
use crate::engine::{Event, Flow, Level, Request, Runtime};
use crate::message::Message;
use crate::model::ZONE;
use crate::params;
use crate::params::{Reader, Shape, Syntax, SyntaxError, Unit, Value};
use crate::yaml::Node;

/// A cron rule.
static CRON: Syntax = Syntax { name: "cron rule", check: |text| Rule::parse(text).map(drop) };

/// The beginning of a period.
static START: Syntax = Syntax {
    name: "start",
    check: |text| match Start::parse(text) {
        Some(_) => Ok(()),
        None => Err(whole(text, "write a moment such as 2024-01-31T12:00:00+08:00, or a time such as 06:30:00")),
    },
};

/// A moment.
static MOMENT: Syntax = Syntax {
    name: "moment",
    check: |text| match moment(text) {
        Some(_) => Ok(()),
        None => Err(whole(text, "write RFC 3339 with an offset, such as 2024-01-31T12:00:00+08:00")),
    },
};

fn whole(text: &str, message: &str) -> SyntaxError {
    SyntaxError { message: message.to_owned(), span: 0..text.len() }
}

/// Seconds since 1970 of an RFC 3339 text, rounded up.
#[must_use]
pub fn moment(text: &str) -> Option<i64> {
    let parsed = parse_datetime(text.as_bytes()).ok().filter(|moment| moment.zone().is_some())?;
    let micros = value::wall_micros(&value::in_utc(&parsed));
    Some(micros.div_euclid(1_000_000) + i64::from(micros.rem_euclid(1_000_000) > 0))
}

/// The beginning of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Seconds since 1970.
    Moment(i64),
    /// Seconds since midnight.
    Time(i64),
}

impl Start {
    fn parse(text: &str) -> Option<Start> {
        let time = || parse_time(text.as_bytes()).ok().filter(|time| time.zone().is_none());
        moment(text).map(Start::Moment).or_else(|| time().map(|time| Start::Time(value::micros(&time) / 1_000_000)))
    }
}

params! {
    /// A cron rule with a zone of its own.
    pub struct ZonedRule {
        /// `second minute hour [day [month [weekday [year]]]]`
        "rule" rule: String [main(), syntax(&CRON)],
        /// IANA name or `±HH:MM`; default: that of the trigger.
        "timezone" timezone: Option<String> [optional(), syntax(&ZONE)],
    }
    check = check_rule;
}

/// Hints about rules that are read differently elsewhere, or that never fire.
fn check_rule(rule: &ZonedRule, reader: &mut Reader<'_>, node: &Node) {
    let Ok(parsed) = Rule::parse(&rule.rule) else { return };
    if parsed.numeric_weekday().is_some() {
        let message = "weekdays as numbers count from 1 = SUN here and from Monday elsewhere: write SUN to SAT";
        reader.hint(Code::SYNTAX, node.span, message);
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let zone = WallZone::parse(rule.timezone.as_deref().unwrap_or("UTC"));
    if let Ok(zone) = zone
        && parsed.next_after(i64::try_from(now).unwrap_or(i64::MAX), &zone).is_none()
    {
        reader.warning(Code::SYNTAX, node.span, "this rule never fires again");
    }
}

const RULE: Shape = Shape::Either(&[Shape::Syntax(&CRON), ZonedRule::SHAPE]);
const RULES: Shape = Shape::Either(&[Shape::Syntax(&CRON), ZonedRule::SHAPE, Shape::List(&RULE, 1, 1_000)]);
const INSTANT: Shape = Shape::Syntax(&MOMENT);
const INSTANTS: Shape = Shape::Either(&[INSTANT, Shape::List(&INSTANT, 1, 10_000)]);

params! {
    /// Runs the flow by the clock. Exactly one of `cron`, `every` and `once` says when.
    pub struct SchedulerParams {
        /// A rule, or a list of rules or `{rule, timezone}`; any of them fires.
        "cron" cron: Option<Vec<ZonedRule>> [optional(), shape(RULES)],
        /// A period.
        "every" every: Option<Duration> [optional(), duration(Unit::Second, 1_000, u64::MAX)],
        /// When the period begins: RFC 3339 or `HH:MM:SS`; default: one period after the start of the app.
        "start" start: Option<String> [optional(), syntax(&START)],
        /// A moment or a list of moments; those in the past are ignored.
        "once" once: Option<Vec<String>> [optional(), shape(INSTANTS)],
        /// IANA name or `±HH:MM`; default: `dataway.timezone`.
        "timezone" timezone: Option<String> [optional(), syntax(&ZONE)],
        /// Skip a firing while a run of this flow waits or goes on?
        "skip-if-running" skip_if_running: bool [default("false")],
    }
    check = check;
}

fn check(params: &SchedulerParams, reader: &mut Reader<'_>, node: &Node) {
    let given = [params.cron.is_some(), params.every.is_some(), params.once.is_some()];
    if given.into_iter().filter(|given| *given).count() != 1 {
        reader.error(Code::SHAPE, node.span, "a scheduler has exactly one of `cron`, `every` and `once`");
    }
    if params.start.is_some() && params.every.is_none() {
        reader.error(Code::SHAPE, node.span, "`start` belongs to `every`");
    }
}

/// When a trigger fires.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// By rules.
    Cron(Vec<(Rule, WallZone)>),
    /// Every so many seconds, counted from a moment.
    Every {
        /// The period in seconds.
        period: i64,
        /// A moment at which it fires.
        from: i64,
    },
    /// At these moments, in order.
    Once(Vec<i64>),
}

impl Schedule {
    /// The schedule of a trigger in an app that starts at `now` (seconds since 1970), with the app's zone.
    ///
    /// # Errors
    /// What cannot be read, which loading has reported already.
    pub fn new(params: &SchedulerParams, app_zone: &str, now: i64) -> Result<Schedule, String> {
        let zone = params.timezone.as_deref().unwrap_or(app_zone);
        if let Some(rules) = &params.cron {
            let rule = |own: &ZonedRule| {
                let rule = Rule::parse(&own.rule).map_err(|error| error.message)?;
                Ok((rule, WallZone::parse(own.timezone.as_deref().unwrap_or(zone))?))
            };
            return rules.iter().map(rule).collect::<Result<_, String>>().map(Schedule::Cron);
        }
        if let Some(every) = params.every {
            let period = i64::try_from(every.as_secs()).unwrap_or(i64::MAX).max(1);
            let from = match params.start.as_deref().and_then(Start::parse) {
                None => now.saturating_add(period),
                Some(Start::Moment(moment)) => moment,
                Some(Start::Time(time)) => {
                    let zone = WallZone::parse(zone)?;
                    zone.moment(zone.wall(now).div_euclid(DAY) * DAY + time)
                }
            };
            return Ok(Schedule::Every { period, from });
        }
        let mut moments: Vec<i64> = params.once.iter().flatten().filter_map(|text| moment(text)).collect();
        moments.sort_unstable();
        moments.dedup();
        Ok(Schedule::Once(moments))
    }

    /// The first firing strictly after a moment.
    #[must_use]
    pub fn next_after(&self, now: i64) -> Option<i64> {
        match self {
            Schedule::Cron(rules) => rules.iter().filter_map(|(rule, zone)| rule.next_after(now, zone)).min(),
            Schedule::Every { period, from } if now < *from => Some((*from).min(first_of(*from, *period, now))),
            Schedule::Every { period, from } => Some(first_of(*from, *period, now)),
            Schedule::Once(moments) => moments.iter().find(|moment| **moment > now).copied(),
        }
    }

    /// Moments of `once` that are over already.
    #[must_use]
    pub fn missed(&self, now: i64) -> usize {
        match self {
            Schedule::Once(moments) => moments.iter().filter(|moment| **moment <= now).count(),
            _ => 0,
        }
    }
}

/// The first moment after `now` that lies a whole number of periods behind `from`, or `from` itself.
fn first_of(from: i64, period: i64, now: i64) -> i64 {
    if now < from { from } else { from.saturating_add(((now - from) / period + 1).saturating_mul(period)) }
}

/// Longest sleep between two looks at the clock, which people may set meanwhile.
const LOOK: Duration = Duration::from_secs(60);

/// Fires until the app stops. Firings that were missed are not made up.
pub async fn run(runtime: Arc<Runtime>, flow: Arc<Flow>, schedule: Schedule, skip_if_running: bool) {
    let missed = schedule.missed(seconds(runtime.clock().wall()));
    if missed > 0 {
        warn(&runtime, &flow, format!("{missed} moments of `once` are over already"), "").await;
    }
    let mut last = seconds(runtime.clock().wall());
    while let Some(next) = schedule.next_after(last) {
        if !wait_until(&runtime, next).await {
            return;
        }
        last = next;
        if skip_if_running && flow.gate.running() + flow.gate.waiting() > 0 {
            continue;
        }
        tokio::spawn(fire(Arc::clone(&runtime), Arc::clone(&flow)));
        // A clock that was set forward skips what lies between.
        last = last.max(seconds(runtime.clock().wall()));
    }
}

/// Waits for a moment; `false` if the app stops before.
async fn wait_until(runtime: &Arc<Runtime>, moment: i64) -> bool {
    loop {
        let now = runtime.clock().wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let at = Duration::from_secs(u64::try_from(moment).unwrap_or_default());
        let Some(left) = at.checked_sub(now).filter(|left| !left.is_zero()) else { return !runtime.is_stopping() };
        tokio::select! {
            () = runtime.stopping() => return false,
            () = runtime.clock().sleep(left.min(LOOK)) => {}
        }
    }
}

/// One firing. A run that fails is recorded by the engine and otherwise of no consequence.
async fn fire(runtime: Arc<Runtime>, flow: Arc<Flow>) {
    let empty = || Document::dict([]);
    let message = Message::new(Document::None, empty(), empty());
    let request = Request { flow: Arc::clone(&flow), trigger: "scheduler", message };
    if let Err(fault) = runtime.run(request).await
        && fault.code == "CORE:QUEUE_FULL"
    {
        warn(&runtime, &flow, format!("a firing was dropped: {}", fault.description), "CORE:QUEUE_FULL").await;
    }
}

async fn warn(runtime: &Runtime, flow: &Flow, content: String, code: &str) {
    let mut event = Event::new(runtime.clock().wall(), Level::Warn, content);
    event.flow = Arc::clone(&flow.name);
    event.component = "scheduler";
    event.code = code.to_owned();
    runtime.log().write(event).await;
}

/// Whole seconds since 1970.
fn seconds(time: SystemTime) -> i64 {
    i64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firings(schedule: &Schedule, from: i64, count: usize) -> Vec<i64> {
        std::iter::successors(Some(from), |moment| schedule.next_after(*moment)).skip(1).take(count).collect()
    }

    #[test]
    fn schedules() {
        let every = Schedule::Every { period: 60, from: 1_000 };
        assert_eq!(firings(&every, 0, 3), [1_000, 1_060, 1_120]);
        assert_eq!(firings(&every, 1_059, 2), [1_060, 1_120]);
        let once = Schedule::Once(vec![10, 20]);
        assert_eq!(firings(&once, 10, 5), [20]);
        assert_eq!(once.missed(10), 1);
        let utc = || WallZone::parse("UTC").unwrap();
        // Both rules match every second minute; they fire once.
        let rules = ["0 0/2 * * * ?", "0 * * * * ?"].map(|rule| (Rule::parse(rule).unwrap(), utc()));
        assert_eq!(firings(&Schedule::Cron(rules.into()), 0, 3), [60, 120, 180]);
    }

    #[test]
    fn starts_and_moments() {
        for (text, start) in [
            ("1970-01-01T00:00:10Z", Some(Start::Moment(10))),
            ("1970-01-01T08:00:10.5+08:00", Some(Start::Moment(11))),
            ("06:30:00", Some(Start::Time(23_400))),
            ("1970-01-01T00:00:10", None),
            ("soon", None),
        ] {
            assert_eq!(Start::parse(text), start, "{text}");
        }
    }
}
