//! `dataway run`: an app with its triggers, or one of its flows once.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use dataway_lang::{Document, mime};
use dataway_runtime::connectors::items::settled;
use dataway_runtime::engine::{Request, Sink};
use dataway_runtime::message::{Failure, Message};
use dataway_runtime::model;
use dataway_runtime::running::Running;
use dataway_runtime::store::console::{Console, Form};
use dataway_runtime::store::writer::{self, Writer};

use crate::app::{self, AppOptions, Secrets};
use crate::diagnostics::Format;
use crate::signals::Signals;
use crate::{FAILED, USAGE, host, streams};

/// Bytes of stack of a worker thread: steps nest, and each level takes a few hundred bytes of it.
const STACK: usize = 8 << 20;

/// Exit code after a second signal, or one before the app has started.
const INTERRUPTED: u8 = 130;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dataway run shop
  dataway run shop --flow nightly
  dataway run shop --flow take-order --payload order.json --vars '{\"tenant\": \"a\"}'
  dataway run shop --trace payloads

Exit codes: 0 done, 1 the app has errors or the run failed, 2 wrong usage, 130 after a second
Ctrl-C, or one before the app has started.")]
pub struct Args {
    /// The folder of the app, or its app.yaml
    app: PathBuf,
    /// Run this flow once, without its trigger, and print the final payload
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,
    /// File with the payload of --flow, as an Entity; `-` reads standard input
    #[arg(long, value_name = "FILE", requires = "flow")]
    payload: Option<PathBuf>,
    /// MIME type of the payload [default: by the file's suffix]
    #[arg(long, value_name = "TYPE", requires = "payload")]
    mime: Option<String>,
    /// Variables of the first message: a JSON object, or @FILE
    #[arg(long, value_name = "JSON|@FILE", requires = "flow")]
    vars: Option<String>,
    /// Attributes of the first message: a JSON object, or @FILE
    #[arg(long, value_name = "JSON|@FILE", requires = "flow")]
    attrs: Option<String>,
    /// Print events on standard error in this form [default: text on a terminal, else nothing]
    #[arg(long, value_name = "FORM")]
    log_format: Option<LogForm>,
    #[command(flatten)]
    options: AppOptions,
}

/// The form of printed events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum LogForm {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
}

/// Runs; gives the exit code.
pub fn run(args: &Args) -> u8 {
    match prepare(args) {
        Ok(code) => code,
        Err(reason) => {
            streams::say(format_args!("error: {reason}\n"));
            USAGE
        }
    }
}

fn prepare(args: &Args) -> Result<u8, String> {
    let checked = app::check(&args.app, &args.options, Secrets::Required, Format::Text)?;
    if !checked.is_sound() {
        return Ok(FAILED);
    }
    let app = checked.app;
    let root = app.files.root().to_owned();
    let message = first_message(args)?;
    if let Some(flow) = &args.flow
        && app.flow(flow).is_none()
    {
        let known: Vec<&str> = app.flows.iter().map(|flow| &**flow.name()).collect();
        return Err(format!("the app has no flow `{flow}`; it has {}", known.join(", ")));
    }
    let tokio = tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build();
    let tokio = tokio.map_err(|error| format!("cannot start threads: {error}"))?;
    let code = tokio.block_on(async {
        // Before anything starts: whoever reads `ready` may end the app at once.
        let signals = Signals::listen().map_err(|error| format!("cannot handle signals: {error}"))?;
        let sink = sink(&app, &root, args.log_format);
        Ok::<u8, String>(match &args.flow {
            Some(flow) => once(&app, &root, sink, signals, flow, message).await,
            None => serve(&app, &root, sink, signals).await,
        })
    })?;
    // What still goes on now has been told to end.
    tokio.shutdown_background();
    Ok(code)
}

/// The first message of `--flow`.
fn first_message(args: &Args) -> Result<Message, String> {
    let payload = match &args.payload {
        None => Document::None,
        Some(path) => {
            let named = path.to_string_lossy();
            let mime = args.mime.as_deref().or_else(|| mime::infer_mime(&named)).unwrap_or("application/octet-stream");
            Document::entity(host::read_shared(path)?, mime, "utf-8")
        }
    };
    let object = |text: &Option<String>, what: &str| match text {
        None => Ok(Document::None),
        Some(argument) => {
            let read = Document::from_json(&host::text_or_file(argument)?);
            let read = read.map_err(|reason| format!("--{what} is not valid JSON: {reason}"))?;
            let is_object = read.as_dict().is_some();
            is_object.then_some(read).ok_or_else(|| format!("--{what} must be a JSON object"))
        }
    };
    Ok(Message::new(payload, object(&args.attrs, "attrs")?, object(&args.vars, "vars")?))
}

/// Prints why an app cannot start.
fn refused(errors: &[String]) -> u8 {
    errors.iter().for_each(|error| streams::say(format_args!("error: {error}\n")));
    FAILED
}

/// Runs one flow.
async fn once(
    app: &model::App,
    root: &Path,
    sink: Box<dyn Sink>,
    mut signals: Signals,
    flow: &str,
    message: Message,
) -> u8 {
    let running = match Running::engine(app, root, sink).await {
        Ok(running) => running,
        Err(errors) => return refused(&errors),
    };
    let Some(flow) = running.runtime.flow(flow).cloned() else { return USAGE };
    let request = Request { flow, trigger: "cli", message };
    let work = async {
        let ended = running.runtime.run(request).await;
        // What the flow started beside itself belongs to it.
        running.runtime.drained().await;
        match ended.map(|ended| ended.result) {
            // What is produced while it is read needs the app.
            Ok(Ok(message)) => settled(message.payload().clone()).await.map_err(|fault| format!("{fault}\n")),
            Ok(Err(Failure { fault, .. })) => Err(fault.render()),
            Err(fault) => Err(format!("{fault}\n")),
        }
    };
    let ended = tokio::select! {
        ended = work => ended,
        code = interrupted(&running, &mut signals) => return code,
    };
    running.stop().await;
    match ended {
        Ok(payload) => print(&payload),
        Err(reason) => {
            streams::say(app.redactor.redact(&reason));
            FAILED
        }
    }
}

/// Runs an app until somebody ends it.
async fn serve(app: &model::App, root: &Path, sink: Box<dyn Sink>, mut signals: Signals) -> u8 {
    let started = tokio::select! {
        started = Running::start(app, root, sink) => started,
        // No message has been taken: there is nothing to wait for.
        () = signals.next() => return INTERRUPTED,
    };
    let running = match started {
        Ok(running) => running,
        Err(errors) => return refused(&errors),
    };
    for site in running.sites() {
        let flows = if site.flows == 1 { "1 flow".to_owned() } else { format!("{} flows", site.flows) };
        streams::write(format!("listening {}  config {}  {flows}\n", site.url, site.config).as_bytes());
    }
    if let Some(url) = running.admin_url() {
        streams::write(format!("admin {url}\n").as_bytes());
    }
    streams::write(b"ready\n");
    interrupted(&running, &mut signals).await
}

/// Waits for a signal, or for a word through the admin API, and ends the app; a second signal ends the wait.
async fn interrupted(running: &Running, signals: &mut Signals) -> u8 {
    tokio::select! {
        () = signals.next() => {}
        () = running.stop_requested() => {}
    }
    tokio::select! {
        () = running.stop() => 0,
        () = signals.next() => INTERRUPTED,
    }
}

/// Prints the final payload; gives the exit code.
fn print(payload: &Document) -> u8 {
    match payload {
        Document::Entity(_) | Document::Bytes(_) => streams::write(payload.as_bytes().unwrap_or_default()),
        Document::Short(_) | Document::Text(_) => {
            let text = String::from_utf8_lossy(payload.as_bytes().unwrap_or_default());
            streams::write(format!("{text}\n").as_bytes())
        }
        other => match other.to_json(std::io::stdout().is_terminal()) {
            Ok(mut json) => {
                json.push(b'\n');
                streams::write(&json)
            }
            Err(reason) => {
                streams::say(format_args!("error: the payload cannot be written as JSON: {reason}\n"));
                FAILED
            }
        },
    }
}

/// Where events go: into the run log, and as lines to a terminal, or to whoever asked for JSON.
fn sink(app: &model::App, root: &Path, form: Option<LogForm>) -> Box<dyn Sink> {
    let log = &app.file.log;
    let store: Box<dyn Sink> = Box::new(Writer::new(writer::Options {
        folder: root.join(&log.dir),
        app: app.file.name.clone(),
        version: app.file.version.clone(),
        retention: log.retention,
        redactor: app.redactor.clone(),
    }));
    let form = match form {
        Some(LogForm::Json) => Form::Json,
        Some(LogForm::Text) => Form::Text,
        None if std::io::stderr().is_terminal() => Form::Text,
        None => return store,
    };
    Box::new(Console::new(form, app.redactor.clone(), Some(store)))
}
