//! What the strips remember between two frames.

use crate::{
    editor::{snapshot::MeterReadings, widgets::meter::MeterLevel},
    preset::MAX_SOURCES,
};

/// Time constant of a source's share of the mixture, as it is shown, in seconds: it is averaged over about twice that.
const SHARE_TIME_S: f32 = 0.5;

/// What the strips remember between two frames.
#[derive(Default)]
pub struct StripsState {
    /// Levels as they are shown, indexed by source.
    pub(super) levels: [MeterLevel; MAX_SOURCES],
    /// Shares of the mixture as they are shown, 0 to 1, indexed by source.
    pub(super) shares: [f32; MAX_SOURCES],
    /// The name that is being typed for a source.
    pub(super) new_name: String,
}

impl StripsState {
    /// Takes what the audio thread measured. `is_quiet` says that nothing comes in; `now` and `elapsed`, since the last
    /// frame, in seconds.
    pub fn update(&mut self, readings: &MeterReadings, is_quiet: bool, now: f64, elapsed: f32) {
        for (level, reading) in self.levels.iter_mut().zip(readings.sources) {
            level.update(reading, now, elapsed);
        }
        for (shown, share) in self.shares.iter_mut().zip(readings.shares) {
            let share = if is_quiet { 0.0 } else { share };
            *shown += (share - *shown) * (1.0 - (-elapsed / SHARE_TIME_S).exp());
        }
    }

    /// Other sources play.
    pub fn clear_levels(&mut self) {
        self.levels = Default::default();
        self.shares = Default::default();
    }

    /// Whether a level or a share moves on the screen.
    pub fn is_moving(&self) -> bool {
        self.shares.iter().any(|share| *share > 1e-3) || self.levels.iter().any(MeterLevel::is_moving)
    }
}
