//! The map in `ARCHITECTURE.md` holds: imports run downhill, without circles, and a name stands for one thing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod architecture {
    pub(crate) mod map;
    pub(crate) mod rules;
    mod samples;
    pub(crate) mod source;
    pub(crate) mod tokens;
    pub(crate) mod tree;
}

use architecture::{map::Map, rules, tree::SourceTree};
use std::{fs, path::Path};

/// Names that may stand for two types, each with its reason.
const ALLOWED_TWICE: [&str; 0] = [];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn tree() -> SourceTree {
    SourceTree::read(&root().join("src"), "unbraid")
}

fn nothing(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}\n", faults.len(), faults.join("\n"));
}

#[test]
fn no_file_imports_what_imports_it() {
    nothing(&rules::circles(&tree()));
}

#[test]
fn imports_follow_the_map() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let map = Map::parse(&page).unwrap_or_else(|fault| panic!("ARCHITECTURE.md: {fault}"));
    nothing(&rules::arrows_off_the_map(&tree(), &map));
}

#[test]
fn a_name_stands_for_one_type() {
    nothing(&rules::names_that_stand_twice(&tree(), &ALLOWED_TWICE));
}

#[test]
fn every_file_belongs_to_a_crate() {
    nothing(&rules::files_of_no_module(&tree()));
}

/// Serde fails on a path that is no UTF-8, and with it whatever the path is part of.
#[test]
fn no_path_goes_to_serde_as_it_is() {
    fn look(folder: &Path, faults: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look(&path, faults);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let is_stored = text.contains("derive(") && text.contains("Serialize") && text.contains("PathBuf");
                if is_stored && !text.contains("stored_path") && !path.ends_with("preset/stored_path.rs") {
                    faults.push(format!("{}: holds a path, and is serialized without `stored_path`", path.display()));
                }
            }
        }
    }
    let mut faults = Vec::new();
    look(&root().join("src"), &mut faults);
    nothing(&faults);
}
