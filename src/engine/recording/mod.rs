//! Audio in memory, for the command line, learning and tests; audio files with the feature `files`.
//!
//! - [`RecordingReader`]: reads any common audio file block by block. `decoding`: decoded by symphonia; `formats`: what
//!   is read.
//! - `wave`, `wave64`, `aiff`, `caf`, `mp3`, `mp4`, `opus`: what a decoder does not know of these files; `sizes`,
//!   `window`: what it is given instead.
//! - [`mod@read`]: reads the whole of it; [`Excerpt`]: reads some seconds, spread over it; [`Survey`]: says what is in
//!   it.
//! - [`write_wav`] and [`WavFiles`]: write WAV files, completely or not at all.
//! - [`Recording::resampled`]: converts the sample rate by band-limited interpolation.

#[cfg(feature = "files")]
mod aiff;
#[cfg(feature = "files")]
mod caf;
#[cfg(feature = "files")]
mod decoding;
#[cfg(feature = "files")]
mod error;
#[cfg(feature = "files")]
mod excerpt;
#[cfg(feature = "files")]
mod formats;
#[cfg(feature = "files")]
mod mp3;
#[cfg(feature = "files")]
mod mp4;
#[cfg(feature = "files")]
mod opus;
#[cfg(feature = "files")]
mod read;
#[cfg(feature = "files")]
mod reader;
#[cfg(feature = "files")]
mod resample;
#[cfg(feature = "files")]
mod sizes;
#[cfg(feature = "files")]
mod survey;
#[cfg(feature = "files")]
mod wave;
#[cfg(feature = "files")]
mod wave64;
#[cfg(feature = "files")]
mod window;
#[cfg(feature = "files")]
mod write;

#[cfg(feature = "files")]
pub use {
    error::{ReadWarning, RecordingError},
    excerpt::Excerpt,
    read::{read, read_with_warning},
    reader::RecordingReader,
    survey::Survey,
    write::{SampleFormat, WavFiles, WavFormat, replacement_for, write_wav},
};

use std::path::Path;

/// Lowest sample rate that is allowed, in Hz.
pub const MIN_SAMPLE_RATE: u32 = 1_000;
/// Highest sample rate that is allowed, in Hz.
pub const MAX_SAMPLE_RATE: u32 = 768_000;
/// Most channels a recording may have.
pub const MAX_CHANNELS: usize = 2;
/// A recording whose samples never exceed this counts as silent: one step of a 16-bit file, -90 dB.
pub const SILENCE_PEAK: f32 = 1.0 / 32_768.0;

/// Channels that differ by less than this share of their energy (-60 dB) count as the same.
const SAME_CHANNELS: f64 = 1e-6;

/// How the names of files end that can be read.
pub const EXTENSIONS: [&str; 21] = [
    "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "caf", "flac", "mp3", "ogg", "oga", "opus", "m4a",
    "aac", "mp4", "mov", "mka", "mkv", "webm",
];

/// Whether the file at `path` is named like one that can be read, and is no folder.
pub fn is_audio(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| EXTENSIONS.contains(&&*ending)) && !path.is_dir()
}

/// The name of the file at `path` without its folder, for people to read.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Audio in memory.
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

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.len() as f64 / f64::from(self.sample_rate)
    }

    /// The samples of every channel.
    pub fn samples(&self) -> Vec<&[f32]> {
        self.channels.iter().map(Vec::as_slice).collect()
    }

    /// Largest magnitude of any sample, full scale 1.
    pub fn peak(&self) -> f32 {
        self.channels.iter().flatten().fold(0.0, |peak, sample| sample.abs().max(peak))
    }

    /// Whether no sample exceeds [`SILENCE_PEAK`].
    pub fn is_silent(&self) -> bool {
        self.peak() <= SILENCE_PEAK
    }

    /// Whether all channels are the same, so that nothing lies to the left or right.
    pub fn is_mono(&self) -> bool {
        let [left, right] = &self.channels[..] else { return true };
        let energy = |x: f32| f64::from(x) * f64::from(x);
        let apart: f64 = left.iter().zip(right).map(|(left, right)| energy(left - right)).sum();
        apart <= SAME_CHANNELS * left.iter().chain(right).map(|x| energy(*x)).sum::<f64>()
    }

    /// All of `parts` played together; they have the sample rate, the channels and the length of the first.
    pub fn sum_of(parts: &[Self]) -> Self {
        let Some((first, rest)) = parts.split_first() else { return Self { sample_rate: 0, channels: Vec::new() } };
        let mut sum = first.clone();
        for part in rest {
            for (sum, channel) in sum.channels.iter_mut().zip(&part.channels) {
                sum.iter_mut().zip(channel).for_each(|(sum, sample)| *sum += sample);
            }
        }
        sum
    }

    /// The mean of the channels, one sample per frame.
    pub fn downmix(&self) -> Vec<f32> {
        let scale = 1.0 / self.channels.len().max(1) as f32;
        (0..self.len()).map(|t| self.channels.iter().map(|channel| channel[t]).sum::<f32>() * scale).collect()
    }
}
