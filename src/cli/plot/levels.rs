//! The levels that a heat map shows, column by column: spectra of a sound, or bases.

use crate::{
    decibels,
    dictionary::Dictionary,
    recording::Recording,
    stft::{Analysis, Bin, hann},
};

/// Frame length of a spectrogram, in seconds: fine enough in frequency to tell bass notes apart.
const FRAME_SECONDS: f64 = 0.07;
/// Levels below this are taken for it.
const FLOOR_DB: f32 = -200.0;

/// Levels in dB, indexed by `[column][bin]`.
pub(super) struct LevelColumns {
    pub(super) columns: Vec<Vec<f32>>,
    /// Distance between two bins, in Hz.
    pub(super) bin_spacing: f64,
}

impl LevelColumns {
    /// The short-time spectrum of `recording`, about `columns` of them side by side; 0 dB is full scale.
    pub(super) fn of_sound(recording: &Recording, columns: usize) -> Self {
        let sample_rate = f64::from(recording.sample_rate);
        let frame_len = ((sample_rate * FRAME_SECONDS) as usize).next_multiple_of(2).max(16);
        let window = hann(frame_len);
        let scale = 2.0 / window.iter().sum::<f64>() as f32;
        let window: Vec<f32> = window.iter().map(|weight| *weight as f32 * scale).collect();
        let mono = recording.downmix();
        let mut analysis = Analysis::new(&window);
        let mut spectrum = vec![Bin::default(); frame_len / 2 + 1];
        let mut frame = vec![0.0; frame_len];
        let columns = (0..columns)
            .map(|column| {
                let centre = (column as f64 + 0.5) * mono.len() as f64 / columns as f64;
                let start = centre as isize - (frame_len / 2) as isize;
                for (offset, sample) in frame.iter_mut().enumerate() {
                    let index = start + offset as isize;
                    *sample = usize::try_from(index).ok().and_then(|index| mono.get(index)).copied().unwrap_or(0.0);
                }
                analysis.spectrum(&frame, &mut spectrum);
                spectrum.iter().map(|bin| level(bin.norm())).collect()
            })
            .collect();
        Self { columns, bin_spacing: sample_rate / frame_len as f64 }
    }

    /// The bases of `dictionary` from the lowest to the highest; 0 dB is each one's own peak.
    pub(super) fn of_bases(dictionary: &Dictionary) -> Self {
        let mut bases: Vec<&[f32]> = (0..dictionary.components).map(|k| dictionary.basis(k)).collect();
        bases.sort_by(|a, b| centre(a).total_cmp(&centre(b)));
        let columns = bases
            .into_iter()
            .map(|basis| {
                let peak = basis.iter().fold(f32::MIN_POSITIVE, |peak, value| value.max(peak));
                basis.iter().map(|value| level(value / peak)).collect()
            })
            .collect();
        Self { columns, bin_spacing: dictionary.frame.bin_spacing() }
    }

    /// The highest level, in dB.
    pub(super) fn peak(&self) -> f32 {
        self.columns.iter().flatten().fold(f32::NEG_INFINITY, |peak, level| level.max(peak))
    }

    /// The level of `column` between two frequencies: the highest of the bins between them or, where bins lie wider
    /// than that, the straight line from bin to bin. `None` above the highest bin.
    pub(super) fn between(&self, column: usize, low_hz: f64, high_hz: f64) -> Option<f32> {
        let bins = self.columns.get(column)?;
        let (low, high) = (low_hz / self.bin_spacing, high_hz / self.bin_spacing);
        let at = |position: f64| {
            let below = position as usize;
            let share = (position - below as f64) as f32;
            let (from, to) = (*bins.get(below)?, *bins.get(below + 1)?);
            Some(from + share * (to - from))
        };
        let middle = at((low + high) / 2.0)?;
        let inside = bins.get(low.ceil() as usize..=(high.floor() as usize).min(bins.len() - 1)).unwrap_or_default();
        Some(inside.iter().fold(middle, |level, bin| level.max(*bin)))
    }
}

/// Mean frequency of a basis on a logarithmic scale, in octaves above the first bin.
fn centre(basis: &[f32]) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (bin, value) in basis.iter().enumerate().skip(1) {
        sum += f64::from(*value) * (bin as f64).log2();
        weight += f64::from(*value);
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

fn level(magnitude: f32) -> f32 {
    decibels::of_amplitude(magnitude).max(FLOOR_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_tone_stands_at_its_frequency_at_0_db() {
        let sample_rate = 8_000;
        let tone = (0..16_000).map(|t| (std::f32::consts::TAU * 1000.0 * t as f32 / 8000.0).sin()).collect();
        let levels = LevelColumns::of_sound(&Recording { sample_rate, channels: vec![tone] }, 10);
        let at_tone = levels.between(5, 990.0, 1010.0).unwrap_or_default();
        assert!(at_tone.abs() < 0.5, "{at_tone} dB");
        let elsewhere = levels.between(5, 1500.0, 1510.0).unwrap_or_default();
        assert!(elsewhere < -60.0, "{elsewhere} dB");
        assert_eq!(levels.between(5, 4100.0, 4200.0), None);
    }
}
