//! Hover: what the thing under the cursor is, with its type and documentation, as Markdown.

use dataway_lang::builtins;
use dataway_lang::check::symbols::BindingKind;
use dataway_lang::check::types::Type;
use dataway_lang::source::Span;
use dataway_lang::syntax::ast::{Constant, Expr, ExprKind};
use dataway_lang::syntax::keywords;
use dataway_lang::value::Value;

use super::{members, payload, signature, values};
use crate::cursor;
use crate::script::Script;

/// What the pop-up shows, and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it belongs to.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

/// What stands at `offset`.
#[must_use]
pub fn at(script: &Script, offset: u32) -> Option<Hover> {
    let path = cursor::expressions(&script.parsed().program, offset);
    if let Some(innermost) = path.last() {
        let parent = path.len().checked_sub(2).and_then(|at| path.get(at)).copied();
        if let Some(found) = of_expression(script, innermost, parent, offset) {
            return Some(found);
        }
    }
    of_own_name(script, offset).or_else(|| of_keyword(script, offset))
}

fn of_expression(script: &Script, expression: &Expr, parent: Option<&Expr>, offset: u32) -> Option<Hover> {
    match &expression.kind {
        ExprKind::Attribute { value, attr } if attr.span.start <= offset => {
            let receiver = script.type_of(value);
            let ty = script.type_of(expression);
            let member = members::find(&receiver, &attr.name);
            let (shown, doc) = match &member {
                Some(member) if member.takes_arguments || member.declaration.contains('(') => {
                    (member.declaration.clone(), member.doc)
                }
                Some(member) => (format!("{}: {ty}", attr.name), member.doc),
                None if ty.is_any() => return None,
                None => (format!("{}: {ty}", attr.name), ""),
            };
            let example = example(script, expression).unwrap_or_default();
            let doc = format!("{}{example}", values::markdown(doc));
            Some(Hover { span: attr.span, text: page(&shown, &doc) })
        }
        ExprKind::Name(name) if script.checked().symbols.written_at(expression.span.start).is_none() => {
            Some(Hover { span: expression.span, text: of_builtin_name(script, name, expression)? })
        }
        ExprKind::Constant(Constant::Str(text)) => {
            let key = std::str::from_utf8(text).ok()?;
            let receiver = receiver_of_key(script, expression, parent?)?;
            let field = members::keys(&receiver).into_iter().find(|field| *field.key == *key);
            let ty = field
                .as_ref()
                .map_or_else(|| parent.map_or(Type::Any, |one| script.type_of(one)), |field| field.ty.clone());
            let note = match &field {
                Some(field) if !field.required => {
                    "This key is not always there: test with `in`, or read it with `.get`."
                }
                Some(_) => "",
                None if members::keys(&receiver).is_empty() => "",
                None => "What is known of the data does not mention this key.",
            };
            let example = parent.and_then(|parent| example(script, parent)).unwrap_or_default();
            Some(Hover { span: expression.span, text: page(&format!("['{key}']: {ty}"), &format!("{note}{example}")) })
        }
        _ => None,
    }
}

/// The container whose key an expression is, as a subscript or as the first argument of `get`.
fn receiver_of_key(script: &Script, key: &Expr, parent: &Expr) -> Option<Type> {
    match &parent.kind {
        ExprKind::Subscript { value, index } if index.span == key.span => Some(script.type_of(value)),
        ExprKind::Call { func, args } if args.first().is_some_and(|arg| arg.value().span == key.span) => {
            match script.type_of(func) {
                Type::Member(builtin, Some(receiver)) if builtin.name() == "get" => Some((*receiver).clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What the sample has there.
fn example(script: &Script, expression: &Expr) -> Option<String> {
    let place = payload::place_of(script, expression)?;
    let value = payload::example(script, &place)?;
    Some(format!("\n\nIn the sample: `{value}`"))
}

fn of_builtin_name(script: &Script, name: &str, expression: &Expr) -> Option<String> {
    if name == "msg" {
        return Some(page("msg: Message", "The message: `payload`, `vars`, `attrs`, `error`, `id`, `seq_id`."));
    }
    match builtins::lookup(name)? {
        Value::Builtin(builtin) => Some(page(&members::shown(builtin), &values::markdown(builtin.doc))),
        Value::Type(desc) => {
            let new = members::constructor(desc);
            let head = new.map_or_else(|| format!("class {name}"), members::shown);
            let doc = if desc.doc.is_empty() { new.map_or("", |new| new.doc) } else { desc.doc };
            Some(page(&head, &values::markdown(doc)))
        }
        Value::Module(module) => Some(page(&format!("module {name}"), &values::markdown(module.doc))),
        _ => Some(page(&format!("{name}: {}", script.type_of(expression)), "")),
    }
}

/// A name of the program: its type where it is written.
fn of_own_name(script: &Script, offset: u32) -> Option<Hover> {
    let (id, symbol, span) = script.symbol_at(offset)?;
    let bound = script.checked().bindings.iter().find(|binding| binding.span == span && binding.symbol == id);
    let at_use = script.checked().types.at(span);
    let latest =
        script.checked().bindings.iter().rev().find(|binding| binding.symbol == id && binding.span.start <= offset);
    let ty = at_use.cloned().or_else(|| bound.or(latest).map(|binding| binding.ty.clone())).unwrap_or(Type::Any);
    let kind = symbol.bindings.first().map(|(_, kind)| *kind);
    if let Type::Function(_) = &ty
        && let Some(call) = signature::of_type(&ty)
    {
        let comment = symbol.bindings.first().map(|(span, _)| comment_above(script, *span)).unwrap_or_default();
        return Some(Hover { span, text: page(&format!("def {}", call.label), &comment) });
    }
    let example = cursor::expressions(&script.parsed().program, span.start)
        .last()
        .and_then(|expression| example(script, expression))
        .unwrap_or_default();
    let word = match kind {
        Some(BindingKind::Parameter) => "(parameter) ",
        Some(BindingKind::Import) => "(module) ",
        _ => "",
    };
    Some(Hover { span, text: page(&format!("{word}{}: {ty}", symbol.name), &example) })
}

/// The comment lines directly above a definition.
fn comment_above(script: &Script, span: Span) -> String {
    let mut line = script.source.line_column(span.start).line;
    let mut lines = Vec::new();
    while line > 1 {
        line -= 1;
        let Some(comment) = script.source.line_text(line).trim().strip_prefix('#') else { break };
        if comment.starts_with(':') {
            break;
        }
        lines.push(comment.trim());
    }
    lines.reverse();
    lines.join("\n")
}

fn of_keyword(script: &Script, offset: u32) -> Option<Hover> {
    let text = script.source.text();
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let before = text.get(..offset as usize)?;
    let after = text.get(offset as usize..)?;
    let start = before.len() - before.chars().rev().take_while(|c| inside(*c)).map(char::len_utf8).sum::<usize>();
    let end = before.len() + after.chars().take_while(|c| inside(*c)).map(char::len_utf8).sum::<usize>();
    let word = text.get(start..end)?;
    if !keywords().any(|keyword| keyword == word) {
        return None;
    }
    let what = KEYWORDS.iter().find(|(keyword, _)| *keyword == word).map(|(_, what)| *what)?;
    let span = Span::new(u32::try_from(start).ok()?, u32::try_from(end).ok()?);
    Some(Hover { span, text: page(word, what) })
}

/// What the keywords do, in a sentence each.
const KEYWORDS: &[(&str, &str)] = &[
    ("def", "Defines a function. A script's entry is `def dw_process(msg)`."),
    ("return", "Ends the function with a value; without one, with `None`."),
    ("yield", "Gives a value and goes on when the next one is asked for: the function is a generator."),
    ("if", "Runs the block if the condition is true; between two values, chooses one: `a if test else b`."),
    ("elif", "A further condition, looked at only if those before were false."),
    ("else", "What happens if no condition was true; after a loop, if it was not left by `break`."),
    ("for", "Runs the block once for each element; inside brackets, builds a list, set or dict."),
    ("while", "Runs the block as long as the condition is true."),
    ("break", "Leaves the innermost loop."),
    ("continue", "Goes on with the next turn of the innermost loop."),
    ("pass", "Does nothing."),
    ("try", "Runs the block; an exception in it goes to the first fitting `except`."),
    ("except", "Handles exceptions of these classes."),
    ("finally", "Runs in any case, also when an exception passes."),
    ("raise", "Raises an exception; alone inside `except`, the one that is being handled again."),
    ("assert", "Raises `AssertionError` if the condition is false."),
    ("lambda", "A function of one expression: `lambda x: x + 1`."),
    ("and", "The first value if it is false, else the second one."),
    ("or", "The first value if it is true, else the second one."),
    ("not", "True if the value is false."),
    ("in", "Tests whether a container has an element, a dict a key, a text another one."),
    ("is", "Tests for the same object: use it with `None`."),
    ("global", "Assignments in this function mean the names of the module."),
    ("nonlocal", "Assignments in this function mean the names of the function around it."),
    ("del", "Removes a name, an element or a key."),
    ("import", "Makes a module known; all modules can also be used without it."),
    ("from", "Takes names out of a module, or names the cause of an exception."),
    ("match", "Compares a value with patterns, one `case` after another."),
    ("case", "A pattern; names in it are bound to what stands there."),
];

fn page(code: &str, doc: &str) -> String {
    let doc = doc.trim();
    if doc.is_empty() { format!("```python\n{code}\n```") } else { format!("```python\n{code}\n```\n\n{doc}") }
}
