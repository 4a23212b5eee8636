//! The structure of a program: symbols, folding, and what encloses the cursor.

use dataway_lang::source::Span;
use dataway_lang::syntax::ast::{Body, ExprKind, Stmt, StmtKind};

use crate::cursor;
use crate::script::Script;

/// What an entry of the outline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A function.
    Function,
    /// A variable of the module.
    Variable,
    /// A variable of the module in capital letters.
    Constant,
}

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// Parameters of a function, as written.
    pub detail: String,
    /// The whole definition.
    pub span: Span,
    /// The name.
    pub name_span: Span,
    /// What is defined inside.
    pub children: Vec<Item>,
}

/// Functions, with those inside them, and variables of the module.
#[must_use]
pub fn symbols(script: &Script) -> Vec<Item> {
    match &script.parsed().program.body {
        Body::Expression(_) => Vec::new(),
        Body::Statements(statements) => {
            let mut items = Vec::new();
            collect(script, statements, true, &mut items);
            items
        }
    }
}

/// The parser bounds the nesting of blocks, so this recursion is bounded.
fn collect(script: &Script, statements: &[Stmt], module: bool, items: &mut Vec<Item>) {
    for statement in statements {
        match &statement.kind {
            StmtKind::FunctionDef(def) => {
                let mut children = Vec::new();
                collect(script, &def.body, false, &mut children);
                items.push(Item {
                    name: def.name.name.to_string(),
                    kind: ItemKind::Function,
                    detail: format!("({})", script.source.slice(def.params.span)),
                    span: statement.span,
                    name_span: def.name.span,
                    children,
                });
            }
            StmtKind::Assign { targets, .. } if module => {
                for target in targets {
                    let ExprKind::Name(name) = &target.kind else { continue };
                    if items.iter().any(|item| *item.name == **name) {
                        continue;
                    }
                    let constant = name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase);
                    items.push(Item {
                        name: name.to_string(),
                        kind: if constant { ItemKind::Constant } else { ItemKind::Variable },
                        detail: String::new(),
                        span: statement.span,
                        name_span: target.span,
                        children: Vec::new(),
                    });
                }
            }
            _ => statement.for_each_block(&mut |block| collect(script, block, module, items)),
        }
    }
}

/// What a fold hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldKind {
    /// Statements, or an expression in brackets.
    Code,
    /// Comments.
    Comment,
    /// Imports.
    Imports,
}

/// Lines that can be folded, from 1, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// The line that stays.
    pub first: u32,
    /// The last line that is hidden.
    pub last: u32,
    /// What it hides.
    pub kind: FoldKind,
}

/// What can be folded: statements with blocks, expressions over several lines, runs of comments and imports.
#[must_use]
pub fn folds(script: &Script) -> Vec<Fold> {
    let line = |offset: u32| script.source.line_column(offset).line;
    let mut folds = Vec::new();
    let mut add = |span: Span, kind: FoldKind| {
        let (first, last) = (line(span.start), line(span.end));
        if first < last && folds.last().is_none_or(|known: &Fold| (known.first, known.last) != (first, last)) {
            folds.push(Fold { first, last, kind });
        }
    };
    let mut expressions = Vec::new();
    let mut open: Vec<&[Stmt]> = Vec::new();
    match &script.parsed().program.body {
        Body::Expression(expression) => expressions.push(&**expression),
        Body::Statements(statements) => open.push(statements),
    }
    while let Some(block) = open.pop() {
        let import = |statement: &&Stmt| matches!(statement.kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. });
        for run in block.chunk_by(|a, b| import(&a) && import(&b)) {
            if let (Some(first), Some(last)) = (run.first().filter(import), run.last()) {
                add(first.span.to(last.span), FoldKind::Imports);
            }
        }
        for statement in block {
            add(statement.span, FoldKind::Code);
            statement.for_each_block(&mut |inner| {
                if let (Some(first), Some(last)) = (inner.first(), inner.last()) {
                    // The header of an `else` stands on the line before its block.
                    let header = script.source.line_span(line(first.span.start).saturating_sub(1).max(1));
                    let start = header.map_or(first.span.start, |span| span.start);
                    add(Span::new(start.max(statement.span.start), last.span.end), FoldKind::Code);
                }
                open.push(inner);
            });
            statement.for_each_expr(&mut |expression| expressions.push(expression));
        }
    }
    while let Some(one) = expressions.pop() {
        // A single line has nothing to fold, nor has anything inside it.
        if line(one.span.start) == line(one.span.end) {
            continue;
        }
        if is_display(&one.kind) {
            add(one.span, FoldKind::Code);
        }
        one.kind.for_each_child(&mut |child| expressions.push(child));
    }
    let mut comments = script.parsed().comments.iter().filter(|comment| comment.own_line).peekable();
    while let Some(first) = comments.next() {
        let mut last = first;
        while let Some(next) = comments.next_if(|next| line(next.span.start) == line(last.span.end) + 1) {
            last = next;
        }
        add(first.span.to(last.span), FoldKind::Comment);
    }
    folds.sort_by_key(|fold| (fold.first, std::cmp::Reverse(fold.last)));
    folds.dedup_by_key(|fold| (fold.first, fold.last));
    folds
}

fn is_display(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Dict(_)
            | ExprKind::List(_)
            | ExprKind::Set(_)
            | ExprKind::Tuple(_)
            | ExprKind::Call { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::Constant(_)
    )
}

/// What encloses `offset`: ever larger spans, the smallest first.
#[must_use]
pub fn enclosing(script: &Script, offset: u32) -> Vec<Span> {
    let mut spans = vec![Span::new(0, script.source.len())];
    let path = cursor::path(&script.parsed().program, offset);
    spans.extend(path.iter().map(cursor::Node::span));
    // The name of an attribute is no expression of its own.
    if let Some(cursor::Node::Expression(innermost)) = path.last()
        && let ExprKind::Attribute { attr, .. } = &innermost.kind
        && attr.span.start <= offset
        && offset <= attr.span.end
    {
        spans.push(attr.span);
    }
    if let Some((_, _, name)) = script.symbol_at(offset) {
        spans.push(name);
    }
    spans.dedup();
    spans.reverse();
    spans
}
