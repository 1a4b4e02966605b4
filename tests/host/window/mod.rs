//! The editor's window in a host's, on a screen in memory.
//!
//! - `sizes`: as large as it says, however often it is opened. `files`: what a file manager drops. `drag_out`: what
//!   is dragged out of it. `keyboard`: whose it is. `mode`: a click on one. `reader`: what a screen reader sees and
//!   presses.

mod drag_out;
mod files;
mod keyboard;
mod mode;
mod reader;
mod screen;
mod sizes;
mod vst3_view;
