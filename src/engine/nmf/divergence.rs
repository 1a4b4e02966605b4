//! The generalised Kullback-Leibler divergence.

/// D(v‖u) = Σ (v log(v/u) − v + u) over the elements of two slices of equal length; infinite where u is 0 and v is not.
pub fn kullback_leibler(v: &[f32], u: &[f32]) -> f64 {
    v.iter()
        .zip(u)
        .map(|(&v, &u)| {
            let (v, u) = (f64::from(v), f64::from(u));
            if v > 0.0 { v * (v / u).ln() - v + u } else { u }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergence_is_zero_only_at_equality() {
        assert_eq!(kullback_leibler(&[1.0, 0.0, 3.0], &[1.0, 0.0, 3.0]), 0.0);
        // 2 ln 2 - 2 + 1, by hand.
        assert!((kullback_leibler(&[2.0], &[1.0]) - 0.386_294_36).abs() < 1e-7);
        assert_eq!(kullback_leibler(&[1.0], &[0.0]), f64::INFINITY);
    }
}
