//! Instructions that build containers, texts and functions, take values apart and match patterns.

use super::exceptions::Thrown;
use super::image::Image;
use super::step::Spot;
use super::{Vm, internal, patterns, unpack};
use crate::builtins::{self, attribute, iterate};
use crate::code::{Instr, NO_REG};
use crate::mime::json::sink;
use crate::syntax::ast::Conversion;
use crate::value::exceptions::{TYPE_ERROR, type_error};
use crate::value::table::Table;
use crate::value::{Dict, Function, Guarded, HVec, List, Ref, Set, Tuple, Value};

impl Vm {
    /// Executes an instruction that builds something or takes it apart.
    #[allow(clippy::too_many_lines)] // One arm per instruction: the table is the function.
    pub(super) fn construct(&mut self, spot: Spot<'_>, regs: &mut [Value], instr: Instr) -> Result<(), Thrown> {
        let Spot { module, site, .. } = spot;
        let image: &Image = &module.image;
        macro_rules! reg {
            ($r:expr) => {
                regs[usize::from($r)]
            };
        }
        macro_rules! range {
            ($base:expr, $count:expr) => {
                regs[usize::from($base)..usize::from($base) + usize::from($count)]
            };
        }
        macro_rules! take_range {
            ($base:expr, $count:expr) => {
                range!($base, $count).iter_mut().map(std::mem::take).collect::<HVec<Value>>()
            };
        }
        match instr {
            Instr::BuildList { dst, .. } if image.unit.written.is_some_and(|written| written.number == site) => {
                reg!(dst) = sink::list();
            }
            Instr::BuildList { dst, base, count } => reg!(dst) = Value::List(List::new(take_range!(base, count))),
            Instr::BuildTuple { dst, base, count } => {
                reg!(dst) = Value::Tuple(Tuple::new(take_range!(base, count)));
            }
            Instr::BuildSet { dst, base, count } => {
                let set = Set::new(Table::default(), false);
                for value in range!(base, count).iter() {
                    set.add(value.clone())?;
                }
                reg!(dst) = Value::Set(set);
            }
            Instr::BuildDict { dst, base, count } => {
                let dict = Dict::with_capacity(usize::from(count));
                for pair in range!(base, count * 2).chunks_exact(2) {
                    dict.set(pair[0].clone(), pair[1].clone())?;
                }
                reg!(dst) = Value::Dict(dict);
            }
            Instr::BuildShaped { dst, base, keys } => {
                let Some(shape) = &image.constants[usize::from(keys)].shape else {
                    return Err(internal("no shape").into());
                };
                let count = shape.len();
                let first = usize::from(base);
                let values = regs[first..first + count].iter_mut().map(std::mem::take).collect();
                reg!(dst) = Value::Dict(Dict::shaped(shape.clone(), values));
            }
            Instr::BuildString { dst, base, count } => {
                let parts = &range!(base, count);
                let size = parts.iter().filter_map(Value::text_bytes).map(<[u8]>::len).sum();
                crate::value::interrupt::reserve(size)?;
                let mut text = HVec::with_capacity(size);
                for part in parts {
                    text.extend_bytes(part.text_bytes().unwrap_or_default());
                }
                reg!(dst) = Value::text_vec(text);
            }
            Instr::ListAppend { list, src } => {
                if let Value::List(list) = &reg!(list) {
                    list.push(reg!(src).clone());
                }
            }
            Instr::ListExtend { list, src } => {
                let Value::List(list) = reg!(list).clone() else { return Err(internal("no list").into()) };
                let more = match iterate::collect(self, &reg!(src)) {
                    Err(raise) if raise.is(&TYPE_ERROR) && !iterate::is_iterable(&reg!(src)) => {
                        let name = reg!(src).type_name();
                        return Err(type_error(format!("Value after * must be an iterable, not {name}")).into());
                    }
                    other => other?,
                };
                list.items.borrow_mut().extend(more);
            }
            Instr::ListToTuple { dst, list } => {
                let items = match &reg!(list) {
                    Value::List(list) => list.items.borrow().clone(),
                    _ => HVec::new(),
                };
                reg!(dst) = Value::Tuple(Tuple::new(items));
            }
            Instr::SetAdd { set, src } => {
                if let Value::Set(set) = &reg!(set) {
                    set.add(reg!(src).clone())?;
                }
            }
            Instr::SetUpdate { set, src } => {
                let more = iterate::collect(self, &reg!(src))?;
                if let Value::Set(set) = &reg!(set) {
                    for value in more {
                        set.add(value)?;
                    }
                }
            }
            Instr::DictInsert { dict, key, src } => {
                if let Value::Dict(dict) = &reg!(dict) {
                    dict.set(reg!(key).clone(), reg!(src).clone())?;
                }
            }
            Instr::DictUpdate { dict, src } => {
                let Some(pairs) = builtins::dict::mapping_items(self, &reg!(src))? else {
                    let name = reg!(src).type_name();
                    return Err(type_error(format!("'{name}' object is not a mapping")).into());
                };
                if let Value::Dict(dict) = &reg!(dict) {
                    for (key, value) in pairs {
                        dict.set(key, value)?;
                    }
                }
            }
            Instr::DictMerge { dict, src, callee } => {
                let Some(pairs) = builtins::dict::mapping_items(self, &reg!(src))? else {
                    let name = reg!(src).type_name();
                    let label = attribute::call_label(&reg!(callee));
                    return Err(type_error(format!("{label} argument after ** must be a mapping, not {name}")).into());
                };
                if let Value::Dict(dict) = &reg!(dict) {
                    for (key, value) in pairs {
                        if dict.get(&key)?.is_some() {
                            let label = attribute::call_label(&reg!(callee));
                            let key = key.to_display();
                            return Err(type_error(format!(
                                "{label} got multiple values for keyword argument '{key}'"
                            ))
                            .into());
                        }
                        dict.set(key, value)?;
                    }
                }
            }
            Instr::FormatValue { conversion, dst, src, spec } => {
                let converted = match conversion {
                    None => None,
                    Some(Conversion::Str) => Some(builtins::repr::str(self, &reg!(src))?),
                    Some(Conversion::Repr) => Some(builtins::repr::repr(self, &reg!(src))?),
                    Some(Conversion::Ascii) => Some(builtins::repr::ascii(self, &reg!(src))?),
                };
                let value = converted.as_ref().unwrap_or(&reg!(src));
                let text = if spec == NO_REG {
                    builtins::formatting::format(self, value, b"")?
                } else {
                    builtins::formatting::format(self, value, reg!(spec).text_bytes().unwrap_or_default())?
                };
                reg!(dst) = text;
            }
            Instr::Unpack { src, base, count } => {
                let source = reg!(src).clone();
                unpack::unpack(self, &source, &mut range!(base, count))?;
            }
            Instr::UnpackStar { before, src, base, after } => {
                let source = reg!(src).clone();
                let (before, after) = (usize::from(before), usize::from(after));
                let first = usize::from(base);
                unpack::unpack_star(self, &source, before, after, &mut regs[first..=first + before + after])?;
            }
            Instr::MakeFunction { dst, code, base } => {
                let made = module.code(u32::from(code))?;
                let mut closure = HVec::with_capacity(made.captures.len());
                for captured in &made.captures {
                    match &reg!(*captured) {
                        Value::Cell(cell) => closure.push(cell.clone()),
                        _ => return Err(internal("captured register holds no cell").into()),
                    }
                }
                let defaults = match std::mem::take(&mut reg!(base)) {
                    Value::Tuple(tuple) => tuple.items.clone(),
                    _ => HVec::new(),
                };
                let doc = made.doc.map_or(Value::None, |doc| image.constants[usize::from(doc)].value.clone());
                reg!(dst) = Value::Function(Ref::new(Function {
                    module: module.clone(),
                    code: u32::from(code),
                    name: Guarded::new(Value::str(&made.name)),
                    qualname: made.qualname.clone(),
                    doc: Guarded::new(doc),
                    defaults,
                    keyword_defaults: std::mem::take(&mut reg!(base + 1)),
                    closure,
                    attributes: Guarded::new(Value::Unbound),
                }));
            }
            Instr::MatchSequence { at_least, dst, src, len } => {
                reg!(dst) = Value::Bool(patterns::sequence(&reg!(src), usize::from(len), at_least));
            }
            Instr::MatchMapping { dst, src } => reg!(dst) = Value::Bool(patterns::is_mapping(&reg!(src))),
            Instr::MatchKeys { src, base } => {
                let values = patterns::keys(self, &reg!(src), &reg!(base))?;
                reg!(base) = values;
            }
            Instr::MatchRest { dst, src, keys } => {
                let rest = patterns::rest(&reg!(src), &reg!(keys))?;
                reg!(dst) = rest;
            }
            Instr::MatchClass { src, base, positional } => {
                let values = patterns::class(self, &reg!(src), &reg!(base), &reg!(base + 1), usize::from(positional))?;
                reg!(base) = values;
            }
            _ => return Err(internal("an instruction that leaves its frame").into()),
        }
        Ok(())
    }
}
