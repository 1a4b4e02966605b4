//! The parameters by name.

use crate::{preset::MAX_SOURCES, realtime::wires::automated::Setting};
use std::fmt;

/// A parameter. Its text, as in `gain_1`, is its id in hosts and projects, which never changes once released. Strips
/// are counted from 0, in texts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParamId {
    /// A strip's gain.
    Gain(usize),
    /// A strip's mute switch.
    Mute(usize),
    /// A strip's solo switch.
    Solo(usize),
    /// A strip's Learn switch.
    Learn(usize),
    /// Latency mode.
    Mode,
    /// Exponent of the masks.
    Focus,
    /// Sparsity.
    Sparsity,
    /// Smoothness.
    Smoothness,
    /// Share of the remix.
    Mix,
    /// Output gain.
    Output,
    /// The host's bypass.
    Bypass,
    /// Listening to what is removed.
    Removed,
}

/// The parameters that no strip has.
const GLOBAL: [ParamId; 8] = [
    ParamId::Mode,
    ParamId::Focus,
    ParamId::Sparsity,
    ParamId::Smoothness,
    ParamId::Mix,
    ParamId::Output,
    ParamId::Bypass,
    ParamId::Removed,
];

impl ParamId {
    /// All parameters, in the order in which hosts list them.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_strip = |strip| [Self::Gain(strip), Self::Mute(strip), Self::Solo(strip), Self::Learn(strip)];
        (0..MAX_SOURCES).flat_map(of_strip).chain(GLOBAL)
    }

    /// The parameter whose id in hosts and projects is `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|id| id.to_string() == text)
    }

    /// The strip it belongs to.
    pub fn strip(self) -> Option<usize> {
        match self {
            Self::Gain(strip) | Self::Mute(strip) | Self::Solo(strip) | Self::Learn(strip) => Some(strip),
            _ => None,
        }
    }

    /// The setting that it is for the audio thread, if it is one that is heard.
    pub fn setting(self) -> Option<Setting> {
        Some(match self {
            Self::Gain(strip) => Setting::Gain(strip),
            Self::Mute(strip) => Setting::Mute(strip),
            Self::Solo(strip) => Setting::Solo(strip),
            Self::Focus => Setting::Focus,
            Self::Sparsity => Setting::Sparsity,
            Self::Smoothness => Setting::Smoothness,
            Self::Mix => Setting::Mix,
            Self::Output => Setting::Output,
            Self::Bypass => Setting::Bypass,
            Self::Removed => Setting::Removed,
            Self::Learn(_) | Self::Mode => return None,
        })
    }

    /// Whether it is undone and compared. What only serves to listen or to learn is not: who compares two states in
    /// bypass wants to stay there.
    pub fn is_undoable(self) -> bool {
        !matches!(self, Self::Learn(_) | Self::Bypass | Self::Removed)
    }
}

impl fmt::Display for ParamId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Gain(strip) => return write!(formatter, "gain_{}", strip + 1),
            Self::Mute(strip) => return write!(formatter, "mute_{}", strip + 1),
            Self::Solo(strip) => return write!(formatter, "solo_{}", strip + 1),
            Self::Learn(strip) => return write!(formatter, "learn_{}", strip + 1),
            Self::Mode => "mode",
            Self::Focus => "focus",
            Self::Sparsity => "sparsity",
            Self::Smoothness => "smoothness",
            Self::Mix => "mix",
            Self::Output => "output",
            Self::Bypass => "bypass",
            Self::Removed => "removed",
        };
        formatter.write_str(name)
    }
}
