//! The tables: what a parameter looks like, as data.

use super::Value;
use super::units::Unit;

/// The parameters of a component, trigger, configuration type, or of a mapping inside one.
#[derive(Debug)]
pub struct Table {
    /// What it is, Markdown.
    pub doc: &'static str,
    /// The parameters in the order of the documentation.
    pub fields: &'static [Field],
}

impl Table {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The main field: its value may stand in the place of the whole mapping.
    #[must_use]
    pub fn main(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.is_main)
    }
}

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its key in YAML.
    pub name: &'static str,
    /// What it means, Markdown.
    pub doc: &'static str,
    /// What it looks like.
    pub shape: Shape,
    /// Literal, expression, or both.
    pub mode: Mode,
    /// What happens when nobody wrote it.
    pub need: Need,
    /// May it stand in the place of the whole mapping?
    pub is_main: bool,
    /// The limits documented for the product where ours are wider: outside them is a hint.
    pub documented: Option<(i64, i64)>,
}

/// Whether a parameter takes literals, expressions or both (part 1, section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// L: literal only.
    Literal,
    /// E: expression or script only.
    Expression,
    /// LE: literal or expression.
    Both,
}

/// What happens when a parameter is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must be written.
    Required,
    /// Nothing: the field has no value.
    Optional,
    /// It has the value that this text would give: an expression, or YAML.
    Default(&'static str),
}

/// A text with a syntax of its own, such as a cron rule.
#[derive(Debug)]
pub struct Syntax {
    /// What it is called: `cron rule`.
    pub name: &'static str,
    /// Says what is wrong with a text.
    pub check: fn(&str) -> Result<(), SyntaxError>,
}

/// What is wrong with a text that has a syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong and what to write instead.
    pub message: String,
    /// Where, in bytes of the text.
    pub span: std::ops::Range<usize>,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Anything.
    Any,
    /// A bool.
    Bool,
    /// An int within limits.
    Int(i64, i64),
    /// A number within limits.
    Number(f64, f64),
    /// A text.
    Text,
    /// A name: letters, digits, `_`, `-`, not starting with a digit.
    Name,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A duration; a bare int counts in the unit. Limits in milliseconds.
    Duration(Unit, u64, u64),
    /// A number of bytes.
    Size,
    /// A text with a syntax.
    Syntax(&'static Syntax),
    /// A list with that many elements at least and at most.
    List(&'static Shape, usize, usize),
    /// A mapping with keys of the author's choice.
    Dict(&'static Shape),
    /// A mapping with known keys.
    Record(&'static Table),
    /// Any of these; the first whose kind of node fits.
    Either(&'static [Shape]),
    /// Steps.
    Steps,
    /// The name of a configuration of a type.
    Config(&'static str),
    /// The name of a flow.
    Flow,
    /// A JSON Schema: a path below `schemas/` or the schema itself.
    Schema,
    /// A design-time contract.
    Contract,
    /// A mapping with the one key of a trigger.
    Trigger,
    /// A configuration: its `type` and properties.
    OneConfig,
}

impl Field {
    /// A required field with the shape of its type. Called by [`params!`](crate::params!).
    #[must_use]
    pub const fn of<T: Value>(name: &'static str, doc: &'static str) -> Field {
        let mode = if T::LITERAL { Mode::Literal } else { Mode::Both };
        Field { name, doc, shape: T::SHAPE, mode, need: Need::Required, is_main: false, documented: None }
    }

    /// It need not be written. The type is an `Option`, or says what its absence means.
    #[must_use]
    pub const fn optional(self) -> Field {
        Field { need: Need::Optional, ..self }
    }

    /// It has this value when it is not written: `#[…]`, or YAML.
    #[must_use]
    pub const fn default(self, text: &'static str) -> Field {
        Field { need: Need::Default(text), ..self }
    }

    /// Its value may stand in the place of the whole mapping.
    #[must_use]
    pub const fn main(self) -> Field {
        Field { is_main: true, ..self }
    }

    /// Expression or script only (mode E).
    #[must_use]
    pub const fn expression(self) -> Field {
        Field { mode: Mode::Expression, ..self }
    }

    /// Of this shape.
    #[must_use]
    pub const fn shape(self, shape: Shape) -> Field {
        Field { shape, ..self }
    }

    /// A bool.
    #[must_use]
    pub const fn bool(self) -> Field {
        self.shape(Shape::Bool)
    }

    /// A text.
    #[must_use]
    pub const fn text(self) -> Field {
        self.shape(Shape::Text)
    }

    /// An int from `min` to `max`.
    #[must_use]
    pub const fn int(self, min: i64, max: i64) -> Field {
        self.shape(Shape::Int(min, max))
    }

    /// A duration whose bare numbers count in `unit`, from `min` to `max` milliseconds.
    #[must_use]
    pub const fn duration(self, unit: Unit, min: u64, max: u64) -> Field {
        self.shape(Shape::Duration(unit, min, max))
    }

    /// One of these texts.
    #[must_use]
    pub const fn one_of(self, texts: &'static [&'static str]) -> Field {
        self.shape(Shape::OneOf(texts))
    }

    /// A text with a syntax.
    #[must_use]
    pub const fn syntax(self, syntax: &'static Syntax) -> Field {
        self.shape(Shape::Syntax(syntax))
    }

    /// A mapping with keys of the author's choice and values of this shape.
    #[must_use]
    pub const fn dict_of(self, values: &'static Shape) -> Field {
        self.shape(Shape::Dict(values))
    }

    /// A list of this shape with that many elements.
    #[must_use]
    pub const fn list_of(self, items: &'static Shape, min: usize, max: usize) -> Field {
        self.shape(Shape::List(items, min, max))
    }

    /// A configuration of that type.
    #[must_use]
    pub const fn config(self, kind: &'static str) -> Field {
        self.shape(Shape::Config(kind))
    }

    /// Ints outside `low..=high` give a compatibility hint. For durations the limits are in milliseconds.
    #[must_use]
    pub const fn documented(self, low: i64, high: i64) -> Field {
        Field { documented: Some((low, high)), ..self }
    }
}

impl Shape {
    /// In words, for `must be …`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Shape::Any => "anything".to_owned(),
            Shape::Bool => "true or false".to_owned(),
            Shape::Int(min, max) => match (*min == i64::MIN, *max == i64::MAX) {
                (true, true) => "an int".to_owned(),
                (true, false) => format!("an int up to {max}"),
                (false, true) => format!("an int from {min}"),
                (false, false) => format!("an int from {min} to {max}"),
            },
            Shape::Number(..) => "a number".to_owned(),
            Shape::Text => "a text".to_owned(),
            Shape::Name => "a name (letters, digits, `_`, `-`, not starting with a digit)".to_owned(),
            Shape::OneOf(texts) => match texts.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("`{}` or `{last}`", rest.join("`, `")),
                _ => format!("`{}`", texts.concat()),
            },
            Shape::Duration(unit, ..) => format!("a duration such as `5s`, or a number of {}", unit.plural()),
            Shape::Size => "a size such as `64MiB`, or a number of bytes".to_owned(),
            Shape::Syntax(syntax) => format!("a {}", syntax.name),
            Shape::List(..) => "a list".to_owned(),
            Shape::Dict(_) | Shape::Record(_) => "a mapping".to_owned(),
            Shape::Either(shapes) => shapes.iter().map(Shape::describe).collect::<Vec<_>>().join(", or "),
            Shape::Steps => "a list of steps".to_owned(),
            Shape::Config(kind) => format!("the name of a configuration of type `{kind}`"),
            Shape::Flow => "the name of a flow".to_owned(),
            Shape::Schema => "the path of a JSON Schema, or the schema itself".to_owned(),
            Shape::Trigger => "a mapping with one key, such as `http-listener` or `scheduler`".to_owned(),
            Shape::OneConfig => "a mapping with the key `type`".to_owned(),
            Shape::Contract => "a contract: `{schema: …}`, `{sample: …}` or `{type: …}`".to_owned(),
        }
    }
}
