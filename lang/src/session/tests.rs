//! A conversation as somebody types it, and what it shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::*;

fn session() -> Session {
    let payload = r#"{"items": [{"sku": "a1", "count": 2}], "it's": 0, "name": "x"}"#;
    let input = Input { payload: Datum::json(payload), ..Input::default() };
    Session::new(&input, &RunOptions::default()).unwrap_or_else(|report| panic!("{}", report.render()))
}

/// What running `text` shows, line by line; a failure is its last line.
fn shown(session: &mut Session, text: &str) -> String {
    let mut out = String::new();
    let result = session.run(text, &mut |event| match event {
        Event::Printed(text) => out.push_str(text),
        Event::Value(text) => out.push_str(&format!("{text}\n")),
        Event::Findings(_, findings) => findings.iter().for_each(|f| out.push_str(&format!("{}\n", f.code))),
    });
    match result {
        Ok(()) => {}
        Err(Failure::NotCompiled(_, findings)) => findings.iter().for_each(|f| out.push_str(&format!("{}\n", f.code))),
        Err(Failure::Raised(report)) => out.push_str(report.render().lines().next_back().unwrap_or_default()),
        Err(Failure::Cancelled) => out.push_str("cancelled"),
    }
    out.trim_end().to_owned()
}

#[test]
fn state_is_kept_between_texts() {
    let mut session = session();
    for (text, expected) in [
        ("x = 3", ""),
        ("x + 4", "7"),
        ("_ * 2", "14"),
        ("None", ""),
        ("_", "14"),
        // Late look-up: `g` and `x` are the variables of whatever time the call happens at.
        ("def f():\n    return g() + x\n", ""),
        ("f()", "NameError: name 'g' is not defined"),
        ("def g():\n    global x\n    x += 1\n    return 10\n", ""),
        ("f(), x", "(14, 4)"),
        ("len = 5; len", "5"),
        ("del len; len('ab')", "2"),
        ("msg.payload['name']", "'x'"),
        ("msg.payload = [1]; msg.payload", "[1]"),
        ("y = []; y; y.append(1); y", "[]\n[1]"),
        ("print('a'); 1; print('b')", "a\n1\nb"),
        ("for i in range(2):\n    i\n", "0\n1"),
        ("g = (n for n in 'ab')", ""),
        ("next(g); next(g)", "'a'\n'b'"),
        ("import time; time.time() > 3", "True"),
        ("[c for c in 'ab' if (last := c)]; last", "['a', 'b']\n'b'"),
        ("class A: pass", "DW3001"),
        ("x = = 1", "DW0013"),
        ("x", "4"),
        ("'\\d'", "DW0006\n'\\\\d'"),
        ("1 / 0; x = 0", "ZeroDivisionError: division by zero"),
        ("try:\n    undefined\nexcept NameError as e:\n    print(e)\n", "name 'undefined' is not defined"),
        ("def r(n):\n    return r(n + 1)\n\nr(0)", "RecursionError: maximum recursion depth exceeded"),
        ("x", "4"),
        ("", ""),
        ("# nothing", ""),
    ] {
        assert_eq!(shown(&mut session, text), expected, "{text}");
    }
}

#[test]
fn a_stopped_text_leaves_the_session_alive() {
    let cancel = Arc::new(AtomicBool::new(true));
    let mut options = RunOptions { cancel: Some(cancel.clone()), ..RunOptions::default() };
    options.limits.memory = Some(64 << 20);
    let mut session = Session::new(&Input::default(), &options).unwrap_or_else(|report| panic!("{}", report.render()));
    assert_eq!(shown(&mut session, "x = 1\nwhile True: x += 1\n"), "cancelled");
    cancel.store(false, Ordering::Relaxed);
    assert_eq!(shown(&mut session, "x > 0"), "True");
    assert!(shown(&mut session, "'a' * (1 << 40)").starts_with("MemoryError"));
    session.options.limits.time = Some(Duration::ZERO);
    assert!(shown(&mut session, "while True: pass\n").starts_with("TimeoutError"));
    session.options.limits.time = None;
    assert_eq!(shown(&mut session, "'a' * 3"), "'aaa'");
}

#[test]
fn types_and_payload_commands_work() {
    let mut session = session();
    let mut seen = Vec::new();
    let mut sink = |event: Event<'_>| {
        if let Event::Value(text) = event {
            seen.push(text.to_owned());
        }
    };
    for text in ["1.5", "None", "msg", "datetime.date(2024, 1, 2)"] {
        assert!(session.run_for_types(text, &mut sink).is_ok(), "{text}");
    }
    assert_eq!(seen, ["float", "NoneType", "Message", "datetime.date"]);
    assert!(session.set_payload(Datum::json("[7]")).is_ok());
    assert_eq!(shown(&mut session, "msg.payload"), "[7]");
    assert_eq!(shown(&mut session, "msg = 0; msg"), "0");
    assert!(session.set_payload(Datum::json("[8]")).is_ok());
    assert_eq!(shown(&mut session, "msg.payload"), "[8]");
}

#[test]
fn it_is_known_when_lines_have_to_follow() {
    for (text, complete) in [
        ("1 + 2", true),
        ("(1 +", false),
        ("x = '''a", false),
        ("x = 'a", true),
        ("1 + \\", false),
        ("def f():", false),
        ("def f():\n    return 1", false),
        ("def f():\n    return 1\n", true),
        ("if x: y", false),
        ("if x: y\n", true),
        ("if x:\n    y\nelse:", false),
        ("for i in x:\n    f(i)\n    ", true),
        ("def f(x):\n    return x\n\nf(2)", true),
        ("1 +* 2", true),
        ("", true),
    ] {
        assert_eq!(Session::is_complete(text), complete, "{text}");
    }
}

#[test]
fn names_members_and_keys_are_completed() {
    let mut session = session();
    shown(&mut session, "alpha = 'x'; alphabet = [1]; d = {'key one': {'k2': 1}}; _hidden = 1");
    for (text, start, expected) in [
        ("alp", 0, &["alpha", "alphabet"][..]),
        ("1 + sorte", 4, &["sorted"]),
        ("_hid", 0, &["_hidden"]),
        ("contin", 0, &["continue"]),
        ("ValueE", 0, &["ValueError"]),
        ("alpha.spl", 6, &["split", "splitlines"]),
        ("alpha.upper().spl", 14, &["split", "splitlines"]),
        ("'a b'.spl", 6, &["split", "splitlines"]),
        ("alphabet.ap", 9, &["append"]),
        ("d['key one'].ke", 13, &["keys"]),
        ("(1).bit_l", 4, &["bit_length"]),
        ("time.gm", 5, &["gmtime"]),
        ("datetime.datetime.now().isof", 24, &["isoformat"]),
        ("datetime.timezone.ut", 18, &["utc", "utcoffset"]),
        ("str.joi", 4, &["join"]),
        ("sorted([2]).ap", 12, &["append"]),
        ("msg.pay", 4, &["payload"]),
        ("msg.payload['it", 12, &["'items']"]),
        ("msg.payload[\"na", 12, &["\"name\"]"]),
        ("msg.payload['items'][0]['", 24, &["'sku']", "'count']"]),
        ("alpha.nothing", 6, &[]),
        ("nothing.x", 8, &[]),
    ] {
        let found = session.complete(text, text.len());
        assert_eq!(
            (found.start, found.candidates),
            (start, expected.iter().map(ToString::to_string).collect()),
            "{text}"
        );
    }
    assert_eq!(session.complete("é", 1), Completions::default());
}

#[test]
fn errors_name_the_data_and_the_profile_holds() {
    let input = Input { payload: Datum::json(r#"{"n": [1, "x"]}"#), ..Input::default() };
    let mut session =
        Session::new(&input, &RunOptions::default()).unwrap_or_else(|report| panic!("{}", report.render()));
    let failed = session.run("msg.payload['n'][1] + 1", &mut |_| {});
    let Err(Failure::Raised(report)) = failed else { panic!("{failed:?}") };
    assert_eq!(report.origins, ["msg.payload['n'][1] is str 'x'"]);
    session.set_profile(Profile::Core);
    let refused = session.run("divmod(7, 2)", &mut |_| {});
    let Err(Failure::NotCompiled(_, findings)) = refused else { panic!("{refused:?}") };
    assert_eq!(findings[0].code, Code(3102));
}
