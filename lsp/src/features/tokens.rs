//! Semantic tokens: what kind of name stands where. Strings, numbers and keywords are the business of the grammar.

use dataway_lang::builtins;
use dataway_lang::check::symbols::BindingKind;
use dataway_lang::check::types::Type;
use dataway_lang::source::Span;
use dataway_lang::syntax::ast::{Arg, Expr, ExprKind};
use dataway_lang::value::types::Kind;

use crate::script::{Script, occurrences};

/// The kinds of tokens, in the order in which the protocol numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    /// A function.
    Function,
    /// A method.
    Method,
    /// A parameter, also its name in a call.
    Parameter,
    /// A variable.
    Variable,
    /// An attribute.
    Property,
    /// A type.
    Class,
    /// A module.
    Namespace,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: TokenKind,
    /// Does the language define it?
    pub is_builtin: bool,
    /// Does it get its value here?
    pub is_declaration: bool,
    /// Is its use discouraged?
    pub is_deprecated: bool,
}

/// The tokens of a program, in source order, none overlapping another.
#[must_use]
pub fn tokens(script: &Script) -> Vec<Token> {
    let mut tokens = Vec::new();
    own_names(script, &mut tokens);
    let mut visit = |root: &Expr| {
        let mut open = vec![root];
        while let Some(expression) = open.pop() {
            of_expression(script, expression, &mut tokens);
            expression.kind.for_each_child(&mut |child| open.push(child));
        }
    };
    let body = &script.parsed().program.body;
    body.for_each_expr(&mut visit);
    body.for_each_stmt(&mut |statement| statement.for_each_annotation(&mut visit));
    tokens.sort_by_key(|token| token.span);
    tokens.dedup_by_key(|token| token.span.start);
    tokens
}

/// The names that the program binds: the symbol table knows every place.
fn own_names(script: &Script, tokens: &mut Vec<Token>) {
    for symbol in &script.checked().symbols.symbols {
        let kind = match symbol.bindings.first().map(|(_, kind)| kind) {
            Some(BindingKind::Function) => TokenKind::Function,
            Some(BindingKind::Parameter) => TokenKind::Parameter,
            Some(BindingKind::Import) => TokenKind::Namespace,
            _ => TokenKind::Variable,
        };
        for span in occurrences(symbol) {
            // A name that was left out has a place but no letters.
            if !span.is_empty() {
                let is_declaration = symbol.bindings.iter().any(|(own, _)| *own == span);
                tokens.push(Token { span, kind, is_builtin: false, is_declaration, is_deprecated: false });
            }
        }
    }
}

fn of_expression(script: &Script, expression: &Expr, tokens: &mut Vec<Token>) {
    let builtin = |span: Span, kind: TokenKind| Token {
        span,
        kind,
        is_builtin: true,
        is_declaration: false,
        is_deprecated: false,
    };
    match &expression.kind {
        ExprKind::Name(name) if script.checked().symbols.written_at(expression.span.start).is_none() => {
            if &**name == "msg" {
                tokens.push(builtin(expression.span, TokenKind::Parameter));
            } else if let Some(value) = builtins::lookup(name) {
                let kind = match value {
                    dataway_lang::value::Value::Type(_) => TokenKind::Class,
                    dataway_lang::value::Value::Module(_) => TokenKind::Namespace,
                    _ => TokenKind::Function,
                };
                tokens.push(builtin(expression.span, kind));
            }
        }
        ExprKind::Attribute { value, attr } if !attr.span.is_empty() => {
            let kind = match script.type_of(expression) {
                Type::Member(member, _) if member.kind == Kind::Function => TokenKind::Function,
                Type::Member(..) => TokenKind::Method,
                Type::Class(_) => TokenKind::Class,
                Type::Module(_) => TokenKind::Namespace,
                _ => TokenKind::Property,
            };
            let receiver = script.type_of(value);
            let is_builtin = !receiver.is_any();
            let old = matches!(receiver, Type::Message(_)) && matches!(&*attr.name, "var" | "attr");
            tokens.push(Token { span: attr.span, kind, is_builtin, is_declaration: false, is_deprecated: old });
        }
        ExprKind::Call { args, .. } => {
            for arg in args {
                if let Arg::Keyword { name, .. } = arg {
                    tokens.push(Token {
                        span: name.span,
                        kind: TokenKind::Parameter,
                        is_builtin: false,
                        is_declaration: false,
                        is_deprecated: false,
                    });
                }
            }
        }
        _ => {}
    }
}
