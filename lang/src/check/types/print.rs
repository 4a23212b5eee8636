//! A type as people read it: in the syntax of annotations, with `{'key': type, 'optional'?: type, ...}` for a dict whose
//! keys are known.

use std::fmt::{self, Display, Formatter};

use super::{Function, Literal, Protocol, Rest, Shape, Type};
use crate::value::signature::ParamKind;

/// Most fields of a shape that are printed.
const MOST_FIELDS: usize = 12;

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("Any"),
            Type::Never => f.write_str("Never"),
            Type::Instance(_) if self.is_none() => f.write_str("None"),
            Type::Instance(desc) => f.write_str(&desc.full_name()),
            Type::Literal(literal) => write!(f, "Literal[{literal}]"),
            Type::Generic(desc, items) => {
                f.write_str(&desc.full_name())?;
                if std::ptr::eq(*desc, &crate::value::types::TUPLE) {
                    return write!(f, "[{}, ...]", List(items));
                }
                write!(f, "[{}]", List(items))
            }
            Type::Tuple(items) if items.is_empty() => f.write_str("tuple[()]"),
            Type::Tuple(items) => write!(f, "tuple[{}]", List(items)),
            Type::Shape(shape) => shape.fmt(f),
            Type::Union(members) => union(members, f),
            Type::Function(function) => function.fmt(f),
            Type::Member(builtin, _) => f.write_str(builtin.declaration()),
            Type::Class(desc) => write!(f, "type[{}]", desc.full_name()),
            Type::Module(module) => write!(f, "module {}", module.name),
            Type::Entity(value, _) if value.is_any() => f.write_str("Entity"),
            Type::Entity(value, _) => write!(f, "Entity[{value}]"),
            Type::Message(_) => f.write_str("Message"),
            Type::Protocol(protocol, items) => {
                let name = match protocol {
                    Protocol::Iterable => "Iterable",
                    Protocol::Iterator => "Iterator",
                    Protocol::Sequence => "Sequence",
                    Protocol::Mapping => "Mapping",
                    Protocol::Sized => return f.write_str("Sized"),
                };
                write!(f, "{name}[{}]", List(items))
            }
            Type::Variable(name) => write!(f, "{name}"),
        }
    }
}

/// Types with commas between.
struct List<'a>(&'a [Type]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, ty) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            ty.fmt(f)?;
        }
        Ok(())
    }
}

/// Members with bars between, `None` last; literals share one `Literal[…]`.
fn union(members: &[Type], f: &mut Formatter<'_>) -> fmt::Result {
    let mut first = true;
    let mut bar = |f: &mut Formatter<'_>| {
        let bar = if first { Ok(()) } else { f.write_str(" | ") };
        first = false;
        bar
    };
    let literals: Vec<&Literal> =
        members.iter().filter_map(|ty| if let Type::Literal(literal) = ty { Some(literal) } else { None }).collect();
    if !literals.is_empty() {
        bar(f)?;
        f.write_str("Literal[")?;
        for (at, literal) in literals.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            literal.fmt(f)?;
        }
        f.write_str("]")?;
    }
    for ty in members.iter().filter(|ty| !matches!(ty, Type::Literal(_)) && !ty.is_none()) {
        bar(f)?;
        ty.fmt(f)?;
    }
    if members.iter().any(Type::is_none) {
        bar(f)?;
        f.write_str("None")?;
    }
    Ok(())
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(true) => f.write_str("True"),
            Literal::Bool(false) => f.write_str("False"),
            Literal::Int(value) => write!(f, "{value}"),
            Literal::Str(text) => quoted(text, f),
            Literal::Bytes(bytes) => write!(f, "b'{}'", bytes.escape_ascii()),
        }
    }
}

fn quoted(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let shown = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\r', "\\r");
    write!(f, "'{shown}'")
}

impl Display for Shape {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, field) in self.fields.iter().take(MOST_FIELDS).enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            quoted(&field.key, f)?;
            write!(f, "{}: {}", if field.required { "" } else { "?" }, field.ty)?;
        }
        let comma = if self.fields.is_empty() { "" } else { ", " };
        match &self.rest {
            _ if self.fields.len() > MOST_FIELDS => write!(f, ", ... {} more}}", self.fields.len() - MOST_FIELDS),
            Rest::Closed => f.write_str("}"),
            Rest::Unmentioned => write!(f, "{comma}...}}"),
            Rest::Typed(ty) => write!(f, "{comma}...: {ty}}}"),
        }
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(params) = &self.params else { return write!(f, "Callable[..., {}]", self.result()) };
        f.write_str("(")?;
        let mut last = ParamKind::Positional;
        for (at, param) in params.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            if last == ParamKind::Positional && param.kind != ParamKind::Positional && at > 0 {
                f.write_str("/, ")?;
            }
            let bare = matches!(last, ParamKind::Positional | ParamKind::Either);
            if param.kind == ParamKind::Keyword && bare {
                f.write_str("*, ")?;
            }
            last = param.kind;
            let stars = match param.kind {
                ParamKind::VarArgs => "*",
                ParamKind::VarKeywords => "**",
                _ => "",
            };
            write!(f, "{stars}{}", param.name)?;
            match (&param.ty, param.name.is_empty()) {
                (Type::Any, false) => {}
                (ty, true) => ty.fmt(f)?,
                (ty, false) => write!(f, ": {ty}")?,
            }
            if param.optional && stars.is_empty() {
                f.write_str(if param.ty.is_any() { "=…" } else { " = …" })?;
            }
        }
        write!(f, ") -> {}", self.result())
    }
}
