//! What the tests of connectors share: small apps, and servers of other people.
#![allow(dead_code, reason = "each test uses some of it")]

pub mod client;
pub mod servers;
pub mod upstream;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dataway_lang::Document;
use dataway_lang::diagnostic::Severity;
use dataway_runtime::connectors;
use dataway_runtime::connectors::triggers::{Triggers, open_all};

use dataway_runtime::engine::log::Memory;
use dataway_runtime::engine::{Builder, Clock, Flow, Gate, Hooks, Plan, Request, Runtime, Settings};
use dataway_runtime::message::{Failure, Message};
use dataway_runtime::model::{self, App, Options};

/// An app that runs, and its folder.
pub struct TestApp {
    pub runtime: Arc<Runtime>,
    pub folder: PathBuf,
    pub log: Memory,
    pub triggers: Triggers,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl TestApp {
    /// An app of these configurations and flows, in YAML.
    pub async fn start(configs: &str, flows: &str) -> TestApp {
        TestApp::with(configs, flows, |_| {}, |_| {}).await
    }

    /// An app whose folder and settings are prepared.
    pub async fn with(
        configs: &str,
        flows: &str,
        prepare: impl FnOnce(&Path),
        adjust: impl FnOnce(&mut Settings),
    ) -> TestApp {
        TestApp::watched(configs, flows, prepare, adjust, None).await
    }

    /// The same, with somebody who watches its runs.
    pub async fn watched(
        configs: &str,
        flows: &str,
        prepare: impl FnOnce(&Path),
        adjust: impl FnOnce(&mut Settings),
        hooks: Option<Arc<dyn Hooks>>,
    ) -> TestApp {
        let folder = folder(&format!("configs:\n{configs}"), flows);
        prepare(&folder);
        let app = load(&folder);
        let around = connectors::Surroundings::new(&folder, None);
        let resources = open_all(&app, &around).unwrap();
        let mut builder = Builder::new(&resources);
        let mut flows = Vec::new();
        for flow in &app.flows {
            let steps = builder.steps(&flow.body.steps);
            let body = &flow.body;
            let gate = Gate::new(
                body.max_concurrency.unwrap_or(64) as usize,
                body.queue.unwrap_or(256) as usize,
                Duration::from_secs(30),
            );
            flows.push(Flow {
                name: flow.name().clone(),
                steps,
                gate: Arc::new(gate),
                timeout: body.timeout,
                counts: Arc::default(),
            });
        }
        assert!(builder.errors.is_empty(), "{:?}", builder.errors);
        drop(builder);
        let log = Memory::default();
        let mut settings = Settings::of("test", "1.0.0");
        adjust(&mut settings);
        let plan = Plan { settings, flows, resources, hooks };
        let runtime = Runtime::new(plan, Clock::real(), Box::new(log.clone()));
        let triggers = Triggers::start(&app, &folder, &runtime).await.unwrap();
        TestApp { runtime, folder, log, triggers }
    }

    /// Runs a flow on a message with this payload.
    pub async fn run(&self, flow: &str, payload: Document) -> Result<Message, Failure> {
        let flow = Arc::clone(self.runtime.flow(flow).unwrap());
        let empty = || Document::dict([]);
        let request = Request { flow, trigger: "test", message: Message::new(payload, empty(), empty()) };
        self.runtime.run(request).await.unwrap().result
    }

    /// Waits until so many runs of a flow go on.
    pub async fn running(&self, flow: &str, runs: usize) {
        let flow = self.runtime.flow(flow).unwrap();
        while flow.gate.running() < runs {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The payload of a flow's result as JSON text, or the code of its error.
    pub async fn json(&self, flow: &str, payload: Document) -> String {
        match self.run(flow, payload).await {
            Ok(message) => json(message.payload()),
            Err(failure) => failure.fault.code.to_string(),
        }
    }
}

/// A folder of its own with an app of these settings and flows, in YAML.
pub fn folder(settings: &str, flows: &str) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("dataway-app-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("flows")).unwrap();
    std::fs::write(folder.join("app.yaml"), format!("name: test\nversion: 1.0.0\n{settings}\n")).unwrap();
    std::fs::write(folder.join("flows/all.yaml"), format!("flows:\n{flows}\n")).unwrap();
    folder
}

/// The app in a folder, which must be sound.
pub fn load(folder: &Path) -> App {
    let environment = |name: &str| name.strip_prefix("DATAWAY_SECRET_").map(|name| format!("{name}-is-a-secret"));
    let options = Options { values: Vec::new(), secrets: None, no_secrets: false, environment: &environment };
    let loaded = model::load(folder, &options).unwrap();
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    loaded.app
}

/// A value as JSON text; what JSON cannot express as it is shown.
pub fn json(value: &Document) -> String {
    value.to_json(false).map_or_else(|_| format!("{value:?}"), |bytes| String::from_utf8(bytes).unwrap())
}

/// A JSON text as a value.
pub fn value(text: &str) -> Document {
    Document::from_json(text).unwrap()
}
