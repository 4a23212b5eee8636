//! The flags as values: ints that know their names and stay flags under `|`, `&`, `^` and `~`.

use std::any::Any;

use super::flags;
use crate::syntax::ast::{BinaryOp, UnaryOp};
use crate::table;
use crate::value::exceptions::type_error;
use crate::value::hash::hash_int;
use crate::value::number::{self, IntView};
use crate::value::types::{Constant, INT, Profile};
use crate::value::{Cx, NativeObject, R, TypeDesc, Value};

/// The type of the flags.
pub(super) static REGEX_FLAG: TypeDesc = TypeDesc {
    doc: "Flags of a regular expression.",
    python: true,
    ..TypeDesc::new("RegexFlag", "re").with_base(&INT).with_members(MEMBERS)
};

/// Names of the flags, in the order in which a combination shows them.
const NAMES: [(&str, u32); 9] = [
    ("ASCII", flags::ASCII),
    ("IGNORECASE", flags::IGNORECASE),
    ("LOCALE", flags::LOCALE),
    ("UNICODE", flags::UNICODE),
    ("MULTILINE", flags::MULTILINE),
    ("DOTALL", flags::DOTALL),
    ("VERBOSE", flags::VERBOSE),
    ("TEMPLATE", flags::TEMPLATE),
    ("DEBUG", flags::DEBUG),
];

/// All bits that have a name are below this one.
const UNNAMED: i64 = 512;

macro_rules! flags {
    ($($short:literal $long:literal $value:ident $doc:literal;)*) => {
        /// The flags of the module under all their names.
        pub(super) static CONSTANTS: &[Constant] = &[
            $(
                flag($short, $doc, |_| Ok(RegexFlag(flags::$value.into()).into())),
                flag($long, $doc, |_| Ok(RegexFlag(flags::$value.into()).into())),
            )*
            flag("NOFLAG", "No flag.", |_| Ok(RegexFlag(0).into())),
        ];
    };
}

flags! {
    "A" "ASCII" ASCII "`\\w`, `\\d`, `\\s` and `\\b` mean ASCII characters only.";
    "I" "IGNORECASE" IGNORECASE "Upper and lower case match each other.";
    "L" "LOCALE" LOCALE "Classes and case follow the locale, which is that of C; for bytes patterns only.";
    "M" "MULTILINE" MULTILINE "`^` and `$` also match at line breaks.";
    "S" "DOTALL" DOTALL "`.` also matches a line break.";
    "U" "UNICODE" UNICODE "Classes mean all of Unicode; always so for text patterns unless `ASCII` is set.";
    "X" "VERBOSE" VERBOSE "White space and comments in the pattern are ignored.";
}

const fn flag(name: &'static str, doc: &'static str, value: fn(&mut Cx<'_>) -> R) -> Constant {
    Constant { name, doc, profile: Profile::Extended, ty: "RegexFlag", value }
}

table! {
    /// The members beyond those of `int`.
    static MEMBERS = [
        /// The names of the flags, or `None` if none of them has one.
        ///
        /// >>> (re.I | re.M).name
        /// 'IGNORECASE|MULTILINE'
        Property Extended "name(self) -> str | None" => |_, a| {
            Ok(own("name", a)?.names("").map_or(Value::None, |names| Value::str(&names)))
        };
        /// The flags as a plain int.
        ///
        /// >>> (re.I | re.M).value
        /// 10
        Property Extended "value(self) -> int" => |_, a| Ok(Value::Int(own("value", a)?.0));
    ]
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a RegexFlag> {
    crate::builtins::receiver::native(name, REGEX_FLAG.name, a)
}

/// A combination of flags; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RegexFlag(i64);

impl RegexFlag {
    /// The flags that an int stands for: a negative one means all bits of its length but those that are missing. `None`
    /// for ints beyond 64 bits.
    fn new(bits: i64) -> Option<RegexFlag> {
        if bits >= 0 {
            return Some(RegexFlag(bits));
        }
        let all = if bits >= -UNNAMED {
            UNNAMED
        } else {
            let length = i64::BITS - bits.unsigned_abs().leading_zeros();
            1i64.checked_shl(length).filter(|all| *all > 0)?
        };
        Some(RegexFlag(all + bits))
    }

    /// The names, each after `prefix`, and the bits without a name; `None` if no bit has one.
    fn names(self, prefix: &str) -> Option<String> {
        if self.0 == 0 {
            return Some(format!("{prefix}NOFLAG"));
        }
        let has = |bit: u32| self.0 & i64::from(bit) != 0;
        let named = NAMES.iter().filter(|(_, bit)| has(*bit));
        let mut shown: Vec<String> = named.map(|(name, _)| format!("{prefix}{name}")).collect();
        if shown.is_empty() {
            return None;
        }
        let rest = self.0 & !(UNNAMED - 1);
        if rest != 0 {
            shown.push(format!("{rest:#x}"));
        }
        Some(shown.join("|"))
    }

    /// The flags as `repr` of a pattern shows them: in the order of their bits.
    pub(super) fn of_pattern(bits: u32) -> String {
        let mut named: Vec<(&str, u32)> = NAMES.iter().copied().filter(|(_, bit)| bits & bit != 0).collect();
        named.sort_by_key(|(_, bit)| *bit);
        let mut shown: Vec<String> = named.into_iter().map(|(name, _)| format!("re.{name}")).collect();
        let rest = i64::from(bits) & !(UNNAMED - 1);
        if rest != 0 {
            shown.push(format!("{rest:#x}"));
        }
        shown.join("|")
    }
}

impl From<RegexFlag> for Value {
    fn from(flag: RegexFlag) -> Value {
        Value::native(flag)
    }
}

impl NativeObject for RegexFlag {
    fn class(&self) -> &'static TypeDesc {
        &REGEX_FLAG
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn index(&self) -> Option<i64> {
        Some(self.0)
    }

    fn repr(&self, _: &mut Cx<'_>) -> Option<R> {
        let shown = self.names("re.").unwrap_or_else(|| format!("re.RegexFlag({})", self.0));
        Some(Ok(Value::str(&shown)))
    }

    fn eq(&self, _: &Value) -> Option<R<bool>> {
        // Numbers are compared as such before this is asked.
        Some(Ok(false))
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(Ok(hash_int(self.0)))
    }

    fn truth(&self, _: &mut Cx<'_>) -> R<bool> {
        Ok(self.0 != 0)
    }

    fn len(&self, _: &mut Cx<'_>) -> Option<R<usize>> {
        Some(Ok(self.0.count_ones() as usize))
    }

    fn contains(&self, _: &mut Cx<'_>, value: &Value) -> Option<R<bool>> {
        let other = match value {
            Value::Native(native) => native.downcast::<RegexFlag>(),
            _ => None,
        };
        Some(other.map(|other| self.0 & other.0 == other.0).ok_or_else(|| {
            let kind = value.type_of().qualified();
            type_error(format!("unsupported operand type(s) for 'in': '{kind}' and '{}'", REGEX_FLAG.name))
        }))
    }

    fn binary(&self, _: &mut Cx<'_>, op: BinaryOp, other: &Value, _: bool) -> Option<R> {
        let own = Value::Int(self.0);
        let plain = match IntView::of(other)? {
            IntView::Small(n) => Value::Int(n),
            IntView::Big(_) => other.clone(),
        };
        // The operators that get here do not care about the order of their operands.
        let result = number::binary(op, &own, &plain)?;
        Some(result.map(|result| match &result {
            Value::Int(bits) => RegexFlag::new(*bits).map_or(result, Value::from),
            _ => result,
        }))
    }

    fn unary(&self, op: UnaryOp) -> Option<R> {
        let inverse = RegexFlag::new(!self.0).filter(|_| op == UnaryOp::Invert)?;
        Some(Ok(inverse.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (bits, expected) in [
            (0, Some("re.NOFLAG")),
            (2, Some("re.IGNORECASE")),
            (2 | 8 | 256, Some("re.ASCII|re.IGNORECASE|re.MULTILINE")),
            (2 | 1024, Some("re.IGNORECASE|0x400")),
            (2 | 1024 | 2048, Some("re.IGNORECASE|0xc00")),
            (1024, None),
        ] {
            assert_eq!(RegexFlag(bits).names("re.").as_deref(), expected);
        }
        assert_eq!(RegexFlag::of_pattern(2 | 8 | 256 | 1024), "re.IGNORECASE|re.MULTILINE|re.ASCII|0x400");
    }

    #[test]
    fn negative_numbers_are_complements() {
        for (bits, expected) in [
            (-1, Some(511)),
            (!2, Some(509)),
            (-4, Some(508)),
            (!(2 | 1024), Some(1021)),
            (-512, Some(0)),
            (-513, Some(511)),
            (-1024, Some(1024)),
            (i64::MIN, None),
        ] {
            assert_eq!(RegexFlag::new(bits).map(|flag| flag.0), expected, "{bits}");
        }
    }
}
