//! Code actions: fixes of diagnostics, and rearrangements of what is selected.

use dataway_lang::builtins::{self, reference};
use dataway_lang::check::symbols::BindingKind;
use dataway_lang::check::types::Type;
use dataway_lang::diagnostic::Diagnostic;
use dataway_lang::source::Span;
use dataway_lang::syntax::ast::{Body, Constant, Expr, ExprKind, Mode, Stmt, StmtKind};
use dataway_lang::value::Value;

use super::members;
use crate::cursor::{self, Node};
use crate::script::Script;

/// What kind of action it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// Mends a diagnostic.
    QuickFix,
    /// Takes something out into a definition of its own.
    Extract,
    /// Writes the same in another way.
    Rewrite,
}

/// A change of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// An action that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What the menu shows.
    pub title: String,
    /// What kind it is.
    pub kind: ActionKind,
    /// What it changes; the spans do not overlap.
    pub edits: Vec<Edit>,
    /// Index of the diagnostic that it mends among those of the script.
    pub fixes: Option<usize>,
    /// Is it the one that should be taken without asking?
    pub preferred: bool,
}

/// All diagnostics of a script: the parser's, those of its contracts and the checker's, in source order.
#[must_use]
pub fn diagnostics(script: &Script) -> Vec<Diagnostic> {
    let mut all = script.parsed().diagnostics.clone();
    all.extend(script.context.knowledge.diagnostics.iter().cloned());
    all.extend(script.checked().diagnostics.iter().cloned());
    all.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    all.dedup_by(|a, b| a.code == b.code && a.span == b.span);
    all
}

/// The actions for a selection.
#[must_use]
pub fn actions(script: &Script, selection: Span) -> Vec<Action> {
    let mut actions = Vec::new();
    for (number, diagnostic) in diagnostics(script).iter().enumerate() {
        if diagnostic.span.start > selection.end || diagnostic.span.end < selection.start {
            continue;
        }
        if let Some(fix) = &diagnostic.fix {
            let written = script.source.slice(fix.span);
            let title = match (written.is_empty(), fix.replacement.is_empty()) {
                (true, _) => format!("Insert `{}`", fix.replacement),
                (false, true) => format!("Remove `{written}`"),
                (false, false) => format!("Replace `{written}` by `{}`", fix.replacement),
            };
            actions.push(Action {
                title,
                kind: ActionKind::QuickFix,
                edits: vec![Edit { span: fix.span, text: fix.replacement.clone() }],
                fixes: Some(number),
                preferred: true,
            });
        }
        if diagnostic.code.0 == 1001 {
            let known = diagnostic.fix.as_ref().map(|fix| fix.replacement.as_str());
            actions.extend(qualified(script, diagnostic.span, number, known));
        }
        if matches!(diagnostic.code.0, 2102..=2104) {
            actions.extend(wrap_in_get(script, diagnostic.span, Some(number)));
        }
    }
    if selection.is_empty() {
        actions.extend(insert_type(script, selection.start));
        if !actions.iter().any(|action| action.title.contains(".get")) {
            actions.extend(wrap_in_get(script, selection, None));
        }
        actions.extend(to_script(script));
    } else {
        actions.extend(extract_variable(script, selection));
        actions.extend(extract_function(script, selection));
    }
    actions.extend(to_expression(script));
    actions
}

/// An unknown name that is a member of a module gets that module: no import is needed.
/// `known` is what another fix writes.
fn qualified(script: &Script, span: Span, number: usize, known: Option<&str>) -> Vec<Action> {
    let name = script.source.slice(span);
    let module = |module: &&'static str| match builtins::lookup(module) {
        Some(Value::Module(desc)) => {
            members::find(&Type::Module(desc), name).is_some() && known != Some(&format!("{module}.{name}"))
        }
        _ => false,
    };
    let mut modules: Vec<&str> = reference::names().filter(module).collect();
    modules.sort_unstable();
    let action = |module: &str| Action {
        title: format!("Write `{module}.{name}`"),
        kind: ActionKind::QuickFix,
        edits: vec![Edit { span: Span::at(span.start), text: format!("{module}.") }],
        fixes: Some(number),
        preferred: false,
    };
    modules.into_iter().map(action).collect()
}

/// `order['note']` becomes `order.get('note')`.
fn wrap_in_get(script: &Script, span: Span, fixes: Option<usize>) -> Option<Action> {
    let path = cursor::expressions(&script.parsed().program, span.start);
    let subscript = path.iter().rev().find(|expression| matches!(&expression.kind, ExprKind::Subscript { .. }))?;
    let ExprKind::Subscript { value, index } = &subscript.kind else { return None };
    if !matches!(index.kind, ExprKind::Constant(Constant::Str(_))) || is_target(script, subscript) {
        return None;
    }
    let key = script.source.slice(index.span);
    Some(Action {
        title: format!("Read with `.get({key})`"),
        kind: if fixes.is_some() { ActionKind::QuickFix } else { ActionKind::Rewrite },
        edits: vec![Edit { span: Span::new(value.span.end, subscript.span.end), text: format!(".get({key})") }],
        fixes,
        preferred: false,
    })
}

/// Does the expression get a value or vanish here, so that it cannot be a call?
fn is_target(script: &Script, expression: &Expr) -> bool {
    let path = cursor::path(&script.parsed().program, expression.span.start);
    path.iter().any(|node| {
        let Node::Statement(statement) = node else { return false };
        match &statement.kind {
            StmtKind::Assign { targets, .. } | StmtKind::Delete(targets) => targets
                .iter()
                .any(|target| target.span.start <= expression.span.start && expression.span.end <= target.span.end),
            StmtKind::AugAssign { target, .. } | StmtKind::AnnAssign { target, .. } | StmtKind::For { target, .. } => {
                target.span.start <= expression.span.start && expression.span.end <= target.span.end
            }
            _ => false,
        }
    })
}

/// Writes the inferred type of the name at the cursor as its annotation.
fn insert_type(script: &Script, offset: u32) -> Option<Action> {
    if script.parsed().program.mode == Mode::Expression {
        return None;
    }
    let (id, symbol, span) = script.symbol_at(offset)?;
    let (first, kind) = symbol.bindings.first()?;
    if *first != span || *kind != BindingKind::Variable {
        return None;
    }
    let after = script.source.text().get(span.end as usize..)?.trim_start();
    if !after.starts_with('=') || after.starts_with("==") {
        return None;
    }
    let ty =
        script.checked().bindings.iter().find(|binding| binding.symbol == id && binding.span == span)?.ty.widened();
    let text = ty.to_string();
    if ty.is_any() || text.contains('{') || text.contains("...") {
        return None;
    }
    Some(Action {
        title: format!("Write the type `{text}`"),
        kind: ActionKind::Rewrite,
        edits: vec![Edit { span: Span::new(span.end, span.end), text: format!(": {text}") }],
        fixes: None,
        preferred: false,
    })
}

/// The selected expression becomes a variable before its statement.
fn extract_variable(script: &Script, selection: Span) -> Option<Action> {
    let expression = selected(script, selection)?;
    let statement = statement_around(script, expression.span)?;
    // Inside a comprehension or lambda the expression may use names that exist only there.
    let between = cursor::expressions(&script.parsed().program, expression.span.start);
    let inner_scope = between.iter().take_while(|one| one.span != expression.span).any(|one| opens_scope(&one.kind));
    if inner_scope || is_target(script, expression) {
        return None;
    }
    let name = free_name(script, expression, "value");
    let indent = indentation(script, statement.span.start);
    let code = script.source.slice(expression.span);
    Some(Action {
        title: format!("Extract into the variable `{name}`"),
        kind: ActionKind::Extract,
        edits: vec![
            Edit {
                span: Span::new(statement.span.start, statement.span.start),
                text: format!("{name} = {code}\n{indent}"),
            },
            Edit { span: expression.span, text: name },
        ],
        fixes: None,
        preferred: false,
    })
}

/// The selected expression becomes a function of the names it uses.
fn extract_function(script: &Script, selection: Span) -> Option<Action> {
    let expression = selected(script, selection)?;
    let Body::Statements(statements) = &script.parsed().program.body else { return None };
    let top = statements.iter().find(|one| one.span.start <= selection.start && selection.end <= one.span.end)?;
    if is_target(script, expression) || contains_yield(expression) {
        return None;
    }
    let symbols = &script.checked().symbols;
    let mut parameters: Vec<&str> = Vec::new();
    for symbol in &symbols.symbols {
        let used =
            symbol.uses.iter().any(|span| expression.span.start <= span.start && span.end <= expression.span.end);
        let bound_inside = symbol
            .bindings
            .iter()
            .any(|(span, _)| expression.span.start <= span.start && span.end <= expression.span.end);
        if used && symbol.scope != 0 && !bound_inside {
            parameters.push(&symbol.name);
        }
    }
    let name = free_name(script, expression, "compute");
    let code = script.source.slice(expression.span);
    let list = parameters.join(", ");
    Some(Action {
        title: format!("Extract into the function `{name}`"),
        kind: ActionKind::Extract,
        edits: vec![
            Edit {
                span: Span::new(top.span.start, top.span.start),
                text: format!("def {name}({list}):\n    return {code}\n\n\n"),
            },
            Edit { span: expression.span, text: format!("{name}({list})") },
        ],
        fixes: None,
        preferred: false,
    })
}

/// An expression becomes a script that returns it.
fn to_script(script: &Script) -> Option<Action> {
    let Body::Expression(expression) = &script.parsed().program.body else { return None };
    if script.parsed().has_compile_errors() {
        return None;
    }
    let code = script.source.slice(expression.span);
    Some(Action {
        title: "Convert to a script".to_owned(),
        kind: ActionKind::Rewrite,
        edits: vec![Edit { span: expression.span, text: format!("def dw_process(msg):\n    return {code}\n") }],
        fixes: None,
        preferred: false,
    })
}

/// A script that only returns an expression becomes that expression.
fn to_expression(script: &Script) -> Option<Action> {
    let Body::Statements(statements) = &script.parsed().program.body else { return None };
    let [Stmt { kind: StmtKind::FunctionDef(def), span }] = statements.as_slice() else { return None };
    let [Stmt { kind: StmtKind::Return(Some(value)), .. }] = def.body.as_slice() else { return None };
    let parameter = def.params.iter().next()?;
    if &*def.name.name != "dw_process" || script.parsed().has_compile_errors() || !script.parsed().comments.is_empty() {
        return None;
    }
    if &*parameter.name.name != "msg" || !script.context.embedded {
        return None;
    }
    Some(Action {
        title: "Convert to an expression".to_owned(),
        kind: ActionKind::Rewrite,
        edits: vec![Edit { span: *span, text: script.source.slice(value.span).to_owned() }],
        fixes: None,
        preferred: false,
    })
}

/// The expression that is selected, give or take blanks.
fn selected(script: &Script, selection: Span) -> Option<&Expr> {
    let text = script.source.slice(selection);
    let lead = u32::try_from(text.len() - text.trim_start().len()).ok()?;
    let tail = u32::try_from(text.len() - text.trim_end().len()).ok()?;
    let wanted = Span::new(selection.start + lead, selection.end.saturating_sub(tail).max(selection.start + lead));
    let path = cursor::expressions(&script.parsed().program, wanted.start);
    path.into_iter().find(|expression| expression.span == wanted)
}

fn statement_around(script: &Script, span: Span) -> Option<&Stmt> {
    cursor::path(&script.parsed().program, span.start)
        .into_iter()
        .filter_map(|node| if let Node::Statement(statement) = node { Some(statement) } else { None })
        .rfind(|statement| span.end <= statement.span.end)
}

fn opens_scope(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Lambda { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. }
    )
}

fn contains_yield(expression: &Expr) -> bool {
    let mut open = vec![expression];
    while let Some(one) = open.pop() {
        if matches!(one.kind, ExprKind::Yield(_) | ExprKind::YieldFrom(_) | ExprKind::NamedExpr { .. }) {
            return true;
        }
        one.kind.for_each_child(&mut |child| open.push(child));
    }
    false
}

/// A name that nobody uses: the key or attribute that is read, or `fallback`, with a number if need be.
fn free_name(script: &Script, expression: &Expr, fallback: &str) -> String {
    let hint = match &expression.kind {
        ExprKind::Attribute { attr, .. } => attr.name.to_string(),
        ExprKind::Subscript { index, .. } => match &index.kind {
            ExprKind::Constant(Constant::Str(key)) => String::from_utf8_lossy(key).into_owned(),
            _ => fallback.to_owned(),
        },
        _ => fallback.to_owned(),
    };
    let plain = !hint.is_empty()
        && hint.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !hint.starts_with(|c: char| c.is_numeric())
        && !dataway_lang::syntax::keywords().any(|keyword| keyword == hint);
    let base = if plain { hint } else { fallback.to_owned() };
    let taken = |name: &str| {
        script.checked().symbols.symbols.iter().any(|symbol| *symbol.name == *name)
            || script.checked().symbols.free.iter().any(|(free, _)| **free == *name)
    };
    let mut name = base.clone();
    let mut number = 2;
    while taken(&name) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

fn indentation(script: &Script, offset: u32) -> String {
    let line = script.source.line_text(script.source.line_column(offset).line);
    line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}
