//! Faults: errors with everything that is known of them, and the patterns that catch them (part 2, section 5).

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use dataway_lang::Document;

use super::codes::{RUNTIME, nature};

/// Where a fault happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The flow.
    pub flow: Arc<str>,
    /// The id of the step.
    pub step: Arc<str>,
    /// The component's key.
    pub component: &'static str,
    /// File and line of the step; empty when it stands in no file.
    pub at: Arc<str>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "flow {}, step {} ({})", self.flow, self.step, self.component)?;
        if self.at.is_empty() { Ok(()) } else { write!(f, ", {}", self.at) }
    }
}

/// What is known of a fault. Flows see only code and description.
#[derive(Debug, Clone)]
pub struct Details {
    /// The type: `NAME` or `NAME:NAME`.
    pub code: Cow<'static, str>,
    /// What happened, for people. It must hold no business data beyond what the user's own texts put into it.
    pub description: String,
    /// The parent type, by which patterns find it too.
    pub parent: Option<&'static str>,
    /// Whether a `catch` may handle it.
    pub catchable: bool,
    /// The faults that led to this one, and those that happened beside it.
    pub causes: Vec<Fault>,
    /// The step that failed first.
    pub place: Option<Place>,
    /// Which attempt of a retrying step it was, from 1; 0 outside of retries.
    pub attempt: u32,
    /// The way to the place, innermost first: frames of `flow-ref`, positions in scripts.
    pub trace: Vec<String>,
}

/// An error on its way through a flow. One pointer wide, so that results stay small.
#[derive(Debug, Clone)]
pub struct Fault(Box<Details>);

impl Deref for Fault {
    type Target = Details;
    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.description)
    }
}

impl std::error::Error for Fault {}

impl Fault {
    /// A fault of the runtime; its parent and whether it can be caught follow from the code.
    #[cold]
    #[must_use]
    pub fn new(code: impl Into<Cow<'static, str>>, description: impl Into<String>) -> Fault {
        let code = code.into();
        let (technical, catchable) = nature(&code);
        let parent = (technical && code != RUNTIME).then_some(RUNTIME);
        Fault(Box::new(Details {
            code,
            description: description.into(),
            parent,
            catchable,
            causes: Vec::new(),
            place: None,
            attempt: 0,
            trace: Vec::new(),
        }))
    }

    /// A fault that a flow raises itself: it has no parent and can be caught, whatever its name.
    #[cold]
    #[must_use]
    pub fn raised(code: String, description: String) -> Fault {
        let mut fault = Fault::new(code, description);
        fault.parent = None;
        fault.catchable = true;
        fault
    }

    /// The wrong type or an impossible value of a parameter.
    #[cold]
    #[must_use]
    pub fn wrong_type(description: impl Into<String>) -> Fault {
        Fault::new("CORE:TYPE", description)
    }

    /// A defect of the runtime.
    #[cold]
    #[must_use]
    pub fn internal(description: &str) -> Fault {
        Fault::new("CORE:INTERNAL", format!("internal error, please report it: {description}"))
    }

    /// The same with the fault that led to it.
    #[must_use]
    pub fn because(mut self, cause: Fault) -> Fault {
        self.causes.push(cause);
        self
    }

    /// What a flow sees: a dict of `Code` and `Description`.
    #[must_use]
    pub fn to_document(&self) -> Document {
        Document::dict([("Code", (&*self.code).into()), ("Description", (&*self.description).into())])
    }

    /// Everything, for people: code and description, the place, the trace, the causes.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = format!("{self}\n");
        if let Some(place) = &self.place {
            out.push_str(&format!("  in {place}\n"));
        }
        for frame in &self.trace {
            out.push_str(&format!("  {frame}\n"));
        }
        for cause in self.causes.iter().take(20) {
            out.push_str(&format!("  caused by {cause}\n"));
        }
        out
    }
}

/// What a `catch` handles: one pattern, ready to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Everything.
    Any,
    /// This type, and every type below it in the same namespace if it is the name of one.
    Type(Box<str>),
}

impl Pattern {
    /// Reads a pattern: `ANY` in any case, `FOO`, `FOO:ANY`, `FOO:BAR`.
    #[must_use]
    pub fn parse(text: &str) -> Pattern {
        if text.eq_ignore_ascii_case("ANY") {
            return Pattern::Any;
        }
        Pattern::Type(text.strip_suffix(":ANY").unwrap_or(text).into())
    }

    /// Whether it matches a fault that can be caught.
    #[must_use]
    pub fn matches(&self, fault: &Fault) -> bool {
        self.matches_type(&fault.code) || fault.parent.is_some_and(|parent| self.matches_type(parent))
    }

    /// Whether it matches an error type, parents aside.
    #[must_use]
    pub fn matches_type(&self, code: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Type(own) => match code.strip_prefix(&**own) {
                Some("") => true,
                Some(rest) => !own.contains(':') && rest.starts_with(':'),
                None => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_specified() {
        for (pattern, code, matched) in [
            ("ANY", "X", true),
            ("any", "CORE:TYPE", true),
            ("HTTP", "HTTP:TIMEOUT", true),
            ("HTTP:ANY", "HTTP:TIMEOUT", true),
            ("HTTP:ANY", "HTTP", true),
            ("HTTP:TIMEOUT", "HTTP:TIMEOUT", true),
            ("HTTP:TIME", "HTTP:TIMEOUT", false),
            ("HTTP", "HTTPS:X", false),
            ("HTTP:TIMEOUT", "HTTP", false),
            ("HTTP:TIMEOUT", "HTTP:TIMEOUT:MORE", false),
            ("CORE", "HTTP:TIMEOUT", true),
            ("CORE:ANY", "DATAWAY:RUNTIME", true),
            ("CORE:RUNTIME", "DB:CONSTRAINT", true),
            ("CORE:RUNTIME", "CORE:RUNTIME", true),
            ("CORE:ANY", "VALIDATION:INVALID", false),
            ("VALIDATION", "VALIDATION:INVALID", true),
            ("CORE:RUNTIME", "ORDER:DUPLICATE", false),
        ] {
            assert_eq!(Pattern::parse(pattern).matches(&Fault::new(code, "")), matched, "{pattern} {code}");
        }
        let raised = Fault::raised("CORE:TYPE".into(), String::new());
        assert!(!Pattern::parse("CORE:RUNTIME").matches(&raised) && Pattern::parse("CORE").matches(&raised));
    }

    #[test]
    fn what_ends_the_run_cannot_be_caught() {
        for code in ["CORE:RUN_TIMEOUT", "CORE:SHUTDOWN", "CORE:CANCELLED", "CORE:LIMIT_STEPS", "CORE:LIMIT_MEMORY"] {
            let fault = Fault::new(code, "");
            assert!(!fault.catchable && fault.parent.is_none(), "{code}");
        }
        assert!(Fault::raised("CORE:SHUTDOWN".into(), String::new()).catchable);
    }
}
