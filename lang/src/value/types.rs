//! Types as values, and the descriptions of built-in functions, methods and modules.
//!
//! Scripts cannot make classes, so every type is a static description. The tables of members of the core types live in
//! `builtins`, those of module types in `modules`; this file only says what an entry is. One entry serves the call at run
//! time, the checker, the editor and the printed reference.

use std::sync::OnceLock;

use super::machine::Cx;
use super::signature::Signature;
use super::{R, Value};

/// In which profile and mode a built-in may be used (spec 0.3, 8.1, 9.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Everywhere.
    Core,
    /// In the core profile only in code mode.
    CoreCode,
    /// Only in the extended profile.
    Extended,
}

/// How a built-in is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A function of a module or a built-in function.
    Function,
    /// A method: the first parameter is the receiver.
    Method,
    /// A method of the type itself: no receiver.
    Static,
    /// A method that gets the type as its first argument.
    Class,
    /// An attribute that is computed: one parameter, the receiver.
    Property,
}

/// The Rust side of a built-in. One argument per parameter of the signature, in order: `*args` is a tuple, `**kwargs` a
/// dict, an absent optional argument its default (unbound if the signature gives none, written `name=<absent>`).
pub type NativeFn = fn(&mut Cx<'_>, &[Value]) -> R;

/// A built-in function, method or property.
pub struct Builtin {
    /// Name (with the module for functions of modules), parameters and types, e.g. `split(self, /, sep: str | None = None, maxsplit: int = -1) -> list[str]`.
    /// What may stand before the name is explained in [`super::signature`].
    pub text: &'static str,
    /// What it does, and examples in the form of a Python session (`>>> …`), which tests execute.
    pub doc: &'static str,
    /// How it is reached.
    pub kind: Kind,
    /// Where it may be used.
    pub profile: Profile,
    /// The implementation.
    pub run: NativeFn,
    place: NamePlace,
    signature: OnceLock<Signature>,
}

/// Where in the text of a built-in its name stands. It is found at compile time: tables are searched by name all the time.
struct NamePlace {
    /// The name with its module starts here.
    qualified: usize,
    /// The name without it.
    own: usize,
    end: usize,
}

impl NamePlace {
    const fn of(text: &str) -> NamePlace {
        let bytes = text.as_bytes();
        let (mut qualified, mut own, mut end) = (0, 0, 0);
        while end < bytes.len() && bytes[end] != b'(' {
            match bytes[end] {
                b' ' => (qualified, own) = (end + 1, end + 1),
                b'.' => own = end + 1,
                _ => {}
            }
            end += 1;
        }
        NamePlace { qualified, own, end }
    }
}

impl Builtin {
    /// An entry of a table; the macro [`crate::table!`] is the convenient form.
    #[must_use]
    pub const fn new(kind: Kind, profile: Profile, text: &'static str, doc: &'static str, run: NativeFn) -> Builtin {
        Builtin { text, doc, kind, profile, run, place: NamePlace::of(text), signature: OnceLock::new() }
    }

    /// The name with its module, as the text begins: `sqrt` is written `math.sqrt(…)`.
    #[must_use]
    pub fn qualified_name(&self) -> &'static str {
        &self.text[self.place.qualified..self.place.end]
    }

    /// The text without what concerns only errors: from the name on.
    #[must_use]
    pub fn declaration(&self) -> &'static str {
        &self.text[self.place.qualified..]
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        &self.text[self.place.own..self.place.end]
    }

    /// The parameters, parsed from the text at first use.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        self.signature.get_or_init(|| Signature::parse(self.text))
    }
}

impl PartialEq for Builtin {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text)
    }
}

/// Declares a table of built-ins:
///
/// ```ignore
/// table! { pub static METHODS = [
///     /// Return a copy in upper case.
///     ///
///     /// >>> 'abc'.upper()
///     /// 'ABC'
///     Method Core "upper(self, /) -> str" => upper;
/// ] }
/// ```
#[macro_export]
macro_rules! table {
    ($(#[$meta:meta])* $vis:vis static $name:ident = [ $( $(#[doc = $doc:literal])* $kind:ident $profile:ident $text:literal => $run:expr; )* ]) => {
        $(#[$meta])*
        $vis static $name: &[$crate::value::types::Builtin] = {
            const TEXTS: &[&str] = &[$($text),*];
            // Entries cache their parsed signature, so they need a static of their own to live in.
            static ENTRIES: [$crate::value::types::Builtin; TEXTS.len()] = [ $(
                $crate::value::types::Builtin::new(
                    $crate::value::types::Kind::$kind,
                    $crate::value::types::Profile::$profile,
                    $text,
                    concat!($($doc, "\n"),*),
                    $run,
                ),
            )* ];
            &ENTRIES
        };
    };
}

/// A type.
pub struct TypeDesc {
    /// `__name__`
    pub name: &'static str,
    /// Module part of the `repr`, e.g. `datetime`; empty for built-in types.
    pub module: &'static str,
    /// The base class; `None` only for `object`.
    pub base: Option<&'static TypeDesc>,
    /// A second base class (decimal signals have one).
    pub second_base: Option<&'static TypeDesc>,
    /// One line for hover and reference.
    pub doc: &'static str,
    /// Methods and properties of types outside `value`; the core types have theirs in `builtins`.
    pub members: &'static [Builtin],
    /// Constants of the type, such as `timezone.utc`. Core types have theirs in `modules`.
    pub constants: &'static [Constant],
    /// What a call of the type does; `None`: instances cannot be made. Core types have theirs in `builtins`.
    pub new: Option<&'static Builtin>,
    /// Names of the elements of a tuple subclass.
    pub fields: &'static [&'static str],
    /// Whether `str(type)` is the bare name (language types, spec 4.12 no. 6).
    pub bare: bool,
    /// Whether CPython defines the type in Python: then messages name it without its module.
    pub python: bool,
    /// Whether it may be written with parameters, `list[int]`.
    pub generic: bool,
}

impl TypeDesc {
    /// A type of module `module` (empty: built-in) with base `object`.
    #[must_use]
    pub const fn new(name: &'static str, module: &'static str) -> TypeDesc {
        TypeDesc {
            name,
            module,
            base: Some(&OBJECT),
            second_base: None,
            doc: "",
            members: &[],
            constants: &[],
            new: None,
            fields: &[],
            bare: false,
            python: false,
            generic: false,
        }
    }

    /// The same with another base.
    #[must_use]
    pub const fn with_base(self, base: &'static TypeDesc) -> TypeDesc {
        TypeDesc { base: Some(base), ..self }
    }

    /// The same with members and documentation.
    #[must_use]
    pub const fn with_members(self, members: &'static [Builtin]) -> TypeDesc {
        TypeDesc { members, ..self }
    }

    /// The name as messages write it: with the module, except for types that CPython defines in Python.
    #[must_use]
    pub fn qualified(&self) -> String {
        if self.python { self.name.to_owned() } else { self.full_name() }
    }

    /// The name with the module, as `repr` writes it.
    #[must_use]
    pub fn full_name(&self) -> String {
        if self.module.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.module, self.name) }
    }

    /// Whether this type is `other` or derived from it.
    #[must_use]
    pub fn is_subtype(&'static self, other: &'static TypeDesc) -> bool {
        let mut at = Some(self);
        while let Some(ty) = at {
            if std::ptr::eq(ty, other) {
                return true;
            }
            if ty.second_base.is_some_and(|second| second.is_subtype(other)) {
                return true;
            }
            at = ty.base;
        }
        false
    }
}

impl std::fmt::Debug for TypeDesc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for TypeDesc {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// A constant of a module or a type.
pub struct Constant {
    /// Its name.
    pub name: &'static str,
    /// One line for hover and reference.
    pub doc: &'static str,
    /// Where it may be used.
    pub profile: Profile,
    /// Its type, for checker and reference.
    pub ty: &'static str,
    /// Makes the value; some depend on the run, such as `time.timezone`.
    pub value: fn(&mut Cx<'_>) -> R,
}

/// A module, or a part of one such as `urllib.parse`.
pub struct ModuleDesc {
    /// Full name.
    pub name: &'static str,
    /// One line for hover and reference.
    pub doc: &'static str,
    /// Where it may be used.
    pub profile: Profile,
    /// Its functions.
    pub functions: &'static [Builtin],
    /// Its types, with the name under which the module shows each and its profile.
    pub types: &'static [(&'static str, &'static TypeDesc, Profile)],
    /// Its constants.
    pub constants: &'static [Constant],
    /// Its parts.
    pub modules: &'static [(&'static str, &'static ModuleDesc)],
}

impl PartialEq for ModuleDesc {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl std::fmt::Debug for ModuleDesc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Declares the types of the values in this room.
macro_rules! types {
    ($($(#[doc = $doc:literal])* $id:ident = $name:literal in $module:literal $(: $base:ident)? $(bare $bare:literal)? $(python $python:literal)? $(generic $generic:literal)?;)*) => {
        $(
            $(#[doc = $doc])*
            pub static $id: TypeDesc = TypeDesc {
                doc: concat!($($doc),*),
                $(base: Some(&$base),)?
                $(bare: $bare,)?
                $(python: $python,)?
                $(generic: $generic,)?
                ..TypeDesc::new($name, $module)
            };
        )*
    };
}

/// The base of every type.
pub static OBJECT: TypeDesc = TypeDesc { base: None, ..TypeDesc::new("object", "") };

types! {
    /// The type of types.
    TYPE = "type" in "" generic true;
    /// The type of `None`.
    NONE = "NoneType" in "";
    /// The type of `...`.
    ELLIPSIS = "ellipsis" in "";
    /// The type of `NotImplemented`.
    NOT_IMPLEMENTED = "NotImplementedType" in "";
    /// Whole numbers of any size.
    INT = "int" in "";
    /// `True` and `False`.
    BOOL = "bool" in "" : INT;
    /// Double-precision numbers.
    FLOAT = "float" in "";
    /// Text.
    STR = "str" in "";
    /// Immutable bytes.
    BYTES = "bytes" in "";
    /// Mutable bytes.
    BYTEARRAY = "bytearray" in "";
    /// Mutable sequences.
    LIST = "list" in "" generic true;
    /// Immutable sequences.
    TUPLE = "tuple" in "" generic true;
    /// Mappings.
    DICT = "dict" in "" generic true;
    /// Sets of distinct hashable values.
    SET = "set" in "" generic true;
    /// Immutable sets.
    FROZENSET = "frozenset" in "" generic true;
    /// Arithmetic sequences of ints.
    RANGE = "range" in "";
    /// Slices.
    SLICE = "slice" in "";
    /// Functions defined by a script.
    FUNCTION = "function" in "";
    /// Built-in functions and methods.
    BUILTIN = "builtin_function_or_method" in "";
    /// Methods of built-in types, not bound to a value.
    METHOD_DESCRIPTOR = "method_descriptor" in "";
    /// Computed attributes of built-in types, not read from a value.
    GETSET_DESCRIPTOR = "getset_descriptor" in "";
    /// Methods bound to a value.
    METHOD = "method" in "";
    /// Modules.
    MODULE = "module" in "";
    /// Generators.
    GENERATOR = "generator" in "";
    /// The type of a closure cell; not visible to scripts.
    CELL = "cell" in "";
    /// Live view of a dict's keys.
    DICT_KEYS = "dict_keys" in "";
    /// Live view of a dict's values.
    DICT_VALUES = "dict_values" in "";
    /// Live view of a dict's items.
    DICT_ITEMS = "dict_items" in "";
    /// Read-only view of a dict.
    MAPPING_PROXY = "mappingproxy" in "";
    /// A union of types, `int | str`.
    UNION = "UnionType" in "types";
    /// A type with parameters, `list[int]`.
    GENERIC_ALIAS = "GenericAlias" in "types";
    /// Exact decimal numbers.
    DECIMAL = "Decimal" in "decimal";
    /// A date and a time of day.
    DATETIME = "datetime" in "datetime" : DATE;
    /// A calendar date.
    DATE = "date" in "datetime";
    /// A time of day.
    TIME = "time" in "datetime";
    /// A span of time.
    TIMEDELTA = "timedelta" in "datetime";
    /// Base of time zones.
    TZINFO = "tzinfo" in "datetime";
    /// A fixed offset from UTC.
    TIMEZONE = "timezone" in "datetime" : TZINFO;
    /// A zone of the time-zone database.
    ZONEINFO = "ZoneInfo" in "zoneinfo" : TZINFO;
    /// A typed binary body.
    ENTITY = "Entity" in "" bare true;
    /// A mapping in which a key may have several values.
    MULTIMAP = "MultiMap" in "" : DICT bare true;
    /// The parts of a multipart body.
    FORM_DATA_PARTS = "FormDataParts" in "" bare true;
    /// A message of a flow: `msg` of a script or an expression.
    MESSAGE = "Message" in "" bare true;
    /// A set of records, made by components. `id()`, `partitions()` and `schema()` describe it; iterating gives its
    /// records, as often as wanted.
    DATASET = "DataSet" in "" bare true;
    /// A record of a data set: `r['field']` or `r[column]`, `get(name, default)`, `data()` for the list of its values and
    /// `schema()`; iterating gives the names of its fields.
    RECORD = "Record" in "" bare true;
    /// A payload that is produced while it is read: what a returned generator becomes for the next component. The first
    /// loop over it consumes it; any other first use makes it a list.
    STREAM = "Stream" in "" bare true;
    /// A dict that remembers order and can reorder.
    ORDERED_DICT = "OrderedDict" in "collections" : DICT generic true;
    /// A dict with a default factory.
    DEFAULT_DICT = "defaultdict" in "collections" : DICT generic true;
    /// A dict for counting.
    COUNTER = "Counter" in "collections" : DICT python true generic true;
}

/// The types of iterators.
pub mod iterators {
    use super::TypeDesc;

    types! {
        /// Over a list.
        LIST = "list_iterator" in "";
        /// Over a list, backwards.
        LIST_REVERSE = "list_reverseiterator" in "";
        /// Over a tuple.
        TUPLE = "tuple_iterator" in "";
        /// Over a string.
        STR = "str_iterator" in "";
        /// Over a string that is ASCII.
        STR_ASCII = "str_ascii_iterator" in "";
        /// Over bytes.
        BYTES = "bytes_iterator" in "";
        /// Over a bytearray.
        BYTEARRAY = "bytearray_iterator" in "";
        /// Over a range.
        RANGE = "range_iterator" in "";
        /// Over a range of big ints.
        LONG_RANGE = "longrange_iterator" in "";
        /// Over the keys of a dict.
        DICT_KEYS = "dict_keyiterator" in "";
        /// Over the values of a dict.
        DICT_VALUES = "dict_valueiterator" in "";
        /// Over the items of a dict.
        DICT_ITEMS = "dict_itemiterator" in "";
        /// Over the keys of a dict, backwards.
        DICT_KEYS_REVERSE = "dict_reversekeyiterator" in "";
        /// Over the values of a dict, backwards.
        DICT_VALUES_REVERSE = "dict_reversevalueiterator" in "";
        /// Over the items of a dict, backwards.
        DICT_ITEMS_REVERSE = "dict_reverseitemiterator" in "";
        /// Over a set.
        SET = "set_iterator" in "";
        /// `map`
        MAP = "map" in "";
        /// `filter`
        FILTER = "filter" in "";
        /// `zip`
        ZIP = "zip" in "";
        /// `enumerate`
        ENUMERATE = "enumerate" in "" generic true;
        /// `reversed`
        REVERSED = "reversed" in "";
        /// `iter(function, sentinel)`
        CALLABLE = "callable_iterator" in "";
    }
}
