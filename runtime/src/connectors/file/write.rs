//! `file.write`: a value into a file.

use std::sync::Arc;

use dataway_lang::Document;

use super::root::{Root, Writing};
use crate::connectors::content::{Content, content};
use crate::engine::apart::Left;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params::{ConfigRef, mime_by_suffix};
use crate::{choices, params};

choices! {
    /// What happens to what is there.
    pub enum WriteMode {
        /// It is replaced at once.
        Overwrite = "overwrite",
        /// The content comes behind it.
        Append = "append",
        /// It stays, and the step fails.
        CreateNew = "create-new",
    }
}

params! {
    /// Writes a file. The message passes unchanged.
    pub struct WriteParams {
        /// The folder.
        "config" config: ConfigRef [config("file")],
        /// The file, relative to the folder.
        "path" path: Param [text()],
        /// What is written: an Entity, bytes, str or None as they are; dict, list and stream in the format of the suffix,
        /// JSON if it says none.
        "content" content: Param [default("#[msg.payload]")],
        /// What happens to a file that is there.
        "mode" mode: WriteMode [default("overwrite")],
        /// Make the folders of the path that are missing?
        "create-parents" create_parents: bool [default("true")],
    }
}

/// `file.write`
pub struct Write {
    root: Arc<Root>,
    path: Param,
    content: Param,
    writing: Writing,
    create_parents: bool,
}

/// Bytes that are written at one time.
const PIECE: usize = 1 << 20;

impl Write {
    /// The step with these parameters.
    ///
    /// # Errors
    /// That the folder is not open.
    pub fn new(params: &WriteParams, builder: &mut Builder<'_>) -> Result<Write, String> {
        let writing = match params.mode {
            WriteMode::Overwrite => Writing::Overwrite,
            WriteMode::Append => Writing::Append,
            WriteMode::CreateNew => Writing::CreateNew,
        };
        Ok(Write {
            root: builder.resource(&params.config.name)?,
            path: params.path.clone(),
            content: params.content.clone(),
            writing,
            create_parents: params.create_parents,
        })
    }

    async fn write(&self, run: &Run, message: &Message) -> Result<(), Fault> {
        let path = self.path.text(run, message).await?;
        let value = self.content.evaluate(run, message).await?;
        let (root, writing, create_parents) = (Arc::clone(&self.root), self.writing, self.create_parents);
        apart(move |left| write(&root, &path, &value, writing, create_parents, left)).await
    }
}

fn write(
    root: &Root,
    path: &str,
    value: &Document,
    writing: Writing,
    create_parents: bool,
    left: &Left,
) -> Result<(), Fault> {
    let mime_type = mime_by_suffix(path).filter(|_| !matches!(value, Document::Short(_) | Document::Text(_)));
    let mut content = content(value, mime_type, "utf-8").map_err(Fault::wrong_type)?;
    root.write(path, writing, create_parents, || {
        left.check()?;
        match &mut content {
            Content::Whole(rest, _) if rest.is_empty() => Ok(None),
            Content::Whole(rest, _) => Ok(Some(rest.split_to(rest.len().min(PIECE)))),
            Content::Chunks(chunks, _) => chunks.next_chunk().map_err(|reason| Fault::new("CORE:RUNTIME", reason)),
        }
    })
}

impl Component for Write {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.write(run, &message).await;
            StepEnd::of(result, message)
        })
    }
}
