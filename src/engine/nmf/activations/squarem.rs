//! Multiplicative updates with extrapolation: SQUAREM (Varadhan and Roland 2008, scheme S3).
//!
//! Two updates h → h₁ → h₂ show how an activation moves and how its movement slows down. With r = h₁ − h and q = h₂ −
//! h₁ − r the extrapolated point is h + 2αr + α²q, where α = ‖r‖/‖q‖. One more update from there makes up for its
//! errors. These three updates are a cycle. An extrapolation may raise the cost for a while, which makes it fast; one
//! above the cost at the start of the frame is dropped, so the result is never worse than the warm start.

use super::{
    Constraint, FLOOR, LEAST_MODEL, SILENCE, Solver, blocks::Blocks, selection::Selection, solver_bases::SolverBases,
};
use crate::nmf::{aligned::Aligned, kernels::vector, priors::Priors};
use pulp::{Arch, Simd, WithSimd};
use std::f32::consts::LN_2;

/// Longest extrapolation, in updates.
const MAX_STEP: f32 = 256.0;
/// The last frame counts as at most twice as loud as this one; otherwise smoothness would keep alive what has long
/// faded.
const LEAST_FALL: f32 = 0.5;
/// An extrapolated activation keeps at least this share of h₂.
const LEAST_SHARE: f32 = 0.1;

/// A solver that runs a fixed number of cycles.
#[derive(Debug, Clone)]
pub struct Squarem {
    arch: Arch,
    cycles: usize,
    components: usize,
    /// The bases that are solved for: all, or those of the selection.
    set: SolverBases,
    selection: Option<Selection>,
    blocks: Option<Blocks>,
    /// Memory for the bases under a constraint.
    constrained: Option<SolverBases>,
    workspace: Workspace,
}

/// A frame to be solved.
#[derive(Clone, Copy)]
struct Frame<'a> {
    /// `[F]`
    v: &'a [f32],
    /// Its sum.
    total: f32,
    priors: &'a Priors,
}

/// Memory for one frame. `[width]` or `[K]`, padded; the frame is scaled to a sum of 1.
#[derive(Debug, Clone)]
struct Workspace {
    v: Aligned,
    /// Wh.
    model: Aligned,
    /// v / Wh.
    ratio: Aligned,
    /// Wᵀ(v / Wh).
    gradient: Aligned,
    /// Activations of the last frame, and the four points of a cycle.
    last: Aligned,
    h: Aligned,
    h1: Aligned,
    h2: Aligned,
    ahead: Aligned,
    /// How much the movement of each activation slows down: q.
    slowing: Aligned,
}

impl Squarem {
    /// A solver for `bases`, `[K, F]` with `bins` = F, that runs `cycles` cycles of three updates a frame.
    ///
    /// A large dictionary is solved for the components that can explain the frame best.
    ///
    /// # Panics
    /// If there is no basis or no bin.
    pub fn new(bases: &[f32], bins: usize, cycles: usize) -> Self {
        assert!(bins > 0 && bases.len() >= bins, "a solver needs at least one basis");
        let all = SolverBases::new(bases, bins);
        let components = bases.len() / bins;
        let (set, selection) = match Selection::of(&all, components) {
            Some((set, selection)) => (set, Some(selection)),
            None => (all, None),
        };
        let workspace = Workspace::new(set.width, set.weights.len());
        Self { arch: Arch::new(), cycles, components, set, selection, blocks: None, constrained: None, workspace }
    }

    /// Turns on block sparsity. `sources` holds the blocks of each source, as numbers of components; their shares are
    /// averaged over about `frames` frames.
    ///
    /// # Panics
    /// If the blocks do not add up to the components.
    #[must_use]
    pub fn with_blocks(self, sources: &[Vec<usize>], frames: f32) -> Self {
        assert_eq!(sources.iter().flatten().sum::<usize>(), self.components, "blocks must add up to the components");
        let several = sources.iter().any(|blocks| blocks.len() > 1);
        Self { blocks: several.then(|| Blocks::new(sources, frames)), ..self }
    }

    /// Allows [`Self::solve_under`].
    #[must_use]
    pub fn with_constraint(self) -> Self {
        Self { constrained: Some(self.set.clone()), ..self }
    }

    /// Like [`Solver::solve`], with the model Σ_g L_g · (W_g h_g) in the place of Wh: posterior regularisation (Ganchev
    /// et al. 2010; Bryan and Mysore 2013). Without [`Self::with_constraint`] the constraint is not observed.
    pub fn solve_under(&mut self, constraint: &Constraint<'_>, v: &[f32], priors: &Priors, h: &mut [f32]) {
        self.dispatch(Some(constraint), v, priors, h);
    }

    fn dispatch(&mut self, constraint: Option<&Constraint<'_>>, v: &[f32], priors: &Priors, h: &mut [f32]) {
        struct SolveFrame<'a>(&'a mut Squarem, Option<&'a Constraint<'a>>, Frame<'a>, &'a mut [f32]);
        impl WithSimd for SolveFrame<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                let Self(solver, constraint, frame, h) = self;
                solver.run(simd, constraint, frame, h);
            }
        }
        let total: f32 = v.iter().sum();
        if total > SILENCE {
            self.arch.dispatch(SolveFrame(self, constraint, Frame { v, total, priors }, h));
        }
    }

    /// Exchanges the bases, `[K, F]` with padded rows, for others with the same sums. The next frame still starts from
    /// the last activations.
    pub fn exchange_bases(&mut self, bases: &mut Aligned) {
        let all = self.selection.as_mut().map_or(&mut self.set, |selection| &mut selection.all);
        if bases.len() == all.rows.len() {
            std::mem::swap(&mut all.rows, bases);
        }
    }

    /// Forgets the shares of the blocks.
    pub fn reset(&mut self) {
        if let Some(blocks) = &mut self.blocks {
            blocks.reset();
        }
    }

    /// Turns off vector instructions, for comparisons.
    #[must_use]
    pub fn without_vector_instructions(self) -> Self {
        Self { arch: Arch::Scalar, ..self }
    }

    /// Number of components K.
    pub fn components(&self) -> usize {
        self.components
    }

    #[inline(always)]
    fn run<S: Simd>(&mut self, simd: S, constraint: Option<&Constraint<'_>>, frame: Frame<'_>, h: &mut [f32]) {
        let Frame { v, total, priors } = frame;
        let mean = 1.0 / self.components as f32;
        for (scaled, v) in self.workspace.v.iter_mut().zip(v) {
            *scaled = v / total;
        }
        let scale = remembered(total, h);
        if let Some(blocks) = &mut self.blocks {
            let all = self.selection.as_mut().map_or(&mut self.set, |selection| &mut selection.all);
            blocks.weigh(priors.block_sparsity, &all.weights, &mut all.linear);
        }
        match &mut self.selection {
            Some(selection) => {
                selection.choose(simd, &self.workspace.v, &mut self.workspace.model, h, &mut self.set);
                selection.gather(h, scale, &mut self.workspace.last);
            }
            None => self.workspace.last.iter_mut().zip(h.iter()).for_each(|(last, h)| *last = h * scale),
        }
        let set = match (constraint, &mut self.constrained) {
            (Some(constraint), Some(constrained)) => {
                match &self.selection {
                    Some(selection) => constrained.constrain(&self.set, constraint, selection.chosen().iter().copied()),
                    None => constrained.constrain(&self.set, constraint, 0..self.components),
                }
                &*constrained
            }
            _ => &self.set,
        };
        self.workspace.warm_start(simd, set, mean);
        self.workspace.iterate(simd, set, priors, mean, self.cycles);
        match &self.selection {
            Some(selection) => selection.scatter(&self.workspace.h, total, h),
            None => h.iter_mut().zip(self.workspace.h.iter()).for_each(|(h, solved)| *h = solved * total),
        }
        if let Some(blocks) = &mut self.blocks {
            blocks.remember(h, total);
        }
    }
}

/// The factor for the last activations `h` before a frame whose sum is `total`. After a far louder frame only their
/// proportions matter; activations that are not finite become 0.
fn remembered(total: f32, h: &mut [f32]) -> f32 {
    let sounded: f32 = h.iter().sum();
    if !sounded.is_finite() {
        h.fill(0.0);
    }
    1.0 / total.max(sounded * LEAST_FALL)
}

impl Solver for Squarem {
    fn solve(&mut self, v: &[f32], priors: &Priors, h: &mut [f32]) {
        self.dispatch(None, v, priors, h);
    }
}

impl Workspace {
    fn new(width: usize, components: usize) -> Self {
        let (bands, each) = (Aligned::zeros(width), Aligned::zeros(components));
        Self {
            v: bands.clone(),
            model: bands.clone(),
            ratio: bands,
            gradient: each.clone(),
            last: each.clone(),
            h: each.clone(),
            h1: each.clone(),
            h2: each.clone(),
            ahead: each.clone(),
            slowing: each,
        }
    }

    /// h ← the last activations scaled to the frame, blended with a flat start.
    #[inline(always)]
    fn warm_start<S: Simd>(&mut self, simd: S, set: &SolverBases, mean: f32) {
        let explained = vector::dot(simd, &self.last, &set.weights);
        let (scale, flat) = if explained > SILENCE { ((1.0 - FLOOR) / explained, FLOOR) } else { (0.0, 1.0) };
        for ((h, last), alive) in self.h.iter_mut().zip(self.last.iter()).zip(set.alive.iter()) {
            *h = alive * (last * scale + flat * mean);
        }
    }

    #[inline(always)]
    fn iterate<S: Simd>(&mut self, simd: S, set: &SolverBases, priors: &Priors, mean: f32, cycles: usize) {
        let mut allowed = f32::INFINITY;
        for cycle in 0..cycles {
            set.evaluate(simd, &self.v, &self.h, &mut self.model, &mut self.ratio, &mut self.gradient);
            if cycle == 0 {
                allowed = self.cost(simd, set, &self.h, priors, mean);
            }
            update(priors, mean, &self.gradient, &set.linear, &self.last, &self.h, &mut self.h1);
            set.evaluate(simd, &self.v, &self.h1, &mut self.model, &mut self.ratio, &mut self.gradient);
            update(priors, mean, &self.gradient, &set.linear, &self.last, &self.h1, &mut self.h2);

            self.extrapolate(simd);
            set.evaluate(simd, &self.v, &self.ahead, &mut self.model, &mut self.ratio, &mut self.gradient);
            // Also false if the cost is NaN.
            if self.cost(simd, set, &self.ahead, priors, mean) <= allowed {
                update(priors, mean, &self.gradient, &set.linear, &self.last, &self.ahead, &mut self.h);
            } else {
                self.h.copy_from_slice(&self.h2);
            }
        }
    }

    /// ahead ← the extrapolation of h, h₁ and h₂.
    #[inline(always)]
    fn extrapolate<S: Simd>(&mut self, simd: S) {
        // `gradient` is not needed any more, and holds r.
        let points = self.h.iter().zip(self.h1.iter()).zip(self.h2.iter());
        for ((r, q), ((h, h1), h2)) in self.gradient.iter_mut().zip(self.slowing.iter_mut()).zip(points) {
            (*r, *q) = (h1 - h, h2 - h1 - (h1 - h));
        }
        let (rr, qq) =
            (vector::dot(simd, &self.gradient, &self.gradient), vector::dot(simd, &self.slowing, &self.slowing));
        let step = (rr / qq.max(f32::MIN_POSITIVE)).sqrt().clamp(1.0, MAX_STEP);
        let moves = self.gradient.iter().zip(self.slowing.iter());
        for (((ahead, h), h2), (r, q)) in self.ahead.iter_mut().zip(self.h.iter()).zip(self.h2.iter()).zip(moves) {
            *ahead = (h + step * (2.0 * r + step * q)).max(LEAST_SHARE * h2);
        }
    }

    /// The cost at `h`, whose model is `self.model`, without the terms that depend on v alone.
    #[inline(always)]
    fn cost<S: Simd>(&self, simd: S, set: &SolverBases, h: &Aligned, priors: &Priors, mean: f32) -> f32 {
        let likelihood = LN_2 * vector::sum_of_logs(&self.v, &self.model, LEAST_MODEL);
        let mut cost = vector::dot(simd, h, &set.linear) - likelihood;
        if priors.sparsity > 0.0 || priors.smoothness > 0.0 {
            cost += h.iter().zip(self.last.iter()).map(|(h, last)| priors.cost(*h, *last, mean)).sum::<f32>();
        }
        cost
    }
}

/// next ← the update of h.
#[inline(always)]
fn update(priors: &Priors, mean: f32, gradient: &[f32], linear: &[f32], last: &[f32], h: &[f32], next: &mut [f32]) {
    let terms = gradient.iter().zip(linear).zip(last).zip(h);
    if *priors == Priors::default() {
        for (next, (((gradient, linear), _), h)) in next.iter_mut().zip(terms) {
            *next = h * gradient / linear;
        }
    } else {
        for (next, (((gradient, linear), last), h)) in next.iter_mut().zip(terms) {
            *next = priors.update(h * gradient, *linear, *h, *last, mean);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nmf::{activations::multiplicative::MultiplicativeUpdate, divergence::kullback_leibler, kernels::plain};
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    const BINS: usize = 100;

    /// Spiky values, many of them small, as spectra are.
    fn random(seed: u64, len: usize) -> Vec<f32> {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        (0..len).map(|_| rng.random::<f32>().powi(6)).collect()
    }

    fn bases(components: usize) -> Vec<f32> {
        let mut bases = random(1, BINS * components);
        for basis in bases.chunks_exact_mut(BINS) {
            let sum: f32 = basis.iter().sum();
            basis.iter_mut().for_each(|w| *w /= sum);
        }
        bases
    }

    fn divergence(bases: &[f32], h: &[f32], v: &[f32]) -> f64 {
        let mut model = vec![0.0; BINS];
        plain::weighted_sum(bases, h, &mut model);
        kullback_leibler(v, &model)
    }

    fn solve(solver: &mut dyn Solver, priors: Priors, v: &[f32], components: usize) -> Vec<f32> {
        let mut h = vec![0.0; components];
        solver.solve(v, &priors, &mut h);
        h
    }

    #[test]
    fn sixteen_cycles_reach_what_five_hundred_plain_updates_reach() {
        for (components, seed) in [(5, 2), (25, 3), (50, 4), (100, 5)] {
            let (bases, v) = (bases(components), random(seed, BINS));
            let cost =
                |solver: &mut dyn Solver| divergence(&bases, &solve(solver, Priors::default(), &v, components), &v);
            let fast = cost(&mut Squarem::new(&bases, BINS, 16));
            let plain = cost(&mut MultiplicativeUpdate::new(bases.clone(), BINS, 500));
            let optimum = cost(&mut MultiplicativeUpdate::new(bases.clone(), BINS, 50_000));
            assert!(fast <= plain + 2e-3 * optimum, "{components}: {fast}, plain {plain}, optimum {optimum}");
        }
    }

    #[test]
    fn vector_instructions_change_nothing_but_rounding() {
        let (bases, v) = (bases(50), random(6, BINS));
        let priors = Priors { sparsity: 0.03, smoothness: 0.01, block_sparsity: 0.02 };
        for (priors, blocks) in [(Priors::default(), vec![50]), (priors, vec![10, 15, 25])] {
            let mut fast = Squarem::new(&bases, BINS, 4).with_blocks(&[blocks], 4.0);
            let mut plain = fast.clone().without_vector_instructions();
            let (a, b) = (solve(&mut fast, priors, &v, 50), solve(&mut plain, priors, &v, 50));
            let mean = a.iter().sum::<f32>() / 50.0;
            for (a, b) in a.iter().zip(&b) {
                assert!((a - b).abs() < 2e-3 * mean, "{a} and {b}");
            }
        }
    }

    /// At the optimum Σ_f w v / (Wh) is Σ_f w where h > 0, and not above it elsewhere.
    #[test]
    fn many_cycles_meet_the_optimality_conditions() {
        let (bases, v) = (bases(30), random(7, BINS));
        let h = solve(&mut Squarem::new(&bases, BINS, 400), Priors::default(), &v, 30);
        let mut model = vec![0.0; BINS];
        plain::weighted_sum(&bases, &h, &mut model);
        let ratio: Vec<f32> = v.iter().zip(&model).map(|(v, m)| v / m).collect();
        for (basis, h) in bases.chunks_exact(BINS).zip(&h) {
            let gradient = plain::dot(basis, &ratio);
            assert!(gradient < 1.003, "{gradient} at {h}");
            assert!(*h < 1e-3 || (gradient - 1.0).abs() < 0.003, "{gradient} at {h}");
        }
    }

    /// The result is finite and no worse than the start, also from hostile input and a hostile start.
    #[test]
    fn a_frame_never_ends_above_its_warm_start() {
        let bases = bases(40);
        let mut rng = Pcg64Mcg::seed_from_u64(8);
        for trial in 0..300 {
            let power = rng.random_range(0..12);
            let v: Vec<f32> = (0..BINS).map(|_| rng.random::<f32>().powi(power) * 1e4).collect();
            let start: Vec<f32> = (0..40).map(|_| rng.random::<f32>().powi(9) * 1e6).collect();
            let run = |cycles| {
                let mut h = start.clone();
                Squarem::new(&bases, BINS, cycles).solve(&v, &Priors::default(), &mut h);
                divergence(&bases, &h, &v)
            };
            let (before, after) = (run(0), run(8));
            assert!(after <= before * (1.0 + 1e-4) + 1e-3, "trial {trial}: {before} to {after}");
        }
    }

    /// With all priors, from the loudest faulty to the faintest sound.
    #[test]
    fn activations_stay_finite_and_follow_from_any_level_to_any_other() {
        let (bases, frame) = (bases(50), random(12, BINS));
        let priors = Priors { sparsity: 0.05, smoothness: 0.02, block_sparsity: 0.0 };
        let sum: f32 = frame.iter().sum();
        let mut solver = Squarem::new(&bases, BINS, 8);
        let mut h = vec![0.0; 50];
        for level in [1.0, 1e10, 1e-7, 3e13, 1e-7, 1e-3] {
            let v: Vec<f32> = frame.iter().map(|v| v * level / sum).collect();
            (0..20).for_each(|_| solver.solve(&v, &priors, &mut h));
            let explained: f32 = h.iter().sum();
            assert!(explained.is_finite() && (0.5..2.0).contains(&(explained / level)), "{explained} at {level}");
        }
        h[3] = f32::NAN;
        solver.solve(&frame, &priors, &mut h);
        assert!(h.iter().all(|h| h.is_finite()));
    }

    #[test]
    fn a_component_that_was_silent_comes_back() {
        let bases = bases(12);
        let mut h = vec![0.0; 12];
        h[5] = 1.0;
        Squarem::new(&bases, BINS, 64).solve(&bases[..BINS], &Priors::default(), &mut h);
        assert!(h[0] > 0.95, "{h:?}");
    }

    #[test]
    fn activations_scale_with_the_level() {
        let (bases, v) = (bases(20), random(9, BINS));
        let priors = Priors { sparsity: 0.03, smoothness: 0.01, block_sparsity: 0.02 };
        let at = |scale: f32| {
            let scaled: Vec<f32> = v.iter().map(|v| v * scale).collect();
            solve(&mut Squarem::new(&bases, BINS, 16).with_blocks(&[vec![8, 12]], 4.0), priors, &scaled, 20)
        };
        // Powers of two, so that not even rounding differs.
        let (quiet, loud) = (at(2.0_f32.powi(-10)), at(2.0_f32.powi(10)));
        for (quiet, loud) in quiet.iter().zip(&loud) {
            assert_eq!(quiet * 2.0_f32.powi(20), *loud);
        }
    }

    #[test]
    fn block_sparsity_silences_the_blocks_that_fit_worse() {
        let bases = bases(60);
        let blocks = vec![20, 20, 20];
        // A mixture of the second block's bases, with a little noise.
        let mut v = random(10, BINS);
        v.iter_mut().for_each(|v| *v *= 0.01);
        for (k, basis) in bases[20 * BINS..40 * BINS].chunks_exact(BINS).enumerate() {
            plain::add_scaled(&mut v, (k % 5) as f32, basis);
        }
        let share = |block_sparsity| {
            let priors = Priors { block_sparsity, ..Priors::default() };
            let mut solver = Squarem::new(&bases, BINS, 30).with_blocks(std::slice::from_ref(&blocks), 4.0);
            let mut h = vec![0.0; 60];
            (0..20).for_each(|_| solver.solve(&v, &priors, &mut h));
            h[20..40].iter().sum::<f32>() / h.iter().sum::<f32>()
        };
        let (free, sparse) = (share(0.0), share(0.2));
        assert!(sparse > 0.9999 && free < 0.995, "{free}, {sparse}");
    }

    #[test]
    fn under_a_constraint_the_bases_count_as_likely_as_their_group_is() {
        for components in [40, 300] {
            let (bases, v) = (bases(components), random(13, BINS));
            let likelihoods: Vec<f32> = random(14, 2 * BINS).iter().map(|x| 0.05 + 0.9 * x.powf(0.2)).collect();
            let groups: Vec<u8> = (0..components).map(|k| u8::from(k >= components / 3)).collect();
            let constraint = Constraint { likelihoods: &likelihoods, bins: BINS, groups: &groups };
            let mut h = vec![0.0; components];
            let mut solver = Squarem::new(&bases, BINS, 60).with_constraint();
            solver.solve_under(&constraint, &v, &Priors::default(), &mut h);
            let weighted: Vec<f32> = (0..components * BINS)
                .map(|n| bases[n] * likelihoods[usize::from(groups[n / BINS]) * BINS + n % BINS])
                .collect();
            let mut plain = vec![0.0; components];
            MultiplicativeUpdate::new(weighted.clone(), BINS, 3000).solve(&v, &Priors::default(), &mut plain);
            let total = f64::from(v.iter().sum::<f32>());
            let (fast, plain) = (divergence(&weighted, &h, &v), divergence(&weighted, &plain, &v));
            assert!(fast < plain + 3e-3 * total, "{components}: {fast}, plain {plain}, of {total}");
        }
    }

    #[test]
    fn a_constraint_that_says_nothing_changes_nothing() {
        let (bases, v) = (bases(40), random(15, BINS));
        let (likelihoods, groups) = (vec![1.0; BINS], vec![0; 40]);
        let constraint = Constraint { likelihoods: &likelihoods, bins: BINS, groups: &groups };
        let mut solver = Squarem::new(&bases, BINS, 8).with_constraint();
        let free = solve(&mut solver, Priors::default(), &v, 40);
        let mut h = vec![0.0; 40];
        solver.solve_under(&constraint, &v, &Priors::default(), &mut h);
        assert_eq!(h, free);
    }

    /// A thousand bases of which few are active: the chosen ones include them.
    #[test]
    fn a_large_dictionary_is_solved_as_well_as_if_it_were_solved_whole() {
        let bases = bases(1000);
        let mut rng = Pcg64Mcg::seed_from_u64(11);
        let mut v = vec![0.0; BINS];
        for _ in 0..12 {
            let k = rng.random_range(0..1000);
            plain::add_scaled(&mut v, rng.random(), &bases[k * BINS..][..BINS]);
        }
        let mut fast = Squarem::new(&bases, BINS, 16);
        let mut h = vec![0.0; 1000];
        for _ in 0..3 {
            fast.solve(&v, &Priors::default(), &mut h);
        }
        let whole = solve(&mut MultiplicativeUpdate::new(bases.clone(), BINS, 500), Priors::default(), &v, 1000);
        let (fast, whole) = (divergence(&bases, &h, &v), divergence(&bases, &whole, &v));
        let total = f64::from(v.iter().sum::<f32>());
        assert!(fast <= whole + 1e-3 * total, "{fast}, whole {whole}, of {total}");
    }
}
