//! Buttons: switches that stay lit, segments of a choice, and plain ones.

use crate::editor::theme::{self, Themed};
use egui::{
    Align2, Color32, CornerRadius, Id, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role,
};

/// A button in a given place.
pub struct Toggle<'a> {
    /// Its text.
    pub text: &'a str,
    /// What it is called in the accessibility tree.
    pub name: &'a str,
    /// Its role in the accessibility tree, such as [`Role::Switch`] or [`Role::RadioButton`].
    pub role: Role,
    /// Whether it is lit.
    pub on: bool,
    /// Its fill while it is lit.
    pub lit: Color32,
    /// The colour of its edge, while it does not have the keyboard's focus; `None` for that of all buttons.
    pub edge: Option<Color32>,
    /// It can be dragged away, too.
    pub drags: bool,
    /// Its corners.
    pub corners: CornerRadius,
    /// Size of the text, in points.
    pub text_size: f32,
}

impl<'a> Toggle<'a> {
    /// A switch that is filled with `lit` while it is on.
    pub fn switch(text: &'a str, name: &'a str, on: bool, lit: Color32) -> Self {
        Self {
            text,
            name,
            role: Role::Switch,
            on,
            lit,
            edge: None,
            drags: false,
            corners: CornerRadius::same(theme::BUTTON_RADIUS as u8),
            text_size: theme::BODY,
        }
    }

    /// Draws it in `rect`.
    pub fn show(self, ui: &Ui, rect: Rect, id: Id) -> Response {
        let response = ui.interact(rect, id, if self.drags { Sense::click_and_drag() } else { Sense::click() });
        response.widget_info(|| WidgetInfo::selected(self.role, ui.is_enabled(), self.on, self.name));
        let fill = match (self.on, response.hovered()) {
            (true, _) => self.lit,
            (false, true) => ui.colours().button_hover,
            (false, false) => ui.colours().button,
        };
        let ink = if self.on { ui.colours().ink_on(fill) } else { ui.colours().text };
        let edge = match response.has_focus() {
            true => Stroke::new(2.0, ui.colours().focus),
            false => Stroke::new(1.0, self.edge.unwrap_or(ui.colours().button_edge)),
        };
        let painter = ui.painter();
        painter.rect(rect, self.corners, fill, edge, StrokeKind::Inside);
        painter.text(rect.center(), Align2::CENTER_CENTER, self.text, theme::font(self.text_size), ink);
        response
    }
}

/// A small button without a background, lit while `on`. `name` is what the accessibility tree calls it.
pub fn plain_button(ui: &Ui, rect: Rect, text: &str, name: &str, on: bool) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::Button, ui.is_enabled(), on, name);
        info.current_text_value = Some(text.to_owned());
        info
    });
    let fill = match (on, response.hovered()) {
        (true, _) => ui.colours().button_hover,
        (false, true) => ui.colours().button,
        (false, false) => Color32::TRANSPARENT,
    };
    let edge = if response.has_focus() {
        Stroke::new(2.0, ui.colours().focus)
    } else {
        Stroke::new(1.0, ui.colours().button_edge)
    };
    let ink = if on || response.hovered() { ui.colours().text } else { ui.colours().weak };
    ui.painter().rect(rect, CornerRadius::same(4), fill, edge, StrokeKind::Inside);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::font(theme::CAPTION), ink);
    response
}
