//! Shown in place of the strips while no preset plays: what is the matter, and three ways to go on.

use crate::{
    editor::{
        asked::Asked,
        file_chooser::FileKind,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
    },
    instance::{command::PresetCommand, project::version::FIRST_PRESET, state::message::Message},
};
use egui::{Align, Button, CornerRadius, Layout, Rect, RichText, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

/// Draws it in `rect`.
pub fn draw(ui: &mut Ui, rect: Rect, snapshot: &EditorSnapshot) -> Option<Asked> {
    let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
    ui.painter().rect(rect, corners, ui.colours().card, Stroke::new(1.0, ui.colours().edge), StrokeKind::Inside);
    let column = Rect::from_center_size(rect.center(), vec2(rect.width().min(500.0), 128.0_f32.min(rect.height())));
    let layout = Layout::top_down(Align::Center);
    let mut inside = ui.new_child(UiBuilder::new().max_rect(column).layout(layout).id_salt("empty"));
    let loading = matches!(snapshot.message, Message::Loading(_));
    let title = if loading { "Loading…" } else { "No preset plays" };
    inside.label(RichText::new(title).font(theme::font(theme::TITLE)).color(ui.colours().text));
    inside.add_space(4.0);
    inside.label(
        RichText::new("The mixture passes as it is. Choose what to take it apart with.").color(ui.colours().weak),
    );
    inside.add_space(12.0);
    let buttons = Rect::from_center_size(
        pos2(column.center().x, inside.cursor().top() + 16.0),
        vec2(column.width().min(480.0), 32.0),
    );
    let width = (buttons.width() - 16.0) / 3.0;
    let place = |i: f32| Rect::from_min_size(buttons.min + vec2(i * (width + 8.0), 0.0), vec2(width, 32.0));
    let mut asked = None;
    if ui.put(place(0.0), Button::new(FIRST_PRESET)).clicked() {
        asked = Some(PresetCommand::LoadFactory(FIRST_PRESET.to_owned()).into());
    }
    if ui.put(place(1.0), Button::new("Open a preset…")).clicked() {
        asked = Some(Asked::ChooseFiles(FileKind::Preset));
    }
    if ui.put(place(2.0), Button::new("Split into two parts")).clicked() {
        asked = Some(PresetCommand::Unsupervised(2).into());
    }
    asked
}
