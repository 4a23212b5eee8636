//! Lists that are written while they grow.
//!
//! Of `Entity.from_value([… for …], mime_type='application/json')` nobody sees the list but the writer (`code::streaming`
//! makes sure of it). So elements can be written when a few have gathered, and be gone: the list is never in memory. That
//! must not show. An element that something else refers to may still change, one that JSON cannot express is an error that
//! belongs to the end, one that does not read back as it was must be kept: for these the sink is given up, what was written
//! is read back, and the list is an ordinary one from then on.

use super::reader::{self, Plain};
use super::writer::Writer;
use crate::mime::charset::Source;
use crate::mime::items;
use crate::value::containers::Sink;
use crate::value::exceptions::Raise;
use crate::value::interrupt::Stop;
use crate::value::{HVec, List, Value};

/// Elements that gather before they are written.
const GATHERED: usize = 64;

/// Room for bytes that are laid aside when they are written, if nobody knows how many there will be.
const PIECE: usize = 4 << 20;

/// An empty list that is written as JSON while it grows.
#[must_use]
pub fn list() -> Value {
    let mut written = HVec::with_capacity(1024);
    written.push(b'[');
    let from_start = items::progress().is_none_or(|(done, _)| done == 0);
    Value::List(List::with_sink(HVec::with_capacity(GATHERED), Sink::new(written, from_start, take)))
}

/// Writes all elements but the last, which the program may still have at hand.
fn take(sink: &Sink, items: &mut HVec<Value>) {
    let Some(last) = items.pop() else { return };
    let mut writer = Writer::of_sole(sink.written.replace(HVec::new()));
    // A list that is made for one item says nothing of the others.
    let progress = items::progress().filter(|_| sink.from_start);
    if progress.is_none() && writer.out.len() >= PIECE - PIECE / 8 {
        let next = HVec::with_capacity(PIECE);
        sink.pieces.borrow_mut().push(std::mem::replace(&mut writer.out, next));
    }
    let mark = writer.out.len();
    if let Some((done, total)) = progress {
        // Twice as much as the elements before needed.
        let room = mark / (sink.taken.get() / GATHERED).max(1) * 2;
        writer.out.reserve_for_rest(room, sink.done.replace(done), total);
    }
    let mut first = sink.taken.get() == 0;
    let good = items.iter().all(|item| {
        if !std::mem::take(&mut first) {
            writer.out.push(b',');
        }
        writer.write(item).is_ok()
    });
    if good && writer.faithful {
        sink.taken.set(sink.taken.get() + items.len());
        drop(sink.written.replace(writer.out));
        items.truncate(0);
    } else {
        writer.out.truncate(mark);
        drop(sink.written.replace(writer.out));
        give_up(sink, items);
    }
    items.push(last);
}

/// All that was written, which is nothing afterwards.
fn collect(sink: &Sink) -> HVec<u8> {
    let (pieces, last) = (sink.pieces.replace(HVec::new()), sink.written.replace(HVec::new()));
    if pieces.is_empty() {
        return last;
    }
    let len = pieces.iter().map(|piece| piece.len()).sum::<usize>() + last.len();
    // Twice as much for the elements to come as so many elements needed.
    let mut all = HVec::with_capacity(len + len / sink.taken.get().max(1) * 2 * (GATHERED + 1));
    for piece in pieces.into_iter().chain([last]) {
        all.extend_bytes(&piece);
        piece.forget_all();
    }
    all
}

/// Makes the list an ordinary one: reads back what was written, in front of `items`.
pub(super) fn give_up(sink: &Sink, items: &mut HVec<Value>) {
    if !sink.is_open.replace(false) {
        return;
    }
    let mut text = collect(sink);
    text.push(b']');
    match reader::read(&Source::of_text(&text), &mut Plain) {
        Ok(Value::List(list)) => {
            let mut all = list.items.replace(HVec::new());
            all.extend(std::mem::take(items));
            *items = all;
        }
        Err(reader::Trouble::Raise(raise)) => sink.lost.set(raise.stop().or(Some(Stop::Memory))),
        // What was written can be read.
        _ => sink.lost.set(Some(Stop::Memory)),
    }
}

/// The text of a list so far, without its end, and how many elements it has; what is still in the list comes behind it. `None`
/// for ordinary lists.
///
/// # Errors
/// The stop that kept the list from being made ordinary.
pub(super) fn finish(list: &List) -> Result<Option<(HVec<u8>, usize)>, Raise> {
    let Some(sink) = list.sink() else { return Ok(None) };
    if let Some(stop) = sink.lost.get() {
        return Err(stop.into());
    }
    if !sink.is_open.get() || sink.taken.get() == 0 {
        return Ok(None);
    }
    Ok(Some((collect(sink), sink.taken.get())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime;
    use crate::value::Dict;

    fn grown(items: &[Value]) -> R<String> {
        let Value::List(list) = list() else { panic!("a list") };
        items.iter().for_each(|item| list.push(item.clone()));
        let entity = mime::from_value(None, &Value::List(list), "application/json", "")?;
        Ok(String::from_utf8_lossy(entity.blob.bytes()).into_owned())
    }

    use crate::value::R;

    #[test]
    fn what_is_written_early_is_what_would_be_written_late() {
        for len in [0, 1, 2, 63, 64, 65, 66, 1000] {
            let make = || (0..len).map(|n| Value::dict([("n", Value::Int(n)), ("t", Value::str("a \"b\""))]));
            let plain = mime::from_value(None, &Value::list(make()), "application/json", "").unwrap();
            let Value::List(list) = list() else { panic!("a list") };
            make().for_each(|item| list.push(item));
            let entity = mime::from_value(None, &Value::List(list.clone()), "application/json", "").unwrap();
            assert_eq!(entity.blob.bytes(), plain.blob.bytes());
            assert!(list.len() <= GATHERED + 1);
        }
    }

    #[test]
    fn what_is_laid_aside_comes_back_in_order() {
        let mut items: Vec<Value> = (0..1500).map(|n| Value::str(&format!("{n} {}", "text ".repeat(1500)))).collect();
        let plain = |items: &[Value]| {
            let entity = mime::from_value(None, &Value::list(items.to_vec()), "application/json", "").unwrap();
            String::from_utf8_lossy(entity.blob.bytes()).into_owned()
        };
        let text = grown(&items).unwrap();
        assert!(text.len() > 2 * PIECE && text == plain(&items));
        // The sink is given up late.
        items[1400] = Value::list([items[7].clone(), Value::tuple([])]);
        items.push(items[1400].clone());
        assert!(grown(&items).unwrap() == plain(&items));
    }

    #[test]
    fn elements_that_are_shared_or_odd_are_kept() {
        // A dict that changes after it was appended.
        let shared = Dict::new();
        shared.set_str("a", Value::Int(1));
        let Value::List(list) = list() else { panic!("a list") };
        for n in 0..200 {
            list.push(if n == 100 { Value::Dict(shared.clone()) } else { Value::list([Value::Int(n)]) });
        }
        shared.set_str("a", Value::Int(2));
        let entity = mime::from_value(None, &Value::List(list), "application/json", "").unwrap();
        let text = String::from_utf8_lossy(entity.blob.bytes()).into_owned();
        assert!(
            text.starts_with("[[0],[1],") && text.contains("[99],{\"a\":2},[101]") && text.ends_with("[199]]"),
            "{text}"
        );
        // An element that is an error keeps its place.
        let mut items: Vec<Value> = (0..300).map(Value::Int).collect();
        items[150] = Value::Float(f64::NAN);
        let error = grown(&items).unwrap_err();
        let plain = mime::from_value(None, &Value::list(items.clone()), "application/json", "").unwrap_err();
        assert_eq!(error.0.arguments()[0].to_display(), plain.0.arguments()[0].to_display());
        items[150] = Value::Int(150);
        items[299] = Value::bytes(b"x");
        let error = grown(&items).unwrap_err();
        let plain = mime::from_value(None, &Value::list(items), "application/json", "").unwrap_err();
        assert_eq!(error.0.arguments()[0].to_display(), plain.0.arguments()[0].to_display());
    }
}
