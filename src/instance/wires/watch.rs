//! The audio thread's eye on what begins and ends a take: the Learn switches and the host's transport.

use super::handover::{AudioEnd, Mark, Sign};
use crate::instance::params::UnbraidParams;
use crate::preset::MAX_SOURCES;
use nice_plug::prelude::Transport;

/// How things stood in the last block.
#[derive(Debug, Default)]
pub struct Watch {
    /// The Learn switches.
    learn: [bool; MAX_SOURCES],
    playing: bool,
    /// Where the transport was while it ran, on the host's timeline.
    place: Option<f64>,
}

impl Watch {
    /// Audio thread, before a block that begins at the position `at` of what is captured.
    pub fn observe(&mut self, params: &UnbraidParams, transport: &Transport, at: u64, models: &AudioEnd) {
        let now: [bool; MAX_SOURCES] = std::array::from_fn(|strip| params.strips[strip].learn.value());
        let before = std::mem::replace(&mut self.learn, now);
        let place = place(transport).filter(|_| transport.playing);
        let stopped = self.playing && !transport.playing;
        // Back to the loop's beginning, or elsewhere by hand.
        let jumped = matches!((self.place, place), (Some(before), Some(now)) if now < before);
        // What ends comes before what begins: one strip's Learn may follow another's.
        let mark = |sign| models.mark(Mark { at, sign });
        let moved = |from: bool| (0..MAX_SOURCES).filter(move |strip| before[*strip] == from && now[*strip] != from);
        moved(true).for_each(|strip| mark(Sign::Stop(strip)));
        if stopped || jumped {
            mark(Sign::TransportEnded);
        }
        moved(false).for_each(|strip| mark(Sign::Learn(strip)));
        (self.playing, self.place) = (transport.playing, place);
    }
}

/// Where `transport` stands, in the unit in which its host counts: nice-plug 0.4.2 passes on what the host says. In CLAP that is seconds,
/// beats or both. To convert beats would take the tempo, which may change.
fn place(transport: &Transport) -> Option<f64> {
    let samples = transport.pos_samples.map(|samples| samples as f64);
    samples.or(transport.pos_seconds).or(transport.pos_beats)
}
