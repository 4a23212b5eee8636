//! Links the released command at a fixed address, and with the unwinder inside.
//!
//! The built-ins are large constant tables full of pointers. In a position-independent executable the loader would have
//! to adjust them, and so to copy their pages, at every start: a third of the time of a small `dataway eval`. Stacks,
//! heap, libraries and compiled code stay at random addresses. A shared library more costs as much as reading and checking a
//! small script: so the unwinder of the C compiler is taken from its archive, where there is one.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |variable: &str, wanted: &str| env::var(variable).is_ok_and(|value| value == wanted);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        if env::var("HOST") == env::var("TARGET") && has_unwinder() {
            println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
        }
    }
}

/// Whether the C compiler, which links the command, has the unwinder as an archive.
fn has_unwinder() -> bool {
    let found = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output();
    found.is_ok_and(|found| {
        let path = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        // What it does not find it prints as it was asked for.
        Path::new(&path).is_absolute() && Path::new(&path).exists()
    })
}
