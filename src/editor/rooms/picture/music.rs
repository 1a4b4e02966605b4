//! Where beats and bars of the host's music are in the spectrogram.

use crate::separator::MusicalTime;

/// A beat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeatLine {
    /// In seconds before the edge.
    pub seconds: f64,
    /// The number of the bar that begins there, 0 for the first; `None` within a bar.
    pub bar: Option<i32>,
}

/// The beats up to `seconds` seconds before the edge at `edge_s`, oldest first. A column comes every `step_s` seconds;
/// `time` says where the music was in it.
pub fn lines(seconds: f64, edge_s: f64, step_s: f64, time: impl Fn(u64) -> Option<MusicalTime>) -> Vec<BeatLine> {
    let first = ((edge_s - seconds) / step_s).floor().max(0.0) as u64;
    let last = (edge_s / step_s).ceil().max(0.0) as u64;
    let mut lines: Vec<BeatLine> = Vec::new();
    for column in first..=last {
        let Some(time) = time(column) else { continue };
        let place = (time.beats - time.bar_start) / time.beat_length;
        // A column stands for the beats since the one before it.
        let step = step_s * time.tempo / 60.0 / time.beat_length;
        let beat = place.floor();
        if !step.is_normal() || beat <= place - step {
            continue;
        }
        let at = (column as f64 - (place - beat) / step) * step_s;
        let line = BeatLine { seconds: edge_s - at, bar: bar_at(&time, beat as i64) };
        // Rounding may find a beat in two columns.
        if lines.last().is_none_or(|before| before.seconds - line.seconds > step_s) {
            lines.push(line);
        }
    }
    lines
}

/// The bar that begins `beat` beats after that of `time`.
fn bar_at(time: &MusicalTime, beat: i64) -> Option<i32> {
    let length = i64::from(time.beats_per_bar.max(1));
    (beat.rem_euclid(length) == 0).then(|| time.bar.saturating_add(beat.div_euclid(length) as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP_S: f64 = 0.0113;

    /// Three beats in a bar, 120 a minute, from the middle of the first bar on; the host says its bar every 20 columns.
    fn waltz(column: u64) -> Option<MusicalTime> {
        let beats = |column: u64| 1.5 + column as f64 * STEP_S * 2.0;
        let bar = (beats(column / 20 * 20) / 3.0).floor();
        let (tempo, bar_start) = (120.0, 3.0 * bar);
        Some(MusicalTime {
            beats: beats(column),
            tempo,
            bar_start,
            bar: bar as i32,
            beats_per_bar: 3,
            beat_length: 1.0,
        })
    }

    #[test]
    fn every_beat_has_a_line_and_bars_have_their_numbers() {
        let lines = lines(4.0, 4.0, STEP_S, waltz);
        assert_eq!(lines.len(), 8, "{lines:?}");
        for (line, beat) in lines.iter().zip(2..) {
            assert!((4.0 - line.seconds - 0.5 * (f64::from(beat) - 1.5)).abs() < 1e-6, "{line:?}");
            assert_eq!(line.bar, (beat % 3 == 0).then_some(beat / 3));
        }
    }

    #[test]
    fn where_the_host_stands_there_are_no_lines() {
        assert_eq!(lines(4.0, 4.0, STEP_S, |_| None), []);
        let half = lines(4.0, 4.0, STEP_S, |column| waltz(column).filter(|_| column > 177));
        assert_eq!(half.len(), 4);
    }

    #[test]
    fn a_loop_that_goes_back_keeps_its_beats_apart() {
        // Back to the first bar after two seconds: 4 beats, of which the jump itself is one.
        let time = |column: u64| waltz(column % 177);
        let lines = lines(4.0, 4.0, STEP_S, time);
        assert!(lines.windows(2).all(|two| two[0].seconds - two[1].seconds > 0.2), "{lines:?}");
        assert!((7..=8).contains(&lines.len()), "{lines:?}");
    }
}
