//! The banner of a failure.

use crate::{
    editor::{
        asked::Asked,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
    },
    instance::{command::Command, state::message::Message},
};
use egui::{
    Align, Button, CornerRadius, Galley, Label, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2,
    vec2,
};
use std::sync::Arc;

const DISMISS_WIDTH: f32 = 76.0;

/// A failure, laid out.
pub struct FailureBanner {
    galley: Arc<Galley>,
    sentence: String,
}

impl FailureBanner {
    /// Lays out the failure that is shown, if there is one, for a window of this width, in points.
    pub fn new(ui: &Ui, window_width: f32, snapshot: &EditorSnapshot) -> Option<Self> {
        let Message::Failed(sentence) = &snapshot.message else { return None };
        let width = window_width - 2.0 * theme::GAP - DISMISS_WIDTH - 40.0;
        let galley = ui.painter().layout(sentence.clone(), theme::font(theme::BODY), ui.colours().text, width);
        Some(Self { galley, sentence: sentence.clone() })
    }

    /// The height it needs, in points. It is limited, so that a long sentence does not push the strips out.
    pub fn height(&self) -> f32 {
        (self.galley.size().y + 16.0).clamp(38.0, 62.0)
    }

    /// Draws it in `rect`.
    pub fn draw(self, ui: &mut Ui, rect: Rect) -> Option<Asked> {
        // What lies beneath is not clicked through it.
        ui.interact(rect, ui.scope_id().with("failure"), Sense::click_and_drag());
        let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
        ui.painter().rect(
            rect,
            corners,
            ui.colours().alarm_ground,
            Stroke::new(1.0, ui.colours().alarm),
            StrokeKind::Inside,
        );
        let text = rect.shrink2(vec2(12.0, 6.0)).with_max_x(rect.right() - DISMISS_WIDTH - 20.0);
        let mut inside = ui
            .new_child(UiBuilder::new().max_rect(text).layout(Layout::left_to_right(Align::Center)).id_salt("failure"));
        inside.shrink_clip_rect(text);
        let label = inside.add(Label::new(RichText::new(&self.sentence).color(ui.colours().text)).wrap());
        label.on_hover_text(self.sentence);
        let button = Rect::from_center_size(
            pos2(rect.right() - 10.0 - DISMISS_WIDTH / 2.0, rect.center().y),
            vec2(DISMISS_WIDTH, 26.0),
        );
        ui.put(button, Button::new("Dismiss")).clicked().then_some(Command::DismissMessage.into())
    }
}
