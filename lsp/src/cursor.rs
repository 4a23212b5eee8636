//! What stands at a place of a program: the nodes of the tree that cover an offset, from the outside in.

use dataway_lang::source::Span;
use dataway_lang::syntax::ast::{Arg, Body, Expr, ExprKind, Program, Stmt};

/// A node of the tree.
#[derive(Clone, Copy, Debug)]
pub enum Node<'a> {
    /// A statement.
    Statement(&'a Stmt),
    /// An expression.
    Expression(&'a Expr),
}

impl Node<'_> {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Node::Statement(statement) => statement.span,
            Node::Expression(expression) => expression.span,
        }
    }
}

/// The nodes that cover `offset`, outer ones first. An end counts as inside, because a cursor stands behind what it means.
#[must_use]
pub fn path(program: &Program, offset: u32) -> Vec<Node<'_>> {
    let mut path = Vec::new();
    match &program.body {
        Body::Expression(expression) => descend(expression, offset, &mut path),
        Body::Statements(statements) => descend_statements(statements, offset, &mut path),
    }
    path
}

/// The expressions that cover `offset`, outer ones first.
#[must_use]
pub fn expressions(program: &Program, offset: u32) -> Vec<&Expr> {
    let keep = |node| match node {
        Node::Expression(expression) => Some(expression),
        Node::Statement(_) => None,
    };
    path(program, offset).into_iter().filter_map(keep).collect()
}

/// The innermost call whose argument list covers `offset`, with the index of the argument at the cursor.
#[must_use]
pub fn call_at(program: &Program, offset: u32) -> Option<(&Expr, &[Arg], usize)> {
    expressions(program, offset).into_iter().rev().find_map(|expression| {
        let ExprKind::Call { func, args } = &expression.kind else { return None };
        if offset <= func.span.end {
            return None;
        }
        let before = args.iter().take_while(|arg| arg.span().end < offset).count();
        Some((&**func, args.as_slice(), before))
    })
}

fn covers(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

fn descend_statements<'a>(statements: &'a [Stmt], offset: u32, path: &mut Vec<Node<'a>>) {
    let mut level = statements;
    loop {
        // Where one statement ends and another begins at the same offset, the later one is meant.
        let Some(statement) = level.iter().rev().find(|statement| covers(statement.span, offset)) else { return };
        path.push(Node::Statement(statement));
        let mut inner = None;
        statement.for_each_block(&mut |block| {
            if block.iter().any(|one| covers(one.span, offset)) {
                inner = Some(block);
            }
        });
        if let Some(block) = inner {
            level = block;
            continue;
        }
        let mut found = None;
        let mut look = |expression: &'a Expr| {
            if covers(expression.span, offset) {
                found = Some(expression);
            }
        };
        statement.for_each_expr(&mut look);
        statement.for_each_annotation(&mut look);
        if let Some(expression) = found {
            descend(expression, offset, path);
        }
        return;
    }
}

fn descend<'a>(expression: &'a Expr, offset: u32, path: &mut Vec<Node<'a>>) {
    let mut at = expression;
    loop {
        if !covers(at.span, offset) {
            return;
        }
        path.push(Node::Expression(at));
        let mut inner = None;
        at.kind.for_each_child(&mut |child| {
            if covers(child.span, offset) {
                inner = Some(child);
            }
        });
        match inner {
            Some(child) => at = child,
            None => return,
        }
    }
}
