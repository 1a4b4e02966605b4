//! The factory presets, from score to file. The same scores give the same bytes.
//!
//! - `score`: the notes.
//! - `midi`: the notes as a file.
//! - `synthesizer`: the file as sound.

mod midi;
mod score;
mod synthesizer;

use crate::learning::{self, Material};
use anyhow::Result;
use score::{BASSES, KITS, Note, Player};
use std::path::Path;
use unbraid::{
    learner::LearnSettings,
    preset::{Preset, Source, file},
};

const LICENCE: &str = "MIT (rendered from FluidR3 GM by Frank Wen)";

/// One source of a factory preset.
struct Part {
    name: &'static str,
    players: &'static [Player],
    channel: u8,
    notes: fn() -> Vec<Note>,
}

const DRUMS: Part = Part { name: "drums", players: &KITS, channel: midi::DRUM_CHANNEL, notes: score::drums };
const BASS: Part = Part { name: "bass", players: &BASSES, channel: 0, notes: score::bass };

/// Bases of each player, kept as a block.
const COMPONENTS: usize = 12;

/// Name and parts of every factory preset.
const PRESETS: [(&str, &[Part]); 1] = [("Drums + Bass", &[DRUMS, BASS])];

/// Renders recordings into `recordings`, learns from them, writes the presets into `presets`.
pub(crate) fn run(recordings: &Path, presets: &Path) -> Result<()> {
    for (name, parts) in PRESETS {
        let preset = Preset::of(sources(parts, recordings)?);
        let path = presets.join(format!("{name}{}", file::SUFFIX));
        file::write(&preset, &path)?;
        println!("{}", path.display());
    }
    Ok(())
}

fn sources(parts: &[Part], folder: &Path) -> Result<Vec<Source>> {
    let materials = parts.iter().map(|part| material(part, folder)).collect::<Result<Vec<_>>>()?;
    let source = |(part, mut source): (&Part, Source)| {
        if let Some(learned) = source.learned_mut() {
            learned.learned_from = part.players.iter().map(|player| player.name.to_owned()).collect();
            learned.licence = Some(LICENCE.to_owned());
        }
        source
    };
    Ok(parts.iter().zip(learning::sources(&materials)?).map(source).collect())
}

fn material(part: &Part, folder: &Path) -> Result<Material> {
    let notes = (part.notes)();
    let play = |player: &Player| synthesizer::play(folder, *player, part.channel, &notes);
    let recordings = part.players.iter().map(play).collect::<Result<_>>()?;
    let settings = LearnSettings { components: COMPONENTS, universal: true, ..LearnSettings::default() };
    Ok(Material { name: part.name.to_owned(), recordings, settings })
}
