//! Runs the body of every fuzz target on seeds and on seeded mutations of them, so that the targets cannot rot and the
//! commonest findings show without a fuzzer.

#[path = "fuzz/bodies.rs"]
mod bodies;
#[allow(dead_code)] // Other tests use more of it.
#[path = "support/random.rs"]
mod random;

use random::Random;

/// Mutations of each seed.
const ROUNDS: usize = 300;

fn mutate(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len().max(1));
        match random.below(5) {
            0 if !bytes.is_empty() => bytes[at] = random.below(256) as u8,
            1 if !bytes.is_empty() => drop(bytes.remove(at)),
            2 => bytes.insert(at.min(bytes.len()), b"[]{}()<>&;,:\"'\\\n\0-"[random.below(18)]),
            3 => {
                let part = bytes[at.min(bytes.len())..].to_vec();
                bytes.extend(part);
            }
            _ => bytes.truncate(at),
        }
        bytes.truncate(4000);
    }
    bytes
}

fn try_all(body: fn(&[u8]), seeds: &[&str]) {
    let mut random = Random::new(20_260_314);
    for seed in seeds {
        body(seed.as_bytes());
        for _ in 0..ROUNDS {
            body(&mutate(seed.as_bytes(), &mut random));
        }
    }
}

const SCRIPTS: [&str; 3] = [
    "def dw_process(msg):\n    x = [i * 2 for i in range(9) if i % 2]\n    try:\n        return {'a': x[1:], 'b': f'{x!r:>9}'}\n    finally:\n        x.clear()\n",
    "(lambda *a, k=1, **n: (a, k, n))(1, *[2], **{'z': 3})",
    "def g(n):\n    while n:\n        n -= 1\n        yield n\ndef dw_process(msg):\n    match list(g(3)):\n        case [a, *r]:\n            return sum(r, a)\n",
];

#[test]
fn parse() {
    try_all(bodies::parse, &SCRIPTS);
}

#[test]
fn run() {
    try_all(bodies::run, &SCRIPTS);
}

#[test]
fn formats() {
    try_all(bodies::json, &[r#"{"a": [1, -2.5e3, "x\u00e9\n", null, true], "b": {}}"#]);
    try_all(bodies::xml, &["<?xml version=\"1.0\"?><a x='1'><b>t &amp; u</b><b/><![CDATA[c]]></a>"]);
    try_all(bodies::csv, &["a,b\r\n1,\"x, \"\"y\"\"\"\r\n2,\r\n"]);
    try_all(bodies::form, &["a=1&b=x+y%20z&a=%C3%A9"]);
    try_all(
        bodies::multipart,
        &["--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f.txt\"\r\n\r\nx\r\n--b--\r\n"],
    );
    try_all(bodies::yaml, &["a: [1, 2]\nb: &x {c: 'd'}\ne: *x\nf: |\n  text\n"]);
    try_all(bodies::ndjson, &["{\"a\": 1}\n[2]\n"]);
}
