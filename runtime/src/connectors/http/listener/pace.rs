//! How fast a connection moves, and when it is too slow: the times of flows part 3, section 2.1.
//!
//! A connection waits for a request, receives its head, handles it, or sends an answer. Each but handling has a longest
//! time, so no peer can hold a connection without doing anything. Receiving a body belongs to handling: the service
//! that reads it keeps that time.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::answer::AnswerBody;

/// A connection is looked at no more often than this.
const FINEST: Duration = Duration::from_millis(10);
/// A head and a body that are not longer together are handed to the system in one piece: two cost it more than the copy costs us.
const JOINED: usize = 4 << 10;

/// The longest times of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Waiting for the next request after the first.
    pub keep_alive: Duration,
    /// Waiting for the first request, receiving a head, and sending without any progress.
    pub request: Duration,
}

/// What a connection does now. Shared by its stream, its service and the task that watches the time.
#[derive(Debug)]
pub struct Pace {
    times: Times,
    /// Whether heads come one after the other, so that bytes on an idle connection begin one (not in HTTP/2).
    heads: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    handling: usize,
    sending: usize,
    /// Whether a head has begun to arrive.
    head: bool,
    /// Whether there was a request before.
    served: bool,
    /// The beginning of the head, or the last progress of anything else.
    since: Instant,
}

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slow {
    /// A head did not arrive in time.
    Head,
    /// Nothing was asked for a while, or an answer was not taken.
    Idle,
}

impl Pace {
    /// The pace of a new connection.
    #[must_use]
    pub fn new(times: Times, heads: bool) -> Arc<Pace> {
        let state = State { handling: 0, sending: 0, head: false, served: false, since: Instant::now() };
        Arc::new(Pace { times, heads, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn received(&self) {
        let mut state = self.state();
        if self.heads && state.handling == 0 && state.sending == 0 && !state.head {
            state.head = true;
            state.since = Instant::now();
        }
    }

    fn sent(&self) {
        let mut state = self.state();
        if !state.head {
            state.since = Instant::now();
        }
    }

    /// Whether a part of a head is there.
    #[must_use]
    pub fn is_receiving(&self) -> bool {
        self.state().head
    }

    /// A request has arrived up to the end of its head; returns when it began.
    #[must_use]
    pub fn begin(self: &Arc<Self>) -> (Instant, Handling) {
        let mut state = self.state();
        let began = if state.head { state.since } else { Instant::now() };
        state.handling += 1;
        state.head = false;
        state.served = true;
        drop(state);
        (began, Handling { pace: Arc::clone(self), sending: false })
    }

    /// Waits until the connection is too slow.
    ///
    /// Nobody tells it when the state changes, which every request does several times: it looks again after the shortest time
    /// that anything may take. What began since then cannot be late already.
    pub async fn watch(&self) -> Slow {
        let shortest = if self.times.keep_alive.is_zero() { Duration::MAX } else { self.times.keep_alive };
        let shortest = shortest.min(self.times.request).max(FINEST);
        loop {
            let now = Instant::now();
            let next = now + shortest;
            let next = match self.deadline() {
                Some((deadline, slow)) if deadline <= now => return slow,
                Some((deadline, _)) => deadline.min(next),
                None => next,
            };
            tokio::time::sleep_until(next).await;
        }
    }

    /// When the connection is too slow unless something happens, and in what.
    fn deadline(&self) -> Option<(Instant, Slow)> {
        let state = self.state();
        if state.handling > 0 {
            None
        } else if state.sending > 0 {
            Some((state.since + self.times.request, Slow::Idle))
        } else if state.head {
            Some((state.since + self.times.request, Slow::Head))
        } else {
            let wait = if state.served { self.times.keep_alive } else { self.times.request };
            Some((state.since + wait, Slow::Idle))
        }
    }
}

/// A request that is handled, and later its answer that is sent.
#[derive(Debug)]
pub struct Handling {
    pace: Arc<Pace>,
    sending: bool,
}

impl Handling {
    /// The request is handled; its answer is sent with this body.
    #[must_use]
    pub fn send(mut self, body: AnswerBody) -> PacedBody {
        let mut state = self.pace.state();
        state.handling -= 1;
        state.sending += 1;
        state.since = Instant::now();
        drop(state);
        self.sending = true;
        PacedBody { body, _handling: self }
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        if self.sending {
            state.sending -= 1;
        } else {
            state.handling -= 1;
        }
        state.since = Instant::now();
    }
}

/// The body of an answer, which tells the pace when it is gone.
#[derive(Debug)]
pub struct PacedBody {
    body: AnswerBody,
    _handling: Handling,
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that tells the pace of its bytes.
#[derive(Debug)]
pub struct PacedStream<S> {
    stream: S,
    /// Pieces that are sent as one.
    joined: Vec<u8>,
    pace: Arc<Pace>,
}

impl<S> PacedStream<S> {
    /// Watches a stream.
    pub fn new(stream: S, pace: Arc<Pace>) -> PacedStream<S> {
        PacedStream { stream, joined: Vec::new(), pace }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PacedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.pace.received();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PacedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if matches!(polled, Poll::Ready(Ok(_))) {
            self.pace.sent();
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let PacedStream { stream, joined, .. } = &mut *self;
        let polled = if slices.iter().map(|slice| slice.len()).sum::<usize>() <= JOINED {
            joined.clear();
            slices.iter().for_each(|slice| joined.extend_from_slice(slice));
            Pin::new(stream).poll_write(cx, joined)
        } else {
            Pin::new(stream).poll_write_vectored(cx, slices)
        };
        if matches!(polled, Poll::Ready(Ok(_))) {
            self.pace.sent();
        }
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
