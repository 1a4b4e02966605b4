//! What the rooms of the window are furnished with.

pub mod dial;
pub mod gesture;
pub mod icon;
pub mod knob;
pub mod meter;
pub mod toggle;
pub mod value_field;

use super::{state, theme};
