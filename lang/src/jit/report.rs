//! What became of a program's functions, in words: for `dataway explain --code FILE --jit`.

use std::fmt::Write;
use std::sync::Arc;

use super::compile::refusal;
use super::native::Mode;
use super::types::Ty;
use super::unit::{Key, Progress, Version};
use super::worker::{self, Job};
use crate::code::Unit;

/// For every function its compiled forms: what each instruction became, or why there is none. A function that no run has
/// had compiled is compiled now, for arguments of which nothing is known.
#[must_use]
pub fn report(unit: &Arc<Unit>) -> String {
    let mut out = String::new();
    for (number, code) in unit.codes.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let Ok(number) = u32::try_from(number) else { break };
        let name = format!("function {number} {}", code.qualname);
        if let Some(reason) = refusal(code, Key::START) {
            let _ = writeln!(out, "{name}: not compiled, because {reason}");
            continue;
        }
        let Some(tier) = unit.tier.code(number) else { continue };
        if tier.progress().is_empty() {
            let params = &code.params;
            let count = params.names.len();
            let entry = vec![Ty::Any; count];
            let job = Job { unit: Arc::clone(unit), code: number, key: Key::START, entry, mode: Mode::Always };
            worker::compile(&job);
        }
        let mut forms: Vec<(Key, Progress)> = tier.progress().iter().map(|(key, form)| (*key, form.clone())).collect();
        forms.sort_by_key(|(key, _)| (*key != Key::START, key.instruction()));
        for (key, form) in forms {
            let entry = if key == Key::START { "its beginning".to_owned() } else { format!("{}", key.instruction()) };
            match form {
                Progress::Queued => {
                    let _ = writeln!(out, "{name}: from {entry}: waits for the compiler");
                }
                Progress::Refused(reason) => {
                    let _ = writeln!(out, "{name}: from {entry}: not compiled, because {reason}");
                }
                Progress::Ready(version) => describe(&mut out, unit, &name, &entry, &version),
            }
        }
    }
    out
}

fn describe(out: &mut String, unit: &Unit, name: &str, entry: &str, version: &Version) {
    let (Some(compiled), Some(code)) = (version.compiled(), unit.codes.get(version.code as usize)) else { return };
    let held = version.entry.iter().enumerate().filter(|(_, ty)| **ty != Ty::Unbound);
    let held: Vec<String> = held
        .map(|(reg, ty)| {
            let local = code.locals.iter().find(|(local, _)| usize::from(*local) == reg);
            local.map_or_else(|| format!("r{reg}: {}", ty.name()), |(_, local)| format!("{local}: {}", ty.name()))
        })
        .collect();
    let guards = compiled.exits.iter().filter(|exit| exit.reason.is_mistake()).count();
    let direct = if version.direct { ", called directly by compiled code" } else { "" };
    let _ = writeln!(out, "{name}: compiled from {entry} for ({}); {guards} ways back{direct}", held.join(", "));
    let mut notes = compiled.notes.clone();
    notes.sort_by_key(|(at, _)| *at);
    for (at, note) in notes {
        let line = code.spans.get(at).map_or(0, |span| unit.source.line_column(span.start).line);
        let _ = writeln!(out, "{at:>5}  {note:<48} ; line {line}");
    }
}
