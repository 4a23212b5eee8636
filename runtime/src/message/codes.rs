//! The error codes of the runtime: which exist, which parent they have, which cannot be caught (part 2, section 5.3; part 3).

/// The parent of every failure of a component, connector or script.
pub const RUNTIME: &str = "CORE:RUNTIME";

/// The code of a run whose process ended before it. No flow ever sees it.
pub const LOST: &str = "CORE:LOST";

/// An error code.
#[derive(Debug)]
pub struct CodeDesc {
    /// The code.
    pub code: &'static str,
    /// Whether it has the parent `CORE:RUNTIME`.
    pub technical: bool,
    /// Whether a `catch` may handle it; the others end the run.
    pub catchable: bool,
    /// When it is raised.
    pub doc: &'static str,
}

const fn technical(code: &'static str, doc: &'static str) -> CodeDesc {
    CodeDesc { code, technical: true, catchable: true, doc }
}

const fn ends_run(code: &'static str, doc: &'static str) -> CodeDesc {
    CodeDesc { code, technical: false, catchable: false, doc }
}

/// Every code that is not raised by `raise-error`.
pub static CODES: &[CodeDesc] = &[
    technical(RUNTIME, "failure without a finer code"),
    technical("CORE:TYPE", "a parameter's value has an unusable type or is out of range"),
    technical("CORE:FLOW_DEPTH", "flow-ref is nested too deep"),
    technical("CORE:LOOP_LIMIT", "while reached max-loops with fail-at-max"),
    technical("CORE:RETRY_EXHAUSTED", "until-successful: retry-when stayed true"),
    technical("CORE:RATE_LIMIT", "rate-limiter has no token"),
    technical("CORE:LOCK_TIMEOUT", "synchronized waited longer than max-wait"),
    technical("CORE:LOCK_EXPIRED", "synchronized held its lock longer than max-hold"),
    technical("CORE:LIMIT_ASYNC", "nested async above run.async-max"),
    technical("CORE:LIMIT_PAYLOAD", "something above run.max-payload had to be held whole"),
    ends_run("CORE:RUN_TIMEOUT", "the run took longer than its timeout"),
    ends_run("CORE:SHUTDOWN", "the runtime is shutting down"),
    ends_run("CORE:CANCELLED", "the run was cancelled"),
    ends_run("CORE:LIMIT_STEPS", "the run executed more than run.max-steps steps"),
    ends_run("CORE:LIMIT_MEMORY", "the values of the run take more than run.memory"),
    ends_run(LOST, "the process ended before the run did"),
    technical("CORE:QUEUE_FULL", "a trigger could not enqueue a run"),
    technical("CORE:INTERNAL", "a defect of the runtime"),
    technical("DATAWAY:RUNTIME", "exception in a script"),
    technical("DATAWAY:LIMIT_TIME", "an evaluation exceeded script-time"),
    technical("DATAWAY:LIMIT_MEMORY", "an evaluation exceeded script-memory"),
    technical("DATAWAY:LIMIT_DEPTH", "an evaluation exceeded the recursion depth"),
    technical("DATAWAY:RESULT_TYPE", "the result, or an element in it, is not a core type"),
    technical("COMPRESS:DATA", "the content is not what decompress expects"),
    technical("COMPRESS:LIMIT", "decompress would give more than max-size"),
    technical("CRYPTO:KEY", "a key has the wrong length or form"),
    technical("CRYPTO:IV", "an initialisation vector has the wrong length"),
    technical("CRYPTO:DATA", "the content cannot be deciphered"),
    CodeDesc { code: "VALIDATION:INVALID", technical: false, catchable: true, doc: "validate failed" },
];

/// Namespaces whose codes are failures of the runtime also where the table does not list them.
const TECHNICAL: &[&str] =
    &["CORE", "DATAWAY", "COMPRESS", "CRYPTO", "HTTP", "DB", "FILE", "STATE", "RESPONSE_TYPE_ERROR"];

/// Whether a code has the parent `CORE:RUNTIME`, and whether it can be caught.
pub(super) fn nature(code: &str) -> (bool, bool) {
    match CODES.iter().find(|known| known.code == code) {
        Some(known) => (known.technical, known.catchable),
        None => (TECHNICAL.contains(&code.split(':').next().unwrap_or_default()), true),
    }
}
