//! The table of containers (part 2, section 2), row by row: what a sub-flow sees, what is left behind it, when it fails and when
//! the run is cancelled in it.

use std::sync::Arc;

use super::{App, crypto, flow, input, json};
use crate::engine::{Clock, Job};
use crate::message::Message;

/// A message as the table has it: payload, attributes, variables, in JSON.
type Parts = [&'static str; 3];

/// A row of the table.
struct Row {
    /// The container; `BODY` stands for its sub-flow.
    container: &'static str,
    /// What the sub-flow sees: payload, attributes, names of variables.
    seen: &'static str,
    /// Whether it sees the error that a catch around the container handles.
    sees_error: bool,
    /// What the container gives.
    after: Parts,
    /// The failed message when the sub-flow fails; `None` where that is not the container's failure.
    failed: Option<Parts>,
}

const INPUT: Parts = ["[7]", r#"{"from": "input"}"#, r#"{"kept": 1}"#];
const INNER: Parts = [r#""new""#, r#"{"from": "inner"}"#, r#"{"kept": 1, "inner": 1}"#];
/// What loops leave: the payload and the attributes of the input, the variables of the last turn.
const LOOP: Parts = [INPUT[0], INPUT[1], INNER[2]];

const AS_INPUT: &str = "[[7], {'from': 'input'}, ['kept']]";
const IN_TURN: &str = "[7, {}, ['counter', 'kept', 'rootMessage']]";

const fn in_line(container: &'static str, sees_error: bool) -> Row {
    Row { container, seen: AS_INPUT, sees_error, after: INNER, failed: Some(INNER) }
}

const TABLE: &[Row] = &[
    in_line(r##"choice: [{when: "#[True]", steps: BODY}]"##, true),
    Row { container: "for-each: {steps: BODY}", seen: IN_TURN, sees_error: false, after: LOOP, failed: Some(INNER) },
    Row {
        container: r##"while: {condition: "#[msg.vars['counter'] < 1]", steps: BODY}"##,
        seen: "[None, {}, ['counter', 'kept', 'rootMessage']]",
        sees_error: false,
        after: LOOP,
        failed: Some(INNER),
    },
    Row {
        container: "parallel-for-each: {stop-on-error: true, steps: BODY}",
        seen: IN_TURN,
        sees_error: false,
        after: [r#"["new"]"#, INPUT[1], INPUT[2]],
        failed: Some(INPUT),
    },
    Row {
        container: "scatter-gather: {branches: [{steps: BODY}]}",
        seen: "[[7], {'from': 'input'}, ['kept', 'rootMessage']]",
        sees_error: false,
        after: [r#"{"1": "new"}"#, INPUT[1], INPUT[2]],
        failed: Some(INPUT),
    },
    in_line("until-successful: {retries: 1, interval: 0, steps: BODY}", false),
    in_line("synchronized: {lock: l, steps: BODY}", false),
    in_line("try: {steps: BODY}", true),
    in_line("try: {steps: [{raise-error: {type: 'A:B', description: x}}], catch: [{type: ANY, steps: BODY}]}", true),
    Row { container: "async: {steps: BODY}", seen: AS_INPUT, sees_error: false, after: INPUT, failed: None },
    in_line("flow-ref: other", false),
];

/// Tells what it sees, then changes everything.
const CHANGES: &str = r##"{logger: {category: seen, message: "#[str([msg.payload, msg.attrs, sorted(msg.vars)])]"}}, {logger: {category: error, message: "#[str(msg.error is not None)]"}}, {transform: {payload: new, attributes: "#[{'from': 'inner'}]", variables: {inner: 1}}}"##;

/// Flows with a row's container around a sub-flow, within `around`, where it stands for `STEP`.
fn app(row: &Row, around: &str, body: &str) -> App {
    let steps = around.replace("STEP", &format!("{{{}}}", row.container)).replace("BODY", body);
    App::new(&format!("flows:\n- {{name: main, steps: {steps}}}\n- {{name: other, steps: {body}}}\n"))
}

/// What the logger steps of a category said.
async fn said(app: &App, category: &str) -> Vec<String> {
    app.runtime.drained().await;
    let events = app.events().await;
    events.into_iter().filter(|event| &*event.category == category).map(|event| event.content).collect()
}

/// Asserts that a message behind a row's container has these parts.
#[track_caller]
fn has(row: &Row, message: &Message, parts: Parts) {
    let found = [message.payload(), message.attributes(), message.variables()];
    let fits = found.into_iter().zip(parts).all(|(found, part)| *found == json(part));
    let shown = found.map(|found| found.to_json(false).map(|text| String::from_utf8_lossy(&text).into_owned()));
    assert!(fits, "{}: {shown:?}, not {parts:?}", row.container);
}

#[tokio::test]
async fn what_goes_in_and_what_comes_out() {
    let body = format!("[{CHANGES}]");
    for row in TABLE {
        let app = app(row, "[STEP]", &body);
        let message = app.run(input(json(INPUT[0]))).await.result.unwrap_or_else(|failure| {
            panic!("{}\n{}", row.container, failure.fault.render());
        });
        assert_eq!(said(&app, "seen").await, [row.seen], "{}", row.container);
        has(row, &message, row.after);
        assert!(message.error().is_none());
    }
}

/// Leaving a container restores the error of the scope around it.
#[tokio::test]
async fn errors_belong_to_their_scope() {
    let body = format!("[{CHANGES}]");
    let around = r##"[{try: {steps: [{raise-error: {type: "T:X", description: x}}], catch: [{type: ANY, steps: [STEP, {logger: {category: after, message: "#[msg.error['Code']]"}}]}]}}]"##;
    for row in TABLE {
        let app = app(row, around, &body);
        let message = app.run(input(json(INPUT[0]))).await.result.unwrap();
        let sees = if row.sees_error { "True" } else { "False" };
        assert_eq!(said(&app, "error").await, [sees], "{}", row.container);
        assert_eq!(said(&app, "after").await, ["T:X"], "{}", row.container);
        has(row, &message, row.after);
        assert!(message.error().is_none());
    }
}

#[tokio::test]
async fn a_sub_flow_that_fails() {
    let raise = "{raise-error: {type: 'T:X', description: x}}";
    let body = format!("[{CHANGES}, {raise}]");
    for row in TABLE {
        let app = app(row, "[STEP]", &body);
        let ended = app.run(input(json(INPUT[0]))).await;
        match row.failed {
            Some(parts) => {
                let failure = ended.result.unwrap_err();
                assert_eq!(&*failure.fault.code, "T:X");
                has(row, &failure.message, parts);
            }
            None => has(row, &ended.result.unwrap(), row.after),
        }
        app.runtime.drained().await;
    }
}

/// Cancels the first run that `is` the one, as soon as there is one.
async fn cancel(app: &App, is: fn(&Job) -> bool) {
    loop {
        tokio::task::yield_now().await;
        let found: Option<Arc<Job>> = app.runtime.jobs().into_iter().find(|job| is(job));
        if let Some(job) = found {
            // It comes as far as to where it waits.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            assert!(app.runtime.cancel(job.id()));
            return;
        }
    }
}

#[tokio::test]
async fn cancellation_reaches_into_every_container() {
    for row in TABLE {
        let flows =
            format!("flows:\n- {{name: main, steps: [{{{}}}]}}\n- {{name: other, steps: BODY}}\n", row.container);
        let app = App::on(Clock::real(), &flows.replace("BODY", "[{sleep: 1h}]"), |_| {});
        if row.failed.is_none() {
            // What runs beside its starter is cancelled by itself.
            app.run(input(json(INPUT[0]))).await.result.unwrap();
            cancel(&app, Job::is_background).await;
        } else {
            let (ended, ()) = tokio::join!(app.run(input(json(INPUT[0]))), cancel(&app, |_| true));
            let failure = ended.result.unwrap_err();
            assert_eq!(&*failure.fault.code, "CORE:CANCELLED", "{}", row.container);
            has(row, &failure.message, INPUT);
        }
        app.runtime.drained().await;
    }
}

#[tokio::test]
async fn cancellation_ends_every_wait() {
    let fails = "steps: [{raise-error: {type: 'A:B', description: x}}]";
    for steps in [
        "{sleep: 1h}".to_owned(),
        format!("{{try: {{{fails}, catch: [{{type: ANY, retries: 1, interval: 300}}]}}}}"),
        format!("{{until-successful: {{retries: 1, interval: 300, {fails}}}}}"),
        "{while: {condition: \"#[True]\", max-loops: 10000, steps: [{sleep: 1s}]}}".to_owned(),
        "{for-each: {collection: 2, steps: [{id: limited, rate-limiter: {unit: minute, max: 1, strategy: queue, max-wait: 3600}}, {rate-limiter: {unit: minute, max: 1, strategy: queue, max-wait: 3600}}, {sleep: 1h}]}}".to_owned(),
        "{scatter-gather: {branches: [{steps: [{synchronized: {lock: l, steps: [{sleep: 1h}]}}]}, {steps: [{synchronized: {lock: l, steps: [{sleep: 1h}]}}]}]}}".to_owned(),
    ] {
        let app = App::on(Clock::real(), &format!("name: main\nsteps: [{steps}]\n"), |_| {});
        let (ended, ()) = tokio::join!(app.run(input(json(INPUT[0]))), cancel(&app, |_| true));
        assert_eq!(&*ended.result.unwrap_err().fault.code, "CORE:CANCELLED", "{steps}");
        app.runtime.drained().await;
    }
}

/// Components without a sub-flow that change the payload and nothing else. Each step with the payload that it gives (empty: not
/// looked at), or the code with which it fails.
const SIMPLE: &[(&str, &str)] = &[
    ("logger: x", INPUT[0]),
    ("sleep: 1s", INPUT[0]),
    ("rate-limiter: {unit: second, max: 1}", INPUT[0]),
    ("remove-variable: absent", INPUT[0]),
    ("validate: {schema: {type: array}}", INPUT[0]),
    ("cache.store: {key: a, value: b, ttl: 1}", "\"OK\""),
    ("cache.store-if-absent: {key: a, value: b, ttl: 1}", "\"OK\""),
    ("cache.read: {key: a}", "\"\""),
    ("cache.delete: {key: a}", "\"data not exist\""),
    ("cache.exists: {key: a}", "0"),
    ("compress: {method: GZIP, content: a}", ""),
    ("decompress: {method: DEFLATE, content: \"#[b'\\\\x4b\\\\x04\\\\x00']\"}", ""),
    ("filter: {input: \"#[[{'a': 1}, {'a': 2}]]\", conditions: [{field: a, op: '>', value: 1}]}", r#"[{"a": 2}]"#),
    ("crypto.encrypt: {config: aes, content: x, block-mode: ECB}", ""),
    ("crypto.encrypt: {config: aes, block-mode: ECB}", "CORE:TYPE"),
    ("crypto.decrypt: {config: aes, content: x, block-mode: ECB}", "CRYPTO:DATA"),
    ("crypto.sign: {config: both, content: x}", ""),
    ("crypto.verify: {config: both, content: x, signature: y}", "false"),
    ("set-payload: 1", "1"),
    ("transform: {payload: 1}", "1"),
    ("cache.store: {key: \"#[1]\", value: b, ttl: 1}", "CORE:TYPE"),
    ("decompress: {method: GZIP, content: a}", "COMPRESS:DATA"),
    ("filter: {}", "CORE:TYPE"),
    ("for-each: {collection: null, steps: []}", "CORE:TYPE"),
    ("logger: \"#[1 / 0]\"", "DATAWAY:RUNTIME"),
    ("raise-error: {type: 'A:B', description: x}", "A:B"),
    ("set-payload: \"#[1 / 0]\"", "DATAWAY:RUNTIME"),
    ("set-variable: {name: kept, value: \"#[1 / 0]\"}", "DATAWAY:RUNTIME"),
    ("sleep: \"#[-1]\"", "CORE:TYPE"),
    ("transform: {payload: 1, variables: {kept: \"#[1 / 0]\"}}", "DATAWAY:RUNTIME"),
    ("validate: {schema: {type: object}}", "VALIDATION:INVALID"),
    ("while: {condition: \"#[1 / 0]\", steps: []}", "DATAWAY:RUNTIME"),
];

/// Components that change something else, or where the steps behind them go on: what a list with them gives.
const OTHERS: &[(&str, Parts)] = &[
    ("set-variable: {name: new, value: 1}", [INPUT[0], INPUT[1], r#"{"kept": 1, "new": 1}"#]),
    ("remove-variable: kept", [INPUT[0], INPUT[1], "{}"]),
    (
        "transform: {payload: 1, attributes: {to: x}, variables: {new: 1}}",
        ["1", r#"{"to": "x"}"#, r#"{"kept": 1, "new": 1}"#],
    ),
    (
        "for-each: {collection: 3, steps: [{set-variable: {name: new, value: 1}}, break, {set-variable: {name: kept, value: 2}}]}",
        [INPUT[0], INPUT[1], r#"{"kept": 1, "new": 1}"#],
    ),
    (
        "for-each: {collection: 3, steps: [{set-variable: {name: new, value: \"#[msg.payload]\"}}, continue, {set-variable: {name: kept, value: 2}}]}",
        [INPUT[0], INPUT[1], r#"{"kept": 1, "new": 2}"#],
    ),
];

/// The keys of the components that are tested here.
pub(super) fn steps() -> Vec<&'static str> {
    let rows = TABLE.iter().map(|row| row.container).chain(SIMPLE.iter().map(|(step, _)| *step));
    let keys = rows.chain(OTHERS.iter().map(|(step, _)| *step)).filter_map(|step| step.split_once(':'));
    // Those of loops stand inside them.
    keys.map(|(key, _)| key).chain(["break", "continue"]).collect()
}

#[tokio::test]
async fn other_components_change_what_they_say() {
    for (step, [payload, attributes, variables]) in OTHERS {
        let message = App::of_steps(&format!("- {step}")).run(input(json(INPUT[0]))).await.result.unwrap();
        assert!(*message.payload() == json(payload) && *message.attributes() == json(attributes), "{step}");
        assert!(*message.variables() == json(variables) && message.error().is_none(), "{step}");
    }
}

/// One that fails leaves its input in the failed message.
#[tokio::test]
async fn simple_components_change_the_payload_alone() {
    let configs = crypto::configs();
    for (step, expected) in SIMPLE {
        let app = App::with_configs(&configs, &flow(&format!("- {step}")));
        let (message, payload) = match app.run(input(json(INPUT[0]))).await.result {
            Ok(message) => (message, *expected),
            Err(failure) => {
                assert_eq!(&*failure.fault.code, *expected, "{step}: {}", failure.fault);
                (failure.message, INPUT[0])
            }
        };
        assert!(payload.is_empty() || *message.payload() == json(payload), "{step}");
        assert!(*message.attributes() == json(INPUT[1]) && *message.variables() == json(INPUT[2]), "{step}");
        assert!(message.error().is_none(), "{step}");
    }
}
