//! `datetime`
use crate::syntax::ast::BinaryOp;
use crate::value::{R, Value};
pub fn binary(_op: BinaryOp, _a: &Value, _b: &Value) -> R<Option<Value>> { Ok(None) }
pub fn sign(_a: &Value, _negate: bool) -> R { Ok(Value::None) }
pub fn absolute(_a: &Value) -> R { Ok(Value::None) }
