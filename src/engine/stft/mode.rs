//! The latency modes.

use serde::{Deserialize, Serialize};

/// A compromise between latency and quality of separation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatencyMode {
    /// For playing an instrument through the plugin: at most 2.9 ms.
    Direct,
    /// For playing on stage: at most 5.8 ms.
    Live,
    /// For monitoring: at most 23.3 ms.
    Balanced,
    /// For mixing: at most 81.3 ms, the best sound.
    #[default]
    Quality,
}

impl LatencyMode {
    /// Every mode, shortest latency first.
    pub const ALL: [Self; 4] = [Self::Direct, Self::Live, Self::Balanced, Self::Quality];

    /// The mode's name in the interface and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Live => "live",
            Self::Balanced => "balanced",
            Self::Quality => "quality",
        }
    }
    /// The mode that is called `name`, or `None`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}
