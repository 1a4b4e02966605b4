//! Switches, the mode, the preset menu, what a loaded preset does to the knobs.

use super::{
    host::assert_one_gesture,
    stage::{DEFAULT, Stage},
};
use crate::browsing::rig::Folder;
use egui_kittest::kittest::{NodeT as _, Queryable};
use std::{
    path::PathBuf,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};
use unbraid::{
    editor::{EditorState, file_chooser::FileChooser},
    instance::{
        command::PresetCommand, mode::Mode, param_id::ParamId, params::GAIN_SILENCE_DB,
        state::audio_status::AudioStatus,
    },
    preset::{Knobs, Preset},
    separator::LatencyMode,
};

#[test]
fn mute_solo_and_bypass_are_whole_gestures_and_show_their_state() {
    let mut stage = Stage::new(2, DEFAULT);
    let lit = |stage: &Stage, name: &str| {
        let node = stage.harness.get_by_label(name);
        node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    stage.click("Bass mute");
    assert!(stage.params.strips[1].mute.value() && lit(&stage, "Bass mute"));
    assert_one_gesture(&stage.told_of(&stage.params.strips[1].mute));
    stage.click("Bass mute");
    assert!(!stage.params.strips[1].mute.value() && !lit(&stage, "Bass mute"));
    stage.click("Drums solo");
    assert!(stage.params.strips[0].solo.value() && lit(&stage, "Drums solo"));
    assert_one_gesture(&stage.told_of(&stage.params.strips[0].solo));
    stage.click("Bypass");
    assert!(stage.params.bypass.value() && lit(&stage, "Bypass"));
    assert_one_gesture(&stage.told_of(&stage.params.bypass));
}

#[test]
fn another_mode_says_that_it_waits() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.click("Live");
    assert_eq!(stage.params.mode.value(), Mode::Live);
    assert_one_gesture(&stage.told_of(&stage.params.mode));
    stage.wait(1.0);
    assert!(stage.host.told().is_empty(), "the plugin's entry asks for a restart: {:?}", stage.host.told());
    assert!(stage.shows("Live takes over when the host restarts the plugin"));

    stage.click("Balanced");
    stage.wait(1.0);
    assert_one_gesture(&stage.told_of(&stage.params.mode));
    assert!(stage.host.told().is_empty(), "{:?}", stage.host.told());

    stage.session.set_audio_status(AudioStatus {
        mode: LatencyMode::Balanced,
        latency_samples: 1024,
        sample_rate: 48_000.0,
    });
    stage.wait(0.1);
    assert!(!stage.shows("takes over"));
    assert_eq!(stage.spoken("Latency"), "21.3 ms · 1024 samples");
    stage.click("Quality");
    stage.click("Balanced");
    stage.wait(0.1);
    assert!(!stage.shows("takes over"), "the mode in force was chosen again");
}

#[test]
fn the_menu_loads_factory_and_user_presets() {
    let mut stage = Stage::with_library(DEFAULT);
    for (name, request) in [
        ("2 kits", PresetCommand::LoadFactory("2 kits".into())),
        ("My band", PresetCommand::LoadFile("/presets/My band.unbraid.safetensors".into())),
    ] {
        assert!(stage.harness.query_by_label(name).is_none(), "the menu is closed");
        stage.click("Preset");
        stage.wait(0.1);
        stage.click(name);
        assert_eq!(stage.asked(), [request.into()]);
        stage.wait(0.1);
    }
}

#[test]
fn a_file_is_chosen_without_holding_up_the_host() {
    let (answer, answers) = mpsc::channel::<PathBuf>();
    let answers = std::sync::Mutex::new(answers);
    let dialog = FileChooser::new(Arc::new(move |_| answers.lock().unwrap().recv().into_iter().collect()));
    let mut stage = Stage::with_state(2, DEFAULT, EditorState::default().with_file_chooser(dialog.clone()));
    stage.click("Preset");
    stage.wait(0.1);
    stage.click("Open file…");
    // The dialog has no answer yet, and frames go on.
    stage.wait(0.5);
    assert!(dialog.is_open() && stage.shows("choose a file"));
    assert!(stage.asked().is_empty());
    answer.send("/tmp/kit.unbraid.safetensors".into()).unwrap();
    let request = stage.inbox.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(request.command, PresetCommand::LoadFile("/tmp/kit.unbraid.safetensors".into()).into());
    let patience = Instant::now() + Duration::from_secs(10);
    while dialog.is_open() && Instant::now() < patience {
        std::thread::yield_now();
    }
    stage.wait(0.1);
    assert!(!stage.shows("choose a file"));
}

#[test]
fn a_loaded_preset_brings_its_knobs_along() {
    let folder = Folder::new();
    let mut preset = Preset::unsupervised(2, 2);
    preset.sources[0].knobs = Knobs { gain_db: Some(-4.5), mute: false };
    preset.sources[1].knobs = Knobs { gain_db: None, mute: true };
    folder.save(&preset, "Kit");
    let mut stage = Stage::with_worker(DEFAULT);
    stage.click("Preset");
    stage.wait(0.1);
    stage.click("Kit");
    stage.wait(0.1);
    let [drums, bass, ..] = &stage.params.strips;
    assert!((drums.gain.value() + 4.5).abs() < 1e-3 && !drums.mute.value());
    assert!(bass.gain.value() == GAIN_SILENCE_DB && bass.mute.value());
    let moved = [ParamId::Gain(0), ParamId::Gain(1), ParamId::Mute(1)];
    assert_eq!(stage.set_by_worker(), moved, "what stood right already was left alone");
    assert!(stage.host.told().is_empty(), "the worker tells the host: {:?}", stage.host.told());
}

#[test]
fn a_solo_is_neither_saved_with_a_preset_nor_loaded_from_one() {
    let folder = Folder::new();
    let mut stage = Stage::with_worker(DEFAULT);
    let solos = |stage: &Stage| [0, 1].map(|strip| stage.params.strips[strip].solo.value());
    // Within the text in the file's header, where earlier versions have stored what was soloed.
    let [off, on] = [br#"\"solo\":false"#.as_slice(), br#"\"solo\":true "#];
    let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|some| some == text);
    stage.session.send(PresetCommand::Unsupervised(2));
    stage.wait(0.1);
    stage.session.send(PresetCommand::Save("Kit".to_owned()));
    stage.wait(0.1);
    stage.click("Part 1 solo");
    stage.click("Part 2 mute");
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Kit *", "for the mute");
    stage.session.send(PresetCommand::Save("Kit".to_owned()));
    stage.wait(0.1);
    assert_eq!((solos(&stage), stage.spoken("Preset").as_str()), ([true, false], "Kit"), "it is listened to as before");
    let path = folder.path("Kit");
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(holds(&bytes, off) && !holds(&bytes, on) && holds(&bytes, br#"\"mute\":true"#));

    for at in 0..bytes.len() - off.len() {
        if bytes[at..].starts_with(off) {
            bytes[at..at + off.len()].copy_from_slice(on);
        }
    }
    std::fs::write(&path, &bytes).unwrap();
    stage.click("Part 2 solo");
    stage.session.send(PresetCommand::LoadFile(path));
    stage.wait(0.1);
    assert_eq!(solos(&stage), [false; 2], "whatever its file says");
    assert!(stage.params.strips[1].mute.value());
    assert_eq!(stage.spoken("Preset"), "Kit");
    stage.click("Part 1 solo");
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Kit", "listening changes no preset");
    (0..2).for_each(|_| {
        stage.click("Undo");
        stage.wait(0.1);
    });
    assert_eq!(solos(&stage), [true; 2], "the load is undone with the solos that there were");
}
