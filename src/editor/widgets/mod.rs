//! What the rooms of the window are made of. A widget knows the value it shows and the parameter it sets, and nothing
//! of the session.
//!
//! - [`knob`] with its [`dial`] and its [`value_field`]; [`knob_input`]: what pointer and keyboard do to all of them.
//! - [`meter`], [`toggle`], [`icon`], [`text_entry`].
//! - [`drag_away`]: what is dragged out of the window. [`hold`]: what is held with the pointer or a key. [`rest`]:
//!   tooltips that wait until the pointer rests. [`tooltip`]: those that leave a list readable.
//! - [`gesture`]: how a parameter is set, so that the host can record it. [`menu_call`]: right clicks.

pub mod dial;
pub mod drag_away;
pub mod gesture;
pub mod hold;
pub mod icon;
pub mod knob;
pub mod knob_input;
pub mod menu_call;
pub mod meter;
pub mod rest;
pub mod text_entry;
pub mod toggle;
pub mod tooltip;
pub mod value_field;
