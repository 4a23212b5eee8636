//! The formatter on all programs of the corpus and on random ones: the tree and the comments stay, and what is formatted
//! stays as it is. `DATAWAY_CASES=100000 cargo test --test fmt` tries more random programs than the usual few.

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dataway_lang::source::SourceText;
use dataway_lang::syntax::{ParseOptions, Parsed, format, parse};
use support::random::Random;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable folder") {
        let path = entry.expect("readable entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "dw") {
            found.push(path);
        }
    }
}

/// The tree without the places of its nodes.
fn tree(parsed: &Parsed) -> String {
    let shown = format!("{:?}", parsed.program);
    let mut out = String::with_capacity(shown.len());
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("Span { start: ") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[rest.find('}').expect("a span ends")..];
    }
    out + rest
}

fn comments(source: &SourceText, parsed: &Parsed) -> Vec<String> {
    parsed.comments.iter().map(|comment| source.slice(comment.span).trim_end().to_owned()).collect()
}

/// Formats a text and asserts what must hold; `None` if it does not parse.
fn check(name: &str, source: &SourceText) -> Option<String> {
    let once = format::format(source).ok()?;
    let formatted = SourceText::new(name, &once);
    let (before, after) = (parse(source, &ParseOptions::default()), parse(&formatted, &ParseOptions::default()));
    assert_eq!(tree(&before), tree(&after), "{name}: the tree changes\n{}\n---\n{once}", source.text());
    let (kept, all) = (comments(&formatted, &after), comments(source, &before));
    assert_eq!(all, kept, "{name}: the comments change\n{}\n---\n{once}", source.text());
    let twice = format::format(&formatted).unwrap_or_else(|found| panic!("{name}: {found:?}\n{once}"));
    assert_eq!(once, twice, "{name}: the second run changes it\n{}", source.text());
    Some(once)
}

#[test]
fn corpus_programs_keep_their_meaning() {
    let mut paths = Vec::new();
    files(Path::new("tests/corpus"), &mut paths);
    let mut formatted = 0;
    for path in &paths {
        let bytes = std::fs::read(path).expect("readable case");
        let name = path.display().to_string();
        formatted += usize::from(check(&name, &SourceText::from_bytes(&name, &bytes)).is_some());
    }
    assert!(formatted > 1000, "only {formatted} of {} programs parse", paths.len());
}

/// What people read to learn the language is written as the formatter writes it.
#[test]
fn shown_programs_are_formatted() {
    let mut paths = Vec::new();
    for folder in ["tests/tour", "benches/scripts", "runtime/examples", "runtime/scaffold"] {
        files(Path::new(folder), &mut paths);
    }
    assert!(paths.len() > 8, "{paths:?}");
    let mut wrong = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("readable program");
        let formatted = format::format(&SourceText::new("shown.dw", &text)).unwrap_or_default();
        if formatted != text {
            let _ = writeln!(wrong, "{}, formatted:\n{formatted}", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn random_programs_keep_their_meaning() {
    let cases = std::env::var("DATAWAY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(600);
    let mut formatted = 0;
    for seed in 0..cases {
        let mut random = Random::new(seed);
        let text = if random.one_in(3) { expression(&mut random, 4) } else { script(&mut random) };
        let name = format!("seed {seed}");
        formatted += u64::from(check(&name, &SourceText::new(&name, &text)).is_some());
    }
    assert!(formatted * 3 > cases, "only {formatted} of {cases} random programs parse");
}

/// Blanks, and inside brackets now and then a comment or a line end.
fn gap(random: &mut Random, inside: bool) -> String {
    match random.below(if inside { 14 } else { 3 }) {
        0 => " ".to_owned(),
        1 => "  ".to_owned(),
        10 => "\n".to_owned(),
        11 => format!(" # c{}\n", random.below(100)),
        12 => format!("\n  # c{}\n", random.below(100)),
        13 => format!(" # c{}\n\n # c{}\n", random.below(100), random.below(100)),
        _ => String::new(),
    }
}

fn name(random: &mut Random) -> String {
    let long = "z".repeat(if random.one_in(3) { 10 + random.below(40) } else { 0 });
    format!("{}{long}", random.pick(&["a", "b", "msg", "rows", "x1", "é"]))
}

/// Items between brackets, with commas.
fn items(random: &mut Random, depth: usize, item: impl Fn(&mut Random, usize) -> String) -> String {
    let count = random.below(4);
    let mut out = gap(random, true);
    for at in 0..count {
        out += &item(random, depth);
        out += &gap(random, true);
        if at + 1 < count || random.one_in(3) {
            out += ",";
            out += &gap(random, true);
        }
    }
    out
}

fn expression(random: &mut Random, depth: usize) -> String {
    inner(random, depth, true)
}

/// An expression; `inside`: line ends are free around it.
fn inner(random: &mut Random, depth: usize, inside: bool) -> String {
    if depth == 0 {
        return match random.below(8) {
            0 => random.below(1000).to_string(),
            1 => "'text'".to_owned(),
            2 => "\"\"\"two\nlines\"\"\"".to_owned(),
            3 => random.pick(&["None", "True", "...", "1.5", "0XfF", "b'x'", "f'{a!r:>{b}}'"]).to_owned(),
            _ => name(random),
        };
    }
    let below = depth - 1;
    // What binds looser than an operator needs parentheses next to one.
    let part = |random: &mut Random| {
        let text = inner(random, below, inside);
        let loose = ["lambda", "not ", " if ", " or ", " and ", "<", "=", " in ", " is "]
            .iter()
            .any(|word| text.contains(word));
        if loose || text.starts_with(|c: char| c.is_ascii_digit()) && !random.one_in(4) {
            format!("({text})")
        } else {
            text
        }
    };
    match random.below(16) {
        0 | 1 => {
            const SIGNS: [&str; 14] =
                ["+", "-", "*", "/", "//", "%", "**", "<<", "&", "|", "^", " and ", " or ", " not in "];
            let (left, right) = (part(random), part(random));
            format!("{left}{}{}{}{right}", gap(random, inside), random.pick(&SIGNS), gap(random, inside))
        }
        2 => format!("{} {} {}", part(random), random.pick(&["<", "==", "in", "is", "is not", ">="]), part(random)),
        3 => format!("{}{}", random.pick(&["-", "not ", "~", "+ "]), part(random)),
        4 => format!("{} if {} else {}", part(random), part(random), part(random)),
        5 => format!("({})", gap(random, true) + &inner(random, below, true) + &gap(random, true)),
        6 => format!("({})", items(random, below, |r, d| inner(r, d, true))),
        7 => format!("[{}]", items(random, below, |r, d| inner(r, d, true))),
        8 => format!("{{{}}}", items(random, below, |r, d| format!("{} : {}", inner(r, d, true), inner(r, d, true)))),
        9 | 10 => {
            let arguments = items(random, below, |r, d| {
                let value = inner(r, d, true);
                if r.one_in(5) && !value.contains(" if ") { format!("* ({value})") } else { value }
            });
            format!("{}{}({arguments})", name(random), gap(random, inside))
        }
        11 => format!("{}.{}", part(random), name(random)),
        12 => {
            format!("{}[{}{}:{}]", name(random), gap(random, true), inner(random, below, true), inner(random, 0, true))
        }
        13 => {
            let clause = format!("for {} in {}", name(random), inner(random, 0, true));
            format!(
                "[{}{} {clause}{}if {}]",
                inner(random, below, true),
                gap(random, true),
                gap(random, true),
                name(random)
            )
        }
        14 => format!("lambda {}: {}", random.pick(&["", "a", "a, *b", "a = 1, **k"]), part(random)),
        _ => format!("{}({}).{}({})", name(random), name(random), name(random), inner(random, below, true)),
    }
}

fn script(random: &mut Random) -> String {
    let mut out = String::new();
    if random.one_in(3) {
        out.push_str("#: payload: x.json\n\n");
    }
    block(random, 0, 3, &mut out);
    out.push_str("def dw_process ( msg ) :");
    out.push_str(random.pick(&["\n", " # entry\n", "\n  # first\n"]));
    block(random, 1, 3, &mut out);
    block(random, 0, 1, &mut out);
    if random.one_in(2) {
        out.push_str("# end\n#=> 1");
    }
    out
}

fn block(random: &mut Random, level: usize, depth: usize, out: &mut String) {
    for _ in 0..=random.below(3) {
        let indent = "  ".repeat(level);
        match random.below(8) {
            0 => out.push('\n'),
            1 => writeln!(out, "{}# note {}", "  ".repeat(random.below(level + 2)), random.below(100)).expect("text"),
            _ => {}
        }
        let value = inner(random, 3, false);
        let end = *random.pick(&[&"\n", &"\n", &"\n", &" # end\n", &" ;\n", &"; x = 1\n"]);
        match random.below(if depth == 0 { 5 } else { 10 }) {
            0 | 1 => write!(out, "{indent}{} = {value}{end}", name(random)),
            2 => write!(out, "{indent}{value}{end}"),
            3 => write!(out, "{indent}assert {value} , {}{end}", name(random)),
            4 => write!(out, "{indent}x += {value}, {}{end}", name(random)),
            kind => {
                let header = match kind {
                    5 => format!("if {value}:"),
                    6 => format!("for {}, {} in {value} :", name(random), name(random)),
                    7 => format!("while {value}:"),
                    8 => format!("def {}({}, b = 1, c : int=2, * , d):", name(random), name(random)),
                    _ => "try:".to_owned(),
                };
                let written = writeln!(out, "{indent}{header}");
                block(random, level + 1, depth - 1, out);
                match kind {
                    5 if random.one_in(2) => {
                        writeln!(out, "{indent}else : # other").expect("text");
                        block(random, level + 1, depth - 1, out);
                    }
                    9 => {
                        writeln!(out, "{indent}except (A , B) as e:").expect("text");
                        block(random, level + 1, depth - 1, out);
                    }
                    _ => {}
                }
                written
            }
        }
        .expect("text");
    }
    writeln!(out, "{}pass", "  ".repeat(level)).expect("text");
}

/// Runs `dataway fmt` in `folder`; gives the exit code and both outputs.
fn fmt(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    use std::io::Write as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_dataway"))
        .arg("fmt")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("it exits"), text(output.stdout), text(output.stderr))
}

#[test]
fn files_folders_and_pipes() {
    let folder = std::env::temp_dir().join(format!("dataway-fmt-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("sub/.hidden")).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file");
    write("a.dw", "{ 'a':1 }");
    write("sub/b.dw", "def dw_process(msg): return 1");
    write("sub/good.dw", "1\n");
    write("sub/broken.dw", "f( 1");
    write("sub/other.txt", "f( 1");
    write("sub/.hidden/c.dw", "f( 1");
    let (code, listed, said) = fmt(&folder, &["--check", "."], "");
    assert_eq!((code, listed.as_str()), (65, "./a.dw\n./sub/b.dw\n"), "{said}");
    assert!(said.contains("DW0008"), "{said}");
    assert_eq!(read("a.dw"), "{ 'a':1 }");
    let (code, done, _) = fmt(&folder, &["a.dw", "sub"], "");
    assert_eq!((code, done.as_str()), (65, "formatted a.dw\nformatted sub/b.dw\n"));
    assert_eq!((read("a.dw").as_str(), read("sub/broken.dw").as_str()), ("{'a': 1}\n", "f( 1"));
    assert_eq!(read("sub/b.dw"), "def dw_process(msg):\n    return 1\n");
    assert_eq!(fmt(&folder, &["--check", "a.dw", "sub/b.dw"], ""), (0, String::new(), String::new()));
    assert_eq!(fmt(&folder, &["-"], "1+1"), (0, "1 + 1\n".to_owned(), String::new()));
    assert_eq!(fmt(&folder, &["-"], " #[ 1+1 ]\n"), (0, "#[1 + 1]".to_owned(), String::new()));
    assert_eq!(fmt(&folder, &["-", "--check"], "1+1").0, 1);
    assert_eq!(fmt(&folder, &["nothing.dw"], "").0, 2);
    let rest: Vec<_> = std::fs::read_dir(&folder).expect("a folder").collect();
    assert_eq!(rest.len(), 2, "no temporary file is left");
    std::fs::remove_dir_all(&folder).expect("it can go");
}
