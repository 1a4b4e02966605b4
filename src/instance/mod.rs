//! One plugin instance, free of the framework but for its parameters.

pub mod analyzer;
pub mod command;
pub mod history;
pub mod params;
pub mod project;
pub mod repaint;
pub mod session;
pub mod stage;
pub mod state;
pub mod worker;

/// The factory preset that plays at first insert.
pub const FIRST_PRESET: &str = "Drums + Bass";
