//! What the benchmarks share: audio, dictionaries, and times taken side by side.

#[cfg(feature = "files")]
mod cases;

#[cfg(feature = "files")]
pub use cases::{Case, cases};

use std::time::Instant;

/// Median seconds per call of each of `contestants`, timed in turns, so that what else the machine does meets all alike.
pub fn side_by_side(rounds: usize, contestants: &mut [&mut dyn FnMut()]) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for _ in 0..rounds {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            let begin = Instant::now();
            contestant();
            times.push(begin.elapsed().as_secs_f64());
        }
    }
    times.into_iter().map(median).collect()
}

/// The middle one of `values`.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A sequence of numbers from 0 to 1 that looks random and is always the same.
pub fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// `components` spiky spectra, `[K, F]`, that sum to 1.
pub fn spiky_bases(seed: u64, components: usize, bins: usize) -> Vec<f32> {
    let mut noise = noise(seed);
    let mut bases: Vec<f32> = (0..components * bins).map(|_| noise().powi(8)).collect();
    for basis in bases.chunks_exact_mut(bins) {
        let sum: f32 = basis.iter().sum();
        basis.iter_mut().for_each(|w| *w /= sum);
    }
    bases
}
