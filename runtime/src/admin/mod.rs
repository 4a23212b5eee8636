//! The admin API of an app that runs: JSON over HTTP on an address of its own. Flows specification, part 4, sections 5 and 6.
//!
//! | room | job |
//! |---|---|
//! | [`guard`] | who may ask |
//! | [`answer`] | answers, refusals and the parameters of a query |
//! | [`flows`] | the app and its flows |
//! | [`by_hand`] | runs of flows and of parts of them, with mocks and traces |
//! | [`runs`] | run records, their events, cancellation |
//! | [`logs`] | events, also as they come |
//! | [`metrics`] | counters and histograms as Prometheus reads them |
//!
//! It shows what the engine and the run log know and decides nothing itself. No secret of the app leaves through it.

mod answer;
mod by_hand;
mod flows;
mod guard;
mod logs;
mod metrics;
mod runs;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connectors::http::listener::start::Site;
use crate::engine::Runtime;
use crate::model::{App, Redactor};
use crate::params::Secret;
use answer::{Problem, Reply};
use by_hand::Bench;
use flows::Entry;

/// The address unless something is said; when it is taken, a free port does as well.
const DEFAULT: &str = "127.0.0.1:8090";
/// Readers that follow the log at one time.
const FOLLOWERS: usize = 64;
/// How long answers may take when the API closes.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// What all requests share.
struct Context {
    app: String,
    version: String,
    started: SystemTime,
    runtime: Arc<Runtime>,
    /// Folder of the run log.
    log: PathBuf,
    redactor: Redactor,
    entries: Vec<Entry>,
    bench: Bench,
    /// What listens where, when it does.
    sites: OnceLock<Vec<(String, String)>>,
    ready: AtomicBool,
    token: Option<Secret>,
    loopback: bool,
    followers: Arc<Semaphore>,
    /// Somebody asked for the end of the app.
    stop: CancellationToken,
    /// The API itself ends.
    closing: CancellationToken,
}

impl Context {
    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed) && !self.runtime.is_stopping()
    }

    /// The app's state for people.
    fn state(&self) -> &'static str {
        match (self.runtime.is_stopping(), self.is_ready()) {
            (true, _) => "draining",
            (false, true) => "running",
            (false, false) => "starting",
        }
    }

    /// Refuses the name of another app.
    fn check_app(&self, name: &str) -> Result<(), Problem> {
        if name == self.app { Ok(()) } else { Err(Problem::not_found(format!("there is no app {name} here"))) }
    }
}

/// The admin API of one app.
pub struct Admin {
    address: SocketAddr,
    context: Arc<Context>,
    tasks: TaskTracker,
}

impl Admin {
    /// Starts listening, unless the app says `off`; `root` is the folder of the app. The app counts as starting until
    /// [`Admin::ready`].
    ///
    /// # Errors
    /// That the address cannot be listened on.
    pub async fn start(app: &App, root: &Path, runtime: &Arc<Runtime>) -> Result<Option<Admin>, String> {
        let settings = &app.file.admin.0;
        let listen = settings.listen.value.as_str();
        if listen == "off" {
            return Ok(None);
        }
        let listener = match TcpListener::bind(listen).await {
            Err(error) if listen == DEFAULT && error.kind() == std::io::ErrorKind::AddrInUse => {
                TcpListener::bind("127.0.0.1:0").await
            }
            other => other,
        };
        let failed = |error: std::io::Error| format!("the admin API cannot listen on {listen}: {error}");
        let listener = listener.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let context = Arc::new(Context {
            app: app.file.name.clone(),
            version: app.file.version.clone(),
            started: runtime.clock().wall(),
            runtime: Arc::clone(runtime),
            log: root.join(&app.file.log.dir),
            redactor: app.redactor.clone(),
            entries: flows::entries(app, runtime)?,
            bench: Bench::of(app),
            sites: OnceLock::new(),
            ready: AtomicBool::new(false),
            token: settings.token.clone(),
            loopback: address.ip().is_loopback(),
            followers: Arc::new(Semaphore::new(FOLLOWERS)),
            stop: CancellationToken::new(),
            closing: CancellationToken::new(),
        });
        let closing = context.closing.clone();
        let service = router(&context);
        let tasks = TaskTracker::new();
        tasks.spawn(async move {
            // It ends with the app; what goes wrong with one connection ends that connection.
            let _ = axum::serve(listener, service).with_graceful_shutdown(closing.cancelled_owned()).await;
        });
        tasks.close();
        Ok(Some(Admin { address, context, tasks }))
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All triggers accept; these are the listeners' addresses.
    pub fn ready(&self, sites: &[Site]) {
        let sites = sites.iter().map(|site| (site.config.clone(), site.url.clone())).collect();
        // Said once, when the app has started.
        let _ = self.context.sites.set(sites);
        self.context.ready.store(true, Ordering::Relaxed);
    }

    /// Completes when somebody asks for the end of the app.
    pub async fn stop_requested(&self) {
        self.context.stop.cancelled().await;
    }

    /// Ends the API, after the app has ended.
    pub async fn close(&self) {
        self.context.closing.cancel();
        let _ = tokio::time::timeout(LAST_ANSWERS, self.tasks.wait()).await;
    }
}

fn router(context: &Arc<Context>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics::show))
        .route("/shutdown", post(shutdown))
        .route("/apps", get(flows::apps))
        .route("/apps/{app}/flows", get(flows::list))
        .route("/apps/{app}/flows/{flow}/run", post(by_hand::run))
        .route("/apps/{app}/runs", get(runs::list))
        .route("/apps/{app}/runs/{job}", get(runs::one))
        .route("/apps/{app}/runs/{job}/cancel", post(runs::cancel))
        .route("/apps/{app}/logs", get(logs::show))
        .fallback(async || Problem::not_found("there is nothing at this address"))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "ADMIN:METHOD", "this address takes another method")
        })
        .layer(from_fn_with_state(Arc::clone(context), guard::check))
        .with_state(Arc::clone(context))
}

async fn health(State(context): State<Arc<Context>>) -> Response {
    Reply::new(&context).json(&json!({"state": context.state()}))
}

async fn ready(State(context): State<Arc<Context>>) -> Response {
    let status = if context.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Reply::new(&context).status(status).json(&json!({"state": context.state()}))
}

async fn shutdown(State(context): State<Arc<Context>>) -> Response {
    context.stop.cancel();
    Reply::new(&context).status(StatusCode::ACCEPTED).json(&json!({"state": "draining"}))
}
