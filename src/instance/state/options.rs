//! How to learn and to follow the mixture: set in the editor, kept in the project.

use crate::{
    learner::{
        LearnSettings,
        adaptive::{Adaptation, MEMORY_SECONDS},
    },
    preset::MAX_COMPONENTS,
};
use serde::{Deserialize, Serialize};

/// How to capture and learn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LearnOptions {
    /// Number of bases K.
    pub components: usize,
    /// Length of a take in seconds; `None` goes on until it is ended by hand.
    pub seconds: Option<f32>,
    /// Whether a take ends when the host's transport stops or goes back.
    pub with_transport: bool,
}

impl LearnOptions {
    /// The same where a project may have brought anything.
    #[must_use]
    pub fn within_limits(self) -> Self {
        Self { components: self.components.clamp(1, MAX_COMPONENTS), ..self }
    }
}

impl Default for LearnOptions {
    fn default() -> Self {
        Self { components: LearnSettings::default().components, seconds: Some(10.0), with_transport: true }
    }
}

/// How adaptive sources follow the mixture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdaptOptions {
    /// They stay as they are.
    pub frozen: bool,
    /// How many seconds of sound they learn from.
    pub memory_seconds: f32,
}

impl AdaptOptions {
    /// The same with a memory of so many seconds, where there is another.
    #[must_use]
    pub fn remembering(self, memory_seconds: Option<f32>) -> Self {
        Self { memory_seconds: memory_seconds.unwrap_or(self.memory_seconds), ..self }
    }

    /// Lets `adaptation` do as they say.
    pub fn apply(self, adaptation: &mut Adaptation) {
        adaptation.set_frozen(self.frozen);
        adaptation.set_memory(f64::from(self.memory_seconds));
    }
}

impl Default for AdaptOptions {
    fn default() -> Self {
        Self { frozen: false, memory_seconds: MEMORY_SECONDS as f32 }
    }
}

/// How to learn and to follow, as the project stores it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// How to capture and learn.
    pub learn: LearnOptions,
    /// How adaptive sources follow the mixture.
    pub adapt: AdaptOptions,
}
