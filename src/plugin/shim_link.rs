//! What a shim and the plugin behind it share past the framework.

use crate::{
    instance::{host_params::ParamChanges, params::SoundParams, session::Session},
    realtime::wires::host_requests::HostRequests,
};
use std::{
    cell::{Cell, RefCell},
    sync::{Arc, OnceLock, Weak},
};

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

/// What the shim in front of a wrapper around the CLAP sees of the plugin, as long as it is alive.
pub(super) struct OuterLink {
    host: Weak<HostRequests>,
    params: Weak<SoundParams>,
    session: Weak<Session>,
}

/// The plugin behind an [`OuterLink`].
pub(super) struct PluginView {
    pub(super) host: Arc<HostRequests>,
    pub(super) params: Arc<SoundParams>,
    pub(super) session: Arc<Session>,
}

impl OuterLink {
    /// The plugin, if it is alive.
    pub(super) fn plugin(&self) -> Option<PluginView> {
        Some(PluginView {
            host: self.host.upgrade()?,
            params: self.params.upgrade()?,
            session: self.session.upgrade()?,
        })
    }
}

/// The host's automation within one block, where a wrapper around the CLAP passes on its end alone.
pub(super) trait Curves {
    /// Calls `each` with the points of the parameter whose CLAP id is `id`: sample within the block, normalized value.
    fn points(&self, id: u32, each: &mut dyn FnMut(u32, f64));
}

// The framework builds the plugin with `Default`, so nothing can be passed in or handed out; nor can it through a
// wrapper around the CLAP.
thread_local! {
    static CURVES: Cell<Option<*const dyn Curves>> = const { Cell::new(None) };
    static OFFERED: RefCell<Option<ShimLink>> = const { RefCell::new(None) };
    static MADE: RefCell<Option<OuterLink>> = const { RefCell::new(None) };
}

/// The plugin, while it is built: leaves `link` for whoever builds it on this thread.
pub(super) fn offer(link: ShimLink) {
    OFFERED.set(Some(link));
}

/// The CLAP's shim, when it has made an instance: leaves a link to it for whoever wraps that instance on this thread.
pub(super) fn offer_outer(link: &ShimLink) {
    let (host, params, session) =
        (Arc::downgrade(&link.host), Arc::downgrade(&link.params), Arc::downgrade(&link.session));
    MADE.set(Some(OuterLink { host, params, session }));
}

/// The shim of a wrapper, just after that has made a CLAP instance on this thread: the link to it.
pub(super) fn take_outer() -> Option<OuterLink> {
    MADE.take()
}

/// A shim, just after it has built a plugin on this thread: what that plugin has left.
pub(super) fn take_offered() -> Option<ShimLink> {
    OFFERED.take()
}

/// How the shim of a wrapper tells the host of new names.
static NAMES_TOLD: OnceLock<fn(&Arc<HostRequests>)> = OnceLock::new();

/// The shim of a wrapper: `tell` is called when the CLAP's shim has told the host of new names, for the instance that
/// has these requests.
pub(super) fn when_names_are_told(tell: fn(&Arc<HostRequests>)) {
    // It is the same function for every instance.
    let _ = NAMES_TOLD.set(tell);
}

/// The CLAP's shim has told the host of new names.
pub(super) fn names_were_told(host: &Arc<HostRequests>) {
    if let Some(tell) = NAMES_TOLD.get() {
        tell(host);
    }
}

/// Audio thread: runs `process`, which is to see `curves`, on this thread.
pub(super) fn with_curves<R>(curves: &dyn Curves, process: impl FnOnce() -> R) -> R {
    /// Takes the curves back, also when a panic passes.
    struct Offer;
    impl Drop for Offer {
        fn drop(&mut self) {
            CURVES.set(None);
        }
    }
    // SAFETY: only the lifetime changes. The pointer is taken back before this function ends.
    let curves = unsafe { std::mem::transmute::<*const (dyn Curves + '_), *const (dyn Curves + 'static)>(curves) };
    CURVES.set(Some(curves));
    let _offer = Offer;
    process()
}

/// Audio thread: runs `read` with the curves of the block that is processed now, if a wrapper has offered some.
pub(super) fn read_curves<R>(read: impl FnOnce(Option<&dyn Curves>) -> R) -> R {
    // SAFETY: whoever offers them on this thread takes them back before they end.
    read(CURVES.get().map(|curves| unsafe { &*curves }))
}

/// Audio thread, at the start of each block: what takes memory once per thread is asked for with its first block, not
/// at the first change within the music. That is the thread's id, which nice-plug 0.4.2 compares when a parameter
/// changes; the curves above are the other.
pub(super) fn prepare_thread() {
    std::hint::black_box(std::thread::current().id());
}
