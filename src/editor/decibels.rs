//! Levels of linear amplitudes.

/// The level of `amplitude` in dB; minus infinity for 0.
pub fn decibels(amplitude: f32) -> f32 {
    if amplitude > 0.0 { 20.0 * amplitude.log10() } else { f32::NEG_INFINITY }
}
