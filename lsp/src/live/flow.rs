//! What arrives at the steps of the flows of a file: they run on their samples as far as nothing reaches out of them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use dataway_lang::Input;
use dataway_lang::document::Message;
use dataway_runtime::preview::{self, Bounds};

use super::Manner;
use super::input;
use crate::document::{Document, Region};

/// The messages that arrive at the steps of a file, by where the steps' keys start, with the samples that they come from.
#[derive(Debug, Default)]
pub struct Arrivals(HashMap<u32, (Arc<Message>, PathBuf)>);

impl Arrivals {
    /// Runs the flows of a document that have a sample; nothing for any other document. Must be called where a tokio runtime
    /// may be waited for.
    #[must_use]
    pub fn of(document: &Document, manner: &Manner) -> Arrivals {
        let mut all = Arrivals::default();
        let (Some((app, path, sheet)), Ok(runtime)) = (document.sheet(), tokio::runtime::Handle::try_current()) else {
            return all;
        };
        let Ok(checked) = app.checked() else { return all };
        let bounds = Bounds { time: manner.time, memory: manner.memory, cancel: Arc::clone(&manner.cancel) };
        for stated in sheet.contracts.iter().filter(|stated| stated.is_sample) {
            let sample = app.file_of(&stated.path);
            for arrival in runtime.block_on(preview::arrivals(&checked.app, &stated.flow, &bounds)) {
                if arrival.file == path {
                    all.0.entry(arrival.start).or_insert_with(|| (arrival.message, sample.clone()));
                }
            }
        }
        all
    }

    /// The message that a program of the document sees, with the sample that it comes from; `None` if that is not known.
    #[must_use]
    pub fn seen_by(&self, region: &Region) -> Option<(Input, PathBuf)> {
        let (message, sample) = self.0.get(&region.step?)?;
        if message.attributes.is_none() && preview::reads_attributes(region.script.source.text()) {
            return None;
        }
        Some((input::of_message(message), sample.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::{Watch, evaluate_with};
    use crate::world::World;
    use dataway_lang::value::civil::RunZone;
    use std::path::Path;
    use std::time::Duration;

    const FLOW: &str = r##"name: intake
input: {payload: {sample: samples/order.json}}
steps:
  - set-variable: {name: first, value: "#[msg.payload['items'][0]]"}
  - logger: {message: "#[msg.vars['first']['sku']]"}
  - set-payload: "#[{'n': msg.vars['first']['qty'] + 1}]"
  - choice:
      - when: "#[msg.payload['n'] > 2]"
        steps:
          - transform: {variables: {big: "#[msg.payload['n'] * 100]"}}
      - otherwise:
          - set-payload: "#[msg.payload['n']]"
  - for-each:
      collection: "#[[1, msg.vars['big']]]"
      steps:
        - set-variable: {name: last, value: "#[msg.payload]"}
  - http-request: {method: GET, url: "#['http://localhost/' + str(msg.vars['last'])]", response: {sample: samples/answer.json}}
  - set-variable: {name: answer, value: "#[msg.payload['ok']]"}
  - set-variable: {name: who, value: "#[msg.attrs['headers']]"}
  - set-payload: "#[msg.vars['answer']]"
"##;

    fn values(flow: &str) -> Vec<String> {
        let mut world = World::default();
        for (name, text) in [
            ("app.yaml", "name: shop\nversion: 1.0.0\n"),
            ("samples/order.json", r#"{"items": [{"sku": "A", "qty": 2}]}"#),
            ("samples/answer.json", r#"{"ok": true}"#),
            ("flows/main.yaml", flow),
        ] {
            world.open(&format!("file:///case/{name}"), Some(Path::new("/case").join(name)), 1, "", text);
        }
        let document = world.document("file:///case/flows/main.yaml").expect("open");
        let manner = Manner {
            time: Duration::from_secs(20),
            memory: 100 << 20,
            zone: RunZone::parse("UTC").expect("a zone"),
            cancel: Arc::default(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let (known, regions) = (Arc::clone(&document), manner.clone());
        let arrivals =
            runtime.block_on(async { tokio::task::spawn_blocking(move || Arrivals::of(&known, &regions)).await });
        let arrivals = arrivals.expect("no panic");
        let value = |region: &Region| {
            let Some((input, _)) = arrivals.seen_by(region) else { return "-".to_owned() };
            let found = evaluate_with(&region.script, &input, &manner, Watch::Result).expect("a program");
            found.result.map_or_else(|failure| failure.message, |output| output.text)
        };
        document.regions().iter().map(value).collect()
    }

    #[test]
    fn values_travel_along_the_steps_until_something_is_not_known() {
        let found = values(FLOW);
        let found: Vec<String> =
            found.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let wanted = [
            r#"{ "sku": "A", "qty": 2 }"#,
            r#""A""#,
            r#"{ "n": 3 }"#,
            "true",
            "300",
            "-",
            "[ 1, 300 ]",
            "1",
            r#""http://localhost/300""#,
            "true",
            "-",
            "-",
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_flow_that_never_ends_gives_what_it_has() {
        let flow = FLOW.replace("  - logger: {message: \"#[msg.vars['first']['sku']]\"}\n", "");
        let endless = "  - while: {condition: \"#[True]\", steps: [{set-variable: {name: n, value: \"#[1]\"}}]}\n  - set-payload: \"#[{";
        let found = values(&flow.replace("  - set-payload: \"#[{", endless));
        assert_eq!(found.first().map(|text| text.contains("\"sku\"")), Some(true));
        assert_eq!(found.last().map(String::as_str), Some("-"));
    }
}
