//! Connectors: what ties an app to the world (flows part 3).
//!
//! One folder for each connector; each operation and trigger has a file of its own. What they share: [`content`] makes
//! bytes of values, [`items`] reads large inputs item by item, [`reach`] tries connections. Instances of configurations are made by [`open`];
//! [`triggers`] starts and ends what begins by itself.

pub mod content;
pub mod database;
pub mod file;
pub mod http;
pub mod items;
pub mod reach;
pub mod scheduler;
pub mod state;
pub mod triggers;

use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::component;
use crate::model::Config;
use crate::params::Description;
use crate::registry::ComponentDesc;

/// The operations.
pub static COMPONENTS: &[ComponentDesc] = &[
    component!("database.batch", database::batch::BatchParams => |params, builder| {
        database::batch::Batch::new(params, builder)
    }),
    component!("database.delete", database::execute::ExecuteParams => |params, builder| {
        database::execute::Execute::new(params, builder, false)
    }),
    component!("database.insert", database::execute::ExecuteParams => |params, builder| {
        database::execute::Execute::new(params, builder, true)
    }),
    component!("database.query", database::query::QueryParams => |params, builder| {
        database::query::Query::new(params, builder)
    }),
    component!("database.update", database::execute::ExecuteParams => |params, builder| {
        database::execute::Execute::new(params, builder, false)
    }),
    component!("file.delete", file::delete::DeleteParams => |params, builder| file::delete::Delete::new(params, builder)),
    component!("file.list", file::listing::ListParams => |params, builder| file::listing::List::new(params, builder)),
    component!("file.move", file::rename::MoveParams => |params, builder| file::rename::Move::new(params, builder)),
    component!("file.read", file::read::ReadParams => |params, builder| file::read::Read::new(params, builder)),
    component!("file.write", file::write::WriteParams => |params, builder| file::write::Write::new(params, builder)),
    component!("http-request", http::request::operation::RequestParams => |params, builder| {
        http::request::operation::Request::new(params, builder)
    }),
];

/// The triggers.
pub static TRIGGERS: &[Description] = &[
    Description::of::<http::listener::trigger::ListenerParams>("http-listener"),
    Description::of::<scheduler::trigger::SchedulerParams>("scheduler"),
];

/// The configuration types.
pub static CONFIGS: &[Description] = &[
    Description::of::<database::config::DatabaseConfig>("database"),
    Description::of::<file::config::FileConfig>("file"),
    Description::of::<http::listener::config::ListenerConfig>("http-listener"),
    Description::of::<http::request::config::RequestConfig>("http-request"),
    Description::of::<state::StateConfig>("state"),
];

/// What instances of configurations need to know of their app.
#[derive(Debug)]
pub struct Surroundings {
    app: PathBuf,
    store: Arc<state::store::Store>,
}

impl Surroundings {
    /// The surroundings in the folder `app`. State values are kept in the file `state`, or in memory without one.
    #[must_use]
    pub fn new(app: &Path, state: Option<PathBuf>) -> Surroundings {
        Surroundings { app: app.to_owned(), store: Arc::new(state::store::Store::new(state)) }
    }
}

/// Makes the instance of a configuration, which the steps that name it share. `Ok(None)` for listeners, whose instances
/// are made when the flows are ready ([`http::listener::start`]).
///
/// # Errors
/// Why the configuration can never work; a server that is down is no reason.
pub fn open(config: &Config, around: &Surroundings) -> Result<Option<Arc<dyn Any + Send + Sync>>, String> {
    let app = &around.app;
    Ok(Some(if let Some(own) = config.params::<database::config::DatabaseConfig>() {
        Arc::new(database::pool::Database::open(own, app)?)
    } else if let Some(own) = config.params::<file::config::FileConfig>() {
        Arc::new(own.open(app)?)
    } else if let Some(own) = config.params::<http::request::config::RequestConfig>() {
        Arc::new(own.open(app)?)
    } else if let Some(own) = config.params::<state::StateConfig>() {
        Arc::new(state::operation::State { store: Arc::clone(&around.store), key: own.key.clone() })
    } else {
        return Ok(None);
    }))
}
