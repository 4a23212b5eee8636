//! One connection: HTTP/1.1 or HTTP/2 over a stream, for as long as its peer keeps the pace.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until};

use super::answer::Refusal;
use super::pace::{Pace, PacedBody, PacedStream, Slow};
use super::server::Shared;
use super::service;

/// How long and how much a connection that ends is read, so that its last answer arrives before the reset.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 1 << 20;
/// How long a connection without a request may still send one when the server ends: it may be on its way.
const LAST_CALL: Duration = Duration::from_millis(300);
/// HTTP/2: requests at one time on one connection.
const STREAMS: u32 = 128;
/// The smallest buffer that the library takes.
const SMALLEST_BUFFER: usize = 8_192;

/// The service of one connection.
struct Exchanges {
    shared: Arc<Shared>,
    pace: Arc<Pace>,
    peer: SocketAddr,
}

impl Service<Request<Incoming>> for Exchanges {
    type Response = Response<PacedBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (began, handling) = self.pace.begin();
        let (shared, peer) = (Arc::clone(&self.shared), self.peer);
        Box::pin(async move {
            let (parts, body) = service::serve(&shared, request, peer, began).await.into_parts();
            Ok(Response::from_parts(parts, handling.send(body)))
        })
    }
}

/// Serves HTTP/1.1 until the peer or the server has enough.
pub async fn http1<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: SocketAddr,
    shared: Arc<Shared>,
) {
    let pace = Pace::new(shared.times(), true);
    let io = TokioIo::new(PacedStream::new(stream, Arc::clone(&pace)));
    let exchanges = Exchanges { shared: Arc::clone(&shared), pace: Arc::clone(&pace), peer };
    let mut connection = http1::Builder::new()
        .keep_alive(!shared.times().keep_alive.is_zero())
        .max_header_size(shared.max_header())
        .max_buf_size(shared.max_header().saturating_add(1).max(SMALLEST_BUFFER))
        .header_read_timeout(None)
        .serve_connection(io, exchanges);
    let mut finished = pin!(shared.finished());
    let mut last_call = None;
    let slow = loop {
        let called = async {
            match last_call {
                Some(at) => sleep_until(at).await,
                None => finished.as_mut().await,
            }
        };
        tokio::select! {
            // Whatever has arrived is answered before the end is seen.
            biased;
            ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break ended.err().map(|_| Slow::Idle),
            slow = pace.watch() => break Some(slow),
            // An answer that is given now ends its connection; what is left then waits for a request that does not come.
            () = called => {
                if last_call.is_some() && !pace.is_receiving() {
                    Pin::new(&mut connection).graceful_shutdown();
                }
                last_call = Some(Instant::now() + LAST_CALL);
            }
        }
    };
    let mut stream = connection.into_parts().io.into_inner();
    if slow == Some(Slow::Head) {
        // The library has no request to answer, so the answer is written here.
        let body = Refusal::RequestTimeout.body();
        let head = format!(
            "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let _ = tokio::time::timeout(LINGER, stream.write_all(&[head.as_bytes(), &body].concat())).await;
    }
    linger(stream).await;
}

/// Ends a stream without losing what was sent last: closing while bytes are unread would reset it.
async fn linger<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    let drained = async {
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut buffer = vec![0; 8_192];
        let mut left = LINGER_BYTES;
        while left > 0 {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(read) => left = left.saturating_sub(read),
            }
        }
    };
    let _ = tokio::time::timeout(LINGER, drained).await;
}

/// Serves HTTP/2 until the peer or the server has enough.
pub async fn http2<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: SocketAddr,
    shared: Arc<Shared>,
) {
    let pace = Pace::new(shared.times(), false);
    let io = TokioIo::new(PacedStream::new(stream, Arc::clone(&pace)));
    let exchanges = Exchanges { shared: Arc::clone(&shared), pace: Arc::clone(&pace), peer };
    let header_list = u32::try_from(shared.max_header()).unwrap_or(u32::MAX);
    let mut connection = pin!(
        http2::Builder::new(TokioExecutor::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(header_list)
            .serve_connection(io, exchanges)
    );
    let mut finished = pin!(shared.finished());
    let mut closing = false;
    loop {
        tokio::select! {
            _ = &mut connection => return,
            _ = pace.watch() => return,
            () = &mut finished, if !closing => {
                closing = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
