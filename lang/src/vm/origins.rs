//! Where values came from: the mode in which a failed run is repeated, so that its error can name the place in the message.
//!
//! An ordinary run keeps no such records and pays nothing. When it fails, the host may run it once more, on the same input,
//! with the same clock and random source; this time every register has a shadow that says which place of the message its
//! value was read from. Containers are also known by their identity, so that a value is recognised after it passed through
//! `sorted` or a list. The records only ever add words to an error; they never change what the program does.

use std::collections::HashMap;
use std::rc::Rc;

use super::frame::Frame;
use super::image::Image;
use crate::builtins::{dict, enumerate_type};
use crate::code::{Instr, Reg};
use crate::value::{Ref, Value};

/// A place in the message, written as a script would reach it: `msg.payload['items'][3]`.
pub type Place = Rc<str>;

/// What is known about where a value came from.
#[derive(Clone)]
enum Origin {
    /// It was read from this place.
    At(Place),
    /// `dict.items()` of the dict at this place.
    Items(Place),
    /// `enumerate` of the sequence at this place.
    Enumerated(Place),
    /// An iterator over such a value, with the number of the next item.
    Iterator(Box<Origin>, usize),
    /// A pair whose second element is at this place.
    Pair(Place),
}

/// A shadow of a register: valid as long as the register holds this value.
#[derive(Clone)]
struct Shadow {
    value: Value,
    origin: Origin,
}

/// The shadows of a frame's registers.
#[derive(Default)]
pub struct Shadows(Vec<Option<Shadow>>);

/// What an instruction does to the shadows once it has completed.
enum Effect {
    Set(Reg, Origin),
    Clear(Reg),
    /// A new item of an iterator is in the register.
    Item(Reg, Origin),
    /// The second element of an unpacked pair, or all elements of an unpacked sequence.
    Unpacked(Reg, u16, Origin),
}

/// The records of a repeated run.
#[derive(Default)]
pub struct Tracker {
    /// Containers by identity; the value keeps the identity from being used again.
    containers: HashMap<usize, (Place, Value)>,
    /// Contents of closure cells by the cell's identity.
    cells: HashMap<usize, Shadow>,
    /// Module globals by number.
    globals: HashMap<u16, Shadow>,
    pending: Option<Effect>,
    /// Arguments on their way into a callee.
    passed: Vec<Option<Shadow>>,
    /// What is known about the result of the frame that just returned.
    returned: Option<Shadow>,
    /// The value that a generator yielded last.
    yielded: Option<Shadow>,
    /// Where the items of lists came from that the program appended one by one, by the list's identity; the value keeps
    /// the identity from being used again.
    collected: HashMap<usize, (Value, Vec<Option<Place>>)>,
    /// Places in `collected`.
    items: usize,
    /// The sentences about the operands of the instruction that failed first.
    pub findings: Vec<String>,
}

/// Most operands that an error speaks about.
const MOST_FINDINGS: usize = 4;
/// Most containers that are remembered.
const MOST_CONTAINERS: usize = 200_000;
/// Longest text of a value in an error, in characters.
const SHOWN: usize = 60;

impl Tracker {
    /// Before an instruction: completes what the previous one did, and works out what this one will do.
    pub fn step(&mut self, instr: Instr, frame_regs: &[Value], shadows: &mut Shadows, image: &Image) {
        self.complete(frame_regs, shadows);
        self.pending = self.effect(instr, frame_regs, shadows, image);
        if let Some(args) = passed_registers(instr, frame_regs) {
            self.passed = args.map(|n| self.shadow(n, frame_regs, shadows)).collect();
        }
        match instr {
            Instr::Return { src } => self.returned = self.shadow(usize::from(src), frame_regs, shadows),
            Instr::Yield { src, .. } => self.yielded = self.shadow(usize::from(src), frame_regs, shadows),
            Instr::ListAppend { list, src } => self.collect(list, src, frame_regs, shadows),
            Instr::StoreCell { cell, src } => {
                let known = self.shadow(usize::from(src), frame_regs, shadows);
                if let (Some(id), Some(known)) = (frame_regs.get(usize::from(cell)).and_then(Value::identity), known) {
                    self.cells.insert(id, known);
                }
            }
            Instr::StoreGlobal { global, src } => match self.shadow(usize::from(src), frame_regs, shadows) {
                Some(known) => drop(self.globals.insert(global, known)),
                None => drop(self.globals.remove(&global)),
            },
            _ => {}
        }
    }

    /// The frame of a called function begins: its parameters have the origins of the arguments.
    pub fn enter(&mut self, frame: &mut Frame) {
        self.pending = None;
        frame.shadows.0 = std::mem::take(&mut self.passed);
    }

    /// A frame returned into register `register` of `frame`.
    pub fn leave(&mut self, register: Reg, frame: &mut Frame) {
        self.pending = None;
        let returned = self.returned.take();
        frame.shadows.put(register, returned);
    }

    /// An instruction failed: says where its operands came from. Only the first failure of an exception counts.
    pub fn fail(&mut self, instr: Instr, regs: &[Value], shadows: &Shadows) {
        self.pending = None;
        self.findings.clear();
        if let Some((place, value)) = self.culprit(instr, regs, shadows) {
            self.findings.push(format!("{place} is {}", describe(&value)));
            return;
        }
        for register in operands(instr) {
            let Some(known) = self.shadow(usize::from(register), regs, shadows) else { continue };
            let Origin::At(place) = &known.origin else { continue };
            let sentence = format!("{place} is {}", describe(&known.value));
            if !self.findings.contains(&sentence) && self.findings.len() < MOST_FINDINGS {
                self.findings.push(sentence);
            }
        }
    }

    /// Remembers where an item came from that a comprehension appends.
    fn collect(&mut self, list: Reg, src: Reg, regs: &[Value], shadows: &Shadows) {
        let Some(Value::List(own)) = regs.get(usize::from(list)) else { return };
        if self.items >= MOST_CONTAINERS {
            return;
        }
        self.items += 1;
        let place = self.place(src, regs, shadows);
        let (_, places) =
            self.collected.entry(Ref::address(own)).or_insert_with(|| (Value::List(own.clone()), Vec::new()));
        places.resize(own.len(), None);
        places.push(place);
    }

    /// The item of an argument that a failed built-in such as `sum` or `join` probably means: of a list the first that
    /// does not fit to the others, of a generator the one that it gave last.
    fn culprit(&self, instr: Instr, regs: &[Value], shadows: &Shadows) -> Option<(Place, Value)> {
        let (callee, args) = match instr {
            Instr::Call { base, argc, .. } => (base, base + 1..=base + argc),
            Instr::CallMethod { base, argc, .. } => (base, base + 2..=base + 1 + argc),
            _ => return None,
        };
        let Some(Value::Builtin(function)) = regs.get(usize::from(callee)) else { return None };
        for register in args {
            match regs.get(usize::from(register)) {
                Some(Value::List(list)) => {
                    let list_place = self.place(register, regs, shadows);
                    let places = self.collected.get(&Ref::address(list)).map(|(_, places)| places);
                    let items = list.to_vec();
                    let n = items.iter().position(|item| !fits(function.name(), item, &items))?;
                    let place = match list_place {
                        Some(place) => index(&place, n),
                        None => places?.get(n)?.clone()?,
                    };
                    return Some((place, items.get(n)?.clone()));
                }
                Some(Value::Generator(_)) => {
                    let last = self.yielded.as_ref()?;
                    let Origin::At(place) = &last.origin else { return None };
                    return Some((place.clone(), last.value.clone()));
                }
                _ => {}
            }
        }
        None
    }

    fn complete(&mut self, regs: &[Value], shadows: &mut Shadows) {
        let value = |register: Reg| regs.get(usize::from(register)).cloned().unwrap_or_default();
        match self.pending.take() {
            None => {}
            Some(Effect::Clear(register)) => shadows.put(register, None),
            Some(Effect::Set(register, origin)) => self.note(register, value(register), origin, shadows),
            Some(Effect::Item(register, Origin::Iterator(of, n))) => {
                let item = value(register + 1);
                let iterator = value(register);
                let origin = match &*of {
                    Origin::At(place) if !matches!(item, Value::Unbound) => Some(Origin::At(index(place, n))),
                    Origin::Items(place) => match &item {
                        Value::Tuple(pair) => pair.items.first().and_then(|k| key(place, k)).map(Origin::Pair),
                        _ => None,
                    },
                    Origin::Enumerated(place) => Some(Origin::Pair(index(place, n))),
                    _ => None,
                };
                shadows.put(register, Some(Shadow { value: iterator, origin: Origin::Iterator(of, n + 1) }));
                match origin {
                    Some(origin) => self.note(register + 1, item, origin, shadows),
                    None => shadows.put(register + 1, None),
                }
            }
            Some(Effect::Item(register, _)) => shadows.put(register + 1, None),
            Some(Effect::Unpacked(base, count, origin)) => {
                for n in 0..count {
                    let place = match &origin {
                        Origin::At(place) => Some(index(place, usize::from(n))),
                        Origin::Pair(place) if n == 1 => Some(place.clone()),
                        _ => None,
                    };
                    match place {
                        Some(place) => self.note(base + n, value(base + n), Origin::At(place), shadows),
                        None => shadows.put(base + n, None),
                    }
                }
            }
        }
    }

    fn note(&mut self, register: Reg, value: Value, origin: Origin, shadows: &mut Shadows) {
        if let Origin::At(place) = &origin {
            self.learn(place, &value);
        }
        shadows.put(register, Some(Shadow { value, origin }));
    }

    /// Remembers the containers in `value`, which stands at `place`, so that they are recognised wherever they turn up.
    fn learn(&mut self, place: &Place, value: &Value) {
        let mut open = vec![(place.clone(), value.clone())];
        while let Some((place, value)) = open.pop() {
            let Some(id) = value.identity() else { continue };
            let is_container = matches!(value, Value::List(_) | Value::Dict(_) | Value::MultiMap(_) | Value::Entity(_));
            if !is_container || self.containers.contains_key(&id) || self.containers.len() >= MOST_CONTAINERS {
                continue;
            }
            match &value {
                Value::List(list) => {
                    open.extend(list.to_vec().into_iter().enumerate().map(|(n, item)| (index(&place, n), item)));
                }
                Value::Dict(own) => {
                    open.extend(own.items().into_iter().filter_map(|(k, item)| Some((key(&place, &k)?, item))));
                }
                _ => {}
            }
            self.containers.insert(id, (place, value));
        }
    }

    /// What is known about the value in a register.
    fn shadow(&self, register: usize, regs: &[Value], shadows: &Shadows) -> Option<Shadow> {
        let value = regs.get(register)?;
        if let Some(Some(shadow)) = shadows.0.get(register)
            && shadow.value.is(value)
        {
            return Some(shadow.clone());
        }
        let (place, _) = self.containers.get(&value.identity()?)?;
        Some(Shadow { value: value.clone(), origin: Origin::At(place.clone()) })
    }

    fn place(&self, register: Reg, regs: &[Value], shadows: &Shadows) -> Option<Place> {
        match self.shadow(usize::from(register), regs, shadows)?.origin {
            Origin::At(place) => Some(place),
            _ => None,
        }
    }

    /// What completing the instruction will mean.
    fn effect(&self, instr: Instr, regs: &[Value], shadows: &Shadows, image: &Image) -> Option<Effect> {
        let at = |register: Reg| regs.get(usize::from(register)).unwrap_or(&Value::Unbound);
        let set = |dst: Reg, origin: Option<Origin>| {
            Some(origin.map_or(Effect::Clear(dst), |origin| Effect::Set(dst, origin)))
        };
        match instr {
            Instr::Move { dst, src } => {
                set(dst, self.shadow(usize::from(src), regs, shadows).map(|shadow| shadow.origin))
            }
            Instr::LoadAttr { dst, obj, name } => {
                let name: &str = &image.unit.names[usize::from(name)];
                let part = match (at(obj), name) {
                    (Value::Message(_), "payload" | "vars" | "attrs") => Some(Origin::At(format!("msg.{name}").into())),
                    _ => None,
                };
                set(dst, part)
            }
            Instr::GetItem { dst, obj, key: k } => {
                let place = self.place(obj, regs, shadows).and_then(|place| element(&place, at(obj), at(k)));
                set(dst, place.map(Origin::At))
            }
            Instr::GetItemConst { dst, obj, key: k } => {
                let k = &image.constants[usize::from(k)].value;
                let place = self.place(obj, regs, shadows).and_then(|place| element(&place, at(obj), k));
                set(dst, place.map(Origin::At))
            }
            Instr::CallMethod { dst, base, argc } => {
                let place = self.place(base + 1, regs, shadows);
                let name = match at(base) {
                    Value::Builtin(method) => method.name(),
                    _ => "",
                };
                let origin = match (place, name) {
                    (Some(place), "get") if argc > 0 => element(&place, at(base + 1), at(base + 2)).map(Origin::At),
                    (Some(place), "items") => Some(Origin::Items(place)),
                    (Some(place), "copy") => Some(Origin::At(place)),
                    _ => None,
                };
                set(dst, origin)
            }
            Instr::Call { dst, base, .. } => {
                let origin = match at(base) {
                    Value::Type(desc) if enumerate_type(desc) => {
                        self.place(base + 1, regs, shadows).map(Origin::Enumerated)
                    }
                    _ => None,
                };
                set(dst, origin)
            }
            Instr::GetIter { dst, src } => {
                let of = self.shadow(usize::from(src), regs, shadows).map(|shadow| shadow.origin);
                let of = of.filter(|origin| match (origin, at(src)) {
                    (Origin::At(_), Value::Dict(_) | Value::MultiMap(_)) => false,
                    (Origin::At(_), Value::Entity(entity)) => {
                        !matches!(entity.value(), Ok(Value::Dict(_) | Value::MultiMap(_)) | Err(_))
                    }
                    _ => true,
                });
                set(dst, of.map(|of| Origin::Iterator(Box::new(of), 0)))
            }
            Instr::ForIter { iter, .. } => {
                let origin = self.shadow(usize::from(iter), regs, shadows).map(|shadow| shadow.origin);
                Some(origin.map_or(Effect::Clear(iter + 1), |origin| Effect::Item(iter, origin)))
            }
            Instr::Unpack { src, base, count } => {
                let shadow = self.shadow(usize::from(src), regs, shadows)?;
                Some(Effect::Unpacked(base, count, shadow.origin))
            }
            Instr::LoadCell { dst, cell, .. } => {
                let shadow = at(cell).identity().and_then(|id| self.cells.get(&id));
                set(dst, shadow.map(|shadow| shadow.origin.clone()))
            }
            Instr::LoadGlobal { dst, global } => set(dst, self.globals.get(&global).map(|s| s.origin.clone())),
            Instr::Binary { dst, .. }
            | Instr::BinaryInt { dst, .. }
            | Instr::Inplace { dst, .. }
            | Instr::InplaceInt { dst, .. }
            | Instr::Unary { dst, .. }
            | Instr::Compare { dst, .. }
            | Instr::Const { dst, .. }
            | Instr::None { dst }
            | Instr::Bool { dst, .. }
            | Instr::Int { dst, .. }
            | Instr::FormatValue { dst, .. }
            | Instr::BuildString { dst, .. } => Some(Effect::Clear(dst)),
            _ => None,
        }
    }
}

impl Shadows {
    fn put(&mut self, register: Reg, shadow: Option<Shadow>) {
        let at = usize::from(register);
        if self.0.len() <= at {
            if shadow.is_none() {
                return;
            }
            self.0.resize(at + 1, None);
        }
        self.0[at] = shadow;
    }
}

/// The registers whose values become the first parameters of a called script function.
fn passed_registers(instr: Instr, regs: &[Value]) -> Option<std::ops::Range<usize>> {
    let (base, argc) = match instr {
        Instr::Call { base, argc, .. } => (usize::from(base) + 1, argc),
        Instr::CallMethod { base, argc, .. } => (usize::from(base) + 2, argc),
        Instr::CallKeywords { base, argc, .. } => (usize::from(base) + 1, argc),
        _ => return None,
    };
    Some(base..(base + usize::from(argc)).min(regs.len()))
}

/// The registers that an error at this instruction should speak about.
fn operands(instr: Instr) -> Vec<Reg> {
    match instr {
        Instr::Binary { a, b, .. }
        | Instr::Inplace { a, b, .. }
        | Instr::Compare { a, b, .. }
        | Instr::CompareSkip { a, b, .. } => vec![a, b],
        Instr::BinaryInt { a, .. } | Instr::InplaceInt { a, .. } => vec![a],
        Instr::Unary { src, .. }
        | Instr::GetIter { src, .. }
        | Instr::Unpack { src, .. }
        | Instr::UnpackStar { src, .. }
        | Instr::FormatValue { src, .. }
        | Instr::ListExtend { src, .. }
        | Instr::SetAdd { src, .. }
        | Instr::DictUpdate { src, .. }
        | Instr::DictMerge { src, .. } => vec![src],
        Instr::LoadAttr { obj, .. } | Instr::LoadMethod { obj, .. } | Instr::GetItemConst { obj, .. } => vec![obj],
        Instr::GetItem { obj, key, .. } | Instr::SetItem { obj, key, .. } | Instr::DeleteItem { obj, key } => {
            vec![obj, key]
        }
        Instr::DictInsert { key, .. } => vec![key],
        Instr::Call { base, argc, .. } | Instr::CallKeywords { base, argc, .. } => (base..=base + argc).collect(),
        Instr::CallMethod { base, argc, .. } => (base + 1..=base + 1 + argc).collect(),
        _ => Vec::new(),
    }
}

/// Whether an item of a list is what a built-in function can work with.
fn fits(function: &str, item: &Value, items: &[Value]) -> bool {
    let is_number = |value: &Value| {
        matches!(value, Value::Bool(_) | Value::Int(_) | Value::Big(_) | Value::Float(_) | Value::Decimal(_))
    };
    match function {
        "join" => item.text_bytes().is_some(),
        "sum" => is_number(item),
        // What compares its items wants them to be of one kind.
        "max" | "min" | "sorted" => items
            .first()
            .is_none_or(|first| is_number(first) && is_number(item) || std::ptr::eq(first.type_of(), item.type_of())),
        _ => true,
    }
}

fn index(place: &Place, n: usize) -> Place {
    format!("{place}[{n}]").into()
}

/// The place of an item under a key that can be written down.
fn key(place: &Place, key: &Value) -> Option<Place> {
    match key {
        Value::Int(n) => Some(format!("{place}[{n}]").into()),
        Value::Bool(_) | Value::None => Some(format!("{place}[{key:?}]").into()),
        _ => {
            let text = key.as_str()?;
            Some(format!("{place}['{}']", text.escape_debug()).into())
        }
    }
}

/// The place of `container[k]`.
fn element(place: &Place, container: &Value, k: &Value) -> Option<Place> {
    match (container, k) {
        // The plain value of something stands at the same place.
        (_, k) if k.text_bytes() == Some(b"^value") => Some(place.clone()),
        (Value::List(list), Value::Int(n)) if *n < 0 => {
            let len = i64::try_from(list.len()).ok()?;
            key(place, &Value::Int(n + len))
        }
        _ => key(place, k),
    }
}

/// A value in words: its type and, if it is short, its text.
fn describe(value: &Value) -> String {
    let ty = value.type_of();
    match value {
        Value::None => "None".to_owned(),
        Value::Short(_) | Value::Str(_) => {
            let text = value.to_display();
            let shown: String = text.chars().take(SHOWN).collect();
            let dots = if shown.len() < text.len() { "…" } else { "" };
            format!("str '{}{dots}'", shown.escape_debug())
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Big(_) => {
            let text: String = format!("{value:?}").chars().take(SHOWN).collect();
            format!("{} {text}", ty.name)
        }
        Value::Dict(own) => {
            let keys: Vec<String> = dict::first_keys(own, 8).iter().map(|k| format!("'{}'", k.to_display())).collect();
            let more = if own.len() > keys.len() { ", …" } else { "" };
            format!(
                "a dict with {}",
                if keys.is_empty() { "no keys".into() } else { format!("the keys {}{more}", keys.join(", ")) }
            )
        }
        Value::List(list) => format!("a list of {}", list.len()),
        Value::Entity(entity) => match entity.parsed.borrow().given() {
            Some(inner) => format!("{} (an Entity of type {})", describe(inner), entity.mime_type),
            None => format!("an Entity of type {}", entity.mime_type),
        },
        _ => format!("of type {}", ty.name),
    }
}
