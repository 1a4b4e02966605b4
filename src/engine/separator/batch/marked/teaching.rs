//! A preset that knows what was learned under marks, and plays on with it.

use super::{LearnedUnderMarks, MarkedRecording, MarkedSource, PASSES};
use crate::{
    dictionary::{Dictionary, FrameSpec, Training},
    marks::Mark,
    preset::{LearnedBases, Preset},
    recording::Recording,
    separator::{LatencyMode, Layout, offline::SeparateError},
};

/// `preset` with what its sources learn from `mixture` under `marks`: all sources that find their bases, and those that
/// are marked. They drift from there.
///
/// # Errors
/// [`SeparateError`]
pub fn teach(preset: &Preset, mixture: &Recording, marks: &[Mark]) -> Result<Preset, SeparateError> {
    let recording = MarkedRecording::new(preset, mixture)?;
    Ok(recording.taught(preset, &recording.learn(marks)))
}

impl MarkedRecording {
    /// `preset`, which it was made for, with what was `learned`.
    ///
    /// There are dictionaries in the frames of Quality alone. The other modes interpolate them: bases that were found in
    /// their own short frames separate worse (0.6 dB on twelve loops).
    pub fn taught(&self, preset: &Preset, learned: &LearnedUnderMarks) -> Preset {
        let mut taught = preset.clone();
        for (strip, source) in taught.sources.iter_mut().enumerate() {
            let Some(dictionary) = self.dictionary(learned, strip) else { continue };
            let blocks = source.learned().map_or_else(|| vec![dictionary.components], |own| own.blocks().to_vec());
            if let Ok(learned) = LearnedBases::new(vec![dictionary], blocks) {
                source.learn_from_marks(learned);
            }
        }
        taught
    }

    /// What source `strip` has learned, if it has.
    fn dictionary(&self, learned: &LearnedUnderMarks, strip: usize) -> Option<Dictionary> {
        let MarkedSource { components, finds } = &self.sources[strip];
        if !learned.moved[strip] || components.start == components.end {
            return None;
        }
        let layout = Layout::new(self.spectrogram.layout.sample_rate, LatencyMode::Quality);
        let rows = |first: Option<&[f32]>| {
            let mut rows = vec![0.0; components.len() * layout.bins()];
            for (row, k) in rows.chunks_exact_mut(layout.bins()).zip(components.clone()) {
                self.write_row(learned, k, first.map(|rows| &rows[k * self.bins..][..self.bins]), row);
            }
            rows
        };
        let bases = rows((!finds).then_some(&self.first[..]));
        let reconstruction = self.reconstructs[strip].then(|| rows(Some(&self.masking)));
        Some(Dictionary {
            frame: FrameSpec::of(&layout),
            training: Training { divergence: "kl".to_owned(), seed: 0, iterations: PASSES as u32 },
            components: components.len(),
            bins: layout.bins(),
            bases,
            reconstruction,
        })
    }

    /// Writes basis `k`: as `first`, `[F]`, with each band scaled as the basis has moved, or flat within each band.
    /// Summing to 1, or as `first` does.
    fn write_row(&self, learned: &LearnedUnderMarks, k: usize, first: Option<&[f32]>, row: &mut [f32]) {
        let width = self.bands.len();
        for b in 0..width {
            let bins = self.bands.bins(b);
            let (now, before) = (learned.bases[k * width + b], self.bases[k * width + b]);
            match first {
                Some(first) => {
                    let scale = if before > 0.0 { now / before } else { 1.0 };
                    row[bins.clone()].iter_mut().zip(&first[bins]).for_each(|(w, first)| *w = scale * first);
                }
                None => {
                    let share = now / bins.len() as f32;
                    row[bins].fill(share);
                }
            }
        }
        let wanted = first.map_or(1.0, |first| first.iter().sum());
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|w| *w *= wanted / sum.max(f32::MIN_POSITIVE));
    }
}
