//! Comprehensions and generator expressions.

use super::Pass;
use super::flow::{Bound, Known, Variable};
use crate::check::types::Type;
use crate::syntax::ast::{Comprehension, Expr};
use crate::value::TypeDesc;
use crate::value::types as descs;

impl<'a> Pass<'a> {
    /// `[element for …]`, `{element for …}`, `(element for …)`: a `desc` of elements.
    pub(super) fn list_comp(
        &mut self,
        element: &'a Expr,
        generators: &'a [Comprehension],
        desc: &'static TypeDesc,
    ) -> Known {
        let known = self.clauses(generators, |pass| {
            let known = pass.expr(element);
            if std::ptr::eq(desc, &descs::SET) {
                pass.check_hashable(element, "set element");
            }
            known
        });
        let inside = known.by.min(known.inside);
        Known::holding(Type::generic(desc, [known.ty.widened()]), inside)
    }

    pub(super) fn dict_comp(&mut self, key: &'a Expr, value: &'a Expr, generators: &'a [Comprehension]) -> Known {
        let mut key_type = Type::Any;
        let known = self.clauses(generators, |pass| {
            key_type = pass.expr(key).ty;
            pass.check_hashable(key, "dict key");
            pass.expr(value)
        });
        let inside = known.by.min(known.inside);
        Known::holding(Type::dict(key_type.widened(), known.ty.widened()), inside)
    }

    /// Evaluates `result` with the targets of the clauses bound; the state behind is that before.
    fn clauses(&mut self, generators: &'a [Comprehension], result: impl FnOnce(&mut Self) -> Known) -> Known {
        let before = self.frame.state.clone();
        for clause in generators {
            let known = self.expr(&clause.iter);
            let element = self.iterate(&known, &clause.iter);
            self.assign_iterated(&clause.target, &element, &clause.iter, &known);
            for test in &clause.ifs {
                let (yes, _) = self.condition(test);
                self.frame.state = yes;
            }
        }
        let reachable = self.frame.state.reachable;
        let known = result(self);
        // A walrus inside binds outside; who reads the name behind has asked whether it did: `if any((hit := x) > 5 …)`.
        let mut after = before.clone();
        for symbol in self.frame.state.changed_since(&before) {
            if self.symbols.get(symbol).is_some_and(|symbol| symbol.scope == self.frame.scope) {
                after.join_variable(symbol, &self.frame.state.get(symbol));
                let variable = after.get(symbol);
                after.set(symbol, Variable { bound: Bound::Yes, ..variable });
            }
        }
        after.reachable = before.reachable;
        self.frame.state = after;
        if reachable { known } else { known.with(Type::Never) }
    }
}
