//! From recordings of a source played alone to its dictionary.
//!
//! The recordings' frames are put side by side and factorized together. Silent frames and the bin at 0 Hz are left out: they are no
//! sound of the source. Every recording is framed at its own sample rate with the frame length that gives
//! the same bin spacing, so that recordings of several rates go into one dictionary without resampling.

use crate::{
    dictionary::{Dictionary, FrameSpec, Training},
    nmf::factorization::{Factorization, FactorizationError, Frames},
    recording::Recording,
    stft::{self, Analysis, BIN_SPACING_HZ, Bin},
};
use std::ops::ControlFlow;

/// Frames this far below the loudest are silence, as a ratio of magnitudes: -60 dB.
const SILENCE_RATIO: f32 = 1e-3;
/// A recording whose loudest frame has a mean magnitude below this (-120 dB) is silent as a whole.
const SILENT_MAGNITUDE: f32 = 1e-6;
/// Frames per frame length.
const OVERLAP: usize = 4;

/// How to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LearnSettings {
    /// Number of bases K.
    pub components: usize,
    /// Multiplicative updates.
    pub iterations: u32,
    /// Seed of the random start.
    pub seed: u64,
}

impl Default for LearnSettings {
    fn default() -> Self {
        Self { components: 25, iterations: 300, seed: 0 }
    }
}

/// Why nothing was learned. Recordings are counted from 1, in the order given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// No recording was given.
    #[error("there is no recording to learn from: give at least one")]
    NoRecording,
    /// A recording does not fill one frame.
    #[error(
        "recording {number} lasts {milliseconds:.0} ms, less than one frame of {frame_milliseconds:.0} ms: \
         give a longer one"
    )]
    TooShort {
        /// Which one, from 1.
        number: usize,
        /// Its length.
        milliseconds: f64,
        /// The least length.
        frame_milliseconds: f64,
    },
    /// A recording holds no sound.
    #[error("recording {number} is silent: give one in which the source is heard")]
    Silent {
        /// Which one, from 1.
        number: usize,
    },
    /// A recording holds samples that are no numbers.
    #[error("recording {number} holds samples that are not finite: export it again")]
    NotFinite {
        /// Which one, from 1.
        number: usize,
    },
    /// The factorization gave no result.
    #[error(transparent)]
    Factorization(#[from] FactorizationError),
}

/// Learns one source's dictionaries from recordings of it alone, one per frame length that the latency modes use.
///
/// `progress` is told the share done, 0 to 1, and cancels by breaking.
///
/// # Errors
/// [`LearnError`], which names the recording.
pub fn learn(
    recordings: &[Recording],
    settings: &LearnSettings,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Vec<Dictionary>, LearnError> {
    learn_at(BIN_SPACING_HZ, recordings, settings, progress).map(|dictionary| vec![dictionary])
}

/// Learns one dictionary whose bins are `bin_spacing` Hz apart.
fn learn_at(
    bin_spacing: f64,
    recordings: &[Recording],
    settings: &LearnSettings,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Dictionary, LearnError> {
    let framed = recordings
        .iter()
        .enumerate()
        .map(|(index, recording)| sounding_frames(recording, bin_spacing, index + 1))
        .collect::<Result<Vec<_>, _>>()?;
    // The lowest sample rate bounds what is known of the source in all of them.
    let shortest = framed.iter().enumerate().min_by_key(|(_, frames)| frames.bins).ok_or(LearnError::NoRecording)?.0;
    let sample_rate = f64::from(recordings[shortest].sample_rate);
    let frame_len = stft::frame_len(sample_rate, bin_spacing);
    let bins = frame_len / 2 + 1;
    let values = framed.iter().flat_map(Frames::iter).flat_map(|frame| &frame[..bins]).copied().collect();

    let LearnSettings { components, iterations, seed } = *settings;
    let bases = Factorization { components, iterations, seed }.run(&Frames { bins, values }, progress)?;
    Ok(Dictionary {
        frame: FrameSpec { sample_rate, frame_len, window: "hann".to_owned(), exponent: 1.0 },
        training: Training { divergence: "kl".to_owned(), seed, iterations },
        components,
        bins,
        bases,
    })
}

/// Magnitudes of `recording`'s frames that hold sound, its channels added, 0 at 0 Hz.
fn sounding_frames(recording: &Recording, bin_spacing: f64, number: usize) -> Result<Frames, LearnError> {
    let frame_len = stft::frame_len(f64::from(recording.sample_rate), bin_spacing);
    if recording.len() < frame_len {
        let milliseconds = |samples: usize| 1e3 * samples as f64 / f64::from(recording.sample_rate);
        return Err(LearnError::TooShort {
            number,
            milliseconds: milliseconds(recording.len()),
            frame_milliseconds: milliseconds(frame_len),
        });
    }
    if recording.channels.iter().flatten().any(|sample| !sample.is_finite()) {
        return Err(LearnError::NotFinite { number });
    }
    let all = magnitudes(recording, frame_len);
    let level = |frame: &[f32]| frame.iter().sum::<f32>();
    let loudest = all.iter().map(level).fold(0.0, f32::max);
    if loudest < SILENT_MAGNITUDE * all.bins as f32 {
        return Err(LearnError::Silent { number });
    }
    let values = all.iter().filter(|frame| level(frame) >= loudest * SILENCE_RATIO).flatten().copied().collect();
    Ok(Frames { bins: all.bins, values })
}

/// Magnitudes of all frames, the channels added, without the recording's constant offset.
fn magnitudes(recording: &Recording, frame_len: usize) -> Frames {
    let window: Vec<f32> = stft::hann(frame_len).iter().map(|w| *w as f32).collect();
    let mut analysis = Analysis::new(&window);
    let bins = frame_len / 2 + 1;
    let hop = (frame_len / OVERLAP).max(1);
    let count = (recording.len() - frame_len) / hop + 1;
    let mut values = vec![0.0; count * bins];
    let mut spectrum = vec![Bin::default(); bins];
    for channel in &recording.channels {
        let offset = channel.iter().map(|x| f64::from(*x)).sum::<f64>() / channel.len() as f64;
        let centred: Vec<f32> = channel.iter().map(|x| x - offset as f32).collect();
        for (t, frame) in values.chunks_exact_mut(bins).enumerate() {
            analysis.spectrum(&centred[t * hop..t * hop + frame_len], &mut spectrum);
            for (sum, bin) in frame.iter_mut().zip(&spectrum).skip(1) {
                *sum += bin.norm();
            }
        }
    }
    Frames { bins, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 44_100;

    fn tone(sample_rate: u32, hz: f64, seconds: f64) -> Vec<f32> {
        let step = std::f64::consts::TAU * hz / f64::from(sample_rate);
        (0..(seconds * f64::from(sample_rate)) as usize).map(|n| (0.3 * (step * n as f64).sin()) as f32).collect()
    }

    fn mono(sample_rate: u32, samples: Vec<f32>) -> Recording {
        Recording { sample_rate, channels: vec![samples] }
    }

    fn learn_quickly(recordings: &[Recording], components: usize) -> Result<Vec<Dictionary>, LearnError> {
        let settings = LearnSettings { components, iterations: 50, seed: 0 };
        learn(recordings, &settings, &mut |_| ControlFlow::Continue(()))
    }

    #[test]
    fn tones_become_bases_with_their_peaks() {
        let recordings = [430.7, 2_153.3].map(|hz| mono(RATE, tone(RATE, hz, 0.5)));
        let dictionary = &learn_quickly(&recordings, 2).unwrap()[0];
        let mut peaks: Vec<usize> = (0..2)
            .map(|k| dictionary.basis(k).iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0)
            .collect();
        peaks.sort_unstable();
        assert_eq!(peaks, [20, 100]);
    }

    #[test]
    fn silence_and_offset_leave_no_trace() {
        let mut padded = vec![0.0; RATE as usize];
        padded.extend(tone(RATE, 430.7, 0.5));
        padded.iter_mut().for_each(|x| *x += 0.25);
        let dictionary = &learn_quickly(&[mono(RATE, padded)], 1).unwrap()[0];
        assert_eq!(dictionary.basis(0)[0], 0.0);
        let low: f32 = dictionary.basis(0)[..5].iter().sum();
        assert!(low < 0.02, "{low}");
    }

    #[test]
    fn recordings_of_several_rates_agree_bin_by_bin() {
        let recordings = [44_100, 48_000].map(|rate| mono(rate, tone(rate, 2_153.3, 0.5)));
        let dictionary = &learn_quickly(&recordings, 1).unwrap()[0];
        assert_eq!(dictionary.bins, 1025);
        let near: f32 = dictionary.basis(0)[98..=102].iter().sum();
        assert!(near > 0.95, "{near}");
    }

    #[test]
    fn each_bad_recording_is_named() {
        let good = mono(RATE, tone(RATE, 440.0, 0.2));
        let bad = [
            (mono(RATE, vec![0.1; 100]), "recording 2 lasts 2 ms"),
            (mono(RATE, vec![0.0; 9_999]), "recording 2 is silent"),
            (mono(RATE, vec![f32::NAN; 9_999]), "recording 2 holds samples that are not finite"),
        ];
        for (recording, sentence) in bad {
            let error = learn_quickly(&[good.clone(), recording], 2).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{error}");
        }
        assert_eq!(learn_quickly(&[], 2), Err(LearnError::NoRecording));
    }
}
