//! Tests of all formats together: what is written reads as what it was, odd bytes never do harm, and examples of the
//! specification hold to the byte.

use super::*;
use crate::value::compare::eq;
use crate::value::exceptions::ENTITY_ERROR;
use crate::value::{Dict, MultiMap, civil, decimal};

/// A small generator with a fixed seed.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.next(from.len() as u64) as usize]
    }

    fn text(&mut self) -> String {
        let len = self.next(24);
        let pieces = [
            "a", "Z", "0", " ", "\"", "\\", "\n", "\r", "\t", ",", ":", "- ", "#", "'", "é", "你", "😀", "&", "<", ">",
            "=", "%", "+", "\u{2028}", "]]>", "[", "{", "true", "1.5", "~", "|", "@", "!",
        ];
        (0..len).map(|_| self.pick(&pieces)).collect()
    }

    /// A text that XML keeps: no white space at its ends, no bare carriage return needed.
    fn xml_text(&mut self) -> String {
        format!("x{}x", self.text())
    }

    fn name(&mut self) -> String {
        format!("{}{}", self.pick(&["a", "b", "key", "名", "_x", "a_rather_long_key_name"]), self.next(6))
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.next(if depth == 0 { 7 } else { 10 }) {
            0 => Value::None,
            1 => Value::Bool(self.next(2) == 0),
            2 => Value::Int(self.0.cast_signed() >> self.next(64)),
            3 => Value::Float(f64::from_bits(self.0)).finite(),
            4 => Value::Float((self.next(200_000) as f64 - 100_000.0) / 8.0),
            5 | 6 => Value::str(&self.text()),
            7 => Value::big(num_bigint::BigInt::from(self.0) << self.next(100)),
            8 => Value::list((0..self.next(5)).map(|_| self.value(depth - 1)).collect::<Vec<_>>()),
            _ => {
                let dict = Dict::new();
                for _ in 0..self.next(12) {
                    let name = if self.next(4) == 0 { self.text() } else { self.name() };
                    dict.set_str(&name, self.value(depth - 1));
                }
                Value::Dict(dict)
            }
        }
    }

    /// A node of XML as parsing gives it.
    fn node(&mut self, depth: u64) -> Value {
        if depth == 0 || self.next(3) == 0 {
            return if self.next(5) == 0 { Value::None } else { Value::str(&self.xml_text()) };
        }
        let map = MultiMap::new();
        for _ in 0..self.next(3) {
            map.set(Value::str(&format!("@{}", self.name())), Value::str(&self.text())).unwrap();
        }
        for _ in 0..1 + self.next(4) {
            map.add(Value::str(&self.name()), self.node(depth - 1)).unwrap();
        }
        if self.next(3) == 0 {
            map.set(Value::str("#text"), Value::str(&self.xml_text())).unwrap();
        }
        Value::MultiMap(map)
    }
}

impl Value {
    /// Floats that JSON has.
    fn finite(self) -> Value {
        match self {
            Value::Float(x) if !x.is_finite() => Value::Float(0.5),
            other => other,
        }
    }
}

/// Writes data, reads the bytes, and gives the value that was read.
fn trip(data: &Value, mime: &str, encoding: &str) -> Value {
    let written = from_value(None, data, mime, encoding).unwrap();
    entity(written.blob.clone(), &written.mime_type, encoding)
        .value()
        .unwrap_or_else(|raise| panic!("{:?}: {}", raise.0.arguments(), String::from_utf8_lossy(written.blob.bytes())))
}

fn assert_same(read: &Value, data: &Value, what: &str) {
    assert!(eq(read, data).unwrap(), "{what}");
}

#[test]
fn json_and_yaml_read_what_was_written() {
    let mut random = Random(42);
    for n in 0..1500 {
        let data = random.value(4);
        let encoding = random.pick(&["utf-8", "utf-16", "latin-1", "gbk", "utf-32-be"]);
        assert_same(&trip(&data, "application/json", encoding), &data, &format!("json {n} {encoding}"));
        assert_same(&trip(&data, "application/yaml", "utf-8"), &data, &format!("yaml {n}"));
        let lines = Value::list([data.clone(), Value::None, data]);
        assert_same(&trip(&lines, "application/x-ndjson", encoding), &lines, &format!("ndjson {n}"));
    }
}

#[test]
fn xml_reads_what_was_written() {
    let mut random = Random(7);
    for n in 0..1500 {
        let data = Value::dict([("root", random.node(4))]);
        let encoding = random.pick(&["utf-8", "utf-16", "gbk", "ascii"]);
        // Names must exist in the encoding.
        let encoding = if encoding == "ascii" { "utf-16-le" } else { encoding };
        assert_same(&trip(&data, "application/xml", encoding), &data, &format!("{n} {encoding}"));
    }
}

#[test]
fn forms_and_tables_read_what_was_written() {
    let mut random = Random(99);
    for n in 0..1000 {
        let map = MultiMap::new();
        for _ in 0..random.next(6) {
            map.add(Value::str(&random.text()), Value::str(&random.text())).unwrap();
        }
        let data = Value::MultiMap(map);
        assert_same(&trip(&data, "application/x-www-form-urlencoded", "utf-8"), &data, &format!("form {n}"));

        let names: Vec<String> = (0..1 + random.next(4)).map(|k| format!("{k}{}", random.text())).collect();
        let rows: Vec<Value> = (0..random.next(5))
            .map(|_| Value::dict(names.iter().map(|name| (name.as_str(), Value::str(&random.text())))))
            .collect();
        let data = Value::list(rows);
        assert_same(&trip(&data, "text/csv", "utf-8"), &data, &format!("csv {n}"));
    }
}

#[test]
fn multipart_reads_what_was_written() {
    let mut random = Random(3);
    for _ in 0..300 {
        let fields: Vec<(String, String)> = (0..1 + random.next(4)).map(|_| (random.text(), random.text())).collect();
        let pairs = fields.iter().map(|(name, text)| {
            Value::tuple([
                Value::str(name),
                Value::tuple([Value::str("f.txt"), Value::str(text), Value::str("text/plain")]),
            ])
        });
        let written =
            from_value(None, &Value::list(pairs.collect::<Vec<_>>()), "multipart/form-data", "utf-8").unwrap();
        let Value::Dict(read) = written.value().unwrap() else { panic!() };
        let Some(Value::Native(parts)) = read.get_str("parts") else { panic!() };
        let parts = &parts.downcast::<multipart::parts::FormDataParts>().unwrap().parts;
        let found: Vec<(String, String)> = parts
            .iter()
            .map(|(name, part)| {
                let Value::Dict(part) = part else { panic!() };
                let Some(Value::Entity(content)) = part.get_str("content") else { panic!() };
                (name.to_display(), content.value().unwrap().to_display())
            })
            .collect();
        // Names lose white space at their ends only where a quoted text would.
        assert_eq!(found, fields);
    }
}

#[test]
fn damaged_input_gives_a_value_or_an_error() {
    let seeds: [(&str, &[u8]); 8] = [
        ("application/json", b"{\"a\": [1, 2.5e3, \"x\\u00e9\\ud83d\\ude00\", null, true], \"b\": {\"c\": -1}}"),
        ("application/x-ndjson", b"{\"a\":1}\n[2]\n\"x\"\n"),
        ("application/xml", b"<?xml version='1.0'?><r a='1'><!-- c --><b>x&amp;y</b><![CDATA[z]]><b/></r>"),
        ("text/csv", b"a,b\r\n1,\"x\"\"y\"\r\n2,z\n"),
        ("application/x-www-form-urlencoded", b"a=1&b=%E4%BD%A0+x&c"),
        ("text/plain", "grüß".as_bytes()),
        ("application/yaml", b"a: &x [1, 'b', \"c\\n\"]\nd: *x\ne: |\n  text\nf: {g: !!str 1}\n"),
        ("multipart/form-data;boundary=B", b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n"),
    ];
    let mut random = Random(11);
    for _ in 0..4000 {
        let (mime, bytes) = seeds[random.next(8) as usize];
        let mut bytes = bytes.to_vec();
        for _ in 0..1 + random.next(4) {
            let at = random.next(bytes.len() as u64) as usize;
            match random.next(4) {
                0 => bytes[at] = random.next(256) as u8,
                1 => {
                    bytes.insert(at, *b"\"'{}[]<>&;:,-\\\n\r\t#%=!*|"[random.next(23) as usize..].first().unwrap_or(&0))
                }
                2 => drop(bytes.drain(at..(at + 3).min(bytes.len()))),
                _ => bytes.extend_from_within(at..),
            }
            if bytes.is_empty() {
                bytes.push(b'x');
            }
        }
        let encoding = random.pick(&["utf-8", "utf-8", "gbk", "utf-16"]);
        let _ = entity(Bytes::from_slice(&bytes), mime, encoding).value();
    }
}

#[test]
fn nesting_is_bounded_in_every_format() {
    let fails = |text: String, mime: &str| {
        let parsed = entity(Bytes::from_slice(text.as_bytes()), mime, "utf-8").value();
        parsed.is_err_and(|raise| raise.is(&ENTITY_ERROR))
    };
    for n in [1001, 200_000] {
        assert!(fails("[".repeat(n), "application/json"));
        assert!(fails("{\"a\":".repeat(n), "application/json"));
        assert!(fails("<a>".repeat(n), "application/xml"));
        assert!(fails("- ".repeat(n), "application/yaml"));
        assert!(fails("[".repeat(n), "application/yaml"));
    }
    let mut deep = Value::Int(1);
    for _ in 0..100_000 {
        deep = Value::list([deep]);
    }
    for mime in ["application/json", "application/yaml", "application/x-ndjson"] {
        let data = Value::list([deep.clone()]);
        assert!(from_value(None, &data, mime, "").unwrap_err().is(&ENTITY_ERROR), "{mime}");
    }
    assert!(!fails(format!("{}1{}", "[".repeat(1000), "]".repeat(1000)), "application/json"));
    assert!(!fails(format!("{}{}", "<a>".repeat(1000), "</a>".repeat(1000)), "application/xml"));
}

#[test]
fn aliases_cannot_explode() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        text.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", ")));
    }
    let parsed = entity(Bytes::from_slice(text.as_bytes()), "application/yaml", "utf-8").value();
    assert!(parsed.unwrap_err().is(&ENTITY_ERROR));
    let own = entity(Bytes::from_slice(b"&a [*a]"), "application/yaml", "utf-8").value();
    assert!(own.unwrap_err().is(&ENTITY_ERROR));
}

/// What a writer gives, or the class and text of its error.
fn written(data: &Value, mime: &str) -> String {
    match from_value(None, data, mime, "utf-8") {
        Ok(entity) => String::from_utf8_lossy(entity.blob.bytes()).into_owned(),
        Err(raise) => format!("{}: {}", raise.0.class.name, raise.0.arguments()[0].to_display()),
    }
}

#[test]
fn documented_bytes() {
    let date = civil::Date::new(2024, 5, 6).unwrap();
    let amount = Value::decimal(decimal::Context::default().parse(b"1.50").unwrap());
    let data = Value::dict([
        ("name", Value::str("zhangsan")),
        ("male", Value::Bool(true)),
        ("brothers", Value::list([Value::str("lisi"), Value::None])),
        ("day", date.into()),
        ("sum", amount),
    ]);
    assert_eq!(
        written(&data, "application/json"),
        r#"{"name":"zhangsan","male":true,"brothers":["lisi",null],"day":"2024-05-06","sum":1.50}"#
    );
    assert_eq!(
        written(&Value::dict([("root", data.clone())]), "text/xml"),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root><name>zhangsan</name><male>true</male><brothers>lisi</brothers>\
         <brothers></brothers><day>2024-05-06</day><sum>1.50</sum></root>"
    );
    assert_eq!(
        written(&data, "application/x-www-form-urlencoded"),
        "name=zhangsan&male=True&brothers=lisi&brothers=None&day=2024-05-06&sum=1.50"
    );
    assert_eq!(
        written(&data, "text/yaml"),
        "name: zhangsan\nmale: true\nbrothers:\n  - lisi\n  - null\nday: 2024-05-06\nsum: 1.50\n"
    );
    assert_eq!(
        written(&data, "text/csv"),
        "TypeError: data['brothers']: cannot write a value of type 'list' as text/csv, a list of dicts is expected"
            .replace("data['brothers']", "data")
            .replace("'list'", "'dict'")
    );
    let bad = Value::dict([("items", Value::list([Value::Int(1), Value::bytes(b"x")]))]);
    assert_eq!(
        written(&bad, "application/json"),
        "TypeError: data['items'][1]: cannot write a value of type 'bytes' as application/json"
    );
    assert_eq!(
        written(&Value::Float(f64::NAN), "text/json"),
        "EntityError: cannot write text/json: nan is no JSON value"
    );
}

#[test]
fn errors_have_places() {
    for (mime, text, message) in [
        (
            "application/json",
            "{\"a\": 1,\n  \"b\": }",
            "cannot parse application/json: Expecting value at line 2, column 8",
        ),
        ("application/json", "[NaN]", "cannot parse application/json: Expecting value at line 1, column 2"),
        (
            "application/x-ndjson",
            "1\n\n{\n",
            "cannot parse application/x-ndjson: Expecting property name enclosed in double quotes at line 3, column 2",
        ),
        (
            "application/xml",
            "<a>\n<b></c>\n</a>",
            "cannot parse application/xml: expected `</b>`, but `</c>` was found at line 2, column 4",
        ),
        (
            "application/xml",
            "<a>\n é<b x='1' x='2'/></a>",
            "cannot parse application/xml: a repeated attribute at line 2, column 15",
        ),
        ("application/xml", "<a>\u{1}</a>", "cannot parse application/xml: an illegal character at line 1, column 4"),
        ("text/csv", "a\n\"x", "cannot parse text/csv: a quote is never closed at line 2"),
        ("text/csv", "a\n\"x\ny\"\n1,2", "cannot parse text/csv: 2 fields where the header has 1 at line 4"),
    ] {
        let raise = entity(Bytes::from_slice(text.as_bytes()), mime, "utf-8").value().unwrap_err();
        assert_eq!(raise.0.arguments()[0].to_display(), message);
    }
}
