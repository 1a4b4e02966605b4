//! The Learn switch, the strip's menu, and saving.

use super::{
    bases::with_bases,
    stage::{DEFAULT, SMALLEST, Stage, summary},
    strips::open,
};
use egui::{Key, Modifiers, Pos2};
use unbraid::{
    instance::{
        command::{AdaptationCommand, Command, LearnCommand, PresetCommand, SourceCommand, UndoCommand},
        state::{
            learn_state::{Doubt, Finished, Foreign, LearnState, TakeState},
            message::Message,
            summary::{Origin, Summary},
        },
    },
    learner::Verdict,
    preset::{Kind, Role, display_name},
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
        assert!(stage.shows("Capturing Bass: 2.4 s of 10 s"));
        stage.click("Bass learn");
        assert_eq!(stage.asked(), [LearnCommand::Stop.into()]);
        stage.session.set_learning(LearnState { job: Some((1, 0.37)), ..LearnState::default() });
        stage.wait(0.1);
        assert!(stage.shows("Learning Bass: 37 %"));
        stage.session.set_learning(LearnState::default());
        stage.wait(0.1);
        assert!(!stage.shows("Learning Bass"));
    }
}

#[test]
fn the_strips_menu_learns_in_every_way_there_is() {
    let mut stage = Stage::new(2, DEFAULT);
    let mut state = LearnState::default();
    state.material[0] = 5.2;
    stage.session.set_learning(state);
    open(&mut stage, "Drums", Some("Learn from"));
    stage.click("Find the best number of bases");
    assert!(stage.asked().is_empty(), "there is nothing to tell it from");
    stage.click("Drums");
    stage.wait(0.1);
    state.material[1] = 4.0;
    stage.session.set_learning(state);
    for (within, item, request) in [
        (None, "Learn Drums: play it alone", LearnCommand::Start(0)),
        (Some("Learn from"), "What just played (10 s)", LearnCommand::Last(0)),
        (Some("Learn from"), "The same 5.2 s again", LearnCommand::Again(0)),
        (Some("Learn from"), "Find the best number of bases", LearnCommand::FindBases(0)),
    ] {
        open(&mut stage, "Drums", within);
        stage.click(item);
        assert_eq!(stage.asked(), [request.into()]);
        stage.wait(0.1);
        assert!(!stage.shows(item), "the menu closes");
    }
    stage.session.set_learning(LearnState { job: Some((1, 0.2)), tries_bases: true, ..LearnState::default() });
    stage.wait(0.1);
    assert!(stage.shows("Trying numbers of bases on mixtures of your takes: 20 %"));
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
    open(&mut stage, "Bass", Some("Learn from the mixture"));
    stage.click("Learn what the others leave");
    assert_eq!(stage.asked(), [SourceCommand::MakeAdaptive(1).into()]);

    stage.wait(0.1);
    open(&mut stage, "Bass", Some("Learn from the mixture"));
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
        ("Start listening anew", AdaptationCommand::Reset.into()),
    ] {
        open(&mut stage, "Bass", Some("Learn from the mixture"));
        stage.click(item);
        assert_eq!(stage.asked(), [request]);
        stage.wait(0.1);
    }
    open(&mut stage, "Bass", Some("Learn from the mixture"));
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
        stage.shows("About a third of this take sounds like drums: mute that in your session (M here does not")
            && stage.shows("Take it again")
    };
    assert!(take(Some(0.31)), "31 %");
    assert!(!take(Some(0.14)) && !take(None), "little, or too early to know");
}

#[test]
fn a_doubted_take_is_asked_about_and_each_answer_does_what_it_says() {
    let presets = PresetCommand::LoadFactory("Drums + Bass + Rest".to_owned());
    for (name, kind, role, answer, asked) in [
        ("bass", Kind::Fixed, None, "Learn it all the same", vec![Command::from(LearnCommand::Confirm)]),
        ("bass", Kind::Fixed, None, "Drop the take", vec![LearnCommand::Decline.into()]),
        ("bass", Kind::Fixed, None, "Take it again", vec![LearnCommand::Decline.into(), LearnCommand::Start(1).into()]),
        (
            "bass",
            Kind::Fixed,
            None,
            "Recognise Bass instead",
            vec![LearnCommand::Decline.into(), SourceCommand::MakeRecognised(1, Role::Bass).into()],
        ),
        ("bass", Kind::Recognised, Some(Role::Bass), "Drop the take", vec![LearnCommand::Decline.into()]),
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
            let asks = format!("This may not be {} alone: about a third of it sounds like drums.", display_name(name));
            assert!(stage.shows(&asks), "{name}");
            let loses_nothing = stage.place("Learn it all the same");
            assert!(loses_nothing.right() <= stage.place(answer).left() || answer == "Learn it all the same");
            stage.click(answer);
            assert_eq!(stage.asked(), asked, "{answer}");
        }
    }
}

/// Strip 1, the bass, was learned, with this verdict.
fn learned(after_db: Option<f32>) -> LearnState {
    let mut state =
        LearnState { finished: Some(Finished { strip: 1, seconds: 10.0, can_undo: true }), ..LearnState::default() };
    state.verdicts[1] = after_db.map(|after_db| Verdict { before_db: -0.6, blind_db: 1.0, after_db });
    state.material[1] = 10.0;
    state
}

#[test]
fn how_well_a_source_is_told_apart_is_said_in_words_and_can_be_read_again_later() {
    for (after_db, words) in [
        (9.9, "well told apart (9.9 dB; before separation −0.6 dB)"),
        (6.1, "fairly well told apart (6.1 dB; before separation −0.6 dB)"),
        (2.2, "hardly told apart (2.2 dB; before separation −0.6 dB)"),
    ] {
        let mut stage = Stage::new(2, DEFAULT);
        stage.session.set_learning(learned(Some(after_db)));
        stage.wait(0.1);
        assert!(stage.shows(&format!("Bass: {words}, measured on a mixture of your takes")), "{words}");
        stage.session.set_learning(LearnState { finished: None, ..learned(Some(after_db)) });
        stage.wait(0.1);
        let later = &words[1..];
        assert!(!stage.shows(later));
        for control in ["Bass", "Bass state"] {
            stage.move_to(stage.centre(control));
            stage.wait(1.5);
            assert!(stage.shows(later), "{control}");
            stage.move_to(Pos2::new(1.0, 1.0));
            stage.wait(0.2);
        }
    }
}

#[test]
fn what_a_verdict_still_needs_is_said() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.session.set_learning(learned(None));
    stage.wait(0.1);
    assert!(stage.shows("Learned Bass from 10.0 s · a take of Drums is needed too"), "they were learned elsewhere");
    let mut shown = summary(2);
    (shown.strips[0].kind, shown.strips[0].role) = (Kind::Recognised, Some(Role::Drums));
    stage.show(shown);
    stage.wait(0.1);
    assert!(stage.shows("Learned Bass from 10.0 s · teach a second source"));
}

#[test]
fn what_was_learned_can_be_saved_and_undone_until_it_is_dismissed() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(2, size);
        stage.session.set_learning(learned(Some(9.4)));
        stage.session.set_message(Message::Done("Copied A to B".to_owned()));
        stage.click("Page of bases");
        // Nothing comes in for a while.
        stage.wait(30.0);
        assert!(stage.shows("Copied A to B"), "what else is said does not take it away");
        stage.click("Undo what was learned");
        assert_eq!(stage.asked(), [UndoCommand::Undo.into()]);
        // A knob was moved since: undo would bring that back first.
        let mut moved = learned(Some(9.4));
        moved.finished = Some(Finished { strip: 1, seconds: 10.0, can_undo: false });
        stage.session.set_learning(moved);
        stage.wait(0.1);
        assert!(!stage.shows("Undo what was learned"));
        stage.click("Dismiss what was learned");
        assert_eq!(stage.asked(), [LearnCommand::Dismiss.into()]);
        stage.click("Save what was learned");
        stage.wait(0.1);
        // The field has the keyboard.
        stage.key(Key::Enter, Modifiers::NONE);
        assert_eq!(stage.asked(), [PresetCommand::Save("My Drums + Bass".into()).into()]);
    }
}

#[test]
fn the_page_of_bases_opens_on_what_was_learned_last() {
    let mut stage = with_bases(DEFAULT);
    stage.wait(0.1);
    stage.session.set_learning(learned(None));
    stage.wait(0.1);
    stage.click("Page of bases");
    stage.wait(0.1);
    assert!(stage.shows("Bass bases"));
}

#[test]
fn a_question_moves_nothing_under_the_pointer_and_hides_no_strip() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(2, size);
        stage.wait(0.1);
        let names = ["Bass learn", "Bass solo", "Bass gain", "Drums mute", "Bass"];
        let places = |stage: &Stage| names.map(|name| stage.place(name));
        let before = places(&stage);
        for failed in [false, true] {
            stage.session.set_learning(doubt(Role::Drums));
            stage.session.set_message(if failed { Message::Failed("No.".to_owned()) } else { Message::None });
            stage.wait(0.1);
            assert_eq!(places(&stage), before);
            let banner = stage.place(if failed { "Dismiss" } else { "Drop the take" });
            assert!(before.iter().all(|strip| !strip.intersects(banner)));
        }
    }
}
