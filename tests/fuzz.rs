//! Runs the body of every fuzz target on its seeds, and on seeds with a few bytes changed, so that the targets cannot rot.

#[path = "fuzz/bodies.rs"]
mod bodies;
mod support;

use std::path::Path;

use support::random::Random;

/// A fuzz target.
type Body = fn(&[u8]);

const TARGETS: [(&str, Body); 10] = [
    ("parse", bodies::parse),
    ("compile_run", bodies::compile_run),
    ("json", bodies::json),
    ("ndjson", bodies::ndjson),
    ("form", bodies::form),
    ("text", bodies::text),
    ("xml", bodies::xml),
    ("csv", bodies::csv),
    ("multipart", bodies::multipart),
    ("yaml", bodies::yaml),
];

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("readable seeds").flatten().map(|e| e.path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a readable seed")).collect()
}

#[test]
fn every_target_survives_its_seeds() {
    for (name, body) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seed");
        for seed in seeds {
            body(&seed);
        }
    }
}

#[test]
fn every_target_survives_changed_seeds() {
    let mut random = Random::new(4);
    for (name, body) in TARGETS {
        for seed in seeds(name) {
            for _ in 0..100 {
                let mut bytes = seed.clone();
                for _ in 0..=random.below(3) {
                    let at = random.below(bytes.len() + 1);
                    let end = at + random.below((bytes.len() - at).min(4) + 1);
                    let count = random.below(4);
                    bytes.splice(at..end, random.bytes(count));
                }
                body(&bytes);
            }
        }
    }
}

#[test]
fn every_target_is_declared() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("the manifest");
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let target = std::fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).expect("the target");
        assert!(target.contains(&format!("bodies::{name}(data)")), "{name}");
    }
}
