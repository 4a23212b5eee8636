//! The message (spec 5.10).

use std::any::Any;

use super::receiver::{self, wrong_receiver};
use crate::table;
use crate::value::exceptions::{attribute_error, key_error};
use crate::value::flow::Part;
use crate::value::{Cx, Dict, Message, NativeObject, R, Ref, TypeDesc, Value, types};

table! {
    /// The attributes of a message.
    pub static MEMBERS = [
        /// The main datum: result of the previous component; an Entity after an HTTP trigger.
        Property Core "payload(self: Message) -> Any" => |_, a| own(a)?.get(Part::Payload);
        /// The variables of the flow.
        Property Core "vars(self: Message) -> dict[str, Any]" => |_, a| own(a)?.get(Part::Vars);
        /// The metadata, such as HTTP headers, method and status.
        Property Core "attrs(self: Message) -> dict[str, Any]" => |_, a| own(a)?.get(Part::Attrs);
        /// The unique id.
        Property Core "id(self: Message) -> str" => |_, a| own(a)?.get(Part::Id);
        /// The id that stays while the message travels through the flow.
        Property Core "seq_id(self: Message) -> str" => |_, a| own(a)?.get(Part::SeqId);
        /// The current error, or `None`.
        Property Core "error(self: Message) -> dict[str, Any] | None" => error;
        /// Whether an error is being handled or thrown.
        Property Core "isthrowing(self: Message) -> bool" => |_, a| Ok(Value::Bool(own(a)?.is_throwing));
        /// Historic name of `vars`.
        Property Core "var(self: Message) -> dict[str, Any]" => |_, a| own(a)?.get(Part::Vars);
        /// Historic name of `attrs`.
        Property Core "attr(self: Message) -> dict[str, Any]" => |_, a| own(a)?.get(Part::Attrs);
    ]
}

fn own(a: &[Value]) -> R<&Ref<Message>> {
    match a.first() {
        Some(Value::Message(message)) => Ok(message),
        other => Err(wrong_receiver("payload", "Message", other)),
    }
}

fn error(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(match own(a)?.get(Part::Error)? {
        Value::Dict(error) => Value::native(ErrorView { error }),
        other => other,
    })
}

/// Assigns one of the three parts that may be assigned.
///
/// # Errors
/// `AttributeError` for the read-only parts.
pub fn set(message: &Ref<Message>, name: &str, value: Value) -> R<bool> {
    let part = match name {
        "payload" => Part::Payload,
        "vars" | "var" => Part::Vars,
        "attrs" | "attr" => Part::Attrs,
        "id" | "seq_id" | "error" | "isthrowing" => {
            return Err(attribute_error(format!("attribute '{name}' of 'Message' objects is not writable")));
        }
        _ => return Ok(false),
    };
    message.set(part, value);
    Ok(true)
}

/// `msg.error`: a read-only dict whose look-ups also accept the historic spellings `code` and `desc`.
struct ErrorView {
    error: Ref<Dict>,
}

impl ErrorView {
    fn find(&self, key: &Value) -> R<Option<Value>> {
        let key = match key.text_bytes() {
            Some(b"code") => &Value::str("Code"),
            Some(b"desc") => &Value::str("Description"),
            _ => key,
        };
        self.error.get(key)
    }
}

fn error_get(_: &mut Cx<'_>, a: &[Value]) -> R {
    let view: &ErrorView = receiver::native("get", "dict", a)?;
    Ok(view.find(&a[1])?.unwrap_or_else(|| a[2].clone()))
}

table! {
    static ERROR_METHODS = [
        /// Return the value of a key, or the default; `code` and `desc` are accepted too.
        Method Core "get(self, key: Any, default: Any = None, /) -> Any" => error_get;
    ]
}

static ERROR_VIEW: TypeDesc = TypeDesc::new("dict", "").with_base(&types::DICT).with_members(ERROR_METHODS);

impl NativeObject for ErrorView {
    fn class(&self) -> &'static TypeDesc {
        &ERROR_VIEW
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        Some(super::repr::repr(cx, &Value::Dict(self.error.clone())))
    }

    fn len(&self, _: &mut Cx<'_>) -> Option<R<usize>> {
        Some(Ok(self.error.len()))
    }

    fn get_item(&self, _: &mut Cx<'_>, key: &Value) -> Option<R> {
        Some(self.find(key).and_then(|found| found.ok_or_else(|| key_error(key.clone()))))
    }

    fn contains(&self, _: &mut Cx<'_>, key: &Value) -> Option<R<bool>> {
        Some(self.find(key).map(|found| found.is_some()))
    }

    fn iter(&self, cx: &mut Cx<'_>, _: &Value) -> Option<R> {
        Some(super::iterate::iter(cx, &Value::Dict(self.error.clone())))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        Some(crate::value::compare::eq(&Value::Dict(self.error.clone()), other))
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(Err(crate::value::exceptions::type_error("unhashable type: 'dict'")))
    }

    fn get_attr(&self, cx: &mut Cx<'_>, name: &str) -> Option<R> {
        let shared = ["keys", "values", "items", "copy"];
        shared.contains(&name).then(|| super::attribute::get(cx, &Value::Dict(self.error.clone()), name))
    }

    fn to_core(&self, _: &mut Cx<'_>) -> Option<R> {
        Some(Ok(Value::Dict(self.error.copy())))
    }
}
