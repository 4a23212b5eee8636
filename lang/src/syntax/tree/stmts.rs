//! Statements: the actions of the first half of the grammar (spec section 3.2).

use super::{Builder, ParamItem, unboxed};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Alias, BinaryOp, ExceptHandler, Expr, ExprKind, FunctionDef, Ident, MatchCase, Param, Params, Pattern, Stmt,
    StmtKind, Try,
};

/// A statement of a kind, at a place that [`Builder::placed`] will tell.
pub fn unplaced(kind: StmtKind) -> Box<Stmt> {
    Box::new(Stmt { span: Span::default(), kind })
}

impl Builder<'_, '_> {
    /// A statement that stands from `l` up to `r`.
    pub fn placed(&self, l: u32, r: u32, mut stmt: Box<Stmt>) -> Box<Stmt> {
        stmt.span = self.span(l, r);
        stmt
    }

    /// `first = rest[0] = …`; the last one is the value.
    pub fn assign(&mut self, first: Expr, rest: Vec<Expr>) -> StmtKind {
        let mut targets = self.prepend(first, rest);
        match targets.pop() {
            Some(value) => StmtKind::Assign { targets, value },
            None => StmtKind::Pass,
        }
    }

    /// `target: annotation = value`; the target stands from `l` up to `r`.
    pub fn annotated(&mut self, l: u32, r: u32, target: Expr, annotation: Expr, value: Option<Expr>) -> StmtKind {
        // Parentheses around a name belong to the tokens but not to the span of the name.
        let simple = matches!(target.kind, ExprKind::Name(_)) && self.span(l, r) == target.span;
        StmtKind::AnnAssign { target, annotation, value, simple }
    }

    /// `target op= value`; the operator stands at `at`.
    pub fn augmented(&mut self, target: Expr, at: u32, op: BinaryOp, value: Expr) -> StmtKind {
        StmtKind::AugAssign { target, op, op_span: self.span(at, at + 1), value }
    }

    /// `if`, with its `elif` branches in `rest`.
    pub fn if_statement(
        &mut self,
        test: Expr,
        body: Vec<Stmt>,
        rest: Vec<(Expr, Vec<Stmt>)>,
        orelse: Option<Vec<Stmt>>,
    ) -> StmtKind {
        let branches = self.prepend((test, body), rest);
        StmtKind::If { branches, orelse: orelse.unwrap_or_default() }
    }

    /// `while`
    pub fn while_statement(&self, test: Expr, body: Vec<Stmt>, orelse: Option<Vec<Stmt>>) -> StmtKind {
        StmtKind::While { test, body, orelse: orelse.unwrap_or_default() }
    }

    /// `for`
    pub fn for_statement(&self, target: Expr, iter: Expr, body: Vec<Stmt>, orelse: Option<Vec<Stmt>>) -> StmtKind {
        StmtKind::For { target, iter, body, orelse: orelse.unwrap_or_default() }
    }

    /// `try`; the word itself stands from `l` up to `k`.
    pub fn try_statement(
        &mut self,
        l: u32,
        k: u32,
        body: Vec<Stmt>,
        handlers: Vec<Box<ExceptHandler>>,
        orelse: Option<Vec<Stmt>>,
        finalbody: Option<Vec<Stmt>>,
    ) -> StmtKind {
        let word = self.span(l, k);
        if handlers.is_empty() && orelse.is_some() {
            self.report.error_help(
                Code::HANDLERS,
                word,
                "this `try` has an `else` but no `except`",
                "`else` runs when no handler did: add `except`",
            );
        } else if handlers.is_empty() && finalbody.is_none() {
            self.report.error_help(Code::HANDLERS, word, "this `try` has no handler", "add `except` or `finally`");
        }
        if let Some((_, before_last)) = handlers.split_last() {
            for handler in before_last.iter().filter(|handler| handler.kind.is_none()) {
                let word = Span::new(handler.span.start, handler.span.start.saturating_add(6));
                self.report.error_help(
                    Code::HANDLERS,
                    word,
                    "`except` without a class has to be the last handler",
                    "move it behind the others",
                );
            }
        }
        let handlers = unboxed(handlers);
        let (orelse, finalbody) = (orelse.unwrap_or_default(), finalbody.unwrap_or_default());
        StmtKind::Try(Box::new(Try { body, handlers, orelse, finalbody }))
    }

    /// `except class as name`
    pub fn handler(&self, l: u32, r: u32, class: Option<(Expr, Option<Ident>)>, body: Vec<Stmt>) -> Box<ExceptHandler> {
        let (kind, name) = class.map_or((None, None), |(class, name)| (Some(class), name));
        Box::new(ExceptHandler { span: self.span(l, r), kind, name, body })
    }

    /// `except* class as name`; the star stands from `l` up to `r`.
    pub fn except_star(&mut self, l: u32, r: u32, class: Expr, name: Option<Ident>) -> (Expr, Option<Ident>) {
        let span = self.span(l, r);
        let diagnostic = Diagnostic::error(Code::EXCEPT_STAR, span, "`except*` is not in the language")
            .with_help("there are no exception groups: use `except`")
            .with_fix(span, "");
        self.report.push(diagnostic);
        (class, name)
    }

    /// `def`; the decorators stand before `l`.
    #[allow(clippy::too_many_arguments, reason = "one parameter for each part of the statement")]
    pub fn function(
        &self,
        l: u32,
        r: u32,
        decorators: Vec<Expr>,
        name: Ident,
        params: Box<Params>,
        returns: Option<Expr>,
        body: Vec<Stmt>,
    ) -> StmtKind {
        let (span, params) = (self.span(l, r), *params);
        StmtKind::FunctionDef(Box::new(FunctionDef { span, decorators, name, params, returns, body }))
    }

    /// `param = default`
    pub fn param(&self, mut param: Box<Param>, default: Option<Expr>) -> ParamItem {
        param.default = default;
        ParamItem::Plain(param)
    }

    /// Puts a parameter list together and checks the order and names of its items.
    pub fn params(&mut self, l: u32, r: u32, items: Vec<ParamItem>) -> Box<Params> {
        let mut params = Box::new(Params { span: self.span(l, r), ..Params::default() });
        let mut star: Option<Span> = None;
        let mut slash = false;
        for item in items {
            if let Some(kwarg) = &params.kwarg {
                let span = kwarg.name.span;
                self.bad_params(span, "no parameter can stand behind `**`");
                break;
            }
            match item {
                ParamItem::Plain(param) if star.is_some() => params.kwonly.push(*param),
                ParamItem::Plain(param) => {
                    let defaults = params.args.last().or(params.posonly.last());
                    if param.default.is_none() && defaults.is_some_and(|p| p.default.is_some()) {
                        let message = format!(
                            "parameter `{}` without a default stands behind one with a default",
                            param.name.name
                        );
                        self.bad_params(param.name.span, message);
                    }
                    params.args.push(*param);
                }
                ParamItem::Slash(span) if slash => self.bad_params(span, "`/` stands here twice"),
                ParamItem::Slash(span) if star.is_some() => {
                    self.bad_params(span, "`/` has to stand before `*`");
                }
                ParamItem::Slash(span) if params.args.is_empty() => {
                    self.bad_params(span, "`/` needs a parameter before it");
                }
                ParamItem::Slash(_) => {
                    slash = true;
                    params.posonly = std::mem::take(&mut params.args);
                }
                ParamItem::Star(span) if star.is_some() => {
                    self.bad_params(span, "`*` stands here twice");
                }
                ParamItem::Star(span) => star = Some(span),
                ParamItem::Vararg(param) if star.is_some() => {
                    self.bad_params(param.name.span, "`*` stands here twice");
                }
                ParamItem::Vararg(param) => {
                    star = Some(param.name.span);
                    params.vararg = Some(*param);
                }
                ParamItem::Kwarg(param) => params.kwarg = Some(*param),
            }
        }
        if let Some(span) = star
            && params.vararg.is_none()
            && params.kwonly.is_empty()
        {
            self.bad_params(span, "a bare `*` needs a named parameter behind it");
        }
        self.check_unique(&params);
        params
    }

    fn check_unique(&mut self, params: &Params) {
        if params.iter().nth(1).is_none() {
            return;
        }
        let mut seen = foldhash::HashMap::default();
        for Param { name, .. } in params.iter().filter(|param| !param.name.name.is_empty()) {
            if let Some(first) = seen.insert(name.name.clone(), name.span) {
                let message = format!("parameter `{}` stands here twice", name.name);
                let diagnostic = Diagnostic::error(Code::ARGUMENTS, name.span, message)
                    .with_help("give every parameter its own name")
                    .with_related(first, "the other one");
                self.report.push(diagnostic);
            }
        }
    }

    fn bad_params(&mut self, span: Span, message: impl Into<String>) {
        self.report.error_help(
            Code::ARGUMENTS,
            span,
            message,
            "parameters come in this order: plain, with default, `*args` or `*`, \
             by name only, `**kwargs`",
        );
    }

    /// `match subject`
    pub fn match_statement(&self, subject: Expr, cases: Vec<Option<Box<MatchCase>>>) -> StmtKind {
        StmtKind::Match { subject, cases: cases.into_iter().flatten().map(|case| *case).collect() }
    }

    /// `case pattern if guard`
    pub fn case(&self, l: u32, r: u32, pattern: Pattern, guard: Option<Expr>, body: Vec<Stmt>) -> Box<MatchCase> {
        Box::new(MatchCase { span: self.span(l, r), pattern, guard, body })
    }

    // Imports.

    /// `name as asname`
    pub fn alias(&self, l: u32, r: u32, name: Ident, asname: Option<Ident>) -> Alias {
        Alias { span: self.span(l, r), name, asname }
    }

    /// `import …`
    pub fn import(&mut self, first: Alias, rest: Vec<Alias>) -> StmtKind {
        let names = self.prepend(first, rest);
        for alias in &names {
            self.check_module(&alias.name);
        }
        StmtKind::Import(names)
    }

    /// `from module import names`
    pub fn import_from(&mut self, (relative, module): (bool, Ident), names: Vec<Alias>) -> StmtKind {
        if relative {
            self.report.error_help(Code::IMPORT, module.span, "there are no relative imports", self.module_help());
        } else {
            self.check_module(&module);
        }
        StmtKind::ImportFrom { module, names }
    }

    /// `from … import *`; the star stands from `l` up to `r`.
    pub fn import_star(&mut self, l: u32, r: u32) -> Vec<Alias> {
        self.report.error_help(
            Code::IMPORT,
            self.span(l, r),
            "`import *` is not in the language",
            "name the members; all modules can also be used without any import",
        );
        Vec::new()
    }

    fn check_module(&mut self, module: &Ident) {
        let known = self.shared.modules.iter().any(|known| **known == *module.name);
        // An incomplete name is still being typed.
        if !known && !module.name.is_empty() && !module.name.ends_with('.') {
            self.report.error_help(
                Code::IMPORT,
                module.span,
                format!("there is no module `{}`", module.name),
                self.module_help(),
            );
        }
    }

    fn module_help(&self) -> String {
        let modules = self.shared.modules.iter().copied();
        let modules: Vec<&str> = modules.filter(|module| !module.contains('.')).collect();
        format!("the available modules are {}", modules.join(", "))
    }
}
