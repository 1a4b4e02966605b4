//! One strip: badge, name, share of the mixture, knob, mute, solo, Learn, meter.

use super::{
    layout::StripLayout,
    learn::{self, LearnPhase},
    menu::StripMenu,
    source_state::{self, SourceSign},
    state::StripsState,
};
use crate::{
    decibels,
    editor::{
        asked::Asked,
        names::{MEASURED_ON, told_apart},
        snapshot::EditorSnapshot,
        theme::{self, Colours, Themed},
        widgets::{
            drag_away, gesture,
            knob::{Knob, arc_colour, gain_ticks},
            knob_input::KnobInput,
            menu_call,
            meter::{Growth, MeterBar, position},
            toggle::Toggle,
            value_field::ValueField,
        },
    },
    instance::{
        params::StripParams,
        state::{learn_state::TakeState, summary::Strip},
    },
    preset::{self, Kind, display_name},
    separator::Audition,
};
use egui::{
    Align2, Color32, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role,
    pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};
use nice_plug::prelude::ParamSetter;

/// What a strip's knob does, and how to turn it.
const KNOB_TOOLTIP: &str = "How loud this source is.\n\
    Drag up or down, shift for fine. Wheel: 1 dB. Double-click or ctrl-click: 0 dB.";
/// What its badge does.
const HOLD_TOOLTIP: &str = "Hold it to hear this source alone, at its knob's gain.\n\
    With the keyboard: Enter. Nothing is changed for it.";
/// What else can be done with its name while something is frozen, where the system's windows can be the source of a
/// drag.
const DRAG_TOOLTIP: &str = if cfg!(target_os = "linux") {
    "\nDrag it onto a track of the host: what it has of the frozen seconds."
} else {
    ""
};
/// What its solo switch does, and how to solo one strip alone.
const SOLO_TOOLTIP: &str = if cfg!(target_os = "macos") {
    "Solo: hear only the soloed sources.\nCmd-click: this one, and no other."
} else {
    "Solo: hear only the soloed sources.\nCtrl-click: this one, and no other."
};
/// From this width of the head on its source's state is a word, in points.
const WORD_FROM: f32 = 220.0;
/// From this width of the head on its share says of what, in points.
const SHARE_WORD_FROM: f32 = 280.0;
/// Width of the three dots that stand for the menu, in points.
const MENU_MARK: f32 = 9.0;

/// One strip.
pub struct StripCard<'a> {
    snapshot: &'a EditorSnapshot<'a>,
    index: usize,
    count: usize,
    strip: &'a Strip,
    params: &'a StripParams,
    badge: &'a str,
    name: String,
    phase: LearnPhase,
    /// Something of the source is heard.
    is_audible: bool,
    colour: Color32,
}

/// Whether source `i` of the `count` that play passes the mute and solo switches of `strips`.
fn is_heard(strips: &[StripParams], count: usize, i: usize) -> bool {
    let any_solo = strips[..count].iter().any(|strip| strip.solo.value());
    !strips[i].mute.value() && (strips[i].solo.value() || !any_solo)
}

impl<'a> StripCard<'a> {
    /// Strip `index` of the `count` that there are.
    pub fn new(
        snapshot: &'a EditorSnapshot<'a>,
        index: usize,
        count: usize,
        badge: &'a str,
        colours: &Colours,
    ) -> Self {
        let (strip, params) = (&snapshot.summary().strips[index], snapshot.params);
        let is_audible = snapshot.is_auditioned(index).unwrap_or(
            is_heard(&params.strips, count, index)
                && params.strips[index].gain_db().is_some()
                && !params.bypass.value(),
        );
        Self {
            snapshot,
            index,
            count,
            strip,
            params: &params.strips[index],
            badge,
            name: strip.display_name(),
            phase: LearnPhase::of(&snapshot.learning, index),
            is_audible,
            colour: arc_colour(colours.source(strip.colour), is_audible, colours),
        }
    }

    /// Draws it in `card`.
    pub fn draw(
        &self,
        ui: &mut Ui,
        card: Rect,
        own: &mut StripsState,
        input: &mut KnobInput,
        setter: &ParamSetter,
    ) -> Vec<Asked> {
        let layout = &StripLayout::new(card);
        let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
        ui.painter().rect(card, corners, ui.colours().card, Stroke::new(1.0, ui.colours().edge), StrokeKind::Inside);
        let mut asked = self.draw_head(ui, layout, own);
        self.draw_knob(ui, layout, input, setter);
        self.draw_switches(ui, layout, setter);
        if self.is_idle() {
            // After the knob, whose place it shares.
            let state = SourceSign::of(self.snapshot, self.index);
            asked.extend(state.draw(ui, sign_place(layout), &self.name, self.index, self.snapshot));
        }
        let request =
            learn::draw_switch(ui, layout.learn, layout.wide, &self.name, self.index, self.phase, &self.params.learn);
        asked.extend(request.map(Asked::from));
        let bar = MeterBar {
            name: &format!("{} level", self.name),
            colour: self.colour,
            growth: Growth::Up,
            thickness: if layout.scaled { 12.0 } else { layout.meter.width() },
            labelled: layout.scaled,
        };
        bar.show(ui, layout.meter, ui.scope_id().with(("meter", self.index)), &mut own.levels[self.index]);
        asked
    }

    /// Nothing is captured or learned for it.
    fn is_idle(&self) -> bool {
        self.phase == LearnPhase::Idle
    }

    fn draw_head(&self, ui: &mut Ui, layout: &StripLayout, own: &mut StripsState) -> Vec<Asked> {
        let (side, name_size, space) = match (layout.wide, layout.cramped) {
            (true, _) => (24.0, 20.0, 10.0),
            (false, false) => (22.0, 14.5, 6.0),
            (false, true) => (16.0, 12.0, 4.0),
        };
        let middle = pos2(layout.head.left() + side / 2.0, layout.head.center().y);
        let badge = Rect::from_center_size(middle, vec2(side, side));
        let letters = theme::font(side * if self.badge.chars().count() > 1 { 0.56 } else { 0.66 });
        let painter = &ui.painter().clone();
        painter.rect_filled(badge, CornerRadius::same(theme::BUTTON_RADIUS as u8), self.colour);
        painter.text(badge.center(), Align2::CENTER_CENTER, self.badge, letters, ui.colours().ink_on(self.colour));

        // What is frozen can be dragged away by its name.
        let sense = if self.snapshot.stretch.is_some() { Sense::click_and_drag() } else { Sense::click() };
        let response = ui.interact(layout.head, ui.scope_id().with(("head", self.index)), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &self.name));
        let lit = response.hovered() || response.has_focus();

        match self.snapshot.learning.take {
            Some(take) if take.strip == self.index => self.draw_take(ui, layout, take),
            _ => self.draw_share(ui, layout, own.shares[self.index]),
        }
        let sign = sign_place(layout);
        let end = layout.head.right() - MENU_MARK - share_width(layout);
        let right = if self.is_idle() && sign.top() == layout.head.top() { sign.left() } else { end };
        let left = badge.right() + space;
        let (text, ink) = match self.phase.caption(layout.cramped) {
            Some(caption) => (caption, ui.colours().text),
            None => (self.name.clone(), if lit { ui.colours().lit_text } else { ui.colours().text }),
        };
        let mut job = LayoutJob::simple_singleline(text, theme::font(name_size), ink);
        job.wrap = TextWrapping::truncate_at_width(right - left);
        let galley = painter.layout_job(job);
        painter.galley(pos2(left, badge.center().y - galley.size().y / 2.0), galley, ink);
        menu_mark(painter, layout.head, if lit { ui.colours().text } else { ui.colours().faint });
        if response.has_focus() {
            let ring = Stroke::new(2.0, ui.colours().focus);
            painter.rect_stroke(layout.head, CornerRadius::same(theme::BUTTON_RADIUS as u8), ring, StrokeKind::Outside);
        }
        let menu = StripMenu { snapshot: self.snapshot, index: self.index, name: &self.name, phase: self.phase };
        let mut asked = menu.show(&response, &mut own.new_name);
        let mut tooltip = self.provenance() + "\nHold the badge to hear it alone.";
        if self.snapshot.stretch.is_some() {
            tooltip.push_str(DRAG_TOOLTIP);
            asked.extend(drag_away::begins(&response).then_some(Asked::DragStem(self.index, None)));
        }
        response.on_hover_text(tooltip);
        asked.extend(self.draw_hold(ui, badge));
        asked
    }

    /// Makes the badge a button that is held to hear the source alone.
    fn draw_hold(&self, ui: &Ui, badge: Rect) -> Option<Asked> {
        // Over the head, whose menu a click beside the badge opens.
        let response = ui.interact(badge, ui.scope_id().with(("badge", self.index)), Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, ui.is_enabled(), self.is_held(), format!("Hear {} alone", self.name))
        });
        let ring = match (self.is_held(), response.has_focus(), response.hovered()) {
            (true, ..) => Some((3.0, ui.colours().lit_text)),
            (_, true, _) => Some((2.0, ui.colours().focus)),
            (.., true) => Some((1.0, ui.colours().lit_text)),
            _ => None,
        };
        if let Some((width, colour)) = ring {
            let corners = CornerRadius::same(theme::BUTTON_RADIUS as u8);
            ui.painter().rect_stroke(badge, corners, Stroke::new(width, colour), StrokeKind::Outside);
        }
        let asked = Asked::while_held(&response, Audition::Source(self.index));
        response.on_hover_text(HOLD_TOOLTIP);
        asked
    }

    /// The source alone is heard.
    fn is_held(&self) -> bool {
        self.snapshot.is_auditioned(self.index) == Some(true)
            && self.snapshot.audition == Some(Audition::Source(self.index))
    }

    /// The level of what is captured, in place of the share, and how much of it is something else.
    fn draw_take(&self, ui: &Ui, layout: &StripLayout, take: TakeState) {
        let line = share_line(layout);
        let level = decibels::of_amplitude(take.peak);
        let foreign = take.foreign_if_noticed();
        let response = ui.interact(line, ui.scope_id().with(("take", self.index)), Sense::hover());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Meter, ui.is_enabled(), format!("{} take level", self.name));
            info.current_text_value =
                Some(if level.is_finite() { format!("{level:.0} dB").replace('-', "−") } else { "silent".into() });
            info
        });
        ui.painter().rect_filled(line, CornerRadius::same(1), ui.colours().well);
        let part = line.with_max_x(line.left() + position(level) * line.width());
        let colour = if foreign.is_some() { ui.colours().notice } else { ui.colours().record };
        ui.painter().rect_filled(part, CornerRadius::same(1), colour);
        if let Some(foreign) = foreign.filter(|_| share_width(layout) > 0.0) {
            let text = format!("{:.0} % other", 100.0 * foreign.share);
            let at = layout.head.right_center() - vec2(MENU_MARK + 4.0, 0.0);
            ui.painter().text(at, Align2::RIGHT_CENTER, text, theme::font(theme::CAPTION), ui.colours().notice);
        }
    }

    /// The source's share of the mixture: a line below its name, and a number where there is space.
    fn draw_share(&self, ui: &Ui, layout: &StripLayout, share: f32) {
        let line = share_line(layout);
        let response =
            ui.interact(line.expand2(vec2(0.0, 1.0)), ui.scope_id().with(("share", self.index)), Sense::hover());
        let percent = format!("{:.0} %", 100.0 * share);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Meter, ui.is_enabled(), format!("{} share", self.name));
            info.current_text_value = Some(percent.clone());
            info
        });
        let painter = ui.painter();
        painter.rect_filled(line, CornerRadius::same(1), ui.colours().well);
        if share > 1e-3 {
            let part = line.with_max_x(line.left() + share.min(1.0) * line.width());
            painter.rect_filled(part, CornerRadius::same(1), self.colour);
        }
        if share_width(layout) > 0.0 {
            let at = layout.head.right_center() - vec2(MENU_MARK + 3.0, 0.0);
            let has_words = layout.head.width() >= SHARE_WORD_FROM;
            let text = if has_words { format!("{percent} of mix") } else { percent };
            painter.text(at, Align2::RIGHT_CENTER, text, theme::font(theme::CAPTION), ui.colours().weak);
        }
        response.on_hover_text("This source's share of the mixture, before its knob.");
    }

    /// Where the source comes from, what it is, and how well it is told apart.
    fn provenance(&self) -> String {
        let from = match self.strip.learned_from.as_slice() {
            [] => String::new(),
            files => format!(" from {}", files.join(", ")),
        };
        let what = match self.strip.kind {
            Kind::Drifting => format!("Learned{from}, and adapts slowly to what plays"),
            Kind::Fixed => format!("Learned{from}"),
            Kind::Adaptive => "Learns what the other sources leave, while you play".to_owned(),
            Kind::Recognised => {
                let role = self.strip.role.map_or("", preset::Role::name);
                format!("Recognised as {role} without being taught; learns while you play")
            }
        };
        let verdict = self.snapshot.learning.verdicts[self.index]
            .map_or(String::new(), |verdict| format!("\n{}, {MEASURED_ON}.", display_name(&told_apart(verdict))));
        format!("{}\n{what}: {} bases.{verdict}", self.name, self.strip.components)
    }

    fn draw_knob(&self, ui: &mut Ui, layout: &StripLayout, input: &mut KnobInput, setter: &ParamSetter) {
        let field_id = ui.scope_id().with(("gain field", self.index));
        let knob = Knob {
            param: &self.params.gain,
            name: &format!("{} gain", self.name),
            colour: self.colour,
            ticks: &gain_ticks(&self.params.gain),
            step: 1.0,
            tooltip: KNOB_TOOLTIP,
            is_beside_its_name: false,
        };
        knob.show(ui, layout.knob, ui.scope_id().with(("gain", self.index)), field_id, setter, input);
        let (with_unit, text_size) = value_size(layout.value);
        let field = ValueField {
            param: &self.params.gain,
            name: &format!("{} gain value", self.name),
            with_unit,
            text_size,
            colour: if self.is_audible { ui.colours().text } else { ui.colours().weak },
        };
        field.show(ui, layout.value, field_id, setter, input);
    }

    fn draw_switches(&self, ui: &Ui, layout: &StripLayout, setter: &ParamSetter) {
        let switches = [
            ("M", "mute", &self.params.mute, layout.mute, ui.colours().alarm, "Mute: silence this source."),
            ("S", "solo", &self.params.solo, layout.solo, ui.colours().solo, SOLO_TOOLTIP),
        ];
        for (letter, word, param, rect, lit, tooltip) in switches {
            let name = format!("{} {word}", self.name);
            let toggle =
                Toggle { text_size: learn::letter_size(rect), ..Toggle::switch(letter, &name, param.value(), lit) };
            let response = toggle.show(ui, rect, ui.scope_id().with((word, self.index)));
            menu_call::listen(&response, param, None);
            if response.on_hover_text(tooltip).clicked() {
                if word == "solo" && ui.input(|input| input.modifiers.command) {
                    self.solo_alone(setter);
                } else {
                    gesture::set(setter, param, !param.value());
                }
            }
        }
    }

    /// Solos this strip and no other, in one step; or none, if that is so already. Strips without a source keep theirs.
    fn solo_alone(&self, setter: &ParamSetter) {
        let others = || self.snapshot.params.strips[..self.count].iter().enumerate().filter(|(i, _)| *i != self.index);
        let is_alone = self.params.solo.value() && others().all(|(_, strip)| !strip.solo.value());
        // The first names the step.
        gesture::set(setter, &self.params.solo, !is_alone);
        others().for_each(|(_, strip)| gesture::set(setter, &strip.solo, false));
    }
}

/// The line below a strip's head.
fn share_line(layout: &StripLayout) -> Rect {
    Rect::from_min_size(layout.head.left_bottom() + vec2(0.0, 1.0), vec2(layout.head.width(), 3.0))
}

/// Where the sign of the source's state is: in the head where there is space, else in the corner that the knob, which
/// is round, leaves.
fn sign_place(layout: &StripLayout) -> Rect {
    let head = layout.head;
    if head.width() >= WORD_FROM {
        let right = head.right() - MENU_MARK - share_width(layout) - 6.0;
        return Rect::from_x_y_ranges(right - source_state::WIDTH..=right, head.y_range());
    }
    let width = if layout.wide { source_state::WIDTH } else { 13.0 };
    Rect::from_min_size(head.left_bottom() + vec2(0.0, 7.0), vec2(width, 13.0))
}

/// Width of the share as a number, in points; 0 where it is not shown.
fn share_width(layout: &StripLayout) -> f32 {
    match layout.head.width() {
        ..150.0 => 0.0,
        ..SHARE_WORD_FROM => 40.0,
        _ => 82.0,
    }
}

/// Three dots, one above the other, at the right of `head`.
fn menu_mark(painter: &egui::Painter, head: Rect, ink: Color32) {
    for step in [-1.0, 0.0, 1.0] {
        painter.circle_filled(head.right_center() + vec2(-2.0, 5.0 * step), 1.5, ink);
    }
}

/// Whether the number in `rect` has a unit, and its size in points.
fn value_size(rect: Rect) -> (bool, f32) {
    // "−60.0 dB" is 4.4 times as wide as its letters are high, "−60.0" 3 times.
    let with_unit = rect.width() / 4.4 >= 15.0;
    let widest = rect.width() / if with_unit { 4.4 } else { 3.0 };
    (with_unit, widest.min(rect.height() * 0.76).min(28.0))
}
