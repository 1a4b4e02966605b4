//! What the plugin asks of its host, counted.

use clack_extensions::{
    audio_ports::{AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl},
    latency::{HostLatency, HostLatencyImpl},
    params::{HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags},
    remote_controls::{HostRemoteControls, HostRemoteControlsImpl},
    state::{HostState, HostStateImpl},
};
use clack_host::prelude::*;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
};

/// Counts since the instance was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Requests {
    /// Times the plugin asked to be deactivated and activated.
    pub restarts: u32,
    /// Times it said that its latency changed, while it was being activated.
    pub latency_changes: u32,
    /// Times it said that its latency changed at any other moment, which CLAP forbids.
    pub stray_latency_changes: u32,
    /// Times it asked for its parameter values to be read again.
    pub rescans: u32,
    /// Times it said that parameters have other names.
    pub renamed_params: u32,
    /// Times it said that ports have other names.
    pub renamed_ports: u32,
    /// Times it said that the pages for a controller are others.
    pub changed_pages: u32,
    /// Times it said that the project has unsaved changes.
    pub dirty_marks: u32,
}

/// The counters behind [`Requests`], and the requests that are still open.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) activating: AtomicBool,
    pub(crate) restart_open: AtomicBool,
    pub(crate) callback_open: AtomicBool,
    restarts: AtomicU32,
    latency_changes: AtomicU32,
    stray_latency_changes: AtomicU32,
    rescans: AtomicU32,
    renamed_params: AtomicU32,
    renamed_ports: AtomicU32,
    changed_pages: AtomicU32,
    dirty_marks: AtomicU32,
}

impl Counters {
    pub(crate) fn read(&self) -> Requests {
        Requests {
            restarts: self.restarts.load(SeqCst),
            latency_changes: self.latency_changes.load(SeqCst),
            stray_latency_changes: self.stray_latency_changes.load(SeqCst),
            rescans: self.rescans.load(SeqCst),
            renamed_params: self.renamed_params.load(SeqCst),
            renamed_ports: self.renamed_ports.load(SeqCst),
            changed_pages: self.changed_pages.load(SeqCst),
            dirty_marks: self.dirty_marks.load(SeqCst),
        }
    }
}

/// The host as the plugin sees it.
pub(crate) struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = AnyThread;
    type MainThread<'a> = MainThread;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &Self::Shared<'_>) {
        builder.register::<HostLatency>().register::<HostParams>().register::<HostState>();
        builder.register::<HostAudioPorts>().register::<HostRemoteControls>();
    }
}

/// Calls that a plugin may make from any thread.
pub(crate) struct AnyThread(pub(crate) Arc<Counters>);

impl SharedHandler<'_> for AnyThread {
    fn request_restart(&self) {
        self.0.restarts.fetch_add(1, SeqCst);
        self.0.restart_open.store(true, SeqCst);
    }

    fn request_process(&self) {}

    fn request_callback(&self) {
        self.0.callback_open.store(true, SeqCst);
    }
}

impl HostParamsImplShared for AnyThread {
    fn request_flush(&self) {}
}

/// Calls that a plugin may make from the main thread.
pub(crate) struct MainThread(pub(crate) Arc<Counters>);

impl MainThreadHandler<'_> for MainThread {}

impl HostLatencyImpl for MainThread {
    fn changed(&self) {
        let at_its_time = self.0.activating.load(SeqCst);
        let counter = if at_its_time { &self.0.latency_changes } else { &self.0.stray_latency_changes };
        counter.fetch_add(1, SeqCst);
    }
}

impl HostParamsImplMainThread for MainThread {
    fn rescan(&self, flags: ParamRescanFlags) {
        let names = flags.contains(ParamRescanFlags::INFO);
        let counter = if names { &self.0.renamed_params } else { &self.0.rescans };
        counter.fetch_add(1, SeqCst);
    }

    fn clear(&self, _: ClapId, _: ParamClearFlags) {}
}

impl HostStateImpl for MainThread {
    fn mark_dirty(&self) {
        self.0.dirty_marks.fetch_add(1, SeqCst);
    }
}

impl HostAudioPortsImpl for MainThread {
    fn is_rescan_flag_supported(&self, flag: AudioPortRescanFlags) -> bool {
        flag == AudioPortRescanFlags::NAMES
    }

    fn rescan(&self, _: AudioPortRescanFlags) {
        self.0.renamed_ports.fetch_add(1, SeqCst);
    }
}

impl HostRemoteControlsImpl for MainThread {
    fn changed(&self) {
        self.0.changed_pages.fetch_add(1, SeqCst);
    }

    fn suggest_page(&self, _: ClapId) {}
}
