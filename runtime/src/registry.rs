//! The tables of what exists: components, triggers, configuration types.
//!
//! Loader, checker, engine, `dataway schema` and the editor all read these. Every room contributes one slice; a component is
//! declared nowhere else.

use crate::engine::{Builder, Component};
use crate::model::Step;
use crate::params::Description;

/// Makes what runs of a step; the error says what is wrong with its parameters.
pub type Build = fn(&Step, &mut Builder<'_>) -> Result<Box<dyn Component>, String>;

/// A component: what a step can do.
#[derive(Debug)]
pub struct ComponentDesc {
    /// Its key and parameters.
    pub description: Description,
    /// Makes what runs of a step; the error says what is wrong with its parameters.
    pub build: Build,
}

/// Describes a component: its key, its parameter struct, and the function that makes it of that struct.
#[macro_export]
macro_rules! component {
    ($key:literal, $params:ty => $build:expr) => {
        $crate::registry::ComponentDesc {
            description: $crate::params::Description::of::<$params>($key),
            build: |step, builder| {
                let params = step.params::<$params>().ok_or("the step has errors")?;
                let build: fn(&$params, &mut $crate::engine::Builder<'_>) -> Result<_, String> = $build;
                Ok(Box::new(build(params, builder)?))
            },
        }
    };
}

/// The components, by room.
pub static COMPONENTS: &[&[ComponentDesc]] =
    &[crate::components::COMPONENTS, crate::connectors::COMPONENTS, crate::connectors::state::COMPONENTS];

/// The triggers, by room.
pub static TRIGGERS: &[&[Description]] = &[crate::connectors::TRIGGERS];

/// The configuration types, by room.
pub static CONFIGS: &[&[Description]] = &[crate::components::CONFIGS, crate::connectors::CONFIGS];

/// What later stages bring; naming it in an app is APP012. A name stands for its operations too.
static LATER: &[&str] = &[
    "kafka",
    "amqp",
    "mqtt",
    "file-watch",
    "email",
    "ftp",
    "sftp",
    "redis",
    "jwt",
    "soap",
    "mongodb",
    "neo4j",
    "as2",
    "pgp",
    "sqlserver",
    "oracle",
    "dataset",
];

/// The component of that key.
#[must_use]
pub fn component(key: &str) -> Option<&'static ComponentDesc> {
    components().find(|component| component.description.key == key)
}

/// Every component.
pub fn components() -> impl Iterator<Item = &'static ComponentDesc> {
    COMPONENTS.iter().flat_map(|room| room.iter())
}

/// The keys of all components.
pub fn component_keys() -> impl Iterator<Item = &'static str> + Clone {
    COMPONENTS.iter().flat_map(|room| room.iter()).map(|component| component.description.key)
}

/// Every trigger.
pub fn triggers() -> impl Iterator<Item = &'static Description> {
    TRIGGERS.iter().flat_map(|room| room.iter())
}

/// Every configuration type.
pub fn configs() -> impl Iterator<Item = &'static Description> {
    CONFIGS.iter().flat_map(|room| room.iter())
}

/// The keys of all triggers.
pub fn trigger_keys() -> impl Iterator<Item = &'static str> + Clone {
    TRIGGERS.iter().flat_map(|room| room.iter()).map(|trigger| trigger.key)
}

/// The names of all configuration types.
pub fn config_keys() -> impl Iterator<Item = &'static str> + Clone {
    CONFIGS.iter().flat_map(|room| room.iter()).map(|config| config.key)
}

/// The trigger of that key.
#[must_use]
pub fn trigger(key: &str) -> Option<&'static Description> {
    TRIGGERS.iter().flat_map(|room| room.iter()).find(|trigger| trigger.key == key)
}

/// The configuration type of that name.
#[must_use]
pub fn config(key: &str) -> Option<&'static Description> {
    CONFIGS.iter().flat_map(|room| room.iter()).find(|config| config.key == key)
}

/// Does a later stage bring this component, trigger or configuration type?
#[must_use]
pub fn is_later(key: &str) -> bool {
    let module = key.split_once('.').map_or(key, |(module, _)| module);
    LATER.contains(&module)
}
