//! One strip per source: badge, name, knob, mute, solo, meter.

use super::{
    EditorState, Scene, empty, gesture,
    knob::{Knob, arc_colour, gain_ticks},
    learn,
    meter::{Growth, MeterBar, decibels, position},
    strip_layout::StripRooms,
    strip_menu, theme,
    toggle::Toggle,
    value_field::ValueField,
};
use crate::{
    editor::layout::columns,
    instance::{
        params::StripParams,
        state::summary::{Strip, Summary},
    },
    preset::Kind,
};
use egui::{
    Align2, Color32, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role,
    pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

/// What a strip's knob turns, in one line.
const KNOB_TOOLTIP: &str = "How loud this source is.\n\
    Drag up or down, shift for fine. Wheel: 1 dB. Double-click or ctrl-click: 0 dB.";
/// Room for the three dots that say that there is a menu, in points.
const MENU_MARK: f32 = 9.0;

/// Draws all strips in `room`.
pub fn draw_all(ui: &mut Ui, room: Rect, scene: &Scene, state: &mut EditorState) {
    let Some(summary) = state.summary.clone().filter(|summary| !summary.strips.is_empty()) else {
        return empty::draw(ui, room, scene, state);
    };
    let badges = badges(&summary);
    let count = summary.strips.len().min(scene.params.strips.len());
    for (i, card) in columns(room, count).enumerate() {
        let drawn = DrawnStrip {
            index: i,
            summary: &summary,
            strip: &summary.strips[i],
            params: &scene.params.strips[i],
            badge: &badges[i],
            name: display_name(&summary.strips[i].name),
            heard: is_heard(scene, count, i),
        };
        drawn.draw(ui, &StripRooms::new(card), scene, state);
    }
}

/// Whether source `i` of the `count` that play is let through by mutes and solos.
pub fn is_heard(scene: &Scene, count: usize, i: usize) -> bool {
    let strips = &scene.params.strips[..count];
    let any_solo = strips.iter().any(|strip| strip.solo.value());
    !strips[i].mute.value() && (strips[i].solo.value() || !any_solo)
}

/// A source's name with a capital letter.
pub fn display_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// One or two letters for each source; its number where two letters are not enough to tell it apart.
pub fn badges(summary: &Summary) -> Vec<String> {
    let initials = |strip: &Strip, count| display_name(&strip.name).chars().take(count).collect::<String>();
    let is_its_own = |i: usize, count| {
        let own = initials(&summary.strips[i], count);
        !own.is_empty() && summary.strips.iter().filter(|strip| initials(strip, count) == own).count() == 1
    };
    (0..summary.strips.len())
        .map(|i| {
            let count = [1, 2].into_iter().find(|count| is_its_own(i, *count));
            count.map_or_else(|| (i + 1).to_string(), |count| initials(&summary.strips[i], count))
        })
        .collect()
}

struct DrawnStrip<'a> {
    index: usize,
    summary: &'a Summary,
    strip: &'a Strip,
    params: &'a StripParams,
    badge: &'a str,
    name: String,
    heard: bool,
}

impl DrawnStrip<'_> {
    fn draw(&self, ui: &mut Ui, rooms: &StripRooms, scene: &Scene, state: &mut EditorState) {
        let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
        ui.painter().rect(rooms.card, corners, theme::CARD, Stroke::new(1.0, theme::EDGE), StrokeKind::Inside);
        let audible = self.heard && self.params.gain_db().is_some() && !scene.params.bypass.value();
        let colour = arc_colour(theme::source_colour(self.strip.colour), audible);
        let phase = learn::Phase::of(&scene.session.learning(), self.index);
        self.draw_head(ui, rooms, colour, phase, scene, state);
        self.draw_knob(ui, rooms, colour, audible, scene, state);
        self.draw_switches(ui, rooms, scene);
        learn::switch(ui, rooms.learn, rooms.wide, &self.name, self.index, phase, scene);
        let bar = MeterBar {
            name: &format!("{} level", self.name),
            colour,
            growth: Growth::Up,
            thickness: if rooms.scaled { 12.0 } else { rooms.meter.width() },
            labelled: rooms.scaled,
        };
        bar.show(ui, rooms.meter, ui.scope_id().with(("meter", self.index)), &mut state.levels[self.index]);
    }

    fn draw_head(
        &self,
        ui: &mut Ui,
        rooms: &StripRooms,
        colour: Color32,
        phase: learn::Phase,
        scene: &Scene,
        state: &mut EditorState,
    ) {
        let (side, name_size, space) = match (rooms.wide, rooms.cramped) {
            (true, _) => (24.0, 20.0, 10.0),
            (false, false) => (22.0, 14.5, 6.0),
            (false, true) => (16.0, 12.0, 4.0),
        };
        let middle = pos2(rooms.head.left() + side / 2.0, rooms.head.center().y);
        let badge = Rect::from_center_size(middle, vec2(side, side));
        let letters = theme::font(side * if self.badge.chars().count() > 1 { 0.56 } else { 0.66 });
        let painter = &ui.painter().clone();
        painter.rect_filled(badge, CornerRadius::same(theme::BUTTON_RADIUS as u8), colour);
        painter.text(badge.center(), Align2::CENTER_CENTER, self.badge, letters, theme::ink_on(colour));

        let response = ui.interact(rooms.head, ui.scope_id().with(("head", self.index)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &self.name));
        let lit = response.hovered() || response.has_focus();

        match scene.session.learning().take {
            Some((strip, _, peak)) if strip == self.index => self.draw_take(ui, rooms, peak),
            _ => self.draw_share(ui, rooms, colour, state.shares[self.index]),
        }
        let (left, right) = (badge.right() + space, rooms.head.right() - MENU_MARK - share_width(rooms));
        let (text, ink) = match phase.caption(rooms.cramped) {
            Some(caption) => (caption, theme::TEXT),
            None => (self.name.clone(), if lit { Color32::WHITE } else { theme::TEXT }),
        };
        let mut job = LayoutJob::simple_singleline(text, theme::font(name_size), ink);
        job.wrap = TextWrapping::truncate_at_width(right - left);
        let galley = painter.layout_job(job);
        painter.galley(pos2(left, badge.center().y - galley.size().y / 2.0), galley, ink);
        menu_mark(painter, rooms.head, if lit { theme::TEXT } else { theme::FAINT });
        if response.has_focus() {
            let ring = Stroke::new(2.0, theme::FOCUS);
            painter.rect_stroke(rooms.head, CornerRadius::same(theme::BUTTON_RADIUS as u8), ring, StrokeKind::Outside);
        }
        let menu = strip_menu::StripMenu { name: &self.name, index: self.index, summary: self.summary, phase };
        menu.show(&response, scene, state);
        response.on_hover_text(self.provenance());
    }

    /// The level of what is captured, in the place of the share.
    fn draw_take(&self, ui: &Ui, rooms: &StripRooms, peak: f32) {
        let line = share_line(rooms);
        let level = decibels(peak);
        let response = ui.interact(line, ui.scope_id().with(("take", self.index)), Sense::hover());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Meter, ui.is_enabled(), format!("{} take level", self.name));
            info.current_text_value = Some(if level.is_finite() { format!("{level:.0} dB") } else { "silent".into() });
            info
        });
        ui.painter().rect_filled(line, CornerRadius::same(1), theme::WELL);
        let part = line.with_max_x(line.left() + position(level) * line.width());
        ui.painter().rect_filled(part, CornerRadius::same(1), learn::RECORD);
    }

    /// How much of the mixture this source is: a line beneath its name, and a number where there is room.
    fn draw_share(&self, ui: &Ui, rooms: &StripRooms, colour: Color32, share: f32) {
        let line = share_line(rooms);
        let response =
            ui.interact(line.expand2(vec2(0.0, 1.0)), ui.scope_id().with(("share", self.index)), Sense::hover());
        let percent = format!("{:.0} %", 100.0 * share);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Meter, ui.is_enabled(), format!("{} share", self.name));
            info.current_text_value = Some(percent.clone());
            info
        });
        let painter = ui.painter();
        painter.rect_filled(line, CornerRadius::same(1), theme::WELL);
        if share > 1e-3 {
            let part = line.with_max_x(line.left() + share.min(1.0) * line.width());
            painter.rect_filled(part, CornerRadius::same(1), colour);
        }
        if share_width(rooms) > 0.0 {
            let at = rooms.head.right_center() - vec2(MENU_MARK + 3.0, 0.0);
            painter.text(at, Align2::RIGHT_CENTER, percent, theme::font(theme::CAPTION), theme::WEAK);
        }
        response.on_hover_text("This source's share of the mixture, before its knob.");
    }

    /// What the source's dictionary is and where it comes from.
    fn provenance(&self) -> String {
        let bases = self.strip.components;
        let kind = match self.strip.kind {
            Kind::Fixed => format!("{bases} bases, learned before"),
            Kind::Drifting => format!("{bases} bases, learned before, which drift towards what plays"),
            Kind::Adaptive => format!("{bases} bases that follow the mixture: what the others do not explain"),
        };
        match self.strip.learned_from.as_slice() {
            [] => format!("{}\n{kind}", self.strip.name),
            files => format!("{}\n{kind} from {}", self.strip.name, files.join(", ")),
        }
    }

    fn draw_knob(
        &self,
        ui: &mut Ui,
        rooms: &StripRooms,
        colour: Color32,
        audible: bool,
        scene: &Scene,
        state: &mut EditorState,
    ) {
        let setter = scene.gui.param_setter();
        let field_id = ui.scope_id().with(("gain field", self.index));
        let knob = Knob {
            param: &self.params.gain,
            name: &format!("{} gain", self.name),
            colour,
            ticks: &gain_ticks(&self.params.gain),
            step: 1.0,
            tooltip: KNOB_TOOLTIP,
        };
        knob.show(ui, rooms.knob, ui.scope_id().with(("gain", self.index)), field_id, &setter, &mut state.hand);
        let (with_unit, text_size) = value_size(rooms.value);
        let field = ValueField {
            param: &self.params.gain,
            name: &format!("{} gain value", self.name),
            with_unit,
            text_size,
            colour: if audible { theme::TEXT } else { theme::WEAK },
        };
        field.show(ui, rooms.value, field_id, &setter, &mut state.hand);
    }

    fn draw_switches(&self, ui: &Ui, rooms: &StripRooms, scene: &Scene) {
        let setter = scene.gui.param_setter();
        let switches = [
            ("M", "mute", &self.params.mute, rooms.mute, theme::ALARM, "Mute: silence this source."),
            ("S", "solo", &self.params.solo, rooms.solo, theme::SOLO, "Solo: hear only the soloed sources."),
        ];
        for (letter, word, param, rect, lit, tooltip) in switches {
            let name = format!("{} {word}", self.name);
            let toggle =
                Toggle { text_size: learn::letter_size(rect), ..Toggle::switch(letter, &name, param.value(), lit) };
            let response = toggle.show(ui, rect, ui.scope_id().with((word, self.index)));
            if response.on_hover_text(tooltip).clicked() {
                gesture::set(&setter, param, !param.value());
            }
        }
    }
}

/// The line beneath a strip's head.
fn share_line(rooms: &StripRooms) -> Rect {
    Rect::from_min_size(rooms.head.left_bottom() + vec2(0.0, 1.0), vec2(rooms.head.width(), 3.0))
}

/// Room for the share as a number, in points.
fn share_width(rooms: &StripRooms) -> f32 {
    if rooms.head.width() >= 150.0 { 40.0 } else { 0.0 }
}

/// Three dots, one above the other, at the right of `head`.
fn menu_mark(painter: &egui::Painter, head: Rect, ink: Color32) {
    for step in [-1.0, 0.0, 1.0] {
        painter.circle_filled(head.right_center() + vec2(-2.0, 5.0 * step), 1.5, ink);
    }
}

/// Whether the number in `room` can have its unit, and its size in points.
fn value_size(room: Rect) -> (bool, f32) {
    // "−60.0 dB" is 4.4 times as wide as its letters are high, "−60.0" 3 times.
    let with_unit = room.width() / 4.4 >= 15.0;
    let widest = room.width() / if with_unit { 4.4 } else { 3.0 };
    (with_unit, widest.min(room.height() * 0.76).min(28.0))
}
