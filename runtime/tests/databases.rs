//! Database operations against real servers: SQLite, PostgreSQL, MariaDB.

mod support;

use std::time::Duration;

use dataway_lang::Document;
use support::{TestApp, json, servers, value};

/// Flows that all engines run alike; `$key` stands for the type of a generated key.
const FLOWS: &str = r##"
  - name: insert
    steps: [{database.insert: {sql: "insert into orders(name, amount) values (:name, :amount)", params: {name: "#[msg.payload['name']]", amount: "#[msg.payload['amount']]"}}}]
  - name: all
    steps: [{database.query: {sql: "select name, amount from orders order by name"}}]
  - name: named
    steps: [{database.query: {sql: "select name from orders where name in (:names) order by name", params: {names: "#[msg.payload]"}}}]
  - name: update
    steps: [{database.update: {sql: "update orders set amount = amount + 1 where amount >= :least", params: {least: "#[msg.payload]"}}}]
  - name: delete
    steps: [{database.delete: {sql: "delete from orders"}}]
  - name: few
    steps: [{database.query: {sql: "select name from orders", max-rows: 1}}]
  - name: batch
    steps: [{database.batch: {sql: "insert into orders(name, amount) values (:name, :amount)", chunk: 2}}]
  - name: tolerant
    steps: [{database.batch: {sql: "insert into orders(name, amount) values (:name, :amount)", chunk: 2, ignore-errors: true}}]
  - name: bad-sql
    steps: [{database.query: {sql: "selec 1"}}]
  - name: bad-table
    steps: [{database.query: {sql: "select * from absent"}}]
  - name: missing
    steps: [{database.query: {sql: "select :a", params: "#[{'b': 1}]"}}]
  - name: stream
    steps:
      - database.query: {sql: "select name, amount from orders order by name", output: stream}
      - for-each: {steps: [{set-variable: {name: last, value: "#[msg.payload['name']]"}}]}
      - set-payload: "#[msg.vars['last']]"
  - name: transfer
    steps:
      - set-variable: {name: fail, value: "#[msg.payload['fail']]"}
      - try:
          transaction: local
          steps:
            - database.insert: {sql: "insert into orders(name, amount) values ('t1', 1)"}
            - database.insert: {sql: "insert into orders(name, amount) values ('t2', 2)"}
            - choice: [{when: "#[msg.vars['fail']]", steps: [{raise-error: {type: "TEST:FAIL", description: x}}]}]
  - name: undone
    steps:
      - try:
          transaction: local
          steps:
            - database.insert: {sql: "insert into orders(name, amount) values ('u1', 1)"}
            - raise-error: {type: "TEST:FAIL", description: x}
          catch: [{type: "TEST:FAIL", steps: [{set-payload: handled}]}]
"##;

/// What every engine must do.
async fn common(app: &TestApp) {
    let order = |name: &str, amount: i64| Document::dict([("name", name.into()), ("amount", amount.into())]);
    for (name, amount) in [("b", 2), ("a", 1), ("c'; drop table orders; --", 3)] {
        let answer = app.json("insert", order(name, amount)).await;
        assert!(answer.contains("\"rowsAffected\":1"), "{answer}");
    }
    let all = r##"[{"name":"a","amount":1},{"name":"b","amount":2},{"name":"c'; drop table orders; --","amount":3}]"##;
    assert_eq!(app.json("all", Document::None).await, all);
    assert_eq!(app.json("named", value(r##"["a", "b", "x"]"##)).await, r##"[{"name":"a"},{"name":"b"}]"##);
    assert_eq!(app.json("named", value("[]")).await, "[]");
    assert_eq!(app.json("update", 2_i64.into()).await, r##"{"rowsAffected":2}"##);
    assert_eq!(app.json("few", Document::None).await, "DB:LIMIT");
    assert_eq!(app.json("stream", Document::None).await, r##""c'; drop table orders; --""##);
    // The key is unique; the text of the error does not repeat it.
    let failure = app.run("insert", order("b", 9)).await.unwrap_err();
    assert_eq!(failure.fault.code, "DB:CONSTRAINT", "{}", failure.fault);
    assert!(!failure.fault.description.contains("'b'"), "{}", failure.fault);
    assert_eq!(json(failure.message.payload()), r##"{"name":"b","amount":9}"##);
    for (flow, code) in [("bad-sql", "DB:SYNTAX"), ("bad-table", "DB:SYNTAX"), ("missing", "DB:PARAMETER")] {
        assert_eq!(app.json(flow, Document::None).await, code, "{flow}");
    }
    assert_eq!(app.json("delete", Document::None).await, r##"{"rowsAffected":3}"##);

    // Batches: chunks before the failing one stay, its own is undone; or the failing row alone is left out.
    let rows = r##"[{"name":"1","amount":1},{"name":"2","amount":2},{"name":"3","amount":3},{"name":"1","amount":4}]"##;
    assert_eq!(app.json("batch", value(rows)).await, "DB:CONSTRAINT");
    assert_eq!(app.json("all", Document::None).await, r##"[{"name":"1","amount":1},{"name":"2","amount":2}]"##);
    app.json("delete", Document::None).await;
    assert_eq!(app.json("tolerant", value(rows)).await, r##"{"rowsAffected":3,"failed":[3]}"##);
    app.json("delete", Document::None).await;

    // Transactions are whole.
    assert_eq!(app.json("undone", Document::None).await, "\"handled\"");
    assert_eq!(app.json("all", Document::None).await, "[]");
    assert_eq!(app.json("transfer", value(r##"{"fail": true}"##)).await, "TEST:FAIL");
    assert_eq!(app.json("all", Document::None).await, "[]");
    app.json("transfer", value(r##"{"fail": false}"##)).await;
    assert_eq!(app.json("all", Document::None).await, r##"[{"name":"t1","amount":1},{"name":"t2","amount":2}]"##);
    app.json("delete", Document::None).await;
}

/// The rows of a query, one column a line: name, type, text.
async fn shown(app: &TestApp, flow: &str) -> Vec<String> {
    let message = app.run(flow, Document::None).await.unwrap();
    let row = message.payload().at(0).unwrap().as_dict().unwrap().clone();
    row.iter()
        .map(|(name, value)| format!("{} {} {}", name.as_str().unwrap(), value.type_name(), plain(value)))
        .collect()
}

fn plain(value: &Document) -> String {
    dataway_runtime::connectors::database::value::text(value).unwrap_or_else(|_| match value.as_bytes() {
        Some(bytes) => format!("{bytes:?}"),
        None => "-".to_owned(),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let flows = format!(
        r##"{FLOWS}
  - name: types
    steps: [{{database.query: {{sql: "select cast(:i as integer) i, :f f, :s s, :b b, :n n, flag, day, moment from kinds", params: {{i: 7, f: 1.5, s: "ü", b: "#[b'\\x00\\xff']", n: null}}}}}}]
  - name: kinds
    steps: [{{database.insert: {{sql: "insert into kinds values (:flag, :day, :moment)", params: {{flag: true, day: "#[datetime.date(2024, 2, 29)]", moment: "#[datetime.datetime(2024, 2, 29, 1, 2, 3, 4)]"}}}}}}]
  - name: after
    steps:
      - database.query: {{sql: select 1, timeout: 20ms}}
      - sleep: 50ms
      - database.query: {{sql: "with recursive t(n) as (select 1 union all select n + 1 from t where n < 20000) select n from t", output: stream}}
      - set-payload: "#[len(list(msg.payload))]"
  - name: forever
    steps: [{{database.query: {{sql: "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t", timeout: 1}}}}]
"##
    );
    let tables = r##"["create table orders(name text primary key, amount integer)", "create table kinds(flag boolean, day date, moment datetime)"]"##;
    for path in ["test.db", ":memory:"] {
        let app = TestApp::start(
            &format!("  db: {{type: database, engine: sqlite, path: \"{path}\", init: {tables}}}"),
            &flows,
        )
        .await;
        common(&app).await;
        app.json("kinds", Document::None).await;
        let expected = [
            "i int 7",
            "f float 1.5",
            "s str ü",
            "b bytes [0, 255]",
            "n NoneType -",
            "flag bool true",
            "day date 2024-02-29",
            "moment datetime 2024-02-29 01:02:03.000004",
        ];
        assert_eq!(shown(&app, "types").await, expected);
        // The time of a statement ends with it, also for a stream on the same connection.
        assert_eq!(app.json("after", Document::None).await, "20000");
        assert_eq!(app.json("forever", Document::None).await, "DB:TIMEOUT");
        // The connection survives that, or another one takes its place.
        assert_eq!(app.json("all", Document::None).await, "[]");
    }
}

/// A transaction between whose statements one fails or takes too long, which a catch takes care of.
fn inside(name: &str, failing: &str, timeout: &str) -> String {
    format!(
        r##"
  - name: {name}
    timeout: {timeout}
    steps:
      - try:
          transaction: local
          steps:
            - database.insert: {{sql: "insert into orders(name, amount) values ('first', 1)"}}
            - try: {{steps: [{failing}], catch: [{{type: "DB:ANY"}}]}}
"##
    )
}

/// What more the transaction does.
const GOES_ON: &str = r##"
            - database.query: {sql: select 1}
            - database.insert: {sql: "insert into orders(name, amount) values ('last', 2)"}
"##;

/// What a server leaves of transactions in which something went wrong: all of them or nothing.
async fn undone(app: &TestApp, expected: &[(&str, &str, &str)]) {
    for (flow, start, left) in expected {
        let answer = app.json(flow, Document::None).await;
        assert!(answer.starts_with(start), "{flow}: {answer}");
        assert_eq!(app.json("all", Document::None).await, *left, "{flow}");
        // The next transaction works.
        app.json("delete", Document::None).await;
        app.json("transfer", value(r##"{"fail": false}"##)).await;
        assert_eq!(app.json("delete", Document::None).await, r##"{"rowsAffected":2}"##, "{flow}");
    }
}

/// Both rows of a transaction.
const BOTH: &str = r##"[{"name":"first","amount":1},{"name":"last","amount":2}]"##;
/// Its first row.
const FIRST: &str = r##"[{"name":"first","amount":1}]"##;
/// A statement that fails.
const TWICE: &str = "{database.insert: {sql: \"insert into orders(name, amount) values ('first', 1)\"}}";
/// Rows of which one fails and may.
const TOLERANT: &str = "{database.batch: {sql: \"insert into orders(name, amount) values ('first', :a)\", rows: [{a: 1}], ignore-errors: true}}";

/// SQLite undoes the whole transaction when a statement that writes is given up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_sqlite_has_undone_does_not_go_on() {
    const ROWS: &str = "with recursive t(n) as (select 1 union all select n + 1 from t)";
    let inside = |name: &str, failing: &str, timeout: &str| inside(name, failing, timeout) + GOES_ON;
    let write = format!("insert into orders(name, amount) {ROWS} select 'x' || n, n from t");
    let flows = [
        FLOWS.to_owned(),
        inside("read", &format!("{{database.query: {{sql: \"{ROWS} select max(n) from t\", timeout: 50ms}}}}"), "60s"),
        inside("write", &format!("{{database.insert: {{sql: \"{write}\", timeout: 50ms}}}}"), "60s"),
        inside("cancelled", &format!("{{database.insert: {{sql: \"{write}\"}}}}"), "200ms"),
        inside(
            "rows",
            &format!(
                "{{database.batch: {{sql: \"{write} where :a = :a\", rows: [{{a: 1}}], ignore-errors: true, timeout: 50ms}}}}"
            ),
            "60s",
        ),
        inside(
            "conflict",
            "{database.insert: {sql: \"insert or rollback into orders(name, amount) values ('first', 1)\"}}",
            "60s",
        ),
        inside("alone", TOLERANT, "60s"),
    ];
    for path in ["test.db", ":memory:"] {
        let tables = "[\"create table orders(name text primary key, amount integer)\"]";
        let config = format!("  db: {{type: database, engine: sqlite, path: \"{path}\", init: {tables}}}");
        let app = TestApp::start(&config, &flows.concat()).await;
        let expected = [
            ("read", "{\"rowsAffected\":1,\"lastId\":", BOTH),
            ("write", "DB:ERROR", "[]"),
            ("cancelled", "CORE:RUN_TIMEOUT", "[]"),
            ("rows", "DB:ERROR", "[]"),
            ("conflict", "DB:ERROR", "[]"),
            ("alone", "{\"rowsAffected\":1,\"lastId\":", BOTH),
        ];
        undone(&app, &expected).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql() {
    let Some(mut server) = servers::postgres() else { return };
    let flows = format!(
        r##"{FLOWS}
  - name: types
    steps:
      - database.query:
          sql: "select :i::int2 i, :j::int8 j, :f::float8 f, :d::numeric(10,2) d, :s::text s, :b::bytea b, :t::timestamp t, :z::timestamptz z, :day::date AS day, :u::uuid u, :js::jsonb js, :a::int[] a, :flag::bool flag, :n::int n, 'x'::varchar v"
          params:
            i: 7
            j: "8"
            f: 1.5
            d: "12.50"
            s: "ü"
            b: "#[b'\\x00\\xff']"
            t: "2024-02-29T01:02:03.000004"
            z: "2024-02-29T01:02:03+01:00"
            day: "#[datetime.date(2024, 2, 29)]"
            u: "11111111-2222-3333-4444-555555555555"
            js: {{k: [1]}}
            a: [1, null, 3]
            flag: true
            n: null
  - name: slow
    steps: [{{database.query: {{sql: "select pg_sleep(10)::text", timeout: 1}}}}]
  - name: misfit
    steps: [{{database.query: {{sql: "select :a::int", params: {{a: many}}}}}}]
{}{GOES_ON}{}{}{GOES_ON}{}{GOES_ON}"##,
        inside("late", "{database.query: {sql: \"select pg_sleep(10)::text\", timeout: 1}}", "60s"),
        inside("twice", TWICE, "60s"),
        inside("unsent", "{database.query: {sql: \"select :a\", params: \"#[{'b': 1}]\"}}", "60s"),
        inside("alone", TOLERANT, "60s"),
    );
    let config = |port: u16, password: &str| {
        format!(
            "  db: {{type: database, engine: postgresql, host: 127.0.0.1, port: {port}, database: postgres, user: tester, \
             password: {password}, timeout: 3, init: [\"create table if not exists orders(name text primary key, amount int8)\"]}}"
        )
    };
    let app = TestApp::start(&config(server.port, "secret"), &flows).await;
    common(&app).await;
    let expected = [
        "i int 7",
        "j int 8",
        "f float 1.5",
        "d str 12.50",
        "s str ü",
        "b bytes [0, 255]",
        "t datetime 2024-02-29 01:02:03.000004",
        "z datetime 2024-02-29 00:02:03+00:00",
        "day date 2024-02-29",
        "u str 11111111-2222-3333-4444-555555555555",
        "js dict {\"k\":[1]}",
        "a list [1,null,3]",
        "flag bool true",
        "n NoneType -",
        "v str x",
    ];
    assert_eq!(shown(&app, "types").await, expected);
    assert_eq!(app.json("slow", Document::None).await, "DB:TIMEOUT");
    assert_eq!(app.json("misfit", Document::None).await, "DB:PARAMETER");
    // Any error ends a transaction of this server, whose commit would then roll back without a word.
    let expected = [
        ("late", "DB:ERROR", "[]"),
        ("twice", "DB:ERROR", "[]"),
        ("unsent", "{\"rowsAffected\":1", BOTH),
        ("alone", "{\"rowsAffected\":1", BOTH),
    ];
    undone(&app, &expected).await;
    let wrong = TestApp::start(&config(server.port, "wrong"), &flows).await;
    assert_eq!(wrong.json("all", Document::None).await, "DB:AUTH");
    cancelled(&app, "slow").await;
    server.kill();
    assert_eq!(app.json("all", Document::None).await, "DB:CONNECT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb() {
    let Some(mut server) = servers::mariadb() else { return };
    let flows = format!(
        r##"{FLOWS}
  - name: kinds
    steps:
      - database.update: {{sql: "create table if not exists kinds(i int, u bigint unsigned, f double, d decimal(10,2), s varchar(20), b blob, t datetime(6), day date, clock time, flag boolean, e enum('x','y'), n int)"}}
      - database.insert:
          sql: "insert into kinds values (:i, :u, :f, :d, :s, :b, :t, :day, :clock, :flag, :e, :n)"
          params:
            i: 7
            u: 18446744073709551615
            f: 1.5
            d: "12.50"
            s: "ü"
            b: "#[b'\\x00\\xff']"
            t: "#[datetime.datetime(2024, 2, 29, 1, 2, 3, 4)]"
            day: "2024-02-29"
            clock: "01:02:03"
            flag: true
            e: y
            n: null
  - name: types
    steps: [{{database.query: {{sql: "select * from kinds"}}}}]
  - name: identity
    steps:
      - database.update: {{sql: "create table if not exists numbered(id int auto_increment primary key, x int)"}}
      - database.insert: {{sql: "insert into numbered(x) values (5)"}}
  - name: slow
    steps: [{{database.query: {{sql: "select sleep(10)", timeout: 1}}}}]
{}{GOES_ON}{}{}{GOES_ON}{}{GOES_ON}"##,
        inside("late", "{database.query: {sql: \"select sleep(10)\", timeout: 1}}", "60s"),
        inside("twice", TWICE, "60s"),
        inside("deadlock", "{database.update: {sql: \"signal sqlstate '40001' set mysql_errno = 1213\"}}", "60s"),
        inside("alone", TOLERANT, "60s"),
    );
    let config = |port: u16, password: &str| {
        format!(
            "  db: {{type: database, engine: mysql, host: 127.0.0.1, port: {port}, database: test, user: tester, \
             password: {password}, timeout: 3, init: [\"create table if not exists orders(name varchar(100) primary key, amount bigint)\"]}}"
        )
    };
    let app = TestApp::start(&config(server.port, "secret"), &flows).await;
    common(&app).await;
    app.run("kinds", Document::None).await.unwrap();
    let expected = [
        "i int 7",
        "u int 18446744073709551615",
        "f float 1.5",
        "d str 12.50",
        "s str ü",
        "b bytes [0, 255]",
        "t datetime 2024-02-29 01:02:03.000004",
        "day date 2024-02-29",
        "clock time 01:02:03",
        "flag bool true",
        "e str y",
        "n NoneType -",
    ];
    assert_eq!(shown(&app, "types").await, expected);
    assert_eq!(app.json("identity", Document::None).await, r##"{"rowsAffected":1,"lastId":1}"##);
    assert_eq!(app.json("slow", Document::None).await, "DB:TIMEOUT");
    // An error undoes its statement alone, a deadlock the transaction.
    let expected = [
        ("late", "DB:ERROR", "[]"),
        ("twice", "{\"rowsAffected\":1", FIRST),
        ("deadlock", "DB:ERROR", "[]"),
        ("alone", "{\"rowsAffected\":1", BOTH),
    ];
    undone(&app, &expected).await;
    let wrong = TestApp::start(&config(server.port, "wrong"), &flows).await;
    assert_eq!(wrong.json("all", Document::None).await, "DB:AUTH");
    cancelled(&app, "slow").await;
    server.kill();
    assert_eq!(app.json("all", Document::None).await, "DB:CONNECT");
}

/// Cancelled statements give their connections back: more of them than the pool has.
async fn cancelled(app: &TestApp, flow: &str) {
    for _ in 0..12 {
        let runtime = app.runtime.clone();
        let cancel = async {
            loop {
                if let Some(job) = runtime.jobs().first() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    job.cancel("CORE:CANCELLED");
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let (result, ()) = tokio::join!(app.run(flow, Document::None), cancel);
        assert_eq!(result.unwrap_err().fault.code, "CORE:CANCELLED");
    }
    assert_eq!(app.json("all", Document::None).await, "[]");
}

/// The server of a port that nobody listens on refuses connections: that is said at once, not after the timeout, which is
/// longer than any test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_refuses_is_not_waited_for() {
    let port = support::servers::free_port();
    for engine in ["postgresql", "mysql"] {
        let settings = format!(
            "  db: {{type: database, engine: {engine}, host: 127.0.0.1, port: {port}, database: x, user: x, timeout: 1d}}"
        );
        let app = TestApp::start(&settings, "  - {name: one, steps: [{database.query: {sql: select 1}}]}").await;
        assert_eq!(app.json("one", Document::None).await, "DB:CONNECT", "{engine}");
    }
}
