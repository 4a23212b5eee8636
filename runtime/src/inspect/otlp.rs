//! Spans on their way to a collector: OTLP over HTTP, in JSON (OpenTelemetry protocol; part 4, section 5).
//!
//! The variables of the OpenTelemetry specification say where to: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` as it is, or
//! `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/traces`; `OTEL_EXPORTER_OTLP_HEADERS`; `OTEL_SERVICE_NAME`. A collector that is not there
//! stops nothing: its spans are lost, and a line on standard error says so once.

use std::time::{Duration, SystemTime};

use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::spans::{Kind, Span, Spans};
use crate::connectors::http::request::config::{Service, chain};
use crate::store::console;

/// Spans that wait for the exporter.
const CAPACITY: usize = 4_096;
/// Most spans of one request.
const BATCH: usize = 512;
/// How long spans are collected for one request.
const COLLECTED: Duration = Duration::from_secs(1);
/// Longest time of one request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long the last spans are waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where spans go.
#[derive(Debug, Clone)]
pub struct Target {
    url: Url,
    headers: HeaderMap,
    service: String,
    version: String,
}

impl Target {
    /// What the environment says about an app of this name and version; `None` if nothing is to be sent.
    ///
    /// # Errors
    /// The variable that cannot be used.
    pub fn of(
        environment: &dyn Fn(&str) -> Option<String>,
        name: &str,
        version: &str,
    ) -> Result<Option<Target>, String> {
        const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
        const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
        const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
        let given = |name: &str| environment(name).filter(|value| !value.is_empty());
        let (variable, address) = match (given(TRACES), given(ALL)) {
            (Some(address), _) => (TRACES, address),
            (None, Some(base)) => (ALL, format!("{}/v1/traces", base.trim_end_matches('/'))),
            (None, None) => return Ok(None),
        };
        let url = Url::parse(&address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| format!("{variable} must be an http or https URL"))?;
        let mut headers = HeaderMap::new();
        for pair in given(HEADERS).unwrap_or_default().split(',').filter(|pair| !pair.trim().is_empty()) {
            let header = pair.split_once('=').and_then(|(name, value)| {
                let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
                let mut value = HeaderValue::from_str(value.trim()).ok()?;
                value.set_sensitive(true);
                Some((name, value))
            });
            // The text may hold a secret.
            let (name, value) = header.ok_or_else(|| format!("{HEADERS} must be NAME=VALUE, separated by commas"))?;
            headers.insert(name, value);
        }
        let service = given("OTEL_SERVICE_NAME").unwrap_or_else(|| name.to_owned());
        Ok(Some(Target { url, headers, service, version: version.to_owned() }))
    }
}

/// Sends spans until it is closed.
#[derive(Debug)]
pub struct Exporter {
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Exporter {
    /// Starts sending; gives what makes the spans. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// That there is no client for requests.
    pub fn start(target: Target) -> Result<(Spans, Exporter), String> {
        let client = Service::shared()?.client.clone();
        let (sender, receiver) = mpsc::channel(CAPACITY);
        let exporter = Exporter { closing: CancellationToken::new(), tasks: TaskTracker::new() };
        exporter.tasks.spawn(export(receiver, client, target, exporter.closing.clone()));
        exporter.tasks.close();
        Ok((Spans::new(sender), exporter))
    }

    /// Sends what there is, and ends.
    pub async fn close(&self) {
        self.closing.cancel();
        let _ = tokio::time::timeout(PATIENCE, self.tasks.wait()).await;
    }
}

async fn export(mut spans: mpsc::Receiver<Span>, client: reqwest::Client, target: Target, closing: CancellationToken) {
    let mut batch = Vec::new();
    let mut works = true;
    loop {
        tokio::select! {
            biased;
            received = spans.recv_many(&mut batch, BATCH) => if received == 0 { return },
            () = closing.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(COLLECTED) => {}
            () = closing.cancelled() => {}
        }
        while batch.len() < BATCH
            && let Ok(span) = spans.try_recv()
        {
            batch.push(span);
        }
        let body = request(&batch, &target).to_string();
        let sent = client.post(target.url.clone()).headers(target.headers.clone()).timeout(TIMEOUT);
        let sent = sent.header(CONTENT_TYPE, "application/json").body(body).send().await;
        let failed = match sent {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status())),
            Err(error) => Some(chain(&error.without_url())),
        };
        if let (true, Some(reason)) = (works, &failed) {
            console::warn(&format!("traces cannot be sent to {}: {reason}", target.url.origin().ascii_serialization()));
        }
        works = failed.is_none();
        batch.clear();
    }
}

/// Spans as the body of a request (`ExportTraceServiceRequest`).
fn request(spans: &[Span], target: &Target) -> Value {
    let resource = attributes(&[("service.name", target.service.clone()), ("service.version", target.version.clone())]);
    let spans: Vec<Value> = spans.iter().map(span).collect();
    let scope = json!({"name": "dataway", "version": env!("CARGO_PKG_VERSION")});
    json!({"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"scope": scope, "spans": spans}]}]})
}

fn span(span: &Span) -> Value {
    let kind = match span.kind {
        Kind::Internal => 1,
        Kind::Server => 2,
        Kind::Client => 3,
    };
    let nanos =
        |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos().to_string();
    let mut shown = json!({
        "traceId": format!("{:032x}", span.trace),
        "spanId": format!("{:016x}", span.id),
        "name": span.name,
        "kind": kind,
        "startTimeUnixNano": nanos(span.start),
        "endTimeUnixNano": nanos(span.end),
        "attributes": attributes(&span.attributes),
    });
    if span.parent != 0 {
        shown["parentSpanId"] = json!(format!("{:016x}", span.parent));
    }
    if let Some(code) = &span.error {
        shown["status"] = json!({"code": 2, "message": code});
    }
    shown
}

fn attributes(pairs: &[(&'static str, String)]) -> Value {
    pairs.iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(variables: &[(&str, &str)]) -> Result<Option<Target>, String> {
        let value = |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        Target::of(&value, "shop", "1.2.0")
    }

    #[test]
    fn the_environment_says_where_to() {
        assert!(target(&[]).unwrap().is_none());
        assert!(target(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]).unwrap().is_none());
        for (variables, url) in [
            (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4318")][..], "http://h:4318/v1/traces"),
            (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://h/otlp/")], "https://h/otlp/v1/traces"),
            (
                &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h"), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t/x")],
                "http://t/x",
            ),
        ] {
            let found = target(variables).unwrap().unwrap();
            assert_eq!((found.url.as_str(), &*found.service), (url, "shop"));
        }
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h");
        let named = target(&[base, ("OTEL_SERVICE_NAME", "own"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=b=c, x-k = v,")]);
        let named = named.unwrap().unwrap();
        assert_eq!(
            (&*named.service, &named.headers["a"], &named.headers["x-k"]),
            ("own", &"b=c".parse().unwrap(), &"v".parse().unwrap())
        );
        for wrong in
            [&[("OTEL_EXPORTER_OTLP_ENDPOINT", "h:4318")][..], &[base, ("OTEL_EXPORTER_OTLP_HEADERS", "secret")]]
        {
            let reason = target(wrong).unwrap_err();
            assert!(reason.starts_with("OTEL_") && !reason.contains("secret"), "{reason}");
        }
    }

    #[test]
    fn spans_are_written_as_the_protocol_has_it() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let made = Span {
            trace: 0xabc,
            id: 0x10,
            parent: 0,
            name: "f/a".to_owned(),
            kind: Kind::Client,
            start: at(1),
            end: at(2),
            attributes: vec![("dataway.step", "a".to_owned())],
            error: Some("DB:CONNECT".to_owned()),
        };
        let target = target(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h")]).unwrap().unwrap();
        let body = request(&[made.clone(), Span { parent: 0x20, error: None, ..made }], &target);
        let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
        assert_eq!(
            spans[0],
            json!({
                "traceId": "00000000000000000000000000000abc", "spanId": "0000000000000010", "name": "f/a", "kind": 3,
                "startTimeUnixNano": "1000000000", "endTimeUnixNano": "2000000000",
                "attributes": [{"key": "dataway.step", "value": {"stringValue": "a"}}],
                "status": {"code": 2, "message": "DB:CONNECT"},
            })
        );
        assert_eq!((&spans[1]["parentSpanId"], spans[1].get("status")), (&json!("0000000000000020"), None));
        let resource = &body["resourceSpans"][0]["resource"]["attributes"];
        assert_eq!(resource[0], json!({"key": "service.name", "value": {"stringValue": "shop"}}));
    }
}
