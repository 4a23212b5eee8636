//! `json.dumps`.

use crate::builtins::{iterate, sort, truth};
use crate::value::compare::nested;
use crate::value::exceptions::{Raise, TYPE_ERROR, type_error, value_error};
use crate::value::format::{float_text, int_text};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::IntView;
use crate::value::unicode::wtf8;
use crate::value::{Cx, HVec, R, Value};

/// How deep the error for data nested too deep says it was.
const RECURSION: &str = " while encoding a JSON object";

/// The arguments of `dumps`.
struct Options {
    skip_keys: bool,
    ascii: bool,
    circular: bool,
    nan: bool,
    /// One level of indentation; `None` writes everything on one line.
    indent: Option<HVec<u8>>,
    item_separator: Value,
    key_separator: Value,
    default: Value,
    sort_keys: bool,
}

struct Writer<'c, 'm> {
    cx: &'c mut Cx<'m>,
    options: Options,
    out: HVec<u8>,
    /// The containers being written, outermost first.
    open: Vec<Value>,
    level: usize,
}

pub(super) fn dumps(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if !a[5].is_none() {
        return Err(type_error("dumps() accepts only cls=None"));
    }
    let (item_separator, key_separator) = match &a[7] {
        Value::None => (Value::str(if a[6].is_none() { ", " } else { "," }), Value::str(": ")),
        given => separators(cx, given)?,
    };
    let options = Options {
        skip_keys: truth(cx, &a[1])?,
        ascii: truth(cx, &a[2])?,
        circular: truth(cx, &a[3])?,
        nan: truth(cx, &a[4])?,
        indent: indent(cx, &a[6])?,
        item_separator,
        key_separator,
        default: a[8].clone(),
        sort_keys: truth(cx, &a[9])?,
    };
    let mut writer = Writer { cx, options, out: HVec::new(), open: Vec::new(), level: 0 };
    writer.value(&a[0])?;
    Ok(Value::text_vec(writer.out))
}

fn separators(cx: &mut Cx<'_>, value: &Value) -> R<(Value, Value)> {
    if !iterate::is_iterable(value) {
        return Err(type_error(format!("cannot unpack non-iterable {} object", value.type_of().qualified())));
    }
    let parts = iterate::collect(cx, value)?;
    match &parts[..] {
        [item, key] => {
            for (n, part) in [(5, key), (6, item)] {
                if part.text_bytes().is_none() {
                    let kind = part.type_of().qualified();
                    return Err(type_error(format!("make_encoder() argument {n} must be str, not {kind}")));
                }
            }
            Ok((item.clone(), key.clone()))
        }
        few if few.len() < 2 => {
            Err(value_error(format!("not enough values to unpack (expected 2, got {})", few.len())))
        }
        _ => Err(value_error("too many values to unpack (expected 2)")),
    }
}

fn indent(cx: &mut Cx<'_>, value: &Value) -> R<Option<HVec<u8>>> {
    if value.is_none() {
        return Ok(None);
    }
    let text = match value.text_bytes() {
        Some(_) => value.clone(),
        None => crate::builtins::operators::binary(cx, crate::syntax::ast::BinaryOp::Mult, &Value::str(" "), value)?,
    };
    Ok(Some(HVec::from_slice(text.text_bytes().unwrap_or_default())))
}

impl Writer<'_, '_> {
    fn value(&mut self, value: &Value) -> R<()> {
        checkpoint(4)?;
        match value {
            Value::None => self.put(b"null"),
            Value::Bool(true) => self.put(b"true"),
            Value::Bool(false) => self.put(b"false"),
            Value::Int(_) | Value::Big(_) => self.int(value)?,
            Value::Float(x) => self.float(*x)?,
            Value::Short(_) | Value::Str(_) => self.string(value)?,
            Value::List(list) if list.is_empty() => self.put(b"[]"),
            Value::Tuple(tuple) if tuple.items.is_empty() => self.put(b"[]"),
            Value::List(list) => {
                let list = list.clone();
                self.inside(value, |w| w.array(|n| list.get(n)))?;
            }
            Value::Tuple(tuple) => {
                let tuple = tuple.clone();
                self.inside(value, |w| w.array(|n| tuple.items.get(n).cloned()))?;
            }
            Value::Dict(dict) if dict.is_empty() => self.put(b"{}"),
            Value::Dict(dict) => {
                let items = dict.items();
                self.inside(value, |w| w.object(items))?;
            }
            Value::MultiMap(map) if map.is_empty() => self.put(b"{}"),
            Value::MultiMap(map) => {
                let items = map.to_plain()?.items();
                self.inside(value, |w| w.object(items))?;
            }
            other => self.other(other)?,
        }
        Ok(())
    }

    /// A value that JSON does not know: what the `default` function makes of it.
    fn other(&mut self, value: &Value) -> R<()> {
        if let Value::Native(native) = value
            && let Some(core) = native.object.to_core(self.cx)
        {
            let core = core?;
            return self.inside(value, |w| w.value(&core));
        }
        if self.options.default.is_none() {
            let text = format!("Object of type {} is not JSON serializable", value.type_name());
            return Err(match value {
                Value::Entity(_) => Raise::hinted(&TYPE_ERROR, text, "write the parsed value: x['^value']"),
                _ => Raise::new(&TYPE_ERROR, text),
            });
        }
        let default = self.options.default.clone();
        self.inside(value, |w| {
            let stand_in = w.cx.call(&default, std::slice::from_ref(value))?;
            w.value(&stand_in)
        })
    }

    /// Runs `write` one level deeper, inside `container`, which must not contain itself.
    fn inside(&mut self, container: &Value, write: impl FnOnce(&mut Self) -> R<()>) -> R<()> {
        if self.options.circular {
            checkpoint(self.open.len() as u64)?;
            if self.open.iter().any(|outer| outer.is(container)) {
                return Err(value_error("Circular reference detected"));
            }
            self.open.push(container.clone());
        }
        nested(RECURSION, || write(self))?;
        self.open.pop();
        Ok(())
    }

    fn array(&mut self, item: impl Fn(usize) -> Option<Value>) -> R<()> {
        self.put(b"[");
        self.level += 1;
        let mut n = 0;
        while let Some(value) = item(n) {
            self.between(n)?;
            self.value(&value)?;
            n += 1;
        }
        self.close(b"]")
    }

    fn object(&mut self, items: Vec<(Value, Value)>) -> R<()> {
        let items = if self.options.sort_keys { self.sorted(items)? } else { items };
        self.put(b"{");
        self.level += 1;
        let mut n = 0;
        for (key, value) in items {
            let Some(key) = self.key(&key)? else { continue };
            self.between(n)?;
            self.string(&key)?;
            let separator = self.options.key_separator.clone();
            self.put(separator.text_bytes().unwrap_or_default());
            self.value(&value)?;
            n += 1;
        }
        if n == 0 {
            self.level -= 1;
            self.put(b"}");
            return Ok(());
        }
        self.close(b"}")
    }

    fn sorted(&mut self, items: Vec<(Value, Value)>) -> R<Vec<(Value, Value)>> {
        let pairs: HVec<Value> = items.into_iter().map(|(key, value)| Value::tuple([key, value])).collect();
        let (pairs, done) = sort::sort(self.cx, pairs, &Value::None, false);
        done?;
        let pair = |value: &Value| match value {
            Value::Tuple(pair) => Some((pair.items.first()?.clone(), pair.items.get(1)?.clone())),
            _ => None,
        };
        Ok(pairs.iter().filter_map(pair).collect())
    }

    /// The text of a key; `None` if it is to be skipped.
    fn key(&mut self, key: &Value) -> R<Option<Value>> {
        Ok(Some(match key {
            Value::Short(_) | Value::Str(_) => key.clone(),
            Value::None => Value::str("null"),
            Value::Bool(b) => Value::str(if *b { "true" } else { "false" }),
            Value::Float(x) => Value::str(&self.float_text(*x)?),
            _ => match IntView::of(key) {
                Some(n) => Value::str(&int_text::decimal(n.as_ref())?),
                None if self.options.skip_keys => return Ok(None),
                None => {
                    return Err(type_error(format!(
                        "keys must be str, int, float, bool or None, not {}",
                        key.type_name()
                    )));
                }
            },
        }))
    }

    /// What stands before element number `n` of a container.
    fn between(&mut self, n: usize) -> R<()> {
        if n > 0 {
            let separator = self.options.item_separator.clone();
            self.put(separator.text_bytes().unwrap_or_default());
        }
        self.new_line()
    }

    fn close(&mut self, bracket: &[u8]) -> R<()> {
        self.level -= 1;
        self.new_line()?;
        self.put(bracket);
        Ok(())
    }

    fn new_line(&mut self) -> R<()> {
        let Some(indent) = &self.options.indent else { return Ok(()) };
        self.out.push(b'\n');
        if !indent.is_empty() {
            let size = indent.len().saturating_mul(self.level);
            reserve(size)?;
            checkpoint(size as u64 / 16)?;
            for _ in 0..self.level {
                self.out.extend_bytes(indent);
            }
        }
        Ok(())
    }

    fn int(&mut self, value: &Value) -> R<()> {
        if let Some(n) = IntView::of(value) {
            let text = int_text::decimal(n.as_ref())?;
            self.put(text.as_bytes());
        }
        Ok(())
    }

    fn float_text(&self, x: f64) -> R<String> {
        if x.is_finite() {
            return Ok(float_text::repr(x));
        }
        if !self.options.nan {
            return Err(value_error("Out of range float values are not JSON compliant"));
        }
        Ok(if x.is_nan() {
            "NaN"
        } else if x > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned())
    }

    fn float(&mut self, x: f64) -> R<()> {
        let text = self.float_text(x)?;
        self.put(text.as_bytes());
        Ok(())
    }

    fn string(&mut self, value: &Value) -> R<()> {
        let text = value.text_bytes().unwrap_or_default();
        reserve(text.len())?;
        checkpoint(text.len() as u64 / 4)?;
        self.out.push(b'"');
        escape(&mut self.out, text, self.options.ascii);
        self.out.push(b'"');
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_bytes(bytes);
    }
}

/// Appends the inside of a string. With `ascii` everything but printable ASCII is escaped, else only what must be.
fn escape(out: &mut HVec<u8>, text: &[u8], ascii: bool) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\' && (!ascii || byte < 0x7f);
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let run = rest.iter().position(|byte| !plain(*byte)).unwrap_or(rest.len());
        out.extend_bytes(&rest[..run]);
        at += run;
        let Some((cp, len)) = wtf8::decode_at(text, at) else { break };
        at += len;
        let short = match cp {
            0x22 => b'"',
            0x5c => b'\\',
            0x08 => b'b',
            0x0c => b'f',
            0x0a => b'n',
            0x0d => b'r',
            0x09 => b't',
            _ => {
                unit_escapes(out, cp);
                continue;
            }
        };
        out.push(b'\\');
        out.push(short);
    }
}

/// Appends a code point as `\uXXXX`, one beyond the first plane as the two halves of its pair.
fn unit_escapes(out: &mut HVec<u8>, cp: u32) {
    let units = match cp.checked_sub(0x1_0000) {
        None => [Some(cp), None],
        Some(offset) => [Some(0xd800 + (offset >> 10)), Some(0xdc00 + (offset & 0x3ff))],
    };
    for unit in units.into_iter().flatten() {
        out.extend_bytes(format!("\\u{unit:04x}").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        for (text, ascii, plain) in [
            ("a\"\\/\n\u{1}", r#"a\"\\/\n\u0001"#, r#"a\"\\/\n\u0001"#),
            ("\u{7f}é", r"\u007f\u00e9", "\u{7f}é"),
            ("😀", r"\ud83d\ude00", "😀"),
        ] {
            let escaped = |ascii| {
                let mut out = HVec::new();
                escape(&mut out, text.as_bytes(), ascii);
                String::from_utf8_lossy(&out).into_owned()
            };
            assert_eq!((escaped(true), escaped(false)), (ascii.to_owned(), plain.to_owned()));
        }
    }
}
