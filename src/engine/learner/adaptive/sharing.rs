//! Groups the components that several adaptive sources learn together.
//!
//! All components of adaptive sources form a pool: they are learned together, from what the fixed sources do not
//! explain, and a [`Grouping`] decides to which source each belongs. Components that were given to a source by hand
//! stay there.

use super::setup::Freedom;
use crate::{
    learner::grouping::{Components, Grouping},
    preset::Cue,
};

/// The pool, and memory to group it. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub(super) struct Sharing {
    /// The adaptive sources, in ascending order.
    sources: Vec<u8>,
    /// Their components, in ascending order.
    pool: Vec<usize>,
    cue: Cue,
    /// Whether a component was given to its source by hand. `[K]`
    pinned: Vec<bool>,
    grouping: Grouping,
    /// The pool's bases `[P, B]`, activations `[T, P]`, shares of the left channel `[P]`, and groups `[P]`.
    bases: Vec<f32>,
    activations: Vec<f32>,
    left: Vec<f32>,
    groups: Vec<u8>,
}

/// All K components of the model.
#[derive(Clone, Copy)]
pub(super) struct ComponentSet<'a> {
    /// `[K, B]`
    pub(super) bases: &'a [f32],
    /// `[T, K]`
    pub(super) activations: &'a [f32],
    /// Share of the left channel, `[K]`; empty for a mono stream.
    pub(super) left: &'a [f32],
}

impl Sharing {
    /// The pool of the components that `owners` gives to adaptive sources; `None` if there are fewer than two such
    /// sources. Components that are `pinned` stay where they are. Bases have `width` bands, and there are at most
    /// `most_frames` frames.
    pub(super) fn new(
        freedom: &[Freedom],
        owners: &[u8],
        pinned: &[bool],
        width: usize,
        most_frames: usize,
        cue: Cue,
    ) -> Option<Self> {
        let pool: Vec<usize> = (0..freedom.len()).filter(|&k| freedom[k] == Freedom::Adaptive).collect();
        let mut sources: Vec<u8> = pool.iter().map(|&k| owners[k]).collect();
        sources.sort_unstable();
        sources.dedup();
        (sources.len() > 1).then(|| Self {
            sources,
            cue,
            pinned: (0..freedom.len()).map(|k| pinned.get(k).copied().unwrap_or(false)).collect(),
            grouping: Grouping::new(pool.len(), most_frames),
            bases: vec![0.0; pool.len() * width],
            activations: vec![0.0; most_frames * pool.len()],
            left: vec![0.0; pool.len()],
            groups: vec![0; pool.len()],
            pool,
        })
    }

    /// Whether the left channel is used.
    pub(super) fn uses_position(&self) -> bool {
        self.cue == Cue::Position
    }

    /// Whether component `k` was given to its source by hand.
    pub(super) fn is_pinned(&self, k: usize) -> bool {
        self.pinned[k]
    }

    /// Gives component `k` to `source`, by hand. `false`, without a change, if one of them is not adaptive, or another
    /// source would be left without a component.
    pub(super) fn give(&mut self, k: usize, source: u8, owners: &mut [u8]) -> bool {
        let is_last = || self.pool.iter().filter(|&&other| owners[other] == owners[k]).count() == 1;
        if !self.pool.contains(&k) || !self.sources.contains(&source) || (owners[k] != source && is_last()) {
            return false;
        }
        (owners[k], self.pinned[k]) = (source, true);
        true
    }

    /// Forgets which components were given by hand.
    pub(super) fn unpin(&mut self) {
        self.pinned.fill(false);
    }

    /// Groups the pool and writes the source of each of its components to `owners`.
    pub(super) fn group(&mut self, all: ComponentSet<'_>, owners: &mut [u8]) {
        let (count, components) = (self.pool.len(), owners.len());
        let (width, frames) = (all.bases.len() / components, all.activations.len() / components);
        for (p, &k) in self.pool.iter().enumerate() {
            self.bases[p * width..][..width].copy_from_slice(&all.bases[k * width..][..width]);
            self.left[p] = all.left.get(k).copied().unwrap_or(0.5);
        }
        // In a mono stream all positions are the same.
        let cue = if self.uses_position() && all.left.is_empty() { Cue::Timbre } else { self.cue };
        let activations = &mut self.activations[..frames * count];
        for (row, h) in activations.chunks_exact_mut(count).zip(all.activations.chunks_exact(components)) {
            row.iter_mut().zip(&self.pool).for_each(|(held, &k)| *held = h[k]);
        }
        let known = Components { bases: &self.bases, activations, left: &self.left };
        self.grouping.group(&known, self.sources.len(), cue, &mut self.groups);
        for (p, &k) in self.pool.iter().enumerate() {
            if !self.pinned[k] {
                owners[k] = self.sources[usize::from(self.groups[p]).min(self.sources.len() - 1)];
            }
        }
    }
}
