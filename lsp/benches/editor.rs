//! How long the answers of the server take: a script of 1,000 lines whose payload is known from a sample, and an app of 500
//! files. Prints the median and the 95th percentile of each, in milliseconds, beside its budget. Asserts nothing.
//!
//! `cargo bench -p dataway-lsp --bench editor`

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dataway_lsp::document::Document;
use dataway_lsp::position::{Place, Stretch};
use dataway_lsp::protocol::convert::{Snapshot, position};
use dataway_lsp::protocol::{
    completion, diagnostics, hover, inlay_hint, navigation, semantic_tokens, signature_help, structure, symbols,
};
use dataway_lsp::world::{Change, World};
use serde_json::{Value, json};

/// How often each answer is asked for.
const ROUNDS: usize = 60;
/// Functions of the script; each has ten lines.
const FUNCTIONS: usize = 100;
/// Flows of the app, and scripts of the app.
const FLOWS: usize = 250;

const URI: &str = "file:///bench/order.dw";
const SAMPLE: &str = r#"{"id": "o-1", "customer": {"name": "Ann"}, "items": [{"sku": "A", "qty": 2, "price": 1.5}]}"#;

fn script() -> String {
    let mut text = String::new();
    for n in 0..FUNCTIONS - 1 {
        write!(
            text,
            "def part_{n}(order, rate={n}):\n    total = 0\n    names = []\n    for item in order['items']:\n        \
             amount = item['qty'] * item['price']\n        if amount > rate:\n            total = total + round(amount, 2)\n            \
             names.append(item['sku'].upper())\n    return {{'total': total, 'names': names, 'n': len(names)}}\n\n",
        )
        .expect("text");
    }
    text.push_str("def dw_process(msg):\n    order = msg.payload\n    parts = []\n");
    for n in 0..7 {
        writeln!(text, "    parts.append(part_{n}(order, rate=round({n}.5, 1)))").expect("text");
    }
    text.push_str("    return {'id': msg.payload['id'], 'parts': parts}\n");
    text
}

/// Median and 95th percentile of what `work` takes; `prepare` is not counted.
fn measure<T>(name: &str, budget: u64, rounds: usize, mut prepare: impl FnMut(usize) -> T, mut work: impl FnMut(T)) {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|round| {
            let prepared = prepare(round);
            let start = Instant::now();
            work(prepared);
            start.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!("{name:<44} {:>9.2} {:>9.2} {budget:>9}", at(50), at(95));
}

fn snapshot(world: &World, document: &Arc<Document>) -> Snapshot {
    Snapshot { document: Arc::clone(document), encoding: world.encoding, settings: world.settings.clone() }
}

fn params<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("parameters")
}

fn at(line: u32, column: u32) -> Value {
    json!({ "textDocument": { "uri": URI }, "position": position(Place { line, column }) })
}

fn open(text: &str) -> World {
    let mut world = World::default();
    world.open("file:///bench/order.sample.json", Some("/bench/order.sample.json".into()), 1, "json", SAMPLE);
    world.open(URI, Some("/bench/order.dw".into()), 1, "dataway", text);
    world
}

/// Writes a digit at the end of a line in the middle, so that every round has a text of its own.
fn edit(world: &mut World, round: usize) -> Snapshot {
    let line = 501;
    let place = Place { line, column: 13 };
    let change = Change { stretch: Some(Stretch { start: place, end: place }), text: (round % 10).to_string() };
    let version = i32::try_from(round + 2).expect("few rounds");
    world.change(URI, version, &[change]);
    let document = world.document(URI).expect("open");
    snapshot(world, &document)
}

fn one_script() {
    let text = script();
    let mut world = open(&text);
    let last = u32::try_from(text.lines().count()).expect("small") - 1;
    measure("apply an edit", 1, ROUNDS, |round| round, |round| drop(black_box(edit(&mut world, round))));
    let answer = |name: &str, budget: u64, work: &dyn Fn(&Snapshot) -> usize| {
        let mut world = open(&text);
        measure(
            name,
            budget,
            ROUNDS,
            |round| edit(&mut world, round),
            |snapshot| {
                black_box(work(&snapshot));
            },
        );
    };
    answer("diagnostics after an edit", 20, &|snapshot| diagnostics::respond(snapshot).len());
    let offered = completion::Offered::default();
    answer("completion after an edit", 10, &|snapshot| {
        completion::respond(snapshot, &params(at(last, 32)), Some(&offered)).is_some().into()
    });
    answer("hover after an edit", 10, &|snapshot| hover::respond(snapshot, &params(at(last, 32))).is_some().into());
    answer("signature help after an edit", 10, &|snapshot| {
        signature_help::respond(snapshot, &params(at(last - 1, 38))).is_some().into()
    });
    answer("semantic tokens after an edit", 15, &|snapshot| semantic_tokens::respond(snapshot, None).data.len());
    answer("inlay hints after an edit", 20, &|snapshot| {
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 60, "character": 0 } });
        inlay_hint::respond(snapshot, &params(json!({ "textDocument": { "uri": URI }, "range": range }))).len()
    });
    answer("references after an edit", 10, &|snapshot| {
        navigation::references(snapshot, position(Place { line: last - 9, column: 6 }), true).is_some().into()
    });
    measure(
        "cold open, with diagnostics, tokens, symbols",
        100,
        ROUNDS / 3,
        |_| (),
        |()| {
            let world = open(&text);
            let snapshot = snapshot(&world, &world.document(URI).expect("open"));
            black_box((
                diagnostics::respond(&snapshot).len(),
                semantic_tokens::respond(&snapshot, None).data.len(),
                structure::symbols(&snapshot),
            ));
        },
    );
}

/// An app on disk; gives its folder.
fn app() -> PathBuf {
    let root = std::env::temp_dir().join(format!("dataway-editor-bench-{}", std::process::id()));
    for folder in ["flows", "transforms", "samples"] {
        fs::create_dir_all(root.join(folder)).expect("a folder");
    }
    let write = |path: String, text: String| fs::write(root.join(path), text).expect("a file");
    write("app.yaml".into(), "name: bench\nversion: 1.0.0\n".into());
    write("samples/order.json".into(), SAMPLE.into());
    for n in 0..FLOWS {
        let next = (n + 1) % FLOWS;
        write(
            format!("flows/flow_{n}.yaml"),
            format!(
                "name: flow-{n}\ninput: {{payload: {{sample: samples/order.json}}}}\nsteps:\n  - set-variable: {{name: id, value: \"#[msg.payload['id']]\"}}\n  \
                 - set-payload: {{script: transforms/part_{n}.dw}}\n  - choice:\n      - when: \"#[len(msg.payload['names']) > 3]\"\n        steps:\n          \
                 - async: {{steps: [{{flow-ref: flow-{next}}}]}}\n      - otherwise:\n          - logger: {{message: \"#['order ' + msg.vars['id']]\"}}\n",
            ),
        );
        write(
            format!("transforms/part_{n}.dw"),
            format!(
                "def dw_process(msg):\n    names = [item['sku'] for item in msg.payload['items']]\n    return {{'names': names, 'n': {n}}}\n"
            ),
        );
    }
    root
}

fn workspace() {
    let root = app();
    let flow = root.join("flows/flow_7.yaml");
    let uri = format!("file://{}", flow.display());
    let text = fs::read_to_string(&flow).expect("a flow");
    let fresh = |flow: &Path| {
        let mut world = World::default();
        world.folders = vec![root.clone()];
        world.is_told = true;
        world.open(&uri, Some(flow.to_owned()), 1, "yaml", &text);
        world
    };
    measure(
        "workspace of 500 files: open, check, symbols",
        2000,
        5,
        |_| (),
        |()| {
            let world = fresh(&flow);
            let snapshot = snapshot(&world, &world.document(&uri).expect("open"));
            let found = symbols::respond(&world.scope(), world.encoding, "dwproc");
            black_box((diagnostics::respond(&snapshot).len(), found.len()));
        },
    );
    let mut world = fresh(&flow);
    // It is read when it is opened.
    black_box(diagnostics::respond(&snapshot(&world, &world.document(&uri).expect("open"))).len());
    let mut change = |round: usize| {
        let place = Place { line: 3, column: 53 };
        let text = if round.is_multiple_of(2) { " " } else { "" };
        let end = if round.is_multiple_of(2) { place } else { Place { line: 3, column: 54 } };
        let change = Change { stretch: Some(Stretch { start: place, end }), text: text.to_owned() };
        world.change(&uri, i32::try_from(round + 2).expect("few rounds"), &[change]);
        let document = world.document(&uri).expect("open");
        snapshot(&world, &document)
    };
    measure("  diagnostics after an edit in a flow of it", 20, 20, &mut change, |snapshot| {
        black_box(diagnostics::respond(&snapshot).len());
    });
    fs::remove_dir_all(&root).expect("the folder goes");
}

fn main() {
    println!("{:<44} {:>9} {:>9} {:>9}", "milliseconds", "median", "95 %", "budget");
    one_script();
    workspace();
}
