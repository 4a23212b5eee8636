//! What each component makes of a message, as far as types go (part 2, section 2; part 3).

use dataway_lang::check::types::fit::element;
use dataway_lang::check::types::{Field, Rest, Type};
use dataway_lang::value::types as descs;

use super::super::walk::Parts;
use super::Pass;
use super::contracts;
use super::messages::seen_by;
use super::state::{Known, State, closed};
use crate::expr::Param;
use crate::model::{Broken, Flow, Step, Trigger};

/// The first message of a trigger.
pub fn trigger(trigger: &Trigger) -> State {
    let parts = Parts::of(&*trigger.params);
    let texts = || Type::dict(Type::STR, Type::list(Type::STR));
    let mut state = State::unknown();
    match trigger.kind.key {
        "http-listener" => {
            let (value, mime) = match parts.contract("payload") {
                Some(contract) => (contracts::known(contract), Some(contract.mime_type.as_str())),
                None => (Known::any(), None),
            };
            state.payload = value.with(Type::entity(value.ty.clone(), mime));
            state.attributes = Known::sure(closed([
                ("headers", texts()),
                ("header", texts()),
                ("cookies", Type::dict(Type::STR, Type::STR)),
                ("host", Type::STR),
                ("method", Type::STR),
                ("remoteAddr", Type::STR),
                ("requestUri", Type::STR),
                ("requestPath", Type::STR),
                ("queryParams", texts()),
                ("uriParams", Type::dict(Type::STR, Type::STR)),
            ]));
        }
        "scheduler" => state.payload = Known::sure(Type::NONE),
        _ => {}
    }
    state
}

impl<'a> Pass<'a> {
    /// The message after a step.
    pub(super) fn step(&mut self, step: &'a Step, input: State) -> State {
        let key = step.key();
        if self.speaks {
            self.walk.arrived.insert(step.span.start, input.clone());
        }
        if step.params::<Broken>().is_some() {
            return match key {
                "logger" | "sleep" => input,
                "set-variable" | "remove-variable" => State { variables: Vec::new(), ..input },
                _ => State::unknown(),
            };
        }
        let parts = Parts::of(&*step.params);
        self.parameters(key, &parts, &input);
        match key {
            "set-payload" => {
                let payload = self.with_mime_type(&parts, &input);
                input.with_payload(payload)
            }
            "set-variable" => {
                let value = self.with_mime_type(&parts, &input);
                let mut made = input;
                made.set_variable(literal_name(&parts, "name", ""), value);
                made
            }
            "remove-variable" => self.removed(&parts, input),
            "transform" => self.transform(&parts, input),
            "validate" => match (parts.schemas.first(), parts.param("value").is_none_or(is_payload)) {
                (Some(schema), true) => {
                    let known = contracts::of_schema(&schema.text);
                    let payload = match &input.payload.ty {
                        Type::Entity(_, mime) => Type::entity(known.ty, mime.as_deref()),
                        _ => known.ty,
                    };
                    input.with_payload(Known::sure(payload))
                }
                _ => input,
            },
            "raise-error" | "break" | "continue" => State { is_reachable: false, ..input },
            "flow-ref" => match parts.flows.first() {
                Some(flow) => self.call(&flow.name, &input),
                None => State::unknown(),
            },
            _ if !parts.steps.is_empty() => self.container(key, &parts, input),
            _ => operation(key, &parts, input),
        }
    }

    /// A container: its sub-flows, and what comes out.
    fn container(&mut self, key: &str, parts: &Parts<'a>, input: State) -> State {
        let first = parts.steps.first().copied();
        match key {
            "choice" => {
                let mut end: Option<State> = None;
                for branch in &parts.steps {
                    let made = self.steps(branch, input.clone());
                    end = Some(end.map_or_else(|| made.clone(), |end| end.join(&made)));
                }
                let covers_all = parts.steps.iter().any(|branch| branch.label == "otherwise");
                match end {
                    Some(end) if covers_all => end,
                    Some(end) => end.join(&input),
                    None => input,
                }
            }
            "try" => {
                let mut end: Option<State> = None;
                for inner in &parts.steps {
                    // A catch starts anywhere: nothing is known but what no step of the body can change.
                    let start = if inner.label.is_empty() { input.clone() } else { State::unknown() };
                    let made = self.steps(inner, start);
                    end = Some(end.map_or_else(|| made.clone(), |end| end.join(&made)));
                }
                end.unwrap_or(input)
            }
            "for-each" | "while" | "parallel-for-each" => {
                let payload = if key == "while" { Known::sure(Type::NONE) } else { self.elements(parts, &input) };
                let mut start = input.clone().with_payload(payload);
                start.attributes = Known::sure(Type::dict(Type::STR, Type::Any));
                // Later turns see what earlier ones left: only variables that the body never sets stay known.
                if key != "parallel-for-each" {
                    // Nested loops would double the work at every level, so a quiet walk takes one turn and knows less.
                    let is_outer = self.speaks;
                    let first_turn =
                        first.filter(|_| is_outer).map(|body| self.quietly(|pass| pass.steps(body, start.clone())));
                    match first_turn {
                        Some(after) => start.variables = start.join(&after).variables,
                        None => start.variables.clear(),
                    }
                }
                start.set_variable(literal_name(parts, "counter", "counter"), Known::sure(Type::INT));
                start.remove_variable(literal_name(parts, "root-message", "rootMessage"));
                let end = first.map(|body| self.steps(body, start.clone()));
                let end = end.unwrap_or_else(State::unknown);
                if key == "parallel-for-each" {
                    return input.with_payload(end.payload.with(Type::list(end.payload.ty.clone())));
                }
                let variables = input.join(&State { is_reachable: true, ..end }).variables;
                State { variables, ..input }
            }
            "scatter-gather" => {
                let by_name = parts.choice("result-keys") == Some("name");
                let mut fields = Vec::new();
                let mut is_sample = false;
                for (n, branch) in parts.steps.iter().enumerate() {
                    let end = self.steps(branch, input.clone());
                    let name = if by_name { branch.label.clone() } else { (n + 1).to_string() };
                    is_sample |= end.payload.is_sample;
                    fields.push(Field { key: name.into(), ty: end.payload.ty, required: true });
                }
                input.with_payload(Known { ty: Type::shape(fields, Rest::Closed), is_sample })
            }
            "async" => {
                first.map(|body| self.steps(body, input.clone()));
                input
            }
            "until-successful" | "synchronized" => match first {
                Some(body) => self.steps(body, input),
                None => input,
            },
            _ => {
                for inner in &parts.steps {
                    self.steps(inner, State::unknown());
                }
                State::unknown()
            }
        }
    }

    /// What a sub-flow of a loop gets as payload.
    fn elements(&mut self, parts: &Parts<'a>, input: &State) -> Known {
        let Some(collection) = parts.param("collection") else { return Known::any() };
        let collection = self.quietly(|pass| pass.param(collection, input));
        let plain = match &collection.ty {
            Type::Entity(value, _) => (**value).clone(),
            other => other.clone(),
        };
        let ty = match &plain {
            // Loops take the values of a dict, the language its keys.
            Type::Shape(shape) => shape.values(),
            Type::Generic(desc, parameters) if std::ptr::eq(*desc, &descs::DICT) => {
                parameters.get(1).cloned().unwrap_or(Type::Any)
            }
            ty if ty.is_instance(&descs::INT) => Type::INT,
            Type::Union(_) => Type::Any,
            ty => element(ty).unwrap_or(Type::Any),
        };
        collection.with(ty)
    }

    fn removed(&mut self, parts: &Parts<'a>, mut input: State) -> State {
        match parts.param("name").and_then(Param::literal_text) {
            Some(name) => input.remove_variable(name),
            None => input.variables.clear(),
        }
        input
    }

    fn transform(&mut self, parts: &Parts<'a>, input: State) -> State {
        let mut made = input.clone();
        if let Some(payload) = parts.param("payload") {
            made.payload = self.quietly(|pass| pass.param(payload, &input));
        }
        if let Some(attributes) = parts.param("attributes") {
            made.attributes = self.quietly(|pass| pass.param(attributes, &input));
        }
        for (path, _, param) in &parts.params {
            if let Some(name) = path.strip_prefix("variables.") {
                let known = self.quietly(|pass| pass.param(param, &input));
                made.set_variable(name, known);
            }
        }
        made
    }

    /// The value of `set-payload` and `set-variable`: an Entity if a MIME type is given.
    fn with_mime_type(&mut self, parts: &Parts<'a>, input: &State) -> Known {
        let Some(value) = parts.param("value") else { return Known::any() };
        let value = self.quietly(|pass| pass.param(value, input));
        let Some(mime) = parts.name("mime-type") else { return value };
        let inner = match &value.ty {
            Type::Entity(..) => Type::Any,
            ty if ty.is_instance(&descs::STR) || ty.is_instance(&descs::BYTES) => Type::Any,
            ty => ty.clone(),
        };
        value.with(Type::entity(inner, Some(mime)))
    }

    /// What a trigger sends back, seen from the flow's last message.
    pub(super) fn answers(&mut self, flow: &'a Flow, last: &State) {
        let Some(trigger) = &flow.body.trigger else { return };
        self.walk.arrived.insert(trigger.span.start, last.clone());
        let parts = Parts::of(&*trigger.params);
        for (path, field, param) in &parts.params {
            self.parameter(field, param, &seen_by(trigger.kind.key, path, last));
        }
    }
}

/// What an operation without steps inside gives.
fn operation(key: &str, parts: &Parts<'_>, input: State) -> State {
    let rows = || closed([("rowsAffected", Type::INT)]);
    let value = || closed([("value", Type::Any)]);
    let field = |ty| closed([("key", Type::STR), ("value", ty)]);
    let payload = match key {
        "http-request" => {
            let contract = parts.contract("response");
            let value = contract.map_or_else(Known::any, contracts::known);
            let mime = contract.map(|contract| contract.mime_type.as_str());
            let texts = Type::dict(Type::STR, Type::list(Type::STR));
            let attributes = closed([
                ("statusCode", Type::INT),
                ("reasonPhrase", Type::STR),
                ("headers", texts),
                ("cookies", Type::dict(Type::STR, Type::STR)),
            ]);
            let payload = value.with(Type::entity(value.ty.clone(), mime));
            return State { attributes: Known::sure(attributes), ..input.with_payload(payload) };
        }
        "database.query" if parts.choice("output") == Some("stream") => Type::Any,
        "database.query" => {
            let contract = parts.contract("result").map(contracts::known);
            match contract {
                Some(known) => return input.with_payload(known),
                None => Type::list(Type::dict(Type::STR, Type::Any)),
            }
        }
        "database.insert" => Type::shape(
            vec![
                Field { key: "rowsAffected".into(), ty: Type::INT, required: true },
                Field { key: "lastId".into(), ty: Type::Any, required: false },
            ],
            Rest::Closed,
        ),
        "database.update" | "database.delete" => rows(),
        "database.batch" => closed([("rowsAffected", Type::INT), ("failed", Type::list(Type::INT))]),
        "file.read" => Type::entity(Type::Any, None),
        "file.list" => Type::list(Type::shape(
            [
                ("Name", Type::STR),
                ("Type", Type::STR),
                ("Size", Type::INT),
                ("Time", Type::Any),
                ("PathName", Type::STR),
            ]
            .into_iter()
            .map(|(key, ty)| Field { key: key.into(), ty, required: true })
            .chain([Field { key: "Target".into(), ty: Type::Any, required: false }])
            .collect(),
            Rest::Closed,
        )),
        "cache.store" | "cache.store-if-absent" | "cache.read" | "cache.delete" => Type::STR,
        "cache.exists" => Type::INT,
        "compress" | "decompress" | "crypto.encrypt" | "crypto.decrypt" | "crypto.sign" => Type::BYTES,
        "crypto.verify" => Type::BOOL,
        "state.set" | "state.get" | "state.list-push" | "state.list-get" | "state.list-pop" => value(),
        "state.delete" | "state.expire" => Type::NONE,
        "state.list-length" | "state.hash-size" => closed([("size", Type::INT)]),
        "state.hash-set" | "state.hash-get" => field(Type::Any),
        "state.hash-remove" | "state.hash-has" => field(Type::BOOL),
        "logger" | "sleep" | "rate-limiter" | "validate" | "file.write" | "file.delete" | "file.move" => return input,
        // Rows of the input, perhaps with fewer fields.
        _ => Type::Any,
    };
    input.with_payload(Known::sure(payload))
}

/// Is the value of a parameter the payload as it came, its default?
fn is_payload(param: &Param) -> bool {
    param.program().is_some_and(|program| program.compiled.text.text().trim() == "msg.payload")
}

/// A literal name among the parameters, or its default.
fn literal_name<'p>(parts: &Parts<'p>, path: &str, default: &'static str) -> &'p str {
    parts.names.iter().find(|(known, _)| known == path).map_or(default, |(_, name)| *name)
}
