//! How a drag goes: the pointer is followed, the window below it is told, and the file is handed over where it is let
//! go. Nothing waits for a target without an end.

use super::{
    display::{DragDisplay, DropTarget},
    target, uri,
};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use x11rb::{
    connection::Connection as _,
    protocol::{
        Event,
        xproto::{ClientMessageEvent, KeyButMask, Window},
    },
    wrapper::ConnectionExt as _,
};

/// Longest wait for the file after it was let go, and for all that comes before the drop.
const FILE_PATIENCE: Duration = Duration::from_secs(10);
/// Longest wait for a target that says whether it takes the file that was let go there.
const STATUS_PATIENCE: Duration = Duration::from_millis(1_500);
/// Longest wait for a target that has taken it to be done with it.
const FINISH_PATIENCE: Duration = Duration::from_secs(10);
/// A target that has not answered so long is told all the same where the pointer is now.
const TELL_AGAIN: Duration = Duration::from_millis(500);
/// What lies below a pointer that rests is looked for so often.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// A drag.
pub(super) struct Drag {
    display: DragDisplay,
    /// The window that it comes from, and that nothing is dropped on.
    own: Window,
    /// The file as targets are told it, once it is there.
    list: Option<String>,
    stage: DragStage,
    /// The root window that the pointer is on, and its place there.
    at: (Window, (i16, i16)),
    /// What was looked for below the pointer last: where, and when.
    looked: Option<((i16, i16), Instant)>,
    target: Option<EnteredTarget>,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq)]
enum DragStage {
    /// The button is down.
    Held,
    /// The button was released then.
    Released(Instant),
    /// The target was told then to take the file.
    Dropped(Instant),
    /// It is over.
    Over,
}

/// The target that the file is over.
struct EnteredTarget {
    target: DropTarget,
    /// Where it was told last that the file is, and when.
    told: Option<((i16, i16), Instant)>,
    /// It has answered since.
    has_answered: bool,
    /// It takes the file.
    accepts: bool,
}

impl Drag {
    /// A drag from the window `own`. `None` where the server does not answer as it should.
    pub(super) fn begin(own: Window) -> Option<Self> {
        let display = DragDisplay::open()?;
        let pointer = display.pointer()?;
        let at = (pointer.root, (pointer.root_x, pointer.root_y));
        Some(Self { display, own, list: None, stage: DragStage::Held, at, looked: None, target: None })
    }

    /// Whether a button holds it.
    pub(super) fn is_held(&self) -> bool {
        self.stage == DragStage::Held
    }

    /// This file is dragged. `None` where that cannot be.
    pub(super) fn offer(&mut self, file: &Path) -> Option<()> {
        self.list = Some(uri::list(file).ok()?);
        self.display.take_selection()
    }

    /// Looks at what has happened. `None` when the drag is over.
    pub(super) fn step(&mut self, now: Instant) -> Option<()> {
        while let Some(event) = self.display.connection.poll_for_event().ok()? {
            self.take_in(&event)?;
        }
        match self.stage {
            DragStage::Held => self.follow(now),
            DragStage::Released(since) => self.let_go(now, since),
            DragStage::Dropped(since) => (now - since < FINISH_PATIENCE).then_some(()),
            DragStage::Over => None,
        }
    }

    fn take_in(&mut self, event: &Event) -> Option<()> {
        match event {
            Event::ClientMessage(message) => self.hear(message),
            Event::SelectionRequest(request) => self.display.answer(request, self.list.as_deref())?,
            // Something else is dragged now.
            Event::SelectionClear(_) if !matches!(self.stage, DragStage::Dropped(_)) => return self.cancel(),
            event if self.stage == DragStage::Held && self.display.is_escape(event) => return self.cancel(),
            _ => {}
        }
        Some(())
    }

    /// What the target says.
    fn hear(&mut self, message: &ClientMessageEvent) {
        let [from, flags, ..] = message.data.as_data32();
        let Some(entered) = &mut self.target else { return };
        if message.format != 32 || (from != entered.target.window && from != entered.target.receiver) {
            return;
        }
        if message.type_ == self.display.atoms.XdndStatus {
            (entered.has_answered, entered.accepts) = (true, flags & 1 == 1);
        } else if message.type_ == self.display.atoms.XdndFinished && matches!(self.stage, DragStage::Dropped(_)) {
            self.stage = DragStage::Over;
        }
    }

    /// Follows the pointer while the button is down. Escape or another button end it.
    fn follow(&mut self, now: Instant) -> Option<()> {
        let pointer = self.display.pointer()?;
        self.at = (pointer.root, (pointer.root_x, pointer.root_y));
        if pointer.mask.intersects(KeyButMask::BUTTON2 | KeyButMask::BUTTON3) || self.display.escape_is_down()? {
            return self.cancel();
        }
        if !pointer.mask.contains(KeyButMask::BUTTON1) {
            self.display.give_keyboard_back()?;
            self.stage = DragStage::Released(now);
        }
        self.approach(now)
    }

    /// The button is up: hands the file over, where it is there and somebody takes it.
    fn let_go(&mut self, now: Instant, since: Instant) -> Option<()> {
        if now - since >= FILE_PATIENCE {
            return self.cancel();
        }
        if self.list.is_none() {
            return Some(());
        }
        self.approach(now)?;
        let entered = self.target.as_ref()?;
        let (place, told) = entered.told?;
        if place != self.at.1 || !entered.has_answered {
            return if now - told.max(since) < STATUS_PATIENCE { Some(()) } else { self.cancel() };
        }
        if !entered.accepts {
            return self.cancel();
        }
        self.stage = DragStage::Dropped(now);
        self.display.drop_on(&entered.target)
    }

    /// Tells the window below the pointer that the file is there.
    fn approach(&mut self, now: Instant) -> Option<()> {
        let (root, place) = self.at;
        if self.list.is_none() {
            return Some(());
        }
        if self.looked.is_none_or(|(looked, when)| looked != place || now - when >= LOOK_AGAIN) {
            self.looked = Some((place, now));
            self.enter(target::below(&self.display, root, place, self.own))?;
        }
        let Some(entered) = &mut self.target else { return Some(()) };
        let is_due = match entered.told {
            None => true,
            Some((told, when)) => told != place && (entered.has_answered || now - when >= TELL_AGAIN),
        };
        if is_due {
            (entered.told, entered.has_answered) = (Some((place, now)), false);
            self.display.position(&entered.target, place)?;
        }
        Some(())
    }

    /// The file is over `target` now.
    fn enter(&mut self, target: Option<DropTarget>) -> Option<()> {
        if self.target.as_ref().map(|entered| entered.target) == target {
            return Some(());
        }
        if let Some(left) = self.target.take() {
            self.display.leave(&left.target)?;
        }
        if let Some(target) = target {
            self.display.enter(&target)?;
            self.target = Some(EnteredTarget { target, told: None, has_answered: false, accepts: false });
        }
        Some(())
    }

    /// Ends it, as if the file had left whatever it is over.
    pub(super) fn cancel(&mut self) -> Option<()> {
        if !matches!(self.stage, DragStage::Dropped(_) | DragStage::Over) {
            self.enter(None)?;
            // The server drops what it has not read yet of a connection that closes.
            self.display.connection.sync().ok()?;
        }
        self.stage = DragStage::Over;
        None
    }
}
