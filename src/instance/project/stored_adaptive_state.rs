//! What adaptive, recognised and drifting sources have learned, inside the host's project.

use super::packed_file::{self, UnpackError};
use crate::{
    learner::adaptive::{AdaptiveState, ComponentIndex, SourceState},
    preset::{Cue, MAX_SOURCES, Preset, Source},
};
use serde::{Deserialize, Serialize};

/// An [`AdaptiveState`] as a project stores it: its dictionaries as the fixed sources of a preset.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StoredAdaptiveState {
    /// The dictionaries' file, as a preset's is stored.
    file: String,
    /// The strip of each dictionary.
    strips: Vec<usize>,
    /// Whether its components were given to it by hand, by dictionary and component.
    pinned: Vec<Vec<bool>>,
    heard_seconds: f64,
    grouped_by: Option<Cue>,
}

impl StoredAdaptiveState {
    /// Packs `state`; `None` where there is nothing to keep.
    pub fn pack(state: &AdaptiveState) -> Option<Self> {
        let source = |(index, source): (usize, &SourceState)| {
            Source::fixed((index + 1).to_string(), index, source.dictionary.clone())
        };
        let preset = Preset::of(state.sources.iter().enumerate().map(source).collect());
        // There is nothing to keep where no source has learned anything.
        let file = packed_file::pack(&preset).ok()?;
        Some(Self {
            file,
            strips: state.sources.iter().map(|source| source.strip).collect(),
            pinned: state.sources.iter().map(|source| source.pinned.clone()).collect(),
            heard_seconds: state.heard_seconds,
            grouped_by: state.grouped_by,
        })
    }

    /// Reads what was packed.
    ///
    /// # Errors
    /// If text, compression or the file inside are damaged, or its parts do not fit each other.
    pub fn unpack(&self) -> Result<AdaptiveState, UnpackError> {
        let preset = packed_file::unpack(&self.file, "adaptive state")?;
        let fits = preset.sources.len() == self.strips.len()
            && preset.sources.len() == self.pinned.len()
            && self.strips.iter().all(|strip| *strip < MAX_SOURCES)
            && preset.sources.iter().zip(&self.pinned).all(|(source, pinned)| source.components() == pinned.len());
        if !fits || !self.heard_seconds.is_finite() {
            return Err(UnpackError::Misfit);
        }
        let sources = preset.sources.into_iter().zip(&self.strips).zip(&self.pinned);
        let sources = sources.filter_map(|((source, strip), pinned)| {
            let dictionary = source.dictionaries().last()?.clone();
            // Counted anew where a model is built.
            let components = (0..pinned.len()).map(ComponentIndex).collect();
            Some(SourceState { strip: *strip, dictionary, pinned: pinned.clone(), components })
        });
        let (heard_seconds, grouped_by) = (self.heard_seconds, self.grouped_by);
        Ok(AdaptiveState { sources: sources.collect(), heard_seconds, grouped_by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{instance::LEARNED, preset::file};

    fn adapted() -> AdaptiveState {
        let preset = file::from_bytes(LEARNED, "the learned preset").unwrap();
        let dictionary = preset.sources[1].dictionaries()[0].clone();
        let pinned = (0..dictionary.components).map(|k| k % 3 == 0).collect();
        let components = (0..dictionary.components).map(ComponentIndex).collect();
        let sources = vec![SourceState { strip: 4, dictionary: dictionary.clone(), pinned, components }];
        // Reconstruction bases are learned from recordings alone.
        let sources = sources.into_iter().map(|mut source| {
            source.dictionary.reconstruction = None;
            file::round_dictionary(&mut source.dictionary);
            source
        });
        AdaptiveState { sources: sources.collect(), heard_seconds: 12.5, grouped_by: Some(Cue::Time) }
    }

    #[test]
    fn what_was_packed_comes_back() {
        assert_eq!(StoredAdaptiveState::pack(&adapted()).unwrap().unpack().unwrap(), adapted());
        assert!(StoredAdaptiveState::pack(&AdaptiveState::default()).is_none());
    }

    #[test]
    fn what_was_learned_takes_half_the_bytes_and_packs_to_the_same_text_again() {
        let state = adapted();
        let bytes = state.sources[0].dictionary.bases.len() * 2;
        let first = StoredAdaptiveState::pack(&state).unwrap();
        assert!(first.file.len() < bytes * 4 / 3 + 700, "{} bytes of {bytes}", first.file.len());
        assert_eq!(StoredAdaptiveState::pack(&first.unpack().unwrap()).unwrap(), first);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let whole = StoredAdaptiveState::pack(&adapted()).unwrap();
        for damaged in [
            StoredAdaptiveState { strips: vec![8], ..whole.clone() },
            StoredAdaptiveState { strips: vec![], ..whole.clone() },
            StoredAdaptiveState { pinned: vec![vec![true]], ..whole.clone() },
            StoredAdaptiveState { heard_seconds: f64::NAN, ..whole.clone() },
            StoredAdaptiveState { file: "%".to_owned(), ..whole.clone() },
        ] {
            assert!(damaged.unpack().is_err());
        }
    }
}
