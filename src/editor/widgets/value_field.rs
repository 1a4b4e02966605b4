//! A knob's number, which can be typed after a click.

use super::{
    gesture,
    knob_input::{KnobInput, NumberEntry},
    menu_call, text_entry,
};
use crate::editor::theme::{self, Themed};
use egui::{
    Align2, CornerRadius, CursorIcon, Id, Key, Margin, Rect, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo,
    accesskit::Role,
};
use nice_plug::prelude::{FloatParam, Param, ParamSetter};

/// `param`'s value with its unit, in typographic signs: "−6.0 dB", "−∞ dB".
pub fn shown(param: &FloatParam) -> String {
    let text = param.normalized_value_to_string(param.unmodulated_normalized_value(), true);
    match text.strip_prefix('-') {
        Some(zero) if zero.starts_with("0.0 ") => zero.to_owned(),
        Some(rest) => format!("−{}", rest.replace("inf", "∞")),
        None => text,
    }
}

/// Reads `text` as a plain value of `param`, clamped to its range; `None` if it is no number. A decimal comma, the
/// signs of [`shown`] and a missing unit are accepted.
pub fn read(param: &FloatParam, text: &str) -> Option<f32> {
    let text = text.trim().to_lowercase().replace('−', "-").replace('∞', "inf").replace(',', ".");
    let number = text.trim_end_matches(&param.unit().trim().to_lowercase()).trim();
    // The parameter clamps to its range; NaN is left to be refused.
    let normalized = param.string_to_normalized_value(number).filter(|position| position.is_finite())?;
    Some(param.preview_plain(normalized))
}

/// A knob's number.
pub struct ValueField<'a> {
    /// The parameter.
    pub param: &'a FloatParam,
    /// What the field is called in the accessibility tree.
    pub name: &'a str,
    /// Whether the unit is shown, if the parameter has one.
    pub with_unit: bool,
    /// Size of the number, in points.
    pub text_size: f32,
    /// Colour of the number.
    pub colour: egui::Color32,
}

impl ValueField<'_> {
    /// Draws the field `id` in `rect`.
    pub fn show(&self, ui: &mut Ui, rect: Rect, id: Id, setter: &ParamSetter, input: &mut KnobInput) {
        match &mut input.typing {
            Some(typing) if typing.field == id => {
                if self.type_in(ui, rect, setter, typing) {
                    (input.typing, input.steps) = (None, None);
                }
            }
            _ => {
                if self.show_number(ui, rect, id) {
                    input.typing = Some(NumberEntry::new(id, self.param));
                    ui.ctx().request_repaint();
                }
            }
        }
    }

    /// Shows the number; returns whether it was clicked.
    fn show_number(&self, ui: &Ui, rect: Rect, id: Id) -> bool {
        let response = ui.interact(rect, id, Sense::click()).on_hover_cursor(CursorIcon::Text);
        menu_call::listen(&response, self.param, Some(id));
        let value = shown(self.param);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), self.name);
            info.current_text_value = Some(value.clone());
            info
        });
        if response.hovered() || response.has_focus() {
            let edge = if response.has_focus() { ui.colours().focus } else { ui.colours().edge };
            let corners = CornerRadius::same(theme::BUTTON_RADIUS as u8);
            ui.painter().rect(rect, corners, ui.colours().well, Stroke::new(1.0, edge), StrokeKind::Inside);
        }
        let unit = self.param.unit();
        let value = if self.with_unit { value.as_str() } else { value.strip_suffix(unit).unwrap_or(&value) };
        let font = theme::font(self.text_size);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, value, font, self.colour);
        response.on_hover_text("Click to type a value.").clicked()
    }

    /// Shows the text field; returns whether typing has ended.
    fn type_in(&self, ui: &mut Ui, rect: Rect, setter: &ParamSetter, typing: &mut NumberEntry) -> bool {
        let id = typing.field.with("typing");
        if !typing.opened {
            typing.opened = true;
            text_entry::take_keyboard(ui.ctx(), id, &typing.text);
        }
        let field = TextEdit::singleline(&mut typing.text)
            .id(id)
            .font(theme::font(self.text_size))
            .margin(Margin::symmetric(4, 0))
            .align(Align2::CENTER_CENTER)
            .char_limit(24)
            .desired_width(rect.width());
        let response = ui.put(rect, field).accessible_name(self.name);
        if !response.lost_focus() {
            return false;
        }
        let cancelled = ui.input(|input| input.key_pressed(Key::Escape));
        let typed = !cancelled && typing.text != typing.before;
        if typed && let Some(value) = read(self.param, &typing.text) {
            gesture::set(setter, self.param, value);
        }
        true
    }
}
