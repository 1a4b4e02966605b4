//! Whether a signal comes in.

use super::widgets::meter::MeterLevel;

/// Silence is reported after this long, in seconds.
const SILENCE_S: f64 = 2.0;

/// The level of the mixture over time.
#[derive(Debug, Default)]
pub struct Signal {
    level: MeterLevel,
    /// Since when the mixture has been silent, in seconds.
    silent_since: Option<f64>,
    is_silent: bool,
}

impl Signal {
    /// Takes what the audio thread measured of the mixture; see [`MeterLevel::update`].
    pub fn update(&mut self, reading: (f32, f32), now: f64, elapsed: f32) {
        self.level.update(reading, now, elapsed);
        let since = *self.silent_since.get_or_insert(now);
        self.silent_since = self.is_quiet().then_some(since);
        self.is_silent = self.is_quiet() && now - since > SILENCE_S;
    }

    /// Whether nothing comes in now.
    pub fn is_quiet(&self) -> bool {
        self.level.is_silent()
    }

    /// Whether nothing has come in for a while.
    pub fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// When silence will be reported if it lasts, in seconds.
    pub fn due(&self) -> Option<f64> {
        self.silent_since.filter(|_| !self.is_silent).map(|since| since + SILENCE_S)
    }
}
