//! `string`: constants, `capwords` and `Template` (spec 9.2).

mod template;

use crate::builtins::attribute;
use crate::table;
use crate::value::types::{Constant, ModuleDesc, Profile};
use crate::value::{Cx, HVec, List, R, Value};

/// `string`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "string",
    doc: "Constants and templates of text.",
    profile: Profile::Extended,
    functions: FUNCTIONS,
    types: &[("Template", &template::TEMPLATE, Profile::Extended)],
    constants: CONSTANTS,
    modules: &[],
};

/// Declares the constants, all of them texts.
macro_rules! texts {
    ($($name:literal $doc:literal = $text:expr;)*) => {
        static CONSTANTS: &[Constant] = &[$(Constant {
            name: $name,
            doc: $doc,
            profile: Profile::Extended,
            ty: "str",
            value: |_| Ok(Value::str($text)),
        }),*];
    };
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const WHITESPACE: &str = " \t\n\r\x0b\x0c";

texts! {
    "ascii_letters" "The letters of ASCII." = &format!("{LOWER}{UPPER}");
    "ascii_lowercase" "The small letters of ASCII." = LOWER;
    "ascii_uppercase" "The capital letters of ASCII." = UPPER;
    "digits" "The decimal digits." = "0123456789";
    "hexdigits" "The hexadecimal digits." = "0123456789abcdefABCDEF";
    "octdigits" "The octal digits." = "01234567";
    "printable" "Every printable character of ASCII." = &format!("0123456789{LOWER}{UPPER}{PUNCTUATION}{WHITESPACE}");
    "punctuation" "The punctuation characters of ASCII." = PUNCTUATION;
    "whitespace" "The white space of ASCII." = WHITESPACE;
}

table! {
    static FUNCTIONS = [
        /// Capitalize every word; words are what white space or a given text separates.
        ///
        /// >>> string.capwords('hello  world')
        /// 'Hello World'
        Function Extended "def string.capwords(s: str, sep: str | None = None) -> str" => cap_words;
    ]
}

fn cap_words(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let split = attribute::get(cx, &a[0], "split")?;
    let words = cx.call(&split, &[a[1].clone()])?;
    let mut capital = HVec::new();
    for word in crate::builtins::iterate::collect(cx, &words)? {
        let capitalize = attribute::get(cx, &word, "capitalize")?;
        capital.push(cx.call(&capitalize, &[])?);
    }
    let separator = if a[1].text_bytes().is_some_and(|sep| !sep.is_empty()) { a[1].clone() } else { Value::str(" ") };
    let join = attribute::get(cx, &separator, "join")?;
    cx.call(&join, &[Value::List(List::new(capital))])
}
