//! `x.name`: reading, assigning and deleting (spec 5.12).

use std::cell::Cell;

use super::{exception, find_constant, find_member, function, message};
use crate::value::exceptions::{ATTRIBUTE_ERROR, Raise, attribute_error};
use crate::value::flow::Part;
use crate::value::types::{Kind, ModuleDesc};
use crate::value::{BoundMethod, Builtin, Cx, R, Ref, TypeDesc, Value, types};

/// Names with two leading and trailing underscores that may be read (spec 4.12 no. 3).
const READABLE: [&str; 8] = [
    "__name__",
    "__qualname__",
    "__doc__",
    "__class__",
    "__cause__",
    "__context__",
    "__suppress_context__",
    "__notes__",
];

/// Whether `name` is out of reach for scripts.
#[must_use]
pub fn is_hidden(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__") && !READABLE.contains(&name)
}

/// The plain method `name` of an object, for a call: no bound method needs to be made.
#[must_use]
pub fn method(object: &Value, name: &str) -> Option<&'static Builtin> {
    if matches!(object, Value::Type(_) | Value::Module(_)) || is_hidden(name) {
        return None;
    }
    method_of(object.type_of(), name)
}

/// The plain method `name` of the instances of a type.
#[must_use]
pub fn method_of(class: &'static TypeDesc, name: &str) -> Option<&'static Builtin> {
    find_member(class, name).filter(|member| member.kind == Kind::Method)
}

/// `object.name`
///
/// # Errors
/// `AttributeError` if there is none.
pub fn get(cx: &mut Cx<'_>, object: &Value, name: &str) -> R {
    if is_hidden(name) {
        return Err(missing(object, name));
    }
    match object {
        Value::Module(module) => return module_member(cx, module, name).unwrap_or_else(|| Err(missing(object, name))),
        Value::Type(desc) => return type_member(cx, desc, name).unwrap_or_else(|| Err(missing(object, name))),
        Value::Native(native) => {
            if let Some(result) = native.object.get_attr(cx, name) {
                return result;
            }
        }
        // The commonest attributes of all; what they are is said in the type's table.
        Value::Message(message) => match name {
            "payload" => return message.get(Part::Payload),
            "vars" => return message.get(Part::Vars),
            _ => {}
        },
        Value::Tuple(tuple) => {
            if let Some(value) = tuple.field(name) {
                return Ok(value.clone());
            }
        }
        Value::Exception(own) => {
            if let Some(value) = exception::attribute(own, name) {
                return Ok(value);
            }
        }
        Value::Function(own) => {
            if let Some(value) = function::attribute(own, name) {
                return Ok(value);
            }
        }
        _ => {}
    }
    match name {
        "__class__" => return Ok(Value::Type(object.type_of())),
        "__name__" | "__qualname__" => {
            if let Some(text) = callable_name(object, name) {
                return Ok(Value::str(&text));
            }
            return Err(missing(object, name));
        }
        "__doc__" => return Ok(doc_of(object)),
        _ => {}
    }
    if let Some(constant) = find_constant(object.type_of(), name) {
        return (constant.value)(cx);
    }
    match find_member(object.type_of(), name) {
        Some(member) => match member.kind {
            Kind::Property => (member.run)(cx, std::slice::from_ref(object)),
            Kind::Method => Ok(Value::Method(Ref::new(BoundMethod { receiver: object.clone(), method: member }))),
            Kind::Class => {
                let receiver = Value::Type(object.type_of());
                Ok(Value::Method(Ref::new(BoundMethod { receiver, method: member })))
            }
            Kind::Static | Kind::Function => Ok(Value::Builtin(member)),
        },
        None => Err(missing(object, name)),
    }
}

thread_local! {
    /// The last member of a type that was asked for, with the type: `Entity.from_value` of one run after the other.
    static LAST: Cell<Option<(&'static TypeDesc, &'static Builtin)>> = const { Cell::new(None) };
}

fn type_member(cx: &mut Cx<'_>, desc: &'static TypeDesc, name: &str) -> Option<R> {
    let last = LAST.get().filter(|(of, member)| std::ptr::eq(*of, desc) && member.name() == name);
    if let Some((_, member)) = last {
        return Some(Ok(bound(desc, member)));
    }
    match name {
        "__name__" | "__qualname__" => return Some(Ok(Value::str(desc.name))),
        "__class__" => return Some(Ok(Value::Type(&types::TYPE))),
        "__doc__" => return Some(Ok(if desc.doc.is_empty() { Value::None } else { Value::str(desc.doc.trim()) })),
        _ => {}
    }
    if let Some(constant) = find_constant(desc, name) {
        return Some((constant.value)(cx));
    }
    let member = find_member(desc, name)?;
    LAST.set(Some((desc, member)));
    Some(Ok(bound(desc, member)))
}

/// A member as an attribute of its type.
fn bound(desc: &'static TypeDesc, member: &'static Builtin) -> Value {
    match member.kind {
        Kind::Class => Value::Method(Ref::new(BoundMethod { receiver: Value::Type(desc), method: member })),
        _ => Value::Builtin(member),
    }
}

fn module_member(cx: &mut Cx<'_>, module: &'static ModuleDesc, name: &str) -> Option<R> {
    if let Some(function) = module.functions.iter().find(|f| f.name() == name) {
        return Some(Ok(Value::Builtin(function)));
    }
    if let Some((_, desc, _)) = module.types.iter().find(|(shown, ..)| *shown == name) {
        return Some(Ok(Value::Type(desc)));
    }
    if let Some(constant) = module.constants.iter().find(|c| c.name == name) {
        return Some((constant.value)(cx));
    }
    if let Some((_, part)) = module.modules.iter().find(|(shown, _)| *shown == name) {
        return Some(Ok(Value::Module(part)));
    }
    match name {
        "__name__" => Some(Ok(Value::str(module.name))),
        "__doc__" => Some(Ok(Value::str(module.doc))),
        "__class__" => Some(Ok(Value::Type(&types::MODULE))),
        _ => None,
    }
}

fn callable_name(object: &Value, which: &str) -> Option<String> {
    match object {
        Value::Builtin(builtin) => Some(builtin.name().to_owned()),
        Value::Method(method) if which == "__qualname__" => {
            Some(format!("{}.{}", super::owner_name(Some(&method.receiver), method.method), method.method.name()))
        }
        Value::Method(method) => Some(method.method.name().to_owned()),
        Value::Generator(generator) => {
            Some(if which == "__name__" { generator.name.to_string() } else { generator.qualname.to_string() })
        }
        _ => None,
    }
}

fn doc_of(object: &Value) -> Value {
    let text = match object {
        Value::Builtin(builtin) => builtin.doc,
        Value::Method(method) => method.method.doc,
        other => other.type_of().doc,
    };
    if text.is_empty() { Value::None } else { Value::str(text.trim()) }
}

/// The error for an attribute that does not exist.
#[cold]
#[must_use]
pub fn missing(object: &Value, name: &str) -> Raise {
    let text = match object {
        Value::Module(module) => format!("module '{}' has no attribute '{name}'", module.name),
        Value::Type(desc) => format!("type object '{}' has no attribute '{name}'", desc.qualified()),
        other => format!("'{}' object has no attribute '{name}'", other.type_of().qualified()),
    };
    let hint = match object {
        Value::Dict(dict) if dict.get_str(name).is_some() => Some(format!("the key exists: write x['{name}']")),
        Value::Entity(_) => Some(format!("to reach into the parsed value write x['^value'].{name} or x['{name}']")),
        _ => None,
    };
    let raise = match hint {
        Some(hint) => Raise::hinted(&ATTRIBUTE_ERROR, text, &hint),
        None => attribute_error(text),
    };
    raise.field("name", Value::str(name)).field("obj", object.clone())
}

/// `object.name = value`
///
/// # Errors
/// `AttributeError` where no assignment is allowed.
pub fn set(cx: &mut Cx<'_>, object: &Value, name: &str, value: Value) -> R<()> {
    let done = match object {
        Value::Function(own) => function::set_attribute(own, name, value)?,
        Value::Message(own) => message::set(own, name, value)?,
        Value::Exception(own) => exception::set_attribute(own, name, value)?,
        Value::Dict(dict) => super::dict::set_attribute(dict, name, value),
        Value::Native(native) => match native.object.set_attr(cx, name, value) {
            Some(result) => {
                result?;
                true
            }
            None => false,
        },
        _ => false,
    };
    if done { Ok(()) } else { Err(not_assignable(object, name)) }
}

#[cold]
fn not_assignable(object: &Value, name: &str) -> Raise {
    let known = find_member(object.type_of(), name);
    let class = object.type_of();
    match known {
        Some(member) if member.kind == Kind::Property => {
            attribute_error(format!("attribute '{name}' of '{}' objects is not writable", class.qualified()))
        }
        Some(_) => attribute_error(format!("'{}' object attribute '{name}' is read-only", class.qualified())),
        None => missing(object, name),
    }
}

/// `del object.name`
///
/// # Errors
/// `AttributeError` where there is nothing to delete.
pub fn delete(_cx: &mut Cx<'_>, object: &Value, name: &str) -> R<()> {
    let done = match object {
        Value::Function(own) => function::delete_attribute(own, name),
        Value::Exception(own) => exception::delete_attribute(own, name),
        _ => false,
    };
    if done { Ok(()) } else { Err(not_assignable(object, name)) }
}

/// The callee's name as errors about its arguments write it: `f()`.
#[must_use]
pub fn call_label(callee: &Value) -> String {
    match callee {
        Value::Function(own) => format!("{}.{}()", super::MODULE_NAME, own.qualname),
        Value::Builtin(builtin) => format!("{}()", builtin.qualified_name()),
        Value::Method(method) => {
            format!("{}.{}()", super::owner_name(Some(&method.receiver), method.method), method.method.name())
        }
        Value::Type(desc) => format!("{}()", desc.qualified()),
        other => format!("{} object", other.type_of().qualified()),
    }
}
