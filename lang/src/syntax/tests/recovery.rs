//! What is left of the tree when a text is wrong: as much as possible.

use super::{places, statements};
use crate::syntax::dump::dump;

/// Asserts the tree of a malformed text, and how many diagnostics it has.
fn check(text: &str, count: usize, expected: &str) {
    let parsed = statements(text);
    assert_eq!(dump(&parsed.program, false), expected, "{text}");
    assert_eq!(places(&parsed).len(), count, "{text}: {:?}", parsed.diagnostics);
}

#[test]
fn the_receiver_before_a_dot_survives() {
    // An empty attribute name prints as two blanks.
    check("x = a.b.", 1, "[(Assign [x] (Attribute (Attribute a b)))]");
    check("f(a.\ny = 1", 1, "[(Expr (Call f (Attribute a))) (Assign [y] 1)]");
    check("if a.:\n  b", 1, "[(If (Attribute a) [(Expr b)] [])]");
    check("{'k': a., 'l': 1}", 1, "[(Expr (Dict 'k' (Attribute a) 'l' 1))]");
    check("f'{a.}'", 1, "[(Expr (FString (Field (Attribute a) -)))]");
    check("f(a, b.c", 1, "[(Expr (Call f a (Attribute b c)))]");
    check("a[b", 1, "[(Expr (Subscript a b))]");
}

#[test]
fn little_gives_way() {
    check("x = a b", 1, "[(Assign [x] (Error))]");
    check("return_ = [1, 2 +, 3]", 1, "[(Assign [return_] (List [1 (Error) 3]))]");
    check("x = {'a': 1, 'b': 2 +,\n 'c': }", 2, "[(Assign [x] (Dict 'a' 1 'b' (Error) 'c' (Error)))]");
    check("f(a b, c)", 1, "[(Expr (Call f a b c))]");
    check("{'a' 1, 'b': 2}", 1, "[(Expr (Dict 'a' 1 'b' 2))]");
    check("[x for x in a b if c]", 1, "[(Expr (ListComp x x (Error) [c]))]");
    check("for i in a b:\n  c", 1, "[(For i (Error) [(Expr c)] [])]");
    check("if a = 1:\n  b", 1, "[(If (Compare a == 1) [(Expr b)] [])]");
    check("def f(a, 1):\n  b", 1, "[(FunctionDef [] f [] [a - -  - -] [] [] [] - [(Expr b)])]");
    check("x = 'abc\ny = 1", 1, "[(Assign [x] (Error)) (Assign [y] 1)]");
}

#[test]
fn blocks_survive() {
    check("if a\n  b\nelse\n  c", 2, "[(If a [(Expr b)] [(Expr c)])]");
    check("class A(b):\n  c = 1\nd", 1, "[(Error [(Assign [c] 1)]) (Expr d)]");
    check("with a as b:\n  c\nd", 1, "[(Error [(Expr c)]) (Expr d)]");
    check("async def f(): await g()", 2, "[(FunctionDef [] f [] [] [] [] [] - [(Expr (Call g))])]");
    check("def f(a:\n  b\nc", 1, "[(FunctionDef [] f [] [a - -] [] [] [] - [(Expr b)]) (Expr c)]");
    check("a b:\n  c\nd", 1, "[(Error [(Expr c)]) (Expr d)]");
    check("if a:\nb", 1, "[(If a [(Expr (Error))] []) (Expr b)]");
    check(
        "try:\n  a b\nexcept c d:\n  e\nf",
        2,
        "[(Try [(Expr (Error))] (Handler (Error) - [(Expr e)]) [] []) (Expr f)]",
    );
    check(
        "match a:\n  case 1 2: b\n  c\n  case 3: d",
        2,
        "[(Match a (Error) - [(Expr b)] (MatchValue 3) - [(Expr d)])]",
    );
    check("elif a:\n  b\nelse:\n  c\nd", 1, "[(Error [(Expr b)]) (Error [(Expr c)]) (Expr d)]");
    check("@a\nb = 1\nc", 1, "[(Expr (Error)) (Expr (Error)) (Expr c)]");
}

#[test]
fn several_mistakes_are_several_messages() {
    let text = "x = a b\nif c\n  d = (1 2)\nelse if e: f\nreturn_ = [g h,\n  i j]\nlet k = 1\n";
    let codes: Vec<u16> = statements(text).diagnostics.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, [13; 7]);
}

#[test]
fn a_prompt_knows_when_to_go_on() {
    for text in ["f(a,", "if a:", "\"\"\"a", "a + \\", "def f():\n", "x = [\n1", "f(a\ny = 1"] {
        assert!(statements(text).incomplete, "{text}");
    }
    for text in ["f(a)", "if a: b", "x = 'a", "a +", "f(a]", "if a:\nb", ""] {
        assert!(!statements(text).incomplete, "{text}");
    }
}
