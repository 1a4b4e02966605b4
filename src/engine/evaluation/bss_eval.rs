//! BSS Eval version 3, `bss_eval_sources` (Vincent, Gribonval and Févotte, "Performance measurement
//! in blind audio source separation", IEEE TASLP 14(4), 2006), without a search for the permutation.
//!
//! An estimate `e` of source `j` is split by two orthogonal projections, onto the true source's own
//! delays `0..L` and onto those of all true sources, `L =` [`FILTER_TAPS`]:
//!
//! ```text
//! target       t = P_j e              what a short filter makes of the true source
//! interference i = P_all e - P_j e    what came from the other sources
//! artifacts    a = e - P_all e        what came from none of them
//! SDR = |t|² / |i + a|²    SIR = |t|² / |i|²    SAR = |t + i|² / |a|²    each as 10 log10
//! ```
//!
//! A projection is a least-squares problem whose normal matrix is block-Toeplitz: the correlations of
//! the references at lags below `L`. All sums are taken block by block, so that signals of any length are scored in the
//! same memory: the first pass over them adds up correlations, the second the energies of `t`, `i` and `a`.

use super::{
    EvaluationError, FILTER_TAPS,
    decomposition::{FilterBank, ProjectedChannels, Projectors, ScoredEstimate},
    delays::Correlations,
    score::Score,
    segments::Segments,
};
use rayon::prelude::*;

/// Scores `estimates[j]` as an estimate of `references[j]`, for every `j`; mono signals of one length.
///
/// # Errors
/// No source, unequal numbers of references and estimates, lengths that differ or are below
/// [`FILTER_TAPS`], a sample that is not finite, a silent signal.
pub fn bss_eval_sources(references: &[Vec<f32>], estimates: &[Vec<f32>]) -> Result<Vec<Score>, EvaluationError> {
    if references.len() != estimates.len() {
        return Err(EvaluationError::Counts { references: references.len(), estimates: estimates.len() });
    }
    TrueSources::new(references)?.score(estimates)
}

/// True sources, prepared so that many estimates of them are scored in little more time than one.
pub struct TrueSources {
    references: Vec<Vec<f32>>,
    projected: ProjectedChannels,
    projectors: Projectors,
}

impl TrueSources {
    /// Prepares `references`, mono signals of one length.
    ///
    /// # Errors
    /// No source, lengths that differ or are below [`FILTER_TAPS`], a sample that is not finite, a silent signal.
    pub fn new(references: &[Vec<f32>]) -> Result<Self, EvaluationError> {
        let samples = references.first().ok_or(EvaluationError::NoSources)?.len();
        validate("reference", references, samples)?;
        let mut correlations = Correlations::new(references.len(), references.len());
        let signals: Vec<&[f32]> = references.iter().map(Vec::as_slice).collect();
        correlations.add(&signals, &signals);
        let projected = ProjectedChannels::all(references.len(), 1);
        let projectors = Projectors::new(&correlations.finish(), &projected.of_source);
        Ok(Self { references: references.to_vec(), projected, projectors })
    }

    /// Scores `estimates[j]` as an estimate of source `j`, for every `j`.
    ///
    /// # Errors
    /// Not one estimate for each source, another length than the references', a sample that is not finite, a silent
    /// signal.
    pub fn score(&self, estimates: &[Vec<f32>]) -> Result<Vec<Score>, EvaluationError> {
        if self.references.len() != estimates.len() {
            return Err(EvaluationError::Counts { references: self.references.len(), estimates: estimates.len() });
        }
        validate("estimate", estimates, self.references[0].len())?;
        Ok(estimates.par_iter().enumerate().map(|(source, estimate)| self.score_one(source, estimate)).collect())
    }

    fn score_one(&self, source: usize, estimate: &[f32]) -> Score {
        let sources = self.references.len();
        let mut signals: Vec<&[f32]> = self.references.iter().map(Vec::as_slice).collect();
        let mut correlations = Correlations::new(1, sources);
        correlations.add(&[estimate], &signals);
        let filters = self.projectors.filters(source, &correlations.finish()).expect("every source is projected on");
        let scored = [ScoredEstimate { reference: source, estimate: 0, filters }];
        let mut whole = Segments::whole(FilterBank::new(estimate.len(), sources, &self.projected, &scored));
        signals.push(estimate);
        whole.add(&signals);
        whole.finish()[0][0].score()
    }
}

/// Checks that each of `list`, whose signals are called `signal`, is sound of `samples` samples.
fn validate(signal: &'static str, list: &[Vec<f32>], samples: usize) -> Result<(), EvaluationError> {
    if let Some(other) = list.iter().map(Vec::len).find(|other| *other != samples) {
        return Err(EvaluationError::Lengths { first: samples, other });
    }
    if samples < FILTER_TAPS {
        return Err(EvaluationError::TooShort { samples });
    }
    for (index, samples) in list.iter().enumerate() {
        let number = index + 1;
        if samples.iter().any(|x| !x.is_finite()) {
            return Err(EvaluationError::NotFinite { signal, number });
        }
        if samples.iter().all(|x| *x == 0.0) {
            return Err(EvaluationError::Silent { signal, number });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        super::{FrameLengths, Preparation, SourceEvaluation, WantedFigures},
        *,
    };

    /// White noise in -1..1 from a linear congruential generator, the same in any language.
    fn noise(seed: u32, len: usize) -> Vec<f32> {
        let mut state = seed;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        std::iter::repeat_with(next).take(len).collect()
    }

    fn mix(parts: &[(f32, &[f32])]) -> Vec<f32> {
        (0..parts[0].1.len()).map(|n| parts.iter().map(|(gain, part)| gain * part[n]).sum()).collect()
    }

    fn delayed(samples: &[f32], by: usize) -> Vec<f32> {
        std::iter::repeat_n(0.0, by).chain(samples.iter().copied()).take(samples.len()).collect()
    }

    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found} dB, not {expected} dB");
    }

    #[test]
    fn noises_score_as_mir_eval_scores_them() {
        let [a, b, c] = [1, 2, 3].map(|seed| noise(seed, 8000));
        let estimates = [
            mix(&[(1.0, &a), (0.5, &b)]),
            mix(&[(0.8, &delayed(&b, 3)), (0.1, &c)]),
            mix(&[(1.0, &c), (0.25, &noise(9, 8000))]),
        ];
        let scores = bss_eval_sources(&[a, b, c], &estimates).unwrap();
        // mir_eval 0.7, bss_eval_sources(..., compute_permutation=False)
        assert_close(scores[0].sdr, 6.39349);
        assert_close(scores[0].sir, 6.39349);
        assert!(scores[0].sar > 100.0, "nothing but the references is in it: {}", scores[0].sar);
        assert_close(scores[1].sdr, 18.24470);
        assert_close(scores[1].sir, 18.37537);
        assert_close(scores[1].sar, 33.58867);
        assert_close(scores[2].sdr, 12.31208);
        assert_close(scores[2].sir, 21.22111);
        assert_close(scores[2].sar, 12.94236);
    }

    #[test]
    fn a_single_source_knows_no_interference() {
        let [a, b] = [1, 2].map(|seed| noise(seed, 8000));
        let score = bss_eval_sources(std::slice::from_ref(&a), &[mix(&[(1.0, &a), (0.5, &b)])]).unwrap()[0];
        assert_close(score.sdr, 6.39349);
        assert_close(score.sar, 6.39349);
        assert_eq!(score.sir, f64::INFINITY);
    }

    #[test]
    fn references_that_repeat_each_other_are_still_scored() {
        let [a, b] = [1, 2].map(|seed| noise(seed, 4000));
        let estimate = mix(&[(1.0, &a), (0.1, &b)]);
        let scores = bss_eval_sources(&[a.clone(), a.clone()], &[estimate.clone(), estimate.clone()]).unwrap();
        let alone = bss_eval_sources(&[a], &[estimate]).unwrap()[0];
        for score in scores {
            assert_close(score.sdr, alone.sdr);
            assert_close(score.sar, alone.sar);
            assert!(score.sir > 60.0, "the copy adds nothing: {}", score.sir);
        }
    }

    /// The figures of mono signals that are given in blocks which end at these `cuts`.
    fn in_blocks(
        references: &[Vec<f32>],
        estimates: &[Vec<f32>],
        figures: WantedFigures,
        cuts: &[usize],
    ) -> Result<Vec<SourceEvaluation>, EvaluationError> {
        let block = |signals: &[Vec<f32>], cut: &[usize]| -> Vec<Vec<f32>> {
            signals.iter().map(|signal| signal[cut[0]..cut[1]].to_vec()).collect()
        };
        let mut first = Preparation::new(references.len(), 1, figures);
        for cut in cuts.windows(2) {
            let (references, estimates) = (block(references, cut), block(estimates, cut));
            first.add(&views(&references), &views(&estimates));
        }
        let mut second = first.finish()?;
        for cut in cuts.windows(2) {
            let (references, estimates) = (block(references, cut), block(estimates, cut));
            second.add(&views(&references), &views(&estimates));
        }
        Ok(second.finish().sources)
    }

    fn views(signals: &[Vec<f32>]) -> Vec<&[f32]> {
        signals.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn any_cut_into_blocks_gives_the_same_scores() {
        let references = [1, 2].map(|seed| noise(seed, 40_000));
        let estimates = [3, 4].map(|seed| mix(&[(1.0, &references[seed - 3]), (0.3, &noise(seed as u32, 40_000))]));
        let whole = bss_eval_sources(&references, &estimates).unwrap();
        let figures = WantedFigures { filtered: true, ..WantedFigures::default() };
        let cuts = [0, 1, 700, 16_000, 31_000, 31_500, 40_000];
        let found = in_blocks(&references, &estimates, figures, &cuts).unwrap();
        for (found, expected) in found.iter().zip(&whole) {
            let score = found.filtered.unwrap();
            for (found, expected) in [(score.sdr, expected.sdr), (score.sir, expected.sir), (score.sar, expected.sar)] {
                assert!((found - expected).abs() < 1e-9, "{found} dB, not {expected} dB");
            }
        }
    }

    #[test]
    fn a_frame_that_is_as_long_as_the_signals_scores_as_they_do_whatever_others_overlap_it() {
        let references = [1, 2].map(|seed| noise(seed, 40_000));
        let estimates = [3, 4].map(|seed| mix(&[(1.0, &references[seed - 3]), (0.3, &noise(seed as u32, 40_000))]));
        let cuts = [0, 9_000, 26_000, 40_000];
        let of = |window, hop| {
            let frames = Some(FrameLengths { window, hop });
            let figures = WantedFigures { filtered: true, frames, ..WantedFigures::default() };
            in_blocks(&references, &estimates, figures, &cuts).unwrap()
        };
        let (one, many) = (of(40_000, 40_000), of(20_000, 100));
        for (source, found) in one.iter().enumerate() {
            assert_eq!(Some(found.frames[0]), found.image);
            assert_eq!(many[source].frames.len(), 201);
            // The same frames alone.
            for hop in [20_000, 10_000] {
                let alone = &of(20_000, hop)[source].frames;
                let among_others: Vec<_> = many[source].frames.iter().copied().step_by(hop / 100).collect();
                assert_eq!(*alone, among_others, "{hop} samples apart");
            }
        }
    }

    #[test]
    fn what_is_not_finite_is_named_however_it_is_scored() {
        let (a, b) = (noise(1, 1000), noise(2, 1000));
        for broken in [f32::NAN, f32::INFINITY] {
            let mut reference = a.clone();
            reference[500] = broken;
            let figures = WantedFigures { filtered: true, ..WantedFigures::default() };
            let signals = [b.clone(), reference];
            let found = in_blocks(&signals, &[a.clone(), b.clone()], figures, &[0, 400, 1000]).unwrap_err();
            assert_eq!(found, EvaluationError::NotFinite { signal: "reference", number: 2 });
            let found = in_blocks(&[a.clone(), b.clone()], &signals, figures, &[0, 400, 1000]).unwrap_err();
            assert_eq!(found, EvaluationError::NotFinite { signal: "estimate", number: 2 });
        }
    }

    #[test]
    fn what_cannot_be_scored_is_named() {
        let (a, b) = (noise(1, 1000), noise(2, 1000));
        let error = |references: &[Vec<f32>], estimates: &[Vec<f32>]| {
            bss_eval_sources(references, estimates).expect_err("this must be refused")
        };
        assert_eq!(error(&[], &[]), EvaluationError::NoSources);
        assert_eq!(
            error(&[a.clone(), b.clone()], std::slice::from_ref(&a)),
            EvaluationError::Counts { references: 2, estimates: 1 }
        );
        assert_eq!(
            error(std::slice::from_ref(&a), &[b[1..].to_vec()]),
            EvaluationError::Lengths { first: 1000, other: 999 }
        );
        assert_eq!(error(&[a[..511].to_vec()], &[b[..511].to_vec()]), EvaluationError::TooShort { samples: 511 });
        let silence = vec![0.0; 1000];
        assert_eq!(
            error(&[a.clone(), silence.clone()], &[a.clone(), b.clone()]),
            EvaluationError::Silent { signal: "reference", number: 2 }
        );
        assert_eq!(
            error(std::slice::from_ref(&a), &[silence]),
            EvaluationError::Silent { signal: "estimate", number: 1 }
        );
        let mut broken = b;
        broken[500] = f32::NAN;
        assert_eq!(error(&[a], &[broken]), EvaluationError::NotFinite { signal: "estimate", number: 1 });
    }
}
