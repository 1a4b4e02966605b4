//! The few components of a large dictionary that can explain a frame.
//!
//! One update over all of them from the warm start tells what each would become; those that would become loudest are solved for,
//! the others are silent in this frame. A dictionary of a thousand bases thus costs one pass over it, and then as much as a small one.

use super::{FLOOR, LEAST_MODEL, SILENCE, solver_bases::SolverBases};
use crate::nmf::{
    aligned::{Aligned, padded},
    kernels::vector,
};
use pulp::Simd;

/// Most components that are solved for at a time. Dictionaries up to this size are solved whole.
const MOST: usize = 128;

/// Chooses, frame by frame.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    pub(super) all: SolverBases,
    /// The frame's model if all components sounded alike, `[width]`.
    flat: Aligned,
    /// SolverBases that sounded in the last frame, and how loud.
    sounding: Vec<(usize, f32)>,
    /// What each component would become, `[K]`.
    scores: Aligned,
    /// The components by their score, the chosen ones first; then these in order.
    order: Vec<usize>,
}

impl Selection {
    /// The room for the chosen of `components`, and what chooses them; `None` if there are few enough to take them all.
    pub(super) fn of(all: &SolverBases, components: usize) -> Option<(SolverBases, Self)> {
        if components <= MOST {
            return None;
        }
        let mut flat = Aligned::zeros(all.width);
        for (row, alive) in all.rows.chunks_exact(all.width).zip(all.alive.iter()) {
            crate::nmf::kernels::plain::add_scaled(&mut flat, alive / components as f32, row);
        }
        let selection = Self {
            flat,
            sounding: Vec::with_capacity(MOST),
            scores: Aligned::zeros(padded(components)),
            order: (0..components).collect(),
            all: all.clone(),
        };
        Some((SolverBases::zeros(MOST, all.width), selection))
    }

    /// Puts the components for the frame `v`, which sums to 1, into `set`. `h` are the last activations, `[K]`; `model`, `[width]`, is overwritten.
    #[inline(always)]
    pub(super) fn choose<S: Simd>(&mut self, simd: S, v: &[f32], model: &mut [f32], h: &[f32], set: &mut SolverBases) {
        let components = self.order.len();
        self.sounding.clear();
        // At most as many as were chosen, unless the activations come from elsewhere.
        self.sounding.extend(h.iter().copied().enumerate().filter(|(_, h)| *h > 0.0).take(MOST));
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
        let scores = &self.scores;
        let louder = |a: &usize, b: &usize| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b));
        self.order.select_nth_unstable_by(MOST - 1, louder);
        self.order[..MOST].sort_unstable();
        self.fill(set);
    }

    fn fill(&self, set: &mut SolverBases) {
        let width = set.width;
        for (place, &k) in self.order[..MOST].iter().enumerate() {
            set.rows[place * width..][..width].copy_from_slice(&self.all.rows[k * width..][..width]);
            set.weights[place] = self.all.weights[k];
            set.linear[place] = self.all.linear[k];
            set.alive[place] = self.all.alive[k];
        }
    }

    /// chosen ← the chosen of `h`, times `scale`.
    pub(super) fn gather(&self, h: &[f32], scale: f32, chosen: &mut [f32]) {
        for (chosen, &k) in chosen.iter_mut().zip(&self.order[..MOST]) {
            *chosen = h[k] * scale;
        }
    }

    /// h ← `chosen` times `scale` in their places, 0 elsewhere.
    pub(super) fn scatter(&self, chosen: &[f32], scale: f32, h: &mut [f32]) {
        h.fill(0.0);
        for (chosen, &k) in chosen.iter().zip(&self.order[..MOST]) {
            h[k] = chosen * scale;
        }
    }
}
