//! What a package owes to others: the crates that are linked into it, with their licences.

use super::platform::Platform;
use crate::workspace;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Begin the names of files that hold licences.
const LICENCE_FILES: [&str; 5] = ["license", "licence", "copying", "copyright", "notice"];

/// A crate that is linked in.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Linked {
    name: String,
    version: String,
    licence: String,
    source: String,
    folder: PathBuf,
}

/// A list of all crates that plugin and command line are made of on `platform`, then the text of every licence.
pub(crate) fn text(platform: &Platform) -> Result<String> {
    let mut crates = BTreeSet::new();
    for target in &platform.targets {
        crates.extend(linked(&metadata(target.as_deref())?)?);
    }
    ensure!(!crates.is_empty(), "cargo names no crates that Unbraid is made of");
    let mut page =
        "Unbraid is made of what is listed here as well. Of those under MPL-2.0 the source is offered where they \
                    are published, at the address beside them; it was not changed.\n\n"
            .to_owned();
    // The same text under many crates is given once.
    let mut texts = BTreeMap::<String, Vec<String>>::new();
    for Linked { name, version, licence, source, folder } in &crates {
        page += &format!("{name} {version}: {licence}; {source}\n");
        for text in licences(folder)? {
            texts.entry(text).or_default().push(name.clone());
        }
    }
    for (text, of) in texts {
        page += &format!("\n{}\n{}\n\n{}\n", "-".repeat(100), of.join(", "), text.trim_end());
    }
    Ok(page)
}

fn metadata(target: Option<&str>) -> Result<Value> {
    let target = target.map_or_else(super::platform::host, |target| Ok(target.to_owned()))?;
    let arguments =
        ["metadata", "--format-version", "1", "--locked", "--features", "unbraid/plugin", "--filter-platform"];
    let output = workspace::cargo(&arguments).arg(target).output().context("cannot start cargo")?;
    ensure!(output.status.success(), "cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")
}

/// The crates that are linked into Unbraid, itself and its own parts left out.
fn linked(metadata: &Value) -> Result<BTreeSet<Linked>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let by_id = |list: &Value| {
        let entries = list.as_array().into_iter().flatten().cloned();
        entries.map(|entry| (text(&entry["id"]), entry)).collect::<BTreeMap<_, _>>()
    };
    let (packages, nodes) = (by_id(&metadata["packages"]), by_id(&metadata["resolve"]["nodes"]));
    let is_root = |package: &&Value| package["name"] == "unbraid" && package["source"].is_null();
    let root = packages.values().find(is_root).context("cargo metadata names no unbraid")?;
    let (mut open, mut seen) = (vec![text(&root["id"])], BTreeSet::new());
    while let Some(id) = open.pop() {
        let dependencies = nodes.get(&id).and_then(|node| node["deps"].as_array()).into_iter().flatten();
        let is_linked = |kinds: &Value| kinds.as_array().into_iter().flatten().any(|kind| kind["kind"].is_null());
        let dependencies = dependencies.filter(|dependency| is_linked(&dependency["dep_kinds"]));
        open.extend(dependencies.map(|dependency| text(&dependency["pkg"])).filter(|id| seen.insert(id.clone())));
    }
    let others = packages.iter().filter(|(id, package)| seen.contains(*id) && !package["source"].is_null());
    Ok(others
        .map(|(_, package)| Linked {
            name: text(&package["name"]),
            version: text(&package["version"]),
            licence: package["license"].as_str().unwrap_or("see below").to_owned(),
            source: text(&package["repository"]),
            folder: Path::new(&text(&package["manifest_path"])).parent().map(Path::to_owned).unwrap_or_default(),
        })
        .collect())
}

/// The licences in a crate's folder, and in those of what it carries along.
fn licences(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    let carried = fs::read_dir(folder.join("external")).into_iter().flatten().flatten().map(|entry| entry.path());
    for folder in std::iter::once(folder.to_owned()).chain(carried) {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        paths.sort();
        let is_licence = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            LICENCE_FILES.iter().any(|known| name.starts_with(known))
        };
        for path in paths.iter().filter(is_licence) {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            texts.push(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"));
        }
    }
    Ok(texts)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_linked_in_is_listed_and_what_only_builds_or_tests_is_not() {
        let package = |name: &str, source| {
            json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT",
            "repository": "", "source": source, "manifest_path": format!("/{name}/Cargo.toml") })
        };
        let from = |name: &str, kind: Value| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [package("unbraid", Value::Null), package("engine", Value::Null), package("used", json!("r")),
                package("deep", json!("r")), package("builds", json!("r")), package("tests", json!("r"))],
            "resolve": { "nodes": [
                { "id": "unbraid", "deps": [from("engine", Value::Null), from("builds", json!("build")),
                    from("tests", json!("dev"))] },
                { "id": "engine", "deps": [from("used", Value::Null)] },
                { "id": "used", "deps": [from("deep", Value::Null)] },
            ] },
        });
        let names: Vec<_> = linked(&metadata).unwrap().into_iter().map(|linked| linked.name).collect();
        assert_eq!(names, ["deep", "used"]);
    }

    #[test]
    fn the_licences_of_what_is_not_rust_are_among_the_texts() {
        let page = text(&Platform::new(None).unwrap()).unwrap();
        assert!(page.contains("clap-wrapper 0.3.1: ") && page.contains("Steinberg Media Technologies"));
        assert!(page.contains("opusic-sys 0.7") && page.contains("Xiph.Org"));
        assert!(page.contains("\nsymphonia ") && page.contains("MPL-2.0") && !page.contains("\nproptest "));
    }
}
