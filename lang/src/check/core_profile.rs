//! The core profile: what a program may use when it must stay within the publicly documented language (spec 0.3, 3.4).
//!
//! Every use of something outside gives one diagnostic that names it. The tables of built-ins say in which profile each
//! name is; the syntax of table 3.4 is checked here. The profile restricts neither methods of native types nor anything at
//! run time.

use std::collections::HashSet;

use crate::builtins;
use crate::diagnostic::{Code, Diagnostic};
use crate::mime;
use crate::modules;
use crate::source::Span;
use crate::syntax::ast::{
    Arg, BinaryOp, Body, Constant, Expr, ExprKind, Ident, Mode, Params, Pattern, PatternKind, Program, Stmt, StmtKind,
};
use crate::value::ModuleDesc;
use crate::value::types::Profile;

/// A syntax construct outside the core.
const CONSTRUCT: Code = Code(3101);
/// A built-in function or type outside the core.
const BUILTIN: Code = Code(3102);
/// A module outside the core.
const MODULE: Code = Code(3103);
/// A member of a module outside the core.
const MEMBER: Code = Code(3104);
/// A MIME format outside the core.
const FORMAT: Code = Code(3105);
/// `yield`, which one documented scenario uses.
const YIELD: Code = Code(3110);

/// The diagnostics of a program in the core profile, in source order.
#[must_use]
pub fn check(program: &Program) -> Vec<Diagnostic> {
    let mut checker =
        Checker { expression: program.mode == Mode::Expression, bound: HashSet::new(), found: Vec::new() };
    match &program.body {
        Body::Expression(expr) => {
            checker.bind_expr(expr);
            checker.expr(expr);
        }
        Body::Statements(body) => {
            checker.bind_all(body);
            checker.block(body);
        }
    }
    checker.found.sort_by_key(|d| (d.span.start, d.code.0));
    checker.found
}

struct Checker<'a> {
    /// Whether the program is one expression: fewer names are core there.
    expression: bool,
    /// Names that the program binds somewhere: they shadow built-ins.
    bound: HashSet<&'a str>,
    found: Vec<Diagnostic>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, code: Code, span: Span, what: &str) {
        let message = format!("{what} is not in the core profile");
        let help = "use the extended profile, or write it with what the core profile has";
        self.found.push(Diagnostic::error(code, span, message).with_help(help));
    }

    fn construct(&mut self, span: Span, what: &str) {
        self.report(CONSTRUCT, span, what);
    }

    fn allowed(&self, profile: Profile) -> bool {
        match profile {
            Profile::Core => true,
            Profile::CoreCode => !self.expression,
            Profile::Extended => false,
        }
    }

    // names that the program binds

    fn bind_all(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            stmt.for_each_block(&mut |inner| self.bind_all(inner));
            stmt.for_each_expr(&mut |expr| self.bind_expr(expr));
            match &stmt.kind {
                StmtKind::FunctionDef(def) => {
                    self.bound.insert(&def.name.name);
                    self.bind_params(&def.params);
                }
                StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                    for alias in names {
                        let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                        // `import math` binds the module itself: its members are still checked.
                        if bound.name != alias.name.name || matches!(stmt.kind, StmtKind::ImportFrom { .. }) {
                            self.bound.insert(&bound.name);
                        }
                    }
                }
                StmtKind::Try(inner) => {
                    let names = inner.handlers.iter().filter_map(|h| h.name.as_ref());
                    self.bound.extend(names.map(|n| &*n.name));
                }
                StmtKind::Match { cases, .. } => cases.iter().for_each(|case| self.bind_pattern(&case.pattern)),
                StmtKind::Assign { targets, .. } => targets.iter().for_each(|t| self.bind_target(t)),
                StmtKind::AugAssign { target, .. }
                | StmtKind::AnnAssign { target, .. }
                | StmtKind::For { target, .. } => self.bind_target(target),
                _ => {}
            }
        }
    }

    fn bind_params(&mut self, params: &'a Params) {
        self.bound.extend(params.iter().map(|p| &*p.name.name));
    }

    fn bind_target(&mut self, target: &'a Expr) {
        match &target.kind {
            ExprKind::Name(name) => drop(self.bound.insert(name)),
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.bind_target(item)),
            ExprKind::Starred(inner) => self.bind_target(inner),
            _ => {}
        }
    }

    fn bind_expr(&mut self, expr: &'a Expr) {
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            match &expr.kind {
                ExprKind::NamedExpr { target, .. } => drop(self.bound.insert(&target.name)),
                ExprKind::Lambda { params, .. } => self.bind_params(params),
                ExprKind::ListComp { generators, .. }
                | ExprKind::SetComp { generators, .. }
                | ExprKind::DictComp { generators, .. }
                | ExprKind::GeneratorExp { generators, .. } => {
                    generators.iter().for_each(|clause| self.bind_target(&clause.target));
                }
                _ => {}
            }
            expr.kind.for_each_child(&mut |child| open.push(child));
        }
    }

    fn bind_pattern(&mut self, pattern: &'a Pattern) {
        let mut bind = |name: &'a Option<Ident>| self.bound.extend(name.iter().map(|n| &*n.name));
        match &pattern.kind {
            PatternKind::Star(name) => bind(name),
            PatternKind::As { pattern, name } => {
                bind(name);
                pattern.iter().for_each(|p| self.bind_pattern(p));
            }
            PatternKind::Mapping { items, rest } => {
                bind(rest);
                items.iter().for_each(|(_, p)| self.bind_pattern(p));
            }
            PatternKind::Sequence(items) | PatternKind::Or(items) => items.iter().for_each(|p| self.bind_pattern(p)),
            PatternKind::Class { patterns, keywords, .. } => {
                patterns.iter().chain(keywords.iter().map(|(_, p)| p)).for_each(|p| self.bind_pattern(p));
            }
            PatternKind::Value(_) | PatternKind::Singleton(_) | PatternKind::Error => {}
        }
    }

    // statements

    fn block(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.stmt(stmt);
            stmt.for_each_expr(&mut |expr| self.expr(expr));
            stmt.for_each_block(&mut |inner| self.block(inner));
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        let first = Span::new(stmt.span.start, stmt.span.start + 1);
        match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                for decorator in &def.decorators {
                    self.construct(decorator.span, "a decorator");
                }
                self.params(&def.params);
                if let Some(returns) = &def.returns {
                    self.construct(returns.span, "an annotation");
                }
            }
            StmtKind::AnnAssign { annotation, .. } => self.construct(annotation.span, "an annotation"),
            StmtKind::AugAssign { op, op_span, .. }
                if !matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mult | BinaryOp::Div) =>
            {
                self.construct(*op_span, &format!("`{}=`", op.symbol()));
            }
            StmtKind::Delete(_) => self.construct(first, "`del`"),
            StmtKind::While { .. } => self.construct(first, "`while`"),
            StmtKind::Try(_) => self.construct(first, "`try`"),
            StmtKind::Match { .. } => self.construct(first, "`match`"),
            StmtKind::Import(_) | StmtKind::ImportFrom { .. } => self.construct(stmt.span, "`import`"),
            StmtKind::Raise { cause: Some(cause), .. } => self.construct(cause.span, "`raise … from`"),
            _ => {}
        }
    }

    fn params(&mut self, params: &'a Params) {
        if let Some(param) = params.posonly.first() {
            self.construct(param.name.span, "a positional-only parameter");
        }
        if let Some(param) = &params.vararg {
            self.construct(param.name.span, "`*args`");
        }
        if let Some(param) = params.kwonly.first() {
            self.construct(param.name.span, "a keyword-only parameter");
        }
        if let Some(param) = &params.kwarg {
            self.construct(param.name.span, "`**kwargs`");
        }
        for annotation in params.iter().filter_map(|p| p.annotation.as_ref()) {
            self.construct(annotation.span, "an annotation");
        }
    }

    // expressions

    fn expr(&mut self, expr: &'a Expr) {
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            let span = expr.span;
            match &expr.kind {
                ExprKind::FString(_) => self.construct(span, "an f-string"),
                ExprKind::Constant(Constant::Ellipsis) => self.construct(span, "`...`"),
                ExprKind::Starred(_) => self.construct(span, "unpacking with `*`"),
                ExprKind::Dict(items) if items.iter().any(|item| item.key.is_none()) => {
                    self.construct(span, "unpacking with `**`");
                }
                ExprKind::Compare { links, .. } if links.len() > 1 => self.construct(span, "a chained comparison"),
                ExprKind::NamedExpr { .. } => self.construct(span, "`:=`"),
                ExprKind::BinOp { op: BinaryOp::MatMult, op_span, .. } => self.construct(*op_span, "`@`"),
                ExprKind::Lambda { params, .. } => {
                    if self.expression {
                        self.construct(span, "`lambda` in an expression");
                    }
                    self.params(params);
                }
                ExprKind::Yield(_) | ExprKind::YieldFrom(_) => {
                    let message = "`yield` is not in the core profile";
                    let help = "return a list instead, or use the extended profile";
                    self.found.push(Diagnostic::warning(YIELD, span, message).with_help(help));
                }
                ExprKind::Call { func, args } => self.call(func, args),
                ExprKind::Name(name) if !self.bound.contains(&**name) => self.name(name, span),
                ExprKind::Attribute { value, attr } => {
                    // A module that is outside as a whole is reported once, at its name.
                    if let Some(module) = self.module_of(value)
                        && self.allowed(module.profile)
                        && let Some(profile) = member_profile(module, &attr.name)
                        && !self.allowed(profile)
                    {
                        self.report(MEMBER, attr.span, &format!("`{}.{}`", module.name, attr.name));
                    }
                }
                _ => {}
            }
            expr.kind.for_each_child(&mut |child| open.push(child));
        }
    }

    fn call(&mut self, func: &'a Expr, args: &'a [Arg]) {
        for arg in args {
            match arg {
                Arg::Starred { span, .. } => self.construct(*span, "unpacking with `*`"),
                Arg::DoubleStarred { span, .. } => self.construct(*span, "unpacking with `**`"),
                Arg::Positional(_) | Arg::Keyword { .. } => {}
            }
        }
        // Where the MIME type stands when it is not named.
        let place = match &func.kind {
            ExprKind::Name(name) if &**name == "config" => 0,
            ExprKind::Attribute { value, attr } if matches!(&*attr.name, "from_value" | "from_bytes") => {
                if !matches!(&value.kind, ExprKind::Name(name) if &**name == "Entity") {
                    return;
                }
                1
            }
            _ => return,
        };
        let given = args.iter().enumerate().find_map(|(n, arg)| match arg {
            Arg::Keyword { name, value } if &*name.name == "mime_type" => Some(value),
            Arg::Positional(value) if n == place => Some(value),
            _ => None,
        });
        if let Some(Expr { span, kind: ExprKind::Constant(Constant::Str(text)), .. }) = given {
            let text = String::from_utf8_lossy(text);
            if mime::is_extended(&text) {
                self.report(FORMAT, *span, &format!("the MIME type `{text}`"));
            }
        }
    }

    fn name(&mut self, name: &str, span: Span) {
        if let Some(module) = modules::lookup(name) {
            if !self.allowed(module.profile) {
                self.report(MODULE, span, &format!("the module `{name}`"));
            }
        } else if let Some(profile) = builtins::profile_of(name)
            && !self.allowed(profile)
        {
            self.report(BUILTIN, span, &format!("`{name}`"));
        }
    }

    /// The module that an expression such as `urllib.parse` stands for.
    fn module_of(&self, expr: &Expr) -> Option<&'static ModuleDesc> {
        match &expr.kind {
            ExprKind::Name(name) if !self.bound.contains(&**name) => modules::lookup(name),
            ExprKind::Attribute { value, attr } => {
                let ExprKind::Name(_) = value.kind else { return None };
                let outer = self.module_of(value)?;
                outer.modules.iter().find(|(name, _)| *name == &*attr.name).map(|(_, module)| *module)
            }
            _ => None,
        }
    }
}

/// The profile of a module's member; `None` if there is no such member or it is a module itself.
fn member_profile(module: &ModuleDesc, name: &str) -> Option<Profile> {
    let function = module.functions.iter().find(|f| f.name() == name).map(|f| f.profile);
    let ty = module.types.iter().find(|(shown, ..)| *shown == name).map(|(.., profile)| *profile);
    let constant = module.constants.iter().find(|c| c.name == name).map(|c| c.profile);
    function.or(ty).or(constant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceText;
    use crate::syntax::{ParseOptions, parse};

    fn codes(text: &str) -> Vec<String> {
        let source = SourceText::new("test", text);
        let parsed = parse(&source, &ParseOptions::default());
        check(&parsed.program).iter().map(|d| d.code.to_string()).collect()
    }

    #[test]
    fn core_programs_pass() {
        for text in [
            "msg.payload['a'] + 1",
            "[x for x in msg.payload if x in (1, 2)]",
            "json.dumps({'a': math.sqrt(2)})",
            "def dw_process(msg):\n    f = lambda x: x + 1\n    for i in sorted(msg.payload):\n        i += 1\n    return hashlib.md5(b'').hexdigest()",
            // A shadowed name is the program's own.
            "def dw_process(msg):\n    re = 1\n    return re",
        ] {
            assert_eq!(codes(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn everything_outside_is_named() {
        for (text, expected) in [
            ("f'{1}'", "DW3101"),
            ("1 < 2 < 3", "DW3101"),
            ("[*msg.payload]", "DW3101"),
            ("(lambda: 1)()", "DW3101"),
            ("sorted(msg.payload)", "DW3102"),
            ("hex(1)", "DW3102"),
            ("re.match('a', 'b')", "DW3103"),
            ("math.atan(1)", "DW3104"),
            ("hashlib.md5(b'')", "DW3103"),
            ("Entity.from_value(1, 'application/yaml')", "DW3105"),
            ("def dw_process(msg):\n    config(mime_type='application/yaml')", "DW3105"),
            ("def dw_process(msg):\n    while True: pass", "DW3101"),
            ("def dw_process(msg):\n    yield 1", "DW3110"),
            ("def dw_process(msg: Message):\n    return 1", "DW3101"),
        ] {
            assert_eq!(codes(text), [expected], "{text}");
        }
    }
}
