//! Whether the services behind the configurations of an app can be reached (`dataway check --connections`; part 4, section 7).
//!
//! Nothing is changed there: a database is connected to, a base URL is asked for its head, a folder is looked at. Addresses that
//! the app itself listens on are left alone, because the app may be running.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;

use super::database::pool::Database;
use super::http::request::config::Service;
use super::{Surroundings, open};
use crate::components;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{App, Config};

/// Tries the connections of an app, which lies in the folder `root`, all at the same time. Gives what cannot be reached as
/// findings about `app.yaml`.
pub async fn unreachable(app: &App, root: &Path) -> Vec<Diagnostic> {
    // State values are files of our own.
    let around = Surroundings::new(root, None);
    let tried = app.file.configs.0.iter().map(async |(name, config)| {
        let reason = tried(config, &around).await.err()?;
        let message = format!("the configuration `{name}` cannot be reached: {}", app.redactor.redact(&reason));
        Some(Diagnostic::error(Code::UNREACHABLE, &app.source, config.span, message))
    });
    join_all(tried).await.into_iter().flatten().collect()
}

/// Makes the instance of a configuration and tries it.
async fn tried(config: &Config, around: &Surroundings) -> Result<(), String> {
    let made = components::open(config).transpose().or_else(|| open(config, around).transpose());
    let Some(instance) = made.transpose()? else { return Ok(()) };
    reached(&instance).await
}

async fn reached(instance: &Arc<dyn Any + Send + Sync>) -> Result<(), String> {
    if let Some(database) = instance.downcast_ref::<Database>() {
        let reached = database.reach().await.map_err(|fault| fault.to_string());
        database.close().await;
        return reached;
    }
    match instance.downcast_ref::<Service>() {
        Some(service) => service.reach().await.map_err(|fault| fault.to_string()),
        None => Ok(()),
    }
}
