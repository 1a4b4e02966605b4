//! Automation is heard where it was drawn: what a host changes at a sample is held back until the frames are computed
//! whose masks and gains act on that sample. What a hand moves in the editor counts at once.

use crate::{
    engine::ControlDelays,
    settings::Settings,
    wires::automated::{Setting, SettingSet},
};
use alloc::vec::Vec;

/// Most changes that are held back. When more come, the newest take the place of the last, and count early.
const MOST_CHANGES: usize = 1024;

/// The settings that act on the hop that is played, rather than on the masks.
const OF_MIX: [Setting; 3] = [Setting::Mix, Setting::Output, Setting::Bypass];

/// The settings as they stand from a sample of the stream on.
struct Change {
    /// Counted from activation.
    at: u64,
    settings: Settings,
}

/// How the settings that are heard have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mover {
    /// At once, by a hand.
    Hand,
    /// By the host's automation, or not at all.
    Host,
}

/// The settings of the last stretch of the stream.
pub(crate) struct Automation {
    delays: ControlDelays,
    /// Oldest first. The first is the one that counts for the longest delay, the others are later; empty before the
    /// first block.
    changes: Vec<Change>,
    /// Samples since activation.
    now: u64,
}

impl Automation {
    /// Not on the audio thread: one that holds changes back by `delays`.
    pub(crate) fn new(delays: ControlDelays) -> Self {
        Self { delays, changes: Vec::with_capacity(MOST_CHANGES), now: 0 }
    }

    /// Forgets what was set: the next settings count at once.
    pub(crate) fn reset(&mut self) {
        self.changes.clear();
    }

    /// From the present sample on the settings are these; those of `by_host` were set by the host. Says who moved.
    pub(crate) fn set(&mut self, settings: &Settings, by_host: SettingSet) -> Mover {
        let Some(latest) = self.changes.last() else {
            self.changes.push(Change { at: self.now, settings: *settings });
            return Mover::Hand;
        };
        if latest.settings == *settings {
            return Mover::Host;
        }
        let (mut mover, mut next) = (Mover::Host, latest.settings);
        let mut is_automated = false;
        for setting in Setting::all() {
            if !next.take(setting, settings) {
                continue;
            }
            if by_host.contains(setting) {
                is_automated = true;
            } else {
                // Whatever the host has set before, the hand is later.
                for change in &mut self.changes {
                    change.settings.take(setting, settings);
                }
                mover = Mover::Hand;
            }
        }
        if is_automated {
            if self.changes.len() < MOST_CHANGES {
                self.changes.push(Change { at: self.now, settings: next });
            } else if let Some(last) = self.changes.last_mut() {
                last.settings = next;
            }
        }
        mover
    }

    /// The settings that count at the present sample.
    pub(crate) fn heard(&mut self) -> Option<Settings> {
        let Self { delays, changes, now } = self;
        let passed = |delay: usize| changes.iter().rposition(|change| change.at + delay as u64 <= *now).unwrap_or(0);
        let (for_masks, for_mix) = (passed(delays.masks), passed(delays.mix));
        let mut heard = changes.get(for_masks)?.settings;
        for setting in OF_MIX {
            heard.take(setting, &changes[for_mix].settings);
        }
        changes.drain(..for_masks.min(for_mix));
        Some(heard)
    }

    /// Number of samples after which other settings count, if any are held back.
    pub(crate) fn due_in(&self) -> Option<usize> {
        let waits = |change: &Change| {
            [self.delays.masks, self.delays.mix].map(|delay| (change.at + delay as u64).saturating_sub(self.now))
        };
        let next = self.changes.iter().flat_map(waits).filter(|wait| *wait > 0).min();
        next.map(|wait| wait as usize)
    }

    /// `samples` samples have passed.
    pub(crate) fn advance(&mut self, samples: usize) {
        self.now += samples as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAYS: ControlDelays = ControlDelays { masks: 100, mix: 150 };

    fn all() -> SettingSet {
        let mut set = SettingSet::default();
        Setting::all().for_each(|setting| set.insert(setting));
        set
    }

    /// Mute of the first strip and mix, at each sample of `0..samples`.
    fn played(automation: &mut Automation, samples: usize) -> Vec<(bool, f32)> {
        let mut heard = Vec::new();
        while heard.len() < samples {
            let settings = automation.heard().unwrap();
            let count = automation.due_in().unwrap_or(usize::MAX).min(samples - heard.len());
            heard.extend((0..count).map(|_| (settings.strips[0].mute, settings.mix)));
            automation.advance(count);
        }
        heard
    }

    #[test]
    fn a_change_of_the_host_counts_after_its_delay_to_the_sample() {
        let mut automation = Automation::new(DELAYS);
        assert_eq!(automation.set(&Settings::unity(), all()), Mover::Hand, "the first settings count at once");
        played(&mut automation, 17);
        let mut changed = Settings::unity();
        (changed.strips[0].mute, changed.mix) = (true, 0.5);
        assert_eq!(automation.set(&changed, all()), Mover::Host);
        let heard = played(&mut automation, 200);
        assert_eq!(heard.iter().position(|(mute, _)| *mute), Some(100));
        assert_eq!(heard.iter().position(|(_, mix)| *mix == 0.5), Some(150));
        assert_eq!(automation.due_in(), None);
        assert_eq!(automation.changes.len(), 1, "what counts no more is forgotten");
    }

    #[test]
    fn a_hand_counts_at_once_and_over_what_the_host_has_set_before() {
        let mut automation = Automation::new(DELAYS);
        automation.set(&Settings::unity(), all());
        let mut by_host = Settings::unity();
        (by_host.strips[0].mute, by_host.mix) = (true, 0.5);
        automation.set(&by_host, all());
        let by_hand = Settings { mix: 0.25, ..by_host };
        assert_eq!(automation.set(&by_hand, SettingSet::default()), Mover::Hand);
        let heard = played(&mut automation, 200);
        assert!(heard.iter().all(|(_, mix)| *mix == 0.25));
        assert_eq!(heard.iter().position(|(mute, _)| *mute), Some(100), "the host's mute still waits");
    }

    #[test]
    fn more_changes_than_are_held_count_early_and_none_is_lost() {
        let mut automation = Automation::new(DELAYS);
        let capacity = automation.changes.capacity();
        for n in 0..5 * MOST_CHANGES {
            automation.set(&Settings { mix: n as f32, ..Settings::unity() }, all());
        }
        assert_eq!(automation.changes.capacity(), capacity, "nothing is allocated");
        assert_eq!(played(&mut automation, 151).last(), Some(&(false, (5 * MOST_CHANGES - 1) as f32)));
    }
}
