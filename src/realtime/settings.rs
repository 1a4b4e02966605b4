//! What the audio half is told for a block: plain values.

use crate::{
    engine::{Audition, Controls, MAX_SOURCES, MusicalTime, StripControls, decibels},
    wires::automated::Setting,
};

/// A strip below this is auditioned at 0 dB, in dB.
const LEAST_AUDITIONED_DB: f32 = -20.0;

/// Where the parameters stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Gain, mute and solo of each strip.
    pub strips: [StripControls; MAX_SOURCES],
    /// Exponent p of the masks.
    pub focus: f32,
    /// Strength of the sparsity prior, 0 to 1.
    pub sparsity: f32,
    /// Strength of the smoothness prior, 0 to 1.
    pub smoothness: f32,
    /// Share of the remix in the main output, 0 to 1.
    pub mix: f32,
    /// Gain of the main output, in dB.
    pub output_db: f32,
    /// The input passes, delayed.
    pub bypass: bool,
    /// The main output is the delayed input minus the remix.
    pub removed: bool,
    /// The same for the dry share of the mix, which then is left out.
    pub without_dry: bool,
    /// The Learn switch of each strip.
    pub learn: [bool; MAX_SOURCES],
}

impl Settings {
    /// The same for the separator. Only the strips of the preset's `sources` sources count; a solo on an empty strip
    /// silences nothing.
    pub fn controls(&self, sources: usize) -> Controls {
        Controls {
            gains: Controls::resolve_gains(self.strips.iter().take(sources).copied()),
            focus: self.focus,
            sparsity: self.sparsity,
            smoothness: self.smoothness,
            mix: self.mix,
            output: decibels::to_gain(self.output_db),
            bypass: self.bypass,
            removed: self.removed,
            without_dry: self.without_dry,
        }
    }

    /// The linear gain at which `audition` is heard: that of its source's knob, but 0 dB where the source is muted or
    /// hardly audible. Solo does not count. A band has none.
    pub fn audition_gain(&self, audition: Audition) -> f32 {
        let source = match audition {
            Audition::Source(source) | Audition::Basis { source, .. } => source,
            Audition::Band { .. } => return 1.0,
        };
        let knobs = self.strips.get(source).filter(|knobs| !knobs.mute);
        let audible = knobs.and_then(|knobs| knobs.gain_db).filter(|db| *db >= LEAST_AUDITIONED_DB);
        audible.map_or(1.0, decibels::to_gain)
    }

    /// Everything as it is: for tests.
    #[cfg(test)]
    pub(crate) fn unity() -> Self {
        Self {
            strips: [StripControls::default(); MAX_SOURCES],
            focus: 1.0,
            sparsity: 0.0,
            smoothness: 0.0,
            mix: 1.0,
            output_db: 0.0,
            bypass: false,
            removed: false,
            without_dry: false,
            learn: [false; MAX_SOURCES],
        }
    }

    /// Takes the value that `setting` has in `other`, and says whether that is another one.
    pub(crate) fn take(&mut self, setting: Setting, other: &Self) -> bool {
        fn set<T: Copy + PartialEq>(from: T, to: &mut T) -> bool {
            let differs = *to != from;
            *to = from;
            differs
        }
        match setting {
            Setting::Gain(strip) => set(other.strips[strip].gain_db, &mut self.strips[strip].gain_db),
            Setting::Mute(strip) => set(other.strips[strip].mute, &mut self.strips[strip].mute),
            Setting::Solo(strip) => set(other.strips[strip].solo, &mut self.strips[strip].solo),
            Setting::Focus => set(other.focus, &mut self.focus),
            Setting::Sparsity => set(other.sparsity, &mut self.sparsity),
            Setting::Smoothness => set(other.smoothness, &mut self.smoothness),
            Setting::Mix => set(other.mix, &mut self.mix),
            Setting::Output => set(other.output_db, &mut self.output_db),
            Setting::Bypass => set(other.bypass, &mut self.bypass),
            Setting::Removed => {
                self.without_dry = other.without_dry;
                set(other.removed, &mut self.removed)
            }
        }
    }
}

/// Where the host's transport is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Transport {
    /// Whether it runs.
    pub playing: bool,
    /// Its place on the host's timeline, in the unit in which the host counts.
    pub place: Option<f64>,
    /// Its beats and bars at the block's first sample, as far as the host says.
    pub music: Option<MusicalTime>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_auditioned_at_its_knobs_gain_and_at_0_db_where_it_would_not_be_heard() {
        let mut settings = Settings::unity();
        settings.strips[0].gain_db = Some(-6.0);
        settings.strips[1].gain_db = None;
        settings.strips[2] = StripControls { gain_db: Some(6.0), mute: true, solo: false };
        settings.strips[3].gain_db = Some(-40.0);
        settings.strips[4].solo = true;
        let gain = |source| settings.audition_gain(Audition::Source(source));
        assert!((gain(0) - 0.501).abs() < 1e-3);
        assert_eq!([1, 2, 3, 4, 99].map(gain), [1.0; 5]);
        assert_eq!(settings.audition_gain(Audition::Basis { source: 0, component: 3 }), gain(0));
        assert_eq!(settings.audition_gain(Audition::Band { hz: 100.0 }), 1.0);
    }
}
