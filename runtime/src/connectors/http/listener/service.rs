//! One request: checked, received, answered (flows part 3, section 2).

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderValue};
use hyper::{Method, Request, StatusCode, Version};
use tokio::time::{Instant, timeout_at};

use super::answer::{Answer, Refusal, whole};
use super::budget::Reserved;
use super::server::Shared;
use super::site::{self, Received, RequestBody};

/// Answers a request that began to arrive at `began`.
pub async fn serve(shared: &Arc<Shared>, request: Request<Incoming>, peer: SocketAddr, began: Instant) -> Answer {
    let (method, version) = (request.method().clone(), request.version());
    let mut answer = match handle(shared, request, peer, began).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(version),
    };
    if shared.is_closing() && version < Version::HTTP_2 {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    without_body(&method, answer)
}

async fn handle(
    shared: &Arc<Shared>,
    request: Request<Incoming>,
    peer: SocketAddr,
    began: Instant,
) -> Result<Answer, Refusal> {
    let (parts, incoming) = request.into_parts();
    let target = site::find(shared.sites(), &parts, peer)?;
    if shared.is_closing() {
        return Err(Refusal::Shutdown);
    }
    let body = if target.route.streams {
        RequestBody::Stream(incoming)
    } else {
        let deadline = began + target.site.request_timeout;
        let received = timeout_at(deadline, receive(incoming, target.site.max_body));
        let (bytes, reserved) = received.await.map_err(|_| Refusal::RequestTimeout)??;
        RequestBody::Whole(bytes, reserved)
    };
    let received = Received { parts, body, client: target.client, path: target.path, variables: target.variables };
    // A task of its own: the run goes on when the client goes away.
    let answering = tokio::spawn(Arc::clone(&target.route.endpoint).answer(received));
    answering.await.unwrap_or(Err(Refusal::System))
}

/// All of a body, if it is at most `limit` bytes.
async fn receive(mut incoming: Incoming, limit: usize) -> Result<(Bytes, Reserved), Refusal> {
    let mut reserved = Reserved::default();
    let announced = usize::try_from(incoming.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(Refusal::BodyTooLarge);
    }
    let mut bytes = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|_| Refusal::BadRequest)?;
        // Trailers carry nothing that a message holds.
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Refusal::BodyTooLarge);
        }
        if !reserved.grow(data.len()) {
            return Err(Refusal::ResourceLimit);
        }
        bytes.extend_from_slice(&data);
    }
    Ok((bytes.freeze(), reserved))
}

/// Takes the body from answers that have none, keeping the length that a `GET` would have told.
#[must_use]
pub fn without_body(method: &Method, mut answer: Answer) -> Answer {
    let status = answer.status();
    let bodiless = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED || status.is_informational();
    if !bodiless && method != Method::HEAD {
        return answer;
    }
    let length = answer.body().size_hint().exact();
    *answer.body_mut() = whole(Bytes::new());
    match length {
        Some(length) if !bodiless => {
            answer.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        _ => drop(answer.headers_mut().remove(CONTENT_LENGTH)),
    }
    answer
}
