//! How long each stage takes on the order of the tour: parse, compile, run, formats in and out. A bench asserts nothing.
//!
//! `cargo bench --bench stages`

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dataway_lang::check::{self, CheckOptions};
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

/// A script of about `lines` lines: the tour's helpers and loops, over and over under other names.
fn long_script(lines: usize) -> String {
    let part = |n: usize| {
        format!(
            "def amount_{n}(item, rates=None):\n    rate = (rates or {{}}).get(item.get('currency'), 1.0)\n    \
             if item.get('qty') is None:\n        return 0.0\n    price = float(item['price']) * rate\n    \
             return round(price * int(item['qty']), 2)\n\ndef summary_{n}(order):\n    lines = []\n    total = 0.0\n    \
             for position, item in enumerate(order['items'], 1):\n        value = amount_{n}(item, order.get('rates'))\n        \
             total += value\n        lines.append({{'position': position, 'sku': item['sku'].strip().upper(), 'value': value}})\n    \
             names = sorted({{line['sku'] for line in lines}}, key=lambda name: name.lower())\n    \
             return {{'id': order['id'], 'total': total, 'lines': lines, 'names': ', '.join(names)}}\n\n"
        )
    };
    let mut text: String = (0..lines / 19).map(part).collect();
    text.push_str("def dw_process(msg):\n    return [summary_0(order) for order in msg.payload]\n");
    text
}

fn checks(c: &mut Criterion) {
    let mut group = c.benchmark_group("check");
    for lines in [100, 1000] {
        let text = long_script(lines);
        let source = SourceText::new("bench.dw", &text);
        let parsed = syntax::parse(&source, &ParseOptions::default());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{lines} lines"), |b| {
            b.iter(|| check::check(black_box(&parsed.program), &source, &CheckOptions::default()));
        });
        group.bench_function(format!("{lines} lines, parsed too"), |b| {
            b.iter(|| {
                let parsed = syntax::parse(black_box(&source), &ParseOptions::default());
                check::check(&parsed.program, &source, &CheckOptions::default())
            });
        });
    }
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

criterion_group!(benches, front, checks, runs, formats);
criterion_main!(benches);
