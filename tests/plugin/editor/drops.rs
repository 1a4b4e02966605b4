//! Files that are dragged over the window and dropped.

use super::{
    stage::{DEFAULT, Stage},
    window::place,
};
use baseview::{DropData, Event, MouseEvent};
use egui::Pos2;
use egui_kittest::kittest::Queryable;
use keyboard_types::Modifiers;
use std::path::PathBuf;
use unbraid::instance::command::{Command, LearnCommand, PresetCommand, SourceCommand};

fn paths(files: &[&str]) -> Vec<PathBuf> {
    files.iter().map(PathBuf::from).collect()
}

pub(super) fn hover(stage: &mut Stage, at: Pos2, files: &[&str]) {
    let data = DropData::Files(paths(files));
    let drag = MouseEvent::DragEntered { position: place(at), modifiers: Modifiers::empty(), data };
    stage.happens([Event::Mouse(drag)]);
    stage.wait(0.05);
}

pub(super) fn drop_at(stage: &mut Stage, at: Pos2, files: &[&str]) {
    hover(stage, at, files);
    let data = DropData::Files(paths(files));
    let dropped = MouseEvent::DragDropped { position: place(at), modifiers: Modifiers::empty(), data };
    stage.happens([Event::Mouse(dropped)]);
    stage.wait(0.05);
}

fn learn(strip: usize, source: &str, files: &[&str]) -> Command {
    LearnCommand::Files { strip, source: source.to_owned(), files: paths(files) }.into()
}

/// Beside the strips.
fn beside(stage: &Stage) -> Pos2 {
    stage.centre("Bypass")
}

#[test]
fn recordings_on_a_strip_are_learned_from_and_the_strip_says_so_before() {
    let mut stage = Stage::new(3, DEFAULT);
    let at = stage.centre("Bass gain");
    hover(&mut stage, at, &["/takes/groove.wav"]);
    assert!(stage.shows("Learn Bass from groove.wav"));
    assert_eq!(stage.asked(), [], "nothing is done before it is dropped");
    drop_at(&mut stage, at, &["/takes/groove.wav"]);
    assert_eq!(stage.asked(), [learn(1, "bass", &["/takes/groove.wav"])]);
    assert!(!stage.shows("Learn Bass from"));
    drop_at(&mut stage, at, &["/takes/a.FLAC", "/takes/b.mp3"]);
    assert_eq!(stage.asked(), [learn(1, "bass", &["/takes/a.FLAC", "/takes/b.mp3"])]);
}

#[test]
fn a_recording_beside_the_strips_is_asked_about() {
    for (answer, asked) in [
        ("Drums", Some(learn(0, "drums", &["/takes/groove.wav"]))),
        ("Something new: add a source", Some(SourceCommand::AddRecorded(paths(&["/takes/groove.wav"])).into())),
        ("Cancel", None),
    ] {
        let mut stage = Stage::new(2, DEFAULT);
        let at = beside(&stage);
        drop_at(&mut stage, at, &["/takes/groove.wav"]);
        assert!(stage.shows("groove.wav is"));
        assert_eq!(stage.asked(), []);
        // A strip has this name as well; the question stands in front, and is drawn last.
        let place = stage.harness.get_all_by_label(answer).last().map(|node| node.rect().center()).unwrap();
        stage.press(place);
        stage.release(place);
        stage.wait(0.1);
        assert_eq!(stage.asked(), asked.into_iter().collect::<Vec<_>>(), "{answer}");
        assert!(!stage.shows("groove.wav is"), "{answer}");
    }
}

#[test]
fn several_recordings_go_to_the_strips_of_their_names_and_the_others_become_sources() {
    let mut stage = Stage::new(2, DEFAULT);
    let at = beside(&stage);
    let files = ["/s/01 Drums.wav", "/s/bass_di.wav", "/s/keys.wav", "/s/vox.wav"];
    hover(&mut stage, at, &files);
    assert!(stage.shows("Learn Drums · Learn Bass · new: keys · new: vox"));
    drop_at(&mut stage, at, &files);
    let others = SourceCommand::AddRecorded(paths(&files[2..]));
    assert_eq!(stage.asked(), [learn(0, "drums", &files[..1]), learn(1, "bass", &files[1..2]), others.into()]);
}

#[test]
fn a_preset_plays_wherever_it_is_dropped() {
    let file = "/p/My band.unbraid.safetensors";
    for strip in [false, true] {
        let mut stage = Stage::new(2, DEFAULT);
        let at = if strip { stage.centre("Drums gain") } else { beside(&stage) };
        hover(&mut stage, at, &[file]);
        assert!(stage.shows("Play the preset My band"));
        drop_at(&mut stage, at, &[file]);
        assert_eq!(stage.asked(), [PresetCommand::LoadFile(file.into()).into()]);
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_a_sentence() {
    let eight: Vec<String> = (0..8).map(|i| format!("/t/{i}.wav")).collect();
    let eight: Vec<&str> = eight.iter().map(String::as_str).collect();
    let folder = std::env::temp_dir().to_string_lossy().into_owned();
    for (files, reason) in [
        (&["/t/score.pdf"][..], "\"score.pdf\" is neither a recording nor a preset"),
        (&["/t/a.wav", "/t/score.pdf"], "\"score.pdf\" is neither"),
        (&["/t/a.wav", "/p/My band.unbraid.safetensors"], "is a preset: drop it alone"),
        (&[folder.as_str()], "is a folder"),
        (&eight, "8 more sources, and there is room for 6"),
    ] {
        let mut stage = Stage::new(2, DEFAULT);
        let at = beside(&stage);
        hover(&mut stage, at, files);
        assert!(stage.shows(reason), "{reason}");
        drop_at(&mut stage, at, files);
        assert_eq!(stage.asked(), [], "{reason}");
        assert!(stage.shows(reason), "it stays to be read: {reason}");
        stage.wait(9.0);
        assert!(!stage.shows(reason), "it goes: {reason}");
    }
}

#[test]
fn files_that_leave_the_window_leave_nothing() {
    let mut stage = Stage::new(2, DEFAULT);
    let at = stage.centre("Bass gain");
    hover(&mut stage, at, &["/takes/groove.wav"]);
    stage.happens([Event::Mouse(MouseEvent::DragLeft)]);
    stage.wait(0.05);
    assert!(!stage.shows("Learn Bass from"));
    assert_eq!(stage.asked(), []);
}
