//! What arrives at the steps of the flows of a file, or at the steps that use a script file: the flows run on their samples as
//! far as nothing reaches out of them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use dataway_lang::Input;
use dataway_lang::document::Message;
use dataway_runtime::check::sees_input;
use dataway_runtime::preview::{self, Bounds};
use tokio::runtime::Handle;

use super::Manner;
use super::input;
use crate::app::sheet::{Role, Sheet, Sight, What};
use crate::document::{Document, Region};

/// Most flows that are run for one script.
const MOST_FLOWS: usize = 16;

/// A message, with the sample that it comes from.
type Known = (Arc<Message>, PathBuf);

/// The messages that arrive at the programs of a document.
#[derive(Debug, Default)]
pub struct Arrivals {
    /// At steps, by where their keys start.
    steps: HashMap<u32, Known>,
    /// At a step that uses the document, which is a script.
    script: Option<Known>,
}

impl Arrivals {
    /// Runs the flows of a document that have a sample; for a script without a sample of its own, those that may come to a step
    /// that uses it. Must be called where a tokio runtime may be waited for.
    #[must_use]
    pub fn of(document: &Document, manner: &Manner) -> Arrivals {
        let Ok(runtime) = Handle::try_current() else { return Arrivals::default() };
        let bounds = Bounds { time: manner.time, memory: manner.memory, cancel: Arc::clone(&manner.cancel) };
        let steps = at_steps(document, &bounds, &runtime).unwrap_or_default();
        Arrivals { steps, script: at_script(document, &bounds, &runtime) }
    }

    /// The message that a program of the document sees, with the sample that it comes from; `None` if that is not known.
    #[must_use]
    pub fn seen_by(&self, region: &Region) -> Option<(Input, PathBuf)> {
        let (message, sample) = match region.step {
            Some(step) => self.steps.get(&step)?,
            None => self.script.as_ref().filter(|_| !region.script.context.embedded)?,
        };
        if message.attributes.is_none() && preview::reads_attributes(region.script.source.text()) {
            return None;
        }
        Some((input::of_message(message), sample.clone()))
    }
}

/// What arrives at the steps of a file with flows.
fn at_steps(document: &Document, bounds: &Bounds, runtime: &Handle) -> Option<HashMap<u32, Known>> {
    let (app, path, sheet) = document.sheet()?;
    let checked = app.checked().ok()?;
    let mut all = HashMap::new();
    for stated in sheet.contracts.iter().filter(|stated| stated.is_sample) {
        let sample = app.file_of(&stated.path);
        for arrival in runtime.block_on(preview::arrivals(&checked.app, &stated.flow, bounds)) {
            if arrival.file == path {
                all.entry(arrival.start).or_insert_with(|| (arrival.message, sample.clone()));
            }
        }
    }
    Some(all)
}

/// What arrives at the first step that uses a script and that a flow with a sample comes to; `None` for a script with a sample of
/// its own.
fn at_script(document: &Document, bounds: &Bounds, runtime: &Handle) -> Option<Known> {
    let region = document.regions().first().filter(|region| !region.script.context.embedded)?;
    if input::is_known(&region.script) {
        return None;
    }
    let (app, script) = document.in_app()?;
    // The script itself may be in the middle of an edit; what arrives at it does not depend on that.
    let app = app.settled();
    let checked = app.checked().ok()?;
    let uses = app.spots().filter_map(|(path, _, spot)| match &spot.what {
        What::File(Role::Script, named, Some(Sight::Step { start, key, path: parameter }))
            if *named == script && sees_input(key, parameter) =>
        {
            Some((path, *start))
        }
        _ => None,
    });
    let uses: Vec<(&str, u32)> = uses.collect();
    // Those of the files that name it come first.
    let is_near = |path: &str| uses.iter().any(|(own, _)| *own == path);
    let (near, far): (Vec<_>, Vec<_>) = app.sheets().iter().partition(|(path, _)| is_near(path));
    let samples = |sheet: &'_ Arc<Sheet>| -> Vec<_> {
        sheet.contracts.iter().filter(|stated| stated.is_sample).cloned().collect()
    };
    let stated = near.into_iter().chain(far).filter(|_| !uses.is_empty()).flat_map(|(_, sheet)| samples(sheet));
    stated.take(MOST_FLOWS).find_map(|stated| {
        let arrivals = runtime.block_on(preview::arrivals(&checked.app, &stated.flow, bounds));
        let at_use = arrivals.into_iter().find(|one| uses.contains(&(one.file.as_str(), one.start)))?;
        Some((at_use.message, app.file_of(&stated.path)))
    })
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
        values_of("flows/main.yaml", &[("flows/main.yaml", flow)])
    }

    /// What the programs of one of these files give.
    fn values_of(name: &str, files: &[(&str, &str)]) -> Vec<String> {
        let mut world = World::default();
        let common = [
            ("app.yaml", "name: shop\nversion: 1.0.0\n"),
            ("samples/order.json", r#"{"items": [{"sku": "A", "qty": 2}]}"#),
            ("samples/answer.json", r#"{"ok": true}"#),
        ];
        for (name, text) in common.iter().chain(files) {
            world.open(&format!("file:///case/{name}"), Some(Path::new("/case").join(name)), 1, "", text);
        }
        let document = world.document(&format!("file:///case/{name}")).expect("open");
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

    /// A script without a sample of its own sees what arrives at the step that uses it, also in a flow that is called.
    #[test]
    fn scripts_see_what_arrives_at_the_steps_that_use_them() {
        const SCRIPT: (&str, &str) =
            ("transforms/count.dw", "def dw_process(msg):\n    return [len(msg.payload), msg.vars['first']]\n");
        let first = r##"name: intake
input: {payload: {sample: samples/order.json}}
steps:
  - set-variable: {name: first, value: "#[msg.payload['items'][0]['sku']]"}
  - set-payload: "#[msg.payload['items'] * 3]"
"##;
        let direct = format!("{first}  - set-payload: {{script: transforms/count.dw}}\n");
        let calling = format!("{first}  - flow-ref: counts\n");
        let called = "name: counts\nsteps:\n  - set-payload: {script: transforms/count.dw}\n";
        let behind =
            format!("{first}  - database.query: {{sql: select 1}}\n  - set-payload: {{script: transforms/count.dw}}\n");
        for (files, expected) in [
            (vec![("flows/main.yaml", direct.as_str()), SCRIPT], "[ 3, \"A\" ]"),
            (vec![("flows/a.yaml", called), ("flows/main.yaml", calling.as_str()), SCRIPT], "[ 3, \"A\" ]"),
            (vec![("flows/main.yaml", behind.as_str()), SCRIPT], "-"),
            (vec![("flows/main.yaml", first), SCRIPT], "-"),
            // Its own sample counts more, and is not looked for here.
            (vec![("flows/main.yaml", direct.as_str()), ("transforms/count.sample.json", "[]"), SCRIPT], "-"),
        ] {
            let found = values_of(SCRIPT.0, &files);
            let found: Vec<String> =
                found.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
            assert_eq!(found, [expected], "{files:?}");
        }
    }
}
