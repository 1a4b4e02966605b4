//! Chooses the few components of a large dictionary that can explain a frame.
//!
//! One update of all components from the warm start estimates their activations. Only the largest are solved for; the
//! others are 0 in this frame. So a dictionary of a thousand bases costs one update of all, and otherwise as much as a
//! small one. Of components that are copies of others, few are active at once, and a few are enough. The estimate looks
//! at the bases alone, not at a constraint.

use super::{FLOOR, LEAST_MODEL, SILENCE, solver_bases::SolverBases};
use crate::nmf::{
    aligned::{Aligned, padded},
    kernels::vector,
};
use pulp::Simd;

/// Most components that are solved for in a frame. Smaller dictionaries without copies are solved completely.
const MOST: usize = 128;
/// Most copies among them, as long as all others have a place too.
const MOST_COPIES_AT_ONCE: usize = 16;

/// Chooses components for each frame.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    pub(super) all: SolverBases,
    /// The model of a frame in which all components are equally active, `[width]`.
    flat: Aligned,
    /// Active components of the last frame, with their activations.
    sounding: Vec<(usize, f32)>,
    /// Estimated activation of each component, `[K]`.
    scores: Aligned,
    /// All components: first the chosen ones, in order, then the others.
    order: Vec<usize>,
    /// Number of components that are always chosen: the first ones.
    always: usize,
    /// Number of components that are chosen.
    most: usize,
}

impl Selection {
    /// Memory for the chosen components, and a selection of them; `None` if `components`, of which the last `copies`
    /// are copies of the others, are few enough to solve for all.
    pub(super) fn of(all: &SolverBases, components: usize, copies: usize) -> Option<(SolverBases, Self)> {
        let own = components - copies;
        let (always, most) = match own + copies.min(MOST_COPIES_AT_ONCE) {
            most if most <= MOST => (own, most),
            _ => (0, MOST),
        };
        if components <= most {
            return None;
        }
        let mut flat = Aligned::zeros(all.width);
        for (row, alive) in all.rows.chunks_exact(all.width).zip(all.alive.iter()) {
            crate::nmf::kernels::plain::add_scaled(&mut flat, alive / components as f32, row);
        }
        let selection = Self {
            flat,
            sounding: Vec::with_capacity(most),
            scores: Aligned::zeros(padded(components)),
            order: (0..components).collect(),
            all: all.clone(),
            always,
            most,
        };
        Some((SolverBases::zeros(most, all.width), selection))
    }

    /// Puts the chosen components for the frame `v`, which sums to 1, into `set`. `h` are the last activations, `[K]`;
    /// `model`, `[width]`, is overwritten.
    #[inline(always)]
    pub(super) fn choose<S: Simd>(&mut self, simd: S, v: &[f32], model: &mut [f32], h: &[f32], set: &mut SolverBases) {
        let components = self.order.len();
        self.sounding.clear();
        // More than were chosen are active only if the activations come from elsewhere.
        self.sounding.extend(h.iter().copied().enumerate().filter(|(_, h)| *h > 0.0).take(self.most));
        let explained: f32 = self.sounding.iter().map(|(k, h)| h * self.all.weights[*k]).sum();
        let (scale, flat) = if explained > SILENCE { ((1.0 - FLOOR) / explained, FLOOR) } else { (0.0, 1.0) };
        vector::weighted_sum_of(simd, &self.all.rows, &self.sounding, model);
        for ((model, shape), v) in model.iter_mut().zip(self.flat.iter()).zip(v) {
            *model = v / (*model * scale + flat * shape + LEAST_MODEL);
        }
        vector::products(simd, &self.all.rows, model, &mut self.scores[..components]);
        let start = flat / components as f32;
        let all = h.iter().zip(self.all.alive.iter()).zip(self.all.linear.iter());
        for (score, ((h, alive), linear)) in self.scores.iter_mut().zip(all) {
            *score *= alive * (h * scale + start) / linear;
        }
        self.scores[..self.always].fill(f32::INFINITY);
        let scores = &self.scores;
        let louder = |a: &usize, b: &usize| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b));
        self.order.select_nth_unstable_by(self.most - 1, louder);
        self.order[..self.most].sort_unstable();
        self.fill(set);
    }

    fn fill(&self, set: &mut SolverBases) {
        let width = set.width;
        for (place, &k) in self.order[..self.most].iter().enumerate() {
            set.rows[place * width..][..width].copy_from_slice(&self.all.rows[k * width..][..width]);
            set.weights[place] = self.all.weights[k];
            set.linear[place] = self.all.linear[k];
            set.alive[place] = self.all.alive[k];
        }
    }

    /// The chosen components, in order.
    pub(super) fn chosen(&self) -> &[usize] {
        &self.order[..self.most]
    }

    /// chosen ← the activations of the chosen components in `h`, times `scale`.
    pub(super) fn gather(&self, h: &[f32], scale: f32, chosen: &mut [f32]) {
        for (chosen, &k) in chosen.iter_mut().zip(&self.order[..self.most]) {
            *chosen = h[k] * scale;
        }
    }

    /// h ← `chosen` times `scale` for the chosen components, 0 for the others.
    pub(super) fn scatter(&self, chosen: &[f32], scale: f32, h: &mut [f32]) {
        h.fill(0.0);
        for (chosen, &k) in chosen.iter().zip(&self.order[..self.most]) {
            h[k] = chosen * scale;
        }
    }
}
