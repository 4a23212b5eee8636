//! `${config:…}`, `${secret:…}` and `${env:…}` in `configs` and `admin` (part 1, section 4).

use dataway_lang::source::{SourceText, Span};

use super::secrets::{Environment, Redactor, SecretSources};
use crate::diagnostic::{Code, Diagnostic};
use crate::yaml::{Entry, Kind, Node, Text};

/// What substitutions are made from.
pub struct Substitution<'a> {
    /// The file that is substituted in.
    pub source: &'a SourceText,
    /// `values` with its overlays.
    pub values: Option<&'a Node>,
    /// The secrets.
    pub secrets: &'a SecretSources,
    /// The environment.
    pub environment: &'a Environment,
    /// Are missing secrets, values and variables let pass?
    pub lenient: bool,
    /// Learns every secret that is put in.
    pub redactor: &'a mut Redactor,
    /// What was found.
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    Text(&'t str),
    /// What `kind:name` between the braces stands for; its range in the text.
    Place(&'t str, &'t str, std::ops::Range<usize>),
}

/// The kinds of substitutions.
const KINDS: [&str; 3] = ["config", "secret", "env"];

/// The first substitution in a text, as its range: for the places where none may stand.
#[must_use]
pub fn first(text: &str) -> Option<std::ops::Range<usize>> {
    pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Place(_, _, range) => Some(range),
        Piece::Text(_) => None,
    })
}

/// Cuts a text at its substitutions; `$${` stands for `${`.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find("${")) {
        let start = at + next;
        let rest = text.get(start + 2..).unwrap_or_default();
        if text.get(..start).is_some_and(|before| before.ends_with('$')) {
            // The first dollar is the escape.
            found.push(Piece::Text(text.get(from..start - 1).unwrap_or_default()));
            from = start;
            at = start + 2;
            continue;
        }
        let place = rest.find('}').and_then(|end| {
            let (kind, name) = rest.get(..end)?.split_once(':')?;
            KINDS.contains(&kind).then_some((kind, name, start..start + 2 + end + 1))
        });
        match place {
            Some((kind, name, range)) => {
                found.push(Piece::Text(text.get(from..start).unwrap_or_default()));
                at = range.end;
                from = at;
                found.push(Piece::Place(kind, name, range));
            }
            None => at = start + 2,
        }
    }
    found.push(Piece::Text(text.get(from..).unwrap_or_default()));
    found.retain(|piece| *piece != Piece::Text(""));
    found
}

impl Substitution<'_> {
    /// The node with everything put in. Places stay those of the file.
    pub fn apply(&mut self, node: &Node) -> Node {
        let kind = match &node.kind {
            Kind::Text(text) if text.value.contains("${") => return self.text(node, text),
            Kind::List(items) => Kind::List(items.iter().map(|item| self.apply(item)).collect()),
            Kind::Map(entries) => {
                let applied = |e: &Entry| Entry { key: e.key.clone(), value: self.apply(&e.value) };
                Kind::Map(entries.iter().map(applied).collect())
            }
            other => other.clone(),
        };
        Node { span: node.span, kind }
    }

    fn text(&mut self, node: &Node, text: &Text) -> Node {
        let pieces = pieces(&text.value);
        if let [Piece::Place("config", name, range)] = pieces.as_slice() {
            let found = self.value(name).map(|value| placed(value, node.span));
            return found.unwrap_or_else(|| self.missing(node, text, range, &missing_value(name)));
        }
        let mut made = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => made.push_str(text),
                Piece::Place(kind, name, range) => {
                    let found = match kind {
                        "config" => self.value(name).and_then(shown).ok_or_else(|| missing_value(name)),
                        "secret" => self.secret(name),
                        _ => self.variable(name),
                    };
                    match found {
                        Ok(text) => made.push_str(&text),
                        Err(reason) => return self.missing(node, text, &range, &reason),
                    }
                }
            }
        }
        Node { span: node.span, kind: Kind::Text(Text::synthetic(&made, node.span)) }
    }

    /// Reports what is missing; the node says nothing more.
    fn missing(&mut self, node: &Node, text: &Text, range: &std::ops::Range<usize>, reason: &Missing) -> Node {
        if !self.lenient {
            let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let span = text.positions.span(Span::new(clip(range.start), clip(range.end)));
            let diagnostic = Diagnostic::error(Code::MISSING_VALUE, self.source, span, reason.message.clone());
            self.diagnostics.push(diagnostic.with_help(reason.help.clone()));
        }
        Node { span: node.span, kind: Kind::Lost }
    }

    /// The value at a dotted path.
    fn value(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self.values?, |node, key| node.get(key))
    }

    fn secret(&mut self, name: &str) -> Result<String, Missing> {
        let found = self.secrets.find(name, self.environment).ok_or_else(|| Missing {
            message: format!("there is no secret `{name}`"),
            help: format!(
                "give it in the file of `--secrets`, in the folder of DATAWAY_SECRETS_DIR, or as DATAWAY_SECRET_{name}"
            ),
        })?;
        let text = found.expose().to_owned();
        self.redactor.add(found);
        Ok(text)
    }

    fn variable(&self, name: &str) -> Result<String, Missing> {
        let (name, default) = name.split_once(":-").map_or((name, None), |(name, default)| (name, Some(default)));
        let found = (self.environment)(name).filter(|value| !(value.is_empty() && default.is_some()));
        found.or_else(|| default.map(str::to_owned)).ok_or_else(|| Missing {
            message: format!("the environment variable `{name}` is not set"),
            help: format!("set it, or give a default: `${{env:{name}:-…}}`"),
        })
    }
}

/// What is missing and what to do.
struct Missing {
    message: String,
    help: String,
}

fn missing_value(path: &str) -> Missing {
    Missing {
        message: format!("there is no value `{path}`"),
        help: "add it under `values` in app.yaml, or in the file of `--values`".to_owned(),
    }
}

/// A scalar as text.
fn shown(node: &Node) -> Option<String> {
    Some(match &node.kind {
        Kind::Null => String::new(),
        Kind::Bool(value) => value.to_string(),
        Kind::Int(value) => value.to_string(),
        Kind::BigInt(digits) => digits.to_string(),
        Kind::Float(value) => value.to_string(),
        Kind::Text(text) => text.value.to_string(),
        _ => return None,
    })
}

/// A tree put at the place of the substitution that it takes.
fn placed(node: &Node, span: Span) -> Node {
    crate::params::placed(node.clone(), span)
}

/// Lays `over` over `base`: mappings are merged at any depth, everything else is replaced.
#[must_use]
pub fn merge(base: Node, over: Node) -> Node {
    match (base.kind, over.kind) {
        (Kind::Map(mut entries), Kind::Map(more)) => {
            for entry in more {
                match entries.iter_mut().find(|known| known.key.as_str() == entry.key.as_str()) {
                    Some(known) => {
                        let empty = Node { span: entry.value.span, kind: Kind::Null };
                        let before = std::mem::replace(&mut known.value, empty);
                        known.value = merge(before, entry.value);
                    }
                    None => entries.push(entry),
                }
            }
            Node { span: base.span, kind: Kind::Map(entries) }
        }
        (_, kind) => Node { span: over.span, kind },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_substitutions() {
        for (text, shown) in [
            ("plain", "[Text(\"plain\")]"),
            ("${config:a.b}", "[Place(\"config\", \"a.b\", 0..13)]"),
            ("x${env:A:-8080}y", "[Text(\"x\"), Place(\"env\", \"A:-8080\", 1..15), Text(\"y\")]"),
            ("$${config:a}", "[Text(\"${config:a}\")]"),
            ("${other:a} ${", "[Text(\"${other:a} ${\")]"),
            ("${secret:A}${secret:B}", "[Place(\"secret\", \"A\", 0..11), Place(\"secret\", \"B\", 11..22)]"),
        ] {
            assert_eq!(format!("{:?}", pieces(text)), shown, "{text}");
        }
    }
}
