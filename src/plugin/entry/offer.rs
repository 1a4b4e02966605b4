//! How a shim finds the [`HostRequests`] of the plugin behind it.
//!
//! The framework builds the plugin with [`Default`], so nothing can be passed in. The plugin leaves its end in a slot of the thread that
//! builds it, and whoever built it takes it from there at once.

use crate::realtime::wires::host_requests::HostRequests;
use std::{cell::RefCell, sync::Arc};

thread_local! {
    static OFFERED: RefCell<Option<Arc<HostRequests>>> = const { RefCell::new(None) };
}

/// Plugin, while it is built: new requests, also left for [`take_offered`].
pub fn offer() -> Arc<HostRequests> {
    let requests = Arc::new(HostRequests::default());
    OFFERED.set(Some(requests.clone()));
    requests
}

/// Shim, just after it built a plugin on this thread: that plugin's requests.
pub fn take_offered() -> Option<Arc<HostRequests>> {
    OFFERED.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builder_of_a_plugin_finds_its_requests_once() {
        let plugins = offer();
        let shims = take_offered().expect("just offered");
        assert!(Arc::ptr_eq(&plugins, &shims));
        assert!(take_offered().is_none());
    }
}
