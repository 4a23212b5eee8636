//! Random edits over real files: insertions, deletions, pastes, undoing; emoji, CR LF, half tokens, half YAML.
//!
//! After each edit the text must be what a plain string has become, one feature is asked at a random place, and every
//! position in its answer must exist. In the end everything must be as if the last text had just been opened. The number of
//! edits is 300, or what `DATAWAY_EDITS` says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dataway_lsp::document::Document;
use dataway_lsp::position::{Encoding, Place, Stretch};
use dataway_lsp::protocol::convert::{Snapshot, position};
use dataway_lsp::protocol::{
    code_action, completion, diagnostics, formatting, hover, inlay_hint, navigation, semantic_tokens, signature_help,
    structure,
};
use dataway_lsp::world::{Change, World};
use serde_json::{Value, json};

/// What is inserted: half tokens, whole lines, and what texts are not made of.
const FRAGMENTS: &[&str] = &[
    "msg.payload['",
    "']",
    "\r\n",
    "\n",
    "\n    ",
    "😀",
    "é",
    "\u{301}",
    "#[",
    "]",
    "\"",
    "'",
    "'''",
    "f\"{",
    "}",
    "(",
    ")",
    "[",
    "{",
    ":",
    ": ",
    ",",
    "def f(x):\n    return x\n",
    "return ",
    "if x:\n",
    "else:\n",
    "for i in msg.payload:\n    ",
    "0x",
    "1e",
    "\\",
    " # note",
    "#: payload: {\"type\": \"object\"}\n",
    "\t",
    "\u{feff}",
    "\0",
    "\r",
    "x.",
    "x = [i for i in ",
    "lambda: ",
    "- ",
    "- set-payload: \"#[msg.pay",
    "- id: a\n  ",
    "&a ",
    "*a",
    "|\n  ",
    "steps:\n",
    "  ",
    "~",
    "!!int ",
    "---\n",
];

const APP: &str = "name: shop\nversion: 1.0.0\nconfigs:\n  api: {type: http-listener, listen: \"127.0.0.1:8080\"}\n";
const FLOW: &str = r##"flows:
  - name: intake
    trigger:
      http-listener: {config: api, path: /orders, payload: {sample: samples/order.json}}
    steps:
      - set-variable: {name: order, value: "#[msg.payload['items'][0]['sku'] + \"é\\n\"]"}
      - set-payload: |
          #[
          def dw_process(msg):
              total = 0
              for item in msg.payload['items']:
                  total = total + item['qty']  # 😀
              return {'total': total, 'id': msg.payload['id']}
          ]
      - choice:
          - when: '#[msg.payload[''total''] > 3]'
            steps:
              - flow-ref: tell
          - otherwise: [{logger: {message: "#['x']"}}]
        id: decide
  - name: tell
    steps:
      - logger: {message: >-
          #[ 'a'
          + 'b' ]}
"##;
const SAMPLE: &str = r#"{"id": "o-1", "items": [{"sku": "A", "qty": 2}]}"#;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).expect("64 bits") % sides.max(1)
    }

    /// An offset between two characters, not inside a CR LF.
    fn offset(&mut self, text: &str) -> usize {
        let at = text.floor_char_boundary(self.roll(text.len() + 1));
        let splits = text[..at].ends_with('\r') && text[at..].starts_with('\n');
        if splits { at - 1 } else { at }
    }
}

/// The place of an offset, counted in the most obvious way.
fn naive_place(text: &str, offset: usize, encoding: Encoding) -> Place {
    let (mut place, mut rest) = (Place::default(), &text[..offset]);
    while let Some(c) = rest.chars().next() {
        let end = if rest.starts_with("\r\n") { 2 } else { c.len_utf8() };
        if c == '\n' || c == '\r' {
            place = Place { line: place.line + 1, column: 0 };
        } else {
            let width = match encoding {
                Encoding::Utf8 => c.len_utf8(),
                Encoding::Utf16 => c.len_utf16(),
                Encoding::Utf32 => 1,
            };
            place.column += u32::try_from(width).expect("small");
        }
        rest = &rest[end..];
    }
    place
}

fn snapshot(world: &World, document: Arc<Document>) -> Snapshot {
    Snapshot { document, encoding: world.encoding, settings: world.settings.clone() }
}

fn params<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("parameters")
}

fn answer<T: serde::Serialize>(found: T) -> Value {
    serde_json::to_value(found).expect("an answer")
}

/// What a feature says at a place.
fn ask(snapshot: &Snapshot, feature: usize, at: Place, to: Place) -> Value {
    let uri = &snapshot.document.uri;
    let here = json!({ "textDocument": { "uri": uri }, "position": position(at) });
    let range = json!({ "start": position(at), "end": position(to) });
    match feature {
        0 => answer(completion::respond(snapshot, &params(here), None)),
        1 => answer(hover::respond(snapshot, &params(here))),
        2 => answer(signature_help::respond(snapshot, &params(here))),
        3 => answer(navigation::definition(snapshot, position(at))),
        4 => answer(navigation::references(snapshot, position(at), true)),
        5 => answer(navigation::highlights(snapshot, position(at))),
        6 => answer(navigation::rename(snapshot, position(at), "renamed").ok()),
        7 => answer(navigation::prepare(snapshot, position(at)).ok()),
        8 => answer(structure::symbols(snapshot)),
        9 => answer(structure::folds(snapshot)),
        10 => answer(structure::selections(snapshot, &[position(at)])),
        11 => answer(structure::lenses(snapshot)),
        12 => answer(formatting::document(snapshot)),
        13 => answer(formatting::range(snapshot, params(range))),
        14 => answer(formatting::on_type(snapshot, position(at), "\n")),
        15 => answer(inlay_hint::respond(snapshot, &params(json!({ "textDocument": { "uri": uri }, "range": range })))),
        16 => answer(code_action::respond(
            snapshot,
            &params(json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } })),
        )),
        17 => answer(semantic_tokens::respond(snapshot, None)),
        _ => answer(diagnostics::respond(snapshot)),
    }
}

const FEATURES: usize = 19;

/// Every position of this document in an answer exists.
fn verify(snapshot: &Snapshot, found: &Value, what: &str) {
    let text = &snapshot.document.text;
    let mut open = vec![found];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(entries) => {
                if entries.get("uri").is_some_and(|uri| *uri != json!(snapshot.document.uri)) {
                    continue;
                }
                if let (Some(line), Some(character)) = (entries.get("line"), entries.get("character")) {
                    let number = |value: &Value| u32::try_from(value.as_u64().expect("a number")).expect("small");
                    let place = Place { line: number(line), column: number(character) };
                    let offset = text.offset(place, snapshot.encoding);
                    let naive = naive_place(text.as_str(), offset as usize, snapshot.encoding);
                    assert_eq!(place, naive, "{what} names a place that does not exist");
                }
                open.extend(entries.values());
            }
            _ => {}
        }
    }
}

/// Everything that does not depend on a place.
fn everything(snapshot: &Snapshot) -> Vec<Value> {
    [8, 9, 11, 12, 17, 18].map(|feature| ask(snapshot, feature, Place::default(), Place::default())).into()
}

fn world(encoding: Encoding, uri: &str, path: &Path, text: &str) -> World {
    let mut world = World::default();
    world.encoding = encoding;
    for (name, text) in [("app.yaml", APP), ("samples/order.json", SAMPLE)] {
        world.open(&format!("file:///case/{name}"), Some(Path::new("/case").join(name)), 1, "", text);
    }
    world.open(uri, Some(path.to_owned()), 1, "", text);
    world
}

/// Edits one file for a while.
fn replay(name: &str, start: &str, edits: usize, dice: &mut Dice) {
    let encoding = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32][dice.roll(3)];
    let path = PathBuf::from("/case").join(name);
    let uri = format!("file:///case/{name}");
    let mut world = world(encoding, &uri, &path, start);
    let mut text = start.to_owned();
    let mut before: Vec<String> = Vec::new();
    for number in 0..edits {
        let version = i32::try_from(number + 2).expect("few edits");
        let (from, to) = (dice.offset(&text), dice.offset(&text));
        let (mut from, mut to) = (from.min(to), from.max(to));
        let inserted = match dice.roll(10) {
            // Type something.
            0..=5 => {
                to = from;
                FRAGMENTS[dice.roll(FRAGMENTS.len())].to_owned()
            }
            // Delete a little.
            6 | 7 => {
                to = text.floor_char_boundary((from + dice.roll(12)).min(text.len()));
                to = to.max(from);
                String::new()
            }
            // Paste a part of the text over another one.
            8 => {
                let length = dice.roll(60);
                let end = text.floor_char_boundary((from + length).min(text.len())).max(from);
                let copied = text[from..end].to_owned();
                from = dice.offset(&text);
                to = from;
                copied
            }
            // Undo.
            _ => match before.pop() {
                Some(known) => {
                    (from, to) = (0, text.len());
                    known
                }
                None => String::new(),
            },
        };
        if text[..to].ends_with('\r') && text[to..].starts_with('\n') {
            to += 1;
        }
        if text.len() + inserted.len() > 20_000 {
            continue;
        }
        let stretch = Stretch { start: naive_place(&text, from, encoding), end: naive_place(&text, to, encoding) };
        before.push(text.clone());
        before.drain(..before.len().saturating_sub(20));
        text.replace_range(from..to, &inserted);
        world.change(&uri, version, &[Change { stretch: Some(stretch), text: inserted }]);
        let document = world.document(&uri).expect("an open file");
        assert_eq!(document.text.as_str(), text, "{name}, edit {number}");
        let snapshot = snapshot(&world, document);
        let (at, to) = (dice.offset(&text), dice.offset(&text));
        let (at, to) = (at.min(to), at.max(to));
        let feature = dice.roll(FEATURES);
        let places = [at, to].map(|offset| naive_place(&text, offset, encoding));
        let found = ask(&snapshot, feature, places[0], places[1]);
        verify(&snapshot, &found, &format!("feature {feature} on {name}, edit {number}, text {text:?}"));
    }
    let fresh = self::world(encoding, &uri, &path, &text);
    let states = [&world, &fresh].map(|world| {
        let document = world.document(&uri).expect("an open file");
        everything(&snapshot(world, document))
    });
    assert!(states[0] == states[1], "{name}: the last state is not that of a file just opened");
}

/// The scripts of the conformance corpus that are short enough to be edited often.
fn corpus() -> Vec<(String, String)> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|suffix| suffix == "dw") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
                if (1..4000).contains(&text.len()) {
                    found.push((name.to_owned(), text));
                }
            }
        }
    }
    found.sort();
    assert!(found.len() > 5, "the corpus has gone");
    found
}

#[test]
fn edits() {
    let edits: usize = std::env::var("DATAWAY_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let corpus = corpus();
    let rounds = 12;
    for round in 0..rounds {
        let share = edits.div_ceil(rounds);
        match round % 3 {
            0 => replay("flows/main.yaml", FLOW, share, &mut dice),
            1 => replay("flows/main.yaml", &FLOW.replace('\n', "\r\n"), share, &mut dice),
            _ => {
                let (name, text) = &corpus[dice.roll(corpus.len())];
                replay(name, text, share, &mut dice);
            }
        }
    }
}
