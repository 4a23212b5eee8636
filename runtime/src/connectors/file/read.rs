//! `file.read`: a file as an Entity, or as a stream of what is in it.

use std::io::BufReader;
use std::sync::Arc;

use dataway_lang::Document;

use super::root::Root;
use crate::connectors::items;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params::{ConfigRef, mime_by_suffix};
use crate::{choices, params};

choices! {
    /// How a body is read.
    pub enum ReadMode {
        /// Whole, as often as wanted.
        Repeatable = "repeatable",
        /// Once, item by item, in constant memory.
        Stream = "stream",
    }
}

params! {
    /// Reads a file. The payload becomes an Entity.
    pub struct ReadParams {
        /// The folder.
        "config" config: ConfigRef [config("file")],
        /// The file, relative to the folder.
        "path" path: Param [text()],
        /// Its MIME type; default: by its suffix.
        "mime-type" mime_type: Option<Param> [optional(), text()],
        /// Its text encoding.
        "encoding" encoding: Param [default("utf-8"), text()],
        /// `stream`: JSON arrays, CSV rows and lines come one by one, for files that are too large to be held.
        "mode" mode: ReadMode [default("repeatable")],
    }
}

/// `file.read`
pub struct Read {
    root: Arc<Root>,
    path: Param,
    mime_type: Option<Param>,
    encoding: Param,
    mode: ReadMode,
}

impl Read {
    /// The step with these parameters.
    ///
    /// # Errors
    /// That the folder is not open.
    pub fn new(params: &ReadParams, builder: &mut Builder<'_>) -> Result<Read, String> {
        let root = builder.resource(&params.config.name)?;
        let (path, encoding) = (params.path.clone(), params.encoding.clone());
        Ok(Read { root, path, mime_type: params.mime_type.clone(), encoding, mode: params.mode })
    }

    async fn read(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let path = self.path.text(run, message).await?;
        let encoding = self.encoding.text(run, message).await?;
        let mime_type = match &self.mime_type {
            Some(param) => param.text(run, message).await?,
            None => mime_by_suffix(&path).unwrap_or("application/octet-stream").to_owned(),
        };
        let root = Arc::clone(&self.root);
        if self.mode == ReadMode::Stream {
            if !items::can_stream(&mime_type, &encoding) {
                let reason = format!("{path}: {mime_type} in {encoding} cannot be read as a stream");
                return Err(Fault::wrong_type(reason));
            }
            let (file, _) = apart(move |_| root.file(&path)).await?;
            return items::stream(BufReader::new(file), &mime_type).map_err(Fault::wrong_type);
        }
        let limit = run.runtime().settings().max_payload;
        let bytes = apart(move |left| root.read(&path, limit, left)).await?;
        Ok(Document::entity(bytes, &mime_type, &encoding))
    }
}

impl Component for Read {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.read(run, &message).await.map(|file| message.set_payload(file));
            StepEnd::of(result, message)
        })
    }
}
