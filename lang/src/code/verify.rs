//! A check that compiled code is well formed, for tests and debug builds: operands in range, jumps that lead where
//! they may, handlers that agree with the number of exceptions being handled.

use super::{Code, Constant, Instr, Target, Unit};

/// Checks all functions of a unit; the error says what is wrong and where.
pub(super) fn verify(unit: &Unit) -> Result<(), String> {
    for (number, code) in unit.codes.iter().enumerate() {
        verify_code(unit, code).map_err(|error| format!("code {number} ({}): {error}", code.qualname))?;
    }
    Ok(())
}

fn verify_code(unit: &Unit, code: &Code) -> Result<(), String> {
    if code.instrs.len() != code.spans.len() {
        return Err("spans do not match instructions".into());
    }
    if !code.instrs.last().is_some_and(Instr::ends_flow) {
        return Err("control runs off the end".into());
    }
    if code.params.names.len() > usize::from(code.registers) {
        return Err("parameters have no registers".into());
    }
    for (at, instr) in code.instrs.iter().enumerate() {
        operands(unit, code, instr).map_err(|error| format!("{at}: {instr:?}: {error}"))?;
        flow(code, at, instr).map_err(|error| format!("{at}: {instr:?}: {error}"))?;
    }
    for handler in &code.handlers {
        let len = code.instrs.len();
        if handler.start >= handler.end || handler.end as usize > len || handler.target as usize >= len {
            return Err(format!("{handler:?} is out of range"));
        }
        if handler.exc >= code.registers {
            return Err(format!("{handler:?} has no register"));
        }
    }
    depths(code)
}

fn operands(unit: &Unit, code: &Code, instr: &Instr) -> Result<(), String> {
    let mut highest = 0;
    instr.for_each_register(unit, &mut |_, first, count| highest = highest.max(u32::from(first) + u32::from(count)));
    if highest > u32::from(code.registers) {
        return Err("register out of range".into());
    }
    let constant = |index: u32| unit.constants.get(index as usize).ok_or("constant out of range");
    let name = |index: u16| unit.names.get(usize::from(index)).map(drop).ok_or("name out of range");
    match *instr {
        Instr::Const { index, .. } => drop(constant(index)?),
        Instr::GetItemConst { key, .. } if !matches!(constant(key.into())?, Constant::Str(_)) => {
            return Err("the key is no str".into());
        }
        Instr::CallKeywords { names, argc, .. } => match constant(names.into())? {
            Constant::Names(names) if names.len() <= usize::from(argc) => {}
            _ => return Err("bad names of arguments".into()),
        },
        Instr::BuildShaped { keys, base, .. } => match constant(keys.into())? {
            Constant::Names(keys) if keys.len() + usize::from(base) <= usize::from(code.registers) => {}
            _ => return Err("bad keys".into()),
        },
        Instr::LoadGlobal { global, .. } | Instr::StoreGlobal { global, .. } | Instr::DeleteGlobal { global } => {
            unit.globals.get(usize::from(global)).ok_or("global out of range")?;
        }
        Instr::CheckBound { name: index, .. }
        | Instr::LoadCell { name: index, .. }
        | Instr::DeleteCell { name: index, .. }
        | Instr::LoadAttr { name: index, .. }
        | Instr::StoreAttr { name: index, .. }
        | Instr::DeleteAttr { name: index, .. }
        | Instr::LoadMethod { name: index, .. }
        | Instr::ImportFrom { name: index, .. } => name(index)?,
        Instr::Closure { index, .. } if usize::from(index) >= code.captures.len() => {
            return Err("the closure is shorter".into());
        }
        Instr::MakeFunction { code: index, .. } => {
            let made = unit.codes.get(usize::from(index)).ok_or("code out of range")?;
            if made.captures.iter().any(|reg| *reg >= code.registers) {
                return Err("a captured cell is out of range".into());
            }
        }
        _ => {}
    }
    Ok(())
}

fn flow(code: &Code, at: usize, instr: &Instr) -> Result<(), String> {
    if let Some(target) = instr.target() {
        let is_back = target as usize <= at;
        if is_back != matches!(instr, Instr::Loop { .. }) || target as usize >= code.instrs.len() {
            return Err("bad target".into());
        }
    }
    let next = code.instrs.get(at + 1);
    if matches!(instr, Instr::CompareSkip { .. }) && !matches!(next, Some(Instr::Jump { .. })) {
        return Err("a jump must follow".into());
    }
    Ok(())
}

/// Follows control and checks that the number of exceptions being handled is the same on all ways to an instruction,
/// never negative, and not below that of the handlers around it.
fn depths(code: &Code) -> Result<(), String> {
    let mut known: Vec<Option<u16>> = vec![None; code.instrs.len()];
    let mut pending: Vec<(Target, u16)> = vec![(0, 0)];
    while let Some((at, depth)) = pending.pop() {
        let Some(instr) = code.instrs.get(at as usize) else { return Err(format!("{at} is no instruction")) };
        match known[at as usize] {
            Some(before) if before != depth => return Err(format!("{at}: depths {before} and {depth}")),
            Some(_) => continue,
            None => known[at as usize] = Some(depth),
        }
        if let Some(handler) = code.handler_at(at).filter(|_| can_raise(instr)) {
            if handler.depth > depth {
                return Err(format!("{at}: depth {depth} under {handler:?}"));
            }
            pending.push((handler.target, handler.depth));
        }
        let after = match instr {
            Instr::EnterHandler { .. } => depth + 1,
            Instr::LeaveHandler => depth.checked_sub(1).ok_or(format!("{at}: no exception is being handled"))?,
            _ => depth,
        };
        pending.extend(instr.target().map(|target| (target, after)));
        if !instr.ends_flow() {
            pending.push((at + 1, after));
        }
        if matches!(instr, Instr::CompareSkip { .. }) {
            pending.push((at + 2, after));
        }
    }
    Ok(())
}

/// Whether the instruction can raise. The ways out of a handler are made of others, so that it does not matter how
/// much of them lies in a guarded region.
fn can_raise(instr: &Instr) -> bool {
    !matches!(
        instr,
        Instr::Move { .. }
            | Instr::None { .. }
            | Instr::Int { .. }
            | Instr::Unbind { .. }
            | Instr::StoreCell { .. }
            | Instr::DeleteCell { .. }
            | Instr::StoreGlobal { .. }
            | Instr::DeleteGlobal { .. }
            | Instr::Jump { .. }
            | Instr::LeaveHandler
            | Instr::Return { .. }
    )
}
