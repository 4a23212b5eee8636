//! Trees, positions and everything that is refused.

use dataway_lang::source::{SourceText, Span};

use super::{Kind, Node, parse};

fn source(text: &str) -> SourceText {
    SourceText::new("t.yaml", text)
}

/// The findings as `line:column CODE message`.
fn findings(text: &str) -> Vec<String> {
    let source = source(text);
    let (_, found) = parse(&source);
    let shown = found.iter().map(|d| {
        let at = source.line_column(d.span.start);
        format!("{}:{} {} {}", at.line, at.column, d.code, d.message)
    });
    shown.collect()
}

fn tree(text: &str) -> Node {
    let (tree, found) = parse(&source(text));
    assert!(found.is_empty(), "{text}: {found:?}");
    tree.unwrap()
}

/// A tree in one line, without places.
fn shown(node: &Node) -> String {
    match &node.kind {
        Kind::Text(text) => format!("{:?}", text.value),
        Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let pairs = entries.iter().map(|e| format!("{}: {}", shown(&e.key), shown(&e.value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn trees() {
    for (text, expected) in [
        ("", "Null"),
        ("# only a comment\n", "Null"),
        ("a: 1\nb: [yes, on, 2024-01-01, ~]\n", "{\"a\": Int(1), \"b\": [\"yes\", \"on\", \"2024-01-01\", Null]}"),
        ("a: &x {b: c}\nd: *x\n", "{\"a\": {\"b\": \"c\"}, \"d\": {\"b\": \"c\"}}"),
        ("a: !!str 1\nb: !!int '2'\nc: !!float 3\n", "{\"a\": \"1\", \"b\": Int(2), \"c\": Float(3.0)}"),
        ("a: !!binary aGk=\n", "{\"a\": Bytes([104, 105])}"),
        ("1: a\n'1': b\n", "{Int(1): \"a\", \"1\": \"b\"}"),
        ("a: |\n  x\n   y\nb: >-\n  x\n  y\n", "{\"a\": \"x\\n y\\n\", \"b\": \"x y\"}"),
        ("a: \"#[1]\"\n", "{\"a\": \"#[1]\"}"),
        ("a: # a comment\n  1\n", "{\"a\": Int(1)}"),
        ("'<<': 1\n", "{\"<<\": Int(1)}"),
    ] {
        assert_eq!(shown(&tree(text)), expected, "{text}");
    }
}

#[test]
fn refusals() {
    for (text, expected) in [
        ("a: 1\nb: 2\na: 3\n", "3:1 APP001 the key `a` stands here twice"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "3:3 APP001 merge keys (`<<`) are not supported"),
        ("a: 1\n---\nb: 2\n", "2:1 APP001 a file holds one document, here starts a second"),
        ("a: !foo 1\n", "1:9 APP001 the tag `!foo` is not supported"),
        ("a: !!int x\n", "1:10 APP001 `x` is no int, as its tag says"),
        ("? [a]\n: 1\n", "1:3 APP001 a key must be a text or a number"),
        ("value: #[msg.payload]\n", "1:8 FLW007 YAML takes this expression for a comment"),
        ("- #[msg]\n", "1:3 FLW007 YAML takes this expression for a comment"),
        ("- x: #[a]\n  y: ~ #[b]\n", "1:6 FLW007 YAML takes this expression for a comment"),
    ] {
        assert_eq!(findings(text).first().map(String::as_str), Some(expected), "{text}");
    }
    assert_eq!(findings("- x: #[a]\n  y: ~ #[b]\n").len(), 2);
    assert!(findings("a: [1, 2\nb: 3\n")[0].contains("APP001 this is no YAML"));
    assert!(findings(&"[".repeat(200)).iter().any(|f| f.contains("nesting deeper than 128 levels")));
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e]\n";
    assert!(findings(bomb)[0].contains("more than 100000 nodes"), "{:?}", findings(bomb));
    let (none, found) = parse(&SourceText::from_bytes("t", b"a: \xff\n"));
    assert!(none.is_none() && found[0].message == "the file is not UTF-8");
}

/// Where every `@` of the decoded texts is found in the file.
fn marks(text: &str) -> Vec<String> {
    let source = source(text);
    let mut open = vec![tree(text)];
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        match node.kind {
            Kind::List(items) => open.extend(items.into_iter().rev()),
            Kind::Map(entries) => open.extend(entries.into_iter().rev().map(|entry| entry.value)),
            Kind::Text(decoded) => {
                for (at, _) in decoded.value.match_indices('@') {
                    let at = u32::try_from(at).unwrap();
                    let span = decoded.positions.span(Span::new(at, at + 1));
                    let place = source.line_column(span.start);
                    found.push(format!("{}:{}={}", place.line, place.column, source.slice(span)));
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn positions() {
    for (text, expected) in [
        ("a: b@c\n", "1:5=@"),
        ("a: 'it''s @'\n", "1:11=@"),
        ("a: \"x\\n\\u00e9\\x41@\"\n", "1:18=@"),
        ("a: !!str \"x@\"\nb: &y '@'\n", "1:12=@ 2:8=@"),
        ("a: \"x\\\n   @\"\n", "2:4=@"),
        ("a: \"x\n\n   @ @\"\n", "3:4=@ 3:6=@"),
        ("a: x\n   @\n   é@\n", "2:4=@ 3:5=@"),
        ("a: |\n  x\n  @\n    @ @\n\n  @\n", "3:3=@ 4:5=@ 4:7=@ 6:3=@"),
        ("a: |2\n    @\n  x @\n", "2:5=@ 3:5=@"),
        ("a: >\n  x\n  @\n    @\n\n  @ y\n", "3:3=@ 4:5=@ 6:3=@"),
        ("- |-\n  @\n- |+\n  @\n\n", "2:3=@ 4:3=@"),
        ("a: |\r\n  x\r\n  @\r\n", "3:3=@"),
        ("a: |\n\n\n  @\n", "4:3=@"),
        ("a: &x !!str |2\n    @\n  @\n", "2:5=@ 3:3=@"),
        ("a: >-\n  x @\n  | @\n", "2:5=@ 3:5=@"),
        ("a: 'x\n\n  y''@'\n", "3:6=@"),
        ("a: \"\\t@ \\\"@\"\n", "1:7=@ 1:11=@"),
        ("a: {b: [\"é@\", 'c@']}\n", "1:11=@ 1:17=@"),
    ] {
        assert_eq!(marks(text).join(" "), expected, "{text}");
    }
}

/// A small generator: the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[test]
fn any_bytes_give_a_tree_or_a_finding() {
    let mut random = Random(1);
    let pieces = [
        "a", ": ", "- ", "\n", "  ", "#[", "]", "{", "}", "[", ",", "'", "\"", "\\", "|", ">-", "&x ", "*x", "!!int ",
        "<<", "é", "\r\n", "\t", "? ", "---\n", "...", "%", "@", "1", "null", "!", "\u{feff}", "\0", "\u{2028}",
    ];
    for _ in 0..4_000 {
        let text: String = (0..random.below(24)).map(|_| random.pick(&pieces)).collect();
        let source = source(&text);
        let (tree, found) = parse(&source);
        assert!(tree.is_some() || !found.is_empty(), "{text:?}");
        let mut open: Vec<_> = tree.into_iter().collect();
        while let Some(node) = open.pop() {
            assert!(node.span.end <= source.len(), "{text:?}");
            match node.kind {
                Kind::List(items) => open.extend(items),
                Kind::Map(entries) => open.extend(entries.into_iter().flat_map(|e| [e.key, e.value])),
                Kind::Text(decoded) => {
                    for at in 0..=u32::try_from(decoded.value.len()).unwrap() {
                        let span = decoded.positions.span(Span::new(at, at + 1));
                        assert!(span.start <= span.end && span.end <= source.len(), "{text:?}");
                    }
                }
                _ => {}
            }
        }
    }
    for _ in 0..2_000 {
        let bytes: Vec<u8> = (0..random.below(40)).map(|_| u8::try_from(random.below(256)).unwrap()).collect();
        let (tree, found) = parse(&SourceText::from_bytes("t", &bytes));
        assert!(tree.is_some() || !found.is_empty(), "{bytes:?}");
    }
}

/// Writes texts in every style, noting where each character goes, and asks the reader where it came from.
#[test]
fn positions_are_those_of_a_writer() {
    let mut random = Random(7);
    for round in 0..2_000 {
        let letters = ['a', 'é', '#', '[', ']', '\'', '"', ' ', 'z', '訂', '.'];
        let lines: Vec<String> = (0..=random.below(4))
            .map(|_| {
                let inner: String = (0..random.below(6)).map(|_| random.pick(&letters)).collect();
                // White space at the ends of lines is what folding changes.
                format!("x{inner}y")
            })
            .collect();
        let mut file = String::from("key: ");
        let mut places = Vec::new();
        let decoded = lines.join("\n");
        match round % 3 {
            0 => {
                file.push('"');
                for c in decoded.chars() {
                    places.push(file.len());
                    match c {
                        '\n' => file.push_str("\\n"),
                        '"' => file.push_str("\\\""),
                        c if random.below(4) == 0 => file.push_str(&format!("\\u{:04x}", u32::from(c))),
                        c => file.push(c),
                    }
                }
                file.push('"');
            }
            1 => {
                file.push('\'');
                for c in decoded.chars() {
                    places.push(file.len());
                    match c {
                        '\n' => file.push_str("\n\n "),
                        '\'' => file.push_str("''"),
                        c => file.push(c),
                    }
                }
                file.push('\'');
            }
            _ => {
                let indent = " ".repeat(1 + random.below(4));
                file.push_str("|-\n");
                file.push_str(&indent);
                for c in decoded.chars() {
                    places.push(file.len());
                    file.push(c);
                    if c == '\n' {
                        file.push_str(&indent);
                    }
                }
            }
        }
        file.push('\n');
        let root = tree(&file);
        let Some(Kind::Text(text)) = root.get("key").map(|node| node.kind.clone()) else { panic!("{file}") };
        assert_eq!(&*text.value, decoded, "{file}");
        for ((at, c), place) in decoded.char_indices().zip(places) {
            if c.is_whitespace() {
                continue;
            }
            let at = u32::try_from(at).unwrap();
            let found = text.positions.span(Span::new(at, at + 1));
            assert_eq!(found.start as usize, place, "{c:?} at {at} of {decoded:?} in {file:?}");
        }
    }
}

/// Every character of a decoded text finds the way to the file and back, and what is written into a scalar is read again.
#[test]
fn there_and_back() {
    for text in [
        "a: b c\n",
        "a: 'it''s x'\n",
        "a: \"x\\n\\u00e9\\x41y \\\\ z\"\n",
        "a: |\n  x\n    y é\n\n  z\n",
        "a: \"x\n\n   y\"\n",
        "a:\n  b: |-\r\n    x\r\n    y\r\n",
    ] {
        let mut open = vec![tree(text)];
        while let Some(node) = open.pop() {
            match node.kind {
                Kind::Map(entries) => open.extend(entries.into_iter().map(|entry| entry.value)),
                Kind::Text(decoded) => {
                    let places = &decoded.positions;
                    for (at, _) in decoded.value.char_indices() {
                        let at = u32::try_from(at).unwrap();
                        let place = places.span(Span::at(at)).start;
                        assert_eq!(places.inward(place), at, "{text:?} at {at}");
                    }
                }
                _ => {}
            }
        }
    }
    for (text, added, fits) in [
        ("a: b\n", "c d", true),
        ("a: b\n", "c: d", false),
        ("a: 'b'\n", "it's", true),
        ("a: \"b\"\n", "q\"\\\n\u{7}", true),
        ("a:\n  - |\n    b\n", "x\ny", true),
        ("a: >\n  b\n", "x\ny", false),
    ] {
        let Kind::Map(entries) = tree(text).kind else { panic!("a mapping") };
        let mut node = entries[0].value.clone();
        if let Kind::List(items) = &node.kind {
            node = items[0].clone();
        }
        let Kind::Text(decoded) = &node.kind else { panic!("a text") };
        let written = decoded.positions.written(added);
        assert_eq!(written.is_some(), fits, "{text:?}");
        let Some(written) = written else { continue };
        let at = decoded.positions.span(Span::at(0)).start as usize;
        let mut changed = text.to_owned();
        changed.insert_str(at, &written);
        let again = shown(&tree(&changed));
        let wanted = format!("{:?}", format!("{added}{}", decoded.value));
        assert!(again.contains(&wanted), "{changed:?}: {again} and not {wanted}");
    }
}
