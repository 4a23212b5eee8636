//! Documents straight to JSON text: the data of which most messages are made needs no run for it.

use super::Document;
use crate::mime::json::strings::push_string;
use crate::mime::scalar;
use crate::value::HVec;

/// Deepest nesting that is written here.
const DEEPEST: usize = 64;

/// Appends a document as the JSON writer of the language writes it (spec 6.6.1). `false` for what is not plain data, or nested
/// too deep for the stack of a caller: that takes the way over values, which knows everything; `out` is of no use then.
pub(super) fn push(out: &mut HVec<u8>, document: &Document, depth: usize) -> bool {
    match document {
        Document::None => out.extend_bytes(b"null"),
        Document::Bool(true) => out.extend_bytes(b"true"),
        Document::Bool(false) => out.extend_bytes(b"false"),
        Document::Int(n) => scalar::push_int(out, *n),
        Document::Float(x) if x.is_finite() => scalar::push_float(out, *x),
        Document::List(items) if depth < DEEPEST => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                if !push(out, item, depth + 1) {
                    return false;
                }
            }
            out.push(b']');
        }
        Document::Dict(dict) if depth < DEEPEST => {
            out.push(b'{');
            for (n, (key, value)) in dict.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                let Some(key) = key.text_bytes() else { return false };
                push_string(out, key);
                out.push(b':');
                if !push(out, value, depth + 1) {
                    return false;
                }
            }
            out.push(b'}');
        }
        _ => match document.text_bytes() {
            Some(text) => {
                push_string(out, text);
            }
            None => return false,
        },
    }
    true
}
