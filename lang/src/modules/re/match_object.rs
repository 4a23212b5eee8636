//! `re.Match`: what a match found.

use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

use super::engine::{Captures, Pattern, Positions, Span};
use super::haystack::{Haystack, Window};
use super::pattern::Compiled;
use super::substitution;
use crate::builtins::receiver;
use crate::builtins::repr;
use crate::table;
use crate::value::exceptions::{attribute_error, index_error};
use crate::value::hash::python_hash;
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::IntView;
use crate::value::{Cx, Dict, HVec, NativeObject, R, TypeDesc, Value};

/// `re.Match`
pub(super) static MATCH: TypeDesc = TypeDesc {
    doc: "What a regular expression matched.",
    generic: true,
    ..TypeDesc::new("Match", "re").with_members(MEMBERS)
};

table! {
    /// The members of a match.
    static MEMBERS = [
        /// Return what a group matched, by number or name; a tuple for several groups, the whole match for none.
        ///
        /// >>> re.match(r'(\w)-(?P<x>\w)', 'a-b').group(1, 'x')
        /// ('a', 'b')
        Method Extended "group(self, /, *groups: int | str) -> Any" => group;
        /// Return what all groups matched, and a default for those that took no part.
        ///
        /// >>> re.match('(a)(b)?', 'ac').groups('-')
        /// ('a', '-')
        Method Extended "groups(self, /, default: Any = None) -> tuple[Any, ...]" => groups;
        /// Return what the named groups matched, and a default for those that took no part.
        ///
        /// >>> re.match(r'(?P<year>\d{4})-(?P<month>\d\d)', '2024-05').groupdict()
        /// {'year': '2024', 'month': '05'}
        Method Extended "groupdict(self, /, default: Any = None) -> dict[str, Any]" => groupdict;
        /// Return where a group begins, or -1 if it took no part.
        ///
        /// >>> re.search('b(c)', 'abc').start(1)
        /// 2
        Method Extended "start(self, group: int | str = 0, /) -> int" => |_, a| Ok(group_bounds("start", a)?.0);
        /// Return where a group ends, or -1 if it took no part.
        ///
        /// >>> re.search('b', 'abc').end()
        /// 2
        Method Extended "end(self, group: int | str = 0, /) -> int" => |_, a| Ok(group_bounds("end", a)?.1);
        /// Return where a group begins and ends.
        ///
        /// >>> re.search('b+', 'abbc').span()
        /// (1, 3)
        Method Extended "span(self, group: int | str = 0, /) -> tuple[int, int]" => |_, a| {
            let (start, end) = group_bounds("span", a)?;
            Ok(Value::tuple([start, end]))
        };
        /// Return a template with the groups of the match filled in.
        ///
        /// >>> re.match(r'(\w+) (?P<last>\w+)', 'Li Si').expand(r'\g<last>, \1')
        /// 'Si, Li'
        Method Extended "expand(self, /, template: str | bytes) -> str | bytes" => |_, a| {
            let own = own("expand", a)?;
            substitution::expand(&own.program, &own.haystack, &own.spans, &a[1])
        };
        /// The text that was searched.
        ///
        /// >>> re.search('b', 'abc').string
        /// 'abc'
        Property Extended "string(self) -> str | bytes" => |_, a| Ok(own("string", a)?.haystack.given.clone());
        /// The pattern that matched.
        ///
        /// >>> re.search('b', 'abc').re
        /// re.compile('b')
        Property Extended "re(self) -> Pattern" => |_, a| Ok(own("re", a)?.pattern.clone());
        /// Where the search began.
        ///
        /// >>> re.compile('b').search('abc', 1).pos
        /// 1
        Property Extended "pos(self) -> int" => |_, a| Ok(Value::size(own("pos", a)?.pos));
        /// Where the search would have ended.
        ///
        /// >>> re.search('b', 'abc').endpos
        /// 3
        Property Extended "endpos(self) -> int" => |_, a| Ok(Value::size(own("endpos", a)?.endpos));
        /// The number of the group that was closed last, or `None`.
        ///
        /// >>> re.match('(a)|(b)', 'b').lastindex
        /// 2
        Property Extended "lastindex(self) -> int | None" => |_, a| {
            Ok(own("lastindex", a)?.lastindex.map_or(Value::None, Value::size))
        };
        /// The name of the group that was closed last, or `None`.
        ///
        /// >>> re.match(r'(?P<number>\d+)|(?P<word>\w+)', 'tea').lastgroup
        /// 'word'
        Property Extended "lastgroup(self) -> str | None" => |_, a| {
            let own = own("lastgroup", a)?;
            let name = own.lastindex.and_then(|number| own.program.group_name(number));
            Ok(name.map_or(Value::None, Value::str))
        };
        /// Where the whole match and all groups begin and end.
        ///
        /// >>> re.match('a(b)(c)?', 'ab').regs
        /// ((0, 2), (1, 2), (-1, -1))
        Property Extended "regs(self) -> tuple[tuple[int, int], ...]" => regs;
    ]
}

/// Members that CPython keeps as fields; its error for assigning to them differs from that for other properties.
const FIELDS: [&str; 4] = ["string", "re", "pos", "endpos"];

/// A match.
pub(super) struct Match {
    pattern: Value,
    program: Rc<Pattern>,
    haystack: Haystack,
    pos: usize,
    endpos: usize,
    /// Byte offsets of the whole match and of the groups.
    spans: HVec<Span>,
    lastindex: Option<usize>,
    /// Counts positions from the last one that was asked for.
    positions: Cell<Positions>,
}

impl Match {
    /// The match of `pattern`, whose compiled form is `own`, with an offset near to it whose position is known.
    pub(super) fn make(
        pattern: &Value,
        own: &Compiled,
        haystack: &Haystack,
        window: Window,
        positions: Positions,
        captures: Captures,
    ) -> Value {
        Value::native(Match {
            pattern: pattern.clone(),
            program: own.program.clone(),
            haystack: haystack.clone(),
            pos: window.pos,
            endpos: window.endpos,
            spans: HVec::from_slice(&captures.spans),
            lastindex: captures.lastindex,
            positions: Cell::new(positions),
        })
    }

    /// The number of a group given by number or name.
    fn number(&self, group: &Value) -> R<usize> {
        let known = match IntView::of(group) {
            Some(IntView::Small(n)) => usize::try_from(n).ok().filter(|n| *n < self.spans.len()),
            Some(IntView::Big(_)) => None,
            None => {
                // Anything hashable may ask for a name.
                python_hash(group)?;
                group.as_str().and_then(|name| self.program.group_number(name))
            }
        };
        known.ok_or_else(|| index_error("no such group"))
    }

    fn span(&self, number: usize) -> Span {
        self.spans.get(number).copied().flatten()
    }

    /// What a group matched, or `default`.
    fn text(&self, number: usize, default: &Value) -> Value {
        self.span(number).map_or_else(|| default.clone(), |(start, end)| self.haystack.part(start, end))
    }

    /// Start and end of a group as positions.
    fn places(&self, number: usize) -> Span {
        let (start, end) = self.span(number)?;
        let mut positions = self.positions.get();
        let subject = self.haystack.subject();
        let places = (positions.index(subject, start), positions.index(subject, end));
        self.positions.set(positions);
        Some(places)
    }

    /// Start and end of a group as ints, -1 for a group that took no part.
    fn bounds(&self, number: usize) -> (Value, Value) {
        let absent = (Value::Int(-1), Value::Int(-1));
        self.places(number).map_or(absent, |(start, end)| (Value::size(start), Value::size(end)))
    }
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Match> {
    receiver::native(name, "re.Match", a)
}

/// Start and end of the group that is the argument of the method `name`.
fn group_bounds(name: &str, a: &[Value]) -> R<(Value, Value)> {
    let own = own(name, a)?;
    Ok(own.bounds(own.number(&a[1])?))
}

fn group(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("group", a)?;
    let Value::Tuple(wanted) = &a[1] else { return Ok(Value::None) };
    let text = |group: &Value| Ok(own.text(own.number(group)?, &Value::None));
    match &wanted.items[..] {
        [] => Ok(own.text(0, &Value::None)),
        [one] => text(one),
        several => Ok(Value::tuple(several.iter().map(text).collect::<R<Vec<_>>>()?)),
    }
}

fn groups(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("groups", a)?;
    checkpoint(own.spans.len() as u64 * 2)?;
    Ok(Value::tuple((1..own.spans.len()).map(|number| own.text(number, &a[1]))))
}

fn groupdict(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("groupdict", a)?;
    let names = own.program.group_index();
    checkpoint(names.len() as u64 * 4)?;
    let result = Dict::with_capacity(names.len());
    for (name, number) in names {
        result.set_str(name, own.text(*number as usize, &a[1]));
    }
    Ok(Value::Dict(result))
}

fn regs(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("regs", a)?;
    checkpoint(own.spans.len() as u64 * 4)?;
    reserve(own.spans.len().saturating_mul(80))?;
    let places = (0..own.spans.len()).map(|number| {
        let (start, end) = own.bounds(number);
        Value::tuple([start, end])
    });
    Ok(Value::tuple(places))
}

impl NativeObject for Match {
    fn class(&self) -> &'static TypeDesc {
        &MATCH
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        /// Characters of the match that are shown.
        const SHOWN: usize = 50;
        let (start, end) = self.places(0).unwrap_or_default();
        Some(repr::repr(cx, &self.text(0, &Value::None)).map(|text| {
            let mut out = HVec::new();
            out.extend_bytes(format!("<re.Match object; span=({start}, {end}), match=").as_bytes());
            out.extend_bytes(text.as_text().map_or(&b""[..], |text| text.slice(0, SHOWN)));
            out.push(b'>');
            Value::text_vec(out)
        }))
    }

    fn get_item(&self, _: &mut Cx<'_>, key: &Value) -> Option<R> {
        Some(self.number(key).map(|number| self.text(number, &Value::None)))
    }

    fn set_attr(&self, _: &mut Cx<'_>, name: &str, _: Value) -> Option<R<()>> {
        FIELDS.contains(&name).then(|| Err(attribute_error("readonly attribute")))
    }
}
