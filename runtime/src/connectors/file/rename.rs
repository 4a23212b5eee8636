//! `file.move`: moves or renames a file or folder inside its root folder.

use std::sync::Arc;

use super::root::Root;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::ConfigRef;

params! {
    /// Moves a file or folder. The message passes unchanged.
    pub struct MoveParams {
        /// The folder.
        "config" config: ConfigRef [config("file")],
        /// What is moved, relative to the folder.
        "source" source: Param [text()],
        /// Where it goes: the new path with its name.
        "target" target: Param [text()],
        /// Replace what is there?
        "overwrite" overwrite: Param [default("false"), bool()],
        /// Make the folders of the target that are missing?
        "create-parents" create_parents: bool [default("true")],
    }
}

/// `file.move`
pub struct Move {
    root: Arc<Root>,
    source: Param,
    target: Param,
    overwrite: Param,
    create_parents: bool,
}

impl Move {
    /// The step with these parameters.
    ///
    /// # Errors
    /// That the folder is not open.
    pub fn new(params: &MoveParams, builder: &mut Builder<'_>) -> Result<Move, String> {
        Ok(Move {
            root: builder.resource(&params.config.name)?,
            source: params.source.clone(),
            target: params.target.clone(),
            overwrite: params.overwrite.clone(),
            create_parents: params.create_parents,
        })
    }

    async fn rename(&self, run: &Run, message: &Message) -> Result<(), Fault> {
        let source = self.source.text(run, message).await?;
        let target = self.target.text(run, message).await?;
        let overwrite = self.overwrite.truth(run, message).await?;
        let (root, create_parents) = (Arc::clone(&self.root), self.create_parents);
        apart(move |_| root.rename(&source, &target, overwrite, create_parents)).await
    }
}

impl Component for Move {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.rename(run, &message).await;
            StepEnd::of(result, message)
        })
    }
}
