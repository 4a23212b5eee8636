//! Random programs for comparing the interpreter with compiled code: loops, calls, lists, lists in lists, dicts, numbers of all
//! sizes and kinds, texts, errors, handlers and generators. Every loop is bounded, so every program ends.

use std::fmt::Write as _;

use crate::support::random::Random;

const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "-5",
    "10",
    "0.5",
    "-2.25",
    "1e300",
    "9223372036854775807",
    "-9223372036854775808",
    "4611686018427387904",
];
const OPERATORS: [&str; 12] = ["+", "-", "*", "+", "-", "*", "//", "%", "/", "&", "|", ">>"];
const COMPARISONS: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];
const VARIABLES: [&str; 5] = ["a", "b", "c", "d", "e"];

const TEXTS: [&str; 6] = ["'k'", "'p'", "''", "'fourteen bytes'", "'a text of more than fourteen'", "'\u{e4}\u{f6}'"];
const CHOICES: [&str; 4] = ["('k', 'p', 'q')", "['KP', '']", "('k', 1)", "()"];

/// Writes one program.
pub struct Writer<'r> {
    random: &'r mut Random,
    text: String,
    loops: usize,
    /// Whether statements may yield.
    yields: bool,
}

impl Writer<'_> {
    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.random.below(6) {
                0 | 1 => self.random.pick(&NUMBERS).to_owned(),
                2 if self.random.one_in(3) => "'k'".to_owned(),
                2 if self.random.one_in(3) => "xs".to_owned(),
                2 if self.random.one_in(4) => "None".to_owned(),
                _ => self.random.pick(&VARIABLES).to_owned(),
            };
        }
        let less = depth - 1;
        match self.random.below(25) {
            0..=5 => {
                let (a, b) = (self.expression(less), self.expression(less));
                format!("({a} {} {b})", self.random.pick(&OPERATORS))
            }
            6 => {
                let (a, b) = (self.expression(less), self.expression(less));
                format!("({a} {} {b})", self.random.pick(&COMPARISONS))
            }
            7 => {
                let (a, b, c) = (self.expression(less), self.expression(less), self.expression(less));
                format!("({a} if {b} else {c})")
            }
            8 => format!("xs[{}]", self.expression(less)),
            9 => format!("t['{}']", self.random.pick(&["p", "q", "r"])),
            10 => "len(xs)".to_owned(),
            11 => {
                let (a, b) = (self.expression(less), self.expression(less));
                format!("f{}({a}, {b})", self.random.below(3))
            }
            12 => {
                let inner = self.expression(less);
                format!("[{inner} for z in xs if z != {}]", self.random.pick(&NUMBERS))
            }
            13 => format!("(not {})", self.expression(less)),
            14 | 15 => format!("ys[{}]", self.random.below(4)),
            16 => {
                let (sign, choices) = (self.random.pick(&["in", "not in"]).to_owned(), self.random.pick(&CHOICES));
                format!("({} {sign} {choices})", self.text())
            }
            17 => format!("{{'p': {}, 'q': {}}}", self.expression(less), self.random.pick(&VARIABLES)),
            18 => {
                let (key, other) = (self.text(), self.expression(less));
                format!("t.get({key}, {other})")
            }
            19 | 20 => self.text(),
            21 => format!("list(g({}, {}, msg))[:5]", self.random.pick(&VARIABLES), self.random.pick(&VARIABLES)),
            22 => "flags[a]".to_owned(),
            23 => format!("msg.{}", self.random.pick(&["payload", "vars", "attrs", "id"])),
            _ => format!("(-{})", self.expression(less)),
        }
    }

    /// An expression that is likely to be a text.
    fn text(&mut self) -> String {
        match self.random.below(7) {
            0 => format!("str({})", self.random.pick(&VARIABLES)),
            1 => format!("('item-' + str({}))", self.random.pick(&VARIABLES)),
            2 => format!("({} + {})", self.random.pick(&TEXTS), self.random.pick(&TEXTS)),
            3 => format!("{}.upper()", self.random.pick(&TEXTS)),
            4 => format!("(w + {})", self.random.pick(&TEXTS)),
            5 => "w".to_owned(),
            _ => self.random.pick(&TEXTS).to_owned(),
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.text, "{:indent$}{text}", "", indent = indent * 4);
    }

    fn block(&mut self, indent: usize, depth: usize) {
        for _ in 0..=self.random.below(3) {
            self.statement(indent, depth);
        }
    }

    /// What functions begin with, and a few statements.
    fn body(&mut self) {
        self.line(1, "c, d, e = 0, 1.5, a");
        self.line(1, "xs = [1, 2, 3, a, b]");
        self.line(1, "ys = [1.5, -2.0, 0.25, a]");
        self.line(1, "zs = ys if b == 2 else [0.0, 0.5, 1.0, 2.0]");
        self.line(1, "rows = [ys, zs, [0.5, 1.5, 2.0, 4.0], [1.0, b, 3.0, 0.25]]");
        self.line(1, "flags = [b == 2] * 70");
        self.line(1, "t = {'p': 1, 'q': b, 'r': 2.5}");
        self.line(1, "if b == 7:");
        self.line(2, "t = collections.defaultdict(list, t)");
        self.line(1, "w = 'text'");
        for _ in 0..4 {
            self.statement(1, 3);
        }
    }

    fn statement(&mut self, indent: usize, depth: usize) {
        let variable = self.random.pick(&VARIABLES).to_owned();
        let value = self.expression(2);
        if self.yields && self.random.one_in(3) {
            return self.suspension(indent, &variable, &value);
        }
        match self.random.below(if depth == 0 { 13 } else { 21 }) {
            0..=2 => self.line(indent, &format!("{variable} = {value}")),
            3 | 4 => {
                let operator = self.random.pick(&["+", "-", "*", "//"]).to_owned();
                self.line(indent, &format!("{variable} {operator}= {value}"));
            }
            5 => self.line(indent, &format!("xs[{variable}] = {value}")),
            6 => self.line(indent, &format!("xs.append({value})")),
            7 => {
                let key = self.random.pick(&["p", "q", "s"]).to_owned();
                self.line(indent, &format!("t['{key}'] = {value}"));
            }
            8 | 9 => {
                // Elements of fixed index, also through another name of the list.
                let (list, place) = (self.random.pick(&["ys", "zs"]).to_owned(), self.random.below(4));
                let operator = self.random.pick(&["=", "+=", "-=", "*="]).to_owned();
                let float = self.random.pick(&["0.5", "e", "ys[1]", "a", "zs[2] * 0.5", "w"]).to_owned();
                self.line(indent, &format!("{list}[{place}] {operator} {float}"));
                self.line(indent, "e = ys[0] + zs[1]");
            }
            10 => {
                let text = self.text();
                self.line(indent, &format!("w = {text}[:20]"));
            }
            11 => {
                let (key, value) = (self.text(), self.random.pick(&VARIABLES));
                self.line(indent, &format!("t[{key}] = {value}"));
            }
            12 => self.line(indent, &format!("flags[{variable}] = {value} == 3")),
            13 | 14 => {
                self.line(indent, &format!("if {value}:"));
                self.block(indent + 1, depth - 1);
                if self.random.one_in(2) {
                    self.line(indent, "else:");
                    self.block(indent + 1, depth - 1);
                }
            }
            15 => {
                let count = self.random.below(12);
                let range = match self.random.below(3) {
                    0 => format!("range({count})"),
                    1 => format!("range(-2, {count})"),
                    _ => format!("range({count}, -3, -2)"),
                };
                self.looping(indent, depth, &format!("for {variable} in {range}:"));
            }
            16 => {
                let items = self.random.pick(&["xs[:6]", "flags", "g(a, c, msg)", "g(d, 2, msg)"]).to_owned();
                self.looping(indent, depth, &format!("for {variable} in {items}:"));
            }
            17 => {
                let counter = format!("n{}", self.loops);
                self.loops += 1;
                self.line(indent, &format!("{counter} = 0"));
                let turns = self.random.below(9);
                self.line(indent, &format!("while {counter} < {turns}:"));
                self.line(indent + 1, &format!("{counter} += 1"));
                self.block(indent + 1, depth - 1);
            }
            18 => self.rows(indent),
            _ => {
                self.line(indent, "try:");
                self.block(indent + 1, depth - 1);
                let class = self.random.pick(&["TypeError", "IndexError", "ZeroDivisionError", "Exception"]).to_owned();
                self.line(indent, &format!("except {class} as error:"));
                self.line(indent + 1, &format!("{variable} = str(error)[:40]"));
                if self.random.one_in(3) {
                    self.line(indent, "finally:");
                    self.block(indent + 1, depth - 1);
                }
            }
        }
    }

    /// A loop that looks into lists in a list, and replaces their elements and sometimes themselves.
    fn rows(&mut self, indent: usize) {
        if self.random.one_in(2) {
            self.line(indent, "for row in rows:");
        } else {
            self.line(indent, "for k in range(4):");
            self.line(indent + 1, "row = rows[k]");
        }
        let place = self.random.below(4);
        self.line(indent + 1, &format!("m = rows[{place}]"));
        for _ in 0..=self.random.below(5) {
            let list = self.random.pick(&["row", "m"]).to_owned();
            let (place, other) = (self.random.below(4), self.random.below(4));
            let line = match self.random.below(10) {
                0..=2 => format!("e = row[{place}] + m[{other}]"),
                3 | 4 => format!("{list}[{place}] -= m[{other}] * 0.5"),
                5 => format!("{list}[{place}] = {}", self.random.pick(&["0.5", "e", "a", "w", "2"])),
                6 => format!("rows[{place}] = {}", self.random.pick(&["[0.5, 1.5, 2.5, 3.5]", "m", "ys", "a"])),
                7 => format!("{} = {list}", self.random.pick(&["c", "row", "m", "rows[1][2]"])),
                8 => format!("d = math.sqrt({list}[{place}]) + sqrt(m[{other}])"),
                _ => format!("e = rows[{place}][{other}] * rows[{other}][{place}]"),
            };
            self.line(indent + 1, &line);
        }
    }

    /// A statement at which a generator is suspended.
    fn suspension(&mut self, indent: usize, variable: &str, value: &str) {
        match self.random.below(6) {
            0 | 1 => self.line(indent, &format!("yield {value}")),
            2 => self.line(indent, &format!("{variable} = yield {value}")),
            3 => {
                let items = self.random.pick(&["xs[:3]", "h(a)", "h(3)"]).to_owned();
                self.line(indent, &format!("yield from {items}"));
            }
            4 => self.line(indent, &format!("{variable} = yield from h({variable})")),
            _ => {
                self.line(indent, "try:");
                self.line(indent + 1, &format!("{variable} = (yield {value}) or b"));
                self.line(indent, "except (ValueError, TypeError) as error:");
                self.line(indent + 1, &format!("c = [{variable}, str(error)[:20]]"));
            }
        }
    }

    fn looping(&mut self, indent: usize, depth: usize, head: &str) {
        self.line(indent, head);
        self.block(indent + 1, depth - 1);
        if self.random.one_in(3) {
            let end = self.random.pick(&["break", "continue"]).to_owned();
            let variable = self.random.pick(&VARIABLES).to_owned();
            self.line(indent + 1, &format!("if {variable} == 3:"));
            self.line(indent + 2, &end);
        }
    }
}

/// The text of one program.
pub fn program(random: &mut Random) -> String {
    let mut writer = Writer { random, text: String::new(), loops: 0, yields: false };
    writer.line(0, "import math");
    writer.line(0, "from math import sqrt");
    writer.line(0, "def dw_process(msg):");
    writer.line(1, "results = []");
    writer.line(1, "for (a, b) in [(1, 2), (3, -4), (5, 0), (0.5, 2), ('x', 3), (2, 3), (9223372036854775807, 1)]:");
    writer.line(2, "for n in range(3):");
    writer.line(3, "try:");
    writer.line(4, "results.append(work(a, b, msg))");
    writer.line(3, "except Exception as error:");
    writer.line(4, "results.append([type(error).__name__, str(error)[:80]])");
    writer.line(1, "results.append(work(2, 7, msg))");
    // A generator that is spoken to in every way.
    writer.line(1, "for n in range(4):");
    writer.line(2, "it = g(n, 5 - n, msg)");
    writer.line(2, "try:");
    writer.line(3, "results.append(repr([next(it), it.send(n), next(it)])[:80])");
    writer.line(3, "results.append(repr(it.throw(ValueError('thrown')))[:80])");
    writer.line(3, "results.append(repr([v for v in it])[:200])");
    writer.line(2, "except Exception as error:");
    writer.line(3, "results.append([type(error).__name__, str(error)[:80]])");
    writer.line(2, "it.close()");
    writer.line(1, "return results");
    for number in 0..3 {
        writer.line(0, &format!("def f{number}(a, b):"));
        writer.line(1, "c, d, e = b, a, 1");
        writer.line(1, "xs = [a, b, 3]");
        writer.line(1, "t = {'p': a, 'q': 2, 'r': 0.5}");
        let text = writer.text();
        writer.line(1, &format!("w = 'short'; w = {text}"));
        // A function calls only those before it, or itself with less.
        if number == 0 {
            writer.line(1, "if isinstance(a, int) and 0 < a < 12:");
            writer.line(2, "return f0(a - 1, b) + a");
            writer.line(1, "return b");
            continue;
        }
        writer.line(1, &format!("return f{}(a, b)", number - 1));
    }
    writer.line(0, "def h(n):");
    writer.line(1, "for k in range(min(n, 9)):");
    writer.line(2, "n = (yield k * 0.5) or n");
    writer.line(1, "return n");
    writer.line(0, "def work(a, b, msg):");
    writer.body();
    writer.line(
        1,
        "return [repr(v)[:60] for v in (a, b, c, d, e, t, w, ys, zs)] + [repr(xs)[:200], repr(rows)[:200], sum(flags)]",
    );
    writer.line(0, "def g(a, b, msg):");
    // Its own body means a generator that ends soon.
    writer.line(1, "def g(a, b, msg):");
    writer.line(2, "yield a");
    writer.yields = true;
    writer.body();
    writer.line(1, "yield from h(2)");
    writer.text
}
