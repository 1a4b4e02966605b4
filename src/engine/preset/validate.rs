//! What a preset has to be. Checked before one is written and after one is read.

use super::{Kind, MAX_COMPONENTS, MAX_SOURCES, Preset, Source};
use crate::dictionary::{Flaw, FrameSpec, check_name};
use std::ops::RangeInclusive;

/// Gains that a preset may set, in dB. Wider than the knob's way, which is the interface's to choose.
pub const GAINS_DB: RangeInclusive<f32> = -120.0..=24.0;

/// The key of [`Preset::unknown`] that mirrors our own document in the file's header.
pub(super) const DOCUMENT: &str = "unbraid";

impl Preset {
    /// Checks everything: the number of sources, their names, kinds, knobs, blocks and bases.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        check_name("written_by", &self.written_by)?;
        self.check_unknown()?;
        if self.sources.is_empty() || self.sources.len() > MAX_SOURCES {
            let found = format!("a list of {}", self.sources.len());
            return Err(Flaw::new("sources", found, format!("1 to {MAX_SOURCES} sources")));
        }
        for (index, source) in self.sources.iter().enumerate() {
            source.validate().map_err(|flaw| flaw.within(&format!("sources[{index}]")))?;
            // Names become file names, and not every file system tells `Bass` from `bass`.
            let same = |earlier: &Source| earlier.name.to_lowercase() == source.name.to_lowercase();
            if let Some(earlier) = self.sources[..index].iter().position(same) {
                let found = format!("{:?} like `sources[{earlier}].name`", source.name);
                return Err(Flaw::new(format!("sources[{index}].name"), found, "a name of its own"));
            }
        }
        Ok(())
    }

    /// The header of a safetensors file holds texts only, except for what is ours.
    fn check_unknown(&self) -> Result<(), Flaw> {
        for (key, value) in &self.unknown {
            let (fits, expected) =
                if key == DOCUMENT { (value.is_object(), "an object") } else { (value.is_string(), "a text") };
            if !fits {
                return Err(Flaw::new(format!("__metadata__.{key}"), value.to_string(), expected));
            }
        }
        Ok(())
    }
}

impl Source {
    /// Checks every field.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        check_name("name", &self.name)?;
        if self.name.contains(['/', '\\']) {
            return Err(Flaw::new("name", format!("{:?}", self.name), "a text without slashes"));
        }
        if let Some(gain_db) = self.knobs.gain_db.filter(|gain_db| !GAINS_DB.contains(gain_db)) {
            let expected = format!("{} to {} dB, or null for silence", GAINS_DB.start(), GAINS_DB.end());
            return Err(Flaw::new("knobs.gain_db", gain_db.to_string(), expected));
        }
        match self.kind {
            Kind::Fixed => self.check_fixed(),
            Kind::Adaptive { components } => self.check_adaptive(components),
        }
    }

    fn check_adaptive(&self, components: usize) -> Result<(), Flaw> {
        if !(1..=MAX_COMPONENTS).contains(&components) {
            return Err(Flaw::new("components", components.to_string(), format!("1 to {MAX_COMPONENTS}")));
        }
        if self.drift {
            return Err(Flaw::new("drift", "true", "false, for an adaptive source moves freely"));
        }
        if !self.blocks.is_empty() {
            let found = format!("{:?}", self.blocks);
            return Err(Flaw::new("blocks", found, "an empty list, for an adaptive source has no recordings"));
        }
        if !self.dictionaries.is_empty() {
            let found = format!("a list of {}", self.dictionaries.len());
            let expected = "an empty list, for an adaptive source finds its bases while it plays";
            return Err(Flaw::new("dictionaries", found, expected));
        }
        Ok(())
    }

    fn check_fixed(&self) -> Result<(), Flaw> {
        if self.dictionaries.is_empty() {
            let expected = "at least one dictionary, for a fixed source has learned before";
            return Err(Flaw::new("dictionaries", "an empty list", expected));
        }
        check_distinct(self.dictionaries.iter().map(|dictionary| &dictionary.frame))?;
        for (index, dictionary) in self.dictionaries.iter().enumerate() {
            dictionary.validate().map_err(|flaw| flaw.within(&format!("dictionaries[{index}]")))?;
        }
        let components = self.dictionaries[0].components;
        if components > MAX_COMPONENTS {
            let field = "dictionaries[0].components";
            return Err(Flaw::new(field, components.to_string(), format!("1 to {MAX_COMPONENTS}")));
        }
        if let Some(other) = self.dictionaries.iter().position(|dictionary| dictionary.components != components) {
            let field = format!("dictionaries[{other}].components");
            let expected = format!("{components} as in `dictionaries[0]`");
            return Err(Flaw::new(field, self.dictionaries[other].components.to_string(), expected));
        }
        self.check_blocks(components)
    }

    fn check_blocks(&self, components: usize) -> Result<(), Flaw> {
        if let Some(index) = self.blocks.iter().position(|block| *block == 0) {
            return Err(Flaw::new(format!("blocks[{index}]"), "0", "at least 1 basis per recording"));
        }
        if self.components() != components {
            let found = format!("{:?}", self.blocks);
            return Err(Flaw::new("blocks", found, format!("blocks that sum to the {components} bases of the source")));
        }
        Ok(())
    }
}

/// A source's tensors are named by frame length and latency, so no two may share both.
pub(super) fn check_distinct<'a>(frames: impl Iterator<Item = &'a FrameSpec> + Clone) -> Result<(), Flaw> {
    for (index, frame) in frames.clone().enumerate() {
        if let Some(earlier) = frames.clone().take(index).position(|other| other.label() == frame.label()) {
            let found = format!("{} like `dictionaries[{earlier}].frame_len`", frame.frame_len);
            let expected = "a frame length or a latency of its own";
            return Err(Flaw::new(format!("dictionaries[{index}].frame_len"), found, expected));
        }
    }
    Ok(())
}
