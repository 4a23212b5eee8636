//! One `Program` on one, two, four and eight threads: how the throughput grows.
//!
//! `cargo bench --bench threads`

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dataway_lang::source::SourceText;
use dataway_lang::syntax::ParseOptions;
use dataway_lang::{Datum, Input, Profile, Program, RunOptions};

const SCRIPT: &str = include_str!("../tests/tour/order_to_xml.dw");
const ORDER: &str = include_str!("../tests/tour/order.json");
const RUNS: u64 = 4000;

fn threads(c: &mut Criterion) {
    let source = SourceText::new("bench.dw", SCRIPT);
    let compiled = Program::compile(&source, &ParseOptions::default(), Profile::Extended);
    let program = compiled.program.expect("the bench's script compiles");
    let payload = Datum::Entity {
        bytes: Arc::from(ORDER.as_bytes()),
        mime_type: "application/json".into(),
        encoding: "utf-8".into(),
    };
    let input = Input { payload, ..Input::default() };
    let mut group = c.benchmark_group("threads");
    group.throughput(Throughput::Elements(RUNS)).sample_size(10);
    for count in [1u64, 2, 4, 8] {
        group.bench_with_input(BenchmarkId::from_parameter(count), &count, |b, count| {
            b.iter(|| {
                std::thread::scope(|scope| {
                    for _ in 0..*count {
                        scope.spawn(|| {
                            for _ in 0..RUNS / count {
                                let outcome =
                                    program.run(&input, &RunOptions::default(), |_, value| Ok(value.is_none()));
                                assert!(outcome.result.is_ok());
                            }
                        });
                    }
                });
            });
        });
    }
    group.finish();
}

criterion_group!(benches, threads);
criterion_main!(benches);
