//! Stems that are dragged out of the editor: a track's part of the drag (XDND, version 5), and a hand at the pointer.

use super::screen::{SCREEN, open, wait_until};
use crate::player::{RATE, beginning, fresh, play_slowly, stem};
use clap_host::Instance;
use std::{
    ffi::OsString,
    fs,
    os::unix::ffi::OsStringExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use unbraid::{preset::library::stems::STEMS_VARIABLE, recording};
use x11rb::{
    COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME, NONE,
    connection::Connection,
    protocol::{
        Event,
        xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, WindowClass},
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

/// Where the buttons Freeze and Stem are in a window of the first size with three strips, in pixels, and the third
/// strip's knob.
const FREEZE: (i16, i16) = (899, 82);
const STEM: (i16, i16) = (593, 118);
const WITHIN: (i16, i16) = (820, 560);
/// Beside the editor, on the host's window.
const BESIDE: (i16, i16) = (1_500, 1_200);
/// Where the track is on the screen, and its size, in pixels.
const TRACK: (i16, i16) = (1_900, 300);
const TRACK_SIZE: u16 = 200;
/// Long enough for whatever should not come.
const A_WHILE: Duration = Duration::from_millis(600);
const ESCAPE: u32 = 0xff1b;
const SECONDS: f64 = 3.0;

/// What a track does with what is dragged over it.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// It takes files.
    Takes,
    /// It says that it takes files, and never answers.
    IsSilent,
    /// It takes files by another window.
    HasProxy,
}

/// A window that files can be dropped on, of another program.
struct Track {
    connection: RustConnection,
    window: u32,
    manner: Manner,
    /// What it was told, in order, without repetition: the message and its data.
    told: Vec<(&'static str, [u32; 5])>,
    /// The list of URIs that it was given.
    list: Option<String>,
}

const MESSAGES: [&str; 4] = ["XdndEnter", "XdndPosition", "XdndLeave", "XdndDrop"];

impl Track {
    fn new(manner: Manner) -> Self {
        let (connection, screen) = RustConnection::connect(None).unwrap();
        let root = connection.setup().roots[screen].root;
        let make = |(x, y): (i16, i16), size: u16| {
            let window = connection.generate_id().unwrap();
            let (class, settings) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
            let (depth, visual) = (COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT);
            connection.create_window(depth, window, root, x, y, size, size, 0, class, visual, &settings).unwrap();
            window
        };
        let window = make(TRACK, TRACK_SIZE);
        connection.map_window(window).unwrap();
        let receiver = if manner == Manner::HasProxy { make((0, 0), 1) } else { window };
        let this = Self { connection, window, manner, told: Vec::new(), list: None };
        if receiver != window {
            for of in [window, receiver] {
                this.set(of, "XdndProxy", AtomEnum::WINDOW, receiver);
            }
        }
        this.set(receiver, "XdndAware", AtomEnum::ATOM, 5);
        this.connection.sync().unwrap();
        this
    }

    fn set(&self, window: u32, property: &str, kind: AtomEnum, value: u32) {
        let property = self.atom(property);
        self.connection.change_property32(PropMode::REPLACE, window, property, kind, &[value]).unwrap();
    }

    fn atom(&self, name: &str) -> u32 {
        self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }

    /// Takes in what was said, and answers.
    fn serve(&mut self) {
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            match event {
                Event::ClientMessage(message) => self.hear(&message),
                Event::SelectionNotify(event) => {
                    assert_ne!(event.property, NONE, "whoever drags a file has its name");
                    let (kind, length) = (self.atom("text/uri-list"), 10_000);
                    let get = self.connection.get_property(true, self.window, event.property, kind, 0, length);
                    let list = get.unwrap().reply().unwrap();
                    assert_eq!((list.type_, list.format), (kind, 8));
                    self.list = Some(String::from_utf8(list.value).unwrap());
                    self.answer("XdndFinished", [1, self.atom("XdndActionCopy"), 0, 0]);
                }
                _ => {}
            }
        }
    }

    fn hear(&mut self, message: &ClientMessageEvent) {
        assert_eq!(message.window, self.window, "also where it is for another");
        let what = MESSAGES.into_iter().find(|name| self.atom(name) == message.type_).unwrap();
        if self.told.last().is_none_or(|(last, _)| *last != what) {
            self.told.push((what, message.data.as_data32()));
        }
        if self.manner == Manner::IsSilent {
            return;
        }
        match what {
            "XdndPosition" => self.answer("XdndStatus", [3, 0, 0, self.atom("XdndActionCopy")]),
            "XdndDrop" => {
                let (selection, kind) = (self.atom("XdndSelection"), self.atom("text/uri-list"));
                let time = message.data.as_data32()[2];
                self.connection.convert_selection(self.window, selection, kind, selection, time).unwrap();
                self.connection.flush().unwrap();
            }
            _ => {}
        }
    }

    fn answer(&self, what: &str, rest: [u32; 4]) {
        let source = self.told[0].1[0];
        let data = [self.window, rest[0], rest[1], rest[2], rest[3]];
        let message = ClientMessageEvent::new(32, source, self.atom(what), data);
        self.connection.send_event(false, source, EventMask::NO_EVENT, message).unwrap();
        self.connection.flush().unwrap();
    }

    fn told(&self) -> Vec<&'static str> {
        self.told.iter().map(|(what, _)| *what).collect()
    }

    /// Whether it was told `what`, while `plugin` goes on.
    fn was_told(&mut self, what: &str) -> bool {
        self.serve();
        self.told().contains(&what)
    }
}

/// A window of the plugin whose picture is frozen, in one of the host's, and the folder that stems go to.
struct Frozen {
    plugin: Instance,
    parent: u32,
    folder: TempDir,
}

impl Frozen {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // SAFETY: the standard library locks the environment, and no C code that reads it runs meanwhile.
        unsafe { std::env::set_var(STEMS_VARIABLE, stems(&folder)) };
        let mut plugin = fresh();
        plugin.activate(RATE, 512).unwrap();
        let parent = open(&mut plugin);
        play_slowly(&mut plugin, &beginning(&stem("standard-kit-take1"), SECONDS));
        SCREEN.click(FREEZE);
        // Its worker takes the sound apart, and its window draws what came of it.
        let begun = Instant::now();
        wait_until("the frozen picture", &mut plugin, |_| begun.elapsed() > 2 * A_WHILE);
        Self { plugin, parent, folder }
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(stems(&self.folder)).into_iter().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Presses on Stem, moves `to` there in steps, and waits until the file is there.
    fn drag(&mut self, to: (i16, i16)) {
        SCREEN.press(STEM);
        self.go(STEM, to);
        let folder = stems(&self.folder);
        wait_until("the stem's file", &mut self.plugin, |_| {
            let mut files = fs::read_dir(&folder).into_iter().flatten();
            files.any(|entry| entry.unwrap().path().extension().is_some_and(|kind| kind == "wav"))
        });
    }

    fn go(&mut self, from: (i16, i16), to: (i16, i16)) {
        for step in 1..=10 {
            let part = |from: i16, to: i16| from + ((i32::from(to - from) * step) / 10) as i16;
            SCREEN.move_to((part(from.0, to.0), part(from.1, to.1)));
            self.wait(Duration::from_millis(20));
        }
    }

    /// Lets time go by.
    fn wait(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.plugin.serve_callback();
            self.plugin.flush().unwrap();
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Drags a stem onto a new track, which gets it.
    fn drop_on_a_track(&mut self, manner: Manner) -> Track {
        let mut track = Track::new(manner);
        self.drag(middle());
        wait_until("that it is over the track", &mut self.plugin, |_| track.was_told("XdndPosition"));
        SCREEN.release();
        wait_until("the drop", &mut self.plugin, |_| {
            track.serve();
            track.list.is_some()
        });
        track
    }
}

/// A folder whose name is hard to say in a URI: it is not even UTF-8.
fn stems(folder: &TempDir) -> PathBuf {
    folder.path().join(OsString::from_vec(b"Gr\xc3\xb6\xc3\x9fe 100% #1 \xff".to_vec()))
}

fn middle() -> (i16, i16) {
    let half = TRACK_SIZE as i16 / 2;
    (TRACK.0 + half, TRACK.1 + half)
}

/// The file that a list of URIs names alone, decoded by hand.
fn file_of(list: &str) -> PathBuf {
    let uri = list.strip_suffix("\r\n").unwrap().strip_prefix("file://").unwrap();
    assert!(uri.starts_with('/') && uri.is_ascii() && !uri.contains([' ', '\r', '\n', '#', '?']), "{uri}");
    let (mut bytes, mut rest) = (Vec::new(), uri);
    while let Some(first) = rest.chars().next() {
        let encoded = rest.strip_prefix('%').map(|rest| &rest[..2]);
        bytes.push(encoded.map_or(first as u8, |hex| u8::from_str_radix(hex, 16).unwrap()));
        rest = &rest[if encoded.is_some() { 3 } else { 1 }..];
    }
    PathBuf::from(OsString::from_vec(bytes))
}

fn assert_is_a_stem(file: &Path) {
    let recording = recording::read(file).unwrap();
    assert!((recording.seconds() - SECONDS).abs() < 0.5 && recording.channels.len() == 2, "{}", recording.seconds());
    assert!(!recording.is_silent());
}

#[test]
fn a_stem_that_is_dragged_onto_a_track_is_a_file_there() {
    let mut frozen = Frozen::new();
    let track = frozen.drop_on_a_track(Manner::Takes);
    assert_eq!(track.told(), ["XdndEnter", "XdndPosition", "XdndDrop"]);
    let [enter, position, dropped] = [0, 1, 2].map(|n| track.told[n].1);
    assert_eq!((enter[1], enter[2..].to_vec()), (5 << 24, vec![track.atom("text/uri-list"), NONE, NONE]));
    assert!(enter[0] != NONE && [position[0], dropped[0]] == [enter[0]; 2], "one source");
    let (x, y) = ((position[2] >> 16) as i16, position[2] as u16 as i16);
    let is_within = |at: i16, from: i16| (from..from + TRACK_SIZE as i16).contains(&at);
    assert!(is_within(x, TRACK.0) && is_within(y, TRACK.1), "{x} {y}");
    assert_eq!(position[4], track.atom("XdndActionCopy"));
    assert!(position[3] != CURRENT_TIME && dropped[2] != CURRENT_TIME, "by the server's clock");
    let files = frozen.files();
    assert_eq!(files, [file_of(track.list.as_ref().unwrap())]);
    assert_is_a_stem(&files[0]);
    frozen.plugin.close_window().unwrap();
}

#[test]
fn a_stem_that_is_let_go_before_it_is_saved_arrives_all_the_same() {
    let mut frozen = Frozen::new();
    let mut track = Track::new(Manner::Takes);
    SCREEN.press(STEM);
    SCREEN.move_to((STEM.0 + 20, STEM.1));
    SCREEN.move_to(middle());
    std::thread::sleep(Duration::from_millis(30));
    SCREEN.release();
    wait_until("the drop", &mut frozen.plugin, |_| {
        track.serve();
        track.list.is_some()
    });
    assert_is_a_stem(&file_of(track.list.as_ref().unwrap()));
    frozen.plugin.close_window().unwrap();
}

#[test]
fn a_stem_that_is_let_go_where_nothing_takes_files_is_saved_and_the_next_one_is_dragged_as_ever() {
    let mut frozen = Frozen::new();
    frozen.drag(BESIDE);
    SCREEN.release();
    frozen.wait(A_WHILE);
    let files = frozen.files();
    assert_eq!(files.len(), 1);
    assert_is_a_stem(&files[0]);
    let track = frozen.drop_on_a_track(Manner::HasProxy);
    assert_eq!(file_of(track.list.as_ref().unwrap()), files[0], "the same stem needs no other file");
    assert_eq!(frozen.files(), files);
    frozen.plugin.close_window().unwrap();
}

/// Also where the host's window around the editor would take files.
#[test]
fn a_stem_that_is_let_go_over_the_editor_goes_nowhere() {
    let mut frozen = Frozen::new();
    let (track, parent) = (Track::new(Manner::Takes), frozen.parent);
    track.set(parent, "XdndAware", AtomEnum::ATOM, 5);
    // What a host's window is told goes to the connection that made it.
    track.connection.sync().unwrap();
    let state = frozen.plugin.save().unwrap();
    frozen.drag(WITHIN);
    frozen.wait(A_WHILE);
    SCREEN.release();
    frozen.wait(A_WHILE);
    let messages = || std::iter::from_fn(|| SCREEN.connection.poll_for_event().unwrap());
    let is_message = |event: &Event| matches!(event, Event::ClientMessage(_));
    assert_eq!(messages().filter(is_message).count(), 0, "neither the editor nor what is around it takes it");
    assert!(frozen.plugin.save().unwrap() == state, "nothing is learned, played or painted on");
    frozen.drag(BESIDE);
    wait_until("that it is over the host's window", &mut frozen.plugin, |_| messages().any(|event| is_message(&event)));
    SCREEN.release();
    frozen.plugin.close_window().unwrap();
}

#[test]
fn escape_ends_a_drag_and_is_not_the_hosts() {
    let mut frozen = Frozen::new();
    SCREEN.listen_to_keys(frozen.parent);
    SCREEN.focus(frozen.parent);
    let mut track = Track::new(Manner::Takes);
    frozen.drag(middle());
    wait_until("that it is over the track", &mut frozen.plugin, |_| track.was_told("XdndPosition"));
    SCREEN.key(ESCAPE);
    wait_until("that it has left", &mut frozen.plugin, |_| track.was_told("XdndLeave"));
    frozen.go(middle(), BESIDE);
    frozen.go(BESIDE, middle());
    SCREEN.release();
    frozen.wait(A_WHILE);
    track.serve();
    assert_eq!(track.told(), ["XdndEnter", "XdndPosition", "XdndLeave"]);
    assert_eq!(SCREEN.next_key(), None);
    SCREEN.key(ESCAPE);
    wait_until("the host's own key", &mut frozen.plugin, |_| SCREEN.next_key() == Some(SCREEN.code_of(ESCAPE)));
    frozen.drop_on_a_track(Manner::Takes);
    frozen.plugin.close_window().unwrap();
}

#[test]
fn a_track_that_never_answers_is_left_and_the_next_drag_arrives() {
    let mut frozen = Frozen::new();
    let mut silent = Track::new(Manner::IsSilent);
    frozen.drag(middle());
    wait_until("that it is over the track", &mut frozen.plugin, |_| silent.was_told("XdndPosition"));
    SCREEN.release();
    wait_until("that it has left", &mut frozen.plugin, |_| silent.was_told("XdndLeave"));
    assert!(!silent.told().contains(&"XdndDrop"));
    // The next one may begin while the last one waits.
    frozen.drag(middle());
    SCREEN.release();
    frozen.drop_on_a_track(Manner::Takes);
    frozen.plugin.close_window().unwrap();
}

#[test]
fn a_window_that_closes_in_the_middle_of_a_drag_leaves_no_thread_of_it() {
    let threads = || {
        let tasks = fs::read_dir("/proc/self/task").unwrap();
        let names = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("comm")).ok());
        names.filter(|name| name.trim() == "unbraid-drag").count()
    };
    let mut frozen = Frozen::new();
    let mut track = Track::new(Manner::Takes);
    frozen.drag(middle());
    wait_until("that it is over the track", &mut frozen.plugin, |_| track.was_told("XdndPosition"));
    assert_eq!(threads(), 1);
    frozen.plugin.close_window().unwrap();
    SCREEN.release();
    // One that has ended is listed a moment longer.
    wait_until("the end of its thread", &mut frozen.plugin, |_| threads() == 0);
    wait_until("that it has left", &mut frozen.plugin, |_| track.was_told("XdndLeave"));
}
