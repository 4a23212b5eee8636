//! The way of data through a program: which part of the message an expression is, where a schema or sample speaks about
//! that part, and what an example has there.

use std::path::PathBuf;
use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::check::contract::Subject;
use dataway_lang::check::types::Type;
use dataway_lang::source::{SourceText, Span};
use dataway_lang::syntax::ast::{Comprehension, Constant, Expr, ExprKind, StmtKind};
use dataway_runtime::yaml::{self, Kind, Node as Yaml};

use crate::cursor::{self, Node};
use crate::knowledge::Origin;
use crate::script::Script;

/// Longest way through variables that is followed.
const MAX_STEPS: u8 = 40;
/// Most elements of a list that are searched for a key.
const MOST_ELEMENTS: usize = 200;
/// Longest example value that is shown, in characters.
const LONGEST: usize = 80;

/// One step into data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The value of a key.
    Key(String),
    /// Some element of a list.
    Element,
}

/// A part of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Payload, attributes or a variable.
    pub subject: Subject,
    /// The way from there.
    pub parts: Vec<Part>,
}

/// A stretch of another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The file.
    pub path: PathBuf,
    /// Its content.
    pub content: Arc<[u8]>,
    /// Where in it, in bytes.
    pub span: Span,
}

/// The part of the message that an expression is, if it can be followed there.
#[must_use]
pub fn place_of(script: &Script, expression: &Expr) -> Option<Place> {
    follow(script, expression, MAX_STEPS)
}

fn follow(script: &Script, expression: &Expr, steps: u8) -> Option<Place> {
    let steps = steps.checked_sub(1)?;
    let into = |value: &Expr, part: Part| {
        let mut place = follow(script, value, steps)?;
        place.parts.push(part);
        Some(place)
    };
    match &expression.kind {
        ExprKind::Attribute { value, attr } if matches!(script.type_of(value), Type::Message(_)) => {
            let subject = match &*attr.name {
                "payload" => Subject::Payload,
                "attrs" | "attr" => Subject::Attrs,
                _ => return None,
            };
            Some(Place { subject, parts: Vec::new() })
        }
        ExprKind::Subscript { value, index } => match key_of(index) {
            Some(key) => keyed(script, value, key, steps),
            None if matches!(index.kind, ExprKind::Slice { .. }) => follow(script, value, steps),
            None => into(value, Part::Element),
        },
        ExprKind::Call { func, args } => {
            let ExprKind::Attribute { value, attr } = &func.kind else { return None };
            match (&*attr.name, args.first()) {
                ("get", Some(arg)) => keyed(script, value, key_of(arg.value())?, steps),
                _ => None,
            }
        }
        ExprKind::NamedExpr { value, .. } => follow(script, value, steps),
        ExprKind::Name(_) => {
            let id = script.checked().symbols.written_at(expression.span.start)?;
            let (bound, _) = script.checked().symbols.get(id)?.bindings.first()?;
            let (source, is_element) = source_of(script, *bound)?;
            if is_element { into(source, Part::Element) } else { follow(script, source, steps) }
        }
        _ => None,
    }
}

/// A key of a value; `msg.vars` and the selectors of Entities have a meaning of their own.
fn keyed(script: &Script, value: &Expr, key: String, steps: u8) -> Option<Place> {
    if let ExprKind::Attribute { value: inner, attr } = &value.kind
        && matches!(&*attr.name, "vars" | "var")
        && matches!(script.type_of(inner), Type::Message(_))
    {
        return Some(Place { subject: Subject::Var(key), parts: Vec::new() });
    }
    let mut place = follow(script, value, steps)?;
    match key.as_str() {
        "^value" => {}
        _ if key.starts_with('^') => return None,
        _ => place.parts.push(Part::Key(key)),
    }
    Some(place)
}

fn key_of(expression: &Expr) -> Option<String> {
    match &expression.kind {
        ExprKind::Constant(Constant::Str(text)) => String::from_utf8(text.to_vec()).ok(),
        _ => None,
    }
}

/// What a name that is bound at a place gets: an expression, or its elements.
fn source_of(script: &Script, bound: Span) -> Option<(&Expr, bool)> {
    let is_it = |target: &Expr| target.span == bound;
    for node in cursor::path(&script.parsed().program, bound.start).into_iter().rev() {
        match node {
            Node::Statement(statement) => match &statement.kind {
                StmtKind::Assign { targets, value } if targets.iter().any(is_it) => return Some((value, false)),
                StmtKind::AnnAssign { target, value: Some(value), .. } if is_it(target) => return Some((value, false)),
                StmtKind::For { target, iter, .. } if is_it(target) => return Some((iter, true)),
                _ => {}
            },
            Node::Expression(expression) => match &expression.kind {
                ExprKind::NamedExpr { target, value } if target.span == bound => return Some((value, false)),
                ExprKind::ListComp { generators, .. }
                | ExprKind::SetComp { generators, .. }
                | ExprKind::DictComp { generators, .. }
                | ExprKind::GeneratorExp { generators, .. } => {
                    let binds = |clause: &&Comprehension| is_it(&clause.target);
                    if let Some(clause) = generators.iter().find(binds) {
                        return Some((&clause.iter, true));
                    }
                }
                _ => {}
            },
        }
    }
    None
}

/// The key that the cursor stands on, as a part of the message.
#[must_use]
pub fn key_at(script: &Script, offset: u32) -> Option<Place> {
    let path = cursor::expressions(&script.parsed().program, offset);
    let (innermost, outer) = path.split_last()?;
    key_of(innermost)?;
    let parent = outer.last()?;
    let reads = match &parent.kind {
        ExprKind::Subscript { index, .. } => index.span == innermost.span,
        ExprKind::Call { args, .. } => args.first().is_some_and(|arg| arg.value().span == innermost.span),
        _ => false,
    };
    if reads { place_of(script, parent) } else { None }
}

/// Where the schema or sample speaks about the key that the cursor stands on.
#[must_use]
pub fn definition(script: &Script, offset: u32) -> Option<Elsewhere> {
    let place = key_at(script, offset)?;
    let origin = script.context.knowledge.origin(&place.subject)?;
    let path = origin.path.clone()?;
    let span = locate(origin, &place.parts).unwrap_or(Span::at(0));
    Some(Elsewhere { path, content: Arc::clone(&origin.content), span })
}

/// The place of a part in the text of its schema or sample.
fn locate(origin: &Origin, parts: &[Part]) -> Option<Span> {
    let source = SourceText::from_bytes("", &origin.content);
    let mark = u32::try_from(origin.content.len()).unwrap_or(u32::MAX).saturating_sub(source.len());
    let is_json = !origin.is_sample || origin.mime_type == "application/json" || origin.mime_type.ends_with("yaml");
    let found = if is_json {
        let tree = yaml::parse(&source).0?;
        if origin.is_sample { in_sample(&tree, parts) } else { in_schema(&tree, &tree, parts, MAX_STEPS) }
    } else {
        in_text(source.text(), parts)
    }?;
    Some(Span::new(found.start + mark, found.end + mark))
}

fn in_sample(node: &Yaml, parts: &[Part]) -> Option<Span> {
    let Some((part, rest)) = parts.split_first() else { return Some(node.span) };
    match (part, &node.kind) {
        (Part::Key(key), Kind::Map(entries)) => {
            let entry = entries.iter().find(|entry| entry.key.as_str() == Some(key))?;
            if rest.is_empty() { Some(entry.key.span) } else { in_sample(&entry.value, rest) }
        }
        (Part::Element, Kind::List(items)) => items.iter().take(MOST_ELEMENTS).find_map(|item| in_sample(item, rest)),
        _ => None,
    }
}

fn in_schema(root: &Yaml, node: &Yaml, parts: &[Part], steps: u8) -> Option<Span> {
    let steps = steps.checked_sub(1)?;
    let Some((part, rest)) = parts.split_first() else { return Some(node.span) };
    let own = match part {
        Part::Key(key) => {
            let properties = node.get("properties").and_then(Yaml::as_map).unwrap_or_default();
            properties.iter().find(|entry| entry.key.as_str() == Some(key)).and_then(|entry| {
                if rest.is_empty() { Some(entry.key.span) } else { in_schema(root, &entry.value, rest, steps) }
            })
        }
        Part::Element => {
            let single = node.get("items").into_iter();
            let several = node.get("prefixItems").and_then(Yaml::as_list).unwrap_or_default();
            single.chain(several).find_map(|inner| in_schema(root, inner, rest, steps))
        }
    };
    let referred = || {
        let path = node.get("$ref")?.as_str()?.strip_prefix("#/")?;
        let target = path.split('/').try_fold(root, |at, key| at.get(&key.replace("~1", "/").replace("~0", "~")))?;
        in_schema(root, target, parts, steps)
    };
    let combined = || {
        let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| node.get(key)?.as_list());
        lists.flatten().find_map(|inner| in_schema(root, inner, parts, steps))
    };
    own.or_else(referred).or_else(combined)
}

/// The first place where the last key is named: a column of CSV, an element or attribute of XML.
fn in_text(text: &str, parts: &[Part]) -> Option<Span> {
    let key = parts.iter().rev().find_map(|part| match part {
        Part::Key(key) => Some(key.trim_start_matches(['@', '*'])),
        Part::Element => None,
    })?;
    let part_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    let whole = |at: &usize| {
        let before = text.get(..*at).and_then(|head| head.chars().next_back());
        let after = text.get(at + key.len()..).and_then(|tail| tail.chars().next());
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    };
    let at = text.match_indices(key).map(|(at, _)| at).find(whole)?;
    let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(Span::new(clip(at), clip(at + key.len())))
}

/// What the example has at a part of the message, as JSON on one line.
#[must_use]
pub fn example(script: &Script, place: &Place) -> Option<String> {
    let document = script.context.knowledge.example(&place.subject)?;
    let found = value_at(document, &place.parts)?;
    let text = String::from_utf8(found.to_json(false).ok()?).ok()?;
    if text.chars().count() <= LONGEST {
        return Some(text);
    }
    let head: String = text.chars().take(LONGEST - 1).collect();
    Some(format!("{head}…"))
}

fn value_at<'d>(document: &'d Document, parts: &[Part]) -> Option<&'d Document> {
    let Some((part, rest)) = parts.split_first() else { return Some(document) };
    match part {
        Part::Key(key) => value_at(document.get(key)?, rest),
        Part::Element => document.as_list()?.iter().take(MOST_ELEMENTS).find_map(|element| value_at(element, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dataway_lang::check::contract::Subject;

    fn found(is_sample: bool, name: &str, content: &str, parts: &[Part]) -> Option<String> {
        let content: Arc<[u8]> = content.as_bytes().into();
        let origin = Origin::new(Subject::Payload, is_sample, Some(name.into()), Span::at(0), Arc::clone(&content));
        let span = locate(&origin, parts)?;
        let text = std::str::from_utf8(content.get(span.start as usize..span.end as usize)?).ok()?;
        Some(format!("{}:{text}", span.start))
    }

    #[test]
    fn keys_are_found_in_schemas_and_samples() {
        let key = |name: &str| Part::Key(name.to_owned());
        let schema = r##"{"properties": {"items": {"items": {"$ref": "#/$defs/item"}}}, "$defs": {"item": {"anyOf": [{"properties": {"sku": {}}}]}}}"##;
        let way = [key("items"), Part::Element, key("sku")];
        assert_eq!(found(false, "s.json", schema, &way).as_deref(), Some("108:\"sku\""));
        assert_eq!(found(true, "s.json", r#"{"items": [{}, {"sku": 1}]}"#, &way).as_deref(), Some("16:\"sku\""));
        assert_eq!(found(true, "s.csv", "xsku,sku\n1,2\n", &[Part::Element, key("sku")]).as_deref(), Some("5:sku"));
        assert_eq!(
            found(true, "s.xml", "<a><b id='1'/></a>", &[key("a"), key("b"), key("@id")]).as_deref(),
            Some("6:id")
        );
        assert_eq!(found(true, "s.json", "{}", &way), None);
    }
}
