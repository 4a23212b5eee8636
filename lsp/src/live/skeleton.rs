//! A first sample for a script: the keys that it reads from the payload.

use dataway_lang::syntax::ast::{Arg, Constant, Expr, ExprKind};
use serde_json::{Map, Value};

use crate::script::Script;

/// JSON with a null for every key that the script reads from the payload, to be filled in.
#[must_use]
pub fn text(script: &Script) -> String {
    let mut sample = Value::Object(Map::new());
    let mut visit = |root: &Expr| {
        let mut open = vec![root];
        while let Some(expression) = open.pop() {
            if let Some(path) = path(expression) {
                put(&mut sample, &path);
            }
            expression.kind.for_each_child(&mut |child| open.push(child));
        }
    };
    script.parsed().program.body.for_each_expr(&mut visit);
    let text = serde_json::to_string_pretty(&sample).unwrap_or_else(|_| "{}".to_owned());
    format!("{text}\n")
}

/// The keys from the payload to here: `['a', 'b']` for `msg.payload['a']['b']` and `msg.payload['a'].get('b')`.
fn path(expression: &Expr) -> Option<Vec<&str>> {
    let mut keys = Vec::new();
    let mut at = expression;
    loop {
        match &at.kind {
            ExprKind::Subscript { value, index } => {
                keys.push(key(index)?);
                at = value;
            }
            ExprKind::Call { func, args } => {
                let ExprKind::Attribute { value, attr } = &func.kind else { return None };
                let [Arg::Positional(first), ..] = &args[..] else { return None };
                if &*attr.name != "get" {
                    return None;
                }
                keys.push(key(first)?);
                at = value;
            }
            ExprKind::Attribute { value, attr } if &*attr.name == "payload" => {
                let is_message = matches!(&value.kind, ExprKind::Name(name) if &**name == "msg");
                keys.reverse();
                return (is_message && !keys.is_empty()).then_some(keys);
            }
            _ => return None,
        }
    }
}

fn key(expression: &Expr) -> Option<&str> {
    match &expression.kind {
        ExprKind::Constant(Constant::Str(text)) => std::str::from_utf8(text).ok().filter(|key| !key.starts_with('^')),
        _ => None,
    }
}

fn put(sample: &mut Value, path: &[&str]) {
    let mut at = sample;
    for key in path {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Some(map) = at.as_object_mut() else { return };
        at = map.entry(*key).or_insert(Value::Null);
    }
}
