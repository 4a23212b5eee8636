//! Properties that hold for all data: what a writer writes its reader reads back; token soup and random small programs end in
//! a result or an error. `DATAWAY_CASES=100000 cargo test --test properties` tries more cases than the usual few.

mod support;

use std::fmt::Write as _;

use dataway_lang::source::SourceText;
use dataway_lang::syntax::ParseOptions;
use dataway_lang::{Input, Profile, Program};
use support::random::Random;
use support::{limited, run, script, show};

fn cases(usual: u64) -> u64 {
    std::env::var("DATAWAY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A string literal of characters that are awkward somewhere.
fn text(random: &mut Random) -> String {
    const PIECES: [&str; 28] = [
        "a", "Z", "0", " ", "é", "哈", "😀", "<", ">", "&", "\\'", "\"", "\\\\", ",", ";", "=", "%", "+", "-", ":",
        "#", "\\n", "\\t", "/", "?", "]]>", "{", "true",
    ];
    let pieces: String = (0..random.below(5)).map(|_| random.pick(&PIECES)).collect();
    format!("'{pieces}'")
}

/// A literal of data that JSON and YAML can hold.
fn data(random: &mut Random, depth: usize) -> String {
    let kinds = if depth == 0 { 7 } else { 10 };
    match random.below(kinds) {
        0 => "None".to_owned(),
        1 => random.pick(&["True", "False"]).to_owned(),
        2 => (random.word() as i64 >> random.below(64)).to_string(),
        3 => format!("{}.{}e{}", random.below(100), random.below(1000), random.below(600) as i64 - 300),
        4 => format!("{}{}", random.word(), random.word()).trim_start_matches('0').to_owned(),
        5 | 6 => text(random),
        7 | 8 => {
            let items: Vec<_> = (0..random.below(4)).map(|_| data(random, depth - 1)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => {
            let items: Vec<_> =
                (0..random.below(4)).map(|_| format!("{}: {}", text(random), data(random, depth - 1))).collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

/// Writes a value made by `make`, reads the bytes, and compares with `kept` of the value.
fn round_trip(mime_type: &str, kept: &str, make: impl Fn(&mut Random) -> String) {
    for seed in 0..cases(300) {
        let value = make(&mut Random::new(seed));
        let body = format!(
            "value = {value}\nentity = Entity.from_value(value, '{mime_type}')\n\
             again = Entity.from_bytes(entity['^blob'], entity['^mime_type'])['^value']\n\
             kept = {kept}\nreturn True if again == kept and repr(again) == repr(kept) else [entity['^blob'], again, kept]"
        );
        let outcome = run(&script(&body), &limited(Some(10_000), Some(64 << 20)));
        assert_eq!(outcome, Ok("True".to_owned()), "seed {seed} as {mime_type}: {value}");
    }
}

#[test]
fn json_round_trips() {
    round_trip("application/json", "value", |random| data(random, 4));
}

#[test]
fn ndjson_round_trips() {
    round_trip("application/x-ndjson", "value", |random| format!("[{}, {}]", data(random, 3), data(random, 2)));
}

#[test]
fn yaml_round_trips() {
    round_trip("application/yaml", "value", |random| data(random, 4));
}

#[test]
fn text_round_trips() {
    round_trip("text/plain", "value", text);
}

#[test]
fn forms_round_trip() {
    round_trip("application/x-www-form-urlencoded", "MultiMap(value)", |random| {
        let pairs: Vec<_> = (0..random.below(5)).map(|_| format!("({}, {})", text(random), text(random))).collect();
        format!("[{}]", pairs.join(", "))
    });
}

#[test]
fn csv_round_trips() {
    round_trip("text/csv", "value", |random| {
        let rows: Vec<_> = (0..random.below(4))
            .map(|_| format!("{{'a': {}, 'b,\"': {}, '\\n': {}}}", text(random), text(random), text(random)))
            .collect();
        format!("[{}]", rows.join(", "))
    });
}

#[test]
fn xml_round_trips() {
    // Texts come back trimmed, empty ones as None; attributes as they are.
    fn node(random: &mut Random, depth: usize) -> String {
        let attribute = text(random);
        let inner = if depth == 0 { "'x'".to_owned() } else { node(random, depth - 1) };
        let end = if random.one_in(2) { ", '#text': 'x'" } else { "" };
        format!(
            "MultiMap([('@a', {attribute}), ('k', {inner}), ('l', ['y', None, {inner}]){}])",
            end.replace("'#text': 'x'", "('#text', 'x')")
        )
    }
    round_trip("application/xml", "value", |random| format!("{{'root': {}}}", node(random, 2)));
}

#[test]
fn multipart_round_trips() {
    for seed in 0..cases(200) {
        let mut random = Random::new(seed);
        let pairs: Vec<_> =
            (0..random.below(4)).map(|_| format!("({}, {})", text(&mut random), text(&mut random))).collect();
        let body = format!(
            "pairs = [{}]\nentity = Entity.from_value(pairs, 'multipart/form-data; boundary=bOuNd')\n\
             again = Entity.from_bytes(entity['^blob'], entity['^mime_type'])\n\
             contents = [again['parts'][n]['content']['^blob'] for n in range(len(pairs))]\n\
             return contents == [pair[1].encode() for pair in pairs]",
            pairs.join(", ")
        );
        let outcome = run(&script(&body), &limited(Some(10_000), Some(64 << 20)));
        let is_empty = pairs.is_empty();
        assert!(outcome == Ok("True".to_owned()) || is_empty, "seed {seed}: {outcome:?}\n{body}");
    }
}

/// Compiles a text and runs it if it compiles; an internal error is a defect.
fn ends(text: &str, seed: u64) {
    let source = SourceText::new("random.dw", text);
    let compiled = Program::compile(&source, &ParseOptions::default(), Profile::Extended);
    for diagnostic in &compiled.diagnostics {
        assert!(diagnostic.span.end as usize <= text.len(), "seed {seed}: {diagnostic:?}\n{text}");
    }
    let Some(program) = compiled.program else { return };
    let outcome = program.run(&Input::default(), &limited(Some(300), Some(16 << 20)), show);
    if let Err(report) = outcome.result {
        let internal = report.code == 1_299_999 || report.last().is_some_and(|link| link.class == "SystemError");
        assert!(!internal, "seed {seed}: {}\n{text}", report.render());
    }
}

#[test]
fn token_soup_is_no_crash() {
    const TOKENS: [&str; 92] = [
        "def",
        "f",
        "dw_process",
        "(",
        ")",
        "msg",
        ":",
        "\n",
        "\n    ",
        "\n        ",
        "return",
        "x",
        "y",
        "=",
        "==",
        "+",
        "-",
        "*",
        "**",
        "/",
        "//",
        "%",
        "@",
        "<<",
        ">>",
        "&",
        "|",
        "^",
        "~",
        "<",
        ">",
        "<=",
        ">=",
        "!=",
        ":=",
        "+=",
        "->",
        "...",
        ".",
        ",",
        ";",
        "[",
        "]",
        "{",
        "}",
        "1",
        "2.5",
        "1e9",
        "0x1f",
        "'a'",
        "\"b\"",
        "f'{x}'",
        "f'{x!r:>{y}}'",
        "f'{",
        "}'",
        "'''",
        "b'c'",
        "r'\\d'",
        "if",
        "elif",
        "else",
        "for",
        "in",
        "while",
        "break",
        "continue",
        "pass",
        "try",
        "except",
        "finally",
        "raise",
        "from",
        "as",
        "lambda",
        "not",
        "and",
        "or",
        "is",
        "None",
        "True",
        "yield",
        "global",
        "nonlocal",
        "del",
        "assert",
        "match",
        "case",
        "_",
        "import",
        "class",
        "#",
        "\\",
    ];
    for seed in 0..cases(3000) {
        let mut random = Random::new(seed);
        let mut soup = String::new();
        for _ in 0..random.below(40) {
            soup.push_str(random.pick(&TOKENS));
            if !random.one_in(4) {
                soup.push(' ');
            }
        }
        ends(&soup, seed);
    }
}

/// Makes programs that are syntactically right and do odd things.
struct Maker {
    random: Random,
    text: String,
}

impl Maker {
    fn expression(&mut self, depth: usize) -> String {
        const ATOMS: [&str; 22] = [
            "a",
            "b",
            "c",
            "msg",
            "0",
            "1",
            "-1",
            "2.5",
            "10**20",
            "'xy'",
            "''",
            "b'q'",
            "None",
            "True",
            "[]",
            "{}",
            "()",
            "[1, 2, 3]",
            "{'k': 1}",
            "{1, 2}",
            "range(3)",
            "f",
        ];
        const OPERATORS: [&str; 18] =
            ["+", "-", "*", "/", "//", "%", "<<", ">>", "&", "|", "^", "==", "<", "in", "is", "and", "or", "not in"];
        const FUNCTIONS: [&str; 32] = [
            "len",
            "str",
            "repr",
            "int",
            "float",
            "list",
            "tuple",
            "set",
            "dict",
            "sorted",
            "sum",
            "max",
            "min",
            "abs",
            "bool",
            "iter",
            "next",
            "enumerate",
            "reversed",
            "zip",
            "map",
            "filter",
            "round",
            "hash",
            "any",
            "all",
            "type",
            "bytes",
            "range",
            "isinstance",
            "f",
            "chr",
        ];
        const METHODS: [&str; 22] = [
            "append",
            "pop",
            "keys",
            "items",
            "get",
            "split",
            "join",
            "upper",
            "format",
            "index",
            "count",
            "update",
            "sort",
            "copy",
            "encode",
            "decode",
            "clear",
            "insert",
            "replace",
            "strip",
            "add",
            "setdefault",
        ];
        if depth == 0 {
            return self.random.pick(&ATOMS).to_owned();
        }
        let one = self.expression(depth - 1);
        match self.random.below(13) {
            0 => format!("({one} {} {})", self.random.pick(&OPERATORS), self.expression(depth - 1)),
            1 => format!("{}({one})", self.random.pick(&FUNCTIONS)),
            2 => format!("{}({one}, {})", self.random.pick(&FUNCTIONS), self.expression(depth - 1)),
            3 => format!("({one}).{}({})", self.random.pick(&METHODS), self.expression(depth - 1)),
            4 => format!("({one}).{}()", self.random.pick(&METHODS)),
            5 => format!("({one})[{}]", self.expression(depth - 1)),
            6 => format!("({one})[{}:]", self.expression(depth - 1)),
            7 => format!("[{one} for c in {}]", self.expression(depth - 1)),
            8 => format!("({one} if {} else {})", self.expression(depth - 1), self.expression(depth - 1)),
            9 => format!("(lambda c, *d: {one})({})", self.expression(depth - 1)),
            10 => format!("f'{{({one})!r:>9}}'"),
            11 => format!("[*{one}, {}]", self.expression(depth - 1)),
            _ => format!("('%s %r' % ({one}))"),
        }
    }

    fn block(&mut self, indent: usize, depth: usize) {
        for _ in 0..=self.random.below(3) {
            let pad = " ".repeat(indent);
            let value = self.expression(3);
            let kinds = if depth == 0 { 6 } else { 13 };
            let kind = self.random.below(kinds);
            let line = match kind {
                0 | 1 => format!("{} = {value}", self.random.pick(&["a", "b", "c"])),
                2 => format!("{} += {value}", self.random.pick(&["a", "b", "c"])),
                3 => format!("a[{value}] = b"),
                4 => value,
                5 => random_statement(&mut self.random, &value),
                6 => format!("if {value}:"),
                7 => format!("for c in {value}:"),
                8 => "try:".to_owned(),
                9 => format!("while {value}:"),
                10 => "def f(c=1, *d, **e):".to_owned(),
                11 => format!("match {value}:"),
                _ => format!("for a, *b in [{value}]:"),
            };
            let _ = writeln!(self.text, "{pad}{line}");
            match kind {
                8 => {
                    self.block(indent + 2, depth - 1);
                    let _ = writeln!(self.text, "{pad}except (TypeError, ValueError) as error:\n{pad}  c = error");
                    let _ = writeln!(self.text, "{pad}finally:\n{pad}  b = a");
                }
                11 => {
                    let patterns = ["_", "[x, *_]", "{'k': c}", "int(c) | str(c)", "None", "'xy'", "(c, a) if a"];
                    let pattern = self.random.pick(&patterns);
                    let _ = writeln!(self.text, "{pad}  case {pattern}:");
                    self.block(indent + 4, depth - 1);
                }
                9 => {
                    self.block(indent + 2, depth - 1);
                    let _ = writeln!(self.text, "{pad}  break");
                }
                10 => {
                    self.block(indent + 2, depth - 1);
                    let end = self.random.pick(&["return c", "yield c", "return f", "yield from (c, d)"]);
                    let _ = writeln!(self.text, "{pad}  {end}");
                }
                6 | 7 | 12 => self.block(indent + 2, depth - 1),
                _ => {}
            }
        }
    }
}

fn random_statement(random: &mut Random, value: &str) -> String {
    match random.below(6) {
        0 => "del c".to_owned(),
        1 => format!("assert {value}"),
        2 => format!("raise ValueError({value})"),
        3 => format!("a, b = {value}"),
        4 => format!("a, *b = {value}"),
        _ => format!("print({value})"),
    }
}

#[test]
fn random_programs_are_no_crash() {
    for seed in 0..cases(1500) {
        let mut maker = Maker {
            random: Random::new(seed),
            text: "def f(c=0, *d):\n  return c\ndef dw_process(msg):\n  a = [1]\n  b = {}\n  c = 'z'\n".to_owned(),
        };
        maker.block(2, 3);
        maker.text.push_str("  return [a, b]\n");
        ends(&maker.text, seed);
    }
}
