//! What stands before a dot or a bracket that is being typed: a value of the session, or an instance of a known type.
//!
//! Nothing of the text is run. Names are looked up, literals have the type they show, members of modules and messages are
//! read, and a call has the result type that the table of the callee declares.

use super::Session;
use crate::builtins::{self, attribute, reference};
use crate::source::SourceText;
use crate::syntax::ast::{Body, Constant, Expr, ExprKind, Mode};
use crate::syntax::{self, ParseOptions};
use crate::value::{Builtin, TypeDesc, Value, types};

/// What is known of an expression.
pub(super) enum Known {
    /// Its value.
    Value(Value),
    /// Only its type.
    Instance(&'static TypeDesc),
    /// It is this member, not yet called.
    Member(&'static Builtin),
}

/// Longest receiver that is looked at, in bytes.
const LONGEST: usize = 2000;

/// The operand that ends `text`: a name or literal with attributes, subscripts and calls behind it.
pub(super) fn operand(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || !b.is_ascii();
    let mut at = bytes.len();
    loop {
        let last = *bytes.get(at.checked_sub(1)?)?;
        match last {
            b')' | b']' | b'}' => {
                at = opening(bytes, at - 1)?;
                let before = at.checked_sub(1).and_then(|n| bytes.get(n)).copied();
                // A call or subscript; otherwise the brackets are the whole operand.
                if last != b'}' && before.is_some_and(|b| is_word(b) || matches!(b, b')' | b']' | b'"' | b'\'')) {
                    continue;
                }
                return text.get(at..);
            }
            b'"' | b'\'' => {
                at = bytes.get(..at - 1)?.iter().rposition(|b| *b == last)?;
                while at.checked_sub(1).and_then(|n| bytes.get(n)).copied().is_some_and(is_word) {
                    at -= 1;
                }
                return text.get(at..);
            }
            _ if is_word(last) => {
                while at.checked_sub(1).and_then(|n| bytes.get(n)).copied().is_some_and(is_word) {
                    at -= 1;
                }
                match at.checked_sub(1).and_then(|n| bytes.get(n)) {
                    Some(b'.') => at -= 1,
                    _ => return text.get(at..),
                }
            }
            _ => return None,
        }
    }
}

/// The position of the bracket that the one at `close` closes.
fn opening(bytes: &[u8], close: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    for (at, &byte) in bytes.get(..=close)?.iter().enumerate().rev() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b')' | b']' | b'}') => depth += 1,
            (None, b'(' | b'[' | b'{') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

impl Session {
    /// What the operand at the end of `text` is.
    pub(super) fn receiver(&mut self, text: &str) -> Option<Known> {
        let operand = operand(text.trim_end()).filter(|operand| operand.len() <= LONGEST)?;
        let options = ParseOptions { mode: Some(Mode::Expression), ..ParseOptions::default() };
        let parsed = syntax::parse(&SourceText::new("", operand), &options);
        match &parsed.program.body {
            Body::Expression(expr) if !parsed.has_compile_errors() => self.known(expr),
            _ => None,
        }
    }

    /// Depth of the tree and so of this recursion: at most one level for two bytes of [`LONGEST`].
    fn known(&mut self, expr: &Expr) -> Option<Known> {
        Some(match &expr.kind {
            ExprKind::Name(name) => Known::Value(self.global(name).or_else(|| builtins::lookup(name))?),
            ExprKind::Constant(constant) => Known::Instance(match constant {
                Constant::None => &types::NONE,
                Constant::True | Constant::False => &types::BOOL,
                Constant::Ellipsis => &types::ELLIPSIS,
                Constant::Int(_) | Constant::BigInt(_) => &types::INT,
                Constant::Float(_) => &types::FLOAT,
                Constant::Str(_) => &types::STR,
                Constant::Bytes(_) => &types::BYTES,
            }),
            ExprKind::FString(_) => Known::Instance(&types::STR),
            ExprKind::List(_) | ExprKind::ListComp { .. } => Known::Instance(&types::LIST),
            ExprKind::Dict(_) | ExprKind::DictComp { .. } => Known::Instance(&types::DICT),
            ExprKind::Set(_) | ExprKind::SetComp { .. } => Known::Instance(&types::SET),
            ExprKind::Tuple(_) => Known::Instance(&types::TUPLE),
            ExprKind::GeneratorExp { .. } => Known::Instance(&types::GENERATOR),
            ExprKind::Compare { .. } => Known::Instance(&types::BOOL),
            ExprKind::Attribute { value, attr } => {
                let owner = self.known(value)?;
                self.member(&owner, &attr.name)?
            }
            ExprKind::Call { func, .. } => match self.known(func)? {
                Known::Value(Value::Type(desc)) => Known::Instance(desc),
                Known::Value(Value::Builtin(builtin)) | Known::Member(builtin) => result(builtin)?,
                Known::Value(Value::Method(method)) => result(method.method)?,
                _ => return None,
            },
            ExprKind::Subscript { value, index } => {
                let Known::Value(container) = self.known(value)? else { return None };
                self.item(&container, index)?
            }
            _ => return None,
        })
    }

    fn member(&mut self, owner: &Known, name: &str) -> Option<Known> {
        let class = match owner {
            Known::Value(value @ (Value::Module(_) | Value::Type(_) | Value::Message(_))) => {
                return attribute::get(&mut self.machine, value, name).ok().map(Known::Value);
            }
            Known::Value(value) => value.type_of(),
            Known::Instance(class) => class,
            Known::Member(_) => return None,
        };
        let member = builtins::find_member(class, name)?;
        if member.kind == types::Kind::Property { result(member) } else { Some(Known::Member(member)) }
    }

    /// The item of a container under a literal key.
    fn item(&mut self, container: &Value, index: &Expr) -> Option<Known> {
        let key = match &index.kind {
            ExprKind::Constant(Constant::Int(n)) => Value::Int(*n),
            ExprKind::Constant(Constant::Str(text)) => Value::text(text),
            _ => return None,
        };
        let plain = matches!(
            container,
            Value::Dict(_) | Value::List(_) | Value::Tuple(_) | Value::Entity(_) | Value::MultiMap(_)
        );
        let has_default = matches!(container, Value::Dict(dict) if dict.special.is_some());
        if !plain || has_default {
            return None;
        }
        builtins::subscript::get(&mut self.machine, container, &key).ok().map(Known::Value)
    }
}

/// What a call of `builtin` gives, by its declared result type.
fn result(builtin: &'static Builtin) -> Option<Known> {
    let declared = &builtin.signature().returns;
    let first = declared.split([' ', '[']).next().unwrap_or_default();
    reference::type_named(first).map(Known::Instance)
}

#[cfg(test)]
mod tests {
    use super::operand;

    #[test]
    fn the_operand_before_a_dot_is_found() {
        for (text, expected) in [
            ("x = msg.payload", Some("msg.payload")),
            ("f(a, b", Some("b")),
            ("1 + data['a'][0]", Some("data['a'][0]")),
            ("len(x)", Some("len(x)")),
            ("y = [1, (2)]", Some("[1, (2)]")),
            ("print('a b'", Some("'a b'")),
            ("b'x'.hex()", Some("b'x'.hex()")),
            ("é.ü", Some("é.ü")),
            ("a + ", None),
            (")", None),
            ("'", None),
            ("", None),
        ] {
            assert_eq!(operand(text), expected, "{text}");
        }
    }
}
