//! What a run need not hold in memory: a payload that is read once from front to back (spec 7.3), and a list that is made
//! only to be written, be it kept in a variable until then.
//!
//! Does a program read its payload once? The question is decided from the register code of `dw_process` (or of the expression), and only a clear case counts:
//! the message is used for nothing but its attributes, `payload` is read at one place that is in no loop, what is read
//! there is iterated over at one place and used for nothing else, and nothing calls `dw_process` again. So nobody can tell
//! an item that was made when its turn came from one that was there all along.

use std::ops::RangeInclusive;

use super::operands::Access;
use super::{Code, Constant, Instr, Reg, Target, Unit};

/// An instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// Number of the code.
    pub code: u32,
    /// Number of the instruction in its code.
    pub at: Target,
    /// Number of the instruction among all of the unit.
    pub number: usize,
}

impl Site {
    fn new(unit: &Unit, code: usize, at: usize) -> Option<Site> {
        let before: usize = unit.codes.iter().take(code).map(|code| code.instrs.len()).sum();
        Some(Site { code: u32::try_from(code).ok()?, at: u32::try_from(at).ok()?, number: before + at })
    }
}

/// Where the message is when `dw_process` or an expression begins.
const MESSAGE: Reg = 0;
/// What may be read of the message without touching its payload.
const OTHER_PARTS: [&str; 6] = ["vars", "attrs", "id", "seq_id", "error", "isthrowing"];

/// The place where the program of `unit` iterates over its payload, if that is all it does with it.
#[must_use]
pub fn site(unit: &Unit) -> Option<Site> {
    let number = entry(unit)?;
    let code = unit.codes.get(number)?;
    let read = payload_read(unit, code)?;
    let Some(Instr::LoadAttr { dst, .. }) = code.instrs.get(read) else { return None };
    let at = only_iteration(unit, code, read, *dst)?;
    let loops_back = code.instrs.iter().skip(at).any(|instr| instr.target().is_some_and(|to| to as usize <= at));
    let retried = code.handlers.iter().any(|handler| handler.target as usize <= at);
    if loops_back || retried { None } else { Site::new(unit, number, at) }
}

/// The first list of the unit that is filled by appending and then goes to `Entity.from_value` to be written as JSON, and
/// that nothing else can see.
#[must_use]
pub fn written_list(unit: &Unit) -> Option<Site> {
    unit.codes.iter().enumerate().find_map(|(number, code)| {
        let at = (0..code.instrs.len()).find(|at| is_only_written(unit, code, *at))?;
        Site::new(unit, number, at)
    })
}

/// Whether the list that instruction `made` makes is only appended to and then written.
fn is_only_written(unit: &Unit, code: &Code, made: usize) -> bool {
    let Some(Instr::BuildList { dst: list, count: 0, .. }) = code.instrs.get(made).copied() else { return false };
    let is_append =
        |instr: &Instr| matches!(instr, Instr::ListAppend { list: own, src } if *own == list && *src != list);
    let mut later = code.instrs.iter().enumerate().skip(made + 1).filter(|(_, instr)| touches(unit, instr, list));
    let Some((full, instr)) = later.by_ref().find(|(_, instr)| !is_append(instr)) else { return false };
    let is_variable = |register: Reg| code.locals.iter().any(|(local, _)| *local == register);
    if is_variable(list) || is_entered(code, made..=full, made) {
        return false;
    }
    match *instr {
        // Kept in a variable; what its register held before serves something else now.
        Instr::Move { dst, src } if src == list && is_variable(dst) => {
            let is_gone = later.next().is_none_or(|(_, instr)| !reads(unit, instr, list));
            is_gone && is_variable_written(unit, code, made, dst)
        }
        _ => is_write(unit, code, made, full, list),
    }
}

/// Whether a variable that has its value since instruction `made` is read by nothing but one call that writes it, once.
fn is_variable_written(unit: &Unit, code: &Code, made: usize, variable: Reg) -> bool {
    let mut uses = code.instrs.iter().enumerate().filter(|(_, instr)| reads(unit, instr, variable));
    let Some((read, Instr::Move { dst, src })) = uses.next().filter(|(read, _)| *read > made) else { return false };
    let call = read + 2;
    let is_written = *src == variable && uses.next().is_none() && is_write(unit, code, read, call, *dst);
    let is_captured = unit.codes.iter().any(|inner| inner.captures.contains(&variable));
    let is_parameter = usize::from(variable) < code.params.names.len();
    let goes_back = code.instrs.iter().skip(read).any(|instr| instr.target().is_some_and(|to| to as usize <= read));
    let retried = code.handlers.iter().any(|handler| handler.target as usize <= read && handler.end as usize > read);
    is_written && !is_captured && !is_parameter && !goes_back && !retried && !is_entered(code, read..=call, call + 1)
}

/// Whether something leads to the instructions of a range but what is before them and, inside, `start`.
fn is_entered(code: &Code, inside: RangeInclusive<usize>, start: usize) -> bool {
    let entered = code.instrs.iter().enumerate().any(|(at, instr)| {
        !inside.contains(&at)
            && instr.target().is_some_and(|to| inside.contains(&(to as usize)) && to as usize != start)
    });
    entered || code.handlers.iter().any(|handler| inside.contains(&(handler.target as usize)))
}

/// The registers of the function and of the first argument of a call with two arguments, of which the second may be named
/// `mime_type`.
fn called(unit: &Unit, call: &Instr) -> Option<(Reg, Reg)> {
    match *call {
        Instr::CallKeywords { base, argc: 2, names } => {
            let names = unit.constants.get(usize::from(names));
            let named =
                matches!(names, Some(Constant::Names(names)) if matches!(&names[..], [name] if &**name == "mime_type"));
            named.then(|| (base, base.saturating_add(1)))
        }
        Instr::CallMethod { base, argc: 2, .. } => Some((base, base.saturating_add(2))),
        _ => None,
    }
}

/// Whether the instruction before `call` puts the MIME type of JSON into `register`.
fn is_json(unit: &Unit, code: &Code, call: usize, register: Reg) -> bool {
    let before = call.checked_sub(1).and_then(|at| code.instrs.get(at));
    let Some(Instr::Const { dst, index }) = before else { return false };
    let text = unit.constants.get(*index as usize);
    *dst == register && matches!(text, Some(Constant::Str(text)) if **text == *b"application/json")
}

/// Whether instruction `call` writes what is in `list` as JSON, by the function `Entity.from_value` that was fetched before
/// instruction `before`.
fn is_write(unit: &Unit, code: &Code, before: usize, call: usize, list: Reg) -> bool {
    let Some((base, argument)) = code.instrs.get(call).and_then(|call| called(unit, call)) else { return false };
    let is_name = |name: u16| unit.names.get(usize::from(name)).is_some_and(|name| &**name == "from_value");
    let fetched = (0..before).rev().find(|at| code.instrs.get(*at).is_some_and(|instr| touches(unit, instr, base)));
    let Some((fetched, of)) = fetched.and_then(|at| match code.instrs.get(at) {
        Some(Instr::LoadAttr { dst, obj, name }) if *dst == base && is_name(*name) => Some((at, *obj)),
        Some(Instr::LoadMethod { base: own, obj, name }) if *own == base && is_name(*name) => Some((at, *obj)),
        _ => None,
    }) else {
        return false;
    };
    let is_entity = match fetched.checked_sub(1).and_then(|at| code.instrs.get(at)) {
        Some(Instr::Const { dst, index }) if *dst == of => {
            matches!(unit.constants.get(*index as usize), Some(Constant::Builtin(name)) if &**name == "Entity")
        }
        _ => false,
    };
    let untouched =
        code.instrs.get(fetched + 1..call).is_some_and(|instrs| !instrs.iter().any(|i| touches(unit, i, base)));
    argument == list && is_json(unit, code, call, list.saturating_add(1)) && is_entity && untouched
}

/// The code that receives the message.
fn entry(unit: &Unit) -> Option<usize> {
    if unit.codes.first().is_some_and(|code| &*code.name == "<expression>") {
        return Some(0);
    }
    let mut named = unit.codes.iter().enumerate().filter(|(_, code)| &*code.qualname == "dw_process");
    let (number, code) = named.next()?;
    if named.next().is_some() || code.params.names.len() != 1 {
        return None;
    }
    let global = unit.globals.iter().position(|name| &**name == "dw_process")?;
    let called_again = unit
        .codes
        .iter()
        .flat_map(|code| &code.instrs)
        .any(|instr| matches!(instr, Instr::LoadGlobal { global: loaded, .. } if usize::from(*loaded) == global));
    (!called_again).then_some(number)
}

/// The only instruction that reads the payload, if the message is used for nothing but its attributes.
fn payload_read(unit: &Unit, code: &Code) -> Option<usize> {
    let mut read = None;
    for (at, instr) in code.instrs.iter().enumerate() {
        let name = match instr {
            Instr::LoadAttr { dst, obj: MESSAGE, name } if *dst != MESSAGE => unit.names.get(usize::from(*name))?,
            instr if touches(unit, instr, MESSAGE) => return None,
            _ => continue,
        };
        if &**name == "payload" {
            if read.replace(at).is_some() {
                return None;
            }
        } else if !OTHER_PARTS.contains(&&**name) {
            return None;
        }
    }
    // A function inside may hold the message.
    let captured = unit.codes.iter().any(|inner| inner.captures.contains(&MESSAGE));
    read.filter(|_| !captured)
}

/// The only use of what instruction `read` put into `register`: an iteration over it.
fn only_iteration(unit: &Unit, code: &Code, read: usize, register: Reg) -> Option<usize> {
    let is_variable =
        code.locals.iter().any(|(local, _)| *local == register) || usize::from(register) < code.params.names.len();
    if !is_variable {
        // A temporary register is read once, by what comes next; afterwards it serves something else.
        let next = code.instrs.get(read + 1)?;
        return matches!(next, Instr::GetIter { src, .. } if *src == register).then_some(read + 1);
    }
    let mut uses = code.instrs.iter().enumerate().filter(|(at, instr)| *at != read && touches(unit, instr, register));
    let (at, instr) = uses.next()?;
    let iterated = matches!(instr, Instr::GetIter { dst, src } if *src == register && *dst != register);
    (iterated && at > read && uses.next().is_none()).then_some(at)
}

/// Whether the instruction reads or writes the register.
fn touches(unit: &Unit, instr: &Instr, register: Reg) -> bool {
    let mut found = false;
    instr.for_each_register(unit, &mut |_, first, count| {
        found |= (u32::from(first)..u32::from(first) + u32::from(count)).contains(&u32::from(register));
    });
    found
}

/// Whether the instruction reads the register.
fn reads(unit: &Unit, instr: &Instr, register: Reg) -> bool {
    let mut found = false;
    instr.for_each_register(unit, &mut |access, first, count| {
        let inside = (u32::from(first)..u32::from(first) + u32::from(count)).contains(&u32::from(register));
        found |= inside && access == Access::Read;
    });
    found
}

#[cfg(test)]
mod tests {
    use crate::source::SourceText;
    use crate::syntax::ParseOptions;
    use crate::{Profile, Program};

    fn unit(body: &str) -> std::sync::Arc<crate::code::Unit> {
        let text = if body.contains("def ") { body.to_owned() } else { format!("def dw_process(msg):\n    {body}\n") };
        let source = SourceText::new("test", &text);
        let program = Program::compile(&source, &ParseOptions::default(), Profile::Extended).program;
        program.unwrap_or_else(|| panic!("{text}")).unit().clone()
    }

    fn streams(body: &str) -> bool {
        unit(body).streaming.is_some()
    }

    #[test]
    fn a_list_is_written_while_it_grows_if_nobody_else_sees_it() {
        for (body, expected) in [
            ("return Entity.from_value([x for x in msg.payload], mime_type='application/json')", true),
            ("return Entity.from_value([x for x in msg.payload if x], 'application/json')", true),
            ("e = Entity.from_value([[y for y in x] for x in msg.payload], 'application/json')\n    return e", true),
            ("return Entity.from_value([x for x in msg.payload], mime_type='text/csv')", false),
            ("return Entity.from_value([x for x in msg.payload], encoding='utf-8')", false),
            ("a = [x for x in msg.payload]\n    return Entity.from_value(a, 'application/json'), a", false),
            ("a = [x for x in msg.payload]\n    return Entity.from_value(a, mime_type='application/json')", true),
            ("a = [x for x in msg.payload]\n    a = 1\n    return Entity.from_value(a, 'application/json')", true),
            (
                "a: list = [x for x in msg.payload]\n    e = Entity.from_value(a, 'application/json')\n    return e",
                true,
            ),
            (
                "if msg.id: a = [1]\n    else: a = [x for x in msg.payload]\n    print(1)\n    return Entity.from_value(a, 'application/json')",
                true,
            ),
            ("a = b = [x for x in msg.payload]\n    return Entity.from_value(a, 'application/json'), b", false),
            ("a = [x for x in msg.payload]\n    b = a\n    return Entity.from_value(b, 'application/json')", false),
            ("a = [x for x in msg.payload]\n    print(a)\n    return Entity.from_value(a, 'application/json')", false),
            (
                "a = [x for x in msg.payload]\n    return [Entity.from_value(a, 'application/json') for _ in range(2)]",
                false,
            ),
            ("a = [x for x in msg.payload]\n    for _ in range(2): Entity.from_value(a, 'application/json')", false),
            (
                "for _ in range(2):\n        a = [x for x in msg.payload]\n        Entity.from_value(a, 'application/json')",
                false,
            ),
            (
                "a = [x for x in msg.payload]\n    f = lambda: a\n    return Entity.from_value(a, 'application/json')",
                false,
            ),
            (
                "def f(a):\n    a = [x for x in a]\n    return Entity.from_value(a, 'application/json')\ndef dw_process(msg): return f(msg)",
                false,
            ),
            ("a = [x for x in msg.payload]\n    a += [1]\n    return Entity.from_value(a, 'application/json')", false),
            (
                "a = [x for x in msg.payload]\n    try: 1 / 0\n    except ValueError: pass\n    return Entity.from_value(a, 'application/json')",
                false,
            ),
            (
                "while True:\n        try:\n            a = [x for x in msg.payload]\n            return Entity.from_value(a, 'application/json')\n        except ValueError: pass",
                false,
            ),
            ("return Entity.from_value(m := [x for x in msg.payload], 'application/json'), m", false),
            ("return Entity.from_value(sorted([x for x in msg.payload]), 'application/json')", false),
            ("return f.from_value([x for x in msg.payload], 'application/json')", false),
            ("return Entity.from_bytes([x for x in msg.payload], 'application/json')", false),
            ("return Entity.from_value([1], 'application/json')", false),
        ] {
            assert_eq!(unit(body).written.is_some(), expected, "{body}");
        }
    }

    #[test]
    fn a_payload_streams_if_it_is_iterated_once_and_used_for_nothing_else() {
        for body in [
            "return [x for x in msg.payload]",
            "return sum(x for x in msg.payload)",
            "for x in msg.payload: print(x, msg.id)",
            "n = msg.vars['n']\n    return {x: n for x in msg.payload}",
            "rows = msg.payload\n    out = []\n    for r in rows:\n        out.append({'a': r['a']})\n    return out",
            "try:\n        for x in msg.payload: print(x)\n    except ValueError:\n        return 1",
            "for x in msg.payload: yield x",
        ] {
            assert!(streams(body), "{body}");
        }
        for body in [
            "return msg.payload",
            "return [x for x in msg.payload] + [x for x in msg.payload]",
            "return len(msg.payload)",
            "rows = msg.payload\n    return [r for r in rows], len(rows)",
            "rows = msg.payload\n    for r in rows: rows = r",
            "for n in range(2):\n        for x in msg.payload: print(x)",
            "for x in msg.payload: print(x, msg)",
            "return [(lambda: msg)() for x in msg.payload]",
            "msg.payload = [1]\n    return [x for x in msg.payload]",
            "m = msg\n    return [x for x in msg.payload]",
            "return [y for x in [1, 2] for y in msg.payload]",
            "return msg.payload[0]",
            "def dw_process(msg):\n    return [x for x in msg.payload]\ndef again(m):\n    return dw_process(m)",
            "def dw_process(msg):\n    return [x for x in msg.payload]\nother = dw_process",
            "def f(p):\n    return [x for x in p]\ndef dw_process(msg):\n    return f(msg.payload)",
        ] {
            assert!(!streams(body), "{body}");
        }
    }
}
