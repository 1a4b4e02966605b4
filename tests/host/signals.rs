//! Test signals and measures. Signals are indexed by `[channel][sample]`.

/// White noise at -20 dB RMS, the same each time, different in each channel.
pub(crate) fn noise(channels: usize, frames: usize) -> Vec<Vec<f32>> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // The high 24 bits, to -1 … 1; uniform noise of amplitude a has RMS a/√3.
        ((state >> 40) as f32 / (1 << 23) as f32 - 1.0) * 0.1 * 3.0_f32.sqrt()
    };
    (0..channels).map(|_| (0..frames).map(|_| next()).collect()).collect()
}

/// 1 at sample `at`.
pub(crate) fn impulse(channels: usize, at: usize, frames: usize) -> Vec<Vec<f32>> {
    let mut channel = vec![0.0; frames];
    channel[at] = 1.0;
    vec![channel; channels]
}

/// A low E with falling harmonics, about -20 dB RMS.
pub(crate) fn bass_note(channels: usize, frames: usize, sample_rate: f64) -> Vec<Vec<f32>> {
    let sample = |frame: usize| {
        let phase = std::f64::consts::TAU * 82.4 * frame as f64 / sample_rate;
        (1..=6).map(|n| (phase * f64::from(n)).sin() / f64::from(n * n)).sum::<f64>() as f32 * 0.13
    };
    vec![(0..frames).map(sample).collect(); channels]
}

/// Noise without its low end, as of a hi-hat: differenced three times, at 44.1 kHz -51 dB at 2 kHz and -2 dB at 16 kHz.
pub(crate) fn hiss(channels: usize, frames: usize) -> Vec<Vec<f32>> {
    let differences = |channel: Vec<f32>| channel.windows(2).map(|pair| (pair[1] - pair[0]) * 0.5).collect::<Vec<_>>();
    noise(channels, frames + 3).into_iter().map(|channel| differences(differences(differences(channel)))).collect()
}

/// The sum of two signals.
pub(crate) fn sum(a: &[Vec<f32>], b: &[Vec<f32>]) -> Vec<Vec<f32>> {
    a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect()).collect()
}

/// RMS in dB of full scale.
pub(crate) fn level_db(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    10.0 * (power / samples.len() as f64).max(1e-30).log10()
}

/// The difference of two signals relative to the first, in dB.
pub(crate) fn error_db(expected: &[f32], got: &[f32]) -> f64 {
    let difference: Vec<f32> = expected.iter().zip(got).map(|(a, b)| a - b).collect();
    level_db(&difference) - level_db(expected)
}

/// The largest difference of two neighbouring samples; infinite where one is no number.
pub(crate) fn largest_step(signal: &[Vec<f32>]) -> f32 {
    let steps = signal.iter().flat_map(|channel| channel.windows(2).map(|pair| (pair[1] - pair[0]).abs()));
    steps.fold(0.0, |largest, step| if step.is_finite() { step.max(largest) } else { f32::INFINITY })
}
