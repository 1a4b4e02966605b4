//! How good a separation is.
//!
//! BSS Eval gives signal-to-distortion, -interference and -artifacts ratios of estimated sources, when the true ones are
//! known: [`bss_eval_sources`].
//!
//! # Example
//! ```
//! use unbraid_engine::evaluation::bss_eval_sources;
//!
//! let noise = |seed: u32| {
//!     let mut state = seed;
//!     std::iter::repeat_with(move || {
//!         state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
//!         (state >> 8) as f32 / 8_388_608.0 - 1.0
//!     })
//! };
//! // The true source, and an estimate in which something else is left at -20 dB.
//! let truth: Vec<f32> = noise(1).take(8_000).collect();
//! let estimate = truth.iter().zip(noise(2)).map(|(sample, other)| sample + 0.1 * other).collect();
//!
//! let scores = bss_eval_sources(&[truth], &[estimate])?;
//! assert!((19.0..21.0).contains(&scores[0].sdr), "{} dB", scores[0].sdr);
//! # Ok::<(), unbraid_engine::evaluation::EvaluationError>(())
//! ```

mod bss_eval;

pub use bss_eval::{EvaluationError, FILTER_TAPS, Score, bss_eval_sources};
