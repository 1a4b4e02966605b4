//! The real interface, driven by hand: a pointer, a wheel, keys, a screen reader's tree.

mod band;
mod host;
mod stage;

mod audition;
mod bases;
mod browser;
mod compare;
mod controls;
mod drag_out;
mod drops;
mod film;
mod header;
mod knobs;
mod learning;
mod legibility;
mod painting;
mod param_menu;
mod picture;
mod picture_controls;
mod pictures;
mod places;
mod ranked;
mod scale;
mod shortcuts;
mod snapshots;
mod source_states;
mod states;
mod stretch;
mod strips;
mod tuned;
mod undo;
mod window;
