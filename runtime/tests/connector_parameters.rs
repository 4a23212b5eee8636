//! What loading says about the parameters of connectors: each mistake with its code and the text it points at.

use std::sync::atomic::{AtomicUsize, Ordering};

use dataway_runtime::connectors;
use dataway_runtime::model::{self, Options};

/// The configurations that every case has.
const CONFIGS: &str = r##"
  api: {type: http-listener, listen: "127.0.0.1:0"}
  up: {type: http-request, base-url: "http://h"}
  db: {type: database, engine: sqlite, path: ":memory:"}
  box: {type: file, root: .}
  kept: {type: state, key: k}
"##;

/// The findings about an app of these configurations and flows: code and text.
fn findings(configs: &str, flow: &str) -> Vec<String> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("dataway-parameters-{}-{number}", std::process::id()));
    std::fs::create_dir_all(folder.join("flows")).unwrap();
    std::fs::write(folder.join("app.yaml"), format!("name: test\nversion: 1.0.0\nconfigs:{configs}\n")).unwrap();
    std::fs::write(folder.join("flows/a.yaml"), flow).unwrap();
    let options = Options { values: Vec::new(), secrets: None, no_secrets: false, environment: &|_| None };
    let loaded = model::load(&folder, &options).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let found = loaded.diagnostics.iter().map(|one| {
        let (start, end) = (one.span.start as usize, one.span.end as usize);
        format!("{} {}", one.code, one.source.text().get(start..end).unwrap_or_default())
    });
    found.collect()
}

#[test]
fn triggers() {
    let mut wrong = Vec::new();
    for (trigger, finding) in [
        ("scheduler: {cron: '0 61 * * * ?'}", "FLW005 61"),
        ("scheduler: {cron: ['0 0 12 * * ?', {rule: '0 0 25 * * ?'}]}", "FLW005 25"),
        ("scheduler: {cron: '0 0 12 ? * 2'}", "FLW005 '0 0 12 ? * 2'"),
        ("scheduler: {cron: '0 0 12 * * ? 2000'}", "FLW005 '0 0 12 * * ? 2000'"),
        ("scheduler: {cron: '0 0 12 * * ?', timezone: Mars/Base}", "FLW005 Mars/Base"),
        ("scheduler: {every: 500ms}", "FLW011 500ms"),
        ("scheduler: {every: 5, start: soon}", "FLW005 soon"),
        ("scheduler: {once: 2024-01-01}", "FLW005 2024-01-01"),
        ("scheduler: {}", "APP002 {}"),
        ("scheduler: {every: 5, once: '2030-01-01T00:00:00Z'}", "APP002 {every: 5, once: '2030-01-01T00:00:00Z'}"),
        ("scheduler: {every: 5, skip: true}", "APP002 skip"),
        ("scheduler: {every: 5, skip-if-running: maybe}", "APP002 maybe"),
        ("scheduler: {cron: []}", "FLW011 []"),
        ("scheduler: {cron: '0 0 12 * * ?', start: '06:00:00'}", "APP002 {cron: '0 0 12 * * ?', start: '06:00:00'}"),
        ("http-listener: {path: a}", "FLW005 a"),
        ("http-listener: {path: '/a/*/b'}", "FLW005 b"),
        ("http-listener: {methods: [FETCH]}", "APP002 FETCH"),
        ("http-listener: {body: rows}", "APP002 rows"),
        ("http-listener: {methods: '#[[]]'}", "FLW010 '#[[]]'"),
        ("http-listener: {error-response: {status: 600}}", "FLW011 600"),
        ("http-listener: {error-response: {compress: -1}}", "FLW011 -1"),
        ("http-listener: {response: {status: 99}}", "FLW011 99"),
        ("http-listener: {response: {compress: 10}}", "FLW011 10"),
        ("http-listener: {config: up}", "FLW013 up"),
    ] {
        let found = findings(CONFIGS, &format!("name: f\ntrigger: {{{trigger}}}\nsteps: []\n"));
        if found != [finding] {
            wrong.push(format!("{trigger}: {found:?}, not {finding}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for trigger in [
        "scheduler: {cron: '0 0/5 14,18 * * ?', skip-if-running: true}",
        "scheduler: {cron: [{rule: '0 0 12 * * ?', timezone: '+08:00'}, '0 0 12 1/5 * ?']}",
        "scheduler: {every: 1, start: '06:30:00', timezone: Europe/Berlin}",
        "scheduler: {once: ['2030-01-01T00:00:00Z', '2031-01-01T00:00:00+01:00']}",
        "http-listener: {path: '/user/{id}/*', methods: [GET, POST], body: stream, response: {status: '#[200]', cookies: [{name: a, value: b}]}}",
    ] {
        let found = findings(CONFIGS, &format!("name: f\ntrigger: {{{trigger}}}\nsteps: []\n"));
        assert!(found.is_empty(), "{trigger}: {found:?}");
    }
}

/// Operations that are wrong, with the one finding about each.
const OPERATIONS: &[(&str, &str)] = &[
    ("http-request: {method: FETCH}", "APP002 FETCH"),
    ("http-request: {timeout: 0}", "FLW011 0"),
    ("http-request: {timeout: 25h}", "FLW011 25h"),
    ("http-request: {max-redirects: -1}", "FLW011 -1"),
    ("http-request: {fail-on: [600]}", "FLW011 600"),
    ("http-request: {mode: rows}", "APP002 rows"),
    ("http-request: {path: /a, url: 'http://h'}", "APP002 {path: /a, url: 'http://h'}"),
    ("http-request: {fail-on: [7xx]}", "APP002 7xx"),
    ("http-request: {fail-on: [99]}", "FLW011 99"),
    ("http-request: {max-redirects: 21}", "FLW011 21"),
    ("http-request: {retries: 3}", "APP002 retries"),
    ("database.query: {}", "APP002 {}"),
    ("database.query: {sql: select 1, max-rows: 0}", "FLW011 0"),
    ("database.query: {sql: select 1, output: table}", "APP002 table"),
    ("database.query: {sql: \"#['select 1']\"}", "FLW010 \"#['select 1']\""),
    ("database.query: {sql: select 1, max-rows: 1000000001}", "FLW011 1000000001"),
    ("database.query: {sql: select 1, timeout: 0}", "FLW011 0"),
    ("database.insert: {params: {}}", "APP002 params"),
    ("database.insert: {sql: select 1, timeout: 2d}", "FLW011 2d"),
    ("database.update: {sql: select 1, rows: []}", "APP002 rows"),
    ("database.delete: {sql: [select 1]}", "APP002 [select 1]"),
    ("database.batch: {sql: select 1, chunk: 0}", "FLW011 0"),
    ("database.batch: {sql: select 1, chunk: 100001}", "FLW011 100001"),
    ("database.batch: {sql: select 1, ignore-errors: sometimes}", "APP002 sometimes"),
    ("database.query: {config: box, sql: select 1}", "FLW013 box"),
    ("file.write: {path: a, mode: replace}", "APP002 replace"),
    ("file.write: {path: a, create-parents: '#[True]'}", "FLW010 '#[True]'"),
    ("file.read: {}", "APP002 {}"),
    ("file.read: {path: a, mode: rows}", "APP002 rows"),
    ("file.move: {source: a}", "APP002 source"),
    ("file.delete: {path: a, force: true}", "APP002 force"),
    ("file.list: {include: [pipes]}", "APP002 pipes"),
    ("file.list: {include: []}", "FLW011 []"),
    ("file.list: {min-size: -1}", "FLW011 -1"),
    ("file.list: {max-size: 5MB}", "FLW005 5MB"),
    ("file.list: {max-size: [1]}", "APP002 [1]"),
    ("file.list: {after: yesterday}", "FLW005 yesterday"),
    ("file.list: {before: 5}", "APP002 5"),
    ("file.copy: {path: a}", "FLW002 file.copy"),
    ("state.list-pop: {end: middle}", "APP002 middle"),
    ("state.list-get: {end: 0}", "APP002 0"),
    ("state.list-push: {end: head}", "APP002 end"),
    ("state.list-length: {end: head}", "APP002 end"),
    ("state.expire: {days: 0}", "FLW011 0"),
    ("state.expire: {days: 36501}", "FLW011 36501"),
    ("state.set: {}", "APP002 {}"),
    ("state.get: {field: a}", "APP002 field"),
    ("state.delete: {config: db}", "FLW013 db"),
    ("state.hash-set: {field: a}", "APP002 field"),
    ("state.hash-get: {}", "APP002 {}"),
    ("state.hash-has: {}", "APP002 {}"),
    ("state.hash-remove: {}", "APP002 {}"),
    ("state.hash-size: {field: a}", "APP002 field"),
];

#[test]
fn operations() {
    let mut wrong = Vec::new();
    for (step, finding) in OPERATIONS {
        let found = findings(CONFIGS, &format!("name: f\nsteps:\n  - {step}\n"));
        if found != [*finding] {
            wrong.push(format!("{step}: {found:?}, not {finding}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_operation_is_left_out() {
    for component in connectors::COMPONENTS.iter().chain(connectors::state::COMPONENTS) {
        let key = component.description.key;
        let refused = OPERATIONS.iter().any(|(step, _)| step.split(':').next() == Some(key));
        assert!(refused, "no parameter of {key} is refused here");
    }
}

#[test]
fn configurations() {
    for (config, finding) in [
        ("{type: http-listener, listen: 8080}", "APP002 8080"),
        ("{type: http-listener, listen: 'localhost'}", "FLW005 localhost"),
        ("{type: http-listener, listen: 'h:1', base-path: '/{a}'}", "FLW005 /{a}"),
        ("{type: http-listener, listen: 'h:1', allow: [10.0.0.0/33]}", "FLW005 10.0.0.0/33"),
        ("{type: http-listener, listen: 'h:1', auth-fail-status: 200}", "FLW011 200"),
        ("{type: http-request, base-url: 'ftp://h'}", "FLW005 ftp://h"),
        ("{type: http-request, base-url: 'http://h/a?b'}", "FLW005 http://h/a?b"),
        ("{type: http-request, max-redirects: 30}", "FLW011 30"),
        ("{type: database, engine: oracle, path: x}", "APP002 oracle"),
        ("{type: database, engine: sqlite}", "APP002 {type: database, engine: sqlite}"),
        ("{type: database, engine: sqlite, path: x, timeout: 60}", "FLW011 60"),
        ("{type: database, engine: sqlite, path: x, tls: always}", "APP002 always"),
        ("{type: file, root: ., access: write}", "APP002 write"),
        ("{type: state, key: ''}", "FLW005 ''"),
        ("{type: state, key: abcdefghijklmnopqrstuvwxyzabcde}", "FLW005 abcdefghijklmnopqrstuvwxyzabcde"),
        ("{type: state, key: k, ttl: 5}", "APP011 ttl"),
    ] {
        let found = findings(&format!("\n  c: {config}"), "name: f\nsteps: []\n");
        assert_eq!(found, [finding], "{config}");
    }
}
