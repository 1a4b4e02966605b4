//! Where bases that are to be found start: at frames of the sound, as the evidence says that the source sounds in
//! them, spread so that as much of its sound lies between two of them everywhere.

use rand::{Rng, RngExt};

/// What every frame counts at least, as a share of the mean frame.
const LEAST_SOUND: f32 = 0.1;
/// Share of the frame in a basis; the rest is the source's mean spectrum, so that no band starts at nothing.
const FRAME_SHARE: f32 = 0.7;
/// Largest random increase of a weight.
const JITTER: f32 = 0.3;
/// Less sound than this is none.
const SILENCE: f32 = 1e-9;

/// Finds the first bases of one source after another. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub struct Seeding {
    width: usize,
    /// How loud the source is in each frame. `[T]`
    sums: Vec<f32>,
    /// The source's mean spectrum. `[B]`
    mean: Vec<f32>,
}

impl Seeding {
    /// For up to `most_frames` frames of `width` bands.
    pub fn new(width: usize, most_frames: usize) -> Self {
        Self { width, sums: vec![0.0; most_frames], mean: vec![0.0; width] }
    }

    /// Finds `bases`, `[K, B]`, each summing to 1, for the frames `v`, `[T, B]`, in which the source is as likely as
    /// `likelihoods`, `[T, B]`. `false`, without a change, where there is no sound. [`Self::sums`] then holds how loud
    /// the source is in each frame.
    pub fn find(&mut self, v: &[f32], likelihoods: &[f32], rng: &mut impl Rng, bases: &mut [f32]) -> bool {
        let width = self.width;
        let frame = |t: usize| v[t * width..].iter().zip(&likelihoods[t * width..]).take(width).map(|(v, l)| v * l);
        let count = v.len() / width;
        self.mean.fill(0.0);
        for t in 0..count {
            self.mean.iter_mut().zip(frame(t)).for_each(|(mean, sound)| *mean += sound);
            self.sums[t] = frame(t).sum();
        }
        let total: f32 = self.sums[..count].iter().sum();
        if !(total.is_finite() && total > SILENCE) {
            return false;
        }
        let least = LEAST_SOUND * total / count as f32;
        let step = total * (1.0 + LEAST_SOUND) / (bases.len() / width) as f32;
        let (mut t, mut passed) = (0, self.sums[0] + least);
        for (k, basis) in bases.chunks_exact_mut(width).enumerate() {
            while passed < (k as f32 + 0.5) * step && t + 1 < count {
                t += 1;
                passed += self.sums[t] + least;
            }
            let (own, mean) = (FRAME_SHARE / (self.sums[t] + f32::MIN_POSITIVE), (1.0 - FRAME_SHARE) / total);
            for ((w, sound), all) in basis.iter_mut().zip(frame(t)).zip(&self.mean) {
                *w = (own * sound + mean * all + f32::MIN_POSITIVE) * (1.0 + JITTER * rng.random::<f32>());
            }
            let sum: f32 = basis.iter().sum();
            basis.iter_mut().for_each(|w| *w /= sum);
        }
        true
    }

    /// How loud the source is in each frame, `[T]`.
    pub fn sums(&self) -> &[f32] {
        &self.sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_pcg::Pcg64Mcg;

    const WIDTH: usize = 12;

    #[test]
    fn bases_start_at_what_sounds_one_after_another_and_only_where_the_source_is_likely() {
        // First one sound, then another; a third one, which belongs to another source, all the time.
        let sound = |t: usize, b: usize| if b / 4 == t / 30 || b / 4 == 2 { 1.0 } else { 0.0 };
        let v: Vec<f32> = (0..60).flat_map(|t| (0..WIDTH).map(move |b| sound(t, b))).collect();
        let likelihoods: Vec<f32> = (0..60).flat_map(|_| (0..WIDTH).map(|b| if b < 8 { 1.0 } else { 0.0 })).collect();
        let mut seeding = Seeding::new(WIDTH, 80);
        let mut bases = vec![0.0; 4 * WIDTH];
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        assert!(seeding.find(&v, &likelihoods, &mut rng, &mut bases));
        for k in 0..4 {
            let share = |sound: usize| bases[k * WIDTH + 4 * sound..][..4].iter().sum::<f32>();
            assert!(share(k / 2) > 0.75 && share(2) < 1e-6, "basis {k}: {bases:?}");
        }
        assert_eq!(seeding.sums()[0], 4.0);
        assert!(!seeding.find(&v, &[0.0; 60 * WIDTH], &mut rng, &mut bases));
    }
}
