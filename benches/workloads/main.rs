//! Whole transforms, most of them bytes to bytes, beside the same work done by hand in Rust. A bench asserts only that both give the same.
//!
//! | group | work |
//! |---|---|
//! | `W1a` | reshape one order of 1 KB that is a value already |
//! | `W1b` | the same, from bytes to bytes |
//! | `W2a`, `W2b` | reshape, group an array of orders of 20 MB |
//! | `W3` | orders from XML to JSON, 1 KB and 20 MB |
//! | `W4` | a table of 20 MB from CSV to JSON |
//! | `W5` | a condition on a payload |
//! | `W6` | computing kernels |
//! | `run` | almost nothing: what a run costs by itself |
//!
//! Measured is the processor time of the thread.
//!
//! `cargo bench -p dataway-benches --bench workloads`

mod cpu;
mod data;
mod kernels;
mod orders;
mod table;
mod xml;

use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cpu::CpuTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use dataway_lang::source::SourceText;
use dataway_lang::syntax::ParseOptions;
use dataway_lang::value::{Entity, Value};
use dataway_lang::{Datum, Document, Input, Limits, Profile, Program, RunOptions, document, evaluate_document};

const BIG: usize = 20 << 20;

/// A way to do the work in Rust.
type ByHand = (&'static str, fn(&[u8]) -> Vec<u8>);

fn compile(text: &str) -> Program {
    let source = SourceText::new("bench.dw", text);
    Program::compile(&source, &ParseOptions::default(), Profile::Extended).program.expect("the script compiles")
}

fn entity(bytes: Vec<u8>, mime_type: &str) -> Input {
    let payload = Datum::Entity { bytes: Arc::from(bytes), mime_type: mime_type.into(), encoding: "utf-8".into() };
    Input { payload, ..Input::default() }
}

/// Payloads of the same bytes that take turns: a thread keeps what it found out about the last small text, and nobody sends the
/// same one all the time.
fn turns(bytes: &[u8], mime_type: &str) -> impl FnMut() -> Rc<Input> + use<> {
    let count = if bytes.len() > 1 << 20 { 1 } else { 2 };
    let inputs: Vec<Rc<Input>> = (0..count).map(|_| Rc::new(entity(bytes.to_vec(), mime_type))).collect();
    let mut inputs = inputs.into_iter().cycle();
    move || inputs.next().expect("there is a payload")
}

/// The bytes of the Entity that a program returns.
fn run(program: &Program, input: &Input) -> Vec<u8> {
    let outcome = program.run(input, &RunOptions::default(), |_, value| match value {
        Value::Entity(entity) => Ok(Entity::into_bytes(entity)),
        _ => Ok(Vec::new()),
    });
    outcome.result.expect("the script runs")
}

fn work(c: &mut Criterion<CpuTime>, name: &str, script: &str, bytes: &[u8], mime_type: &str, by_hand: &[ByHand]) {
    let program = compile(script);
    let mut next = turns(bytes, mime_type);
    let read = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).expect("JSON");
    let expected = read(&run(&program, &next()));
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    if bytes.len() > 1 << 20 {
        group.sample_size(10);
    }
    group.bench_function("dataway", |b| b.iter(|| run(&program, black_box(&next()))));
    for (name, function) in by_hand {
        assert_eq!(read(&function(bytes)), expected, "{name} does the same work");
        group.bench_function(*name, |b| b.iter(|| function(black_box(bytes))));
    }
    group.finish();
}

fn message_of(payload: Document) -> document::Message {
    document::Message {
        payload,
        attributes: Document::None.into(),
        variables: Document::None,
        error: Document::None,
        id: Document::None,
        seq_id: Document::None,
        is_throwing: false,
    }
}

/// Measures a program on a payload that is a value already: again and again in one run, and with a run for each time.
fn on_value(group: &mut BenchmarkGroup<'_, CpuTime>, program: &Program, payload: &[u8]) {
    let payload = Document::from_json(std::str::from_utf8(payload).expect("text")).expect("JSON");
    let message = Arc::new(message_of(payload));
    let options = RunOptions::default();
    let outcome = evaluate_document(&message, &options, |vm, value| {
        group.bench_function("dataway, in one run", |b| {
            b.iter(|| program.evaluate(vm, black_box(value.clone())).is_ok());
        });
        Ok(Value::None)
    });
    assert!(outcome.result.is_ok(), "the script runs");
    group.bench_function("dataway, a run each", |b| {
        b.iter(|| program.run_document(black_box(&message), &options).result.is_ok());
    });
}

fn reshape(c: &mut Criterion<CpuTime>) {
    let to_bytes = include_str!("../scripts/reshape.dw");
    let program = compile(
        &to_bytes
            .replace("Entity.from_value(shipment(msg.payload), mime_type='application/json')", "shipment(msg.payload)"),
    );
    let order = data::order_json();
    let mut group = c.benchmark_group("W1a");
    on_value(&mut group, &program, &order);
    for (name, work) in [
        ("types", orders::reshape_parsed as fn(&[u8], u64)),
        ("values", orders::reshape_parsed_value as fn(&[u8], u64)),
    ] {
        group.bench_function(name, |b| {
            b.iter_custom(|times| {
                let begun = cpu::now();
                work(&order, times);
                cpu::now().saturating_sub(begun).max(1)
            });
        });
    }
    group.finish();
}

/// Runs that do almost nothing, bounded as those of a flow are.
fn runs(c: &mut Criterion<CpuTime>) {
    let limits = Limits { time: Some(Duration::from_secs(10)), memory: Some(64 << 20), ..Limits::default() };
    let options = RunOptions { limits, ..RunOptions::default() };
    let payload = Document::from_json("{\"express\": true, \"amount\": 120}").expect("JSON");
    let message = Arc::new(message_of(payload));
    let mut group = c.benchmark_group("run");
    for (name, script) in [
        ("a constant", "1"),
        ("a field", "msg.payload['express']"),
        ("a function", "RATES = 'x'\n\ndef dw_process(msg):\n    return helper(1)\n\ndef helper(n):\n    return n\n"),
    ] {
        let program = compile(script);
        group.bench_function(name, |b| {
            b.iter(|| program.run_document(black_box(&message), &options).result.is_ok());
        });
        if name == "a constant" {
            let input = Input::default();
            group.bench_function("a constant, with a new message", |b| {
                b.iter(|| program.run(black_box(&input), &options, |_, value| Ok(value.is_none())).result.is_ok());
            });
        }
    }
    group.finish();
}

fn compute(c: &mut Criterion<CpuTime>) {
    let program = compile(include_str!("../scripts/kernels.dw"));
    let mut group = c.benchmark_group("W6");
    group.sample_size(10);
    for (name, n, by_hand) in kernels::KERNELS {
        let vars = Datum::json(&format!("{{\"kernel\":\"{name}\",\"n\":{n}}}"));
        let input = Input { vars, ..Input::default() };
        let run = || {
            let outcome = program.run(&input, &RunOptions::default(), |_, value| match value {
                Value::Int(n) => Ok(n),
                _ => Ok(-1),
            });
            outcome.result.expect("the script runs")
        };
        assert_eq!(run(), by_hand(n), "{name} by hand does the same work");
        group.bench_function(format!("{name}, dataway"), |b| b.iter(run));
        group.bench_function(format!("{name}, by hand"), |b| b.iter(|| by_hand(black_box(n))));
    }
    group.finish();
}

fn json(c: &mut Criterion<CpuTime>) {
    let one = include_str!("../scripts/reshape.dw");
    let mime = "application/json";
    let ways: [ByHand; 3] = [("serde", orders::serde_one), ("sonic", orders::sonic_one), ("values", orders::value_one)];
    work(c, "W1b", one, &data::order_json(), mime, &ways);
    let many = data::orders_json(BIG);
    let all = include_str!("../scripts/reshape_all.dw");
    let ways: [ByHand; 3] = [("serde", orders::serde_all), ("sonic", orders::sonic_all), ("values", orders::value_all)];
    work(c, "W2a", all, &many, mime, &ways);
    let ways: [ByHand; 2] = [("serde", orders::serde_group), ("sonic", orders::sonic_group)];
    work(c, "W2b", include_str!("../scripts/group.dw"), &many, mime, &ways);
}

fn other_formats(c: &mut Criterion<CpuTime>) {
    let script = include_str!("../scripts/xml_orders.dw");
    work(c, "W3 1 KB", script, &data::order_xml(), "application/xml", &[("quick-xml", xml::by_hand)]);
    work(c, "W3 20 MB", script, &data::orders_xml(BIG), "application/xml", &[("quick-xml", xml::by_hand)]);
    let script = include_str!("../scripts/csv_rows.dw");
    work(c, "W4", script, &data::rows_csv(BIG), "text/csv", &[("csv", table::by_hand)]);
}

fn condition(c: &mut Criterion<CpuTime>) {
    let program = compile("msg.payload['amount'] > 100 and msg.payload['country'] in ['CN', 'SG']");
    let large = compile("msg.payload[7000]['address']['country'] == 'sg'");
    let mut group = c.benchmark_group("W5");
    on_value(&mut group, &program, &data::order_json());
    let truth = |program: &Program, input: &Input| {
        program.run(input, &RunOptions::default(), |_, value| Ok(matches!(value, Value::Bool(true)))).result.is_ok()
    };
    let mut next = turns(&data::order_json(), "application/json");
    group.bench_function("on the bytes of one order", |b| b.iter(|| truth(&program, black_box(&next()))));
    let input = entity(data::orders_json(BIG), "application/json");
    group.sample_size(10);
    group.bench_function("on one of 20 MB of orders", |b| b.iter(|| truth(&large, black_box(&input))));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = runs, reshape, json, other_formats, condition, compute
}
criterion_main!(benches);
