//! Stems that are dragged out of the window: who begins, what is saved, what is said. The system's part is played here.

use super::{
    band::Band,
    painting::{WIDE, freeze, heard_by},
    stage::{Stage, stems_folder},
};
use egui::{CursorIcon, Pos2, Vec2, vec2};
use egui_kittest::kittest::Queryable;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};
use unbraid::{
    editor::{EditorState, drag_out::DragSource},
    instance::{
        command::{Command, LibraryCommand, MarkCommand},
        state::message::Message,
    },
    recording,
    separator::MusicalTime,
};

const STEM: &str = "Save the stem of Drums";
const SHOW: &str = "Show the stem in its folder";

/// What a drag source was told.
#[derive(Default)]
struct Carried {
    begun: usize,
    cancelled: usize,
    files: Vec<PathBuf>,
    is_held: bool,
}

/// A drag source that remembers what it is told.
#[derive(Clone, Default)]
struct Carrier(Arc<Mutex<Carried>>);

impl Carrier {
    fn told(&self) -> MutexGuard<'_, Carried> {
        self.0.lock().unwrap()
    }

    fn begun(&self) -> usize {
        self.told().begun
    }

    fn cancelled(&self) -> usize {
        self.told().cancelled
    }

    /// The button is up, or the drag was taken back.
    fn let_go(&self) {
        self.told().is_held = false;
    }

    /// The files that it was given since the last question.
    fn files(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.told().files)
    }
}

impl DragSource for Carrier {
    fn begin(&mut self) -> bool {
        self.told().begun += 1;
        self.told().is_held = true;
        true
    }

    fn offer(&mut self, file: &Path) {
        self.told().files.push(file.to_owned());
    }

    fn cancel(&mut self) {
        self.told().cancelled += 1;
    }

    fn is_held(&self) -> bool {
        self.told().is_held
    }
}

/// Drums and bass have played for six seconds in bars of a second and a half, and are frozen.
fn frozen(state: EditorState) -> Band {
    let music = MusicalTime { beats: 1.0, tempo: 160.0, bar_start: 0.0, bar: 0, beats_per_bar: 4, beat_length: 1.0 };
    stems_folder();
    freeze(heard_by(Band::untaught_with(WIDE, state), 6.0, Some(music)))
}

fn carried() -> (Band, Carrier) {
    let carrier = Carrier::default();
    (frozen(EditorState::default().with_drag_source(Box::new(carrier.clone()))), carrier)
}

/// Presses there and moves by `way` in steps.
fn drag(stage: &mut Stage, from: Pos2, way: Vec2) {
    stage.press(from);
    for step in 1..=8 {
        stage.move_to(from + way * (step as f32 / 8.0));
    }
    stage.harness.run_steps(3);
}

fn name(file: &Path) -> &str {
    file.file_name().and_then(|name| name.to_str()).unwrap()
}

fn cursor(stage: &Stage) -> CursorIcon {
    stage.harness.output().platform_output.cursor_icon
}

#[test]
fn a_click_saves_a_stem_and_a_drag_takes_it_along() {
    let (mut band, carrier) = carried();
    let at = band.stage.centre(STEM);
    drag(&mut band.stage, at, vec2(4.0, 2.0));
    band.stage.release(at + vec2(4.0, 2.0));
    band.stage.harness.run_steps(2);
    assert_eq!(carrier.begun(), 0, "a hand that shakes clicks");
    let Message::Saved(clicked) = band.stage.session.message() else { panic!("{:?}", band.stage.session.message()) };
    assert!(clicked.exists() && band.stage.harness.query_by_label(SHOW).is_some());
    assert_ne!(cursor(&band.stage), CursorIcon::Grabbing);

    drag(&mut band.stage, at, vec2(60.0, 90.0));
    let files = carrier.files();
    let [file] = &files[..] else { panic!("one file: {files:?}") };
    assert!(carrier.begun() == 1 && *file == clicked && name(file).starts_with("Drums "), "{file:?}");
    let saved = recording::read(file).unwrap();
    assert!((saved.seconds() - band.stage.session.stretch().unwrap().seconds).abs() < 1e-3);
    assert!(band.stage.shows(&format!("Drag {} onto a track", name(file))));
    assert!(cursor(&band.stage) == CursorIcon::Grabbing && band.stage.harness.query_by_label(SHOW).is_none());

    // Wherever it goes, it is one drag.
    band.stage.move_to(at);
    band.stage.move_to(at + vec2(200.0, 0.0));
    band.render("picture_dragging");
    carrier.let_go();
    band.stage.release(at + vec2(200.0, 0.0));
    band.stage.harness.run_steps(2);
    assert!(carrier.begun() == 1 && carrier.files().is_empty() && carrier.cancelled() == 0);
    assert!(band.stage.shows("Saved as ") && band.stage.harness.query_by_label(SHOW).is_some());
    assert_ne!(cursor(&band.stage), CursorIcon::Grabbing);
    band.stage.move_to(Pos2::new(1.0, 1.0));
    band.stage.harness.run_steps(2);
    band.render("picture_saved");
    drag(&mut band.stage, at, vec2(60.0, 90.0));
    assert_eq!((carrier.begun(), carrier.files().len()), (2, 1), "and again");
}

#[test]
fn bars_and_the_names_of_strips_are_dragged_too_while_something_is_frozen() {
    let (mut band, carrier) = carried();
    band.stage.click("Save the end of Drums");
    band.stage.wait(0.2);
    let at = band.stage.centre("Last bar");
    drag(&mut band.stage, at, vec2(150.0, 60.0));
    let files = carrier.files();
    let [bar] = &files[..] else { panic!("one file: {files:?}") };
    assert!(name(bar).starts_with("Drums 1 bar ") && (recording::read(bar).unwrap().seconds() - 1.5).abs() < 1e-3);
    assert!(band.stage.harness.query_by_label("Last bar").is_none(), "nothing covers where it goes");
    carrier.let_go();
    band.stage.release(at + vec2(150.0, 60.0));

    let at = band.stage.centre("Bass");
    drag(&mut band.stage, at, vec2(80.0, -60.0));
    let files = carrier.files();
    assert!(files.len() == 1 && name(&files[0]).starts_with("Bass "), "{files:?}");
    carrier.let_go();
    band.stage.release(at + vec2(80.0, -60.0));
    assert_eq!(carrier.begun(), 2);
    assert!(band.stage.harness.query_by_label("Learn from").is_none(), "its menu stays closed");

    band.stage.click("Freeze");
    band.stage.harness.run_steps(3);
    drag(&mut band.stage, at, vec2(80.0, -60.0));
    assert_eq!(carrier.begun(), 2, "nothing is frozen that could be dragged");
}

#[test]
fn a_stem_that_cannot_be_saved_is_not_dragged() {
    let (mut band, carrier) = carried();
    let at = band.stage.centre(STEM);
    // By the time the worker comes to it, nothing is frozen any more.
    band.stage.press(at);
    band.stage.session.send(MarkCommand::Release);
    band.stage.move_to(at + vec2(60.0, 90.0));
    band.stage.harness.run_steps(2);
    assert!(carrier.cancelled() == 1 && carrier.files().is_empty());
    let message = band.stage.session.message();
    assert!(matches!(&message, Message::Failed(sentence) if sentence.contains("freeze it")), "{message:?}");
}

#[test]
fn where_nothing_can_be_dragged_out_it_is_saved_and_its_folder_is_shown() {
    let mut band = frozen(EditorState::default());
    let at = band.stage.centre(STEM);
    drag(&mut band.stage, at, vec2(60.0, 90.0));
    band.stage.release(at + vec2(60.0, 90.0));
    band.stage.harness.run_steps(2);
    assert!(matches!(band.stage.session.message(), Message::Saved(file) if file.exists()));
    assert!(band.stage.shows("Saved as ") && cursor(&band.stage) != CursorIcon::Grabbing);

    let mut stage = Stage::new(2, WIDE);
    let file = PathBuf::from("/music/Unbraid/Drums 1.wav");
    stage.session.set_message(Message::Saved(file.clone()));
    stage.harness.run_steps(2);
    stage.asked();
    stage.click(SHOW);
    assert_eq!(stage.asked(), [Command::from(LibraryCommand::ShowFolder(Some(file)))]);
}
