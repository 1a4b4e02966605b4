//! A knob's number: shown, and typed after a click.

use super::{gesture, state::Hand, theme};
use egui::{
    Align2, CornerRadius, CursorIcon, Id, Key, Margin, Rect, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo,
    accesskit::Role,
    text::{CCursor, CCursorRange},
    text_edit::TextEditState,
};
use nice_plug::prelude::{FloatParam, Param, ParamSetter};

/// The number that is being typed; there is at most one.
#[derive(Debug, Clone)]
pub struct Entry {
    field: Id,
    text: String,
    /// As it was: who types nothing changes nothing, though the number is rounded.
    before: String,
    opened: bool,
}

impl Entry {
    /// Starts typing in the field `field` of `param`, with its number marked to be overwritten.
    pub fn new(field: Id, param: &FloatParam) -> Self {
        let text = param.normalized_value_to_string(param.unmodulated_normalized_value(), false);
        Self { field, before: text.clone(), text, opened: false }
    }
}

/// `param`'s value with its unit, in typographic signs: "−6.0 dB", "−∞ dB".
pub fn shown(param: &FloatParam) -> String {
    let text = param.normalized_value_to_string(param.unmodulated_normalized_value(), true);
    match text.strip_prefix('-') {
        Some(zero) if zero.starts_with("0.0 ") => zero.to_owned(),
        Some(rest) => format!("−{}", rest.replace("inf", "∞")),
        None => text,
    }
}

/// What `text` means for `param`, as a plain value within its range; `None` for nonsense.
/// A decimal comma, the signs of [`shown`] and a left-out unit are fine.
pub fn read(param: &FloatParam, text: &str) -> Option<f32> {
    let text = text.trim().to_lowercase().replace('−', "-").replace('∞', "inf").replace(',', ".");
    let number = text.trim_end_matches(&param.unit().trim().to_lowercase()).trim();
    // What is too large or too small is clamped by the range; NaN is nothing.
    let normalized = param.string_to_normalized_value(number).filter(|position| position.is_finite())?;
    Some(param.preview_plain(normalized))
}

/// A knob's number in its place.
pub struct ValueField<'a> {
    /// The parameter.
    pub param: &'a FloatParam,
    /// What the field is called in the accessibility tree.
    pub name: &'a str,
    /// Whether the unit is shown where there is one.
    pub with_unit: bool,
    /// Size of the number, in points.
    pub text_size: f32,
    /// Colour of the number.
    pub colour: egui::Color32,
}

impl ValueField<'_> {
    /// Draws the field in `rect`. `id` is its own, `hand` the editor's only one.
    pub fn show(&self, ui: &mut Ui, rect: Rect, id: Id, setter: &ParamSetter, hand: &mut Hand) {
        match &mut hand.entry {
            Some(typing) if typing.field == id => {
                if self.type_in(ui, rect, setter, typing) {
                    (hand.entry, hand.turn) = (None, None);
                }
            }
            _ => {
                if self.rest(ui, rect, id) {
                    hand.entry = Some(Entry::new(id, self.param));
                    ui.ctx().request_repaint();
                }
            }
        }
    }

    /// Shows the number; `true` when it was clicked.
    fn rest(&self, ui: &Ui, rect: Rect, id: Id) -> bool {
        let response = ui.interact(rect, id, Sense::click()).on_hover_cursor(CursorIcon::Text);
        let value = shown(self.param);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), self.name);
            info.current_text_value = Some(value.clone());
            info
        });
        if response.hovered() || response.has_focus() {
            let edge = if response.has_focus() { theme::FOCUS } else { theme::EDGE };
            let corners = CornerRadius::same(theme::BUTTON_RADIUS as u8);
            ui.painter().rect(rect, corners, theme::WELL, Stroke::new(1.0, edge), StrokeKind::Inside);
        }
        let unit = self.param.unit();
        let value = if self.with_unit { value.as_str() } else { value.strip_suffix(unit).unwrap_or(&value) };
        let font = theme::font(self.text_size);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, value, font, self.colour);
        response.on_hover_text("Click to type a value.").clicked()
    }

    /// The text field; `true` when typing is over.
    fn type_in(&self, ui: &mut Ui, rect: Rect, setter: &ParamSetter, typing: &mut Entry) -> bool {
        let id = typing.field.with("typing");
        if !typing.opened {
            typing.opened = true;
            ui.memory_mut(|memory| memory.request_focus(id));
            let all = CCursorRange::two(CCursor::new(0), CCursor::new(typing.text.chars().count()));
            let mut state = TextEditState::default();
            state.cursor.set_char_range(Some(all));
            state.store(ui.ctx(), id);
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
