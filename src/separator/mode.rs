//! The three latency modes.

use serde::{Deserialize, Serialize};

/// How long the sound may take, and how well it may be separated for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatencyMode {
    /// For playing through: at most 5.8 ms.
    Live,
    /// For monitoring: at most 23 ms.
    Balanced,
    /// For mixing: at most 93 ms, the best sound.
    #[default]
    Quality,
}

impl LatencyMode {
    /// Every mode, shortest latency first.
    pub const ALL: [Self; 3] = [Self::Live, Self::Balanced, Self::Quality];

    /// The mode's name in the interface and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Balanced => "balanced",
            Self::Quality => "quality",
        }
    }
}
