//! Functions, lambdas and the program itself: registers of their variables, their prologue, and making the object.

use super::frame::Frame;
use super::{Lowering, constants, with_stack};
use crate::code::scope::{Binding, ScopeId, ScopeKind};
use crate::code::{self, Code, Constant, Instr, Reg};
use crate::source::Span;
use crate::syntax::ast::{Body, Expr, ExprKind, FunctionDef, Name, Param, Params, StmtKind};

/// Longest prefix of a `__qualname__`. Without a bound, thousands of nested lambdas would need gigabytes for names.
const MAX_PREFIX: usize = 1000;

/// Most registers of a frame.
const MAX_REGISTERS: u32 = 65_000;

/// What is known of a function before its body is lowered.
pub(super) struct Header {
    pub(super) scope: ScopeId,
    pub(super) name: Name,
    pub(super) qualname: Name,
    pub(super) params: code::Params,
    pub(super) doc: Option<Constant>,
    pub(super) span: Span,
}

impl<'a> Lowering<'a> {
    /// Lowers the program; it becomes code 0.
    pub(super) fn program(&mut self, body: &'a Body, span: Span) {
        let header = |scope, name: &str, params| Header {
            scope,
            name: name.into(),
            qualname: name.into(),
            params,
            doc: None,
            span,
        };
        match body {
            Body::Statements(statements) => {
                let header = header(0, "<module>", code::Params::default());
                self.code(header, |lowering| lowering.block(statements));
            }
            Body::Expression(expr) => {
                let params = code::Params { names: vec!["msg".into()], positional: 1, ..code::Params::default() };
                let header = header(1, "<expression>", params);
                self.code(header, |lowering| lowering.return_value(expr));
            }
        }
    }

    /// Lowers a function of the unit and returns its number. Afterwards the frame around it is current again.
    pub(super) fn code(&mut self, header: Header, body: impl FnOnce(&mut Self)) -> u16 {
        let number = self.codes.len();
        self.codes.push(None);
        let prefix = match (number, self.scopes.get(header.scope).kind) {
            // A program's own functions have plain names.
            (0, _) => String::new(),
            (_, ScopeKind::Generator) => format!("{}.", header.qualname),
            _ => format!("{}.<locals>.", header.qualname),
        };
        let prefix = if prefix.len() > MAX_PREFIX { Name::default() } else { prefix.into() };
        let outer = std::mem::replace(&mut self.frame, Frame::new(header.scope, prefix));
        self.prologue(&header);
        with_stack(|| body(self));
        if self.frame.reachable {
            let src = self.frame.temp();
            let end = Span::at(header.span.end);
            self.emit(Instr::None { dst: src }, end);
            self.emit(Instr::Return { src }, end);
        }
        let frame = std::mem::replace(&mut self.frame, outer);
        let code = self.finish(header, frame);
        self.codes[number] = Some(code);
        self.count(number, Span::default())
    }

    fn finish(&mut self, header: Header, mut frame: Frame<'a>) -> Code {
        frame.thread_jumps();
        if frame.register_count() > MAX_REGISTERS {
            self.refuse("too many variables and values in one function", header.span);
        }
        let scope = self.scopes.get(header.scope);
        let doc = header.doc.and_then(|text| self.pool.short_constant(text));
        Code {
            name: header.name,
            qualname: header.qualname,
            doc,
            span: header.span,
            is_generator: scope.is_generator || scope.kind == ScopeKind::Generator,
            registers: self.count(frame.register_count() as usize, header.span),
            captures: scope.free.iter().map(|name| self.cell(name)).collect(),
            params: header.params,
            locals: frame.locals,
            instrs: frame.instrs,
            spans: frame.spans,
            handlers: frame.handlers,
            inlined: frame.inlined,
        }
    }

    /// The register of the current frame with the cell of `name`.
    fn cell(&self, name: &str) -> Reg {
        let inline = self.frame.inline.iter().rev().find(|inline| self.scopes.get(inline.scope).owns(name));
        let registers = inline.map_or(&self.frame.registers, |inline| &inline.registers);
        registers.get(name).copied().unwrap_or_default()
    }

    /// Gives registers to parameters, locals, cells and free variables, and emits what makes the cells.
    fn prologue(&mut self, header: &Header) {
        let scope = self.scopes.get(header.scope);
        for name in &header.params.names {
            let reg = self.frame.named_register(name);
            self.frame.bound.insert(reg);
        }
        if scope.kind == ScopeKind::Generator {
            // The iterator is the parameter, so the next register receives the items.
            let first = scope.symbols.first().filter(|symbol| symbol.loop_variable);
            match first.filter(|symbol| self.scopes.binding(header.scope, &symbol.name) == Binding::Local) {
                Some(symbol) => self.frame.named_register(&symbol.name),
                None => self.frame.temp(),
            };
        }
        let mut cells = Vec::new();
        for symbol in &scope.symbols {
            if !scope.owns(&symbol.name) {
                continue;
            }
            let binding = self.scopes.binding(header.scope, &symbol.name);
            let reg = match self.frame.registers.get(&symbol.name) {
                Some(reg) => *reg,
                None if symbol.loop_variable && binding == Binding::Local => {
                    // The register before it is for the iterator of its loop.
                    self.frame.temp();
                    let reg = self.frame.named_register(&symbol.name);
                    self.frame.loop_variables.insert(reg);
                    reg
                }
                None => self.frame.named_register(&symbol.name),
            };
            if binding == Binding::Cell {
                cells.push(reg);
            } else if symbol.unbinds {
                self.frame.unstable.insert(reg);
            }
        }
        let free = scope.free.iter().map(|name| self.frame.named_register(name)).collect::<Vec<_>>();
        self.frame.start_temps();
        let start = Span::at(header.span.start);
        for reg in cells {
            self.emit(Instr::MakeCell { reg }, start);
        }
        for (index, dst) in free.into_iter().enumerate() {
            let index = self.count(index, start);
            self.emit(Instr::Closure { dst, index }, start);
        }
    }

    /// `__qualname__` of a function made at the current point.
    pub(super) fn qualname(&self, name: &str) -> Name {
        let mut qualname = String::from(&*self.frame.prefix);
        for inline in &self.frame.inline {
            qualname.push_str(inline.name);
            qualname.push('.');
        }
        qualname.push_str(name);
        qualname.into()
    }

    /// A `def` statement.
    pub(super) fn function_def(&mut self, def: &'a FunctionDef) {
        let mark = self.frame.mark();
        let decorators = def.decorators.iter().map(|decorator| self.push(decorator)).collect::<Vec<_>>();
        let name = &def.name.name;
        if decorators.is_empty()
            && let Some(dst) = self.local_register(name)
        {
            self.def_to(def, dst);
            self.frame.bound.insert(dst);
        } else {
            let mut result = self.frame.temp();
            self.def_to(def, result);
            // Each decorator stands in the register before its argument.
            for (decorator, reg) in def.decorators.iter().zip(decorators).rev() {
                self.emit(Instr::Call { dst: reg, base: reg, argc: 1 }, decorator.span);
                result = reg;
            }
            self.store_name(name, result, def.name.span);
        }
        self.frame.release(mark);
    }

    fn def_to(&mut self, def: &'a FunctionDef, dst: Reg) {
        let name = &def.name.name;
        let is_global = self.scopes.binding(self.frame.scope, name) == Binding::Global;
        let doc = def.body.first().and_then(|stmt| match &stmt.kind {
            StmtKind::Expr(expr) => constants::text(expr),
            _ => None,
        });
        let header = Header {
            scope: self.scopes.of_function(def),
            name: name.clone(),
            qualname: if is_global { name.clone() } else { self.qualname(name) },
            params: code_params(&def.params),
            doc: doc.map(|text| Constant::Str(text.into())),
            span: def.span,
        };
        self.function_to(header, &def.params, dst, |lowering| lowering.block(&def.body));
    }

    /// `dst` = a lambda.
    pub(super) fn lambda_to(&mut self, expr: &'a Expr, params: &'a Params, body: &'a Expr, dst: Reg) {
        let header = Header {
            scope: self.scopes.of_expression(expr),
            name: "<lambda>".into(),
            qualname: self.qualname("<lambda>"),
            params: code_params(params),
            doc: None,
            span: expr.span,
        };
        self.function_to(header, params, dst, |lowering| lowering.return_value(body));
    }

    /// `dst` = a new function: its defaults are evaluated here and now.
    fn function_to(&mut self, header: Header, params: &'a Params, dst: Reg, body: impl FnOnce(&mut Self)) {
        let (mark, span) = (self.frame.mark(), header.span);
        let base = self.frame.temps(2);
        let positional = params.posonly.iter().chain(&params.args);
        let defaults = positional.filter_map(|param| param.default.as_ref()).collect::<Vec<_>>();
        if defaults.is_empty() {
            self.emit(Instr::Unbind { reg: base }, span);
        } else {
            self.tuple_of(&defaults, base, span);
        }
        let keyword_only = params.kwonly.iter().filter(|param| param.default.is_some()).collect::<Vec<_>>();
        self.keyword_defaults(&keyword_only, base.saturating_add(1), span);
        let code = self.code(header, body);
        self.emit(Instr::MakeFunction { dst, code, base }, span);
        self.frame.release(mark);
    }

    fn keyword_defaults(&mut self, params: &[&'a Param], dst: Reg, span: Span) {
        if params.is_empty() {
            self.emit(Instr::Unbind { reg: dst }, span);
            return;
        }
        let mark = self.frame.mark();
        let (base, _) = self.push_all(params.iter().filter_map(|param| param.default.as_ref()), span);
        let names = params.iter().map(|param| param.name.name.clone()).collect();
        self.shaped(names, base, dst, span);
        self.frame.release(mark);
    }

    /// `return expr`, as the body of a lambda.
    pub(super) fn return_value(&mut self, expr: &'a Expr) {
        let mark = self.frame.mark();
        let src = self.value(expr);
        self.emit(Instr::Return { src }, expr.span);
        self.frame.release(mark);
    }

    /// The register of `name` if it is a plain local variable of the frame.
    pub(super) fn local_register(&self, name: &str) -> Option<Reg> {
        match self.scopes.binding(self.frame.scope, name) {
            Binding::Local => self.frame.registers.get(name).copied(),
            _ => None,
        }
    }
}

/// The parameters as the code object describes them.
fn code_params(params: &Params) -> code::Params {
    let count = |list: &[Param]| u16::try_from(list.len()).unwrap_or(u16::MAX);
    let (positional_only, plain, keyword_only) = (count(&params.posonly), count(&params.args), count(&params.kwonly));
    let positional = params.posonly.iter().chain(&params.args);
    let all = positional.chain(&params.kwonly).chain(&params.vararg).chain(&params.kwarg);
    code::Params {
        names: all.map(|param| param.name.name.clone()).collect(),
        positional_only,
        positional: positional_only.saturating_add(plain),
        keyword_only,
        has_varargs: params.vararg.is_some(),
        has_kwargs: params.kwarg.is_some(),
    }
}

/// Is `expr` a plain name?
pub(super) fn plain_name(expr: &Expr) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}
