//! A preset that knows what was learned under marks, and plays on with it.

use super::{LearnedUnderMarks, MarkedRecording, MarkedSource, PASSES};
use crate::{
    dictionary::{Dictionary, FrameSpec, Training},
    preset::{LearnedBases, Preset},
    separator::{LatencyMode, Layout},
};

impl MarkedRecording {
    /// `preset`, which this was made for, with what was `learned`: by all sources that find their bases, and by those
    /// that are marked. The former drift from there, all of them: they were learned together, and a mark of one says
    /// what the others are not. A source that was taught and may not drift stays where the marks have moved it.
    ///
    /// A source that finds its bases gets a dictionary in the frames of Quality alone. The other modes interpolate it:
    /// bases that were found in their own short frames separate worse (0.6 dB on twelve loops). Of a source that was
    /// taught, every dictionary moves, whatever its frames.
    pub fn taught(&self, preset: &Preset, learned: &LearnedUnderMarks) -> Preset {
        let mut taught = preset.clone();
        for (strip, source) in taught.sources.iter_mut().enumerate().filter(|(strip, _)| learned.moved[*strip]) {
            let own = &self.sources[strip];
            let bases = match source.learned() {
                Some(known) if !own.finds => self.moved_bases(learned, own, known.clone()),
                _ => LearnedBases::from(self.found_bases(learned, own)),
            };
            source.learn_from_marks(bases);
        }
        taught
    }

    /// The dictionary of a source that finds its bases: flat within each band, which is all that is known of them.
    fn found_bases(&self, learned: &LearnedUnderMarks, source: &MarkedSource) -> Dictionary {
        let layout = Layout::new(self.spectrogram.layout.sample_rate, LatencyMode::Quality);
        let (width, bins) = (self.bands.len(), layout.bins());
        let mut bases = vec![0.0; source.components.len() * bins];
        for (row, k) in bases.chunks_exact_mut(bins).zip(source.components.clone()) {
            for (b, weight) in learned.bases[k * width..][..width].iter().enumerate() {
                let bins = self.bands.bins(b);
                let share = weight / bins.len() as f32;
                row[bins].fill(share);
            }
        }
        Dictionary {
            frame: FrameSpec::of(&layout),
            training: Training { divergence: "kl".to_owned(), seed: 0, iterations: PASSES as u32 },
            components: source.components.len(),
            bins,
            bases,
            reconstruction: None,
        }
    }

    /// What a source was taught, with every band scaled as its basis has moved. Each row keeps its sum; above the
    /// highest band it moves as that does.
    fn moved_bases(
        &self,
        learned: &LearnedUnderMarks,
        source: &MarkedSource,
        mut taught: LearnedBases,
    ) -> LearnedBases {
        let (width, spacing) = (self.bands.len(), self.spectrogram.layout.bin_spacing());
        for dictionary in taught.dictionaries_mut() {
            let (bins, own_spacing) = (dictionary.bins, dictionary.frame.bin_spacing());
            let band_of = |bin: usize| {
                let here = (bin as f64 * own_spacing / spacing).round() as usize;
                (0..width).find(|b| here < self.bands.bins(*b).end).unwrap_or(width - 1)
            };
            let bands: Vec<usize> = (0..bins).map(band_of).collect();
            let rows = dictionary.bases.chunks_exact_mut(bins).zip(source.components.clone());
            let more = dictionary.reconstruction.iter_mut().flat_map(|rows| rows.chunks_exact_mut(bins));
            for (row, k) in rows.chain(more.zip(source.components.clone())) {
                let place = |b: usize| k * width + b;
                let scale = |b: usize| match self.bases[place(b)] {
                    before if before > 0.0 => learned.bases[place(b)] / before,
                    _ => 1.0,
                };
                let before: f32 = row.iter().sum();
                row.iter_mut().zip(&bands).for_each(|(w, b)| *w *= scale(*b));
                let after: f32 = row.iter().sum();
                row.iter_mut().for_each(|w| *w *= before / after.max(f32::MIN_POSITIVE));
            }
        }
        taught
    }
}
