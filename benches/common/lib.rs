//! Audio and dictionaries for the benchmarks, and times that are measured side by side.

#[cfg(feature = "files")]
mod cases;

#[cfg(feature = "files")]
pub use cases::{Case, cases, taught, taught_as};

use std::{
    env,
    path::{Path, PathBuf},
    time::Instant,
};
use unbraid_engine::{
    dictionary::{Dictionary, FrameSpec, Training},
    separator::{LatencyMode, Layout},
};

/// Median seconds per call of each of `contestants`, timed in turns, so that whatever else the machine does slows all
/// of them alike.
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

/// The middle one of `values`; 0 if there is none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The value that `share` of `sorted` do not exceed; `sorted` is ascending and not empty.
pub fn quantile<T: Copy>(sorted: &[T], share: f64) -> T {
    sorted[(share * (sorted.len() - 1) as f64) as usize]
}

/// Pseudo-random numbers from 0 to 1; the same seed gives the same numbers.
pub fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// A dictionary of `components` random bases in the frames in which presets for `mode` are learned, at 44.1 kHz.
pub fn random_dictionary(seed: u64, components: usize, mode: LatencyMode) -> Dictionary {
    let layout = Layout::new(44_100.0, mode);
    let bins = layout.bins();
    Dictionary {
        frame: FrameSpec::of(&layout),
        training: Training { divergence: "kl".to_owned(), seed, iterations: 0 },
        components,
        bins,
        bases: spiky_bases(seed, components, bins),
        reconstruction: None,
    }
}

/// `components` random spectra with few peaks, `[K, F]`; each sums to 1.
pub fn spiky_bases(seed: u64, components: usize, bins: usize) -> Vec<f32> {
    let mut noise = noise(seed);
    let mut bases: Vec<f32> = (0..components * bins).map(|_| noise().powi(8)).collect();
    for basis in bases.chunks_exact_mut(bins) {
        let sum: f32 = basis.iter().sum();
        basis.iter_mut().for_each(|w| *w /= sum);
    }
    bases
}

/// The program `unbraid` that `cargo build --release --bin unbraid` makes.
pub fn program() -> PathBuf {
    let own = env::current_exe().unwrap_or_default();
    let release = own.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    release.join("unbraid").with_extension(env::consts::EXE_EXTENSION)
}
