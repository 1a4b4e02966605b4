//! Priors on the activations (MAP estimation).
//!
//! Sparsity penalises Σ √h. The sum of h itself would change nothing: with bases that sum to 1, its optimum is the
//! maximum likelihood estimate scaled down, and the masks are the same. Smoothness penalises Σ (h_t − h_(t−1))². Block
//! sparsity is for a dictionary learned from many recordings, with one block of components each (Sun and Mysore 2013):
//! it penalises whole blocks that have not fitted lately
//! ([`Squarem::with_blocks`](super::activations::squarem::Squarem::with_blocks)). All are relative to the frame's sum,
//! so that they do not depend on the level.
//!
//! Each term is replaced by an upper bound that touches it at the present estimate, so that an update has a closed form
//! and never raises the cost: the square root by its tangent, the quadratic by itself. Block sparsity is linear within
//! a frame.

/// Weights of the priors; 0 turns one off.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Priors {
    /// Weight of Σ √h, in units of the likelihood's gradient at the mean activation.
    pub sparsity: f32,
    /// Weight of Σ (h_t − h_(t−1))², in the same units.
    pub smoothness: f32,
    /// Weight of block sparsity, in units of the likelihood's gradient.
    pub block_sparsity: f32,
}

impl Priors {
    /// The new activation of one component.
    ///
    /// `numerator` is h Σ_f w v / (Wh); `weight` is Σ_f w plus what else is linear in h; `current` is h; `last` is the
    /// component's activation in the last frame; `mean` is the mean activation of this frame, > 0.
    #[inline(always)]
    pub fn update(&self, numerator: f32, weight: f32, current: f32, last: f32, mean: f32) -> f32 {
        let linear = weight + self.sparsity * (mean / current.max(mean * 1e-6)).sqrt();
        if self.smoothness == 0.0 {
            return numerator / linear;
        }
        // The positive root of quadratic · h² + slope · h − numerator = 0.
        let quadratic = 2.0 * self.smoothness / mean;
        let slope = linear - quadratic * last;
        let root = (slope * slope + 4.0 * quadratic * numerator).sqrt();
        // The form that does not subtract two nearly equal numbers.
        if slope > 0.0 { 2.0 * numerator / (slope + root) } else { (root - slope) / (2.0 * quadratic) }
    }

    /// What sparsity and smoothness add to the cost for one component.
    #[inline(always)]
    pub fn cost(&self, current: f32, last: f32, mean: f32) -> f32 {
        let step = current - last;
        2.0 * self.sparsity * (mean * current).sqrt() + self.smoothness / mean * step * step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_priors_the_update_is_the_multiplicative_one() {
        assert_eq!(Priors::default().update(3.0, 2.0, 1.0, 0.5, 1.0), 1.5);
    }

    #[test]
    fn smoothness_draws_to_the_last_frame_from_both_sides() {
        let priors = Priors { smoothness: 1e4, ..Priors::default() };
        for numerator in [0.01, 1.0, 100.0] {
            let drawn = priors.update(numerator, 1.0, numerator, 0.5, 1.0);
            assert!((drawn - 0.5).abs() < 0.01, "{numerator}: {drawn}");
        }
    }

    #[test]
    fn sparsity_shrinks_small_activations_more() {
        let priors = Priors { sparsity: 0.5, ..Priors::default() };
        let shrunk = |h: f32| priors.update(h, 1.0, h, 0.0, 1.0) / h;
        assert!(shrunk(0.01) < 0.5 * shrunk(1.0));
        assert!(shrunk(100.0) > 0.95);
    }
}
