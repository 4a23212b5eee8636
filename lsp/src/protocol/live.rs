//! Live values: programs run on their samples in the background; what they gave as inlays and diagnostics;
//! `dataway/status`.

use std::sync::Arc;
use std::time::Duration;

use dataway_lang::Profile;
use dataway_lang::source::Span;
use dataway_lang::syntax::ast::Body;
use dataway_lang::value::civil::RunZone;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::notification::Notification;
use tower_lsp_server::ls_types::{
    ClientCapabilities, Diagnostic, DiagnosticSeverity, InlayHint, InlayHintLabel, InlayHintTooltip, NumberOrString,
    Position, Uri,
};

use super::convert::{Snapshot, position};
use super::reading;
use crate::document::{Document, Region};
use crate::live::board::{Board, Evaluations, News};
use crate::live::flow::Arrivals;
use crate::live::{Evaluation, Failure, Manner, Watch, evaluate, evaluate_with, input};
use crate::position::Place;
use crate::world::Settings;

/// How long an answer waits for live values, and how long a run takes before the client is told that it is under way.
pub const PATIENCE: Duration = Duration::from_millis(100);

/// How long a document rests before it is run.
const PAUSE: Duration = Duration::from_millis(30);

/// Documents that are run at the same time.
const AT_ONCE: usize = 2;

/// `dataway/status`: how the live values of a document are.
enum Status {}

impl Notification for Status {
    type Params = Value;
    const METHOD: &'static str = "dataway/status";
}

/// What a client does with news and questions of the server.
#[derive(Debug, Clone, Copy, Default)]
pub struct Abilities {
    /// It asks again for inlays when it is told to.
    pub refreshes_inlays: bool,
    /// It asks again for diagnostics when it is told to.
    pub refreshes_diagnostics: bool,
    /// It shows how far something is that the server began.
    pub shows_progress: bool,
    /// It can be asked to tell when files change on disk.
    pub tells_changes: bool,
}

impl Abilities {
    /// What a client says of itself.
    #[must_use]
    pub fn of(client: &ClientCapabilities) -> Abilities {
        let workspace = client.workspace.as_ref();
        let inlays = workspace.and_then(|workspace| workspace.inlay_hint.as_ref());
        let diagnostics = workspace.and_then(|workspace| workspace.diagnostics.as_ref());
        Abilities {
            refreshes_inlays: inlays.and_then(|own| own.refresh_support).unwrap_or(false),
            refreshes_diagnostics: diagnostics.and_then(|own| own.refresh_support).unwrap_or(false),
            shows_progress: reading::shows_progress(client),
            tells_changes: reading::tells_changes(client),
        }
    }
}

/// Runs documents in the background.
#[derive(Clone)]
pub struct Live {
    client: Client,
    board: Arc<Board>,
    permits: Arc<Semaphore>,
    zone: RunZone,
}

impl Live {
    /// Nothing runs yet. `zone` is the system's.
    #[must_use]
    pub fn new(client: Client, zone: RunZone) -> Live {
        Live { client, board: Arc::default(), permits: Arc::new(Semaphore::new(AT_ONCE)), zone }
    }

    /// The newest evaluations.
    #[must_use]
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// How a program of a document is run with these settings.
    #[must_use]
    pub fn manner(&self, settings: &Settings) -> Manner {
        let named = settings.timezone.as_deref().and_then(|name| RunZone::parse(name).ok());
        Manner {
            time: settings.live_time,
            memory: settings.live_memory,
            zone: named.unwrap_or_else(|| self.zone.clone()),
            cancel: Arc::default(),
        }
    }

    /// Runs a document, once it has rested for a moment. `told` is called when there is something new to say about it.
    pub fn start(
        &self,
        document: Arc<Document>,
        settings: &Settings,
        able: Abilities,
        told: impl Future<Output = ()> + Send + 'static,
    ) {
        let profile = if settings.profile == Profile::Core { "core" } else { "extended" };
        let status = move |document: &Document, rest: Value| {
            let mut all = json!({ "uri": document.uri, "profile": profile });
            if let (Some(all), Value::Object(rest)) = (all.as_object_mut(), rest) {
                all.extend(rest);
            }
            all
        };
        if !settings.live {
            self.board.end(&document.uri);
            let client = self.client.clone();
            tokio::spawn(async move {
                client.send_notification::<Status>(status(&document, json!({ "live": "off" }))).await;
                told.await;
            });
            return;
        }
        let live = self.clone();
        let mut manner = self.manner(settings);
        manner.cancel = self.board.begin(&document);
        tokio::spawn(async move {
            tokio::time::sleep(PAUSE).await;
            let Ok(_permit) = live.permits.acquire().await else { return };
            let (cancel, own) = (Arc::clone(&manner.cancel), Arc::clone(&document));
            if cancel.load(std::sync::atomic::Ordering::Relaxed) {
                return;
            }
            let mut work = tokio::task::spawn_blocking(move || run(&own, &manner));
            let found = tokio::select! {
                found = &mut work => found,
                () = tokio::time::sleep(PATIENCE) => {
                    live.client.send_notification::<Status>(status(&document, json!({ "live": "running" }))).await;
                    work.await
                }
            };
            // A defect ends one run; the server's log has its trace.
            let Ok(found) = found else { return };
            let rest = summary(&found);
            let Some(News { inlays, failures }) = live.board.put(&document, found) else { return };
            live.client.send_notification::<Status>(status(&document, rest)).await;
            if inlays && able.refreshes_inlays {
                // Clients answer this with nothing.
                let _ = live.client.inlay_hint_refresh().await;
            }
            if failures && able.refreshes_diagnostics {
                let _ = live.client.workspace_diagnostic_refresh().await;
            }
            if failures {
                told.await;
            }
        });
    }
}

/// Runs the programs of a document whose data is known from a sample.
fn run(document: &Document, manner: &Manner) -> Evaluations {
    let arrivals = Arrivals::of(document, manner);
    let all = document.regions().iter().enumerate();
    let run = |(at, region)| Some((at, evaluate_known(region, &arrivals, manner, Watch::Statements)?));
    Arc::new(all.filter_map(run).collect())
}

/// Runs a program on what its step gets; a script on its own sample if it has one. `None` if neither is known.
#[must_use]
pub fn evaluate_known(region: &Region, arrivals: &Arrivals, manner: &Manner, watch: Watch) -> Option<Evaluation> {
    let script = &region.script;
    if !script.context.embedded && input::is_known(script) {
        return evaluate(script, manner, watch);
    }
    let (input, sample) = arrivals.seen_by(region)?;
    Some(Evaluation { sample: Some(sample), ..evaluate_with(script, &input, manner, watch)? })
}

/// What the client is told about a document.
fn summary(found: &Evaluations) -> Value {
    let sample = found.iter().find_map(|(_, one)| one.sample.as_deref()).and_then(Uri::from_file_path);
    let micros: u128 = found.iter().map(|(_, one)| one.time.as_micros()).sum();
    let failed = found.iter().any(|(_, one)| one.result.is_err());
    if found.is_empty() {
        return json!({ "live": "no sample" });
    }
    let micros = u64::try_from(micros).unwrap_or(u64::MAX);
    json!({ "live": if failed { "failed" } else { "ok" }, "sample": sample, "micros": micros })
}

/// The values of the statements that end inside `within`, at the ends of their lines.
#[must_use]
pub fn hints(snapshot: &Snapshot, within: Span, found: &Evaluations) -> Vec<InlayHint> {
    let document = &snapshot.document;
    let mut lines: Vec<(u32, Vec<String>)> = Vec::new();
    for (at, evaluation) in found.iter() {
        let Some(region) = document.regions().get(*at) else { continue };
        let mut add = |end: u32, text: String| {
            let offset = region.outward(Span::new(end, end)).start;
            if offset < within.start || offset > within.end {
                return;
            }
            let line = document.text.place(offset, snapshot.encoding).line;
            match lines.iter_mut().find(|(known, _)| *known == line) {
                Some((_, texts)) => texts.push(text),
                None => lines.push((line, vec![text])),
            }
        };
        for value in &evaluation.values {
            let times = if value.count > 1 { format!(" × {}", value.count) } else { String::new() };
            add(value.span.end, format!("{} {}{times}", if value.printed { "»" } else { "→" }, value.text));
        }
        if matches!(region.script.parsed().program.body, Body::Expression(_))
            && let Ok(output) = &evaluation.result
        {
            add(region.script.source.len(), format!("→ {}", one_line(&output.text)));
        }
    }
    let hint = |(line, texts): (u32, Vec<String>)| {
        let column = snapshot.encoding.length(document.text.line(line));
        InlayHint {
            position: position(Place { line, column }),
            label: InlayHintLabel::String(texts.join("  ")),
            kind: None,
            text_edits: None,
            tooltip: Some(InlayHintTooltip::String("The value with the sample; × how often".to_owned())),
            padding_left: Some(true),
            padding_right: None,
            data: None,
        }
    };
    lines.into_iter().map(hint).collect()
}

/// A text of several lines in one short one.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let words = text.split_whitespace().flat_map(|word| [" ", word]).skip(1);
    let line: String = words.flat_map(str::chars).take(LONGEST + 1).collect();
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST - 1).chain(['…']).collect() }
}

/// Why programs failed on their samples: at places where nothing else is wrong, as `known` tells.
#[must_use]
pub fn diagnostics(snapshot: &Snapshot, found: &Evaluations, known: &[Diagnostic]) -> Vec<Diagnostic> {
    let one = |(at, evaluation): &(usize, Evaluation)| {
        let failure = evaluation.result.as_ref().err()?;
        let region = snapshot.document.regions().get(*at)?;
        let range = snapshot.range(region, failure.span.unwrap_or(Span::new(0, 0)));
        let serious = |one: &&Diagnostic| {
            matches!(one.severity, Some(DiagnosticSeverity::ERROR | DiagnosticSeverity::WARNING))
                && one.range.start.line == range.start.line
        };
        if known.iter().any(|diagnostic| serious(&diagnostic)) {
            return None;
        }
        Some(Diagnostic {
            range,
            severity: Some(DiagnosticSeverity::WARNING),
            code: Some(NumberOrString::String("sample".to_owned())),
            source: Some("dataway".to_owned()),
            message: told(failure),
            ..Diagnostic::default()
        })
    };
    found.iter().filter_map(one).collect()
}

/// A failure in words.
fn told(failure: &Failure) -> String {
    let mut message = format!("with the sample: {}", failure.message);
    for origin in &failure.origins {
        message.push_str(&format!("\ndata: {origin}"));
    }
    message
}

/// The line of a failure in the document.
#[must_use]
pub fn line(snapshot: &Snapshot, region: &Region, failure: &Failure) -> Option<u32> {
    let Position { line, .. } = snapshot.range(region, failure.span?).start;
    Some(line)
}
