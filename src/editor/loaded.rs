//! Keeps the plugin's code in memory while a thread runs in it that may outlast the last instance.

/// Keeps this library loaded until the process ends, whatever the host frees. Only on Windows: elsewhere the loader
/// itself keeps a library for as long as a thread of it has values to drop.
pub(super) fn keep() {
    #[cfg(windows)]
    windows::pin();
}

#[cfg(windows)]
mod windows {
    use std::ptr;
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };

    pub(super) fn pin() {
        let mut module = ptr::null_mut();
        let within = (pin as *const ()).cast::<u16>();
        let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
        // SAFETY: with the first flag the second argument is any address within the library, here that of this
        // function. If it fails, nothing has changed.
        unsafe { GetModuleHandleExW(flags, within, &raw mut module) };
    }
}
