//! How the audio thread runs, as the editor shows it.

use crate::separator::LatencyMode;

/// How the audio thread runs at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AudioStatus {
    /// The latency mode in force; the parameter may already ask for another.
    pub mode: LatencyMode,
    /// The latency that the host was told, in samples.
    pub latency_samples: u32,
    /// Sample rate in Hz; 0 before the first activation.
    pub sample_rate: f64,
}
