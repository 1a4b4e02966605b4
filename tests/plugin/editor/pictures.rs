//! What the interface looks like. The pictures are written to `editor/` in the target folder, to be looked at.

use super::{
    bases::{untaught, with_a_dull_bass, with_bases},
    stage::{DEFAULT, SMALLEST, Stage, file, library, listing, summary},
};
use egui::{Color32, Modifiers, Vec2, vec2};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};
use unbraid::{
    editor::theme::DARK,
    instance::{
        mode::Mode,
        params::GAIN_SILENCE_DB,
        state::{
            learn_state::{LearnState, TakeState},
            message::Message,
            summary::{Origin, Summary},
        },
    },
    preset::library::{Library, Trashed, Trouble},
};

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("editor");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Renders the stage, writes the picture, and returns how often each colour occurs.
fn picture(stage: &mut Stage, name: &str) -> impl Fn(Color32) -> usize + use<> {
    stage.harness.set_render_cursor(false);
    // The harness panics on its own where there is no adapter; say what to do about it.
    let rendered = catch_unwind(AssertUnwindSafe(|| stage.harness.render()));
    let Ok(Ok(image)) = rendered else {
        panic!("pictures need a graphics adapter: install a Vulkan driver, Mesa's software one (lavapipe) will do");
    };
    let path = folder().join(format!("{name}.png"));
    image.save(&path).unwrap();
    move |colour: Color32| {
        let near = |a: u8, b: u8| a.abs_diff(b) <= 3;
        image.pixels().filter(|p| (0..3).all(|c| near(p.0[c], colour.to_array()[c]))).count()
    }
}

pub(super) fn play(stage: &mut Stage, seconds: f32) {
    for step in 0..(seconds * 60.0) as usize {
        for (i, meter) in stage.session.meters.sources.iter().enumerate() {
            let level = 0.35 / (1.0 + i as f32 * 0.6);
            meter.write(level * if step == 0 { 2.0 } else { 1.0 }, level * 0.45);
        }
        for (i, share) in stage.session.meters.shares.iter().enumerate() {
            share.write([0.42, 0.27, 0.12, 0.08, 0.05, 0.03, 0.02, 0.01][i]);
        }
        stage.session.meters.mixture.write(0.7, 0.25);
        stage.session.meters.output.write(0.7, 0.25);
        stage.harness.step();
    }
}

pub(super) fn playing(count: usize, size: Vec2) -> Stage {
    let mut stage = Stage::new(count, size);
    play(&mut stage, 0.7);
    stage
}

#[test]
fn every_source_is_drawn_in_its_own_colour() {
    for (size, name) in [(DEFAULT, "default"), (SMALLEST, "smallest")] {
        for count in [1, 2, 3, 8] {
            let mut stage = playing(count, size);
            stage.wheel("Drums gain", -6.0, Modifiers::NONE);
            stage.move_to(egui::Pos2::new(1.0, 1.0));
            play(&mut stage, 0.1);
            let pixels = picture(&mut stage, &format!("{count}_strips_{name}"));
            for strip in &stage.session.summary().strips {
                let seen = pixels(DARK.source(strip.colour));
                assert!(seen > 250, "{}: {seen} pixels of its colour", strip.name);
            }
            assert!(pixels(DARK.card) > 10_000);
        }
    }
}

#[test]
fn mute_and_solo_are_lit_in_colours_of_their_own() {
    let mut stage = playing(2, DEFAULT);
    let before = picture(&mut stage, "2_strips_default");
    stage.click("Drums mute");
    stage.click("Bass solo");
    play(&mut stage, 0.1);
    let after = picture(&mut stage, "2_strips_muted_soloed");
    assert!(after(DARK.alarm) > before(DARK.alarm) + 500);
    assert!(after(DARK.solo) > before(DARK.solo) + 500);
}

#[test]
fn a_failure_stands_out() {
    for (size, name) in [(DEFAULT, "default"), (SMALLEST, "smallest")] {
        let mut stage = playing(8, size);
        stage.session.set_message(Message::Failed(
            "kit.unbraid.safetensors: source 2 \"bass\" has 1025 x 25 bases where the header says 1025 x 30; \
             the file is damaged, please load another copy."
                .to_owned(),
        ));
        play(&mut stage, 0.1);
        let pixels = picture(&mut stage, &format!("8_strips_failed_{name}"));
        assert!(pixels(DARK.alarm_ground) > 8_000);
    }
}

#[test]
fn learning_is_drawn() {
    for (count, size, name) in [(2, DEFAULT, "2_strips"), (8, SMALLEST, "8_strips_smallest")] {
        let mut stage = playing(count, size);
        stage.session.set_learning(LearnState {
            take: Some(TakeState { strip: 1, seconds: 2.4, peak: 0.5, foreign: None }),
            ..LearnState::default()
        });
        play(&mut stage, 0.1);
        let capturing = picture(&mut stage, &format!("{name}_capturing"));
        stage.session.set_learning(LearnState { job: Some((0, 0.37)), ..LearnState::default() });
        stage.click("Drums");
        play(&mut stage, 0.2);
        let learning = picture(&mut stage, &format!("{name}_learning_menu"));
        assert!(capturing(DARK.record) > 150 && learning(DARK.record) == 0);
        assert!(learning(DARK.card) > 20_000, "the menu covers the strips");
    }
}

#[test]
fn pages_menus_and_scales_are_drawn() {
    for (size, name) in [(vec2(900.0, 600.0), "900x600"), (SMALLEST, "640x400")] {
        for scale in [1.0, 2.0, 0.75] {
            let name = format!("{name}_{:.0}", 100.0 * scale);
            let mut stage = with_bases(size * scale);
            *stage.params.editor_scale.lock() = Some(scale);
            play(&mut stage, 0.7);
            drop(picture(&mut stage, &format!("strips_{name}")));
            stage.click("Page of bases");
            stage.click("Bases of Bass");
            play(&mut stage, 0.2);
            let bases = picture(&mut stage, &format!("bases_{name}"));
            assert!(bases(DARK.well) + bases(DARK.card) > 1_000);
            let mut stage = untaught(size * scale);
            *stage.params.editor_scale.lock() = Some(scale);
            stage.click("Page of bases");
            play(&mut stage, 0.7);
            stage.click("Basis 2");
            play(&mut stage, 0.2);
            drop(picture(&mut stage, &format!("untaught_{name}")));
        }
        for within in ["Rename", "Learn from", "Learn from the mixture", "Load, save, remove"] {
            let mut stage = Stage::with_library(size);
            play(&mut stage, 0.5);
            stage.click("Drums");
            play(&mut stage, 0.2);
            stage.click(within);
            play(&mut stage, 0.2);
            drop(picture(&mut stage, &format!("menu_{}_{name}", within.replace(' ', "_"))));
        }
        let mut stage = Stage::new(2, size);
        stage.show(Summary { strips: Vec::new(), ..summary(2) });
        play(&mut stage, 0.2);
        drop(picture(&mut stage, &format!("no_preset_{name}")));
        let mut stage = Stage::new(2, size);
        stage.wait(2.5);
        stage.click("Scale");
        stage.wait(0.2);
        drop(picture(&mut stage, &format!("silence_scale_menu_{name}")));
    }
    let mut stage = Stage::new(4, vec2(1600.0, 900.0));
    play(&mut stage, 0.7);
    drop(picture(&mut stage, "wide"));
}

#[test]
fn states_are_drawn() {
    let mut stage = Stage::with_library(SMALLEST);
    play(&mut stage, 0.7);
    stage.session.set_message(Message::Loading("Slap + Room".to_owned()));
    // SAFETY: the stage holds the parameters.
    unsafe { nice_plug::prelude::Param::as_ptr(&stage.params.mode)._internal_set_normalized_value(0.0) };
    play(&mut stage, 0.1);
    assert_eq!(stage.params.mode.value(), Mode::Direct);
    let pending = picture(&mut stage, "2_strips_pending_loading");
    stage.click("Bypass");
    stage.click("Preset");
    play(&mut stage, 0.1);
    let bypassed = picture(&mut stage, "2_strips_bypassed_menu");
    assert!(bypassed(DARK.notice) > pending(DARK.notice) + 500);

    for (size, name) in [(vec2(900.0, 600.0), "900x600"), (SMALLEST, "640x400")] {
        let mut stage = with_a_dull_bass(size);
        play(&mut stage, 0.3);
        drop(picture(&mut stage, &format!("another_rate_{name}")));

        let mut stage = Stage::new(2, size);
        play(&mut stage, 0.3);
        for _ in 0..2 {
            stage.session.meters.cpu.write(0.93, 1.4, true);
            play(&mut stage, 0.3);
        }
        let overloaded = picture(&mut stage, &format!("overload_{name}"));
        assert!(overloaded(DARK.alarm) > 30);

        let mut stage = Stage::with_library(size);
        let origin = Origin::File(file("Gone"));
        stage.show(Summary { origin, title: "Gone".to_owned(), ..summary(2) });
        stage.session.set_library(Library { origin_missing: true, ..library() });
        play(&mut stage, 0.3);
        drop(picture(&mut stage, &format!("preset_missing_{name}")));
    }

    let mut stage = Stage::new(3, DEFAULT);
    stage.type_into("Bass gain value", "-inf", egui::Key::Enter);
    assert_eq!(stage.params.strips[1].gain.value(), GAIN_SILENCE_DB);
    stage.click("Guitar gain value");
    stage.harness.step();
    stage.move_to(stage.centre("Drums gain"));
    stage.wait(1.5);
    let silence = picture(&mut stage, "3_strips_silence_typing_tooltip");
    let unheard = DARK.unheard(DARK.source(stage.session.summary().strips[1].colour));
    assert!(silence(unheard) > 250, "a source that is turned down is drawn as unheard");
}

#[test]
fn the_browser_is_drawn() {
    for (size, scale, name) in [
        (vec2(900.0, 600.0), 1.0, "900"),
        (vec2(900.0, 600.0), 2.0, "900_at_200"),
        (SMALLEST, 1.0, "640"),
        (SMALLEST, 2.0, "640_at_200"),
    ] {
        let mut stage = Stage::with_library(size);
        let viewport = stage.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
        viewport.native_pixels_per_point = Some(scale);
        stage.session.set_library(large_library());
        for _ in 0..10 {
            stage.session.meters.cpu.write(0.034, 0.06, false);
            play(&mut stage, 0.1);
        }
        stage.wheel("Bass gain", -2.0, Modifiers::NONE);
        stage.click("Delta");
        stage.move_to(egui::Pos2::new(1.0, 1.0));
        play(&mut stage, 0.1);
        let closed = picture(&mut stage, &format!("header_{name}"));
        stage.click("Preset");
        stage.move_to(egui::Pos2::new(1.0, 1.0));
        play(&mut stage, 0.2);
        let open = picture(&mut stage, &format!("header_{name}_browser"));
        assert!(closed(DARK.selection) == 0 && open(DARK.selection) > 5_000, "the preset that plays is marked");
        stage.click("Your presets");
        let trashed = Trashed { file: file("Slap + Room"), kept_at: "/presets/.trash/0".into() };
        stage.session.set_deleted(Some(trashed));
        play(&mut stage, 0.2);
        let _ = picture(&mut stage, &format!("header_{name}_deleted"));
        stage.click("Rename Big room, 2 kits");
        play(&mut stage, 0.2);
        let _ = picture(&mut stage, &format!("header_{name}_rename"));
        stage.click("Cancel");
        play(&mut stage, 0.1);
        stage.click("Save as…");
        play(&mut stage, 0.2);
        let _ = picture(&mut stage, &format!("header_{name}_save_as"));
    }
}

/// Presets of many kinds, with one that is damaged and one that is gone.
fn large_library() -> Library {
    let mut library = library();
    for (name, sources) in [
        ("Afrobeat quartet", &["drums", "bass", "guitar", "horns"][..]),
        ("Big room, 2 kits", &["drums", "percussion", "rest"]),
        ("Brushes + upright", &["drums", "bass"]),
        ("Choir + organ", &["vocals", "organ"]),
        ("Duo at the Blue Note, second set, close microphones", &["piano", "bass", "drums", "room"]),
        ("Finger bass DI", &["bass", "rest"]),
        ("Guitar, voice", &["guitar", "vocals"]),
        ("Rehearsal 3", &["drums", "bass", "keys", "vocals"]),
        ("Rehearsal 4", &["drums", "bass", "keys", "vocals"]),
        ("Synth + 808", &["drums", "bass"]),
        ("Trio live 2", &["drums", "bass", "piano"]),
    ] {
        library.user.push(listing(name, Some(file(name)), sources));
    }
    library.user[4].trouble = Some(Trouble::Damaged("Choir + organ: the file was cut off".into()));
    library.recent.push(listing("Stick from the studio", Some("/media/stick".into()), &[]));
    library.recent[1].trouble = Some(Trouble::Missing);
    library
}
