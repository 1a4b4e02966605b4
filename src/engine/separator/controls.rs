//! The controls that the player sets, and their smoothing.

use crate::{
    decibels,
    nmf::{discriminative::FOCUS, priors::Priors},
    preset::{Knobs, MAX_SOURCES},
};

/// Time constant of all smoothing, in milliseconds: short enough that a step is heard within 5 ms of its place in the
/// mode of the shortest latency.
const SMOOTHING_MS: f64 = 5.0;
/// Weight of the sparsity prior with its control at 1: the largest with which sources are still separated.
const FULL_SPARSITY: f32 = 0.05;
/// Weight of the smoothness prior with its control at 1: the largest that leaves the attacks of drums recognisable.
const FULL_SMOOTHNESS: f32 = 0.02;
/// Weight of block sparsity, which changes nothing for sources with a single block.
const BLOCK_SPARSITY: f32 = 0.005;
/// Differences below this (-100 dB) are inaudible and end the smoothing.
const SETTLED: f32 = 1e-5;

/// Where the knob and the switches of a strip stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StripControls {
    /// Gain in dB; `None` is silence (minus infinity).
    pub gain_db: Option<f32>,
    /// The source is silenced.
    pub mute: bool,
    /// Only soloed sources are heard.
    pub solo: bool,
}

/// A strip as a preset sets it: not soloed.
impl From<Knobs> for StripControls {
    fn from(Knobs { gain_db, mute }: Knobs) -> Self {
        Self { gain_db, mute, solo: false }
    }
}

impl Default for StripControls {
    fn default() -> Self {
        Knobs::default().into()
    }
}

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
    /// The delayed input is left out of the mix, as it is no part of the difference.
    pub without_dry: bool,
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
            without_dry: false,
        }
    }
}

impl Controls {
    /// Linear gains from the strips of the sources. A muted source is silent; if any source is soloed, all others are
    /// silent.
    pub fn resolve_gains(strips: impl Iterator<Item = StripControls> + Clone) -> [f32; MAX_SOURCES] {
        let soloing = strips.clone().any(|strip| strip.solo);
        let mut gains = [1.0; MAX_SOURCES];
        for (gain, StripControls { gain_db, mute, solo }) in gains.iter_mut().zip(strips) {
            let heard = !mute && (solo || !soloing);
            *gain = gain_db.filter(|_| heard).map_or(0.0, decibels::to_gain);
        }
        gains
    }

    /// The factor of each source in the main output: gain, difference, mix, output and bypass.
    pub fn source_factors(&self) -> [f32; MAX_SOURCES] {
        SmoothedControls::of(self).source_factors()
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
            without_dry: self.without_dry,
        }
    }
}

/// The controls as numbers that can be averaged and smoothed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SmoothedControls {
    pub(super) gains: [f32; MAX_SOURCES],
    pub(super) focus: f32,
    sparsity: f32,
    smoothness: f32,
    pub(super) mix: f32,
    pub(super) output: f32,
    /// 1 while playing, 0 in bypass.
    pub(super) engaged: f32,
    /// 1 if the main output is the difference, 0 if it is the remix.
    pub(super) removed: f32,
    /// 1 if the delayed input is left out of the mix, 0 if it is not.
    without_dry: f32,
    /// Share of what is auditioned in the main output, 0 to 1. [`Auditioning`](super::audition) smooths it.
    pub(super) auditioned: f32,
}

impl SmoothedControls {
    /// No controls: sums begin with it.
    const ZERO: Self = Self {
        gains: [0.0; MAX_SOURCES],
        focus: 0.0,
        sparsity: 0.0,
        smoothness: 0.0,
        mix: 0.0,
        output: 0.0,
        engaged: 0.0,
        removed: 0.0,
        without_dry: 0.0,
        auditioned: 0.0,
    };

    pub(super) fn of(controls: &Controls) -> Self {
        let Controls { gains, focus, sparsity, smoothness, mix, output, .. } = *controls;
        let [engaged, removed, without_dry] =
            [!controls.bypass, controls.removed, controls.without_dry].map(|on| if on { 1.0 } else { 0.0 });
        Self { gains, focus, sparsity, smoothness, mix, output, engaged, removed, without_dry, auditioned: 0.0 }
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

    /// The factors of the weighted and of the delayed mixture in the main output.
    pub(super) fn wet_and_dry(&self) -> (f32, f32) {
        let (wet, dry) = self.wet_and_dry_otherwise();
        if self.auditioned == 0.0 {
            return (wet, dry);
        }
        // What is auditioned is heard without a dry share, also in bypass.
        let rest = 1.0 - self.auditioned;
        (rest * wet + self.auditioned * self.output, rest * dry)
    }

    /// The same without an audition.
    fn wet_and_dry_otherwise(&self) -> (f32, f32) {
        (self.engaged * self.output * self.mix, self.engaged * self.output * self.kept() + 1.0 - self.engaged)
    }

    /// The parts of what is heard otherwise, and of what is auditioned at full weight, in the weighted mask: so that
    /// both have their levels behind [`Self::wet_and_dry`].
    pub(super) fn parts(&self) -> (f32, f32) {
        let (all, (wet, _)) = (self.wet_and_dry().0, self.wet_and_dry_otherwise());
        if all > 0.0 { ((1.0 - self.auditioned) * wet / all, self.output / all) } else { (1.0 - self.auditioned, 1.0) }
    }

    /// What is heard of a bin without an audition, but for the output gain, as factor and addend of its weighted mask.
    pub(super) fn heard(&self) -> (f32, f32) {
        (self.engaged * self.mix, self.engaged * self.kept() + 1.0 - self.engaged)
    }

    /// The share of the delayed input in the mix.
    fn kept(&self) -> f32 {
        (1.0 - self.mix) * (1.0 - self.without_dry)
    }

    /// The factor of each source in the main output without an audition.
    pub(super) fn source_factors(&self) -> [f32; MAX_SOURCES] {
        let (wet, dry) = self.wet_and_dry_otherwise();
        // As in the main output's mask: (1 − d) g + d (1 − g).
        self.gains.map(|gain| (wet * (gain + self.removed * (1.0 - 2.0 * gain)) + dry).abs())
    }

    /// Moves one hop nearer to `target`; `pace` is the share of the distance that a hop covers.
    pub(super) fn step(&mut self, target: &Self, pace: f32) {
        self.combine(target, |value, target| approach(value, target, pace));
    }

    /// Applies `change` to each value and the value of `other`.
    fn combine(&mut self, other: &Self, change: impl Fn(&mut f32, f32)) {
        for (value, other) in self.gains.iter_mut().zip(&other.gains) {
            change(value, *other);
        }
        change(&mut self.focus, other.focus);
        change(&mut self.sparsity, other.sparsity);
        change(&mut self.smoothness, other.smoothness);
        change(&mut self.mix, other.mix);
        change(&mut self.output, other.output);
        change(&mut self.engaged, other.engaged);
        change(&mut self.removed, other.removed);
        change(&mut self.without_dry, other.without_dry);
    }
}

/// The mean of the controls over the hop that arrives: a change within a hop then counts from its sample on, though
/// there is one set of controls per frame.
pub(super) struct HopMean {
    /// The controls up to `until`, each weighted with its number of samples.
    sum: SmoothedControls,
    /// Samples of the hop that `sum` covers.
    until: usize,
}

impl HopMean {
    pub(super) const fn new() -> Self {
        Self { sum: SmoothedControls::ZERO, until: 0 }
    }

    /// The controls stood at `value` up to sample `until` of the hop.
    pub(super) fn hold(&mut self, value: &SmoothedControls, until: usize) {
        let samples = until.saturating_sub(self.until) as f32;
        self.sum.combine(value, |sum, value| *sum += samples * value);
        self.until = until;
    }

    /// The hop of `hop` samples is complete, and the controls stood at `value` to its end: their mean. Begins the next.
    pub(super) fn finish(&mut self, value: &SmoothedControls, hop: usize) -> SmoothedControls {
        if self.until == 0 {
            return *value;
        }
        self.hold(value, hop);
        let mut mean = SmoothedControls::ZERO;
        mean.combine(&self.sum, |mean, sum| *mean = sum / hop as f32);
        *self = Self::new();
        mean
    }
}

/// Moves `value` by `pace` of the way to `target`, and to `target` itself when it is near.
pub(super) fn approach(value: &mut f32, target: f32, pace: f32) {
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
        let strip = |&(gain_db, mute, solo): &_| StripControls { gain_db, mute, solo };
        let gains = |strips: &[(Option<f32>, bool, bool)]| Controls::resolve_gains(strips.iter().map(strip));
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

    #[test]
    fn a_change_within_a_hop_counts_from_its_sample_on() {
        let with_mix = |mix| SmoothedControls::of(&Controls { mix, ..Controls::default() });
        let mut mean = HopMean::new();
        assert_eq!(mean.finish(&with_mix(0.3), 64), with_mix(0.3), "no change: to the bit");
        mean.hold(&with_mix(1.0), 16);
        mean.hold(&with_mix(0.5), 48);
        assert_eq!(mean.finish(&with_mix(0.0), 64), with_mix(0.5), "16, 32 and 16 samples");
        assert_eq!(mean.finish(&with_mix(0.0), 64), with_mix(0.0), "the next hop begins anew");
    }
}
