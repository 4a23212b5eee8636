//! `file.delete`: removes a file, or a folder with all that is in it.

use std::sync::Arc;

use super::root::Root;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::ConfigRef;

params! {
    /// Deletes a file or folder. The message passes unchanged.
    pub struct DeleteParams {
        /// The folder.
        "config" config: ConfigRef [config("file")],
        /// What is deleted, relative to the folder.
        "path" path: Param [text()],
        /// Folders too, with all that is in them?
        "recursive" recursive: Param [default("false"), bool()],
    }
}

/// `file.delete`
pub struct Delete {
    root: Arc<Root>,
    path: Param,
    recursive: Param,
}

impl Delete {
    /// The step with these parameters.
    ///
    /// # Errors
    /// That the folder is not open.
    pub fn new(params: &DeleteParams, builder: &mut Builder<'_>) -> Result<Delete, String> {
        let root = builder.resource(&params.config.name)?;
        Ok(Delete { root, path: params.path.clone(), recursive: params.recursive.clone() })
    }

    async fn delete(&self, run: &Run, message: &Message) -> Result<(), Fault> {
        let path = self.path.text(run, message).await?;
        let recursive = self.recursive.truth(run, message).await?;
        let root = Arc::clone(&self.root);
        apart(move |_| root.delete(&path, recursive)).await
    }
}

impl Component for Delete {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.delete(run, &message).await;
            StepEnd::of(result, message)
        })
    }
}
