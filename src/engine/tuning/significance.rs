//! Whether one trial is better than another: a paired test over the mixtures that both were evaluated on.
//!
//! Student's paired t-test (Student 1908) on the differences, mixture by mixture; where several trials are compared
//! with one, the probabilities are those of Holm (1979).

use statrs::{
    distribution::{ContinuousCDF, StudentsT},
    statistics::Statistics,
    stats_tests::{Alternative, NaNPolicy, ttest_onesample::ttest_onesample},
};

/// Differences that would come by chance less often than this are significant.
pub const SIGNIFICANCE: f64 = 0.05;

/// How much better one trial is than another over the same mixtures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedDifference {
    /// Mixtures that both were evaluated on.
    pub mixtures: usize,
    /// Mean difference in dB.
    pub mean_db: f64,
    /// Half of the 95 % confidence interval of the mean, in dB; infinite of one mixture.
    pub half_interval_db: f64,
    /// Probability of a difference as large or larger, either way, if both were as good. 1 of one mixture.
    pub p: f64,
}

impl PairedDifference {
    /// Of the scores `a` less the scores `b`, mixture by mixture, as far as both go; `None` if there is none.
    pub fn of(a: &[f64], b: &[f64]) -> Option<Self> {
        let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        let mixtures = differences.len();
        if mixtures == 0 {
            return None;
        }
        let mean_db = differences.iter().sum::<f64>() / mixtures as f64;
        let deviation = deviation(&differences);
        let t = StudentsT::new(0.0, 1.0, mixtures.saturating_sub(1) as f64);
        let half_interval_db = match t {
            Ok(t) => t.inverse_cdf(0.975) * deviation / (mixtures as f64).sqrt(),
            Err(_) => f64::INFINITY,
        };
        let p = match (mixtures, deviation > 0.0) {
            (1, _) => 1.0,
            // Always the same difference: the test has no spread to compare it with.
            (_, false) => f64::from(u8::from(mean_db == 0.0)),
            (_, true) => {
                ttest_onesample(differences, 0.0, Alternative::TwoSided, NaNPolicy::Propogate).map_or(1.0, |(_, p)| p)
            }
        };
        Some(Self { mixtures, mean_db, half_interval_db, p })
    }

    /// Whether it is worse, significantly.
    pub fn is_loss(&self) -> bool {
        self.mean_db < 0.0 && self.p < SIGNIFICANCE
    }

    /// Whether it is better, significantly.
    pub fn is_gain(&self) -> bool {
        self.mean_db > 0.0 && self.p < SIGNIFICANCE
    }
}

/// Standard deviation of `values` as a sample; 0 of fewer than two.
pub(super) fn deviation(values: &[f64]) -> f64 {
    if values.len() < 2 { 0.0 } else { values.std_dev() }
}

/// The probabilities `p` of several comparisons, adjusted for their number (Holm 1979), in the same order.
pub(super) fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let (mut adjusted, mut least) = (vec![1.0; p.len()], 0.0_f64);
    for (rank, index) in order.into_iter().enumerate() {
        least = least.max(((p.len() - rank) as f64 * p[index]).min(1.0));
        adjusted[index] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 6] = [9.81, 10.2, 8.77, 11.05, 9.4, 10.9];
    const B: [f64; 6] = [9.6, 10.25, 8.4, 10.7, 9.1, 10.88];

    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn a_paired_test_agrees_with_scipy() {
        let found = PairedDifference::of(&A, &B).unwrap();
        assert_eq!(found.mixtures, 6);
        assert_close(found.mean_db, 0.2);
        // scipy 1.x: ttest_rel(A, B), and its confidence_interval(0.95), 0.0143952094 to 0.3856047906.
        assert_close(found.p, 0.039_367_557_139_980_636);
        assert_close(found.half_interval_db, 0.185_604_790_553_047_1);
        assert!(found.is_gain());
        assert_close(PairedDifference::of(&B, &A).unwrap().p, found.p);
        assert!(!PairedDifference::of(&B, &A).unwrap().is_gain());
    }

    #[test]
    fn what_cannot_be_told_is_not_significant() {
        assert_eq!(PairedDifference::of(&[], &A), None);
        let one = PairedDifference::of(&A[..1], &B).unwrap();
        assert_eq!((one.mixtures, one.p, one.half_interval_db), (1, 1.0, f64::INFINITY));
        let same = PairedDifference::of(&A, &A).unwrap();
        assert_eq!((same.mean_db, same.p, same.half_interval_db), (0.0, 1.0, 0.0));
        let always = PairedDifference::of(&[2.0, 3.0, 4.0], &[1.5, 2.5, 3.5]).unwrap();
        assert_eq!((always.p, always.half_interval_db), (0.0, 0.0), "the same difference each time");
    }

    #[test]
    fn many_comparisons_need_stronger_evidence() {
        // As R's p.adjust(p, "holm") has it.
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]).for_each(|(found, expected)| assert_close(*found, expected));
        assert_eq!(holm(&[0.6, 0.9]), [1.0, 1.0]);
        assert_eq!(holm(&[]), [0.0; 0]);
    }
}
