//! Inference: one flow-sensitive pass over the program that gives every expression a type and says what cannot work
//! (spec 12.3).
//!
//! The pass interprets the program with types in the place of values. A state says what each variable holds at the current
//! point; branches split it, their ends join it, loops are passed through until nothing changes, at most a fixed number of
//! times. A function is looked at after its callers, with what all its calls together give to its parameters; what a single
//! call gives is found by passing through the body with that call's arguments. A budget bounds the work on any text: when it is used up, everything is `Any`.
//!
//! | room | job |
//! |---|---|
//! | [`flow`] | states, and who says what is known |
//! | [`statement`], [`assign`], [`control`], [`pattern`], [`function`] | statements |
//! | [`expression`], [`name`], [`operator`], [`compare`], [`attribute`], [`subscript`], [`comprehension`] | expressions |
//! | [`call`], [`arguments`], [`generic`], [`special`], [`elements`] | calls of functions, methods and types |
//! | [`formatting`] | the fields of f-strings |
//! | [`narrow`] | what a condition says about variables |
//! | [`result`] | what the program returns |

mod arguments;
mod assign;
mod attribute;
mod call;
mod compare;
mod comprehension;
mod control;
mod elements;
mod expression;
mod flow;
mod formatting;
mod function;
mod generic;
mod name;
mod narrow;
mod operator;
mod pattern;
mod result;
mod special;
mod statement;
mod subscript;

use std::ptr::from_ref;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::annotation::Resolver;
pub(super) use super::annotation::table_type;
use super::symbols::{ScopeId, SymbolId, Symbols};
use super::types::{Function, Message, Rest, Type};
use super::{CheckOptions, Stated};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{SourceText, Span};
use crate::syntax::ast::{Body, Expr, FunctionDef, Mode, Name, Program, Stmt};
pub(in crate::check) use expression::constant_type;
use flow::{Evidence, Known, State, Variable};

/// Most expressions and statements that are looked at, repetitions included: a text of the permitted length has far fewer,
/// unless somebody nests loops to find out.
const BUDGET: u32 = 4_000_000;
/// Most findings: nobody reads more, and proposals for each take their time.
const MOST_FINDINGS: usize = 1000;

/// What inference found.
#[derive(Default)]
pub(super) struct Inferred {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// By the offsets where expressions begin and end.
    pub(super) types: HashMap<(u32, u32), Type>,
    pub(super) bindings: Vec<(Span, SymbolId, Type)>,
}

/// Infers the types of a whole program.
pub(super) fn infer(program: &Program, source: &SourceText, symbols: &Symbols, options: &CheckOptions) -> Inferred {
    let mut pass = Pass {
        source,
        symbols,
        options,
        mode: program.mode,
        found: Vec::new(),
        reported: HashSet::default(),
        // About every sixth byte begins an expression.
        types: HashMap::with_capacity(source.text().len() / 6),
        bindings: HashMap::default(),
        functions: Vec::new(),
        function_ids: HashMap::default(),
        guarded: HashSet::default(),
        open: Vec::new(),
        frame: Frame::new(0, State::new()),
        quiet: 0,
        trials: 0,
        lambdas: 0,
        has_handlers: false,
        budget: BUDGET,
    };
    match &program.body {
        Body::Statements(body) => pass.script(body),
        Body::Expression(expr) => pass.whole_expression(expr),
    }
    let mut bindings: Vec<(Span, SymbolId, Type)> =
        pass.bindings.into_iter().map(|(span, (symbol, ty))| (span, symbol, ty)).collect();
    bindings.sort_by_key(|(span, ..)| *span);
    Inferred { diagnostics: pass.found, types: pass.types, bindings }
}

/// What belongs to the function that is being looked at.
struct Frame {
    /// Its scope.
    scope: ScopeId,
    /// What is known at the current point.
    state: State,
    /// The loops around the current point, innermost last.
    loops: Vec<Loop>,
    /// States with which handlers of the `try` statements around the current point may start.
    handlers: Vec<State>,
    /// How many `try` statements with handlers are around the current point.
    tries: u32,
    /// What `return` and the end of the function give.
    returns: Vec<Returned>,
    /// What `yield` hands out.
    yields: Vec<Type>,
}

/// A loop that is being looked at.
struct Loop {
    breaks: State,
    continues: State,
}

/// A `return`.
struct Returned {
    known: Known,
    span: Span,
    /// Does it give a value, in contrast to a bare `return`?
    has_value: bool,
}

impl Frame {
    fn new(scope: ScopeId, state: State) -> Frame {
        Frame {
            scope,
            state,
            loops: Vec::new(),
            handlers: Vec::new(),
            tries: 0,
            returns: Vec::new(),
            yields: Vec::new(),
        }
    }
}

/// A function of the program.
struct Defined<'a> {
    def: &'a FunctionDef,
    ty: Arc<Function>,
    stage: Stage,
    /// May a handler catch what its body raises?
    guarded: bool,
    /// What each call gives to the plain parameters, by the place of the callee's name.
    calls: HashMap<Span, Vec<Option<Known>>>,
    /// Results for parameters that were tried.
    trials: Vec<(Vec<Type>, Type)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Running,
    Done,
}

struct Pass<'a> {
    source: &'a SourceText,
    symbols: &'a Symbols,
    options: &'a CheckOptions,
    mode: Mode,
    found: Vec<Diagnostic>,
    /// What was found where: a text that is looked at again gives the same finding.
    reported: HashSet<(Code, Span)>,
    types: HashMap<(u32, u32), Type>,
    bindings: HashMap<Span, (SymbolId, Type)>,
    functions: Vec<Defined<'a>>,
    function_ids: HashMap<*const FunctionDef, usize>,
    /// Names of functions that may be called where a handler catches what they raise.
    guarded: HashSet<Name>,
    /// Functions whose bodies are still to be looked at.
    open: Vec<usize>,
    frame: Frame,
    /// Above zero: nothing is reported, because the same text is looked at again.
    quiet: u32,
    /// Calls that are followed at the moment to find results.
    trials: u32,
    /// Lambdas around the current point: what they read may have changed when they are called.
    lambdas: u32,
    /// Does the program catch exceptions anywhere?
    has_handlers: bool,
    budget: u32,
}

impl<'a> Pass<'a> {
    fn script(&mut self, body: &'a [Stmt]) {
        // Without the word there is no handler.
        if memchr::memmem::find(self.source.text().as_bytes(), b"except").is_some() {
            let guards = function::guards(body);
            (self.guarded, self.has_handlers) = (guards.names, guards.has_handlers);
        }
        self.block(body);
        self.drain();
    }

    fn whole_expression(&mut self, expr: &'a Expr) {
        if let Some(symbol) = self.symbols.lookup(0, "msg") {
            let known = Known::sure(self.message());
            self.frame.state.set(symbol, Variable { known, bound: flow::Bound::Yes, origin: None });
        }
        let known = self.expr(expr);
        self.drain();
        self.check_result(&known, expr.span);
    }

    /// Looks at the bodies of functions that have not been looked at.
    fn drain(&mut self) {
        while let Some(id) = self.next_function() {
            self.look_at_function(id);
        }
    }

    /// The type of `msg`.
    fn message(&self) -> Type {
        let contracts = &self.options.contracts;
        let payload = contracts.payload.as_ref().map_or(Type::Any, |stated| stated.ty.clone());
        let plain = Type::dict(Type::STR, Type::Any);
        let vars = if contracts.vars.is_empty() {
            plain.clone()
        } else {
            let field = |(name, stated): &(Arc<str>, Stated)| super::types::Field {
                key: name.clone(),
                ty: stated.ty.clone(),
                required: !stated.is_sample,
            };
            Type::shape(contracts.vars.iter().map(field).collect(), Rest::Typed(Type::Any))
        };
        let attrs = contracts.attrs.as_ref().map_or(plain, |stated| stated.ty.clone());
        Type::Message(Arc::new(Message { payload, vars, attrs }))
    }

    /// Who says what a part of the message is.
    fn message_evidence(&self, part: &str) -> Evidence {
        let contracts = &self.options.contracts;
        let of = |stated: &Stated| if stated.is_sample { Evidence::Sample } else { Evidence::Contract };
        match part {
            "payload" => contracts.payload.as_ref().map(of),
            "attrs" | "attr" => contracts.attrs.as_ref().map(of),
            _ => contracts.vars.iter().map(|(_, stated)| of(stated)).min(),
        }
        .unwrap_or(Evidence::Program)
    }

    /// Counts a piece of work; false when the budget is used up.
    fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.budget > 0
    }

    /// Counts the work of splitting and joining the current state.
    fn spend_branch(&mut self) {
        self.budget = self.budget.saturating_sub(self.frame.state.size() / 4);
    }

    fn record(&mut self, span: Span, ty: &Type) {
        if self.quiet == 0 {
            self.types.insert((span.start, span.end), ty.clone());
        }
    }

    /// The type that an annotation describes; names that mean nothing are reported.
    fn annotation(&mut self, annotation: &'a Expr) -> Type {
        let (ty, unknown) = self.resolve_annotation(annotation);
        for (name, span) in unknown {
            let help = super::suggest::type_name(&name).map(|close| format!("did you mean `{close}`?"));
            let help = help.or_else(|| {
                Some("annotations use the names of types, such as `str`, `list[int]`, `datetime.date`".to_owned())
            });
            self.note(2019, Severity::Warning, span, format!("`{name}` is not the name of a type"), help);
        }
        ty
    }

    /// The same without reports, for annotations that were looked at before.
    fn annotation_quietly(&mut self, annotation: &'a Expr) -> Type {
        self.resolve_annotation(annotation).0
    }

    fn resolve_annotation(&self, annotation: &Expr) -> (Type, Vec<(Name, Span)>) {
        let bound = |expr: &Expr| {
            let symbol = self.symbols.written_at(expr.span.start)?;
            let known = self.frame.state.find(symbol).map(|variable| variable.known.ty.clone());
            let spans = self.symbols.get(symbol).map(|symbol| symbol.bindings.clone()).unwrap_or_default();
            let recorded = || spans.iter().find_map(|(span, _)| self.bindings.get(span)).map(|(_, ty)| ty.clone());
            Some(known.or_else(recorded).unwrap_or(Type::Any))
        };
        let mut resolver = Resolver { lookup: &bound, is_table: false, unknown: Vec::new() };
        let ty = resolver.resolve(annotation);
        (ty, resolver.unknown)
    }

    // findings

    fn push(&mut self, diagnostic: Diagnostic) {
        if self.quiet > 0 || !self.frame.state.reachable || self.is_full() {
            return;
        }
        if self.reported.insert((diagnostic.code, diagnostic.span)) {
            self.found.push(diagnostic);
        }
    }

    /// Has enough been found?
    fn is_full(&self) -> bool {
        self.found.len() >= MOST_FINDINGS
    }

    /// How bad it is when an expression fails, given who says so. `partial`: only some of the possible values fail.
    fn severity(&self, by: Evidence, partial: bool) -> Severity {
        match by {
            Evidence::Sample => Severity::Info,
            _ if partial || self.is_guarded() => Severity::Warning,
            Evidence::Likely => Severity::Warning,
            Evidence::Contract if !self.options.enforced => Severity::Warning,
            Evidence::Contract | Evidence::Program => Severity::Error,
        }
    }

    /// Could a handler catch a failure at the current point?
    fn is_guarded(&self) -> bool {
        self.frame.tries > 0
    }

    /// Reports that an expression fails with an exception.
    fn fails(&mut self, code: u16, span: Span, by: Evidence, partial: bool, message: String, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(Code(code), self.severity(by, partial), span, message);
        diagnostic.help = help;
        self.push(diagnostic);
    }

    /// Reports something that is no failure.
    fn note(&mut self, code: u16, severity: Severity, span: Span, message: String, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(Code(code), severity, span, message);
        diagnostic.help = help;
        self.push(diagnostic);
    }

    /// Where the value of an expression got its type, for labels: the assignment of a variable.
    fn origin(&self, expr: &Expr) -> Option<Span> {
        let crate::syntax::ast::ExprKind::Name(_) = expr.kind else { return None };
        let symbol = self.symbols.written_at(expr.span.start)?;
        self.frame.state.get(symbol).origin.filter(|origin| *origin != expr.span)
    }

    /// The words for who says so, to end a sentence.
    fn source_of(by: Evidence) -> &'static str {
        match by {
            Evidence::Contract => " (by the contract)",
            Evidence::Sample => " (in the sample)",
            Evidence::Likely | Evidence::Program => "",
        }
    }

    /// The number of the function that this definition makes.
    fn function_id(&self, def: &FunctionDef) -> Option<usize> {
        self.function_ids.get(&from_ref(def)).copied()
    }
}
