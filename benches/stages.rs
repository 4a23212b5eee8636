//! How long each stage takes on the order of the tour: parse, compile, run, formats in and out. A bench asserts nothing.
//!
//! `cargo bench --bench stages`

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dataway_lang::check::{self, CheckOptions};
use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions};
use dataway_lang::value::{Entity, Value};
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
    let mut group = c.benchmark_group("front");
    let hundred = long_script(100);
    for (name, text) in [("tour", SCRIPT), ("100 lines", &hundred)] {
        let source = SourceText::new("bench.dw", text);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{name}: parse"), |b| {
            b.iter(|| syntax::parse(black_box(&source), &ParseOptions::default()));
        });
        group.bench_function(format!("{name}: parse and compile"), |b| b.iter(|| compile(black_box(text))));
    }
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
    group.bench_function("order, JSON to XML, from its text", |b| b.iter(|| run(&compile(SCRIPT), black_box(&input))));
    let condition = compile("msg.payload['customer']['vip'] and msg.payload['currency'] in ['EUR', 'CHF']");
    group.bench_function("condition on bytes", |b| b.iter(|| run(&condition, black_box(&input))));
    let nothing = compile("1");
    group.bench_function("empty expression", |b| b.iter(|| run(&nothing, black_box(&input))));
    group.finish();
}

/// The bytes of the Entity that an expression makes of a payload.
fn converted(expression: &str, input: &Input) -> Vec<u8> {
    let outcome = compile(expression).run(input, &RunOptions::default(), |_, value| match value {
        Value::Entity(entity) => Ok(Entity::into_bytes(entity)),
        _ => Ok(Vec::new()),
    });
    outcome.result.expect("the expression runs")
}

/// Each format read alone, and read and written again.
fn formats(c: &mut Criterion) {
    let many = entity(&format!("[{}]", vec![ORDER.trim(); 1000].join(",")), "application/json");
    let fields = "{'id': o['id'], 'city': o['address']['city'], 'street': o['address']['street']}";
    let rows = format!("[{fields} for o in msg.payload]");
    let pairs = "{'field%d' % n: o['address']['city'] for n, o in enumerate(msg.payload)}";
    let whole = "msg.payload['^value']".to_owned();
    let mut group = c.benchmark_group("format");
    for (name, mime_type, value) in [
        ("JSON", "application/json", whole.clone()),
        ("XML", "application/xml", format!("{{'orders': {{'order': {whole}}}}}")),
        ("CSV", "text/csv", rows),
        ("form", "application/x-www-form-urlencoded", pairs.to_owned()),
    ] {
        let bytes = converted(&format!("Entity.from_value({value}, mime_type='{mime_type}')"), &many);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let input = entity(std::str::from_utf8(&bytes).expect("text"), mime_type);
        // Every value is looked at: what nobody asks for is not read.
        let read = compile("str(msg.payload['^value']) != ''");
        group.bench_function(format!("{name} in"), |b| b.iter(|| run(&read, black_box(&input))));
        let again = compile(&format!("Entity.from_value(msg.payload['^value'], mime_type='{mime_type}')"));
        group.bench_function(format!("{name} in and out"), |b| b.iter(|| run(&again, black_box(&input))));
    }
    group.finish();
}

criterion_group!(benches, front, checks, runs, formats);
criterion_main!(benches);
