//! A drag's connection to the X server: a window of its own that nobody sees, the selection that is dragged, messages.

use std::time::{Duration, Instant};
use x11rb::{
    COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME, NONE,
    connection::Connection,
    protocol::{
        Event,
        xproto::{
            AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, GrabMode, PropMode,
            QueryPointerReply, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Timestamp, Window,
            WindowClass,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

x11rb::atom_manager! {
    /// Names that both sides of a drag know.
    pub(super) DragAtoms: DragAtomsCookie {
        XdndActionCopy,
        XdndAware,
        XdndDrop,
        XdndEnter,
        XdndFinished,
        XdndLeave,
        XdndPosition,
        XdndProxy,
        XdndSelection,
        XdndStatus,
        TARGETS,
        TIMESTAMP,
        TEXT_URI_LIST: b"text/uri-list",
    }
}

/// The version of the protocol.
pub(super) const VERSION: u32 = 5;
/// The Escape key's name (keysymdef.h).
const ESCAPE: u32 = 0xff1b;
/// Longest wait for the server's time.
const PATIENCE: Duration = Duration::from_secs(1);

/// A window that files can be dropped on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DropTarget {
    /// The window itself.
    pub(super) window: Window,
    /// The one that messages for it go to.
    pub(super) receiver: Window,
    /// The version that both sides know.
    pub(super) version: u32,
}

/// The connection.
pub(super) struct DragDisplay {
    pub(super) connection: RustConnection,
    pub(super) atoms: DragAtoms,
    /// The window that the file comes from.
    pub(super) window: Window,
    root: Window,
    /// When the drag began, by the server's clock.
    time: Timestamp,
    /// The number of the Escape key.
    escape: Option<u8>,
}

impl DragDisplay {
    /// A new connection, with a window. `None` where the server does not answer as it should.
    pub(super) fn open() -> Option<Self> {
        let (connection, screen) = RustConnection::connect(None).ok()?;
        let root = connection.setup().roots.get(screen)?.root;
        let atoms = DragAtoms::new(&connection).ok()?.reply().ok()?;
        let window = connection.generate_id().ok()?;
        // Only a window that is there can have the keyboard: it lies beside the screen, and no window manager knows it.
        let settings = CreateWindowAux::new().override_redirect(1).event_mask(EventMask::PROPERTY_CHANGE);
        let (depth, class) = (COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT);
        connection
            .create_window(depth, window, root, -9, -9, 1, 1, 0, class, COPY_FROM_PARENT, &settings)
            .ok()?
            .check()
            .ok()?;
        connection.map_window(window).ok()?;
        let mut this = Self { connection, atoms, window, root, time: CURRENT_TIME, escape: None };
        this.time = this.server_time()?;
        this.escape = this.escape_key();
        this.take_keyboard();
        Some(this)
    }

    /// The time by the server's clock: that of an event, which a change of the window brings about.
    fn server_time(&self) -> Option<Timestamp> {
        let (kind, property) = (AtomEnum::ATOM, self.atoms.XdndAware);
        self.connection.change_property32(PropMode::REPLACE, self.window, property, kind, &[]).ok()?;
        self.connection.flush().ok()?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match self.connection.poll_for_event().ok()? {
                Some(Event::PropertyNotify(event)) => return Some(event.time),
                Some(_) => {}
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        Some(CURRENT_TIME)
    }

    fn escape_key(&self) -> Option<u8> {
        let setup = self.connection.setup();
        let (first, count) = (setup.min_keycode, setup.max_keycode - setup.min_keycode + 1);
        let map = self.connection.get_keyboard_mapping(first, count).ok()?.reply().ok()?;
        let mut keys = map.keysyms.chunks(map.keysyms_per_keycode.into());
        Some(first + u8::try_from(keys.position(|symbols| symbols.contains(&ESCAPE))?).ok()?)
    }

    /// Keys come here while the file is held, so that the host does not take Escape for something else. Where another
    /// has them already, Escape is seen all the same.
    fn take_keyboard(&self) -> Option<()> {
        let mode = GrabMode::ASYNC;
        self.connection.grab_keyboard(false, self.window, self.time, mode, mode).ok()?.reply().ok().map(drop)
    }

    /// Gives the keyboard back.
    pub(super) fn give_keyboard_back(&self) -> Option<()> {
        self.connection.ungrab_keyboard(CURRENT_TIME).ok()?;
        self.connection.flush().ok()
    }

    /// Whether `event` is the Escape key going down.
    pub(super) fn is_escape(&self, event: &Event) -> bool {
        matches!(event, Event::KeyPress(event) if Some(event.detail) == self.escape)
    }

    /// Whether the Escape key is down.
    pub(super) fn escape_is_down(&self) -> Option<bool> {
        let keys = self.connection.query_keymap().ok()?.reply().ok()?.keys;
        Some(self.escape.is_some_and(|key| keys[usize::from(key / 8)] & (1 << (key % 8)) != 0))
    }

    /// Where the pointer is, and which of its buttons are down.
    pub(super) fn pointer(&self) -> Option<QueryPointerReply> {
        self.connection.query_pointer(self.root).ok()?.reply().ok()
    }

    /// From now on whoever asks for what is dragged is answered here. `None` where another has taken it.
    pub(super) fn take_selection(&self) -> Option<()> {
        let selection = self.atoms.XdndSelection;
        self.connection.set_selection_owner(self.window, selection, self.time).ok()?;
        let owner = self.connection.get_selection_owner(selection).ok()?.reply().ok()?.owner;
        (owner == self.window).then_some(())
    }

    /// The numbers in a property of another window.
    pub(super) fn property(&self, window: Window, property: u32) -> Option<u32> {
        let reply = self.connection.get_property(false, window, property, AtomEnum::ANY, 0, 1).ok()?.reply().ok()?;
        reply.value32()?.next()
    }

    fn say(&self, target: &DropTarget, what: u32, rest: [u32; 4]) -> Option<()> {
        let data = [self.window, rest[0], rest[1], rest[2], rest[3]];
        let message = ClientMessageEvent::new(32, target.window, what, data);
        // Where the target has gone, the server's complaint is passed over.
        self.connection.send_event(false, target.receiver, EventMask::NO_EVENT, message).ok()?;
        self.connection.flush().ok()
    }

    /// The file is over `target`.
    pub(super) fn enter(&self, target: &DropTarget) -> Option<()> {
        self.say(target, self.atoms.XdndEnter, [target.version << 24, self.atoms.TEXT_URI_LIST, NONE, NONE])
    }

    /// It is there now, in pixels of the screen.
    pub(super) fn position(&self, target: &DropTarget, (x, y): (i16, i16)) -> Option<()> {
        let place = (u32::from(x.cast_unsigned()) << 16) | u32::from(y.cast_unsigned());
        self.say(target, self.atoms.XdndPosition, [0, place, self.time, self.atoms.XdndActionCopy])
    }

    /// It has left `target`.
    pub(super) fn leave(&self, target: &DropTarget) -> Option<()> {
        self.say(target, self.atoms.XdndLeave, [0; 4])
    }

    /// It is let go over `target`.
    pub(super) fn drop_on(&self, target: &DropTarget) -> Option<()> {
        self.say(target, self.atoms.XdndDrop, [0, self.time, 0, 0])
    }

    /// Answers to whoever asks for what is dragged: for `list`, or for what else there is.
    pub(super) fn answer(&self, request: &SelectionRequestEvent, list: Option<&str>) -> Option<()> {
        let DragAtoms { TARGETS, TIMESTAMP, TEXT_URI_LIST, XdndSelection, .. } = self.atoms;
        // Clients from before 1989 leave the choice to the owner.
        let property = if request.property == NONE { request.target } else { request.property };
        let (to, mode, kind) = (request.requestor, PropMode::REPLACE, request.target);
        let list = list.filter(|_| request.selection == XdndSelection);
        let is_known = match list {
            Some(list) if kind == TEXT_URI_LIST => {
                self.connection.change_property8(mode, to, property, kind, list.as_bytes()).ok()?;
                true
            }
            Some(_) if kind == TARGETS => {
                let all = [TARGETS, TIMESTAMP, TEXT_URI_LIST];
                self.connection.change_property32(mode, to, property, AtomEnum::ATOM, &all).ok()?;
                true
            }
            Some(_) if kind == TIMESTAMP => {
                self.connection.change_property32(mode, to, property, AtomEnum::INTEGER, &[self.time]).ok()?;
                true
            }
            _ => false,
        };
        let notify = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: to,
            selection: request.selection,
            target: request.target,
            property: if is_known { property } else { NONE },
        };
        self.connection.send_event(false, to, EventMask::NO_EVENT, notify).ok()?;
        self.connection.flush().ok()
    }
}
