//! What is held is heard alone, and only as long; one strip is soloed alone.

use super::{
    bases::{shown_order, untaught, with_bases},
    stage::{DEFAULT, SMALLEST, Stage, summary},
};
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable};
use unbraid::separator::Audition;

const BADGE: &str = "Hear Bass alone";
const BASS: Option<Audition> = Some(Audition::Source(1));

fn audition(stage: &Stage) -> Option<Audition> {
    stage.session.audition.now()
}

fn key(stage: &mut Stage, key: Key, pressed: bool) {
    stage.event(Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE });
}

fn solos(stage: &Stage) -> Vec<bool> {
    stage.params.strips.iter().take(4).map(|strip| strip.solo.value()).collect()
}

#[test]
fn a_badge_that_is_held_lets_its_source_alone_be_heard() {
    for (count, size) in [(2, DEFAULT), (2, SMALLEST), (8, SMALLEST)] {
        let mut stage = Stage::new(count, size);
        let at = stage.centre(BADGE);
        stage.press(at);
        assert_eq!(audition(&stage), BASS);
        stage.wait(2.0);
        assert_eq!(audition(&stage), BASS, "for as long as it is held");
        assert!(stage.shows("Only Bass is heard while you hold"));
        stage.release(at);
        assert_eq!(audition(&stage), None);
        stage.wait(0.1);
        assert!(!stage.shows("is heard while you hold"));
        assert!(stage.host.told().is_empty() && stage.asked().is_empty(), "nobody is told");
        assert!(!stage.shows("Rename"), "the menu of the strip stays closed");
    }
}

#[test]
fn it_is_heard_when_the_pointer_leaves_the_badge_but_not_when_it_leaves_the_window() {
    let mut stage = Stage::new(2, DEFAULT);
    let (at, elsewhere) = (stage.centre(BADGE), stage.centre("Drums gain"));
    stage.press(at);
    stage.move_to(elsewhere);
    assert_eq!(audition(&stage), BASS);
    stage.event(Event::PointerGone);
    assert_eq!(audition(&stage), None);
    stage.move_to(at);
    stage.wait(0.1);
    assert_eq!(audition(&stage), None, "it has to be pressed anew");
    stage.release(at);
    stage.press(at);
    assert_eq!(audition(&stage), BASS);
    stage.event(Event::WindowFocused(false));
    assert_eq!(audition(&stage), None);
}

#[test]
fn it_ends_with_the_window() {
    let mut stage = Stage::new(2, DEFAULT);
    let session = stage.session.clone();
    stage.press(stage.centre(BADGE));
    assert_eq!(session.audition.now(), BASS);
    drop(stage);
    assert_eq!(session.audition.now(), None);
}

#[test]
fn it_ends_when_another_preset_comes() {
    let mut stage = with_bases(DEFAULT);
    let at = stage.centre(BADGE);
    stage.press(at);
    // Learning while it plays leaves the preset what it was.
    stage.show(unbraid::instance::state::summary::Summary { changed: true, ..summary(2) });
    stage.wait(0.1);
    assert_eq!(audition(&stage), BASS);
    super::bases::play(&stage, unbraid::preset::Preset::unsupervised(2, 3));
    stage.wait(0.1);
    assert_eq!(audition(&stage), None);
    stage.release(at);
    stage.press(stage.centre("Hear Part 2 alone"));
    assert_eq!(audition(&stage), BASS);
}

#[test]
fn the_keyboard_holds_it_while_it_has_the_focus() {
    for held in [Key::Enter, Key::Space] {
        let mut stage = Stage::new(2, DEFAULT);
        key(&mut stage, held, true);
        assert_eq!(audition(&stage), None);
        key(&mut stage, held, false);
        stage.harness.get_by_label(BADGE).focus();
        stage.harness.step();
        key(&mut stage, held, true);
        stage.wait(1.0);
        assert_eq!(audition(&stage), BASS);
        key(&mut stage, held, false);
        assert_eq!(audition(&stage), None);
        key(&mut stage, held, true);
        stage.harness.get_by_label("Drums mute").focus();
        stage.wait(0.1);
        assert_eq!(audition(&stage), None, "the focus has gone elsewhere");
    }
}

#[test]
fn a_basis_that_is_held_is_heard_alone() {
    let mut stage = with_bases(DEFAULT);
    stage.click("Page of bases");
    stage.click("Bases of Bass");
    stage.wait(0.1);
    let first_of_bass = crate::learned().sources[0].components();
    let order = shown_order(&stage, 1);
    let basis = |number: usize| Some(Audition::Basis { source: 1, component: first_of_bass + order[number - 1] });
    assert!(order[1] != 1, "they are shown in another order than they are stored in: {order:?}");
    let at = stage.centre("Basis 2");
    stage.press(at);
    assert_eq!(audition(&stage), basis(2));
    stage.wait(0.5);
    assert!(stage.shows("Only basis 2 of Bass is heard while you hold"));
    stage.release(at);
    assert_eq!(audition(&stage), None);
    stage.harness.get_by_label("Basis 1").focus();
    stage.harness.step();
    key(&mut stage, Key::Enter, true);
    assert_eq!(audition(&stage), basis(1));
    stage.click("Page of knobs");
    assert_eq!(audition(&stage), None, "it is not on the screen any more");
}

#[test]
fn a_basis_that_can_be_given_away_is_held_or_tapped() {
    let mut stage = untaught(DEFAULT);
    stage.click("Page of bases");
    stage.wait(0.1);
    let at = stage.centre("Basis 3");
    stage.press(at);
    stage.wait(0.5);
    let component = [0, 1, 3][shown_order(&stage, 0)[2]];
    assert_eq!(audition(&stage), Some(Audition::Basis { source: 0, component }));
    stage.release(at);
    stage.wait(0.1);
    assert!(audition(&stage).is_none() && !stage.shows("Give it to Part 2"), "it was held");
    stage.click("Basis 3");
    stage.wait(0.1);
    assert!(audition(&stage).is_none() && stage.shows("Give it to Part 2"), "it was tapped");
}

#[test]
fn what_is_held_is_named_and_explained() {
    let mut stage = Stage::new(2, DEFAULT);
    let at = stage.centre(BADGE);
    assert_eq!(stage.harness.get_by_label(BADGE).accesskit_node().role(), egui::accesskit::Role::Button);
    stage.move_to(at);
    stage.wait(1.0);
    assert!(stage.shows("Hold it to hear this source alone"));
    stage.move_to(stage.centre("Bass solo"));
    stage.wait(1.0);
    assert!(stage.shows("click: this one, and no other"));
}

#[test]
fn a_command_click_solos_one_strip_alone_in_one_step() {
    let mut stage = Stage::with_worker(DEFAULT);
    let command_click = |stage: &mut Stage, name: &str| {
        let at = stage.centre(name);
        stage.hold(Modifiers::COMMAND);
        stage.move_to(at);
        stage.button(at, true, Modifiers::COMMAND);
        stage.button(at, false, Modifiers::COMMAND);
        stage.hold(Modifiers::NONE);
        stage.harness.step();
    };
    stage.click("Drums solo");
    command_click(&mut stage, "Bass solo");
    assert_eq!(solos(&stage), [false, true, false, false]);
    command_click(&mut stage, "Bass solo");
    assert_eq!(solos(&stage), [false; 4], "it was the only one");
    stage.click("Undo");
    stage.wait(0.1);
    assert_eq!(solos(&stage), [false, true, false, false]);
    stage.click("Undo");
    stage.wait(0.1);
    assert_eq!(solos(&stage), [true, false, false, false], "one step");
    stage.click("Redo");
    stage.wait(0.1);
    assert_eq!(solos(&stage), [false, true, false, false]);
    stage.click("Drums solo");
    assert_eq!(solos(&stage), [true, true, false, false], "a plain click adds to the others");
}
