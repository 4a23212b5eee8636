//! The clocks of a run and `sleep`.
//!
//! The wall clock is the host's and may stand still. The others are steady and only good for differences; they begin when
//! they are first used, so that they tell nothing about the host. Processor time is approximated by steady time without
//! what was slept: a run waits for nothing else.

use std::sync::LazyLock;
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::modules::datetime::args;
use crate::value::civil::Number;
use crate::value::exceptions::{overflow_error, value_error};
use crate::value::interrupt;
use crate::value::{Cx, R, Value};
use num_bigint::BigInt;

/// Where the steady clock begins.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The time that the run has slept.
#[derive(Debug, Default)]
struct Slept(Duration);

/// The present moment on the clock of the run: whole seconds since 1970, and nanoseconds.
pub fn now(cx: &mut Cx<'_>) -> (i64, u32) {
    let nanos = nanoseconds(cx);
    // The remainder of a division by 10^9 fits, and so does the quotient for every clock of the operating system.
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
    (seconds, nanos.rem_euclid(1_000_000_000) as u32)
}

/// Nanoseconds since 1970 on the clock of the run.
pub fn nanoseconds(cx: &mut Cx<'_>) -> i128 {
    let signed = |span: Duration| i128::try_from(span.as_nanos()).unwrap_or(i128::MAX);
    match cx.env().clock.now().duration_since(UNIX_EPOCH) {
        Ok(since) => signed(since),
        Err(before) => -signed(before.duration()),
    }
}

/// Nanoseconds on the steady clock.
#[must_use]
pub fn steady() -> i128 {
    i128::try_from(START.elapsed().as_nanos()).unwrap_or(i128::MAX)
}

/// Nanoseconds on the steady clock without those that the run slept.
pub fn working(cx: &mut Cx<'_>) -> i128 {
    let slept = cx.env().state(Slept::default).0;
    steady() - i128::try_from(slept.as_nanos()).unwrap_or(0)
}

/// Nanoseconds as a float of seconds.
#[must_use]
pub fn as_seconds(nanos: i128) -> Value {
    Value::Float(nanos as f64 / 1e9)
}

/// Nanoseconds as an int.
#[must_use]
pub fn as_nanoseconds(nanos: i128) -> Value {
    Value::big(BigInt::from(nanos))
}

/// `time.sleep(seconds)`
///
/// # Errors
/// `ValueError` for a negative or undefined length, `OverflowError` for an absurd one; a limit that strikes meanwhile.
pub fn sleep(cx: &mut Cx<'_>, a: &[Value]) -> R {
    /// How long a limit may have to wait.
    const STEP: Duration = Duration::from_millis(10);
    let length = length(args::timestamp(&a[0])?)?;
    let start = Instant::now();
    loop {
        let rest = length.saturating_sub(start.elapsed());
        interrupt::look()?;
        if rest.is_zero() {
            break;
        }
        std::thread::sleep(rest.min(STEP));
    }
    cx.env().state(Slept::default).0 += start.elapsed();
    Ok(Value::None)
}

fn length(seconds: Number) -> R<Duration> {
    /// More nanoseconds than this do not fit 64 bits.
    const LONGEST: f64 = 9_223_372_036.0;
    let seconds = match seconds {
        Number::Int(n) => n as f64,
        Number::Float(x) if x.is_nan() => return Err(value_error("Invalid value NaN (not a number)")),
        Number::Float(x) => x,
    };
    if seconds.abs() > LONGEST {
        return Err(overflow_error("timestamp out of range for platform time_t"));
    }
    if seconds < 0.0 {
        return Err(value_error("sleep length must be non-negative"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_sleep() {
        let text = |seconds| {
            length(seconds).map_err(|raise| raise.0.arguments().first().map(Value::to_display).unwrap_or_default())
        };
        assert_eq!(text(Number::Float(0.25)), Ok(Duration::from_millis(250)));
        assert_eq!(text(Number::Int(3)), Ok(Duration::from_secs(3)));
        for (seconds, message) in [
            (Number::Int(-1), "sleep length must be non-negative"),
            (Number::Float(f64::NAN), "Invalid value NaN (not a number)"),
            (Number::Float(1e300), "timestamp out of range for platform time_t"),
        ] {
            assert_eq!(text(seconds), Err(message.to_owned()));
        }
    }
}
