//! Scope analysis (spec 4.1): to whom does every name of a program belong?
//!
//! One walk over the tree records for every scope which names it binds, declares and reads; a second pass over the
//! recorded names finds the variables that inner functions capture. The compiler then asks [`Scopes::binding`].
//!
//! List, set and dict comprehensions are scopes of their own but run in the frame of the function around them; a
//! generator expression is a function. A scope with a frame of its own is called a *frame scope* here.

mod fold;
mod walk;

use foldhash::{HashMap, HashSet};
use std::ptr::from_ref;

pub(super) use fold::Fold;
pub(super) use walk::import_target;

use super::lower::CompileError;
use crate::source::Span;
use crate::syntax::ast::{Expr, FunctionDef, Name, Program};

/// Number of a scope; 0 is the module, and a scope comes after the one that encloses it.
pub(super) type ScopeId = usize;

/// Most names that all scopes together may hold: far above any honest program of the permitted length, and low enough
/// that nested functions which pass on thousands of variables cannot use up the memory.
const MAX_SYMBOLS: usize = 2_000_000;

/// What kind of scope it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// The module: its names are globals.
    Module,
    /// A function, a lambda, or a program in expression mode.
    Function,
    /// A generator expression.
    Generator,
    /// Another comprehension: a scope without a frame.
    Comprehension,
}

/// `global` and `nonlocal`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Declared {
    #[default]
    Not,
    Global,
    Nonlocal,
}

/// What one scope knows about one name.
#[derive(Clone, Debug)]
pub(super) struct Symbol {
    /// The name.
    pub(super) name: Name,
    /// Is it bound here, by whatever construct (`del` counts)?
    bound: bool,
    declared: Declared,
    /// Does an inner function use this variable?
    captured: bool,
    /// Is it a parameter?
    pub(super) parameter: bool,
    /// Does a walrus bind it, so that it can change in the midst of an expression?
    pub(super) walrus: bool,
    /// Can it become unbound again (`del`, `except … as`)?
    pub(super) unbinds: bool,
    /// Is it the whole target of a `for`?
    pub(super) loop_variable: bool,
    /// In a comprehension: is it read at a place that is reached before it is bound?
    pub(super) early_read: bool,
}

/// Where a name of a frame lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// A variable of this scope that only this frame uses.
    Local,
    /// A variable of this scope that inner functions share.
    Cell,
    /// A variable of an enclosing function: index into [`Scope::free`].
    Free(usize),
    /// A global or a built-in.
    Global,
}

/// One scope.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) kind: ScopeKind,
    /// The scope around it; only the module has none.
    pub(super) parent: Option<ScopeId>,
    /// Its names, in the order of their first appearance.
    pub(super) symbols: Vec<Symbol>,
    /// In a frame scope: variables of enclosing functions that it or an inner function uses.
    pub(super) free: Vec<Name>,
    /// Does its body contain `yield`?
    pub(super) is_generator: bool,
    index: HashMap<Name, usize>,
    free_index: HashMap<Name, usize>,
}

impl Scope {
    /// What the scope itself knows about `name`.
    pub(super) fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.index.get(name).and_then(|at| self.symbols.get(*at))
    }

    /// Is `name` a variable of this very scope? Never true of the module, whose variables are globals.
    pub(super) fn owns(&self, name: &str) -> bool {
        self.symbol(name).is_some_and(|symbol| self.is_own(symbol))
    }

    /// Is this symbol of the scope a variable of it?
    fn is_own(&self, symbol: &Symbol) -> bool {
        self.kind != ScopeKind::Module && symbol.bound && symbol.declared == Declared::Not
    }

    /// The entry for `name`, made if there is none.
    fn entry(&mut self, name: &Name) -> &mut Symbol {
        let at = self.index.get(name).copied().unwrap_or_else(|| {
            self.symbols.push(Symbol {
                name: name.clone(),
                bound: false,
                declared: Declared::Not,
                captured: false,
                parameter: false,
                walrus: false,
                unbinds: false,
                loop_variable: false,
                early_read: false,
            });
            self.index.insert(name.clone(), self.symbols.len() - 1);
            self.symbols.len() - 1
        });
        &mut self.symbols[at]
    }
}

/// The scopes of a program.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    scopes: Vec<Scope>,
    functions: HashMap<*const FunctionDef, ScopeId>,
    expressions: HashMap<*const Expr, ScopeId>,
    /// Generator expressions that are consumed where they stand.
    folds: HashMap<*const Expr, Fold>,
    /// Names that the program binds as globals, anywhere.
    globals: HashSet<Name>,
}

impl Scopes {
    /// Analyses a program.
    pub(super) fn analyse(program: &Program) -> Result<Scopes, CompileError> {
        let mut scopes = walk::collect(program);
        scopes.find_captures()?;
        Ok(scopes)
    }

    /// The scope with this number.
    pub(super) fn get(&self, id: ScopeId) -> &Scope {
        &self.scopes[id]
    }

    /// The scope of a function definition.
    pub(super) fn of_function(&self, def: &FunctionDef) -> ScopeId {
        self.functions.get(&from_ref(def)).copied().unwrap_or(0)
    }

    /// The scope of a lambda or comprehension.
    pub(super) fn of_expression(&self, expr: &Expr) -> ScopeId {
        self.expressions.get(&from_ref(expr)).copied().unwrap_or(0)
    }

    /// What consumes a generator expression where it stands, if it is no generator.
    pub(super) fn fold(&self, expr: &Expr) -> Option<Fold> {
        self.folds.get(&from_ref(expr)).copied()
    }

    /// Does the program bind `name` as a global, at module level or by a `global` declaration?
    pub(super) fn binds_global(&self, name: &str) -> bool {
        self.globals.contains(name)
    }

    /// Where `name` lives as seen from `scope`: a comprehension answers only for its own variables, so ask it before
    /// the scope around it; a frame scope answers for all names.
    pub(super) fn binding(&self, scope: ScopeId, name: &str) -> Binding {
        let scope = self.get(scope);
        match scope.symbol(name) {
            Some(symbol) if scope.is_own(symbol) => {
                if symbol.captured {
                    Binding::Cell
                } else {
                    Binding::Local
                }
            }
            Some(Symbol { declared: Declared::Global, .. }) => Binding::Global,
            _ => scope.free_index.get(name).map_or(Binding::Global, |index| Binding::Free(*index)),
        }
    }

    /// The scope whose frame runs the code of `scope`.
    fn frame_of(&self, mut scope: ScopeId) -> ScopeId {
        while let Scope { kind: ScopeKind::Comprehension, parent: Some(parent), .. } = self.get(scope) {
            scope = *parent;
        }
        scope
    }

    /// The scope that owns the variable `name` as used in `scope`; `None` for globals and built-ins.
    fn owner(&self, scope: ScopeId, name: &str) -> Option<ScopeId> {
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = self.get(id);
            match scope.symbol(name) {
                Some(symbol) if scope.is_own(symbol) => return Some(id),
                Some(Symbol { declared: Declared::Global, .. }) => return None,
                _ => {}
            }
            at = scope.parent;
        }
        None
    }

    /// Marks the variables that inner functions use and fills the lists of free variables.
    fn find_captures(&mut self) -> Result<(), CompileError> {
        let mut symbols = self.scopes.iter().map(|scope| scope.symbols.len()).sum::<usize>();
        for user in 0..self.scopes.len() {
            for at in 0..self.scopes[user].symbols.len() {
                let name = self.scopes[user].symbols[at].name.clone();
                let Some(owner) = self.owner(user, &name) else { continue };
                let (mut frame, owner_frame) = (self.frame_of(user), self.frame_of(owner));
                if frame == owner_frame {
                    continue;
                }
                self.scopes[owner].entry(&name).captured = true;
                // Every function in between hands the cell on.
                while frame != owner_frame {
                    let scope = &mut self.scopes[frame];
                    if scope.free_index.contains_key(&name) {
                        break;
                    }
                    scope.free_index.insert(name.clone(), scope.free.len());
                    scope.free.push(name.clone());
                    symbols += 1;
                    let Some(parent) = scope.parent else { break };
                    frame = self.frame_of(parent);
                }
                if symbols > MAX_SYMBOLS {
                    return Err(CompileError::too_large("too many variables", Span::default()));
                }
            }
        }
        Ok(())
    }
}
