//! Where a moment of the stream is in the host's music: beats and bars, for an editor to draw. The sound does not depend
//! on it.

/// A moment on the host's timeline, while its transport runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MusicalTime {
    /// In quarter notes from the song's beginning.
    pub beats: f64,
    /// In quarter notes per minute.
    pub tempo: f64,
    /// Where a bar begins, in quarter notes from the song's beginning.
    pub bar_start: f64,
    /// The number of that bar; 0 at the song's beginning.
    pub bar: i32,
    /// Beats in a bar: the upper number of the time signature, at least 1.
    pub beats_per_bar: i32,
    /// Length of a beat, in quarter notes: 4 by the lower number of the time signature.
    pub beat_length: f64,
}

impl MusicalTime {
    /// The moment `seconds` seconds later, or earlier where they are negative, at the same tempo.
    #[must_use]
    pub fn later(self, seconds: f64) -> Self {
        Self { beats: self.beats + seconds * self.tempo / 60.0, ..self }
    }
}

/// What the host said last, and at which sample of the stream.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MusicalClock {
    said: Option<(u64, MusicalTime)>,
}

impl MusicalClock {
    /// The host is at `time` at sample `position` of the stream; `None` while it stands or does not say.
    pub(super) fn set(&mut self, position: u64, time: Option<MusicalTime>) {
        self.said = time.map(|time| (position, time));
    }

    /// The time at sample `position` of the stream, at `sample_rate` Hz.
    pub(super) fn at(&self, position: u64, sample_rate: f64) -> Option<MusicalTime> {
        let (from, time) = self.said?;
        Some(time.later((position as f64 - from as f64) / sample_rate))
    }
}
