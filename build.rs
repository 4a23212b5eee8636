//! Links the released command at a fixed address.
//!
//! The built-ins are large constant tables full of pointers. In a position-independent executable the loader would have
//! to adjust them, and so to copy their pages, at every start: a third of the time of a small `dataway eval`. Stacks,
//! heap, libraries and compiled code stay at random addresses.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |variable: &str, wanted: &str| env::var(variable).is_ok_and(|value| value == wanted);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
