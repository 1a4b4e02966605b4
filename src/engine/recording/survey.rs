//! What is in a recording that is too long to be kept.

use super::{RecordingError, RecordingReader, SAME_CHANNELS, SILENCE_PEAK};
use std::path::Path;

/// A second in which nothing is louder than this share of the recording's peak is silent: -60 dB.
const SILENCE_RATIO: f32 = 1e-3;

/// What is in a recording whose blocks are looked at one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Number of channels, 1 or 2.
    pub channels: usize,
    /// Length in samples per channel.
    pub len: usize,
    /// Largest magnitude of any sample in each second, the last of which may be shorter; full scale 1.
    pub(super) second_peaks: Vec<f32>,
    /// Sum of each channel's samples.
    sums: Vec<f64>,
    /// Energy of all samples, and of the difference between two channels.
    energy: f64,
    apart: f64,
}

impl Survey {
    /// Of what `reader` is going to read.
    pub fn new(reader: &RecordingReader) -> Self {
        let (sample_rate, channels) = (reader.sample_rate(), reader.channels());
        Self {
            sample_rate,
            channels,
            len: 0,
            second_peaks: Vec::new(),
            sums: vec![0.0; channels],
            energy: 0.0,
            apart: 0.0,
        }
    }

    /// Looks at the next `block`, indexed by `[channel][sample]`.
    pub fn add(&mut self, block: &[Vec<f32>]) {
        let energy = |x: f32| f64::from(x) * f64::from(x);
        let (len, second) = (block.first().map_or(0, Vec::len), self.sample_rate.max(1) as usize);
        self.second_peaks.resize((self.len + len).div_ceil(second), 0.0);
        for (channel, sum) in block.iter().zip(&mut self.sums) {
            for (n, sample) in channel.iter().enumerate() {
                let peak = &mut self.second_peaks[(self.len + n) / second];
                *peak = peak.max(sample.abs());
                self.energy += energy(*sample);
                *sum += f64::from(*sample);
            }
        }
        if let [left, right] = block {
            self.apart += left.iter().zip(right).map(|(left, right)| energy(left - right)).sum::<f64>();
        }
        self.len += len;
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.len as f64 / f64::from(self.sample_rate)
    }

    /// Largest magnitude of any sample, full scale 1.
    pub fn peak(&self) -> f32 {
        self.second_peaks.iter().copied().fold(0.0, f32::max)
    }

    /// The seconds in which something sounds, counted from the beginning.
    pub(super) fn sounding(&self) -> Vec<usize> {
        let floor = self.peak() * SILENCE_RATIO;
        let sounding = self.second_peaks.iter().enumerate().filter(|(_, peak)| **peak > floor);
        sounding.map(|(second, _)| second).collect()
    }

    /// Number of seconds in which something sounds.
    pub fn sounding_seconds(&self) -> usize {
        self.sounding().len()
    }

    /// The mean of each channel's samples: its constant offset.
    pub fn offsets(&self) -> Vec<f32> {
        self.sums.iter().map(|sum| (sum / self.len.max(1) as f64) as f32).collect()
    }

    /// Refuses a recording, read from `path`, that is silent.
    ///
    /// # Errors
    /// [`RecordingError::Silent`] if nothing is louder than [`SILENCE_PEAK`].
    pub fn ensure_audible(&self, path: impl AsRef<Path>) -> Result<(), RecordingError> {
        if self.peak() <= SILENCE_PEAK {
            return Err(RecordingError::Silent { path: path.as_ref().to_path_buf() });
        }
        Ok(())
    }

    /// Whether all channels are the same, so that nothing lies to the left or right.
    pub fn is_mono(&self) -> bool {
        self.channels < 2 || self.apart <= SAME_CHANNELS * self.energy
    }
}
