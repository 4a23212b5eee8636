//! Random programs for comparing the interpreter with compiled code: loops, calls, lists, dicts, numbers of all sizes and
//! kinds, errors and handlers. Every loop is bounded, so every program ends.

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

/// Writes one program.
pub struct Writer<'r> {
    random: &'r mut Random,
    text: String,
    loops: usize,
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
        match self.random.below(15) {
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
            _ => format!("(-{})", self.expression(less)),
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

    fn statement(&mut self, indent: usize, depth: usize) {
        let variable = self.random.pick(&VARIABLES).to_owned();
        let value = self.expression(2);
        match self.random.below(if depth == 0 { 8 } else { 14 }) {
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
                self.line(indent, &format!("if {value}:"));
                self.block(indent + 1, depth - 1);
                if self.random.one_in(2) {
                    self.line(indent, "else:");
                    self.block(indent + 1, depth - 1);
                }
            }
            10 => {
                let count = self.random.below(12);
                let range = match self.random.below(3) {
                    0 => format!("range({count})"),
                    1 => format!("range(-2, {count})"),
                    _ => format!("range({count}, -3, -2)"),
                };
                self.looping(indent, depth, &format!("for {variable} in {range}:"));
            }
            11 => self.looping(indent, depth, &format!("for {variable} in xs[:6]:")),
            12 => {
                let counter = format!("n{}", self.loops);
                self.loops += 1;
                self.line(indent, &format!("{counter} = 0"));
                let turns = self.random.below(9);
                self.line(indent, &format!("while {counter} < {turns}:"));
                self.line(indent + 1, &format!("{counter} += 1"));
                self.block(indent + 1, depth - 1);
            }
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
    let mut writer = Writer { random, text: String::new(), loops: 0 };
    writer.line(0, "def dw_process(msg):");
    writer.line(1, "results = []");
    writer.line(1, "for (a, b) in [(1, 2), (3, -4), (5, 0), (0.5, 2), ('x', 3), (2, 3), (9223372036854775807, 1)]:");
    writer.line(2, "for n in range(3):");
    writer.line(3, "try:");
    writer.line(4, "results.append(work(a, b))");
    writer.line(3, "except Exception as error:");
    writer.line(4, "results.append([type(error).__name__, str(error)[:80]])");
    writer.line(1, "results.append(work(2, 7))");
    writer.line(1, "return results");
    for number in 0..3 {
        writer.line(0, &format!("def f{number}(a, b):"));
        writer.line(1, "c, d, e = b, a, 1");
        writer.line(1, "xs = [a, b, 3]");
        writer.line(1, "t = {'p': a, 'q': 2, 'r': 0.5}");
        // A function calls only those before it, or itself with less.
        if number == 0 {
            writer.line(1, "if isinstance(a, int) and 0 < a < 12:");
            writer.line(2, "return f0(a - 1, b) + a");
            writer.line(1, "return b");
            continue;
        }
        writer.line(1, &format!("return f{}(a, b)", number - 1));
    }
    writer.line(0, "def work(a, b):");
    writer.line(1, "c, d, e = 0, 1.5, a");
    writer.line(1, "xs = [1, 2, 3, a, b]");
    writer.line(1, "t = {'p': 1, 'q': b, 'r': 2.5}");
    for _ in 0..4 {
        writer.statement(1, 3);
    }
    writer.line(1, "return [repr(v)[:60] for v in (a, b, c, d, e, t)] + [repr(xs)[:200]]");
    writer.text
}
