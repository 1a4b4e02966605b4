//! Buttons: switches that stay lit, segments of a choice, and plain ones.

use super::theme;
use egui::{
    Align2, Color32, CornerRadius, Id, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role,
};

/// A button in a given place.
pub struct Toggle<'a> {
    /// What stands on it.
    pub text: &'a str,
    /// What it is called in the accessibility tree.
    pub name: &'a str,
    /// What it is: [`Role::Button`], [`Role::Switch`], [`Role::RadioButton`].
    pub role: Role,
    /// Whether it is lit.
    pub on: bool,
    /// Its fill while lit.
    pub lit: Color32,
    /// Its edge at rest.
    pub edge: Stroke,
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
            edge: Stroke::new(1.0, theme::BUTTON_EDGE),
            corners: CornerRadius::same(theme::BUTTON_RADIUS as u8),
            text_size: theme::BODY,
        }
    }

    /// Draws it in `rect`; the response tells whether it was clicked.
    pub fn show(self, ui: &Ui, rect: Rect, id: Id) -> Response {
        let response = ui.interact(rect, id, Sense::click());
        response.widget_info(|| WidgetInfo::selected(self.role, ui.is_enabled(), self.on, self.name));
        let fill = match (self.on, response.hovered()) {
            (true, _) => self.lit,
            (false, true) => theme::BUTTON_HOVER,
            (false, false) => theme::BUTTON,
        };
        let ink = if self.on { theme::ink_on(fill) } else { theme::TEXT };
        let edge = if response.has_focus() { Stroke::new(2.0, theme::FOCUS) } else { self.edge };
        let painter = ui.painter();
        painter.rect(rect, self.corners, fill, edge, StrokeKind::Inside);
        painter.text(rect.center(), Align2::CENTER_CENTER, self.text, theme::font(self.text_size), ink);
        response
    }
}
