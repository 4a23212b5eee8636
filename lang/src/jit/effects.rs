//! What every instruction of a code does to the registers, in the form in which the compiler asks for it again and again.

use crate::code::{Access, Code, Instr, Reg, Unit};

/// What an instruction does to the registers: groups of neighbours, first register and number.
#[derive(Debug, Default)]
pub struct Effects {
    /// Read.
    pub reads: Vec<(Reg, u16)>,
    /// Given a value.
    pub writes: Vec<(Reg, u16)>,
    /// Left without a value that anybody reads again.
    pub clears: Vec<(Reg, u16)>,
}

impl Effects {
    /// What `instr` does.
    fn of(unit: &Unit, instr: Instr) -> Effects {
        let mut effects = Effects::default();
        instr.for_each_register(unit, &mut |access, first, count| {
            let groups = match access {
                Access::Read => &mut effects.reads,
                Access::Write => &mut effects.writes,
                Access::Clear => &mut effects.clears,
            };
            groups.push((first, count));
        });
        effects
    }

    /// What the instructions of `code` do.
    pub fn of_all(unit: &Unit, code: &Code) -> Vec<Effects> {
        code.instrs.iter().map(|instr| Effects::of(unit, *instr)).collect()
    }

    /// The registers of `groups`, one by one.
    pub fn each(groups: &[(Reg, u16)]) -> impl Iterator<Item = Reg> + '_ {
        groups.iter().flat_map(|(first, count)| (0..*count).map(move |n| first.saturating_add(n)))
    }
}
