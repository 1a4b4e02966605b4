//! Measures a separation.
//!
//! [`Preparation`] and [`Scoring`] go through signals of any length and number of channels twice, block by block, and
//! give an [`Evaluation`]: BSS Eval 3 and 4, projections without a filter, the best order of the estimates, and which
//! references depend on each other. For mono signals and BSS Eval 3 alone there are shorter ways:
//!
//! [`bss_eval_sources`] gives signal-to-distortion, signal-to-interference and signal-to-artifacts ratios (BSS Eval) of
//! estimated sources whose true signals are known; [`TrueSources`] does so for many estimates of the same sources.
//! [`BandEnergies`] gives the plain signal-to-noise ratio below 150 Hz, up to 2 kHz and above.
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
//! // The true source, and an estimate with some other noise at -20 dB in it.
//! let truth: Vec<f32> = noise(1).take(8_000).collect();
//! let estimate = truth.iter().zip(noise(2)).map(|(sample, other)| sample + 0.1 * other).collect();
//!
//! let scores = bss_eval_sources(&[truth], &[estimate])?;
//! assert!((19.0..21.0).contains(&scores[0].sdr), "{} dB", scores[0].sdr);
//! # Ok::<(), unbraid_engine::evaluation::EvaluationError>(())
//! ```

mod band_meter;
mod band_snr;
mod bss_eval;
mod cholesky;
mod decomposition;
mod delays;
mod dependence;
mod energies;
mod error;
mod frames;
mod permutation;
mod plain;
mod projector;
mod score;
mod segments;
mod streamed;

pub use band_snr::{BANDS_HZ, BandEnergies};
pub use bss_eval::{TrueSources, bss_eval_sources};
pub use dependence::Dependence;
pub use error::EvaluationError;
pub use frames::FrameLengths;
pub use score::{ImageScore, Score};
pub use streamed::{Evaluation, Preparation, Scoring, SourceEvaluation, Unscored, WantedFigures};

/// Length of the distortion filters that do not count as errors, in samples, as in BSS Eval.
pub const FILTER_TAPS: usize = 512;
