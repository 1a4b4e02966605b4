//! The rooms: the parts of the window, one file or folder each.
//!
//! A room draws from an [`EditorSnapshot`](super::snapshot::EditorSnapshot) and its own state into its rectangle, and
//! returns what the user [`Asked`](super::asked::Asked) for. No room imports another one, except a parent its parts.
//!
//! From top to bottom: [`header`], [`failure`] or [`doubt`], [`picture`], [`strips`] or [`bases`], [`sound_row`], [`status`] and
//! [`footer`]. Over all of them, now and then: [`drops`], [`help`], [`param_menu`], [`scale_trial`].

pub mod bases;
pub mod doubt;
pub mod drops;
pub mod failure;
pub mod footer;
pub mod header;
pub mod help;
pub mod param_menu;
pub mod picture;
pub mod scale_trial;
pub mod sound_row;
pub mod status;
pub mod strips;
