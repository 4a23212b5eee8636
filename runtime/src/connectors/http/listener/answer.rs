//! Answers that the listener gives without a run, or instead of a response that failed (flows part 3, section 2.5).

use std::pin::Pin;
use std::task::{Context, Poll};
use std::{io, mem};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode, Version};

/// The body of an answer.
#[derive(Debug)]
pub enum AnswerBody {
    /// At hand; empty once it is sent.
    Whole(Bytes),
    /// Made while it is sent.
    Streamed(UnsyncBoxBody<Bytes, io::Error>),
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            AnswerBody::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            AnswerBody::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(mem::take(bytes))))),
            AnswerBody::Streamed(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            AnswerBody::Whole(bytes) => bytes.is_empty(),
            AnswerBody::Streamed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            AnswerBody::Whole(bytes) => SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            AnswerBody::Streamed(body) => body.size_hint(),
        }
    }
}

/// An answer to a request.
pub type Answer = Response<AnswerBody>;

/// A reason for which the listener answers by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The client's address is not in `allow`.
    AddressNotAllowed,
    /// Authentication is missing or wrong; answered with this status.
    AuthenticationRequired(StatusCode),
    /// No listener has that address.
    NotFound,
    /// A listener has the path, but with other methods: these.
    MethodNotAllowed(Vec<String>),
    /// The body is not what its head announced.
    BadRequest,
    /// The request did not arrive in time.
    RequestTimeout,
    /// The body is larger than `max-body`.
    BodyTooLarge,
    /// The queue is full, or the wait in it was too long.
    OutOfQuota,
    /// The app is shutting down.
    Shutdown,
    /// The process holds too many request bodies.
    ResourceLimit,
    /// A part of the response failed: its code and what happened.
    Response(&'static str, String),
    /// Something broke.
    System,
}

impl Refusal {
    /// Status, code and description.
    #[must_use]
    pub fn parts(&self) -> (StatusCode, &'static str, &str) {
        match self {
            Refusal::AddressNotAllowed => (
                StatusCode::FORBIDDEN,
                "HTTP:LISTENER_CLIENT_IP_NOT_ALLOWED",
                "the address of the client is not allowed here",
            ),
            Refusal::AuthenticationRequired(status) => {
                (*status, "HTTP:LISTENER_AUTHENTICATION_REQUIRED", "authentication is missing or wrong")
            }
            Refusal::NotFound => (StatusCode::NOT_FOUND, "HTTP:LISTENER_NOT_FOUND", "no listener has this address"),
            Refusal::MethodNotAllowed(_) => (
                StatusCode::METHOD_NOT_ALLOWED,
                "HTTP:LISTENER_METHOD_NOT_ALLOWED",
                "the listener of this path takes other methods",
            ),
            Refusal::BadRequest => {
                (StatusCode::BAD_REQUEST, "HTTP:LISTENER_BAD_REQUEST", "the body is malformed or incomplete")
            }
            Refusal::RequestTimeout => (
                StatusCode::REQUEST_TIMEOUT,
                "HTTP:LISTENER_REQUEST_TIMEOUT",
                "the request did not arrive completely in time",
            ),
            Refusal::BodyTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "HTTP:LISTENER_BODY_TOO_LARGE", "the body is too large")
            }
            Refusal::OutOfQuota => {
                (StatusCode::SERVICE_UNAVAILABLE, "HTTP:LISTENER_OUT_OF_QUOTA", "too many requests are waiting")
            }
            Refusal::Shutdown => {
                (StatusCode::SERVICE_UNAVAILABLE, "HTTP:LISTENER_SHUTDOWN", "the service is shutting down")
            }
            Refusal::ResourceLimit => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "HTTP:LISTENER_RESOURCE_LIMIT_ERROR",
                "the memory for request bodies is exhausted",
            ),
            Refusal::Response(code, description) => (StatusCode::INTERNAL_SERVER_ERROR, code, description),
            Refusal::System => (StatusCode::INTERNAL_SERVER_ERROR, "HTTP:SYSTEM_ERROR", "an internal error"),
        }
    }

    /// Whether the rest of the request will not be read, so that the connection cannot go on.
    fn ends_connection(&self) -> bool {
        matches!(
            self,
            Refusal::BadRequest
                | Refusal::RequestTimeout
                | Refusal::BodyTooLarge
                | Refusal::Shutdown
                | Refusal::ResourceLimit
        )
    }

    /// The JSON body.
    #[must_use]
    pub fn body(&self) -> Bytes {
        let (_, code, description) = self.parts();
        serde_json::json!({"Code": code, "Description": description}).to_string().into()
    }

    /// The answer.
    #[must_use]
    pub fn answer(&self, version: Version) -> Answer {
        let mut answer = Response::new(AnswerBody::Whole(self.body()));
        *answer.status_mut() = self.parts().0;
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self {
            Refusal::AuthenticationRequired(_) => {
                headers
                    .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"dataway\", charset=\"UTF-8\""));
            }
            Refusal::MethodNotAllowed(methods) => {
                // Methods are tokens from a fixed list.
                if let Ok(value) = HeaderValue::from_str(&methods.join(", ")) {
                    headers.insert(ALLOW, value);
                }
            }
            Refusal::OutOfQuota => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        if self.ends_connection() && version < Version::HTTP_2 {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    }
}
