//! Arithmetic and comparison of numbers.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F64, I8, I64};
use cranelift_codegen::ir::{InstBuilder, Value as Word};

use super::Emit;
use crate::code::{Constant, Instr, Reg};
use crate::jit::plan::{Operand, Plan};
use crate::jit::runtime;
use crate::jit::types::Ty;
use crate::syntax::ast::{BinaryOp, CmpOp};
use crate::value::layout::tag;

/// Ints up to this are floats exactly.
const EXACT: i64 = 1 << 53;
/// The product of two natural numbers up to this has 62 bits.
const SMALL: i64 = i32::MAX as i64;

impl Emit<'_, '_> {
    fn int_operand(&mut self, operand: Operand) -> Word {
        match operand {
            Operand::Reg(reg) => self.int(reg),
            Operand::Int(n) => self.b.ins().iconst(I64, n),
        }
    }

    fn float_operand(&mut self, operand: Operand) -> Word {
        match operand {
            Operand::Reg(reg) if self.ty(reg) == Ty::Float => self.float(reg),
            Operand::Reg(reg) => {
                let word = self.int(reg);
                self.b.ins().fcvt_from_sint(F64, word)
            }
            Operand::Int(n) => self.b.ins().f64const(n as f64),
        }
    }

    /// Int arithmetic; what leaves 64 bits or raises is left to the interpreter.
    pub(super) fn emit_int(&mut self, op: BinaryOp, a: Operand, b: Operand) -> Result<(), String> {
        let Some(dst) = self.written() else { return Err("no result".to_owned()) };
        let (x, y) = (self.int_operand(a), self.int_operand(b));
        let word = match op {
            // Of two ints one of which is not negative the sum is too small if it overflows.
            BinaryOp::Add if self.is_natural(b) || self.is_natural(a) => {
                let (word, least) = (self.b.ins().iadd(x, y), if self.is_natural(b) { x } else { y });
                let good = self.b.ins().icmp(IntCC::SignedGreaterThanOrEqual, word, least);
                self.guard(good);
                word
            }
            BinaryOp::Sub if self.is_natural(b) => {
                let word = self.b.ins().isub(x, y);
                let good = self.b.ins().icmp(IntCC::SignedLessThanOrEqual, word, x);
                self.guard(good);
                word
            }
            BinaryOp::Add => {
                let (word, over) = self.b.ins().sadd_overflow(x, y);
                self.guard_zero(over);
                word
            }
            BinaryOp::Sub => {
                let (word, over) = self.b.ins().ssub_overflow(x, y);
                self.guard_zero(over);
                word
            }
            BinaryOp::Mult => self.multiply(x, y, a, b),
            BinaryOp::FloorDiv | BinaryOp::Mod => self.divide(op, x, y, a, b),
            BinaryOp::BitAnd => self.b.ins().band(x, y),
            BinaryOp::BitOr => self.b.ins().bor(x, y),
            BinaryOp::BitXor => self.b.ins().bxor(x, y),
            BinaryOp::RShift => {
                let good = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, y, 64);
                self.guard(good);
                self.b.ins().sshr(x, y)
            }
            BinaryOp::LShift => {
                let good = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, y, 63);
                self.guard(good);
                let word = self.b.ins().ishl(x, y);
                let back = self.b.ins().sshr(word, y);
                let good = self.b.ins().icmp(IntCC::Equal, back, x);
                self.guard(good);
                word
            }
            BinaryOp::Div | BinaryOp::Pow | BinaryOp::MatMult => return Err(format!("int {}", op.symbol())),
        };
        self.set_int(dst, word, Ty::Int);
        Ok(())
    }

    /// The product of two ints. One look is enough where both are natural numbers of 31 bits.
    fn multiply(&mut self, x: Word, y: Word, a: Operand, b: Operand) -> Word {
        let both = match (a, b) {
            (Operand::Reg(a), Operand::Reg(b)) if a == b => x,
            (_, Operand::Int(0..=SMALL)) => x,
            _ => self.b.ins().bor(x, y),
        };
        let (small, large, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(large);
        self.b.append_block_param(after, I64);
        let is_small = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThanOrEqual, both, SMALL);
        self.b.ins().brif(is_small, small, &[], large, &[]);
        self.b.switch_to_block(large);
        let (word, over) = self.b.ins().smul_overflow(x, y);
        self.guard_zero(over);
        self.stay_cold();
        self.b.ins().jump(after, &[word.into()]);
        self.b.switch_to_block(small);
        let word = self.b.ins().imul(x, y);
        self.b.ins().jump(after, &[word.into()]);
        self.b.switch_to_block(after);
        self.b.block_params(after)[0]
    }

    fn guard_zero(&mut self, over: Word) {
        let good = self.b.ins().icmp_imm_s(IntCC::Equal, over, 0);
        self.guard(good);
    }

    /// Floor division and modulo: Cranelift's round towards zero.
    fn divide(&mut self, op: BinaryOp, x: Word, y: Word, dividend: Operand, divisor: Operand) -> Word {
        match divisor {
            Operand::Int(n) if n > 0 => return self.divide_by(op, x, self.is_natural(dividend), n),
            _ => {
                // Neither zero nor minus one, which could leave 64 bits.
                let shifted = self.b.ins().iadd_imm_s(y, 1);
                let good = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, shifted, 1);
                self.guard(good);
            }
        }
        let quotient = self.b.ins().sdiv(x, y);
        let product = self.b.ins().imul(quotient, y);
        let rest = self.b.ins().isub(x, product);
        let signs = self.b.ins().bxor(rest, y);
        let negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        let some = self.b.ins().icmp_imm_s(IntCC::NotEqual, rest, 0);
        let adjust = self.b.ins().band(negative, some);
        if op == BinaryOp::Mod {
            let other = self.b.ins().iadd(rest, y);
            self.b.ins().select(adjust, other, rest)
        } else {
            let other = self.b.ins().iadd_imm_s(quotient, -1);
            self.b.ins().select(adjust, other, quotient)
        }
    }

    /// Division by a positive constant: a multiplication by its reciprocal in fixed point (Granlund and Montgomery, "Division by invariant
    /// integers using multiplication", 1994).
    fn divide_by(&mut self, op: BinaryOp, x: Word, is_natural: bool, divisor: i64) -> Word {
        if divisor == 1 {
            return if op == BinaryOp::Mod { self.b.ins().iconst(I64, 0) } else { x };
        }
        if divisor.count_ones() == 1 {
            let shift = i64::from(divisor.trailing_zeros());
            return if op == BinaryOp::Mod {
                self.b.ins().band_imm_s(x, divisor - 1)
            } else {
                self.b.ins().sshr_imm_u(x, shift)
            };
        }
        let (multiplier, shift) = reciprocal(divisor.unsigned_abs());
        let multiplier = self.b.ins().iconst(I64, multiplier as i64);
        if is_natural {
            let high = self.b.ins().umulhi(x, multiplier);
            let quotient = self.b.ins().ushr_imm_u(high, i64::from(shift));
            if op == BinaryOp::FloorDiv {
                return quotient;
            }
            let product = self.b.ins().imul_imm_s(quotient, divisor);
            return self.b.ins().isub(x, product);
        }
        // The multiplier is taken as a signed number; 2^64 too little is mended by adding `x`.
        let high = self.b.ins().smulhi(x, multiplier);
        let high = self.b.ins().iadd(high, x);
        let floor = self.b.ins().sshr_imm_u(high, i64::from(shift));
        let sign = self.b.ins().ushr_imm_u(x, 63);
        let quotient = self.b.ins().iadd(floor, sign);
        let product = self.b.ins().imul_imm_s(quotient, divisor);
        let rest = self.b.ins().isub(x, product);
        // `rest` has the sign of `x`.
        let negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, rest, 0);
        if op == BinaryOp::Mod {
            let other = self.b.ins().iadd_imm_s(rest, divisor);
            self.b.ins().select(negative, other, rest)
        } else {
            let other = self.b.ins().iadd_imm_s(quotient, -1);
            self.b.ins().select(negative, other, quotient)
        }
    }

    /// Float arithmetic; division by zero is left to the interpreter.
    pub(super) fn emit_float(&mut self, op: BinaryOp, a: Operand, b: Operand) {
        let Some(dst) = self.written() else { return };
        let (x, y) = (self.float_operand(a), self.float_operand(b));
        let word = match op {
            BinaryOp::Add => self.b.ins().fadd(x, y),
            BinaryOp::Sub => self.b.ins().fsub(x, y),
            BinaryOp::Mult => self.b.ins().fmul(x, y),
            _ => {
                let zero = self.b.ins().f64const(0.0);
                let good = self.b.ins().fcmp(FloatCC::NotEqual, y, zero);
                self.guard(good);
                self.b.ins().fdiv(x, y)
            }
        };
        self.set_float(dst, word);
    }

    /// `int / int` where both are floats exactly.
    pub(super) fn emit_quotient(&mut self, a: Operand, b: Operand) {
        let Some(dst) = self.written() else { return };
        let (x, y) = (self.int_operand(a), self.int_operand(b));
        self.guard_exact(x);
        self.guard_exact(y);
        let good = self.b.ins().icmp_imm_s(IntCC::NotEqual, y, 0);
        self.guard(good);
        let (x, y) = (self.b.ins().fcvt_from_sint(F64, x), self.b.ins().fcvt_from_sint(F64, y));
        let word = self.b.ins().fdiv(x, y);
        self.set_float(dst, word);
    }

    /// Leaves unless the int is a float exactly.
    fn guard_exact(&mut self, word: Word) {
        let moved = self.b.ins().iadd_imm_s(word, EXACT - 1);
        let good = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, moved, 2 * EXACT - 1);
        self.guard(good);
    }

    pub(super) fn emit_negate(&mut self, instr: Instr, plan: &Plan) {
        let Instr::Unary { dst, src, .. } = instr else { return };
        if let Plan::FloatNegate = plan {
            let word = self.float(src);
            let word = self.b.ins().fneg(word);
            self.set_float(dst, word);
            return;
        }
        let word = self.int(src);
        let good = self.b.ins().icmp_imm_s(IntCC::NotEqual, word, i64::MIN);
        self.guard(good);
        let word = self.b.ins().ineg(word);
        self.set_int(dst, word, Ty::Int);
    }

    pub(super) fn emit_not(&mut self, instr: Instr) {
        let Instr::Unary { dst, src, .. } = instr else { return };
        let truth = self.truth(src);
        let not = self.b.ins().icmp_imm_s(IntCC::Equal, truth, 0);
        let word = self.b.ins().uextend(I64, not);
        self.set_int(dst, word, Ty::Bool);
    }

    /// The truth value of a register: not zero if true.
    pub(super) fn truth(&mut self, reg: Reg) -> Word {
        match self.ty(reg) {
            Ty::Bool => self.int(reg),
            Ty::Int => {
                let word = self.int(reg);
                let truth = self.b.ins().icmp_imm_s(IntCC::NotEqual, word, 0);
                self.b.ins().uextend(I64, truth)
            }
            Ty::Float => {
                let word = self.float(reg);
                let zero = self.b.ins().f64const(0.0);
                let truth = self.b.ins().fcmp(FloatCC::NotEqual, word, zero);
                self.b.ins().uextend(I64, truth)
            }
            Ty::None | Ty::Unbound => self.b.ins().iconst(I64, 0),
            Ty::Fixed(_) | Ty::Script { .. } => self.b.ins().iconst(I64, 1),
            Ty::Constant(index) => {
                let constant = self.planner.unit.constants.get(index as usize);
                let is_empty = matches!(constant, Some(Constant::Tuple(items)) if items.is_empty());
                self.b.ins().iconst(I64, i64::from(!is_empty))
            }
            Ty::Range | Ty::Count => {
                let (_, left, _) = self.range(reg);
                left
            }
            Ty::ListIter => self.b.ins().iconst(I64, 1),
            Ty::Borrowed(_) | Ty::Kept => {
                self.settle(reg);
                self.truth_of_slot(reg)
            }
            Ty::Str | Ty::List | Ty::Dict | Ty::Any => self.truth_of_slot(reg),
        }
    }

    fn truth_of_slot(&mut self, reg: Reg) -> Word {
        let found = self.tag(reg);
        let is_bool = self.equal(found, tag::BOOL);
        let (quick, slow, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.append_block_param(after, I64);
        self.b.ins().brif(is_bool, quick, &[], slow, &[]);
        self.b.switch_to_block(quick);
        let both = self.bool_word(reg);
        let value = self.b.ins().ushr_imm_u(both, 8);
        let value = self.b.ins().uextend(I64, value);
        self.b.ins().jump(after, &[value.into()]);
        self.b.switch_to_block(slow);
        let slot = self.slot(reg);
        let status = self.call_runtime(runtime::truth as *const u8, &[slot], 1);
        self.check_truth(status[0]);
        self.b.ins().jump(after, &[status[0].into()]);
        self.b.switch_to_block(after);
        self.b.block_params(after)[0]
    }

    /// Raises if a runtime function that answers yes or no failed.
    pub(super) fn check_truth(&mut self, status: Word) {
        let failed = self.b.ins().icmp_imm_s(IntCC::Equal, status, crate::jit::abi::ERROR as i64);
        self.check(failed);
    }

    /// A comparison: not zero if it holds.
    pub(super) fn emit_compare(&mut self, plan: &Plan) -> Word {
        match *plan {
            Plan::OneOf(reg, ref texts, yes) => self.one_of(reg, texts, yes),
            Plan::IntCompare(op, a, b) => {
                let (x, y) = (self.int(a), self.int(b));
                self.b.ins().icmp(int_condition(op), x, y)
            }
            Plan::FloatCompare(op, a, b) => {
                let [x, y] = [a, b].map(|reg| {
                    if self.ty(reg) == Ty::Float {
                        return self.float(reg);
                    }
                    let word = self.int(reg);
                    self.guard_exact(word);
                    self.b.ins().fcvt_from_sint(F64, word)
                });
                self.b.ins().fcmp(float_condition(op), x, y)
            }
            Plan::IsNone(reg, yes) => match self.ty(reg) {
                Ty::Any => {
                    let found = self.tag(reg);
                    if yes { self.equal(found, tag::NONE) } else { self.not_equal(found, tag::NONE) }
                }
                ty => {
                    let is = (ty == Ty::None) == yes;
                    self.b.ins().iconst(I8, i64::from(is))
                }
            },
            Plan::TextEqual(a, b, equal) => self.text_equal(a, b, equal),
            Plan::Compare(op, a, b) => self.compare(op, a, b),
            _ => self.b.ins().iconst(I8, 0),
        }
    }

    /// Equality of texts: short ones are equal if their words are.
    fn text_equal(&mut self, a: Reg, b: Reg, equal: bool) -> Word {
        let ((a1, a2), (b1, b2)) = (self.words(a), self.words(b));
        let (x, y) = (self.tag(a), self.tag(b));
        let (short_a, short_b) = (self.equal(x, tag::SHORT), self.equal(y, tag::SHORT));
        let short = self.b.ins().bor(short_a, short_b);
        let (quick, slow, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.append_block_param(after, I8);
        self.b.ins().brif(short, quick, &[], slow, &[]);
        self.b.switch_to_block(quick);
        let first = self.b.ins().bxor(a1, b1);
        let second = self.b.ins().bxor(a2, b2);
        let difference = self.b.ins().bor(first, second);
        let condition = if equal { IntCC::Equal } else { IntCC::NotEqual };
        let truth = self.b.ins().icmp_imm_s(condition, difference, 0);
        self.b.ins().jump(after, &[truth.into()]);
        self.b.switch_to_block(slow);
        let truth = self.compare(if equal { CmpOp::Eq } else { CmpOp::NotEq }, a, b);
        self.b.ins().jump(after, &[truth.into()]);
        self.b.switch_to_block(after);
        self.b.block_params(after)[0]
    }

    /// Whether a text is one of some short ones: a long one never is.
    fn one_of(&mut self, reg: Reg, texts: &[[u64; 2]], yes: bool) -> Word {
        let (first, second) = self.words(reg);
        let mut found = self.b.ins().iconst(I8, 0);
        for [other, rest] in texts {
            let (other, rest) = (self.b.ins().iconst(I64, *other as i64), self.b.ins().iconst(I64, *rest as i64));
            let (a, b) = (self.b.ins().bxor(first, other), self.b.ins().bxor(second, rest));
            let difference = self.b.ins().bor(a, b);
            let same = self.b.ins().icmp_imm_s(IntCC::Equal, difference, 0);
            found = self.b.ins().bor(found, same);
        }
        if yes { found } else { self.b.ins().icmp_imm_s(IntCC::Equal, found, 0) }
    }

    fn compare(&mut self, op: CmpOp, a: Reg, b: Reg) -> Word {
        for reg in [a, b] {
            if self.ty(reg).is_virtual() {
                self.settle(reg);
            } else {
                self.spill(reg);
            }
        }
        let (x, y) = (self.slot(a), self.slot(b));
        let op = self.b.ins().iconst(I64, op as i64);
        let status = self.call_runtime(runtime::compare as *const u8, &[op, x, y], 1);
        self.check_truth(status[0]);
        self.b.ins().icmp_imm_s(IntCC::NotEqual, status[0], 0)
    }
}

/// Multiplier (as a signed number 2^64 less than meant) and shift with which `x * multiplier >> 64 >> shift` is the quotient of a
/// 63-bit `x` by `divisor`, rounded down. The divisor is no power of two.
fn reciprocal(divisor: u64) -> (u64, u32) {
    let bits = 64 - divisor.leading_zeros();
    // ceil(2^(63 + bits) / divisor) lies between 2^63 and 2^64.
    let power = 1u128 << (63 + bits);
    let multiplier = power / u128::from(divisor) + 1;
    (multiplier as u64, bits - 1)
}

pub(super) fn int_condition(op: CmpOp) -> IntCC {
    match op {
        CmpOp::NotEq => IntCC::NotEqual,
        CmpOp::Lt => IntCC::SignedLessThan,
        CmpOp::LtE => IntCC::SignedLessThanOrEqual,
        CmpOp::Gt => IntCC::SignedGreaterThan,
        CmpOp::GtE => IntCC::SignedGreaterThanOrEqual,
        _ => IntCC::Equal,
    }
}

fn float_condition(op: CmpOp) -> FloatCC {
    match op {
        CmpOp::NotEq => FloatCC::NotEqual,
        CmpOp::Lt => FloatCC::LessThan,
        CmpOp::LtE => FloatCC::LessThanOrEqual,
        CmpOp::Gt => FloatCC::GreaterThan,
        CmpOp::GtE => FloatCC::GreaterThanOrEqual,
        _ => FloatCC::Equal,
    }
}
