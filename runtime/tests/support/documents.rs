//! Golden documents of apps: files below lines `=== PATH`, and what is made of them.
#![allow(dead_code, reason = "each test uses some of it")]

use std::path::{Path, PathBuf};

/// The files of a document.
pub fn parts(document: &str) -> Vec<(&str, String)> {
    let mut parts: Vec<(&str, String)> = Vec::new();
    for line in document.split_inclusive('\n') {
        match (line.strip_prefix("=== "), parts.last_mut()) {
            (Some(name), _) => parts.push((name.trim(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => {}
        }
    }
    parts
}

/// A folder that goes with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("dataway-doc-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder can be made");
        Folder(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let place = self.0.join(path);
        std::fs::create_dir_all(place.parent().expect("files lie in the folder")).expect("folders can be made");
        std::fs::write(place, text).expect("files can be written");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The documents in a folder of `tests`, in order.
pub fn documents(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder of documents exists");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|suffix| suffix == "txt"));
    paths.sort();
    paths
}

/// Compares what each document of a folder gives with what stands below its last heading; `DATAWAY_WRITE=1` writes that anew.
pub fn compare(folder: &str, heading: &str, replay: impl Fn(&str, &str) -> String) {
    let heading = format!("=== {heading}\n");
    let mut wrong = Vec::new();
    for path in documents(folder) {
        let name = path.file_stem().expect("documents have names").to_string_lossy().into_owned();
        let document = std::fs::read_to_string(&path).expect("documents are texts");
        let given = replay(&name, &document);
        let (files, expected) = document.split_once(&heading).unwrap_or((&document, ""));
        if given == expected {
            continue;
        }
        if std::env::var_os("DATAWAY_WRITE").is_some() {
            std::fs::write(&path, format!("{files}{heading}{given}")).expect("documents can be written");
        } else {
            wrong.push(format!("{name}: expected\n{expected}\ngiven\n{given}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
