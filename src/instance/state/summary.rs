//! The preset that plays, as the editor shows it.

use crate::preset::{self, Colour, Kind, Knobs, PlaySettings, Preset, Role, stored_path};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One strip, as the editor draws it.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// The source's name.
    pub name: String,
    /// The source's colour.
    pub colour: Colour,
    /// Fixed, drifting, adaptive or recognised.
    pub kind: Kind,
    /// What the source model knows it as, if it does.
    pub role: Option<Role>,
    /// Number of bases K.
    pub components: usize,
    /// File names of the recordings it was learned from.
    pub learned_from: Vec<String>,
}

/// Where the preset that plays came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Shipped with the plugin, by this name.
    Factory(String),
    /// Read from this file.
    File(#[serde(with = "stored_path")] PathBuf),
    /// It came with the host's project.
    Project,
    /// It was made here and is not saved.
    New,
}

/// The preset that plays, without its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The preset's name.
    pub title: String,
    /// Where it came from.
    pub origin: Origin,
    /// One per source, in order.
    pub strips: Vec<Strip>,
    /// Whether something was learned since it was loaded or saved.
    pub changed: bool,
    /// The knob settings that the preset holds, one per source.
    pub knobs: Vec<Knobs>,
    /// How the preset says that it is best played, if it was tuned.
    pub play: Option<PlaySettings>,
}

impl Summary {
    /// Describes `preset`, which came from `origin` and is called `title`.
    pub fn new(title: impl Into<String>, origin: Origin, preset: &Preset) -> Self {
        let strips = preset
            .sources
            .iter()
            .map(|source| Strip {
                name: source.name.clone(),
                colour: source.colour,
                kind: source.kind(),
                role: source.role,
                components: source.components(),
                learned_from: source.learned_from().to_vec(),
            })
            .collect();
        let knobs = preset.sources.iter().map(|source| source.knobs).collect();
        Self { title: title.into(), origin, strips, changed: false, knobs, play: preset.play }
    }

    /// The sources' names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.strips.iter().map(|strip| strip.name.as_str()).collect()
    }
}

impl Strip {
    /// The source's name as it is shown.
    pub fn display_name(&self) -> String {
        preset::display_name(&self.name)
    }
}
