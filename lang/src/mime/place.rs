//! Errors of readers and writers: the place in the text, the path in the data.

use crate::value::exceptions::{Raise, entity_error, type_error};
use crate::value::format;
use crate::value::interrupt::Stop;
use crate::value::text::count_chars;
use crate::value::{TypeDesc, Value};

/// Line and column, counted from 1, of byte offset `at` in `text`. Lines end with LF, CR LF or CR; columns are code points.
#[must_use]
pub fn line_and_column(text: &[u8], at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let mut line = 1;
    let mut start = 0;
    for (n, byte) in before.iter().enumerate() {
        let ends = *byte == b'\n' || (*byte == b'\r' && text.get(n + 1) != Some(&b'\n'));
        if ends {
            line += 1;
            start = n + 1;
        }
    }
    (line, count_chars(before.get(start..).unwrap_or_default()) + 1)
}

/// The error for bytes that are not what their MIME type says.
#[cold]
#[must_use]
pub fn malformed(mime: &str, what: &str, text: &[u8], at: usize) -> Raise {
    let (line, column) = line_and_column(text, at);
    entity_error(format!("cannot parse {mime}: {what} at line {line}, column {column}"))
        .field("line", Value::size(line))
        .field("column", Value::size(column))
}

/// A step from a container to an element.
#[derive(Debug, Clone)]
pub enum Step {
    /// By key.
    Key(Value),
    /// By position.
    Index(usize),
}

/// Steps of a path that an error shows.
const LONGEST_PATH: usize = 50;

/// Why a writer gave up; containers add their step to the path on the way out.
#[derive(Debug)]
pub struct Fault {
    kind: FaultKind,
    /// Steps from the element outwards.
    path: Vec<Step>,
}

#[derive(Debug)]
enum FaultKind {
    /// A type that the format does not know, and a remark.
    Type(&'static TypeDesc, &'static str),
    /// Data that the format cannot express.
    Data(String),
    /// Something that needs no path.
    Raise(Raise),
}

/// The result of a writer's function. Boxed, because failing is rare.
pub type Wrote<T = ()> = Result<T, Box<Fault>>;

impl From<Raise> for Box<Fault> {
    #[cold]
    fn from(raise: Raise) -> Self {
        Box::new(Fault { kind: FaultKind::Raise(raise), path: Vec::new() })
    }
}

impl From<Stop> for Box<Fault> {
    #[cold]
    fn from(stop: Stop) -> Self {
        Raise::from(stop).into()
    }
}

impl From<format::Fault> for Box<Fault> {
    #[cold]
    fn from(fault: format::Fault) -> Self {
        Raise::from(fault).into()
    }
}

impl Fault {
    /// A value of a type that does not belong there.
    #[cold]
    #[must_use]
    pub fn wrong_type(value: &Value) -> Box<Fault> {
        Fault::wrong_type_but(value, "")
    }

    /// The same with a remark.
    #[cold]
    #[must_use]
    pub fn wrong_type_but(value: &Value, remark: &'static str) -> Box<Fault> {
        Box::new(Fault { kind: FaultKind::Type(value.type_of(), remark), path: Vec::new() })
    }

    /// Data that the format cannot express.
    #[cold]
    #[must_use]
    pub fn data(what: impl Into<String>) -> Box<Fault> {
        Box::new(Fault { kind: FaultKind::Data(what.into()), path: Vec::new() })
    }

    /// Nesting beyond a thousand levels.
    #[cold]
    #[must_use]
    pub fn too_deep() -> Box<Fault> {
        Fault::data("the data is nested deeper than 1000 levels")
    }

    /// The same fault, one level further out.
    #[cold]
    #[must_use]
    pub fn inside(mut self: Box<Self>, step: Step) -> Box<Fault> {
        self.path.push(step);
        self
    }

    /// The exception, for data that was to be written as `mime`.
    #[cold]
    #[must_use]
    #[allow(clippy::boxed_local)] // Troubles travel boxed, so that results stay small.
    pub fn raise(mut self, mime: &str) -> Raise {
        self.path.reverse();
        // A cycle is nested without end; the beginning of the path tells enough.
        let more = if self.path.len() > LONGEST_PATH { "…" } else { "" };
        self.path.truncate(LONGEST_PATH);
        let place = path_text("data", &self.path) + more;
        match self.kind {
            FaultKind::Raise(raise) => raise,
            FaultKind::Type(found, remark) => {
                type_error(format!("{place}: cannot write a value of type '{}' as {mime}{remark}", found.qualified()))
            }
            FaultKind::Data(what) if self.path.is_empty() => entity_error(format!("cannot write {mime}: {what}")),
            FaultKind::Data(what) => entity_error(format!("{place}: cannot write {mime}: {what}")),
        }
    }
}

/// A path as an expression, `data['items'][3]`.
#[must_use]
pub fn path_text(root: &str, path: &[Step]) -> String {
    let mut text = root.to_owned();
    for step in path {
        match step {
            Step::Index(n) => text.push_str(&format!("[{n}]")),
            Step::Key(key) => text.push_str(&format!("[{}]", scalar_repr(key))),
        }
    }
    text
}

/// The `repr` of a key, as far as no interpreter is needed for it.
#[must_use]
pub fn scalar_repr(key: &Value) -> String {
    use crate::value::format::{float_text, int_text, quote};
    use crate::value::number::IntView;
    let lossy = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    match key {
        Value::None => "None".into(),
        Value::Bool(b) => if *b { "True" } else { "False" }.into(),
        Value::Float(x) => float_text::repr(*x),
        Value::Bytes(b) => quote::repr_bytes(b.bytes()).map(lossy).unwrap_or_default(),
        Value::Decimal(d) => format!("Decimal('{}')", String::from_utf8_lossy(&super::scalar::decimal(d))),
        Value::DateTime(d) => d.repr(),
        Value::Date(d) => d.repr(),
        Value::Time(t) => t.repr(),
        Value::Delta(d) => d.repr(),
        Value::Tuple(t) => {
            let items: Vec<String> = t.items.iter().map(scalar_repr).collect();
            if items.len() == 1 { format!("({},)", items[0]) } else { format!("({})", items.join(", ")) }
        }
        Value::Set(s) if s.frozen && s.is_empty() => "frozenset()".into(),
        Value::Set(s) if s.frozen => {
            format!("frozenset({{{}}})", s.to_vec().iter().map(scalar_repr).collect::<Vec<_>>().join(", "))
        }
        _ => match (key.text_bytes(), IntView::of(key)) {
            (Some(text), _) => quote::repr(text).map(lossy).unwrap_or_default(),
            (_, Some(n)) => int_text::decimal(n.as_ref()).unwrap_or_else(|_| "…".into()),
            _ => format!("<{}>", key.type_name()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_paths() {
        for (text, at, place) in [
            ("", 0, (1, 1)),
            ("ab", 1, (1, 2)),
            ("é\nü", 3, (2, 1)),
            ("é\nü", 5, (2, 2)),
            ("a\r\nb\rc", 3, (2, 1)),
            ("a\r\nb\rc", 5, (3, 1)),
            ("a", 99, (1, 2)),
        ] {
            assert_eq!(line_and_column(text.as_bytes(), at), place, "{text:?} {at}");
        }
        let path = [Step::Key(Value::str("a'b")), Step::Index(3), Step::Key(Value::Int(5))];
        assert_eq!(path_text("data", &path), "data[\"a'b\"][3][5]");
    }
}
