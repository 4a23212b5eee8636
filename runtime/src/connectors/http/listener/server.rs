//! A listening address: accepts connections, and ends in two stages (flows part 3, section 2; part 4, section 3).
//!
//! 1. [`Server::stop_accepting`]: the socket closes after the connections that already wait in it; requests on open
//!    connections are refused with 503. Running requests go on.
//! 2. [`Server::close`]: connections end after the answer they are sending.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;

use super::connection;
use super::pace::Times;
use super::site::Site;

/// Connections of one address at one time. Beyond it peers wait in the socket's own queue.
const MAX_CONNECTIONS: usize = 8_192;
/// How long connections that the system has made already are still taken in when the end comes.
const LAST_TAKEN: Duration = Duration::from_millis(20);
/// The pause after the system refused a connection, for example because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What the connections of an address share.
pub struct Shared {
    sites: Vec<Site>,
    times: Times,
    max_header: usize,
    closing: AtomicBool,
    finished: watch::Sender<bool>,
}

impl Shared {
    /// The sites.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Whether no new request is taken.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// The longest times of a connection.
    #[must_use]
    pub fn times(&self) -> Times {
        self.times
    }

    /// Bytes of a request's head.
    #[must_use]
    pub fn max_header(&self) -> usize {
        self.max_header
    }

    /// Waits until connections are to end.
    pub async fn finished(&self) {
        let mut receiver = self.finished.subscribe();
        // The sender lives as long as `self`.
        let _ = receiver.wait_for(|finished| *finished).await;
    }
}

/// What an address is served with.
pub struct Offer {
    /// The sites, in load order.
    pub sites: Vec<Site>,
    /// TLS.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// The longest times of a connection.
    pub times: Times,
    /// Bytes of a request's head.
    pub max_header: usize,
}

/// A listening address.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Arc<Notify>,
    tasks: TaskTracker,
}

impl Server {
    /// Listens on `listen` (`host:port`; port 0: any free one) and serves from now on.
    ///
    /// # Errors
    /// The address is no address, or cannot be listened on.
    pub async fn start(listen: &str, offer: Offer) -> Result<Server, String> {
        let failed = |error: std::io::Error| format!("cannot listen on {listen}: {error}");
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            sites: offer.sites,
            times: offer.times,
            max_header: offer.max_header,
            closing: AtomicBool::new(false),
            finished: watch::Sender::new(false),
        });
        let (stop, tasks) = (Arc::new(Notify::new()), TaskTracker::new());
        let acceptor = offer.tls.map(TlsAcceptor::from);
        tasks.spawn(accept(listener, acceptor, Arc::clone(&shared), Arc::clone(&stop), tasks.clone()));
        Ok(Server { address, shared, stop, tasks })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stage one of the end.
    pub fn stop_accepting(&self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        self.stop.notify_one();
    }

    /// Stage two of the end: waits at most `patience` for answers that are being sent.
    pub async fn close(&self, patience: Duration) {
        self.stop_accepting();
        let _ = self.shared.finished.send(true);
        self.tasks.close();
        let _ = tokio::time::timeout(patience, self.tasks.wait()).await;
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    shared: Arc<Shared>,
    stop: Arc<Notify>,
    tasks: TaskTracker,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut stopping = None;
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let ended = async {
            match stopping {
                Some(at) => tokio::time::sleep_until(at).await,
                None => stop.notified().await,
            }
        };
        let accepted = tokio::select! {
            biased;
            accepted = listener.accept() => accepted,
            () = ended => match stopping {
                Some(_) => return,
                None => {
                    stopping = Some(Instant::now() + LAST_TAKEN);
                    continue;
                }
            },
        };
        match accepted {
            Ok((stream, peer)) => {
                let (acceptor, shared) = (acceptor.clone(), Arc::clone(&shared));
                tasks.spawn(async move {
                    serve(stream, peer, acceptor, shared).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    // Small answers must not wait for more; a socket that refuses the option works all the same.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = acceptor else {
        return connection::http1(stream, peer, shared).await;
    };
    let handshake = tokio::time::timeout(shared.times().request, acceptor.accept(stream));
    // A peer that does not manage the handshake in time, or at all, gets no answer.
    let Ok(Ok(stream)) = handshake.await else { return };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        connection::http2(stream, peer, shared).await;
    } else {
        connection::http1(stream, peer, shared).await;
    }
}
