//! `re.Pattern`: a compiled pattern as a value.

use std::any::Any;
use std::rc::Rc;

use super::engine::{Mode, Pattern};
use super::haystack::{Haystack, bounds};
use super::match_object::Match;
use super::regex_flag::RegexFlag;
use super::{flags, iteration, substitution};
use crate::builtins::receiver;
use crate::builtins::{dict, repr};
use crate::table;
use crate::value::compare;
use crate::value::exceptions::attribute_error;
use crate::value::hash::python_hash;
use crate::value::heap;
use crate::value::{Cx, Dict, HVec, NativeObject, R, TypeDesc, Value};

/// `re.Pattern`
pub(super) static PATTERN: TypeDesc = TypeDesc {
    doc: "A compiled regular expression.",
    generic: true,
    ..TypeDesc::new("Pattern", "re").with_members(MEMBERS)
};

table! {
    /// The members of a pattern.
    static MEMBERS = [
        /// Return the match at the beginning of a text, or at `pos`; `None` if there is none.
        ///
        /// >>> re.compile('b+').match('abbc', 1)
        /// <re.Match object; span=(1, 3), match='bb'>
        Method Extended "match(self, /, string: str | bytes, pos: int = 0, endpos: int = 9223372036854775807) -> Match | None" => |_, a| find("match", a, Mode::Match);
        /// Return the match of a text as a whole, or of its part from `pos` to `endpos`; `None` if there is none.
        ///
        /// >>> re.compile('a|ab').fullmatch('ab')
        /// <re.Match object; span=(0, 2), match='ab'>
        Method Extended "fullmatch(self, /, string: str | bytes, pos: int = 0, endpos: int = 9223372036854775807) -> Match | None" => |_, a| find("fullmatch", a, Mode::Fullmatch);
        /// Return the first match anywhere in a text; `None` if there is none.
        ///
        /// >>> re.compile(r'\d+').search('tea 12').group()
        /// '12'
        Method Extended "search(self, /, string: str | bytes, pos: int = 0, endpos: int = 9223372036854775807) -> Match | None" => |_, a| find("search", a, Mode::Search);
        /// Return a text with matches replaced, all or the first `count`.
        ///
        /// >>> re.compile(r'(\w+)=(\w+)').sub(r'\2=\1', 'a=b, c=d')
        /// 'b=a, d=c'
        Method Extended "sub(self, /, repl: str | bytes | Callable[[Match], str | bytes | None], string: str | bytes, count: int = 0) -> str | bytes" => |cx, a| {
            Ok(substitution::substitute(cx, "sub", a)?.0)
        };
        /// Return a text with matches replaced, and how many there were.
        ///
        /// >>> re.compile('a').subn('o', 'banana')
        /// ('bonono', 3)
        Method Extended "subn(self, /, repl: str | bytes | Callable[[Match], str | bytes | None], string: str | bytes, count: int = 0) -> tuple[str | bytes, int]" => |cx, a| {
            let (text, count) = substitution::substitute(cx, "subn", a)?;
            Ok(Value::tuple([text, Value::size(count)]))
        };
        /// Return the pieces of a text between matches, with the groups of each match between them.
        ///
        /// >>> re.compile(r'\s*,\s*').split('a , b,c')
        /// ['a', 'b', 'c']
        /// >>> re.compile('(-)').split('a-b')
        /// ['a', '-', 'b']
        Method Extended "split(self, /, string: str | bytes, maxsplit: int = 0) -> list[Any]" => |_, a| iteration::split(a);
        /// Return the texts of all matches; with groups, the text of the group or a tuple of those of all groups.
        ///
        /// >>> re.compile(r'(\w)(\d)').findall('a1 b2')
        /// [('a', '1'), ('b', '2')]
        Method Extended "findall(self, /, string: str | bytes, pos: int = 0, endpos: int = 9223372036854775807) -> list[Any]" => |_, a| iteration::findall(a);
        /// Return an iterator over all matches.
        ///
        /// >>> [m.start() for m in re.compile('a').finditer('banana')]
        /// [1, 3, 5]
        Method Extended "finditer(self, /, string: str | bytes, pos: int = 0, endpos: int = 9223372036854775807) -> Iterator[Match]" => |_, a| iteration::finditer(a);
        /// The flags of the pattern, those inside its text included.
        ///
        /// >>> re.compile('(?m)a', re.I).flags
        /// 42
        Property Extended "flags(self) -> int" => |_, a| {
            // Negative flags went in as their lower 32 bits.
            Ok(Value::from(own("flags", a)?.program.flags() as i32))
        };
        /// The number of groups.
        ///
        /// >>> re.compile('(a)(b)?').groups
        /// 2
        Property Extended "groups(self) -> int" => |_, a| Ok(Value::size(own("groups", a)?.program.groups()));
        /// The numbers of the named groups.
        ///
        /// >>> dict(re.compile('(?P<x>a)(b)(?P<y>c)').groupindex)
        /// {'x': 1, 'y': 3}
        Property Extended "groupindex(self) -> Mapping[str, int]" => |_, a| {
            let index = own("groupindex", a)?.program.group_index();
            let numbers = Dict::from_pairs(index.iter().map(|(name, number)| (name.as_str(), Value::from(*number))));
            // Without names CPython has nothing to protect from changes.
            Ok(if index.is_empty() { Value::Dict(numbers) } else { dict::proxy(numbers) })
        };
        /// The text from which the pattern was compiled.
        ///
        /// >>> re.compile(r'\d').pattern
        /// '\\d'
        Property Extended "pattern(self) -> str | bytes" => |_, a| Ok(own("pattern", a)?.source.clone());
    ]
}

/// Members that CPython keeps as fields; its error for assigning to them differs from that for other properties.
const FIELDS: [&str; 3] = ["pattern", "flags", "groups"];

/// A compiled pattern.
pub(super) struct Compiled {
    /// What the engine made of it; patterns with the same text share it.
    pub program: Rc<Pattern>,
    /// The text, `str` or `bytes`.
    source: Value,
    /// Bytes counted for the program.
    charged: usize,
}

/// Bytes of a program for each byte of the text, roughly.
const PROGRAM_SIZE: usize = 64;

impl Compiled {
    /// The pattern of `source`. Memory is counted for the first pattern with a program: for `fresh` bytes of text.
    pub(super) fn new(program: Rc<Pattern>, source: Value, fresh: usize) -> Compiled {
        let charged = fresh.saturating_mul(PROGRAM_SIZE);
        heap::charge(charged);
        Compiled { program, source, charged }
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        heap::refund(self.charged);
    }
}

/// The receiver of the method `name`.
///
/// # Errors
/// `TypeError` if the method was taken from the type and called with something else.
pub(super) fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Compiled> {
    receiver::native(name, "re.Pattern", a)
}

/// `match`, `fullmatch` and `search`: the arguments are the pattern, the text and the bounds.
///
/// # Errors
/// `TypeError` for arguments of the wrong type; a limit.
pub(super) fn find(name: &str, a: &[Value], mode: Mode) -> R {
    let own = own(name, a)?;
    let (pos, endpos) = bounds(&a[2], &a[3])?;
    let haystack = Haystack::new(&a[1], own.program.is_text())?;
    let window = haystack.window(pos, endpos);
    let Some(captures) = own.program.match_at(haystack.subject(), window.start, window.end, mode)? else {
        return Ok(Value::None);
    };
    Ok(Match::make(&a[0], own, &haystack, window, window.positions(), captures))
}

impl NativeObject for Compiled {
    fn class(&self) -> &'static TypeDesc {
        &PATTERN
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        /// Characters of the text that are shown.
        const SHOWN: usize = 200;
        Some(repr::repr(cx, &self.source).map(|source| {
            let mut out = HVec::from_slice(b"re.compile(");
            out.extend_bytes(source.as_text().map_or(&b""[..], |text| text.slice(0, SHOWN)));
            let mut bits = self.program.flags();
            let kind = flags::ASCII | flags::LOCALE | flags::UNICODE;
            if self.program.is_text() && bits & kind == flags::UNICODE {
                bits &= !flags::UNICODE;
            }
            if bits != 0 {
                out.extend_bytes(b", ");
                out.extend_bytes(RegexFlag::of_pattern(bits).as_bytes());
            }
            out.push(b')');
            Value::text_vec(out)
        }))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        let Value::Native(native) = other else { return Some(Ok(false)) };
        let Some(other) = native.downcast::<Compiled>() else { return Some(Ok(false)) };
        if self.program.flags() != other.program.flags() || self.program.is_text() != other.program.is_text() {
            return Some(Ok(false));
        }
        Some(compare::eq(&self.source, &other.source))
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(python_hash(&self.source).map(|hash| hash ^ i64::from(self.program.flags())))
    }

    fn set_attr(&self, _: &mut Cx<'_>, name: &str, _: Value) -> Option<R<()>> {
        FIELDS.contains(&name).then(|| Err(attribute_error("readonly attribute")))
    }
}
