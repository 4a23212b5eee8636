//! Which built-in thing a name or a dotted name means, imports and shadowing taken into account.

use foldhash::{HashMap, HashMapExt};

use crate::builtins;
use crate::check::symbols::{BindingKind, ScopeId, SymbolId, Symbols};
use crate::syntax::ast::{Expr, ExprKind, Ident, Stmt, StmtKind};

/// Longest dotted name that means anything: `Crypto.Util.Padding.pad`.
const MOST_PARTS: usize = 5;

/// The names of a program as far as they mean built-in things.
pub struct Names<'a> {
    symbols: &'a Symbols,
    /// What imported names stand for.
    imports: HashMap<SymbolId, String>,
    /// The scope of `dw_process`.
    entry: Option<ScopeId>,
}

impl<'a> Names<'a> {
    /// Reads the imports of a program.
    pub fn new(body: &[Stmt], symbols: &'a Symbols) -> Names<'a> {
        let entry = body.iter().rev().find_map(|stmt| match &stmt.kind {
            StmtKind::FunctionDef(def) if &*def.name.name == "dw_process" => symbols.scope_of(def.span),
            _ => None,
        });
        let mut names = Names { symbols, imports: HashMap::new(), entry };
        names.read(body);
        names
    }

    fn read(&mut self, body: &[Stmt]) {
        for stmt in body {
            match &stmt.kind {
                StmtKind::Import(aliases) => {
                    for alias in aliases {
                        match &alias.asname {
                            Some(name) => self.import(name, alias.name.name.to_string()),
                            None => {
                                let first = alias.name.name.split('.').next().unwrap_or_default();
                                self.import(&alias.name, first.to_owned());
                            }
                        }
                    }
                }
                StmtKind::ImportFrom { module, names } => {
                    for alias in names {
                        let path = format!("{}.{}", module.name, alias.name.name);
                        self.import(alias.asname.as_ref().unwrap_or(&alias.name), path);
                    }
                }
                _ => stmt.for_each_block(&mut |block| self.read(block)),
            }
        }
    }

    fn import(&mut self, name: &Ident, path: String) {
        if let Some(symbol) = self.symbols.written_at(name.span.start) {
            self.imports.insert(symbol, path);
        }
    }

    /// The dotted name of the built-in thing that an expression means: `datetime.datetime.strptime`.
    pub fn path(&self, expr: &Expr) -> Option<String> {
        let mut parts = Vec::new();
        let mut at = expr;
        while let ExprKind::Attribute { value, attr } = &at.kind {
            parts.push(&*attr.name);
            at = value;
            if parts.len() >= MOST_PARTS {
                return None;
            }
        }
        let ExprKind::Name(name) = &at.kind else { return None };
        let mut path = match self.symbols.written_at(at.span.start) {
            None => builtins::lookup(name).map(|_| name.to_string())?,
            Some(symbol) => {
                let bindings = &self.symbols.get(symbol)?.bindings;
                let imported = matches!(bindings.as_slice(), [(_, BindingKind::Import)]);
                self.imports.get(&symbol).filter(|_| imported)?.clone()
            }
        };
        for part in parts.iter().rev() {
            path.push('.');
            path.push_str(part);
        }
        Some(path)
    }

    /// Does the name of a module mean the module everywhere in the program?
    pub fn path_is_free(&self, module: &str) -> bool {
        !self.symbols.symbols.iter().any(|symbol| &*symbol.name == module)
    }

    /// Is it certainly the message: the parameter of `dw_process`, or `msg` as a parameter or in an expression?
    pub fn is_message(&self, expr: &Expr) -> bool {
        let ExprKind::Name(_) = expr.kind else { return false };
        let symbol = self.symbols.written_at(expr.span.start).and_then(|id| self.symbols.get(id));
        symbol.is_some_and(|symbol| {
            let is_parameter = matches!(symbol.bindings.as_slice(), [(_, BindingKind::Parameter)]);
            is_parameter && (&*symbol.name == "msg" || Some(symbol.scope) == self.entry)
        })
    }
}
