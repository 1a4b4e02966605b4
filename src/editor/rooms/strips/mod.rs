//! The strips, one per source.

pub mod card;
pub mod empty;
mod layout;
pub mod learn;
pub mod menu;

use super::{EditorState, Scene, file_chooser, gesture, knob, meter, theme, toggle, value_field};
use layout as strip_layout;
use menu as strip_menu;
