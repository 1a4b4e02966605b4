//! Bases from recordings of any length, in memory that does not grow with it: they begin as what was learned from a
//! sample, and all of the sound moves them, batch by batch.

use super::{LEARNED_MODES, LearnError, frame_cutter::FrameCutter, framing};
use crate::{
    dictionary::{Dictionary, FrameSpec},
    nmf::factorization::{BATCH_FRAMES, Frames, OnlineFactorization},
    recording::Recording,
    stft::{LatencyMode, Layout},
};
use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg64Mcg;
use std::ops::Range;

/// One block of bases that hears recordings.
pub struct OnlineLearner {
    /// Which bases of the dictionaries it moves.
    bases: Range<usize>,
    modes: Vec<OnlineDictionary>,
}

/// The bases for one mode, and the frames of the next batch.
struct OnlineDictionary {
    mode: LatencyMode,
    factorization: OnlineFactorization,
    batch: Frames,
}

impl OnlineLearner {
    /// Moves those of `dictionaries` whose indices are `bases`. `sample` is a sample of what is to come, only a part of
    /// it or all, at their sample rate or above.
    ///
    /// # Errors
    /// If a recording of the sample is silent.
    ///
    /// # Panics
    /// If [`can_go_on`] is false.
    pub fn new(
        dictionaries: &[Dictionary],
        bases: Range<usize>,
        sample: &[Recording],
        is_part: bool,
    ) -> Result<Self, LearnError> {
        let mut modes = Vec::new();
        for dictionary in dictionaries {
            let mode = mode_of(&dictionary.frame).expect("dictionaries must be those of the learned modes");
            let bins = dictionary.bins;
            let mut frames = Frames { bins, values: Vec::new() };
            for (index, recording) in sample.iter().enumerate() {
                let sounding = framing::sounding_frames(recording, mode, index + 1)?;
                frames.values.extend(sounding.lowest(bins).values);
            }
            let own = &dictionary.bases[bases.start * bins..bases.end * bins];
            let factorization = OnlineFactorization::new(own.to_vec(), &frames, is_part);
            modes.push(OnlineDictionary { mode, factorization, batch: Frames { bins, values: Vec::new() } });
        }
        Ok(Self { bases, modes })
    }

    /// What cuts a recording for [`hear`](Self::hear), as [`FrameCutter::new`] says.
    pub fn cutter(&self, sample_rate: u32, offsets: &[f32], peak: f32) -> FrameCutter {
        let modes: Vec<LatencyMode> = self.modes.iter().map(|online| online.mode).collect();
        FrameCutter::new(&modes, sample_rate, offsets, peak)
    }

    /// Hears the next `samples`, indexed by `[channel][sample]`, of the recording that `cutter` cuts. Several
    /// recordings may be heard in turn.
    pub fn hear(&mut self, cutter: &mut FrameCutter, samples: &[Vec<f32>]) {
        cutter.add(samples);
        self.hear_waiting(cutter);
    }

    /// Hears the end of the recording that `cutter` cuts.
    pub fn hear_end(&mut self, mut cutter: FrameCutter) {
        cutter.pad();
        self.hear_waiting(&mut cutter);
    }

    fn hear_waiting(&mut self, cutter: &mut FrameCutter) {
        for (index, online) in self.modes.iter_mut().enumerate() {
            while cutter.next_frame(index, &mut online.batch) {
                if online.batch.len() == BATCH_FRAMES {
                    online.update();
                }
            }
        }
    }

    /// Puts the bases into `dictionaries`, those that it was made from; gives for each how much of what was heard each
    /// of the bases explains, a sum of magnitudes.
    pub fn finish(mut self, dictionaries: &mut [Dictionary]) -> Vec<Vec<f64>> {
        let mut weights = Vec::new();
        for (online, dictionary) in self.modes.iter_mut().zip(dictionaries) {
            online.update();
            let bins = dictionary.bins;
            let own = &mut dictionary.bases[self.bases.start * bins..self.bases.end * bins];
            own.copy_from_slice(online.factorization.bases());
            dictionary.reconstruction = None;
            weights.push(online.factorization.weights());
        }
        weights
    }
}

impl OnlineDictionary {
    fn update(&mut self) {
        self.factorization.update(&self.batch);
        self.batch.values.clear();
    }
}

/// Whether an [`OnlineLearner`] can go on from `dictionaries` with recordings at `sample_rate` in Hz and above: they
/// must be those of [`LEARNED_MODES`], at a sample rate that is no higher.
pub fn can_go_on(dictionaries: &[Dictionary], sample_rate: u32) -> bool {
    let modes: Vec<_> = dictionaries.iter().map(|dictionary| mode_of(&dictionary.frame)).collect();
    let fits = |dictionary: &Dictionary| dictionary.frame.sample_rate <= f64::from(sample_rate);
    dictionaries.iter().all(fits)
        && LEARNED_MODES.iter().all(|mode| modes.contains(&Some(*mode)))
        && modes.len() == LEARNED_MODES.len()
}

/// An order of `count` recordings in which neighbours differ, as files of a sorted folder do not.
pub fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut Pcg64Mcg::seed_from_u64(seed));
    order
}

fn mode_of(frame: &FrameSpec) -> Option<LatencyMode> {
    LEARNED_MODES.into_iter().find(|mode| FrameSpec::of(&Layout::new(frame.sample_rate, *mode)) == *frame)
}
