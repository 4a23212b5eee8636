//! Figures for people and for machines.

use std::fmt::Write;

use dataway_lang::code::Unit;
use dataway_lang::source::SourceText;
use serde_json::json;

use super::measure::Measured;
use super::profile::Profile;

/// Longest piece of a source line that is shown, in characters.
const SHOWN: usize = 72;

/// The figures as a table, with the lines of the profile below.
pub fn text(measured: &Measured, profile: Option<&Profile>, unit: &Unit, source: &SourceText) -> String {
    let mut out = String::new();
    let Measured { total, heap, .. } = measured;
    let each = measured.messages > 1;
    let _ = writeln!(
        out,
        "{} in, {} out{}; {} runs",
        bytes(measured.bytes_in),
        bytes(measured.bytes_out),
        if each { format!(", {} messages", measured.messages) } else { String::new() },
        measured.runs
    );
    let share = |part: u64| part as f64 * 100.0 / total.median.max(1) as f64;
    let _ = writeln!(
        out,
        "{:<12}{:>12}   p99 {}, fastest {}",
        "median",
        time(total.median),
        time(total.p99),
        time(total.least)
    );
    for (name, part) in
        [("parse", measured.parse), ("transform", measured.transform), ("serialise", measured.serialise)]
    {
        let _ = writeln!(out, "  {name:<10}{:>12} {:>4.0} %", time(part), share(part));
    }
    let _ = writeln!(out, "{:<12}{:>7.1} MB/s", "throughput", throughput(measured));
    let _ = writeln!(out, "{:<12}{:>12}   at most {} on the heap", "allocations", heap.made, bytes(heap.peak));
    let compiled = compiled(unit);
    let names = if compiled.is_empty() { "nothing".to_owned() } else { compiled.join(", ") };
    let _ = writeln!(out, "{:<12}{names}", "compiled");
    if let Some(profile) = profile {
        let ticks = profile.ticks.max(1) as f64;
        let _ = writeln!(out, "\n  own %  total %  line");
        for line in profile.lines(unit) {
            let text: String = source.line_text(line.line).trim_end().chars().take(SHOWN).collect();
            let (own, total) = (line.own as f64 * 100.0 / ticks, line.total as f64 * 100.0 / ticks);
            let _ = writeln!(out, "{own:>7.1} {total:>8.1}  {:>4}  {text}", line.line);
        }
    }
    out
}

/// The figures as one JSON object; times are nanoseconds of a run.
pub fn json(measured: &Measured, profile: Option<&Profile>, unit: &Unit) -> String {
    let Measured { total, heap, .. } = measured;
    let mut figures = json!({
        "runs": measured.runs,
        "messages": measured.messages,
        "median": total.median,
        "p99": total.p99,
        "fastest": total.least,
        "parse": measured.parse,
        "transform": measured.transform,
        "serialise": measured.serialise,
        "bytesIn": measured.bytes_in,
        "bytesOut": measured.bytes_out,
        "megabytesPerSecond": (throughput(measured) * 10.0).round() / 10.0,
        "allocations": heap.made,
        "heapPeak": heap.peak,
        "compiled": compiled(unit),
    });
    if let Some(profile) = profile {
        let lines = profile.lines(unit);
        let lines: Vec<_> =
            lines.iter().map(|line| json!({"line": line.line, "own": line.own, "total": line.total})).collect();
        figures["profile"] = json!({"samples": profile.ticks, "lines": lines});
    }
    format!("{figures}\n")
}

/// The functions of which some is machine code now.
fn compiled(unit: &Unit) -> Vec<&str> {
    let codes = unit.codes.iter().zip(0..);
    let compiled = codes.filter(|(_, n)| unit.tier.code(*n).is_some_and(|code| code.is_compiled()));
    compiled.map(|(code, _)| &*code.qualname).collect()
}

/// Payload bytes in a microsecond of the median run: megabytes a second.
fn throughput(measured: &Measured) -> f64 {
    let mean = measured.bytes_in as f64 / measured.messages.max(1) as f64;
    mean * 1000.0 / measured.total.median.max(1) as f64
}

fn time(nanoseconds: u64) -> String {
    let n = nanoseconds as f64;
    match nanoseconds {
        0..1_000 => format!("{n} ns"),
        1_000..1_000_000 => format!("{:.2} µs", n / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} ms", n / 1e6),
        _ => format!("{:.2} s", n / 1e9),
    }
}

fn bytes(count: usize) -> String {
    let n = count as f64;
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} KB", n / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n / 1e6),
        _ => format!("{:.1} GB", n / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_units() {
        assert_eq!(
            [0, 999, 1_000, 2_500_000, 3_000_000_000].map(time),
            ["0 ns", "999 ns", "1.00 µs", "2.50 ms", "3.00 s"]
        );
        assert_eq!([12, 1_500, 20_000_000].map(bytes), ["12 B", "1.5 KB", "20.0 MB"]);
    }
}
