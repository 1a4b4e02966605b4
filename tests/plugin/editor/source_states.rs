//! What kind of source each strip has, as a word and a sign.

use super::stage::{DEFAULT, SMALLEST, Stage, file, summary};
use unbraid::{
    instance::state::{learn_state::LearnState, options::AdaptOptions, summary::Origin},
    learner::Verdict,
    preset::{Kind, Role, from_a_take},
};

/// Eight strips, one in each state.
pub(super) fn all_states(size: egui::Vec2) -> Stage {
    let stage = Stage::new(8, size);
    let mut shown = summary(8);
    shown.origin = Origin::New;
    shown.strips[1].kind = Kind::Recognised;
    shown.strips[1].role = Some(Role::Bass);
    shown.strips[2].kind = Kind::Adaptive;
    shown.strips[3].kind = Kind::Drifting;
    stage.show(shown);
    let mut learning = LearnState::default();
    (learning.material[4], learning.material[5]) = (8.3, 4.0);
    learning.verdicts[4] = Some(Verdict { before_db: 0.2, blind_db: 3.0, after_db: 9.4 });
    learning.verdicts[5] = Some(Verdict { before_db: 0.2, blind_db: 3.0, after_db: 3.4 });
    stage.session.set_learning(learning);
    stage
}

#[test]
fn every_state_has_a_word() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = all_states(size);
        stage.wait(0.1);
        let words = ["learned", "recognised", "follows", "drifts", "learned 8 s", "unsure", "learned", "learned"];
        let names = ["Drums", "Bass", "Guitar", "Piano", "Strings", "Vocals", "Synth", "Room & rest"];
        for (name, word) in names.into_iter().zip(words) {
            assert_eq!(stage.spoken(&format!("{name} state")), word, "{name}");
        }
    }
    assert_eq!(Stage::new(2, DEFAULT).spoken("Drums state"), "factory");
    let mut loaded = Stage::new(2, DEFAULT);
    let mut shown = summary(2);
    shown.origin = Origin::File(file("My band"));
    shown.strips[1].learned_from = vec![from_a_take(9.96)];
    loaded.show(shown);
    loaded.wait(0.1);
    assert_eq!(loaded.spoken("Bass state"), "learned 10 s", "the file tells");
    assert_eq!(loaded.spoken("Drums state"), "learned", "it was learned from a file");
}

#[test]
fn what_follows_is_frozen_by_one_click_and_goes_on_by_another() {
    let mut stage = all_states(DEFAULT);
    stage.wait(0.1);
    stage.click("Bass state");
    stage.wait(0.1);
    assert!(stage.session.adapt_options().frozen);
    assert_eq!(stage.spoken("Guitar state"), "frozen", "all that follow");
    assert_eq!(stage.spoken("Drums state"), "learned", "what does not follow is as it was");
    stage.click("Piano state");
    stage.wait(0.1);
    assert_eq!(stage.session.adapt_options(), AdaptOptions::default());
    stage.click("Drums state");
    assert_eq!(stage.asked(), [], "there is nothing to freeze");
}
