//! Names: variables of the running function, those of functions around it, and built-in names.

use std::sync::Arc;

use super::Pass;
use super::flow::{Bound, Evidence, Known, Variable};
use crate::builtins;
use crate::check::suggest;
use crate::check::symbols::{BindingKind, SymbolId};
use crate::check::types::{Field, Rest, Shape, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::Mode;
use crate::value::Value;
use crate::value::types as descs;

/// Most names of the program that are compared with one that is unknown.
const MOST_CANDIDATES: usize = 500;

impl<'a> Pass<'a> {
    /// What a name gives that is read at `span`.
    pub(super) fn name(&mut self, name: &str, span: Span) -> Known {
        let Some(symbol) = self.symbols.written_at(span.start) else { return self.free_name(name, span) };
        let Some(own) = self.symbols.get(symbol) else { return Known::any() };
        let own_function = self.symbols.function_of(own.scope) == self.frame.scope;
        match self.frame.state.find(symbol).cloned() {
            Some(variable) => {
                if own.rebound && variable.bound == Bound::Yes {
                    // Any call in between may have bound it again.
                    return Known::any();
                }
                if variable.bound == Bound::Yes || self.lambdas > 0 {
                    let changing = self.lambdas > 0 && own.bindings.len() > 1;
                    let by = if changing { Evidence::Likely } else { Evidence::Program };
                    let known = variable.known.weakened(by);
                    // Others may have put something into a container that travels.
                    let travels = known.ty.is_mutable() && (own.escapes || own.captured);
                    return if travels { known.with(opened(&known.ty)) } else { known };
                }
                self.unbound(symbol, &variable, name, span)
            }
            None if own_function && self.lambdas == 0 && own.scope == self.frame.scope => {
                self.unbound(symbol, &Variable { known: Known::any(), bound: Bound::No, origin: None }, name, span)
            }
            None if own_function => Known::any(),
            None => self.outer(symbol),
        }
    }

    /// A variable is read that has no value, or perhaps none.
    fn unbound(&mut self, symbol: SymbolId, variable: &Variable, name: &str, span: Span) -> Known {
        let Some(own) = self.symbols.get(symbol) else { return Known::any() };
        let is_module = own.scope == 0;
        if is_module && (own.rebound || builtins::lookup(name).is_some() || self.mode == Mode::Interactive) {
            // A function may have bound it, or the built-in name shows through.
            return Known::any();
        }
        let known = variable.known.clone();
        let bindings: Vec<Span> = own.bindings.iter().map(|(span, _)| *span).collect();
        let deleted = own.bindings.iter().any(|(_, kind)| *kind == BindingKind::Deletion)
            || own.bindings.iter().any(|(_, kind)| *kind == BindingKind::Handler);
        if variable.bound == Bound::No {
            if deleted && bindings.iter().any(|at| at.start < span.start) {
                let message = format!("`{name}` has no value any more here");
                let help = "an `except … as` name is deleted when the handler ends, and `del` deletes too; keep the value under another name";
                self.fails(1003, span, Evidence::Program, false, message, Some(help.into()));
            } else {
                let message = format!("`{name}` is read before it gets a value");
                let severity = self.severity(Evidence::Program, false);
                let mut found = Diagnostic::new(Code(1003), severity, span, message);
                if let Some(first) = bindings.first() {
                    found = found.with_related(
                        *first,
                        format!(
                            "this assignment makes `{name}` a variable of {}",
                            if is_module { "the module" } else { "this function" }
                        ),
                    );
                }
                let of_module = !is_module && self.symbols.lookup(0, name).is_some();
                found.help = Some(if of_module {
                    format!(
                        "for `{name}` of the module begin the function with `global {name}`; otherwise give one of the two another name"
                    )
                } else {
                    format!("assign `{name}` before this line, or use another name for one of the two")
                });
                self.push(found);
            }
        } else {
            let message = format!("`{name}` has perhaps no value here");
            let mut found = Diagnostic::warning(Code(1002), span, message).with_help(format!(
                "give `{name}` a value on every path, for example `{name} = None` before the branches"
            ));
            if let Some(first) = bindings.iter().rfind(|at| at.start < span.start) {
                found = found.with_related(*first, "assigned only on some paths");
            }
            self.push(found);
        }
        // One report for a variable is enough.
        let repaired = if variable.bound == Bound::No { Known::any() } else { known };
        let bound = Variable { known: repaired.clone(), bound: Bound::Yes, origin: variable.origin };
        self.frame.state.set(symbol, bound);
        repaired
    }

    /// A variable of the module or of a function around the running one: all its bindings together.
    fn outer(&mut self, symbol: SymbolId) -> Known {
        let Some(own) = self.symbols.get(symbol) else { return Known::any() };
        if own.rebound {
            return Known::any();
        }
        let mut types = Vec::new();
        for (span, kind) in &own.bindings {
            match self.bindings.get(span) {
                _ if *kind == BindingKind::Deletion => {}
                Some((_, ty)) => types.push(ty.clone()),
                None => return Known::any(),
            }
        }
        let by = if own.bindings.len() == 1 { Evidence::Program } else { Evidence::Likely };
        // Of several bindings nobody knows which one came last.
        let of_one_kind = types.windows(2).all(|pair| matches!(pair, [a, b] if a.widened() == b.widened()));
        let ty = if of_one_kind { Type::union(types).widened() } else { Type::Any };
        // Another function may have changed what a container holds.
        if ty.is_mutable() && own.bindings.len() == 1 {
            return Known::new(opened(&ty), by);
        }
        Known::new(ty, by)
    }

    /// A name that the program binds nowhere.
    fn free_name(&mut self, name: &str, span: Span) -> Known {
        if name.is_empty() {
            return Known::any();
        }
        if name == "config" && self.mode == Mode::Expression {
            return self.unknown_name(name, span);
        }
        match builtins::lookup(name) {
            Some(Value::Builtin(builtin)) => Known::sure(Type::Member(builtin, None)),
            Some(Value::Type(desc)) => Known::sure(Type::Class(desc)),
            Some(Value::Module(module)) => Known::sure(Type::Module(module)),
            Some(Value::Ellipsis) => Known::sure(Type::Instance(&descs::ELLIPSIS)),
            Some(value) => Known::sure(Type::Instance(value.type_of())),
            None => self.unknown_name(name, span),
        }
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> Known {
        if self.mode == Mode::Interactive || self.is_full() || self.quiet > 0 {
            return Known::any();
        }
        let severity = self.severity(Evidence::Program, false);
        let visible = self.symbols.visible_at(span.start);
        let own =
            visible.iter().take(MOST_CANDIDATES).filter_map(|id| self.symbols.get(*id)).map(|symbol| &*symbol.name);
        let found = suggest::unknown_name(name, span, severity, own.collect());
        self.push(found);
        Known::any()
    }

    /// The built-in name that `name` means at `span`, if the program does not bind it.
    pub(super) fn is_builtin_name(&self, name: &str, span: Span) -> bool {
        self.symbols.written_at(span.start).is_none() && builtins::lookup(name).is_some()
    }

    /// Gives the variable whose name is written at `span` a value.
    pub(super) fn bind(&mut self, span: Span, known: Known) {
        let Some(symbol) = self.symbols.written_at(span.start) else { return };
        self.note_binding(span, symbol, &known.ty);
        let variable = Variable { known, bound: Bound::Yes, origin: Some(span) };
        for handler in &mut self.frame.handlers {
            handler.join_variable(symbol, &variable);
        }
        self.frame.state.set(symbol, variable);
    }

    /// Remembers the type that a binding gives.
    pub(super) fn note_binding(&mut self, span: Span, symbol: SymbolId, ty: &Type) {
        let joined = match self.bindings.get(&span) {
            // A loop comes by again and knows more.
            Some((_, known)) if self.quiet > 0 => known.join(ty),
            _ => ty.clone(),
        };
        self.bindings.insert(span, (symbol, joined));
    }
}

/// A container that others can change: other keys may have come, and what stood for a value to come may have been replaced.
pub(super) fn opened(ty: &Type) -> Type {
    let inside = |ty: &Type| if ty.is_none() || *ty == Type::Never { Type::Any } else { opened(&ty.widened()) };
    match ty {
        Type::Shape(shape) => {
            let fields = shape.fields.iter().map(|field| Field { ty: inside(&field.ty), ..field.clone() });
            let rest = if shape.fields.is_empty() { Rest::Typed(Type::Any) } else { Rest::Unmentioned };
            Type::Shape(Arc::new(Shape { fields: fields.collect(), rest }))
        }
        Type::Generic(desc, items) => Type::Generic(desc, items.iter().map(inside).collect()),
        Type::Union(members) => Type::union(members.iter().map(opened)),
        other => other.clone(),
    }
}
