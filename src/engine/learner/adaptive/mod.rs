//! Learns bases from the mixture while it plays, with the fixed sources' bases held: semi-supervised separation
//! (Smaragdis, Raj and Shashanka 2007), online with a sliding memory of recent frames (Duan, Mysore and Smaragdis 2012;
//! Joder et al. 2012).
//!
//! The memory holds the frames V `[T, B]` of the last seconds, in bands, with their activations H `[T, K]`. Every few
//! frames, a few passes of multiplicative updates of H and of the free bases W_a run over the memory:
//!
//! ```text
//! H ← H · (V / HW) Wᵀ          W_a ← W_a · Hᵀ(V / HW), each basis scaled to its sum
//! ```
//!
//! The free bases start as a few broad bumps over the spectrum. After some seconds of sound they are updated far more
//! rarely, because bases that go on learning take over what belongs to the fixed sources. The bases of a drifting
//! source are updated too, and a prior (pseudo-counts of a Dirichlet distribution) pulls them back to what was learned.
//! Transposed copies of fixed bases explain notes that were never learned, at a cost: H ← H · (V / HW) Wᵀ / (1 + cost).
//!
//! Recognised sources learn their bases where the evidence says that they sound.
//!
//! - `setup`: what an adaptation starts from. `memory`: the frames, and the products of the updates.
//! - `recognised`: when recognised sources learn. `seeding`: where
//!   their bases start.
//! - `sharing`: how several adaptive sources share their components. `state`: what was learned, as a project stores it.

mod memory;
mod recognised;
mod seeding;
mod setup;
mod sharing;
mod state;

use crate::nmf::{
    aligned::{Aligned, padded},
    bands::Bands,
};
pub use memory::{MEMORY_SECONDS, PERIOD_FRAMES, STRIDE_SECONDS};
use memory::{MOST_FRAMES, Memory};
pub use recognised::RECOGNISED_COMPONENTS;
use recognised::{RecognisedSources, Shapes};
pub use seeding::Seeding;
use setup::scale_to;
pub use setup::{AdaptationSetup, Bases, Freedom, first_basis};
use sharing::{ComponentSet, Sharing};
pub use state::{AdaptiveState, ComponentIndex, SourceState, StripMoves};

/// Default number of bases of an adaptive source. More bases take over sounds of the fixed sources.
pub const COMPONENTS: usize = 10;
/// Passes over the memory in an update, at the start.
const PASSES: usize = 6;
/// Number of frames that count as the start: five seconds of sound.
const EAGER_FRAMES: usize = (5.0 / STRIDE_SECONDS) as usize;
/// After the start there is one pass in this many updates.
const CALM_PERIODS: usize = 8;
/// Weight of the prior on a drifting basis, relative to the mean energy of a basis in the memory.
pub const DRIFT_PRIOR: f32 = 0.5;
/// Frames whose bands sum to less than this are silence and are not added to the memory.
const SILENCE: f32 = 1e-4;
/// Least weight of a bin in a basis that continues, times the number of bins: a weight of 0 would stay 0.
pub const LEAST_CARRIED: f32 = 1e-3;
/// Louder frames are faulty and are not added.
const LOUDEST: f32 = 1e9;

/// Learns from the frames that [`Self::feed`] is given. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub struct Adaptation {
    bands: Bands,
    bins: usize,
    freedom: Vec<Freedom>,
    /// The bases as they were learned, or those of an adaptive source at the start, `[K, B]`, and their sums over the
    /// bands.
    first: Vec<f32>,
    sums: Vec<f32>,
    /// The same bases at full resolution, and the bases that masks are built from. `[K, F]`
    first_bins: Vec<f32>,
    first_masking: Vec<f32>,
    /// The present bases, `[K, B]`, and the source of each component, `[K]`.
    bases: Vec<f32>,
    owners: Vec<u8>,
    start: Start,
    /// Only if several adaptive sources share their components.
    sharing: Option<Sharing>,
    /// Only if there are recognised sources.
    recognised: Option<RecognisedSources>,
    /// Components are regrouped until this many frames were fed.
    share_until: usize,
    memory: Memory,
    /// Number of frames since the start, of frames since the last update, and of updates.
    fed: usize,
    since_update: usize,
    updates: usize,
    frozen: bool,
    /// Divisor of an activation in each pass. `[K]`
    costs: Vec<f32>,
    numerator: Vec<f32>,
}

/// The state that an adaptation returns to when the stream starts again.
#[derive(Debug, Clone)]
struct Start {
    bases: Vec<f32>,
    owners: Vec<u8>,
    fed: usize,
    recognised_fed: usize,
    share_until: usize,
}

impl Adaptation {
    /// An adaptation with an empty memory.
    ///
    /// # Panics
    /// If the shapes do not fit each other.
    pub fn new(setup: AdaptationSetup) -> Self {
        let AdaptationSetup { bases, masking, learned, bins, bands, freedom, owners, .. } = setup;
        let (components, width) = (freedom.len(), bands.len());
        assert!(components > 0 && bases.len() == components * bins && masking.len() == bases.len());
        assert_eq!(owners.len(), components);
        let merged = |rows: &[f32]| {
            let mut merged = vec![0.0; components * width];
            for (basis, merged) in rows.chunks_exact(bins).zip(merged.chunks_exact_mut(width)) {
                bands.merge(basis, merged);
            }
            merged
        };
        let first = merged(&bases);
        let sums: Vec<f32> = first.chunks_exact(width).map(|basis| basis.iter().sum()).collect();
        let mut now = learned.as_deref().map_or_else(|| first.clone(), merged);
        for (k, basis) in now.chunks_exact_mut(width).enumerate() {
            scale_to(basis, sums[k], &first[k * width..][..width]);
        }
        let sharing = Sharing::new(&freedom, &owners, &setup.pinned, width, MOST_FRAMES, setup.cue);
        let uses_position = sharing.as_ref().is_some_and(Sharing::uses_position);
        let fed = (setup.heard_seconds.max(0.0) / STRIDE_SECONDS) as usize;
        let share_until = if setup.is_shared { 0 } else { fed + EAGER_FRAMES };
        let recognised_fed = (setup.recognised_seconds.max(0.0) / STRIDE_SECONDS) as usize;
        let recognised = RecognisedSources::new(&freedom, &owners, &setup.groups, width, recognised_fed);
        Self {
            start: Start { bases: now.clone(), owners: owners.clone(), fed, recognised_fed, share_until },
            bases: now,
            owners,
            sharing,
            recognised,
            share_until,
            sums,
            numerator: vec![0.0; first.len()],
            costs: freedom.iter().map(|freedom| 1.0 + freedom.cost()).collect(),
            memory: Memory::new(width, components, uses_position, &setup.groups),
            first,
            first_bins: bases,
            first_masking: masking,
            bands,
            bins,
            freedom,
            fed,
            since_update: 0,
            updates: 0,
            frozen: false,
        }
    }

    /// Number of bands B.
    pub fn width(&self) -> usize {
        self.bands.len()
    }

    /// Number of bins F of a masking basis.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Number of values that the evidence says of a frame, G · B; 0 where there is no evidence.
    pub fn evidence_values(&self) -> usize {
        self.memory.evidence_values()
    }

    /// Number of components K.
    pub fn components(&self) -> usize {
        self.freedom.len()
    }

    /// Memory for what [`Self::write`] gives.
    pub fn empty_bases(&self) -> Bases {
        let zeros = |columns: usize| Aligned::zeros(self.components() * padded(columns));
        let owners = vec![0; self.components()];
        Bases { bands: zeros(self.width()), masking: zeros(self.bins), owners, trust: 0.0 }
    }

    /// Stops and resumes learning. Frames are added to the memory either way.
    pub fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// Sets the length of the memory in `seconds` of sound, up to [`MEMORY_SECONDS`]. A change clears it.
    pub fn set_memory(&mut self, seconds: f64) {
        self.memory.set_length(seconds);
    }

    /// How component `k` is allowed to change.
    pub fn freedom(&self, k: usize) -> Freedom {
        self.freedom[k]
    }

    /// The source of each component, `[K]`.
    pub fn owners(&self) -> &[u8] {
        &self.owners
    }

    /// Whether component `k` was given to its source by hand.
    pub fn is_pinned(&self, k: usize) -> bool {
        self.sharing.as_ref().is_some_and(|sharing| sharing.is_pinned(k))
    }

    /// Gives `component` of an adaptive source to the adaptive source `source` for good. `false` if that cannot be: one
    /// of them is not adaptive, or the component is the last of its source.
    pub fn give(&mut self, component: ComponentIndex, source: u8) -> bool {
        let Self { sharing, owners, .. } = self;
        let ComponentIndex(k) = component;
        k < owners.len() && sharing.as_mut().is_some_and(|sharing| sharing.give(k, source, owners))
    }

    /// Whether the grouping of the components into adaptive sources is final.
    pub fn is_shared(&self) -> bool {
        self.fed >= self.share_until
    }

    /// Whether the left channel is used.
    pub fn uses_position(&self) -> bool {
        self.memory.uses_position()
    }

    /// Seconds of sound that it has learned from.
    pub fn heard_seconds(&self) -> f64 {
        self.fed as f64 * STRIDE_SECONDS
    }

    /// How many times the bases of recognised sources were learned, whether or not they were better than those before.
    pub fn attempts(&self) -> u64 {
        self.recognised.as_ref().map_or(0, RecognisedSources::attempts)
    }

    /// The stream starts again: back to the state at construction, with an empty memory.
    pub fn rewind(&mut self) {
        self.bases.copy_from_slice(&self.start.bases);
        self.owners.copy_from_slice(&self.start.owners);
        self.memory.clear();
        (self.fed, self.since_update, self.updates) = (self.start.fed, 0, 0);
        self.share_until = self.start.share_until;
        self.recognised.iter_mut().for_each(|recognised| recognised.rewind(self.start.recognised_fed));
    }

    /// Forgets everything: back to the bases as they were learned, or those of an adaptive source at the start.
    pub fn reset(&mut self) {
        self.bases.copy_from_slice(&self.first);
        self.memory.clear();
        (self.fed, self.since_update, self.updates) = (0, 0, 0);
        self.share_until = EAGER_FRAMES;
        self.recognised.iter_mut().for_each(|recognised| recognised.rewind(0));
        if let Some(sharing) = &mut self.sharing {
            sharing.unpin();
        }
    }

    /// Adds the frame `v`, `[B]`, to the memory, with its `left` channel, `[B]` (only read if [`Self::uses_position`]),
    /// its activations `h`, `[K]`, and what the evidence `said` of it, `[G, B]`; `true` if an update is due.
    pub fn feed(&mut self, v: &[f32], left: &[f32], h: &[f32], said: &[f32]) -> bool {
        let total: f32 = v.iter().sum();
        if !(SILENCE..LOUDEST).contains(&total) {
            return false;
        }
        self.memory.take(v, total, left, h, said);
        // Frozen, it learns nothing from the frame.
        if !self.frozen {
            self.fed += 1;
            self.recognised.iter_mut().for_each(RecognisedSources::hear);
        }
        self.since_update += 1;
        self.since_update >= PERIOD_FRAMES
    }

    /// Runs an update over the memory; `true` if the bases have changed.
    pub fn update(&mut self) -> bool {
        self.since_update = 0;
        self.updates += 1;
        if self.frozen || self.memory.is_empty() {
            return false;
        }
        let relearned = self.learn_recognised();
        let is_due = self.freedom.iter().any(|freedom| matches!(freedom, Freedom::Adaptive | Freedom::Drifting));
        let eager = self.fed < EAGER_FRAMES;
        let passes = match is_due {
            true if eager => PASSES,
            true => usize::from(self.updates.is_multiple_of(CALM_PERIODS)),
            false => 0,
        };
        (0..passes).for_each(|_| self.pass());
        if passes > 0 && !self.is_shared() {
            self.share();
        }
        passes > 0 || relearned
    }

    fn learn_recognised(&mut self) -> bool {
        let Self { recognised, memory, bases, first, sums, costs, .. } = self;
        let shapes = Shapes { first, sums, costs };
        recognised.as_mut().is_some_and(|recognised| recognised.learn(memory, bases, &shapes))
    }

    /// Groups the components into the adaptive sources.
    fn share(&mut self) {
        let Some(mut sharing) = self.sharing.take() else { return };
        let left = if self.memory.find_left_shares(&self.bases) { self.memory.left_shares() } else { &[] };
        let all = ComponentSet { bases: &self.bases, activations: self.memory.activations(), left };
        sharing.group(all, &mut self.owners);
        self.sharing = Some(sharing);
    }

    /// A pass over the memory. The bases of recognised sources stay.
    fn pass(&mut self) {
        let width = self.width();
        self.memory.update_activations(&self.bases, &self.costs);
        self.memory.gather_bases(&self.bases, &mut self.numerator);
        let own = self.freedom.iter().filter(|freedom| **freedom != Freedom::Transposed).count();
        let prior = DRIFT_PRIOR * self.memory.total() / own as f32;
        for (k, basis) in self.bases.chunks_exact_mut(width).enumerate() {
            let numerator = &self.numerator[k * width..][..width];
            match self.freedom[k] {
                Freedom::Fixed | Freedom::Transposed | Freedom::Recognised => continue,
                Freedom::Adaptive => basis.iter_mut().zip(numerator).for_each(|(w, n)| *w *= n),
                Freedom::Drifting => {
                    let first = &self.first[k * width..][..width];
                    basis.iter_mut().zip(numerator).zip(first).for_each(|((w, n), first)| *w = *w * n + prior * first);
                }
            }
            scale_to(basis, self.sums[k], &self.first[k * width..][..width]);
        }
    }

    /// Writes the present bases. Within a band, a masking basis keeps its original shape.
    pub fn write(&self, out: &mut Bases) {
        let (width, bins) = (self.width(), self.bins);
        for (out, basis) in out.bands.chunks_exact_mut(padded(width)).zip(self.bases.chunks_exact(width)) {
            out[..width].copy_from_slice(basis);
        }
        for (k, row) in out.masking.chunks_exact_mut(padded(bins)).enumerate() {
            self.follow(k, &self.first_masking, &mut row[..bins]);
        }
        out.owners.copy_from_slice(&self.owners);
        out.trust = self.recognised.as_ref().map_or(0.0, RecognisedSources::trust);
    }

    /// Writes the present basis of component `k`, `[F]`, to find activations with. One that was found in the mixture is
    /// flat within each band: it was found in bands, which is all that is known of it. What is less than
    /// [`LEAST_CARRIED`] is 0, for it will not be carried on.
    pub fn write_basis(&self, k: usize, row: &mut [f32]) {
        if !self.freedom[k].is_found() {
            return self.follow(k, &self.first_bins, row);
        }
        row.fill(0.0);
        let least = LEAST_CARRIED / self.bins as f32;
        for (b, weight) in self.bases[k * self.width()..][..self.width()].iter().enumerate() {
            let bins = self.bands.bins(b);
            let share = weight / bins.len() as f32;
            row[bins].fill(if share < least { 0.0 } else { share });
        }
    }

    /// Writes row `k` of `first`, `[K, F]`, with each band scaled as the component's basis has changed.
    fn follow(&self, k: usize, first: &[f32], row: &mut [f32]) {
        let width = self.width();
        row.copy_from_slice(&first[k * self.bins..][..self.bins]);
        if !self.freedom[k].moves() {
            return;
        }
        for b in 0..width {
            let (first, now) = (self.first[k * width + b], self.bases[k * width + b]);
            let scale = if first > 0.0 { now / first } else { 1.0 };
            row[self.bands.bins(b)].iter_mut().for_each(|w| *w *= scale);
        }
    }
}

#[cfg(test)]
mod tests;
