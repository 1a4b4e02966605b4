//! Which of a source's bases play, for the editor to show.

use super::{project::version::Version, state::audio_status::AudioStatus};
use crate::{
    dictionary::Dictionary,
    learner::adaptive::ComponentIndex,
    separator::{Layout, dictionary_in_use},
};

/// The bases of one source, as they play.
#[derive(Debug, Clone, Copy)]
pub struct InUse<'a> {
    /// The bases.
    pub dictionary: &'a Dictionary,
    /// They were made for frames of another length: what lies between two bins is interpolated.
    pub interpolated: bool,
    /// The mixture has moved them.
    pub moved: bool,
}

impl Version {
    /// The bases of the source of `strip`, as they play; `None` where it has none yet.
    pub fn bases_in_use(&self, strip: usize, audio: &AudioStatus) -> Option<InUse<'_>> {
        if let Some(state) = self.adaptive_state.of(strip) {
            return Some(InUse { dictionary: &state.dictionary, interpolated: false, moved: true });
        }
        let source = self.preset.sources.get(strip).filter(|source| !source.finds_bases())?;
        if audio.sample_rate <= 0.0 {
            let dictionary = source.dictionaries().first()?;
            return Some(InUse { dictionary, interpolated: false, moved: false });
        }
        let (dictionary, interpolated) = dictionary_in_use(source, &Layout::new(audio.sample_rate, audio.mode))?;
        Some(InUse { dictionary, interpolated, moved: false })
    }

    /// Where the components of the source of `strip` stand among all that play, in the order of its bases.
    pub fn components_of(&self, strip: usize) -> Vec<ComponentIndex> {
        self.adaptive_state.components(&self.preset).into_iter().nth(strip).unwrap_or_default()
    }
}
