//! The rules. Each gives what breaks it, a line per fault: file, line, rule.

use super::{
    map::Map,
    tree::{Arrow, SourceTree, Type},
};
use std::collections::{BTreeMap, BTreeSet};

/// No file imports, by whatever way round, what imports it. A child that takes something from its parent, while the
/// parent takes something from the child, is a circle. A `mod` declaration takes nothing, and neither does a `pub use`
/// of what the file does not use itself.
pub(crate) fn circles(tree: &SourceTree) -> Vec<String> {
    let mut arrows = tree.arrows();
    arrows.retain(|arrow| !arrow.is_handed_on);
    let mut faults = Vec::new();
    for circle in circles_of(&arrows) {
        let inside = arrows.iter().filter(|arrow| circle.contains(&&*arrow.from) && circle.contains(&&*arrow.to));
        let mut told = BTreeSet::new();
        let files = circle.len();
        for Arrow { from, to, line, .. } in inside.filter(|arrow| told.insert(arrow.files())) {
            faults
                .push(format!("src/{from}:{line}: imports src/{to}, which leads back to it (circle of {files} files)"));
        }
    }
    faults
}

/// Only the arrows that the map allows.
pub(crate) fn arrows_off_the_map(tree: &SourceTree, map: &Map) -> Vec<String> {
    let mut faults = Vec::new();
    for file in tree.files().filter(|file| map.folder_of(file).is_none()) {
        faults.push(format!("src/{file}:1: lies in no folder of the map"));
    }
    let mut told = BTreeSet::new();
    for Arrow { from, to, line, .. } in tree.arrows().into_iter().filter(|arrow| told.insert(arrow.files())) {
        if let (Some(source), Some(target)) = (map.folder_of(&from), map.folder_of(&to))
            && !map.allows(source, target)
        {
            faults.push(format!("src/{from}:{line}: imports src/{to}: the map has no arrow {source} -> {target}"));
        }
    }
    let files: Vec<&str> = tree.files().collect();
    faults.extend(map.empty_folders(&files).iter().map(|folder| format!("ARCHITECTURE.md: no file is in {folder}")));
    faults
}

/// No name stands for two types, but those in `allowed`.
pub(crate) fn names_that_stand_twice(tree: &SourceTree, allowed: &[&str]) -> Vec<String> {
    let mut by_name: BTreeMap<String, Vec<Type>> = BTreeMap::new();
    for found in tree.types() {
        by_name.entry(found.name.clone()).or_default().push(found);
    }
    let twice = by_name.into_iter().filter(|(name, types)| types.len() > 1 && !allowed.contains(&name.as_str()));
    let fault = |found: &Type| format!("src/{}:{}: type {} stands for two things", found.file, found.line, found.name);
    twice.flat_map(|(_, types)| types.iter().map(fault).collect::<Vec<_>>()).collect()
}

/// Every file is part of a crate, or it would not be checked.
pub(crate) fn files_of_no_module(tree: &SourceTree) -> Vec<String> {
    tree.unreached().iter().map(|file| format!("src/{file}:1: no module declares it")).collect()
}

/// Sets of more than one file that all lead to each other.
fn circles_of(arrows: &[Arrow]) -> Vec<BTreeSet<&str>> {
    let files: BTreeSet<&str> = arrows.iter().flat_map(|arrow| [&*arrow.from, &*arrow.to]).collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        files.iter().map(|file| (*file, reached_from(file, arrows))).collect();
    let mut circles = BTreeSet::new();
    for file in &files {
        let circle: BTreeSet<&str> =
            reached[file].iter().copied().filter(|other| reached[other].contains(file)).collect();
        if !circle.is_empty() {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

/// All that `file` leads to; itself among it if it lies on a circle.
fn reached_from<'a>(file: &str, arrows: &'a [Arrow]) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![file];
    while let Some(file) = next.pop() {
        for arrow in arrows.iter().filter(|arrow| arrow.from == file) {
            if reached.insert(arrow.to.as_str()) {
                next.push(&arrow.to);
            }
        }
    }
    reached
}
