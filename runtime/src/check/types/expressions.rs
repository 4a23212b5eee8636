//! The type of a parameter for a state, and whether that fits.

use dataway_lang::check::CheckOptions;
use dataway_lang::check::parameter::{self, check_parameter};
use dataway_lang::check::types::fit::{Fit, fit};
use dataway_lang::check::types::{Field, Rest, Type};
use dataway_lang::diagnostic::{Code as LanguageCode, Severity};
use dataway_lang::result::target::Target;
use dataway_lang::source::{SourceText, Span};
use dataway_lang::value::types as descs;

use super::super::walk::Parts;
use super::Pass;
use super::messages::seen_by;
use super::state::{Known, State};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{As, Data, Evaluation, Form, Param, from_language};
use crate::params::{Field as Parameter, Shape};

/// What an expression in a parameter begins with, and its bytes.
const OPEN: &str = "#[";
const OPEN_BYTES: u32 = 2;

/// A key that a contract rules out, in the language's numbering.
const RULED_OUT: LanguageCode = LanguageCode(2102);

impl<'a> Pass<'a> {
    /// Walks without keeping findings.
    pub(super) fn quietly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let speaks = std::mem::replace(&mut self.speaks, false);
        let made = work(self);
        self.speaks = speaks;
        made
    }

    /// Checks the parameters of a step that are evaluated against its input.
    pub(super) fn parameters(&mut self, key: &str, parts: &Parts<'a>, input: &State) {
        if !self.speaks {
            return;
        }
        for (path, field, param) in &parts.params {
            self.parameter(field, param, &seen_by(key, path, input));
        }
    }

    /// Checks one parameter: its expressions, and its type against the table.
    pub(super) fn parameter(&mut self, field: &'static Parameter, param: &'a Param, state: &State) {
        let known = self.param(param, state);
        self.conversion(param, state);
        if param.literal().is_some() || !self.speaks {
            return;
        }
        if matches!(param.shape, Shape::Bool) {
            let is_bool = |ty: &Type| ty.is_any() || ty.is_instance(&descs::BOOL);
            if !known.ty.members().iter().all(is_bool) && !matches!(known.ty, Type::Never) {
                let message = format!("`{}` takes the truth of a value that is no bool", field.name);
                let hint = Diagnostic::hint(Code::TYPE, &param.source, param.span, message);
                self.walk.found.push(hint.with_help("texts are true unless they are empty, also 'false'"));
            }
            return;
        }
        let Some(wanted) = wanted(&param.shape) else { return };
        if fit(&known.ty, &wanted) == Fit::No && !known.is_sample {
            let message =
                format!("`{}` must be {}, but this is always `{}`", field.name, param.shape.describe(), known.ty);
            self.walk.found.push(Diagnostic::error(Code::TYPE, &param.source, param.span, message));
        }
    }

    /// Checks an output conversion (`as`) by what the language says of it: whether a literal text converts, whether an
    /// expression ever gives something that does. Everything else about the expression is found without it.
    fn conversion(&mut self, param: &'a Param, state: &State) {
        let Form::Converted(inner, As::Target(target)) = &param.form else { return };
        let Some(target) = parameter::Target::of(*target).filter(|_| self.speaks) else { return };
        let wanted = parameter::Parameter { target, ..Default::default() };
        match &**inner {
            Form::Literal(Data::Text(text)) => {
                let text = SourceText::new("text", text);
                for finding in check_parameter(&text, wanted, &CheckOptions::default()) {
                    self.walk.found.push(from_language(&finding, &param.source, param.span));
                }
            }
            Form::Program(evaluation) if evaluation.origin.is_some() => {
                let text = SourceText::new("text", &format!("{OPEN}{}]", evaluation.compiled.text.text()));
                let options =
                    CheckOptions { profile: self.profile, contracts: state.contracts(), ..CheckOptions::default() };
                for finding in check_parameter(&text, wanted, &options) {
                    if finding.code == parameter::CONVERSION {
                        let inside = |at: u32| at.saturating_sub(OPEN_BYTES);
                        let place = Span::new(inside(finding.span.start), inside(finding.span.end));
                        self.walk.found.push(from_language(&finding, &evaluation.source, evaluation.place(place)));
                    }
                }
            }
            _ => {}
        }
    }

    /// The type of a parameter.
    pub(super) fn param(&mut self, param: &'a Param, state: &State) -> Known {
        self.form(&param.form, state)
    }

    /// The type of a part of a parameter.
    pub(super) fn form(&mut self, form: &'a Form, state: &State) -> Known {
        match form {
            Form::Literal(data) => Known::sure(literal(data)),
            Form::Program(evaluation) => self.program(evaluation, state),
            Form::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.form(item, state)).collect();
                let is_sample = items.iter().any(|item| item.is_sample);
                Known { ty: Type::list(Type::union(items.into_iter().map(|item| item.ty))), is_sample }
            }
            Form::Map(entries) => {
                let mut fields = Vec::new();
                let mut is_sample = false;
                let mut all_texts = true;
                for (key, form) in entries.iter() {
                    let known = self.form(form, state);
                    is_sample |= known.is_sample;
                    match key {
                        Data::Text(key) => fields.push(Field { key: key.clone(), ty: known.ty, required: true }),
                        _ => all_texts = false,
                    }
                }
                let ty = if all_texts { Type::shape(fields, Rest::Closed) } else { Type::dict(Type::Any, Type::Any) };
                Known { ty, is_sample }
            }
            Form::Converted(inner, conversion) => {
                let inner = self.form(inner, state);
                converted(*conversion, &inner)
            }
        }
    }

    /// Checks an expression or script against what is known of the message; gives the type of its result.
    fn program(&mut self, evaluation: &'a Evaluation, state: &State) -> Known {
        let judged = evaluation.compiled.judge(state.contracts());
        if self.speaks {
            for finding in &judged.findings {
                let mut made = from_language(finding, &evaluation.source, evaluation.place(finding.span));
                if finding.code == RULED_OUT {
                    made.code = Code::NO_FIELD;
                    made.severity = made.severity.max(Severity::Warning);
                }
                self.walk.found.push(made);
            }
        }
        let is_sample = state.payload.is_sample || state.variables.iter().any(|(_, known)| known.is_sample);
        Known { ty: judged.ty.clone(), is_sample }
    }
}

/// The type of a literal.
pub fn literal(data: &Data) -> Type {
    match data {
        Data::None => Type::NONE,
        Data::Bool(_) => Type::BOOL,
        Data::Int(_) | Data::BigInt(_) => Type::INT,
        Data::Float(_) => Type::FLOAT,
        Data::Text(_) => Type::STR,
        Data::Bytes(_) => Type::BYTES,
        Data::List(items) => Type::list(Type::union(items.iter().map(literal))),
        Data::Map(entries) => {
            let field = |(key, value): &(Data, Data)| {
                Some(Field { key: key.as_str()?.into(), ty: literal(value), required: true })
            };
            match entries.iter().map(field).collect::<Option<Vec<_>>>() {
                Some(fields) => Type::shape(fields, Rest::Closed),
                None => Type::dict(Type::Any, Type::Any),
            }
        }
    }
}

/// The type after an output conversion.
fn converted(conversion: As, from: &Known) -> Known {
    let ty = match conversion {
        As::Any => return from.clone(),
        As::None => Type::NONE,
        As::Bytes => Type::BYTES,
        As::Target(target) => match target {
            Target::Int => Type::INT,
            Target::Float => Type::FLOAT,
            Target::Bool => Type::BOOL,
            Target::Text => Type::STR,
            Target::EntityJson => Type::entity(Type::Any, Some("application/json")),
            Target::EntityXml => Type::entity(Type::Any, Some("application/xml")),
            Target::Dict => Type::dict(Type::Any, Type::Any),
            Target::List => Type::list(Type::Any),
            _ => Type::Any,
        },
    };
    // None stays None in every conversion of the language.
    from.with(if from.ty.is_none() { Type::NONE } else { ty })
}

/// The type that a shape wants; `None` if many do.
fn wanted(shape: &Shape) -> Option<Type> {
    Some(match shape {
        Shape::Int(..) => Type::INT,
        Shape::Number(..) => Type::union([Type::INT, Type::FLOAT]),
        Shape::Text | Shape::Name | Shape::OneOf(_) | Shape::Syntax(_) => Type::STR,
        Shape::Duration(..) | Shape::Size => Type::union([Type::INT, Type::STR]),
        Shape::Either(shapes) => Type::union(shapes.iter().map(|shape| wanted(shape).unwrap_or(Type::Any))),
        _ => return None,
    })
}
