//! Errors: try, until-successful, synchronized, flow-ref, and what is in force where.

use super::{App, fail, flow, input, is, json, problems, run, unchanged_but_payload};
use crate::engine::Level;

#[tokio::test]
async fn the_first_catch_that_matches_handles_the_error() {
    let steps = "- set-variable: {name: before, value: 1}\n- try:\n    steps:\n      - set-variable: {name: inside, value: 2}\n      - raise-error: {type: \"#[msg.payload]\", description: d}\n    catch:\n      \
                 - type: [A, B:X]\n        steps: [{set-payload: \"#[['first', msg.error['Code'], msg.isthrowing, msg.vars['inside']]]\"}]\n      - type: B\n        steps: [{set-payload: second}]";
    let message = run(steps, r#""B:X""#).await;
    is(message.payload(), r#"["first", "B:X", true, 2]"#);
    is(message.variables(), r#"{"kept": 1, "before": 1, "inside": 2}"#);
    assert!(message.error().is_none() && !message.is_throwing());
    is(run(steps, r#""B:Y""#).await.payload(), r#""second""#);
    let (code, _, message) = fail(steps, r#""C""#).await;
    assert_eq!(code, "C");
    is(message.variables(), r#"{"kept": 1, "before": 1, "inside": 2}"#);
}

#[tokio::test]
async fn an_error_in_a_catch_goes_outwards() {
    let steps = "- try:\n    steps: [{raise-error: {type: A, description: x}}]\n    catch:\n      - {type: A, steps: [{raise-error: {type: B, description: y}}]}\n      - {type: B, steps: []}";
    assert_eq!(fail(steps, "1").await.0, "B");
}

#[tokio::test]
async fn the_error_is_in_force_in_the_catch_and_nowhere_else() {
    let see = |name: &str| format!("{{set-variable: {{name: {name}, value: \"#[msg.error and msg.error['Code']]\"}}}}");
    let steps = format!(
        "- try:\n    steps: [{{raise-error: {{type: A, description: x}}}}]\n    catch:\n      - type: ANY\n        steps:\n          - {}\n          - choice: [{{when: \"#[msg.error['Code'] == 'A']\", steps: [{}]}}]\n          \
         - try:\n              steps: [{}, {{raise-error: {{type: B, description: x}}}}]\n              catch: [{{type: B, steps: [{}]}}]\n          - {}\n          - synchronized: {{lock: l, steps: [{}]}}\n          - for-each: {{collection: 1, steps: [{}]}}\n          - {}\n- {}",
        see("a"),
        see("b"),
        see("c"),
        see("d"),
        see("e"),
        see("f"),
        see("g"),
        see("h"),
        see("i")
    );
    let message = run(&steps, "1").await;
    is(
        message.variables(),
        r#"{"kept": 1, "a": "A", "b": "A", "c": "A", "d": "B", "e": "A", "f": null, "g": null, "h": "A", "i": null}"#,
    );
}

#[tokio::test]
async fn try_retries_on_the_original_input() {
    let steps = "- try:\n    steps:\n      - set-payload: \"#[msg.payload + 1]\"\n      - cache.store: {key: \"#[str(msg.payload)]\", value: x, ttl: 9}\n      - raise-error: {type: \"#['E:X']\", description: x}\n    \
                 catch: [{type: E, retries: 2, interval: 10, steps: [{set-variable: {name: handled, value: \"#[msg.payload]\"}}]}]";
    let app = App::of_steps(steps);
    let message = app.run(input(json("1"))).await.result.unwrap();
    is(message.variables(), r#"{"kept": 1, "handled": "OK"}"#);
    assert_eq!(app.runtime.clock().now().as_secs(), 20);
    let retries = app.events().await.into_iter().filter(|event| event.level == Level::Warn).count();
    assert_eq!(retries, 2);
    assert!(!problems(&flow("- try: {steps: [], catch: [{type: A, retries: 6}]}")).is_empty());
    assert!(!problems(&flow("- try: {steps: [], catch: [{type: A, interval: 301}]}")).is_empty());
}

#[tokio::test]
async fn until_successful_starts_each_attempt_from_the_input() {
    let failing = "- until-successful:\n    retries: 2\n    interval: 5\n    steps:\n      - set-payload: \"#[msg.payload + 1]\"\n      - raise-error: {type: E, description: \"#[str(msg.payload)]\"}";
    let app = App::of_steps(failing);
    let failure = app.run(input(json("1"))).await.result.unwrap_err();
    assert_eq!((&*failure.fault.code, failure.fault.description.as_str(), failure.fault.attempt), ("E", "2", 3));
    is(failure.message.payload(), "2");
    assert_eq!(app.runtime.clock().now().as_secs(), 10);
    let steps = "- until-successful:\n    retries: 5\n    interval: 1\n    retry-when: \"#[msg.payload < 1]\"\n    steps:\n      - cache.exists: k\n      - cache.store-if-absent: {key: k, value: x, ttl: 9}\n      - set-payload: \"#[1 if msg.payload == 'fail' else 0]\"";
    let message = run(steps, "7").await;
    is(message.payload(), "1");
    let (code, _, message) = fail(
        "- until-successful: {retries: 1, interval: 1, retry-when: \"#[True]\", steps: [{set-payload: last}]}",
        "1",
    )
    .await;
    assert_eq!(code, "CORE:RETRY_EXHAUSTED");
    is(message.payload(), r#""last""#);
    for wrong in ["retries: 0", "retries: 101", "interval: 301"] {
        assert!(!problems(&flow(&format!("- until-successful: {{{wrong}, steps: []}}"))).is_empty(), "{wrong}");
    }
}

#[tokio::test]
async fn locks_are_released_on_every_way_out_and_reentrant() {
    let steps = "- synchronized:\n    lock: \"#['l' + str(msg.payload)]\"\n    steps:\n      - synchronized: {lock: l1, max-wait: 0, steps: [{set-payload: 2}]}\n- try:\n    steps: [{synchronized: {lock: l1, steps: [{raise-error: {type: A, description: x}}]}}]\n    \
                 catch: [{type: A}]\n- synchronized: {lock: l1, max-wait: 0, steps: [{set-variable: {name: got, value: 1}}]}";
    let message = run(steps, "1").await;
    is(message.payload(), "2");
    is(message.variables(), r#"{"kept": 1, "got": 1}"#);
    let steps = "- synchronized: {lock: l, max-hold: 10, steps: [{sleep: 11s}]}";
    let (code, _, message) = fail(steps, "1").await;
    assert_eq!(code, "CORE:LOCK_EXPIRED");
    unchanged_but_payload(&message);
    let steps = "- scatter-gather:\n    branches:\n      - steps: [{synchronized: {lock: l, steps: [{sleep: 60s}]}}]\n      - steps: [{sleep: 1s}, {synchronized: {lock: l, max-wait: 20, steps: []}}]";
    assert_eq!(fail(steps, "1").await.0, "CORE:LOCK_TIMEOUT");
    assert!(!problems(&flow("- synchronized: {lock: l, max-hold: 0, steps: []}")).is_empty());
}

#[tokio::test]
async fn flow_ref_runs_in_line_and_errors_come_through() {
    let flows = "flows:\n  - name: main\n    steps:\n      - flow-ref: other\n      - set-variable: {name: after, value: \"#[msg.vars['made']]\"}\n  - name: other\n    steps: [{set-payload: \"#[10 // msg.payload]\"}, {set-variable: {name: made, value: \"#[msg.payload]\"}}]";
    let app = App::new(flows);
    let message = app.run(input(json("5"))).await.result.unwrap();
    is(message.payload(), "2");
    is(message.variables(), r#"{"kept": 1, "made": 2, "after": 2}"#);
    let failure = app.run(input(json("0"))).await.result.unwrap_err();
    let place = failure.fault.place.as_ref().unwrap();
    assert_eq!((&*place.flow, &*place.step, place.component), ("other", "1", "set-payload"));
    assert!(failure.fault.trace.iter().any(|frame| frame.contains("called by flow main")));
    let deep = "name: main\nsteps: [{choice: [{when: \"#[True]\", steps: [{flow-ref: main}]}]}]";
    let failure = App::new(deep).run(input(json("0"))).await.result.unwrap_err();
    assert_eq!(&*failure.fault.code, "CORE:FLOW_DEPTH");
}
