//! What the net reads of a frame: how loud each band is, relative to a follower of the mixture's level, how that has
//! changed since the last frame, and how tonal the band is.

use crate::{
    evidence::medians::RunningMedians,
    nmf::kernels::elementary::{exp2, log2},
};
use std::f32::consts::LOG10_2;

/// Frames with less energy are silence (-130 dB of full scale).
const SILENCE: f32 = 1e-13;
/// Frames with more are faulty.
const LOUDEST: f32 = 1e12;
/// The follower falls by at most this factor in a time constant, so that gaps between hits do not pull it down.
const LEAST_FALL: f32 = 1e-3;
/// It is never below this share of the frame, so that the first hit after a silence is not out of range.
const LEAST_SHARE: f32 = 0.1;
/// Added to relative energies: what is fainter counts as silent.
const FLOOR: f32 = 1e-7;

/// Number of features per band: level, change, and how tonal it is.
pub(super) const FEATURES_PER_BAND: usize = 3;

/// How the features of a net are read, as its file says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Number of bands B.
    pub(super) bands: usize,
    /// Duration between two steps, in seconds.
    pub(super) step_seconds: f64,
    /// Time constant of the follower, in seconds.
    pub(super) follower_seconds: f64,
    /// Number of steps, and of bands, that the medians take in.
    pub(super) tonal_steps: usize,
    pub(super) tonal_bands: usize,
}

/// Reads the frames of one stream.
#[derive(Debug, Clone)]
pub(super) struct Features {
    bands: usize,
    /// What is left of the follower after a step, as an exponent.
    decay: f32,
    /// The mixture's level as energy; 0 before the first sound.
    level: f32,
    /// The relative levels of the last frame, log₁₀. `[B]`
    before: Vec<f32>,
    medians: RunningMedians,
    /// How tonal each band was last, log₁₀. `[B]`
    tonal: Vec<f32>,
}

impl Features {
    pub(super) fn new(reading: &Reading) -> Self {
        let Reading { bands, step_seconds, follower_seconds, tonal_steps, tonal_bands } = *reading;
        Self {
            bands,
            decay: (-step_seconds / follower_seconds).exp() as f32,
            level: 0.0,
            before: vec![0.0; bands],
            medians: RunningMedians::new(bands, tonal_steps, tonal_bands),
            tonal: vec![0.0; bands],
        }
    }

    pub(super) fn reset(&mut self) {
        self.level = 0.0;
        self.medians.reset();
    }

    pub(super) fn copy_from(&mut self, other: &Self) {
        self.level = other.level;
        self.before.copy_from_slice(&other.before);
        self.medians.copy_from(&other.medians);
        self.tonal.copy_from_slice(&other.tonal);
    }

    /// Writes level, change and how tonal each band is, `[3, B]`, for `energies`, `[B]`, into `out`. `false` if the
    /// frame is silent or faulty: then nothing changes.
    pub(super) fn read(&mut self, energies: &[f32], out: &mut [f32]) -> bool {
        let total: f32 = energies.iter().sum();
        if !(SILENCE..LOUDEST).contains(&total) {
            return false;
        }
        let is_first = self.level == 0.0;
        self.level = if is_first { total } else { self.follow(total) };
        let scale = 1.0 / self.level;
        let (levels, others) = out.split_at_mut(self.bands);
        let (changes, tonal) = others.split_at_mut(self.bands);
        for (((level, change), before), energy) in levels.iter_mut().zip(changes).zip(&mut self.before).zip(energies) {
            *level = LOG10_2 * log2(energy * scale + FLOOR);
            *change = if is_first { 0.0 } else { *level - *before };
            *before = *level;
        }
        self.medians.step(levels, &mut self.tonal);
        tonal[..self.bands].copy_from_slice(&self.tonal);
        true
    }

    /// How tonal each band was last: log₁₀ of the energy that lasts over the energy around. `[B]`
    pub(super) fn tonal(&self) -> &[f32] {
        &self.tonal
    }

    /// The follower after a frame with the energy `total`: it moves in dB, so that rise and fall take as long.
    fn follow(&self, total: f32) -> f32 {
        let heard = total.max(LEAST_FALL * self.level);
        let level = exp2(self.decay * log2(self.level) + (1.0 - self.decay) * log2(heard));
        level.max(LEAST_SHARE * total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BANDS: usize = 4;

    fn features() -> Features {
        let (step_seconds, follower_seconds, tonal_steps, tonal_bands) = (0.01, 1.0, 13, 3);
        Features::new(&Reading { bands: BANDS, step_seconds, follower_seconds, tonal_steps, tonal_bands })
    }

    fn frame(level: f32) -> [f32; BANDS] {
        [level, 0.5 * level, 0.0, 0.25 * level]
    }

    #[test]
    fn features_do_not_depend_on_the_level() {
        let at = |level: f32| {
            let mut features = features();
            let mut out = [0.0; 3 * BANDS];
            for gain in [1.0, 0.1, 3.0] {
                assert!(features.read(&frame(level * gain), &mut out));
            }
            out
        };
        for (quiet, loud) in at(1e-9).iter().zip(at(1e3)) {
            assert!((quiet - loud).abs() < 1e-4, "{quiet}, {loud}");
        }
    }

    #[test]
    fn after_a_jump_of_sixty_decibels_the_level_is_found_again_within_three_seconds() {
        for jump in [1e-6, 1e6] {
            let mut features = features();
            let mut out = [0.0; 3 * BANDS];
            (0..500).for_each(|_| assert!(features.read(&frame(1e-3), &mut out)));
            let settled = out[0];
            (0..300).for_each(|_| assert!(features.read(&frame(1e-3 * jump), &mut out)));
            assert!((out[0] - settled).abs() < 0.5, "{} and {settled}", out[0]);
        }
    }

    #[test]
    fn silence_and_faulty_frames_change_nothing() {
        let mut features = features();
        let mut out = [0.0; 3 * BANDS];
        assert!(features.read(&frame(0.1), &mut out));
        let before = (features.level, out);
        for faulty in [0.0, 1e-20, f32::NAN, f32::INFINITY, 1e30] {
            assert!(!features.read(&frame(faulty), &mut out));
        }
        assert_eq!((features.level, out), before);
    }
}
