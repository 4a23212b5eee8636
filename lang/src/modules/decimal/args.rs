//! Arguments of decimal functions: operands, the `context` and `rounding` parameters.

use std::borrow::Cow;

use super::contexts::{self, Shared};
use crate::builtins::receiver::wrong_receiver;
use crate::value::decimal::{Context, Decimal, DecimalError, Rounding};
use crate::value::exceptions::{overflow_error, type_error};
use crate::value::number::IntView;
use crate::value::{Cx, R, Value};

/// A number as an exact decimal; `None` for what does not mix with decimals, floats among them.
pub(super) fn exact(value: &Value) -> R<Option<Cow<'_, Decimal>>> {
    Ok(Some(match value {
        Value::Decimal(number) => Cow::Borrowed(&**number),
        _ => match IntView::of(value) {
            Some(IntView::Small(n)) => Cow::Owned(Decimal::from(n)),
            Some(IntView::Big(n)) => Cow::Owned(Decimal::from_int(n)?),
            None => return Ok(None),
        },
    }))
}

/// An operand of a method.
pub(super) fn operand(value: &Value) -> R<Cow<'_, Decimal>> {
    exact(value)?.ok_or_else(|| no_conversion(value))
}

/// The error for a value that is no operand.
#[cold]
pub(super) fn no_conversion(value: &Value) -> crate::value::Raise {
    type_error(format!("conversion from {} to Decimal is not supported", value.type_of().qualified()))
}

/// The receiver of a method of `Decimal`.
pub(super) fn receiver<'a>(name: &str, a: &'a [Value]) -> R<&'a Decimal> {
    match a.first() {
        Some(Value::Decimal(number)) => Ok(number),
        other => Err(wrong_receiver(name, "decimal.Decimal", other)),
    }
}

/// The context of an operation: the argument, or the run's own for `None`.
pub(super) fn chosen(cx: &mut Cx<'_>, context: &Value) -> R<Shared> {
    if context.is_none() {
        return Ok(contexts::current(cx));
    }
    contexts::shared(context).ok_or_else(|| type_error("optional argument must be a context"))
}

/// The rounding mode of an operation: the argument, or the context's own for `None`.
pub(super) fn optional_rounding(value: &Value) -> R<Option<Rounding>> {
    if value.is_none() { Ok(None) } else { rounding(value).map(Some) }
}

/// A rounding mode.
pub(super) fn rounding(value: &Value) -> R<Rounding> {
    match value.as_str() {
        Some(name) => Ok(Rounding::from_name(name)?),
        None => Err(Rounding::type_error().into()),
    }
}

/// An int that fits a machine word, with the errors of this module.
pub(super) fn word(value: &Value, refusal: &str) -> R<i64> {
    match IntView::of(value) {
        Some(IntView::Small(n)) => Ok(n),
        Some(IntView::Big(_)) => Err(overflow_error("Python int too large to convert to C ssize_t")),
        None => Err(type_error(refusal)),
    }
}

/// Runs an operation in a context, which takes its flags.
pub(super) fn run<T>(context: &Shared, operation: impl FnOnce(&mut Context) -> Result<T, DecimalError>) -> R<T> {
    Ok(operation(&mut context.borrow_mut())?)
}
