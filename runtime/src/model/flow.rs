//! Flows: name, trigger, limits, steps (part 1, section 5).

use std::sync::Arc;
use std::time::Duration;

use dataway_lang::source::{SourceText, Span};

use super::Steps;
use crate::diagnostic::Code;
use crate::params;
use crate::params::{AnyParams, Contract, Description, Field, Reader, Shape, Spanned, Unit, Value, Visitor, nearest};
use crate::registry;
use crate::yaml::Node;

/// Longest name that the product documents.
const DOCUMENTED_NAME: usize = 25;

params! {
    /// A flow: what happens to a message, step by step.
    pub struct FlowBody {
        /// Unique in the app; target of `flow-ref`, key of logs, metrics and tests.
        "name" name: Spanned<Arc<str>>,
        /// What the flow is for.
        "description" description: Option<String> [optional()],
        /// What starts the flow. A flow without a trigger is called by `flow-ref`, the command line and tests.
        "trigger" trigger: Option<Trigger> [optional()],
        /// Contracts of the first message, at design time.
        "input" input: Option<InputContracts> [optional()],
        /// Runs of this flow at the same time; default `run.max-concurrency`.
        "max-concurrency" max_concurrency: Option<u32> [optional(), int(1, 10_000)],
        /// Waiting runs; default `run.queue`.
        "queue" queue: Option<u32> [optional(), int(0, 1_000_000)],
        /// Longest wait in the queue; default `run.queue-timeout`.
        "queue-timeout" queue_timeout: Option<Duration> [optional()],
        /// Longest run; default `run.timeout`.
        "timeout" timeout: Option<Duration> [optional(), duration(Unit::Second, 1, u64::MAX)],
        /// The steps in order.
        "steps" steps: Steps,
    }
    check = check_flow;
}

fn check_flow(flow: &FlowBody, reader: &mut Reader<'_>, _node: &Node) {
    if flow.name.value.chars().count() > DOCUMENTED_NAME {
        let message = format!("names over {DOCUMENTED_NAME} characters are not documented for the product");
        reader.hint(Code::LIMITS, flow.name.span, message);
    }
}

params! {
    /// Contracts of the first message of a flow.
    pub struct InputContracts {
        /// The payload.
        "payload" payload: Option<Contract> [optional()],
        /// The attributes.
        "attributes" attributes: Option<Contract> [optional()],
        /// The variables.
        "variables" variables: Option<Contract> [optional()],
    }
}

/// A flow with the file it stands in.
#[derive(Debug)]
pub struct Flow {
    /// What was written.
    pub body: FlowBody,
    /// The file.
    pub source: SourceText,
}

impl Flow {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.body.name.value
    }

    /// Where the step with an id stands: its file, and where its key starts there.
    #[must_use]
    pub fn place_of(&self, id: &str) -> Option<(String, u32)> {
        let mut found = None;
        crate::check::walk::each(&self.body.steps, &mut |step| {
            if &*step.id == id {
                found = Some((step.source.name().to_owned(), step.span.start));
            }
        });
        found
    }
}

/// A name of a flow.
impl Value for Arc<str> {
    const SHAPE: Shape = Shape::Name;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Arc<str>> {
        String::read(node, shape, reader).map(Arc::from)
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.name(self);
    }
}

/// What starts a flow.
#[derive(Debug)]
pub struct Trigger {
    /// Its type.
    pub kind: &'static Description,
    /// Its parameters: the struct that the type declares, or what is left of it after an error.
    pub params: Arc<dyn AnyParams>,
    /// Its key in the file.
    pub span: Span,
}

impl Trigger {
    /// The parameters as the struct that the type declares.
    #[must_use]
    pub fn params<T: std::any::Any>(&self) -> Option<&T> {
        self.params.as_any().downcast_ref()
    }
}

/// The parameters of a trigger that has errors: what it says about the first message still holds.
#[derive(Debug)]
struct BrokenTrigger {
    payload: Option<(&'static Field, Contract)>,
}

impl BrokenTrigger {
    /// Reads the contract of the payload; what is wrong was reported before.
    fn read(kind: &Description, node: &Node, reader: &mut Reader<'_>) -> BrokenTrigger {
        let known = reader.diagnostics.len();
        let payload = kind.table.field("payload").and_then(|field| {
            let contract = Contract::read(node.get(field.name)?, &field.shape, reader)?;
            Some((field, contract))
        });
        reader.diagnostics.truncate(known);
        BrokenTrigger { payload }
    }
}

impl AnyParams for BrokenTrigger {
    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        if let Some((field, contract)) = &self.payload {
            visitor.enter(field);
            visitor.contract(contract);
            visitor.leave(field);
        }
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl Value for Trigger {
    const SHAPE: Shape = Shape::Trigger;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Trigger> {
        let entry = match node.as_map() {
            Some([entry]) => entry,
            Some([_, second, ..]) => {
                reader.error_help(Code::SHAPE, second.key.span, "a flow has one trigger", "make it two flows");
                return None;
            }
            _ => {
                reader.misfit(node, shape);
                return None;
            }
        };
        let name = entry.key.as_str().unwrap_or_default();
        let Some(kind) = registry::trigger(name) else {
            if registry::is_later(name) {
                reader.error(Code::LATER_STAGE, entry.key.span, format!("the trigger `{name}` is not implemented yet"));
                return None;
            }
            let help = nearest(name, registry::trigger_keys()).unwrap_or_else(|| {
                format!("known triggers: `{}`", registry::trigger_keys().collect::<Vec<_>>().join("`, `"))
            });
            let message = format!("there is no trigger `{name}`");
            reader.error_help(Code::UNKNOWN_COMPONENT, entry.key.span, message, help);
            return None;
        };
        let params = reader.about(format!("`{name}`"), |reader| (kind.read)(&entry.value, reader));
        let params = params.unwrap_or_else(|| Arc::new(BrokenTrigger::read(kind, &entry.value, reader)));
        Some(Trigger { kind, params, span: entry.key.span })
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        self.params.visit(visitor);
    }
}
