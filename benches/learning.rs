//! Learning 25 bases from ten seconds: the engine's factorization against plain multiplicative updates on the same
//! cores.
//!
//! Both are judged by the divergence that their bases leave with the best activations.

use std::{ops::ControlFlow, time::Instant};
use unbraid_benches::{cases, median, noise};
use unbraid_engine::{
    nmf::{
        activations::{Solver, squarem::Squarem},
        divergence::kullback_leibler,
        factorization::{Factorization, Frames},
        kernels::plain,
        matrix::{MatrixView, product},
        priors::Priors,
    },
    stft::{Analysis, Bin, hann},
};

const COMPONENTS: usize = 25;
const SECONDS: f64 = 10.0;
const FRAME: usize = 2048;
const HOP: usize = 512;
/// Numbers of passes that are tried, until one reaches the divergence.
const PASSES: [u32; 8] = [20, 40, 60, 80, 100, 120, 160, 240];

fn main() {
    println!("{COMPONENTS} bases from {SECONDS} s, frames of {FRAME}, hop {HOP}");
    println!("{:30}{:>22}{:>30}{:>8}", "", "500 plain updates, s", "passes to their divergence, s", "ratio");
    let mut ratios = Vec::new();
    for case in cases() {
        for (part, recording) in ["bass", "drums"].iter().zip(&case.training) {
            let v = frames(&recording.downmix(), f64::from(recording.sample_rate));
            ratios.push(compare(&format!("{}: {part}", case.name), &v));
        }
    }
    println!("{:30}{:>60.1}", "median", median(ratios));
}

fn compare(name: &str, v: &Frames) -> f64 {
    let (bases, plain) = timed(|| plain_updates(v, 500));
    let wanted = divergence(v, &bases);
    let mut left = f64::INFINITY;
    for passes in PASSES {
        let factorization = Factorization { components: COMPONENTS, iterations: passes, seed: 0 };
        let run = || factorization.run(v, &mut |_| ControlFlow::Continue(())).unwrap_or_default();
        let (bases, _) = timed(run);
        left = divergence(v, &bases);
        if left <= wanted {
            let time = median((0..5).map(|_| timed(run).1).collect());
            println!("{name:30}{plain:22.2}{:>30}{:8.1}", format!("{passes}, {time:.2}"), plain / time);
            return plain / time;
        }
    }
    let above = 100.0 * (left / wanted - 1.0);
    println!("{name:30}{plain:22.2}{:>30}", format!("{above:.1} % above it after 240"));
    0.0
}

fn timed<T>(work: impl Fn() -> T) -> (T, f64) {
    let begin = Instant::now();
    let done = work();
    (done, begin.elapsed().as_secs_f64())
}

/// Magnitudes of ten seconds, the recording repeated if it is shorter.
fn frames(mono: &[f32], rate: f64) -> Frames {
    let window: Vec<f32> = hann(FRAME).iter().map(|w| *w as f32).collect();
    let mut analysis = Analysis::new(&window);
    let mut spectrum = vec![Bin::default(); FRAME / 2 + 1];
    let samples: Vec<f32> = mono.iter().cycle().take((SECONDS * rate) as usize).copied().collect();
    let mut values = Vec::new();
    for frame in samples.windows(FRAME).step_by(HOP) {
        analysis.spectrum(frame, &mut spectrum);
        values.extend(spectrum.iter().map(|bin| bin.norm()));
    }
    Frames { bins: FRAME / 2 + 1, values }
}

/// The textbook's updates: H and W in turns, from random bases and even activations. Gives bases, `[K, F]`.
fn plain_updates(v: &Frames, updates: usize) -> Vec<f32> {
    let mut noise = noise(1);
    let bins = v.bins;
    let mut w: Vec<f32> = (0..COMPONENTS * bins).map(|_| 1.0 + noise()).collect();
    normalize(&mut w, bins);
    let even = |frame: &[f32]| [frame.iter().sum::<f32>() / COMPONENTS as f32; COMPONENTS];
    let mut h: Vec<f32> = v.iter().flat_map(even).collect();
    let least = v.values.iter().sum::<f32>() / v.values.len() as f32 * 1e-9;
    let (mut ratio, mut gradient) = (vec![0.0; v.values.len()], vec![0.0; h.len()]);
    let mut numerator = vec![0.0; w.len()];
    let divide = |w: &[f32], h: &[f32], ratio: &mut [f32]| {
        product(MatrixView::new(h, COMPONENTS), MatrixView::new(w, bins), ratio);
        ratio.iter_mut().zip(&v.values).for_each(|(ratio, v)| *ratio = v / (*ratio + least));
    };
    for _ in 0..updates {
        divide(&w, &h, &mut ratio);
        product(MatrixView::new(&ratio, bins), MatrixView::new(&w, bins).transposed(), &mut gradient);
        h.iter_mut().zip(&gradient).for_each(|(h, gradient)| *h *= gradient);
        divide(&w, &h, &mut ratio);
        product(MatrixView::new(&h, COMPONENTS).transposed(), MatrixView::new(&ratio, bins), &mut numerator);
        w.iter_mut().zip(&numerator).for_each(|(w, numerator)| *w *= numerator);
        normalize(&mut w, bins);
    }
    w
}

fn normalize(w: &mut [f32], bins: usize) {
    for basis in w.chunks_exact_mut(bins) {
        let sum = basis.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        basis.iter_mut().for_each(|w| *w /= sum);
    }
}

/// D(V‖WH) with the best H.
fn divergence(v: &Frames, bases: &[f32]) -> f64 {
    let mut solver = Squarem::new(bases, v.bins, 60);
    let mut h = vec![0.0; COMPONENTS];
    let mut model = vec![0.0; v.bins];
    let cost = |frame: &[f32]| {
        solver.solve(frame, &Priors::default(), &mut h);
        plain::weighted_sum(bases, &h, &mut model);
        // Where every basis is 0 the divergence would be infinite.
        model.iter_mut().for_each(|model| *model += 1e-12);
        kullback_leibler(frame, &model)
    };
    v.iter().map(cost).sum()
}
