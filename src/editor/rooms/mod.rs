//! The rooms of the window, one file or folder each.

pub mod bases;
pub mod footer;
pub mod header;
pub mod picture;
pub mod sound_row;
pub mod status;
pub mod strips;

use super::{
    EditorState, Scene, file_chooser, scale, theme,
    widgets::{dial, gesture, icon, knob, meter, toggle, value_field},
};
use header::latency;
use strips::{card as strip, learn};
