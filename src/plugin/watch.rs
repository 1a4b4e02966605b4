//! The audio thread's eye on what begins and ends a take: the Learn switches and the host's transport.

use super::{
    handover::{AudioEnd, Mark, Sign},
    params::UnbraidParams,
};
use crate::preset::MAX_SOURCES;
use nice_plug::prelude::Transport;

/// How things stood in the last block.
#[derive(Debug, Default)]
pub struct Watch {
    /// The Learn switches.
    learn: [bool; MAX_SOURCES],
    playing: bool,
    /// Where the transport goes on if it does not jump, in samples.
    next: Option<i64>,
}

impl Watch {
    /// Audio thread, before a block of `samples` samples that begins at the position `at` of what is captured.
    pub fn observe(
        &mut self,
        params: &UnbraidParams,
        transport: &Transport,
        samples: usize,
        at: u64,
        models: &AudioEnd,
    ) {
        let now: [bool; MAX_SOURCES] = std::array::from_fn(|strip| params.strips[strip].learn.value());
        let before = std::mem::replace(&mut self.learn, now);
        for (strip, (before, now)) in before.into_iter().zip(now).enumerate() {
            match (before, now) {
                (false, true) => models.mark(Mark { at, sign: Sign::Learn(strip) }),
                (true, false) => models.mark(Mark { at, sign: Sign::Stop(strip) }),
                _ => {}
            }
        }
        let place = transport.pos_samples.filter(|_| transport.playing);
        let stopped = self.playing && !transport.playing;
        // Back to the loop's beginning, or elsewhere by hand.
        let jumped = matches!((self.next, place), (Some(next), Some(place)) if place < next - samples as i64);
        if stopped || jumped {
            models.mark(Mark { at, sign: Sign::TransportEnded });
        }
        self.playing = transport.playing;
        self.next = place.map(|place| place + samples as i64);
    }
}
