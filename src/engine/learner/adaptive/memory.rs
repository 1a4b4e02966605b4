//! The last seconds of the mixture, and the products of the updates.

use super::seeding::Seeding;
use crate::{
    nmf::{
        constrained::{ConstrainedUpdates, FactoredFrames},
        matrix::{MatrixView, product},
    },
    preset::MEMORY_SECONDS_RANGE,
};
use rand::Rng;
use std::ops::Range;

/// Time between two frames of the memory, in seconds.
pub const STRIDE_SECONDS: f64 = 0.0232;
/// Frames between two updates.
pub const PERIOD_FRAMES: usize = 4;
/// Length of the memory at first, which is also the largest, in seconds of sound.
pub const MEMORY_SECONDS: f64 = *MEMORY_SECONDS_RANGE.end();
/// Largest number of frames T.
pub(super) const MOST_FRAMES: usize = (MEMORY_SECONDS / STRIDE_SECONDS) as usize;
/// Least activation, as a share of the frame's sum per component: an activation that is 0 would stay 0.
const LEAST_SHARE: f32 = 1e-4;
/// Added to the model before a division, relative to the mean of V.
const LEAST_MODEL: f32 = 1e-9;

/// The last frames; row `t` of each is one frame.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    /// Number of bands B and of components K.
    width: usize,
    components: usize,
    /// Frames it can hold, frames it holds, and the index of the next.
    most: usize,
    count: usize,
    next: usize,
    /// V, `[T, B]`, and H, `[T, K]`.
    v: Vec<f32>,
    h: Vec<f32>,
    /// V of the left channel alone, `[T, B]`; empty where positions are not used.
    left: Vec<f32>,
    /// What was said of the frames, if anything is.
    evidence: Option<ConstrainedUpdates>,
    /// HW, then V / HW, `[T, B]`; (V / HW) Wᵀ, `[T, K]`.
    ratio: Vec<f32>,
    gradient: Vec<f32>,
    /// Each component's sum in the left channel, later the left channel's share in it, and its sum in both channels,
    /// `[2, K]`.
    shares: Vec<f32>,
}

impl Memory {
    /// An empty memory of the largest length, which holds the left channel too if `uses_position`, and what the
    /// evidence says of the components' `groups`, `[K]`, if there are any.
    pub(super) fn new(width: usize, components: usize, uses_position: bool, groups: &[u8]) -> Self {
        let zeros = |columns: usize| vec![0.0; MOST_FRAMES * columns];
        Self {
            width,
            components,
            most: MOST_FRAMES,
            count: 0,
            next: 0,
            v: zeros(width),
            h: zeros(components),
            left: zeros(if uses_position { width } else { 0 }),
            evidence: ConstrainedUpdates::new(groups, width, MOST_FRAMES),
            ratio: zeros(width),
            gradient: zeros(components),
            shares: vec![0.0; 2 * components],
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        (self.count, self.next) = (0, 0);
    }

    /// Sets the length in `seconds` of sound. A change clears the memory.
    pub(super) fn set_length(&mut self, seconds: f64) {
        let frames = ((seconds / STRIDE_SECONDS) as usize).clamp(PERIOD_FRAMES, MOST_FRAMES);
        if frames != self.most {
            self.most = frames;
            self.clear();
        }
    }

    /// Number of frames that it holds, and that it can hold.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn uses_position(&self) -> bool {
        !self.left.is_empty()
    }

    /// Number of values that the evidence says of a frame.
    pub(super) fn evidence_values(&self) -> usize {
        self.evidence.as_ref().map_or(0, ConstrainedUpdates::values_per_frame)
    }

    /// Sum of V.
    pub(super) fn total(&self) -> f32 {
        self.v[..self.count * self.width].iter().sum()
    }

    /// H, `[T, K]`.
    pub(super) fn activations(&self) -> &[f32] {
        &self.h[..self.count * self.components]
    }

    /// Adds the frame `v`, `[B]`, which sums to `total`, its `left` channel, `[B]`, its activations `h`, `[K]`, and
    /// what the evidence says of it, `[G, B]`.
    pub(super) fn take(&mut self, v: &[f32], total: f32, left: &[f32], h: &[f32], said: &[f32]) {
        let (width, components, place) = (self.width, self.components, self.next);
        self.v[place * width..][..width].copy_from_slice(v);
        if self.uses_position() {
            let held = &mut self.left[place * width..][..width];
            held.iter_mut().zip(left).zip(v).for_each(|((held, left), v)| *held = left.min(*v));
        }
        let least = LEAST_SHARE * total / components as f32;
        let held = &mut self.h[place * components..][..components];
        // Also false if `h` is NaN.
        held.iter_mut().zip(h).for_each(|(held, h)| *held = if *h > least { h.min(total) } else { least });
        if let Some(evidence) = &mut self.evidence {
            evidence.take(place, said);
        }
        self.next = (place + 1) % self.most;
        self.count = (self.count + 1).min(self.most);
    }

    /// H ← H · (V / HW) Wᵀ / costs, for the bases W, `[K, B]`, and `costs`, `[K]`; under evidence, if there is any.
    pub(super) fn update_activations(&mut self, bases: &[f32], costs: &[f32]) {
        let (places, components, least) = (self.count * self.width, self.components, self.least_model());
        let least_h = LEAST_SHARE * self.total() / (self.count * components) as f32;
        let Self { count, v, h, ratio, gradient, evidence, .. } = self;
        let (h, gradient) = (&mut h[..*count * components], &mut gradient[..*count * components]);
        if let Some(evidence) = evidence {
            let mut frames = FactoredFrames { v: &v[..places], h, ratio: &mut ratio[..places], least };
            evidence.update_activations(&mut frames, bases, costs, least_h);
            return;
        }
        explain(&v[..places], h, MatrixView::new(bases, self.width), least, &mut ratio[..places], gradient);
        for (h, gradient) in h.chunks_exact_mut(components).zip(gradient.chunks_exact(components)) {
            for ((h, gradient), cost) in h.iter_mut().zip(gradient).zip(costs) {
                *h = (*h * gradient / cost).max(least_h);
            }
        }
    }

    /// Hᵀ (V / HW), `[K, B]`, for the bases W: what each basis is multiplied by, also under evidence.
    pub(super) fn gather_bases(&mut self, bases: &[f32], gathered: &mut [f32]) {
        let (places, least) = (self.count * self.width, self.least_model());
        let h = &mut self.h[..self.count * self.components];
        let ratio = &mut self.ratio[..places];
        if let Some(evidence) = &mut self.evidence {
            let mut frames = FactoredFrames { v: &self.v[..places], h, ratio, least };
            evidence.gather_bases(&mut frames, bases, gathered);
            return;
        }
        divide(&self.v[..places], h, MatrixView::new(bases, self.width), least, ratio);
        product(MatrixView::new(h, self.components).transposed(), MatrixView::new(ratio, self.width), gathered);
    }

    /// Computes [`Self::left_shares`] for the bases W; `false` for a mono stream.
    pub(super) fn find_left_shares(&mut self, bases: &[f32]) -> bool {
        let (places, components, least) = (self.count * self.width, self.components, self.least_model());
        if self.left.iter().take(places).sum::<f32>() <= 0.0 {
            return false;
        }
        let Self { count, v, h, left, ratio, gradient, shares, .. } = self;
        let (h, gradient) = (&h[..*count * components], &mut gradient[..*count * components]);
        let bases = MatrixView::new(bases, self.width);
        let (lefts, totals) = shares.split_at_mut(components);
        // The part of each component in the model, in the left channel and in both.
        for (sound, sums) in [(left, &mut *lefts), (v, &mut *totals)] {
            explain(&sound[..places], h, bases, least, &mut ratio[..places], gradient);
            sum_products(h, gradient, sums);
        }
        for (left, total) in lefts.iter_mut().zip(totals) {
            *left = if *total > f32::MIN_POSITIVE { *left / *total } else { 0.5 };
        }
        true
    }

    /// The share of the left channel in each component, as computed last. `[K]`
    pub(super) fn left_shares(&self) -> &[f32] {
        &self.shares[..self.components]
    }

    /// Finds the first bases of `components`, `[K, B]`, anew, where the evidence says that the sources of `group`
    /// sound, and shares their sound evenly among them. `false`, without a change, where there is no such sound.
    pub(super) fn seed_bases(
        &mut self,
        components: Range<usize>,
        group: u8,
        seeding: &mut Seeding,
        rng: &mut impl Rng,
        bases: &mut [f32],
    ) -> bool {
        let Some(evidence) = &self.evidence else { return false };
        let v = &self.v[..self.count * self.width];
        if !seeding.find(v, evidence.of_group(group, self.count), rng, bases) {
            return false;
        }
        let share = 1.0 / components.len() as f32;
        let rows = self.h.chunks_exact_mut(self.components).take(self.count).zip(seeding.sums());
        rows.for_each(|(row, sum)| row[components.clone()].fill(share * sum + f32::MIN_POSITIVE));
        true
    }

    /// The divergence of the memory from the model under evidence, for the bases W.
    pub(super) fn divergence(&mut self, bases: &[f32]) -> f32 {
        let (places, least) = (self.count * self.width, self.least_model());
        let Self { v, h, ratio, evidence, .. } = self;
        let Some(evidence) = evidence else { return f32::INFINITY };
        let h = &mut h[..self.count * self.components];
        evidence.divergence(&mut FactoredFrames { v: &v[..places], h, ratio: &mut ratio[..places], least }, bases)
    }

    fn least_model(&self) -> f32 {
        LEAST_MODEL * self.total() / (self.count * self.width) as f32
    }
}

/// ratio ← V / HW, gradient ← (V / HW) Wᵀ.
fn explain(v: &[f32], h: &[f32], bases: MatrixView<'_>, least: f32, ratio: &mut [f32], gradient: &mut [f32]) {
    divide(v, h, bases, least, ratio);
    product(MatrixView::new(ratio, bases.columns()), bases.transposed(), gradient);
}

/// ratio ← V / HW.
fn divide(v: &[f32], h: &[f32], bases: MatrixView<'_>, least: f32, ratio: &mut [f32]) {
    product(MatrixView::new(h, h.len() * bases.columns() / v.len()), bases, ratio);
    ratio.iter_mut().zip(v).for_each(|(model, v)| *model = v / (*model + least));
}

/// sums_k ← Σ_t a_tk b_tk.
fn sum_products(a: &[f32], b: &[f32], sums: &mut [f32]) {
    let components = sums.len();
    sums.fill(0.0);
    for (a, b) in a.chunks_exact(components).zip(b.chunks_exact(components)) {
        sums.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum += a * b);
    }
}
