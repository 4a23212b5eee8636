//! Completion: what may be written at the cursor.
//!
//! A text that is being written seldom parses at the cursor. So the text is completed first: a marker is put where the
//! cursor stands, with the quote and the brackets that are still open on its line, and the place of the marker in the
//! tree of that variant says what is wanted there: a member, a key, an argument, or a name.

use dataway_lang::builtins::{self, reference};
use dataway_lang::check::symbols::BindingKind;
use dataway_lang::check::types::Type;
use dataway_lang::source::Span;
use dataway_lang::syntax::ast::{Arg, CmpOp, Constant, Expr, ExprKind, Mode};
use dataway_lang::syntax::{MODULES, keywords};
use dataway_lang::value::Value;

use super::members::{self, MemberKind};
use super::open::Open;
use super::{signature, values};
use crate::cursor;
use crate::script::Script;

/// What the variant has at the cursor: a name that nobody writes.
const MARKER: &str = "__cursor__";

/// Keywords of Python without a meaning here (spec 3.3): they are reserved, and every use is an error.
const MEANINGLESS: [&str; 4] = ["async", "await", "class", "with"];

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A variable.
    Variable,
    /// A function.
    Function,
    /// A method.
    Method,
    /// An attribute.
    Property,
    /// A key of a dict.
    Key,
    /// A type.
    Class,
    /// A module.
    Module,
    /// A constant.
    Constant,
    /// A keyword.
    Keyword,
    /// A parameter name with its `=`.
    Argument,
    /// A text with a meaning of its own: a MIME type, an encoding, a directive.
    Value,
    /// A piece of text with places to fill in.
    Snippet,
}

/// Documentation of an item, which most readers of a list never ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doc {
    /// As Markdown.
    Markdown(String),
    /// As the tables of the language have it.
    Table(&'static str),
}

impl Doc {
    /// It as Markdown; empty if there is none.
    #[must_use]
    pub fn markdown(&self) -> String {
        match self {
            Doc::Markdown(text) => text.clone(),
            Doc::Table(doc) => values::markdown(doc),
        }
    }
}

/// Something that may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub kind: ItemKind,
    /// Type or declaration.
    pub detail: String,
    /// What replaces [`Completions::replace`]; with `$0` where the cursor goes if `is_snippet`.
    pub insert: String,
    /// Does `insert` have places to fill in?
    pub is_snippet: bool,
    /// Documentation.
    pub doc: Doc,
    /// Rank: lower ones come first.
    pub rank: u8,
}

/// What may be written at a place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completions {
    /// The part that has been written already and is replaced.
    pub replace: Span,
    /// The items, best first.
    pub items: Vec<Item>,
}

/// What may be written at `offset`.
#[must_use]
pub fn at(script: &Script, offset: u32) -> Completions {
    let text = script.source.text();
    let Some(before) = text.get(..offset as usize) else { return Completions::default() };
    let open = Open::at(before);
    if open.in_comment {
        return Completions::default();
    }
    let start = before.len() - word_length(before, open.quote_here().is_some());
    let mut replace = Span::new(u32::try_from(start).unwrap_or(offset), offset);
    let head = before.get(..start).unwrap_or_default();
    let line_is_blank = head.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
    // On the line of `#[` stands an expression.
    let begins_statement = line_is_blank && !open.is_inside() && (!script.context.embedded || head.contains('\n'));
    let variant = script.with_text(&open.completed(text, start, offset as usize, MARKER));
    let marked = u32::try_from(start).unwrap_or(offset) + 1;
    let mut items = Vec::new();
    let path = cursor::expressions(&variant.parsed().program, marked);
    match wanted(&path) {
        Wanted::Member(receiver) => of_members(&variant.type_of(receiver), &mut items),
        Wanted::Key(receiver) => of_keys(&variant.type_of(receiver), &open, text.get(offset as usize..), &mut items),
        Wanted::Text(callee, argument) => {
            of_text(&variant.type_of(callee), argument, &mut items);
            replace.start += of_next_directive(before.get(start..).unwrap_or_default(), &mut items);
        }
        Wanted::Index(receiver) => {
            of_indices(&variant.type_of(receiver), before, &mut items);
            of_names(&variant, marked, head, begins_statement, &mut items);
        }
        Wanted::KeyText(container) => of_key_texts(&variant.type_of(container), &mut items),
        Wanted::Nothing => {}
        Wanted::Name => {
            if open.quote_here().is_none() {
                if let Some((callee, args, _)) = cursor::call_at(&variant.parsed().program, marked) {
                    of_arguments(&variant.type_of(callee), args, &mut items);
                }
                of_names(&variant, marked, head, begins_statement, &mut items);
            }
        }
    }
    items.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    items.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
    Completions { replace, items }
}

/// What the tree wants at the marker.
enum Wanted<'a> {
    Member(&'a Expr),
    Key(&'a Expr),
    /// Something between brackets, perhaps a key that is to be quoted.
    Index(&'a Expr),
    /// A key of this container, outside brackets.
    KeyText(&'a Expr),
    /// A text as the value of an argument: the callee, and the name or number of the argument.
    Text(&'a Expr, Argument),
    Name,
    Nothing,
}

/// Which argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Argument {
    Named(String),
    Numbered(usize),
}

fn wanted<'a>(path: &[&'a Expr]) -> Wanted<'a> {
    let Some(innermost) = path.last() else { return Wanted::Name };
    match &innermost.kind {
        ExprKind::Attribute { value, attr } if attr.name.contains(MARKER) => Wanted::Member(value),
        ExprKind::Constant(Constant::Str(text)) if contains_marker(text) => {
            let Some(parent) = path.len().checked_sub(2).and_then(|at| path.get(at)) else { return Wanted::Nothing };
            match &parent.kind {
                ExprKind::Subscript { value, index } if index.span == innermost.span => Wanted::Key(value),
                ExprKind::Call { func, args } => {
                    let Some(at) = args.iter().position(|arg| arg.value().span == innermost.span) else {
                        return Wanted::Nothing;
                    };
                    let argument = match args.get(at) {
                        Some(Arg::Keyword { name, .. }) => Argument::Named(name.name.to_string()),
                        _ => Argument::Numbered(at),
                    };
                    Wanted::Text(func, argument)
                }
                // `'key' in order` asks for a key as well.
                ExprKind::Compare { left, links } if left.span == innermost.span => match links.first() {
                    Some((CmpOp::In | CmpOp::NotIn, container)) => Wanted::KeyText(container),
                    _ => Wanted::Nothing,
                },
                _ => Wanted::Nothing,
            }
        }
        ExprKind::Constant(_) => Wanted::Nothing,
        ExprKind::Name(_) => match path.len().checked_sub(2).and_then(|at| path.get(at)).map(|parent| &parent.kind) {
            Some(ExprKind::Subscript { value, index }) if index.span == innermost.span => Wanted::Index(value),
            _ => Wanted::Name,
        },
        _ => Wanted::Name,
    }
}

fn contains_marker(text: &[u8]) -> bool {
    text.windows(MARKER.len()).any(|window| window == MARKER.as_bytes())
}

/// Length in bytes of the word that ends the text.
fn word_length(before: &str, in_string: bool) -> usize {
    let inside = |c: &char| {
        if in_string { !matches!(c, '\'' | '"' | '\n' | '{' | '}') } else { c.is_alphanumeric() || *c == '_' }
    };
    before.chars().rev().take_while(inside).map(char::len_utf8).sum()
}

fn of_members(ty: &Type, items: &mut Vec<Item>) {
    for member in members::members(ty) {
        let kind = match member.kind {
            MemberKind::Function if matches!(ty, Type::Module(_)) => ItemKind::Function,
            MemberKind::Function => ItemKind::Method,
            MemberKind::Property => ItemKind::Property,
            MemberKind::Constant => ItemKind::Constant,
            MemberKind::Class => ItemKind::Class,
            MemberKind::Module => ItemKind::Module,
        };
        let call = matches!(kind, ItemKind::Function | ItemKind::Method);
        let insert = match (call, member.takes_arguments) {
            (true, true) => format!("{}($0)", member.name),
            (true, false) => format!("{}()", member.name),
            (false, _) => member.name.clone(),
        };
        items.push(Item {
            label: member.name,
            kind,
            detail: member.declaration,
            is_snippet: call && member.takes_arguments,
            insert,
            doc: Doc::Table(member.doc),
            rank: 1,
        });
    }
}

fn of_keys(ty: &Type, open: &Open, after: Option<&str>, items: &mut Vec<Item>) {
    let after = after.unwrap_or_default();
    let quote = open.quote_here().unwrap_or("'");
    for field in members::keys(ty) {
        let (escaped, rank) = (values::escape(&field.key, quote), u8::from(!field.required));
        // What an editor closed by itself is not written twice.
        let close = match (after.starts_with(quote), after.get(quote.len()..).is_some_and(|rest| rest.starts_with(']')))
        {
            (true, _) => String::new(),
            (false, _) if after.starts_with(']') => quote.to_owned(),
            (false, _) => format!("{quote}]"),
        };
        items.push(Item {
            label: field.key.to_string(),
            kind: ItemKind::Key,
            detail: if field.required { field.ty.to_string() } else { format!("{} (optional)", field.ty) },
            insert: format!("{escaped}{close}"),
            is_snippet: false,
            doc: Doc::Table(""),
            rank,
        });
    }
    if is_entity(ty) {
        for (name, what) in values::ENTITY_KEYS {
            items.push(plain(name, ItemKind::Key, what, 2));
        }
    }
}

/// Keys with quotes, as they are written between brackets: those that an f-string around does not use.
fn of_indices(ty: &Type, before: &str, items: &mut Vec<Item>) {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let quote = if line.matches('\'').count() % 2 == 1 { "\"" } else { "'" };
    for field in members::keys(ty) {
        let insert = format!("{quote}{}{quote}", values::escape(&field.key, quote));
        let detail = if field.required { field.ty.to_string() } else { format!("{} (optional)", field.ty) };
        items.push(Item { insert, ..plain(&field.key, ItemKind::Key, &detail, u8::from(!field.required)) });
    }
}

fn of_key_texts(ty: &Type, items: &mut Vec<Item>) {
    for field in members::keys(ty) {
        items.push(plain(&field.key, ItemKind::Key, &field.ty.to_string(), u8::from(!field.required)));
    }
}

fn is_entity(ty: &Type) -> bool {
    ty.members().iter().any(|member| matches!(member, Type::Entity(..)))
}

fn of_text(callee: &Type, argument: Argument, items: &mut Vec<Item>) {
    // `d.get('` wants a key of the receiver.
    if let Type::Member(builtin, Some(receiver)) = callee
        && matches!(builtin.name(), "get" | "pop" | "setdefault" | "get_all")
        && argument == Argument::Numbered(0)
    {
        return of_key_texts(receiver, items);
    }
    let Some(call) = signature::of_type(callee) else { return };
    let name = match argument {
        Argument::Named(name) => name,
        Argument::Numbered(at) => match call.parameters.get(at) {
            Some(parameter) => parameter.name.clone(),
            None => return,
        },
    };
    for (text, what) in values::of_parameter(&call.label, &name) {
        items.push(plain(text, ItemKind::Value, what, 1));
    }
}

/// Directives follow each other in one text: behind others only a single one is offered, and what stands there stays. Gives
/// the length in bytes of what stays.
fn of_next_directive(written: &str, items: &mut Vec<Item>) -> u32 {
    let marks = written.len() - written.trim_end_matches('%').len();
    // Two marks are a per cent sign, one begins a directive.
    let kept = written.len() - marks % 2;
    if kept == 0 || items.iter().any(|item| !item.label.starts_with('%')) {
        return 0;
    }
    items.retain(|item| item.label.len() == 2);
    u32::try_from(kept).unwrap_or_default()
}

fn of_arguments(callee: &Type, args: &[Arg], items: &mut Vec<Item>) {
    let Some(call) = signature::of_type(callee) else { return };
    for parameter in call.parameters {
        let given = args.iter().any(|arg| matches!(arg, Arg::Keyword { name, .. } if *name.name == *parameter.name));
        if !given && parameter.by_name {
            items.push(Item {
                insert: format!("{}=", parameter.name),
                ..plain(&format!("{}=", parameter.name), ItemKind::Argument, &parameter.label, 0)
            });
        }
    }
}

fn of_names(script: &Script, offset: u32, before: &str, begins_statement: bool, items: &mut Vec<Item>) {
    let symbols = &script.checked().symbols;
    let is_expression = script.parsed().program.mode == Mode::Expression;
    for id in symbols.visible_at(offset) {
        let Some(symbol) = symbols.get(id) else { continue };
        // The message of an expression is bound by nobody.
        if symbol.name.contains(MARKER) || symbol.name.is_empty() || (is_expression && &*symbol.name == "msg") {
            continue;
        }
        let is_function = symbol.bindings.iter().any(|(_, kind)| *kind == BindingKind::Function);
        let binding = script.checked().bindings.iter().rev().find(|binding| binding.symbol == id);
        let detail = binding.map_or_else(String::new, |binding| binding.ty.to_string());
        let kind = if is_function { ItemKind::Function } else { ItemKind::Variable };
        items.push(plain(&symbol.name, kind, &detail, 1));
    }
    if is_expression {
        items.push(plain("msg", ItemKind::Variable, "Message", 1));
    }
    for keyword in keywords().filter(|keyword| !MEANINGLESS.contains(keyword)) {
        let stands_inside = matches!(
            keyword,
            "and" | "or" | "not" | "in" | "is" | "if" | "else" | "for" | "lambda" | "None" | "True" | "False"
        );
        if begins_statement || stands_inside {
            items.push(plain(keyword, ItemKind::Keyword, "", 5));
        }
    }
    if begins_statement {
        for (label, what, insert) in values::SNIPPETS {
            items.push(Item {
                insert: (*insert).to_owned(),
                is_snippet: true,
                ..plain(label, ItemKind::Snippet, what, 4)
            });
        }
    }
    for name in reference::names() {
        let (kind, detail, doc) = match builtins::lookup(name) {
            Some(Value::Type(desc)) => {
                (ItemKind::Class, members::constructor(desc).map_or_else(String::new, members::shown), desc.doc)
            }
            Some(Value::Module(module)) => (ItemKind::Module, String::new(), module.doc),
            Some(Value::Builtin(builtin)) => (ItemKind::Function, members::shown(builtin), builtin.doc),
            _ => (ItemKind::Constant, String::new(), ""),
        };
        items.push(Item { doc: Doc::Table(doc), ..plain(name, kind, &detail, 3) });
    }
    if before.trim_end().ends_with("import") || before.trim_end().ends_with("from") {
        items.retain(|item| item.kind == ItemKind::Module);
        let known: Vec<Item> = MODULES.iter().map(|name| plain(name, ItemKind::Module, "", 1)).collect();
        items.extend(known);
    }
}

fn plain(label: &str, kind: ItemKind, detail: &str, rank: u8) -> Item {
    Item {
        label: label.to_owned(),
        kind,
        detail: detail.to_owned(),
        insert: label.to_owned(),
        is_snippet: false,
        doc: Doc::Table(""),
        rank,
    }
}
