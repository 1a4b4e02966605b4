//! The question about a take that was not alone: learn it all the same, let the source model find what is in it, or
//! drop it.

use crate::{
    editor::{
        asked::Asked,
        names::sounds_like,
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
use egui::{Align, Button, CornerRadius, Label, Layout, Rect, RichText, Stroke, StrokeKind, Ui, UiBuilder, vec2};

/// Height of the banner, in points.
pub const HEIGHT: f32 = 56.0;

/// Draws the question in `rect`.
pub fn draw(ui: &mut Ui, rect: Rect, doubt: Doubt, snapshot: &EditorSnapshot) -> Vec<Asked> {
    let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
    ui.painter().rect(rect, corners, ui.colours().card, Stroke::new(1.0, ui.colours().notice), StrokeKind::Inside);
    let inner = rect.shrink2(vec2(12.0, 5.0));
    let mut inside = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::top_down(Align::Min)));
    inside.shrink_clip_rect(rect);
    let Some(strip) = snapshot.summary().strips.get(doubt.strip) else { return Vec::new() };
    let name = strip.display_name();
    let sentence = format!(
        "That was not {name} alone: {:.0} % of it sounds like {}.",
        100.0 * doubt.foreign.share,
        sounds_like(doubt.foreign.like, snapshot.summary())
    );
    inside.add(Label::new(RichText::new(sentence).color(ui.colours().text)).truncate());
    let mut asked = Vec::new();
    inside.horizontal(|ui| {
        let mut button = |text: String, tooltip: &str| {
            ui.add(Button::new(text).fill(ui.colours().button)).on_hover_text(tooltip).clicked()
        };
        let role = strip.role.or_else(|| Role::named(&strip.name.to_lowercase()));
        match (strip.kind, role) {
            (Kind::Recognised, _) => {
                let tooltip = "Nothing is learned: it stays as the source model finds it in the mixture.";
                if button(format!("Go on recognising {name}"), tooltip) {
                    asked.push(LearnCommand::Decline.into());
                }
            }
            (_, Some(role)) => {
                let tooltip = "The source model finds it in the mixture, without being taught.";
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
        if button("Learn it all the same".to_owned(), "All that was heard becomes this source.") {
            asked.push(LearnCommand::Confirm.into());
        }
        if button("Take it again".to_owned(), "Drop it, and capture once more: play this source alone.") {
            asked.push(LearnCommand::Decline.into());
            asked.push(LearnCommand::Start(doubt.strip).into());
        }
        if button("Drop it".to_owned(), "Nothing is learned.") {
            asked.push(LearnCommand::Decline.into());
        }
    });
    asked
}
