//! The bundled plugin in hosts, which know it from outside only: a CLAP host of our own, and other people's VST3 hosts.
//!
//! `cargo xtask test` bundles the plugin and says in `UNBRAID_CLAP` and `UNBRAID_VST3` where it is, and in
//! `UNBRAID_PYTHON` which Python has the VST3 hosts. Without them these tests fail.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod player;
mod signals;
mod stored_state;
#[cfg(target_os = "linux")]
mod vst3_host;
#[cfg(target_os = "linux")]
mod vst3_player;

mod adaptive;
mod automation;
mod clap;
mod learning;
#[cfg(target_os = "linux")]
mod leaving;
mod names;
mod offline_render;
mod projects;
mod untaught;
mod vst3;
#[cfg(target_os = "linux")]
mod window;
