//! Whether one trial is better than another: a paired test over mixtures that both were heard in.
//!
//! Student's paired t-test (Student 1908) on the differences, mixture by mixture; where several trials are compared
//! with one, the probabilities are those of Holm (1979).

use statrs::{
    distribution::{ContinuousCDF, StudentsT},
    stats_tests::{Alternative, NaNPolicy, ttest_onesample::ttest_onesample},
};

/// Differences that would come by chance less often than this are significant.
pub const SIGNIFICANCE: f64 = 0.05;

/// How much better one trial is than another over the same mixtures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedDifference {
    /// Mixtures in which both were heard.
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

    /// Whether it is better, significantly.
    pub fn is_gain(&self) -> bool {
        self.mean_db > 0.0 && self.p < SIGNIFICANCE
    }
}

/// Standard deviation of `values` as a sample; 0 of fewer than two.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    if values.len() < 2 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
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
