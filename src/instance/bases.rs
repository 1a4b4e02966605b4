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

impl InUse<'_> {
    /// The bases in the order in which they are shown and numbered: by their centres on the logarithmic scale, lowest
    /// first. `[K]`
    pub fn in_shown_order(&self) -> Vec<usize> {
        let Dictionary { bins, bases, .. } = self.dictionary;
        let centre = |basis: &[f32]| {
            let weighted = basis.iter().enumerate().skip(1).map(|(bin, w)| w * (bin as f32).ln());
            weighted.sum::<f32>() / basis[1..].iter().sum::<f32>().max(f32::MIN_POSITIVE)
        };
        let centres: Vec<f32> = bases.chunks_exact(*bins).map(centre).collect();
        let mut order: Vec<usize> = (0..centres.len()).collect();
        order.sort_by(|&a, &b| centres[a].total_cmp(&centres[b]));
        order
    }
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

    /// The number, counted from 1, under which the basis of the source of `strip` that is this component is shown.
    pub fn shown_number(&self, strip: usize, component: ComponentIndex, audio: &AudioStatus) -> Option<usize> {
        let k = self.components_of(strip).iter().position(|own| *own == component)?;
        let order = self.bases_in_use(strip, audio)?.in_shown_order();
        order.iter().position(|shown| *shown == k).map(|place| place + 1)
    }

    /// Where the components of the source of `strip` stand among all that play, in the order of its bases.
    pub fn components_of(&self, strip: usize) -> Vec<ComponentIndex> {
        self.adaptive_state.components(&self.preset).into_iter().nth(strip).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{
        instance::{LEARNED, state::summary::Origin},
        preset::file,
    };
    use std::sync::Arc;

    #[test]
    fn bases_are_numbered_from_low_to_high_wherever_they_are_stored() {
        let mut preset = file::from_bytes(LEARNED, "the learned preset").unwrap();
        let others = preset.sources[0].components();
        for dictionary in preset.sources[1].learned_mut().unwrap().dictionaries_mut() {
            let (bins, count, spacing) = (dictionary.bins, dictionary.components, dictionary.frame.bin_spacing());
            for (k, basis) in dictionary.bases.chunks_exact_mut(bins).enumerate() {
                basis.fill(0.0);
                basis[(60.0 * (count - k) as f64 / spacing).round() as usize] = 1.0;
            }
        }
        let count = preset.sources[1].components();
        let version = Version::new(Arc::new(preset), "", "", Origin::New);
        let number = |k: usize| version.shown_number(1, ComponentIndex(others + k), &AudioStatus::default());
        assert_eq!([0, 1, count - 1].map(number), [Some(count), Some(count - 1), Some(1)]);
        assert_eq!(version.shown_number(1, ComponentIndex(0), &AudioStatus::default()), None, "another source's");
    }
}
