//! What is captured for a strip, as it comes.

use super::alone::HeardSoFar;
use crate::instance::state::options::LearnOptions;
use crate::{
    learner::capture::{Capture, Gone},
    recording::Recording,
};
use std::sync::Arc;

/// A take begins with a sample louder than this, -60 dB full scale.
pub(super) const SOUND: f32 = 1e-3;
/// What comes before it and still belongs to it, in seconds.
const ATTACK_SECONDS: f64 = 0.05;
/// Longest take, in seconds.
const LONGEST_SECONDS: f64 = 120.0;

/// Captures for a strip.
pub(super) struct Take {
    pub(super) strip: usize,
    /// The number of the stream that is captured.
    pub(super) stream: u64,
    pub(super) capture: Arc<Capture>,
    /// Where to read on.
    pub(super) next: u64,
    /// The position at which it was ended.
    pub(super) end: Option<u64>,
    /// What was captured so far; empty while nothing was heard.
    pub(super) recording: Recording,
    /// Highest absolute sample of what was read last.
    pub(super) peak: f32,
    /// What the source model has heard in it.
    pub(super) heard: HeardSoFar,
    pub(super) options: LearnOptions,
}

impl Take {
    /// Reads what was played since the last call, up to the position `until` if there is one, and to the end of the
    /// take.
    pub(super) fn read_on(&mut self, until: Option<u64>) -> Result<(), Gone> {
        let end = self.end.into_iter().chain(until).fold(self.capture.position(), u64::min);
        if end <= self.next {
            return Ok(());
        }
        let new = self.capture.read(self.next..end)?;
        self.peak = new.peak();
        if !self.recording.is_empty() {
            for (channel, new) in self.recording.channels.iter_mut().zip(new.channels) {
                channel.extend(new);
            }
        } else if let Some(first) =
            (0..new.len()).find(|&n| new.channels.iter().any(|channel| channel[n].abs() > SOUND))
        {
            let attack = (ATTACK_SECONDS * f64::from(self.recording.sample_rate)) as u64;
            let start = (self.next + first as u64).saturating_sub(attack).max(self.capture.at_hand().start);
            self.recording = self.capture.read(start..end)?;
        }
        self.next = end;
        let length = self.recording.sample_rate as f32 * self.options.seconds.unwrap_or(f32::INFINITY);
        if self.recording.len() as f32 > length {
            self.recording.channels.iter_mut().for_each(|channel| channel.truncate(length as usize));
        }
        Ok(())
    }

    pub(super) fn is_full(&self) -> bool {
        let most = self.options.seconds.map_or(LONGEST_SECONDS, f64::from).min(LONGEST_SECONDS);
        self.recording.seconds() >= most - 1e-6
    }
}
