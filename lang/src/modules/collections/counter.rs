//! `Counter`: a dict of counts, a missing count being zero, with the arithmetic of multisets.

use crate::builtins::receiver::wrong_receiver;
use crate::builtins::{dict, iterate, list::word, operators, sort};
use crate::syntax::ast::{BinaryOp, CmpOp};
use crate::table;
use crate::value::compare::order;
use crate::value::exceptions::{NOT_IMPLEMENTED_ERROR, Raise, type_error};
use crate::value::interrupt::checkpoint;
use crate::value::iter::{NativeIter, State};
use crate::value::number::IntView;
use crate::value::types::{COUNTER, Kind, Profile, TypeDesc};
use crate::value::{Builtin, Cx, Dict, HVec, Iter, R, Ref, Value};

/// `Counter(…)`
pub static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "def Counter.__init__ Counter(iterable: Iterable[K] | Mapping[K, int] | None = None, /, **counts: int) -> Counter[K]",
    "Counts of the items of an iterable, or those of a mapping.\n\n>>> collections.Counter('abracadabra').most_common(2)\n[('a', 5), ('b', 2)]\n",
    |cx, a| {
        let own = Dict::of_class(&COUNTER, Value::None);
        change(cx, &own, BinaryOp::Add, a)?;
        Ok(Value::Dict(own))
    },
);

table! {
    /// The methods of `Counter` beyond those of `dict`, or that differ from those.
    pub static METHODS = [
        /// Return an iterator that gives each element as often as it counts.
        ///
        /// >>> list(collections.Counter(a=2, b=1).elements())
        /// ['a', 'a', 'b']
        Method Extended "def elements(self) -> Iterator[K]" => elements;
        /// Refuses: make a counter from an iterable instead.
        ///
        /// >>> hasattr(collections.Counter, 'fromkeys')
        /// True
        Class Extended "def fromkeys(type, iterable: Iterable[K], v: Any = None) -> Counter[K]" => |_, _| {
            Err(Raise::new(&NOT_IMPLEMENTED_ERROR, "Counter.fromkeys() is undefined.  Use Counter(iterable) instead."))
        };
        /// Return elements and counts from the highest count down, all or the first so many.
        ///
        /// >>> collections.Counter('aabbbc').most_common(1)
        /// [('b', 3)]
        Method Extended "def most_common(self, n: int | None = None) -> list[tuple[K, int]]" => most_common;
        /// Subtract the counts of a mapping, or one for each item of an iterable.
        ///
        /// >>> (c := collections.Counter(a=3), c.subtract('aab'), c)[2]
        /// Counter({'a': 1, 'b': -1})
        Method Extended "def subtract(self, iterable: Iterable[K] | Mapping[K, int] | None = None, /, **counts: int) -> None" => |cx, a| {
            change(cx, own("subtract", a)?, BinaryOp::Sub, &a[1..])
        };
        /// Return the sum of all counts.
        ///
        /// >>> collections.Counter('aab').total()
        /// 3
        Method Extended "def total(self) -> int" => total;
        /// Add the counts of a mapping, or one for each item of an iterable.
        ///
        /// >>> (c := collections.Counter(a=3), c.update('ab', b=5), c)[2]
        /// Counter({'b': 6, 'a': 4})
        Method Extended "def update(self, iterable: Iterable[K] | Mapping[K, int] | None = None, /, **counts: int) -> None" => |cx, a| {
            change(cx, own("update", a)?, BinaryOp::Add, &a[1..])
        };
    ]
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Ref<Dict>> {
    match a.first() {
        Some(Value::Dict(own)) => Ok(own),
        other => Err(wrong_receiver(name, "Counter", other)),
    }
}

/// Adds or subtracts the counts that the arguments describe: a mapping or iterable, and a dict of keyword arguments.
fn change(cx: &mut Cx<'_>, own: &Ref<Dict>, op: BinaryOp, a: &[Value]) -> R {
    if let Some(source) = a.first().filter(|v| !v.is_none()) {
        match dict::mapping_items(cx, source)? {
            Some(counts) => change_by(cx, own, op, counts)?,
            None => iterate::for_each(cx, source, |cx, item| {
                let count = own.get(&item)?.unwrap_or(Value::Int(0));
                own.set(item, operators::binary(cx, op, &count, &Value::Int(1))?)?;
                Ok(true)
            })?,
        }
    }
    if let Some(Value::Dict(named)) = a.get(1) {
        change_by(cx, own, op, named.items())?;
    }
    Ok(Value::None)
}

fn change_by(cx: &mut Cx<'_>, own: &Ref<Dict>, op: BinaryOp, counts: Vec<(Value, Value)>) -> R<()> {
    // An empty counter takes over counts of any kind as they are.
    let take_over = own.is_empty() && op == BinaryOp::Add;
    for (key, count) in counts {
        checkpoint(4)?;
        if take_over {
            own.set(key, count)?;
            continue;
        }
        let before = own.get(&key)?.unwrap_or(Value::Int(0));
        // CPython adds the new count on the left, which decides which error two kinds give.
        let after = match op {
            BinaryOp::Add => operators::binary(cx, op, &count, &before)?,
            _ => operators::binary(cx, op, &before, &count)?,
        };
        own.set(key, after)?;
    }
    Ok(())
}

fn total(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut sum = Value::Int(0);
    for (_, count) in own("total", a)?.items() {
        checkpoint(2)?;
        sum = operators::binary(cx, BinaryOp::Add, &sum, &count)?;
    }
    Ok(sum)
}

fn most_common(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("most_common", a)?;
    let limit = match &a[1] {
        Value::None => None,
        n => {
            // CPython compares it with 1 first.
            order(n, &Value::Int(1), CmpOp::GtE)?;
            Some(usize::try_from(word(n)?).unwrap_or(0))
        }
    };
    // The falling second component keeps equal counts in the order of the dict, and keys from being compared.
    let by_count =
        own.items().into_iter().zip(0i64..).map(|((key, count), n)| Value::tuple([count, Value::Int(-n), key]));
    let (sorted, done) = sort::sort(cx, by_count.collect(), &Value::None, true);
    done?;
    let pairs = sorted.iter().take(limit.unwrap_or(usize::MAX)).filter_map(|item| match item {
        Value::Tuple(item) => match &item.items[..] {
            [count, _, key] => Some(Value::tuple([key.clone(), count.clone()])),
            _ => None,
        },
        _ => None,
    });
    Ok(Value::list(pairs.collect::<HVec<_>>()))
}

/// The type of the iterator of [`elements`]; CPython makes it of two others.
static CHAIN: TypeDesc = TypeDesc::new("chain", "itertools");

/// Gives each key as often as it counts.
struct Elements {
    items: std::vec::IntoIter<(Value, Value)>,
    current: Value,
    left: u64,
}

impl NativeIter for Elements {
    fn next(&mut self, _: &mut Cx<'_>) -> R<Option<Value>> {
        while self.left == 0 {
            let Some((key, count)) = self.items.next() else { return Ok(None) };
            checkpoint(4)?;
            self.left = match IntView::of(&count) {
                Some(IntView::Small(n)) => u64::try_from(n).unwrap_or(0),
                Some(n @ IntView::Big(_)) if n.sign() < 0 => 0,
                Some(IntView::Big(_)) => {
                    return Err(crate::value::exceptions::overflow_error(
                        "Python int too large to convert to C ssize_t",
                    ));
                }
                None => {
                    let kind = count.type_of().qualified();
                    return Err(type_error(format!("'{kind}' object cannot be interpreted as an integer")));
                }
            };
            self.current = key;
        }
        self.left -= 1;
        Ok(Some(self.current.clone()))
    }

    fn class(&self) -> &'static TypeDesc {
        &CHAIN
    }
}

fn elements(_: &mut Cx<'_>, a: &[Value]) -> R {
    let items = own("elements", a)?.items().into_iter();
    let state = State::Native(Box::new(Elements { items, current: Value::None, left: 0 }));
    Ok(Value::Iter(Iter::new(state)))
}

fn is_counter(dict: &Dict) -> bool {
    std::ptr::eq(dict.class(), &COUNTER)
}

fn positive(count: &Value) -> R<bool> {
    order(count, &Value::Int(0), CmpOp::Gt)
}

/// `x op y` of two counters for `+ - & |`, keeping the positive counts; `None` for other dicts.
///
/// # Errors
/// `TypeError` for counts that cannot be added or compared.
pub fn operator(cx: &mut Cx<'_>, op: BinaryOp, x: &Ref<Dict>, y: &Ref<Dict>) -> R<Option<Value>> {
    if !is_counter(x) || !is_counter(y) {
        return Ok(None);
    }
    let result = Dict::of_class(&COUNTER, Value::None);
    let zero = Value::Int(0);
    for (key, count) in x.items() {
        checkpoint(8)?;
        let other = y.get(&key)?.unwrap_or(Value::Int(0));
        let new = match op {
            BinaryOp::Add | BinaryOp::Sub => operators::binary(cx, op, &count, &other)?,
            BinaryOp::BitOr => {
                if order(&count, &other, CmpOp::Lt)? {
                    other
                } else {
                    count
                }
            }
            _ => {
                if order(&count, &other, CmpOp::Lt)? {
                    count
                } else {
                    other
                }
            }
        };
        if positive(&new)? {
            result.set(key, new)?;
        }
    }
    if op == BinaryOp::BitAnd {
        return Ok(Some(Value::Dict(result)));
    }
    for (key, count) in y.items() {
        checkpoint(8)?;
        if x.get(&key)?.is_some() {
            continue;
        }
        if op == BinaryOp::Sub {
            if order(&count, &zero, CmpOp::Lt)? {
                result.set(key, operators::binary(cx, BinaryOp::Sub, &zero, &count)?)?;
            }
        } else if positive(&count)? {
            result.set(key, count)?;
        }
    }
    Ok(Some(Value::Dict(result)))
}

/// `+counter`: the positive counts; `-counter`: the negative ones with their sign turned.
///
/// # Errors
/// `TypeError` for counts that are no numbers.
pub fn sign(cx: &mut Cx<'_>, own: &Ref<Dict>, negate: bool) -> R {
    let result = Dict::of_class(&COUNTER, Value::None);
    for (key, count) in own.items() {
        checkpoint(4)?;
        if !negate {
            if positive(&count)? {
                result.set(key, count)?;
            }
        } else if order(&count, &Value::Int(0), CmpOp::Lt)? {
            result.set(key, operators::binary(cx, BinaryOp::Sub, &Value::Int(0), &count)?)?;
        }
    }
    Ok(Value::Dict(result))
}
