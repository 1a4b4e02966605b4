//! The preset browser, with and without a keyboard.

use super::{
    places::assert_well_placed,
    stage::{DEFAULT, NAMES, SMALLEST, Stage, file, library, listing, summary},
};
use crate::browsing::rig::Folder;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable};
use unbraid::{
    instance::{
        command::{LibraryCommand, PresetCommand},
        state::summary::{Origin, Summary},
    },
    preset::{
        About, Preset,
        library::{Library, Trouble},
    },
};

fn open(stage: &mut Stage) {
    stage.click("Preset");
    stage.wait(0.1);
}

fn is_there(stage: &Stage, name: &str) -> bool {
    stage.harness.query_by_label(name).is_some()
}

fn is_disabled(stage: &Stage, name: &str) -> bool {
    stage.harness.get_by_label(name).accesskit_node().is_disabled()
}

#[test]
fn opening_reads_the_library() {
    let mut stage = Stage::with_library(DEFAULT);
    stage.click("Preset");
    assert_eq!(stage.inbox.try_recv().map(|sent| sent.command), Ok(LibraryCommand::Refresh.into()));
}

#[test]
fn arrows_ask_for_the_next_preset_and_the_one_before() {
    let mut stage = Stage::with_library(DEFAULT);
    stage.click("Next preset");
    stage.click("Previous preset");
    assert_eq!(stage.asked(), [PresetCommand::Next.into(), PresetCommand::Previous.into()]);
}

#[test]
fn a_search_and_the_shelves_and_sources_narrow_the_list_down() {
    let mut stage = Stage::with_library(DEFAULT);
    open(&mut stage);
    assert!(is_there(&stage, "2 kits") && is_there(&stage, "Drums + Bass") && is_there(&stage, "My band"));
    stage.type_into("Search presets", "band", Key::Enter);
    assert!(is_there(&stage, "My band") && !is_there(&stage, "2 kits"));
    stage.click("Clear the search");
    stage.wait(0.1);
    assert!(is_there(&stage, "2 kits"));
    // By mouse alone.
    stage.click("Your presets");
    stage.wait(0.1);
    assert!(is_there(&stage, "My band") && !is_there(&stage, "2 kits"));
    stage.click("Factory presets");
    stage.click("Only with Bass");
    stage.wait(0.1);
    assert!(is_there(&stage, "Drums + Bass") && !is_there(&stage, "2 kits") && !is_there(&stage, "My band"));
    stage.click("Recent presets");
    stage.click("My band");
    assert_eq!(stage.asked(), [PresetCommand::LoadFile(file("My band")).into()]);
}

#[test]
fn the_preset_that_plays_is_marked() {
    let mut stage = Stage::with_library(DEFAULT);
    open(&mut stage);
    let marked = |name: &str| stage.harness.get_by_label(name).accesskit_node().toggled();
    assert_eq!(marked("Drums + Bass"), Some(egui::accesskit::Toggled::True));
    assert_eq!(marked("My band"), Some(egui::accesskit::Toggled::False));
}

#[test]
fn missing_and_damaged_presets_say_so() {
    let mut stage = Stage::new(2, DEFAULT);
    let mut library = library();
    library.recent.push(listing("Old kit", Some(file("Old kit")), &[]));
    library.recent[1].trouble = Some(Trouble::Missing);
    library.user.push(listing("Torn", Some(file("Torn")), &[]));
    library.user[1].trouble = Some(Trouble::Damaged("Torn: the file was cut off".into()));
    stage.session.set_library(library);
    open(&mut stage);
    assert_eq!(stage.spoken("Torn"), "damaged");
    stage.move_to(stage.centre("Torn"));
    stage.wait(1.0);
    assert!(stage.shows("the file was cut off"));
    stage.click("Recent presets");
    stage.wait(0.1);
    assert_eq!(stage.spoken("Old kit"), "missing");
}

#[test]
fn a_factory_preset_is_saved_under_a_name_that_is_clicked_together() {
    let mut stage = Stage::with_library(DEFAULT);
    open(&mut stage);
    assert!(is_disabled(&stage, "Save"), "factory presets stay as they are");
    stage.click("Save as…");
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset name"), "My Drums + Bass");
    stage.click("Remove the last word");
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset name"), "My Drums +");
    for button in ["Call it Drums + Bass", "Add Live", "Add 2"] {
        stage.click(button);
    }
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset name"), "Drums + Bass Live 2");
    stage.click("Save");
    assert_eq!(stage.asked(), [PresetCommand::Save("Drums + Bass Live 2".into()).into()]);
    stage.wait(0.1);
    assert!(!is_there(&stage, "Preset name"), "the browser is closed");
}

#[test]
fn what_is_already_there_is_replaced_only_by_a_button_that_says_so() {
    let mut stage = Stage::with_library(DEFAULT);
    open(&mut stage);
    stage.click("Save as…");
    stage.wait(0.1);
    stage.click("Preset name");
    stage.key(Key::A, egui::Modifiers::COMMAND);
    stage.event(egui::Event::Text("my BAND".into()));
    stage.wait(0.1);
    assert!(!is_there(&stage, "Save") && stage.shows("saving replaces it"));
    stage.click("Replace");
    assert_eq!(stage.asked(), [PresetCommand::Save("my BAND".into()).into()]);
}

#[test]
fn a_name_that_no_file_can_have_is_not_taken() {
    let mut stage = Stage::with_library(DEFAULT);
    open(&mut stage);
    stage.click("Save as…");
    stage.wait(0.1);
    stage.click("Preset name");
    stage.event(egui::Event::Text("/".into()));
    stage.wait(0.1);
    assert!(is_disabled(&stage, "Save") && stage.shows("in a name"));
    stage.key(Key::Enter, egui::Modifiers::NONE);
    stage.click("Cancel");
    stage.wait(0.1);
    assert!(stage.asked().is_empty() && is_there(&stage, "My band"));
}

#[test]
fn the_users_own_preset_is_saved_at_once() {
    let mut stage = Stage::with_library(DEFAULT);
    let origin = Origin::File(file("My band"));
    stage.show(Summary { origin, title: "My band".into(), ..summary(2) });
    open(&mut stage);
    stage.click("Save");
    assert_eq!(stage.asked(), [PresetCommand::Save("My band".into()).into()]);
}

#[test]
fn a_preset_is_renamed() {
    let mut stage = Stage::with_library(DEFAULT);
    open(&mut stage);
    assert!(!is_there(&stage, "Rename 2 kits"), "factory presets keep their names");
    stage.click("Rename My band");
    stage.wait(0.1);
    assert!(is_disabled(&stage, "Rename"), "it is called so already");
    stage.click("Add Loud");
    stage.wait(0.1);
    stage.click("Rename");
    assert_eq!(stage.asked(), [LibraryCommand::Rename(file("My band"), "My band Loud".into()).into()]);
    stage.wait(0.1);
    assert!(is_there(&stage, "Save as…"), "back among the presets");
}

#[test]
fn tags_and_notes_are_typed_where_a_preset_is_renamed() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::with_library(size);
        let about = About { tags: vec!["old".into()], author: "Bob".into(), notes: String::new() };
        let mut library = library();
        library.user[0].about = about.clone();
        stage.session.set_library(library);
        open(&mut stage);
        stage.click("Rename My band");
        stage.wait(0.1);
        stage.click("Tags");
        stage.key(Key::End, Modifiers::NONE);
        stage.event(Event::Text(", slap,  dry,".to_owned()));
        stage.click("Notes");
        stage.event(Event::Text("Two mikes".to_owned()));
        stage.wait(0.1);
        stage.click("Keep it");
        let tags = ["old", "slap", "dry"].map(str::to_owned).into();
        let about = About { tags, notes: "Two mikes".into(), ..about };
        assert_eq!(stage.asked(), [LibraryCommand::Describe(file("My band"), about).into()], "{size}");
    }
}

#[test]
fn a_preset_is_not_renamed_to_what_another_is_called() {
    let mut stage = Stage::with_library(DEFAULT);
    let mut library = library();
    library.user.push(listing("My band live", Some(file("My band live")), &[]));
    stage.session.set_library(library);
    open(&mut stage);
    stage.click("Rename My band");
    stage.wait(0.1);
    stage.click("Add Live");
    stage.wait(0.1);
    assert!(is_disabled(&stage, "Rename") && stage.shows("Another preset is called so"));
}

#[test]
fn a_deleted_preset_is_brought_back_from_the_browser() {
    let folder = Folder::new();
    folder.save(&Preset::unsupervised(2, 2), "My band");
    let mut stage = Stage::with_worker(DEFAULT);
    let exists = || folder.path("My band").exists();
    open(&mut stage);
    stage.click("Delete My band");
    stage.wait(0.1);
    assert!(!exists() && stage.shows("Deleted “My band”"));
    assert!(stage.session.undo_view().undo.is_some());
    stage.click("Bring it back");
    stage.wait(0.1);
    assert!(exists() && !stage.shows("Deleted “My band”"));
    assert_eq!(stage.session.undo_view().undo, None, "there is nothing left to undo");
    stage.click("Delete My band");
    stage.wait(0.1);
    stage.click("Leave it deleted");
    stage.wait(0.1);
    assert!(!exists() && !stage.shows("Deleted “My band”"));
}

#[test]
fn the_folder_is_shown() {
    let mut stage = Stage::with_library(DEFAULT);
    open(&mut stage);
    stage.click("Show folder");
    assert_eq!(stage.asked(), [LibraryCommand::ShowFolder(None).into()]);
}

#[test]
fn the_browser_is_whole_in_every_window_and_every_control_is_named() {
    for (size, count) in [(SMALLEST, 8), (DEFAULT, 2), (egui::vec2(2400.0, 1500.0), 2)] {
        let mut stage = Stage::new(count, size);
        let user = |i: usize| {
            let name = format!("Preset with a rather long name, number {i}");
            listing(&name, Some(file(&name)), &NAMES)
        };
        stage.session.set_library(Library { user: (0..500).map(user).collect(), ..library() });
        open(&mut stage);
        let window = stage.harness.ctx.content_rect();
        let controls =
            ["Search presets", "All presets", "Recent presets", "Save", "Save as…", "Open file…", "Show folder"];
        assert_well_placed(&stage, &controls.map(str::to_owned), &format!("{size}"));
        assert_eq!(stage.harness.unnamed_widgets(), Vec::<String>::new());
        stage.click("Save as…");
        stage.wait(0.1);
        for name in ["Preset name", "Remove the last word", "Add 5", "Save", "Cancel"] {
            assert!(window.contains_rect(stage.place(name)), "{name} is cut at {size}");
        }
        assert_eq!(stage.harness.unnamed_widgets(), Vec::<String>::new());
    }
}

#[test]
fn a_mixture_is_split_without_teaching() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::with_library(size);
        open(&mut stage);
        stage.click("3 parts");
        assert_eq!(stage.asked(), [PresetCommand::Unsupervised(3).into()]);
        stage.wait(0.1);
        assert!(!stage.shows("3 parts"), "the browser closes");
    }
}
