//! The trace that a run belongs to, in the form in which HTTP hands it on (W3C Trace Context; part 4, section 5).

use ulid::Ulid;

/// Longest `tracestate` that is handed on, in bytes.
const MAX_STATE: usize = 512;

/// A trace. One that came with a request goes on in the requests that the run sends; a run without one begins its own, whose
/// id is the job id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    id: u128,
    /// The span of whoever goes on with it; 0 for one that begins here.
    span: u64,
    flags: u8,
    state: Option<Box<str>>,
}

impl Trace {
    /// The trace that a job begins.
    #[must_use]
    pub fn of_job(job: Ulid) -> Trace {
        Trace { id: job.into(), span: 0, flags: 0, state: None }
    }

    /// The trace of the headers `traceparent` and `tracestate`; `None` if the first is not well-formed.
    #[must_use]
    pub fn parse(parent: &str, state: Option<&str>) -> Option<Trace> {
        let mut parts = parent.trim().split('-');
        let mut hex = |digits: usize| {
            let part = parts.next()?;
            let fits = part.len() == digits && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            fits.then(|| u128::from_str_radix(part, 16).ok()).flatten()
        };
        let (version, id, span, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
        // Later versions may say more behind the four parts; the first does not.
        if version == 0xff || version == 0 && parts.next().is_some() || id == 0 || span == 0 {
            return None;
        }
        let state = state.filter(|state| !state.is_empty() && state.len() <= MAX_STATE);
        // Of the flags only the one for sampling is known.
        let span = u64::try_from(span).ok()?;
        Some(Trace { id, span, flags: u8::from(flags & 1 == 1), state: state.map(Into::into) })
    }

    /// The trace as a run goes on with it that a step with this span starts; 0 if nobody traces the step.
    #[must_use]
    pub fn within(&self, span: u64) -> Trace {
        if span == 0 { self.clone() } else { Trace { span, flags: 1, ..self.clone() } }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> u128 {
        self.id
    }

    /// The span of the request that brought it; 0 if it begins here.
    #[must_use]
    pub fn span(&self) -> u64 {
        self.span
    }

    /// Whether its spans are wanted: whoever began it said so, or nobody was asked.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.flags == 1 || self.span == 0
    }

    /// The header `traceparent` of one outgoing request, which belongs to a span; 0 if nobody traces the run.
    #[must_use]
    pub fn parent(&self, span: u64) -> String {
        let (span, flags) = if span == 0 { (span_id(), self.flags) } else { (span, 1) };
        format!("00-{:032x}-{span:016x}-{flags:02x}", self.id)
    }

    /// The header `tracestate`, if there is one.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// A number for a span.
#[must_use]
pub fn span_id() -> u64 {
    // The low bits of the random part, of which zero alone is not allowed.
    let random = u128::from(Ulid::generate()) & u128::from(u64::MAX);
    u64::try_from(random).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn traces_go_on() {
        let trace = Trace::parse(PARENT, Some("a=1")).expect("well-formed");
        let next = trace.parent(0);
        assert!(next.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && next.ends_with("-01"), "{next}");
        assert!(!next.contains("00f067aa0ba902b7") && trace.state() == Some("a=1"));
        assert_eq!(Trace::parse(&next, Some("a=1")).map(|next| next.id()), Some(trace.id()));
        assert_eq!((trace.span(), trace.is_sampled()), (0x00f0_67aa_0ba9_02b7, true));
        assert!(trace.parent(0x10).ends_with("-0000000000000010-01"));
        let unwanted = Trace::parse(&PARENT.replace("-01", "-00"), None).expect("well-formed");
        assert!(!unwanted.is_sampled() && unwanted.parent(0).ends_with("-00"));
    }

    #[test]
    fn what_is_malformed_begins_a_new_trace() {
        for parent in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ] {
            assert_eq!(Trace::parse(parent, None), None, "{parent}");
        }
        assert!(Trace::parse(&PARENT.replace("00-4", "01-4").replace("-01", "-01-x"), None).is_some());
        let own = Trace::of_job(Ulid::generate());
        assert!(Trace::parse(&own.parent(0), None).is_some_and(|parsed| parsed.id() == own.id()));
        assert!(own.is_sampled() && own.parent(5).ends_with("-0000000000000005-01"));
    }
}
