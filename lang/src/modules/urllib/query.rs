//! Query strings.

use super::address::cut;
use super::coerce::coerce;
use super::quote::{quote_plus, unquote_text};
use crate::builtins::{dict, iterate, repr, truth};
use crate::syntax::ast::CmpOp;
use crate::value::compare::order;
use crate::value::exceptions::{TYPE_ERROR, type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{Cx, Dict, HVec, R, Raise, Value};

pub(super) fn parse_qsl(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let pairs = pairs(cx, a)?;
    Ok(Value::list(pairs.into_iter().map(|(name, value)| Value::tuple([name, value]))))
}

pub(super) fn parse_qs(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let values = Dict::new();
    for (name, value) in pairs(cx, a)? {
        match values.get(&name)? {
            Some(Value::List(known)) => known.push(value),
            _ => drop(values.set(name, Value::list([value]))?),
        }
    }
    Ok(Value::Dict(values))
}

/// Names and values of a query string.
fn pairs(cx: &mut Cx<'_>, a: &[Value]) -> R<Vec<(Value, Value)>> {
    let (texts, kind) = coerce(cx, &[&a[0]])?;
    let (separators, _) = coerce(cx, &[&a[6]])?;
    let (query, separator) = (&texts[0], &separators[0]);
    if separator.is_empty() {
        return Err(value_error("Separator must be of type string or bytes."));
    }
    let keep_blank = truth(cx, &a[1])?;
    let strict = truth(cx, &a[2])?;
    let word = |value: &Value, default: &[u8]| match (value, value.text_bytes()) {
        (_, Some(text)) => Ok(text.to_vec()),
        (Value::None, _) => Ok(default.to_vec()),
        (other, None) => Err(type_error(format!("decode() argument must be str, not {}", other.type_of().qualified()))),
    };
    let (encoding, errors) = (word(&a[3], b"utf-8")?, word(&a[4], b"replace")?);
    checkpoint(query.len() as u64 / 4)?;
    if !a[5].is_none() {
        let fields = if query.is_empty() { 0 } else { 1 + memchr::memmem::find_iter(query, separator).count() };
        if order(&a[5], &Value::size(fields), CmpOp::Lt)? {
            return Err(value_error("Max number of fields exceeded"));
        }
    }
    let mut pairs = Vec::new();
    let mut rest = Some(&query[..]).filter(|query| !query.is_empty());
    while let Some(text) = rest {
        checkpoint(16)?;
        let end = memchr::memmem::find(text, separator);
        let field = &text[..end.unwrap_or(text.len())];
        rest = end.map(|at| &text[at + separator.len()..]);
        if field.is_empty() && !strict {
            continue;
        }
        let (name, value) = match cut(field, b'=') {
            (name, Some(value)) => (name, value),
            (_, None) if strict => {
                let field = repr::repr(cx, &Value::text(field))?.to_display();
                return Err(value_error(format!("bad query field: {field}")));
            }
            (name, None) if keep_blank => (name, &b""[..]),
            _ => continue,
        };
        if value.is_empty() && !keep_blank {
            continue;
        }
        let decode = |part: &[u8]| {
            let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
            // Text without `%` is not decoded at all.
            let text = if spaced.contains(&b'%') { unquote_text(&spaced, &encoding, &errors)? } else { spaced };
            kind.value(&text)
        };
        pairs.push((decode(name)?, decode(value)?));
    }
    Ok(pairs)
}

/// The function that quotes names and values, with the arguments for it.
struct Quoter<'a> {
    /// `quote_via`, unless it is the default.
    function: Option<&'a Value>,
    safe: &'a Value,
    encoding: &'a Value,
    errors: &'a Value,
}

impl Quoter<'_> {
    fn quote(&self, cx: &mut Cx<'_>, value: &Value) -> R {
        let bytes = matches!(value, Value::Bytes(_));
        let text = if bytes { value.clone() } else { repr::str(cx, value)? };
        let none = Value::None;
        let (encoding, errors) = if bytes { (&none, &none) } else { (self.encoding, self.errors) };
        let mut args = vec![text, self.safe.clone()];
        match self.function {
            Some(function) => {
                if !bytes {
                    args.extend([encoding.clone(), errors.clone()]);
                }
                cx.call(function, &args)
            }
            None => {
                args.extend([encoding.clone(), errors.clone()]);
                quote_plus(cx, &args)
            }
        }
    }
}

/// The pairs of the argument of `urlencode`.
fn items(cx: &mut Cx<'_>, query: &Value) -> R<Vec<(Value, Value)>> {
    if let Some(items) = dict::mapping_items(cx, query)? {
        return Ok(items);
    }
    let refused = |reason: Raise| {
        let raise = type_error("not a valid non-string sequence or mapping object");
        drop(raise.0.cause.replace(Value::Exception(reason.0.clone())));
        raise.in_context(reason).from_none()
    };
    let len = iterate::length(cx, query).map_err(|raise| if raise.is(&TYPE_ERROR) { refused(raise) } else { raise })?;
    let parts = if len == 0 { HVec::new() } else { iterate::collect(cx, query)? };
    if parts.first().is_some_and(|first| !matches!(first, Value::Tuple(_))) {
        return Err(refused(Raise::with_args(&TYPE_ERROR, [])));
    }
    let mut items = Vec::with_capacity(parts.len());
    for part in parts {
        if !iterate::is_iterable(&part) {
            return Err(type_error(format!("cannot unpack non-iterable {} object", part.type_of().qualified())));
        }
        let pair = iterate::collect(cx, &part)?;
        match &pair[..] {
            [key, value] => items.push((key.clone(), value.clone())),
            few if few.len() < 2 => {
                return Err(value_error(format!("not enough values to unpack (expected 2, got {})", few.len())));
            }
            _ => return Err(value_error("too many values to unpack (expected 2)")),
        }
    }
    Ok(items)
}

pub(super) fn urlencode(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let items = items(cx, &a[0])?;
    let sequences = truth(cx, &a[1])?;
    let quoter = Quoter { function: a[5].given(), safe: &a[2], encoding: &a[3], errors: &a[4] };
    let mut out = HVec::new();
    for (key, value) in items {
        checkpoint(16)?;
        let key = quoter.quote(cx, &key)?;
        let single = matches!(value, Value::Bytes(_)) || value.text_bytes().is_some();
        let values = match iterate::length(cx, &value) {
            Ok(_) if sequences && !single => iterate::collect(cx, &value)?,
            Err(raise) if sequences && raise.stop().is_some() => return Err(raise),
            _ => HVec::from_slice(&[value]),
        };
        for value in values {
            let value = quoter.quote(cx, &value)?;
            let (Some(key), Some(value)) = (key.text_bytes(), value.text_bytes()) else {
                return Err(type_error("can only concatenate str to str"));
            };
            reserve(key.len() + value.len())?;
            if !out.is_empty() {
                out.push(b'&');
            }
            out.extend_bytes(key);
            out.push(b'=');
            out.extend_bytes(value);
        }
    }
    Ok(Value::text_vec(out))
}
