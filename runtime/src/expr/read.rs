//! Recognising value forms, compiling what is inside, and checking literals.

use std::sync::Arc;

use dataway_lang::diagnostic::{Diagnostic as Finding, Severity};
use dataway_lang::source::{SourceText, Span};

use super::programs::{Compilation, Evaluation, Origin};
use super::{As, Data, Form};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::FileError;
use crate::params::{Mode, Reader, Shape, literal_fits};
use crate::yaml::{Kind, Node, Text};

/// The keys of value forms.
const FORMS: [&str; 3] = ["script", "expr", "literal"];

/// Is the mapping a value form: exactly one of `script`, `expr`, `literal`, with or without `as`?
#[must_use]
pub fn is_value_form(node: &Node) -> bool {
    let Some(entries) = node.as_map() else { return false };
    let keys = || entries.iter().map(|entry| entry.key.as_str().unwrap_or_default());
    let forms = keys().filter(|key| FORMS.contains(key)).count();
    forms == 1 && keys().all(|key| key == "as" || FORMS.contains(&key))
}

/// Is the text an expression: `#[` … `]` after trimming?
#[must_use]
pub fn is_expression(text: &str) -> bool {
    expression_text(text).is_some()
}

/// The inside of `#[ … ]` with its offset in the text.
#[must_use]
pub fn expression_text(text: &str) -> Option<(&str, usize)> {
    let start = text.len() - text.trim_start().len() + 2;
    let inside = text.trim().strip_prefix("#[")?.strip_suffix(']')?;
    Some((inside, start))
}

/// Does the node hold something to evaluate at its top?
#[must_use]
pub fn is_dynamic(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.trim_start().starts_with("#[")) || is_value_form(node)
}

/// Reads the value of a parameter and checks it against mode and shape.
pub fn param(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Form> {
    if node.kind == Kind::Lost {
        return None;
    }
    let mode = reader.mode();
    let form = form(node, reader)?;
    let written = match (&form, node.get("literal")) {
        // A value form is checked by what is inside.
        (Form::Literal(_), Some(inner)) if is_value_form(node) => inner,
        _ => node,
    };
    match &form {
        Form::Literal(data) if mode == Mode::Expression => {
            let message = format!("{} must be an expression or a script, not {}", reader.subject(), node.describe());
            let help = match data {
                Data::Text(text) if !text.is_empty() && !text.contains(['\n', '"']) => {
                    format!("write \"#[{}]\"", text.trim())
                }
                _ => "write \"#[ … ]\"".to_owned(),
            };
            reader.error_help(Code::MODE, node.span, message, help);
            None
        }
        Form::Literal(_) | Form::List(_) | Form::Map(_) => {
            let fits = reader.with_dynamic(|reader| literal_fits(written, shape, reader));
            fits.then_some(form)
        }
        Form::Program(_) | Form::Converted(..) => Some(form),
    }
}

/// Reads any value form; literals are not checked.
fn form(node: &Node, reader: &mut Reader<'_>) -> Option<Form> {
    match &node.kind {
        Kind::Lost => None,
        Kind::Text(text) => text_form(node, text, reader),
        Kind::List(items) => {
            let made: Vec<_> = items.iter().map(|item| form(item, reader)).collect();
            let made: Vec<_> = made.into_iter().collect::<Option<_>>()?;
            Some(if made.iter().all(|form| matches!(form, Form::Literal(_))) {
                Form::Literal(Data::List(made.into_iter().filter_map(literal).collect()))
            } else {
                Form::List(made.into())
            })
        }
        Kind::Map(_) if is_value_form(node) => value_form(node, reader),
        Kind::Map(entries) => {
            let made: Vec<_> =
                entries.iter().map(|entry| Some((Data::of(&entry.key), form(&entry.value, reader)?))).collect();
            let made: Vec<_> = made.into_iter().collect::<Option<_>>()?;
            Some(if made.iter().all(|(_, form)| matches!(form, Form::Literal(_))) {
                let pairs = made.into_iter().filter_map(|(key, form)| Some((key, literal(form)?)));
                Form::Literal(Data::Map(pairs.collect()))
            } else {
                Form::Map(made.into())
            })
        }
        _ => Some(Form::Literal(Data::of(node))),
    }
}

fn literal(form: Form) -> Option<Data> {
    match form {
        Form::Literal(data) => Some(data),
        _ => None,
    }
}

fn text_form(node: &Node, text: &Text, reader: &mut Reader<'_>) -> Option<Form> {
    let value = &text.value;
    if let Some((inside, offset)) = expression_text(value) {
        return expression(inside, offset, text, reader).map(Form::Program);
    }
    let trimmed = value.trim_start();
    if trimmed.starts_with("#[") {
        reader.error_help(
            Code::UNCLOSED,
            node.span,
            format!("the expression in {} does not end with `]`", reader.subject()),
            "close it with `]`; a text that starts with `#[` is written `\\#[…`",
        );
        return None;
    }
    if let Some(escaped) = trimmed.strip_prefix("\\#[") {
        let lead = value.get(..value.len() - trimmed.len()).unwrap_or_default();
        return Some(Form::Literal(Data::Text(format!("{lead}#[{escaped}").into())));
    }
    if let Some(at) = value.find("#[")
        && value.get(at..).is_some_and(|rest| rest.contains(']'))
    {
        let at = u32::try_from(at).unwrap_or(0);
        let span = text.positions.span(Span::new(at, at + 2));
        let message = "an expression inside a text is not evaluated";
        let help = "write the whole as an expression: \"#['text ' + str(…)]\"";
        let hint = Diagnostic::hint(Code::INSIDE_TEXT, &reader.source, span, message).with_help(help);
        reader.diagnostics.push(hint);
    }
    Some(Form::Literal(Data::Text(value.clone())))
}

/// Compiles the inside of `#[ … ]`.
fn expression(inside: &str, offset: usize, text: &Text, reader: &mut Reader<'_>) -> Option<Arc<Evaluation>> {
    let around = reader.around;
    let compiled = around.programs.expression(inside, around.profile, around.script_length);
    let origin = Origin { positions: text.positions.clone(), offset: u32::try_from(offset).unwrap_or(0) };
    evaluation(&compiled, &reader.source.clone(), Some(origin), reader)
}

fn value_form(node: &Node, reader: &mut Reader<'_>) -> Option<Form> {
    let conversion = match node.get("as") {
        Some(name) => Some(conversion(name, reader)?),
        None => None,
    };
    let made = if let Some(path) = node.get("script") {
        Form::Program(script(path, reader)?)
    } else if let Some(expr) = node.get("expr") {
        match expr.as_str() {
            Some(text) if text.trim_start().starts_with("#[") => form(expr, reader)?,
            _ if expr.kind == Kind::Lost => return None,
            _ => {
                let message = format!("`expr` must be an expression, not {}", expr.describe());
                reader.error_help(Code::MODE, expr.span, message, "write \"#[ … ]\"");
                return None;
            }
        }
    } else {
        Form::Literal(Data::of(node.get("literal")?))
    };
    Some(match conversion {
        None | Some(As::Any) => made,
        Some(conversion) => Form::Converted(Arc::new(made), conversion),
    })
}

fn conversion(node: &Node, reader: &mut Reader<'_>) -> Option<As> {
    let found = node.as_str().and_then(As::parse);
    if found.is_none() {
        reader.about("`as`", |reader| reader.misfit(node, &Shape::OneOf(As::NAMES)));
    }
    found
}

/// Reads and compiles a script file.
fn script(node: &Node, reader: &mut Reader<'_>) -> Option<Arc<Evaluation>> {
    let Some(path) = node.as_str() else {
        reader.about("`script`", |reader| reader.misfit(node, &Shape::Text));
        return None;
    };
    let file = match reader.file(path) {
        Ok(bytes) => SourceText::from_bytes(path, &bytes),
        Err(FileError::Missing(_)) => {
            let known = reader.around.files.names("transforms", "dw");
            let help = crate::params::nearest(path, known.iter().map(String::as_str));
            let help = help.unwrap_or_else(|| "scripts lie below `transforms/`".to_owned());
            reader.error_help(Code::REFERENCE, node.span, format!("there is no script `{path}`"), help);
            return None;
        }
        Err(error) => {
            reader.error(Code::PATH, node.span, error.to_string());
            return None;
        }
    };
    let around = reader.around;
    let compiled = around.programs.script(&file, around.profile, around.script_length);
    evaluation(&compiled, &file, None, reader)
}

/// Puts the language's findings to their place and gives the program, if there is one.
fn evaluation(
    compiled: &Arc<Compilation>,
    source: &SourceText,
    origin: Option<Origin>,
    reader: &mut Reader<'_>,
) -> Option<Arc<Evaluation>> {
    for finding in &compiled.findings {
        let span = origin.as_ref().map_or(finding.span, |origin| origin.place(finding.span));
        reader.diagnostics.push(from_language(finding, source, span));
    }
    let program = compiled.program.clone()?;
    Some(Arc::new(Evaluation { program, compiled: Arc::clone(compiled), source: source.clone(), origin }))
}

/// A finding of the language as one of the app.
#[must_use]
pub fn from_language(finding: &Finding, source: &SourceText, span: Span) -> Diagnostic {
    let severity = match finding.severity {
        Severity::Info => Severity::Hint,
        other => other,
    };
    let made = Diagnostic::new(severity, Code::Language(finding.code), source, span, finding.message.clone());
    Diagnostic { help: finding.help.clone(), ..made }
}
