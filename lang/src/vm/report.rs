//! From an exception to the report of a failed run (spec 10.3).

use super::Vm;
use super::image::Module;
use crate::builtins::{attribute, repr};
use crate::source::{LineColumn, SourceText, Span};
use crate::syntax::ast::{Body, ExprKind, Mode};
use crate::syntax::{self, ParseOptions};
use crate::value::exceptions::Trace;
use crate::value::interrupt::Stop;
use crate::value::{Exception, Ref, Value};

/// Where one step of a traceback stands.
#[derive(Debug, Clone)]
pub struct Site {
    /// The program's text.
    pub source: SourceText,
    /// The function.
    pub function: String,
    /// What was being evaluated.
    pub span: Span,
    /// Line and column of its beginning.
    pub position: LineColumn,
}

/// One exception of a chain.
#[derive(Debug, Clone)]
pub struct Link {
    /// How it led to the next one: the line that CPython prints between them. Empty for the last.
    pub relation: &'static str,
    /// Qualified class name.
    pub class: String,
    /// Its text.
    pub message: String,
    /// Notes added to it.
    pub notes: Vec<String>,
    /// Outermost first.
    pub trace: Vec<Site>,
}

/// What is reported of a failed run.
#[derive(Debug, Clone)]
pub struct Report {
    /// The exceptions: causes and contexts first, the one that ended the run last.
    pub chain: Vec<Link>,
    /// A hint for the reader.
    pub hint: Option<String>,
    /// Where in the message the operands of the failed operation came from.
    pub origins: Vec<String>,
    /// Code 1200000 or 1200001 (spec 10.2).
    pub code: u32,
    /// The limit that stopped the run, if that is what happened.
    pub stop: Option<Stop>,
}

/// The line printed between an exception and the one raised from it.
const CAUSE: &str = "The above exception was the direct cause of the following exception:";
/// The line printed between an exception and the one raised while it was handled.
const CONTEXT: &str = "During handling of the above exception, another exception occurred:";
/// Most exceptions of a chain that are reported.
const LONGEST_CHAIN: usize = 50;

/// Adds the site of a step, and before it one for every comprehension in whose middle it happened.
fn add_sites(trace: &Trace, sites: &mut Vec<Site>) {
    let Ok(module) = trace.module.clone().downcast::<Module>() else { return };
    let Ok(code) = module.code(trace.code) else { return };
    let source = &module.image.unit.source;
    let mut function = code.name.to_string();
    let mut add = |function: String, span: Span| {
        let position = source.line_column(span.start);
        sites.push(Site { source: source.clone(), function, span, position });
    };
    for inner in code.inlined.iter().rev().filter(|inner| inner.start <= trace.at && trace.at < inner.end) {
        add(std::mem::replace(&mut function, inner.name.to_owned()), inner.span);
    }
    add(function, code.spans.get(trace.at as usize).copied().unwrap_or_default());
}

/// Makes the report of an exception that nothing caught.
pub fn report(vm: &mut Vm, exception: &Ref<Exception>) -> Report {
    let mut chain = Vec::new();
    let mut at = Some(exception.clone());
    let mut relation = "";
    let mut seen: Vec<usize> = Vec::new();
    while let Some(current) = at {
        let address = Ref::address(&current);
        if seen.contains(&address) || chain.len() >= LONGEST_CHAIN {
            break;
        }
        seen.push(address);
        chain.push(link(vm, &current, relation));
        let cause = current.cause.borrow().clone();
        let context = current.context.borrow().clone();
        at = match (cause, context) {
            (Value::Exception(cause), _) => {
                relation = CAUSE;
                Some(cause)
            }
            (_, Value::Exception(context)) if !current.suppress_context.get() => {
                relation = CONTEXT;
                Some(context)
            }
            _ => None,
        };
    }
    chain.reverse();
    let is_result = exception.class.name == "ResultError" || exception.class.name == "ContractError";
    let code = if exception.stop.is_some() || is_result { 1_200_001 } else { 1_200_000 };
    let hint = exception.hint.as_ref().map(ToString::to_string);
    Report { chain, hint, origins: vm.findings(), code, stop: exception.stop }
}

fn link(vm: &mut Vm, exception: &Ref<Exception>, relation: &'static str) -> Link {
    let value = Value::Exception(exception.clone());
    let message = match repr::str(vm, &value) {
        Ok(text) => text.to_display(),
        Err(_) => "<the exception's text could not be computed>".to_owned(),
    };
    let notes = match attribute::get(vm, &value, "__notes__") {
        Ok(Value::List(notes)) => notes.to_vec().iter().map(Value::to_display).collect(),
        _ => Vec::new(),
    };
    let mut trace = Vec::new();
    exception.trace.borrow().iter().rev().for_each(|step| add_sites(step, &mut trace));
    Link { relation, class: exception.class.full_name(), message, notes, trace }
}

impl Report {
    /// The report of a defect of the implementation (code 1299999).
    #[must_use]
    pub fn internal(text: &str) -> Report {
        let message = format!("internal error, please report it: {text}");
        let link = Link { relation: "", class: "SystemError".into(), message, notes: Vec::new(), trace: Vec::new() };
        Report { chain: vec![link], hint: None, origins: Vec::new(), code: 1_299_999, stop: None }
    }

    /// Whether another run failed with the same exception at the same place.
    #[must_use]
    pub fn same_failure(&self, other: &Report) -> bool {
        let essence = |report: &Report| {
            report.last().map(|link| {
                let site = link.trace.last().map(|site| (site.span, site.function.clone()));
                (link.class.clone(), link.message.clone(), site)
            })
        };
        essence(self) == essence(other)
    }

    /// The exception that ended the run.
    #[must_use]
    pub fn last(&self) -> Option<&Link> {
        self.chain.last()
    }

    /// The human form, as CPython prints it.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::new();
        for (n, link) in self.chain.iter().enumerate() {
            if n > 0 {
                // The relation belongs to the earlier exception, which the later one names.
                let relation = self.chain.get(n - 1).map_or("", |earlier| earlier.relation);
                out.push_str(&format!("\n{relation}\n\n"));
            }
            link.render(&mut out);
        }
        for origin in &self.origins {
            out.push_str(&format!("data: {origin}\n"));
        }
        out
    }
}

/// Frames of the same place shown before the rest is summed up.
const REPEATED: usize = 3;

impl Link {
    fn render(&self, out: &mut String) {
        if !self.trace.is_empty() {
            out.push_str("Traceback (most recent call last):\n");
        }
        let mut previous: Option<(&str, u32)> = None;
        let mut repeated = 0usize;
        let flush = |out: &mut String, repeated: usize| {
            if repeated > REPEATED {
                let more = repeated - REPEATED;
                let s = if more == 1 { "" } else { "s" };
                out.push_str(&format!("  [Previous line repeated {more} more time{s}]\n"));
            }
        };
        for site in &self.trace {
            let here = (site.function.as_str(), site.position.line);
            if previous == Some(here) {
                repeated += 1;
            } else {
                flush(out, repeated);
                repeated = 1;
                previous = Some(here);
            }
            if repeated <= REPEATED {
                site.render(out);
            }
        }
        flush(out, repeated);
        out.push_str(&self.class);
        if !self.message.is_empty() {
            out.push_str(": ");
            out.push_str(&self.message);
        }
        out.push('\n');
        for note in &self.notes {
            out.push_str(note);
            out.push('\n');
        }
    }
}

/// The marks under an expression: of an operation `^` under the operator and `~` under the operands, of a subscript `^` under
/// the brackets.
fn marker(text: &str) -> String {
    let source = SourceText::new("", text);
    let parsed = syntax::parse(&source, &ParseOptions { mode: Some(Mode::Expression), ..ParseOptions::default() });
    let essential = match &parsed.program.body {
        Body::Expression(expr) => match &expr.kind {
            ExprKind::BinOp { op_span, .. } => op_span.start as usize..op_span.end as usize,
            ExprKind::Subscript { value, .. } => {
                // The value may stand in parentheses.
                let from = value.span.end as usize;
                from + text.get(from..).and_then(|rest| rest.find('[')).unwrap_or(0)..text.len()
            }
            _ => 0..text.len(),
        },
        Body::Statements(_) => 0..text.len(),
    };
    text.char_indices().map(|(at, _)| if essential.contains(&at) { '^' } else { '~' }).collect()
}

impl Site {
    fn render(&self, out: &mut String) {
        let LineColumn { line, .. } = self.position;
        out.push_str(&format!("  File \"{}\", line {line}, in {}\n", self.source.name(), self.function));
        let text = self.source.line_text(line);
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return;
        }
        out.push_str(&format!("    {trimmed}\n"));
        self.render_marker(text, out);
    }

    /// The caret line, unless it would underline the whole line.
    fn render_marker(&self, text: &str, out: &mut String) {
        let indent = text.len() - text.trim_start().len();
        let line_start = self.source.line_span(self.position.line).map_or(0, |s| s.start) as usize;
        let start = (self.span.start as usize).saturating_sub(line_start);
        let end = ((self.span.end as usize).saturating_sub(line_start)).min(text.trim_end().len());
        // CPython marks the whole of a `for` statement, which shows nothing.
        let loops = text.get(start..).is_some_and(|rest| {
            rest.strip_prefix("for").is_some_and(|rest| rest.starts_with(|c: char| c != '_' && !c.is_alphanumeric()))
        });
        if start < indent || end <= start || loops {
            return;
        }
        let width = |part: Option<&str>| part.map_or(0, |p| p.chars().count());
        let before = width(text.get(indent..start));
        let marked = text.get(start..end).map_or_else(String::new, marker);
        if start == indent && end == text.trim_end().len() && !marked.contains('~') {
            return;
        }
        out.push_str(&format!("    {}{marked}\n", " ".repeat(before)));
    }
}
