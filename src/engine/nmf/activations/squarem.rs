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
        Self::with_copies(bases, bins, cycles, 0)
    }

    /// The same, where the last `copies` of the bases are copies of others, of which few are active at once: only those
    /// are solved for that can explain the frame best.
    ///
    /// # Panics
    /// If there is no basis or no bin, or all bases are copies.
    pub fn with_copies(bases: &[f32], bins: usize, cycles: usize, copies: usize) -> Self {
        assert!(bins > 0 && bases.len() >= bins, "a solver needs at least one basis");
        assert!(copies * bins < bases.len(), "some bases must be no copies");
        let all = SolverBases::new(bases, bins);
        let components = bases.len() / bins;
        let (set, selection) = match Selection::of(&all, components, copies) {
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
mod tests;
