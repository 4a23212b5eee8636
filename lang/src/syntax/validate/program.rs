//! `dw_process` and functions defined twice (spec section 1.4).

use std::collections::HashMap;

use super::with_stack;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{FunctionDef, Mode, Name, Stmt, StmtKind};
use crate::syntax::report::Report;

/// The function that every script defines.
const MAIN: &str = "dw_process";

/// Checks the statements of a program.
pub fn check(statements: &[Stmt], mode: Mode, report: &mut Report) {
    if mode == Mode::Script {
        let mut main = None;
        find_main(statements, &mut main);
        match main {
            Some(function) => check_signature(function, report),
            // An error may hide the definition.
            None if report.has_errors() => {}
            None => report.error_help(
                Code::NO_DW_PROCESS,
                Span::at(0),
                format!("the script defines no function `{MAIN}`"),
                format!("define `def {MAIN}(msg):`; its result is the result of the script"),
            ),
        }
    }
    defined_twice(statements, report);
}

/// Finds the last definition of `dw_process` at module level.
fn find_main<'a>(statements: &'a [Stmt], found: &mut Option<&'a FunctionDef>) {
    for statement in statements {
        match &statement.kind {
            StmtKind::FunctionDef(function) if &*function.name.name == MAIN => {
                *found = Some(function);
            }
            // What another function defines inside is not at module level.
            StmtKind::FunctionDef(_) => {}
            _ => statement.for_each_block(&mut |block| with_stack(|| find_main(block, found))),
        }
    }
}

fn check_signature(function: &FunctionDef, report: &mut Report) {
    let params = &function.params;
    let positional = params.posonly.len() + params.args.len();
    if positional != 1 || params.iter().count() != 1 {
        let span = if params.span.is_empty() { function.name.span } else { params.span };
        report.error_help(
            Code::DW_PROCESS_SIGNATURE,
            span,
            format!("`{MAIN}` takes exactly one parameter, the message"),
            format!("write `def {MAIN}(msg):`; variables are in `msg.vars`"),
        );
    }
}

/// Warns of functions that replace another one of the same block before anything else can happen
/// to the name.
fn defined_twice(statements: &[Stmt], report: &mut Report) {
    let mut defined: HashMap<&Name, Span> = HashMap::new();
    for statement in statements {
        if let StmtKind::FunctionDef(function) = &statement.kind {
            let name = &function.name;
            let earlier = defined.insert(&name.name, name.span);
            // A decorator may well combine both.
            if let Some(earlier) = earlier.filter(|_| function.decorators.is_empty()) {
                let diagnostic = Diagnostic::warning(
                    Code::DEFINED_TWICE,
                    name.span,
                    format!("function `{}` is defined twice", name.name),
                )
                .with_help("the last definition wins: rename or remove one")
                .with_related(earlier, "the other one");
                report.push(diagnostic);
            }
        }
        statement.for_each_block(&mut |block| with_stack(|| defined_twice(block, report)));
    }
}
