//! What a shim and the plugin behind it share past the framework.

use crate::{
    instance::{host_params::ParamChanges, params::SoundParams, session::Session},
    realtime::wires::host_requests::HostRequests,
};
use std::{cell::RefCell, sync::Arc};

/// A shim's view of the plugin behind it.
pub(super) struct ShimLink {
    /// What they tell each other.
    pub(super) host: Arc<HostRequests>,
    /// The parameters.
    pub(super) params: Arc<SoundParams>,
    /// Which latency mode is in force, for the shim.
    pub(super) session: Arc<Session>,
    /// Parameters that the plugin has set itself.
    pub(super) changes: ParamChanges,
}

// The framework builds the plugin with `Default`, so nothing can be passed in or handed out.
thread_local! {
    static OFFERED: RefCell<Option<ShimLink>> = const { RefCell::new(None) };
}

/// The plugin, while it is built: leaves `link` for whoever builds it on this thread.
pub(super) fn offer(link: ShimLink) {
    OFFERED.set(Some(link));
}

/// A shim, just after it has built a plugin on this thread: what that plugin has left.
pub(super) fn take_offered() -> Option<ShimLink> {
    OFFERED.take()
}
