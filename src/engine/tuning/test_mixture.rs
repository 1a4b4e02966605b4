//! Mixtures whose sources are known, made of parts of recordings, and how well they are taken apart.

use super::{
    material::{CircularPart, MixedPart, TuningSource},
    settings::TuningSettings,
};
use crate::{
    decibels,
    evaluation::{EvaluationError, FILTER_TAPS, TrueSources},
    preset::Preset,
    recording::{Recording, RecordingError},
    separator::{
        ModelError,
        offline::{OfflineSeparator, SeparatedBlock},
    },
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

/// Level of a source before its random gain, as RMS over its channels.
const LEVEL: f32 = 0.05;
/// Sources are equally loud, up to a random gain of at most this, in dB.
const GAIN_DB: f32 = 6.0;
/// Least power of a passage, as a share of its part's, and how often one is looked for.
const POWER_SHARE: f64 = 0.3;
const MOST_TRIES: usize = 16;
/// Ratios are held within this many dB: an estimate that is silent has no SDR, a perfect one an infinite one.
const MOST_DB: f64 = 60.0;

/// How one source came out of one mixture: the ratios of BSS Eval in dB, from -60 to 60.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SourceScore {
    /// Signal-to-distortion ratio.
    pub sdr: f64,
    /// Signal-to-interference ratio.
    pub sir: f64,
    /// Signal-to-artifacts ratio.
    pub sar: f64,
}

/// Which mixture is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct MixtureDraw {
    /// What it is made of.
    pub(super) part: MixedPart,
    /// Which one, counted from 0.
    pub(super) number: usize,
    /// Of all mixtures.
    pub(super) seed: u64,
    /// Sample rate in Hz.
    pub(super) sample_rate: u32,
    /// Length in samples.
    pub(super) len: usize,
}

/// A mixture, and what it was made of.
pub(super) struct TestMixture {
    mixture: Recording,
    /// Mono downmixes of the true sources.
    references: Vec<Vec<f32>>,
    /// The same, prepared for scoring when they are first needed, where there is memory for it. No thread waits for
    /// another here: while it prepares them, a thread may be given the same to do.
    prepared: Option<Mutex<Option<Arc<TrueSources>>>>,
}

impl TestMixture {
    /// One passage of each of `sources`, from a random place on, at a random level. `is_kept` says whether what scoring
    /// needs is kept for the next time.
    ///
    /// # Errors
    /// [`TrialError::Resampling`] if a recording has a sample rate that none is read with.
    pub(super) fn new(sources: &[TuningSource], draw: MixtureDraw, is_kept: bool) -> Result<Self, TrialError> {
        let MixtureDraw { part, number, seed, sample_rate, len } = draw;
        let is_last = u64::from(part == MixedPart::Last);
        let stream = (2 * number as u64 + is_last).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut rng = Pcg64Mcg::seed_from_u64(seed ^ stream);
        let recordings = sources.iter().flat_map(|source| &source.recordings);
        let channels = recordings.map(|recording| recording.channels.len()).max().unwrap_or(1);
        let mut passage_of = |source: &TuningSource| {
            let recording = &source.recordings[rng.random_range(0..source.recordings.len())];
            let part = CircularPart::new(&part.of(recording), channels);
            let own_rate = recording.sample_rate;
            let own_len = (len as u64 * u64::from(own_rate)).div_ceil(u64::from(sample_rate)) as usize;
            let passage = Recording { sample_rate: own_rate, channels: passage(&part, own_len, &mut rng) };
            let mut passage = passage.resampled(sample_rate)?;
            passage.channels.iter_mut().for_each(|channel| channel.truncate(len));
            Ok(passage)
        };
        let passages = sources.iter().map(&mut passage_of).collect::<Result<Vec<_>, RecordingError>>();
        let passages = passages.map_err(|error| TrialError::Resampling(error.to_string()))?;
        Ok(Self {
            mixture: Recording::sum_of(&passages),
            references: passages.iter().map(Recording::downmix).collect(),
            prepared: is_kept.then(Mutex::default),
        })
    }

    /// About as many bytes as scoring keeps for a mixture of so many sources: a matrix of all delays, and one of each
    /// source's own.
    pub(super) fn bytes_kept(sources: usize) -> usize {
        size_of::<f64>() * FILTER_TAPS * FILTER_TAPS * (sources * sources + sources)
    }

    /// Takes the mixture apart with `preset`, and scores every source.
    pub(super) fn score(&self, preset: &Preset, settings: &TuningSettings) -> Result<Vec<SourceScore>, TrialError> {
        Ok(self.score_estimates(separate(preset, &self.mixture, settings)?)?)
    }

    fn score_estimates(&self, estimates: Vec<Vec<f32>>) -> Result<Vec<SourceScore>, EvaluationError> {
        let truth = self.truth()?;
        // A silent estimate has no score of its own: its source is lost, and the others count as they are.
        let is_lost = |estimate: &Vec<f32>| estimate.iter().all(|x| *x == 0.0);
        let lost: Vec<bool> = estimates.iter().map(is_lost).collect();
        let stand_in = |(estimate, reference): (Vec<f32>, &Vec<f32>)| {
            if is_lost(&estimate) { reference.clone() } else { estimate }
        };
        let estimates: Vec<Vec<f32>> = estimates.into_iter().zip(&self.references).map(stand_in).collect();
        let scores = truth.score(&estimates)?.into_iter().zip(lost).map(|(score, lost)| {
            let hold = |db: f64| if lost || db.is_nan() { -MOST_DB } else { db.clamp(-MOST_DB, MOST_DB) };
            SourceScore { sdr: hold(score.sdr), sir: hold(score.sir), sar: hold(score.sar) }
        });
        Ok(scores.collect())
    }

    /// The true sources, prepared for scoring.
    fn truth(&self) -> Result<Arc<TrueSources>, EvaluationError> {
        let prepared = || self.prepared.as_ref().map(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(truth) = prepared().and_then(|kept| kept.clone()) {
            return Ok(truth);
        }
        let truth = Arc::new(TrueSources::new(&self.references)?);
        if let Some(mut kept) = prepared() {
            *kept = Some(Arc::clone(&truth));
        }
        Ok(truth)
    }
}

/// Why a trial gave no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrialError {
    /// The sources could not be learned.
    #[error("source {source_name:?}: {error}")]
    Learn {
        /// The source.
        source_name: String,
        /// Why.
        error: crate::learner::LearnError,
    },
    /// The preset cannot be played.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The separation cannot be scored.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// A recording cannot be brought to the sample rate of the mixtures.
    #[error("{0}")]
    Resampling(String),
    /// The caller asked to stop.
    #[error("the search was stopped")]
    Stopped,
}

/// A passage of `part` that sounds, at a random level: one from a random place on, or where none of these sounds, the
/// one around the loudest place.
fn passage(part: &CircularPart, len: usize, rng: &mut Pcg64Mcg) -> Vec<Vec<f32>> {
    let wanted = POWER_SHARE * mono_power(&part.passage(0, part.len()));
    let starts: Vec<usize> = (0..MOST_TRIES).map(|_| rng.random_range(0..part.len())).collect();
    let sounds = |start: &usize| mono_power(&part.passage(*start, len)) >= wanted;
    let around_loudest = || (part.loudest() + part.len() - len / 2 % part.len()) % part.len();
    let start = starts.into_iter().find(sounds).unwrap_or_else(around_loudest);
    let mut passage = part.passage(start, len);
    let level = LEVEL * decibels::to_gain(rng.random_range(-GAIN_DB..=GAIN_DB));
    let gain = level / (power(&passage).sqrt() as f32).max(f32::MIN_POSITIVE);
    passage.iter_mut().flatten().for_each(|x| *x *= gain);
    passage
}

/// Mean square of the channels' sum.
fn mono_power(channels: &[Vec<f32>]) -> f64 {
    let len = channels.first().map_or(0, Vec::len);
    let sum = |n: usize| channels.iter().map(|channel| f64::from(channel[n])).sum::<f64>();
    (0..len).map(|n| sum(n).powi(2)).sum::<f64>() / len.max(1) as f64
}

/// Mean square of all channels.
fn power(channels: &[Vec<f32>]) -> f64 {
    let samples: usize = channels.iter().map(Vec::len).sum();
    channels.iter().flatten().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.max(1) as f64
}

/// Mono downmixes of what the real-time engine makes of `mixture`, one per source.
fn separate(preset: &Preset, mixture: &Recording, settings: &TuningSettings) -> Result<Vec<Vec<f32>>, ModelError> {
    let channels = mixture.channels.len();
    let mut separator =
        OfflineSeparator::new(preset, mixture.sample_rate, channels, settings.mode, &settings.controls())?;
    let mut estimates: Vec<Vec<f32>> = vec![Vec::with_capacity(mixture.len()); preset.sources.len()];
    let mut add = |block: &SeparatedBlock<'_>| {
        for (estimate, source) in estimates.iter_mut().zip(&block.sources) {
            let len = source.first().map_or(0, |channel| channel.len());
            let scale = 1.0 / channels as f32;
            estimate.extend((0..len).map(|n| source.iter().map(|channel| channel[n]).sum::<f32>() * scale));
        }
        Ok::<(), Infallible>(())
    };
    let Ok(()) = separator.play(&mixture.samples(), &mut add);
    let Ok(()) = separator.finish(&mut add);
    Ok(estimates)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 8_000;

    fn source(recordings: Vec<Recording>) -> TuningSource {
        TuningSource { name: "it".to_owned(), recordings, finds_bases: false, role: None }
    }

    /// Nine seconds of a tone of `hz`.
    fn tone(hz: f64, sample_rate: u32) -> Vec<f32> {
        let sample = |n: u32| (std::f64::consts::TAU * hz * f64::from(n) / f64::from(sample_rate)).sin() as f32;
        (0..9 * sample_rate).map(sample).collect()
    }

    fn recording(channels: Vec<Vec<f32>>) -> Recording {
        Recording { sample_rate: RATE, channels }
    }

    fn noise(seed: u64) -> Recording {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        recording(vec![(0..9 * RATE).map(|_| rng.random_range(-0.5..0.5)).collect()])
    }

    fn draw(number: usize, sample_rate: u32, len: usize) -> MixtureDraw {
        MixtureDraw { part: MixedPart::Block(0), number, seed: 5, sample_rate, len }
    }

    fn level_db(samples: &[f32]) -> f32 {
        decibels::of_amplitude(power(&[samples.to_vec()]).sqrt() as f32)
    }

    #[test]
    fn sources_are_equally_loud_up_to_a_gain_of_6_db_and_add_up_to_the_mixture() {
        let sources = [
            source(vec![recording(vec![tone(500.0, RATE)])]),
            source(vec![recording(vec![tone(700.0, RATE).iter().map(|x| x / 100.0).collect()])]),
        ];
        let levels: Vec<f32> = (0..20)
            .flat_map(|number| {
                let made = TestMixture::new(&sources, draw(number, RATE, RATE as usize), false).unwrap();
                for (n, sample) in made.mixture.channels[0].iter().enumerate() {
                    assert_eq!(*sample, made.references[0][n] + made.references[1][n]);
                }
                [level_db(&made.references[0]), level_db(&made.references[1])]
            })
            .collect();
        let middle = decibels::of_amplitude(LEVEL);
        assert!(levels.iter().all(|level| (level - middle).abs() <= GAIN_DB + 0.1), "{levels:?}");
        let spread = levels.iter().copied().fold(f32::MIN, f32::max) - levels.iter().copied().fold(f32::MAX, f32::min);
        assert!(spread > GAIN_DB, "{levels:?}");
    }

    #[test]
    fn a_mixture_depends_on_its_number_and_the_seed_alone() {
        let sources = [source(vec![noise(1)]), source(vec![noise(2)])];
        let made = |draw: MixtureDraw| TestMixture::new(&sources, draw, false).unwrap().mixture;
        let first = draw(3, RATE, 4_000);
        assert!(made(first) == made(first));
        for other in [
            draw(4, RATE, 4_000),
            MixtureDraw { seed: 6, ..first },
            MixtureDraw { part: MixedPart::Last, ..first },
            MixtureDraw { part: MixedPart::Block(1), ..first },
        ] {
            assert!(made(other) != made(first), "{other:?}");
        }
    }

    #[test]
    fn recordings_of_other_sample_rates_are_mixed_at_one_and_keep_their_pitch() {
        let slow = Recording { sample_rate: 8_000, channels: vec![tone(500.0, 8_000)] };
        let fast = Recording { sample_rate: 12_000, channels: vec![tone(700.0, 12_000)] };
        let sources = [source(vec![slow]), source(vec![fast])];
        let made = TestMixture::new(&sources, draw(0, 12_000, 12_000), false).unwrap();
        assert_eq!((made.mixture.sample_rate, made.mixture.len()), (12_000, 12_000));
        // Twice a period, as often as the pitch says, for a second.
        for (reference, hz) in made.references.iter().zip([500, 700]) {
            let crossings = reference.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count();
            assert!(crossings.abs_diff(2 * hz) <= 6, "{crossings} at {hz} Hz");
        }
    }

    #[test]
    fn a_part_that_hardly_sounds_gives_passages_that_do() {
        // A click in every block of two seconds, and another that only one of two channels has.
        let mut clicks = vec![0.0; 9 * RATE as usize];
        clicks.iter_mut().skip(9_000).step_by(16_000).for_each(|sample| *sample = 0.5);
        let opposite: Vec<f32> = tone(500.0, RATE).iter().zip(&clicks).map(|(tone, click)| click - tone).collect();
        let sources =
            [source(vec![recording(vec![clicks])]), source(vec![recording(vec![tone(500.0, RATE), opposite])])];
        for number in 0..20 {
            let made = TestMixture::new(&sources, draw(number, RATE, 600), false).unwrap();
            for reference in &made.references {
                assert!(reference.iter().any(|x| x.abs() > 0.001), "mixture {number}");
            }
            assert!(made.truth().is_ok());
        }
    }

    #[test]
    fn what_is_lost_has_the_lowest_score_and_what_is_perfect_the_highest() {
        let sources = [source(vec![noise(1)]), source(vec![noise(2)])];
        for is_kept in [false, true] {
            let made = TestMixture::new(&sources, draw(0, RATE, 4_000), is_kept).unwrap();
            let silent = vec![0.0; 4_000];
            let scores = made.score_estimates(vec![made.references[0].clone(), silent]).unwrap();
            assert_eq!((scores[0].sdr, scores[1].sdr), (MOST_DB, -MOST_DB));
            // The mixture itself lets the other source through: SDR is what one is louder, BSS Eval's filter apart.
            let mixture = made.mixture.channels[0].clone();
            let scores = made.score_estimates(vec![mixture.clone(), mixture]).unwrap();
            let louder = f64::from(level_db(&made.references[0]) - level_db(&made.references[1]));
            assert!((scores[0].sdr - louder).abs() < 1.5, "{} {louder}", scores[0].sdr);
            assert!((scores[1].sdr + louder).abs() < 1.5, "{} {louder}", scores[1].sdr);
        }
    }
}
