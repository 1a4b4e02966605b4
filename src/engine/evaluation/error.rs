//! Why a separation cannot be scored.

use super::FILTER_TAPS;

/// Why a separation cannot be scored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// There is nothing to score.
    #[error("there is no source to evaluate: give at least one reference and one estimate")]
    NoSources,
    /// Not every reference has its estimate.
    #[error("{references} references but {estimates} estimates: give one estimate per reference, in the same order")]
    Counts {
        /// Number of references given.
        references: usize,
        /// Number of estimates given.
        estimates: usize,
    },
    /// The signals have different lengths.
    #[error("the signals have different lengths ({first} and {other} samples): cut them to the same stretch of time")]
    Lengths {
        /// Samples in the first reference.
        first: usize,
        /// Samples in the signal that differs.
        other: usize,
    },
    /// The signals are shorter than the distortion filters.
    #[error("the signals are {samples} samples long: BSS Eval needs at least {FILTER_TAPS}")]
    TooShort {
        /// Samples in each signal.
        samples: usize,
    },
    /// There is no sample.
    #[error("the signals hold no sample: there is nothing to score")]
    NoSamples,
    /// A signal holds NaN or infinity.
    #[error("{signal} {number} holds a sample that is not a finite number")]
    NotFinite {
        /// "reference" or "estimate".
        signal: &'static str,
        /// Its place in the list, counted from 1.
        number: usize,
    },
    /// A signal is silent, for which the ratios are undefined.
    #[error("{signal} {number} is silent: its ratios are undefined")]
    Silent {
        /// "reference" or "estimate".
        signal: &'static str,
        /// Its place in the list, counted from 1.
        number: usize,
    },
}
