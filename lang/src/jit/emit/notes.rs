//! What was decided, in words: for `dataway explain --code FILE --jit`.

use super::Emit;
use crate::jit::plan::{BaseCase, Plan, Term};
use crate::jit::types::Ty;

impl Emit<'_, '_> {
    /// Notes for reports what was decided beyond the general form.
    pub(super) fn note(&mut self, at: usize, plan: &Plan) {
        let text = match plan {
            Plan::Step(ty) if *ty == Ty::Any => "through the runtime".to_owned(),
            Plan::Step(ty) => format!("through the runtime, gives {}", ty.name()),
            Plan::Call(ty) => format!("call through the runtime, gives {}", ty.name()),
            Plan::Direct(_, ty, None) => format!("direct call, gives {}", ty.name()),
            Plan::Direct(_, ty, Some(base)) => {
                format!("direct call unless {}, gives {}", base_text(base), ty.name())
            }
            Plan::CallFixed(_, ty) => format!("call of a known built-in, gives {}", ty.name()),
            Plan::Unseen => "left to the interpreter, never executed".to_owned(),
            Plan::Leave => "left to the interpreter".to_owned(),
            Plan::IntArith(op, ..) => format!("int {} with overflow guard", op.symbol()),
            Plan::FloatArith(op, ..) => format!("float {}", op.symbol()),
            Plan::IntQuotient(..) => "quotient of ints".to_owned(),
            Plan::IntCompare(..) => "int comparison".to_owned(),
            Plan::FloatCompare(..) => "float comparison".to_owned(),
            Plan::TextEqual(..) => "text comparison".to_owned(),
            Plan::OneOf(_, texts, _) => format!("comparison with {} texts", texts.len()),
            Plan::Compare(..) => "comparison through the runtime".to_owned(),
            Plan::Index(ty) => format!("list element, expected {}", ty.name()),
            Plan::SetIndex => "list element set in place".to_owned(),
            Plan::Field(ty) => format!("field by shape, expected {}", ty.name()),
            Plan::Part(_, ty) => format!("part of a message, expected {}", ty.name()),
            Plan::Range(_) => "range without an object".to_owned(),
            Plan::ListIter => "list iterator without an object".to_owned(),
            Plan::NextRange => "next int in a register".to_owned(),
            Plan::NextList(ty) => format!("next element, expected {}", ty.name()),
            Plan::NextAny(ty) => format!("next item through the runtime, expected {}", ty.name()),
            Plan::Script { .. } => "known function".to_owned(),
            Plan::Imported { .. } => "known built-in".to_owned(),
            Plan::Method(..) => "known method".to_owned(),
            Plan::Append(..) => "append in place".to_owned(),
            Plan::ListLen(_) => "length of a list".to_owned(),
            Plan::Shaped(_) => "dict with a known shape".to_owned(),
            Plan::List(_) => "list".to_owned(),
            Plan::Concat(..) => "texts put together".to_owned(),
            Plan::Sum(_, _, ty) => format!("sum of a list, expected {}", ty.name()),
            Plan::IntText(_) => "text of an int".to_owned(),
            Plan::Yield => "suspended in place".to_owned(),
            Plan::YieldFrom => "delegate asked through the runtime".to_owned(),
            Plan::Sqrt(_) => "square root in a register".to_owned(),
            _ => return,
        };
        self.notes.push((at, text));
    }
}

/// The condition under which nothing is called.
fn base_text(base: &BaseCase) -> String {
    let text = |term| match term {
        Term::Argument(n) => format!("argument {}", n + 1),
        Term::Int(n) => n.to_string(),
    };
    let not = if base.when { "" } else { "not " };
    format!("{not}{} {} {}", text(base.a), base.op.symbol(), text(base.b))
}
