//! `compress` and `decompress`: raw DEFLATE, GZIP, ZLIB.

use std::io::{self, Read, Write};
use std::sync::Arc;

use dataway_lang::Document;
use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::diagnostic::Code;
use crate::engine::apart::{Left, STRETCH};
use crate::engine::{BoxFuture, Component, Run, StepEnd, apart};
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
        let made = if content.len() < LARGE {
            compressed(&content, method, level, &Left::default())
        } else {
            apart(move |left| compressed(&content, method, level, left)).await
        };
        made.map(Document::bytes)
    }
}

fn compressed(content: &[u8], method: Method, level: Compression, left: &Left) -> Result<Vec<u8>, Fault> {
    let out = Vec::with_capacity(content.len() / 2);
    match method {
        Method::Deflate => written(DeflateEncoder::new(out, level), content, left, DeflateEncoder::finish),
        Method::Gzip => written(GzEncoder::new(out, level), content, left, GzEncoder::finish),
        Method::Zlib => written(ZlibEncoder::new(out, level), content, left, ZlibEncoder::finish),
    }
}

/// What an encoder makes of the content.
fn written<E: Write>(
    mut encoder: E,
    content: &[u8],
    left: &Left,
    end: impl FnOnce(E) -> io::Result<Vec<u8>>,
) -> Result<Vec<u8>, Fault> {
    let failed = |error: io::Error| Fault::new("CORE:RUNTIME", format!("compressing failed: {error}"));
    for stretch in content.chunks(STRETCH) {
        left.check()?;
        encoder.write_all(stretch).map_err(failed)?;
    }
    end(encoder).map_err(failed)
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
        // A few bytes may become many.
        apart(move |left| restored(&content, method, most, left)).await.map(Document::bytes)
    }
}

/// What was compressed, if it is at most so many bytes.
fn restored(content: &[u8], method: Method, most: u64, left: &Left) -> Result<Vec<u8>, Fault> {
    let mut decoder: Box<dyn Read + '_> = match method {
        Method::Deflate => Box::new(DeflateDecoder::new(content)),
        Method::Gzip => Box::new(MultiGzDecoder::new(content)),
        Method::Zlib => Box::new(ZlibDecoder::new(content)),
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut out, mut stretch) = (Vec::new(), vec![0; STRETCH]);
    loop {
        left.check()?;
        let read = decoder.read(&mut stretch);
        let read = read.map_err(|error| {
            Fault::new("COMPRESS:DATA", format!("the content is no {} data: {error}", method.text()))
        })?;
        match stretch.get(..read) {
            None | Some([]) => return Ok(out),
            Some(_) if read > most - out.len() => {
                return Err(Fault::new("COMPRESS:LIMIT", format!("the content is larger than {most} bytes")));
            }
            Some(piece) => out.extend_from_slice(piece),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::apart::testing::leave;

    #[test]
    fn what_was_left_ends_on_its_way() {
        // Each takes seconds: noise, which is hard to compress, and members that give a thousand times their size.
        let mut state = 1_u64;
        let noise: Vec<u8> = (0..4 << 20)
            .flat_map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                state.to_le_bytes()
            })
            .collect();
        for method in [Method::Deflate, Method::Gzip, Method::Zlib] {
            assert_eq!(leave(|left| compressed(&noise, method, Compression::best(), left)), "CORE:CANCELLED");
        }
        let member = compressed(&vec![0; 1 << 20], Method::Gzip, Compression::best(), &Left::default()).unwrap();
        let many = member.repeat(16 << 10);
        assert_eq!(leave(|left| restored(&many, Method::Gzip, u64::MAX, left)), "CORE:CANCELLED");
    }
}
