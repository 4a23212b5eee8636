//! Components without steps inside: the documented example, bounds, what changes and what stays.

use super::{App, fail, flow, input, is, json, problems, run, unchanged_but_payload};
use crate::engine::Level;
use crate::message::Message;
use dataway_lang::Document;

#[tokio::test]
async fn set_payload_makes_values_and_entities() {
    for (step, kind, text) in [
        ("set-payload: plain", "str", r#""plain""#),
        ("set-payload: {value: [1, '#[msg.payload]', {a: '#[msg.vars.kept]'}]}", "list", r#"[1, {"x": 5}, {"a": 1}]"#),
        ("set-payload: \"#[msg.payload['x']]\"", "int", "5"),
        ("set-payload: {value: text, mime-type: text/plain}", "Entity", r#""text""#),
        ("set-payload: {value: {a: '#[msg.payload[\"x\"]]'}, mime-type: application/json}", "Entity", r#"{"a": 5}"#),
        ("set-payload: {value: '#[str(7)]', mime-type: text/plain}", "Entity", r#""7""#),
        (
            "set-payload: {value: '#[Entity.from_bytes(b\"[1]\", \"text/plain\")]', mime-type: application/json}",
            "Entity",
            "[1]",
        ),
        ("set-payload: {script: none.dw, as: string}", "", ""),
    ] {
        if kind.is_empty() {
            assert!(!problems(&flow(&format!("- {step}"))).is_empty());
            continue;
        }
        let message = run(&format!("- {}", step.replace("msg.vars.kept", "msg.vars[\"kept\"]")), r#"{"x": 5}"#).await;
        assert_eq!(message.payload().type_name(), kind, "{step}");
        is(message.payload(), text);
        unchanged_but_payload(&message);
    }
    let message = run("- set-payload: {value: null, mime-type: text/plain}", "1").await;
    assert!(matches!(message.payload(), Document::Entity(entity) if entity.bytes.is_empty()));
    let (code, description, message) = fail("- set-payload: {value: '#[{}]', mime-type: application/json}", "1").await;
    assert_eq!(code, "CORE:TYPE");
    assert!(description.contains("Entity.from_value"), "{description}");
    is(message.payload(), "1");
}

#[tokio::test]
async fn variables_are_set_and_removed() {
    let steps = "- set-variable: {name: a, value: \"#[msg.payload + 1]\"}\n- set-variable: {name: kept, value: 2}\n\
                 - remove-variable: absent\n- remove-variable: {name: a}\n- set-variable: {name: b, value: x, mime-type: text/plain}";
    let message = run(steps, "1").await;
    is(message.variables(), r#"{"kept": 2, "b": "x"}"#);
    is(message.payload(), "1");
    is(message.attributes(), r#"{"from": "input"}"#);
}

#[tokio::test]
async fn transform_computes_everything_from_the_input() {
    let steps = "- transform:\n    payload: \"#[msg.vars['kept'] + 1]\"\n    attributes: \"#[{'old': msg.attrs['from']}]\"\n    \
                 variables: {kept: \"#[msg.payload]\", more: \"#[msg.vars['kept']]\"}";
    let message = run(steps, r#""p""#).await;
    is(message.payload(), "2");
    is(message.attributes(), r#"{"old": "input"}"#);
    is(message.variables(), r#"{"kept": "p", "more": 1}"#);
    let steps = "- transform: {payload: 2, variables: {kept: \"#[1 / 0]\"}}";
    let (code, description, message) = fail(steps, "1").await;
    assert_eq!(code, "DATAWAY:RUNTIME");
    assert_eq!(description, "ZeroDivisionError: division by zero (flows/test.yaml:3)");
    is(message.payload(), "1");
    is(message.variables(), r#"{"kept": 1}"#);
    let (code, ..) = fail("- transform: {attributes: 1}", "1").await;
    assert_eq!(code, "CORE:TYPE");
    assert!(problems(&flow("- transform: {}"))[0].contains("changes nothing"));
}

#[tokio::test]
async fn scripts_cannot_change_what_other_steps_see() {
    let steps = "- set-payload: \"#[[msg.payload.append(4), msg.vars.clear(), msg.payload][2]]\"\n- set-variable: {name: n, value: \"#[len(msg.payload)]\"}";
    let app = App::of_steps(steps);
    let original = input(json("[1, 2, 3]"));
    let message = app.run(original.clone()).await.result.unwrap();
    is(message.payload(), "[1, 2, 3, 4]");
    is(message.variables(), r#"{"kept": 1, "n": 4}"#);
    is(original.payload(), "[1, 2, 3]");
}

#[tokio::test]
async fn the_logger_says_what_it_was_given() {
    let steps = "- logger: done\n- logger: {message: \"#[[1, 'x']]\", level: WARN, category: \"#['c' + str(msg.payload)]\"}\n\
                 - logger: {message: \"#[Entity.from_bytes(b'abc', 'text/plain')]\", level: DEBUG}\n- logger: {message: \"#[b'abc']\"}\n- logger: {}";
    let app = App::of_steps(steps);
    let message = app.run(input(json("1"))).await.result.unwrap();
    unchanged_but_payload(&message);
    is(message.payload(), "1");
    let events: Vec<_> = app.events().await.into_iter().filter(|event| !event.category.is_empty()).collect();
    let said: Vec<_> = events.iter().map(|event| (event.content.as_str(), event.level, &*event.category)).collect();
    assert_eq!(
        said,
        [
            ("done", Level::Info, "main"),
            ("[1, 'x']", Level::Warn, "c1"),
            ("abc", Level::Debug, "main"),
            ("<3 bytes>", Level::Info, "main"),
            ("1", Level::Info, "main"),
        ]
    );
    let app = App::of_steps("- logger: \"#['é' * 40000]\"");
    app.run(Message::default()).await.result.unwrap();
    let said = app.events().await.into_iter().find(|event| !event.category.is_empty()).unwrap();
    assert_eq!(said.content.len(), 64 * 1024);
}

#[tokio::test]
async fn raise_error_names_its_type() {
    let (code, description, message) =
        fail("- raise-error: {type: 'ORDER:X', description: \"#['no ' + msg.payload]\"}", r#""p""#).await;
    assert_eq!((code.as_str(), description.as_str()), ("ORDER:X", "no p"));
    is(message.variables(), r#"{"kept": 1}"#);
    let (code, ..) = fail("- raise-error: {type: \"#['a b']\", description: x}", "1").await;
    assert_eq!(code, "CORE:TYPE");
    assert!(problems(&flow("- raise-error: {type: 'A:B:C', description: x}"))[0].starts_with("FLW005"));
}

#[tokio::test]
async fn sleeping_takes_no_time_on_a_virtual_clock() {
    let app = App::of_steps("- sleep: 2h\n- sleep: {delay: \"#[msg.payload]\"}\n- sleep: {}");
    let message = app.run(input(json("500"))).await.result.unwrap();
    unchanged_but_payload(&message);
    assert_eq!(app.runtime.clock().now().as_secs(), 7201);
    for steps in ["- sleep: \"#[-1]\"", "- sleep: \"#['soon']\"", "- sleep: \"#['25h']\""] {
        assert_eq!(fail(steps, "1").await.0, "CORE:TYPE", "{steps}");
    }
    assert!(problems(&flow("- sleep: 25h"))[0].starts_with("FLW011"));
}

#[tokio::test]
async fn the_cache_answers_in_words() {
    let steps = "- parallel-for-each:\n    collection: [a]\n    steps: [{cache.store: {key: a, value: x, ttl: 10}}]\n\
        - set-variable: {name: first, value: \"#[msg.payload[0]]\"}\n\
        - cache.store-if-absent: {key: a, value: y, ttl: 10s}\n- set-variable: {name: second, value: \"#[msg.payload]\"}\n\
        - cache.read: a\n- set-variable: {name: third, value: \"#[msg.payload]\"}\n- sleep: 11s\n\
        - cache.exists: {key: a}\n- set-variable: {name: fourth, value: \"#[msg.payload]\"}\n- cache.read: a\n\
        - set-variable: {name: fifth, value: \"#[msg.payload]\"}\n- cache.delete: a";
    let message = run(steps, "1").await;
    is(message.payload(), r#""data not exist""#);
    is(message.attributes(), r#"{"from": "input"}"#);
    let expected = r#"{"kept": 1, "first": "OK", "second": "fail", "err": "the key exists", "third": "x", "fourth": 0, "fifth": ""}"#;
    is(message.variables(), expected);
    for step in [
        "cache.store: {key: a, value: \"#[1]\", ttl: 10}",
        "cache.store: {key: a, value: x, ttl: \"#[0]\"}",
        "cache.read: \"#[1]\"",
    ] {
        assert_eq!(fail(&format!("- {step}"), "1").await.0, "CORE:TYPE", "{step}");
    }
}

#[tokio::test]
async fn compressed_content_comes_back() {
    for method in ["DEFLATE", "GZIP", "ZLIB"] {
        for level in ["default", "none", "1", "9"] {
            let steps = format!(
                "- compress: {{method: {method}, level: {level}}}\n- decompress: {{method: {method}}}\n- set-payload: \"#[msg.payload.decode()]\""
            );
            let message = run(&steps, "\"many letters, many letters\"").await;
            is(message.payload(), "\"many letters, many letters\"");
            unchanged_but_payload(&message);
        }
    }
    assert_eq!(fail("- decompress: {method: GZIP}", "\"no such data\"").await.0, "COMPRESS:DATA");
    assert_eq!(fail("- compress: {method: GZIP, level: \"#[10]\"}", "\"x\"").await.0, "CORE:TYPE");
    assert_eq!(fail("- compress: {method: GZIP}", "[1]").await.0, "CORE:TYPE");
    let bomb =
        "- compress: {content: \"#[bytes(3000000)]\", method: ZLIB}\n- decompress: {method: ZLIB, max-size: 1MiB}";
    assert_eq!(fail(bomb, "1").await.0, "COMPRESS:LIMIT");
    assert!(problems(&flow("- compress: {method: ZIP}"))[0].contains("method"));
    assert!(problems(&flow("- compress: {method: ZLIB, level: 10}"))[0].contains("level"));
}

#[tokio::test]
async fn the_rate_limiter_rejects_or_waits() {
    let steps = "- for-each: {collection: 3, steps: [{rate-limiter: {unit: minute, max: 2}}]}";
    assert_eq!(fail(steps, "1").await.0, "CORE:RATE_LIMIT");
    let app = App::of_steps(
        "- for-each: {collection: 4, steps: [{rate-limiter: {unit: minute, max: 2, strategy: queue, max-wait: 1m}}]}",
    );
    app.run(input(json("1"))).await.result.unwrap();
    assert_eq!(app.runtime.clock().now().as_secs(), 60);
    assert!(problems(&flow("- rate-limiter: {unit: minute, max: 2, strategy: queue}"))[0].contains("max-wait"));
    assert!(!problems(&flow("- rate-limiter: {unit: minute, max: 0}")).is_empty());
}

#[tokio::test]
async fn filter_keeps_rows_that_fit() {
    let rows = r#"[{"n": 1, "s": "ab", "o": 1}, {"n": 5, "s": "bc", "o": 1}, {"s": "cd", "n": null}, {"n": 9, "s": "ac", "o": 9}]"#;
    for (params, expected) in [
        ("{}", rows),
        (
            "{fields: [s, x]}",
            r#"[{"s": "ab", "x": null}, {"s": "bc", "x": null}, {"s": "cd", "x": null}, {"s": "ac", "x": null}]"#,
        ),
        (
            "{fields: [n], where: \"#[msg.payload['n'] and msg.payload['n'] > msg.vars['kept']]\"}",
            r#"[{"n": 5}, {"n": 9}]"#,
        ),
        ("{fields: [n], conditions: [{field: n, op: '>=', value: 5}]}", r#"[{"n": 5}, {"n": 9}]"#),
        (
            "{fields: [n], conditions: [{field: n, op: '!=', value: \"#[msg.vars['kept']]\"}]}",
            r#"[{"n": 5}, {"n": null}, {"n": 9}]"#,
        ),
        ("{fields: [n], conditions: [{field: n, op: '==', other-field: o}]}", r#"[{"n": 1}, {"n": null}, {"n": 9}]"#),
        (
            "{fields: [n], conditions: [{field: s, op: StartWith, value: a}, {field: s, op: ends-with, value: c}]}",
            r#"[{"n": 9}]"#,
        ),
        (
            "{fields: [n], conditions: [{field: n, op: is-null}, {field: n, op: in, value: [5]}], logic: 1 or 2}",
            r#"[{"n": 5}, {"n": null}]"#,
        ),
        (
            "{fields: [n], conditions: [{field: s, op: contains, value: c}, {field: n, op: NotIn, value: [9]}]}",
            r#"[{"n": 5}]"#,
        ),
        ("{input: [], conditions: [{field: s, op: '<', value: 1}]}", "[]"),
    ] {
        let message = run(&format!("- filter: {params}"), rows).await;
        is(message.payload(), expected);
        unchanged_but_payload(&message);
    }
    for (params, code) in [
        ("{input: 1}", "CORE:TYPE"),
        ("{input: [1]}", "CORE:TYPE"),
        ("{conditions: [{field: s, op: '<', value: 1}]}", "CORE:TYPE"),
        ("{conditions: [{field: n, op: starts-with, value: a}]}", "CORE:TYPE"),
        ("{where: \"#[msg.payload['none']]\"}", "DATAWAY:RUNTIME"),
    ] {
        assert_eq!(fail(&format!("- filter: {params}"), rows).await.0, code, "{params}");
    }
    for params in [
        "{where: \"#[True]\", conditions: [{field: a, op: is-null}]}",
        "{conditions: [{field: a, op: is-null}], logic: 1 and 2}",
        "{conditions: [{field: a, op: is-null, value: 1}]}",
        "{conditions: [{field: a, op: '==='}]}",
        "{logic: 1 and}",
    ] {
        assert!(!problems(&flow(&format!("- filter: {params}"))).is_empty(), "{params}");
    }
}

#[tokio::test]
async fn validate_names_every_finding() {
    let schema = "{type: object, required: [id], properties: {id: {type: string, format: uuid}, n: {type: integer}}}";
    let steps = format!("- validate: {{schema: {schema}}}");
    let good = r#"{"id": "123e4567-e89b-12d3-a456-426614174000", "n": 1}"#;
    let message = run(&steps, good).await;
    is(message.payload(), good);
    unchanged_but_payload(&message);
    let (code, description, message) = fail(&steps, r#"{"id": "x", "n": "y"}"#).await;
    assert_eq!(code, "VALIDATION:INVALID");
    assert_eq!(description, "/id: str 'x' is no uuid; /n: must be integer, is str 'y'");
    unchanged_but_payload(&message);
    let (_, description, _) =
        fail(&format!("- validate: {{schema: {schema}, max-errors: 1}}"), r#"{"id": 1, "n": "y"}"#).await;
    assert!(!description.contains(';'), "{description}");
    let body = "- set-payload: \"#[Entity.from_bytes(b'{no json', 'application/json')]\"\n";
    let (code, description, _) = fail(&format!("{body}{steps}"), "1").await;
    assert!(code == "VALIDATION:INVALID" && description.starts_with("/: "), "{code} {description}");
    let caught =
        format!("- try:\n    steps: [{{validate: {{schema: {schema}}}}}]\n    catch: [{{type: CORE:RUNTIME}}]");
    assert_eq!(fail(&caught, "1").await.0, "VALIDATION:INVALID");
    assert!(!problems(&flow("- validate: {schema: {}, max-errors: 101}")).is_empty());
}

#[tokio::test]
async fn crypto_keeps_secrets_and_answers_about_signatures() {
    let keys = "k: {type: crypto, mode: symmetric, padding-mode: none, key: 0123456789abcdef}";
    let cipher = |more: &str| {
        format!(
            "- crypto.encrypt: {{iv: 0123456789abcdef{more}}}\n- crypto.decrypt: {{iv: 0123456789abcdef{more}}}\n- set-payload: \"#[msg.payload.decode()]\""
        )
    };
    for more in ["", ", padding: ZERO", ", block-mode: CBC", ", algorithm: AES"] {
        let app = App::with_configs(keys, &flow(&cipher(more)));
        let message = app.run(input("a secret".into())).await.result.unwrap();
        is(message.payload(), "\"a secret\"");
        unchanged_but_payload(&message);
    }
    let wrong = |steps: &str, payload: Document| {
        let app = App::with_configs(keys, &flow(steps));
        async move { app.run(input(payload)).await.result.unwrap_err().fault.code.to_string() }
    };
    assert_eq!(wrong("- crypto.decrypt: {iv: 0123456789abcdef}", Document::bytes(vec![1; 32])).await, "CRYPTO:DATA");
    assert_eq!(wrong("- crypto.encrypt: {iv: \"#['short']\"}", "x".into()).await, "CRYPTO:IV");
    assert_eq!(
        wrong("- crypto.encrypt: {algorithm: \"#['DES']\", iv: \"#['12345678']\"}", "x".into()).await,
        "CRYPTO:KEY"
    );
    assert_eq!(wrong("- crypto.encrypt: {iv: 0123456789abcdef}", json("[1]")).await, "CORE:TYPE");
    let derived = "k: {type: crypto, mode: symmetric, salt: salt, password: password, iterations: 1, hash: SHA1}";
    // RFC 6070: the first sixteen bytes of the first vector are the key.
    let app = App::with_configs(
        derived,
        &flow(
            "- crypto.encrypt: {block-mode: ECB, padding: NONE, content: \"#[bytes(16)]\"}\n- set-payload: \"#[len(msg.payload)]\"",
        ),
    );
    is(app.run(input("x".into())).await.result.unwrap().payload(), "16");
}
