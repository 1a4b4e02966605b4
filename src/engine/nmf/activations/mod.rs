//! Activations of one frame with the bases fixed: argmin over h ≥ 0 of D(v‖Wh), convex in h.
//!
//! [`Solver`] is the seam: bounded work known in advance, no allocation, warm start from what `h` holds.
//!
//! - [`multiplicative`]: plain multiplicative updates, the reference.
//! - [`squarem`]: the same updates extrapolated, on the machine's vector instructions: what the audio thread runs.
//! - `solver_bases`: the bases as a solver holds them; `blocks`: those of a universal dictionary that fit what plays; `selection`: the few bases of a large dictionary that can explain a frame.

mod blocks;
pub mod multiplicative;
mod selection;
mod solver_bases;
pub mod squarem;

use super::priors::Priors;

/// Below this sum a frame is silent and has no activations.
pub const SILENCE: f32 = 1e-8;
/// Share of the flat start in a warm start: an activation that is exactly 0 would stay 0.
const FLOOR: f32 = 0.05;
/// Components that weigh less than this on the bins at hand stay silent.
const LEAST_WEIGHT: f32 = 1e-6;
/// Added to the model before a division, relative to the frame's sum.
const LEAST_MODEL: f32 = 1e-9;

/// Finds the activations of one frame after another.
pub trait Solver {
    /// Improves `h`, `[K]`, for the frame `v`, `[F]`. On entry `h` holds the activations of the last frame.
    /// `v` is finite and non-negative; a silent frame leaves `h` as it was.
    fn solve(&mut self, v: &[f32], priors: &Priors, h: &mut [f32]);
}
