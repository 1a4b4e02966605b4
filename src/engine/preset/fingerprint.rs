//! A fingerprint: the spectrum of a source's bases in a few steps, to know it by in a list.

use super::Source;

/// Steps of a fingerprint.
pub const FINGERPRINT_STEPS: usize = 48;
/// The frequencies that it spans, in Hz; all its steps are as wide as each other in octaves.
const SPAN_HZ: [f64; 2] = [40.0, 16_000.0];

/// How much of a source's bases lies where, from low to high frequencies: the root of the magnitude in each step, the
/// highest at 255.
pub type Fingerprint = [u8; FINGERPRINT_STEPS];

/// The fingerprint of `source`; `None` if it has no bases of its own.
pub fn fingerprint(source: &Source) -> Option<Fingerprint> {
    // The finest bins tell low notes apart.
    let dictionary = source.finest()?;
    let mut below = vec![0.0; dictionary.bins + 1];
    for basis in dictionary.bases.chunks_exact(dictionary.bins) {
        below[1..].iter_mut().zip(basis).for_each(|(sum, w)| *sum += f64::from(*w));
    }
    for bin in 1..below.len() {
        below[bin] += below[bin - 1];
    }
    // The sum of the bases below a frequency; the half of a bin lies below its centre.
    let sum_below = |hz: f64| {
        let place = (hz / dictionary.frame.bin_spacing() + 0.5).clamp(0.0, dictionary.bins as f64);
        let (bin, share) = (place as usize, place.fract());
        below[bin] + share * (below[(bin + 1).min(dictionary.bins)] - below[bin])
    };
    let edge = |step: usize| {
        let share = step as f64 / FINGERPRINT_STEPS as f64;
        SPAN_HZ[0] * (SPAN_HZ[1] / SPAN_HZ[0]).powf(share)
    };
    let steps: [f64; FINGERPRINT_STEPS] =
        std::array::from_fn(|step| (sum_below(edge(step + 1)) - sum_below(edge(step))).max(0.0).sqrt());
    let highest = steps.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    Some(steps.map(|step| (255.0 * step / highest).round() as u8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dictionary::{Dictionary, FrameSpec, Training},
        stft::{LatencyMode, Layout},
    };

    fn tone(hz: f64) -> Source {
        let frame = FrameSpec::of(&Layout::new(44_100.0, LatencyMode::Quality));
        let mut bases = vec![0.0; frame.bins()];
        bases[(hz / frame.bin_spacing()).round() as usize] = 1.0;
        let training = Training { divergence: "kl".to_owned(), seed: 0, iterations: 0 };
        let bins = frame.bins();
        Source::fixed("tone", 0, Dictionary { frame, training, components: 1, bins, bases, reconstruction: None })
    }

    #[test]
    fn a_tone_stands_where_its_frequency_is_and_nowhere_else() {
        for (hz, share) in [(100.0, 0.153), (1_000.0, 0.537), (10_000.0, 0.922)] {
            let steps = fingerprint(&tone(hz)).unwrap_or([0; FINGERPRINT_STEPS]);
            let highest = steps.iter().position(|step| *step == 255).unwrap_or_default();
            let expected = share * FINGERPRINT_STEPS as f64;
            assert!((highest as f64 + 0.5 - expected).abs() <= 1.5, "{hz} Hz: {highest}, expected {expected}");
            assert!(steps.iter().filter(|step| **step > 0).count() <= 4, "{steps:?}");
        }
    }

    #[test]
    fn a_source_without_bases_has_none() {
        assert_eq!(fingerprint(&Source::adaptive("rest", 0, 8)), None);
    }
}
