//! The stream that the audio thread plays, as models are built for it.

use crate::{learner::capture::Capture, separator::LatencyMode};
use std::sync::Arc;

/// What models are built for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StreamFormat {
    /// In Hz.
    pub sample_rate: f64,
    /// The latency mode.
    pub mode: LatencyMode,
    /// Whether the host renders offline: adaptive sources then learn in step with the stream.
    pub offline: bool,
}

/// The stream that the audio thread plays.
#[derive(Debug, Clone)]
pub struct Stream {
    /// What its models are built for.
    pub format: StreamFormat,
    /// The last seconds that were played.
    pub capture: Arc<Capture>,
    /// The number of its activation.
    pub number: u64,
}
