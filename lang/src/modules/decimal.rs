//! `decimal`
use crate::syntax::ast::BinaryOp;
use crate::value::decimal::Decimal;
use crate::value::{Cx, R, Value};
pub fn binary(_cx: &mut Cx<'_>, _op: BinaryOp, _a: &Value, _b: &Value) -> R<Option<Value>> { Ok(None) }
pub fn sign(_cx: &mut Cx<'_>, _a: &Decimal, _negate: bool) -> R { Ok(Value::None) }
pub fn absolute(_cx: &mut Cx<'_>, _a: &Decimal) -> R { Ok(Value::None) }
pub fn round(_cx: &mut Cx<'_>, _a: &Decimal, _n: &Value) -> R { Ok(Value::None) }
pub fn divmod(_cx: &mut Cx<'_>, _a: &Value, _b: &Value) -> R { Ok(Value::None) }
pub fn power_mod(_cx: &mut Cx<'_>, _a: &Value, _b: &Value, _c: &Value) -> R { Ok(Value::None) }
pub fn to_int(_cx: &mut Cx<'_>, _a: &Value) -> R { Ok(Value::None) }
pub fn to_float(_cx: &mut Cx<'_>, _a: &Value) -> R { Ok(Value::None) }
