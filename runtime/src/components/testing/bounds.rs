//! The parameters of every component (part 2, section 3): each bound is refused from the outside and accepted on it, each mistake is
//! one finding.

use super::{flow, problems, table};
use crate::components::COMPONENTS;

/// A step that is wrong, and the code of the one finding about it.
const REFUSED: &[(&str, &str)] = &[
    ("async: {}", "APP002"),
    ("async: {steps: [], max: 1}", "APP002"),
    ("cache.store: {key: a, value: b}", "APP002"),
    ("cache.store: {key: a, value: b, ttl: 0}", "FLW011"),
    ("cache.store: {key: a, value: b, ttl: 2592001}", "FLW011"),
    ("cache.store-if-absent: {key: a, value: b, ttl: 31d}", "FLW011"),
    ("cache.store: {key: a, value: b, ttl: soon}", "FLW005"),
    ("cache.read: {}", "APP002"),
    ("cache.delete: {key: [a]}", "APP002"),
    ("choice: []", "APP002"),
    ("choice: [{when: \"#[True]\"}]", "APP002"),
    ("choice: [{steps: []}]", "APP002"),
    ("choice: [{when: maybe, steps: []}]", "APP002"),
    ("choice: [{otherwise: []}, {otherwise: []}]", "FLW003"),
    ("compress: {}", "APP002"),
    ("compress: {method: RAR}", "APP002"),
    ("compress: {method: GZIP, level: 0}", "FLW011"),
    ("compress: {method: GZIP, level: 10}", "FLW011"),
    ("decompress: {method: GZIP, level: 1}", "APP002"),
    ("decompress: {method: GZIP, max-size: much}", "FLW005"),
    ("crypto.encrypt: {iv: 0123456789abcdef, algorithm: RC4}", "APP002"),
    ("crypto.encrypt: {block-mode: CTR}", "APP002"),
    ("crypto.encrypt: {block-mode: ECB, padding: ISO10126}", "APP002"),
    ("crypto.encrypt: {oaep-hash: SHA3}", "APP002"),
    ("crypto.encrypt: {key: 0123456789abcdef}", "APP002"),
    ("crypto.encrypt: {config: others}", "FLW013"),
    ("crypto.decrypt: {hash: SHA256}", "APP002"),
    ("crypto.decrypt: {content: \"#[1 +]\"}", "DW0013"),
    ("crypto.sign: {hash: CRC32}", "APP002"),
    ("crypto.sign: {signature: x}", "APP002"),
    ("crypto.verify: {}", "APP002"),
    ("crypto.verify: {signature: x, hash: CRC32}", "APP002"),
    ("filter: {where: \"#[True]\", conditions: [{field: a, op: is-null}]}", "APP002"),
    ("filter: {conditions: [{field: a, op: likes, value: 1}]}", "FLW005"),
    ("filter: {conditions: [{field: a, op: '==', value: 1, other-field: b}]}", "APP002"),
    ("filter: {conditions: [{field: a, op: is-null}], logic: 1 or 2}", "FLW011"),
    ("filter: {conditions: [{field: a, op: is-null}], logic: (1}", "FLW005"),
    ("filter: {where: always}", "FLW010"),
    ("flow-ref: {}", "APP002"),
    ("for-each: {}", "APP002"),
    ("for-each: {steps: [], counter: 1st}", "APP002"),
    ("for-each: {steps: [], root-message: ''}", "APP002"),
    ("logger: {level: LOUD}", "APP002"),
    ("parallel-for-each: {steps: [], max-parallel: 0}", "FLW011"),
    ("parallel-for-each: {steps: [], max-parallel: 257}", "FLW011"),
    ("parallel-for-each: {steps: [], stop-on-error: sometimes}", "APP002"),
    ("parallel-for-each: {steps: [], errors: a b}", "APP002"),
    ("raise-error: {type: 'A:B'}", "APP002"),
    ("raise-error: {type: 'A:B:C', description: x}", "FLW005"),
    ("raise-error: {type: '', description: x}", "FLW005"),
    ("rate-limiter: {unit: hour, max: 1}", "APP002"),
    ("rate-limiter: {unit: second, max: 0}", "FLW011"),
    ("rate-limiter: {unit: second, max: 1, strategy: drop}", "APP002"),
    ("rate-limiter: {unit: second, max: 1, strategy: queue}", "APP002"),
    ("remove-variable: {}", "APP002"),
    ("scatter-gather: {branches: []}", "FLW011"),
    ("scatter-gather: {branches: [{steps: []}], max-parallel: 257}", "FLW011"),
    ("scatter-gather: {branches: [{steps: []}], result-keys: letter}", "APP002"),
    ("scatter-gather: {branches: [{steps: []}], counter: c}", "APP002"),
    ("set-payload: {}", "APP002"),
    ("set-payload: {value: 1, mime-type: \"#['a']\"}", "FLW010"),
    ("set-variable: {name: a}", "APP002"),
    ("set-variable: {name: 1st, value: 1}", "APP002"),
    ("set-variable: {name: \"#['a']\", value: 1}", "FLW010"),
    ("sleep: -1", "FLW011"),
    ("sleep: 24h1m", "FLW005"),
    ("sleep: 86400001", "FLW011"),
    ("synchronized: {steps: []}", "APP002"),
    ("synchronized: {lock: a, max-hold: 0, steps: []}", "FLW011"),
    ("synchronized: {lock: a, max-hold: 3601, steps: []}", "FLW011"),
    ("synchronized: {lock: a, max-wait: 2h, steps: []}", "FLW011"),
    ("transform: {}", "APP002"),
    ("transform: {variables: {1st: 1}}", "APP002"),
    ("try: {}", "APP002"),
    ("try: {steps: [], catch: [{steps: []}]}", "APP002"),
    ("try: {steps: [], catch: [{type: ANY, retries: 6}]}", "FLW011"),
    ("try: {steps: [], catch: [{type: ANY, retries: 1, interval: 0}]}", "FLW011"),
    ("try: {steps: [], catch: [{type: ANY, retries: 1, interval: 301}]}", "FLW011"),
    ("try: {steps: [], transaction: global}", "APP002"),
    ("until-successful: {steps: [], retries: 0}", "FLW011"),
    ("until-successful: {steps: [], retries: 101}", "FLW011"),
    ("until-successful: {steps: [], interval: 301}", "FLW011"),
    ("until-successful: {steps: [], retry-when: true}", "FLW010"),
    ("validate: {}", "APP002"),
    ("validate: {schema: {}, max-errors: 0}", "FLW011"),
    ("validate: {schema: {}, max-errors: 101}", "FLW011"),
    ("validate: {schema: {pattern: (}}", "FLW004"),
    ("while: {steps: []}", "APP002"),
    ("while: {condition: true, steps: []}", "FLW010"),
    ("while: {condition: \"#[True]\", max-loops: 0, steps: []}", "FLW011"),
    ("while: {condition: \"#[True]\", max-loops: 10001, steps: []}", "FLW011"),
    ("break: {after: 1}", "APP002"),
    ("continue: {if: \"#[True]\"}", "APP002"),
    ("cache.exists: {key: a, ttl: 1}", "APP002"),
    ("flow-ref: \"#['other']\"", "FLW010"),
    ("flow-ref: {name: other, steps: []}", "APP002"),
    ("rate-limiter: {unit: second, max: 1, strategy: queue, max-wait: -1}", "FLW011"),
    ("remove-variable: \"#['a']\"", "FLW010"),
    ("remove-variable: 1st", "APP002"),
    ("set-variable: {name: a, value: 1, encoding: \"#['utf-8']\"}", "FLW010"),
];

/// Steps on their bounds.
const ACCEPTED: &[&str] = &[
    "cache.store: {key: a, value: b, ttl: 1}",
    "cache.store: {key: a, value: b, ttl: 30d}",
    "compress: {method: DEFLATE, level: 9}",
    "compress: {method: ZLIB, level: none}",
    "filter: {conditions: [{field: a, op: NotIn, value: [1]}, {field: b, op: StartWith, value: x}], logic: 1or2}",
    "break: {}",
    "cache.exists: {key: \"#[msg.payload]\"}",
    "continue: {}",
    "crypto.decrypt: {config: keys, iv: \"#[msg.vars['iv']]\", algorithm: 3DES, padding: NONE}",
    "crypto.encrypt: {block-mode: ECB, padding: PKCS7}",
    "crypto.encrypt: {padding: RSA_PKCS1_OAEP, oaep-hash: SHA512}",
    "crypto.sign: {hash: MD5}",
    "crypto.verify: {signature: \"#[msg.vars['signature']]\", hash: \"#['SHA1']\"}",
    "parallel-for-each: {steps: [], max-parallel: 2}",
    "parallel-for-each: {steps: [], max-parallel: 8}",
    "rate-limiter: {unit: minute, max: 1, strategy: queue, max-wait: 0}",
    "sleep: 24h",
    "sleep: 0",
    "synchronized: {lock: a, max-hold: 3600, max-wait: 0, steps: []}",
    "try: {steps: [], catch: [{type: ANY, retries: 5, interval: 300}]}",
    "until-successful: {steps: [], retries: 100, interval: 300}",
    "validate: {schema: {}, max-errors: 100}",
    "while: {condition: \"#[False]\", max-loops: 10000, steps: []}",
];

/// Steps that the product would refuse, for which there is a hint.
const HINTED: &[&str] = &[
    "parallel-for-each: {steps: [], max-parallel: 1}",
    "parallel-for-each: {steps: [], max-parallel: 256}",
    "scatter-gather: {branches: [{steps: []}], max-parallel: 9}",
    "until-successful: {steps: [], interval: 0}",
];

/// Codes of the findings about a step.
fn codes(step: &str) -> Vec<String> {
    let found = problems(&flow(&format!("- while: {{condition: \"#[True]\", steps: [{{{step}}}]}}")));
    found.iter().map(|finding| finding.split(':').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_parameter_has_its_bounds() {
    let mut wrong = Vec::new();
    for (step, code) in REFUSED {
        let found = codes(step);
        if found != [*code] {
            wrong.push(format!("{step}: {found:?}, not {code}"));
        }
    }
    for step in ACCEPTED {
        let found = codes(step);
        if !found.is_empty() {
            wrong.push(format!("{step}: {found:?}"));
        }
    }
    for step in HINTED {
        let found = codes(step);
        if found != ["FLW011"] {
            wrong.push(format!("{step}: {found:?}, not a hint"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The key of a step.
fn key(step: &str) -> &str {
    step.split_once(':').map_or(step, |(key, _)| key)
}

#[test]
fn no_component_is_left_out() {
    let refused: Vec<&str> = REFUSED.iter().map(|(step, _)| key(step)).collect();
    let tried = table::steps();
    for component in COMPONENTS {
        assert!(
            refused.contains(&component.description.key),
            "no parameter of {} is refused here",
            component.description.key
        );
        assert!(
            tried.contains(&component.description.key),
            "{}: what it does to its message is tested nowhere",
            component.description.key
        );
    }
}
