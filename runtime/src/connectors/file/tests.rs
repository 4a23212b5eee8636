//! What may be done in a root folder, and what may not.

use std::path::PathBuf;

use bytes::Bytes;
use dataway_lang::Document;

use super::list::Filter;
use super::root::{Root, Writing};
use crate::engine::apart::{Left, testing};
use crate::message::Fault;

/// A folder that is gone after the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("dataway-file-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("root")).unwrap();
        Scratch(path)
    }

    fn root(&self) -> Root {
        Root::open(&self.0.join("root"), true).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn write(root: &Root, path: &str, text: &'static str, writing: Writing) -> Result<(), Fault> {
    let mut pieces = vec![Bytes::from_static(text.as_bytes())];
    root.write(path, writing, true, || Ok(pieces.pop()))
}

fn code<T>(result: Result<T, Fault>) -> String {
    result.map_or_else(|fault| fault.code.to_string(), |_| "ok".to_owned())
}

#[test]
fn writing_modes() {
    let scratch = Scratch::new("modes");
    let root = scratch.root();
    let text = |path: &str| String::from_utf8(root.read(path, 100, &Left::default()).unwrap()).unwrap();
    write(&root, "a/b.txt", "one", Writing::CreateNew).unwrap();
    assert_eq!(code(write(&root, "a/b.txt", "two", Writing::CreateNew)), "FILE:EXISTS");
    write(&root, "a/b.txt", "+", Writing::Append).unwrap();
    assert_eq!(text("a/b.txt"), "one+");
    write(&root, "a/b.txt", "three", Writing::Overwrite).unwrap();
    assert_eq!(text("a/b.txt"), "three");
    assert_eq!(code(root.write("x/y.txt", Writing::Overwrite, false, || Ok(None))), "FILE:NOT_FOUND");
    assert_eq!(code(write(&root, "a", "x", Writing::Overwrite)), "FILE:IS_DIRECTORY");
    // What fails half-way leaves what was there.
    let mut first = true;
    let broken = root.write("a/b.txt", Writing::Overwrite, true, || match std::mem::replace(&mut first, false) {
        true => Ok(Some(Bytes::from_static(b"half"))),
        false => Err(Fault::wrong_type("broken")),
    });
    assert_eq!((code(broken), text("a/b.txt")), ("CORE:TYPE".into(), "three".into()));
    let left: Vec<_> = std::fs::read_dir(scratch.0.join("root/a")).unwrap().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(code(root.read("a/b.txt", 4, &Left::default())), "FILE:LIMIT");
    assert_eq!(code(root.read("a", 4, &Left::default())), "FILE:IS_DIRECTORY");
    let reader = Root::open(&scratch.0.join("root"), false).unwrap();
    assert_eq!(code(write(&reader, "c", "x", Writing::Overwrite)), "FILE:DENIED");
    assert_eq!(code(reader.delete("a/b.txt", false)), "FILE:DENIED");
}

#[cfg(unix)]
#[test]
fn nothing_leaves_the_root() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new("escape");
    std::fs::write(scratch.0.join("secret.txt"), "secret").unwrap();
    let root = scratch.root();
    write(&root, "inside/file.txt", "x", Writing::Overwrite).unwrap();
    let base = scratch.0.join("root");
    symlink(&scratch.0, base.join("out")).unwrap();
    symlink("../secret.txt", base.join("link.txt")).unwrap();
    symlink("inside/file.txt", base.join("good.txt")).unwrap();
    assert_eq!(root.read("good.txt", 10, &Left::default()).unwrap(), b"x");
    for path in ["../secret.txt", "/etc/passwd", "inside/../../secret.txt", "out/secret.txt", "link.txt", "", "a\0b"] {
        assert_eq!(code(root.read(path, 100, &Left::default())), "FILE:DENIED", "{path:?}");
    }
    for path in ["../new.txt", "out/new.txt", "/tmp/new.txt"] {
        assert_eq!(code(write(&root, path, "x", Writing::Overwrite)), "FILE:DENIED", "{path:?}");
        assert_eq!(code(write(&root, path, "x", Writing::Append)), "FILE:DENIED", "{path:?}");
        assert_eq!(code(root.rename("inside/file.txt", path, false, true)), "FILE:DENIED", "{path:?}");
        assert_eq!(code(root.delete(path, true)), "FILE:DENIED", "{path:?}");
    }
    assert_eq!(code(root.list("out", &Filter::default(), &Left::default())), "FILE:DENIED");
    // Writing over a link replaces the link; deleting deletes it.
    write(&root, "link.txt", "own", Writing::Overwrite).unwrap();
    root.delete("out", true).unwrap();
    assert_eq!(std::fs::read_to_string(scratch.0.join("secret.txt")).unwrap(), "secret");
    assert_eq!(code(root.delete(".", true)), "FILE:DENIED");
}

#[test]
fn moving_deleting_listing() {
    let scratch = Scratch::new("list");
    let root = scratch.root();
    for path in ["b.csv", "a.csv", "c.txt", "sub/d.csv"] {
        write(&root, path, "12345", Writing::Overwrite).unwrap();
    }
    let names = |filter: &Filter, path: &str| {
        let list = root.list(path, filter, &Left::default()).unwrap();
        let name = |entry: &Document| entry.get("PathName").and_then(Document::as_str).unwrap().to_owned();
        list.as_list().unwrap().iter().map(name).collect::<Vec<_>>().join(" ")
    };
    let files = Filter { files: true, ..Filter::default() };
    assert_eq!(names(&files, "."), "a.csv b.csv c.txt");
    assert_eq!(
        names(&Filter { recursive: true, name: Some("*.csv".into()), ..files.clone() }, "."),
        "a.csv b.csv sub/d.csv"
    );
    assert_eq!(names(&files, "./sub"), "sub/d.csv");
    assert_eq!(names(&Filter { directories: true, ..files.clone() }, "."), "a.csv b.csv c.txt sub");
    assert_eq!(names(&Filter { min_size: Some(6), ..files.clone() }, "."), "");
    assert_eq!(names(&Filter { before: Some(0), ..files.clone() }, "."), "");
    let listed = root.list("sub", &files, &Left::default()).unwrap();
    let entry = listed.at(0).unwrap();
    assert_eq!(entry.get("Size").and_then(Document::as_int), Some(5));
    assert_eq!(entry.get("Type").and_then(Document::as_str), Some("File"));
    assert!(matches!(entry.get("Time"), Some(Document::DateTime(_))));

    assert_eq!(code(root.rename("a.csv", "b.csv", false, true)), "FILE:EXISTS");
    root.rename("a.csv", "b.csv", true, true).unwrap();
    root.rename("b.csv", "done/2024/b.csv", false, true).unwrap();
    root.rename("sub", "moved", false, true).unwrap();
    assert_eq!(code(root.rename("moved", "done", false, true)), "FILE:EXISTS");
    assert_eq!(code(root.rename("absent", "x", true, true)), "FILE:NOT_FOUND");
    assert_eq!(names(&Filter { recursive: true, ..files }, "."), "c.txt done/2024/b.csv moved/d.csv");
    assert_eq!(code(root.delete("moved", false)), "FILE:IS_DIRECTORY");
    root.delete("moved", true).unwrap();
    root.delete("c.txt", false).unwrap();
    assert_eq!(code(root.delete("c.txt", false)), "FILE:NOT_FOUND");
}

#[test]
fn what_was_left_ends_on_its_way() {
    let scratch = Scratch::new("left");
    let root = scratch.root();
    // A hole, larger than what is read meanwhile.
    std::fs::File::create(scratch.0.join("root/large")).unwrap().set_len(16 << 30).unwrap();
    assert_eq!(testing::leave(|left| root.read("large", usize::MAX, left)), "CORE:CANCELLED");
    // A look at each entry: a folder that is listed for long would have to have very many.
    assert_eq!(code(root.list(".", &Filter::default(), &testing::left())), "CORE:CANCELLED");
}
