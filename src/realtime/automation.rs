//! Automation is heard where it was drawn: what a host changes at a sample is held back until the frames are computed
//! whose masks and gains act on that sample. What a hand moves in the editor counts at once.

use crate::{
    engine::ControlDelays,
    settings::Settings,
    wires::automated::{Setting, SettingSet},
};
use alloc::vec::Vec;

/// How many changes are told apart within the longest delay: a change that is closer to the one before counts with it.
const CHANGES_PER_DELAY: usize = 128;
/// Room for those, for the change that counts now, and for a margin.
const MOST_CHANGES: usize = 2 * CHANGES_PER_DELAY;

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
    /// Least distance of two changes, in samples.
    spacing: u64,
    /// Oldest first. The first is the one that counts for the longest delay, the others are later; empty before the
    /// first block.
    changes: Vec<Change>,
    /// Samples since activation.
    now: u64,
}

impl Automation {
    /// Not on the audio thread: one that holds changes back by `delays`.
    pub(crate) fn new(delays: ControlDelays) -> Self {
        let spacing = delays.masks.max(delays.mix).div_ceil(CHANGES_PER_DELAY) as u64;
        Self { delays, spacing, changes: Vec::with_capacity(MOST_CHANGES), now: 0 }
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
            let (count, now, spacing) = (self.changes.len(), self.now, self.spacing);
            let is_close = |last: &Change| count > 1 && now - last.at < spacing;
            match self.changes.last_mut().filter(|last| is_close(last) || count == MOST_CHANGES) {
                Some(last) => last.settings = next,
                None => self.changes.push(Change { at: now, settings: next }),
            }
        }
        mover
    }

    /// The settings that count at the present sample.
    pub(crate) fn heard(&mut self) -> Option<Settings> {
        let (for_masks, for_mix) = (self.counting(self.delays.masks), self.counting(self.delays.mix));
        let changes = &mut self.changes;
        let mut heard = changes.get(for_masks)?.settings;
        for setting in OF_MIX {
            heard.take(setting, &changes[for_mix].settings);
        }
        heard.without_dry = changes[for_mix].settings.without_dry;
        changes.drain(..for_masks.min(for_mix));
        Some(heard)
    }

    /// Number of samples after which other settings count, if any are held back.
    pub(crate) fn due_in(&self) -> Option<usize> {
        let next = |delay: usize| {
            let change = self.changes.get(self.counting(delay) + 1)?;
            Some((change.at + delay as u64).saturating_sub(self.now) as usize)
        };
        next(self.delays.masks).into_iter().chain(next(self.delays.mix)).min()
    }

    /// The place of the change that counts now where changes are held back by `delay`.
    fn counting(&self, delay: usize) -> usize {
        let passed = self.changes.partition_point(|change| change.at + delay as u64 <= self.now);
        passed.saturating_sub(1)
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
    fn of_what_is_removed_the_dry_share_waits_like_the_mix() {
        let mut automation = Automation::new(DELAYS);
        automation.set(&Settings::unity(), all());
        automation.set(&Settings { removed: true, without_dry: true, ..Settings::unity() }, all());
        let (mut removed, mut without_dry) = (None, None);
        for sample in 0..200 {
            let heard = automation.heard().unwrap();
            removed = removed.or(heard.removed.then_some(sample));
            without_dry = without_dry.or(heard.without_dry.then_some(sample));
            automation.advance(1);
        }
        assert_eq!((removed, without_dry), (Some(100), Some(150)));
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

    /// As a host that sets a value with every sample.
    #[test]
    fn changes_that_are_close_to_each_other_count_together_and_no_list_fills() {
        let delays = ControlDelays { masks: 1_764, mix: 2_276 };
        let mut automation = Automation::new(delays);
        let (capacity, spacing) = (automation.changes.capacity(), 18);
        for n in 0..20_000_usize {
            automation.set(&Settings { mix: n as f32, ..Settings::unity() }, all());
            let heard = automation.heard().unwrap().mix as usize;
            let drawn = n.saturating_sub(delays.mix);
            assert!((drawn..drawn + spacing).contains(&heard), "sample {n}: {heard} for {drawn}");
            assert!(automation.changes.len() <= CHANGES_PER_DELAY + 3);
            automation.advance(1);
        }
        assert_eq!(automation.changes.capacity(), capacity, "nothing is allocated");
    }
}
