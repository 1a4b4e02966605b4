//! The factory presets: sources that the source model recognises. Nothing is taught, so a preset is a list of names.

use anyhow::Result;
use std::path::Path;
use unbraid_engine::{
    learner::adaptive::RECOGNISED_COMPONENTS,
    preset::{Preset, Role, Source, file},
};

/// A source's name and what the source model knows it as.
type Part = (&'static str, Role);

const DRUMS: Part = ("drums", Role::Drums);
const BASS: Part = ("bass", Role::Bass);
const REST: Part = ("rest", Role::Rest);

const KICK: Part = ("kick", Role::Kick);
const SNARE: Part = ("snare", Role::Snare);
const HATS: Part = ("hats", Role::Hats);
const TOMS: Part = ("toms", Role::Toms);
const CYMBALS: Part = ("cymbals", Role::Cymbals);

/// Name and sources of every factory preset.
const PRESETS: [(&str, &[Part]); 5] = [
    ("Drums + Bass + Rest", &[DRUMS, BASS, REST]),
    ("Drums + Bass", &[DRUMS, BASS]),
    ("Kick + Snare + Hats", &[KICK, SNARE, HATS]),
    ("Kick + Snare + Hats + Toms + Cymbals", &[KICK, SNARE, HATS, TOMS, CYMBALS]),
    ("Bass + Rest + Kick + Snare + Hats", &[BASS, REST, KICK, SNARE, HATS]),
];

/// Writes the presets into `folder`.
pub(crate) fn run(folder: &Path) -> Result<()> {
    for (name, parts) in PRESETS {
        let source =
            |(strip, (name, role)): (usize, &Part)| Source::recognised(*name, strip, *role, RECOGNISED_COMPONENTS);
        let preset = Preset::of(parts.iter().enumerate().map(source).collect());
        let path = folder.join(format!("{name}{}", file::SUFFIX));
        file::write(&preset, &path)?;
        println!("{}", path.display());
    }
    Ok(())
}
