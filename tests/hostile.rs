//! Hostile inputs: whatever arrives as a script or as a payload, the answer is a value or an error, never a crash, and memory
//! stays within the limit of the run.

mod support;

use dataway_lang::mime::Format;
use dataway_lang::mime::stream::Messages;
use dataway_lang::source::SourceText;
use dataway_lang::syntax::ParseOptions;
use dataway_lang::{Datum, Input, Profile, Program};
use support::random::Random;
use support::{limited, read};

const MEMORY: usize = 100 << 20;
const FORMATS: [&str; 8] = [
    "application/json",
    "application/x-ndjson",
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/xml",
    "text/csv",
    "multipart/form-data; boundary=b",
    "application/yaml",
];

/// Parses; an internal error or a failure that is not about the data is a defect.
fn survives(bytes: &[u8], mime_type: &str) {
    let Err(failure) = read(bytes, mime_type, &limited(Some(30_000), Some(MEMORY))) else { return };
    let expected = ["EntityError", "UnicodeDecodeError", "MemoryError", "RecursionError", "ValueError"];
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    assert!(expected.contains(&failure.class.as_str()), "{mime_type}: {failure:?}\n{shown}");
}

fn check(mime_type: &str, accepted: bool, inputs: &[&str]) {
    let mut failures = String::new();
    for input in inputs {
        let outcome = read(input.as_bytes(), mime_type, &limited(Some(10_000), Some(MEMORY)));
        let right = match &outcome {
            Ok(_) => accepted,
            Err(failure) => !accepted && failure.class == "EntityError",
        };
        if !right {
            failures += &format!("{input:?}: {outcome:?}\n");
        }
    }
    assert!(failures.is_empty(), "as {mime_type}, expected accepted={accepted}:\n{failures}");
}

#[test]
fn json_that_is_valid_is_accepted() {
    let inputs = [
        "0",
        "-0",
        "1",
        "-1",
        "10",
        "123456789012345678901234567890",
        "0.5",
        "-0.5",
        "1.0",
        "1e5",
        "1E5",
        "1e+5",
        "1e-5",
        "1.25e3",
        "0e0",
        "0e+1",
        "-0.0",
        "1e308",
        "1e400",
        "1e-400",
        "9007199254740993",
        "-9223372036854775808",
        "18446744073709551616",
        "true",
        "false",
        "null",
        " 1",
        "1 ",
        "\n\t\r 1 \n\t\r",
        "\"\"",
        "\"a\"",
        "\"\\\"\"",
        "\"\\\\\"",
        "\"\\/\"",
        "\"\\b\\f\\n\\r\\t\"",
        "\"\\u0041\"",
        "\"\\u00e9\"",
        "\"\\u00E9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\ud800\\udc00\"",
        "\"\\u0000\"",
        "\"é\"",
        "\"😀\"",
        "\"\u{7f}\"",
        "\"\u{2028}\"",
        "\"\u{ffff}\"",
        "\"\u{10ffff}\"",
        "\" \"",
        "\"/\"",
        "\"#\"",
        "[]",
        "[ ]",
        "[\n]",
        "[1]",
        "[1,2]",
        "[ 1 , 2 ]",
        "[[]]",
        "[[[]]]",
        "[{}]",
        "[null]",
        "[\"\"]",
        "[1,\"a\",null,true,{}]",
        "[1,\n2]",
        "{}",
        "{ }",
        "{\"a\":1}",
        "{\"a\" : 1}",
        "{\"\":0}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":{\"c\":[]}}}",
        "{\"\\u0061\":1}",
        "{\"a\":1,\n\"b\":2}",
        "{\"é\":1}",
        "{\"a\":[]}",
        "\u{feff}1",
        "[1e1,1E-1,-1e+1]",
        "[0,0.0,0e0]",
        "\"\\uD834\\uDD1E\"",
        "[\"a\",\"b\"]",
        "[[1,2],[3,4]]",
        "{\"a\":null}",
    ];
    assert!(inputs.len() >= 75);
    check("application/json", true, &inputs);
}

#[test]
fn json_that_is_invalid_is_rejected() {
    let inputs = [
        "",
        " ",
        "[",
        "]",
        "{",
        "}",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[,]",
        "[1,,2]",
        "[1 2]",
        "[1]]",
        "[]]",
        "[[]",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{,\"a\":1}",
        "{\"a\" 1}",
        "{\"a\"::1}",
        "{\"a\":1 \"b\":2}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "{null:1}",
        "{[]:1}",
        "{\"a\":1}}",
        "{\"a\":}",
        "{:1}",
        "{\"a\":1;\"b\":2}",
        "\"",
        "\"a",
        "a\"",
        "\"\\\"",
        "\"\\x41\"",
        "\"\\u\"",
        "\"\\u1\"",
        "\"\\u12\"",
        "\"\\u123\"",
        "\"\\u123g\"",
        "\"\\u-123\"",
        "\"\\u+123\"",
        "\"\\a\"",
        "\"\\'\"",
        "\"\\0\"",
        "\"\\U00000041\"",
        "\"\n\"",
        "\"\t\"",
        "\"\u{0}\"",
        "\"\u{1f}\"",
        "'a'",
        "a",
        "tru",
        "True",
        "TRUE",
        "nul",
        "None",
        "fals",
        "nulll",
        "truefalse",
        "undefined",
        "+1",
        "++1",
        "--1",
        "- 1",
        "-",
        "01",
        "-01",
        "00",
        "1.",
        "-1.",
        ".5",
        "-.5",
        "1.e5",
        "1e",
        "1e+",
        "1e-",
        "1e5.5",
        "1.2.3",
        "0x1",
        "0b1",
        "1_000",
        "1,000",
        "1 000",
        "1a",
        "1e5a",
        "Inf",
        "Infinity",
        "-Infinity",
        "+Infinity",
        "NaN",
        "-NaN",
        "nan",
        "1f",
        "1L",
        "１",
        "1\u{a0}",
        "\u{a0}1",
        "\u{c}1",
        "\u{b}1",
        "1//c",
        "/**/1",
        "#1",
        "[1]//",
        "[1]/**/",
        "1 2",
        "[] []",
        "{}{}",
        "1;",
        "\"a\" \"b\"",
        "\"a\"\"b\"",
        "[\"a]",
        "[a]",
        "[\"a\",",
        "[\"a\" \"b\"]",
        "[1:2]",
        "[*]",
        "<a/>",
        "[1\u{0}]",
        "\u{0}",
        "1\u{0}",
        "\u{feff}",
        "\u{feff}\u{feff}1",
        "[\u{feff}1]",
        "\\u0031",
        "[\\n1]",
        "{\"a\":\"b\":\"c\"}",
        "{\"a\",1}",
        "[\"\\\u{e9}\"]",
        "[1.0e+]",
        "[1e1e1]",
        "[0e]",
        "[-]",
        "[-a]",
        "[1.a]",
        "\"\\",
        "\"\\u00\\u0000\"",
        "{\"\\ud8\":1}",
    ];
    assert!(inputs.len() >= 120);
    check("application/json", false, &inputs);
}

#[test]
fn json_numbers_have_the_rule_of_4300_digits() {
    for (digits, accepted) in [(4300, true), (4301, false)] {
        let outcome = read("1".repeat(digits).as_bytes(), "application/json", &limited(None, Some(MEMORY)));
        // The `repr` of the value has as many digits.
        assert_eq!(outcome.is_ok(), accepted, "{digits}: {outcome:?}");
    }
}

#[test]
fn json_that_is_not_utf8_is_rejected() {
    for bytes in [
        &b"\"\xff\""[..],
        b"\"\xc3\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"\"\xc0\xaf\"",
        b"\xff\xfe1\0",
        b"[1]\xff",
    ] {
        let outcome = read(bytes, "application/json", &limited(None, Some(MEMORY)));
        assert!(outcome.as_ref().is_err_and(|failure| failure.class == "UnicodeDecodeError"), "{bytes:?}: {outcome:?}");
    }
}

#[test]
fn xml_is_accepted_or_rejected() {
    check(
        "application/xml",
        true,
        &[
            "<a/>",
            "<a></a>",
            " <a/> ",
            "<a>x</a>",
            "<a b='1'/>",
            "<a b=\"1\" c='2'/>",
            "<a:b xmlns:a='u'/>",
            "<a><b/><b/></a>",
            "<a>&lt;&gt;&amp;&quot;&apos;</a>",
            "<a>&#65;&#x41;</a>",
            "<a><![CDATA[<b>]]></a>",
            "<a><!-- c --></a>",
            "<!-- c --><a/>",
            "<?xml version='1.0'?><a/>",
            "<?xml version='1.0' encoding='utf-8'?>\n<a/>",
            "<a/><!-- c -->",
            "<a/><?p?>",
            "<a><?p d?></a>",
            "<a>\n\t</a>",
            "<é/>",
            "<a>é</a>",
            "\u{feff}<a/>",
            "<a b='&lt;'/>",
            "<a >x</a >",
            "<a.b-c_d/>",
        ],
    );
    check(
        "application/xml",
        false,
        &[
            "",
            " ",
            "x",
            "<",
            "<a",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a b/>",
            "<a b=1/>",
            "<a b='1/>",
            "<a b='1' b='2'/>",
            "<a>&x;</a>",
            "<a>&nbsp;</a>",
            "<a>&lt</a>",
            "<a>&#0;</a>",
            "<a>&#xffffffff;</a>",
            "<a>&#x;</a>",
            "<a>&;</a>",
            "<a><b></a></b>",
            "<1a/>",
            "<a><!-- -- --></a>",
            "<a><!--",
            "<a><![CDATA[x</a>",
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
            "<a\u{0}/>",
            "<a>\u{1}</a>",
            "<a b='<'/>",
            "< a/>",
            "<a/ >",
            "<>x</>",
            "<?xml version='1.0'?>",
            "<a>]]></a>",
            "{\"a\":1}",
            "<a><?xml version='1.0'?></a>",
        ],
    );
}

#[test]
fn other_formats_are_accepted_or_rejected() {
    check(
        "text/csv",
        true,
        &["", "a", "a,b\r\n1,2\r\n", "a,b\n1\n", "a\n\"x\ny\"\n", "a,a\n1,2", "\"a\"\"b\"\n1", "a\n\n1\n", "a\r1\r"],
    );
    check("text/csv", false, &["a\n1,2", "a\n\"x", "\"a", "a,b\n1,2,3\n"]);
    check("application/x-ndjson", true, &["", "\n", "1", "1\n2\n", "{}\n\n[]\n", "1\r\n2\r\n"]);
    check("application/x-ndjson", false, &["1 2", "[1,\n2]", "{", "1\n]\n2"]);
    check(
        "application/yaml",
        true,
        &["a: 1", "- 1\n- 2", "{a: [1, 2]}", "a: &x 1\nb: *x", "'x'", "--- 1", "a: |\n  x\n  y\n"],
    );
    check(
        "application/yaml",
        false,
        &["a: [1", "{", "*x", "a: b: c", "- 1\n2", "\"x", "a: !!python/object:x 1", "--- 1\n--- 2", "\t- 1"],
    );
    let multipart = "multipart/form-data; boundary=b";
    check(multipart, true, &["--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n"]);
    check(
        multipart,
        true,
        &[
            "--b\nContent-Disposition: form-data; name=a\n\nx\n--b--",
            "pre\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--b--\r\npost",
        ],
    );
    check(
        multipart,
        false,
        &["", "x", "--b", "--b\r\n", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", "--c\r\n\r\n--c--"],
    );
    check("multipart/form-data", false, &["--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n"]);
    check(
        "application/x-www-form-urlencoded",
        true,
        &["", "a", "a=1", "a=1&a=2", "&&", "=", "a=%zz", "a=%", "a=%c3%a9%", "%00=%00", "a=b=c"],
    );
}

/// A small document of each format, to be damaged.
fn documents() -> [(&'static str, &'static [u8]); 7] {
    [
        (FORMATS[0], br#"{"a": [1, 2.5e3, "x\u00e9\ud83d\ude00", null, true], "b": {"c": {}}}"#),
        (FORMATS[1], b"{\"a\": 1}\n[2]\n\"x\"\n"),
        (FORMATS[2], b"a=1&b=x+y%20z&c=%C3%A9&d"),
        (FORMATS[4], b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a b=\"1\" xmlns:p='u'><p:c>x &amp; &#233;</p:c><![CDATA[<z>]]><!-- c --></a>"),
        (FORMATS[5], b"a,b,\"c d\"\r\n1,\"x\r\n\"\"y\"\"\",3\r\n4,,6\r\n"),
        (
            FORMATS[6],
            b"--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\
              Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9 x=\r\ny\r\n--b\r\nContent-Disposition: form-data; name=b\r\n\
              Content-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--b--\r\n",
        ),
        (FORMATS[7], b"a: &x [1, 2.5, 'q', \"\\u00e9\"]\nb: *x\nc: |\n  text\n  more\nd: {e: ~, f: 0x1F}\n"),
    ]
}

#[test]
fn truncated_documents_are_no_crash() {
    for (mime_type, document) in documents() {
        assert!(read(document, mime_type, &limited(None, None)).is_ok(), "{mime_type}");
        for len in 0..document.len() {
            survives(&document[..len], mime_type);
            survives(&document[len..], mime_type);
        }
    }
}

#[test]
fn damaged_documents_are_no_crash() {
    let mut random = Random::new(1);
    for (mime_type, document) in documents() {
        for _ in 0..1000 {
            let mut bytes = document.to_vec();
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[at] = random.word() as u8,
                    1 => drop(bytes.remove(at)),
                    2 => bytes.insert(
                        at,
                        *random
                            .pick(&[b"<", b">", b"&", b"\"", b"{", b"[", b"\0", b"\n", b"\xff", b"-", b"\\"])
                            .first()
                            .unwrap_or(&0),
                    ),
                    _ => {
                        let end = at + random.below(bytes.len() - at);
                        let piece = bytes[at..end].to_vec();
                        let to = random.below(bytes.len());
                        bytes.splice(to..to, piece);
                    }
                }
                if bytes.is_empty() {
                    break;
                }
            }
            survives(&bytes, mime_type);
        }
    }
}

#[test]
fn random_bytes_are_no_crash() {
    let mut random = Random::new(2);
    let megabyte = random.bytes(1 << 20);
    for mime_type in FORMATS {
        survives(&megabyte, mime_type);
        for _ in 0..200 {
            let len = random.below(300);
            survives(&random.bytes(len), mime_type);
        }
    }
    compiles_or_not(&megabyte);
    for _ in 0..500 {
        let len = random.below(300);
        compiles_or_not(&random.bytes(len));
    }
}

fn compiles_or_not(bytes: &[u8]) {
    let source = SourceText::from_bytes("hostile.dw", bytes);
    let compiled = Program::compile(&source, &ParseOptions::default(), Profile::Extended);
    assert!(compiled.program.is_some() || !compiled.diagnostics.is_empty());
}

#[test]
fn a_million_open_brackets_are_an_error() {
    const N: usize = 1_000_000;
    for (mime_type, input) in [
        ("application/json", "[".repeat(N)),
        ("application/json", "[".repeat(N) + &"]".repeat(N)),
        ("application/json", "{\"a\":".repeat(N)),
        ("application/json", "[{\"a\":".repeat(N / 2)),
        ("application/x-ndjson", "[".repeat(N)),
        ("application/xml", "<a>".repeat(N)),
        ("application/xml", "<a>".repeat(N) + &"</a>".repeat(N)),
        ("application/yaml", "[".repeat(N)),
        ("application/yaml", "{a: ".repeat(N)),
        ("application/yaml", "- ".repeat(N)),
        ("application/yaml", "? ".repeat(N)),
        ("application/yaml", (0..2000).map(|n| " ".repeat(n) + "a:\n").collect()),
    ] {
        let outcome = read(input.as_bytes(), mime_type, &limited(Some(60_000), Some(MEMORY)));
        assert!(outcome.as_ref().is_err_and(|f| f.code != 1_299_999), "{mime_type} {}: {outcome:?}", &input[..20]);
    }
    for script in [
        "(".repeat(N),
        "[".repeat(N),
        "{".repeat(N),
        "{1:".repeat(N),
        "f(".repeat(N),
        "-".repeat(N) + "1",
        "not ".repeat(N) + "1",
        "~".repeat(N) + "1",
        "lambda: ".repeat(N / 8) + "1",
        "1 if 1 else ".repeat(N / 12) + "1",
        "a.".repeat(N / 2) + "a",
        "a[".repeat(N / 2),
        "f'{".repeat(N / 3),
        "f'{f\"{".repeat(N / 6),
        "\"".repeat(N + 1),
        "1+".repeat(N / 2) + "1",
        "a=".repeat(N / 2) + "1",
        "**".repeat(N / 2),
        "@".repeat(N),
        "\\\n".repeat(N / 2),
        "if 1:\n ".repeat(N / 8),
        "x\n".repeat(N / 2),
        ";".repeat(N),
        (0..1400).map(|n| " ".repeat(n) + "if 1:\n").collect::<String>(),
        "a and ".repeat(N / 6) + "a",
        "a < ".repeat(N / 4) + "a",
        "(a := ".repeat(N / 6),
        "x for x in ".repeat(N / 11),
        "f()".repeat(N / 3),
        "1,".repeat(N / 2),
        "'' ".repeat(N / 3),
        "0".repeat(N),
        "1".repeat(N),
        "def f(".repeat(N / 6),
        "def f(a):\n return ".repeat(N / 18),
        "*".repeat(N),
        "elif x:\n".repeat(N / 8),
        "match x:\n case ".to_owned() + &"[".repeat(N),
        "match x:\n case ".to_owned() + &"1|".repeat(N / 3) + "1: pass",
        "#".repeat(N),
        "\u{0}".repeat(N),
        "é".repeat(N / 2),
        "\\".repeat(N),
        "\t".repeat(N) + "x",
        "try:\n ".repeat(N / 6),
        "#[".repeat(N / 2),
        "„".repeat(N / 3),
        "“ ".repeat(N / 4),
        "x".repeat(N),
        "x".repeat(N + 100_000),
    ] {
        compiles_or_not(script.as_bytes());
    }
}

#[test]
fn expansion_bombs_end_at_a_limit() {
    let mut yaml = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let refs = vec![format!("*a{}", n - 1); 10].join(", ");
        yaml += &format!("a{n}: &a{n} [{refs}]\n");
    }
    let outcome = read(yaml.as_bytes(), "application/yaml", &limited(Some(60_000), Some(MEMORY)));
    assert!(outcome.as_ref().is_err_and(|f| ["EntityError", "MemoryError"].contains(&f.class.as_str())), "{outcome:?}");
}

#[test]
fn cutting_hostile_streams_is_no_crash() {
    let mut random = Random::new(3);
    for (mime_type, document) in documents() {
        let Some(format) = Format::of(mime_type) else { panic!("{mime_type}") };
        for round in 0..500 {
            let mut bytes = document.to_vec();
            if round > 0 {
                let at = random.below(bytes.len());
                bytes[at] = random.word() as u8;
                bytes.truncate(bytes.len() - random.below(10));
            }
            let Ok(mut messages) = Messages::new(&bytes[..], format, None) else { continue };
            while let Ok(Some(_)) = messages.next_message() {}
        }
    }
    for (mime_type, piece) in
        [("application/json", "[["), ("application/xml", "<a>"), ("text/csv", "\""), ("application/x-ndjson", "[")]
    {
        let input = piece.repeat(200_000);
        let Ok(mut messages) = Messages::new(input.as_bytes(), Format::of(mime_type).expect("a format"), None) else {
            continue;
        };
        while let Ok(Some(_)) = messages.next_message() {}
    }
}

#[test]
fn hostile_variables_and_attributes_are_an_error() {
    let program = support::compile("msg.vars");
    for text in ["", "{", "[1]", "{\"a\": 1}}"] {
        let input = Input { vars: Datum::json(text), ..Input::default() };
        let outcome = program.run(&input, &limited(None, None), support::show);
        assert!(outcome.result.is_err() || text == "[1]", "{text}");
    }
}
