//! Runs the conformance corpus: every file under `tests/corpus`, in process. `tests/corpus/README.md` explains the format.
//!
//! `CORPUS=modules/re cargo test --test corpus` runs only the cases whose path contains that text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use dataway_lang::source::SourceText;
use dataway_lang::syntax::ParseOptions;
use dataway_lang::value::civil::RunZone;
use dataway_lang::value::flow::Part;
use dataway_lang::value::{Cx, R, Value};
use dataway_lang::{Datum, Input, Profile, Program, RunOptions, bounded, builtins, jit, result};

/// A case: its header, its program and its expectation.
struct Case {
    path: PathBuf,
    text: Vec<u8>,
    header: BTreeMap<String, String>,
    printed: Vec<String>,
    expected: String,
}

impl Case {
    fn read(path: &Path) -> Case {
        let text = std::fs::read(path).expect("readable case");
        let shown = String::from_utf8_lossy(&text).replace("\r\n", "\n").replace('\r', "\n");
        let mut header = BTreeMap::new();
        for line in shown.trim_start_matches('\u{feff}').lines() {
            let Some(comment) = line.strip_prefix('#') else { break };
            if let Some((key, value)) = comment.trim_start().split_once(':') {
                header.insert(key.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned());
            }
        }
        let printed = shown.lines().filter_map(|l| l.strip_prefix("#print>"));
        let printed = printed.map(|l| l.strip_prefix(' ').unwrap_or(l).trim_end().to_owned()).collect();
        let last = shown.lines().rfind(|l| !l.trim().is_empty()).unwrap_or_default().to_owned();
        Case { path: path.to_owned(), text, header, printed, expected: last }
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.header.get(key).map(String::as_str)
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    fn payload(&self) -> Datum {
        let Some(mime_type) = self.get("mime") else {
            return self.get("payload").map_or(Datum::None, Datum::json);
        };
        let encoding = self.get("charset").unwrap_or("utf-8").to_owned();
        let bytes = match self.get("payload-file") {
            Some(name) => std::fs::read(self.beside(name)).expect("payload file"),
            None => encode(self.get("payload").unwrap_or_default(), &encoding),
        };
        Datum::Entity { bytes: bytes.into(), mime_type: mime_type.to_owned(), encoding }
    }

    fn input(&self) -> Input {
        let json = |key: &str| self.get(key).map_or(Datum::None, Datum::json);
        Input {
            payload: self.payload(),
            vars: json("vars"),
            attrs: json("attrs"),
            error: json("error"),
            is_throwing: self.get("isthrowing") == Some("true"),
            id: self.get("id").unwrap_or("msg-1").to_owned(),
            seq_id: self.get("seq_id").unwrap_or("seq-1").to_owned(),
        }
    }
}

fn encode(text: &str, encoding: &str) -> Vec<u8> {
    let codec = dataway_lang::value::codec::lookup(encoding).expect("known encoding");
    dataway_lang::value::codec::encode(text.as_bytes(), codec, "strict").expect("text fits its encoding")
}

/// What running a case gave, in the form of an expectation line, and what it printed.
struct Ran {
    line: String,
    printed: Vec<String>,
}

fn compile(path: &Path, text: &[u8]) -> Result<Program, String> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let source = SourceText::from_bytes(&name, text);
    let compiled = Program::compile(&source, &ParseOptions::default(), Profile::Extended);
    compiled.program.ok_or_else(|| {
        let codes: Vec<String> =
            compiled.diagnostics.iter().filter(|d| d.is_compile_error()).map(|d| d.code.to_string()).collect();
        codes.join(" ")
    })
}

fn run(case: &Case, jit: jit::Mode) -> Ran {
    let program = match compile(&case.path, &case.text) {
        Ok(program) => program,
        Err(codes) => return Ran { line: format!("does not compile: {codes}"), printed: Vec::new() },
    };
    let zone = case.get("timezone").unwrap_or("UTC");
    let options = RunOptions { zone: RunZone::parse(zone).expect("known zone"), jit, ..RunOptions::default() };
    let outcome = bounded(&options, options.clock, |vm| {
        let message = case.input().to_message(vm)?;
        prepare(case, vm, &message)?;
        let value = program.evaluate(vm, message)?;
        let value = result::finish(vm, value, None)?;
        show(vm, &value)
    });
    let line = match outcome.result {
        Ok(text) => format!("#=> {text}"),
        Err(report) => {
            let last = report.last().expect("a report has an exception");
            let class = last.class.rsplit('.').next().unwrap_or_default();
            format!("#!! {class}: {}", last.message.replace('\n', "\\n")).trim_end().to_owned()
        }
    };
    let log = outcome.log.strip_suffix('\n').unwrap_or(&outcome.log);
    let printed = if log.is_empty() { Vec::new() } else { log.split('\n').map(|l| l.trim_end().to_owned()).collect() };
    Ran { line, printed }
}

fn show(cx: &mut Cx<'_>, value: &Value) -> R<String> {
    Ok(builtins::repr::repr(cx, value)?.to_display())
}

/// What the header says beyond plain data: payloads made by another case, messages as variables.
fn prepare(case: &Case, vm: &mut dataway_lang::vm::Vm, message: &Value) -> R<()> {
    let Value::Message(message) = message else { return Ok(()) };
    if let Some(name) = case.get("payload-from") {
        let other = Case::read(&case.beside(name));
        let program = compile(&other.path, &other.text).expect("the producer compiles");
        let input = other.input().to_message(vm)?;
        let produced = program.evaluate(vm, input)?;
        let produced = builtins::stream::payload(vm, produced)?;
        message.set(Part::Payload, produced);
    }
    for (key, json) in &case.header {
        let Some(name) = key.strip_prefix("vars.").and_then(|k| k.strip_suffix(".payload")) else { continue };
        let input = Input { payload: Datum::json(json), id: "msg-0".into(), ..Input::default() };
        let inner = input.to_message(vm)?;
        if let Value::Dict(vars) = message.get(Part::Vars)? {
            vars.set_str(name, inner);
        }
    }
    Ok(())
}

/// Compares a result with the expectation; gives a description of the difference.
fn difference(case: &Case, ran: &Ran) -> Option<String> {
    if let Some(code) = case.get("diagnostic") {
        let found = ran.line.strip_prefix("does not compile: ").unwrap_or_default();
        return (!found.split(' ').any(|c| c == code)).then(|| format!("expected {code}, got {}", ran.line));
    }
    let matches = match case.expected.strip_prefix("#!! ") {
        Some(error) => match error.split_once(" ~ ") {
            Some((class, fragment)) => ran.line.starts_with(&format!("#!! {class}:")) && ran.line.contains(fragment),
            None if error.contains(':') => ran.line == case.expected,
            None => ran.line.starts_with(&format!("#!! {error}:")),
        },
        None if case.get("floats") == Some("1ulp") => same_but_for_ulps(&case.expected, &ran.line),
        None => ran.line == case.expected,
    };
    if !matches {
        return Some(format!("expected {}\n     got {}", case.expected, ran.line));
    }
    (case.printed != ran.printed).then(|| format!("printed {:?}\n     not {:?}", ran.printed, case.printed))
}

/// Whether two texts are equal when numbers in them that are floats may differ by one unit in the last place.
fn same_but_for_ulps(a: &str, b: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        let mut parts: Vec<String> = vec![String::new()];
        let mut in_number = false;
        for c in text.chars() {
            let numeric = c.is_ascii_digit() || (in_number && ".e+-".contains(c));
            if numeric != in_number {
                parts.push(String::new());
                in_number = numeric;
            }
            if let Some(part) = parts.last_mut() {
                part.push(c);
            }
        }
        parts
    };
    let close = |x: &String, y: &String| {
        x == y
            || match (x.parse::<f64>(), y.parse::<f64>()) {
                (Ok(x), Ok(y)) => x.to_bits().abs_diff(y.to_bits()) <= 1,
                _ => false,
            }
    };
    let (a, b) = (split(a), split(b));
    a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| close(x, y))
}

fn find(folder: &Path, cases: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("readable folder");
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, cases);
        } else if path.extension().is_some_and(|e| e == "dw") {
            cases.push(path);
        }
    }
}

/// Runs every case in one way of compiling to machine code.
fn check(jit: jit::Mode) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let filter = std::env::var("CORPUS").unwrap_or_default();
    let mut paths = Vec::new();
    find(&root, &mut paths);
    paths.retain(|p| p.strip_prefix(&root).unwrap_or(p).to_string_lossy().contains(&filter));
    paths.sort();
    assert!(!paths.is_empty(), "no case matches {filter:?}");
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let case = Case::read(path);
                    if let Some(difference) = difference(&case, &run(&case, jit)) {
                        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
                        failures.lock().expect("no panic while held").push(format!("{name}\n     {difference}"));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no panic while held");
    failures.sort();
    println!("{} cases, {} differ", paths.len(), failures.len());
    let mut text = String::new();
    for failure in &failures {
        let _ = writeln!(text, "{failure}");
    }
    assert!(failures.is_empty(), "{text}");
}

#[test]
fn every_case_gives_the_recorded_result() {
    check(jit::Mode::Off);
}

#[test]
fn every_case_gives_the_recorded_result_as_machine_code() {
    check(jit::Mode::Always);
}

#[test]
fn every_case_gives_the_recorded_result_when_guards_fail_at_random() {
    check(jit::Mode::Stress);
}
