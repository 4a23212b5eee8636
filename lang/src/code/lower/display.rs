//! Displays: lists, tuples, sets and dicts written out.

use std::collections::HashSet;

use super::{Lowering, constants};
use crate::code::{Constant, Instr, Reg};
use crate::source::Span;
use crate::syntax::ast::{DictItem, Expr, ExprKind, Name};

/// Most items that are collected in registers before the container is made; more are added one by one.
const CHUNK: usize = 32;

/// A list of at least so many constants is copied from a constant tuple.
const LONG_CONSTANT: usize = 8;

/// Most keys of a dict with a prepared shape.
const MAX_SHAPE: usize = 64;

impl<'a> Lowering<'a> {
    /// `dst = [items]`
    pub(super) fn list_to(&mut self, items: &'a [Expr], dst: Reg, span: Span) {
        if let Some(tuple) = constants::tuple(items).filter(|_| items.len() >= LONG_CONSTANT) {
            let (list, src) = (self.workplace(dst), self.frame.temp());
            self.emit(Instr::BuildList { dst: list, base: src, count: 0 }, span);
            self.constant_to(tuple, src, span);
            self.emit(Instr::ListExtend { list, src }, span);
            self.move_to(dst, list, span);
        } else if let Some(first) =
            self.first_items(items, dst, span, |dst, base, count| Instr::BuildList { dst, base, count })
        {
            self.long_list(items, first, dst, span);
        }
    }

    /// `dst = (items)`
    pub(super) fn tuple_to(&mut self, items: &'a [Expr], dst: Reg, span: Span) {
        if let Some(first) =
            self.first_items(items, dst, span, |dst, base, count| Instr::BuildTuple { dst, base, count })
        {
            let list = self.frame.temp();
            self.long_list(items, first, list, span);
            self.emit(Instr::ListToTuple { dst, list }, span);
        }
    }

    /// `dst = {items}`
    pub(super) fn set_to(&mut self, items: &'a [Expr], dst: Reg, span: Span) {
        let Some(first) = self.first_items(items, dst, span, |dst, base, count| Instr::BuildSet { dst, base, count })
        else {
            return;
        };
        let set = self.workplace(dst);
        let (base, count) = self.push_all(items.iter().take(first), span);
        self.emit(Instr::BuildSet { dst: set, base, count }, span);
        for item in items.iter().skip(first) {
            self.one_item(item, span, |src, is_starred| match is_starred {
                true => Instr::SetUpdate { set, src },
                false => Instr::SetAdd { set, src },
            });
        }
        self.move_to(dst, set, span);
    }

    /// Makes a container at once if it is short and has no `*`; otherwise says how many items to begin with.
    fn first_items(
        &mut self,
        items: &'a [Expr],
        dst: Reg,
        span: Span,
        build: impl Fn(Reg, Reg, u16) -> Instr,
    ) -> Option<usize> {
        let star = items.iter().position(|item| matches!(item.kind, ExprKind::Starred(_)));
        match star {
            Some(star) => Some(if star > CHUNK { 0 } else { star }),
            None if items.len() > CHUNK => Some(0),
            None => {
                let (base, count) = self.push_all(items, span);
                self.emit(build(dst, base, count), span);
                None
            }
        }
    }

    /// `dst` = the list of `items`, of which the first `first` have no star.
    fn long_list(&mut self, items: &'a [Expr], first: usize, dst: Reg, span: Span) {
        let list = self.workplace(dst);
        let mark = self.frame.mark();
        let (base, count) = self.push_all(items.iter().take(first), span);
        self.emit(Instr::BuildList { dst: list, base, count }, span);
        self.frame.release(mark);
        for item in items.iter().skip(first) {
            self.one_item(item, span, |src, is_starred| match is_starred {
                true => Instr::ListExtend { list, src },
                false => Instr::ListAppend { list, src },
            });
        }
        self.move_to(dst, list, span);
    }

    fn one_item(&mut self, item: &'a Expr, span: Span, add: impl Fn(Reg, bool) -> Instr) {
        let mark = self.frame.mark();
        let (value, is_starred) = match &item.kind {
            ExprKind::Starred(inner) => (&**inner, true),
            _ => (item, false),
        };
        let src = self.value(value);
        self.emit(add(src, is_starred), span);
        self.frame.release(mark);
    }

    /// The values of `items` in neighbouring fresh registers: the first register and their number.
    pub(super) fn push_all(&mut self, items: impl IntoIterator<Item = &'a Expr>, span: Span) -> (Reg, u16) {
        let mut registers = items.into_iter().map(|item| self.push(item));
        let first = registers.next();
        let count = registers.count() + usize::from(first.is_some());
        (first.unwrap_or_else(|| self.frame.temp()), self.count(count, span))
    }

    /// `dst` = the tuple of `items`, a constant one if possible.
    pub(super) fn tuple_of(&mut self, items: &[&'a Expr], dst: Reg, span: Span) {
        let known = items.iter().map(|item| constants::constant(item)).collect::<Option<Vec<_>>>();
        if let Some(known) = known {
            self.constant_to(Constant::Tuple(known), dst, span);
        } else {
            let mark = self.frame.mark();
            let (base, count) = self.push_all(items.iter().copied(), span);
            self.emit(Instr::BuildTuple { dst, base, count }, span);
            self.frame.release(mark);
        }
    }

    /// `dst = {items}`
    pub(super) fn dict_to(&mut self, items: &'a [DictItem], dst: Reg, span: Span) {
        if let Some(names) = shape(items) {
            let (base, _) = self.push_all(items.iter().map(|item| &item.value), span);
            self.shaped(names, base, dst, span);
            return;
        }
        let first = items.iter().take(CHUNK / 2).take_while(|item| item.key.is_some()).count();
        let dict = if first < items.len() { self.workplace(dst) } else { dst };
        let pairs = items.iter().take(first).flat_map(|item| item.key.iter().chain([&item.value]));
        let mark = self.frame.mark();
        let (base, _) = self.push_all(pairs, span);
        let count = self.count(first, span);
        self.emit(Instr::BuildDict { dst: dict, base, count }, span);
        self.frame.release(mark);
        for item in items.iter().skip(first) {
            match &item.key {
                Some(key) => {
                    let key = self.operand(key, &[&item.value]);
                    let src = self.value(&item.value);
                    self.emit(Instr::DictInsert { dict, key, src }, span);
                }
                None => {
                    let src = self.value(&item.value);
                    self.emit(Instr::DictUpdate { dict, src }, span);
                }
            }
            self.frame.release(mark);
        }
        self.move_to(dst, dict, span);
    }

    /// `dst` = the dict with the keys `names` and the values from `base` on.
    pub(super) fn shaped(&mut self, names: Vec<Name>, base: Reg, dst: Reg, span: Span) {
        match self.pool.short_constant(Constant::Names(names)) {
            Some(keys) => self.emit(Instr::BuildShaped { dst, base, keys }, span),
            None => self.refuse("too many constants", span),
        }
    }
}

/// The keys of a dict display if they are distinct constant texts, and not too many.
fn shape(items: &[DictItem]) -> Option<Vec<Name>> {
    if items.is_empty() || items.len() > MAX_SHAPE {
        return None;
    }
    let mut seen = HashSet::new();
    let names = items.iter().map(|item| {
        let text = std::str::from_utf8(constants::text(item.key.as_ref()?)?).ok()?;
        seen.insert(text).then(|| Name::from(text))
    });
    names.collect()
}
