//! A rotary knob of a parameter: drag, wheel, keys, reset.

use super::{
    dial::{Dial, Tick},
    gesture,
    knob_input::{KnobDrag, KnobInput, KnobSteps, NumberEntry},
    menu_call, rest, value_field,
};
use crate::{
    editor::theme::Colours,
    instance::params::{GAIN_MAX_DB, GAIN_MIN_DB, GAIN_SILENCE_DB},
};
use egui::{
    Color32, CursorIcon, Event, EventFilter, Id, Key, Modifiers, MouseWheelUnit, PointerButton, Rect, RectAlign,
    Response, Sense, Tooltip, Ui, WidgetInfo,
    accesskit::{Action, ActionData, Role},
};
use nice_plug::prelude::{FloatParam, Param, ParamSetter};

/// Vertical distance that the pointer is dragged to turn a knob from one end to the other, in points.
const DRAG_LENGTH: f32 = 200.0;
/// How many times finer drags and steps are while shift is held.
const FINE: f32 = 10.0;
/// Scrolling on a touchpad that counts as one notch of a wheel, in points.
const POINTS_PER_NOTCH: f32 = 40.0;
/// Longest time that a host takes to apply a value, in seconds: a few of its largest blocks.
const HOST_DELAY_S: f64 = 0.3;

/// A knob.
pub struct Knob<'a> {
    /// The parameter it turns.
    pub param: &'a FloatParam,
    /// What it is called in the accessibility tree: "Drums gain".
    pub name: &'a str,
    /// Colour of its arc.
    pub colour: Color32,
    /// Its ticks.
    pub ticks: &'a [Tick],
    /// One step of the wheel or an arrow key, in the parameter's plain unit.
    pub step: f32,
    /// What it does to the sound, and how to turn it.
    pub tooltip: &'a str,
    /// Whether its name and number are beside it, not above and below.
    pub is_beside_its_name: bool,
}

impl Knob<'_> {
    /// Draws the knob in `rect` and turns the parameter. `field` is the knob's [`value_field`], which the key enter
    /// opens.
    pub fn show(&self, ui: &Ui, rect: Rect, id: Id, field: Id, setter: &ParamSetter, input: &mut KnobInput) {
        let response = ui.interact(rect, id, Sense::drag());
        let drag = self.drag(ui, &response, setter, &mut input.drag);
        let mut is_used = drag.is_some() || response.drag_stopped();
        if drag.is_some() {
            input.steps = None;
        } else {
            let steps = self.wheel(ui, &response) + self.keys(ui, &response);
            if steps != 0.0 {
                is_used = true;
                self.turn(steps, ui.input(|input| input.time), response.id, setter, &mut input.steps);
            }
            if self.assist(ui, &response, setter) {
                input.steps = None;
            }
            // The key is consumed here; else the text field that it opens would take it for the end of typing.
            if response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
                input.typing = Some(NumberEntry::new(field, self.param));
            }
        }
        menu_call::listen(&response, self.param, Some(field));
        self.describe(ui, &response);
        let position = drag.map_or(self.param.unmodulated_normalized_value(), |drag| drag.position);
        let hot = drag.is_some() || response.hovered();
        let dial = Dial { position, colour: self.colour, ticks: self.ticks, hot, focused: response.has_focus() };
        dial.paint(ui.painter(), rect);
        let response = response.on_hover_and_drag_cursor(CursorIcon::ResizeVertical);
        if rest::has_rested(ui, &response, is_used) {
            // It covers neither name nor number, of this knob or the next.
            let mut tooltip = Tooltip::for_enabled(&response);
            let (align, otherwise) = match self.is_beside_its_name {
                true => (RectAlign::TOP, [RectAlign::BOTTOM]),
                false => (RectAlign::RIGHT, [RectAlign::LEFT]),
            };
            tooltip.popup = tooltip.popup.align(align).align_alternatives(&otherwise);
            tooltip.show(|ui| ui.label(self.tooltip));
        }
    }

    /// One gesture from press to release, as touch automation needs it.
    fn drag(
        &self,
        ui: &Ui,
        response: &Response,
        setter: &ParamSetter,
        shared: &mut Option<KnobDrag>,
    ) -> Option<KnobDrag> {
        let mut drag = shared.filter(|drag| drag.knob == response.id);
        let begins = shared.is_none() && response.drag_started_by(PointerButton::Primary);
        let (modifiers, double_click) =
            ui.input(|input| (input.modifiers, input.pointer.button_double_clicked(PointerButton::Primary)));
        let reset = (begins && modifiers.command) || (double_click && response.contains_pointer());
        if begins {
            setter.begin_set_parameter(self.param);
            let position = self.param.unmodulated_normalized_value();
            drag = Some(KnobDrag { knob: response.id, position, was_reset: false, is_drawn: true });
        }
        let mut current = KnobDrag { is_drawn: true, ..drag? };
        if reset {
            setter.set_parameter(self.param, self.param.default_plain_value());
            current.position = self.param.default_normalized_value();
            current.was_reset = true;
        } else if !begins && !current.was_reset {
            let way = -response.drag_delta().y / DRAG_LENGTH / if modifiers.shift { FINE } else { 1.0 };
            let position = (current.position + way).clamp(0.0, 1.0);
            if position != current.position {
                setter.set_parameter_normalized(self.param, position);
                current.position = position;
            }
        }
        *shared = response.dragged().then_some(current);
        if shared.is_none() {
            setter.end_set_parameter(self.param);
        }
        *shared
    }

    /// Steps of the wheel. What is less than a notch is kept for the next call.
    fn wheel(&self, ui: &Ui, response: &Response) -> f32 {
        if !response.hovered() {
            return 0.0;
        }
        let id = response.id.with("wheel");
        let mut notches: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(0.0);
        let mut steps = 0.0;
        ui.input(|input| {
            for event in &input.events {
                let Event::MouseWheel { unit, delta, modifiers, .. } = event else { continue };
                // With shift held some systems report a vertical wheel as a horizontal one.
                let way = if delta.y == 0.0 && modifiers.shift { delta.x } else { delta.y };
                notches += if *unit == MouseWheelUnit::Point { way / POINTS_PER_NOTCH } else { way };
                let whole = notches.trunc();
                notches -= whole;
                steps += if modifiers.shift { whole / FINE } else { whole };
            }
        });
        ui.data_mut(|data| data.insert_temp(id, notches));
        steps
    }

    /// Steps from the arrow keys and from a screen reader.
    fn keys(&self, ui: &Ui, response: &Response) -> f32 {
        let asked = ui.input(|input| {
            input.num_accesskit_action_requests(response.id, Action::Increment) as f32
                - input.num_accesskit_action_requests(response.id, Action::Decrement) as f32
        });
        if !response.has_focus() {
            return asked;
        }
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        asked
            + ui.input(|input| {
                let pressed = |key| input.num_presses(key) as f32;
                let arrows = pressed(Key::ArrowUp) + pressed(Key::ArrowRight)
                    - pressed(Key::ArrowDown)
                    - pressed(Key::ArrowLeft);
                if input.modifiers.shift { arrows / FINE } else { arrows }
            })
    }

    /// Turns the parameter by `steps` steps. If the last steps came just now, it counts from where they led.
    fn turn(&self, steps: f32, now: f64, knob: Id, setter: &ParamSetter, last: &mut Option<KnobSteps>) {
        let recent = last.filter(|last| last.knob == knob && (0.0..HOST_DELAY_S).contains(&(now - last.at)));
        let to = self.stepped(recent.map_or(self.param.unmodulated_plain_value(), |last| last.to), steps);
        if recent.is_some_and(|last| last.to != to) {
            // The parameter may not have followed yet, so its value is not compared.
            gesture::put(setter, self.param, self.param.preview_normalized(to));
        } else {
            gesture::set(setter, self.param, to);
        }
        *last = Some(KnobSteps { knob, to, at: now });
    }

    /// The plain value `steps` steps away from the plain value `from`, on the grid of fine steps.
    fn stepped(&self, from: f32, steps: f32) -> f32 {
        let fine = self.step / FINE;
        let to = ((from + steps * self.step) / fine).round() * fine;
        let silence_below = self.param.preview_plain(0.0) == GAIN_SILENCE_DB && to < GAIN_MIN_DB;
        match silence_below {
            // There are no steps between silence and the lowest gain.
            true if steps > 0.0 => GAIN_MIN_DB,
            true => GAIN_SILENCE_DB,
            false => self.param.preview_plain(self.param.preview_normalized(to)),
        }
    }

    /// Reset by the keyboard, or a value set by a screen reader; returns whether there was any.
    fn assist(&self, ui: &Ui, response: &Response, setter: &ParamSetter) -> bool {
        let reset = response.has_focus()
            && ui.input(|input| input.key_pressed(Key::Delete) || input.key_pressed(Key::Backspace));
        if reset {
            gesture::set(setter, self.param, self.param.default_plain_value());
        }
        let asked = ui.input(|input| {
            let requests = input.accesskit_action_requests(response.id, Action::SetValue);
            requests
                .filter_map(|request| match request.data {
                    Some(ActionData::NumericValue(value)) if value.is_finite() => Some(value as f32),
                    _ => None,
                })
                .last()
        });
        if let Some(value) = asked {
            let value = self.param.preview_plain(self.param.preview_normalized(value));
            gesture::set(setter, self.param, value);
        }
        reset || asked.is_some()
    }

    fn describe(&self, ui: &Ui, response: &Response) {
        let value = f64::from(self.param.unmodulated_plain_value());
        response.widget_info(|| {
            let mut info = WidgetInfo::slider(ui.is_enabled(), value, self.name);
            info.role = Role::Slider;
            info.current_text_value = Some(value_field::shown(self.param));
            info
        });
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_min_numeric_value(f64::from(self.param.preview_plain(0.0)));
            node.set_max_numeric_value(f64::from(self.param.preview_plain(1.0)));
            node.set_numeric_value_step(f64::from(self.step));
            node.add_action(Action::SetValue);
            node.add_action(Action::Increment);
            node.add_action(Action::Decrement);
        });
    }
}

/// The ticks of a gain knob, lowest first.
pub fn gain_ticks(gain: &FloatParam) -> [Tick; 7] {
    let tick = |db: f32, label| Tick { position: gain.preview_normalized(db), label, home: db == 0.0 };
    [
        tick(GAIN_SILENCE_DB, "−∞"),
        tick(-24.0, "−24"),
        tick(-12.0, "−12"),
        tick(-6.0, "−6"),
        tick(0.0, "0"),
        tick(6.0, "+6"),
        tick(GAIN_MAX_DB, "+12"),
    ]
}

/// The colour of a source's arc, greyed while the source is not heard.
pub fn arc_colour(colour: Color32, heard: bool, colours: &Colours) -> Color32 {
    if heard { colour } else { colours.unheard(colour) }
}
