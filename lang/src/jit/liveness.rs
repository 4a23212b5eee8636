//! Which registers are still needed: a backward analysis over the register code.

use super::effects::Effects;
use crate::code::{Code, Instr, Reg};

/// The registers alive before every instruction.
pub struct Liveness {
    words: usize,
    bits: Vec<u64>,
}

impl Liveness {
    /// Analyses `code`, whose instructions do what `effects` says.
    pub fn of(code: &Code, effects: &[Effects]) -> Liveness {
        let words = usize::from(code.registers).div_ceil(64).max(1);
        let count = code.instrs.len();
        let mut live = Liveness { words, bits: vec![0; words * (count + 1)] };
        let mut row = vec![0u64; words];
        loop {
            let mut changed = false;
            for at in (0..count).rev() {
                row.fill(0);
                let instr = code.instrs[at];
                if !instr.ends_flow() {
                    live.add(&mut row, at + 1);
                }
                if matches!(instr, Instr::CompareSkip { .. }) {
                    live.add(&mut row, (at + 2).min(count));
                }
                if let Some(target) = instr.target().filter(|_| !matches!(instr, Instr::ForIter { .. })) {
                    live.add(&mut row, target as usize);
                }
                for reg in Effects::each(&effects[at].clears).chain(Effects::each(&effects[at].writes)) {
                    clear(&mut row, reg);
                }
                // At the end of an iteration the variable keeps its value.
                if let Instr::ForIter { exit, .. } = instr {
                    live.add(&mut row, exit as usize);
                }
                // An exception leaves the registers as they were before the instruction.
                if let Some(handler) = code.handler_at(at as u32) {
                    let mut kept = vec![0; words];
                    live.add(&mut kept, handler.target as usize);
                    clear(&mut kept, handler.exc);
                    for (to, from) in row.iter_mut().zip(&kept) {
                        *to |= from;
                    }
                }
                for reg in Effects::each(&effects[at].reads) {
                    set(&mut row, reg);
                }
                let old = &mut live.bits[at * words..(at + 1) * words];
                if old != &row[..] {
                    old.copy_from_slice(&row);
                    changed = true;
                }
            }
            if !changed {
                return live;
            }
        }
    }

    fn add(&self, row: &mut [u64], at: usize) {
        for (to, from) in row.iter_mut().zip(&self.bits[at * self.words..]) {
            *to |= from;
        }
    }

    /// Whether the value of `reg` is needed at or after instruction `at`.
    pub fn is_live(&self, at: usize, reg: Reg) -> bool {
        let reg = usize::from(reg);
        self.bits.get(at * self.words + reg / 64).is_some_and(|word| word >> (reg % 64) & 1 == 1)
    }
}

fn set(row: &mut [u64], reg: Reg) {
    if let Some(word) = row.get_mut(usize::from(reg) / 64) {
        *word |= 1 << (reg % 64);
    }
}

fn clear(row: &mut [u64], reg: Reg) {
    if let Some(word) = row.get_mut(usize::from(reg) / 64) {
        *word &= !(1 << (reg % 64));
    }
}
