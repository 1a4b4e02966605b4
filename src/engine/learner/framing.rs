//! Cuts recordings into frames of magnitudes, as a latency mode does with a stream.

use super::lesson::LearnError;
use crate::{
    nmf::factorization::Frames,
    recording::Recording,
    stft::{Analysis, Bin, LatencyMode, Layout},
};

/// Frames this far below the loudest one are silence, as a ratio of magnitudes: -60 dB.
const SILENCE_RATIO: f32 = 1e-3;
/// A recording is silent if the mean magnitude of its loudest frame is below this: -120 dB.
const SILENT_MAGNITUDE: f32 = 1e-6;
/// Distance between frames, in samples at 44.1 kHz. Closer frames add little.
const STRIDE: f64 = 512.0;

/// Distance between the frames to learn from, in samples.
pub(super) fn stride(sample_rate: f64) -> usize {
    ((STRIDE * sample_rate / 44_100.0).round() as usize).max(1)
}

/// `recording`, followed by silence if it is shorter than a short frame: a single hit can be learned from.
pub fn padded(mut recording: Recording) -> Recording {
    let frame_len = Layout::new(f64::from(recording.sample_rate), LatencyMode::Live).windows.frame_len();
    for channel in &mut recording.channels {
        channel.resize(channel.len().max(frame_len), 0.0);
    }
    recording
}

/// Checks that `recording`, the `number`th, is as long as a short frame and finite. A long frame may be padded with
/// silence.
pub(super) fn check(recording: &Recording, number: usize) -> Result<(), LearnError> {
    let frame_len = Layout::new(f64::from(recording.sample_rate), LatencyMode::Live).windows.frame_len();
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
    Ok(())
}

/// Magnitudes of those frames of `recording`, the `number`th, that hold sound: the channels added, 0 at 0 Hz.
///
/// # Errors
/// If all of it is silent.
pub fn sounding_frames(recording: &Recording, mode: LatencyMode, number: usize) -> Result<Frames, LearnError> {
    let all = magnitudes(recording, mode);
    let level = |frame: &[f32]| frame.iter().sum::<f32>();
    let loudest = all.iter().map(level).fold(0.0, f32::max);
    if loudest < SILENT_MAGNITUDE * all.bins as f32 {
        return Err(LearnError::Silent { number });
    }
    let values = all.iter().filter(|frame| level(frame) >= loudest * SILENCE_RATIO).flatten().copied().collect();
    Ok(Frames { bins: all.bins, values })
}

/// Magnitudes of all frames, the channels added, without the channels' constant offsets.
fn magnitudes(recording: &Recording, mode: LatencyMode) -> Frames {
    let sample_rate = f64::from(recording.sample_rate);
    let layout = Layout::new(sample_rate, mode);
    let mut analysis = Analysis::new(&layout.windows.analysis);
    let (bins, frame_len, stride) = (layout.bins(), layout.windows.frame_len(), stride(sample_rate));
    let count = recording.len().saturating_sub(frame_len) / stride + 1;
    let mut values = vec![0.0; count * bins];
    let mut spectrum = vec![Bin::default(); bins];
    for channel in &recording.channels {
        let mut centred = centred(channel);
        centred.resize(centred.len().max(frame_len), 0.0);
        for (t, frame) in values.chunks_exact_mut(bins).enumerate() {
            analysis.spectrum(&centred[t * stride..t * stride + frame_len], &mut spectrum);
            for (sum, bin) in frame.iter_mut().zip(&spectrum).skip(1) {
                *sum += bin.norm();
            }
        }
    }
    Frames { bins, values }
}

/// The channel without its constant offset.
pub(super) fn centred(channel: &[f32]) -> Vec<f32> {
    let offset = channel.iter().map(|x| f64::from(*x)).sum::<f64>() / channel.len().max(1) as f64;
    channel.iter().map(|x| x - offset as f32).collect()
}
