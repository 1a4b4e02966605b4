//! The plugin's interface, drawn by code in egui.
//!
//! It reads the parameters and the session, sets parameters through the host, and sends commands to the worker. Imports
//! run downhill only, in this order:
//!
//! 1. [`window`]: the editor as the host opens it: events, screen readers, the keyboard, its size in the project.
//! 2. [`mod@draw`]: one frame. [`send`]: carries out what was asked for in it. [`state`]: what is remembered between
//!    two frames, with [`recorder`], `audition`, `playing` and [`drag_out`]. [`shortcuts`]: keys.
//! 3. [`rooms`]: the parts of the window. Each one draws from a [`snapshot`] and its own state, and returns what the
//!    user [`asked`] for.
//! 4. [`snapshot`]: what is read at the start of a frame. [`signal`], [`file_chooser`], `loaded`.
//! 5. [`widgets`]: knobs, meters, buttons.
//! 6. [`theme`], [`oklab`], [`layout`], [`scale`], [`names`].

pub mod asked;
mod audition;
pub mod drag_out;
pub mod draw;
pub mod file_chooser;
pub mod layout;
mod loaded;
pub mod names;
mod oklab;
mod playing;
pub mod recorder;
pub mod rooms;
pub mod scale;
pub mod send;
pub mod shortcuts;
pub mod signal;
pub mod snapshot;
pub mod state;
pub mod theme;
pub mod widgets;
pub mod window;

pub use draw::draw;
pub use state::EditorState;
pub use window::{PluginEditor, create};
