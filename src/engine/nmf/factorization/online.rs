//! Factorizes more frames than fit into memory: in batches, each of which moves the bases a little (Mairal et al. 2010;
//! Lefèvre, Bach and Févotte 2011).
//!
//! Of all frames so far only one matrix is kept: how much of the sound in each bin each basis explained,
//! A = Σ W ∘ Hᵀ(V / WH), `[K, F]`. For bases that sum to 1, A scaled to rows that sum to 1 is the multiplicative
//! update of W under the Kullback-Leibler divergence, and the M-step of PLCA. H of a batch is found with the bases as
//! they are, and forgotten afterwards. This is EM in steps (Cappé and Moulines 2009): A ← (1 − γ) A + γ A_batch, with
//! γ = (n + 6)^−0.55 at the n-th batch. The bases converge because Σ γ² is finite, and forget where they began because
//! Σ γ is not.
//!
//! Bases that fit a sample have bins next to 0, which a multiplicative update would take long to raise for notes that
//! are not in it. If much more is to come they begin with a share of the mean spectrum in each.
//!
//! Beside a batch it takes memory for KF values, however many frames there are.

use super::{Frames, run::FactorizationRun, run::normalize};

/// How fast the weight of a batch falls with their number: above ½, so that the bases settle, and not far above,
/// because EM comes slowly to where it goes.
const DECAY: f64 = 0.55;
/// Updates of H for a batch: each batch starts from even activations.
const ACTIVATION_PASSES: usize = 12;
/// Batches that the sample counts as.
const SAMPLE_BATCHES: u32 = 5;
/// Frames of a batch. Smaller ones move the bases more often, and each costs as much as it has frames.
pub const BATCH_FRAMES: usize = 256;
/// Share of the mean spectrum in each basis at the start: with less, bases stay near those of the sample. Chosen by the
/// loops of `cargo xtask cases`, the most that was tried.
const MEAN_SHARE: f32 = 0.8;

/// Bases that frames of any number move, batch by batch.
#[derive(Debug, Clone)]
pub struct OnlineFactorization {
    bins: usize,
    /// W, `[K, F]`, each summing to 1.
    bases: Vec<f32>,
    /// A, `[K, F]`, per batch.
    explained: Vec<f64>,
    /// Number of batches, with those that a sample is worth.
    batches: u32,
    /// The sum of V over all frames.
    heard: f64,
}

impl OnlineFactorization {
    /// Starts from `bases`, `[K, F]`, each summing to 1, which explain `sample`: frames from all over what is to come,
    /// of which it is only a part or all.
    ///
    /// # Panics
    /// If the bases have not the bins of the frames.
    pub fn new(mut bases: Vec<f32>, sample: &Frames, is_part: bool) -> Self {
        let bins = sample.bins;
        assert!(bases.len().is_multiple_of(bins), "bases must have the bins of the frames");
        let share = if is_part { MEAN_SHARE } else { 0.0 };
        let mut mean = vec![0.0; bins];
        for frame in sample.iter() {
            mean.iter_mut().zip(frame).for_each(|(sum, value)| *sum += value);
        }
        normalize(&mut mean, bins);
        for basis in bases.chunks_exact_mut(bins) {
            basis.iter_mut().zip(&mean).for_each(|(w, mean)| *w += share * (mean - *w));
        }
        let mut explained = vec![0.0; bases.len()];
        explain(sample, &bases, &mut explained);
        let batches = sample.len() as f64 / BATCH_FRAMES as f64;
        explained.iter_mut().for_each(|value| *value /= batches.max(f64::MIN_POSITIVE));
        Self { bins, bases, explained, batches: SAMPLE_BATCHES, heard: 0.0 }
    }

    /// Moves the bases towards those that explain `batch` best. It should have [`BATCH_FRAMES`], of several recordings.
    pub fn update(&mut self, batch: &Frames) {
        let total: f64 = batch.values.iter().map(|value| f64::from(*value)).sum();
        if total <= 0.0 {
            return;
        }
        self.batches += 1;
        self.heard += total;
        let gain = f64::from(self.batches).powf(-DECAY);
        let mut explained = vec![0.0; self.bases.len()];
        explain(batch, &self.bases, &mut explained);
        for (sum, new) in self.explained.iter_mut().zip(&explained) {
            *sum += gain * (new - *sum);
        }
        for (basis, explained) in self.bases.chunks_exact_mut(self.bins).zip(self.explained.chunks_exact(self.bins)) {
            let total: f64 = explained.iter().sum();
            // A basis that nothing has needed stays as it is.
            if total > 0.0 {
                basis.iter_mut().zip(explained).for_each(|(w, value)| *w = (value / total) as f32);
            }
        }
        normalize(&mut self.bases, self.bins);
    }

    /// W, `[K, F]`, each summing to 1.
    pub fn bases(&self) -> &[f32] {
        &self.bases
    }

    /// How much of all that was heard each basis explains, `[K]`: a sum of magnitudes.
    pub fn weights(&self) -> Vec<f64> {
        let all: f64 = self.explained.iter().sum();
        let rows = self.explained.chunks_exact(self.bins).map(|row| row.iter().sum::<f64>());
        rows.map(|row| if all > 0.0 { self.heard * row / all } else { 0.0 }).collect()
    }
}

/// Adds to `explained`, `[K, F]`, how much of `v` each of the `bases`, `[K, F]`, explains in each bin.
fn explain(v: &Frames, bases: &[f32], explained: &mut [f64]) {
    if v.is_empty() || v.values.iter().all(|value| *value == 0.0) {
        return;
    }
    let mut run = FactorizationRun::new(v, bases.to_vec(), vec![true; bases.len() / v.bins]);
    (0..ACTIVATION_PASSES).for_each(|_| run.pass());
    run.explain(explained);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nmf::factorization::{Decomposition, Factorization};
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;
    use std::ops::ControlFlow;

    const BINS: usize = 40;
    const COMPONENTS: usize = 4;

    /// Frames of four broad spectra that come and go, and some noise. What is loud changes with `place`, 0 to 1.
    fn frames(count: usize, place: f32, rng: &mut Pcg64Mcg) -> Frames {
        let mut values = Vec::with_capacity(count * BINS);
        for _ in 0..count {
            let mut h: [f32; COMPONENTS] = rng.random();
            for (k, h) in h.iter_mut().enumerate() {
                *h = h.powi(3) * (1.2 + (6.0 * place + k as f32).sin());
            }
            for f in 0..BINS {
                let spectrum = |k: usize| (-((f as f32 - 5.0 - 10.0 * k as f32) / 6.0).powi(2)).exp();
                values.push((0..COMPONENTS).map(|k| h[k] * spectrum(k)).sum::<f32>() + 0.02 * rng.random::<f32>());
            }
        }
        Frames { bins: BINS, values }
    }

    /// What `bases` leave of `v` unexplained: the divergence at the best activations.
    fn divergence(v: &Frames, bases: &[f32]) -> f64 {
        let held = [true; COMPONENTS];
        let decomposition = Decomposition { bases, held: &held, iterations: 200, tolerance: 1e-5 };
        let found = decomposition.run(v, &mut |_| ControlFlow::Continue(())).unwrap();
        let mut model = vec![0.0; BINS];
        let frames = v.iter().zip(found.activations.chunks_exact(COMPONENTS));
        frames
            .map(|(frame, h)| {
                crate::nmf::kernels::plain::weighted_sum(bases, h, &mut model);
                crate::nmf::divergence::kullback_leibler(frame, &model)
            })
            .sum()
    }

    fn factorize(v: &Frames) -> Vec<f32> {
        let factorization = Factorization { components: COMPONENTS, iterations: 60, seed: 1 };
        factorization.run(v, &mut |_| ControlFlow::Continue(())).unwrap()
    }

    #[test]
    fn bases_that_hear_frames_in_batches_explain_them_nearly_as_well_as_bases_of_all_at_once() {
        let mut rng = Pcg64Mcg::seed_from_u64(3);
        let batches: Vec<Frames> = (0..60).map(|n| frames(BATCH_FRAMES, n as f32 / 60.0, &mut rng)).collect();
        let all = Frames { bins: BINS, values: batches.iter().flat_map(|batch| &batch.values).copied().collect() };
        // A sample that knows little of the whole.
        let sample = frames(60, 0.0, &mut rng);
        let start = factorize(&sample);
        let mut online = OnlineFactorization::new(start.clone(), &sample, false);
        batches.iter().for_each(|batch| online.update(batch));
        let [from_sample, from_stream, from_all] =
            [&start[..], online.bases(), &factorize(&all)].map(|bases| divergence(&all, bases));
        assert!(from_stream < 1.15 * from_all, "{from_stream} in batches, {from_all} at once");
        assert!(from_stream < 0.95 * from_sample, "{from_stream} in batches, {from_sample} from the sample");
    }

    #[test]
    fn what_the_bases_explain_adds_up_to_what_was_heard() {
        let mut rng = Pcg64Mcg::seed_from_u64(5);
        let sample = frames(50, 0.5, &mut rng);
        let mut online = OnlineFactorization::new(factorize(&sample), &sample, false);
        assert_eq!(online.weights(), [0.0; COMPONENTS]);
        let batches: Vec<Frames> = (0..3).map(|_| frames(64, 0.5, &mut rng)).collect();
        batches.iter().for_each(|batch| online.update(batch));
        let heard: f64 = batches.iter().flat_map(|batch| &batch.values).map(|value| f64::from(*value)).sum();
        let explained: f64 = online.weights().iter().sum();
        assert!((explained / heard - 1.0).abs() < 1e-9, "{explained} of {heard}");
        assert!(online.bases().chunks_exact(BINS).all(|basis| (basis.iter().sum::<f32>() - 1.0).abs() < 1e-5));
    }

    #[test]
    fn silence_moves_nothing() {
        let sample = frames(50, 0.5, &mut Pcg64Mcg::seed_from_u64(5));
        let mut online = OnlineFactorization::new(factorize(&sample), &sample, false);
        let before = online.bases().to_vec();
        online.update(&Frames { bins: BINS, values: vec![0.0; 10 * BINS] });
        online.update(&Frames { bins: BINS, values: Vec::new() });
        assert_eq!(online.bases(), before);
    }

    #[test]
    fn the_bases_are_the_same_on_any_number_of_cores() {
        let run = || {
            let mut rng = Pcg64Mcg::seed_from_u64(9);
            let sample = frames(200, 0.2, &mut rng);
            let mut online = OnlineFactorization::new(factorize(&sample), &sample, false);
            (0..3).for_each(|_| online.update(&frames(300, 0.7, &mut rng)));
            online.bases().to_vec()
        };
        let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(single.install(run), run());
    }
}
