//! The controls that the player sets, and their smoothing.

use crate::{
    decibels,
    nmf::{discriminative::FOCUS, priors::Priors},
    preset::MAX_SOURCES,
};

/// Time constant of all smoothing, in milliseconds.
const SMOOTHING_MS: f64 = 10.0;
/// Weight of the sparsity prior with its control at 1: the largest with which sources are still separated.
const FULL_SPARSITY: f32 = 0.05;
/// Weight of the smoothness prior with its control at 1: the largest that leaves the attacks of drums recognisable.
const FULL_SMOOTHNESS: f32 = 0.02;
/// Weight of block sparsity, which changes nothing for sources with a single block.
const BLOCK_SPARSITY: f32 = 0.005;
/// Differences below this (-100 dB) are inaudible and end the smoothing.
const SETTLED: f32 = 1e-5;

/// The controls that the player sets. The audio thread uses them from the next frame on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Controls {
    /// Linear gain of each source, in which mute and solo are included.
    pub gains: [f32; MAX_SOURCES],
    /// Exponent p of the masks.
    pub focus: f32,
    /// Strength of the sparsity prior, 0 to 1.
    pub sparsity: f32,
    /// Strength of the smoothness prior, 0 to 1.
    pub smoothness: f32,
    /// Share of the remix in the main output, 0 to 1; the rest is the delayed input.
    pub mix: f32,
    /// Linear gain of the main output.
    pub output: f32,
    /// Bypass: the output is the delayed input.
    pub bypass: bool,
    /// The main output is the difference: the delayed input minus the remix.
    pub removed: bool,
}

impl Default for Controls {
    /// Unity: the main output is the delayed input.
    fn default() -> Self {
        Self {
            gains: [1.0; MAX_SOURCES],
            focus: FOCUS,
            sparsity: 0.0,
            smoothness: 0.0,
            mix: 1.0,
            output: 1.0,
            bypass: false,
            removed: false,
        }
    }
}

impl Controls {
    /// Linear gains from `(gain in dB or None for silence, mute, solo)` of each source. A muted source is silent; if
    /// any source is soloed, all others are silent.
    pub fn resolve_gains(strips: impl Iterator<Item = (Option<f32>, bool, bool)> + Clone) -> [f32; MAX_SOURCES] {
        let soloing = strips.clone().any(|(_, _, solo)| solo);
        let mut gains = [1.0; MAX_SOURCES];
        for (gain, (db, mute, solo)) in gains.iter_mut().zip(strips) {
            let heard = !mute && (solo || !soloing);
            *gain = db.filter(|_| heard).map_or(0.0, decibels::to_gain);
        }
        gains
    }

    /// The priors on the activations. Their weights grow with the square of the controls, which makes small values easy
    /// to set.
    pub(super) fn priors(&self) -> Priors {
        Priors {
            sparsity: FULL_SPARSITY * self.sparsity * self.sparsity,
            smoothness: FULL_SMOOTHNESS * self.smoothness * self.smoothness,
            block_sparsity: BLOCK_SPARSITY,
        }
    }

    /// The same controls, with every value finite and within its range.
    pub(super) fn sanitized(&self) -> Self {
        let hold = |value: f32, low: f32, high: f32, otherwise: f32| {
            if value.is_finite() { value.clamp(low, high) } else { otherwise }
        };
        Self {
            gains: self.gains.map(|gain| hold(gain, 0.0, 100.0, 1.0)),
            focus: hold(self.focus, 0.1, 10.0, FOCUS),
            sparsity: hold(self.sparsity, 0.0, 1.0, 0.0),
            smoothness: hold(self.smoothness, 0.0, 1.0, 0.0),
            mix: hold(self.mix, 0.0, 1.0, 1.0),
            output: hold(self.output, 0.0, 100.0, 1.0),
            bypass: self.bypass,
            removed: self.removed,
        }
    }
}

/// The controls that scale the sound directly, and are smoothed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SmoothedControls {
    pub(super) gains: [f32; MAX_SOURCES],
    pub(super) mix: f32,
    pub(super) output: f32,
    /// 1 while playing, 0 in bypass.
    pub(super) engaged: f32,
    /// 1 if the main output is the difference, 0 if it is the remix.
    pub(super) removed: f32,
}

impl SmoothedControls {
    pub(super) fn of(controls: &Controls) -> Self {
        let engaged = if controls.bypass { 0.0 } else { 1.0 };
        let removed = if controls.removed { 1.0 } else { 0.0 };
        Self { gains: controls.gains, mix: controls.mix, output: controls.output, engaged, removed }
    }

    /// The factors of the weighted and of the delayed mixture in the main output.
    pub(super) fn wet_and_dry(&self) -> (f32, f32) {
        let wet = self.engaged * self.output * self.mix;
        // The dry share of the mix is not part of the difference.
        let kept = (1.0 - self.mix) * (1.0 - self.removed);
        (wet, self.engaged * self.output * kept + 1.0 - self.engaged)
    }

    /// Moves one hop nearer to `target`; `pace` is the share of the distance that a hop covers.
    pub(super) fn step(&mut self, target: &Self, pace: f32) {
        for (value, target) in self.gains.iter_mut().zip(&target.gains) {
            approach(value, *target, pace);
        }
        approach(&mut self.mix, target.mix, pace);
        approach(&mut self.output, target.output, pace);
        approach(&mut self.engaged, target.engaged, pace);
        approach(&mut self.removed, target.removed, pace);
    }
}

fn approach(value: &mut f32, target: f32, pace: f32) {
    *value += pace * (target - *value);
    if (*value - target).abs() < SETTLED {
        *value = target;
    }
}

/// The share of the distance to its target that a value covers in one hop.
pub(super) fn pace(hop: usize, sample_rate: f64) -> f32 {
    (1.0 - (-(hop as f64) / (sample_rate * SMOOTHING_MS * 1e-3)).exp()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mute_silences_and_solo_silences_the_others() {
        let gains = |strips: &[(Option<f32>, bool, bool)]| Controls::resolve_gains(strips.iter().copied());
        let plain = gains(&[(Some(0.0), false, false), (Some(20.0), false, false), (None, false, false)]);
        assert_eq!(plain[..3], [1.0, 10.0, 0.0]);
        let soloed = gains(&[(Some(0.0), false, true), (Some(0.0), false, false), (Some(0.0), true, true)]);
        assert_eq!(soloed[..3], [1.0, 0.0, 0.0]);
    }

    #[test]
    fn values_reach_their_target_exactly() {
        let (mut levels, target) = (
            SmoothedControls::of(&Controls::default()),
            SmoothedControls::of(&Controls { mix: 0.3, ..Controls::default() }),
        );
        for _ in 0..100 {
            levels.step(&target, 0.2);
        }
        assert_eq!(levels, target);
    }
}
