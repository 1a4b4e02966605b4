//! The question about a take that may not have been alone: learn it all the same, take it again, drop it, or let the
//! source model find what is in it.

use crate::{
    editor::{
        asked::Asked,
        names::{share_in_words, sounds_like},
        snapshot::EditorSnapshot,
        theme::{self, Themed},
    },
    instance::{
        command::{LearnCommand, PresetCommand, SourceCommand},
        project::version::FIRST_PRESET,
        state::learn_state::Doubt,
    },
    preset::{Kind, Role},
};
use egui::{
    Align, Button, CornerRadius, Label, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, vec2,
};

/// Least height of the banner, in points.
pub const HEIGHT: f32 = 56.0;

/// Draws the question in `rect`.
pub fn draw(ui: &mut Ui, rect: Rect, doubt: Doubt, snapshot: &EditorSnapshot) -> Vec<Asked> {
    // What lies beneath is not clicked through it.
    ui.interact(rect, ui.scope_id().with("doubt"), Sense::click_and_drag());
    let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
    ui.painter().rect(rect, corners, ui.colours().card, Stroke::new(1.0, ui.colours().notice), StrokeKind::Inside);
    let inner = Rect::from_center_size(rect.center(), vec2(rect.width(), HEIGHT)).shrink2(vec2(12.0, 5.0));
    let mut inside = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::top_down(Align::Min)));
    inside.shrink_clip_rect(rect);
    let Some(strip) = snapshot.summary().strips.get(doubt.strip) else { return Vec::new() };
    let name = strip.display_name();
    let sentence = format!(
        "This may not be {name} alone: {} of it sounds like {}.",
        share_in_words(doubt.foreign.share),
        sounds_like(doubt.foreign.like, snapshot.summary())
    );
    inside.add(Label::new(RichText::new(sentence).color(ui.colours().text)).truncate());
    let mut asked = Vec::new();
    inside.horizontal(|ui| {
        let mut button = |text: String, tooltip: &str| {
            ui.add(Button::new(text).fill(ui.colours().button)).on_hover_text(tooltip).clicked()
        };
        // What loses nothing comes first: undo takes it back.
        if button("Learn it all the same".to_owned(), "All that was heard becomes this source. Undo takes it back.") {
            asked.push(LearnCommand::Confirm.into());
        }
        if button("Take it again".to_owned(), "Drop it, and capture once more: play this source alone.") {
            asked.push(LearnCommand::Decline.into());
            asked.push(LearnCommand::Start(doubt.strip).into());
        }
        let kept = match strip.kind {
            Kind::Recognised => "Nothing is learned: it is found in the mixture without being taught, as before.",
            _ => "Nothing is learned: it stays as it is.",
        };
        if button("Drop the take".to_owned(), kept) {
            asked.push(LearnCommand::Decline.into());
        }
        let role = strip.role.or_else(|| Role::named(&strip.name.to_lowercase()));
        match (strip.kind, role) {
            // Without the take it is recognised in any case.
            (Kind::Recognised, _) => {}
            (_, Some(role)) => {
                let tooltip = "Drop the take: it is found in the mixture without being taught.";
                if button(format!("Recognise {name} instead"), tooltip) {
                    asked.push(LearnCommand::Decline.into());
                    asked.push(SourceCommand::MakeRecognised(doubt.strip, role).into());
                }
            }
            (_, None) => {
                let tooltip = "The preset is replaced by this one, whose sources are found without being taught. Undo brings it back.";
                if button(format!("Use {FIRST_PRESET} instead"), tooltip) {
                    asked.push(LearnCommand::Decline.into());
                    asked.push(PresetCommand::LoadFactory(FIRST_PRESET.to_owned()).into());
                }
            }
        }
    });
    asked
}
