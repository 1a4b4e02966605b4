//! A measure of how percussive a component is.
//!
//! Percussive sound is smooth in frequency and sudden in time; tonal sound is smooth in time and peaked in frequency.
//! Ono, Miyamoto, Le Roux, Kameoka and Sagayama (2008) measure both by the squared differences between neighbours in
//! the range-compressed spectrogram. A component is the product of its basis and its activations, so its differences in
//! time are those of the activations, and its differences in frequency those of the basis:
//!
//! ```text
//! r(x) = Σ (√x_i − √x_(i−1))² / Σ x        percussiveness = log r(h) − log r(w)
//! ```

/// Added to both roughnesses: no component is smoother.
const LEAST: f32 = 1e-4;

/// log r(h) − log r(w) of a component with the basis `w` and the activations `h`, both non-negative.
pub(super) fn percussiveness(w: &[f32], h: impl Iterator<Item = f32>) -> f32 {
    let value = (roughness(h) + LEAST).ln() - (roughness(w.iter().copied()) + LEAST).ln();
    if value.is_finite() { value } else { 0.0 }
}

/// Squared differences between neighbours, relative to the sum: 0 if all are equal, at most 2.
fn roughness(values: impl Iterator<Item = f32>) -> f32 {
    let (mut differences, mut sum, mut before) = (0.0_f64, 0.0_f64, None);
    for value in values {
        let root = f64::from(value.max(0.0)).sqrt();
        if let Some(before) = before.replace(root) {
            differences += (root - before) * (root - before);
        }
        sum += f64::from(value.max(0.0));
    }
    if sum > 0.0 { (differences / sum) as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roughness_is_nothing_where_all_are_alike_and_two_where_each_stands_alone() {
        assert_eq!(roughness([3.0; 9].into_iter()), 0.0);
        assert_eq!(roughness([0.0, 4.0, 0.0, 0.0, 9.0, 0.0].into_iter()), 2.0);
        assert_eq!(roughness([0.0; 9].into_iter()), 0.0);
    }

    #[test]
    fn a_click_of_noise_is_more_percussive_than_a_long_tone() {
        let noise = [1.0; 50];
        let tone: Vec<f32> = (0..50).map(|f| if f % 10 == 5 { 1.0 } else { 0.0 }).collect();
        let click = (0..100).map(|t| if t % 20 == 3 { 1.0 } else { 0.0 });
        let long = (0..100).map(|t| if t > 20 { 1.0 } else { 0.0 });
        assert!(percussiveness(&noise, click.clone()) > percussiveness(&noise, long.clone()));
        assert!(percussiveness(&tone, click.clone()) > percussiveness(&tone, long));
        assert!(percussiveness(&noise, click.clone()) > percussiveness(&tone, click));
    }
}
