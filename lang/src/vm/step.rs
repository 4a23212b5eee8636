//! One instruction that neither calls script code by itself nor leaves its frame: variables, attributes, items,
//! operators. [`super::construct`] has the instructions that build containers and take them apart.
//!
//! The interpreter loop has short forms of the commonest of them and comes here for everything else; compiled code comes
//! here for what it does not specialise. So each instruction has its full meaning in one place.

use super::Vm;
use super::exceptions::{Thrown, matches};
use super::image::{Image, Module};
use crate::builtins::{self, attribute, iterate, operators, subscript};
use crate::code::{Code, Instr, Reg};
use crate::syntax::ast::{BinaryOp, UnaryOp};
use crate::value::containers::{CellBox, Slice};
use crate::value::exceptions::{IMPORT_ERROR, NAME_ERROR, UNBOUND_LOCAL_ERROR};
use crate::value::{Function, Guarded, R, Raise, Ref, Value};
use std::rc::Rc;

/// Where an instruction stands.
#[derive(Clone, Copy)]
pub struct Spot<'a> {
    /// The program and its globals.
    pub module: &'a Rc<Module>,
    /// The code.
    pub code: &'a Code,
    /// The running function, for its closure.
    pub function: Option<&'a Ref<Function>>,
    /// Number of the instruction among all of the unit: its inline cache.
    pub site: usize,
}

impl Vm {
    /// Executes an instruction that stays in its frame.
    #[allow(clippy::too_many_lines)] // One arm per instruction: the table is the function.
    pub fn step(&mut self, spot: Spot<'_>, regs: &mut [Value], instr: Instr) -> Result<(), Thrown> {
        let Spot { module, code, function, site } = spot;
        let image: &Image = &module.image;
        macro_rules! reg {
            ($r:expr) => {
                regs[usize::from($r)]
            };
        }
        match instr {
            Instr::CheckBound { reg, name } => {
                if reg!(reg).is_unbound() {
                    return Err(unbound_local(module, name).into());
                }
            }
            Instr::Unbind { reg } => reg!(reg) = Value::Unbound,
            Instr::MakeCell { reg } => {
                let content = std::mem::take(&mut reg!(reg));
                reg!(reg) = Value::Cell(Ref::new(CellBox { content: Guarded::new(content) }));
            }
            Instr::Closure { dst, index } => {
                let cell = function.as_ref().and_then(|f| f.closure.get(usize::from(index)));
                reg!(dst) = cell.map_or(Value::Unbound, |cell| Value::Cell(cell.clone()));
            }
            Instr::LoadCell { dst, cell, name } => {
                let content = match &reg!(cell) {
                    Value::Cell(c) => c.content.borrow().clone(),
                    _ => Value::Unbound,
                };
                if content.is_unbound() {
                    return Err(empty_cell(module, code, cell, name).into());
                }
                reg!(dst) = content;
            }
            Instr::StoreCell { cell, src } => {
                let value = reg!(src).clone();
                if let Value::Cell(c) = &reg!(cell) {
                    drop(c.content.replace(value));
                }
            }
            Instr::DeleteCell { cell, name } => {
                let old = match &reg!(cell) {
                    Value::Cell(c) => c.content.replace(Value::Unbound),
                    _ => Value::Unbound,
                };
                if old.is_unbound() {
                    return Err(empty_cell(module, code, cell, name).into());
                }
            }
            Instr::LoadGlobal { dst, global } => {
                let value = module.globals.borrow().get(usize::from(global)).cloned().unwrap_or_default();
                reg!(dst) = if value.is_unbound() { global_fallback(module, global)? } else { value };
            }
            Instr::StoreGlobal { global, src } => {
                let value = reg!(src).clone();
                let old = match module.globals.borrow_mut().get_mut(usize::from(global)) {
                    Some(slot) => std::mem::replace(slot, value),
                    None => Value::Unbound,
                };
                drop(old);
            }
            Instr::DeleteGlobal { global } => {
                let old = module.globals.borrow_mut().get_mut(usize::from(global)).map(std::mem::take);
                if old.is_none_or(|v| v.is_unbound()) {
                    return Err(unknown_global(module, global).into());
                }
            }
            Instr::LoadAttr { dst, obj, name } => {
                let value = attribute::get(self, &reg!(obj), &image.unit.names[usize::from(name)])?;
                reg!(dst) = value;
            }
            Instr::StoreAttr { obj, name, src } => {
                let value = reg!(src).clone();
                attribute::set(self, &reg!(obj), &image.unit.names[usize::from(name)], value)?;
            }
            Instr::DeleteAttr { obj, name } => {
                attribute::delete(self, &reg!(obj), &image.unit.names[usize::from(name)])?;
            }
            Instr::GetItem { dst, obj, key } => {
                let value = match (&reg!(obj), &reg!(key)) {
                    (Value::List(list), Value::Int(n)) if *n >= 0 => list.get(*n as usize),
                    (Value::Dict(dict), key) if dict.special.is_none() => dict.get(key)?,
                    _ => None,
                };
                reg!(dst) = match value {
                    Some(value) => value,
                    None => subscript::get(self, &reg!(obj), &reg!(key))?,
                };
            }
            Instr::GetItemConst { dst, obj, key } => {
                let key = &image.constants[usize::from(key)];
                let found = match (&reg!(obj), key.value.text_bytes()) {
                    (Value::Dict(dict), Some(text)) => {
                        let cache = &image.fields[site];
                        let known = cache.get(dict).or_else(|| cache.fill(dict, key.hash, text));
                        known.or_else(|| dict.get_text(key.hash, text))
                    }
                    // What begins with one of these signs is a selector.
                    (Value::MultiMap(map), Some(text)) if !matches!(text, [b'*' | b'^', ..]) => {
                        map.get_text(key.hash, text)
                    }
                    _ => None,
                };
                reg!(dst) = match found {
                    Some(value) => value,
                    None => subscript::get(self, &reg!(obj), &key.value)?,
                };
            }
            Instr::SetItem { obj, key, src } => {
                let value = reg!(src).clone();
                match (&reg!(obj), &reg!(key)) {
                    (Value::List(list), Value::Int(n)) if *n >= 0 && (*n as usize) < list.len() => {
                        list.set(*n as usize, value);
                    }
                    (object, key) => subscript::set(self, object, key, value)?,
                }
            }
            Instr::DeleteItem { obj, key } => subscript::delete(self, &reg!(obj), &reg!(key))?,
            Instr::BuildSlice { dst, base } => {
                let [start, stop, step] = [0, 1, 2].map(|n| reg!(base + n).clone());
                reg!(dst) = Value::Slice(Ref::new(Slice { start, stop, step }));
            }
            Instr::Binary { op, dst, a, b } => {
                let value = operators::binary(self, op, &reg!(a), &reg!(b))?;
                reg!(dst) = value;
            }
            Instr::BinaryInt { op, dst, a, value } => {
                let value = operators::binary(self, op, &reg!(a), &Value::Int(i64::from(value)))?;
                reg!(dst) = value;
            }
            Instr::Inplace { op, dst, a, b } => {
                if op == BinaryOp::Add && dst == a && a != b && append_text(regs, a, b)? {
                    return Ok(());
                }
                let value = operators::inplace(self, op, &reg!(a), &reg!(b))?;
                reg!(dst) = value;
            }
            Instr::InplaceInt { op, dst, a, value } => {
                let value = operators::inplace(self, op, &reg!(a), &Value::Int(i64::from(value)))?;
                reg!(dst) = value;
            }
            Instr::Unary { op, dst, src } => {
                let value = match op {
                    UnaryOp::Not => Value::Bool(!self.truth(&reg!(src))?),
                    op => operators::unary(self, op, &reg!(src))?,
                };
                reg!(dst) = value;
            }
            Instr::Compare { op, dst, a, b } => {
                let value = self.compare(op, &reg!(a), &reg!(b))?;
                reg!(dst) = Value::Bool(value);
            }
            Instr::GetIter { dst, src } => {
                let iter = iterate::iter(self, &reg!(src))?;
                reg!(dst) = iter;
            }
            Instr::LoadMethod { base, obj, name } => {
                let (method, receiver) = self.load_method(image, &reg!(obj), name)?;
                reg!(base) = method;
                reg!(base + 1) = receiver;
            }
            Instr::EnterHandler { exc } => {
                self.handled.push(match &reg!(exc) {
                    Value::Exception(exception) => Some(exception.clone()),
                    _ => None,
                });
            }
            Instr::LeaveHandler => {
                self.handled.pop();
            }
            Instr::MatchException { dst, exc, class } => {
                let matched = matches(&reg!(exc), &reg!(class))?;
                reg!(dst) = Value::Bool(matched);
            }
            Instr::ImportFrom { dst, module: source, name } => {
                let name = &image.unit.names[usize::from(name)];
                let value = attribute::get(self, &reg!(source), name).map_err(|_| {
                    let from = match &reg!(source) {
                        Value::Module(m) => m.name,
                        other => other.type_name(),
                    };
                    Raise::new(&IMPORT_ERROR, format!("cannot import name '{name}' from '{from}' (unknown location)"))
                        .field("name", Value::str(from))
                })?;
                reg!(dst) = value;
            }
            Instr::Display { src } => {
                let value = reg!(src).clone();
                self.displayed.push(value);
            }
            Instr::Observe { src, place } => self.observe(place, regs.get(usize::from(src)))?,
            other => return self.construct(spot, regs, other),
        }
        Ok(())
    }
}

/// `a += b` for texts when nobody else holds `a`: grows it in place, so that building a text piece by piece is linear.
fn append_text(regs: &mut [Value], a: Reg, b: Reg) -> R<bool> {
    let (a, b) = (usize::from(a), usize::from(b));
    if !matches!(regs[a], Value::Str(_)) {
        return Ok(false);
    }
    let Value::Str(mut text) = std::mem::take(&mut regs[a]) else { return Ok(false) };
    let appended = match (Ref::get_mut(&mut text), regs[b].text_bytes()) {
        (Some(text), Some(more)) => match crate::value::interrupt::reserve(more.len()) {
            Ok(()) => Ok(text.append(more)),
            Err(stop) => Err(stop),
        },
        _ => Ok(false),
    };
    regs[a] = Value::Str(text);
    Ok(appended?)
}

fn global_name(module: &Module, global: u16) -> &str {
    module.image.unit.globals.get(usize::from(global)).map_or("?", |name| name)
}

#[cold]
fn unknown_global(module: &Module, global: u16) -> Raise {
    let name = global_name(module, global);
    Raise::new(&NAME_ERROR, format!("name '{name}' is not defined")).field("name", Value::str(name))
}

#[cold]
fn global_fallback(module: &Module, global: u16) -> R {
    // `config` belongs to scripts (spec 1.7).
    let is_expression = module.image.unit.codes.first().is_some_and(|code| &*code.name == "<expression>");
    if is_expression && global_name(module, global) == "config" {
        return Err(unknown_global(module, global));
    }
    builtins::lookup(global_name(module, global)).ok_or_else(|| unknown_global(module, global))
}

#[cold]
fn unbound_local(module: &Module, name: u16) -> Raise {
    let name = module.image.unit.names.get(usize::from(name)).map_or("?", |name| name);
    Raise::new(
        &UNBOUND_LOCAL_ERROR,
        format!("cannot access local variable '{name}' where it is not associated with a value"),
    )
}

/// The error for a cell without content: it depends on whether the variable is the function's own.
#[cold]
fn empty_cell(module: &Module, code: &Code, cell: Reg, name: u16) -> Raise {
    let own = code.instrs.iter().any(|i| matches!(i, Instr::MakeCell { reg } if *reg == cell));
    if own {
        return unbound_local(module, name);
    }
    let name = module.image.unit.names.get(usize::from(name)).map_or("?", |name| name);
    Raise::new(
        &NAME_ERROR,
        format!("cannot access free variable '{name}' where it is not associated with a value in enclosing scope"),
    )
    .field("name", Value::str(name))
}
