//! Where a moment of the stream is in the host's music: beats and bars, for an editor to draw. The sound does not
//! depend on it.

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

/// Beats that differ by less are the same, in quarter notes.
const SAME_BEATS: f64 = 1e-3;

/// What the host has said, and at which sample of the stream.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MusicalClock {
    said: Option<(u64, MusicalTime)>,
    /// What it had said before it jumped, stopped or began, and at which sample that was.
    before: (u64, Option<(u64, MusicalTime)>),
}

impl MusicalClock {
    /// The host is at `time` at sample `position` of the stream, at `sample_rate` Hz; `None` while it stands or does
    /// not say.
    pub(super) fn set(&mut self, position: u64, time: Option<MusicalTime>, sample_rate: f64) {
        let expected = at(self.said, position, sample_rate);
        let goes_on = match (expected, time) {
            (Some(expected), Some(time)) => (expected.beats - time.beats).abs() < SAME_BEATS,
            (expected, time) => expected.is_none() && time.is_none(),
        };
        if !goes_on {
            self.before = (position, self.said);
        }
        self.said = time.map(|time| (position, time));
    }

    /// The time at sample `position` of the stream, at `sample_rate` Hz.
    pub(super) fn at(&self, position: u64, sample_rate: f64) -> Option<MusicalTime> {
        let (since, before) = self.before;
        at(if position < since { before } else { self.said }, position, sample_rate)
    }
}

fn at(said: Option<(u64, MusicalTime)>, position: u64, sample_rate: f64) -> Option<MusicalTime> {
    let (from, time) = said?;
    Some(time.later((position as f64 - from as f64) / sample_rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_played_before_a_jump_keeps_its_place() {
        let time =
            |beats| MusicalTime { beats, tempo: 60.0, bar_start: 0.0, bar: 0, beats_per_bar: 4, beat_length: 1.0 };
        let mut clock = MusicalClock::default();
        for block in 0..10 {
            clock.set(100 * block, Some(time(block as f64)), 100.0);
        }
        // The loop begins again.
        clock.set(1_000, Some(time(2.0)), 100.0);
        clock.set(1_100, Some(time(3.0)), 100.0);
        let beats = |position| clock.at(position, 100.0).map(|time| time.beats);
        assert_eq!([beats(950), beats(1_000), beats(1_150)], [Some(9.5), Some(2.0), Some(3.5)]);
        clock.set(1_200, None, 100.0);
        assert_eq!(
            [clock.at(1_150, 100.0).map(|time| time.beats), clock.at(1_200, 100.0).map(|_| 0.0)],
            [Some(3.5), None]
        );
    }
}
