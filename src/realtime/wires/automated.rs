//! Which settings a host automates: those that are heard, by name.

use crate::engine::MAX_SOURCES;

/// A setting that a host may automate and that is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// A strip's gain.
    Gain(usize),
    /// A strip's mute switch.
    Mute(usize),
    /// A strip's solo switch.
    Solo(usize),
    /// Exponent p of the masks.
    Focus,
    /// Strength of the sparsity prior.
    Sparsity,
    /// Strength of the smoothness prior.
    Smoothness,
    /// Share of the remix in the main output.
    Mix,
    /// Gain of the main output.
    Output,
    /// Bypass.
    Bypass,
    /// Listening to what is removed.
    Removed,
}

/// The settings that no strip has.
const GLOBAL: [Setting; 7] = [
    Setting::Focus,
    Setting::Sparsity,
    Setting::Smoothness,
    Setting::Mix,
    Setting::Output,
    Setting::Bypass,
    Setting::Removed,
];

impl Setting {
    /// All settings.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_strip = |strip| [Self::Gain(strip), Self::Mute(strip), Self::Solo(strip)];
        (0..MAX_SOURCES).flat_map(of_strip).chain(GLOBAL)
    }
}

/// Some of the settings, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SettingSet(pub(super) u32);

impl SettingSet {
    fn bit(setting: Setting) -> u32 {
        let index = match setting {
            Setting::Gain(strip) => strip,
            Setting::Mute(strip) => MAX_SOURCES + strip,
            Setting::Solo(strip) => 2 * MAX_SOURCES + strip,
            Setting::Focus => 3 * MAX_SOURCES,
            Setting::Sparsity => 3 * MAX_SOURCES + 1,
            Setting::Smoothness => 3 * MAX_SOURCES + 2,
            Setting::Mix => 3 * MAX_SOURCES + 3,
            Setting::Output => 3 * MAX_SOURCES + 4,
            Setting::Bypass => 3 * MAX_SOURCES + 5,
            Setting::Removed => 3 * MAX_SOURCES + 6,
        };
        1 << index
    }

    /// Adds `setting`.
    pub fn insert(&mut self, setting: Setting) {
        self.0 |= Self::bit(setting);
    }

    /// These and the `others`.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether `setting` is one of them.
    pub fn contains(self, setting: Setting) -> bool {
        self.0 & Self::bit(setting) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_bit_of_its_own() {
        let mut set = SettingSet::default();
        for (count, setting) in Setting::all().enumerate() {
            assert!(!set.contains(setting));
            set.insert(setting);
            assert_eq!(set.0.count_ones() as usize, count + 1);
        }
    }
}
