//! A request of a test: through listener matching, message building and response conversion, all in process (part 4,
//! section 9). Addresses and authentication are not checked.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use dataway_lang::Document;
use dataway_lang::mime::mime_type;
use http_body_util::BodyExt;
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Version};
use reqwest::Url;

use super::stage::{Stage, configs};
use super::values;
use crate::connectors::content::{Content, content};
use crate::connectors::http::guard::AddressList;
use crate::connectors::http::listener::answer::{Answer, Refusal};
use crate::connectors::http::listener::budget::Reserved;
use crate::connectors::http::listener::config::ListenerConfig;
use crate::connectors::http::listener::message::headers as shown_headers;
use crate::connectors::http::listener::response::header_map;
use crate::connectors::http::listener::service::without_body;
use crate::connectors::http::listener::site::{self, Received, RequestBody, Site};
use crate::connectors::http::request::address::append_query;
use crate::connectors::triggers::listeners_of;
use crate::message::Message;
use crate::model::{App, RequestSpec, Suite};

/// An answer, as tests look at it.
#[derive(Debug)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Headers: canonical name to list of values.
    pub headers: Document,
    /// The body: an Entity, or `None` when there is none.
    pub body: Document,
}

/// The sites of an app, those that share an address together.
fn sites(app: &App, suite: &Suite, stage: &Stage) -> Result<Vec<Vec<Site>>, String> {
    let mut groups: Vec<(String, Vec<Site>)> = Vec::new();
    for (name, config) in configs(app, suite) {
        let Some(own) = config.params::<ListenerConfig>() else { continue };
        let flows = listeners_of(app, name);
        let routes = flows.iter().filter_map(|(flow, trigger)| {
            let flow = stage.runtime.flow(flow)?;
            Some(trigger.route(&stage.runtime, flow))
        });
        let routes = routes.collect::<Result<Vec<_>, _>>()?;
        let mut site = own.site(stage.runtime.settings().max_payload, routes)?;
        (site.allow, site.users, site.trusted_proxies) = (None, Vec::new(), AddressList::default());
        match groups.iter_mut().find(|(listen, _)| *listen == own.listen) {
            Some((_, group)) => group.push(site),
            None => groups.push((own.listen.clone(), vec![site])),
        }
    }
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

/// A request as it arrives, with its body.
async fn arrive(app: &App, stage: &Stage, spec: &RequestSpec) -> Result<(Parts, Bytes), String> {
    let empty = Message::default();
    let mut headers = HeaderMap::new();
    if let Some(given) = &spec.headers {
        let given = given.evaluate_in(&stage.runtime, &empty).await.map_err(|fault| format!("`headers`: {fault}"))?;
        headers = header_map(&given)?;
    }
    let body = values::value(spec.body.as_ref(), "`body`", &app.files, &stage.runtime).await?.unwrap_or_default();
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (bytes, mime) = match content(&body, given.as_deref(), "utf-8").map_err(|reason| format!("`body`: {reason}"))? {
        Content::Whole(bytes, mime) => (bytes, mime),
        Content::Chunks(..) => return Err("`body` cannot be a stream".to_owned()),
    };
    // Content-Type of the request wins over what the body is by itself.
    if let (None, Some(mime)) = (given, mime) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(&mime).map_err(|_| format!("{mime:?} is no MIME type"))?);
    }
    let path = &spec.path.value;
    if !path.starts_with('/') {
        return Err(format!("`path` must begin with /, not {path:?}"));
    }
    let mut url =
        Url::parse(&format!("http://localhost{path}")).map_err(|error| format!("`path` {path:?}: {error}"))?;
    if let Some(query) = &spec.query {
        let query = query.evaluate_in(&stage.runtime, &empty).await.map_err(|fault| format!("`query`: {fault}"))?;
        append_query(&mut url, &query)?;
    }
    // The path as it was written: a URL would take `..` out of it.
    let route = path.split_once('?').map_or(path.as_str(), |(route, _)| route);
    let target = url.query().map_or_else(|| route.to_owned(), |query| format!("{route}?{query}"));
    let method = Method::from_bytes(spec.method.as_bytes()).map_err(|error| error.to_string())?;
    let mut request = hyper::Request::builder().method(method).uri(target).version(Version::HTTP_11);
    if let Some(own) = request.headers_mut() {
        *own = headers;
    }
    let (parts, ()) = request.body(()).map_err(|error| format!("`path` {path:?}: {error}"))?.into_parts();
    Ok((parts, bytes))
}

/// Where a request goes: the site that takes it, else the refusal that says most.
fn find(
    groups: &[Vec<Site>],
    parts: &Parts,
    peer: SocketAddr,
    bytes: Bytes,
) -> Result<(Arc<dyn site::Endpoint>, Received), Refusal> {
    let mut refused = Refusal::NotFound;
    for group in groups {
        match site::find(group, parts, peer) {
            Ok(target) if bytes.len() > target.site.max_body => return Err(Refusal::BodyTooLarge),
            Ok(target) => {
                let body = RequestBody::Whole(bytes, Reserved::default());
                let (client, path, variables) = (target.client, target.path, target.variables);
                let received = Received { parts: parts.clone(), body, client, path, variables };
                return Ok((Arc::clone(&target.route.endpoint), received));
            }
            Err(Refusal::NotFound) => {}
            Err(other) => refused = other,
        }
    }
    Err(refused)
}

/// Sends a request into the app.
///
/// # Errors
/// What is wrong with the request as it was written.
pub async fn send(app: &App, suite: &Suite, stage: &Stage, spec: &RequestSpec) -> Result<Response, String> {
    let mut groups = sites(app, suite, stage)?;
    let (parts, bytes) = arrive(app, stage, spec).await?;
    if !parts.headers.contains_key(HOST) {
        groups.iter_mut().flatten().for_each(|site| site.hosts.clear());
    }
    let method = parts.method.clone();
    let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let answered = match find(&groups, &parts, peer, bytes) {
        Ok((endpoint, received)) => endpoint.answer(received).await,
        Err(refusal) => Err(refusal),
    };
    let answer = answered.unwrap_or_else(|refusal| refusal.answer(Version::HTTP_11));
    receive(without_body(&method, answer)).await
}

async fn receive(answer: Answer) -> Result<Response, String> {
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.map_err(|error| format!("the body of the answer broke off: {error}"))?.to_bytes();
    let mime = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let body = match mime {
        None if bytes.is_empty() => Document::None,
        mime => {
            let mime = mime.unwrap_or("application/octet-stream");
            let encoding =
                mime_type::parameter(mime, "charset").map_or_else(|| "utf-8".into(), |charset| charset.to_lowercase());
            Document::entity(&*bytes, mime, &encoding)
        }
    };
    Ok(Response { status: parts.status.as_u16(), headers: shown_headers(&parts.headers), body })
}
