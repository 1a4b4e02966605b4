//! The tools' buttons, above the frozen spectrogram, or over its top where it is low.

use super::{
    strength,
    tools::{Brush, Saying, Tool},
};
use crate::{
    editor::{
        asked::Asked,
        theme::{self, Themed},
        widgets::{
            drag_away,
            icon::{Icon, IconButton},
            toggle::Toggle,
        },
    },
    instance::{
        command::{MarkCommand, StretchPart},
        state::stretch_view::{StretchOrigin, StretchView},
    },
};
use egui::{Button, Color32, CornerRadius, Label, Popup, Pos2, Rect, RichText, Sense, Ui, accesskit::Role, pos2, vec2};

/// Height of a row of the bar and of a button, and widths of the buttons, in points.
const HEIGHT: f32 = 28.0;
const BUTTON: f32 = 22.0;
const TOOL: f32 = 36.0;
const SAYINGS: [f32; 3] = [26.0, 42.0, 40.0];
const STRENGTH: f32 = 46.0;
const SOURCE: f32 = 52.0;
const STEM: f32 = 40.0;
const MORE: f32 = 18.0;
const FORGET: f32 = 46.0;
/// In one row, a source's button is at least so wide, in points.
const LEAST_SOURCE: f32 = 30.0;
/// Between two buttons and between two groups of them, in points.
const GAP: f32 = 3.0;
const GROUP_GAP: f32 = 8.0;
/// What the button that saves a stem says.
const STEM_TEXT: &str = "Stem";
/// How else it can be had, and parts of it, where the system's windows can be the source of a drag.
const DRAG_TOOLTIP: &str = if cfg!(target_os = "linux") { "\nOr drag it onto a track of the host." } else { "" };
const PARTS_TOOLTIP: &str =
    if cfg!(target_os = "linux") { "\nAn entry can be dragged onto a track of the host, too." } else { "" };
/// Width of the choice of parts, in points.
const PARTS: f32 = 190.0;

/// Where the bar and its buttons are.
pub(super) struct Toolbar {
    pub(super) rect: Rect,
    tools: Vec<Rect>,
    sayings: Vec<Rect>,
    strength: Rect,
    sources: Vec<Rect>,
    stem: Rect,
    more: Rect,
    forget: Rect,
}

/// Width of a group of buttons.
fn width(widths: &[f32]) -> f32 {
    widths.iter().map(|width| width + GAP).sum::<f32>() - GAP
}

impl Toolbar {
    /// From `min` on, at most so wide, with `sources` sources to choose from: in one row, or in two where one is too
    /// narrow; `None` where there is no space for it.
    pub(super) fn new(min: Pos2, width_at_most: f32, sources: usize) -> Option<Self> {
        let space = width_at_most - 2.0 * GAP;
        let tools = [TOOL; Tool::ALL.len()];
        let brush = width(&tools) + width(&SAYINGS) + STRENGTH + 2.0 * GROUP_GAP;
        let saving = width(&[STEM, MORE, FORGET]);
        let each = |space: f32| ((space + GAP) / sources.max(1) as f32 - GAP).min(SOURCE);
        let (beside, below) = (each(space - brush - saving - 2.0 * GROUP_GAP), each(space - saving - GROUP_GAP));
        let (rows, source) = if beside >= LEAST_SOURCE { (1, beside) } else { (2, below) };
        if source < BUTTON || brush > space {
            return None;
        }
        let mut at = min + vec2(GAP, (HEIGHT - BUTTON) / 2.0);
        let group = |at: &mut Pos2, widths: &[f32]| -> Vec<Rect> {
            let place = |width: &f32| {
                let place = Rect::from_min_size(*at, vec2(*width, BUTTON));
                at.x += width + GAP;
                place
            };
            let places = widths.iter().map(place).collect();
            at.x += GROUP_GAP - GAP;
            places
        };
        let (tools, sayings) = (group(&mut at, &tools), group(&mut at, &SAYINGS));
        let strength = group(&mut at, &[STRENGTH])[0];
        let end = at.x - GROUP_GAP;
        if rows == 2 {
            at = pos2(min.x + GAP, at.y + HEIGHT - GAP);
        }
        let sources = group(&mut at, &vec![source; sources]);
        let saving = group(&mut at, &[STEM, MORE, FORGET]);
        let (stem, more, forget) = (saving[0], saving[1].translate(vec2(-GAP, 0.0)), saving[2]);
        let rect = Rect::from_min_max(min, pos2(end.max(forget.right()) + GAP, at.y + BUTTON + GAP));
        Some(Self { rect, tools, sayings, strength, sources, stem, more, forget })
    }

    /// Draws it.
    pub(super) fn draw(
        &self,
        ui: &Ui,
        names: &[String],
        colours: &[Color32],
        (stretch, parts): (&StretchView, &dyn Fn() -> (Vec<StretchPart>, u32)),
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
                // It is of use with a tool that paints only.
                if brush.tool == Tool::Look {
                    brush.tool = Tool::Line;
                }
            }
        }
        strength::draw(ui, self.strength, chosen, &mut brush.strength);
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
            let drags = text == STEM_TEXT;
            let toggle = Toggle { role: Role::Button, drags, ..choice(text, label, false, chosen) };
            toggle.show(ui, place, ui.scope_id().with(text)).on_hover_text(tooltip)
        };
        let label = format!("Save the stem of {name}");
        let tooltip =
            format!("{label}: what it has of these seconds, as a WAV file in your music folder.{DRAG_TOOLTIP}");
        let stem = act(STEM_TEXT, &label, self.stem, tooltip);
        if stem.clicked() {
            return Some(MarkCommand::Save(brush.source).into());
        }
        if drag_away::begins(&stem) {
            return Some(Asked::DragStem(brush.source, None));
        }
        if let Some(asked) = self.choose_part(ui, (brush.source, name), stretch, parts) {
            return Some(asked);
        }
        let own = stretch.marks.iter().filter(|mark| mark.source == brush.source).count();
        let label = format!("Forget marks of {name}");
        let tooltip = format!("{label}: {own}. Undo brings them back.");
        let forgets = own > 0 && act("Forget", &label, self.forget, tooltip).clicked();
        forgets.then(|| MarkCommand::Forget(brush.source).into())
    }

    /// The part of the stem of `source`, which is called `name`, that is chosen to be saved or dragged away.
    fn choose_part(
        &self,
        ui: &Ui,
        (source, name): (usize, &str),
        stretch: &StretchView,
        parts: &dyn Fn() -> (Vec<StretchPart>, u32),
    ) -> Option<Asked> {
        let label = format!("Save the end of {name}");
        let button = IconButton::new(Icon::More, &label).show(ui, self.more, ui.scope_id().with("parts"));
        let mut chosen = None;
        Popup::menu(&button).width(PARTS).show(|ui| {
            let (offered, whole) = parts();
            for part in &offered {
                let text = format!("Last {}", part.length().trim_start_matches("1 "));
                let item = Button::selectable(false, text).min_size(vec2(PARTS, 24.0)).sense(Sense::click_and_drag());
                let item = ui.add(item);
                if item.clicked() {
                    chosen = Some(MarkCommand::SavePart(source, *part).into());
                } else if drag_away::begins(&item) {
                    chosen = Some(Asked::DragStem(source, Some(*part)));
                    // What lies beneath may be where it goes.
                    ui.close();
                }
            }
            let why = match whole {
                0 if stretch.origin == StretchOrigin::File => "A file has no bars of the host's".to_owned(),
                0 => "Bars take their place where a host's transport runs".to_owned(),
                1 => format!("1 whole bar is in these {:.1} seconds", stretch.seconds),
                _ => format!("{whole} whole bars are in these {:.1} seconds", stretch.seconds),
            };
            ui.add(Label::new(RichText::new(why).size(theme::CAPTION).color(ui.colours().weak)).wrap());
        });
        button.on_hover_text(format!("{label}: whole bars, or seconds where none are known.{PARTS_TOOLTIP}"));
        chosen
    }
}

fn choice<'a>(text: &'a str, name: &'a str, on: bool, lit: Color32) -> Toggle<'a> {
    Toggle { role: Role::RadioButton, text_size: theme::CAPTION, ..Toggle::switch(text, name, on, lit) }
}
