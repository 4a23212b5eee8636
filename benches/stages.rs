//! How long each stage takes on the order of the tour: parse, compile, run, formats in and out. A bench asserts nothing.
//!
//! `cargo bench --bench stages`

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions};
use dataway_lang::{Datum, Input, Profile, Program, RunOptions};

const SCRIPT: &str = include_str!("../tests/tour/order_to_xml.dw");
const ORDER: &str = include_str!("../tests/tour/order.json");

fn compile(text: &str) -> Program {
    let source = SourceText::new("bench.dw", text);
    let compiled = Program::compile(&source, &ParseOptions::default(), Profile::Extended);
    compiled.program.expect("the bench's script compiles")
}

fn entity(text: &str, mime_type: &str) -> Input {
    let payload =
        Datum::Entity { bytes: Arc::from(text.as_bytes()), mime_type: mime_type.into(), encoding: "utf-8".into() };
    Input { payload, ..Input::default() }
}

fn run(program: &Program, input: &Input) -> bool {
    program.run(input, &RunOptions::default(), |_, value| Ok(black_box(value).is_none())).result.is_ok()
}

fn front(c: &mut Criterion) {
    let source = SourceText::new("bench.dw", SCRIPT);
    let mut group = c.benchmark_group("front");
    group.throughput(Throughput::Bytes(SCRIPT.len() as u64));
    group.bench_function("parse", |b| b.iter(|| syntax::parse(black_box(&source), &ParseOptions::default())));
    group.bench_function("parse and compile", |b| b.iter(|| compile(black_box(SCRIPT))));
    group.finish();
}

fn runs(c: &mut Criterion) {
    let mut group = c.benchmark_group("run");
    let input = entity(ORDER, "application/json");
    let order = compile(SCRIPT);
    group.throughput(Throughput::Bytes(ORDER.len() as u64));
    group.bench_function("order, JSON to XML", |b| b.iter(|| run(&order, black_box(&input))));
    let condition = compile("msg.payload['customer']['vip'] and msg.payload['currency'] in ['EUR', 'CHF']");
    group.bench_function("condition on bytes", |b| b.iter(|| run(&condition, black_box(&input))));
    let nothing = compile("1");
    group.bench_function("empty expression", |b| b.iter(|| run(&nothing, black_box(&input))));
    group.finish();
}

fn formats(c: &mut Criterion) {
    let mut group = c.benchmark_group("format");
    let many = format!("[{}]", vec![ORDER.trim(); 1000].join(","));
    group.throughput(Throughput::Bytes(many.len() as u64));
    let input = entity(&many, "application/json");
    for (name, text) in [
        ("JSON in", "len(msg.payload)"),
        ("JSON in and out", "Entity.from_value(msg.payload['^value'], mime_type='application/json')"),
        ("JSON to XML", "Entity.from_value({'orders': {'order': msg.payload['^value']}}, mime_type='application/xml')"),
        (
            "JSON to CSV",
            "Entity.from_value([{'id': o['id'], 'city': o['address']['city']} for o in msg.payload], mime_type='text/csv')",
        ),
    ] {
        let program = compile(text);
        group.bench_function(name, |b| b.iter(|| run(&program, black_box(&input))));
    }
    group.finish();
}

criterion_group!(benches, front, runs, formats);
criterion_main!(benches);
