//! Prints trees for tests: one line, children in parentheses, spans on demand.
//!
//! The form is the same for a tree that CPython's `ast` module made of the same text, so that both
//! can be compared.

use std::fmt::{Display, Write};

use super::ast::{
    Arg, Body, Comprehension, Constant, Conversion, Expr, ExprKind, FStringPart, FunctionDef, Ident, Params, Pattern,
    PatternKind, Program, Stmt, StmtKind, UnaryOp,
};
use crate::source::Span;

/// The dump of a program.
pub fn dump(program: &Program, spans: bool) -> String {
    let mut dump = Dump { out: String::new(), spans };
    match &program.body {
        Body::Statements(statements) => dump.block(statements),
        Body::Expression(expr) => dump.expr(expr),
    }
    dump.out.trim_end().to_owned()
}

struct Dump {
    out: String,
    spans: bool,
}

impl Dump {
    fn word(&mut self, word: impl Display) {
        write!(self.out, "{word} ").expect("a string takes everything");
    }

    fn open(&mut self, name: &str, span: Span) {
        self.out.push('(');
        self.out.push_str(name);
        if self.spans {
            write!(self.out, "@{}-{}", span.start, span.end).expect("a string takes everything");
        }
        self.out.push(' ');
    }

    fn close(&mut self) {
        self.out.truncate(self.out.trim_end().len());
        self.out.push_str(") ");
    }

    fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.out.push('[');
        items.iter().for_each(|one| item(self, one));
        self.out.truncate(self.out.trim_end().len());
        self.out.push_str("] ");
    }

    fn exprs(&mut self, items: &[Expr]) {
        self.list(items, |dump, item| dump.expr(item));
    }

    fn option(&mut self, expr: Option<&Expr>) {
        match expr {
            Some(expr) => self.expr(expr),
            None => self.word("-"),
        }
    }

    fn name(&mut self, name: Option<&Ident>) {
        match name {
            Some(ident) => self.word(&ident.name),
            None => self.word("-"),
        }
    }

    fn block(&mut self, statements: &[Stmt]) {
        self.list(statements, |dump, stmt| dump.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::FunctionDef(function) => self.function(function),
            StmtKind::Return(value) => {
                self.open("Return", span);
                self.option(value.as_ref());
            }
            StmtKind::Delete(targets) => {
                self.open("Delete", span);
                self.exprs(targets);
            }
            StmtKind::Assign { targets, value } => {
                self.open("Assign", span);
                self.exprs(targets);
                self.expr(value);
            }
            StmtKind::AugAssign { target, op, value, .. } => {
                self.open("AugAssign", span);
                self.expr(target);
                self.word(op.symbol());
                self.expr(value);
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.open("AnnAssign", span);
                self.expr(target);
                self.expr(annotation);
                self.option(value.as_ref());
                self.word(u8::from(*simple));
            }
            StmtKind::For { target, iter, body, orelse } => {
                self.open("For", span);
                self.expr(target);
                self.expr(iter);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::While { test, body, orelse } => {
                self.open("While", span);
                self.expr(test);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::If { branches, orelse } => {
                self.open("If", span);
                for (test, body) in branches {
                    self.expr(test);
                    self.block(body);
                }
                self.block(orelse);
            }
            StmtKind::Match { subject, cases } => {
                self.open("Match", span);
                self.expr(subject);
                for case in cases {
                    self.pattern(&case.pattern);
                    self.option(case.guard.as_ref());
                    self.block(&case.body);
                }
            }
            StmtKind::Raise { exc, cause } => {
                self.open("Raise", span);
                self.option(exc.as_ref());
                self.option(cause.as_ref());
            }
            StmtKind::Try(parts) => {
                self.open("Try", span);
                self.block(&parts.body);
                for handler in &parts.handlers {
                    self.open("Handler", handler.span);
                    self.option(handler.kind.as_ref());
                    self.name(handler.name.as_ref());
                    self.block(&handler.body);
                    self.close();
                }
                self.block(&parts.orelse);
                self.block(&parts.finalbody);
            }
            StmtKind::Assert { test, message } => {
                self.open("Assert", span);
                self.expr(test);
                self.option(message.as_ref());
            }
            StmtKind::Import(names) => {
                self.open("Import", span);
                for alias in names {
                    self.word(&alias.name.name);
                    self.name(alias.asname.as_ref());
                }
            }
            StmtKind::ImportFrom { module, names } => {
                self.open("ImportFrom", span);
                self.word(&module.name);
                for alias in names {
                    self.word(&alias.name.name);
                    self.name(alias.asname.as_ref());
                }
            }
            StmtKind::Global(names) => {
                self.open("Global", span);
                names.iter().for_each(|name| self.word(&name.name));
            }
            StmtKind::Nonlocal(names) => {
                self.open("Nonlocal", span);
                names.iter().for_each(|name| self.word(&name.name));
            }
            StmtKind::Expr(expr) => {
                self.open("Expr", span);
                self.expr(expr);
            }
            StmtKind::Pass => self.open("Pass", span),
            StmtKind::Break => self.open("Break", span),
            StmtKind::Continue => self.open("Continue", span),
            StmtKind::Error { body } => {
                self.open("Error", span);
                self.block(body);
            }
        }
        self.close();
    }

    fn function(&mut self, function: &FunctionDef) {
        self.open("FunctionDef", function.span);
        self.exprs(&function.decorators);
        self.word(&function.name.name);
        self.params(&function.params);
        self.option(function.returns.as_ref());
        self.block(&function.body);
    }

    fn params(&mut self, params: &Params) {
        let Params { posonly, args, vararg, kwonly, kwarg, .. } = params;
        for group in [&posonly[..], args, vararg.as_slice(), kwonly, kwarg.as_slice()] {
            self.list(group, |dump, param| {
                dump.word(&param.name.name);
                dump.option(param.annotation.as_ref());
                dump.option(param.default.as_ref());
            });
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::Value(value) => {
                self.open("MatchValue", span);
                self.expr(value);
            }
            PatternKind::Singleton(constant) => {
                self.open("MatchSingleton", span);
                self.constant(constant);
            }
            PatternKind::Sequence(items) => {
                self.open("MatchSequence", span);
                self.list(items, |dump, item| dump.pattern(item));
            }
            PatternKind::Mapping { items, rest } => {
                self.open("MatchMapping", span);
                for (key, value) in items {
                    self.expr(key);
                    self.pattern(value);
                }
                self.name(rest.as_ref());
            }
            PatternKind::Class { class, patterns, keywords } => {
                self.open("MatchClass", span);
                self.expr(class);
                self.list(patterns, |dump, item| dump.pattern(item));
                for (name, item) in keywords {
                    self.word(&name.name);
                    self.pattern(item);
                }
            }
            PatternKind::Star(name) => {
                self.open("MatchStar", span);
                self.name(name.as_ref());
            }
            PatternKind::As { pattern, name } => {
                self.open("MatchAs", span);
                match pattern {
                    Some(pattern) => self.pattern(pattern),
                    None => self.word("-"),
                }
                self.name(name.as_ref());
            }
            PatternKind::Or(items) => {
                self.open("MatchOr", span);
                self.list(items, |dump, item| dump.pattern(item));
            }
            PatternKind::Error => self.open("Error", span),
        }
        self.close();
    }

    fn constant(&mut self, constant: &Constant) {
        let text = |bytes: &[u8]| {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
            let mut out = String::new();
            for byte in bytes {
                if plain(byte) {
                    out.push(char::from(*byte));
                } else {
                    write!(out, "%{byte:02x}").expect("a string takes everything");
                }
            }
            out
        };
        match constant {
            Constant::None => self.word("None"),
            Constant::True => self.word("True"),
            Constant::False => self.word("False"),
            Constant::Ellipsis => self.word("..."),
            Constant::Int(value) => self.word(value),
            Constant::BigInt(value) => self.word(value),
            Constant::Float(value) => self.word(format!("f{:016x}", value.to_bits())),
            Constant::Str(value) => self.word(format!("'{}'", text(value))),
            Constant::Bytes(value) => self.word(format!("b'{}'", text(value))),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Name(name) if !self.spans => return self.word(name),
            ExprKind::Constant(constant) if !self.spans => return self.constant(constant),
            ExprKind::Name(name) => {
                self.open("Name", span);
                self.word(name);
            }
            ExprKind::Constant(constant) => {
                self.open("Constant", span);
                self.constant(constant);
            }
            ExprKind::BoolOp { op, values } => {
                self.open(&format!("{op:?}"), span);
                self.exprs(values);
            }
            ExprKind::NamedExpr { target, value } => {
                self.open("NamedExpr", span);
                self.word(&target.name);
                self.expr(value);
            }
            ExprKind::BinOp { left, op, right, .. } => {
                self.open(op.symbol(), span);
                self.expr(left);
                self.expr(right);
            }
            ExprKind::UnaryOp { op, operand } => {
                let name = if *op == UnaryOp::Not { "not" } else { op.symbol() };
                self.open(name, span);
                self.expr(operand);
            }
            ExprKind::Lambda { params, body } => {
                self.open("Lambda", span);
                self.params(params);
                self.expr(body);
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.open("IfExp", span);
                self.expr(test);
                self.expr(body);
                self.expr(orelse);
            }
            ExprKind::Dict(items) => {
                self.open("Dict", span);
                for item in items {
                    self.option(item.key.as_ref());
                    self.expr(&item.value);
                }
            }
            ExprKind::Set(items) => {
                self.open("Set", span);
                self.exprs(items);
            }
            ExprKind::List(items) => {
                self.open("List", span);
                self.exprs(items);
            }
            ExprKind::Tuple(items) => {
                self.open("Tuple", span);
                self.exprs(items);
            }
            ExprKind::ListComp { element, generators } => {
                self.open("ListComp", span);
                self.expr(element);
                self.generators(generators);
            }
            ExprKind::SetComp { element, generators } => {
                self.open("SetComp", span);
                self.expr(element);
                self.generators(generators);
            }
            ExprKind::GeneratorExp { element, generators } => {
                self.open("GeneratorExp", span);
                self.expr(element);
                self.generators(generators);
            }
            ExprKind::DictComp { key, value, generators } => {
                self.open("DictComp", span);
                self.expr(key);
                self.expr(value);
                self.generators(generators);
            }
            ExprKind::Yield(value) => {
                self.open("Yield", span);
                self.option(value.as_deref());
            }
            ExprKind::YieldFrom(value) => {
                self.open("YieldFrom", span);
                self.expr(value);
            }
            ExprKind::Compare { left, links } => {
                self.open("Compare", span);
                self.expr(left);
                for (op, value) in links {
                    self.word(op.symbol());
                    self.expr(value);
                }
            }
            ExprKind::Call { func, args } => {
                self.open("Call", span);
                self.expr(func);
                args.iter().for_each(|arg| self.arg(arg));
            }
            ExprKind::FString(parts) => {
                self.open("FString", span);
                self.parts(parts);
            }
            ExprKind::Attribute { value, attr } => {
                self.open("Attribute", span);
                self.expr(value);
                self.word(&attr.name);
            }
            ExprKind::Subscript { value, index } => {
                self.open("Subscript", span);
                self.expr(value);
                self.expr(index);
            }
            ExprKind::Starred(value) => {
                self.open("Starred", span);
                self.expr(value);
            }
            ExprKind::Slice { lower, upper, step } => {
                self.open("Slice", span);
                for part in [lower, upper, step] {
                    self.option(part.as_deref());
                }
            }
            ExprKind::Error => self.open("Error", span),
        }
        self.close();
    }

    fn arg(&mut self, arg: &Arg) {
        let span = arg.span();
        match arg {
            Arg::Positional(value) => return self.expr(value),
            Arg::Starred { value, .. } => {
                self.open("Starred", span);
                self.expr(value);
            }
            Arg::Keyword { name, value } => {
                self.open("Keyword", span);
                self.word(&name.name);
                self.expr(value);
            }
            Arg::DoubleStarred { value, .. } => {
                self.open("Keyword", span);
                self.word("-");
                self.expr(value);
            }
        }
        self.close();
    }

    fn generators(&mut self, generators: &[Comprehension]) {
        for clause in generators {
            self.expr(&clause.target);
            self.expr(&clause.iter);
            self.exprs(&clause.ifs);
        }
    }

    fn parts(&mut self, parts: &[FStringPart]) {
        // CPython's positions inside f-strings are not those of the source.
        let spans = std::mem::take(&mut self.spans);
        for part in parts {
            match part {
                FStringPart::Literal(text) => self.constant(&Constant::Str(text.clone())),
                FStringPart::Field(field) => {
                    self.open("Field", field.span);
                    self.expr(&field.value);
                    self.word(match field.conversion {
                        None => "-",
                        Some(Conversion::Str) => "s",
                        Some(Conversion::Repr) => "r",
                        Some(Conversion::Ascii) => "a",
                    });
                    if let Some(spec) = &field.spec {
                        self.out.push('[');
                        self.parts(spec);
                        self.out.truncate(self.out.trim_end().len());
                        self.out.push_str("] ");
                    }
                    self.close();
                }
            }
        }
        self.spans = spans;
    }
}
