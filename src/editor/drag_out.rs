//! A stem that is dragged out of the window: the worker saves it, and the system's drag source carries its file away.

use crate::instance::{
    command::{MarkCommand, StretchPart},
    session::Session,
    state::dragged_stem::DraggedStem,
};
use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// The system's way to drag a file out of the window.
pub trait DragSource: Send {
    /// The button that is held now begins to drag a file that is still being written. Gives whether that is possible.
    fn begin(&mut self) -> bool;

    /// This is the file. It may have been let go already.
    fn offer(&mut self, file: &Path);

    /// There is no file.
    fn cancel(&mut self);

    /// Whether a button still holds it.
    fn is_held(&self) -> bool;
}

/// For systems where nothing can be dragged out of the window: what is dragged there is only saved.
pub struct NoDragSource;

impl DragSource for NoDragSource {
    fn begin(&mut self) -> bool {
        false
    }

    fn offer(&mut self, _: &Path) {}

    fn cancel(&mut self) {}

    fn is_held(&self) -> bool {
        false
    }
}

/// What is dragged out of this window.
pub(super) struct DragOut {
    source: Box<dyn DragSource>,
    /// The drag whose file is being written.
    awaits: Option<u64>,
}

impl Default for DragOut {
    fn default() -> Self {
        Self::new(Box::new(NoDragSource))
    }
}

impl DragOut {
    pub(super) fn new(source: Box<dyn DragSource>) -> Self {
        Self { source, awaits: None }
    }

    /// The pointer has begun to drag what the source of this strip has of the frozen stretch, or of this part of it.
    pub(super) fn begin(&mut self, strip: usize, part: Option<StretchPart>, session: &Session) {
        /// Drags of all windows of this process: an answer to one is for no other.
        static LAST: AtomicU64 = AtomicU64::new(0);
        if !self.source.begin() {
            session.send(part.map_or(MarkCommand::Save(strip), |part| MarkCommand::SavePart(strip, part)));
            return;
        }
        let number = LAST.fetch_add(1, Relaxed) + 1;
        self.awaits = Some(number);
        session.send(MarkCommand::Drag { strip, part, number });
    }

    /// Takes in what the worker has saved last to be dragged.
    pub(super) fn follow(&mut self, stem: Option<&DraggedStem>) {
        let Some(stem) = stem.filter(|stem| self.awaits == Some(stem.number)) else { return };
        self.awaits = None;
        match &stem.file {
            Some(file) => self.source.offer(file),
            None => self.source.cancel(),
        }
    }

    /// Whether something is being dragged.
    pub(super) fn is_on(&self) -> bool {
        self.source.is_held()
    }
}
