//! Plain values that the editor shows.
//!
//! - [`summary`]: the preset that plays. [`audio_status`]: how the audio thread runs.
//! - [`message`]: what the worker says. [`learn_state`]: what is captured and learned. [`options`]: how.
//! - [`undo_view`]: what can be undone. [`preset_sources`]: what another preset has to offer. [`preferences`]: what
//!   counts in every window. [`ranks`]: how well presets fit what was heard. [`heard_preset`]: one that is heard and
//!   does not play. [`dragged_stem`]: one on its way out of the window.

pub mod audio_status;
pub mod dragged_stem;
pub mod heard_preset;
pub mod learn_state;
pub mod message;
pub mod options;
pub mod preferences;
pub mod preset_sources;
pub mod ranks;
pub mod stretch_view;
pub mod summary;
pub mod undo_view;
