//! The adaptive state of a preset: what its adaptive, recognised and drifting sources have learned while it played. A
//! new model of the same preset continues from it.

use crate::{
    dictionary::Dictionary,
    preset::{Cue, MAX_SOURCES, Preset, SourceBases},
};
use std::{array, collections::BTreeSet};

/// What the sources of a preset that may move have learned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AdaptiveState {
    /// One per source that has learned something, in the order of their strips.
    pub sources: Vec<SourceState>,
    /// Seconds of sound that they have heard.
    pub heard_seconds: f64,
    /// The cue by which adaptive sources share their components; `None` as long as they do not.
    pub grouped_by: Option<Cue>,
}

/// What one source has learned.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceState {
    /// Its strip, counted from 0.
    pub strip: usize,
    /// Its bases, in the frames of the model that found them.
    pub dictionary: Dictionary,
    /// Whether a component was given to the source by hand. `[K]`
    pub pinned: Vec<bool>,
    /// The place of each component in the model that found it. `[K]`
    pub components: Vec<ComponentIndex>,
}

/// The place of a component among all components of a model, over all sources, counted from 0.
///
/// It differs from the place of its basis in the dictionary of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentIndex(pub usize);

/// To which strip the source of each strip goes, when sources are added, removed or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StripMoves([Option<usize>; MAX_SOURCES]);

impl StripMoves {
    /// Every source stays where it is.
    pub fn none() -> Self {
        Self(array::from_fn(Some))
    }

    /// The source of `strip` is removed, and those behind it close up.
    pub fn removal(strip: usize) -> Self {
        Self(array::from_fn(|from| (from != strip).then(|| from - usize::from(from > strip))))
    }

    /// The strip that the source of `strip` goes to; `None` if it is removed.
    pub fn destination(&self, strip: usize) -> Option<usize> {
        self.0.get(strip).copied().flatten()
    }

    /// These moves, and after them `next`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self(self.0.map(|to| next.destination(to?)))
    }

    /// These moves, and after them another source takes the place of the one that is then on `strip`.
    #[must_use]
    pub fn then_replaced(&self, strip: usize) -> Self {
        Self(self.0.map(|to| to.filter(|to| *to != strip)))
    }
}

impl AdaptiveState {
    /// What the source of `strip` has learned, if anything.
    pub fn of(&self, strip: usize) -> Option<&SourceState> {
        self.sources.iter().find(|source| source.strip == strip)
    }

    /// The part of the state that stays valid when `after` replaces `before` and the sources go where `moves` says: the
    /// state of those sources whose role and bases are the same in both.
    #[must_use]
    pub fn surviving(&self, before: &Preset, after: &Preset, moves: &StripMoves) -> Self {
        let destination = |from: usize| {
            let to = moves.destination(from)?;
            let (before, after) = (before.sources.get(from)?, after.sources.get(to)?);
            (before.role == after.role && have_same_bases(&before.bases, &after.bases)).then_some(to)
        };
        let moved = |source: &SourceState| Some(SourceState { strip: destination(source.strip)?, ..source.clone() });
        let mut sources: Vec<_> = self.sources.iter().filter_map(moved).collect();
        sources.sort_by_key(|source| source.strip);
        Self { sources, ..self.clone() }
    }

    /// The same state, with components indexed as in a model that is built from `preset` and this state: source by
    /// source.
    #[must_use]
    pub fn indexed_for(&self, preset: &Preset) -> Self {
        let mut indexed = self.clone();
        let mut next = 0;
        for (strip, source) in preset.sources.iter().enumerate() {
            let state = indexed.sources.iter_mut().find(|state| state.strip == strip && source.may_move());
            let count = state.as_ref().map_or_else(|| source.components(), |state| state.dictionary.components);
            if let Some(state) = state {
                state.components = (next..next + count).map(ComponentIndex).collect();
            }
            next += count;
        }
        indexed
    }

    /// The place of each component in the model that plays `preset`, by source.
    pub fn components(&self, preset: &Preset) -> Vec<Vec<ComponentIndex>> {
        let taken: BTreeSet<ComponentIndex> =
            self.sources.iter().flat_map(|source| &source.components).copied().collect();
        // Sources without a state have the other places, in order.
        let mut others = (0..).map(ComponentIndex).filter(|component| !taken.contains(component));
        let sources = preset.sources.iter().enumerate();
        sources
            .map(|(strip, source)| match self.of(strip) {
                Some(state) => state.components.clone(),
                None => others.by_ref().take(source.components()).collect(),
            })
            .collect()
    }
}

/// Whether the state of a source with one of these bases is valid for the other. What they were learned from does not
/// matter.
fn have_same_bases(before: &SourceBases, after: &SourceBases) -> bool {
    match (before, after) {
        (SourceBases::Learned(before), SourceBases::Learned(after)) => {
            before.drift == after.drift && before.dictionaries() == after.dictionaries()
        }
        (before, after) => before == after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dictionary::{FrameSpec, Training},
        stft::{LatencyMode, Layout},
    };

    fn state(strip: usize, components: &[usize]) -> SourceState {
        let frame = FrameSpec::of(&Layout::new(44_100.0, LatencyMode::Live));
        let training = Training { divergence: "kl".to_owned(), seed: 0, iterations: 0 };
        let (count, bins) = (components.len(), frame.bins());
        let bases = vec![1.0 / bins as f32; count * bins];
        let dictionary = Dictionary { frame, training, components: count, bins, bases, reconstruction: None };
        SourceState { strip, dictionary, pinned: vec![false; count], components: indices(components) }
    }

    fn indices(components: &[usize]) -> Vec<ComponentIndex> {
        components.iter().copied().map(ComponentIndex).collect()
    }

    #[test]
    fn components_are_counted_over_all_sources_also_when_they_have_moved() {
        let preset = Preset::unsupervised(3, 2);
        let state = AdaptiveState { sources: vec![state(0, &[4, 5]), state(2, &[0])], ..AdaptiveState::default() };
        // The second source has no state: its two components have the places that the others leave.
        assert_eq!(state.components(&preset), [indices(&[4, 5]), indices(&[1, 2]), indices(&[0])]);
        let indexed = state.indexed_for(&preset);
        assert_eq!(indexed.components(&preset), [indices(&[0, 1]), indices(&[2, 3]), indices(&[4])]);
    }

    #[test]
    fn what_a_source_has_learned_goes_where_the_source_goes() {
        let before = Preset::unsupervised(3, 2);
        let mut after = before.clone();
        after.sources.remove(0);
        let state = AdaptiveState { sources: vec![state(0, &[0]), state(2, &[1])], ..AdaptiveState::default() };
        let surviving = state.surviving(&before, &after, &StripMoves::removal(0));
        assert_eq!(surviving.sources.iter().map(|source| source.strip).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn moves_follow_one_another() {
        let removed = StripMoves::removal(1);
        assert_eq!([0, 1, 2, 7, 8].map(|strip| removed.destination(strip)), [Some(0), None, Some(1), Some(6), None]);
        assert_eq!(StripMoves::none().then(&removed), removed);
        let twice = removed.then(&StripMoves::removal(0));
        assert_eq!([0, 1, 2, 3].map(|strip| twice.destination(strip)), [None, None, Some(0), Some(1)]);
        assert_eq!(removed.then_replaced(1).destination(2), None);
    }
}
