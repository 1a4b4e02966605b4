//! The figures of BSS Eval.

/// How good the estimate of one source is. Positive infinity where an error is exactly zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Signal-to-distortion ratio in dB, which counts every error.
    pub sdr: f64,
    /// Signal-to-interference ratio in dB, which counts what comes from the other sources.
    pub sir: f64,
    /// Signal-to-artifacts ratio in dB, which counts what comes from none of the sources.
    pub sar: f64,
}
