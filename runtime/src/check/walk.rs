//! Going through the steps of a flow and what their parameters hold.

use crate::expr::Param;
use crate::model::{Step, Steps};
use crate::params::{AnyParams, ConfigRef, Contract, Field, FlowRef, SchemaRef, Visitor};

/// What the parameters of a step hold, by the path of their fields.
#[derive(Debug, Default)]
pub struct Parts<'a> {
    /// The fields around what is being seen.
    fields: Vec<&'static Field>,
    /// Their names, and the keys between them.
    path: Vec<&'a str>,
    /// Literals and expressions, each with its path such as `response.status`.
    pub params: Vec<(String, &'static Field, &'a Param)>,
    /// Choices, each with its path.
    pub choices: Vec<(String, &'static str)>,
    /// Literal names, each with its path.
    pub names: Vec<(String, &'a str)>,
    /// The lists of steps inside.
    pub steps: Vec<&'a Steps>,
    /// The flows that are named.
    pub flows: Vec<&'a FlowRef>,
    /// The configurations that are named.
    pub configs: Vec<&'a ConfigRef>,
    /// The contracts, each with its path.
    pub contracts: Vec<(String, &'a Contract)>,
    /// The schemas.
    pub schemas: Vec<&'a SchemaRef>,
}

impl<'a> Parts<'a> {
    /// The parts of a parameter struct.
    pub fn of(params: &'a dyn AnyParams) -> Parts<'a> {
        let mut parts = Parts::default();
        params.visit(&mut parts);
        parts
    }

    /// The literal or expression of that path.
    pub fn param(&self, path: &str) -> Option<&'a Param> {
        self.params.iter().find(|(known, ..)| known == path).map(|(_, _, param)| *param)
    }

    /// The choice of that path.
    pub fn choice(&self, path: &str) -> Option<&'static str> {
        self.choices.iter().find(|(known, _)| known == path).map(|(_, text)| *text)
    }

    /// The literal text of that path.
    pub fn name(&self, path: &str) -> Option<&'a str> {
        self.names.iter().find(|(known, _)| known == path).map(|(_, text)| *text)
    }

    /// The contract of that path.
    pub fn contract(&self, path: &str) -> Option<&'a Contract> {
        self.contracts.iter().find(|(known, _)| known == path).map(|(_, contract)| *contract)
    }

    fn path(&self) -> String {
        self.path.join(".")
    }
}

impl<'a> Visitor<'a> for Parts<'a> {
    fn enter(&mut self, field: &'static Field) {
        self.fields.push(field);
        self.path.push(field.name);
    }
    fn leave(&mut self, _field: &'static Field) {
        self.fields.pop();
        self.path.pop();
    }
    fn enter_key(&mut self, key: &'a str) {
        self.path.push(key);
    }
    fn leave_key(&mut self) {
        self.path.pop();
    }
    fn param(&mut self, param: &'a Param) {
        if let Some(field) = self.fields.last() {
            self.params.push((self.path(), field, param));
        }
    }
    fn name(&mut self, name: &'a str) {
        self.names.push((self.path(), name));
    }
    fn choice(&mut self, text: &'static str) {
        self.choices.push((self.path(), text));
    }
    fn steps(&mut self, steps: &'a Steps) {
        self.steps.push(steps);
    }
    fn flow(&mut self, flow: &'a FlowRef) {
        self.flows.push(flow);
    }
    fn config(&mut self, config: &'a ConfigRef) {
        self.configs.push(config);
    }
    fn contract(&mut self, contract: &'a Contract) {
        self.contracts.push((self.path(), contract));
    }
    fn schema(&mut self, schema: &'a SchemaRef) {
        self.schemas.push(schema);
    }
}

/// Every step of a list and of the containers in it, each container before its steps. Nesting is bounded by the loader.
pub fn each<'a>(steps: &'a Steps, see: &mut dyn FnMut(&'a Step)) {
    for step in &steps.items {
        see(step);
        for inner in Parts::of(&*step.params).steps {
            each(inner, see);
        }
    }
}
