//! The factory presets, from score to file. The same scores give the same bytes.
//!
//! - `score`: what is played.
//! - `midi`: the score as a file.
//! - `synthesizer`: the file as sound.

mod midi;
mod score;
mod synthesizer;

use crate::learning;
use anyhow::Result;
use score::{BASSES, KITS, Note, Player};
use std::path::Path;
use unbraid::{
    learner::LearnSettings,
    preset::{Preset, Source, UnknownKeys, file},
};

const LICENCE: &str = "MIT (rendered from FluidR3 GM by Frank Wen)";

/// One source of a factory preset.
struct Part {
    name: &'static str,
    players: &'static [Player],
    channel: u8,
    notes: fn() -> Vec<Note>,
    /// Number of bases K.
    components: usize,
}

const DRUMS: Part =
    Part { name: "drums", players: &KITS, channel: midi::DRUM_CHANNEL, notes: score::drums, components: 32 };
const BASS: Part = Part { name: "bass", players: &BASSES, channel: 0, notes: score::bass, components: 48 };

/// Name and parts of every factory preset.
const PRESETS: [(&str, &[Part]); 1] = [("Drums + Bass", &[DRUMS, BASS])];

/// Renders recordings into `recordings`, learns from them, writes the presets into `presets`.
pub(crate) fn run(recordings: &Path, presets: &Path) -> Result<()> {
    for (name, parts) in PRESETS {
        let sources = parts.iter().enumerate().map(|(index, part)| source(index, part, recordings));
        let preset = Preset {
            sources: sources.collect::<Result<_>>()?,
            written_by: env!("CARGO_PKG_VERSION").to_owned(),
            unknown: UnknownKeys::new(),
        };
        let path = presets.join(format!("{name}{}", file::SUFFIX));
        file::write(&preset, &path)?;
        println!("{}", path.display());
    }
    Ok(())
}

fn source(index: usize, part: &Part, folder: &Path) -> Result<Source> {
    let notes = (part.notes)();
    let played: Vec<_> = part
        .players
        .iter()
        .map(|player| synthesizer::play(folder, *player, part.channel, &notes))
        .collect::<Result<_>>()?;
    let settings = LearnSettings { components: part.components, ..LearnSettings::default() };
    Ok(Source {
        learned_from: part.players.iter().map(|player| player.name.to_owned()).collect(),
        licence: Some(LICENCE.to_owned()),
        ..learning::source(index, part.name, &played, &settings)?
    })
}
