//! The sources of a case as files to listen to.

use crate::{Result, scene::Scene};
use std::{fs, path::Path};
use unbraid_engine::{
    preset::library::stems::wav_names,
    recording::{SampleFormat, write_wav},
};

/// Writes the parts of `scene` and what every system made of them to `folder/GROUP/SYSTEM/SOURCE.wav`, in 16 bits.
pub(crate) fn write(scene: &Scene, results: &[Result], folder: &Path) -> std::result::Result<(), String> {
    let parts = [("the parts", &scene.material.parts)];
    let systems = results.iter().map(|result| (&*result.system, &result.estimates));
    for (system, sources) in parts.into_iter().chain(systems) {
        let folder = folder.join(&scene.material.group).join(system);
        fs::create_dir_all(&folder).map_err(|error| format!("cannot write into {}: {error}", folder.display()))?;
        // The mixture is the same for every source.
        let count = if system == "mixture" { 1 } else { sources.len() };
        let names = if count == 1 { vec!["mixture.wav".to_owned()] } else { wav_names(scene.sources()) };
        for (name, source) in names.iter().zip(sources) {
            write_wav(folder.join(name), source, SampleFormat::Pcm16).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}
