//! `collections`
use crate::syntax::ast::BinaryOp;
use crate::value::{Dict, R, Ref, Value};
pub fn counter_operator(_op: BinaryOp, _x: &Ref<Dict>, _y: &Ref<Dict>) -> R<Option<Value>> { Ok(None) }
pub fn counter_sign(_d: &Ref<Dict>, _negate: bool) -> R { Ok(Value::None) }
