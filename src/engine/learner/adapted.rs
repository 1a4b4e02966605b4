//! What sources that may move have become, for other models of the same preset to go on from.

use crate::{
    dictionary::Dictionary,
    preset::{Bases, Cue, MAX_SOURCES, Preset},
};
use std::{array, collections::BTreeSet};

/// To which strip each strip's source goes; `None` for one that goes away.
pub type Places = [Option<usize>; MAX_SOURCES];

/// Every source stays where it is.
pub fn unmoved() -> Places {
    array::from_fn(Some)
}

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
    /// Where each component stands among all of the model it was found in. `[K]`
    pub components: Vec<usize>,
}

impl Adapted {
    /// What the source of `strip` has become, if that is known.
    pub fn of(&self, strip: usize) -> Option<&AdaptedSource> {
        self.sources.iter().find(|source| source.strip == strip)
    }

    /// What holds on when `after` takes the place of `before`: that of sources which are as they were. The source of strip `i` goes to
    /// strip `places[i]`, if it stays at all.
    #[must_use]
    pub fn surviving(&self, before: &Preset, after: &Preset, places: &Places) -> Self {
        let place = |from: usize| {
            let to = (*places.get(from)?)?;
            let (before, after) = (before.sources.get(from)?, after.sources.get(to)?);
            let is_as_it_was = match (&before.bases, &after.bases) {
                (Bases::Learned(before), Bases::Learned(after)) => {
                    before.drift == after.drift && before.dictionaries() == after.dictionaries()
                }
                (before, after) => before == after,
            };
            is_as_it_was.then_some(to)
        };
        let moved = |source: &AdaptedSource| Some(AdaptedSource { strip: place(source.strip)?, ..source.clone() });
        let mut sources: Vec<_> = self.sources.iter().filter_map(moved).collect();
        sources.sort_by_key(|source| source.strip);
        Self { sources, ..self.clone() }
    }

    /// The same, with the components counted as a model counts them that is built from `preset` and this: source by source.
    #[must_use]
    pub fn counted(&self, preset: &Preset) -> Self {
        let mut counted = self.clone();
        let mut next = 0;
        for (strip, source) in preset.sources.iter().enumerate() {
            let gone_on = counted.sources.iter_mut().find(|gone_on| gone_on.strip == strip && source.may_move());
            let count = gone_on.as_ref().map_or_else(|| source.components(), |it| it.dictionary.components);
            if let Some(gone_on) = gone_on {
                gone_on.components = (next..next + count).collect();
            }
            next += count;
        }
        counted
    }

    /// Where the components of each source of `preset` stand among all of the model that plays, by source.
    pub fn components(&self, preset: &Preset) -> Vec<Vec<usize>> {
        let taken: BTreeSet<usize> = self.sources.iter().flat_map(|source| &source.components).copied().collect();
        // Those of sources that stay as they are lie between them, in order.
        let mut others = (0..).filter(|k| !taken.contains(k));
        let sources = preset.sources.iter().enumerate();
        sources
            .map(|(strip, source)| match self.of(strip) {
                Some(gone_on) => gone_on.components.clone(),
                None => others.by_ref().take(source.components()).collect(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dictionary::{FrameSpec, Training},
        separator::{LatencyMode, Layout},
    };

    fn gone_on(strip: usize, components: Vec<usize>) -> AdaptedSource {
        let frame = FrameSpec::of(&Layout::new(44_100.0, LatencyMode::Live));
        let training = Training { divergence: "kl".to_owned(), seed: 0, iterations: 0 };
        let (count, bins) = (components.len(), frame.bins());
        let bases = vec![1.0 / bins as f32; count * bins];
        let dictionary = Dictionary { frame, training, components: count, bins, bases, reconstruction: None };
        AdaptedSource { strip, dictionary, pinned: vec![false; count], components }
    }

    #[test]
    fn components_are_counted_over_all_sources_also_when_they_have_moved() {
        let preset = Preset::unsupervised(3, 2);
        let adapted = Adapted { sources: vec![gone_on(0, vec![4, 5]), gone_on(2, vec![0])], ..Adapted::default() };
        // The second has nothing of its own yet: its two are what the others leave.
        assert_eq!(adapted.components(&preset), [vec![4, 5], vec![1, 2], vec![0]]);
        let counted = adapted.counted(&preset);
        assert_eq!(counted.components(&preset), [vec![0, 1], vec![2, 3], vec![4]]);
    }

    #[test]
    fn what_sources_have_become_goes_where_they_go() {
        let before = Preset::unsupervised(3, 2);
        let mut after = before.clone();
        after.sources.remove(0);
        let adapted = Adapted { sources: vec![gone_on(0, vec![0]), gone_on(2, vec![1])], ..Adapted::default() };
        let mut places = unmoved();
        (places[0], places[1], places[2]) = (None, Some(0), Some(1));
        let strips: Vec<usize> =
            adapted.surviving(&before, &after, &places).sources.iter().map(|source| source.strip).collect();
        assert_eq!(strips, [1]);
    }
}
