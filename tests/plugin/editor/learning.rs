//! The Learn switch, the strip's menu, and saving.

use super::{
    stage::{DEFAULT, SMALLEST, Stage, summary},
    strips::open,
};
use egui::{Key, Modifiers};
use unbraid::{
    instance::{
        command::{AdaptationCommand, Command, LearnCommand, PresetCommand, SourceCommand, UndoCommand},
        state::{
            learn_state::{Doubt, Foreign, LearnState, TakeState},
            message::Message,
            summary::{Origin, Summary},
            undo_view::UndoView,
        },
    },
    preset::{Kind, Role},
};

/// Strip 1, the bass, has captured this many seconds.
fn capturing(stage: &mut Stage, seconds: f32) {
    stage.session.set_learning(LearnState {
        take: Some(TakeState { strip: 1, seconds, peak: 0.5, foreign: None }),
        ..LearnState::default()
    });
    stage.wait(0.1);
}

#[test]
fn the_switch_begins_a_take_and_ends_it() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(2, size);
        stage.click("Bass learn");
        assert_eq!(stage.asked(), [LearnCommand::Start(1).into()]);
        capturing(&mut stage, 0.0);
        assert!(stage.shows("waiting for its first sound"));
        capturing(&mut stage, 2.4);
        assert!(stage.shows("Capturing bass: 2.4 s of 10 s"));
        stage.click("Bass learn");
        assert_eq!(stage.asked(), [LearnCommand::Stop.into()]);
        stage.session.set_learning(LearnState { job: Some((1, 0.37)), ..LearnState::default() });
        stage.wait(0.1);
        assert!(stage.shows("Learning bass: 37 %"));
        stage.session.set_learning(LearnState::default());
        stage.wait(0.1);
        assert!(!stage.shows("Learning bass"));
    }
}

#[test]
fn the_strips_menu_learns_in_every_way_there_is() {
    let mut stage = Stage::new(2, DEFAULT);
    let mut state = LearnState::default();
    state.material[0] = 5.2;
    stage.session.set_learning(state);
    for (within, item, request) in [
        (None, "Learn Drums: play it alone", LearnCommand::Start(0)),
        (Some("Learn from"), "What just played (10 s)", LearnCommand::Last(0)),
        (Some("Learn from"), "The 5.2 s heard, once more", LearnCommand::Again(0)),
    ] {
        open(&mut stage, "Drums", within);
        stage.click(item);
        assert_eq!(stage.asked(), [request.into()]);
        stage.wait(0.1);
        assert!(!stage.shows(item), "the menu closes");
    }
    stage.session.set_learning(LearnState { job: Some((1, 0.2)), ..LearnState::default() });
    open(&mut stage, "Drums", None);
    stage.click("Cancel learning");
    assert_eq!(stage.asked(), [LearnCommand::Cancel.into()]);
}

#[test]
fn how_to_learn_is_chosen_in_the_menu_which_stays_open() {
    let mut stage = Stage::new(2, DEFAULT);
    open(&mut stage, "Bass", Some("Learn from"));
    stage.click("50");
    stage.click("by hand");
    stage.click("End a take with the transport or its loop");
    let options = stage.session.learn_options();
    assert_eq!((options.components, options.seconds, options.with_transport), (50, None, false));
    assert!(stage.asked().is_empty());
}

#[test]
fn a_source_becomes_adaptive_and_is_kept() {
    let mut stage = Stage::new(2, DEFAULT);
    open(&mut stage, "Bass", Some("Follow or recognise"));
    stage.click("Follow the mixture: what the others leave");
    assert_eq!(stage.asked(), [SourceCommand::MakeAdaptive(1).into()]);

    stage.wait(0.1);
    open(&mut stage, "Bass", Some("Follow or recognise"));
    stage.click("Adapt slowly to what plays");
    assert_eq!(stage.asked(), [SourceCommand::Drift(1, true).into()]);
    stage.click("Bass");
    stage.wait(0.1);

    let mut adaptive = summary(2);
    adaptive.strips[1].kind = Kind::Adaptive;
    stage.show(adaptive);
    stage.wait(0.1);
    for (item, request) in [
        ("Keep what it has learned", Command::from(SourceCommand::Keep(1))),
        ("Forget what it has heard so far", AdaptationCommand::Reset.into()),
    ] {
        open(&mut stage, "Bass", Some("Follow or recognise"));
        stage.click(item);
        assert_eq!(stage.asked(), [request]);
        stage.wait(0.1);
    }
    open(&mut stage, "Bass", Some("Follow or recognise"));
    stage.click("Freeze: stay as it is now");
    stage.click("3 s");
    let options = stage.session.adapt_options();
    assert_eq!((options.frozen, options.memory_seconds), (true, 3.0));
}

#[test]
fn what_was_learned_is_saved_under_a_suggested_name() {
    let mut stage = Stage::with_library(DEFAULT);
    stage.show(Summary { changed: true, ..summary(2) });
    stage.wait(0.1);
    assert!(stage.spoken("Preset").ends_with("Drums + Bass *"));
    stage.click("Preset");
    stage.wait(0.1);
    stage.click("Save as…");
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset name"), "My Drums + Bass");
    stage.click("Save");
    assert_eq!(stage.asked(), [PresetCommand::Save("My Drums + Bass".into()).into()]);

    // A name that there is already is not replaced unawares.
    let mine = Origin::File("/presets/My band.unbraid.safetensors".into());
    stage.show(Summary { title: "My band".into(), origin: mine, ..summary(2) });
    stage.wait(0.1);
    stage.click("Preset");
    stage.wait(0.1);
    stage.click("Save as…");
    stage.wait(0.1);
    stage.click("Replace");
    assert_eq!(stage.asked(), [PresetCommand::Save("My band".into()).into()]);
}

fn doubt(like: Role) -> LearnState {
    let foreign = Foreign { like, share: 0.31 };
    LearnState { doubt: Some(Doubt { strip: 1, foreign }), ..LearnState::default() }
}

#[test]
fn a_take_that_is_not_alone_says_so_and_what_to_do() {
    let mut stage = Stage::new(2, DEFAULT);
    let mut take = |share: Option<f32>| {
        let foreign = share.map(|share| Foreign { like: Role::Drums, share });
        let take = Some(TakeState { strip: 1, seconds: 2.0, peak: 0.5, foreign });
        stage.session.set_learning(LearnState { take, ..LearnState::default() });
        stage.wait(0.1);
        stage.shows("sounds like drums: mute that, and take it again") && stage.shows("Take it again")
    };
    assert!(take(Some(0.31)), "31 %");
    assert!(!take(Some(0.14)) && !take(None), "little, or too early to know");
}

#[test]
fn a_doubted_take_is_asked_about_and_each_answer_does_what_it_says() {
    let presets = PresetCommand::LoadFactory("Drums + Bass + Rest".to_owned());
    for (name, kind, role, answer, asked) in [
        ("bass", Kind::Fixed, None, "Learn it all the same", vec![Command::from(LearnCommand::Confirm)]),
        ("bass", Kind::Fixed, None, "Drop it", vec![LearnCommand::Decline.into()]),
        ("bass", Kind::Fixed, None, "Take it again", vec![LearnCommand::Decline.into(), LearnCommand::Start(1).into()]),
        (
            "bass",
            Kind::Fixed,
            None,
            "Recognise Bass instead",
            vec![LearnCommand::Decline.into(), SourceCommand::MakeRecognised(1, Role::Bass).into()],
        ),
        ("bass", Kind::Recognised, Some(Role::Bass), "Go on recognising Bass", vec![LearnCommand::Decline.into()]),
        (
            "lead",
            Kind::Fixed,
            None,
            "Use Drums + Bass + Rest instead",
            vec![LearnCommand::Decline.into(), presets.clone().into()],
        ),
    ] {
        for size in [DEFAULT, SMALLEST] {
            let mut stage = Stage::new(2, size);
            let mut shown = summary(2);
            (shown.strips[1].name, shown.strips[1].kind, shown.strips[1].role) = (name.to_owned(), kind, role);
            stage.show(shown);
            stage.session.set_learning(doubt(Role::Drums));
            stage.wait(0.1);
            assert!(stage.shows("31 % of it sounds like drums"), "{name}");
            stage.click(answer);
            assert_eq!(stage.asked(), asked, "{answer}");
        }
    }
}

#[test]
fn what_was_learned_can_be_saved_and_undone_beside_its_verdict() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(2, size);
        let sentence = "Bass: 9.4 dB above what is left of the others, 4.1 dB before".to_owned();
        let label = "learn bass".to_owned();
        stage.session.set_message(Message::Learned { sentence, undo: label.clone() });
        stage.session.set_undo_view(UndoView { undo: Some(label), ..UndoView::default() });
        stage.wait(0.1);
        assert!(stage.shows("Bass: 9.4 dB above"));
        stage.click("Undo what was learned");
        assert_eq!(stage.asked(), [UndoCommand::Undo.into()]);
        // A knob was moved since: undo would bring that back first.
        stage.session.set_undo_view(UndoView { undo: Some("bass gain".to_owned()), ..UndoView::default() });
        stage.wait(0.1);
        assert!(!stage.shows("Undo what was learned"));
        stage.click("Save what was learned");
        stage.wait(0.1);
        // The field has the keyboard.
        stage.key(Key::Enter, Modifiers::NONE);
        assert_eq!(stage.asked(), [PresetCommand::Save("My Drums + Bass".into()).into()]);
    }
}
