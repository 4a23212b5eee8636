//! The exception classes of `decimal` (spec 10.1) and how failed operations raise them.
//!
//! They are here and not with the module because comparing and hashing values can raise them too.

use super::{ARITHMETIC_ERROR, Raise, TYPE_ERROR, ZERO_DIVISION_ERROR, overflow_error, type_error, value_error};
use crate::value::decimal::{DecimalError, Signal};
use crate::value::types::TypeDesc;
use crate::value::{HVec, Value};

macro_rules! classes {
    ($($(#[doc = $doc:literal])* $id:ident = $name:literal : $base:ident $(and $second:ident)?;)*) => {
        $(
            $(#[doc = $doc])*
            pub static $id: TypeDesc = TypeDesc {
                doc: concat!($($doc),*),
                $(second_base: Some(&$second),)?
                ..TypeDesc::new($name, "decimal").with_base(&$base)
            };
        )*
        /// Every class.
        static CLASSES: &[&TypeDesc] = &[$(&$id),*];
    };
}

classes! {
    /// The base of all decimal signals.
    DECIMAL_EXCEPTION = "DecimalException" : ARITHMETIC_ERROR;
    /// The exponent was changed to fit the context.
    CLAMPED = "Clamped" : DECIMAL_EXCEPTION;
    /// An operation has no defined result.
    INVALID_OPERATION = "InvalidOperation" : DECIMAL_EXCEPTION;
    /// A finite number was divided by zero.
    DIVISION_BY_ZERO = "DivisionByZero" : DECIMAL_EXCEPTION and ZERO_DIVISION_ERROR;
    /// A float was mixed with a decimal.
    FLOAT_OPERATION = "FloatOperation" : DECIMAL_EXCEPTION and TYPE_ERROR;
    /// Digits other than zero were dropped.
    INEXACT = "Inexact" : DECIMAL_EXCEPTION;
    /// Digits were dropped.
    ROUNDED = "Rounded" : DECIMAL_EXCEPTION;
    /// The result is smaller than the smallest normal number.
    SUBNORMAL = "Subnormal" : DECIMAL_EXCEPTION;
    /// The result is too large for the context.
    OVERFLOW = "Overflow" : INEXACT and ROUNDED;
    /// The result is inexact and too small for the context.
    UNDERFLOW = "Underflow" : INEXACT and ROUNDED_AND_SUBNORMAL;
    /// A text or tuple is no number.
    CONVERSION_SYNTAX = "ConversionSyntax" : INVALID_OPERATION;
    /// The whole quotient has more digits than the precision.
    DIVISION_IMPOSSIBLE = "DivisionImpossible" : INVALID_OPERATION;
    /// Zero was divided by zero.
    DIVISION_UNDEFINED = "DivisionUndefined" : INVALID_OPERATION and ZERO_DIVISION_ERROR;
}

/// The second and third base of [`UNDERFLOW`]; nothing shows it to scripts.
static ROUNDED_AND_SUBNORMAL: TypeDesc =
    TypeDesc { second_base: Some(&SUBNORMAL), ..TypeDesc::new("Subnormal", "decimal").with_base(&ROUNDED) };

/// The class that a signal raises.
#[must_use]
pub fn class_of(signal: Signal) -> &'static TypeDesc {
    by_name(signal.name()).unwrap_or(&DECIMAL_EXCEPTION)
}

/// The signal that a class stands for.
#[must_use]
pub fn signal_of(class: &'static TypeDesc) -> Option<Signal> {
    Signal::ALL.into_iter().find(|signal| class_of(*signal) == class)
}

fn by_name(name: &str) -> Option<&'static TypeDesc> {
    CLASSES.iter().copied().find(|class| class.name == name)
}

/// The exception of a failed decimal operation. That of a signal has one argument, the list of the classes of what
/// happened: `[<class 'decimal.ConversionSyntax'>]`.
#[cold]
#[must_use]
pub fn raise(error: DecimalError) -> Raise {
    match error {
        DecimalError::Stop(stop) => stop.into(),
        DecimalError::Type(text) => type_error(text),
        DecimalError::Value(text) => value_error(text),
        DecimalError::Overflow(text) => overflow_error(text),
        DecimalError::Signal(signal, conditions) => {
            let classes: HVec<Value> = conditions.class_names().filter_map(by_name).map(Value::Type).collect();
            Raise::with_args(class_of(signal), [Value::list(classes)])
        }
    }
}

impl From<DecimalError> for Raise {
    fn from(error: DecimalError) -> Raise {
        raise(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::decimal::{Context, Decimal};

    #[test]
    fn signals_have_cpythons_bases() {
        for (class, bases) in [
            (&DIVISION_BY_ZERO, &[&DECIMAL_EXCEPTION, &ARITHMETIC_ERROR, &ZERO_DIVISION_ERROR][..]),
            (&FLOAT_OPERATION, &[&DECIMAL_EXCEPTION, &TYPE_ERROR]),
            (&UNDERFLOW, &[&INEXACT, &ROUNDED, &SUBNORMAL, &DECIMAL_EXCEPTION]),
            (&DIVISION_UNDEFINED, &[&INVALID_OPERATION, &ZERO_DIVISION_ERROR]),
        ] {
            assert!(bases.iter().all(|base| class.is_subtype(base)), "{class:?}");
        }
        assert!(!OVERFLOW.is_subtype(&SUBNORMAL) && !INEXACT.is_subtype(&ROUNDED));
        assert_eq!(signal_of(&INEXACT), Some(Signal::Inexact));
        assert_eq!(signal_of(&CONVERSION_SYNTAX), None);
    }

    #[test]
    fn the_argument_lists_what_happened() {
        let error = Context::default().divide(&Decimal::ZERO, &Decimal::ZERO).map(|_| ());
        let raised = raise(error.expect_err("0 / 0 is trapped"));
        assert!(raised.is(&INVALID_OPERATION));
        match &raised.0.arguments()[..] {
            [Value::List(list)] => assert!(matches!(list.get(0), Some(Value::Type(c)) if c == &DIVISION_UNDEFINED)),
            other => panic!("{other:?}"),
        }
    }
}
