//! The frozen stretch that plays in a loop: it is begun here, and ends with the frozen picture and with the window.

use super::rooms::picture::state::Playhead;
use crate::{
    instance::{command::MarkCommand, session::Session, state::stretch_view::StretchView},
    realtime::wires::stretch::StretchControl,
};
use std::sync::Arc;

/// What plays in this window.
#[derive(Default)]
pub(super) struct PlayingState {
    plays: Option<PlayingHere>,
    /// Where a stretch begins to play that does not play yet, in seconds; and which stretch that is.
    from: (u64, f64),
    hold: Option<HeldPlace>,
}

/// A place of a stretch is held.
struct HeldPlace {
    number: u64,
    /// Where the stretch goes on afterwards, in seconds, if it played before.
    before: Option<f64>,
}

/// A stretch plays here: it ends when this is dropped.
struct PlayingHere {
    number: u64,
    control: Arc<StretchControl>,
}

impl Drop for PlayingHere {
    fn drop(&mut self) {
        self.control.stop();
    }
}

impl PlayingState {
    /// Plays `stretch` from where it was last, or stops what plays.
    pub(super) fn toggle(&mut self, session: &Session, stretch: Option<&StretchView>) {
        if self.plays.take().is_some() {
            return;
        }
        let Some(StretchView { number, .. }) = stretch else { return };
        let (of, from) = self.from;
        self.begin(session, *number, if of == *number { from } else { 0.0 });
    }

    /// Plays stretch `number` from `seconds` on.
    fn begin(&mut self, session: &Session, number: u64, seconds: f64) {
        let control = session.stretch_control.clone();
        control.play(number, seconds);
        self.plays = Some(PlayingHere { number, control });
        session.send(MarkCommand::Play);
    }

    /// Plays a stretch of this number from so many seconds on while that is `held`; then all is as before.
    pub(super) fn follow_hold(&mut self, session: &Session, held: Option<(u64, f64)>) {
        let Some((number, seconds)) = held else {
            match self.hold.take() {
                Some(HeldPlace { before: Some(before), .. }) => {
                    self.plays.iter().for_each(|plays| plays.control.seek(before))
                }
                Some(HeldPlace { before: None, .. }) => self.plays = None,
                None => {}
            }
            return;
        };
        if self.hold.as_ref().is_some_and(|hold| hold.number == number) {
            return;
        }
        let before = self.plays.as_ref().map(|plays| plays.control.place());
        self.hold = Some(HeldPlace { number, before });
        match &self.plays {
            Some(plays) => plays.control.seek(seconds),
            None => self.begin(session, number, seconds),
        }
    }

    /// What plays goes on at `seconds`; what plays next begins there.
    pub(super) fn seek(&mut self, number: u64, seconds: f64) {
        self.from = (number, seconds);
        if let Some(plays) = &self.plays {
            plays.control.seek(seconds);
        }
    }

    /// Takes in what has happened since the last frame: `stretch` is shown now. What has stopped by itself, with its
    /// stretch or with the host, is over.
    pub(super) fn follow(&mut self, stretch: Option<&StretchView>) {
        self.plays.take_if(|plays| {
            stretch.is_none_or(|stretch| stretch.number != plays.number) || plays.control.wanted() != Some(plays.number)
        });
    }

    /// Where `stretch` plays or would begin to, in seconds, and whether it plays.
    pub(super) fn playhead(&self, stretch: &StretchView) -> Playhead {
        let (of, from) = self.from;
        match &self.plays {
            Some(plays) => Playhead { seconds: plays.control.place(), plays: true },
            None => Playhead { seconds: if of == stretch.number { from } else { 0.0 }, plays: false },
        }
    }

    /// Whether a stretch plays.
    pub(super) fn is_on(&self) -> bool {
        self.plays.is_some()
    }

    /// Nothing plays any more.
    pub(super) fn end(&mut self) {
        self.plays = None;
    }
}
