//! Decimal arithmetic as in CPython's `decimal` (General Decimal Arithmetic). Spec 5.2, 9.3.
//!
//! A [`Decimal`] is an immutable number; a [`Context`] has the precision, the rounding mode, the flags and the traps, and
//! is what operations are called on. Results, flags and exceptions are those of CPython's C implementation. Nothing here
//! knows the values of a script: the binding converts operands and raises the errors.
//!
//! Every operation is a function `(operands, &Context, &mut Status) -> Result<Decimal, Stop>` in the room of its kind;
//! [`Context`]'s methods (`ops`) wrap them. Work grows with the precision and the operands' lengths only, never with
//! an exponent, except where the result itself has that many digits; all of it can be stopped.

mod arith;
mod coefficient;
mod compare;
mod context;
mod convert;
mod divide;
mod elementary;
mod fixed;
mod format;
mod logical;
mod natural;
mod number;
mod ops;
mod parse;
mod power;
mod quantize;
mod rounding;
mod signals;
mod text;
mod wide;

pub use context::{Context, MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Rounding};
pub use convert::TupleExponent;
pub use number::{Decimal, Kind};
pub use signals::{DecimalError, Signal, Signals, Status};
