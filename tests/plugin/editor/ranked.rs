//! The browser as it listens: figures, order, stars, tags, and what is pointed at is heard.

use super::{
    places::assert_well_placed,
    stage::{DEFAULT, SMALLEST, Stage, file, library, listing},
};
use egui::{Key, Modifiers, Pos2};
use egui_kittest::kittest::{NodeT as _, Queryable};
use std::{collections::HashMap, sync::Arc};
use unbraid::{
    instance::{
        command::{Command, LibraryCommand, PresetCommand},
        state::{
            heard_preset::HeardPreset,
            ranks::{Rank, Ranks, SourceRank},
        },
    },
    preset::{
        About, FINGERPRINT_STEPS, PALETTE,
        library::{self as factory, Entry, Library, Listing},
    },
    separator::Audition,
};

/// A preset of these sources that fits so well, or that finds its bases while it plays.
fn ranked(sources: &[&str], fit: Option<f32>) -> Arc<Rank> {
    let hill = |at: f32| -> [u8; FINGERPRINT_STEPS] {
        std::array::from_fn(|n| {
            (255.0 * (-((n as f32 - at) / 7.0).powi(2)).exp() * (0.8 + 0.2 * (n as f32).sin())) as u8
        })
    };
    let source = |(i, name): (usize, &&str)| SourceRank {
        name: (*name).to_owned(),
        colour: PALETTE[i],
        fit: fit.map(|fit| fit * (1.0 - 0.3 * i as f32)),
        fingerprint: fit.map(|_| hill(30.0 - 12.0 * i as f32)),
    };
    Arc::new(Rank { fit, sources: sources.iter().enumerate().map(source).collect() })
}

/// A preset of it that is heard.
pub(super) fn slap() -> Entry {
    Entry::of_file(file("Slap"))
}

/// A library in which some is heard, starred and tagged.
pub(super) fn listening(size: egui::Vec2) -> Stage {
    let stage = Stage::new(2, size);
    let mut library = library();
    library.user = [
        ("Breaks 92", vec!["drums"], vec!["break", "dusty"]),
        ("Fretless", vec!["bass"], vec!["live take"]),
        ("My band", vec!["drums", "bass", "vocals"], vec![]),
        ("Slap", vec!["bass"], vec!["slap", "funk"]),
    ]
    .map(|(name, sources, tags): (&str, Vec<&str>, Vec<&str>)| {
        let mut listing = listing(name, Some(file(name)), &sources);
        let tags = tags.into_iter().map(str::to_owned).collect();
        listing.about = About { tags, author: "Carol K.".to_owned(), notes: String::new() };
        listing
    })
    .into();
    library.favourites = vec![Entry::of_file(file("Slap"))];
    let fits = [("Breaks 92", 0.31), ("Fretless", 0.74), ("My band", 0.62), ("Slap", 0.86)];
    let mut of: HashMap<Entry, Arc<Rank>> = HashMap::new();
    for (listing, (_, fit)) in library.user.iter().zip(fits) {
        let sources: Vec<&str> = listing.sources.iter().map(String::as_str).collect();
        of.insert(listing.entry.clone(), ranked(&sources, Some(fit)));
    }
    for listing in &library.factory {
        let sources: Vec<&str> = listing.sources.iter().map(String::as_str).collect();
        of.insert(listing.entry.clone(), ranked(&sources, None));
    }
    stage.session.set_library(Library { recent: Vec::new(), ..library });
    stage.session.set_ranks(Ranks { has_heard: true, is_done: true, of });
    stage
}

fn open(stage: &mut Stage) {
    stage.click("Preset");
    stage.wait(0.1);
    stage.asked();
}

fn is_there(stage: &Stage, name: &str) -> bool {
    stage.harness.query_by_label(name).is_some()
}

/// These presets from top to bottom.
fn order(stage: &Stage, names: &[&str]) -> bool {
    names.windows(2).all(|pair| stage.centre(pair[0]).y < stage.centre(pair[1]).y)
}

#[test]
fn opening_asks_for_the_ranks_once_and_closing_ends_that() {
    let mut stage = listening(DEFAULT);
    let sent = |stage: &Stage| -> Vec<Command> {
        let is_of_ranks =
            |command: &Command| matches!(command, Command::Library(LibraryCommand::Rank | LibraryCommand::EndRanking));
        stage.inbox.try_iter().map(|sent| sent.command).filter(is_of_ranks).collect()
    };
    stage.click("Preset");
    stage.wait(0.5);
    assert_eq!(sent(&stage), [LibraryCommand::Rank.into()]);
    stage.key(Key::Escape, Modifiers::NONE);
    stage.wait(0.2);
    assert_eq!(sent(&stage), [LibraryCommand::EndRanking.into()]);
}

#[test]
fn what_fits_best_comes_first_and_says_so() {
    let mut stage = listening(DEFAULT);
    open(&mut stage);
    assert_eq!(stage.spoken("Slap"), "Bass · #slap #funk, fits 86 %");
    assert_eq!(stage.spoken("Drums + Bass"), "Drums, Bass · Factory", "it finds its bases while it plays");
    assert!(order(&stage, &["Slap", "Fretless", "My band", "Breaks 92", "2 kits", "Drums + Bass"]));
    stage.click("By name");
    stage.wait(0.1);
    assert!(order(&stage, &["2 kits", "Drums + Bass", "Breaks 92", "Fretless", "My band", "Slap"]));
    stage.click("By fit");
    stage.wait(0.1);
    assert!(order(&stage, &["Slap", "Fretless"]));
}

/// The library as it is built in, beside the presets of [`listening`].
#[test]
fn sources_by_instrument_have_a_section_are_found_by_tag_and_are_ranked() {
    let mut stage = listening(DEFAULT);
    let built_in: Vec<Listing> = factory::instrument_names().map(|name| Listing::of(Entry::of_factory(name))).collect();
    let mut ranks = Ranks::clone(&stage.session.ranks());
    for (n, listing) in built_in.iter().enumerate() {
        ranks.of.insert(listing.entry.clone(), ranked(&["it"], Some(0.3 - 0.01 * n as f32)));
    }
    ranks.of.insert(Entry::of_factory("Organ"), ranked(&["organ"], Some(0.9)));
    stage.session.set_library(Library { instruments: built_in, ..Library::clone(&stage.session.library()) });
    stage.session.set_ranks(ranks);
    open(&mut stage);
    assert_eq!(stage.spoken("Organ"), "Organ · Factory · #keys #organ, fits 90 %");
    assert!(order(&stage, &["Organ", "Slap", "Fretless"]));
    stage.click("By name");
    stage.click("Sources by instrument");
    stage.wait(0.1);
    assert!(!is_there(&stage, "Slap") && !is_there(&stage, "Drums + Bass"));
    assert!(order(&stage, &["Acoustic kit", "Electronic kit", "Kick"]));
    stage.type_into("Search presets", "keys", Key::Enter);
    assert!(is_there(&stage, "Electric piano") && !is_there(&stage, "Kick"));
    stage.click("Organ");
    assert_eq!(stage.asked().first(), Some(&PresetCommand::LoadFactory("Organ".into()).into()));
}

#[test]
fn nothing_changes_places_under_the_pointer() {
    let mut stage = listening(DEFAULT);
    open(&mut stage);
    stage.move_to(stage.centre("Slap"));
    let mut ranks = Ranks::clone(&stage.session.ranks());
    ranks.of.insert(Entry::of_file(file("Breaks 92")), ranked(&["drums"], Some(0.99)));
    stage.session.set_ranks(ranks);
    stage.wait(0.2);
    assert!(stage.spoken("Breaks 92").ends_with("fits 99 %") && order(&stage, &["Slap", "Breaks 92"]));
    stage.move_to(Pos2::new(1.0, 1.0));
    stage.wait(0.2);
    assert!(order(&stage, &["Breaks 92", "Slap"]));
}

#[test]
fn without_a_sound_there_is_no_order_by_fit() {
    let mut stage = Stage::with_library(DEFAULT);
    open(&mut stage);
    assert!(!is_there(&stage, "By fit"));
    stage.session.set_ranks(Ranks { is_done: true, ..Ranks::default() });
    stage.wait(0.1);
    assert!(!is_there(&stage, "By fit") && stage.shows("Play something"));
}

#[test]
fn tags_and_authors_are_found_and_stars_are_given() {
    let mut stage = listening(DEFAULT);
    open(&mut stage);
    stage.type_into("Search presets", "funk carol", Key::Enter);
    assert!(is_there(&stage, "Slap") && !is_there(&stage, "Fretless"));
    stage.click("Clear the search");
    stage.wait(0.1);
    let has_star =
        |stage: &Stage, name: &str| stage.harness.get_by_label(&format!("Favourite {name}")).accesskit_node().toggled();
    assert_eq!(has_star(&stage, "Slap"), Some(egui::accesskit::Toggled::True));
    assert_eq!(has_star(&stage, "2 kits"), Some(egui::accesskit::Toggled::False));
    stage.click("Favourite Slap");
    stage.click("Favourite 2 kits");
    let kits = Entry { name: "2 kits".to_owned(), path: None };
    let slap = Entry::of_file(file("Slap"));
    let expected = [LibraryCommand::SetFavourite(slap, false), LibraryCommand::SetFavourite(kits, true)];
    assert_eq!(stage.asked(), expected.map(Command::from));
    assert!(is_there(&stage, "Slap"), "the browser stays open, and nothing is loaded");
    stage.click("Favourite presets");
    stage.wait(0.1);
    assert!(is_there(&stage, "Slap") && !is_there(&stage, "Fretless"));
}

#[test]
fn what_is_said_of_a_preset_leaves_its_neighbours_readable() {
    for size in [DEFAULT, SMALLEST, egui::vec2(900.0, 600.0), egui::vec2(2400.0, 1500.0)] {
        let mut stage = listening(size);
        open(&mut stage);
        let rows = ["Slap", "Fretless"].map(|name| stage.place(name));
        let check = |stage: &Stage, text: &str, name: &str| {
            let said = stage.harness.get_by_label_contains(text).rect();
            assert!(rows.iter().all(|row| !row.intersects(said)), "{size}, {name}: {said} over {rows:?}");
            assert!(stage.harness.ctx.content_rect().contains_rect(said), "{size}, {name}: {said}");
        };
        for (name, text) in [
            ("Slap", "By Carol K."),
            ("Favourite Slap", "No favourite any more"),
            ("Rename Slap", "Rename, tags and notes"),
            ("By name", "sources by instrument."),
            ("Audition presets", "Point at a preset to hear it"),
        ] {
            // What a row says stays while the pointer is within it.
            stage.move_to(Pos2::new(1.0, 1.0));
            stage.wait(0.5);
            stage.move_to(stage.centre(name));
            stage.wait(1.0);
            check(&stage, text, name);
        }
    }
}

#[test]
fn what_is_pointed_at_is_heard_while_audition_is_on() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = listening(size);
        open(&mut stage);
        let slap = Entry::of_file(file("Slap"));
        stage.move_to(stage.centre("Slap"));
        stage.wait(1.0);
        assert_eq!(stage.asked(), [], "not before it is switched on");
        stage.click("Audition presets");
        stage.move_to(stage.centre("Slap"));
        stage.wait(0.2);
        assert_eq!(stage.asked(), [], "the pointer only passes");
        stage.wait(0.5);
        assert_eq!(stage.asked(), [LibraryCommand::Hear(slap.clone()).into()]);
        assert_eq!(stage.session.audition.now(), None, "before it is there");
        stage.session.set_heard_preset(Some(HeardPreset { entry: slap, sources: vec!["bass".to_owned()] }));
        stage.wait(0.1);
        // All knobs let everything through: the source alone is heard.
        assert_eq!(stage.session.audition.now(), Some(Audition::Source(0)));
        assert!(stage.spoken("Slap").starts_with("You hear Bass alone"));
        stage.move_to(stage.centre("Fretless"));
        stage.wait(0.1);
        assert_eq!(stage.asked(), [LibraryCommand::EndHearing.into()]);
        assert_eq!(stage.session.audition.now(), None);
        assert!(stage.host.told().is_empty(), "the host is told nothing");
    }
}

#[test]
fn escape_a_click_and_the_switch_end_what_is_heard() {
    let heard = || {
        let mut stage = listening(DEFAULT);
        open(&mut stage);
        stage.click("Audition presets");
        stage.move_to(stage.centre("Slap"));
        stage.wait(0.7);
        assert_eq!(stage.asked(), [LibraryCommand::Hear(Entry::of_file(file("Slap"))).into()]);
        stage
    };
    let mut stage = heard();
    stage.key(Key::Escape, Modifiers::NONE);
    stage.wait(0.2);
    assert_eq!(stage.asked(), [LibraryCommand::EndHearing.into()]);
    let mut stage = heard();
    stage.click("Slap");
    stage.wait(0.2);
    let load = PresetCommand::LoadFile(file("Slap")).into();
    assert_eq!(stage.asked(), [load, LibraryCommand::EndHearing.into()]);
    let mut stage = heard();
    stage.click("Audition presets");
    stage.wait(0.2);
    assert_eq!(stage.asked(), [LibraryCommand::EndHearing.into()]);
}

#[test]
fn knobs_that_are_turned_are_what_a_preset_is_heard_with() {
    let mut stage = listening(DEFAULT);
    stage.wheel("Drums gain", -12.0, Modifiers::NONE);
    open(&mut stage);
    stage.click("Audition presets");
    stage.move_to(stage.centre("My band"));
    stage.wait(0.7);
    let sources = ["drums", "bass", "vocals"].map(str::to_owned).into();
    stage.session.set_heard_preset(Some(HeardPreset { entry: Entry::of_file(file("My band")), sources }));
    stage.wait(0.1);
    assert_eq!(stage.session.audition.now(), None);
    assert!(stage.spoken("My band").starts_with("You hear it with your knobs"));
    assert!(stage.shows("You hear My band"));
}

#[test]
fn the_listening_browser_is_whole_in_every_window_and_every_control_is_named() {
    for size in [SMALLEST, DEFAULT, egui::vec2(2400.0, 1500.0)] {
        let mut stage = listening(size);
        open(&mut stage);
        let controls = [
            "Search presets",
            "All presets",
            "Sources by instrument",
            "Favourite presets",
            "By fit",
            "By name",
            "Audition presets",
            "Save as…",
        ];
        assert_well_placed(&stage, &controls.map(str::to_owned), &format!("{size}"));
        assert_eq!(stage.harness.unnamed_widgets(), Vec::<String>::new());
    }
}
