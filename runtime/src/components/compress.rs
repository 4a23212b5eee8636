//! `compress` and `decompress`: raw DEFLATE, GZIP, ZLIB.

use std::io::{Read, Write};
use std::sync::Arc;

use dataway_lang::Document;
use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::diagnostic::Code;
use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params::{Reader, Size};
use crate::yaml::Node;
use crate::{choices, params};

/// Content from this size on is worked on where it holds up nobody else.
const LARGE: usize = 64 * 1024;

choices! {
    /// A format of compressed data.
    pub enum Method {
        /// The raw format, without header and checksum.
        Deflate = "DEFLATE",
        /// As in files that end in `.gz`.
        Gzip = "GZIP",
        /// DEFLATE with header and checksum.
        Zlib = "ZLIB",
    }
}

/// The names of the methods.
const METHODS: &[&str] = &["DEFLATE", "GZIP", "ZLIB"];

params! {
    /// Compresses bytes.
    pub struct CompressParams {
        /// Bytes, an Entity (its bytes), or a str (as UTF-8).
        "content" content: Param [default("#[msg.payload]")],
        /// The format.
        "method" method: Param [one_of(METHODS)],
        /// `default`, `none`, or 1 (fast) to 9 (small).
        "level" level: Param [default("default")],
    }
    check = check_level;
}

fn check_level(params: &CompressParams, reader: &mut Reader<'_>, node: &Node) {
    if let Some(literal) = &params.level.constant
        && level(literal).is_none()
    {
        let span = node.get("level").map_or(node.span, |level| level.span);
        reader.error(Code::LIMITS, span, "`level` must be `default`, `none` or an int from 1 to 9");
    }
}

/// The level that a value names.
fn level(value: &Document) -> Option<Compression> {
    match (value.as_str(), value.as_int()) {
        (Some("default"), _) => Some(Compression::default()),
        (Some("none"), _) => Some(Compression::none()),
        (_, Some(level)) => u32::try_from(level).ok().filter(|level| (1..=9).contains(level)).map(Compression::new),
        _ => None,
    }
}

params! {
    /// Restores what was compressed.
    pub struct DecompressParams {
        /// Bytes, an Entity (its bytes), or a str (as UTF-8).
        "content" content: Param [default("#[msg.payload]")],
        /// The format.
        "method" method: Param [one_of(METHODS)],
        /// Most bytes of the result.
        "max-size" max_size: Size [default("64MiB")],
    }
}

/// The bytes and the method that a step works on.
async fn operands(content: &Param, method: &Param, run: &Run, message: &Message) -> Result<(Arc<[u8]>, Method), Fault> {
    let value = content.evaluate(run, message).await?;
    let bytes = bytes_of(&value).ok_or_else(|| {
        Fault::wrong_type(format!("`content` must be bytes, an Entity or a str, not {}", value.type_name()))
    })?;
    let name = method.text(run, message).await?;
    let method = Method::parse(&name);
    let method =
        method.ok_or_else(|| Fault::wrong_type(format!("`method` must be DEFLATE, GZIP or ZLIB, not {name}")))?;
    Ok((bytes, method))
}

/// The bytes of `bytes`, of an Entity, or of a str.
pub(super) fn bytes_of(value: &Document) -> Option<Arc<[u8]>> {
    match value {
        Document::Bytes(bytes) => Some(bytes.clone()),
        Document::Entity(entity) => Some(entity.bytes.clone()),
        Document::Text(text) => Some(text.clone()),
        other => other.text_bytes().map(Arc::from),
    }
}

/// Does work on bytes, where it holds up nobody else if they are many.
async fn apart<W>(size: usize, work: W) -> Result<Vec<u8>, Fault>
where
    W: FnOnce() -> Result<Vec<u8>, Fault> + Send + 'static,
{
    if size < LARGE {
        return work();
    }
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Fault::internal("compression was lost")))
}

/// `compress`: the payload becomes bytes.
pub struct Compress {
    content: Param,
    method: Param,
    level: Param,
}

impl Compress {
    /// The step with these parameters.
    #[must_use]
    pub fn new(params: &CompressParams) -> Compress {
        let CompressParams { content, method, level } = params;
        Compress { content: content.clone(), method: method.clone(), level: level.clone() }
    }

    async fn compress(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let (content, method) = operands(&self.content, &self.method, run, message).await?;
        let level = level(&self.level.evaluate(run, message).await?)
            .ok_or_else(|| Fault::wrong_type("`level` must be `default`, `none` or an int from 1 to 9"))?;
        let size = content.len();
        let work = move || {
            let out = Vec::with_capacity(content.len() / 2);
            let written = match method {
                Method::Deflate => finish(DeflateEncoder::new(out, level), &content, DeflateEncoder::finish),
                Method::Gzip => finish(GzEncoder::new(out, level), &content, GzEncoder::finish),
                Method::Zlib => finish(ZlibEncoder::new(out, level), &content, ZlibEncoder::finish),
            };
            written.map_err(|error| Fault::new("CORE:RUNTIME", format!("compressing failed: {error}")))
        };
        apart(size, work).await.map(Document::bytes)
    }
}

fn finish<E: Write>(
    mut encoder: E,
    content: &[u8],
    end: impl FnOnce(E) -> std::io::Result<Vec<u8>>,
) -> std::io::Result<Vec<u8>> {
    encoder.write_all(content)?;
    end(encoder)
}

impl Component for Compress {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.compress(run, &message).await.map(|bytes| message.set_payload(bytes));
            StepEnd::of(result, message)
        })
    }
}

/// `decompress`: the payload becomes bytes.
pub struct Decompress {
    content: Param,
    method: Param,
    max_size: u64,
}

impl Decompress {
    /// The step with these parameters.
    #[must_use]
    pub fn new(params: &DecompressParams) -> Decompress {
        let DecompressParams { content, method, max_size } = params;
        Decompress { content: content.clone(), method: method.clone(), max_size: max_size.0 }
    }

    async fn decompress(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let (content, method) = operands(&self.content, &self.method, run, message).await?;
        let most = self.max_size;
        let work = move || {
            // One byte more than allowed tells that there is more.
            let bound = most.saturating_add(1);
            let mut out = Vec::new();
            let read = match method {
                Method::Deflate => DeflateDecoder::new(&*content).take(bound).read_to_end(&mut out),
                Method::Gzip => MultiGzDecoder::new(&*content).take(bound).read_to_end(&mut out),
                Method::Zlib => ZlibDecoder::new(&*content).take(bound).read_to_end(&mut out),
            };
            match read {
                Ok(size) if u64::try_from(size).is_ok_and(|size| size <= most) => Ok(out),
                Ok(_) => Err(Fault::new("COMPRESS:LIMIT", format!("the content is larger than {most} bytes"))),
                Err(error) => {
                    Err(Fault::new("COMPRESS:DATA", format!("the content is no {} data: {error}", method.text())))
                }
            }
        };
        // A few bytes may become many.
        apart(LARGE, work).await.map(Document::bytes)
    }
}

impl Component for Decompress {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.decompress(run, &message).await.map(|bytes| message.set_payload(bytes));
            StepEnd::of(result, message)
        })
    }
}
