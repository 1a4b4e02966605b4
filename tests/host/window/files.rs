//! A file manager's part of a drop (XDND, version 5).

use super::screen::{SCREEN, open, wait_until};
use crate::{player::fresh, stored_state};
use clap_host::Instance;
use std::path::Path;
use x11rb::{
    COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME,
    connection::Connection,
    protocol::{
        Event,
        xproto::{
            ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
            SelectionNotifyEvent, WindowClass,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

/// Drags files, on a connection of its own.
struct Dragging {
    connection: RustConnection,
    source: u32,
    target: u32,
    list: String,
    answers: Vec<(u32, [u32; 5])>,
}

impl Dragging {
    fn new(target: u32, files: &[&Path]) -> Self {
        let (connection, screen) = RustConnection::connect(None).unwrap();
        let (root, source) = (connection.setup().roots[screen].root, connection.generate_id().unwrap());
        let (class, settings) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        connection
            .create_window(COPY_DEPTH_FROM_PARENT, source, root, 0, 0, 1, 1, 0, class, COPY_FROM_PARENT, &settings)
            .unwrap();
        let list = files.iter().map(|file| format!("file://{}\r\n", file.display()).replace(' ', "%20")).collect();
        let this = Self { connection, source, target, list, answers: Vec::new() };
        this.connection.set_selection_owner(source, this.atom("XdndSelection"), CURRENT_TIME).unwrap().check().unwrap();
        this.say("XdndEnter", [source, 5 << 24, this.atom("text/uri-list"), 0, 0]);
        this
    }

    fn atom(&self, name: &str) -> u32 {
        self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }

    fn say(&self, what: &str, data: [u32; 5]) {
        let message = ClientMessageEvent::new(32, self.target, self.atom(what), data);
        self.connection.send_event(false, self.target, EventMask::NO_EVENT, message).unwrap();
        self.connection.flush().unwrap();
    }

    /// Answers to whoever asks for the list, and takes in what the window says.
    fn serve(&mut self) {
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            match event {
                Event::SelectionRequest(request) => {
                    let bytes = self.list.as_bytes();
                    let (requestor, property, target) = (request.requestor, request.property, request.target);
                    self.connection.change_property8(PropMode::REPLACE, requestor, property, target, bytes).unwrap();
                    let notify = SelectionNotifyEvent {
                        response_type: SELECTION_NOTIFY_EVENT,
                        sequence: 0,
                        time: request.time,
                        requestor,
                        selection: request.selection,
                        target,
                        property,
                    };
                    self.connection.send_event(false, requestor, EventMask::NO_EVENT, notify).unwrap();
                    self.connection.sync().unwrap();
                }
                Event::ClientMessage(message) => self.answers.push((message.type_, message.data.as_data32())),
                _ => {}
            }
        }
    }

    fn move_to(&mut self, x: u32, y: u32) {
        self.say("XdndPosition", [self.source, 0, (x << 16) | y, CURRENT_TIME, self.atom("XdndActionCopy")]);
    }

    fn let_go(&mut self) {
        self.say("XdndDrop", [self.source, 0, CURRENT_TIME, 0, 0]);
    }

    /// Whether the window has said `what`, and with that it takes the files.
    fn was_told(&self, what: &str) -> bool {
        let atom = self.atom(what);
        self.answers.iter().any(|(kind, data)| *kind == atom && data[1] & 1 == 1)
    }
}

/// Drops a preset on the plugin's window in `parent`, does `then`, and waits until it plays.
fn drop_a_preset(plugin: &mut Instance, parent: u32, then: impl FnOnce(&mut Instance)) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dropped band.unbraid.safetensors");
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/learned.unbraid.safetensors");
    std::fs::copy(fixture, &file).unwrap();

    let mut dragging = Dragging::new(SCREEN.child(parent).unwrap(), &[&file]);
    let mut step = 0;
    wait_until("that the window takes files", plugin, |_| {
        dragging.move_to(400 + step % 8, 300);
        step += 1;
        std::thread::sleep(std::time::Duration::from_millis(60));
        dragging.serve();
        dragging.was_told("XdndStatus")
    });
    dragging.let_go();
    wait_until("the end of the drop", plugin, |_| {
        dragging.serve();
        dragging.was_told("XdndFinished")
    });
    then(plugin);
    wait_until("the preset", plugin, |plugin| stored_state::preset(&plugin.save().unwrap())["title"] == "dropped band");
}

#[test]
fn a_preset_that_a_file_manager_drops_plays() {
    let mut plugin = fresh();
    let parent = open(&mut plugin);
    drop_a_preset(&mut plugin, parent, |_| {});
    plugin.close_window().unwrap();
}

/// What happens between the window's creation and its first frame must not keep it from drawing.
#[test]
fn a_window_draws_whatever_reached_it_before_it_was_shown() {
    let mut plugin = fresh();
    let parent = SCREEN.window();
    plugin.embed_window(parent, 1.0).unwrap();
    wait_until("the window", &mut plugin, |_| SCREEN.child(parent).is_some());
    drop_a_preset(&mut plugin, parent, |plugin| plugin.show_window().unwrap());
    plugin.close_window().unwrap();
}
