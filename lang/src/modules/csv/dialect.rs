//! The format parameters of CSV, and the dialects that name sets of them.

use std::any::Any;
use std::rc::Rc;

use super::error;
use crate::builtins::truth;
use crate::table;
use crate::value::exceptions::type_error;
use crate::value::number::IntView;
use crate::value::unicode::wtf8;
use crate::value::{Cx, NativeObject, R, TypeDesc, Value};

/// Which fields are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Those that need it.
    Minimal,
    /// All.
    All,
    /// Those that are no numbers.
    NonNumeric,
    /// None.
    None,
}

/// Format parameters. Characters are code points.
#[derive(Debug, Clone)]
pub(super) struct Dialect {
    pub(super) delimiter: u32,
    pub(super) double_quote: bool,
    pub(super) escape: Option<u32>,
    pub(super) line_terminator: Vec<u8>,
    pub(super) quote: Option<u32>,
    pub(super) quoting: Quoting,
    pub(super) skip_initial_space: bool,
    pub(super) strict: bool,
}

/// The names of the dialects.
pub(super) const NAMES: [&str; 3] = ["excel", "excel-tab", "unix"];

/// Number of format parameters, in the order `delimiter doublequote escapechar lineterminator quotechar quoting
/// skipinitialspace strict`.
pub(super) const PARAMETERS: usize = 8;

impl Dialect {
    fn excel() -> Dialect {
        Dialect {
            delimiter: u32::from(','),
            double_quote: true,
            escape: None,
            line_terminator: b"\r\n".to_vec(),
            quote: Some(u32::from('"')),
            quoting: Quoting::Minimal,
            skip_initial_space: false,
            strict: false,
        }
    }

    pub(super) fn named(name: &[u8]) -> Option<Dialect> {
        let excel = Dialect::excel();
        Some(match name {
            b"excel" => excel,
            b"excel-tab" => Dialect { delimiter: u32::from('\t'), ..excel },
            b"unix" => Dialect { line_terminator: b"\n".to_vec(), quoting: Quoting::All, ..excel },
            _ => return None,
        })
    }

    /// The parameters of a dialect, overridden by those that are given.
    ///
    /// # Errors
    /// `csv.Error` for an unknown dialect, `TypeError` for a parameter that is not what it should be.
    pub(super) fn of(cx: &mut Cx<'_>, dialect: &Value, parameters: &[Value]) -> R<Rc<Dialect>> {
        let mut made = match (dialect.text_bytes(), dialect) {
            (Some(name), _) => Dialect::named(name).ok_or_else(|| error("unknown dialect"))?,
            (None, Value::Native(native)) => match native.downcast::<Shown>() {
                Some(shown) => (*shown.0).clone(),
                None => Dialect::excel(),
            },
            _ => Dialect::excel(),
        };
        let given = |n: usize| parameters.get(n).and_then(Value::given);
        if let Some(value) = given(0) {
            made.delimiter = match value.text_bytes() {
                Some(_) => one(value, "delimiter")?,
                None => return Err(wrong(value, "\"delimiter\" must be string, not ")),
            };
        }
        if let Some(value) = given(1) {
            made.double_quote = truth(cx, value)?;
        }
        if let Some(value) = given(2) {
            made.escape = one_or_none(value, "escapechar")?;
        }
        if let Some(value) = given(3) {
            made.line_terminator = match (value, value.text_bytes()) {
                (Value::None, _) => Vec::new(),
                (_, Some(text)) => text.to_vec(),
                (_, None) => return Err(type_error("\"lineterminator\" must be a string")),
            };
        }
        if let Some(value) = given(4) {
            made.quote = one_or_none(value, "quotechar")?;
        }
        if let Some(value) = given(5) {
            made.quoting = quoting(value)?;
        }
        if let Some(value) = given(6) {
            made.skip_initial_space = truth(cx, value)?;
        }
        if let Some(value) = given(7) {
            made.strict = truth(cx, value)?;
        }
        if made.quote.is_none() && given(4).is_some() && given(5).is_none() {
            made.quoting = Quoting::None;
        }
        if made.quoting != Quoting::None && made.quote.is_none() {
            return Err(type_error("quotechar must be set if quoting enabled"));
        }
        if matches!(given(3), Some(Value::None)) {
            return Err(type_error("lineterminator must be set"));
        }
        Ok(Rc::new(made))
    }
}

fn wrong(value: &Value, text: &str) -> crate::value::Raise {
    type_error(format!("{text}{}", value.type_of().qualified()))
}

/// The only character of a text.
fn one(value: &Value, name: &str) -> R<u32> {
    let text = value.text_bytes().unwrap_or_default();
    match wtf8::decode_at(text, 0) {
        Some((cp, len)) if len == text.len() => Ok(cp),
        _ => Err(type_error(format!("\"{name}\" must be a 1-character string"))),
    }
}

fn one_or_none(value: &Value, name: &str) -> R<Option<u32>> {
    match (value, value.text_bytes()) {
        (Value::None, _) => Ok(None),
        (_, Some(_)) => one(value, name).map(Some),
        (_, None) => Err(wrong(value, &format!("\"{name}\" must be string or None, not "))),
    }
}

fn quoting(value: &Value) -> R<Quoting> {
    match (value, IntView::of(value)) {
        (Value::Bool(_), _) | (_, None) => Err(type_error("\"quoting\" must be an integer")),
        (Value::Int(0), _) => Ok(Quoting::Minimal),
        (Value::Int(1), _) => Ok(Quoting::All),
        (Value::Int(2), _) => Ok(Quoting::NonNumeric),
        (Value::Int(3), _) => Ok(Quoting::None),
        _ => Err(type_error("bad \"quoting\" value")),
    }
}

static DIALECT: TypeDesc =
    TypeDesc { doc: "Format parameters.", ..TypeDesc::new("Dialect", "_csv").with_members(MEMBERS) };

table! {
    static MEMBERS = [
        /// The character between fields.
        ///
        /// >>> csv.reader([]).dialect.delimiter
        /// ','
        Property Extended "delimiter(self) -> str" => |_, a| member(a, |d| character(Some(d.delimiter)));
        /// Whether a quote inside a quoted field is written twice.
        ///
        /// >>> csv.reader([]).dialect.doublequote
        /// True
        Property Extended "doublequote(self) -> bool" => |_, a| member(a, |d| Value::Bool(d.double_quote));
        /// The character that takes the meaning from the next one.
        ///
        /// >>> csv.reader([], escapechar='!').dialect.escapechar
        /// '!'
        Property Extended "escapechar(self) -> str | None" => |_, a| member(a, |d| character(d.escape));
        /// What ends the lines that are written.
        ///
        /// >>> csv.reader([]).dialect.lineterminator
        /// '\r\n'
        Property Extended "lineterminator(self) -> str" => |_, a| member(a, |d| Value::text(&d.line_terminator));
        /// The character around quoted fields.
        ///
        /// >>> csv.reader([]).dialect.quotechar
        /// '"'
        Property Extended "quotechar(self) -> str | None" => |_, a| member(a, |d| character(d.quote));
        /// Which fields are quoted.
        ///
        /// >>> csv.reader([]).dialect.quoting == csv.QUOTE_MINIMAL
        /// True
        Property Extended "quoting(self) -> int" => |_, a| member(a, |d| Value::Int(d.quoting as i64));
        /// Whether spaces behind a delimiter are ignored.
        ///
        /// >>> csv.reader([]).dialect.skipinitialspace
        /// False
        Property Extended "skipinitialspace(self) -> bool" => |_, a| member(a, |d| Value::Bool(d.skip_initial_space));
        /// Whether malformed input is an error.
        ///
        /// >>> csv.reader([]).dialect.strict
        /// False
        Property Extended "strict(self) -> bool" => |_, a| member(a, |d| Value::Bool(d.strict));
    ]
}

/// The parameters as an object of the script.
struct Shown(Rc<Dialect>);

impl NativeObject for Shown {
    fn class(&self) -> &'static TypeDesc {
        &DIALECT
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The parameters as a value.
pub(super) fn shown(dialect: &Rc<Dialect>) -> Value {
    Value::native(Shown(dialect.clone()))
}

fn member(a: &[Value], get: impl Fn(&Dialect) -> Value) -> R {
    crate::builtins::receiver::native("dialect", "_csv.Dialect", a).map(|shown: &Shown| get(&shown.0))
}

fn character(cp: Option<u32>) -> Value {
    let Some(cp) = cp else { return Value::None };
    let mut text = Vec::new();
    wtf8::push(&mut text, cp);
    Value::text(&text)
}
