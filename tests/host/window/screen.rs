//! A screen in memory, with windows, a pointer and a keyboard.

use clap_host::Instance;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};
use x11rb::{
    COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME,
    connection::Connection,
    protocol::{
        Event,
        xproto::{ChangeWindowAttributesAux, ConnectionExt as _, CreateWindowAux, EventMask, InputFocus, WindowClass},
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
};

pub(super) const SIZE: (u16, u16) = (2560, 1600);
/// How long anything may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// Numbers of X11's events.
const KEY_PRESS: u8 = 2;
const KEY_RELEASE: u8 = 3;
const BUTTON_PRESS: u8 = 4;
const BUTTON_RELEASE: u8 = 5;
const MOTION: u8 = 6;

/// The screen of this process. Its server ends when the last of its clients does, all of which are in this process: to
/// end it before would end the process, too, as graphics drivers close their connections late.
pub(super) struct Screen {
    pub(super) connection: RustConnection,
    root: u32,
}

pub(super) static SCREEN: LazyLock<Screen> = LazyLock::new(Screen::new);

impl Screen {
    #[expect(clippy::zombie_processes, reason = "it outlives this process")]
    fn new() -> Self {
        let size = format!("{}x{}x24", SIZE.0, SIZE.1);
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-terminate", "-screen", "0", &size, "+extension", "GLX"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        let (connection, screen) = RustConnection::connect(Some(&display)).unwrap();
        let root = connection.setup().roots[screen].root;
        // SAFETY: whoever looks at the variable has asked for the screen before.
        unsafe { std::env::set_var("DISPLAY", &display) };
        Self { connection, root }
    }

    /// An empty window that fills the screen.
    pub(super) fn window(&self) -> u32 {
        let window = self.connection.generate_id().unwrap();
        let (depth, class, settings) = (COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        let (width, height) = SIZE;
        self.connection
            .create_window(depth, window, self.root, 0, 0, width, height, 0, class, COPY_FROM_PARENT, &settings)
            .unwrap();
        self.connection.map_window(window).unwrap();
        self.connection.flush().unwrap();
        window
    }

    /// The first window in `parent`, if there is one.
    pub(super) fn child(&self, parent: u32) -> Option<u32> {
        self.connection.query_tree(parent).unwrap().reply().unwrap().children.first().copied()
    }

    /// Its size.
    pub(super) fn child_size(&self, parent: u32) -> Option<(u32, u32)> {
        let geometry = self.connection.get_geometry(self.child(parent)?).unwrap().reply().ok()?;
        Some((geometry.width.into(), geometry.height.into()))
    }

    /// Gives the keyboard to `window`.
    pub(super) fn focus(&self, window: u32) {
        self.connection.set_input_focus(InputFocus::PARENT, window, CURRENT_TIME).unwrap().check().unwrap();
    }

    /// Whose the keyboard is.
    pub(super) fn focused(&self) -> u32 {
        self.connection.get_input_focus().unwrap().reply().unwrap().focus
    }

    fn input(&self, kind: u8, detail: u8, x: i16, y: i16) {
        self.connection.xtest_fake_input(kind, detail, CURRENT_TIME, self.root, x, y, 0).unwrap().check().unwrap();
    }

    /// Moves the pointer there.
    pub(super) fn move_to(&self, (x, y): (i16, i16)) {
        self.input(MOTION, 0, x, y);
    }

    /// Presses the left button there.
    pub(super) fn press(&self, at: (i16, i16)) {
        self.move_to(at);
        self.input(BUTTON_PRESS, 1, 0, 0);
    }

    /// Releases it where the pointer is.
    pub(super) fn release(&self) {
        self.input(BUTTON_RELEASE, 1, 0, 0);
    }

    /// Clicks there.
    pub(super) fn click(&self, at: (i16, i16)) {
        self.press(at);
        self.release();
    }

    /// The number of the key that X11 knows by this symbol.
    pub(super) fn code_of(&self, symbol: u32) -> u8 {
        let setup = self.connection.setup();
        let (first, count) = (setup.min_keycode, setup.max_keycode - setup.min_keycode + 1);
        let map = self.connection.get_keyboard_mapping(first, count).unwrap().reply().unwrap();
        let keys = map.keysyms.chunks(map.keysyms_per_keycode.into());
        let place = keys.into_iter().position(|symbols| symbols.contains(&symbol)).unwrap();
        first + place as u8
    }

    /// Presses the key that X11 knows by this symbol.
    pub(super) fn key(&self, symbol: u32) {
        let code = self.code_of(symbol);
        self.input(KEY_PRESS, code, 0, 0);
        self.input(KEY_RELEASE, code, 0, 0);
    }

    /// The keys that go to `window` come here from now on.
    pub(super) fn listen_to_keys(&self, window: u32) {
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::KEY_PRESS);
        self.connection.change_window_attributes(window, &events).unwrap().check().unwrap();
    }

    /// The number of the next key that has come.
    pub(super) fn next_key(&self) -> Option<u8> {
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            if let Event::KeyPress(event) = event {
                return Some(event.detail);
            }
        }
        None
    }
}

/// Waits until `is_so`, while the host does for `plugin` what a host does for one that is not active.
#[track_caller]
pub(super) fn wait_until(what: &str, plugin: &mut Instance, mut is_so: impl FnMut(&mut Instance) -> bool) {
    let begun = Instant::now();
    while !is_so(plugin) {
        assert!(begun.elapsed() < PATIENCE, "{what} does not come");
        plugin.serve_callback();
        plugin.flush().unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Opens the plugin's window in one of the host's, and gives the host's.
pub(super) fn open(plugin: &mut Instance) -> u32 {
    let parent = SCREEN.window();
    plugin.open_window(parent, 1.0).unwrap();
    wait_until("the window", plugin, |_| SCREEN.child(parent).is_some());
    parent
}
