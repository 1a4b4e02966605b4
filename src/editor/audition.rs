//! What is held to be heard alone, from one frame to the next. Rooms ask for it anew in every frame in which it is
//! held; where nobody asks, it ends.

use super::snapshot::EditorSnapshot;
use crate::{
    instance::{project::version::Version, session::Session},
    realtime::wires::audition::HeldAudition,
    separator::Audition,
};
use std::sync::Arc;

/// What is held in this window. It ends with the window.
#[derive(Default)]
pub(super) struct AuditionState {
    held: Option<HeldHere>,
    /// Another preset has come meanwhile: nothing is heard alone until it is let go.
    is_over: bool,
}

/// Something is held here: it ends when this is dropped.
struct HeldHere {
    audition: Audition,
    /// What it belongs to.
    version: Arc<Version>,
    wire: Arc<HeldAudition>,
}

impl Drop for HeldHere {
    fn drop(&mut self) {
        self.wire.set(None);
    }
}

impl AuditionState {
    /// Takes in what was held in this frame. Says whether that is something else than before.
    pub(super) fn follow(&mut self, asked: Option<Audition>, session: &Session, snapshot: &EditorSnapshot) -> bool {
        let version = &snapshot.version;
        let is_other = |held: &HeldHere| !Arc::ptr_eq(&held.version.preset, &version.preset);
        let before = self.held.as_ref().map(|held| held.audition);
        self.is_over = asked.is_some() && (self.is_over || self.held.as_ref().is_some_and(is_other));
        let now = asked.filter(|_| !self.is_over);
        match (now, &mut self.held) {
            _ if now == before => return false,
            (None, _) => self.held = None,
            (Some(audition), Some(held)) => held.audition = audition,
            (Some(audition), none) => {
                *none = Some(HeldHere { audition, version: version.clone(), wire: session.audition.clone() });
            }
        }
        session.audition.set(now);
        true
    }

    /// Whether something is heard alone.
    pub(super) fn is_on(&self) -> bool {
        self.held.is_some()
    }

    /// Nothing is held any more: the window is not drawn any more.
    pub(super) fn end(&mut self) {
        self.held = None;
    }
}
