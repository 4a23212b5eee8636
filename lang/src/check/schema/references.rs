//! What a `$ref` leads to: a place, or an anchor, in the same document.

use super::{entries, unusable};
use crate::document::Document;
use crate::value::R;
use crate::value::interrupt::checkpoint;

/// The schema that a local reference names.
pub(super) fn resolve<'a>(root: &'a Document, reference: &Document) -> R<&'a Document> {
    let text = reference.as_str().unwrap_or_default();
    let Some(fragment) = text.strip_prefix('#') else {
        return Err(unusable(&format!("the reference {text} is not local")));
    };
    let missing = || unusable(&format!("there is nothing at {text}"));
    if !fragment.is_empty() && !fragment.starts_with('/') {
        return find_anchor(root, fragment)?.ok_or_else(missing);
    }
    let mut at = root;
    for part in fragment.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let inner = match at {
            Document::Dict(dict) => dict.get(&part),
            Document::List(list) => part.parse().ok().and_then(|n: usize| list.get(n)),
            _ => None,
        };
        at = inner.ok_or_else(missing)?;
    }
    Ok(at)
}

/// The subschema with an `$anchor`.
fn find_anchor<'a>(root: &'a Document, anchor: &str) -> R<Option<&'a Document>> {
    let mut open = vec![root];
    while let Some(at) = open.pop() {
        checkpoint(4)?;
        let is = |key: &str| at.get(key).is_some_and(|own| own.as_str() == Some(anchor));
        if is("$anchor") || is("$dynamicAnchor") {
            return Ok(Some(at));
        }
        open.extend(at.as_list().unwrap_or_default());
        open.extend(entries(at).map(|(_, part)| part));
    }
    Ok(None)
}
