//! Names that nobody reads: variables of functions, imports, inner functions (DW1007).
//!
//! Only what is certainly superfluous is named: not globals, which another function may read by name later in development,
//! not parameters and loop targets, which a caller or the loop asks for, not parts of an unpacking, and nothing whose name
//! begins with `_`.

use super::symbols::{BindingKind, ScopeKind, Symbols};
use crate::diagnostic::{Code, Diagnostic, Severity};

/// The findings of a program.
pub(super) fn check(symbols: &Symbols) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for symbol in symbols.symbols.iter().filter(|symbol| symbol.uses.is_empty() && !symbol.name.starts_with('_')) {
        let is_local = symbols.scopes.get(symbol.scope).is_some_and(|scope| scope.kind == ScopeKind::Function);
        let Some((span, kind)) = symbol.bindings.first() else { continue };
        // A global that a function binds is read by somebody else.
        if symbol.rebound || symbol.bindings.iter().any(|(_, other)| other != kind) {
            continue;
        }
        let (what, help) = match kind {
            BindingKind::Import => ("import", "delete it; modules are there without import"),
            BindingKind::Variable if is_local => ("variable", "delete it, or begin its name with `_`"),
            BindingKind::Function if is_local => ("function", "delete it"),
            _ => continue,
        };
        let message = format!("the {what} `{}` is never used", symbol.name);
        found.push(Diagnostic::new(Code(1007), Severity::Info, *span, message).with_help(help));
    }
    found
}
