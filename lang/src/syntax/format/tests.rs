//! Layout, comments, blank lines; what must not change.

use super::{format, format_parameter, format_range};
use crate::source::{SourceText, Span};

fn formatted(text: &str) -> String {
    format(&SourceText::new("test", text)).unwrap_or_else(|found| panic!("{found:?}\n{text}"))
}

/// Asserts that a script with these lines in `dw_process` becomes one with the expected lines, and stays so.
fn check(body: &str, expected: &str) {
    let script = |body: &str| {
        let lines = body.lines().map(|line| if line.is_empty() { "\n".into() } else { format!("    {line}\n") });
        format!("def dw_process(msg):\n{}", lines.collect::<String>())
    };
    let out = formatted(&script(body));
    assert_eq!(out, script(expected));
    assert_eq!(formatted(&out), out);
}

#[test]
fn blanks_between_tokens() {
    for (before, after) in [
        ("x=1+ 2*-3 - - y", "x = 1 + 2 * -3 - -y"),
        ("f( a , b = 1,*c,** d )[ 0 ] . e", "f(a, b=1, *c, **d)[0].e"),
        ("a [ 1 : 2 ], a[ x+1 :], a[::- 1], a[f(x+1):2]", "a[1:2], a[x + 1 :], a[::-1], a[f(x + 1):2]"),
        ("{'a' :1,** b}; {* a , 1}", "{'a': 1, **b}\n{*a, 1}"),
        ("z = lambda x , * y , k = 1 : x", "z = lambda x, *y, k=1: x"),
        ("x ** 2, -x ** -2, f(x) ** 2, a.b**c.d, a ** b()", "x**2, -x**-2, f(x) ** 2, a.b**c.d, a ** b()"),
        ("1 .real, 1.0.real, 0X1F, 1E5, U'a', Rb'c'", "1 .real, 1.0.real, 0x1F, 1e5, u'a', rb'c'"),
        ("return(not(a)) if b else(c)", "return (not (a)) if b else (c)"),
        ("y:int=3;y+= 1", "y: int = 3\ny += 1"),
        ("if(a := 1)>0 : pass", "if (a := 1) > 0:\n    pass"),
        ("print (*a);x=1if y else 2", "print(*a)\nx = 1 if y else 2"),
        ("for a,b in c :\n  pass\nelse : pass", "for a, b in c:\n    pass\nelse:\n    pass"),
    ] {
        check(before, after);
    }
}

#[test]
fn long_lines_break() {
    let name = "a".repeat(40);
    check(
        &format!("return {{'first': {name}, 'second': {name}, 'third': 3}}"),
        &format!("return {{\n    'first': {name},\n    'second': {name},\n    'third': 3,\n}}"),
    );
    check(
        &format!("return {name} and {name} or {name}"),
        &format!("return (\n    {name}\n    and {name}\n    or {name}\n)"),
    );
    check(&format!("x = call({name}, {name}, k=1)"), &format!("x = call(\n    {name}, {name}, k=1\n)"));
    check(
        &format!("x = [{name} for {name} in y if {name}]"),
        &format!("x = [\n    {name}\n    for {name} in y\n    if {name}\n]"),
    );
    check("x = [1, 2,]", "x = [\n    1,\n    2,\n]");
    check("x = (1,)\ny[1,]", "x = (1,)\ny[1,]");
}

#[test]
fn comments_stay_in_order() {
    check(
        "x = [ # a\n  1, # b\n  # c\n  2 # d\n  # e\n] # f",
        "x = [  # a\n    1,  # b\n    # c\n    2,  # d\n    # e\n]  # f",
    );
    check(
        "if a: # x\n  # y\n  b\n  # z\n# w\nelse: c # v",
        "if a:  # x\n    # y\n    b\n    # z\n# w\nelse:\n    c  # v",
    );
    check("x = f(a # 1\n  , # 2\n b)", "x = f(\n    a,  # 1\n    # 2\n    b,\n)");
}

#[test]
fn empty_lines() {
    let before = "x = 1\n\n\n\n\ny = 2\n# about\ndef f():\n\n\n  a = 1\n\n\n  def g(): pass\n  b = 2\n@d\n\ndef dw_process(msg): pass\nz = 3\n#=> end";
    let after = "x = 1\n\n\ny = 2\n\n\n# about\ndef f():\n    a = 1\n\n    def g():\n        pass\n\n    b = 2\n\n\n@d\ndef dw_process(msg):\n    pass\n\n\nz = 3\n#=> end\n";
    assert_eq!(formatted(before), after);
    assert_eq!(formatted(after), after);
}

#[test]
fn expressions_and_parameters() {
    let name = "a".repeat(60);
    assert_eq!(formatted("# note\n{ 'a' :\n 1 } # end\n"), "# note\n{'a': 1}  # end\n");
    assert_eq!(formatted(&format!("{name} + {name}")), format!("{name}\n+ {name}\n"));
    assert_eq!(format_parameter("#[ a+1 ]").as_deref(), Ok("#[a + 1]"));
    assert_eq!(format_parameter("#[ a # c\n]").as_deref(), Ok("#[\n    a  # c\n]"));
    let script = "#[\n  def dw_process(msg):\n    return '''\n x'''\n]";
    let expected = "#[\n    def dw_process(msg):\n        return '''\n x'''\n]";
    assert_eq!(format_parameter(script).as_deref(), Ok(expected));
    assert!(format_parameter("a").is_err());
}

#[test]
fn line_ends_and_broken_texts() {
    assert_eq!(
        formatted("def dw_process(m):\r\n  return '''a\r\nb'''"),
        "def dw_process(m):\r\n    return '''a\r\nb'''\r\n"
    );
    assert!(format(&SourceText::new("test", "f(")).is_err());
    assert!(format(&SourceText::new("test", "")).is_err());
    // With a line for each it would be too long to be a program.
    let long = format!("[{}1]", "1,".repeat(200_000));
    assert!(format(&SourceText::new("test", &long)).is_err());
    assert!(format(&SourceText::new("test", "def other(): pass")).is_ok());
}

#[test]
fn ranges_are_whole_statements() {
    let text = "x=1\ndef dw_process(msg):\n  y=2\n  return y\nz=3\n";
    let source = SourceText::new("test", text);
    let fix = format_range(&source, Span::new(26, 28)).expect("it parses").expect("it changes");
    assert_eq!(
        (fix.span, fix.replacement.as_str()),
        (Span::new(4, 42), "\n\ndef dw_process(msg):\n    y = 2\n    return y\n")
    );
    let fix = format_range(&source, Span::new(0, 2)).expect("it parses").expect("it changes");
    assert_eq!((fix.span, fix.replacement.as_str()), (Span::new(0, 4), "x = 1\n"));
}

#[test]
fn long_chains_and_texts_break_before_each_part() {
    check(
        "name = msg.payload['customer']['name'].strip().lower().replace('ä', 'ae').replace('ö', 'oe').replace('ü', 'ue')",
        "name = (\n    msg.payload['customer']['name']\n    .strip()\n    .lower()\n    .replace('ä', 'ae')\n    .replace('ö', 'oe')\n    .replace('ü', 'ue')\n)",
    );
    check(
        "text = 'the first part of a long text, ' 'the second part of it, which is long, ' f'and the last {part}'",
        "text = (\n    'the first part of a long text, '\n    'the second part of it, which is long, '\n    f'and the last {part}'\n)",
    );
}
