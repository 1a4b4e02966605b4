//! Conversions between decibels and linear amplitudes, gains and powers.

/// The level of `amplitude` in dB: 0 dB for an amplitude of 1, minus infinity for 0.
pub fn of_amplitude(amplitude: f32) -> f32 {
    20.0 * amplitude.max(0.0).log10()
}

/// The linear gain of `db` decibels; exactly 1 at 0 dB.
pub fn to_gain(db: f32) -> f32 {
    if db == 0.0 { 1.0 } else { 10.0_f32.powf(db / 20.0) }
}

/// The ratio of two powers in dB; minus infinity for 0.
pub fn of_power(ratio: f64) -> f64 {
    10.0 * ratio.log10()
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
    fn twice_the_amplitude_is_four_times_the_power() {
        assert!((f64::from(of_amplitude(2.0)) - of_power(4.0)).abs() < 1e-5);
        assert_eq!((of_power(1.0), of_power(0.0)), (0.0, f64::NEG_INFINITY));
    }

    #[test]
    fn silence_has_no_level() {
        assert_eq!([0.0, -0.0, f32::NAN].map(of_amplitude), [f32::NEG_INFINITY; 3]);
    }
}
