//! The reference in `lang/reference` is what the tables of built-ins and modules say.

use std::collections::BTreeMap;
use std::path::Path;

use dataway_lang::builtins::reference::markdown;

#[test]
fn the_reference_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang").join("reference");
    let wanted: BTreeMap<String, String> = markdown().into_iter().collect();
    let write = std::env::var_os("DATAWAY_WRITE").is_some();
    if write {
        std::fs::create_dir_all(&folder).expect("the folder can be made");
    }
    let mut differing = Vec::new();
    let present = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    for name in present.map(|entry| entry.file_name().to_string_lossy().into_owned()) {
        if !wanted.contains_key(&name) {
            if write {
                std::fs::remove_file(folder.join(&name)).expect("the file can be removed");
            }
            differing.push(name);
        }
    }
    for (name, text) in &wanted {
        let path = folder.join(name);
        // A check-out may have other line ends.
        let known = std::fs::read_to_string(&path).map(|known| known.replace("\r\n", "\n"));
        if known.is_ok_and(|known| known == *text) {
            continue;
        }
        if write {
            std::fs::write(&path, text).expect("the file can be written");
        }
        differing.push(name.clone());
    }
    assert!(write || differing.is_empty(), "{differing:?}: run `DATAWAY_WRITE=1 cargo test --test reference`");
}
