//! The items of an Entity that the program reads once, from front to back: each is made when its turn comes, so that only
//! the bytes and one item are in memory.
//!
//! The bytes are checked as a whole before the first item is made, because an Entity that is malformed anywhere must not
//! give any. What the check found out about items is forgotten behind the reader, unless the program keeps one of them.

use std::cell::Cell;

use super::mime_type::Format;
use super::stopwatch::{Part, timed};
use super::{charset, csv, json};
use crate::value::interrupt::checkpoint;
use crate::value::iter::{NativeIter, State};
use crate::value::tape::{self, Kind, Tape};
use crate::value::types::iterators;
use crate::value::{Cx, Entity, Iter, R, Ref, TypeDesc, Value};

/// An iterator over the items of an Entity whose value is a list. `None` if it has to be made as a whole.
///
/// # Errors
/// A limit.
pub fn of(entity: &Entity) -> R<Option<Value>> {
    let surveyed = timed(Part::Parse, || match Format::of(&entity.mime_type) {
        Some(Format::Json) if is_utf8(entity)? => json::survey::tape_of(&entity.blob),
        Some(Format::Csv) if is_utf8(entity)? => csv::survey::tape_of(&entity.blob),
        _ => Ok(None),
    })?;
    Ok(surveyed.and_then(|(tape, top)| match top.kind() {
        Kind::Array(record) => {
            let total = tape.elements(record).len();
            let items = Items { total, left: total, tape, next: record + 1, last: 0, forgotten: 0 };
            Some(Value::Iter(Iter::new(State::Native(Box::new(items)))))
        }
        _ => None,
    }))
}

fn is_utf8(entity: &Entity) -> R<bool> {
    Ok(charset::lookup(&entity.encoding)?.is_utf8())
}

thread_local! {
    /// How many items there are, and how many of them were given; zero when no items are given one by one.
    static PROGRESS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// How many items of the Entity that is read now were given, and how many there are. `None` if none is read one by one.
#[must_use]
pub fn progress() -> Option<(usize, usize)> {
    let (total, left) = PROGRESS.get();
    (total > 0).then(|| (total - left, total))
}

/// The items of an array on a tape.
struct Items {
    tape: Ref<Tape>,
    /// Where the next item lies among the records.
    next: usize,
    total: usize,
    left: usize,
    /// The record of the last item; those of earlier ones, and of what is in it, come before.
    last: usize,
    /// How many records were forgotten.
    forgotten: usize,
}

/// Records that gather before they are forgotten.
const FORGOTTEN: usize = 1 << 16;
/// So many records before them are forgotten once more: only whole pages are, and one may have been in use at its end.
const AGAIN: usize = 1 << 14;

impl Drop for Items {
    fn drop(&mut self) {
        PROGRESS.set((0, 0));
    }
}

impl Items {
    fn item(&mut self) -> R<Option<Value>> {
        if self.left == 0 {
            return Ok(None);
        }
        checkpoint(8)?;
        let Some(part) = self.tape.records.get(self.next).copied() else { return Ok(None) };
        self.left -= 1;
        self.next += 1;
        PROGRESS.set((self.total, self.left));
        if self.last.saturating_sub(self.forgotten) >= FORGOTTEN
            && let Some(tape) = Ref::get_mut(&mut self.tape)
        {
            // Nobody has anything that was made of the tape.
            tape.forget(self.forgotten.saturating_sub(AGAIN)..self.last);
            self.forgotten = self.last;
        }
        if let Kind::Array(record) | Kind::Object(record) = part.kind() {
            self.last = record;
        }
        Ok(Some(timed(Part::Parse, || tape::value(&self.tape, part))))
    }
}

impl NativeIter for Items {
    fn next(&mut self, _: &mut Cx<'_>) -> R<Option<Value>> {
        self.item()
    }

    fn next_alone(&mut self) -> Option<R<Option<Value>>> {
        Some(self.item())
    }

    fn class(&self) -> &'static TypeDesc {
        &iterators::LIST
    }
}
