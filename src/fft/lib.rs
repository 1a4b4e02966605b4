//! Fourier transforms of real signals, of any length.
//!
//! The planner of realfft is generic over the sample type, so every crate that names it compiles all of rustfft again,
//! for every vector instruction set: that took as long as the rest of the engine. Here it is compiled once.

use realfft::RealFftPlanner;
pub use realfft::{ComplexToReal, RealToComplex, num_complex::Complex};
use std::sync::Arc;

/// The transform of `len` samples to `len / 2 + 1` bins, unscaled.
pub fn forward_f32(len: usize) -> Arc<dyn RealToComplex<f32>> {
    RealFftPlanner::new().plan_fft_forward(len)
}

/// The transform of `len / 2 + 1` bins to `len` samples, `len` times as large as what [`forward_f32`] was given.
pub fn inverse_f32(len: usize) -> Arc<dyn ComplexToReal<f32>> {
    RealFftPlanner::new().plan_fft_inverse(len)
}

/// Both directions in double precision, for `len` samples.
pub fn both_f64(len: usize) -> (Arc<dyn RealToComplex<f64>>, Arc<dyn ComplexToReal<f64>>) {
    let mut planner = RealFftPlanner::new();
    (planner.plan_fft_forward(len), planner.plan_fft_inverse(len))
}
