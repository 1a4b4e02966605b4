//! Audio as the command line, learning and tests hold it; files in and out behind the feature `files`.

/// Sound in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Samples indexed by `[channel][frame]`; one or two channels of equal length, full scale 1.
    pub channels: Vec<Vec<f32>>,
}

impl Recording {
    /// Length in samples per channel.
    pub fn len(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Whether there is no sample at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.len() as f64 / f64::from(self.sample_rate)
    }
}
