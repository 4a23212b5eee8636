//! Expressions whose value is known: literals, signed numbers, sums and products of small ints, tuples of such.
//!
//! Only what no program can notice is computed here; everything else is left to the run.

use num_bigint::BigInt;

use super::Lowering;
use crate::code::{Constant, Instr, Reg};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, Expr, ExprKind, UnaryOp};

/// How deep below an expression its operands are looked at. A bound, because every level of a deep tree asks again.
const FUEL: u32 = 8;

/// The value of `expr` if it is known.
pub(super) fn constant(expr: &Expr) -> Option<Constant> {
    constant_at(expr, FUEL)
}

fn constant_at(expr: &Expr, fuel: u32) -> Option<Constant> {
    let fuel = fuel.checked_sub(1)?;
    match &expr.kind {
        ExprKind::Constant(constant) => Some(literal(constant)),
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => match constant_at(operand, fuel)? {
            Constant::Int(value) => {
                Some(value.checked_neg().map_or_else(|| Constant::BigInt(-BigInt::from(value)), Constant::Int))
            }
            // 2**63 is no small literal, its negative is a small int.
            Constant::BigInt(value) => {
                let value = -value;
                Some(i64::try_from(&value).map_or_else(|_| Constant::BigInt(value), Constant::Int))
            }
            Constant::Float(value) => Some(Constant::Float(-value)),
            _ => None,
        },
        ExprKind::BinOp { left, op, right, .. } => {
            let Constant::Int(right) = constant_at(right, fuel)? else { return None };
            let Constant::Int(left) = constant_at(left, fuel)? else { return None };
            let value = match op {
                BinaryOp::Add => left.checked_add(right),
                BinaryOp::Sub => left.checked_sub(right),
                BinaryOp::Mult => left.checked_mul(right),
                _ => None,
            };
            value.map(Constant::Int)
        }
        ExprKind::Tuple(items) => tuple_at(items, fuel),
        _ => None,
    }
}

/// The tuple of `items` if they are all known.
pub(super) fn tuple(items: &[Expr]) -> Option<Constant> {
    tuple_at(items, FUEL)
}

fn tuple_at(items: &[Expr], fuel: u32) -> Option<Constant> {
    let items = items.iter().map(|item| constant_at(item, fuel)).collect::<Option<Vec<_>>>();
    items.map(Constant::Tuple)
}

/// The text of a constant `str`.
pub(super) fn text(expr: &Expr) -> Option<&[u8]> {
    match &expr.kind {
        ExprKind::Constant(ast::Constant::Str(text)) => Some(text),
        _ => None,
    }
}

/// A constant int of 16 bits, as it fits into an instruction.
pub(super) fn small_int(expr: &Expr) -> Option<i16> {
    match constant(expr)? {
        Constant::Int(value) => i16::try_from(value).ok(),
        _ => None,
    }
}

/// The truth of a constant; `None` if the value is not known.
pub(super) fn truth(expr: &Expr) -> Option<bool> {
    match &expr.kind {
        ExprKind::Constant(constant) => Some(match constant {
            ast::Constant::None | ast::Constant::False => false,
            ast::Constant::True | ast::Constant::Ellipsis | ast::Constant::BigInt(_) => true,
            ast::Constant::Int(value) => *value != 0,
            ast::Constant::Float(value) => *value != 0.0,
            ast::Constant::Str(bytes) | ast::Constant::Bytes(bytes) => !bytes.is_empty(),
        }),
        _ => None,
    }
}

fn literal(constant: &ast::Constant) -> Constant {
    match constant {
        ast::Constant::None => Constant::None,
        ast::Constant::True => Constant::Bool(true),
        ast::Constant::False => Constant::Bool(false),
        ast::Constant::Ellipsis => Constant::Ellipsis,
        ast::Constant::Int(value) => Constant::Int(*value),
        ast::Constant::BigInt(value) => Constant::BigInt((**value).clone()),
        ast::Constant::Float(value) => Constant::Float(*value),
        ast::Constant::Str(text) => Constant::Str(text.clone()),
        ast::Constant::Bytes(bytes) => Constant::Bytes(bytes.clone()),
    }
}

impl Lowering<'_> {
    /// `dst` = a constant, by the shortest instruction.
    pub(super) fn constant_to(&mut self, constant: Constant, dst: Reg, span: Span) {
        let instr = match constant {
            Constant::None => Instr::None { dst },
            Constant::Bool(value) => Instr::Bool { dst, value },
            Constant::Int(value) if i32::try_from(value).is_ok() => {
                Instr::Int { dst, value: i32::try_from(value).unwrap_or_default() }
            }
            constant => Instr::Const { dst, index: self.pool.constant(constant) },
        };
        self.emit(instr, span);
    }
}
