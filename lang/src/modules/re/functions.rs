//! The functions of the module: they compile a pattern and ask it.

use super::cache::{compile, purge};
use super::engine::{Mode, escape};
use super::pattern::find;
use super::{iteration, substitution};
use crate::table;
use crate::value::exceptions::type_error;
use crate::value::{Cx, R, Value};

table! {
    /// The functions of the module.
    pub(super) static FUNCTIONS = [
        /// Return the match at the beginning of a text; `None` if there is none.
        ///
        /// >>> re.match(r'(\d+)-(\d+)', '10-20 rest').groups()
        /// ('10', '20')
        Function Extended "def re.match(pattern: str | bytes | Pattern, string: str | bytes, flags: int = 0) -> Match | None" => |cx, a| {
            find("match", &anywhere(cx, a)?, Mode::Match)
        };
        /// Return the match of a text as a whole; `None` if there is none.
        ///
        /// >>> bool(re.fullmatch(r'[A-Z]{2}\d{4}', 'AB1234'))
        /// True
        Function Extended "def re.fullmatch(pattern: str | bytes | Pattern, string: str | bytes, flags: int = 0) -> Match | None" => |cx, a| {
            find("fullmatch", &anywhere(cx, a)?, Mode::Fullmatch)
        };
        /// Return the first match anywhere in a text; `None` if there is none.
        ///
        /// >>> re.search('(?P<key>[a-z]+)=', 'x: key=1')['key']
        /// 'key'
        Function Extended "def re.search(pattern: str | bytes | Pattern, string: str | bytes, flags: int = 0) -> Match | None" => |cx, a| {
            find("search", &anywhere(cx, a)?, Mode::Search)
        };
        /// Return a text with matches replaced by a template or by what a function gives, all or the first `count`.
        ///
        /// >>> re.sub(r'(\d{3})-\d{4}', r'\1-****', 'call 138-0000')
        /// 'call 138-****'
        /// >>> re.sub(r'\d+', lambda m: str(int(m[0]) * 2), 'a1 b22')
        /// 'a2 b44'
        Function Extended "def re.sub(pattern: str | bytes | Pattern, repl: str | bytes | Callable[[Match], str | bytes | None], string: str | bytes, count: int = 0, flags: int = 0) -> str | bytes" => |cx, a| {
            let pattern = compile(cx, &a[0], &a[4])?;
            Ok(substitution::substitute(cx, "sub", &[pattern, a[1].clone(), a[2].clone(), a[3].clone()])?.0)
        };
        /// Return a text with matches replaced, and how many there were.
        ///
        /// >>> re.subn(r'\s+', ' ', 'a  b   c')
        /// ('a b c', 2)
        Function Extended "def re.subn(pattern: str | bytes | Pattern, repl: str | bytes | Callable[[Match], str | bytes | None], string: str | bytes, count: int = 0, flags: int = 0) -> tuple[str | bytes, int]" => |cx, a| {
            let pattern = compile(cx, &a[0], &a[4])?;
            let (text, count) =
                substitution::substitute(cx, "subn", &[pattern, a[1].clone(), a[2].clone(), a[3].clone()])?;
            Ok(Value::tuple([text, Value::size(count)]))
        };
        /// Return the pieces of a text between matches, with the groups of each match between them.
        ///
        /// >>> re.split(r'[,;]\s*', 'a, b;c')
        /// ['a', 'b', 'c']
        Function Extended "def re.split(pattern: str | bytes | Pattern, string: str | bytes, maxsplit: int = 0, flags: int = 0) -> list[Any]" => |cx, a| {
            iteration::split(&[compile(cx, &a[0], &a[3])?, a[1].clone(), a[2].clone()])
        };
        /// Return the texts of all matches; with groups, the text of the group or a tuple of those of all groups.
        ///
        /// >>> re.findall(r'\d+', 'a1 b22 c333')
        /// ['1', '22', '333']
        /// >>> re.findall(r'(\w)=(\d)', 'a=1 b=2')
        /// [('a', '1'), ('b', '2')]
        Function Extended "def re.findall(pattern: str | bytes | Pattern, string: str | bytes, flags: int = 0) -> list[Any]" => |cx, a| {
            iteration::findall(&anywhere(cx, a)?)
        };
        /// Return an iterator over all matches.
        ///
        /// >>> [m.span() for m in re.finditer('a+', 'aa b a')]
        /// [(0, 2), (5, 6)]
        Function Extended "def re.finditer(pattern: str | bytes | Pattern, string: str | bytes, flags: int = 0) -> Iterator[Match]" => |cx, a| {
            iteration::finditer(&anywhere(cx, a)?)
        };
        /// Return a pattern for repeated use.
        ///
        /// >>> re.compile('b+', re.I).findall('abB')
        /// ['bB']
        Function Extended "def re.compile(pattern: str | bytes | Pattern, flags: int = 0) -> Pattern" => |cx, a| compile(cx, &a[0], &a[1]);
        /// Return a text with a backslash before every character that could mean something in a pattern.
        ///
        /// >>> re.escape('1.5 (net)')
        /// '1\\.5\\ \\(net\\)'
        Function Extended "def re.escape(pattern: str | bytes) -> str | bytes" => escaped;
        /// Forget the compiled forms of patterns that are kept for speed.
        ///
        /// >>> re.purge() is None
        /// True
        Function Extended "def re.purge() -> None" => |_, _| {
            purge();
            Ok(Value::None)
        };
    ]
}

/// The arguments of a method for those of a function with a pattern, a text and flags: no bounds.
fn anywhere(cx: &mut Cx<'_>, a: &[Value]) -> R<[Value; 4]> {
    Ok([compile(cx, &a[0], &a[2])?, a[1].clone(), Value::Int(0), Value::Int(i64::MAX)])
}

fn escaped(_: &mut Cx<'_>, a: &[Value]) -> R {
    match (a[0].text_bytes(), a[0].byte_data()) {
        (Some(text), _) => Ok(Value::text(&escape(text)?)),
        (None, Some(bytes)) => Ok(Value::bytes(&escape(&bytes)?)),
        (None, None) => {
            let kind = a[0].type_of().qualified();
            Err(type_error(format!("decoding to str: need a bytes-like object, {kind} found")))
        }
    }
}
