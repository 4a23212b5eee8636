//! `dataway/run`: a program run on its sample, for the result panel. `dataway/samples`: the samples of a script, and where a
//! new one belongs.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{Position, Uri};

use super::convert::Snapshot;
use super::live;
use crate::document::Document;
use crate::live::flow::Arrivals;
use crate::live::{Evaluation, Manner, Watch, evaluate};
use crate::samples::samples_of;

/// The document that the parameters of a request name.
///
/// # Errors
/// If they name none.
pub fn document(params: &Value) -> Result<Uri> {
    let uri = params.get("uri").and_then(Value::as_str).and_then(|uri| uri.parse().ok());
    uri.ok_or_else(|| Error::invalid_params("`uri` must name a document"))
}

/// Where in the document the program is that the parameters of a request mean.
#[must_use]
pub fn place(params: &Value) -> Option<Position> {
    serde_json::from_value(params.get("position")?.clone()).ok()
}

/// Ends a run when nobody waits for it any longer: the client has cancelled the request.
pub struct Cancelling(Arc<AtomicBool>);

impl Cancelling {
    /// Ends what is run in that manner.
    #[must_use]
    pub fn new(manner: &Manner) -> Cancelling {
        Cancelling(Arc::clone(&manner.cancel))
    }
}

impl Drop for Cancelling {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs the program at `place`, or the first one of the document.
///
/// # Errors
/// If there is none, or it does not compile.
pub fn respond(snapshot: &Snapshot, place: Option<Position>, manner: &Manner) -> Result<Value> {
    let regions = snapshot.document.regions();
    let here = place.and_then(|place| snapshot.locate(place)).map(|(region, _)| region);
    let region = here.or(regions.first().filter(|_| regions.len() == 1));
    let region = region.ok_or_else(|| Error::invalid_params("there is no expression or script at the cursor"))?;
    let arrivals = Arrivals::of(&snapshot.document, manner);
    let evaluation = live::evaluate_known(region, &arrivals, manner, Watch::Result)
        .or_else(|| evaluate(&region.script, manner, Watch::Result))
        .ok_or_else(|| Error::invalid_params("the program does not compile: mend the errors first"))?;
    let Evaluation { sample, log, time, result, .. } = &evaluation;
    let expected = result.as_ref().ok().and_then(|output| {
        let path = expected(&snapshot.document, sample.as_deref())?;
        let content = snapshot.document.around.files.read(&path).ok()?;
        let uri = Uri::from_file_path(&path)?;
        Some(json!({ "uri": uri, "text": String::from_utf8_lossy(&content), "equal": output.equals(&content) }))
    });
    let mut answer = json!({
        "log": log,
        "micros": u64::try_from(time.as_micros()).unwrap_or(u64::MAX),
    });
    let mut put = |key: &str, value: Option<Value>| {
        if let (Some(answer), Some(value)) = (answer.as_object_mut(), value) {
            answer.insert(key.to_owned(), value);
        }
    };
    put("sample", sample.as_deref().and_then(Uri::from_file_path).map(|uri| json!(uri)));
    put("expected", expected);
    match result {
        Ok(output) => put(
            "output",
            Some(json!({
                "text": output.text,
                "view": output.view.name(),
                "mimeType": output.mime_type,
                "truncated": output.truncated,
            })),
        ),
        Err(failure) => {
            let line = live::line(snapshot, region, failure);
            put("error", Some(json!({ "message": failure.message, "trace": failure.trace, "line": line })));
        }
    }
    Ok(answer)
}

/// The file with the expected result, if there is one.
fn expected(document: &Document, sample: Option<&Path>) -> Option<std::path::PathBuf> {
    let script = document.path.as_deref()?;
    let all = samples_of(script, &document.around.files);
    let own = all.iter().find(|one| Some(one.path.as_path()) == sample).or(all.first());
    own.and_then(|one| one.expected.clone())
}

/// The samples of a script, and a new one: its place, and a text with the keys that the script reads.
///
/// # Errors
/// If the script has no file.
pub fn samples(snapshot: &Snapshot) -> Result<Value> {
    let document = &snapshot.document;
    let Some(script) = document.path.as_deref() else {
        return Err(Error::invalid_params("save the script first: a sample lies beside it"));
    };
    let address = |path: &Path| Uri::from_file_path(path);
    let by_name = samples_of(script, &document.around.files);
    let mut known: Vec<Value> = by_name
        .iter()
        .filter_map(|one| Some(json!({ "uri": address(&one.path)?, "mimeType": one.mime_type })))
        .collect();
    for region in document.regions() {
        for origin in region.script.context.knowledge.origins.iter().filter(|origin| origin.is_sample) {
            let uri =
                origin.path.as_deref().filter(|path| !by_name.iter().any(|one| one.path == *path)).and_then(address);
            known.extend(uri.map(|uri| json!({ "uri": uri, "mimeType": origin.mime_type })));
        }
    }
    let fresh = script.with_extension("sample.json");
    let text = document
        .regions()
        .first()
        .map_or_else(|| "{}\n".to_owned(), |region| crate::live::skeleton::text(&region.script));
    Ok(json!({ "samples": known, "suggestion": { "uri": address(&fresh), "text": text } }))
}
