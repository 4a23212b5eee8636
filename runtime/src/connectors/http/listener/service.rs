//! One request: checked, received, answered (flows part 3, section 2).

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderValue};
use hyper::{Method, Request, StatusCode, Version};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

use super::answer::{Answer, AnswerBody, Refusal};
use super::budget::Reserved;
use super::server::Shared;
use super::site::{self, Received, RequestBody};
use crate::engine::BoxFuture;

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
        let mut receiving = pin!(receive(incoming, target.site.max_body));
        // Most bodies came with their heads: no need to watch the time then.
        let received = match poll_fn(|cx| Poll::Ready(receiving.as_mut().poll(cx))).await {
            Poll::Ready(received) => received,
            Poll::Pending => timeout_at(deadline, receiving).await.map_err(|_| Refusal::RequestTimeout)?,
        };
        let (bytes, reserved) = received?;
        RequestBody::Whole(bytes, reserved)
    };
    let received = Received { parts, body, client: target.client, path: target.path, variables: target.variables };
    Answering(Some(Arc::clone(&target.route.endpoint).answer(received))).await
}

/// An answer in the making, on the task of its connection. When the client goes away, what is left of it goes on as a task of
/// its own: the run is not lost.
struct Answering(Option<BoxFuture<'static, Result<Answer, Refusal>>>);

impl Future for Answering {
    type Output = Result<Answer, Refusal>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.0 else { return Poll::Ready(Err(Refusal::System)) };
        // A defect costs its request and not the connection.
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
        if !matches!(polled, Ok(Poll::Pending)) {
            self.0 = None;
        }
        polled.unwrap_or(Poll::Ready(Err(Refusal::System)))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        // Without a runtime there is nobody left who could go on.
        if let Some(rest) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(rest);
        }
    }
}

/// All of a body, if it is at most `limit` bytes.
async fn receive(mut incoming: Incoming, limit: usize) -> Result<(Bytes, Reserved), Refusal> {
    let mut reserved = Reserved::default();
    let announced = usize::try_from(incoming.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(Refusal::BodyTooLarge);
    }
    let (mut first, mut bytes) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|_| Refusal::BadRequest)?;
        // Trailers carry nothing that a message holds.
        let Ok(data) = frame.into_data() else { continue };
        let before = first.len().max(bytes.len());
        if before + data.len() > limit {
            return Err(Refusal::BodyTooLarge);
        }
        if !reserved.grow(data.len()) {
            return Err(Refusal::ResourceLimit);
        }
        // Most bodies come in one piece, which is taken as it is.
        if before == 0 {
            first = data;
            continue;
        }
        bytes.extend_from_slice(&std::mem::take(&mut first));
        bytes.extend_from_slice(&data);
    }
    Ok((if bytes.is_empty() { first } else { bytes.freeze() }, reserved))
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
    *answer.body_mut() = AnswerBody::Whole(Bytes::new());
    match length {
        Some(length) if !bodiless => {
            answer.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        _ => drop(answer.headers_mut().remove(CONTENT_LENGTH)),
    }
    answer
}
