//! What the interface says about what goes on, and how often it draws.

use super::stage::{DEFAULT, SMALLEST, Stage};
use std::time::Duration;
use unbraid::{
    editor::{
        layout::{DEFAULT_SIZE, MAX_SIZE, MIN_SIZE},
        window::usable_size,
    },
    instance::{
        command::PresetCommand,
        project::version::FIRST_PRESET,
        state::{
            audio_status::AudioStatus,
            learn_state::{LearnState, TakeState},
            message::Message,
            summary::Summary,
        },
    },
    separator::LatencyMode,
};

#[test]
fn a_failure_is_shown_until_it_is_dismissed() {
    let mut stage = Stage::with_worker(DEFAULT);
    let sentence = "kit.safetensors: the file ends too early, please load another copy.";
    stage.session.set_message(Message::Failed(sentence.into()));
    stage.wait(0.1);
    assert!(stage.shows(sentence));
    stage.click("Dismiss");
    assert_eq!(stage.session.message(), Message::None);
    stage.wait(0.1);
    assert!(!stage.shows(sentence));
}

#[test]
fn loading_and_bypass_are_said() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.session.set_message(Message::Loading("Slap + Room".into()));
    stage.wait(0.1);
    assert!(stage.shows("Loading Slap + Room…"));
    stage.session.set_message(Message::None);
    stage.wait(0.1);
    assert!(!stage.shows("Loading"));
    stage.click("Bypass");
    stage.wait(0.1);
    assert!(stage.shows("Bypassed"));
}

#[test]
fn silence_is_blamed_on_the_input_alone() {
    let mut stage = Stage::new(2, DEFAULT);
    assert!(!stage.shows("No signal"));
    stage.wait(2.5);
    assert!(stage.shows("No signal"));
    stage.click("Drums mute");
    stage.click("Bass mute");
    stage.session.meters.mixture.write(0.2, 0.1);
    stage.wait(0.1);
    assert!(!stage.shows("No signal"), "something comes in, though nothing is heard");
}

#[test]
fn without_a_preset_there_are_three_ways_on() {
    let mut stage = Stage::new(2, SMALLEST);
    let nothing = Summary { strips: Vec::new(), ..stage.session.summary().as_ref().clone() };
    stage.show(nothing);
    stage.wait(0.1);
    assert!(stage.shows("No preset plays"));
    for (button, request) in [
        (FIRST_PRESET, PresetCommand::LoadFactory(FIRST_PRESET.into())),
        ("Split into two parts", PresetCommand::Unsupervised(2)),
    ] {
        stage.click(button);
        assert_eq!(stage.inbox.try_iter().map(|sent| sent.command).collect::<Vec<_>>(), [request.into()]);
    }
    assert!(stage.shows("Open a preset…"));
}

#[test]
fn before_the_first_activation_no_latency_is_claimed_and_no_restart_asked() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.session.set_audio_status(AudioStatus { mode: LatencyMode::Quality, latency_samples: 0, sample_rate: 0.0 });
    stage.click("Live");
    stage.wait(0.1);
    stage.told_of(&stage.params.mode);
    assert!(stage.host.told().is_empty());
    assert!(stage.shows("Waiting for the host"));
    assert_eq!(stage.spoken("Latency"), "not running yet");
}

#[test]
fn a_meter_holds_its_peak_falls_by_time_and_marks_a_clip() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.session.meters.sources[0].write(0.5, 0.2);
    stage.wait(0.05);
    assert_eq!(stage.spoken("Drums level"), "peak −6 dB");
    stage.wait(1.0);
    assert_eq!(stage.spoken("Drums level"), "peak −6 dB", "held for a second and a half");
    stage.wait(4.0);
    assert_eq!(stage.spoken("Drums level"), "silent");
    stage.session.meters.sources[1].write(1.2, 0.2);
    stage.wait(5.0);
    assert_eq!(stage.spoken("Bass level"), "silent, clipped");
    stage.click("Bass level");
    assert_eq!(stage.spoken("Bass level"), "silent");
}

fn next_frame(stage: &Stage) -> Duration {
    stage.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
}

#[test]
fn frames_come_fast_while_a_meter_moves_and_not_at_all_at_rest() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.wait(0.5);
    // Until it may be said that no signal comes in.
    assert!((1.4..1.6).contains(&next_frame(&stage).as_secs_f64()));
    stage.wait(2.0);
    assert_eq!(next_frame(&stage), Duration::MAX);
    stage.session.meters.output.write(0.5, 0.2);
    stage.wait(0.1);
    assert!(next_frame(&stage) <= Duration::from_millis(17));
    stage.wait(6.0);
    assert_eq!(next_frame(&stage), Duration::MAX);
}

/// The load is a number that changes: it is read once a second while the host plays silence, and no more once it has
/// stopped.
#[test]
fn silence_that_is_played_is_drawn_once_a_second() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.wait(2.5);
    for _ in 0..60 {
        stage.session.meters.cpu.write(0.01, 0.01, false);
        stage.wait(0.01);
    }
    assert!((0.9..1.1).contains(&next_frame(&stage).as_secs_f64()), "{:?}", next_frame(&stage));
    stage.wait(1.5);
    assert_eq!(next_frame(&stage), Duration::MAX);
}

#[test]
fn an_editor_that_rests_is_woken_by_what_is_new_and_by_nothing_else() {
    let stage = Stage::new(2, DEFAULT);
    let (wake, woken) = std::sync::mpsc::channel();
    let _window = stage.session.repaint.open(move || wake.send(()).unwrap());
    let is_woken = || woken.try_iter().count() > 0;
    stage.session.set_learning(LearnState::default());
    stage.session.set_message(Message::None);
    assert!(!is_woken());
    stage.session.set_message(Message::Loading("Slap + Room".into()));
    assert!(is_woken());
    stage.session.set_learning(LearnState {
        take: Some(TakeState { strip: 0, seconds: 0.0, peak: 0.0, foreign: None }),
        ..LearnState::default()
    });
    assert!(is_woken());
    stage.session.set_audio_status(stage.session.audio_status());
    assert!(is_woken());
}

#[test]
fn a_remembered_size_is_used_as_far_as_it_can_be() {
    assert_eq!(usable_size(None), DEFAULT_SIZE);
    assert_eq!(usable_size(Some((1000.0, 700.0))), egui::vec2(1000.0, 700.0));
    assert_eq!(usable_size(Some((10.0, 1e9))), egui::vec2(MIN_SIZE.x, MAX_SIZE.y));
    assert_eq!(usable_size(Some((f32::NAN, 500.0))), DEFAULT_SIZE);
}
