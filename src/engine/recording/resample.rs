//! Converts the sample rate of a recording.

use super::{MAX_SAMPLE_RATE, MIN_SAMPLE_RATE, Recording, RecordingError};
use rubato::{Fft, FixedSync, Resampler, audioadapter_buffers::direct::SequentialSliceOfVecs};

/// Fewest samples that are filtered at a time, at the lower of the two rates. The anti-aliasing filter is as long, so
/// this decides how close to the lower Nyquist frequency the passband reaches: to 99.8 %.
const MIN_FILTER_SAMPLES: usize = 4096;

impl Recording {
    /// The same sound at `sample_rate` in Hz, with sample 0 at the same time as before.
    ///
    /// Band-limited interpolation with a linear-phase sinc filter, computed in the frequency domain. The length is
    /// exactly `ceil(len * sample_rate / self.sample_rate)`.
    ///
    /// # Errors
    /// [`RecordingError::Resampling`] if either rate is outside 1 kHz to 768 kHz.
    pub fn resampled(&self, sample_rate: u32) -> Result<Self, RecordingError> {
        let (from, to) = (self.sample_rate, sample_rate);
        let fail = |reason: String| RecordingError::Resampling { from, to, reason };
        if [from, to].iter().any(|rate| !(MIN_SAMPLE_RATE..=MAX_SAMPLE_RATE).contains(rate)) {
            return Err(fail(format!("rates from {MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz are possible")));
        }
        if from == to || self.is_empty() {
            return Ok(Self { sample_rate, channels: self.channels.clone() });
        }

        let (frames, channels) = (self.len(), self.channels.len());
        let input = SequentialSliceOfVecs::new(&self.channels, channels, frames).map_err(|e| fail(e.to_string()))?;
        let mut resampler =
            Fft::<f32>::new(from as usize, to as usize, filter_samples(from, to), channels, FixedSync::Both)
                .map_err(|e| fail(e.to_string()))?;
        let interleaved = resampler.process_all(&input, frames, None).map_err(|e| fail(e.to_string()))?.take_data();

        let length = resampled_len(frames, from, to);
        let channels = (0..channels)
            .map(|channel| {
                let mut samples: Vec<f32> = interleaved.iter().skip(channel).step_by(channels).copied().collect();
                samples.resize(length, 0.0);
                samples
            })
            .collect();
        Ok(Self { sample_rate, channels })
    }
}

/// Number of samples that `frames` at one rate become at another, rounded up.
fn resampled_len(frames: usize, from: u32, to: u32) -> usize {
    (frames as u128 * u128::from(to)).div_ceil(u128::from(from)) as usize
}

/// Length of the filter at the first rate, in samples: a whole number of the shortest periods that are whole at both
/// rates. The number is even, so that half the filter, which is its delay, is a whole number of samples at both rates.
fn filter_samples(from: u32, to: u32) -> usize {
    let common = gcd(from, to);
    let (period, shorter_period) = ((from / common) as usize, (from.min(to) / common) as usize);
    MIN_FILTER_SAMPLES.div_ceil(shorter_period).next_multiple_of(2) * period
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
