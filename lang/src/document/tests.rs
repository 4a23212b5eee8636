//! Documents: round trips, what is shared, what is equal.

use std::sync::Arc;

use super::stream::Source;
use super::{Document, Message, Stream};
use crate::source::SourceText;
use crate::syntax::ParseOptions;
use crate::{Profile, Program, RunOptions};

/// Runs an expression on a message.
fn run(text: &str, message: Message) -> Result<Document, String> {
    let source = SourceText::new("test", text);
    let compiled = Program::compile(&source, &ParseOptions::default(), Profile::Extended);
    let program = compiled.program.unwrap_or_else(|| panic!("{text}: {:?}", compiled.diagnostics));
    let outcome = program.run_document(&Arc::new(message), &RunOptions::default());
    outcome.result.map_err(|report| report.last().map_or_else(String::new, |link| link.message.clone()))
}

fn payload(payload: Document) -> Message {
    Message { payload, ..Message::default() }
}

fn json(text: &str) -> Document {
    Document::from_json(text).unwrap()
}

#[test]
fn every_kind_goes_through_a_run_and_comes_back() {
    for text in [
        "None",
        "True",
        "-7",
        "2 ** 100",
        "1.5",
        "'short'",
        "'a longer text with a lone \\ud800 surrogate'",
        "b'bytes'",
        "decimal.Decimal('1.50')",
        "datetime.datetime(2024, 2, 29, 12, 30, tzinfo=zoneinfo.ZoneInfo('Asia/Shanghai'))",
        "datetime.date(2024, 2, 29)",
        "datetime.time(12, 30)",
        "[1, [2, {}], ()]",
        "{'a': 1, 'b': {'c': [None]}, 3: 'x', None: 4}",
        "Entity.from_value({'d': decimal.Decimal('1.5')}, mime_type='application/json')",
        "Entity.from_value('k=1&k=2&j=3', mime_type='text/plain')",
        "Entity.from_bytes(b'k=1&k=2&j=3', 'application/x-www-form-urlencoded')['^value']",
        "Entity.from_value({'a': 'x'}, 'multipart/form-data')['parts']",
        "msg",
    ] {
        let made = run(text, Message::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let again = run("msg.payload", payload(made.clone())).unwrap();
        assert!(made == again, "{text}");
        let inside = run("[(msg.payload, type(msg.payload).__name__)]", payload(made.clone())).unwrap();
        let pair = inside.at(0).unwrap();
        assert!(*pair.at(0).unwrap() == made, "{text}");
        assert_eq!(pair.at(1).unwrap().as_str(), Some(made.type_name()), "{text}");
    }
}

#[test]
fn what_is_not_looked_at_is_handed_on_as_it_is() {
    let list = json("[1, 2, 3]");
    let Document::List(before) = &list else { panic!() };
    let Document::Message(after) = run("msg", payload(list.clone())).unwrap() else { panic!() };
    assert!(matches!(&after.payload, Document::List(after) if Arc::ptr_eq(before, after)));
    let text: Arc<[u8]> = vec![b'x'; 10_000].into();
    let Document::List(parts) = run("[msg.payload]", payload(Document::Text(text.clone()))).unwrap() else { panic!() };
    assert!(matches!(&parts[0], Document::Text(same) if Arc::ptr_eq(same, &text)));
    let Document::Entity(entity) = Document::entity(text.clone(), "text/plain", "utf-8") else { panic!() };
    let after = run("{'e': msg.payload}", payload(Document::Entity(entity))).unwrap();
    assert!(matches!(after.get("e"), Some(Document::Entity(e)) if Arc::ptr_eq(&e.bytes, &text)));
}

#[test]
fn dicts_are_made_of_what_is_looked_at() {
    let long = format!("{:?}", "x".repeat(600));
    let text = format!(r#"{{"a":1,"t":{long},"o":{{"n":2,"l":[[{{"k":3}}],4],"m":{{"z":5,"y":[6]}}}},"b":[1]}}"#);
    let before = json(&text);
    let Document::Dict(own) = &before else { panic!() };
    for round in 0..3 {
        // Values of documents that were looked at before are made at once, after a while all of them.
        for expression in ["msg.payload", "(msg.payload['a'] + len(msg.payload['t']), msg.payload)[1]"] {
            let Document::Dict(after) = run(expression, payload(before.clone())).unwrap() else { panic!() };
            assert!(round > 0 || Arc::ptr_eq(own, &after), "{expression}");
            assert!(Document::Dict(after) == before, "{expression}");
        }
        for (expression, expected) in [
            (
                "(msg.payload['o']['m'].update(z=7), msg.payload['o'])[1]",
                r#"{"n":2,"l":[[{"k":3}],4],"m":{"z":7,"y":[6]}}"#,
            ),
            ("(msg.payload['o']['l'][0].append(8), msg.payload['o']['l'])[1]", r#"[[{"k":3},8],4]"#),
            ("(msg.payload.pop('o'), msg.payload.pop('t'), msg.payload)[2]", r#"{"a":1,"b":[1]}"#),
            (
                "[msg.payload['o']['m']['y'] is msg.payload['o']['m']['y'], len(msg.payload), 'q' in msg.payload]",
                "[true,4,false]",
            ),
            ("list(msg.payload['o'])", r#"["n","l","m"]"#),
        ] {
            assert!(run(expression, payload(before.clone())).unwrap() == json(expected), "{expression}");
        }
    }
    assert!(before == json(&text));
}

#[test]
fn changes_stay_inside_the_run() {
    let variables = json(r#"{"a": [1]}"#);
    let message = Message { variables: variables.clone(), ..Message::default() };
    let changed = run("[msg.vars['a'].append(2), msg.vars]", message).unwrap();
    assert!(changed == Document::list(vec![Document::None, json(r#"{"a": [1, 2]}"#)]));
    assert!(variables == json(r#"{"a": [1]}"#));
}

#[test]
fn equality() {
    for (a, b, equal) in [
        ("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", true),
        ("1", "1.0", true),
        ("1", "true", false),
        ("[0]", "[false]", false),
        ("100000000000000000000", "1e20", true),
        ("{\"a\": 1}", "{\"a\": 1, \"b\": 1}", false),
        ("\"1\"", "1", false),
        ("null", "false", false),
    ] {
        assert_eq!(json(a) == json(b), equal, "{a} {b}");
    }
    let entity = Document::entity(&br#"{"a": [1]}"#[..], "application/json", "utf-8");
    assert!(entity == json(r#"{"a": [1]}"#) && entity != json("1"));
    assert!(
        Document::multi_map([("a", 1i64.into()), ("b", 2i64.into()), ("a", 3i64.into())])
            == json(r#"{"a":[1,3],"b":2}"#)
    );
}

#[test]
fn dicts_change_by_copy() {
    let mut one = Document::dict((0..20).map(|_| ("k", Document::None)));
    let two = one.clone();
    for n in 0..20i64 {
        one.set(&format!("k{n}"), n.into());
    }
    one.remove("k7");
    assert_eq!((two.as_dict().unwrap().len(), one.as_dict().unwrap().len()), (1, 20));
    assert_eq!((one.get("k19").and_then(Document::as_int), one.get("k7")), (Some(19), None));
}

#[test]
fn sizes_are_those_of_the_data_and_debug_shows_none_of_it() {
    let mut list = Document::list(vec![Document::bytes(vec![0; 1000]); 10]);
    assert!((10_000..11_000).contains(&list.size()));
    for _ in 0..1000 {
        list = Document::list(vec![list]);
    }
    assert!((34_000..36_000).contains(&list.size()));
    assert_eq!(format!("{:?}", Document::from("secret")), "<str, about 24 bytes>");
}

#[test]
fn deep_documents_are_dropped_and_refused_without_a_deep_stack() {
    let mut deep = Document::None;
    for _ in 0..200_000 {
        deep = Document::dict([("d", Document::list(vec![deep]))]);
    }
    assert_eq!(run("msg.payload", payload(deep.clone())).unwrap_err(), "maximum recursion depth exceeded");
    assert!(deep.to_json(false).is_err());
    drop(deep);
}

struct Count(i64);

impl Source for Count {
    fn next(&mut self) -> Result<Option<Document>, String> {
        self.0 += 1;
        if self.0 > 4 { Err("the source broke".into()) } else { Ok((self.0 < 4).then_some(self.0.into())) }
    }
}

#[test]
fn a_stream_is_read_once_or_made_a_list() {
    let stream = || Stream::document(Box::new(Count(0)));
    let numbers = json("[1, 2, 3]");
    assert!(run("[x for x in msg.payload]", payload(stream())).unwrap() == numbers);
    assert_eq!(run("[list(msg.payload), list(msg.payload)]", payload(stream())).unwrap_err(), super::stream::CONSUMED);
    let unread = run("msg.payload", payload(stream())).unwrap();
    assert!(run("(len(msg.payload), msg.payload)[1]", payload(unread.clone())).unwrap() == numbers);
    // Now it is a list for everybody.
    assert!(run("list(msg.payload) + list(msg.payload)", payload(unread)).is_ok());
    assert_eq!(
        run("list(msg.payload)", payload(Stream::document(Box::new(Count(4))))).unwrap_err(),
        "the source broke"
    );
}

#[test]
fn json_text() {
    let document = json(r#"{"a":[1,2.5,"é"],"b":{}}"#);
    assert_eq!(document.to_json(false).unwrap(), r#"{"a":[1,2.5,"é"],"b":{}}"#.as_bytes());
    assert!(document.to_json(true).unwrap().starts_with(b"{\n  \"a\": [\n"));
    assert!(Document::Float(f64::NAN).to_json(false).is_err());
    assert!(Document::from_json("[1,").unwrap_err().contains("line 1"));
}

#[test]
fn one_look_at_a_payload_is_as_good_as_several() {
    let text = r#"{"a":1,"s":"a text of more than so many bytes","o":{"b":[2]},"a":3}"#;
    let seen = |expression: &str| {
        let entity = Document::entity(text.as_bytes(), "application/json", "utf-8");
        let result = run(expression, payload(entity));
        result.map_or_else(|message| message, |value| String::from_utf8(value.to_json(false).unwrap()).unwrap())
    };
    for (expression, expected) in [
        ("msg.payload['a']", "3"),
        ("[msg.payload['a'], msg.payload['a'], msg.payload['o']['b'], len(msg.payload)]", "[3,3,[2],3]"),
        ("msg.payload['s'] is msg.payload['s']", "true"),
        ("msg.payload['o'] is msg.payload['o']", "true"),
        ("[msg.payload['a'], msg.payload['absent']]", "'absent'"),
        ("msg.payload['absent']", "'absent'"),
        ("msg.payload[0]", "0"),
    ] {
        assert_eq!(seen(expression), expected, "{expression}");
    }
}
