//! Multiplicative updates under a constraint: the model of a frame is R = Σ_g L_g · (W_g H_g), where L_g says per frame
//! and band how likely the sources of group g are (posterior regularisation: Ganchev et al. 2010; for NMF Bryan and
//! Mysore 2013). With Q = V / R the multiplicative updates keep their form:
//!
//! ```text
//! H_g ← H_g · (L_g Q) W_gᵀ / L_g W_gᵀ          W_g ← W_g · H_gᵀ (L_g Q) / H_gᵀ L_g
//! ```

use super::{
    kernels::elementary::log2,
    matrix::{MatrixView, product},
};
use rayon::prelude::*;
use std::{f32::consts::LN_2, ops::Range};

/// Keeps quotients finite.
const LEAST: f32 = 1e-20;

/// What is said of every frame, and memory for the updates. Allocates nothing after construction, unless the groups are
/// updated [in parallel](Self::in_parallel).
#[derive(Debug, Clone)]
pub struct ConstrainedUpdates {
    /// Number of bands B.
    width: usize,
    /// Largest number of frames.
    most: usize,
    /// L of each group, `[G, T, B]`.
    likelihoods: Vec<f32>,
    groups: usize,
    /// Runs of components with the same group.
    runs: Vec<ComponentRun>,
    is_parallel: bool,
}

#[derive(Debug, Clone)]
struct ComponentRun {
    components: Range<usize>,
    group: usize,
    /// `[T, B]`
    part: Vec<f32>,
    /// `[T, K]` of the run, or `[K, B]`.
    above: Vec<f32>,
    below: Vec<f32>,
}

/// The frames that are updated.
pub struct FactoredFrames<'a> {
    /// V, `[T, B]`.
    pub v: &'a [f32],
    /// H, `[T, K]`.
    pub h: &'a mut [f32],
    /// Q, `[T, B]`.
    pub ratio: &'a mut [f32],
    /// Added to the model before a division.
    pub least: f32,
}

impl ConstrainedUpdates {
    /// For components of the groups `groups`, `[K]`, and up to `most` frames of `width` bands. `None` where there are
    /// no groups: no constraint.
    pub fn new(groups: &[u8], width: usize, most: usize) -> Option<Self> {
        let count = groups.iter().max().map(|most| usize::from(*most) + 1)?;
        let mut runs: Vec<ComponentRun> = Vec::new();
        for (k, &group) in groups.iter().enumerate() {
            match runs.last_mut() {
                Some(run) if run.group == usize::from(group) => run.components.end = k + 1,
                _ => {
                    let (part, above, below) = (vec![0.0; most * width], Vec::new(), Vec::new());
                    runs.push(ComponentRun { components: k..k + 1, group: group.into(), part, above, below });
                }
            }
        }
        for run in &mut runs {
            let length = run.components.len() * most.max(width);
            (run.above, run.below) = (vec![0.0; length], vec![0.0; length]);
        }
        Some(Self {
            width,
            most,
            likelihoods: vec![1.0; count * most * width],
            groups: count,
            runs,
            is_parallel: false,
        })
    }

    /// The same, with one group beside another on several threads; the results are the same to the bit.
    #[must_use]
    pub fn in_parallel(mut self) -> Self {
        self.is_parallel = true;
        self
    }

    /// Lets `act` work on every run, with what is said of its group, `[T, B]`, of the first `places` values.
    fn each_run(&mut self, places: usize, act: impl Fn(&mut ComponentRun, &[f32]) + Sync) {
        let Self { runs, likelihoods, most, width, is_parallel, .. } = self;
        let act = |run: &mut ComponentRun| act(run, &likelihoods[run.group * *most * *width..][..places]);
        if *is_parallel { runs.par_iter_mut().for_each(act) } else { runs.iter_mut().for_each(act) }
    }

    /// Takes what is said of frame `place`, `[G, B]`.
    pub fn take(&mut self, place: usize, likelihoods: &[f32]) {
        let block = self.most * self.width;
        for (held, said) in self.likelihoods.chunks_exact_mut(block).zip(likelihoods.chunks_exact(self.width)) {
            held[place * self.width..][..self.width].copy_from_slice(said);
        }
    }

    /// What was said of the first `count` frames about the sources of `group`, `[T, B]`.
    pub fn of_group(&self, group: u8, count: usize) -> &[f32] {
        &self.likelihoods[usize::from(group) * self.most * self.width..][..count * self.width]
    }

    /// Number of values that are said of a frame: G · B.
    pub fn values_per_frame(&self) -> usize {
        self.groups * self.width
    }

    /// Updates H for the bases W, `[K, B]`. Each activation is divided by its cost and is at least `least_h`.
    pub fn update_activations(&mut self, frames: &mut FactoredFrames<'_>, bases: &[f32], costs: &[f32], least_h: f32) {
        self.divide(frames, bases);
        let (components, width, places) = (costs.len(), self.width, frames.v.len());
        let ratio = &*frames.ratio;
        self.each_run(places, |ComponentRun { components, part, above, below, .. }, own| {
            let part = &mut part[..places];
            multiply(own, ratio, part);
            let bases = MatrixView::new(&bases[components.start * width..components.end * width], width);
            let count = components.len() * places / width;
            product(MatrixView::new(part, width), bases.transposed(), &mut above[..count]);
            product(MatrixView::new(own, width), bases.transposed(), &mut below[..count]);
        });
        for run in &self.runs {
            let rows = frames.h.chunks_exact_mut(components);
            let own = run.components.len();
            let quotients = run.above.chunks_exact(own).zip(run.below.chunks_exact(own));
            for (row, (above, below)) in rows.zip(quotients) {
                let row = row[run.components.clone()].iter_mut().zip(&costs[run.components.clone()]);
                for ((h, cost), (above, below)) in row.zip(above.iter().zip(below)) {
                    *h = (*h * above / (below * cost + LEAST)).max(least_h);
                }
            }
        }
    }

    /// What each basis is multiplied by, `[K, B]`, for the bases W: as large as without a constraint.
    pub fn gather_bases(&mut self, frames: &mut FactoredFrames<'_>, bases: &[f32], gathered: &mut [f32]) {
        self.divide(frames, bases);
        let (width, places) = (self.width, frames.v.len());
        let all = bases.len() / width;
        let (h, ratio) = (&*frames.h, &*frames.ratio);
        self.each_run(places, |ComponentRun { components, part, above, below, .. }, own| {
            let part = &mut part[..places];
            multiply(own, ratio, part);
            let weights = MatrixView::new(h, all).column_range(components.clone()).transposed();
            let count = components.len() * width;
            product(weights, MatrixView::new(part, width), &mut above[..count]);
            product(weights, MatrixView::new(own, width), &mut below[..count]);
            let rows = above[..count].chunks_exact_mut(width).zip(below.chunks_exact(width));
            for ((above, below), k) in rows.zip(components.clone()) {
                let mass: f32 = h.iter().skip(k).step_by(all).sum();
                above.iter_mut().zip(below).for_each(|(above, below)| *above = *above * mass / (below + LEAST));
            }
        });
        for ComponentRun { components, above, .. } in &self.runs {
            let place = components.start * width..components.end * width;
            let count = place.len();
            gathered[place].copy_from_slice(&above[..count]);
        }
    }

    /// Σ V log(V / R) − V + R for the bases W.
    pub fn divergence(&mut self, frames: &mut FactoredFrames<'_>, bases: &[f32]) -> f32 {
        self.divide(frames, bases);
        let each = frames.v.iter().zip(frames.ratio.iter()).filter(|(v, _)| **v > 0.0);
        let sum: f64 = each.map(|(v, ratio)| f64::from(v * (LN_2 * log2(*ratio) - 1.0 + 1.0 / ratio))).sum();
        sum as f32
    }

    /// Q ← V / R.
    fn divide(&mut self, frames: &mut FactoredFrames<'_>, bases: &[f32]) {
        let (width, places) = (self.width, frames.v.len());
        let (all, h) = (bases.len() / width, &*frames.h);
        self.each_run(places, |ComponentRun { components, part, .. }, own| {
            let weights = MatrixView::new(h, all).column_range(components.clone());
            let bases = MatrixView::new(&bases[components.start * width..components.end * width], width);
            let part = &mut part[..places];
            product(weights, bases, part);
            part.iter_mut().zip(own).for_each(|(part, own)| *part *= own);
        });
        frames.ratio.fill(0.0);
        for run in &self.runs {
            frames.ratio.iter_mut().zip(&run.part).for_each(|(model, part)| *model += part);
        }
        frames.ratio.iter_mut().zip(frames.v).for_each(|(model, v)| *model = v / (*model + frames.least));
    }
}

/// `out = a · b`, elementwise.
fn multiply(a: &[f32], b: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(a).zip(b).for_each(|((out, a), b)| *out = a * b);
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 6;
    const COMPONENTS: usize = 4;
    const COUNT: usize = 20;

    fn numbers(seed: usize, count: usize) -> Vec<f32> {
        (0..count).map(|n| 0.1 + ((n * 31 + seed * 17) % 23) as f32 / 10.0).collect()
    }

    /// H and W after some updates under what `said` says of every frame, `[G, B]`.
    fn learned(groups: &[u8], said: &[f32], passes: usize) -> (Vec<f32>, Vec<f32>) {
        let evidence = ConstrainedUpdates::new(groups, WIDTH, COUNT).unwrap();
        learned_by(evidence, said, passes)
    }

    fn learned_by(mut evidence: ConstrainedUpdates, said: &[f32], passes: usize) -> (Vec<f32>, Vec<f32>) {
        assert_eq!(evidence.values_per_frame(), said.len());
        (0..COUNT).for_each(|place| evidence.take(place, said));
        let (v, mut h) = (numbers(1, COUNT * WIDTH), numbers(2, COUNT * COMPONENTS));
        let (mut ratio, mut bases) = (vec![0.0; v.len()], numbers(3, COMPONENTS * WIDTH));
        let mut gathered = vec![0.0; bases.len()];
        for pass in 0..=passes {
            let mut frames = FactoredFrames { v: &v, h: &mut h, ratio: &mut ratio, least: 1e-9 };
            evidence.update_activations(&mut frames, &bases, &[1.0; COMPONENTS], 1e-9);
            if pass == passes {
                break;
            }
            evidence.gather_bases(&mut frames, &bases, &mut gathered);
            for (basis, gathered) in bases.chunks_exact_mut(WIDTH).zip(gathered.chunks_exact(WIDTH)) {
                basis.iter_mut().zip(gathered).for_each(|(w, n)| *w *= n);
                let sum: f32 = basis.iter().sum();
                basis.iter_mut().for_each(|w| *w /= sum);
            }
        }
        (h, bases)
    }

    /// The same in plain loops, in f64.
    fn plainly(groups: &[u8], said: &[f32], passes: usize) -> Vec<f64> {
        let wide = |values: Vec<f32>| values.into_iter().map(f64::from).collect::<Vec<_>>();
        let (v, mut h) = (wide(numbers(1, COUNT * WIDTH)), wide(numbers(2, COUNT * COMPONENTS)));
        let mut w = wide(numbers(3, COMPONENTS * WIDTH));
        let l = |k: usize, b: usize| f64::from(said[usize::from(groups[k]) * WIDTH + b]);
        let ratio = |h: &[f64], w: &[f64], t: usize, b: usize| {
            let model: f64 = (0..COMPONENTS).map(|k| l(k, b) * h[t * COMPONENTS + k] * w[k * WIDTH + b]).sum();
            v[t * WIDTH + b] / model
        };
        for _ in 0..passes {
            let before = h.clone();
            for t in 0..COUNT {
                for k in 0..COMPONENTS {
                    let (above, below) = (0..WIDTH).fold((0.0, 0.0), |(above, below), b| {
                        let weight = l(k, b) * w[k * WIDTH + b];
                        (above + weight * ratio(&before, &w, t, b), below + weight)
                    });
                    h[t * COMPONENTS + k] *= above / below;
                }
            }
            let before = w.clone();
            for k in 0..COMPONENTS {
                for b in 0..WIDTH {
                    let (above, below) = (0..COUNT).fold((0.0, 0.0), |(above, below), t| {
                        let weight = l(k, b) * h[t * COMPONENTS + k];
                        (above + weight * ratio(&h, &before, t, b), below + weight)
                    });
                    w[k * WIDTH + b] *= above / below;
                }
                let sum: f64 = w[k * WIDTH..][..WIDTH].iter().sum();
                w[k * WIDTH..][..WIDTH].iter_mut().for_each(|w| *w /= sum);
            }
        }
        w
    }

    #[test]
    fn updates_agree_with_plain_loops() {
        // The last component is a copy that belongs to the first group.
        let groups = [0, 0, 1, 0];
        let said = [0.9, 0.8, 0.5, 0.3, 0.1, 0.05, 0.1, 0.2, 0.5, 0.7, 0.9, 0.95];
        let (fast, plain) = (learned(&groups, &said, 5).1, plainly(&groups, &said, 5));
        for (fast, plain) in fast.iter().zip(plain) {
            assert!((f64::from(*fast) - plain).abs() < 1e-4, "{fast}, {plain}");
        }
    }

    #[test]
    fn one_group_beside_another_gives_the_same_bits() {
        let (groups, said) = ([0, 0, 1, 0], [0.9, 0.8, 0.5, 0.3, 0.1, 0.05, 0.1, 0.2, 0.5, 0.7, 0.9, 0.95]);
        let parallel = ConstrainedUpdates::new(&groups, WIDTH, COUNT).unwrap().in_parallel();
        assert_eq!(learned_by(parallel, &said, 5), learned(&groups, &said, 5));
    }

    #[test]
    fn where_a_source_cannot_be_another_explains_the_sound() {
        let said = [1.0, 1.0, 1.0, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6, 1.0, 1.0, 1.0];
        let (h, bases) = learned(&[0, 0, 1, 1], &said, 15);
        let v = numbers(1, COUNT * WIDTH);
        for t in 0..COUNT {
            for (components, bands) in [(0..2, 0..3), (2..4, 3..6)] {
                let sound: f32 = v[t * WIDTH..][bands.clone()].iter().sum();
                let explained: f32 = components
                    .map(|k| h[t * COMPONENTS + k] * bases[k * WIDTH..][bands.clone()].iter().sum::<f32>())
                    .sum();
                assert!((explained / sound - 1.0).abs() < 0.02, "{explained} of {sound}");
            }
        }
    }
}
