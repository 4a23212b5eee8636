//! Texts that nobody would write. Parsing ends, does not panic, and says something.

use super::{parsed, statements};
use crate::source::SourceText;
use crate::syntax::ast::{Body, MAX_DEPTH};
use crate::syntax::report::MAX_ERRORS;
use crate::syntax::{ParseOptions, parse};

/// Pseudo-random numbers; the same ones every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}

/// Parses in every mode; all that matters is that this comes back.
fn survives(text: &str) {
    for parsed in [parsed(text), statements(text)] {
        let errors = parsed.diagnostics.iter().filter(|d| d.is_compile_error()).count();
        assert!(errors <= MAX_ERRORS);
        if let Body::Expression(expr) = parsed.program.body {
            assert!(expr.depth <= MAX_DEPTH);
        }
        for diagnostic in &parsed.diagnostics {
            let (start, end) = (diagnostic.span.start as usize, diagnostic.span.end as usize);
            assert!(text.get(start..end).is_some(), "{diagnostic:?} in {text:?}");
        }
    }
}

#[test]
fn random_bytes() {
    let mut random = Random(1);
    for round in 0..300 {
        let length = random.below(200) + round;
        let bytes: Vec<u8> = (0..length).map(|_| random.below(256).to_le_bytes()[0]).collect();
        let _ = parse(&SourceText::from_bytes("test", &bytes), &ParseOptions::default());
        survives(&String::from_utf8_lossy(&bytes).replace('\0', " "));
    }
}

#[test]
fn random_tokens() {
    const WORDS: &[&str] = &[
        "\n",
        "\n    ",
        "\n        ",
        " ",
        " ",
        "a",
        "b.c",
        "1",
        "2.5",
        "'s'",
        "f'{x}'",
        "f\"{",
        "b'x'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ";",
        ".",
        "=",
        "==",
        ":=",
        "->",
        "+",
        "-",
        "*",
        "**",
        "@",
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "elif",
        "else",
        "for",
        "while",
        "try",
        "except",
        "finally",
        "def",
        "f(x)",
        "lambda",
        "return",
        "yield",
        "pass",
        "break",
        "raise",
        "from",
        "import",
        "as",
        "match",
        "case",
        "_",
        "class",
        "with",
        "async",
        "await",
        "global",
        "nonlocal",
        "del",
        "assert",
        "None",
        "...",
        "#c\n",
        "\\\n",
        "'",
        "\"\"\"",
        "$",
        "&&",
        "!",
        "“",
        "é",
        "0777",
        "1j",
        "\t",
    ];
    let mut random = Random(2);
    for _ in 0..1500 {
        let glue = if random.below(2) == 0 { " " } else { "" };
        let count = random.below(60);
        let words: Vec<&str> = (0..count).map(|_| WORDS[random.below(WORDS.len())]).collect();
        survives(&words.join(glue));
    }
}

#[test]
fn truncated_programs() {
    let text = "import math\n@a\ndef f(x, *y, z=1, **k) -> int:\n    \"\"\"doc\"\"\"\n    if x and (y or \
        z[1:2]):\n        return {'a': [i for i in y if i], **k}\n    match x:\n        case [1, {'b': c}] | \
        P(d=c):\n            pass\n    try:\n        raise E from None\n    except (A, B) as e:\n        \
        yield f\"{e!r:>{z}} {x=}\"\n    finally:\n        del x\n    return lambda: (w := 1)\n";
    assert!(statements(text).diagnostics.is_empty());
    for end in 0..text.len() {
        survives(&text[..end]);
        survives(&text[end..]);
    }
}

#[test]
fn long_chains() {
    let many = 10_000;
    for text in [
        format!("1{}", "+1".repeat(many)),
        format!("{}x", "not ".repeat(many)),
        format!("{}1", "-".repeat(many)),
        format!("a{}", ".b".repeat(many)),
        format!("a{}", "()".repeat(many)),
        format!("a{}", "[0]".repeat(many)),
        format!("{}1", "lambda:".repeat(many)),
        format!("{}1", "1 if x else ".repeat(many)),
        format!("{}x", "x**".repeat(many)),
    ] {
        let found = parsed(&text).diagnostics;
        assert_eq!(found.len(), 1, "{:?}", found);
        assert_eq!(found[0].message, "this expression is too deeply nested");
        survives(&text);
    }
    for text in [
        format!("{}x", "x<".repeat(many)),
        format!("{}x", "x and ".repeat(many)),
        "x,".repeat(many),
        "'a' ".repeat(many),
        format!("if x: y\n{}", "elif x: y\n".repeat(many)),
        format!("{}1", "x=".repeat(many)),
    ] {
        let found = statements(&text).diagnostics;
        assert!(found.is_empty(), "{found:?}");
    }
    for text in [
        "(".repeat(many),
        ")".repeat(many),
        "f(a\n".repeat(many),
        "f(a\ndef g(): x\n".repeat(many),
        "a b\n".repeat(many),
        "else:\n x\n".repeat(many),
        "@x\n".repeat(many),
        "f'{x:".repeat(many),
        format!("f\"{}\"", "{x:".repeat(many)),
        format!("x = {{{}}}", "a b,".repeat(many)),
    ] {
        assert!(statements(&text).has_compile_errors());
        survives(&text);
    }
}
