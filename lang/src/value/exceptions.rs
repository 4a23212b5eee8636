//! Exceptions: their classes (spec 10.1), the objects, and how Rust code raises them.

pub mod decimal;

use std::any::Any;
use std::rc::Rc;

use super::hvec::HVec;
use super::interrupt::Stop;
use super::refs::{Kind, Object, Ref};
use super::types::{OBJECT, TypeDesc};
use super::{Dict, Guarded, Tuple, Value};

/// An exception on its way: what every fallible operation of a run gives. One pointer wide, so that `R` stays as small as a
/// value.
#[derive(Debug)]
pub struct Raise(pub Ref<Exception>);

/// The result of an operation of a run.
pub type R<T = Value> = Result<T, Raise>;

const _: () = assert!(size_of::<R<Value>>() == size_of::<Value>(), "results are as small as values");

/// One step of a traceback; only the interpreter can tell which source text it stands for.
#[derive(Clone)]
pub struct Trace {
    /// The loaded program.
    pub module: Rc<dyn Any>,
    /// Number of the code in it.
    pub code: u32,
    /// The instruction.
    pub at: u32,
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "code {} at {}", self.code, self.at)
    }
}

/// An exception object.
#[derive(Debug)]
pub struct Exception {
    /// Its class.
    pub class: &'static TypeDesc,
    /// The constructor's arguments, a tuple.
    pub args: Guarded<Value>,
    /// Further attributes (`StopIteration.value`, `JSONDecodeError.pos`, …); unbound if there is none.
    pub fields: Guarded<Value>,
    /// `__cause__`
    pub cause: Guarded<Value>,
    /// `__context__`
    pub context: Guarded<Value>,
    /// `__suppress_context__`
    pub suppress_context: std::cell::Cell<bool>,
    /// Where it passed, innermost first.
    pub trace: Guarded<Vec<Trace>>,
    /// Set when the exception is a limit stop: not catchable.
    pub stop: Option<Stop>,
    /// What the hint of the message says, e.g. that the subscript form would work. Not part of `str`.
    pub hint: Option<Rc<str>>,
}

impl Object for Exception {
    const KIND: Kind = Kind::Exception;
    fn clear(&self) {
        drop(self.args.replace(Value::None));
        drop(self.fields.replace(Value::Unbound));
        drop(self.cause.replace(Value::None));
        drop(self.context.replace(Value::None));
    }
}

impl Exception {
    /// An exception with these arguments.
    #[cold]
    #[must_use]
    pub fn new(class: &'static TypeDesc, args: HVec<Value>) -> Ref<Exception> {
        Ref::new(Exception::plain(class, args))
    }

    fn plain(class: &'static TypeDesc, args: HVec<Value>) -> Exception {
        Exception {
            class,
            args: Guarded::new(Value::Tuple(Tuple::new(args))),
            fields: Guarded::new(Value::Unbound),
            cause: Guarded::new(Value::None),
            context: Guarded::new(Value::None),
            suppress_context: std::cell::Cell::new(false),
            trace: Guarded::new(Vec::new()),
            stop: None,
            hint: None,
        }
    }

    /// The constructor's arguments.
    #[must_use]
    pub fn arguments(&self) -> Vec<Value> {
        match &*self.args.borrow() {
            Value::Tuple(t) => t.items.to_vec(),
            _ => Vec::new(),
        }
    }

    /// A further attribute.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Value> {
        match &*self.fields.borrow() {
            Value::Dict(d) => d.get_str(name),
            _ => None,
        }
    }

    /// Sets a further attribute.
    pub fn set_field(&self, name: &str, value: Value) {
        let mut fields = self.fields.borrow_mut();
        if let Value::Dict(dict) = &*fields {
            dict.set_str(name, value);
        } else {
            let dict = Dict::new();
            dict.set_str(name, value);
            *fields = Value::Dict(dict);
        }
    }
}

impl Raise {
    /// An exception of `class` with one text argument.
    #[cold]
    #[must_use]
    pub fn new(class: &'static TypeDesc, message: impl AsRef<str>) -> Raise {
        let mut args = HVec::new();
        args.push(Value::str(message.as_ref()));
        Raise(Exception::new(class, args))
    }

    /// An exception of `class` with these arguments.
    #[cold]
    #[must_use]
    pub fn with_args(class: &'static TypeDesc, args: impl IntoIterator<Item = Value>) -> Raise {
        Raise(Exception::new(class, args.into_iter().collect()))
    }

    /// The same with a hint for the human reader.
    #[cold]
    #[must_use]
    pub fn hinted(class: &'static TypeDesc, message: impl AsRef<str>, hint: &str) -> Raise {
        let mut args = HVec::new();
        args.push(Value::str(message.as_ref()));
        Raise(Ref::new(Exception { hint: Some(hint.into()), ..Exception::plain(class, args) }))
    }

    /// The same with a further attribute.
    #[must_use]
    pub fn field(self, name: &str, value: Value) -> Raise {
        self.0.set_field(name, value);
        self
    }

    /// The same as if raised while `earlier` was handled.
    #[must_use]
    pub fn in_context(self, earlier: Raise) -> Raise {
        drop(self.0.context.replace(Value::Exception(earlier.0)));
        self
    }

    /// The same as if raised `from None`: reports leave the context out.
    #[must_use]
    pub fn from_none(self) -> Raise {
        self.0.suppress_context.set(true);
        self
    }

    /// The same with a note, as `add_note` adds it.
    #[cold]
    #[must_use]
    pub fn noted(self, note: &str) -> Raise {
        self.field("__notes__", Value::list([Value::str(note)]))
    }

    /// Whether the exception is of `class` or a subclass. Limit stops are of no class.
    #[must_use]
    pub fn is(&self, class: &'static TypeDesc) -> bool {
        self.0.stop.is_none() && self.0.class.is_subtype(class)
    }

    /// The limit that was exceeded, if that is what happened.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        self.0.stop
    }
}

impl From<Stop> for Raise {
    #[cold]
    fn from(stop: Stop) -> Raise {
        let (class, message) = match stop {
            Stop::Time => (&TIMEOUT_ERROR, "the run exceeded its time limit"),
            Stop::Memory => (&MEMORY_ERROR, "the run exceeded its memory limit"),
            Stop::Cancelled => (&TIMEOUT_ERROR, "the run was cancelled"),
        };
        let mut args = HVec::new();
        args.push(Value::str(message));
        Raise(Ref::new(Exception { stop: Some(stop), ..Exception::plain(class, args) }))
    }
}

macro_rules! raisers {
    ($($(#[doc = $doc:literal])* $name:ident => $class:ident;)*) => {
        $(
            $(#[doc = $doc])*
            #[cold]
            #[must_use]
            pub fn $name(message: impl AsRef<str>) -> Raise {
                Raise::new(&$class, message)
            }
        )*
    };
}

raisers! {
    /// A `TypeError`.
    type_error => TYPE_ERROR;
    /// A `ValueError`.
    value_error => VALUE_ERROR;
    /// An `OverflowError`.
    overflow_error => OVERFLOW_ERROR;
    /// A `ZeroDivisionError`.
    zero_division => ZERO_DIVISION_ERROR;
    /// An `AttributeError`.
    attribute_error => ATTRIBUTE_ERROR;
    /// An `IndexError`.
    index_error => INDEX_ERROR;
    /// A `RuntimeError`.
    runtime_error => RUNTIME_ERROR;
    /// An `EntityError`.
    entity_error => ENTITY_ERROR;
    /// A `LookupError`.
    lookup_error => LOOKUP_ERROR;
    /// A `RecursionError`.
    recursion_error => RECURSION_ERROR;
}

/// A `KeyError` for `key`.
#[cold]
#[must_use]
pub fn key_error(key: Value) -> Raise {
    Raise::with_args(&KEY_ERROR, [key])
}

macro_rules! exceptions {
    ($($id:ident = $name:literal : $base:ident $(in $module:literal)?;)*) => {
        $(
            #[doc = concat!("The class `", $name, "`.")]
            pub static $id: TypeDesc = TypeDesc { $(module: $module,)? ..TypeDesc::new($name, "").with_base(&$base) };
        )*
        /// Every exception class that is a built-in name (spec 8.2, 8.3).
        pub static BUILTIN_EXCEPTIONS: &[&TypeDesc] = &[$(&$id),*];
    };
}

exceptions! {
    BASE_EXCEPTION = "BaseException" : OBJECT;
    GENERATOR_EXIT = "GeneratorExit" : BASE_EXCEPTION;
    KEYBOARD_INTERRUPT = "KeyboardInterrupt" : BASE_EXCEPTION;
    SYSTEM_EXIT = "SystemExit" : BASE_EXCEPTION;
    EXCEPTION = "Exception" : BASE_EXCEPTION;
    ARITHMETIC_ERROR = "ArithmeticError" : EXCEPTION;
    FLOATING_POINT_ERROR = "FloatingPointError" : ARITHMETIC_ERROR;
    OVERFLOW_ERROR = "OverflowError" : ARITHMETIC_ERROR;
    ZERO_DIVISION_ERROR = "ZeroDivisionError" : ARITHMETIC_ERROR;
    ASSERTION_ERROR = "AssertionError" : EXCEPTION;
    ATTRIBUTE_ERROR = "AttributeError" : EXCEPTION;
    BUFFER_ERROR = "BufferError" : EXCEPTION;
    EOF_ERROR = "EOFError" : EXCEPTION;
    MEMORY_ERROR = "MemoryError" : EXCEPTION;
    REFERENCE_ERROR = "ReferenceError" : EXCEPTION;
    STOP_ITERATION = "StopIteration" : EXCEPTION;
    STOP_ASYNC_ITERATION = "StopAsyncIteration" : EXCEPTION;
    SYSTEM_ERROR = "SystemError" : EXCEPTION;
    IMPORT_ERROR = "ImportError" : EXCEPTION;
    MODULE_NOT_FOUND_ERROR = "ModuleNotFoundError" : IMPORT_ERROR;
    LOOKUP_ERROR = "LookupError" : EXCEPTION;
    INDEX_ERROR = "IndexError" : LOOKUP_ERROR;
    KEY_ERROR = "KeyError" : LOOKUP_ERROR;
    NAME_ERROR = "NameError" : EXCEPTION;
    UNBOUND_LOCAL_ERROR = "UnboundLocalError" : NAME_ERROR;
    OS_ERROR = "OSError" : EXCEPTION;
    BLOCKING_IO_ERROR = "BlockingIOError" : OS_ERROR;
    CHILD_PROCESS_ERROR = "ChildProcessError" : OS_ERROR;
    CONNECTION_ERROR = "ConnectionError" : OS_ERROR;
    BROKEN_PIPE_ERROR = "BrokenPipeError" : CONNECTION_ERROR;
    CONNECTION_ABORTED_ERROR = "ConnectionAbortedError" : CONNECTION_ERROR;
    CONNECTION_REFUSED_ERROR = "ConnectionRefusedError" : CONNECTION_ERROR;
    CONNECTION_RESET_ERROR = "ConnectionResetError" : CONNECTION_ERROR;
    FILE_EXISTS_ERROR = "FileExistsError" : OS_ERROR;
    FILE_NOT_FOUND_ERROR = "FileNotFoundError" : OS_ERROR;
    INTERRUPTED_ERROR = "InterruptedError" : OS_ERROR;
    IS_A_DIRECTORY_ERROR = "IsADirectoryError" : OS_ERROR;
    NOT_A_DIRECTORY_ERROR = "NotADirectoryError" : OS_ERROR;
    PERMISSION_ERROR = "PermissionError" : OS_ERROR;
    PROCESS_LOOKUP_ERROR = "ProcessLookupError" : OS_ERROR;
    TIMEOUT_ERROR = "TimeoutError" : OS_ERROR;
    RUNTIME_ERROR = "RuntimeError" : EXCEPTION;
    NOT_IMPLEMENTED_ERROR = "NotImplementedError" : RUNTIME_ERROR;
    RECURSION_ERROR = "RecursionError" : RUNTIME_ERROR;
    SYNTAX_ERROR = "SyntaxError" : EXCEPTION;
    INDENTATION_ERROR = "IndentationError" : SYNTAX_ERROR;
    TAB_ERROR = "TabError" : INDENTATION_ERROR;
    TYPE_ERROR = "TypeError" : EXCEPTION;
    RESULT_ERROR = "ResultError" : TYPE_ERROR;
    VALUE_ERROR = "ValueError" : EXCEPTION;
    UNICODE_ERROR = "UnicodeError" : VALUE_ERROR;
    UNICODE_DECODE_ERROR = "UnicodeDecodeError" : UNICODE_ERROR;
    UNICODE_ENCODE_ERROR = "UnicodeEncodeError" : UNICODE_ERROR;
    UNICODE_TRANSLATE_ERROR = "UnicodeTranslateError" : UNICODE_ERROR;
    ENTITY_ERROR = "EntityError" : VALUE_ERROR;
    WARNING = "Warning" : EXCEPTION;
    BYTES_WARNING = "BytesWarning" : WARNING;
    DEPRECATION_WARNING = "DeprecationWarning" : WARNING;
    ENCODING_WARNING = "EncodingWarning" : WARNING;
    FUTURE_WARNING = "FutureWarning" : WARNING;
    IMPORT_WARNING = "ImportWarning" : WARNING;
    PENDING_DEPRECATION_WARNING = "PendingDeprecationWarning" : WARNING;
    RESOURCE_WARNING = "ResourceWarning" : WARNING;
    RUNTIME_WARNING = "RuntimeWarning" : WARNING;
    SYNTAX_WARNING = "SyntaxWarning" : WARNING;
    UNICODE_WARNING = "UnicodeWarning" : WARNING;
    USER_WARNING = "UserWarning" : WARNING;
}

/// A violated contract (spec 12.4); deliberately not a name that scripts can use.
pub static CONTRACT_ERROR: TypeDesc = TypeDesc::new("ContractError", "").with_base(&VALUE_ERROR);
