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
fn ranges_are_the_lines_of_whole_statements() {
    for (text, expected) in [
        // A selection, or a cursor, changes the lines of the statements that it touches.
        ("x=1\n\n\n\ny=«2\nz»=3\n\n\n\nw=4\n", "x=1\n\n\n\ny = 2\nz = 3\n\n\n\nw=4\n"),
        ("x=1\ny=«»2\nz=3\n", "x=1\ny = 2\nz=3\n"),
        ("x=1\n«y=2\n»z=3\n", "x=1\ny = 2\nz=3\n"),
        ("x=1«\ny=2\n»z=3\n", "x=1\ny = 2\nz=3\n"),
        ("x=1\ny=2\nz=3«»", "x=1\ny=2\nz = 3"),
        ("x=1; y=«»2 # both\nz=3\n", "x = 1\ny = 2  # both\nz=3\n"),
        ("x=1\n\n«»\nz=3\n", "x=1\n\n\nz=3\n"),
        ("a=[1,\n  «»2,\n]\nb=1\n", "a = [\n    1,\n    2,\n]\nb=1\n"),
        // So it does in blocks, as long as they are indented as they will be.
        ("def f( a ):\n    x=«1»\n    return  x\n", "def f( a ):\n    x = 1\n    return  x\n"),
        ("def f( «»a ):\n    x=1\n    return  x\n", "def f(a):\n    x=1\n    return  x\n"),
        ("if a:\n    if b:\n        x=«»1\n    y=1\nz=1\n", "if a:\n    if b:\n        x = 1\n    y=1\nz=1\n"),
        ("if a:\n    x=1\n    # a  note«»\n    y=1\n", "if a:\n    x=1\n    # a  note\n    y=1\n"),
        // Otherwise the whole block moves, with the blocks around it that have to.
        ("if a :\n  x=«»1\n  y=1\nz=1\n", "if a:\n    x = 1\n    y = 1\nz=1\n"),
        (
            "if a :\n    if b :\n      x=«»1\n      y=1\n    y=1\n",
            "if a :\n    if b:\n        x = 1\n        y = 1\n    y=1\n",
        ),
        ("if a :\n  if b :\n    x=«»1\n  y=1\nz=1\n", "if a:\n    if b:\n        x = 1\n    y = 1\nz=1\n"),
        ("z=1\nif a : x=«»1\nz=1\n", "z=1\nif a:\n    x = 1\nz=1\n"),
    ] {
        // Without a function it would be an expression.
        let (text, expected) = (format!("def g():\n    pass\n{text}"), format!("def g():\n    pass\n{expected}"));
        let (start, end) = (text.find('«').expect("a start"), text.find('»').expect("an end") - '«'.len_utf8());
        let (start, end) = (u32::try_from(start).expect("small"), u32::try_from(end).expect("small"));
        let source = SourceText::new("test", &text.replace(['«', '»'], ""));
        let mut found = source.text().to_owned();
        if let Some(fix) = format_range(&source, Span::new(start, end)).expect("it parses") {
            found.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.replacement);
        }
        assert_eq!(found, expected, "{text}");
    }
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
