//! Loops and branches: the table of part 2, section 2, row by row.

use super::{App, fail, flow, input, is, json, problems, run, unchanged_but_payload};
use dataway_lang::Document;
use dataway_lang::document::{Source, Stream};

#[tokio::test]
async fn for_each_goes_over_every_kind_of_collection() {
    for (collection, seen) in [
        ("[3, 4]", "[3, 4]"),
        ("'aé😀'", r#"["a", "é", "😀"]"#),
        ("{'x': 1, 'y': [2]}", "[1, [2]]"),
        ("3", "[0, 1, 2]"),
        ("[]", "[]"),
        ("Entity.from_bytes(b'a=1&b=2&a=3', 'application/x-www-form-urlencoded')", r#"["1", "3", "2"]"#),
        ("Entity.from_bytes(b'{\"k\": [1]}', 'application/json')", "[[1]]"),
    ] {
        let steps = format!(
            "- set-variable: {{name: seen, value: []}}\n- for-each:\n    collection: |\n      #[{collection}]\n    steps:\n      \
             - set-variable: {{name: seen, value: \"#[msg.vars['seen'] + [msg.payload]]\"}}"
        );
        let message = run(&steps, "1").await;
        is(message.variable("seen").unwrap(), seen);
        is(message.payload(), "1");
    }
    for wrong in ["None", "-1", "1.5", "b'x'", "True"] {
        let (code, ..) = fail(&format!("- for-each: {{collection: \"#[{wrong}]\", steps: []}}"), "1").await;
        assert_eq!(code, "CORE:TYPE", "{wrong}");
    }
}

#[tokio::test]
async fn the_body_of_for_each_sees_and_keeps_what_the_table_says() {
    let steps = "- for-each:\n    steps:\n      - set-variable: {name: trace, value: \"#[msg.vars.get('trace', []) + [[msg.payload, msg.attrs, msg.vars['counter'], \
                 msg.vars['rootMessage'].payload, msg.vars['rootMessage'].attrs['from'], msg.error]]]\"}\n      - transform: {payload: gone, attributes: {also: gone}}";
    let message = run(steps, "[10, 20]").await;
    is(message.payload(), "[10, 20]");
    is(message.attributes(), r#"{"from": "input"}"#);
    is(
        message.variables(),
        r#"{"kept": 1, "trace": [[10, {}, 0, [10, 20], "input", null], [20, {}, 1, [10, 20], "input", null]]}"#,
    );
}

#[tokio::test]
async fn nested_loops_may_use_the_same_names() {
    let steps = "- set-variable: {name: counter, value: mine}\n- for-each:\n    steps:\n      - for-each:\n          collection: 2\n          steps: [{set-variable: {name: s, \
                 value: \"#[msg.vars.get('s', '') + str(msg.vars['counter'])]\"}}]\n      - set-variable: {name: s, value: \"#[msg.vars['s'] + str(msg.vars['counter']) + ' ']\"}";
    let message = run(steps, "[7, 8]").await;
    is(message.variables(), r#"{"kept": 1, "counter": "mine", "s": "010 011 "}"#);
}

#[tokio::test]
async fn break_and_continue_act_on_the_nearest_loop_through_other_containers() {
    let steps = "- for-each:\n    collection: 5\n    steps:\n      - try:\n          steps:\n            - synchronized:\n                lock: l\n                steps:\n                  \
                 - until-successful:\n                      steps:\n                        - choice:\n                            - when: \"#[msg.payload == 1]\"\n                              steps: [continue]\n                            \
                 - when: \"#[msg.payload == 3]\"\n                              steps: [break]\n                  - set-variable: {name: s, value: \"#[msg.vars.get('s', '') + str(msg.payload)]\"}";
    let message = run(steps, "1").await;
    is(message.variables(), r#"{"kept": 1, "s": "02"}"#);
}

#[tokio::test]
async fn an_error_in_a_turn_ends_the_loop_with_the_inner_message() {
    let steps = "- for-each:\n    steps:\n      - set-variable: {name: at, value: \"#[msg.payload]\"}\n      - set-payload: \"#[1 / msg.payload]\"";
    let (code, _, message) = fail(steps, "[1, 0, 2]").await;
    assert_eq!(code, "DATAWAY:RUNTIME");
    is(message.payload(), "0");
    is(message.variables(), r#"{"kept": 1, "at": 0}"#);
}

struct Count(i64);

impl Source for Count {
    fn next(&mut self) -> Result<Option<Document>, String> {
        self.0 += 1;
        if self.0 == 100 { Err("the source broke".into()) } else { Ok((self.0 <= 3).then_some(self.0.into())) }
    }
}

#[tokio::test]
async fn streams_are_read_item_by_item() {
    let sum = "- for-each: {steps: [{set-variable: {name: sum, value: \"#[msg.vars.get('sum', 0) + msg.payload]\"}}]}";
    let message = App::of_steps(sum).run(input(Stream::document(Box::new(Count(0))))).await.result.unwrap();
    is(message.variable("sum").unwrap(), "6");
    let failure = App::of_steps(sum).run(input(Stream::document(Box::new(Count(99))))).await.result.unwrap_err();
    assert_eq!((&*failure.fault.code, failure.fault.description.as_str()), ("CORE:RUNTIME", "the source broke"));
    let twice = format!("{sum}\n{sum}");
    let failure = App::of_steps(&twice).run(input(Stream::document(Box::new(Count(0))))).await.result.unwrap_err();
    assert!(failure.fault.description.contains("already consumed"));
    let parallel = "- parallel-for-each: {max-parallel: 2, steps: [{set-payload: \"#[msg.payload * 2]\"}]}";
    let message = App::of_steps(parallel).run(input(Stream::document(Box::new(Count(0))))).await.result.unwrap();
    is(message.payload(), "[2, 4, 6]");
}

#[tokio::test]
async fn while_counts_its_turns() {
    let steps = "- while:\n    condition: \"#[msg.vars['counter'] < 3 and msg.payload == 'p']\"\n    steps:\n      - set-variable: {name: s, value: \"#[msg.vars.get('s', []) + \
                 [msg.vars['counter'], msg.payload, msg.attrs, msg.vars['rootMessage'].payload]]\"}\n      - set-payload: gone";
    let message = run(steps, r#""p""#).await;
    is(message.payload(), r#""p""#);
    is(message.attributes(), r#"{"from": "input"}"#);
    is(message.variables(), r#"{"kept": 1, "s": [0, null, {}, "p", 1, null, {}, "p", 2, null, {}, "p"]}"#);
    let endless = |more: &str| {
        format!(
            "- while: {{condition: \"#[True]\", max-loops: 5{more}, steps: [{{set-variable: {{name: n, value: \"#[msg.vars['counter']]\"}}}}]}}"
        )
    };
    let message = run(&endless(""), "1").await;
    is(message.variables(), r#"{"kept": 1, "n": 4}"#);
    let (code, _, message) = fail(&endless(", fail-at-max: true"), "1").await;
    assert_eq!(code, "CORE:LOOP_LIMIT");
    is(message.variables(), r#"{"kept": 1, "n": 4}"#);
    assert!(!problems(&flow("- while: {condition: \"#[True]\", max-loops: 10001, steps: []}")).is_empty());
    assert!(!problems(&flow("- while: {condition: true, steps: []}")).is_empty());
}

#[tokio::test]
async fn parallel_for_each_keeps_order_and_snapshots() {
    let steps = "- parallel-for-each:\n    max-parallel: 3\n    steps:\n      - sleep: \"#[100 - 10 * msg.payload]\"\n      - set-variable: {name: kept, value: lost}\n      \
                 - set-payload: \"#[[msg.payload, msg.vars['counter'], msg.attrs, len(msg.vars['rootMessage'].payload)]]\"";
    let message = run(steps, "[1, 2, 3, 4]").await;
    is(message.payload(), "[[1, 0, {}, 4], [2, 1, {}, 4], [3, 2, {}, 4], [4, 3, {}, 4]]");
    unchanged_but_payload(&message);
    let steps = "- parallel-for-each:\n    errors: problems\n    steps: [{set-payload: \"#[12 // msg.payload]\"}]";
    let message = run(steps, "[1, 0, 3]").await;
    is(message.payload(), "[12, null, 4]");
    let problem = message.variable("problems").unwrap().as_dict().unwrap();
    assert_eq!(problem.len(), 1);
    assert!(problem.keys().iter().next().unwrap().as_int() == Some(1));
    assert_eq!(problem.values()[0].get("Code").and_then(Document::as_str), Some("DATAWAY:RUNTIME"));
    let message = run(steps, "[]").await;
    is(message.payload(), "[]");
    is(message.variable("problems").unwrap(), "{}");
    let steps = "- parallel-for-each:\n    stop-on-error: true\n    max-parallel: 1\n    steps:\n      - raise-error: {type: \"#['E:' + str(msg.payload)]\", description: x}";
    let (code, _, message) = fail(steps, "[1, 2]").await;
    assert_eq!(code, "E:1");
    is(message.payload(), "[1, 2]");
}

#[tokio::test]
async fn scatter_gather_gathers_under_numbers_or_names() {
    let branches = "branches:\n      - name: stock\n        steps:\n          - sleep: 50\n          - set-payload: \"#[[msg.payload, msg.attrs['from'], msg.vars['rootMessage'].payload]]\"\n      \
                    - name: risk\n        steps: [{set-variable: {name: kept, value: lost}}, {set-payload: 2}]";
    let message = run(&format!("- scatter-gather:\n    {branches}"), "7").await;
    is(message.payload(), r#"{"1": [7, "input", 7], "2": 2}"#);
    unchanged_but_payload(&message);
    let message = run(&format!("- scatter-gather:\n    result-keys: name\n    {branches}"), "7").await;
    is(message.payload(), r#"{"stock": [7, "input", 7], "risk": 2}"#);
    let steps = "- scatter-gather:\n    branches:\n      - steps: [{sleep: 20}, {raise-error: {type: A, description: x}}]\n      - steps: [{sleep: 10}, {raise-error: {type: B, description: y}}]";
    let app = App::of_steps(steps);
    let failure = app.run(input(json("7"))).await.result.unwrap_err();
    assert_eq!((&*failure.fault.code, &*failure.fault.causes[0].code), ("A", "B"));
    is(failure.message.payload(), "7");
    let same = "- scatter-gather: {branches: [{name: a, steps: []}, {name: a, steps: []}]}";
    assert!(problems(&flow(same))[0].starts_with("APP003"));
    assert!(!problems(&flow("- scatter-gather: {branches: []}")).is_empty());
}

#[tokio::test]
async fn choice_takes_the_first_true_branch() {
    let steps = "- choice:\n    - when: \"#[msg.payload > 10]\"\n      steps: [{set-payload: big}]\n    - when: \"#[msg.payload > 5]\"\n      steps: [{set-variable: {name: m, value: 1}}]";
    is(run(steps, "11").await.payload(), r#""big""#);
    let message = run(steps, "6").await;
    is(message.variables(), r#"{"kept": 1, "m": 1}"#);
    let message = run(steps, "1").await;
    is(message.payload(), "1");
    unchanged_but_payload(&message);
    let otherwise = format!("{steps}\n    - otherwise: [{{set-payload: small}}]");
    is(run(&otherwise, "1").await.payload(), r#""small""#);
    assert_eq!(fail(steps, r#""x""#).await.0, "DATAWAY:RUNTIME");
    assert!(problems(&flow("- choice: [{otherwise: []}, {when: \"#[True]\", steps: []}]"))[0].starts_with("FLW003"));
    assert!(!problems(&flow("- choice: [{otherwise: []}]")).is_empty());
}

#[tokio::test]
async fn entities_are_not_parsed_before_somebody_asks() {
    let Document::Entity(_) = run("- set-payload: \"#[Entity.from_bytes(b'{not json', 'application/json')]\"\n- choice: [{when: \"#[msg.vars['kept'] == 1]\", steps: []}]", "1").await.payload().clone() else {
        panic!("the payload is no Entity")
    };
}
