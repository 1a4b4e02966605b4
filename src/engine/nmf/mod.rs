//! Non-negative matrix factorization under the generalised Kullback-Leibler divergence
//! D(V‖WH) = Σ (V log(V/WH) − V + WH) (Lee and Seung 2001; Bryan and Sun 2013).
//!
//! Matrices are row-major slices: bases `[K, F]`, frames `[T, F]`, activations `[T, K]`, so that a basis and a frame
//! are each contiguous. Nothing here knows audio, files or hosts.
//!
//! - [`activations`]: finds h for one frame with W fixed, on the audio thread.
//! - [`aligned`]: memory aligned for vector registers.
//! - [`bands`]: merges bins into bands, so that there is less to solve.
//! - [`constrained`]: updates of W and H where something else says how likely each source is.
//! - [`discriminative`]: learns reconstruction bases, from which masks are built.
//! - [`divergence`]: the cost.
//! - [`factorization`]: finds W and H for many frames, in the background.
//! - [`kernels`]: the inner loops, plain and on vector registers.
//! - [`matrix`]: products of row-major matrices.
//! - [`priors`]: sparsity and smoothness of the activations.
//! - [`soft_masks`]: each source's share of every bin.
//!
//! # Example
//! Learns the bases of two sounds from frames in which they are mixed, and finds how much of each is in another frame.
//! ```
//! use std::ops::ControlFlow;
//! use unbraid_engine::nmf::{
//!     activations::{Solver, squarem::Squarem},
//!     factorization::{Factorization, Frames},
//!     priors::Priors,
//! };
//!
//! let sounds = [[4.0, 3.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 3.0, 4.0]];
//! let mix = |a: f32, b: f32| (0..6).map(move |f| a * sounds[0][f] + b * sounds[1][f]);
//! let values = (0..60).flat_map(|t| mix((t % 3) as f32, (t % 4) as f32)).collect();
//!
//! let factorization = Factorization { components: 2, iterations: 100, seed: 0 };
//! let bases = factorization.run(&Frames { bins: 6, values }, &mut |_| ControlFlow::Continue(()))?;
//!
//! let mut solver = Squarem::new(&bases, 6, 8);
//! let mut h = [0.0; 2];
//! solver.solve(&mix(1.0, 2.0).collect::<Vec<_>>(), &Priors::default(), &mut h);
//! // Each basis sums to 1, so that its activation is the sum of its sound. Which is which is left to chance.
//! h.sort_by(f32::total_cmp);
//! assert!((h[0] - 8.0).abs() < 0.1 && (h[1] - 16.0).abs() < 0.1, "{h:?}");
//! # Ok::<(), unbraid_engine::nmf::factorization::FactorizationError>(())
//! ```

pub mod activations;
pub mod aligned;
pub mod bands;
pub mod constrained;
pub mod discriminative;
pub mod divergence;
pub mod factorization;
pub mod kernels;
pub mod matrix;
pub mod priors;
pub mod soft_masks;
