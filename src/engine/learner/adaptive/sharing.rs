//! How the components that several adaptive sources learn together fall to them.
//!
//! They are one pool: all are learned from what the fixed sources do not explain, and a [`Grouping`] says whose each of them is.
//! What was given to a source by hand stays with it.

use super::setup::Freedom;
use crate::{
    learner::grouping::{Components, Grouping},
    preset::Cue,
};

/// The pool, and what it is shared by. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub(super) struct Sharing {
    /// The adaptive sources, in order.
    sources: Vec<u8>,
    /// Their components, in order.
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

/// What is known of all K components.
#[derive(Clone, Copy)]
pub(super) struct Heard<'a> {
    /// `[K, B]`
    pub(super) bases: &'a [f32],
    /// `[T, K]`
    pub(super) activations: &'a [f32],
    /// Share of the left channel, `[K]`; empty for a mono stream.
    pub(super) left: &'a [f32],
}

impl Sharing {
    /// How `owners`, the source of each component, change among the adaptive sources; `None` with fewer than two of them.
    /// Components that are `pinned` stay. Bases have `width` bands, and at most `most_frames` frames are heard.
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

    /// Whether it matters where a component stands between left and right.
    pub(super) fn minds_position(&self) -> bool {
        self.cue == Cue::Position
    }

    /// Whether component `k` was given to its source by hand.
    pub(super) fn is_pinned(&self, k: usize) -> bool {
        self.pinned[k]
    }

    /// Gives component `k` to `source`, by hand. `false`, and nothing changes, where one of them is not adaptive, or another source would be
    /// left with nothing.
    pub(super) fn give(&mut self, k: usize, source: u8, owners: &mut [u8]) -> bool {
        let is_last = || self.pool.iter().filter(|&&other| owners[other] == owners[k]).count() == 1;
        if !self.pool.contains(&k) || !self.sources.contains(&source) || (owners[k] != source && is_last()) {
            return false;
        }
        (owners[k], self.pinned[k]) = (source, true);
        true
    }

    /// Forgets what was given by hand.
    pub(super) fn unpin(&mut self) {
        self.pinned.fill(false);
    }

    /// Says in `owners` whose each component of the pool is, by what was `heard`.
    pub(super) fn group(&mut self, heard: Heard<'_>, owners: &mut [u8]) {
        let (count, components) = (self.pool.len(), owners.len());
        let (width, frames) = (heard.bases.len() / components, heard.activations.len() / components);
        for (p, &k) in self.pool.iter().enumerate() {
            self.bases[p * width..][..width].copy_from_slice(&heard.bases[k * width..][..width]);
            self.left[p] = heard.left.get(k).copied().unwrap_or(0.5);
        }
        // A mono stream has no positions to tell.
        let cue = if self.minds_position() && heard.left.is_empty() { Cue::Timbre } else { self.cue };
        let activations = &mut self.activations[..frames * count];
        for (row, h) in activations.chunks_exact_mut(count).zip(heard.activations.chunks_exact(components)) {
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
