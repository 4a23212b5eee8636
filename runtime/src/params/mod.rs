//! Typed parameters: one table per component, trigger and configuration type.
//!
//! [`params!`] declares a struct and, from the same lines, its [`Table`]: what the loader reads by, what `dataway schema` prints
//! and what the editor shows. Reading collects every error and gives each mistake one message. What the parameters do is left to
//! the components; how an expression is compiled to [`crate::expr`]. Parameter values: flows specification, part 1, section 6.
//!
//! ```ignore
//! params! {
//!     /// Suspends the run without holding a thread.
//!     pub struct SleepParams {
//!         /// How long; a bare number counts milliseconds.
//!         "delay" delay: Param [default("1000"), main(), duration(Unit::Millisecond, 0, 86_400_000)],
//!     }
//! }
//! ```
//! The type of a field says how it is read: [`Param`](crate::expr::Param) takes literals and expressions, every other type only
//! literals. The list in brackets refines it, see the methods of [`Field`]; a field without a default is required unless it is
//! `optional()`.

mod bundle;
mod document;
mod fields;
mod literals;
mod references;
mod schema;
mod shape;
mod units;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

pub use document::{SchemaKind, document};
pub use fields::{Context, Fields, Reader, Surroundings};
pub(crate) use fields::{heading, nearest, placed, unknown_key};
pub(crate) use literals::fits as literal_fits;
pub use literals::{Literal, Named, Secret, Spanned};
pub use references::{ConfigRef, Contract, ContractForm, FlowRef, SchemaRef, mime_by_suffix, type_of_text};
pub use schema::json_schema;
pub use shape::{Field, Mode, Need, Shape, Syntax, SyntaxError, Table};
pub use units::{Size, Unit, is_name, parse_duration, parse_size};

use crate::expr::Param;
use crate::model::Steps;
use crate::yaml::Node;

/// A type that a parameter can have.
pub trait Value: Sized {
    /// What it looks like in YAML, unless the field refines it.
    const SHAPE: Shape;
    /// Does it take literals only (mode L)?
    const LITERAL: bool = true;

    /// Reads it; `None` after a message.
    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Self>;

    /// The branch that the element at position `n` (from 1) of a list is, for the ids of the steps inside.
    fn label(node: &Node, n: usize) -> Option<String> {
        let _ = (node, n);
        None
    }

    /// What it is when nobody wrote it; `None` if it must be written.
    fn absent(shape: &Shape, reader: &Reader<'_>) -> Option<Self> {
        let _ = (shape, reader);
        None
    }

    /// Shows what is inside to a visitor.
    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        let _ = visitor;
    }
}

/// Sees what a parameter struct holds, in the order of its fields, at any depth.
pub trait Visitor<'a> {
    /// The fields of a record, or the elements of a list, are inside `name`.
    fn enter(&mut self, field: &'static Field) {
        let _ = field;
    }
    /// The field was seen.
    fn leave(&mut self, field: &'static Field) {
        let _ = field;
    }
    /// A literal or expression.
    fn param(&mut self, param: &'a Param) {
        let _ = param;
    }
    /// What follows until [`Visitor::leave_key`] is the value of a key of the author's choice.
    fn enter_key(&mut self, key: &'a str) {
        let _ = key;
    }
    /// The value was seen.
    fn leave_key(&mut self) {}
    /// A literal text.
    fn name(&mut self, name: &'a str) {
        let _ = name;
    }
    /// One of several texts, see [`choices!`](crate::choices!).
    fn choice(&mut self, text: &'static str) {
        let _ = text;
    }
    /// A list of steps.
    fn steps(&mut self, steps: &'a Steps) {
        let _ = steps;
    }
    /// The name of a flow.
    fn flow(&mut self, flow: &'a FlowRef) {
        let _ = flow;
    }
    /// A configuration.
    fn config(&mut self, config: &'a ConfigRef) {
        let _ = config;
    }
    /// A contract.
    fn contract(&mut self, contract: &'a Contract) {
        let _ = contract;
    }
    /// A schema.
    fn schema(&mut self, schema: &'a SchemaRef) {
        let _ = schema;
    }
}

/// A struct declared with [`params!`].
pub trait Params: Value + fmt::Debug + Send + Sync + 'static {
    /// Its table.
    const TABLE: &'static Table;
    /// Reads its fields; `None` after a message.
    fn read_fields(fields: &mut Fields<'_, '_>) -> Option<Self>;
}

/// A parameter struct of some type.
pub trait AnyParams: Any + fmt::Debug + Send + Sync {
    /// Shows what is inside to a visitor.
    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>);
    /// The struct itself, to be cast down.
    fn as_any(&self) -> &dyn Any;
}

impl<T: Params> AnyParams for T {
    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        Value::visit(self, visitor);
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What is known of a component, trigger or configuration type without running it: its key and its parameters.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The key in YAML, such as `set-payload`, `file.read` or `http-listener`.
    pub key: &'static str,
    /// Its parameters.
    pub table: &'static Table,
    /// Reads them.
    pub read: fn(&Node, &mut Reader<'_>) -> Option<Arc<dyn AnyParams>>,
}

impl Description {
    /// Describes `key` with the parameters `T`.
    #[must_use]
    pub const fn of<T: Params>(key: &'static str) -> Description {
        Description { key, table: T::TABLE, read: read_any::<T> }
    }
}

fn read_any<T: Params>(node: &Node, reader: &mut Reader<'_>) -> Option<Arc<dyn AnyParams>> {
    T::read(node, &Shape::Record(T::TABLE), reader).map(|params| Arc::new(params) as Arc<dyn AnyParams>)
}

/// Declares a parameter struct and its table. See the module's documentation.
///
/// After the struct may stand `check = path;`, a function `fn(&Struct, &mut Reader, &Node)` that reports what no single field can,
/// and `label = path;`, a function `fn(&Node, usize) -> String` that names the branch which an element of a list of these is.
#[macro_export]
macro_rules! params {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $key:literal $field:ident : $type:ty $([ $($method:ident ( $($argument:expr),* $(,)? )),* $(,)? ])?
            ),* $(,)?
        }
        $(check = $check:path;)?
        $(label = $label:path;)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $type, )*
        }

        impl $crate::params::Params for $name {
            const TABLE: &'static $crate::params::Table = &$crate::params::Table {
                doc: concat!($($doc, "\n"),*),
                fields: &[$(
                    $crate::params::Field::of::<$type>($key, concat!($($field_doc, "\n"),*)) $($(.$method($($argument),*))*)?
                ),*],
            };

            #[allow(unused_variables, reason = "a component may have no parameters")]
            fn read_fields(fields: &mut $crate::params::Fields<'_, '_>) -> Option<Self> {
                $( let $field = fields.read::<$type>($key); )*
                fields.finish();
                let made = $name { $( $field: $field? ),* };
                $(
                    if !fields.has_gaps() {
                        let node = fields.node();
                        $check(&made, fields.reader(), node);
                    }
                )?
                Some(made)
            }
        }

        impl $crate::params::Value for $name {
            const SHAPE: $crate::params::Shape =
                $crate::params::Shape::Record(<$name as $crate::params::Params>::TABLE);

            fn read(
                node: &$crate::yaml::Node,
                _shape: &$crate::params::Shape,
                reader: &mut $crate::params::Reader<'_>,
            ) -> Option<Self> {
                $crate::params::Fields::read_record::<$name>(node, reader)
            }

            $(
                fn label(node: &$crate::yaml::Node, n: usize) -> Option<String> {
                    Some($label(node, n))
                }
            )?

            #[allow(unused_variables, reason = "a component may have no parameters")]
            fn visit<'a>(&'a self, visitor: &mut dyn $crate::params::Visitor<'a>) {
                $(
                    if let Some(field) = <$name as $crate::params::Params>::TABLE.field($key) {
                        visitor.enter(field);
                        $crate::params::Value::visit(&self.$field, visitor);
                        visitor.leave(field);
                    }
                )*
            }
        }
    };
}

/// Declares an enum whose variants are written as texts.
#[macro_export]
macro_rules! choices {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident { $( $(#[doc = $variant_doc:literal])* $variant:ident = $text:literal ),* $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $( $(#[doc = $variant_doc])* $variant ),* }

        impl $name {
            /// As it is written.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $( $name::$variant => $text ),* }
            }

            /// The choice of that text.
            #[must_use]
            pub fn parse(text: &str) -> Option<$name> {
                match text { $( $text => Some($name::$variant), )* _ => None }
            }
        }

        impl $crate::params::Value for $name {
            const SHAPE: $crate::params::Shape = $crate::params::Shape::OneOf(&[$($text),*]);

            fn read(
                node: &$crate::yaml::Node,
                shape: &$crate::params::Shape,
                reader: &mut $crate::params::Reader<'_>,
            ) -> Option<Self> {
                let found = node.as_str().and_then($name::parse);
                if found.is_none() {
                    reader.misfit(node, shape);
                }
                found
            }

            fn visit<'a>(&'a self, visitor: &mut dyn $crate::params::Visitor<'a>) {
                visitor.choice(self.text());
            }
        }
    };
}
