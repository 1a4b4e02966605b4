//! Activations of one frame with the bases fixed: argmin over h ≥ 0 of D(v‖Wh), convex in h.
//!
//! A [`Solver`] does a fixed amount of work, allocates nothing, and starts from what `h` holds.
//!
//! - [`multiplicative`]: plain multiplicative updates, the reference.
//! - [`squarem`]: the same updates with extrapolation, on vector instructions; runs on the audio thread.
//! - `solver_bases`: the bases as a solver holds them. `blocks`: prefers the blocks of a universal dictionary that fit
//!   what plays. `selection`: chooses the few bases of a large dictionary that can explain a frame.

mod blocks;
pub mod multiplicative;
mod selection;
mod solver_bases;
pub mod squarem;

use super::priors::Priors;
pub use solver_bases::Constraint;

/// A frame whose sum is below this is silent and has no activations.
pub const SILENCE: f32 = 1e-8;
/// Share of a flat start in a warm start: an activation that is exactly 0 would stay 0.
const FLOOR: f32 = 0.05;
/// Components whose basis sums to less than this are never active.
const LEAST_WEIGHT: f32 = 1e-6;
/// Added to the model before a division, relative to the frame's sum.
const LEAST_MODEL: f32 = 1e-9;

/// Finds the activations of one frame after another.
pub trait Solver {
    /// Improves `h`, `[K]`, for the frame `v`, `[F]`. On entry `h` holds the activations of the last frame.
    /// `v` is finite and non-negative; a silent frame leaves `h` as it was.
    fn solve(&mut self, v: &[f32], priors: &Priors, h: &mut [f32]);
}
