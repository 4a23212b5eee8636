//! A readable listing of compiled code: for every function a header, then one line for each instruction with the source
//! it stands for, then the exception handlers.

use std::fmt::Write;

use super::{Code, Constant, Instr, NO_REG, Reg, Unit, streaming};
use crate::source::SourceText;
use crate::syntax::ast::{Conversion, Name};

/// Column at which the source of an instruction stands.
const COMMENT_COLUMN: usize = 44;

/// Longest piece of source in a comment, in characters.
const MAX_SOURCE: usize = 40;

/// Longest constant that is shown in full, in characters.
const MAX_CONSTANT: usize = 60;

/// The listing of all functions of a unit.
#[must_use]
pub fn listing(unit: &Unit) -> String {
    let mut out = String::new();
    for (number, code) in unit.codes.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let lister = Lister { unit, code };
        lister.header(number, &mut out);
        for at in 0..code.instrs.len() {
            lister.line(at, &mut out);
            let is_here = |site: Option<streaming::Site>| {
                site.is_some_and(|site| (site.code as usize, site.at as usize) == (number, at))
            };
            if is_here(unit.streaming) {
                let _ = writeln!(out, "{:<COMMENT_COLUMN$} ; the payload streams: nothing else reads it", "");
            }
            if is_here(unit.written) {
                let _ = writeln!(out, "{:<COMMENT_COLUMN$} ; the list is written while it grows", "");
            }
        }
        for handler in &code.handlers {
            let (start, end, target) = (handler.start, handler.end, handler.target);
            let last = end.saturating_sub(1);
            let _ = writeln!(out, "  {start}..{last} -> {target}: r{}, depth {}", handler.exc, handler.depth);
        }
    }
    out
}

struct Lister<'a> {
    unit: &'a Unit,
    code: &'a Code,
}

impl Lister<'_> {
    fn header(&self, number: usize, out: &mut String) {
        let code = self.code;
        let kind = if code.is_generator { "generator" } else { "function" };
        let _ = write!(out, "{kind} {number} {}({})", code.qualname, parameters(code));
        let _ = writeln!(out, "    ; {} registers", code.registers);
        if !code.locals.is_empty() {
            let names = code.locals.iter().map(|(reg, name)| format!("r{reg} {name}"));
            let _ = writeln!(out, "  variables: {}", names.collect::<Vec<_>>().join(", "));
        }
        if !code.captures.is_empty() {
            let cells = code.captures.iter().enumerate().map(|(index, reg)| format!("{index} is outer r{reg}"));
            let _ = writeln!(out, "  closure: {}", cells.collect::<Vec<_>>().join(", "));
        }
    }

    fn line(&self, at: usize, out: &mut String) {
        let (Some(instr), Some(span)) = (self.code.instrs.get(at), self.code.spans.get(at)) else { return };
        let text = format!("{at:>5}  {}", self.instr(instr));
        let source: &SourceText = &self.unit.source;
        let line = source.line_column(span.start).line;
        let piece = source.slice(*span).lines().next().unwrap_or_default();
        let is_cut = piece.len() < span.len() as usize || piece.chars().count() > MAX_SOURCE;
        let piece = piece.chars().take(MAX_SOURCE).collect::<String>();
        let _ = match (piece.trim_end(), is_cut) {
            ("", _) => writeln!(out, "{text:<COMMENT_COLUMN$} ; line {line}"),
            (piece, true) => writeln!(out, "{text:<COMMENT_COLUMN$} ; line {line}: {piece} …"),
            (piece, false) => writeln!(out, "{text:<COMMENT_COLUMN$} ; line {line}: {piece}"),
        };
    }

    fn name(&self, index: u16) -> &str {
        self.unit.names.get(usize::from(index)).map_or("?", |name| name)
    }

    fn global(&self, index: u16) -> &str {
        self.unit.globals.get(usize::from(index)).map_or("?", |name| name)
    }

    fn constant(&self, index: impl Into<u32>) -> String {
        let text = self.unit.constants.get(index.into() as usize).map_or_else(|| "?".into(), show);
        match text.char_indices().nth(MAX_CONSTANT) {
            Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
            None => text,
        }
    }

    fn instr(&self, instr: &Instr) -> String {
        match *instr {
            Instr::Move { dst, src } => format!("r{dst} = r{src}"),
            Instr::Const { dst, index } => format!("r{dst} = {}", self.constant(index)),
            Instr::None { dst } => format!("r{dst} = None"),
            Instr::Bool { dst, value } => format!("r{dst} = {}", if value { "True" } else { "False" }),
            Instr::Int { dst, value } => format!("r{dst} = {value}"),
            Instr::CheckBound { reg, name } => format!("check r{reg} {}", self.name(name)),
            Instr::Unbind { reg } => format!("unbind r{reg}"),
            Instr::MakeCell { reg } => format!("r{reg} = cell"),
            Instr::Closure { dst, index } => format!("r{dst} = closure {index}"),
            Instr::LoadCell { dst, cell, name } => format!("r{dst} = cell r{cell} {}", self.name(name)),
            Instr::StoreCell { cell, src } => format!("cell r{cell} = r{src}"),
            Instr::DeleteCell { cell, name } => format!("del cell r{cell} {}", self.name(name)),
            Instr::LoadGlobal { dst, global } => format!("r{dst} = global {}", self.global(global)),
            Instr::StoreGlobal { global, src } => format!("global {} = r{src}", self.global(global)),
            Instr::DeleteGlobal { global } => format!("del global {}", self.global(global)),
            Instr::LoadAttr { dst, obj, name } => format!("r{dst} = r{obj}.{}", self.name(name)),
            Instr::StoreAttr { obj, name, src } => format!("r{obj}.{} = r{src}", self.name(name)),
            Instr::DeleteAttr { obj, name } => format!("del r{obj}.{}", self.name(name)),
            Instr::GetItem { dst, obj, key } => format!("r{dst} = r{obj}[r{key}]"),
            Instr::GetItemConst { dst, obj, key } => format!("r{dst} = r{obj}[{}]", self.constant(key)),
            Instr::SetItem { obj, key, src } => format!("r{obj}[r{key}] = r{src}"),
            Instr::DeleteItem { obj, key } => format!("del r{obj}[r{key}]"),
            Instr::BuildSlice { dst, base } => format!("r{dst} = slice({})", range(base, 3)),
            Instr::Binary { op, dst, a, b } => format!("r{dst} = r{a} {} r{b}", op.symbol()),
            Instr::BinaryInt { op, dst, a, value } => format!("r{dst} = r{a} {} {value}", op.symbol()),
            Instr::Inplace { op, dst, a, b } => format!("r{dst} = r{a} {}= r{b}", op.symbol()),
            Instr::InplaceInt { op, dst, a, value } => format!("r{dst} = r{a} {}= {value}", op.symbol()),
            Instr::Unary { op, dst, src } => format!("r{dst} = {} r{src}", op.symbol()),
            Instr::Compare { op, dst, a, b } => format!("r{dst} = r{a} {} r{b}", op.symbol()),
            Instr::CompareSkip { op, expect: true, a, b } => format!("if r{a} {} r{b}:", op.symbol()),
            Instr::CompareSkip { op, expect: false, a, b } => format!("if not r{a} {} r{b}:", op.symbol()),
            Instr::Jump { target } => format!("jump {target}"),
            Instr::Loop { target } => format!("loop {target}"),
            Instr::JumpIf { cond, target } => format!("if r{cond}: jump {target}"),
            Instr::JumpIfNot { cond, target } => format!("if not r{cond}: jump {target}"),
            Instr::JumpIfNone { cond, target } => format!("if r{cond} is None: jump {target}"),
            Instr::JumpIfUnbound { reg, target } => format!("if r{reg} is unbound: jump {target}"),
            Instr::JumpIfSmall { value, reg, target } => format!("if r{reg} is {value}: jump {target}"),
            Instr::GetIter { dst, src } => format!("r{dst} = iter(r{src})"),
            Instr::ForIter { iter, exit } => {
                format!("r{} = next(r{iter}), at end jump {exit}", iter.saturating_add(1))
            }
            Instr::Call { dst, base, argc } => format!("r{dst} = r{base}({})", range(base.saturating_add(1), argc)),
            Instr::LoadMethod { base, obj, name } => format!("r{base} = method r{obj}.{}", self.name(name)),
            Instr::CallMethod { dst, base, argc } => {
                format!("r{dst} = method r{base}({})", range(base.saturating_add(2), argc))
            }
            Instr::CallKeywords { base, argc, names } => {
                let arguments = range(base.saturating_add(1), argc);
                format!("r{base} = r{base}({arguments} named {})", self.constant(names))
            }
            Instr::CallUnpacked { dst, base } => {
                format!("r{dst} = r{base}(*r{}, **r{})", base.saturating_add(1), base.saturating_add(2))
            }
            _ => self.rare(instr),
        }
    }

    /// The instructions that build containers, handle exceptions, match patterns and the like.
    fn rare(&self, instr: &Instr) -> String {
        match *instr {
            Instr::BuildList { dst, base, count } => format!("r{dst} = list({})", range(base, count)),
            Instr::BuildTuple { dst, base, count } => format!("r{dst} = tuple({})", range(base, count)),
            Instr::BuildSet { dst, base, count } => format!("r{dst} = set({})", range(base, count)),
            Instr::BuildDict { dst, base, count } => {
                format!("r{dst} = dict({})", range(base, count.saturating_mul(2)))
            }
            Instr::BuildShaped { dst, base, keys } => format!("r{dst} = dict({} from r{base})", self.constant(keys)),
            Instr::BuildString { dst, base, count } => format!("r{dst} = join({})", range(base, count)),
            Instr::ListAppend { list, src } => format!("r{list}.append(r{src})"),
            Instr::ListExtend { list, src } => format!("r{list}.extend(r{src})"),
            Instr::ListToTuple { dst, list } => format!("r{dst} = tuple(*r{list})"),
            Instr::SetAdd { set, src } => format!("r{set}.add(r{src})"),
            Instr::SetUpdate { set, src } => format!("r{set}.update(r{src})"),
            Instr::DictInsert { dict, key, src } => format!("r{dict}[r{key}] = r{src} (new item)"),
            Instr::DictUpdate { dict, src } => format!("r{dict}.update(r{src})"),
            Instr::DictMerge { dict, src, callee } => format!("r{dict}.update(r{src}) for r{callee}"),
            Instr::FormatValue { conversion, dst, src, spec } => {
                let conversion = match conversion {
                    None => "",
                    Some(Conversion::Str) => "!s",
                    Some(Conversion::Repr) => "!r",
                    Some(Conversion::Ascii) => "!a",
                };
                let spec = if spec == NO_REG { String::new() } else { format!(":r{spec}") };
                format!("r{dst} = format(r{src}{conversion}{spec})")
            }
            Instr::Unpack { src, base, count } => format!("{} = *r{src}", range(base, count)),
            Instr::UnpackStar { before, src, base, after } => {
                let star = base.saturating_add(before.into());
                let mut targets = format!("*r{star} = *r{src}");
                if after > 0 {
                    targets = format!("*r{star}, {} = *r{src}", range(star.saturating_add(1), after));
                }
                if before > 0 { format!("{}, {targets}", range(base, before.into())) } else { targets }
            }
            Instr::MakeFunction { dst, code, base } => {
                let name = self.unit.codes.get(usize::from(code)).map_or("?", |code| &*code.name);
                format!("r{dst} = function {code} {name}, defaults {}", range(base, 2))
            }
            Instr::Return { src } => format!("return r{src}"),
            Instr::Yield { dst, src } => format!("r{dst} = yield r{src}"),
            Instr::YieldFrom { dst, iter } => format!("r{dst} = yield from r{iter}"),
            Instr::Raise { exc } => format!("raise r{exc}"),
            Instr::RaiseFrom { exc, cause } => format!("raise r{exc} from r{cause}"),
            Instr::Reraise => "raise".into(),
            Instr::Unwind { exc } => format!("unwind r{exc}"),
            Instr::EnterHandler { exc } => format!("handling r{exc}"),
            Instr::LeaveHandler => "handled".into(),
            Instr::MatchException { dst, exc, class } => format!("r{dst} = r{exc} matches r{class}"),
            Instr::ImportFrom { dst, module, name } => format!("r{dst} = from r{module} import {}", self.name(name)),
            Instr::MatchSequence { at_least, dst, src, len } => {
                format!("r{dst} = r{src} is a sequence of {len}{}", if at_least { " or more" } else { "" })
            }
            Instr::MatchMapping { dst, src } => format!("r{dst} = r{src} is a mapping"),
            Instr::MatchKeys { src, base } => format!("r{base} = values of r{src} for r{base}"),
            Instr::MatchRest { dst, src, keys } => format!("r{dst} = r{src} without r{keys}"),
            Instr::MatchClass { src, base, positional } => {
                format!("r{base} = parts of r{src} as r{base}({positional}, r{})", base.saturating_add(1))
            }
            Instr::Display { src } => format!("display r{src}"),
            Instr::Observe { src: NO_REG, place } => format!("observe what was printed as {place}"),
            Instr::Observe { src, place } => format!("observe r{src} as {place}"),
            _ => format!("{instr:?}"),
        }
    }
}

/// `count` registers from `base` on.
fn range(base: Reg, count: u16) -> String {
    match count {
        0 => String::new(),
        1 => format!("r{base}"),
        2 => format!("r{base}, r{}", base.saturating_add(1)),
        _ => format!("r{base}..r{}", base.saturating_add(count - 1)),
    }
}

/// The parameters as they are declared, without defaults.
fn parameters(code: &Code) -> String {
    let params = &code.params;
    let (mut names, mut list) = (params.names.iter(), Vec::new());
    let mut take = |count: u16, list: &mut Vec<String>| {
        list.extend(names.by_ref().take(count.into()).map(|name: &Name| name.to_string()));
    };
    take(params.positional_only, &mut list);
    if params.positional_only > 0 {
        list.push("/".into());
    }
    take(params.positional.saturating_sub(params.positional_only), &mut list);
    let mut keyword_only = Vec::new();
    take(params.keyword_only, &mut keyword_only);
    let (mut varargs, mut kwargs) = (Vec::new(), Vec::new());
    take(params.has_varargs.into(), &mut varargs);
    take(params.has_kwargs.into(), &mut kwargs);
    match varargs.first() {
        Some(name) => list.push(format!("*{name}")),
        None if !keyword_only.is_empty() => list.push("*".into()),
        None => {}
    }
    list.extend(keyword_only);
    list.extend(kwargs.first().map(|name| format!("**{name}")));
    list.join(", ")
}

/// A constant in the spelling of the language, where that is short.
fn show(constant: &Constant) -> String {
    match constant {
        Constant::None => "None".into(),
        Constant::Bool(true) => "True".into(),
        Constant::Bool(false) => "False".into(),
        Constant::Ellipsis => "...".into(),
        Constant::Int(value) => value.to_string(),
        // Printing all digits of a huge number takes long.
        Constant::BigInt(value) if value.bits() > 256 => format!("an int of {} bits", value.bits()),
        Constant::BigInt(value) => value.to_string(),
        Constant::Float(value) => format!("{value:?}"),
        Constant::Str(text) => format!("{:?}", String::from_utf8_lossy(text)),
        Constant::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
        Constant::Tuple(items) => match items.as_slice() {
            [item] => format!("({},)", show(item)),
            items => format!("({})", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        },
        Constant::Names(names) => names.join(", "),
        Constant::Builtin(name) => format!("builtin {name}"),
    }
}
