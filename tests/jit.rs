//! Compiled code means what interpreted code means: results, errors, tracebacks and limits.
//!
//! `DATAWAY_CASES=100000 DATAWAY_SEED=7 cargo test --test jit random` compares more programs than the usual few.
//! What `dataway explain --code --jit` says of the programs in `tests/jit/` is recorded beside them; `DATAWAY_WRITE=1` writes
//! what it says now.

#[path = "fuzz/programs.rs"]
mod programs;
mod support;

use std::path::Path;
use std::time::Duration;

use dataway_lang::{Datum, Input, Limits, Program, RunOptions, jit};
use support::random::Random;
use support::{compile, script, show};

const MODES: [jit::Mode; 3] = [jit::Mode::Always, jit::Mode::Stress, jit::Mode::Auto];

fn options(jit: jit::Mode) -> RunOptions {
    let limits = Limits { memory: Some(64 << 20), time: Some(Duration::from_secs(20)), ..Limits::default() };
    RunOptions { limits, seed: Some(1), jit, ..RunOptions::default() }
}

/// The result or the whole report, and the log.
fn outcome(program: &Program, options: &RunOptions) -> (Result<String, String>, String) {
    let outcome = program.run(&Input::default(), options, show);
    (outcome.result.map_err(|report| report.render()), outcome.log)
}

/// Runs a program in every way of compiling, twice in each so that the second run finds what the first compiled.
fn check(text: &str, what: &str) {
    let expected = outcome(&compile(text), &options(jit::Mode::Off));
    for mode in MODES {
        let program = compile(text);
        for round in 0..2 {
            let found = outcome(&program, &options(mode));
            assert_eq!(found, expected, "{what}, {mode:?}, round {round}:\n{text}");
        }
    }
}

#[test]
fn random_programs_give_the_same() {
    let number = |name: &str, usual: u64| std::env::var(name).ok().and_then(|t| t.parse().ok()).unwrap_or(usual);
    let first = number("DATAWAY_SEED", 0) << 32;
    for seed in first..first + number("DATAWAY_CASES", 60) {
        check(&programs::program(&mut Random::new(seed)), &format!("seed {seed}"));
    }
}

#[test]
fn programs_that_differed_once_give_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus/jit");
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("readable seeds").flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a readable seed");
        check(&text, &path.display().to_string());
    }
}

#[test]
fn reports_are_as_recorded() {
    if !jit::is_available() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jit");
    let paths = std::fs::read_dir(&folder).expect("readable programs").flatten().map(|entry| entry.path());
    for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "dw")) {
        let program = compile(&std::fs::read_to_string(&path).expect("a readable program"));
        let (result, _) = outcome(&program, &options(jit::Mode::Off));
        assert!(result.is_ok(), "{result:?}");
        let now = jit::report(program.unit());
        let recorded = path.with_extension("txt");
        if std::env::var_os("DATAWAY_WRITE").is_some() {
            std::fs::write(&recorded, now).expect("writable");
            continue;
        }
        let before = std::fs::read_to_string(&recorded).unwrap_or_default();
        assert_eq!(now, before, "{}", path.display());
    }
}

#[test]
fn errors_inside_compiled_code_have_their_traceback() {
    let text = "\
def dw_process(msg):
    return outer(30)

def outer(n):
    s = 0
    for i in range(n):
        s += inner(i, 25 - i)
    return s

def inner(a, b):
    return a // b
";
    let (result, _) = outcome(&compile(text), &options(jit::Mode::Off));
    let report = result.expect_err("it divides by zero");
    assert!(report.contains("in inner") && report.contains("in outer") && report.contains("line 11"), "{report}");
    check(text, "division");
}

#[test]
fn limits_hold_inside_compiled_code() {
    for (body, expected) in [
        ("while True:\n    pass", "TimeoutError"),
        ("n = 0\nwhile True:\n    n = (n + 1) % 7", "TimeoutError"),
        ("for i in range(10 ** 12):\n    j = i * 2", "TimeoutError"),
        ("for i in range(10 ** 9):\n    for j in range(1000):\n        k = i * 2", "TimeoutError"),
        ("def ones():\n    while True:\n        yield 1\nfor i in ones():\n    pass", "TimeoutError"),
        (
            "def rows():\n    kept = []\n    while True:\n        kept.append(1.5)\n        yield kept\nfor i in rows():\n    pass",
            "MemoryError",
        ),
        ("xs = []\nwhile True:\n    xs.append([True] * 100000)", "MemoryError"),
        ("xs = []\nwhile True:\n    xs.append(1.5)", "MemoryError"),
        ("xs = []\nwhile True:\n    xs.append([1])", "MemoryError"),
    ] {
        for jit in MODES {
            // Only one of the two is what ends the run, however slow the machine is.
            let time = Duration::from_millis(if expected == "TimeoutError" { 300 } else { 60_000 });
            let memory = if expected == "MemoryError" { 32 << 20 } else { 1 << 30 };
            let limits = Limits { memory: Some(memory), time: Some(time), ..Limits::default() };
            let options = RunOptions { limits, jit, ..RunOptions::default() };
            let outcome = compile(&script(body)).run(&Input::default(), &options, show);
            let report = outcome.result.expect_err("it has no end");
            let class = report.last().map(|link| link.class.clone()).unwrap_or_default();
            assert_eq!(class, expected, "{body} in {jit:?}");
        }
    }
}

const RECURSION: &str = "\
def dw_process(msg):
    try:
        return deep(0)
    except RecursionError as error:
        return [str(error), shallow(900), outer(300)]

def deep(n):
    return 1 + deep(n + 1)

def shallow(n):
    return 0 if n == 0 else 1 + shallow(n - 1)

def outer(n):
    return 0 if n == 0 else 1 + sorted([n], key=lambda x: outer(n - 1))[0] * 0 + outer(n - 1) if n < 3 else shallow(n)
";

#[test]
fn recursion_ends_in_an_exception_on_any_stack() {
    check(RECURSION, "recursion");
    for size in [256 << 10, 1 << 20] {
        let run = || MODES.map(|mode| outcome(&compile(RECURSION), &options(mode)));
        let thread = std::thread::Builder::new().stack_size(size).spawn(run).expect("a thread");
        let expected = outcome(&compile(RECURSION), &options(jit::Mode::Off));
        for found in thread.join().expect("no crash") {
            assert_eq!(found, expected, "a stack of {size}");
        }
    }
    let limits = Limits { recursion: 100_000, ..Limits::default() };
    let text = "def dw_process(msg):\n    return shallow(60000)\n\ndef shallow(n):\n    return 0 if n == 0 else 1 + shallow(n - 1)\n";
    for jit in MODES {
        let options = RunOptions { limits: limits.clone(), jit, ..RunOptions::default() };
        assert_eq!(outcome(&compile(text), &options).0, Ok("60000".to_owned()), "{jit:?}");
    }
}

#[test]
fn nothing_is_left_on_the_heap() {
    let text = "\
def dw_process(msg):
    rows = [{'a': n, 'b': str(n) * 9, 'c': [n, float(n)]} for n in range(40)]
    total = 0
    kept = []
    for row in rows:
        if row['a'] % 3:
            kept.append({'k': row['b'], 'v': row['c'][1]})
            total += row['c'][0]
    for n in range(30):
        try:
            rows[n + 20]['c'][n % 3] = kept[n]['k']
        except IndexError:
            total -= 1
    return [total, len(kept), rows[25]['c']]
";
    for mode in MODES {
        let program = compile(text);
        let mut used = Vec::new();
        for _ in 0..6 {
            let (result, _) = outcome(&program, &options(mode));
            assert!(result.is_ok(), "{result:?}");
            used.push(dataway_lang::value::heap::used());
        }
        assert_eq!(used[2], used[5], "{mode:?}: {used:?}");
    }
}

/// How often versions of a function were given up because of what they had assumed.
fn mistakes(program: &Program, function: &str) -> u32 {
    let unit = program.unit();
    let number = unit.codes.iter().position(|code| &*code.name == function).expect("there is such a function");
    let tier = unit.tier.code(u32::try_from(number).expect("few functions")).expect("what is known of it");
    tier.generations.load(std::sync::atomic::Ordering::Relaxed)
}

/// What is reported of a function.
fn reported(program: &Program, function: &str) -> String {
    let report = jit::report(program.unit());
    let of = |part: &&str| part.lines().next().is_some_and(|line| line.contains(&format!(" {function}:")));
    report.split("\n\n").filter(of).collect()
}

#[test]
fn a_loop_of_a_function_warms_up_though_its_caller_is_compiled_already() {
    let text = "\
def dw_process(msg):
    for _ in range(5000):
        dispatch('first', ROWS)
    return [dispatch('second', ROWS) for _ in range(3)]

def dispatch(kind, rows):
    return first(rows) if kind == 'first' else second(rows)

def first(rows):
    return len(rows)

def second(rows):
    total = 0.0
    for _ in range(20000):
        for row in rows:
            total += row['a'] * row['b'][1]
    return total

ROWS = [{'a': 1.5, 'b': [0, 2.5]}]
";
    let program = compile(text);
    for _ in 0..12 {
        let (result, _) = outcome(&program, &options(jit::Mode::Auto));
        assert!(result.is_ok(), "{result:?}");
        jit::wait();
    }
    if jit::is_available() {
        let found = reported(&program, "second");
        assert!(found.contains("float *") && !found.contains("through the runtime"), "{found}");
    }
}

#[test]
fn a_look_at_the_limits_is_no_mistake() {
    let text = "\
def dw_process(msg):
    return sum([count({'a': n}) for n in range(3)])

def count(row):
    found = 0
    for _ in range(1000000):
        if is_wanted(row):
            found += 1
    return found

def is_wanted(row):
    return row['a'] > 1
";
    for mode in [jit::Mode::Always, jit::Mode::Auto] {
        let program = compile(text);
        assert_eq!(outcome(&program, &options(mode)).0, Ok("1000000".to_owned()));
        assert_eq!([mistakes(&program, "count"), mistakes(&program, "is_wanted")], [0, 0], "{mode:?}");
    }
}

#[test]
fn who_calls_a_version_that_was_given_up_gets_the_next_one() {
    let text = "\
def dw_process(msg):
    row = {'a': msg.vars['a']}
    found = 0
    for _ in range(100000):
        found += part(row)
    return found

def part(row):
    return 1 if row['a'] else 0
";
    let program = compile(text);
    let run = |vars: &str, jit: jit::Mode| {
        let input = Input { vars: Datum::json(vars), ..Input::default() };
        let outcome = program.run(&input, &options(jit), show);
        outcome.result.map_err(|report| report.render())
    };
    assert_eq!(run("{\"a\": 1}", jit::Mode::Off), Ok("100000".to_owned()));
    assert_eq!(run("{\"a\": 1.5}", jit::Mode::Always), Ok("100000".to_owned()));
    if jit::is_available() {
        assert_eq!([mistakes(&program, "dw_process"), mistakes(&program, "part")], [0, 1]);
        let found = reported(&program, "part");
        assert!(found.contains("field by shape, expected any"), "{found}");
    }
}

#[test]
fn items_of_what_is_no_dict_are_no_reason_to_leave() {
    let text = "\
def dw_process(msg):
    return len([look(msg.payload) for _ in range(1000)])

def look(order):
    return order['n']
";
    let program = compile(text);
    let run = |bytes: &[u8], jit: jit::Mode| {
        let payload =
            Datum::Entity { bytes: bytes.into(), mime_type: "application/json".into(), encoding: "utf-8".into() };
        let outcome = program.run(&Input { payload, ..Input::default() }, &options(jit), show);
        outcome.result.map_err(|report| report.render())
    };
    for (bytes, jit) in
        [(&b"{\"n\": 1}"[..], jit::Mode::Off), (b"{\"n\": \"x\"}", jit::Mode::Off), (b"{\"n\": 2}", jit::Mode::Always)]
    {
        assert_eq!(run(bytes, jit), Ok("1000".to_owned()));
    }
    if jit::is_available() {
        let found = reported(&program, "look");
        assert!(found.contains("; 0 ways back") && found.contains("field by shape"), "{found}");
    }
}
