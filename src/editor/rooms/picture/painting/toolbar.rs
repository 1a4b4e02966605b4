//! The tools' buttons, over the top of the frozen spectrogram.

use super::tools::{Brush, Saying, Tool};
use crate::{
    editor::{
        asked::Asked,
        theme::{self, SCREEN, Themed},
        widgets::toggle::Toggle,
    },
    instance::{command::MarkCommand, state::stretch_view::StretchView},
};
use egui::{Color32, CornerRadius, Rect, Ui, accesskit::Role, vec2};

/// Height of the bar and of a button, and widths of the buttons, in points.
const HEIGHT: f32 = 28.0;
const BUTTON: f32 = 22.0;
const TOOL: f32 = 38.0;
const SAYING: f32 = 44.0;
const SOURCE: f32 = 52.0;
const FORGET: f32 = 50.0;
const STEM: f32 = 42.0;
const GAP: f32 = 3.0;
const GROUP_GAP: f32 = 10.0;

/// Where the bar is over `spectrogram`, with `sources` sources to choose from; `None` where there is no space for it.
pub(super) fn rect(spectrogram: &Rect, sources: usize) -> Option<Rect> {
    let buttons = Tool::ALL.len() as f32 * (TOOL + GAP) + Saying::ALL.len() as f32 * (SAYING + GAP);
    let least = buttons + 3.0 * GROUP_GAP + sources as f32 * (BUTTON + GAP) + FORGET + STEM + GAP;
    let width = (least + sources as f32 * (SOURCE - BUTTON)).min(spectrogram.width() - 8.0);
    (width >= least && spectrogram.height() >= 3.0 * HEIGHT)
        .then(|| Rect::from_min_size(spectrogram.left_top() + vec2(4.0, 4.0), vec2(width, HEIGHT)))
}

/// Draws it.
pub(super) fn draw(
    ui: &Ui,
    bar: Rect,
    names: &[String],
    colours: &[Color32],
    stretch: &StretchView,
    brush: &mut Brush,
) -> Option<Asked> {
    let corners = CornerRadius::same(theme::BUTTON_RADIUS as u8);
    ui.painter().rect_filled(bar, corners, ui.colours().card.gamma_multiply(0.92));
    let mut left = bar.left() + GAP;
    let top = bar.center().y - BUTTON / 2.0;
    let mut place = |width: f32| {
        let rect = Rect::from_min_size(egui::pos2(left, top), vec2(width, BUTTON));
        left += width + GAP;
        rect
    };
    for (tool, text, name, tooltip) in Tool::ALL {
        let toggle = choice(text, name, brush.tool == tool, ui.colours().chosen);
        if toggle.show(ui, place(TOOL), ui.scope_id().with(name)).on_hover_text(tooltip).clicked() {
            brush.tool = tool;
        }
    }
    place(GROUP_GAP - 2.0 * GAP);
    for (saying, text, name, tooltip) in Saying::ALL {
        let toggle = choice(text, name, brush.saying == saying, ui.colours().chosen);
        if toggle.show(ui, place(SAYING), ui.scope_id().with(name)).on_hover_text(tooltip).clicked() {
            brush.saying = saying;
        }
    }
    place(GROUP_GAP - 2.0 * GAP);
    let space = bar.right() - FORGET - STEM - GAP - GROUP_GAP - bar.left() - GAP;
    let taken = Tool::ALL.len() as f32 * (TOOL + GAP) + Saying::ALL.len() as f32 * (SAYING + GAP) + 2.0 * GROUP_GAP;
    let width = ((space - taken) / names.len().max(1) as f32 - GAP).clamp(BUTTON, SOURCE);
    for (source, (name, colour)) in names.iter().zip(colours).enumerate() {
        let short: String = name.chars().take(((width - 6.0) / 6.0).max(1.0) as usize).collect();
        let label = format!("Paint {name}");
        let lit = brush.source == source;
        let toggle = Toggle { edge: Some(*colour), ..choice(&short, &label, lit, *colour) };
        let tooltip = format!("The brush of {name}.");
        if toggle.show(ui, place(width), ui.scope_id().with(("brush", source))).on_hover_text(tooltip).clicked() {
            brush.source = source;
        }
    }
    let stem = Rect::from_min_size(egui::pos2(bar.right() - STEM - GAP, top), vec2(STEM, BUTTON));
    let label = format!("Save the stem of {}", names.get(brush.source).map_or("", String::as_str));
    let toggle = Toggle { role: Role::Button, ..choice("Stem", &label, false, SCREEN.text) };
    let tooltip = format!("{label}: what it has of these seconds, as a WAV file in your music folder.");
    if toggle.show(ui, stem, ui.scope_id().with("stem")).on_hover_text(tooltip).clicked() {
        return Some(MarkCommand::Save(brush.source).into());
    }
    let own = stretch.marks.iter().filter(|mark| mark.source == brush.source).count();
    if own == 0 {
        return None;
    }
    let forget = Rect::from_min_size(egui::pos2(stem.left() - FORGET - GAP, top), vec2(FORGET, BUTTON));
    let label = format!("Forget marks of {}", names.get(brush.source).map_or("", String::as_str));
    let toggle = Toggle { role: Role::Button, ..choice("Forget", &label, false, SCREEN.text) };
    let tooltip = format!("{label}: {own}. Undo brings them back.");
    let clicked = toggle.show(ui, forget, ui.scope_id().with("forget")).on_hover_text(tooltip).clicked();
    clicked.then(|| MarkCommand::Forget(brush.source).into())
}

fn choice<'a>(text: &'a str, name: &'a str, on: bool, lit: Color32) -> Toggle<'a> {
    Toggle { role: Role::RadioButton, text_size: theme::CAPTION, ..Toggle::switch(text, name, on, lit) }
}
