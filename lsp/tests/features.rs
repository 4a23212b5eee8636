//! The features of the editor, as documents: `features/NAME.md` holds cases, what the feature NAME says about each
//! included (see [`support`]). `DATAWAY_WRITE=1 cargo test -p dataway-lsp --test features` writes the answers anew; read the
//! difference before it is committed.

mod support;

use std::fs;
use std::path::Path;

use support::answers;

#[test]
fn documents() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features");
    let write = std::env::var_os("DATAWAY_WRITE").is_some();
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut files: Vec<_> = fs::read_dir(&folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    for path in files {
        let feature = path.file_stem().and_then(|name| name.to_str()).expect("name").to_owned();
        let text = fs::read_to_string(&path).expect("document");
        let head = text.split("\n## ").next().unwrap_or_default();
        let mut made = format!("{}\n", head.trim_end());
        for case in support::read(&text) {
            count += 1;
            let answer = answers::ask(&feature, &support::open(&case));
            let answer = answer.trim_end();
            if answer != case.answer.trim_end() {
                wrong.push(format!("{feature}: {}\n--- expected\n{}\n--- found\n{answer}\n", case.title, case.answer));
            }
            made.push_str(&support::write(&case, answer));
        }
        if write {
            fs::write(&path, made).expect("document written");
        }
    }
    assert!(count > 40, "only {count} cases were found");
    assert!(write || wrong.is_empty(), "{} of {count} differ\n\n{}", wrong.len(), wrong.join("\n"));
}
