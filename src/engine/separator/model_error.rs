//! Why a preset cannot be played, one sentence each.

use crate::memory::NotEnoughMemory;

/// Why a preset cannot be played.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// The sample rate is out of range.
    #[error("the sample rate {0} Hz is outside 1000 to 1536000 Hz: choose another in the host")]
    SampleRate(f64),
    /// The preset holds no source.
    #[error("the preset holds no source: learn at least one")]
    NoSource,
    /// A fixed source has no bases.
    #[error("source '{0}' has no bases: learn it again")]
    NoBases(String),
    /// The weights of the source model that are part of the binary cannot be read.
    #[error("the source model in this build of Unbraid is damaged: install Unbraid again")]
    SourceModel,
    /// The model would not fit into memory.
    #[error(transparent)]
    Memory(#[from] NotEnoughMemory),
}
