//! Non-negative matrix factorization under the generalised Kullback-Leibler divergence
//! D(V‖WH) = Σ (V log(V/WH) − V + WH) (Lee and Seung 2001; Bryan and Sun 2013).
//!
//! Matrices are row-major slices: bases `[K, F]`, frames `[T, F]`, activations `[T, K]`, so that a basis and a frame are
//! contiguous. Nothing here knows audio, files or hosts.
//!
//! - [`activations`]: h for one frame with W fixed, on the audio thread.
//! - [`aligned`]: memory for vector registers.
//! - [`bands`]: bins merged into bands, so that there is less to solve.
//! - [`discriminative`]: bases that masks are built from.
//! - [`divergence`]: the cost itself.
//! - [`factorization`]: W and H from frames, in the background.
//! - [`kernels`]: the inner loops, plain and on vector registers.
//! - [`matrix`]: products of row-major matrices.
//! - [`priors`]: sparsity and smoothness of the activations.
//! - [`soft_masks`]: the sources' shares of a frame.

pub mod activations;
pub mod aligned;
pub mod bands;
pub mod discriminative;
pub mod divergence;
pub mod factorization;
pub mod kernels;
pub mod matrix;
pub mod priors;
pub mod soft_masks;
