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
        let control = session.stretch_control.clone();
        let (of, from) = self.from;
        control.play(*number, if of == *number { from } else { 0.0 });
        self.plays = Some(PlayingHere { number: *number, control });
        session.send(MarkCommand::Play);
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
