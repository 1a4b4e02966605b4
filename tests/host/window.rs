//! The editor's window in a host's.

use super::player::fresh;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use x11rb::{
    COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT,
    connection::Connection,
    protocol::xproto::{ConnectionExt, CreateWindowAux, WindowClass},
    rust_connection::RustConnection,
};

/// A screen in memory. Its server ends when the last of its clients does, all of which are in this process: to end it
/// before would end the process, too, as graphics drivers close their connections late.
struct Screen {
    connection: RustConnection,
    root: u32,
}

impl Screen {
    #[expect(clippy::zombie_processes, reason = "it outlives this process")]
    fn new() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-terminate", "-screen", "0", "2560x1600x24", "+extension", "GLX"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        let (connection, screen) = RustConnection::connect(Some(&display)).unwrap();
        let root = connection.setup().roots[screen].root;
        // SAFETY: this is the only test of its program that looks at the variable, and no thread was started yet.
        unsafe { std::env::set_var("DISPLAY", &display) };
        Self { connection, root }
    }

    /// An empty window that fills the screen.
    fn window(&self) -> u32 {
        let window = self.connection.generate_id().unwrap();
        let (depth, class, settings) = (COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        let place = (0, 0, 2560, 1600, 0);
        self.connection
            .create_window(
                depth,
                window,
                self.root,
                place.0,
                place.1,
                place.2,
                place.3,
                place.4,
                class,
                COPY_FROM_PARENT,
                &settings,
            )
            .unwrap();
        self.connection.map_window(window).unwrap();
        self.connection.flush().unwrap();
        window
    }

    /// The size of the first window in `parent`, if there is one.
    fn child_size(&self, parent: u32) -> Option<(u32, u32)> {
        let child = *self.connection.query_tree(parent).unwrap().reply().unwrap().children.first()?;
        let geometry = self.connection.get_geometry(child).unwrap().reply().ok()?;
        Some((geometry.width.into(), geometry.height.into()))
    }
}

/// On screens of high resolution the window used to shrink each time it was opened.
#[test]
fn a_window_has_the_size_that_it_says_however_often_it_is_opened() {
    let screen = Screen::new();
    let mut at_one = None;
    for scale in [1.0, 1.5, 2.0] {
        let mut plugin = fresh();
        for opening in ["first", "second", "third"] {
            let parent = screen.window();
            let said = plugin.open_window(parent, scale).unwrap();
            let (patience, settled) = (Duration::from_secs(20), Duration::from_millis(700));
            let begun = Instant::now();
            let mut right_since = None;
            while right_since.is_none_or(|since: Instant| since.elapsed() < settled) {
                plugin.serve_callback();
                let size = screen.child_size(parent);
                if size == Some(said) {
                    right_since.get_or_insert_with(Instant::now);
                } else {
                    right_since = None;
                }
                assert!(begun.elapsed() < patience, "{opening} opening at {scale}: {size:?}, it says {said:?}");
                std::thread::sleep(Duration::from_millis(20));
            }
            let (width, height) = *at_one.get_or_insert(said);
            let scaled = |length: u32| (f64::from(length) * scale).round() as u32;
            assert_eq!(said, (scaled(width), scaled(height)), "{opening} opening at {scale}");
            plugin.close_window().unwrap();
            screen.connection.destroy_window(parent).unwrap();
        }
    }
}
