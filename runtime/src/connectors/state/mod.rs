//! Values that survive restarts (flows part 3, section 7).
//!
//! | room | job |
//! |---|---|
//! | [`operation`] | the operations: each is a question or a change of one key, so they share one file |
//! | [`store`] | where the values are |
//! | [`codec`] | values as bytes |

pub mod codec;
pub mod operation;
pub mod store;

use operation::{
    EndParams, ExpireParams, FieldParams, KeyParams, Operation, PushParams, SetFieldParams, SetParams, StateStep,
};

use crate::params::{Syntax, SyntaxError};
use crate::registry::ComponentDesc;
use crate::{component, params};

/// The key of a value.
static KEY: Syntax = Syntax {
    name: "state key",
    check: |text| match text.chars().count() {
        1..=30 => Ok(()),
        _ => Err(SyntaxError { message: "write 1 to 30 characters".into(), span: 0..text.len() }),
    },
};

params! {
    /// A value that survives restarts: one value, a list, or a hash. Configurations with the same key share it.
    pub struct StateConfig {
        /// 1 to 30 characters.
        "key" key: String [syntax(&KEY)],
    }
}

/// The operations.
pub static COMPONENTS: &[ComponentDesc] = &[
    component!("state.delete", KeyParams => |params, builder| {
        StateStep::new(&params.config, Operation::Delete, builder)
    }),
    component!("state.expire", ExpireParams => |params, builder| {
        StateStep::new(&params.config, Operation::Expire(params.days.clone()), builder)
    }),
    component!("state.get", KeyParams => |params, builder| StateStep::new(&params.config, Operation::Get, builder)),
    component!("state.hash-get", FieldParams => |params, builder| {
        StateStep::new(&params.config, Operation::Field(params.field.clone()), builder)
    }),
    component!("state.hash-has", FieldParams => |params, builder| {
        StateStep::new(&params.config, Operation::HasField(params.field.clone()), builder)
    }),
    component!("state.hash-remove", FieldParams => |params, builder| {
        StateStep::new(&params.config, Operation::RemoveField(params.field.clone()), builder)
    }),
    component!("state.hash-set", SetFieldParams => |params, builder| {
        StateStep::new(&params.config, Operation::SetField(params.field.clone(), params.value.clone()), builder)
    }),
    component!("state.hash-size", KeyParams => |params, builder| StateStep::new(&params.config, Operation::Size, builder)),
    component!("state.list-get", EndParams => |params, builder| {
        StateStep::new(&params.config, Operation::Peek(params.end), builder)
    }),
    component!("state.list-length", KeyParams => |params, builder| {
        StateStep::new(&params.config, Operation::Length, builder)
    }),
    component!("state.list-pop", EndParams => |params, builder| {
        StateStep::new(&params.config, Operation::Pop(params.end), builder)
    }),
    component!("state.list-push", PushParams => |params, builder| {
        StateStep::new(&params.config, Operation::Push(params.value.clone(), params.end), builder)
    }),
    component!("state.set", SetParams => |params, builder| {
        StateStep::new(&params.config, Operation::Set(params.value.clone()), builder)
    }),
];
