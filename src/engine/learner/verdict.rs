//! How well sources that were learned together are told apart: measured on mixtures of their own recordings, drawn
//! anew.
//!
//! The mixtures are separated frame by frame with Wiener masks, as the engine does, without its overlap-add.

use super::{
    lesson::Lesson,
    mixtures::{self, Draw, Mixtures},
};
use crate::{
    dictionary::FrameSpec,
    nmf::{
        discriminative::{FOCUS, MixedSource},
        matrix::{MatrixView, product},
    },
    preset::LearnedBases,
    stft::LatencyMode,
};

/// The mixtures are other ones than those that reconstruction bases are learned from.
const SEED: u64 = 0x6a75_6467;
/// Number of mixtures.
const MIXTURES: usize = 2;
/// A source that gains less by its bases, in dB, is hardly told from the others.
const SURE_DB: f32 = 2.0;
/// From this ratio on a source is well told apart, in dB: sources that were taught come out at 9 to 12 dB in the
/// README's tables, and those that nobody taught below 8.
const GOOD_DB: f32 = 8.0;
/// Below this one it is hardly told apart, in dB: an equaliser that is set knowing both sources gets that far.
const FAIR_DB: f32 = 4.0;
/// The mode in whose frames it is measured.
const MODE: LatencyMode = LatencyMode::Quality;

/// Signal-to-noise ratios of a source, in dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// In the mixture as it is.
    pub before_db: f32,
    /// Of as much of the mixture as fits best, the same part of every frequency: what is reached without telling
    /// anything apart.
    pub blind_db: f32,
    /// After separation.
    pub after_db: f32,
}

/// How well a source is told apart, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// It is heard by itself, with little of the others.
    Good,
    /// It stands out, and the others are heard.
    Fair,
    /// Little is gained.
    Poor,
}

impl Verdict {
    /// The same in one word.
    pub fn grade(&self) -> Grade {
        match self.after_db {
            after if after < FAIR_DB || !self.is_sure() => Grade::Poor,
            after if after < GOOD_DB => Grade::Fair,
            _ => Grade::Good,
        }
    }

    /// Whether the source is told from the others.
    pub fn is_sure(&self) -> bool {
        self.after_db - self.blind_db > SURE_DB
    }
}

/// One verdict for each of `lessons`, which have given `learned`; none if there are fewer than two, for then there is
/// nothing to tell apart, if what was learned has no bases for the mode, or if `goes_on` gave `false`.
pub fn judge(lessons: &[Lesson<'_>], learned: &[LearnedBases], goes_on: impl FnMut() -> bool) -> Vec<Verdict> {
    let dictionaries: Option<Vec<_>> = learned
        .iter()
        .zip(lessons)
        .map(|(learned, lesson)| {
            let frame = FrameSpec::of(&lesson.layout(MODE));
            learned.dictionaries().iter().find(|dictionary| dictionary.frame == frame).cloned()
        })
        .collect();
    let Some(dictionaries) = dictionaries.filter(|dictionaries| dictionaries.len() > 1) else { return Vec::new() };
    let Some(mut mixtures) =
        mixtures::mix(MODE, lessons, &dictionaries, Draw { seed: SEED, count: Some(MIXTURES) }, goes_on)
    else {
        return Vec::new();
    };
    // What sounds are the reconstruction bases, where there are some.
    let bins = mixtures.bins;
    for (source, dictionary) in mixtures.sources.iter_mut().zip(&dictionaries) {
        let bases = dictionary.reconstruction.as_ref().unwrap_or(&dictionary.bases);
        source.bases = bases.chunks_exact(dictionary.bins).flat_map(|basis| &basis[..bins]).copied().collect();
    }
    measure(&mixtures)
}

fn measure(mixtures: &Mixtures) -> Vec<Verdict> {
    let (x, bins) = (&mixtures.magnitudes, mixtures.bins);
    let mut powers: Vec<Vec<f32>> = Vec::new();
    for source in &mixtures.sources {
        let mut explained = vec![0.0; x.len()];
        let components = source.bases.len() / bins;
        product(MatrixView::new(&source.activations, components), MatrixView::new(&source.bases, bins), &mut explained);
        source.constrain(&mut explained, 0..x.len());
        explained.iter_mut().for_each(|explained| *explained = explained.max(f32::MIN_POSITIVE).powf(FOCUS));
        powers.push(explained);
    }
    let sums: Vec<f32> = (0..x.len()).map(|n| powers.iter().map(|power| power[n]).sum()).collect();
    let power: f64 = x.iter().map(|x| square(*x)).sum();
    let verdict = |((source, powers), energy): ((&MixedSource, &Vec<f32>), &f64)| {
        // The part of the source that no mask can give, as it has another phase than the mixture.
        let given: f64 = source.target.iter().map(|target| square(*target)).sum();
        let across = (energy - given).max(0.0);
        let error = |mask: &dyn Fn(usize) -> f32| -> f64 {
            across + (0..x.len()).map(|n| square(source.target[n] - mask(n) * x[n])).sum::<f64>()
        };
        let ratio = |error: f64| (10.0 * (energy.max(f64::MIN_POSITIVE) / error.max(f64::MIN_POSITIVE)).log10()) as f32;
        let common: f64 = source.target.iter().zip(x).map(|(target, x)| f64::from(*target) * f64::from(*x)).sum();
        let part = (common / power.max(f64::MIN_POSITIVE)) as f32;
        Verdict {
            before_db: ratio(error(&|_| 1.0)),
            blind_db: ratio(error(&|_| part)),
            after_db: ratio(error(&|n| powers[n] / sums[n].max(f32::MIN_POSITIVE))),
        }
    };
    mixtures.sources.iter().zip(&powers).zip(&mixtures.energies).map(verdict).collect()
}

fn square(x: f32) -> f64 {
    f64::from(x) * f64::from(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learner::{LearnSettings, learn},
        recording::Recording,
    };
    use std::ops::ControlFlow;

    const RATE: u32 = 22_050;

    fn tone(hz: f32) -> Recording {
        let samples = (0..2 * RATE).map(|n| 0.3 * (std::f32::consts::TAU * hz * n as f32 / RATE as f32).sin());
        Recording { sample_rate: RATE, channels: vec![samples.collect()] }
    }

    fn verdicts(recordings: &[Recording]) -> Vec<Verdict> {
        let settings = LearnSettings { components: 2, iterations: 20, ..LearnSettings::default() };
        let lessons: Vec<Lesson<'_>> = recordings
            .iter()
            .map(|one| Lesson { recordings: std::slice::from_ref(one), settings, known: &[], role: None })
            .collect();
        let learned = learn(&lessons, &mut |_| ControlFlow::Continue(())).unwrap();
        judge(&lessons, &learned, || true)
    }

    #[test]
    fn what_is_easily_told_apart_is_sure_and_the_same_twice_is_not() {
        let apart = verdicts(&[tone(300.0), tone(2_000.0)]);
        assert_eq!(apart.len(), 2);
        // Two sources that are equally loud, up to 3 dB each.
        assert!(apart.iter().all(|verdict| verdict.before_db.abs() < 7.0), "{apart:?}");
        assert!(apart.iter().all(|verdict| verdict.after_db > 25.0 && verdict.is_sure()), "{apart:?}");
        let same = verdicts(&[tone(300.0), tone(300.0)]);
        assert!(same.iter().all(|verdict| verdict.after_db < 10.0 && !verdict.is_sure()), "{same:?}");
        assert_eq!(verdicts(&[tone(300.0)]), []);
    }

    #[test]
    fn a_verdict_is_a_word() {
        let of = |blind_db, after_db| Verdict { before_db: 0.0, blind_db, after_db }.grade();
        assert_eq!([of(3.0, 9.9), of(3.0, 8.0), of(3.0, 7.9)], [Grade::Good, Grade::Good, Grade::Fair]);
        assert_eq!([of(1.5, 4.0), of(1.5, 3.9)], [Grade::Fair, Grade::Poor]);
        assert_eq!(of(8.5, 9.9), Grade::Poor, "a loud source stands above the others in the mixture itself");
    }
}
