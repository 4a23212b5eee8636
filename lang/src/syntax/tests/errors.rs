//! Diagnostics of malformed texts: code, the text under the span, message. Every code of this room
//! has at least one line here.

use super::{ParseOptions, Parsed, parse, parsed, statements};
use crate::diagnostic::{Code, Severity};
use crate::source::SourceText;

/// Texts read as statements that need no `dw_process`.
#[rustfmt::skip]
const STATEMENTS: &[(&str, &[&str])] = &[
    ("x = $y", &["DW0003 `$` invalid character `$`"]),
    ("x = a ? b", &["DW0003 `?` invalid character `?`"]),
    ("a \\ b", &["DW0003 `\\` text after the line continuation `\\`"]),
    ("x = 1 + \\ # b\n  2", &["DW0003 `\\` text after the line continuation `\\`"]),
    ("x = “a”", &["DW0003 `“` `“` (U+201C) is a typographic quote"]),
    ("x = !y", &["DW0003 `!` there is no operator `!`"]),
    ("x = 'abc", &["DW0004 `'abc` this string is never closed by `'`"]),
    ("x = \"\"\"abc", &["DW0004 `\"\"\"` this string is never closed by `\"\"\"`"]),
    ("0777 + 1__0 + 0xg", &["DW0007 `0777` malformed number `0777`", "DW0007 `1__0` malformed number `1__0`", "DW0007 `0xg` malformed number `0xg`"]),
    ("10L", &["DW0007 `10L` malformed number `10L`"]),
    ("3abc", &["DW0007 `3abc` malformed number `3abc`"]),
    ("x = (1, 2", &["DW0008 `(` `(` is never closed"]),
    ("x = 1)", &["DW0008 `)` `)` has no opening bracket"]),
    ("x = [1, 2)", &["DW0008 `)` `)` does not close `[`"]),
    ("f(a, (b, c]", &["DW0008 `]` `]` does not close `(`"]),
    ("  x", &["DW0010 `  ` unexpected indentation"]),
    ("if a:\nb", &["DW0010 `:` expected an indented block after `if`"]),
    ("def f():", &["DW0010 `:` expected an indented block after `def`"]),
    ("if a:\n    b\n  c\nd", &["DW0010 `  ` this indentation matches no line above"]),
    ("if a:\n\tb\n        c", &["DW0011 `        ` tabs and blanks are mixed in the indentation"]),
    ("x = a b", &["DW0013 `b` unexpected `b`"]),
    ("x = 1 +", &["DW0013 `+` an expression is missing behind `+`"]),
    ("f(a b)", &["DW0013 `b` missing `,` before `b`"]),
    ("[1 2]", &["DW0013 `2` missing `,` before `2`"]),
    ("{'a' 1}", &["DW0013 `1` missing `:` behind `'a'`"]),
    ("{'a': 1, 'b'}", &["DW0013 `'b'` `'b'` has no value"]),
    ("{'a': 1, b = 2}", &["DW0013 `=` `=` in a dict"]),
    ("f(1,, 2)", &["DW0013 `,` an expression is missing behind `,`"]),
    ("if a\n  b", &["DW0013 `` missing `:` after `if`"]),
    ("while a: b\nelse\n  c", &["DW0013 `` missing `:` after `else`"]),
    ("else if a: b", &["DW0013 `else if` `else if` is written in one word"]),
    ("if a: b\nelse if c: d", &["DW0013 `else if` `else if` is written in one word"]),
    ("elif a: b", &["DW0013 `elif` `elif` without `if` before it"]),
    ("x = a if b", &["DW0013 `if` this conditional expression has no `else`"]),
    ("x++", &["DW0013 `++` there is no operator `++`"]),
    ("a && b", &["DW0013 `&&` there is no operator `&&`"]),
    ("a || b", &["DW0013 `||` there is no operator `||`"]),
    ("a === b", &["DW0013 `===` there is no operator `===`"]),
    ("x = y => z", &["DW0013 `=>` there is no operator `=>`"]),
    ("let x = 1", &["DW0013 `let` `let` is not in the language"]),
    ("x = new Y()", &["DW0013 `new` `new` is not in the language"]),
    ("for x y: z", &["DW0013 `y` missing `in` before `y`"]),
    ("a.", &["DW0013 `.` a name is missing behind `.`"]),
    ("a..b", &["DW0013 `.` a name is missing behind `.`"]),
    ("def f x: y", &["DW0013 `` missing `(` behind `f`"]),
    ("def f(1): y", &["DW0021 `1` `1` cannot be a parameter"]),
    ("x:\n  y", &["DW0013 `:` this line starts no block"]),
    ("match a:\n  b", &["DW0013 `match` this `match` has no `case`"]),
    ("case a: b", &["DW0013 `case` `case` outside of a `match` statement"]),
    ("match a:\n  b = 1", &["DW0013 `match` this `match` has no `case`"]),
    ("match a:\n  case b c: d", &["DW0013 `c` unexpected `c`"]),
    ("try: a\nb", &["DW0029 `try` this `try` has no handler"]),
    ("try: a\nelse: b", &["DW0029 `try` this `try` has an `else` but no `except`"]),
    ("try: a\nexcept: b\nexcept C: d", &["DW0029 `except` `except` without a class has to be the last handler"]),
    ("f() = 1", &["DW0014 `f()` cannot assign to the call `f()`"]),
    ("1 = x", &["DW0014 `1` cannot assign to the literal `1`"]),
    ("a + b = c", &["DW0014 `a + b` cannot assign to the expression `a + b`"]),
    ("None = 1", &["DW0014 `None` cannot assign to the keyword `None`"]),
    ("(a, b) += 1", &["DW0014 `(a, b)` cannot update the tuple `(a, b)`"]),
    ("a, b: int", &["DW0014 `a, b` cannot annotate the tuple `a, b`"]),
    ("for f() in x: y", &["DW0014 `f()` cannot assign to the call `f()`"]),
    ("[a for 1 in b]", &["DW0014 `1` cannot assign to the literal `1`"]),
    ("del f()", &["DW0014 `f()` cannot delete the call `f()`"]),
    ("[a, b.c, d()] = e", &["DW0014 `d()` cannot assign to the call `d()`"]),
    ("if a = 1: b", &["DW0015 `=` `=` cannot assign here"]),
    ("f(a.b=1)", &["DW0015 `=` only a name can stand before `=` in an argument"]),
    ("x = (a = 1)", &["DW0015 `=` `=` cannot assign here"]),
    ("class = 1", &["DW0017 `class` `class` is a keyword and cannot be used as a name"]),
    ("x.class", &["DW0017 `class` `class` is a keyword and cannot be used as a name"]),
    ("def class(): pass", &["DW0017 `class` `class` is a keyword and cannot be used as a name"]),
    ("{if: 1}", &["DW0017 `if` `if` is a keyword and cannot be used as a name"]),
    ("for in x: y", &["DW0013 `for` an expression is missing behind `for`"]),
    ("import", &["DW0013 `import` a name is missing behind `import`"]),
    ("f'{}'", &["DW0018 `{}` f-string: empty field"]),
    ("f'{a'", &["DW0018 `{` f-string: `{` is never closed"]),
    ("f'}'", &["DW0018 `}` f-string: `}` without `{`"]),
    ("f'{a!x}'", &["DW0018 `!` f-string: `!` needs a conversion behind it"]),
    ("f'{a:{b:{c}}}'", &["DW0018 `{` f-string: fields are nested too deeply"]),
    ("f'{a\\n}'.replace", &["DW0018 `\\` f-string: a field cannot contain a backslash"]),
    ("f\"{'a}\"", &["DW0018 `'` f-string: a string in a field is never closed"]),
    ("f'{a[}'", &["DW0018 `}` f-string: `}` has no opening bracket"]),
    ("f'{a b}'", &["DW0013 `b` unexpected `b`"]),
    ("f'{a['k']}'", &["DW0018 `'` f-string: this `'` ends the f-string, not the field"]),
    ("f'{{{a + \"'k'\"}'", &["DW0018 `'` f-string: this `'` ends the f-string, not the field"]),
    ("f'{a}'b", &["DW0013 `b` unexpected `b`"]),
    ("f'{lambda: 1}'", &["DW0018 `lambda` f-string: a `lambda` in a field needs parentheses"]),
    ("b'é'", &["DW0019 `é` `é` in a bytes literal"]),
    ("b'a' 'c'", &["DW0019 `b'a' 'c'` bytes and text cannot be concatenated"]),
    ("return 1", &["DW0020 `return 1` `return` outside of a function"]),
    ("yield", &["DW0020 `yield` `yield` outside of a function"]),
    ("break", &["DW0020 `break` `break` outside of a loop"]),
    ("def f():\n  continue", &["DW0020 `continue` `continue` outside of a loop"]),
    ("for a in b:\n  def f(): break", &["DW0020 `break` `break` outside of a loop"]),
    ("def f(): [(yield) for a in b]", &["DW0020 `yield` `yield` in a comprehension"]),
    ("f(a=1, b)", &["DW0021 `b` a positional argument stands behind a named one"]),
    ("f(**a, b)", &["DW0021 `b` a positional argument stands behind `**`"]),
    ("f(**a, *b)", &["DW0021 `*b` `*` stands behind `**`"]),
    ("f(a=1, a=2)", &["DW0021 `a` argument `a` is given twice"]),
    ("f(a for b in c, d)", &["DW0021 `a for b in c` a generator expression among other arguments needs parentheses"]),
    ("f(True=1)", &["DW0021 `True` `True` cannot be the name of an argument"]),
    ("def f(a=1, b): c", &["DW0021 `b` parameter `b` without a default stands behind one with a default"]),
    ("def f(a, a): c", &["DW0021 `a` parameter `a` stands here twice"]),
    ("def f(*, **a): c", &["DW0021 `*` a bare `*` needs a named parameter behind it"]),
    ("def f(**a, b): c", &["DW0021 `a` no parameter can stand behind `**`"]),
    ("def f(/, a): c", &["DW0021 `/` `/` needs a parameter before it"]),
    ("def f(a, /, b, /): c", &["DW0021 `/` `/` stands here twice"]),
    ("def f(*a, *b): c", &["DW0021 `b` `*` stands here twice"]),
    ("lambda a, a: 1", &["DW0021 `a` parameter `a` stands here twice"]),
    ("def f():\n  x = 1\n  global x", &["DW0022 `x` `x` is assigned before it is declared global"]),
    ("def f():\n  x\n  nonlocal x", &["DW0022 `x` `x` is used before it is declared nonlocal"]),
    ("def f(x): global x", &["DW0022 `x` `x` is a parameter and global"]),
    ("nonlocal x", &["DW0022 `x` `nonlocal` outside of a function"]),
    ("def f(): nonlocal x", &["DW0022 `x` no enclosing function binds `x`"]),
    ("def f():\n  global x\n  x: int = 1", &["DW0022 `x` `x` is declared global or nonlocal and cannot be annotated here"]),
    ("x := 1", &["DW0023 `:=` `:=` cannot stand here without parentheses"]),
    ("f(a=b:=1)", &["DW0023 `:=` `:=` cannot stand here without parentheses"]),
    ("(a.b := 1)", &["DW0023 `a.b` `:=` cannot assign to `a.b`"]),
    ("[a := 1 for a in b]", &["DW0023 `a` `:=` cannot change the loop variable `a`"]),
    ("[a for a in (b := c)]", &["DW0023 `b` `:=` cannot stand in the iterable of a comprehension"]),
    ("[(a := 1) for b in c for a in d]", &["DW0023 `a` `:=` cannot change the loop variable `a`"]),
    ("match a:\n  case b: c\n  case d: e", &["DW0024 `b` `b` matches everything: the cases below are never reached"]),
    ("match a:\n  case b | 1: c", &["DW0024 `b` `b` matches everything: the alternatives behind it are never reached"]),
    ("match a:\n  case 1 | b: c", &["DW0024 `b` the alternatives bind different names"]),
    ("match a:\n  case [b, b]: c", &["DW0024 `b` this pattern binds `b` twice"]),
    ("match a:\n  case [*b, *c]: d", &["DW0024 `*c` more than one `*` in a sequence"]),
    ("match a:\n  case *b: d", &["DW0024 `*b` a starred pattern needs a sequence around it"]),
    ("match a:\n  case {**b, 'c': d}: e", &["DW0024 `**b` `**` has to be the last item"]),
    ("match a:\n  case {1: b, 1: c}: d", &["DW0024 `1` this key stands here twice"]),
    ("match a:\n  case {b: c}: d", &["DW0024 `b` a key is a literal or a dotted name"]),
    ("match a:\n  case B(c=1, d): e", &["DW0024 `d` a positional sub-pattern stands behind a named one"]),
    ("match a:\n  case B(c=1, c=2): e", &["DW0024 `c` attribute `c` stands here twice"]),
    ("match a:\n  case f'b': c", &["DW0024 `f'b'` a pattern cannot be an f-string"]),
    ("match a:\n  case b as _: c", &["DW0024 `_` `_` binds nothing"]),
    ("print a", &["DW0028 `print` `print` without parentheses is Python 2"]),
    ("exec a", &["DW0028 `exec` `exec` without parentheses is Python 2"]),
    ("a <> b", &["DW0028 `<>` there is no operator `<>`"]),
    ("try: a\nexcept B, c: d", &["DW0028 `,` `except E, e` is Python 2"]),
    ("raise A, b", &["DW0028 `,` `raise E, text` is Python 2"]),
    ("*a", &["DW0030 `*a` a starred expression cannot stand here"]),
    ("*a, *b = c", &["DW0030 `*b` more than one `*` in a target list"]),
    ("(*a)", &["DW0030 `*a` a starred expression needs a tuple, list or set around it"]),
    ("del *a", &["DW0030 `*a` `del` takes no star"]),
    ("[*a for a in b]", &["DW0030 `*a` a comprehension cannot unpack its element"]),
    ("{**a for a in b}", &["DW0030 `a` a comprehension cannot unpack its element"]),
    ("f(*a, ** , b)", &["DW0013 `**` an expression is missing behind `**`"]),
    ("x = **a", &["DW0030 `**` `**` cannot stand here"]),
    ("class A: pass", &["DW3001 `class` `class` is not in the language"]),
    ("class A:\n  x = 1", &["DW3001 `class` `class` is not in the language"]),
    ("with a as b:\n  c", &["DW3002 `with` `with` is not in the language"]),
    ("async def f(): await g()", &["DW3003 `async` `async` is not in the language", "DW3003 `await` `await` is not in the language"]),
    ("async with a: b", &["DW3003 `async` `async` is not in the language"]),
    ("try: a\nexcept* B: c", &["DW3004 `*` `except*` is not in the language"]),
    ("import os", &["DW3005 `os` there is no module `os`"]),
    ("from os.path import join", &["DW3005 `os.path` there is no module `os.path`"]),
    ("from math import *", &["DW3005 `*` `import *` is not in the language"]),
    ("from . import a", &["DW3005 `.` there are no relative imports"]),
    ("import math.sin", &["DW3005 `math.sin` there is no module `math.sin`"]),
    ("1j", &["DW3006 `1j` `1j` is an imaginary literal"]),
    ("def f():\n  def g(): 1\n  def g(): 2", &["DW1010 `g` function `g` is defined twice"]),
    ("x = \\", &["DW0003 `\\` nothing follows the line continuation `\\`"]),
    ("x = 'a' 'b\ny = 2", &["DW0004 `'b` this string is never closed by `'`"]),
    ("def f(:\n  a\nb", &["DW0008 `(` `(` is never closed"]),
    ("x = [1,\n  2\ny = 3", &["DW0008 `[` `[` is never closed"]),
    ("x = [1,\n  2\ndef f(): y", &["DW0008 `[` `[` is never closed"]),
    ("foo(a.b.\nx = 1", &["DW0008 `(` `(` is never closed"]),
    ("x = {'a': b.c., 'd': e}", &["DW0013 `.` a name is missing behind `.`"]),
    ("return = 1", &["DW0017 `return` `return` is a keyword and cannot be used as a name"]),
    ("x is", &["DW0013 `is` an expression is missing behind `is`"]),
    ("lambda", &["DW0013 `lambda` a name is missing behind `lambda`"]),
    ("@a\nb", &["DW0013 `b` unexpected `b`"]),
    ("if a:\n  pass\n else: b", &["DW0010 ` ` this indentation matches no line above"]),
];

/// Texts whose mode is decided by what they hold.
#[rustfmt::skip]
const PROGRAMS: &[(&str, &[&str])] = &[
    ("'\\x4 \\u12 \\N{nope}'", &["DW0005 `\\x4` malformed escape `\\x4`", "DW0005 `\\u12` malformed escape `\\u12`", "DW0005 `\\N{nope}` `nope` is not the name of a character"]),
    ("'\\d'", &["DW0006 `\\d` `\\d` is no escape; the backslash is kept"]),
    ("return a", &["DW0026 `return` `return` starts a statement, but here stands one expression"]),
    ("a = 1", &["DW0026 `a = 1` this is an assignment, but here stands one expression"]),
    ("a; b", &["DW0026 `a; b` these are several statements, but here stands one expression"]),
    ("if a: b", &["DW0026 `if` `if` starts a statement, but here stands one expression"]),
    ("import math", &["DW0026 `import` `import` starts a statement, but here stands one expression"]),
    ("", &["DW0027 `` the program is empty"]),
    ("# only a comment", &["DW0027 `` the program is empty"]),
    ("def f(): pass", &["DW3010 `` the script defines no function `dw_process`"]),
    ("def dw_process(): pass", &["DW3011 `dw_process` `dw_process` takes exactly one parameter, the message"]),
    ("def dw_process(a, b): pass", &["DW3011 `a, b` `dw_process` takes exactly one parameter, the message"]),
    ("def dw_process(msg, *, a=1): pass", &["DW3011 `msg, *, a=1` `dw_process` takes exactly one parameter, the message"]),
    ("def dw_process(*args): pass", &["DW3011 `*args` `dw_process` takes exactly one parameter, the message"]),
    ("def dw_process(msg): 1\ndef dw_process(msg): 2", &["DW1010 `dw_process` function `dw_process` is defined twice"]),
    ("output(payload)", &["DW4001 `output` this is a script of 2020, with header and body"]),
    ("import json\nx = 1\n#######\nfoo", &["DW4001 `#######` this is a script of 2020, with header and body"]),
    ("def f(): pass\n###\nf()", &["DW4001 `###` this is a script of 2020, with header and body"]),
];

fn check(text: &str, parsed: &Parsed, expected: &[&str]) {
    let source = SourceText::new("test", text);
    let found = parsed.diagnostics.iter();
    let found = found.map(|d| format!("{} `{}` {}", d.code, source.slice(d.span), d.message));
    assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn messages() {
    for (text, expected) in STATEMENTS {
        check(text, &statements(text), expected);
    }
    for (text, expected) in PROGRAMS {
        check(text, &parsed(text), expected);
    }
}

fn codes(parsed: &Parsed) -> Vec<u16> {
    parsed.diagnostics.iter().map(|d| d.code.0).collect()
}

#[test]
fn limits_of_size() {
    for (text, code) in [
        ("(".repeat(201), Code::TOO_MANY_BRACKETS),
        ("9".repeat(4301), Code::LONG_INTEGER),
        (format!("1{}", "+1".repeat(3000)), Code::SYNTAX),
    ] {
        assert_eq!(codes(&parsed(&text)), [code.0], "{code}");
    }
    assert_eq!(codes(&parsed(&format!("{}1{}", "(".repeat(200), ")".repeat(200)))), [0; 0]);
    assert_eq!(codes(&parsed(&format!("1{}", "+1".repeat(1900)))), [0; 0]);
    let nested = |header: &str, count: usize| {
        let lines = (0..count).map(|depth| format!("{}{header}\n", " ".repeat(depth)));
        format!("{}{}pass\n", lines.collect::<String>(), " ".repeat(count))
    };
    assert_eq!(codes(&statements(&nested("if a:", 99))), [0; 0]);
    assert_eq!(codes(&statements(&nested("if a:", 100))), [Code::TOO_DEEP.0]);
    assert_eq!(codes(&statements(&nested("while a:", 20))), [0; 0]);
    assert_eq!(codes(&statements(&nested("while a:", 21))), [Code::TOO_DEEP.0]);
    let options = ParseOptions { max_bytes: 3, ..ParseOptions::default() };
    let parsed = parse(&SourceText::new("test", "1234"), &options);
    assert_eq!(codes(&parsed), [Code::TOO_LONG.0]);
}

#[test]
fn bytes_that_are_no_source() {
    for bytes in [&b"a\xff"[..], b"a\0b"] {
        let parsed = parse(&SourceText::from_bytes("test", bytes), &ParseOptions::default());
        assert_eq!(codes(&parsed), [Code::ENCODING.0]);
        assert_eq!(parsed.diagnostics[0].span.start, 1);
    }
}

#[test]
fn fixes_mend_what_they_belong_to() {
    for (text, mended) in [
        ("if a\n  b", "if a:\n  b"),
        ("f(a b)", "f(a, b)"),
        ("{'a' 1}", "{'a': 1}"),
        ("if a = 1: b", "if a == 1: b"),
        ("if a: b\nelse if c: d", "if a: b\nelif c: d"),
        ("a&&b", "a and b"),
        ("a<>b", "a!=b"),
        ("x = !y", "x = not y"),
        ("print a, b", "print(a, b)"),
        ("let x = 1", "x = 1"),
        ("x := 1", "x = 1"),
        ("x = “a”", "x = \"a\""),
        ("f(a for b in c, d)", "f((a for b in c), d)"),
        ("10L", "10"),
        ("'\\d'", "'\\\\d'"),
    ] {
        let found = statements(text).diagnostics;
        let fix = found.first().and_then(|d| d.fix.clone()).expect(text);
        let mut fixed = text.to_owned();
        fixed.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.replacement);
        assert_eq!(fixed, mended);
        assert_eq!(codes(&statements(&fixed)), [0; 0], "{fixed}");
    }
}

#[test]
fn warnings_do_not_stop_compilation() {
    let parsed = parsed("'\\d'");
    assert_eq!(parsed.diagnostics[0].severity, Severity::Warning);
    assert!(!parsed.has_compile_errors());
    assert!(super::parsed("a b").has_compile_errors());
}
