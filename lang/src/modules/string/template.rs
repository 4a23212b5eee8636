//! `string.Template`: text with `$name` placeholders.

use std::any::Any;

use crate::builtins::receiver;
use crate::builtins::{repr, subscript};
use crate::table;
use crate::value::exceptions::{KEY_ERROR, Raise, type_error, value_error};
use crate::value::interrupt::checkpoint;
use crate::value::text::count_chars;
use crate::value::types::{Constant, Kind, Profile};
use crate::value::unicode::space;
use crate::value::{Builtin, Cx, Dict, HVec, NativeObject, R, Ref, TypeDesc, Value};

/// `string.Template`
pub(super) static TEMPLATE: TypeDesc = TypeDesc {
    doc: "A text with placeholders: `$name`, `${name}`; `$$` is a dollar sign.",
    new: Some(&NEW),
    constants: CONSTANTS,
    python: true,
    ..TypeDesc::new("Template", "string").with_members(METHODS)
};

static CONSTANTS: &[Constant] = &[
    Constant {
        name: "delimiter",
        doc: "What begins a placeholder.",
        profile: Profile::Extended,
        ty: "str",
        value: |_| Ok(Value::str("$")),
    },
    Constant {
        name: "idpattern",
        doc: "The regular expression of names.",
        profile: Profile::Extended,
        ty: "str",
        value: |_| Ok(Value::str("(?a:[_a-z][_a-z0-9]*)")),
    },
];

static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "def Template.__init__ Template(template: Any) -> Template",
    "A text with placeholders.\n\n>>> string.Template('$a and ${b}').substitute(a=1, b=2)\n'1 and 2'\n",
    |_, a| Ok(Value::native(Template(a[0].clone()))),
);

table! {
    static METHODS = [
        /// Return the names in the template, each once.
        ///
        /// >>> string.Template('$a $b $a').get_identifiers()
        /// ['a', 'b']
        Method Extended "def get_identifiers(self) -> list[str]" => identifiers;
        /// Whether every dollar sign begins a placeholder or stands for itself.
        ///
        /// >>> string.Template('$5').is_valid()
        /// False
        Method Extended "def is_valid(self) -> bool" => is_valid;
        /// Return the text with the placeholders replaced that have a value; the others stay.
        ///
        /// >>> string.Template('$a $b').safe_substitute(a=1)
        /// '1 $b'
        Method Extended "def safe_substitute(self, mapping: Mapping[str, Any] = <absent>, /, **kws: Any) -> str" => |cx, a| fill(cx, a, true);
        /// Return the text with the placeholders replaced; a missing value is an error.
        ///
        /// >>> string.Template('$a').substitute({'a': 1})
        /// '1'
        Method Extended "def substitute(self, mapping: Mapping[str, Any] = <absent>, /, **kws: Any) -> str" => |cx, a| fill(cx, a, false);
        /// The text of the template.
        ///
        /// >>> string.Template('$a').template
        /// '$a'
        Property Extended "template(self) -> str" => |_, a| own("template", a).cloned();
    ]
}

/// A template with its text, which nothing has checked yet.
struct Template(Value);

impl NativeObject for Template {
    fn class(&self) -> &'static TypeDesc {
        &TEMPLATE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The text of the receiver.
fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Value> {
    receiver::native(name, "Template", a).map(|own: &Template| &own.0)
}

/// What stands at a dollar sign.
enum Placeholder<'t> {
    /// `$$`
    Escaped,
    /// `$name` or `${name}`
    Name(&'t [u8]),
    /// Anything else.
    Invalid,
}

/// The placeholder with which `text` begins, and its length.
fn placeholder(text: &[u8]) -> (Placeholder<'_>, usize) {
    let name_len = |text: &[u8]| {
        let starts = text.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
        let len = text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        if starts { len } else { 0 }
    };
    let rest = text.get(1..).unwrap_or_default();
    match rest.first() {
        Some(b'$') => (Placeholder::Escaped, 2),
        Some(b'{') => match name_len(&rest[1..]) {
            len if len > 0 && rest.get(1 + len) == Some(&b'}') => (Placeholder::Name(&rest[1..=len]), len + 3),
            _ => (Placeholder::Invalid, 1),
        },
        _ => match name_len(rest) {
            0 => (Placeholder::Invalid, 1),
            len => (Placeholder::Name(&rest[..len]), len + 1),
        },
    }
}

/// Calls `see` with every piece of the template: its offset, its text, and the placeholder if it is one.
fn pieces(template: &Value, mut see: impl FnMut(usize, &[u8], Option<Placeholder<'_>>) -> R<()>) -> R<()> {
    let Some(text) = template.text_bytes() else {
        let kind = template.type_of().qualified();
        return Err(type_error(format!("expected string or bytes-like object, got '{kind}'")));
    };
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = memchr::memchr(b'$', rest).unwrap_or(rest.len());
        checkpoint(plain as u64 / 16 + 4)?;
        if plain > 0 {
            see(at, &rest[..plain], None)?;
            at += plain;
            continue;
        }
        let (found, len) = placeholder(rest);
        see(at, &rest[..len], Some(found))?;
        at += len;
    }
    Ok(())
}

/// The error for the dollar sign at offset `at`.
#[cold]
fn invalid(text: &[u8], at: usize) -> Raise {
    let before = text.get(..=at).unwrap_or(text);
    let lines: Vec<_> = space::lines(before).collect();
    let line = lines.len().max(1);
    let start = lines.last().map_or(0, |line| line.start);
    let column = count_chars(before.get(start..).unwrap_or_default());
    value_error(format!("Invalid placeholder in string: line {line}, col {column}"))
}

fn fill(cx: &mut Cx<'_>, a: &[Value], safe: bool) -> R {
    let template = own("substitute", a)?;
    let named = match &a[2] {
        Value::Dict(named) => named.clone(),
        _ => Dict::new(),
    };
    let mut out = HVec::new();
    pieces(template, |at, piece, found| {
        match found {
            None => out.extend_bytes(piece),
            Some(Placeholder::Escaped) => out.push(b'$'),
            Some(Placeholder::Invalid) if safe => out.extend_bytes(piece),
            Some(Placeholder::Invalid) => return Err(invalid(template.text_bytes().unwrap_or_default(), at)),
            Some(Placeholder::Name(name)) => match look_up(cx, &named, &a[1], name) {
                Ok(value) => {
                    let text = repr::str(cx, &value)?;
                    out.extend_bytes(text.text_bytes().unwrap_or_default());
                }
                Err(raise) if safe && raise.is(&KEY_ERROR) => out.extend_bytes(piece),
                Err(raise) => return Err(raise),
            },
        }
        Ok(())
    })?;
    Ok(Value::text_vec(out))
}

/// The value of a name: keyword arguments go before the mapping.
fn look_up(cx: &mut Cx<'_>, named: &Ref<Dict>, mapping: &Value, name: &[u8]) -> R {
    let key = Value::text(name);
    match (named.get(&key)?, mapping.given()) {
        (Some(value), _) => Ok(value),
        (None, Some(mapping)) => subscript::get(cx, mapping, &key),
        (None, None) => Err(crate::value::exceptions::key_error(key)),
    }
}

fn identifiers(_: &mut Cx<'_>, a: &[Value]) -> R {
    let names = Dict::new();
    pieces(own("get_identifiers", a)?, |_, _, found| {
        if let Some(Placeholder::Name(name)) = found {
            names.set(Value::text(name), Value::None)?;
        }
        Ok(())
    })?;
    Ok(Value::list(names.items().into_iter().map(|(name, _)| name)))
}

fn is_valid(_: &mut Cx<'_>, a: &[Value]) -> R {
    let mut valid = true;
    pieces(own("is_valid", a)?, |_, _, found| {
        valid &= !matches!(found, Some(Placeholder::Invalid));
        Ok(())
    })?;
    Ok(Value::Bool(valid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        for (text, name, len) in [
            ("$a1 b", Some("a1"), 3),
            ("${_x}y", Some("_x"), 5),
            ("$$", None, 2),
            ("$", None, 1),
            ("$1", None, 1),
            ("${a", None, 1),
            ("${}", None, 1),
            ("$\u{e9}", None, 1),
        ] {
            let (found, found_len) = placeholder(text.as_bytes());
            let found = match found {
                Placeholder::Name(name) => Some(String::from_utf8_lossy(name).into_owned()),
                _ => None,
            };
            assert_eq!((found.as_deref(), found_len), (name, len), "{text}");
        }
    }
}
