//! Listings of small programs, and many programs through the verifier, which `compile` runs in debug builds.
//!
//! When the compiler is changed on purpose, read the new listing that the failing test prints and put it in.

use super::*;
use crate::code::{Constant, listing};
use crate::syntax::ast::{Body, ExprKind, Stmt, StmtKind};
use crate::syntax::{ParseOptions, parse};

const BUILTINS: [&str; 6] = ["len", "print", "math", "urllib", "sum", "ValueError"];

fn compiled(text: &str, mode: Mode, globals: &[&str]) -> Result<Unit, CompileError> {
    let source = SourceText::new("test.dw", text);
    // A script is read as if typed at a prompt, so that it needs no `dw_process`.
    let read = if mode == Mode::Expression { mode } else { Mode::Interactive };
    let parsed = parse(&source, &ParseOptions { mode: Some(read), ..ParseOptions::default() });
    assert!(!parsed.has_compile_errors(), "{text:.200}: {:?}", parsed.diagnostics);
    let options = CompileOptions {
        globals: globals.iter().map(|name| Name::from(*name)).collect(),
        is_builtin: |name| BUILTINS.contains(&name),
        observe: false,
    };
    compile(&Program { mode, ..parsed.program }, &source, &options)
}

fn unit(text: &str, mode: Mode) -> Unit {
    compiled(text, mode, &[]).unwrap_or_else(|error| panic!("{text:.200}: {error}"))
}

/// The instructions and handlers of function `number` as the listing shows them, without comments.
fn instructions(unit: &Unit, number: usize) -> String {
    let text = listing(unit);
    let section = text.split("\n\n").nth(number).unwrap_or_default();
    let is_code = |line: &&str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let lines = section.lines().filter(is_code).map(|line| line.split(" ; ").next().unwrap_or_default().trim());
    lines.collect::<Vec<_>>().join("\n")
}

fn check(unit: &Unit, number: usize, expected: &str) {
    let found = instructions(unit, number);
    let expected = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(found, expected, "\n{}\ngives\n{found}", unit.source.text());
}

/// Checks the first function that a script defines.
fn check_function(text: &str, expected: &str) {
    check(&unit(text, Mode::Script), 1, expected);
}

#[test]
fn a_listing() {
    let text = "def dw_process(msg):\n    total = 0\n    for x in msg.payload['rows']:\n        if x > 2:\n            \
                total += x\n    return {'total': total}\n";
    let expected = "\
function 0 <module>()    ; 3 registers
    0  unbind r1                             ; line 1: def dw_process(msg): …
    1  unbind r2                             ; line 1: def dw_process(msg): …
    2  r0 = function 1 dw_process, defaults r1, r2 ; line 1: def dw_process(msg): …
    3  global dw_process = r0                ; line 1: dw_process
    4  r0 = None                             ; line 7
    5  return r0                             ; line 7

function 1 dw_process(msg)    ; 6 registers
  variables: r0 msg, r1 total, r3 x
    0  r1 = 0                                ; line 2: 0
    1  r5 = r0.payload                       ; line 3: msg.payload
    2  r4 = r5[\"rows\"]                       ; line 3: msg.payload['rows']
    3  r2 = iter(r4)                         ; line 3: for x in msg.payload['rows']
    4  r3 = next(r2), at end jump 10         ; line 3: for x in msg.payload['rows']
    5  r5 = 2                                ; line 4: 2
    6  if not r3 > r5:                       ; line 4: x > 2
    7  jump 9                                ; line 4: x > 2
    8  r1 = r1 += r3                         ; line 5: total += x
    9  loop 4                                ; line 3: for x in msg.payload['rows']
   10  r5 = r1                               ; line 6: total
   11  r4 = dict(total from r5)              ; line 6: {'total': total}
   12  return r4                             ; line 6: return {'total': total}
";
    let found = listing(&unit(text, Mode::Script));
    assert_eq!(found, expected, "\n{found}");
}

#[test]
fn conditions_are_jumps() {
    check_function(
        "def f(a, b, c):\n if a and not b or a < b < c: return 1\n while a is not None:\n  if b: break\n \
         return a if b in ['x', 'y'] else None\n",
        "0  if not r0: jump 2
         1  if not r1: jump 6
         2  if not r0 < r1:
         3  jump 8
         4  if not r1 < r2:
         5  jump 8
         6  r3 = 1
         7  return r3
         8  if r0 is None: jump 11
         9  if r1: jump 11
         10  loop 8
         11  r4 = (\"x\", \"y\")
         12  if not r1 in r4:
         13  jump 16
         14  r3 = r0
         15  jump 17
         16  r3 = None
         17  return r3",
    );
}

#[test]
fn a_variable_keeps_its_value_until_the_end() {
    check_function(
        "def f(x):\n y = x + (x := 1)\n x = [x, *y]\n x = x or [y]\n x = y if x else x + 1\n return (x := 2) * y\n",
        "0  r2 = r0
         1  r0 = 1
         2  r1 = r2 + r0
         3  r3 = r0
         4  r2 = list(r3)
         5  r2.extend(r1)
         6  r0 = r2
         7  r2 = r0
         8  if r2: jump 11
         9  r3 = r1
         10  r2 = list(r3)
         11  r0 = r2
         12  if not r0: jump 15
         13  r0 = r1
         14  jump 16
         15  r0 = r0 + 1
         16  r0 = 2
         17  r2 = r0 * r1
         18  return r2",
    );
    check_function(
        "def f(p):\n a, b = p\n a, b = b, a\n a, *c, p.x = b\n p[0], (a, b) = a, b\n",
        "0  r1, r2 = *r0
         1  r4 = r1
         2  r1 = r2
         3  r2 = r4
         4  r4, *r5, r6 = *r2
         5  r1 = r4
         6  r3 = r5
         7  r0.x = r6
         8  r4 = 0
         9  r0[r4] = r1
         10  r4, r5 = *r2
         11  r1 = r4
         12  r2 = r5
         13  r4 = None
         14  return r4",
    );
}

#[test]
fn bound_variables_are_not_checked() {
    check_function(
        "def f(a):\n if a: x = 1\n print(x, x)\n for i in a:\n  y = i\n  del y\n return i\n",
        "0  if not r0: jump 2
         1  r1 = 1
         2  r6 = builtin print
         3  check r1 x
         4  r7 = r1
         5  r8 = r1
         6  r5 = r6(r7, r8)
         7  r2 = iter(r0)
         8  r3 = next(r2), at end jump 12
         9  r4 = r3
         10  unbind r4
         11  loop 8
         12  check r3 i
         13  return r3",
    );
}

#[test]
fn finally_is_lowered_once() {
    check_function(
        "def f(x):\n for i in x:\n  try:\n   if i: return i\n   continue\n  finally:\n   x.close()\n",
        "0  r1 = iter(r0)
         1  r2 = next(r1), at end jump 22
         2  if not r2: jump 6
         3  r4 = r2
         4  r3 = 2
         5  jump 8
         6  r3 = 4
         7  jump 8
         8  r5 = None
         9  handling r5
         10  jump 13
         11  handling r4
         12  r3 = 1
         13  r7 = method r0.close
         14  r6 = method r7()
         15  handled
         16  if r3 is 2: jump 19
         17  if r3 is 4: jump 21
         18  unwind r4
         19  return r4
         20  jump 21
         21  loop 1
         22  r3 = None
         23  return r3
         2..7 -> 11: r4, depth 0",
    );
    // Every level has its own ways in and out, but one body.
    let mut text = "def f(x):\n".to_owned();
    for level in 1..=15 {
        text += &format!("{}try:\n", " ".repeat(level));
    }
    text += &format!("{}return x\n", " ".repeat(16));
    for level in (1..=15).rev() {
        let indent = " ".repeat(level);
        text += &format!("{indent}finally:\n{indent} x()\n");
    }
    assert!(instructions(&unit(&text, Mode::Script), 1).lines().count() < 15 * 20);
}

#[test]
fn except_deletes_its_name() {
    check_function(
        "def f(x):\n try: y = x()\n except ValueError as e: y = e\n return y\n",
        "0  r4 = r0
         1  r1 = r4()
         2  jump 17
         3  handling r3
         4  r4 = builtin ValueError
         5  r5 = r3 matches r4
         6  if not r5: jump 15
         7  r2 = r3
         8  r1 = r2
         9  unbind r2
         10  jump 13
         11  unbind r2
         12  unwind r6
         13  handled
         14  jump 17
         15  handled
         16  unwind r3
         17  return r1
         0..1 -> 3: r3, depth 0
         8..8 -> 11: r6, depth 1",
    );
}

#[test]
fn comprehensions_run_inline() {
    check_function(
        "def f(rows):\n return [x * k for k, v in rows for x in v if x]\n",
        "0  r2 = iter(r0)
         1  r1 = list()
         2  r3 = next(r2), at end jump 11
         3  r6, r7 = *r3
         4  r4 = iter(r7)
         5  r5 = next(r4), at end jump 10
         6  if not r5: jump 9
         7  r8 = r5 * r6
         8  r1.append(r8)
         9  loop 5
         10  loop 2
         11  return r1",
    );
    let captured = unit("def f(rows):\n return [lambda: x for x in rows]\n", Mode::Script);
    check(
        &captured,
        1,
        "0  r2 = iter(r0)
         1  r1 = list()
         2  unbind r4
         3  r4 = cell
         4  r3 = next(r2), at end jump 11
         5  cell r4 = r3
         6  unbind r6
         7  unbind r7
         8  r5 = function 2 <lambda>, defaults r6, r7
         9  r1.append(r5)
         10  loop 4
         11  return r1",
    );
    assert_eq!(&*captured.codes[2].qualname, "f.<locals>.<listcomp>.<lambda>");
    let generator = unit("def f(rows):\n return len(x.n for x in rows)\n", Mode::Script);
    check(
        &generator,
        2,
        "0  r1 = next(r0), at end jump 4
         1  r3 = r1.n
         2  r2 = yield r3
         3  loop 0
         4  r3 = None
         5  return r3",
    );
    assert!(generator.codes[2].is_generator);
}

#[test]
fn calls() {
    check_function(
        "def f(a, g):\n a.sort(key=len, reverse=True)\n g(a, *a, k=1, **a)\n math.floor(g(*a))\n",
        "0  r2 = r0.sort
         1  r3 = builtin len
         2  r4 = True
         3  r2 = r2(r3, r4 named key, reverse)
         4  r3 = r1
         5  r4 = list()
         6  r4.append(r0)
         7  r4.extend(r0)
         8  r6 = 1
         9  r5 = dict(k from r6)
         10  r5.update(r0) for r3
         11  r2 = r3(*r4, **r5)
         12  r4 = builtin math
         13  r3 = method r4.floor
         14  r6 = r1
         15  r7 = r0
         16  unbind r8
         17  r5 = r6(*r7, **r8)
         18  r2 = method r3(r5)
         19  r2 = None
         20  return r2",
    );
}

#[test]
fn patterns_bind_after_success() {
    check_function(
        "def f(x):\n match x:\n  case [1, a] | {'k': a}: return a\n  case len(x) if x: pass\n",
        "0  r2 = r0
         1  r4 = r2 is a sequence of 2
         2  if not r4: jump 9
         3  r5, r6 = *r2
         4  r7 = 1
         5  if not r5 == r7:
         6  jump 9
         7  r3 = r6
         8  jump 17
         9  r4 = r2 is a mapping
         10  if not r4: jump 19
         11  r5 = (\"k\",)
         12  r6 = r5
         13  r6 = values of r2 for r6
         14  if r6 is None: jump 19
         15  r7 = *r6
         16  r3 = r7
         17  r1 = r3
         18  return r1
         19  r3 = builtin len
         20  r4 = ()
         21  r3 = parts of r2 as r3(1, r4)
         22  if r3 is None: jump 27
         23  r5 = *r3
         24  r0 = r5
         25  if not r0: jump 27
         26  jump 27
         27  r2 = None
         28  return r2",
    );
}

#[test]
fn names_find_their_place() {
    let script = unit("len = 1\ndef f():\n global g\n g = len, sum, unknown\n", Mode::Script);
    assert_eq!(script.globals, ["len", "g", "unknown", "f"].map(Name::from));
    assert!(script.constants.contains(&Constant::Builtin("sum".into())));
    assert!(!script.constants.contains(&Constant::Builtin("len".into())));

    let session = compiled("y = len(x)\ny", Mode::Interactive, &["x", "z"]).expect("compiles");
    assert_eq!(session.globals, ["x", "z", "y", "len"].map(Name::from));
    assert!(listing(&session).contains("display"));

    let expression = unit("[msg.a for i in msg]", Mode::Expression);
    assert_eq!((&*expression.codes[0].name, expression.codes[0].params.positional), ("<expression>", 1));
    assert!(expression.globals.is_empty());
}

#[test]
fn a_generator_that_is_consumed_at_once_is_none() {
    for (text, mode, codes) in [
        ("sum(x for x in msg)", Mode::Expression, 1),
        ("any(len(x) > 1 for x in msg if x.get('a'))", Mode::Expression, 1),
        // What may raise `StopIteration`, what captures, what binds outside, and other calls.
        ("sum(f(x) for x in msg)", Mode::Expression, 2),
        ("all(lambda: x for x in msg)", Mode::Expression, 3),
        ("all((y := x) for x in msg)", Mode::Expression, 2),
        ("sum((x for x in msg), 1)", Mode::Expression, 2),
        ("len(x for x in msg)", Mode::Expression, 2),
        // The names must be those of the built-ins, wherever they are bound.
        ("y = sum(len(x) for x in [])", Mode::Script, 1),
        ("y = sum(len(x) for x in [])\nlen = 1", Mode::Script, 2),
        ("y = sum(len for len in [len(y) for y in []])", Mode::Script, 1),
        ("y = sum(len(len) for len in [])", Mode::Script, 2),
        ("def f(sum): return sum(x for x in [])", Mode::Script, 3),
        ("y = sum(x for x in [])", Mode::Interactive, 2),
    ] {
        assert_eq!(unit(text, mode).codes.len(), codes, "{text}");
    }
}

#[test]
fn many_programs_are_well_formed() {
    let bodies = [
        "x = [1, 2, 3, 4, 5, 6, 7, 8, 9]; y = {1, *x}; z = {**y, 'a': 1, 2: 3}; w = (*x, *y)",
        "f'{x!r:>{y}} {z:.{w}f}' f''; f'{x}'; b'a'; ...; -1; 2 ** -1; -9223372036854775808; 1.5; not x",
        "x[1:2, ::3]; x[:] = y; del x[0], y.z, (a, [b]); x.y += 1; x['k'] -= y; x[i := 0] *= i",
        "a = b = c, d = e; (a, b), [*c, d] = e; [] = (); a.b, c[d] = d, c",
        "lambda a, /, b=1, *c, d, e=2, **f: (a, b, c, d, e, f); lambda *, k: (yield)",
        "x = yield\n yield from x\n return (yield x)",
        "while 1:\n  try: break\n  finally: continue",
        "for a, b in c:\n  try:\n   try: return 1\n   finally: break\n  except (A, B) as e: continue\n  else: raise\n  \
         finally: del a\n else: return 2",
        "try: raise x from y\n except A as e:\n  try: raise\n  except B as e: f = lambda: e\n  finally: return e\n except: pass",
        "import math, urllib.parse as p\n from urllib.parse import quote as q, unquote\n assert math, p\n assert q < 1 < 2",
        "def g(x=1, *, y=[]):\n  nonlocal n\n  n = x\n  return lambda: n + x\n n = 0\n return [g for g in (n, g) if (m := g)], m",
        "match x, y:\n  case [*_, 1 | 2 as a, _], None: pass\n  case {'k': [b], **r} if b: return r\n  \
         case C(a, k=True) | [C(a), *_]: del a\n  case math.pi | -1 | 'a' | [] | {}: pass\n  case other: other",
        "x: int; y: int = 1; (z): int; a.b: int; a[0]: int = 2",
        "@a.b\n @c(1)\n def g(): 'doc'\n return g(*x, 1, *y, k=1, **z, l=2)",
        "[[x for x in y] for y in z if (w := y)]; {k: (lambda: k) for k in x for x in [k]}; (a for b in c for a in b if a)",
        "if 0: x = 1\n elif None: y\n elif 'a': z\n else: w",
        "return a < b < c, a and b or not c, a if b else c if d else e, a is None, (a := b) is not None",
    ];
    for body in bodies {
        let unit = unit(&format!("def f():\n {body}\n"), Mode::Script);
        assert!(unit.codes.len() > 1 && !listing(&unit).is_empty());
    }
}

#[test]
fn large_programs() {
    let items = |item: &str| vec![item; 3000].join(",");
    // Neither long displays nor long calls and chains need many registers.
    for text in [
        format!("x = [{}]", items("y")),
        format!("x = {{{}}}", items("y: 1")),
        format!("f({})", items("x")),
        format!("f\"{}\"", "{x}".repeat(3000)),
        format!("if {}: pass", vec!["(x := x + 1)"; 3000].join(" < ")),
    ] {
        assert!(unit(&text, Mode::Script).codes[0].registers < 200, "{text:.40}");
    }
    // But the number of targets has its limit.
    let span = Span::default();
    let name = |i: usize| Expr::new(span, ExprKind::Name(format!("v{i}").into()));
    let target = Expr::new(span, ExprKind::Tuple((0..70_000).map(name).collect()));
    let assign = Stmt { span, kind: StmtKind::Assign { targets: vec![target], value: name(0) } };
    let program = Program { mode: Mode::Script, body: Body::Statements(vec![assign]) };
    let options = CompileOptions { globals: Vec::new(), is_builtin: |_| false, observe: false };
    assert!(compile(&program, &SourceText::new("test.dw", ""), &options).is_err());
}
