//! The first message of a run, made of a request (flows part 3, section 2.2).

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use dataway_lang::Document;
use dataway_lang::document::{Attributes, Dict, Keys};
use dataway_lang::mime::mime_type;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};
use tokio::sync::mpsc;

use super::super::{fields, path};
use super::budget::Reserved;
use super::site::{Received, RequestBody};
use crate::connectors::items;
use crate::message::Message;

/// Pieces of a streamed body that wait for their reader.
const AHEAD: usize = 16;
/// Bytes that a header takes beside its text.
const LINE: usize = 64;

/// The message of a request, and its share of the memory for bodies, which lasts as long as the run.
///
/// # Errors
/// That a streamed body has a type that cannot be read item by item.
pub fn message(request: Received) -> Result<(Message, Reserved), String> {
    let Received { parts, body, client, path, variables } = request;
    let header = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mime = header.unwrap_or("application/octet-stream");
    let charset = mime_type::parameter(mime, "charset").map(|charset| charset.to_lowercase());
    let encoding = charset.as_deref().unwrap_or("utf-8");
    let mut share = Reserved::default();
    let payload = match body {
        // No body is an empty blob, of whatever type the head speaks.
        RequestBody::Whole(bytes, reserved) => {
            share = reserved;
            Document::entity(&*bytes, mime, encoding)
        }
        RequestBody::Stream(body) if items::can_stream(mime, encoding) => {
            let (sender, receiver) = mpsc::channel(AHEAD);
            tokio::spawn(forward(body, sender));
            items::stream(items::Pieces::new(receiver), mime)?
        }
        RequestBody::Stream(_) => {
            return Err(format!("a body of type {mime} in {encoding} cannot be read as a stream"));
        }
    };
    let head = Head { method: parts.method, uri: parts.uri, headers: parts.headers, client, path, variables };
    let attributes = Attributes::deferred(head.size(), move || attributes(&head));
    Ok((Message::new(payload, attributes, Document::dict([])), share))
}

/// What attributes are made of.
struct Head {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    client: SocketAddr,
    path: String,
    variables: Vec<(String, String)>,
}

impl Head {
    /// About how many bytes of memory this and the attributes take.
    fn size(&self) -> usize {
        let line = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + LINE;
        let headers: usize = self.headers.iter().map(line).sum();
        // Headers stand in the attributes under two names.
        size_of::<Head>() + headers * 3 + self.path.len() * 8
    }
}

/// Hands the pieces of a body on until nobody wants them any more.
async fn forward(mut body: Incoming, sender: mpsc::Sender<io::Result<bytes::Bytes>>) {
    loop {
        let frame = tokio::select! {
            () = sender.closed() => return,
            frame = body.frame() => frame,
        };
        let Some(frame) = frame else { return };
        let piece = match frame.map(|frame| frame.into_data()) {
            Ok(Ok(piece)) => Ok(piece),
            // Trailers.
            Ok(Err(_)) => continue,
            Err(error) => Err(io::Error::other(error)),
        };
        if sender.send(piece).await.is_err() {
            return;
        }
    }
}

/// The names of the attributes, in the order of the specification.
static ATTRIBUTES: LazyLock<Arc<Keys>> = LazyLock::new(|| {
    let names = [
        "headers",
        "header",
        "cookies",
        "host",
        "method",
        "remoteAddr",
        "requestUri",
        "requestPath",
        "queryParams",
        "uriParams",
    ];
    Arc::new(Keys::common(names.map(Document::from).into()))
});

fn attributes(request: &Head) -> Document {
    let headers = headers(&request.headers);
    let cookies =
        request.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(fields::cookies);
    let host = request.uri.authority().map(hyper::http::uri::Authority::as_str);
    let host = host.or_else(|| request.headers.get(HOST).and_then(|value| value.to_str().ok())).unwrap_or_default();
    let uri = request.uri.path_and_query().map_or(request.uri.path(), hyper::http::uri::PathAndQuery::as_str);
    let query = path::query_pairs(request.uri.query().unwrap_or_default());
    let variables = request.variables.iter().map(|(name, value)| (name.as_str(), value.into()));
    let values = vec![
        headers.clone(),
        headers,
        Document::dict(cookies.map(|(name, value)| (name, value.into()))),
        host.into(),
        request.method.as_str().into(),
        request.client.to_string().into(),
        uri.into(),
        request.path.as_str().into(),
        several(query.iter().map(|(key, value)| (key, value.into()))),
        Document::dict(variables),
    ];
    Document::Dict(Arc::new(Dict::new(Arc::clone(&ATTRIBUTES), values)))
}

/// Headers as a dict of lists, names in canonical form, values in order of arrival.
#[must_use]
pub fn headers(map: &HeaderMap) -> Document {
    several(map.iter().map(|(name, value)| (fields::canonical(name.as_str()), text(value.as_bytes()))))
}

/// Bytes of a header as text: UTF-8, or else ISO-8859-1, which is what HTTP once said.
fn text(bytes: &[u8]) -> Document {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
    }
}

/// Pairs as a dict of lists.
fn several<K: AsRef<str>>(pairs: impl Iterator<Item = (K, Document)>) -> Document {
    match Document::multi_map(pairs) {
        Document::MultiMap(map) => Document::Dict(map),
        other => other,
    }
}
