//! The cases: mixtures whose parts are known.

use std::{
    fs,
    path::{Path, PathBuf},
};
use unbraid_benches::cases;
use unbraid_engine::recording::{self, Recording};

/// The sources of a case, in order: those of a mixture, of which a loop has the first two; a kit alone, with toms and
/// cymbals or without; a kit in a mixture.
const SOURCES: [&[&str]; 5] = [
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
    /// One of [`SOURCES`], or two instruments of the factory.
    pub(crate) sources: Vec<String>,
    /// In the order of the sources: recordings of one sample rate, length and number of channels.
    pub(crate) parts: Vec<Recording>,
    /// Other music on the same instruments, each alone, in the order of the sources; where it may be learned from.
    pub(crate) taught: Option<Vec<Recording>>,
}

/// The pairs of stems in the folder in `UNBRAID_STEMS`, or those that come with the tests.
pub(crate) fn stems() -> Vec<Material> {
    let stems = cases().into_iter().map(|case| {
        let [[bass, drums], [taught_bass, taught_drums]] = [case.parts, case.training];
        Material {
            group: "stems".to_owned(),
            name: case.name,
            sources: SOURCES[1].iter().map(|name| (*name).to_owned()).collect(),
            parts: vec![drums, bass],
            taught: Some(vec![taught_drums, taught_bass]),
        }
    });
    stems.collect()
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

/// The case in `folder`, if all sources of one kind of case are there. Two instruments have their names in that of the
/// folder: "Piano + Saxophone".
fn case_in(folder: &Path, group: &Path) -> Result<Option<Material>, String> {
    let name = recording::file_name(folder);
    let mut kinds: Vec<Vec<&str>> = SOURCES.iter().map(|sources| sources.to_vec()).collect();
    kinds.extend(name.split_once(" + ").map(|(first, second)| vec![first, second]));
    let has = |name: &&str| part_named(folder, name).is_some();
    let Some(sources) = kinds.into_iter().find(|sources| sources.iter().all(has)) else { return Ok(None) };
    let parts = |folder: &Path| {
        let read = |name: &&str| {
            let path = part_named(folder, name).ok_or_else(|| format!("there is no {name} in {}", folder.display()))?;
            recording::read(path).map_err(|error| error.to_string())
        };
        let parts = sources.iter().map(read).collect::<Result<_, _>>()?;
        alike(parts).map_err(|error| format!("{}: {error}", folder.display()))
    };
    let teach = folder.join("teach");
    let taught = teach.is_dir().then(|| parts(&teach)).transpose()?;
    let group = recording::file_name(group);
    let (parts, sources) = (parts(folder)?, sources.iter().map(|name| (*name).to_owned()).collect());
    Ok(Some(Material { group, name, sources, parts, taught }))
}

/// The recording of the source `name`; a melody is the rest of a mixture.
fn part_named(folder: &Path, name: &str) -> Option<PathBuf> {
    file_named(folder, name).or_else(|| if name == "rest" { file_named(folder, "melody") } else { None })
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
