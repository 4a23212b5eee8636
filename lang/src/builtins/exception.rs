//! The methods and attributes of exceptions (spec 10.1). How they are made is told in [`construct`].

mod construct;

use crate::table;
use crate::value::exceptions::{
    BASE_EXCEPTION, IMPORT_ERROR, NAME_ERROR, OS_ERROR, STOP_ITERATION, SYNTAX_ERROR, SYSTEM_EXIT, type_error,
};
use crate::value::{Cx, Exception, HVec, List, R, Ref, TypeDesc, Value};

use super::receiver::wrong_receiver;

pub use construct::construct;

table! {
    /// The methods of every exception.
    pub static MEMBERS = [
        /// Add a note that the report of the exception shows.
        ///
        /// >>> (e := ValueError('x'), e.add_note('seen in row 3'), e.__notes__)[2]
        /// ['seen in row 3']
        Method Core "add_note(self, note: str, /) -> None" => add_note;
        /// Return the exception itself with a traceback; the traceback is ignored.
        ///
        /// >>> ValueError('x').with_traceback(None)
        /// ValueError('x')
        Method Core "with_traceback(self, traceback: Any, /) -> BaseException" => |_, a| Ok(a[0].clone());
    ]
}

/// The value that an attribute has when nothing set it.
fn default(class: &'static TypeDesc, args: &[Value], name: &str) -> Option<Value> {
    let first = || args.first().cloned().unwrap_or(Value::None);
    let is = |base: &'static TypeDesc| class.is_subtype(base);
    match name {
        "value" if is(&STOP_ITERATION) => Some(first()),
        "code" if is(&SYSTEM_EXIT) => Some(match args {
            [] => Value::None,
            [one] => one.clone(),
            many => Value::tuple(many.iter().cloned()),
        }),
        "name" | "obj" if is(&crate::value::exceptions::ATTRIBUTE_ERROR) => Some(Value::None),
        "name" if is(&NAME_ERROR) || is(&IMPORT_ERROR) => Some(Value::None),
        "path" if is(&IMPORT_ERROR) => Some(Value::None),
        "msg" if is(&SYNTAX_ERROR) => Some(first()),
        "msg" if is(&IMPORT_ERROR) => Some(if let [only] = args { only.clone() } else { Value::None }),
        "errno" | "strerror" | "filename" | "filename2" if is(&OS_ERROR) => Some(Value::None),
        "lineno" | "offset" | "text" | "filename" | "end_lineno" | "end_offset" | "print_file_and_line"
            if is(&SYNTAX_ERROR) =>
        {
            Some(Value::None)
        }
        _ => None,
    }
}

/// An attribute of an exception.
#[must_use]
pub fn attribute(exception: &Ref<Exception>, name: &str) -> Option<Value> {
    match name {
        "args" => Some(exception.args.borrow().clone()),
        "__cause__" => Some(exception.cause.borrow().clone()),
        "__context__" => Some(exception.context.borrow().clone()),
        "__suppress_context__" => Some(Value::Bool(exception.suppress_context.get())),
        _ => exception.field(name).or_else(|| default(exception.class, &exception.arguments(), name)),
    }
}

/// Assigns an attribute; exceptions take any.
///
/// # Errors
/// `TypeError` for a cause or context that is no exception.
pub fn set_attribute(exception: &Ref<Exception>, name: &str, value: Value) -> R<bool> {
    let check = |value: &Value, what: &str| {
        if matches!(value, Value::None | Value::Exception(_)) {
            Ok(())
        } else {
            Err(type_error(format!("exception {what} must be None or derive from BaseException")))
        }
    };
    match name {
        "args" => {
            let items = match &value {
                Value::Tuple(tuple) => Value::Tuple(tuple.clone()),
                Value::List(list) => Value::tuple(list.to_vec()),
                other => return Err(type_error(format!("'{}' object is not iterable", other.type_name()))),
            };
            drop(exception.args.replace(items));
        }
        "__cause__" => {
            check(&value, "cause")?;
            drop(exception.cause.replace(value));
            exception.suppress_context.set(true);
        }
        "__context__" => {
            check(&value, "context")?;
            drop(exception.context.replace(value));
        }
        "__suppress_context__" => exception.suppress_context.set(matches!(value, Value::Bool(true))),
        _ if super::attribute::is_hidden(name) => return Ok(false),
        _ => exception.set_field(name, value),
    }
    Ok(true)
}

/// Deletes an attribute that a script has set.
#[must_use]
pub fn delete_attribute(exception: &Ref<Exception>, name: &str) -> bool {
    match &*exception.fields.borrow() {
        Value::Dict(fields) => matches!(fields.remove(&Value::str(name)), Ok(Some(_))),
        _ => false,
    }
}

fn add_note(_: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(Value::Exception(exception)) = a.first() else {
        return Err(wrong_receiver("add_note", BASE_EXCEPTION.name, a.first()));
    };
    if a[1].text_bytes().is_none() {
        return Err(type_error(format!("note must be a str, not '{}'", a[1].type_of().qualified())));
    }
    match exception.field("__notes__") {
        Some(Value::List(notes)) => notes.push(a[1].clone()),
        _ => exception.set_field("__notes__", Value::List(List::new(HVec::from_slice(&[a[1].clone()])))),
    }
    Ok(Value::None)
}
