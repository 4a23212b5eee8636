//! Samples by name: example documents that belong to a script because they are called like it.
//!
//! For `orders.dw` these are `orders.sample.json` beside it and `samples/orders.json` in the folder beside it or, for a
//! script of an app, in the app's folder; also `.csv`, `.xml` and the other formats. `orders.expected.json` in the same
//! places is what the script should make of it.

use std::path::{Path, PathBuf};

use dataway_lang::mime::infer_mime;

use crate::files::Files;

/// The suffixes that a sample may have, in the order in which they are looked for.
const SUFFIXES: [&str; 8] = ["json", "csv", "xml", "ndjson", "yaml", "txt", "form", "bin"];

/// An example document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Where it lies.
    pub path: PathBuf,
    /// How its bytes are to be read.
    pub mime_type: &'static str,
    /// What the script should make of it, if there is such a file.
    pub expected: Option<PathBuf>,
}

/// The samples of a script that are found by its name, the nearest first.
#[must_use]
pub fn samples_of(script: &Path, files: &Files) -> Vec<Sample> {
    let (Some(folder), Some(stem)) = (script.parent(), script.file_stem().and_then(|stem| stem.to_str())) else {
        return Vec::new();
    };
    let expected = candidates(folder, stem, files, "expected").into_iter().find(|path| files.exists(path));
    let found = candidates(folder, stem, files, "sample").into_iter().filter(|path| files.exists(path));
    let sample = |path: PathBuf| Sample {
        mime_type: path.to_str().and_then(infer_mime).unwrap_or("application/octet-stream"),
        expected: expected.clone(),
        path,
    };
    found.map(sample).collect()
}

/// Where a file of that role may lie.
fn candidates(folder: &Path, stem: &str, files: &Files, role: &str) -> Vec<PathBuf> {
    let mut places = vec![folder.join("samples")];
    if let Some(app) = files.app_of(&folder.join("app.yaml"))
        && app != folder
    {
        places.push(app.join("samples"));
    }
    let beside = SUFFIXES.iter().map(|suffix| folder.join(format!("{stem}.{role}.{suffix}")));
    let inside = places.iter().flat_map(|place| {
        SUFFIXES.iter().map(move |suffix| match role {
            "sample" => place.join(format!("{stem}.{suffix}")),
            _ => place.join(format!("{stem}.{role}.{suffix}")),
        })
    });
    beside.chain(inside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Text;

    #[test]
    fn samples_are_called_like_the_script() {
        let mut files = Files::default();
        let paths = [
            "/app/app.yaml",
            "/app/samples/order.xml",
            "/app/transforms/order.sample.json",
            "/app/transforms/samples/order.csv",
            "/app/transforms/samples/other.csv",
            "/app/samples/order.expected.json",
        ];
        for (edition, path) in (0..).zip(paths) {
            files = files.with(Path::new(path), edition, &Text::new(""));
        }
        let found = samples_of(Path::new("/app/transforms/order.dw"), &files);
        let names: Vec<_> = found.iter().map(|one| (one.path.to_str().expect("text"), one.mime_type)).collect();
        assert_eq!(
            names,
            [
                ("/app/transforms/order.sample.json", "application/json"),
                ("/app/transforms/samples/order.csv", "text/csv"),
                ("/app/samples/order.xml", "application/xml"),
            ]
        );
        assert_eq!(found[0].expected.as_deref(), Some(Path::new("/app/samples/order.expected.json")));
        assert!(samples_of(Path::new("/app/transforms/unknown.dw"), &files).is_empty());
    }
}
