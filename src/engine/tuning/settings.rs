//! What can be set for a separation, and each setting as a number that a search can change.

use crate::{
    learner::{LearnSettings, adaptive::MEMORY_SECONDS},
    number::decimal,
    preset::PlaySettings,
    separator::{Controls, LatencyMode},
};
use serde::{Deserialize, Serialize};

/// One choice of everything that is tried: how sources are learned, and how a mixture is separated with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TuningSettings {
    /// Number of bases K of each source, in their order; of each block, where the dictionary is universal.
    pub components: Vec<usize>,
    /// Passes over the recordings.
    pub iterations: u32,
    /// Whether every recording has a block of bases of its own, chosen under the block-sparse prior.
    pub universal: bool,
    /// Whether learned bases may move towards what plays.
    pub drift: bool,
    /// How much the evidence of the source model counts for sources that were learned and have a role, 0 to 1.
    pub evidence: f32,
    /// How many seconds of sound moving bases learn from.
    pub memory_seconds: f64,
    /// The latency mode.
    pub mode: LatencyMode,
    /// Exponent of the masks.
    pub focus: f32,
    /// Strength of the sparsity prior, 0 to 1.
    pub sparsity: f32,
    /// Strength of the smoothness prior, 0 to 1.
    pub smoothness: f32,
}

impl TuningSettings {
    /// What is used unless somebody chooses otherwise, with so many `components` for each source.
    pub fn defaults(components: Vec<usize>) -> Self {
        let Controls { focus, sparsity, smoothness, .. } = Controls::default();
        Self {
            components,
            iterations: LearnSettings::default().iterations,
            universal: false,
            drift: false,
            evidence: 0.0,
            memory_seconds: MEMORY_SECONDS,
            mode: LatencyMode::default(),
            focus,
            sparsity,
            smoothness,
        }
    }

    /// The controls that it is played with, gains at unity.
    pub fn controls(&self) -> Controls {
        let Self { focus, sparsity, smoothness, .. } = *self;
        Controls { focus, sparsity, smoothness, ..Controls::default() }
    }

    /// What a preset that was learned with them is best played with. The memory is part of it only where bases
    /// `move_while_playing`.
    pub fn play(&self, move_while_playing: bool) -> PlaySettings {
        let Self { mode, focus, sparsity, smoothness, memory_seconds, .. } = *self;
        let memory_seconds = move_while_playing.then_some(memory_seconds);
        PlaySettings { mode, focus, sparsity, smoothness, memory_seconds }
    }
}

/// One of the settings. Its values are numbers: switches are 0 and 1, latency modes are counted from 0, the shortest
/// first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tunable {
    /// [`TuningSettings::components`] of one source, counted from 0.
    Components(usize),
    /// [`TuningSettings::iterations`].
    Iterations,
    /// [`TuningSettings::universal`].
    Universal,
    /// [`TuningSettings::drift`].
    Drift,
    /// [`TuningSettings::evidence`].
    Evidence,
    /// [`TuningSettings::memory_seconds`].
    Memory,
    /// [`TuningSettings::mode`].
    Mode,
    /// [`TuningSettings::focus`].
    Focus,
    /// [`TuningSettings::sparsity`].
    Sparsity,
    /// [`TuningSettings::smoothness`].
    Smoothness,
}

impl Tunable {
    /// Whether it counts while sources are learned, and not only while they play.
    pub(super) fn is_learned_with(self) -> bool {
        self.gives_other_bases() || self == Self::Evidence
    }

    /// Whether other bases are found with it, from another random start. The weight of the evidence changes
    /// reconstruction bases alone, which have no random start.
    pub(super) fn gives_other_bases(self) -> bool {
        matches!(self, Self::Components(_) | Self::Iterations | Self::Universal | Self::Mode)
    }

    /// Whether each of its values is also tried with all other settings at their defaults.
    pub(super) fn is_tried_alone(self) -> bool {
        self.is_switch() || self == Self::Evidence
    }

    /// Whether it is on or off.
    fn is_switch(self) -> bool {
        matches!(self, Self::Universal | Self::Drift)
    }

    /// What the setting is called, whatever the source.
    pub fn name(self) -> &'static str {
        match self {
            Self::Components(_) => "components",
            Self::Iterations => "iterations",
            Self::Universal => "universal",
            Self::Drift => "drift",
            Self::Evidence => "evidence",
            Self::Memory => "memory",
            Self::Mode => "mode",
            Self::Focus => "focus",
            Self::Sparsity => "sparsity",
            Self::Smoothness => "smoothness",
        }
    }

    /// The same, with the name of the source if it is one source's own.
    pub fn name_among(self, sources: &[String]) -> String {
        match self {
            Self::Components(source) => format!("components.{}", sources[source]),
            _ => self.name().to_owned(),
        }
    }

    /// Its value in `settings`.
    pub fn of(self, settings: &TuningSettings) -> f64 {
        match self {
            Self::Components(source) => settings.components[source] as f64,
            Self::Iterations => f64::from(settings.iterations),
            Self::Universal => f64::from(u8::from(settings.universal)),
            Self::Drift => f64::from(u8::from(settings.drift)),
            Self::Evidence => decimal(settings.evidence),
            Self::Memory => settings.memory_seconds,
            Self::Mode => LatencyMode::ALL.iter().position(|mode| *mode == settings.mode).unwrap_or(0) as f64,
            Self::Focus => decimal(settings.focus),
            Self::Sparsity => decimal(settings.sparsity),
            Self::Smoothness => decimal(settings.smoothness),
        }
    }

    /// Gives it the `value` in `settings`.
    pub fn set(self, settings: &mut TuningSettings, value: f64) {
        match self {
            Self::Components(source) => settings.components[source] = value as usize,
            Self::Iterations => settings.iterations = value as u32,
            Self::Universal => settings.universal = value != 0.0,
            Self::Drift => settings.drift = value != 0.0,
            Self::Evidence => settings.evidence = value as f32,
            Self::Memory => settings.memory_seconds = value,
            Self::Mode => settings.mode = LatencyMode::ALL[(value as usize).min(LatencyMode::ALL.len() - 1)],
            Self::Focus => settings.focus = value as f32,
            Self::Sparsity => settings.sparsity = value as f32,
            Self::Smoothness => settings.smoothness = value as f32,
        }
    }

    /// `value` as people write it: "on", "quality", "25".
    pub fn shown(self, value: f64) -> String {
        match self {
            _ if self.is_switch() => if value != 0.0 { "on" } else { "off" }.to_owned(),
            Self::Mode => LatencyMode::ALL[(value as usize).min(LatencyMode::ALL.len() - 1)].name().to_owned(),
            Self::Evidence if value == 0.0 => "off".to_owned(),
            _ => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_gives_back_the_value_that_it_was_given() {
        let mut settings = TuningSettings::defaults(vec![25, 25]);
        for (tunable, value) in [
            (Tunable::Components(1), 12.0),
            (Tunable::Iterations, 90.0),
            (Tunable::Universal, 1.0),
            (Tunable::Drift, 1.0),
            (Tunable::Evidence, 0.5),
            (Tunable::Memory, 4.5),
            (Tunable::Mode, 1.0),
            (Tunable::Focus, 1.2),
            (Tunable::Sparsity, 0.3),
            (Tunable::Smoothness, 0.7),
        ] {
            assert_ne!(tunable.of(&settings), value);
            tunable.set(&mut settings, value);
            assert_eq!(tunable.of(&settings), value, "{}", tunable.name());
        }
        assert_eq!(settings.components, [25, 12]);
        assert_eq!(settings.mode, LatencyMode::Live);
        assert_eq!(
            [(Tunable::Mode, 1.0), (Tunable::Drift, 1.0), (Tunable::Focus, 1.2), (Tunable::Evidence, 0.0)]
                .map(|(tunable, value)| tunable.shown(value)),
            ["live", "on", "1.2", "off"]
        );
    }
}
