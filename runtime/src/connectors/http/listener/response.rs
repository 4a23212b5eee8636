//! The answer to a request, made of the message with which its run ended (flows part 3, section 2.4).

use std::io::{self, Write};

use bytes::Bytes;
use dataway_lang::Document;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::ext::ReasonPhrase;
use hyper::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE, TRANSFER_ENCODING,
    VARY,
};
use hyper::{Response, StatusCode};
use tokio::sync::mpsc;

use super::super::fields::SetCookie;
use super::answer::{Answer, AnswerBody, Refusal};
use crate::connectors::content::{Chunks, Content, JSON, content, is_utf8};
use crate::engine::apart::Left;
use crate::engine::{Run, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;

/// Values from this size on are converted where that holds up nobody else.
const LARGE: usize = 256 << 10;
/// Chunks of a streamed body that wait for the client.
const AHEAD: usize = 16;

params! {
    /// How a message becomes an answer.
    pub struct ResponseParams {
        /// Status.
        "status" status: Param [default("200"), int(100, 599)],
        /// Reason phrase of HTTP/1.1; default: the usual one.
        "reason" reason: Option<Param> [optional(), text()],
        /// Name → value, or list of values.
        "headers" headers: Param [default("{}")],
        /// Dicts with `name`, `value`, `expires`, `path`, `max-age`, `secure`, `http-only`, `same-site`.
        "cookies" cookies: Param [default("[]")],
        /// Body.
        "body" body: Param [default("#[msg.payload]")],
        /// MIME type of a body that is no Entity.
        "mime-type" mime_type: Option<String> [optional()],
        /// Its text encoding.
        "encoding" encoding: String [default("utf-8")],
        /// Level of compression for clients that accept gzip; 0: none.
        "compress" compress: u32 [default("0"), int(0, 9)],
    }
}

params! {
    /// How a failed message becomes an answer.
    pub struct ErrorResponseParams {
        /// Status.
        "status" status: Param [default("500"), int(100, 599)],
        /// Reason phrase of HTTP/1.1; default: the usual one.
        "reason" reason: Option<Param> [optional(), text()],
        /// Name → value, or list of values.
        "headers" headers: Param [default("{}")],
        /// Dicts with `name`, `value`, `expires`, `path`, `max-age`, `secure`, `http-only`, `same-site`.
        "cookies" cookies: Param [default("[]")],
        /// Body.
        "body" body: Param [default("#[msg.error]")],
        /// MIME type of a body that is no Entity.
        "mime-type" mime_type: Option<String> [optional()],
        /// Its text encoding.
        "encoding" encoding: String [default("utf-8")],
        /// Level of compression for clients that accept gzip; 0: none.
        "compress" compress: u32 [default("0"), int(0, 9)],
    }
}

/// A recipe for answers.
#[derive(Clone)]
pub struct Recipe {
    status: Param,
    reason: Option<Param>,
    headers: Param,
    cookies: Param,
    body: Param,
    mime_type: Option<String>,
    encoding: String,
    compress: u32,
}

macro_rules! recipe_of {
    ($params:ty) => {
        impl From<&$params> for Recipe {
            fn from(params: &$params) -> Recipe {
                Recipe {
                    status: params.status.clone(),
                    reason: params.reason.clone(),
                    headers: params.headers.clone(),
                    cookies: params.cookies.clone(),
                    body: params.body.clone(),
                    mime_type: params.mime_type.clone(),
                    encoding: params.encoding.clone(),
                    compress: params.compress,
                }
            }
        }
    };
}

recipe_of!(ResponseParams);
recipe_of!(ErrorResponseParams);

/// What of a response failed.
const HEADERS_EVAL: &str = "HTTP:LISTENER_HEADERS_EVAL_ERROR";
const HEADERS_TYPE: &str = "HTTP:LISTENER_HEADERS_TYPE_ERROR";
const COOKIE_EVAL: &str = "HTTP:LISTENER_SET_COOKIE_EVAL_ERROR";
const BODY_EVAL: &str = "HTTP:LISTENER_BODY_EVAL_ERROR";
const STATUS_EVAL: &str = "HTTP:LISTENER_STATUS_EVAL_ERROR";
const RESPONSE_TYPE: &str = "RESPONSE_TYPE_ERROR";

fn failed(code: &'static str) -> impl Fn(Fault) -> Refusal {
    move |fault| Refusal::Response(code, fault.to_string())
}

fn wrong(code: &'static str) -> impl Fn(String) -> Refusal {
    move |reason| Refusal::Response(code, reason)
}

impl Recipe {
    /// Whether all that it takes of a message is the payload, as JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        let others = [&self.status, &self.headers, &self.cookies].into_iter().chain(&self.reason);
        self.body.is_payload
            && others.into_iter().all(|param| param.constant.is_some())
            && self.mime_type.as_deref().is_none_or(|own| own == JSON)
            && is_utf8(&self.encoding)
    }

    /// The answer for a message. `accepts_gzip`: the client said so.
    ///
    /// # Errors
    /// Which part failed.
    pub async fn answer(&self, run: &Run, message: &Message, accepts_gzip: bool) -> Result<Answer, Refusal> {
        let given = self.headers.evaluate(run, message).await.map_err(failed(HEADERS_EVAL))?;
        let mut headers = header_map(&given).map_err(wrong(HEADERS_TYPE))?;
        let cookies = self.cookies.evaluate(run, message).await.map_err(failed(COOKIE_EVAL))?;
        for cookie in set_cookies(&cookies).map_err(wrong(COOKIE_EVAL))? {
            headers.append(SET_COOKIE, cookie);
        }
        let status = self.status.int(run, message, 100..=599).await.map_err(failed(STATUS_EVAL))?;
        // An interim status is no answer: the client would wait for another one.
        let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status
            .filter(|status| !status.is_informational())
            .ok_or_else(|| wrong(STATUS_EVAL)("an answer has a status from 200".into()))?;
        let reason = match &self.reason {
            Some(param) => Some(param.text(run, message).await.map_err(failed(STATUS_EVAL))?),
            None => None,
        };
        let value = self.body.evaluate(run, message).await.map_err(failed(BODY_EVAL))?;
        let header_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mime_type = self.mime_type.clone().or(header_type);
        let converted = convert(value, mime_type, &self.encoding).await;
        let (body, mime_type) = match converted.map_err(wrong(RESPONSE_TYPE))? {
            Content::Whole(bytes, mime_type) if self.compress > 0 && accepts_gzip && !bytes.is_empty() => {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
                (AnswerBody::Whole(zipped(bytes, self.compress).await.map_err(|_| Refusal::System)?), mime_type)
            }
            Content::Whole(bytes, mime_type) => (AnswerBody::Whole(bytes), mime_type),
            Content::Chunks(chunks, mime_type) => (streamed(chunks), Some(mime_type)),
        };
        // The length and the way of sending follow from the body.
        headers.remove(CONTENT_LENGTH);
        headers.remove(TRANSFER_ENCODING);
        headers.remove(CONTENT_TYPE);
        if let Some(mime_type) = mime_type {
            let value = if mime_type == JSON {
                HeaderValue::from_static(JSON)
            } else {
                HeaderValue::from_str(&mime_type)
                    .map_err(|_| wrong(RESPONSE_TYPE)(format!("{mime_type:?} is no MIME type")))?
            };
            headers.insert(CONTENT_TYPE, value);
        }
        let mut answer = Response::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        if let Some(reason) = reason {
            let phrase = ReasonPhrase::try_from(reason.into_bytes());
            answer
                .extensions_mut()
                .insert(phrase.map_err(|_| wrong(STATUS_EVAL)("the reason is no reason phrase".into()))?);
        }
        Ok(answer)
    }
}

/// Converts a body; a large one where that holds up nobody else.
async fn convert(value: Document, mime_type: Option<String>, encoding: &str) -> Result<Content, String> {
    let structured = !matches!(value, Document::Entity(_) | Document::Bytes(_) | Document::Stream(_));
    if structured && value.size() > LARGE {
        let encoding = encoding.to_owned();
        let work = move |_: &Left| content(&value, mime_type.as_deref(), &encoding).map_err(Fault::wrong_type);
        return apart(work).await.map_err(|fault| fault.description.clone());
    }
    content(&value, mime_type.as_deref(), encoding)
}

/// Compresses a body; a large one where that holds up nobody else.
async fn zipped(bytes: Bytes, level: u32) -> Result<Bytes, Fault> {
    let is_large = bytes.len() > LARGE;
    let zip = move || {
        let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::new(level));
        let zipped = encoder.write_all(&bytes).and_then(|()| encoder.finish());
        zipped.map(Bytes::from).map_err(|error| Fault::internal(&error.to_string()))
    };
    if is_large { apart(move |_| zip()).await } else { zip() }
}

/// A body that is made while it is sent. What fails on the way can only break the connection: the head is sent already.
fn streamed(mut chunks: Chunks) -> AnswerBody {
    let (sender, receiver) = mpsc::channel::<io::Result<Frame<Bytes>>>(AHEAD);
    let (waiter, _task) = apart::start(move |_| {
        while let Some(chunk) = chunks.next_chunk().transpose() {
            let ended = chunk.is_err();
            if sender.blocking_send(chunk.map(Frame::data).map_err(io::Error::other)).is_err() || ended {
                break;
            }
        }
        Ok(())
    });
    let frames = futures_util::stream::unfold((receiver, waiter), async |(mut receiver, waiter)| {
        receiver.recv().await.map(|frame| (frame, (receiver, waiter)))
    });
    AnswerBody::Streamed(StreamBody::new(frames).boxed_unsync())
}

/// Headers of a dict or MultiMap of texts and lists of texts.
///
/// # Errors
/// What is no header.
pub fn header_map(value: &Document) -> Result<HeaderMap, String> {
    let pairs = match value {
        Document::None => return Ok(HeaderMap::new()),
        Document::Dict(pairs) | Document::MultiMap(pairs) => pairs,
        other => return Err(format!("headers must be a dict or MultiMap, not {}", other.type_name())),
    };
    let mut headers = HeaderMap::new();
    for (name, value) in pairs.iter() {
        let shown = name.as_str().unwrap_or_default();
        let key = HeaderName::from_bytes(shown.as_bytes()).map_err(|_| format!("{shown:?} is no header name"))?;
        for one in value.as_list().unwrap_or(std::slice::from_ref(value)) {
            let text = one
                .as_str()
                .ok_or_else(|| format!("header {shown} must be a str or a list of str, not {}", one.type_name()))?;
            let text = HeaderValue::from_str(text).or_else(|_| HeaderValue::from_bytes(text.as_bytes()));
            headers.append(
                key.clone(),
                text.map_err(|_| format!("header {shown} holds a character that headers cannot hold"))?,
            );
        }
    }
    Ok(headers)
}

/// The `Set-Cookie` headers of a list of dicts.
fn set_cookies(value: &Document) -> Result<Vec<HeaderValue>, String> {
    if value.is_none() {
        return Ok(Vec::new());
    }
    let cookies =
        value.as_list().ok_or_else(|| format!("cookies must be a list of dicts, not {}", value.type_name()))?;
    cookies.iter().map(set_cookie).collect()
}

fn set_cookie(value: &Document) -> Result<HeaderValue, String> {
    let text = |key: &str| match value.get(key) {
        None | Some(Document::None) => Ok(None),
        Some(own) => {
            own.as_str().map(|own| Some(own.to_owned())).ok_or_else(|| format!("`{key}` of a cookie must be a str"))
        }
    };
    let flag = |key: &str| value.get(key).and_then(Document::as_bool).unwrap_or(false);
    let cookie = SetCookie {
        name: text("name")?.ok_or("a cookie needs a `name`")?,
        value: text("value")?.unwrap_or_default(),
        expires: text("expires")?,
        path: text("path")?,
        max_age: value.get("max-age").and_then(Document::as_int),
        secure: flag("secure"),
        http_only: flag("http-only"),
        same_site: text("same-site")?,
    };
    HeaderValue::from_str(&cookie.header()?).map_err(|error| error.to_string())
}
