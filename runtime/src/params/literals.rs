//! The types of literal parameters.

use std::fmt;
use std::time::Duration;

use dataway_lang::source::Span;

use super::shape::Shape;
use super::units::{self, Size, is_name};
use super::{Reader, Value, Visitor};
use crate::diagnostic::Code;
use crate::yaml::{Kind, Node};

/// Checks a literal against a shape, reporting what does not fit.
pub(crate) fn fits(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> bool {
    if node.kind == Kind::Lost {
        return false;
    }
    if reader.lets_pass(node) {
        return true;
    }
    match shape {
        Shape::Any => true,
        Shape::Bool => bool::read(node, shape, reader).is_some(),
        Shape::Int(..) => i64::read(node, shape, reader).is_some(),
        Shape::Number(..) => f64::read(node, shape, reader).is_some(),
        Shape::Text | Shape::Name | Shape::OneOf(_) | Shape::Syntax(_) | Shape::Config(_) | Shape::Flow => {
            String::read(node, shape, reader).is_some()
        }
        Shape::Duration(..) => Duration::read(node, shape, reader).is_some(),
        Shape::Size => Size::read(node, shape, reader).is_some(),
        Shape::List(inner, ..) => match node.as_list() {
            Some(items) => {
                let all = items.iter().filter(|item| !fits(item, inner, reader)).count() == 0;
                count_fits(node, items.len(), shape, reader) && all
            }
            None => misfit(node, shape, reader),
        },
        Shape::Dict(inner) => match node.as_map() {
            Some(entries) => entries.iter().filter(|entry| !fits(&entry.value, inner, reader)).count() == 0,
            None => misfit(node, shape, reader),
        },
        Shape::Either(shapes) => match shapes.iter().find(|shape| same_kind(node, shape)) {
            Some(shape) => fits(node, shape, reader),
            None => misfit(node, shape, reader),
        },
        Shape::Record(_) | Shape::Steps | Shape::Schema | Shape::Contract | Shape::Trigger | Shape::OneConfig => {
            node.as_map().is_some() || misfit(node, shape, reader)
        }
    }
}

fn misfit(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> bool {
    reader.misfit(node, shape);
    false
}

/// Is the node of the kind that a shape is written as, whatever its limits?
pub(crate) fn same_kind(node: &Node, shape: &Shape) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Bool => matches!(node.kind, Kind::Bool(_)),
        Shape::Int(..) => matches!(node.kind, Kind::Int(_) | Kind::BigInt(_)),
        Shape::Number(..) => matches!(node.kind, Kind::Int(_) | Kind::Float(_)),
        Shape::Text | Shape::Name | Shape::Syntax(_) | Shape::Config(_) | Shape::Flow => node.as_str().is_some(),
        Shape::OneOf(texts) => node.as_str().is_some_and(|text| texts.contains(&text)),
        Shape::Duration(unit, ..) => units::duration(&node.kind, *unit).is_some(),
        Shape::Size => units::size(&node.kind).is_some(),
        Shape::List(..) | Shape::Steps => node.as_list().is_some(),
        Shape::Dict(_) | Shape::Record(_) | Shape::Contract | Shape::Trigger | Shape::OneConfig => {
            node.as_map().is_some()
        }
        Shape::Schema => node.as_map().is_some() || node.as_str().is_some(),
        Shape::Either(shapes) => shapes.iter().any(|shape| same_kind(node, shape)),
    }
}

/// Reports a list that is too short or too long.
fn count_fits(node: &Node, count: usize, shape: &Shape, reader: &mut Reader<'_>) -> bool {
    let Shape::List(_, min, max) = shape else { return true };
    if count < *min || count > *max {
        let wanted = if *max == usize::MAX { format!("at least {min}") } else { format!("{min} to {max}") };
        let message = format!("{} must have {wanted} elements, not {count}", reader.subject());
        reader.error(Code::LIMITS, super::fields::heading(node), message);
        return false;
    }
    true
}

impl Value for bool {
    const SHAPE: Shape = Shape::Bool;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<bool> {
        match reader.converted(node).kind {
            Kind::Bool(value) => Some(value),
            _ => {
                reader.misfit(node, shape);
                None
            }
        }
    }
}

impl Value for i64 {
    const SHAPE: Shape = Shape::Int(i64::MIN, i64::MAX);

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<i64> {
        let within = |number: i64| match shape {
            Shape::Int(min, max) => (*min..=*max).contains(&number),
            _ => true,
        };
        match reader.converted(node).kind {
            Kind::Int(number) if within(number) => Some(number),
            Kind::Int(_) | Kind::BigInt(_) => {
                reader.out_of_limits(node, &shape.describe());
                None
            }
            _ => {
                reader.misfit(node, shape);
                None
            }
        }
    }
}

/// Ints of other widths: their shape's limits must lie inside the type, or the type's limits count.
macro_rules! ints {
    ($($type:ty = $max:expr),*) => {$(
        impl Value for $type {
            const SHAPE: Shape = Shape::Int(0, $max);

            fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<$type> {
                let number = i64::read(node, shape, reader)?;
                let made = <$type>::try_from(number).ok();
                if made.is_none() {
                    reader.out_of_limits(node, &Self::SHAPE.describe());
                }
                made
            }
        }
    )*};
}

ints!(u8 = 255, u16 = 65_535, u32 = 4_294_967_295, u64 = i64::MAX, usize = i64::MAX);

impl Value for f64 {
    const SHAPE: Shape = Shape::Number(f64::NEG_INFINITY, f64::INFINITY);

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<f64> {
        let number = match reader.converted(node).kind {
            #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is meant")]
            Kind::Int(number) => number as f64,
            Kind::Float(number) => number,
            _ => {
                reader.misfit(node, shape);
                return None;
            }
        };
        if let Shape::Number(min, max) = shape
            && !(*min..=*max).contains(&number)
        {
            reader.out_of_limits(node, &format!("a number from {min} to {max}"));
            return None;
        }
        Some(number)
    }
}

impl Value for String {
    const SHAPE: Shape = Shape::Text;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<String> {
        let Some(text) = node.as_str() else {
            reader.misfit(node, shape);
            return None;
        };
        if reader.context == super::Context::Flow && text.trim_start().starts_with("#[") {
            reader.misfit(node, shape);
            return None;
        }
        let fits = match shape {
            Shape::Name => is_name(text),
            Shape::OneOf(texts) => texts.contains(&text),
            _ => true,
        };
        if !fits {
            reader.misfit(node, shape);
            return None;
        }
        if let Shape::Syntax(syntax) = shape
            && let Err(error) = (syntax.check)(text)
        {
            let message = format!("{} is no {}: {}", reader.subject(), syntax.name, error.message);
            reader.error(Code::SYNTAX, part(node, &error.span), message);
            return None;
        }
        Some(text.to_owned())
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.name(self);
    }
}

/// The place of a part of a text.
fn part(node: &Node, range: &std::ops::Range<usize>) -> Span {
    let clip = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    match &node.kind {
        Kind::Text(text) if !range.is_empty() => text.positions.span(Span::new(clip(range.start), clip(range.end))),
        _ => node.span,
    }
}

impl Value for Duration {
    const SHAPE: Shape = Shape::Duration(units::Unit::Second, 0, u64::MAX);

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Duration> {
        let (unit, min, max) = match shape {
            Shape::Duration(unit, min, max) => (*unit, *min, *max),
            _ => (units::Unit::Second, 0, u64::MAX),
        };
        let Some(duration) = units::duration(&node.kind, unit) else {
            if matches!(node.kind, Kind::Int(_)) {
                reader.out_of_limits(node, "a duration that is not negative");
            } else {
                reader.misfit(node, shape);
            }
            return None;
        };
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        if milliseconds < min || milliseconds > max {
            let shown = |ms: u64| if ms.is_multiple_of(1_000) { format!("{}s", ms / 1_000) } else { format!("{ms}ms") };
            let limits = match (min, max) {
                (_, u64::MAX) => format!("a duration of at least {}", shown(min)),
                _ => format!("a duration from {} to {}", shown(min), shown(max)),
            };
            reader.out_of_limits(node, &limits);
            return None;
        }
        Some(duration)
    }
}

impl Value for Size {
    const SHAPE: Shape = Shape::Size;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Size> {
        let size = units::size(&node.kind);
        if size.is_none() {
            match node.kind {
                Kind::Int(_) => reader.out_of_limits(node, "a size that is not negative"),
                _ => reader.misfit(node, shape),
            }
        }
        size
    }
}

impl<T: Value> Value for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const LITERAL: bool = T::LITERAL;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Option<T>> {
        T::read(node, shape, reader).map(Some)
    }

    fn absent(shape: &Shape, reader: &Reader<'_>) -> Option<Option<T>> {
        Some(T::absent(shape, reader))
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        if let Some(value) = self {
            value.visit(visitor);
        }
    }
}

impl<T: Value> Value for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE, 0, usize::MAX);
    const LITERAL: bool = T::LITERAL;

    /// A single value in the place of a list is taken as a list of one, where the shape allows both.
    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Vec<T>> {
        let (list, single) = match shape {
            Shape::Either(shapes) => (
                shapes.iter().find(|shape| matches!(shape, Shape::List(..))).unwrap_or(shape),
                shapes.iter().find(|shape| !matches!(shape, Shape::List(..))),
            ),
            other => (other, None),
        };
        let Some(items) = node.as_list() else {
            if let Some(single) = single {
                return Some(vec![T::read(node, single, reader)?]);
            }
            reader.misfit(node, shape);
            return None;
        };
        let inner = match list {
            Shape::List(inner, ..) => inner,
            _ => &T::SHAPE,
        };
        let fits = count_fits(node, items.len(), list, reader);
        let mut made = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            let label = T::label(item, n + 1);
            let is_branch = label.is_some();
            label.into_iter().for_each(|label| reader.ids.enter_branch(label));
            made.extend(T::read(item, inner, reader));
            if is_branch {
                reader.ids.leave_branch();
            }
        }
        (fits && made.len() == items.len()).then_some(made)
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        for item in self {
            item.visit(visitor);
        }
    }
}

/// A mapping with keys of the author's choice, in the order of the file.
#[derive(Debug, Clone)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T: Value> Value for Named<T> {
    const SHAPE: Shape = Shape::Dict(&T::SHAPE);
    const LITERAL: bool = T::LITERAL;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Named<T>> {
        let Some(entries) = node.as_map() else {
            reader.misfit(node, shape);
            return None;
        };
        let inner = match shape {
            Shape::Dict(inner) => inner,
            _ => &T::SHAPE,
        };
        let mut made = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry.key.as_str() {
                Some(name) => {
                    let value = reader.about(format!("`{name}`"), |reader| T::read(&entry.value, inner, reader));
                    made.extend(value.map(|value| (name.to_owned(), value)));
                }
                None => reader.misfit(&entry.key, &Shape::Text),
            }
        }
        (made.len() == entries.len()).then_some(Named(made))
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        for (key, value) in &self.0 {
            visitor.enter_key(key);
            value.visit(visitor);
            visitor.leave_key();
        }
    }
}

/// A value with its place, for findings that are made later.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T: Value> Value for Spanned<T> {
    const SHAPE: Shape = T::SHAPE;
    const LITERAL: bool = T::LITERAL;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Spanned<T>> {
        T::read(node, shape, reader).map(|value| Spanned { value, span: node.span })
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        self.value.visit(visitor);
    }
}

/// A literal of any kind, as it was written.
#[derive(Debug, Clone)]
pub struct Literal(pub Node);

impl Value for Literal {
    const SHAPE: Shape = Shape::Any;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Literal> {
        fits(node, shape, reader).then(|| Literal(node.clone()))
    }
}

/// A password, token or key. It shows itself nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text; only what sends or verifies it asks for it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Value for Secret {
    const SHAPE: Shape = Shape::Text;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Secret> {
        match node.as_str() {
            Some(text) => Some(Secret(text.to_owned())),
            None => {
                reader.misfit(node, shape);
                None
            }
        }
    }
}
