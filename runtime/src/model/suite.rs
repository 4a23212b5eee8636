//! Test suites as they are written (part 4, section 9).

use std::sync::Arc;
use std::time::Duration;

use dataway_lang::source::{SourceText, Span};

use super::{Config, Steps};
use crate::diagnostic::Code;
use crate::expr::Param;
use crate::params::{FlowRef, Named, Reader, Shape, Spanned, Unit, Value, Visitor};
use crate::yaml::{Entry, Kind, Node};
use crate::{choices, params};

params! {
    /// A test suite.
    pub struct SuiteBody {
        /// Name of the suite, unique in the app.
        "suite" suite: Spanned<Arc<str>> [shape(Shape::Text)],
        /// Replaces configurations of the app; every case gets fresh instances.
        "configs" configs: Named<Config> [default("{}")],
        /// Configurations of the app that cases may use for real.
        "allow-real" allow_real: Vec<Spanned<String>> [default("[]")],
        /// Mocks for all cases; a case's own are searched first.
        "mocks" mocks: Vec<Mock> [default("[]")],
        /// Steps before the first case.
        "before-suite" before_suite: Option<Steps> [optional()],
        /// Steps after the last case; they run always.
        "after-suite" after_suite: Option<Steps> [optional()],
        /// Steps before each case.
        "before-test" before_test: Option<Steps> [optional()],
        /// Steps after each case; they run always.
        "after-test" after_test: Option<Steps> [optional()],
        /// Whether cases run in parallel.
        "parallel" parallel: bool [default("true")],
        /// Whether sleeping takes time.
        "time" time: TestTime [default("virtual")],
        /// The cases.
        "tests" tests: Vec<Case>,
    }
}

/// A test suite with the file it stands in.
#[derive(Debug)]
pub struct Suite {
    /// What was written.
    pub body: SuiteBody,
    /// The file.
    pub source: SourceText,
}

choices! {
    /// The clock of tests.
    pub enum TestTime {
        /// Sleeping takes no time.
        Virtual = "virtual",
        /// The system's clock.
        Real = "real",
    }
}

params! {
    /// A test case.
    pub struct Case {
        /// Its name.
        "name" name: Spanned<String>,
        /// Skip it: `true`, or the reason.
        "skip" skip: Option<Skip> [optional()],
        /// Longest time.
        "timeout" timeout: Duration [default("10s"), duration(Unit::Second, 1, 3_600_000)],
        /// The flow to run, without its trigger.
        "flow" flow: Option<FlowRef> [optional()],
        /// First of the adjacent steps to run, by id.
        "from" from: Option<Spanned<String>> [optional()],
        /// Last of the adjacent steps to run, by id.
        "to" to: Option<Spanned<String>> [optional()],
        /// The message that the flow gets.
        "message" message: Option<MessageSpec> [optional()],
        /// A request to the listener of a flow, in the place of `flow` and `message`.
        "request" request: Option<RequestSpec> [optional()],
        /// Mocks, the first that matches wins.
        "mocks" mocks: Vec<Mock> [default("[]")],
        /// What must come out.
        "expect" expect: Option<Expect> [optional()],
        /// How often steps must be executed, by id.
        "calls" calls: Named<CallCount> [default("{}")],
    }
    check = check_case;
}

fn check_case(case: &Case, reader: &mut Reader<'_>, node: &Node) {
    let message = match (&case.flow, &case.request) {
        (Some(_), Some(_)) => "a case has `flow` or `request`, not both",
        (None, None) => "a case needs `flow` or `request`",
        (None, Some(_)) if case.from.is_some() || case.to.is_some() || case.message.is_some() => {
            "`from`, `to` and `message` go with `flow`, not with `request`"
        }
        (Some(_), None) if case.from.is_some() != case.to.is_some() => "`from` and `to` go together",
        (Some(_), None) if case.expect.as_ref().is_some_and(|expect| expect.response.is_some()) => {
            "only a case with `request` has a `response`"
        }
        _ => return,
    };
    reader.error(Code::SHAPE, crate::params::heading(node), message);
}

/// Why a case is skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// `true` or `false`.
    Always(bool),
    /// A reason.
    Because(String),
}

impl Value for Skip {
    const SHAPE: Shape = Shape::Either(&[Shape::Bool, Shape::Text]);

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Skip> {
        match &node.kind {
            Kind::Bool(skip) => Some(Skip::Always(*skip)),
            Kind::Text(reason) => Some(Skip::Because(reason.value.to_string())),
            _ => {
                reader.misfit(node, shape);
                None
            }
        }
    }
}

params! {
    /// A message.
    pub struct MessageSpec {
        /// The payload.
        "payload" payload: Option<TestValue> [optional()],
        /// The attributes.
        "attributes" attributes: Option<TestValue> [optional()],
        /// The variables.
        "variables" variables: Option<TestValue> [optional()],
        /// The error.
        "error" error: Option<TestValue> [optional()],
    }
}

params! {
    /// An HTTP request.
    pub struct RequestSpec {
        /// Its method.
        "method" method: String [default("GET"), one_of(&["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])],
        /// Its path, with the base path of the listener.
        "path" path: Spanned<String>,
        /// Its headers.
        "headers" headers: Option<Param> [optional(), dict_of(&Shape::Any)],
        /// Its query.
        "query" query: Option<Param> [optional(), dict_of(&Shape::Any)],
        /// Its body.
        "body" body: Option<TestValue> [optional()],
    }
}

params! {
    /// What takes the place of a step.
    pub struct Mock {
        /// The step, by id or `flow/id`.
        "step" step: Option<Spanned<String>> [optional()],
        /// Every step with this component.
        "component" component: Option<Spanned<String>> [optional()],
        /// Every operation on this configuration.
        "config" config: Option<Spanned<String>> [optional()],
        /// Only when this is true of the step's input.
        "when" when: Option<Param> [optional(), bool()],
        /// How often it is used.
        "times" times: Option<u32> [optional(), int(1, 1_000_000)],
        /// What the step gives; parts that are not given are those of its input, variables are added.
        "return" gives: Option<MockResult> [optional()],
        /// The error that the step raises.
        "raise" raise: Option<RaiseSpec> [optional()],
    }
    check = check_mock;
}

fn check_mock(mock: &Mock, reader: &mut Reader<'_>, node: &Node) {
    let subjects = [mock.step.is_some(), mock.component.is_some(), mock.config.is_some()];
    if subjects.iter().filter(|given| **given).count() != 1 {
        let message = "a mock names exactly one of `step`, `component` and `config`";
        reader.error(Code::SHAPE, crate::params::heading(node), message);
    }
    if mock.gives.is_some() == mock.raise.is_some() {
        let message = "a mock has exactly one of `return` and `raise`";
        reader.error(Code::SHAPE, crate::params::heading(node), message);
    }
}

params! {
    /// What a mocked step gives.
    pub struct MockResult {
        /// The payload.
        "payload" payload: Option<TestValue> [optional()],
        /// The attributes.
        "attributes" attributes: Option<TestValue> [optional()],
        /// Variables that are added.
        "variables" variables: Option<TestValue> [optional()],
    }
}

params! {
    /// An error that a mocked step raises.
    pub struct RaiseSpec {
        /// Its code.
        "type" kind: String,
        /// Its description.
        "description" description: String [default("''")],
    }
}

params! {
    /// What must come out of a case.
    pub struct Expect {
        /// The payload.
        "payload" payload: Option<TestValue> [optional()],
        /// The attributes that are named.
        "attributes" attributes: Option<TestValue> [optional()],
        /// The variables that are named.
        "variables" variables: Option<TestValue> [optional()],
        /// The error: a code, `{Code, Description}`, or `none`.
        "error" error: Option<ExpectedError> [optional()],
        /// The HTTP answer.
        "response" response: Option<ExpectedResponse> [optional()],
        /// Expressions that must be true of the final or failed message.
        "that" that: Vec<Param> [default("[]"), expression()],
    }
}

/// The error that a case must end with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedError {
    /// The code; `None` for `none`: the run must not fail.
    pub code: Option<String>,
    /// The description, if it matters.
    pub description: Option<String>,
}

params! {
    /// An error with code and description.
    pub struct ErrorRecord {
        /// The code.
        "Code" code: String,
        /// The description, if it matters.
        "Description" description: Option<String> [optional()],
    }
}

impl Value for ExpectedError {
    const SHAPE: Shape = Shape::Either(&[Shape::Text, ErrorRecord::SHAPE]);

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<ExpectedError> {
        match &node.kind {
            Kind::Text(text) => {
                let code = Some(text.value.to_string()).filter(|code| code != "none");
                Some(ExpectedError { code, description: None })
            }
            Kind::Map(_) => {
                let record = ErrorRecord::read(node, &ErrorRecord::SHAPE, reader)?;
                Some(ExpectedError { code: Some(record.code), description: record.description })
            }
            _ => {
                reader.misfit(node, shape);
                None
            }
        }
    }
}

params! {
    /// The HTTP answer that a case must end with.
    pub struct ExpectedResponse {
        /// The status.
        "status" status: Option<u16> [optional(), int(100, 599)],
        /// The headers that are named.
        "headers" headers: Option<Param> [optional(), dict_of(&Shape::Any)],
        /// The body.
        "body" body: Option<TestValue> [optional()],
    }
}

params! {
    /// Bounds for a number of calls.
    pub struct CallBounds {
        /// The least.
        "at-least" at_least: Option<u32> [optional()],
        /// The most.
        "at-most" at_most: Option<u32> [optional()],
    }
}

/// How often a step must be executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallCount {
    /// The least.
    pub at_least: u32,
    /// The most.
    pub at_most: u32,
    /// Where it stands.
    pub span: Span,
}

impl Value for CallCount {
    const SHAPE: Shape = Shape::Either(&[Shape::Int(0, 4_294_967_295), CallBounds::SHAPE]);

    fn read(node: &Node, _shape: &Shape, reader: &mut Reader<'_>) -> Option<CallCount> {
        let (at_least, at_most) = if node.as_map().is_some() {
            let bounds = CallBounds::read(node, &CallBounds::SHAPE, reader)?;
            (bounds.at_least.unwrap_or(0), bounds.at_most.unwrap_or(u32::MAX))
        } else {
            let exactly = u32::read(node, &u32::SHAPE, reader)?;
            (exactly, exactly)
        };
        Some(CallCount { at_least, at_most, span: node.span })
    }
}

/// A value of a test: as a parameter's, or a file of the app as an Entity.
#[derive(Debug)]
pub enum TestValue {
    /// A value.
    Value(Param),
    /// A file.
    File(TestFile),
    /// A dict in which some value is a file.
    Dict(Named<TestValue>),
}

params! {
    /// A file of the app as an Entity.
    pub struct TestFile {
        /// Its path.
        "file" file: Spanned<String>,
        /// MIME type; by suffix unless something is said.
        "mime-type" mime_type: Option<String> [optional()],
        /// Encoding.
        "encoding" encoding: String [default("utf-8")],
    }
    check = check_file;
}

fn check_file(file: &TestFile, reader: &mut Reader<'_>, _node: &Node) {
    if let Err(error) = reader.around.files.locate(&file.file.value) {
        reader.error(Code::PATH, file.file.span, error.to_string());
    }
}

impl Value for TestValue {
    const SHAPE: Shape = Shape::Any;
    const LITERAL: bool = false;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<TestValue> {
        if is_file(node) {
            return TestFile::read(node, &TestFile::SHAPE, reader).map(TestValue::File);
        }
        if holds_file(node) {
            return Named::read(node, &Named::<TestValue>::SHAPE, reader).map(TestValue::Dict);
        }
        Param::read(node, shape, reader).map(TestValue::Value)
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        match self {
            TestValue::Value(param) => param.visit(visitor),
            TestValue::Dict(entries) => entries.visit(visitor),
            TestValue::File(_) => {}
        }
    }
}

/// Does a node name a file?
fn is_file(node: &Node) -> bool {
    let known = |entry: &Entry| matches!(entry.key.as_str(), Some("file" | "mime-type" | "encoding"));
    node.get("file").is_some() && node.as_map().is_some_and(|entries| entries.iter().all(known))
}

/// Is a node a dict in which some value, at any depth, names a file? What stands below a value form is a value.
fn holds_file(node: &Node) -> bool {
    let mut open: Vec<&Node> = vec![node];
    while let Some(node) = open.pop() {
        if is_file(node) {
            return true;
        }
        if !crate::expr::is_value_form(node) {
            open.extend(node.as_map().unwrap_or_default().iter().map(|entry| &entry.value));
        }
    }
    false
}
