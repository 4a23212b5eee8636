//! Signature help: the parameters of the call around the cursor, and which one is being written.

use dataway_lang::check::types::{Function, Type};
use dataway_lang::syntax::ast::Arg;
use dataway_lang::value::Builtin;
use dataway_lang::value::signature::{ParamKind, split};

use super::members;
use crate::cursor;
use crate::script::Script;

/// A parameter as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Name, type and default as written in the label.
    pub label: String,
    /// Can it be given by name?
    pub by_name: bool,
}

/// The signature of the call around the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The whole declaration.
    pub label: String,
    /// Its documentation.
    pub doc: &'static str,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The one that is being written.
    pub active: Option<usize>,
}

/// The signature of the call whose arguments enclose `offset`.
#[must_use]
pub fn at(script: &Script, offset: u32) -> Option<Signature> {
    let (callee, args, index) = cursor::call_at(&script.parsed().program, offset)?;
    let mut signature = of_type(&script.type_of(callee))?;
    let keyword = match args.get(index) {
        Some(Arg::Keyword { name, .. }) => Some(&*name.name),
        _ => None,
    };
    signature.active = match keyword {
        Some(name) => signature.parameters.iter().position(|parameter| parameter.name == name),
        None => {
            let last = signature.parameters.len().checked_sub(1)?;
            let starred = signature.parameters.iter().position(|one| one.label.starts_with('*'));
            Some(starred.map_or(index, |star| index.min(star)).min(last))
        }
    };
    Some(signature)
}

/// How a value of this type is called.
#[must_use]
pub fn of_type(ty: &Type) -> Option<Signature> {
    match ty {
        Type::Member(builtin, _) => Some(of_builtin(builtin)),
        Type::Class(desc) => members::constructor(desc).map(of_builtin),
        Type::Function(function) => Some(of_function(function)),
        _ => None,
    }
}

fn of_builtin(builtin: &'static Builtin) -> Signature {
    let label = members::shown(builtin);
    let inner = label.rsplit_once(") ->").map_or(label.trim_end_matches(')'), |(head, _)| head);
    let inner = inner.split_once('(').map_or("", |(_, inner)| inner);
    let parts = split(inner);
    let positional = parts.iter().position(|part| *part == "/").unwrap_or(0);
    let parameter = |(at, part): (usize, &&str)| {
        let bare = part.trim_start_matches('*');
        let end = bare.find([':', '=']).unwrap_or(bare.len());
        let name = bare.get(..end).unwrap_or(bare).trim().to_owned();
        Parameter { name, label: (*part).to_owned(), by_name: at >= positional && bare.len() == part.len() }
    };
    let written = parts.iter().enumerate().filter(|(_, part)| !matches!(**part, "/" | "*"));
    let parameters = written.map(parameter).collect();
    Signature { label, doc: builtin.doc, parameters, active: None }
}

fn of_function(function: &Function) -> Signature {
    let mut parameters = Vec::new();
    for param in function.params.iter().flatten() {
        let stars = match param.kind {
            ParamKind::VarArgs => "*",
            ParamKind::VarKeywords => "**",
            _ => "",
        };
        let ty = if param.ty.is_any() { String::new() } else { format!(": {}", param.ty) };
        let default = if param.optional && stars.is_empty() { " = …" } else { "" };
        parameters.push(Parameter {
            name: param.name.to_string(),
            label: format!("{stars}{}{ty}{default}", param.name),
            by_name: matches!(param.kind, ParamKind::Either | ParamKind::Keyword),
        });
    }
    let inner: Vec<&str> = parameters.iter().map(|parameter| parameter.label.as_str()).collect();
    let name = if function.name.is_empty() { "lambda" } else { &function.name };
    let label = format!("{name}({}) -> {}", inner.join(", "), function.result());
    Signature { label, doc: "", parameters, active: None }
}
