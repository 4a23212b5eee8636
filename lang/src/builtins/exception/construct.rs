//! Calling an exception class: what each class makes of its arguments (spec 10.1).

use crate::builtins::iterate;
use crate::value::exceptions::{
    self, ATTRIBUTE_ERROR, IMPORT_ERROR, NAME_ERROR, OS_ERROR, SYNTAX_ERROR, UNICODE_DECODE_ERROR,
    UNICODE_ENCODE_ERROR, UNICODE_TRANSLATE_ERROR, overflow_error, type_error,
};
use crate::value::number::IntView;
use crate::value::{Cx, Exception, HVec, R, Ref, TypeDesc, Value};

/// The subclass of `OSError` that stands for an error number (the numbers of Linux).
fn os_error_class(number: &Value) -> &'static TypeDesc {
    let Value::Int(number) = number else { return &OS_ERROR };
    match number {
        1 | 13 => &exceptions::PERMISSION_ERROR,
        2 => &exceptions::FILE_NOT_FOUND_ERROR,
        3 => &exceptions::PROCESS_LOOKUP_ERROR,
        4 => &exceptions::INTERRUPTED_ERROR,
        10 => &exceptions::CHILD_PROCESS_ERROR,
        11 | 114 | 115 => &exceptions::BLOCKING_IO_ERROR,
        17 => &exceptions::FILE_EXISTS_ERROR,
        20 => &exceptions::NOT_A_DIRECTORY_ERROR,
        21 => &exceptions::IS_A_DIRECTORY_ERROR,
        32 | 108 => &exceptions::BROKEN_PIPE_ERROR,
        103 => &exceptions::CONNECTION_ABORTED_ERROR,
        104 => &exceptions::CONNECTION_RESET_ERROR,
        110 => &exceptions::TIMEOUT_ERROR,
        111 => &exceptions::CONNECTION_REFUSED_ERROR,
        _ => &OS_ERROR,
    }
}

/// Calls an exception class.
///
/// # Errors
/// `TypeError` for arguments that the class does not take.
pub fn construct(cx: &mut Cx<'_>, class: &'static TypeDesc, args: &[Value], keywords: &[(Value, Value)]) -> R {
    let is = |base: &'static TypeDesc| class.is_subtype(base);
    let named: &[&str] = if is(&NAME_ERROR) {
        &["name"]
    } else if is(&ATTRIBUTE_ERROR) {
        &["name", "obj"]
    } else if is(&IMPORT_ERROR) {
        &["name", "path"]
    } else {
        &[]
    };
    let made = if std::ptr::eq(class, &OS_ERROR) && args.len() > 1 { os_error_class(&args[0]) } else { class };
    let exception = Exception::new(made, HVec::from_slice(args));
    for (key, value) in keywords {
        let key = key.to_display();
        if !named.contains(&key.as_str()) {
            return Err(type_error(if named.is_empty() {
                format!("{}() takes no keyword arguments", class.name)
            } else {
                format!("'{key}' is an invalid keyword argument for {}()", class.name)
            }));
        }
        exception.set_field(&key, value.clone());
    }
    if is(&UNICODE_DECODE_ERROR) {
        coding(&exception, &[Text, Buffer, Int, Int, Text], &["encoding", "object", "start", "end", "reason"], args)?;
    } else if is(&UNICODE_ENCODE_ERROR) {
        coding(&exception, &[Text, Text, Int, Int, Text], &["encoding", "object", "start", "end", "reason"], args)?;
    } else if is(&UNICODE_TRANSLATE_ERROR) {
        coding(&exception, &[Text, Int, Int, Text], &["object", "start", "end", "reason"], args)?;
    } else if is(&OS_ERROR) {
        system(&exception, args);
    } else if is(&SYNTAX_ERROR)
        && let [_, place] = args
    {
        syntax(cx, &exception, place)?;
    }
    Ok(Value::Exception(exception))
}

/// What an argument of the errors of encoding and decoding must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Text,
    Buffer,
    Int,
}
use Wanted::{Buffer, Int, Text};

/// Checks the arguments of an error of encoding or decoding and keeps them as attributes.
fn coding(exception: &Ref<Exception>, wanted: &[Wanted], names: &[&str], args: &[Value]) -> R<()> {
    if args.len() != names.len() {
        return Err(type_error(format!("function takes exactly {} arguments ({} given)", names.len(), args.len())));
    }
    for (n, (wanted, value)) in wanted.iter().zip(args).enumerate() {
        match wanted {
            Text if value.text_bytes().is_none() => {
                let got = value.argument_type();
                return Err(type_error(format!("argument {} must be str, not {got}", n + 1)));
            }
            Int => match IntView::of(value) {
                Some(IntView::Small(_)) => {}
                Some(IntView::Big(_)) => return Err(overflow_error("Python int too large to convert to C ssize_t")),
                None => {
                    let got = value.type_of().qualified();
                    return Err(type_error(format!("'{got}' object cannot be interpreted as an integer")));
                }
            },
            Text | Buffer => {}
        }
    }
    for ((wanted, name), value) in wanted.iter().zip(names).zip(args) {
        let kept = match (wanted, value.byte_data()) {
            (Buffer, Some(bytes)) => Value::bytes(&bytes),
            (Buffer, None) => {
                let got = value.type_of().qualified();
                return Err(type_error(format!("a bytes-like object is required, not '{got}'")));
            }
            _ => value.clone(),
        };
        exception.set_field(name, kept);
    }
    Ok(())
}

/// Number, text and up to two file names of an `OSError`; the names are no part of `args`.
fn system(exception: &Ref<Exception>, args: &[Value]) {
    if !(2..=5).contains(&args.len()) {
        return;
    }
    exception.set_field("errno", args[0].clone());
    exception.set_field("strerror", args[1].clone());
    let Some(name) = args.get(2).filter(|name| !name.is_none()) else { return };
    exception.set_field("filename", name.clone());
    if let Some(second) = args.get(4) {
        exception.set_field("filename2", second.clone());
    }
    drop(exception.args.replace(Value::tuple(args.iter().take(2).cloned())));
}

/// The place of a `SyntaxError`: file, line, column, text, and perhaps where it ends.
fn syntax(cx: &mut Cx<'_>, exception: &Ref<Exception>, place: &Value) -> R<()> {
    const NAMES: [&str; 6] = ["filename", "lineno", "offset", "text", "end_lineno", "end_offset"];
    let place = iterate::collect(cx, place)?;
    let (word, bound) = match place.len() {
        ..4 => ("least", 4),
        4 | 6 => ("", 0),
        5 => return Err(type_error("end_offset must be provided when end_lineno is provided")),
        _ => ("most", 6),
    };
    if !word.is_empty() {
        return Err(type_error(format!("function takes at {word} {bound} arguments ({} given)", place.len())));
    }
    for (name, value) in NAMES.iter().zip(place.iter()) {
        exception.set_field(name, value.clone());
    }
    Ok(())
}
