//! The cases: mixtures whose parts are known.

use std::{
    fs,
    path::{Path, PathBuf},
};
use unbraid_benches::{Case, cases};
use unbraid_engine::recording::{self, Recording};

/// The sources of a case, in order: those of a mixture, of which a loop has the first two; a kit alone, with toms and
/// cymbals or without; a kit in a mixture.
pub(crate) const SOURCES: [&[&str]; 5] = [
    &["drums", "bass", "rest"],
    &["drums", "bass"],
    &["kick", "snare", "hats", "bass", "rest"],
    &["kick", "snare", "hats", "toms", "cymbals"],
    &["kick", "snare", "hats"],
];

/// A mixture whose parts are known.
pub(crate) struct Material {
    /// The cases over which means are taken together.
    pub(crate) group: String,
    pub(crate) name: String,
    /// One of [`SOURCES`].
    pub(crate) sources: &'static [&'static str],
    /// In the order of the sources: recordings of one sample rate, length and number of channels.
    pub(crate) parts: Vec<Recording>,
    /// The same instruments alone, where they may be learned from.
    pub(crate) taught: Option<Case>,
}

/// The pairs of stems in the folder in `UNBRAID_STEMS`, or those that come with the tests.
pub(crate) fn stems() -> Vec<Material> {
    let material = |case: Case| {
        let [bass, drums] = case.parts.clone();
        let parts = vec![drums, bass];
        Material { group: "stems".to_owned(), name: case.name.clone(), sources: SOURCES[1], parts, taught: Some(case) }
    };
    cases().into_iter().map(material).collect()
}

/// The cases in the subfolders of `folder`, and those in subfolders of these.
pub(crate) fn in_folder(folder: &Path) -> Result<Vec<Material>, String> {
    let mut found = Vec::new();
    for subfolder in subfolders(folder)? {
        if let Some(material) = case_in(&subfolder, folder)? {
            found.push(material);
        } else {
            for inner in subfolders(&subfolder)? {
                found.extend(case_in(&inner, &subfolder)?);
            }
        }
    }
    // Groups together, each with its loops first.
    found.sort_by(|a, b| (&a.group, a.parts.len(), &a.name).cmp(&(&b.group, b.parts.len(), &b.name)));
    if found.is_empty() { Err(format!("no case is in {}", folder.display())) } else { Ok(found) }
}

/// The case in `folder`, if all sources of one kind of case are there.
fn case_in(folder: &Path, group: &Path) -> Result<Option<Material>, String> {
    let read = |name| file_named(folder, name).map(recording::read).transpose().map_err(|error| error.to_string());
    let has =
        |name: &&str| file_named(folder, name).is_some() || *name == "rest" && file_named(folder, "melody").is_some();
    let Some(sources) = SOURCES.into_iter().find(|sources| sources.iter().all(has)) else { return Ok(None) };
    let mut parts = Vec::new();
    for name in sources {
        let part = if *name == "rest" && read("rest")?.is_none() { read("melody")? } else { read(name)? };
        parts.extend(part);
    }
    let parts = alike(parts).map_err(|error| format!("{}: {error}", folder.display()))?;
    let group = recording::file_name(group);
    Ok(Some(Material { group, name: recording::file_name(folder), sources, parts, taught: None }))
}

/// `parts` at the first one's sample rate, as long as the shortest, in stereo if one of them is.
fn alike(mut parts: Vec<Recording>) -> Result<Vec<Recording>, String> {
    let rate = parts[0].sample_rate;
    for part in parts.iter_mut().filter(|part| part.sample_rate != rate) {
        *part = part.resampled(rate).map_err(|error| error.to_string())?;
    }
    let channels = parts.iter().map(|part| part.channels.len()).max().unwrap_or(1);
    let len = parts.iter().map(Recording::len).min().unwrap_or(0);
    for part in &mut parts {
        part.channels.iter_mut().for_each(|channel| channel.truncate(len));
        part.channels.resize(channels, part.channels[0].clone());
    }
    Ok(parts)
}

fn file_named(folder: &Path, name: &str) -> Option<PathBuf> {
    let named = |path: &PathBuf| path.is_file() && path.file_stem().is_some_and(|stem| stem == name);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).filter(named).collect();
    files.sort();
    files.into_iter().next()
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}
