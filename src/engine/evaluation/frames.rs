//! BSS Eval version 4: the parts of estimates frame by frame, with the filters of the whole signals.

use super::{decomposition::FilterBank, energies::Energies, score::ImageScore, segments::Segments};
use std::{collections::VecDeque, ops::Range};

/// Which frames are scored, in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameLengths {
    /// Length of a frame, at least 1.
    pub window: usize,
    /// Distance between the beginnings of two frames, at least 1.
    pub hop: usize,
}

impl FrameLengths {
    /// How many frames lie in so many `samples`: what fills no frame at their end is left out, and what is shorter than
    /// a frame is one.
    pub fn count(&self, samples: usize) -> usize {
        samples.checked_sub(self.window).map_or(1, |rest| rest / self.hop + 1)
    }
}

/// The frames of signals that are gone through block by block.
pub(super) struct ScoredFrames {
    grid: FrameLengths,
    segments: Segments,
    /// The channels of each signal that must sound for a frame to be scored.
    signals: Vec<Range<usize>>,
    /// Frames that begin later.
    next: Range<usize>,
    /// The sample that the next block begins with.
    position: usize,
    open: VecDeque<OpenFrame>,
    /// Indexed by `[scored estimate][frame]`.
    rows: Vec<Vec<ImageScore>>,
}

/// What is known of a frame beside the energies of its segment.
struct OpenFrame {
    samples: Range<usize>,
    /// Which signals have sounded in it.
    sounds: Vec<bool>,
}

impl ScoredFrames {
    /// Of so many `samples`, decomposed by `bank`.
    pub(super) fn new(grid: FrameLengths, samples: usize, bank: FilterBank, signals: Vec<Range<usize>>) -> Self {
        Self {
            grid,
            signals,
            next: 0..grid.count(samples),
            position: 0,
            open: VecDeque::new(),
            rows: vec![Vec::new(); bank.scored()],
            segments: Segments::new(bank),
        }
    }

    /// Adds the next samples of all channels, of the references and then of the estimates.
    pub(super) fn add(&mut self, channels: &[&[f32]]) {
        let now = self.position..self.position + channels[0].len();
        while !self.next.is_empty() && self.next.start * self.grid.hop < now.end {
            let start = self.next.start * self.grid.hop;
            let samples = start..start + self.grid.window;
            self.segments.open(samples.clone());
            self.open.push_back(OpenFrame { samples, sounds: vec![false; self.signals.len()] });
            self.next.start += 1;
        }
        for frame in &mut self.open {
            frame.hear(channels, &now, &self.signals);
        }
        for energies in self.segments.add(channels) {
            close(&mut self.open, &mut self.rows, &energies);
        }
        self.position = now.end;
    }

    /// The scores, indexed by `[scored estimate][frame]`.
    pub(super) fn finish(mut self) -> Vec<Vec<ImageScore>> {
        for energies in self.segments.finish() {
            close(&mut self.open, &mut self.rows, &energies);
        }
        self.rows
    }
}

/// Adds a row of the frame that began first.
fn close(open: &mut VecDeque<OpenFrame>, rows: &mut [Vec<ImageScore>], energies: &[Energies]) {
    // As in museval: where one of the signals is silent, nothing is said of any.
    let all_sound = open.pop_front().is_some_and(|frame| frame.sounds.iter().all(|sounds| *sounds));
    for (rows, energies) in rows.iter_mut().zip(energies) {
        rows.push(if all_sound { energies.image_score() } else { ImageScore::UNDEFINED });
    }
}

impl OpenFrame {
    /// Notes which of the `signals` sound in the frame, of the samples `now`.
    fn hear(&mut self, channels: &[&[f32]], now: &Range<usize>, signals: &[Range<usize>]) {
        let inside = self.samples.start.max(now.start)..self.samples.end.min(now.end);
        if inside.is_empty() {
            return;
        }
        let part = inside.start - now.start..inside.end - now.start;
        for (sounds, signal) in self.sounds.iter_mut().zip(signals) {
            let sounds_now = |channel: &&[f32]| channel[part.clone()].iter().any(|x| *x != 0.0);
            *sounds = *sounds || channels[signal.clone()].iter().any(sounds_now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fills_no_frame_at_the_end_is_left_out() {
        let count = |samples, window, hop| FrameLengths { window, hop }.count(samples);
        assert_eq!([count(9, 10, 10), count(10, 10, 10), count(19, 10, 10), count(20, 10, 10)], [1, 1, 1, 2]);
        assert_eq!([count(20, 10, 3), count(20, 10, 11)], [4, 1]);
    }
}
