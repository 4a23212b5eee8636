//! The values that the statements of a program gave, for an editor to show: of each the last value and how often there was
//! one. Only programs compiled to be observed have the instruction that comes here.
//!
//! A value is shown as it was when its statement ran, so its text is made at once; [`glance`] costs little for values of any
//! size. Nothing of the value is held, so that texts and lists can go on growing in place.

use super::Vm;
use crate::builtins::repr;
use crate::source::Span;
use crate::value::compare::nested;
use crate::value::interrupt::checkpoint;
use crate::value::{Cx, R, Value};

/// Longest text of a value, in characters.
const LONGEST: usize = 60;

/// Longest part of a text, bytes or number that is looked at, in bytes: enough for [`LONGEST`] characters.
const PART: usize = 4 * LONGEST;

/// What a statement of a program gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observation {
    /// The statement, or the value in it.
    pub span: Span,
    /// Its last value, shortened; or the last line it printed.
    pub text: String,
    /// Did it print and not give a value?
    pub printed: bool,
    /// How often it gave a value.
    pub count: u64,
}

impl Vm {
    /// Statement number `place` gave a value or, without one, printed something.
    pub(super) fn observe(&mut self, place: u32, value: Option<&Value>) -> R<()> {
        checkpoint(8)?;
        let text = match value {
            Some(value) => shown(self, value)?,
            None => {
                let log = self.env.log.text.trim_end();
                let line = log.rsplit('\n').next().unwrap_or_default();
                shortened(line.chars().take(LONGEST + 1).collect())
            }
        };
        let place = place as usize;
        if self.observed.len() <= place {
            self.observed.resize_with(place + 1, Observation::default);
        }
        if let Some(known) = self.observed.get_mut(place) {
            known.printed = value.is_none();
            known.text = text;
            known.count += 1;
        }
        Ok(())
    }

    /// What the statements at `spans` gave: those that ran, in the order of the text.
    pub(crate) fn take_observed(&mut self, spans: &[Span]) -> Vec<Observation> {
        let all = std::mem::take(&mut self.observed).into_iter().zip(spans);
        let ran = all.filter(|(one, _)| one.count > 0).map(|(one, span)| Observation { span: *span, ..one });
        let mut ran: Vec<Observation> = ran.collect();
        ran.sort_by_key(|one| (one.span.start, one.span.end));
        // A statement of a `finally` is compiled once for every way out.
        ran.dedup_by(|later, first| {
            let same = later.span == first.span;
            if same {
                first.count += later.count;
                first.text = std::mem::take(&mut later.text);
            }
            same
        });
        ran
    }
}

/// A value in at most [`LONGEST`] characters. Only a limit of the run makes it fail: the program must not notice that somebody
/// looks.
fn shown(cx: &mut Cx<'_>, value: &Value) -> R<String> {
    let mut out = String::new();
    match glance(cx, &mut out, value) {
        Err(raise) if raise.0.stop.is_some() => return Err(raise),
        Err(_) => out = format!("<{}>", value.type_of().name),
        Ok(()) => {}
    }
    Ok(shortened(out))
}

fn shortened(text: String) -> String {
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST - 1).chain(['…']).collect() }
}

/// Appends `repr` of a value as far as it can be seen: once the text is full nothing more is looked at.
fn glance(cx: &mut Cx<'_>, out: &mut String, value: &Value) -> R<()> {
    if out.len() > PART {
        return Ok(());
    }
    match value {
        Value::Str(text) => {
            let bytes = text.bytes();
            let begins = |at: &usize| bytes.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
            let end = (0..=PART.min(bytes.len())).rev().find(begins).unwrap_or_default();
            let part = Value::text(bytes.get(..end).unwrap_or_default());
            out.push_str(&repr::repr(cx, &part)?.to_display());
        }
        Value::Bytes(own) if own.bytes().len() > PART => sized(out, value, own.bytes().len()),
        Value::Big(own) if own.get().bits() > 8 * PART as u64 => {
            out.push_str(&format!("<int of {} bits>", own.get().bits()));
        }
        Value::List(own) => {
            out.push('[');
            nested("", || sequence(cx, out, |at| own.get(at)))?;
            out.push(']');
        }
        Value::Tuple(own) if own.class.fields.is_empty() => {
            out.push('(');
            nested("", || sequence(cx, out, |at| own.items.get(at).cloned()))?;
            out.push_str(if own.items.len() == 1 { ",)" } else { ")" });
        }
        Value::Dict(own) => {
            if own.special.is_some() {
                out.push_str(value.type_of().name);
            }
            out.push('{');
            nested("", || {
                let (mut at, mut first) = (0, true);
                while let Some((position, key, value)) = own.at(at).filter(|_| out.len() <= PART) {
                    out.push_str(if std::mem::take(&mut first) { "" } else { ", " });
                    glance(cx, out, &key)?;
                    out.push_str(": ");
                    glance(cx, out, &value)?;
                    at = position + 1;
                }
                Ok(())
            })?;
            out.push('}');
        }
        Value::Set(own) if own.len() > LONGEST => sized(out, value, own.len()),
        Value::View(own) if own.dict.len() > LONGEST => sized(out, value, own.dict.len()),
        Value::MultiMap(own) => sized(out, value, own.len()),
        Value::ByteArray(own) => sized(out, value, own.bytes.borrow().len()),
        Value::Entity(own) => {
            out.push_str(&format!("<Entity {}, {} bytes>", own.mime_type, own.blob.bytes().len()));
        }
        // Their addresses say nothing and change from run to run.
        Value::Function(own) => out.push_str(&format!("<function {}>", own.qualname)),
        Value::Iter(_) | Value::Generator(_) | Value::Method(_) => {
            out.push_str(&format!("<{}>", value.type_of().name));
        }
        other => out.push_str(&repr::repr(cx, other)?.to_display()),
    }
    Ok(())
}

/// A container of which only type and size are shown.
fn sized(out: &mut String, value: &Value, size: usize) {
    out.push_str(&format!("<{} of {size}>", value.type_of().name));
}

fn sequence(cx: &mut Cx<'_>, out: &mut String, next: impl Fn(usize) -> Option<Value>) -> R<()> {
    let mut at = 0;
    while let Some(value) = next(at).filter(|_| out.len() <= PART) {
        out.push_str(if at > 0 { ", " } else { "" });
        glance(cx, out, &value)?;
        at += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceText;
    use crate::syntax::ParseOptions;
    use crate::{Input, Limits, Profile, Program, RunOptions};
    use std::time::Duration;

    /// What the statements of a script's `dw_process` give, a line each: the statement, the value, the count above one.
    fn observed(body: &str, limits: Limits) -> (bool, String) {
        let lines: String = body.lines().map(|line| format!("    {line}\n")).collect();
        let source = SourceText::new("test.dw", &format!("def dw_process(msg):\n{lines}"));
        let compiled = Program::compile_observed(&source, &ParseOptions::default(), Profile::Extended);
        let program = compiled.program.expect("compiles");
        let options = RunOptions { limits, ..RunOptions::default() };
        let (outcome, seen) = program.observe(&Input::default(), &options, |_, _| Ok(()));
        let show = |one: &Observation| {
            let times = if one.count > 1 { format!(" x{}", one.count) } else { String::new() };
            format!("{} -> {}{times}", source.slice(one.span), one.text)
        };
        (outcome.result.is_ok(), seen.iter().map(show).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn values() {
        for (body, expected) in [
            ("a = 1 + 1\nb, c = a, 'x'\nreturn a", "1 + 1 -> 2\na -> 2\n'x' -> 'x'\nreturn a -> 2"),
            ("n = 0\nfor i in range(3):\n    n += i\nreturn None", "0 -> 0\nn += i -> 3 x3\nreturn None -> None"),
            ("a = []\na.append(1)\nreturn a", "[] -> []\nreturn a -> [1]"),
            (
                "a = {}\na['k'] = (1,)\na['k'] += (2,)\nreturn",
                "{} -> {}\n(1,) -> (1,)\na['k'] += (2,) -> (1, 2)\nreturn -> None",
            ),
            (
                "x = y = 2.5\nif (z := x) > 1:\n    return lambda: 1\nreturn z",
                "2.5 -> 2.5\nx -> 2.5\nreturn lambda: 1 -> <function dw_process.<locals>.<lambda>>",
            ),
            ("try:\n    return 1\nfinally:\n    a = 2", "return 1 -> 1\n2 -> 2"),
        ] {
            assert_eq!(observed(body, Limits::default()), (!body.contains("lambda"), expected.to_owned()), "{body}");
        }
    }

    /// However large or strange a value is, its text is short and the program does not notice.
    #[test]
    fn glances() {
        let dots = |text: &str| format!("{}…", text.chars().take(LONGEST - 1).collect::<String>());
        for (body, expected) in [
            ("a = list(range(1000000))", dots(&format!("{:?}", (0..40).collect::<Vec<_>>()))),
            ("a = 'ä' * 1000000", dots(&format!("'{}", "ä".repeat(60)))),
            ("a = []\na.append(a)\nb = a", dots(&"[".repeat(60))),
            ("a = 1 << 100000", "<int of 100001 bits>".to_owned()),
            ("a = {'k': {'l': list(range(100))}}", dots(&format!("{{'k': {{'l': {:?}", (0..40).collect::<Vec<_>>()))),
            ("a = set(range(100))", "<set of 100>".to_owned()),
            (
                "a = Entity.from_value([1], mime_type='application/json')",
                "<Entity application/json, 3 bytes>".to_owned(),
            ),
            ("a = (i for i in [1])", "<generator>".to_owned()),
            ("a = decimal.Decimal('1.50')", "Decimal('1.50')".to_owned()),
            ("a = collections.defaultdict(list)\na['x'].append(1)\nb = a", "defaultdict{'x': [1]}".to_owned()),
        ] {
            let (_, lines) = observed(body, Limits::default());
            let last = lines.lines().last().and_then(|line| line.split_once(" -> ")).map(|(_, text)| text.to_owned());
            assert_eq!(last, Some(expected), "{body}");
        }
    }

    #[test]
    fn failures() {
        let (ok, lines) = observed("a = 1\nb = a / 0\nreturn b", Limits::default());
        assert_eq!((ok, &*lines), (false, "1 -> 1"));
        let limits = Limits { time: Some(Duration::from_millis(20)), ..Limits::default() };
        let (ok, lines) = observed("a = 1\nwhile True:\n    a = 'x' * 1000", limits);
        assert!(!ok && lines.starts_with("1 -> 1\n"), "{lines}");
    }
}
