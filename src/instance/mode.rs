//! The latency mode as a parameter, and which one new instances start in.

use crate::separator::LatencyMode;
use nice_plug::prelude::Enum;
use std::sync::OnceLock;

/// The latency mode as a host parameter.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// [`LatencyMode::Direct`]
    #[id = "direct"]
    #[name = "Direct"]
    Direct,
    /// [`LatencyMode::Live`]
    #[id = "live"]
    #[name = "Live"]
    Live,
    /// [`LatencyMode::Balanced`]
    #[id = "balanced"]
    #[name = "Balanced"]
    Balanced,
    /// [`LatencyMode::Quality`]
    #[id = "quality"]
    #[name = "Quality"]
    Quality,
}

/// The mode that new instances start in, where it is not Quality.
static FIRST_MODE: OnceLock<Mode> = OnceLock::new();

/// Lets instances made from now on start in `mode`; for the standalone application, whose host cannot change it later.
/// The first call counts.
pub fn start_in(mode: LatencyMode) {
    let _ = FIRST_MODE.set(mode.into());
}

/// Whether a mode was chosen that instances start in.
pub(super) fn is_chosen() -> bool {
    FIRST_MODE.get().is_some()
}

/// The mode that a new instance starts in.
pub(super) fn first() -> Mode {
    FIRST_MODE.get().copied().unwrap_or(Mode::Quality)
}

impl From<LatencyMode> for Mode {
    fn from(mode: LatencyMode) -> Self {
        match mode {
            LatencyMode::Direct => Self::Direct,
            LatencyMode::Live => Self::Live,
            LatencyMode::Balanced => Self::Balanced,
            LatencyMode::Quality => Self::Quality,
        }
    }
}

impl From<Mode> for LatencyMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Direct => Self::Direct,
            Mode::Live => Self::Live,
            Mode::Balanced => Self::Balanced,
            Mode::Quality => Self::Quality,
        }
    }
}
