//! What sources that may move have become, for other models of the same preset to go on from.

use crate::{
    dictionary::Dictionary,
    preset::{Cue, Preset},
};

/// What the sources of a preset that may move have become.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Adapted {
    /// In the order of their strips.
    pub sources: Vec<AdaptedSource>,
    /// Seconds of sound that they have heard.
    pub heard_seconds: f64,
    /// By what adaptive sources share their components, once they do.
    pub grouped_by: Option<Cue>,
}

/// What one source has become.
#[derive(Debug, Clone, PartialEq)]
pub struct AdaptedSource {
    /// Its place in the preset.
    pub strip: usize,
    /// Its bases, in the frames of the model that they were found in.
    pub dictionary: Dictionary,
    /// Whether a component was given to the source by hand. `[K]`
    pub pinned: Vec<bool>,
}

impl Adapted {
    /// What the source of `strip` has become, if that is known.
    pub fn of(&self, strip: usize) -> Option<&AdaptedSource> {
        self.sources.iter().find(|source| source.strip == strip)
    }

    /// What holds on when `after` takes the place of `before`: that of sources which are as they were.
    #[must_use]
    pub fn surviving(&self, before: &Preset, after: &Preset) -> Self {
        let same = |strip: usize| {
            let sources = [before, after].map(|preset| preset.sources.get(strip));
            matches!(sources, [Some(before), Some(after)]
                if (before.kind, before.drift) == (after.kind, after.drift) && before.dictionaries == after.dictionaries)
        };
        let sources = self.sources.iter().filter(|source| same(source.strip)).cloned().collect();
        Self { sources, ..self.clone() }
    }
}
