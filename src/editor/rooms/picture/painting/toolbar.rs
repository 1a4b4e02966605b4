//! The tools' buttons, over the top of the frozen spectrogram.

use super::tools::{Brush, Saying, Tool};
use crate::{
    editor::{
        asked::Asked,
        theme::{self, Themed},
        widgets::toggle::Toggle,
    },
    instance::{command::MarkCommand, state::stretch_view::StretchView},
};
use egui::{Color32, CornerRadius, Rect, Ui, accesskit::Role, pos2, vec2};

/// Height of the bar and of a button, and widths of the buttons, in points.
const HEIGHT: f32 = 28.0;
const BUTTON: f32 = 22.0;
const TOOL: f32 = 38.0;
const SAYING: f32 = 44.0;
const SOURCE: f32 = 52.0;
const FORGET: f32 = 50.0;
const STEM: f32 = 42.0;
/// From the edges of the spectrogram, between two buttons and between two groups of them, in points.
const MARGIN: f32 = 4.0;
const GAP: f32 = 3.0;
const GROUP_GAP: f32 = 10.0;

/// Where the bar and its buttons are.
pub(super) struct Toolbar {
    pub(super) rect: Rect,
    tools: Vec<Rect>,
    sayings: Vec<Rect>,
    sources: Vec<Rect>,
    forget: Rect,
    stem: Rect,
}

impl Toolbar {
    /// Over `spectrogram`, with `sources` sources to choose from; `None` where there is no space for it.
    pub(super) fn new(spectrogram: &Rect, sources: usize) -> Option<Self> {
        let space = spectrogram.width() - 2.0 * MARGIN;
        let others = [(Tool::ALL.len(), TOOL), (Saying::ALL.len(), SAYING), (1, FORGET), (1, STEM)];
        let others: f32 = others.map(|(count, width)| count as f32 * (width + GAP)).iter().sum();
        let left = space - others - 3.0 * GROUP_GAP - GAP;
        let source = (left / sources.max(1) as f32 - GAP).min(SOURCE);
        if source < BUTTON || spectrogram.height() < 3.0 * HEIGHT {
            return None;
        }
        let min = spectrogram.left_top() + vec2(MARGIN, MARGIN);
        let mut x = min.x + GAP;
        let mut group = |count: usize, width: f32| -> Vec<Rect> {
            let top = min.y + (HEIGHT - BUTTON) / 2.0;
            let place = |i: usize| Rect::from_min_size(pos2(x + i as f32 * (width + GAP), top), vec2(width, BUTTON));
            let places = (0..count).map(place).collect();
            x += count as f32 * (width + GAP) + GROUP_GAP;
            places
        };
        let (tools, sayings) = (group(Tool::ALL.len(), TOOL), group(Saying::ALL.len(), SAYING));
        let sources = group(sources, source);
        let (forget, stem) = (group(1, FORGET)[0], group(1, STEM)[0].translate(vec2(-GROUP_GAP, 0.0)));
        let rect = Rect::from_min_max(min, pos2(stem.right() + GAP, min.y + HEIGHT));
        Some(Self { rect, tools, sayings, sources, forget, stem })
    }

    /// Draws it.
    pub(super) fn draw(
        &self,
        ui: &Ui,
        names: &[String],
        colours: &[Color32],
        stretch: &StretchView,
        brush: &mut Brush,
    ) -> Option<Asked> {
        let corners = CornerRadius::same(theme::BUTTON_RADIUS as u8);
        ui.painter().rect_filled(self.rect, corners, ui.colours().card.gamma_multiply(0.92));
        let chosen = ui.colours().chosen;
        for ((tool, text, name, tooltip), place) in Tool::ALL.into_iter().zip(&self.tools) {
            let toggle = choice(text, name, brush.tool == tool, chosen);
            if toggle.show(ui, *place, ui.scope_id().with(name)).on_hover_text(tooltip).clicked() {
                brush.tool = tool;
            }
        }
        for ((saying, text, name, tooltip), place) in Saying::ALL.into_iter().zip(&self.sayings) {
            let toggle = choice(text, name, brush.saying == saying, chosen);
            if toggle.show(ui, *place, ui.scope_id().with(name)).on_hover_text(tooltip).clicked() {
                brush.saying = saying;
            }
        }
        for (source, ((name, colour), place)) in names.iter().zip(colours).zip(&self.sources).enumerate() {
            let short: String = name.chars().take(((place.width() - 6.0) / 6.0).max(1.0) as usize).collect();
            let label = format!("Paint {name}");
            let toggle = Toggle { edge: Some(*colour), ..choice(&short, &label, brush.source == source, *colour) };
            let tooltip = format!("The brush of {name}.");
            if toggle.show(ui, *place, ui.scope_id().with(("brush", source))).on_hover_text(tooltip).clicked() {
                brush.source = source;
            }
        }
        let name = names.get(brush.source)?;
        let act = |text: &str, label: &str, place: Rect, tooltip: String| {
            let toggle = Toggle { role: Role::Button, ..choice(text, label, false, chosen) };
            toggle.show(ui, place, ui.scope_id().with(text)).on_hover_text(tooltip).clicked()
        };
        let label = format!("Save the stem of {name}");
        let tooltip = format!("{label}: what it has of these seconds, as a WAV file in your music folder.");
        if act("Stem", &label, self.stem, tooltip) {
            return Some(MarkCommand::Save(brush.source).into());
        }
        let own = stretch.marks.iter().filter(|mark| mark.source == brush.source).count();
        let label = format!("Forget marks of {name}");
        let tooltip = format!("{label}: {own}. Undo brings them back.");
        (own > 0 && act("Forget", &label, self.forget, tooltip)).then(|| MarkCommand::Forget(brush.source).into())
    }
}

fn choice<'a>(text: &'a str, name: &'a str, on: bool, lit: Color32) -> Toggle<'a> {
    Toggle { role: Role::RadioButton, text_size: theme::CAPTION, ..Toggle::switch(text, name, on, lit) }
}
