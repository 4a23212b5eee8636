//! `filter`: rows that fit, with the fields that are wanted.

mod logic;

use std::sync::Arc;

use dataway_lang::builtins::{operators, truth};
use dataway_lang::syntax::ast::CmpOp;
use dataway_lang::value::exceptions::type_error;
use dataway_lang::value::flow::Part;
use dataway_lang::value::interrupt::checkpoint;
use dataway_lang::value::{Cx, Dict, R, Value};
use dataway_lang::vm::Vm;

use crate::diagnostic::Code;
use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::expr::{Form, Param};
use crate::message::{Fault, Message};
use crate::params;
use crate::params::{Reader, Syntax, SyntaxError};
use crate::yaml::Node;
use logic::Logic;

/// The syntax of `logic`.
static LOGIC: Syntax = Syntax { name: "logic of conditions", check: |text| Logic::parse(text).map(drop) };

/// The operators, with the documented spellings.
static OPERATORS: &[(&str, Op)] = &[
    ("==", Op::Compare(CmpOp::Eq)),
    ("!=", Op::Compare(CmpOp::NotEq)),
    (">=", Op::Compare(CmpOp::GtE)),
    ("<=", Op::Compare(CmpOp::LtE)),
    (">", Op::Compare(CmpOp::Gt)),
    ("<", Op::Compare(CmpOp::Lt)),
    ("starts-with", Op::StartsWith),
    ("StartWith", Op::StartsWith),
    ("ends-with", Op::EndsWith),
    ("EndWith", Op::EndsWith),
    ("contains", Op::Contains),
    ("Contains", Op::Contains),
    ("in", Op::In),
    ("In", Op::In),
    ("not-in", Op::NotIn),
    ("NotIn", Op::NotIn),
    ("is-null", Op::IsNull),
    ("IsNull", Op::IsNull),
    ("is-not-null", Op::IsNotNull),
    ("IsNotNull", Op::IsNotNull),
];

/// What a condition asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Compare(CmpOp),
    StartsWith,
    EndsWith,
    Contains,
    In,
    NotIn,
    IsNull,
    IsNotNull,
}

impl Op {
    fn parse(name: &str) -> Option<Op> {
        OPERATORS.iter().find(|(known, _)| *known == name).map(|(_, op)| *op)
    }

    fn needs_value(self) -> bool {
        !matches!(self, Op::IsNull | Op::IsNotNull)
    }
}

fn check_operator(name: &str) -> Result<(), SyntaxError> {
    if Op::parse(name).is_some() {
        return Ok(());
    }
    let known: Vec<_> =
        OPERATORS.iter().map(|(name, _)| *name).filter(|name| !name.starts_with(char::is_uppercase)).collect();
    Err(SyntaxError { message: format!("known operators: {}", known.join(" ")), span: 0..name.len() })
}

/// The syntax of operators.
static OPERATOR: Syntax = Syntax { name: "operator", check: check_operator };

params! {
    /// Keeps the rows that fit, with the fields that are wanted.
    pub struct FilterParams {
        /// The rows: a list of dicts.
        "input" input: Param [default("#[msg.payload]")],
        /// The fields of the output, in order; all if nothing is given.
        "fields" fields: Option<Vec<String>> [optional()],
        /// Whether a row is kept; the row is `msg.payload`.
        "where" condition: Option<Param> [optional(), expression(), bool()],
        /// What must hold for a row to be kept.
        "conditions" conditions: Vec<ConditionParams> [default("[]")],
        /// How the conditions are joined, by their numbers from 1: `1 and (2 or not 3)`. All of them if nothing is given.
        "logic" logic: Option<String> [optional(), syntax(&LOGIC)],
    }
    check = check_filter;
}

params! {
    /// One condition on a row.
    pub struct ConditionParams {
        /// The field.
        "field" field: String,
        /// What is asked.
        "op" op: String [syntax(&OPERATOR)],
        /// What it is compared with.
        "value" value: Option<Param> [optional()],
        /// The field that it is compared with.
        "other-field" other_field: Option<String> [optional()],
    }
    check = check_condition;
}

fn check_condition(params: &ConditionParams, reader: &mut Reader<'_>, node: &Node) {
    let given = usize::from(params.value.is_some()) + usize::from(params.other_field.is_some());
    let needed = usize::from(Op::parse(&params.op).is_some_and(Op::needs_value));
    if given != needed {
        let what = if needed == 0 { "neither `value` nor `other-field`" } else { "`value` or `other-field`" };
        reader.error(Code::SHAPE, node.span, format!("a condition with `op: {}` takes {what}", params.op));
    }
}

fn check_filter(params: &FilterParams, reader: &mut Reader<'_>, node: &Node) {
    if params.condition.is_some() && !params.conditions.is_empty() {
        reader.error(Code::SHAPE, node.span, "`where` and `conditions` cannot stand together");
    }
    if let Some(Ok(logic)) = params.logic.as_deref().map(Logic::parse) {
        let count = params.conditions.len();
        if let Some(missing) = logic.numbers().find(|number| *number > count) {
            reader.error(Code::LIMITS, node.span, format!("`logic` names condition {missing}, there are {count}"));
        }
    }
}

/// A condition that is ready.
struct Condition {
    field: String,
    op: Op,
    value: Option<Form>,
    other_field: Option<String>,
}

/// What a row is asked.
enum Test {
    Everything,
    Where(Form),
    Conditions(Vec<Condition>, Logic),
}

/// Steps of work on a row, about, beside the conditions.
const ROW: u64 = 20;

/// The work of the step, shared with evaluations.
struct Work {
    input: Form,
    fields: Option<Vec<String>>,
    test: Test,
}

/// `filter`: the payload becomes the list of kept rows.
pub struct Filter {
    input: Param,
    work: Arc<Work>,
}

impl Filter {
    /// The step with these parameters.
    ///
    /// # Errors
    /// A logic or an operator that cannot be read.
    pub fn new(params: &FilterParams) -> Result<Filter, String> {
        let test = match &params.condition {
            Some(condition) => Test::Where(condition.form.clone()),
            None if params.conditions.is_empty() => Test::Everything,
            None => {
                let conditions = params.conditions.iter().map(|condition| {
                    Ok(Condition {
                        field: condition.field.clone(),
                        op: Op::parse(&condition.op).ok_or("unknown operator")?,
                        value: condition.value.as_ref().map(|value| value.form.clone()),
                        other_field: condition.other_field.clone(),
                    })
                });
                let logic = match &params.logic {
                    Some(text) => Logic::parse(text).map_err(|error| error.message)?,
                    None => Logic::all(params.conditions.len()),
                };
                Test::Conditions(conditions.collect::<Result<_, String>>()?, logic)
            }
        };
        let work = Work { input: params.input.form.clone(), fields: params.fields.clone(), test };
        Ok(Filter { input: params.input.clone(), work: Arc::new(work) })
    }
}

impl Work {
    /// The kept rows. Anything but a list of dicts gives no list back.
    fn filter(&self, vm: &mut Vm, message: &Value) -> R {
        let input = match self.input.evaluate(vm, message)? {
            Value::Entity(entity) => entity.value()?,
            other => other,
        };
        let Value::List(rows) = &input else { return Ok(wrong_input(&input)) };
        let values = match &self.test {
            Test::Conditions(conditions, _) => {
                let value =
                    |condition: &Condition| condition.value.as_ref().map(|form| form.evaluate(vm, message)).transpose();
                let mut value = value;
                conditions.iter().map(&mut value).collect::<R<Vec<_>>>()?
            }
            _ => Vec::new(),
        };
        let mut kept = Vec::new();
        for row in rows.to_vec() {
            checkpoint(ROW)?;
            let Value::Dict(fields) = &row else { return Ok(wrong_input(&row)) };
            if self.keeps(vm, message, &row, fields, &values)? {
                kept.push(self.output(&row, fields));
            }
        }
        Ok(Value::list(kept))
    }

    fn keeps(&self, vm: &mut Vm, message: &Value, row: &Value, fields: &Dict, values: &[Option<Value>]) -> R<bool> {
        match (&self.test, message) {
            (Test::Everything, _) => Ok(true),
            (Test::Where(form), Value::Message(own)) => {
                // The message belongs to this evaluation alone.
                own.set(Part::Payload, row.clone());
                let value = form.evaluate(vm, message)?;
                truth(vm, &value)
            }
            (Test::Where(_), _) => Ok(false),
            (Test::Conditions(conditions, logic), _) => logic.holds(&mut |number| {
                let n = number.saturating_sub(1);
                let (Some(condition), Some(value)) = (conditions.get(n), values.get(n)) else { return Ok(false) };
                condition.holds(vm, fields, value.as_ref())
            }),
        }
    }

    fn output(&self, row: &Value, fields: &Dict) -> Value {
        match &self.fields {
            None => row.clone(),
            Some(names) => {
                Value::dict(names.iter().map(|name| (name.as_str(), fields.get_str(name).unwrap_or(Value::None))))
            }
        }
    }
}

/// Stands for input of the wrong type: an Entity is no list, and the type's name is what is needed of it.
fn wrong_input(value: &Value) -> Value {
    Value::str(value.type_name())
}

impl Condition {
    fn holds(&self, cx: &mut Cx<'_>, row: &Dict, value: Option<&Value>) -> R<bool> {
        let own = row.get_str(&self.field).unwrap_or(Value::None);
        let other = match (&self.other_field, value) {
            (Some(field), _) => row.get_str(field).unwrap_or(Value::None),
            (None, Some(value)) => value.clone(),
            (None, None) => Value::None,
        };
        match self.op {
            Op::IsNull => return Ok(own.is_none()),
            Op::IsNotNull => return Ok(!own.is_none()),
            Op::Compare(op @ (CmpOp::Eq | CmpOp::NotEq)) => return operators::compare(cx, op, &own, &other),
            // Nothing else holds for what is not there.
            _ if own.is_none() || other.is_none() => return Ok(false),
            _ => {}
        }
        let texts = || match (own.text_bytes(), other.text_bytes()) {
            (Some(own), Some(other)) => Ok((own, other)),
            _ => Err(incomparable(&own, &other)),
        };
        match self.op {
            Op::Compare(op) => operators::compare(cx, op, &own, &other),
            Op::StartsWith => texts().map(|(own, other)| own.starts_with(other)),
            Op::EndsWith => texts().map(|(own, other)| own.ends_with(other)),
            Op::Contains => operators::contains(cx, &own, &other),
            Op::In => operators::contains(cx, &other, &own),
            Op::NotIn => operators::contains(cx, &other, &own).map(|found| !found),
            Op::IsNull | Op::IsNotNull => Ok(false),
        }
    }
}

fn incomparable(own: &Value, other: &Value) -> dataway_lang::value::Raise {
    type_error(format!(
        "a field of type '{}' and a value of type '{}' cannot be compared so",
        own.type_name(),
        other.type_name()
    ))
}

impl Component for Filter {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let work = self.work.clone();
            let kept = self.input.compute(run, &message, move |vm, message| work.filter(vm, &message)).await;
            let result = match kept {
                Ok(rows) if rows.as_list().is_some() => {
                    message.set_payload(rows);
                    Ok(())
                }
                Ok(kind) => {
                    let kind = kind.as_str().unwrap_or_default().to_owned();
                    Err(Fault::wrong_type(format!("`input` must be a list of dicts, not with {kind}")))
                }
                Err(fault) if self.compares() && fault.description.starts_with("TypeError") => {
                    Err(Fault::wrong_type(fault.description.clone()).because(fault))
                }
                Err(fault) => Err(fault),
            };
            StepEnd::of(result, message)
        })
    }
}

impl Filter {
    fn compares(&self) -> bool {
        matches!(self.work.test, Test::Conditions(..))
    }
}
