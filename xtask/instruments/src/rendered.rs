//! What `render.py` has made.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};
use unbraid_engine::recording::{self, Recording};

/// What a preset of an instrument is to say.
#[derive(Debug, Deserialize)]
pub(crate) struct Instrument {
    pub(crate) name: String,
    /// The family first.
    pub(crate) tags: Vec<String>,
    /// What the source model would know it as.
    pub(crate) role: String,
    pub(crate) components: usize,
    /// The sounds that were played.
    pub(crate) learned_from: Vec<String>,
    pub(crate) licences: Vec<String>,
    pub(crate) credits: Vec<String>,
}

impl Instrument {
    /// The family that it belongs to.
    pub(crate) fn family(&self) -> &str {
        self.tags.first().map_or("", String::as_str)
    }

    /// Its recordings in a folder of `rendered`, those whose name begins with `kind`, by name.
    ///
    /// # Errors
    /// If there is none, or one cannot be read.
    pub(crate) fn recordings(&self, rendered: &Path, folder: &str, kind: &str) -> Result<Vec<Recording>> {
        let folder = rendered.join(folder).join(&self.name);
        let files = fs::read_dir(&folder).with_context(|| format!("there is no {}", folder.display()))?;
        let mut paths: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
        paths.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(kind)));
        paths.sort();
        ensure!(!paths.is_empty(), "there is no recording {kind}… in {}", folder.display());
        paths.iter().map(|path| Ok(recording::read(path)?)).collect()
    }
}

/// The instruments that were rendered, in the order in which they are offered.
///
/// # Errors
/// If the folder does not say so.
pub(crate) fn instruments(rendered: &Path) -> Result<Vec<Instrument>> {
    let path = rendered.join("instruments.json");
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not as render.py writes it", path.display()))
}
