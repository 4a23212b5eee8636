//! `http-request`: one exchange with a service (flows part 3, section 4).

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use dataway_lang::Document;
use dataway_lang::mime::mime_type;
use hyper::ext::ReasonPhrase;
use hyper::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE,
};
use reqwest::{Body, Method, Response, StatusCode, Url};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::fields;
use super::super::listener::message::headers as header_document;
use super::super::listener::response::header_map;
use super::address::{append_query, join};
use super::config::Service;
use super::failure::{Stage, fault};
use crate::connectors::content::{Content, content};
use crate::connectors::file::read::ReadMode;
use crate::connectors::items;
use crate::diagnostic::Code;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::{ConfigRef, Contract, Reader, Shape, Unit};
use crate::yaml::Node;

/// The methods that can be sent.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/// Longest timeout, in milliseconds: a day.
const MAX_TIMEOUT: u64 = 86_400_000;
/// Pieces of a streamed answer that wait for their reader.
const AHEAD: usize = 16;

const STATUS: Shape = Shape::Either(&[Shape::Int(100, 599), Shape::OneOf(&["4xx", "5xx"])]);

/// An answer that counts as a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// 400 to 499.
    Client,
    /// 500 to 599.
    Server,
    /// One status.
    Status(u16),
}

impl crate::params::Value for FailOn {
    const SHAPE: Shape = STATUS;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<FailOn> {
        match node.as_str() {
            Some("4xx") => Some(FailOn::Client),
            Some("5xx") => Some(FailOn::Server),
            Some(_) => {
                reader.misfit(node, shape);
                None
            }
            None => u16::read(node, &Shape::Int(100, 599), reader).map(FailOn::Status),
        }
    }
}

impl FailOn {
    fn matches(self, status: StatusCode) -> bool {
        match self {
            FailOn::Client => status.is_client_error(),
            FailOn::Server => status.is_server_error(),
            FailOn::Status(own) => status.as_u16() == own,
        }
    }
}

params! {
    /// Sends a request. The payload becomes an Entity of the answer's body, the attributes its status and headers.
    pub struct RequestParams {
        /// The service; not needed with `url`.
        "config" config: Option<ConfigRef> [optional(), config("http-request")],
        /// Method.
        "method" method: Param [default("GET"), one_of(METHODS)],
        /// Path behind the service's base URL; may have a query.
        "path" path: Option<Param> [optional(), text()],
        /// Absolute URL, in the place of base URL and path.
        "url" url: Option<Param> [optional(), text()],
        /// Name → scalar or list; appended to the query.
        "query" query: Param [default("{}")],
        /// Name → str or list.
        "headers" headers: Param [default("{}")],
        /// Name → str.
        "cookies" cookies: Param [default("{}")],
        /// Body; GET and HEAD have none.
        "body" body: Param [default("#[msg.payload]")],
        /// MIME type of a body that is no Entity.
        "mime-type" mime_type: Option<Param> [optional(), text()],
        /// Its text encoding.
        "encoding" encoding: Param [default("utf-8"), text()],
        /// Longest time of the exchange; default: that of the service.
        "timeout" timeout: Option<Param> [optional(), duration(Unit::Second, 1, MAX_TIMEOUT)],
        /// How many redirects are followed; default: that of the service.
        "max-redirects" max_redirects: Option<Param> [optional(), int(0, 20)],
        /// Which answers are failures; without it none is.
        "fail-on" fail_on: Vec<FailOn> [default("[]")],
        /// `stream`: the answer is read once, item by item.
        "mode" mode: ReadMode [default("repeatable")],
        /// The type of the answer, at design time.
        "response" response: Option<Contract> [optional()],
    }
    check = check;
}

fn check(params: &RequestParams, reader: &mut Reader<'_>, node: &Node) {
    if params.path.is_some() && params.url.is_some() {
        reader.error(Code::SHAPE, node.span, "a request has `path` or `url`, not both");
    }
    if params.config.is_none() && params.url.is_none() {
        reader.error(Code::SHAPE, node.span, "a request needs `config`, or an absolute `url`");
    }
}

/// `http-request`
pub struct Request {
    service: Arc<Service>,
    method: Param,
    path: Option<Param>,
    url: Option<Param>,
    query: Param,
    headers: Param,
    cookies: Param,
    body: Param,
    mime_type: Option<Param>,
    encoding: Param,
    timeout: Option<Param>,
    max_redirects: Option<Param>,
    fail_on: Vec<FailOn>,
    mode: ReadMode,
}

/// What is sent.
struct Outgoing {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Content>,
}

/// A body that may have to be sent again after a redirect.
enum Sent {
    Nothing,
    Whole(Bytes),
    Once(Option<Body>),
}

impl Request {
    /// The step with these parameters.
    ///
    /// # Errors
    /// That the service is not ready.
    pub fn new(params: &RequestParams, builder: &mut Builder<'_>) -> Result<Request, String> {
        let service = match &params.config {
            Some(config) => builder.resource(&config.name)?,
            None => Service::shared()?,
        };
        Ok(Request {
            service,
            method: params.method.clone(),
            path: params.path.clone(),
            url: params.url.clone(),
            query: params.query.clone(),
            headers: params.headers.clone(),
            cookies: params.cookies.clone(),
            body: params.body.clone(),
            mime_type: params.mime_type.clone(),
            encoding: params.encoding.clone(),
            timeout: params.timeout.clone(),
            max_redirects: params.max_redirects.clone(),
            fail_on: params.fail_on.clone(),
            mode: params.mode,
        })
    }

    async fn outgoing(&self, run: &Run, message: &Message) -> Result<Outgoing, Fault> {
        let name = self.method.text(run, message).await?;
        let method =
            METHODS.iter().find(|known| **known == name).and_then(|known| Method::from_bytes(known.as_bytes()).ok());
        let method =
            method.ok_or_else(|| Fault::wrong_type(format!("`method` must be one of {}", METHODS.join(", "))))?;
        let mut url = self.address(run, message).await?;
        append_query(&mut url, &self.query.evaluate(run, message).await?).map_err(Fault::wrong_type)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &self.service.headers {
            let pair = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(value).ok());
            let (name, value) = pair.ok_or_else(|| Fault::wrong_type(format!("{name:?} is no header")))?;
            headers.insert(name, value);
        }
        if let Some(own) = &self.service.authorization
            && let Ok(mut value) = HeaderValue::from_str(own.expose())
        {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let trace = run.job().trace();
        for (name, value) in
            [("traceparent", Some(trace.parent(run.span()))), ("tracestate", trace.state().map(str::to_owned))]
        {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let own = header_map(&self.headers.evaluate(run, message).await?).map_err(Fault::wrong_type)?;
        for name in own.keys() {
            headers.remove(name);
        }
        headers.extend(own);
        let cookies = self.cookies.evaluate(run, message).await?;
        if let Some(cookies) = cookie_value(&cookies)? {
            headers.insert(COOKIE, cookies);
        }
        let body = match method {
            Method::GET | Method::HEAD => None,
            _ => Some(self.converted(run, message, &headers).await?),
        };
        // The length follows from the body.
        headers.remove(CONTENT_LENGTH);
        let mime_type = match &body {
            Some(Content::Whole(_, mime_type)) => mime_type.clone(),
            Some(Content::Chunks(_, mime_type)) => Some(mime_type.clone()),
            None => None,
        };
        if let Some(mime_type) = mime_type {
            let value = HeaderValue::from_str(&mime_type);
            headers
                .insert(CONTENT_TYPE, value.map_err(|_| Fault::wrong_type(format!("{mime_type:?} is no MIME type")))?);
        }
        Ok(Outgoing { method, url, headers, body })
    }

    async fn address(&self, run: &Run, message: &Message) -> Result<Url, Fault> {
        if let Some(url) = &self.url {
            let text = url.text(run, message).await?;
            let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            return url.ok_or_else(|| Fault::wrong_type("`url` must be an absolute http or https URL"));
        }
        let base = self.service.base_url.as_ref();
        let base =
            base.ok_or_else(|| Fault::wrong_type("the configuration has no `base-url`, so the step needs `url`"))?;
        let path = match &self.path {
            Some(path) => path.text(run, message).await?,
            None => "/".to_owned(),
        };
        join(base, &path).map_err(Fault::wrong_type)
    }

    async fn converted(&self, run: &Run, message: &Message, headers: &HeaderMap) -> Result<Content, Fault> {
        let value = self.body.evaluate(run, message).await?;
        let encoding = self.encoding.text(run, message).await?;
        let header = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mime_type = match &self.mime_type {
            Some(param) => Some(param.text(run, message).await?),
            None => header,
        };
        apart(move |_| content(&value, mime_type.as_deref(), &encoding).map_err(Fault::wrong_type)).await
    }

    /// Sends the request and follows redirects.
    async fn exchange(&self, mut out: Outgoing, mut redirects: u32) -> Result<Response, Fault> {
        let mut body = match out.body.take() {
            None => Sent::Nothing,
            Some(Content::Whole(bytes, _)) => Sent::Whole(bytes),
            Some(Content::Chunks(chunks, _)) => Sent::Once(Some(streamed(chunks))),
        };
        loop {
            let mut request =
                self.service.client.request(out.method.clone(), out.url.clone()).headers(out.headers.clone());
            match &mut body {
                Sent::Nothing => {}
                Sent::Whole(bytes) => request = request.body(bytes.clone()),
                Sent::Once(own) => request = request.body(own.take().unwrap_or_default()),
            }
            let response = request.send().await.map_err(|error| fault(&error, Stage::Head))?;
            let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let target = target
                .and_then(|target| out.url.join(target).ok())
                .filter(|url| matches!(url.scheme(), "http" | "https"));
            let Some(target) = target.filter(|_| redirects > 0) else { return Ok(response) };
            match response.status().as_u16() {
                // What a client may turn into a GET, every client does.
                301 | 302 if out.method == Method::POST => (out.method, body) = (Method::GET, Sent::Nothing),
                303 if out.method != Method::HEAD => (out.method, body) = (Method::GET, Sent::Nothing),
                301 | 302 | 303 | 307 | 308 => {}
                _ => return Ok(response),
            }
            match &body {
                // It is gone, and nobody can make it again.
                Sent::Once(_) => return Ok(response),
                Sent::Nothing => drop(out.headers.remove(CONTENT_TYPE)),
                Sent::Whole(_) => {}
            }
            let origin =
                |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
            if origin(&target) != origin(&out.url) {
                out.headers.remove(AUTHORIZATION);
                out.headers.remove(COOKIE);
                out.headers.remove(HeaderName::from_static("proxy-authorization"));
            }
            out.url = target;
            redirects -= 1;
        }
    }

    /// The body of an answer as a payload.
    async fn payload(&self, run: &Run, response: Response, timeout: Duration) -> Result<Document, Fault> {
        let header = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let mime = header.unwrap_or("application/octet-stream").to_owned();
        let encoding =
            mime_type::parameter(&mime, "charset").map_or_else(|| "utf-8".into(), |charset| charset.to_lowercase());
        if self.mode == ReadMode::Stream && items::can_stream(&mime, &encoding) {
            let (sender, receiver) = mpsc::channel(AHEAD);
            tokio::spawn(forward(response, sender, timeout));
            return items::stream(items::Pieces::new(receiver), &mime).map_err(Fault::wrong_type);
        }
        let limit = self.service.max_response.unwrap_or(run.runtime().settings().max_payload);
        let bytes = receive(response, limit).await?;
        Ok(Document::entity(&*bytes, &mime, &encoding))
    }

    /// Payload and attributes, or what went wrong; an answer that `fail-on` selects comes with both.
    async fn request(&self, run: &Run, message: &Message) -> Result<(Document, Document, Option<Fault>), Fault> {
        let timeout = match &self.timeout {
            Some(param) => param.duration(run, message, Unit::Second, 1..=MAX_TIMEOUT).await?,
            None => self.service.timeout,
        };
        let redirects = match &self.max_redirects {
            Some(param) => u32::try_from(param.int(run, message, 0..=20).await?).unwrap_or_default(),
            None => self.service.max_redirects,
        };
        let out = self.outgoing(run, message).await?;
        let asked = format!("{} {}", out.method, out.url.path());
        let deadline = Instant::now() + timeout;
        let late = |_| Fault::new("HTTP:TIMEOUT", format!("the exchange took longer than {timeout:?} ({asked})"));
        let response = tokio::time::timeout_at(deadline, self.exchange(out, redirects)).await.map_err(late)??;
        let status = response.status();
        let attributes = attributes(&response);
        let payload = tokio::time::timeout_at(deadline, self.payload(run, response, timeout)).await.map_err(late)??;
        let failed = self.fail_on.iter().any(|own| own.matches(status)).then(|| {
            let code = if status.is_client_error() { "HTTP:CLIENT_ERROR" } else { "HTTP:SERVER_ERROR" };
            let reason = attributes.get("reasonPhrase").and_then(Document::as_str).unwrap_or_default();
            Fault::new(code, format!("{} {reason} ({asked})", status.as_u16()))
        });
        Ok((payload, attributes, failed))
    }
}

/// The header of a dict of cookies.
fn cookie_value(cookies: &Document) -> Result<Option<HeaderValue>, Fault> {
    let pairs = match cookies {
        Document::None => return Ok(None),
        Document::Dict(pairs) => pairs,
        other => return Err(Fault::wrong_type(format!("`cookies` must be a dict, not {}", other.type_name()))),
    };
    let texts = pairs.iter().map(|(name, value)| name.as_str().zip(value.as_str())).collect::<Option<Vec<_>>>();
    let texts = texts.ok_or_else(|| Fault::wrong_type("`cookies` must map str to str"))?;
    if texts.is_empty() {
        return Ok(None);
    }
    let header = fields::cookie_header(texts).map_err(Fault::wrong_type)?;
    HeaderValue::from_str(&header).map(Some).map_err(|error| Fault::wrong_type(error.to_string()))
}

/// A body that is made while it is sent, for as long as somebody sends it.
fn streamed(mut chunks: crate::connectors::content::Chunks) -> Body {
    let (sender, receiver) = mpsc::channel::<std::io::Result<Bytes>>(AHEAD);
    let (waiter, _task) = apart::start(move |_| {
        while let Some(chunk) = chunks.next_chunk().transpose() {
            let ended = chunk.is_err();
            if sender.blocking_send(chunk.map_err(std::io::Error::other)).is_err() || ended {
                break;
            }
        }
        Ok(())
    });
    Body::wrap_stream(futures_util::stream::unfold((receiver, waiter), async |(mut receiver, waiter)| {
        receiver.recv().await.map(|chunk| (chunk, (receiver, waiter)))
    }))
}

/// All of an answer's body, if it is at most `limit` bytes.
async fn receive(mut response: Response, limit: usize) -> Result<Bytes, Fault> {
    let too_large = || Fault::new("HTTP:LIMIT", format!("the answer is larger than max-response ({limit} bytes)"));
    if response.content_length().is_some_and(|length| usize::try_from(length).unwrap_or(usize::MAX) > limit) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(|error| fault(&error, Stage::Body))? {
        if bytes.len() + piece.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.freeze())
}

/// Hands the pieces of an answer on until nobody wants them; each may take the timeout.
async fn forward(mut response: Response, sender: mpsc::Sender<std::io::Result<Bytes>>, timeout: Duration) {
    loop {
        let piece = tokio::select! {
            () = sender.closed() => return,
            piece = tokio::time::timeout(timeout, response.chunk()) => piece,
        };
        let piece = match piece {
            Ok(Ok(None)) => return,
            Ok(Ok(Some(piece))) => Ok(piece),
            Ok(Err(error)) => Err(std::io::Error::other(fault(&error, Stage::Body).to_string())),
            Err(_) => Err(std::io::Error::other("HTTP:TIMEOUT: the answer stopped")),
        };
        let ended = piece.is_err();
        if sender.send(piece).await.is_err() || ended {
            return;
        }
    }
}

fn attributes(response: &Response) -> Document {
    let status = response.status();
    let written = response
        .extensions()
        .get::<ReasonPhrase>()
        .map(|phrase| String::from_utf8_lossy(phrase.as_bytes()).into_owned());
    let reason = written.unwrap_or_else(|| status.canonical_reason().unwrap_or_default().to_owned());
    let cookies = response.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookies = cookies.filter_map(fields::set_cookie_pair).map(|(name, value)| (name, value.into()));
    Document::dict([
        ("statusCode", i64::from(status.as_u16()).into()),
        ("reasonPhrase", reason.into()),
        ("headers", header_document(response.headers())),
        ("cookies", Document::dict(cookies)),
    ])
}

impl Component for Request {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            match self.request(run, &message).await {
                Err(fault) => StepEnd::fail(fault, message),
                Ok((payload, attributes, failed)) => {
                    message.set_payload(payload);
                    message.set_attributes(attributes);
                    match failed {
                        None => StepEnd::Next(message),
                        Some(fault) => StepEnd::fail(fault, message),
                    }
                }
            }
        })
    }
}
