//! `file.list`: what is in a folder. The walk through the folder is in [`super::list`].

use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::value::civil::parse_datetime;

use super::list::Filter;
use super::root::Root;
use crate::connectors::database::value;
use crate::diagnostic::Code;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::{ConfigRef, Reader, Shape, parse_size};
use crate::yaml::Node;

/// What may be included.
const KINDS: &[&str] = &["files", "directories", "symlinks"];

params! {
    /// Lists a folder. The payload becomes a list of dicts with `Name`, `Type`, `Target`, `Size`, `Time`, `PathName`, sorted
    /// by `PathName`.
    pub struct ListParams {
        /// The folder's configuration.
        "config" config: ConfigRef [config("file")],
        /// The folder, relative to the configured one.
        "path" path: Param [default("."), text()],
        /// Folders inside folders too?
        "recursive" recursive: Param [default("false"), bool()],
        /// A pattern for the name, with `*` and `?`.
        "match" pattern: Option<Param> [optional(), text()],
        /// Which kinds of entries.
        "include" include: Vec<String> [default("[files]"), list_of(&Shape::OneOf(KINDS), 1, 3)],
        /// Smallest size.
        "min-size" min_size: Option<Param> [optional(), shape(Shape::Size)],
        /// Largest size.
        "max-size" max_size: Option<Param> [optional(), shape(Shape::Size)],
        /// Changed after this moment: a datetime, or RFC 3339 text.
        "after" after: Option<Param> [optional()],
        /// Changed before this moment.
        "before" before: Option<Param> [optional()],
    }
    check = check_moments;
}

fn check_moments(params: &ListParams, reader: &mut Reader<'_>, _: &Node) {
    for param in [&params.after, &params.before].into_iter().flatten() {
        let Some(literal) = param.constant.as_ref().filter(|literal| moment(literal).is_none()) else { continue };
        let code = if literal.as_str().is_some() { Code::SYNTAX } else { Code::SHAPE };
        let message = format!("{} must be a moment such as 2024-01-31T12:00:00+08:00", param.subject);
        reader.error(code, param.span, message);
    }
}

/// `file.list`
pub struct List {
    root: Arc<Root>,
    path: Param,
    recursive: Param,
    pattern: Option<Param>,
    include: Vec<String>,
    sizes: [Option<Param>; 2],
    times: [Option<Param>; 2],
}

impl List {
    /// The step with these parameters.
    ///
    /// # Errors
    /// That the folder is not open.
    pub fn new(params: &ListParams, builder: &mut Builder<'_>) -> Result<List, String> {
        Ok(List {
            root: builder.resource(&params.config.name)?,
            path: params.path.clone(),
            recursive: params.recursive.clone(),
            pattern: params.pattern.clone(),
            include: params.include.clone(),
            sizes: [params.min_size.clone(), params.max_size.clone()],
            times: [params.after.clone(), params.before.clone()],
        })
    }

    async fn list(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let path = self.path.text(run, message).await?;
        let name = match &self.pattern {
            Some(pattern) => Some(pattern.text(run, message).await?),
            None => None,
        };
        let includes = |kind: &str| self.include.iter().any(|own| own == kind);
        let [min_size, max_size] = &self.sizes;
        let [after, before] = &self.times;
        let filter = Filter {
            recursive: self.recursive.truth(run, message).await?,
            name,
            files: includes("files"),
            directories: includes("directories"),
            symlinks: includes("symlinks"),
            min_size: optional(min_size.as_ref(), run, message, size).await?,
            max_size: optional(max_size.as_ref(), run, message, size).await?,
            after: optional(after.as_ref(), run, message, moment).await?,
            before: optional(before.as_ref(), run, message, moment).await?,
        };
        let root = Arc::clone(&self.root);
        apart(move |left| root.list(&path, &filter, left)).await
    }
}

/// The value of an optional parameter; None counts as absent.
async fn optional<T>(
    param: Option<&Param>,
    run: &Run,
    message: &Message,
    read: fn(&Document) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let Some(param) = param else { return Ok(None) };
    let value = param.evaluate(run, message).await?;
    if value.is_none() {
        return Ok(None);
    }
    let misfit =
        || Fault::wrong_type(format!("`{}` cannot be of type {} or have this value", param.subject, value.type_name()));
    read(&value).map(Some).ok_or_else(misfit)
}

/// Bytes: an int, or a text such as `64KiB`.
fn size(value: &Document) -> Option<u64> {
    let written = || value.as_str().and_then(parse_size).map(|size| size.0);
    value.as_int().and_then(|bytes| u64::try_from(bytes).ok()).or_else(written)
}

/// Microseconds since 1970 of a datetime or its text; one without zone is in UTC.
fn moment(value: &Document) -> Option<i64> {
    let moment = match value {
        Document::DateTime(moment) => (**moment).clone(),
        other => parse_datetime(other.as_str()?.as_bytes()).ok()?,
    };
    Some(value::wall_micros(&value::in_utc(&moment)))
}

impl Component for List {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.list(run, &message).await.map(|list| message.set_payload(list));
            StepEnd::of(result, message)
        })
    }
}
