//! Decibels and the linear amplitudes and gains that they stand for.

/// The level of `amplitude`, in dB; 0 dB is an amplitude of 1, minus infinity one of 0.
pub fn of_amplitude(amplitude: f32) -> f32 {
    20.0 * amplitude.max(0.0).log10()
}

/// The linear gain of `db` decibels; exactly 1 at 0 dB.
pub fn to_gain(db: f32) -> f32 {
    if db == 0.0 { 1.0 } else { 10.0_f32.powf(db / 20.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_has_the_level_that_it_was_made_of() {
        for db in [-90.0, -6.0, 0.0, 12.0] {
            assert!((of_amplitude(to_gain(db)) - db).abs() < 1e-4, "{db} dB");
        }
        assert_eq!(to_gain(0.0), 1.0);
        assert_eq!(to_gain(f32::NEG_INFINITY), 0.0);
    }

    #[test]
    fn silence_has_no_level() {
        assert_eq!([0.0, -0.0, f32::NAN].map(of_amplitude), [f32::NEG_INFINITY; 3]);
    }
}
