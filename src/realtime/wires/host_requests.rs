//! What the plugin and the entry points tell each other past the framework: single atomics.

use super::automated::SettingSet;
use crate::engine::MAX_SOURCES;
use core::sync::atomic::{
    AtomicBool, AtomicU8, AtomicU32,
    Ordering::{Acquire, Relaxed, Release},
};

/// Shared by an instance and the shim in front of it. The standalone application has none.
#[derive(Debug, Default)]
pub struct HostRequests {
    /// Separate outputs that nobody hears, a bit each: none until a shim says so.
    unheard: AtomicU8,
    callback_wanted: AtomicBool,
    project_changed: AtomicBool,
    blocks: AtomicU32,
    active: AtomicBool,
    automated: AtomicU32,
    loads: AtomicU32,
    restart: AtomicU8,
    switched_off: AtomicU8,
}

impl HostRequests {
    /// Shim, audio thread: whether the host gave buffers for the separate output of source `i` (bit `i`).
    pub fn set_listeners(&self, mask: u8) {
        self.unheard.store(!mask, Relaxed);
    }

    /// Audio thread: whether anybody hears the separate output of `source`.
    pub fn hears(&self, source: usize) -> bool {
        source < MAX_SOURCES && self.unheard.load(Relaxed) & (1 << source) == 0
    }

    /// Shim, audio thread: the host processes another block.
    pub fn count_block(&self) {
        self.blocks.fetch_add(1, Relaxed);
    }

    /// Any thread: number of blocks so far; begins anew after 2^32.
    pub fn blocks(&self) -> u32 {
        self.blocks.load(Relaxed)
    }

    /// Worker: the Learn switch of `strip`, which a project has brought, is off from now on.
    pub fn note_switched_off(&self, strip: usize) {
        self.switched_off.fetch_or(1 << strip, Release);
    }

    /// Audio thread, before it reads the parameters: what the host has done since the last call.
    pub fn take(&self) -> FromHost {
        let (load, switched_off) = (self.last_load(), self.switched_off.swap(0, Acquire));
        FromHost { automated: self.automated(), load, switched_off }
    }

    /// Any thread: the host is to be asked to restart the plugin for the mode of this number. Whether nobody has asked
    /// for it since the last activation: two shims may notice the same change.
    pub fn note_restart(&self, mode: u8) -> bool {
        let wanted = mode.wrapping_add(1);
        self.restart.swap(wanted, Relaxed) != wanted
    }

    /// Main thread: the plugin is activated in the mode that is set.
    pub fn forget_restart(&self) {
        self.restart.store(0, Relaxed);
    }

    /// Shim, audio thread: the settings that the host changes in the block that is processed now.
    pub fn set_automated(&self, settings: SettingSet) {
        self.automated.store(settings.0, Relaxed);
    }

    /// Audio thread: the settings that the host changes in this block.
    pub fn automated(&self) -> SettingSet {
        SettingSet(self.automated.load(Relaxed))
    }

    /// The host's thread: a project has come, in which the Learn switches of these strips are on.
    pub fn note_load(&self, learn: [bool; MAX_SOURCES]) {
        let switches = (0..MAX_SOURCES).fold(0, |bits, strip| bits | u32::from(learn[strip]) << strip);
        let count = self.loads.load(Relaxed) >> MAX_SOURCES;
        // Projects come one at a time, on one thread.
        // Whoever sees it sees its switches, too.
        self.loads.store(count.wrapping_add(1) << MAX_SOURCES | switches, Release);
    }

    /// The last project that has come.
    fn last_load(&self) -> ProjectLoad {
        ProjectLoad(self.loads.load(Acquire))
    }

    /// Main thread: whether the plugin is active from now on.
    pub fn set_active(&self, active: bool) {
        self.active.store(active, Relaxed);
    }

    /// Any thread: whether the plugin is active.
    pub fn is_active(&self) -> bool {
        self.active.load(Relaxed)
    }

    /// Any thread: what the project stores is no longer what it was.
    pub fn mark_project_changed(&self) {
        self.project_changed.store(true, Relaxed);
        // Whoever sees this request also sees why.
        self.want_callback();
    }

    /// Any thread: there is something for the host's main thread to look at.
    pub fn want_callback(&self) {
        self.callback_wanted.store(true, Release);
    }

    /// Shim, audio thread: whether to ask the host for a call on its main thread; once per request.
    pub fn take_callback(&self) -> bool {
        self.callback_wanted.swap(false, Acquire)
    }

    /// Shim, main thread: whether to tell the host that its project has unsaved changes; once per change.
    pub fn take_project_changed(&self) -> bool {
        self.project_changed.swap(false, Relaxed)
    }
}

/// What the audio half is told of the host beside the settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct FromHost {
    /// The settings that the host changes somewhere in the block that this is a part of.
    pub automated: SettingSet,
    /// The last project that had come before the settings were read.
    pub load: ProjectLoad,
    /// Bit `i`: the Learn switch of strip `i`, which a project has brought, was switched off.
    pub switched_off: u8,
}

/// A project that has come: which one in a row, and which Learn switches are on in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProjectLoad(u32);

impl ProjectLoad {
    /// Whether the Learn switch of `strip` is on.
    pub fn learns(self, strip: usize) -> bool {
        strip < MAX_SOURCES && self.0 & (1 << strip) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn each_bit_is_one_listener() {
        let requests = HostRequests::default();
        let heard = || (0..MAX_SOURCES + 1).filter(|&source| requests.hears(source)).collect::<Vec<_>>();
        assert_eq!(heard(), [0, 1, 2, 3, 4, 5, 6, 7], "without a shim, as in the standalone application");
        requests.set_listeners(0b1000_0010);
        assert_eq!(heard(), [1, 7]);
    }

    #[test]
    fn a_project_is_known_from_the_one_before_and_by_its_learn_switches() {
        let requests = HostRequests::default();
        let load = |strip: usize| {
            let mut learn = [false; MAX_SOURCES];
            learn[strip] = true;
            requests.note_load(learn);
            requests.take().load
        };
        let (first, second) = (load(7), load(7));
        assert!(first != second && second.learns(7) && !second.learns(0));
        assert!(load(0).learns(0));
    }

    #[test]
    fn a_restart_is_asked_for_once_per_change_and_activation() {
        let requests = HostRequests::default();
        assert!(requests.note_restart(0) && !requests.note_restart(0));
        assert!(requests.note_restart(3) && requests.note_restart(0));
        requests.forget_restart();
        assert!(requests.note_restart(0));
    }

    #[test]
    fn a_request_is_served_once() {
        let requests = HostRequests::default();
        requests.mark_project_changed();
        assert!(requests.take_callback() && requests.take_project_changed());
        assert!(!requests.take_callback() && !requests.take_project_changed());
    }
}
