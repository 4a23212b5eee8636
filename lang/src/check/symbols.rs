//! Scopes and names (spec 4.1): which scope binds a name, and which symbol each written name means.
//!
//! One walk collects what every scope binds, declares and reads; then every reading is resolved, because a name may be bound
//! below the place where it is read. The walk also notes how a variable's value travels, so that inference knows whether
//! what it found in a list or dict can have been changed behind its back.

mod walk;

use foldhash::{HashMap, HashSet, HashSetExt};

use crate::source::Span;
use crate::syntax::ast::{Name, Program};

/// Number of a scope; 0 is the module, and a scope comes after the one around it.
pub type ScopeId = usize;
/// Number of a symbol.
pub type SymbolId = usize;

/// What kind of scope it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// The program: its names are globals.
    Module,
    /// A function or lambda.
    Function,
    /// A comprehension or generator expression.
    Comprehension,
}

/// A scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeKind,
    /// The scope around it; only the module has none.
    pub parent: Option<ScopeId>,
    /// What belongs to it.
    pub span: Span,
    /// Its own names.
    pub names: HashMap<Name, SymbolId>,
    /// Names that `global` or `nonlocal` hands to another scope.
    declared: HashMap<Name, Declared>,
    /// Is it a function with `yield`?
    pub is_generator: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Declared {
    Global,
    Nonlocal,
}

/// What binds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// An assignment, also a walrus or an augmented one.
    Variable,
    /// A part of an unpacking.
    Unpacked,
    /// A parameter.
    Parameter,
    /// `def`
    Function,
    /// `import`
    Import,
    /// The target of `for`, in a statement or a comprehension.
    Loop,
    /// A capture of `match`.
    Capture,
    /// `except … as`
    Handler,
    /// `del`
    Deletion,
}

/// A variable, parameter, function or import of the program.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// Its name.
    pub name: Name,
    /// The scope it belongs to.
    pub scope: ScopeId,
    /// Where it is bound, in source order.
    pub bindings: Vec<(Span, BindingKind)>,
    /// Where it is read, in source order.
    pub uses: Vec<Span>,
    /// Does an inner function read or bind it?
    pub captured: bool,
    /// Is it bound from another scope by `global` or `nonlocal`?
    pub rebound: bool,
    /// Can its value be reached in another way, so that what a container holds is uncertain?
    pub escapes: bool,
    /// Can something inside its value be reached in another way?
    pub interior_escapes: bool,
}

/// The scopes and symbols of a program.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    /// The scopes.
    pub scopes: Vec<Scope>,
    /// The symbols.
    pub symbols: Vec<Symbol>,
    /// Scopes of functions, lambdas and comprehensions, by the offset at which they start.
    starts: HashMap<(u32, u32), ScopeId>,
    /// The symbol of each written name, by its offset.
    written: HashMap<u32, SymbolId>,
    /// Names that are read but bound nowhere in the program, in source order.
    pub free: Vec<(Name, Span)>,
}

impl Symbols {
    /// The symbol that the name written at `offset` (its first byte) means; `None` for built-in and unknown names.
    #[must_use]
    pub fn written_at(&self, offset: u32) -> Option<SymbolId> {
        self.written.get(&offset).copied()
    }

    /// The symbol whose name covers `offset`.
    #[must_use]
    pub fn at(&self, offset: u32) -> Option<SymbolId> {
        let covers = |span: &Span| span.start <= offset && offset <= span.end;
        self.symbols
            .iter()
            .position(|symbol| symbol.uses.iter().any(covers) || symbol.bindings.iter().any(|(span, _)| covers(span)))
    }

    /// The symbol with this number.
    #[must_use]
    pub fn get(&self, id: SymbolId) -> Option<&Symbol> {
        self.symbols.get(id)
    }

    /// The scope that a function, lambda or comprehension with this span opens.
    #[must_use]
    pub fn scope_of(&self, span: Span) -> Option<ScopeId> {
        self.starts.get(&(span.start, span.end)).copied()
    }

    /// The innermost scope at `offset`.
    #[must_use]
    pub fn scope_at(&self, offset: u32) -> ScopeId {
        let inside = |scope: &&(ScopeId, Span)| scope.1.start <= offset && offset <= scope.1.end;
        let spans: Vec<(ScopeId, Span)> = self.scopes.iter().enumerate().map(|(id, scope)| (id, scope.span)).collect();
        spans.iter().filter(inside).min_by_key(|(_, span)| span.len()).map_or(0, |(id, _)| *id)
    }

    /// The symbols that can be read at `offset`, inner scopes first; a name that is shadowed appears once.
    #[must_use]
    pub fn visible_at(&self, offset: u32) -> Vec<SymbolId> {
        let mut found: Vec<SymbolId> = Vec::new();
        let mut names: HashSet<&Name> = HashSet::new();
        let mut at = Some(self.scope_at(offset));
        while let Some(scope) = at.and_then(|id| self.scopes.get(id)) {
            let mut own: Vec<SymbolId> = scope.names.values().copied().collect();
            own.sort_unstable();
            let is_new = |id: &SymbolId| self.symbols.get(*id).is_some_and(|symbol| names.insert(&symbol.name));
            found.extend(own.into_iter().filter(is_new));
            at = scope.parent;
        }
        found
    }

    /// The symbol that `name` means in `scope`.
    #[must_use]
    pub fn lookup(&self, scope: ScopeId, name: &str) -> Option<SymbolId> {
        let mut at = scope;
        loop {
            let own = self.scopes.get(at)?;
            match own.declared.get(name) {
                Some(Declared::Global) => return self.scopes.first()?.names.get(name).copied(),
                Some(Declared::Nonlocal) => {}
                None => {
                    if let Some(id) = own.names.get(name) {
                        return Some(*id);
                    }
                }
            }
            at = own.parent?;
        }
    }

    /// The function around a scope: itself, or the one in which a comprehension stands.
    #[must_use]
    pub fn function_of(&self, scope: ScopeId) -> ScopeId {
        let mut at = scope;
        while let Some(Scope { kind: ScopeKind::Comprehension, parent: Some(parent), .. }) = self.scopes.get(at) {
            at = *parent;
        }
        at
    }
}

/// Finds the scopes and symbols of a program.
#[must_use]
pub fn resolve(program: &Program) -> Symbols {
    walk::collect(program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceText;
    use crate::syntax::{ParseOptions, parse};

    fn symbols(text: &str) -> Symbols {
        resolve(&parse(&SourceText::new("t", text), &ParseOptions::default()).program)
    }

    /// `name@scope: bindings/uses` of every symbol.
    fn table(text: &str) -> Vec<String> {
        let found = symbols(text);
        let line = |s: &Symbol| format!("{}@{}: {}/{}", s.name, s.scope, s.bindings.len(), s.uses.len());
        found.symbols.iter().map(line).collect()
    }

    #[test]
    fn every_name_has_its_symbol() {
        for (text, expected) in [
            ("def f(a, b=1):\n    c = a + b\n    return c", &["f@0: 1/0", "a@1: 1/1", "b@1: 1/1", "c@1: 1/1"][..]),
            ("def f():\n    global n\n    n = 1\nn = 0\nn", &["f@0: 1/0", "n@0: 2/1"]),
            (
                "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1",
                &["f@0: 1/0", "n@1: 2/1", "g@1: 1/0"],
            ),
            ("def f(xs):\n    return [x for x in xs if (y := x)]", &["f@0: 1/0", "xs@1: 1/1", "y@1: 1/0", "x@2: 1/2"]),
            ("[msg for msg in msg.payload]", &["msg@0: 1/1", "msg@1: 1/1"]),
            (
                "def f(v):\n    match v:\n        case {'a': b, **c}: return b, c",
                &["f@0: 1/0", "v@1: 1/1", "b@1: 1/1", "c@1: 1/1"],
            ),
        ] {
            let mut found = table(text);
            found.sort();
            let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            expected.sort();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn names_that_nobody_binds_are_free() {
        let found = symbols("def f(x):\n    return len(x) + y");
        let names: Vec<&str> = found.free.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["len", "y"]);
    }

    #[test]
    fn values_that_travel_are_noted() {
        let text = "def f(a, b, c, d):\n    x = a\n    b[0]['k'] = 1\n    for i in c: pass\n    return len(d) + d[0]";
        let found = symbols(text);
        let flags = |name: &str| {
            let symbol = found.symbols.iter().find(|symbol| &*symbol.name == name).expect("symbol");
            (symbol.escapes, symbol.interior_escapes)
        };
        assert_eq!(flags("a"), (true, true));
        assert_eq!(flags("b"), (false, false));
        assert_eq!(flags("c"), (false, true));
        assert_eq!(flags("d"), (false, false));
    }

    #[test]
    fn inner_scopes_come_first() {
        let text = "x = 1\ndef f(y):\n    return y";
        let found = symbols(text);
        let at = u32::try_from(text.rfind('y').expect("y")).expect("small");
        let names: Vec<&str> = found.visible_at(at).iter().map(|id| &*found.symbols[*id].name).collect();
        assert_eq!(names, ["y", "x", "f"]);
    }
}
