//! Variables of messages: `set-variable` and its like give them their names, programs read them as `msg.vars['name']`. Flows
//! hand their variables to the flows that they call, so a name means the same variable everywhere in an app.

use std::collections::BTreeSet;

use dataway_lang::source::{SourceText, Span};
use dataway_lang::syntax::ast::{CmpOp, Constant, Expr, ExprKind, Program};
use dataway_lang::syntax::{self, ParseOptions};

use super::navigation::Place;
use crate::app::App;
use crate::app::sheet::{Role, What};
use crate::cursor;
use crate::script::Script;

/// The variable whose name stands at an offset of a program, and where.
#[must_use]
pub fn at(script: &Script, offset: u32) -> Option<(String, Span)> {
    let path = cursor::expressions(&script.parsed().program, offset);
    let (innermost, outer) = path.split_last()?;
    let (name, key) = key_of(outer.last()?).filter(|(_, key)| key.span == innermost.span)?;
    Some((name.to_owned(), content(&script.source, key.span, name)?))
}

/// Where the programs of an app name a variable.
#[must_use]
pub fn uses(app: &App, name: &str) -> Vec<Place> {
    let mut found = Vec::new();
    let mut scripts = BTreeSet::new();
    for (path, sheet, spot) in app.spots() {
        match &spot.what {
            What::Program(scalar, inside, _) => {
                let text = scalar.value.get(inside.start as usize..inside.end as usize).unwrap_or_default();
                let place =
                    |span: Span| scalar.positions.span(Span::new(span.start + inside.start, span.end + inside.start));
                let spans = in_program(&SourceText::new(path, text), true, name).into_iter().map(place);
                found.extend(spans.map(|span| Place { path: path.to_owned(), span: sheet.outward(span) }));
            }
            What::File(Role::Script, script, _) => drop(scripts.insert(script.as_str())),
            _ => {}
        }
    }
    for path in scripts {
        let Ok(bytes) = app.files.read(&app.file_of(path)) else { continue };
        let source = SourceText::from_bytes(path, &bytes);
        // A byte order mark belongs to the file but not to the program.
        let mark = u32::try_from(bytes.len()).unwrap_or(u32::MAX).saturating_sub(source.len());
        let spans = in_program(&source, false, name).into_iter();
        let place = |span: Span| Place { path: path.to_owned(), span: Span::new(span.start + mark, span.end + mark) };
        found.extend(spans.map(place));
    }
    found
}

/// Where a program names a variable.
fn in_program(source: &SourceText, embedded: bool, name: &str) -> Vec<Span> {
    // Reading takes longer than looking.
    if !source.text().contains(name) {
        return Vec::new();
    }
    let parsed = syntax::parse(source, &ParseOptions { embedded, ..ParseOptions::default() });
    let mut found =
        keys(&parsed.program, name).into_iter().filter_map(|span| content(source, span, name)).collect::<Vec<_>>();
    found.sort();
    found
}

fn keys(program: &Program, name: &str) -> Vec<Span> {
    let mut found = Vec::new();
    program.body.for_each_expr(&mut |root: &Expr| {
        let mut open = vec![root];
        while let Some(expression) = open.pop() {
            found.extend(key_of(expression).filter(|(known, _)| *known == name).map(|(_, key)| key.span));
            expression.kind.for_each_child(&mut |child| open.push(child));
        }
    });
    found
}

/// The variable that an expression names: `msg.vars['name']`, `msg.vars.get('name')`, `'name' in msg.vars`.
fn key_of(expression: &Expr) -> Option<(&str, &Expr)> {
    let (container, key) = match &expression.kind {
        ExprKind::Subscript { value, index } => (&**value, &**index),
        ExprKind::Call { func, args } => match &func.kind {
            ExprKind::Attribute { value, attr } if matches!(&*attr.name, "get" | "pop" | "setdefault") => {
                (&**value, args.first()?.value())
            }
            _ => return None,
        },
        ExprKind::Compare { left, links } => match links.first()? {
            (CmpOp::In | CmpOp::NotIn, container) => (container, &**left),
            _ => return None,
        },
        _ => return None,
    };
    let is_vars = |attr: &str| matches!(attr, "vars" | "var");
    match (&container.kind, &key.kind) {
        (ExprKind::Attribute { attr, .. }, ExprKind::Constant(Constant::Str(text))) if is_vars(&attr.name) => {
            Some((std::str::from_utf8(text).ok()?, key))
        }
        _ => None,
    }
}

/// The text between the quotes; `None` if it is written in another way than it reads.
fn content(source: &SourceText, span: Span, name: &str) -> Option<Span> {
    let inside = Span::new(span.start + 1, span.end.checked_sub(1)?);
    (source.text().get(inside.start as usize..inside.end as usize)? == name).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_by_all_ways_to_name_them() {
        let text = "def dw_process(msg):\n    if 'total' in msg.vars and msg.vars.get(\"total\", 0) > 1:\n        \
                    return msg.vars['total'] + msg.payload['total'] + root.vars['total2'] + msg.vars['to\\x74al']\n";
        let source = SourceText::new("a.dw", text);
        let found = in_program(&source, false, "total");
        let shown: Vec<&str> = found.iter().map(|span| source.slice(*span)).collect();
        assert_eq!(shown, ["total", "total", "total"]);
    }
}
